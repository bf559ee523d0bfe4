"""Fifty at once: exactly as many get a place as there are, the others wait in the order in which they came."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from consult.core.db import db
from consult.projects.models import Activity, Participation
from tests.projects.crowd import counters_are_true, statuses
from tests.support.client import unchecked_pages

CROWD, PLACES = 50, 10


def at_once(acts: list[Callable[[], int]]) -> Counter[int]:
    """Do all of these at the same moment, each in a thread of its own; the status codes with their numbers.

    "Try again in a moment" (503) is answered as a person would: by trying again.
    """
    gate = threading.Barrier(len(acts))
    codes: list[int] = []
    errors: list[BaseException] = []

    def run(act: Callable[[], int]) -> None:
        try:
            gate.wait(timeout=60)
            for _attempt in range(20):
                code = act()
                if code != 503:
                    break
            codes.append(code)
        except BaseException as error:  # carried to the test's own thread
            errors.append(error)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    if errors:
        raise errors[0]
    return Counter(codes)


@pytest.fixture
def browsers(new_client: Any, sign_in: Any, make: Any) -> list[tuple[Any, Any]]:
    """Fifty people, each signed in in a browser of their own at a network address of their own."""
    found = []
    for number in range(CROWD):
        person, client = make.person(), new_client()
        client.environ_base["REMOTE_ADDR"] = f"192.0.2.{number + 1}"
        found.append((sign_in(client, person), person))
    return found


def _poster(client: Any, page: str, target: str, **fields: str) -> Callable[[], int]:
    """Read a page as its reader does and return the act of sending its form."""
    with unchecked_pages():  # the same page fifty times; other tests check it
        values = {**client.page(page).form(f"form[action='{target}']"), **fields}
    return lambda: int(client.post(target, data=values).status_code)


def test_fifty_join_at_once(browsers: list[tuple[Any, Any]], make: Any, outbox: Any) -> None:
    activity: Activity = make.activity(capacity=PLACES + 2, held_back=2, roles=["informed", "expertise"])
    page = f"/de/activities/{activity.slug}"
    codes = at_once([_poster(client, page, f"{page}/join") for client, _person in browsers])
    assert codes == {303: CROWD}
    assert statuses(activity) == ["confirmed"] * PLACES + ["waiting"] * (CROWD - PLACES)
    assert counters_are_true(activity)
    positions = db.session.execute(
        select(Participation.position).where(Participation.activity_id == activity.id).order_by(Participation.id)
    ).scalars().all()  # fmt: skip
    assert positions == list(range(1, CROWD + 1)), "the queue is not in the order in which people came"
    kinds = Counter(mail.kind for mail in outbox)
    assert kinds == {"activities.confirmed": PLACES, "activities.waiting": CROWD - PLACES}


def test_fifty_give_up_and_join_at_once(browsers: list[tuple[Any, Any]], make: Any) -> None:
    """Half of them hold places or wait and leave, while the other half comes."""
    activity: Activity = make.activity(capacity=PLACES)
    page = f"/de/activities/{activity.slug}"
    for client, _person in browsers[:25]:
        assert _poster(client, page, f"{page}/join")() == 303
    acts = [_poster(client, page, f"{page}/leave") for client, _person in browsers[:25]]
    acts += [_poster(client, page, f"{page}/join") for client, _person in browsers[25:]]
    assert at_once(acts) == {303: CROWD}
    found = Counter(statuses(activity))
    assert counters_are_true(activity)
    assert found["cancelled"] == 25
    assert found["confirmed"] + found["offered"] + found["waiting"] == 25
    assert found["confirmed"] + found["offered"] == PLACES, "a place was left empty while people wait"


def test_one_person_joins_many_times_at_once(app: Any, browsers: list[tuple[Any, Any]], make: Any) -> None:
    activity: Activity = make.activity(capacity=PLACES)
    page = f"/de/activities/{activity.slug}"
    client, _person = browsers[0]
    values = client.page(page).form(f"form[action='{page}/join']")
    cookie = client.get_cookie("session")

    def again() -> int:
        other = app.test_client()
        other.set_cookie("session", cookie.value)
        return int(other.post(f"{page}/join", data=values).status_code)

    assert set(at_once([again] * 12)) == {303}
    assert statuses(activity) == ["confirmed"]
    assert counters_are_true(activity)
