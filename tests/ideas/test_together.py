"""Many at once: the same form from several threads makes one idea, numbers are consecutive, support is exact."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import func, select

from consult.ideas.models import Idea, Support
from consult.ideas.tokens import draft_token, status_token
from consult.moderation.queries import waiting_case
from tests.ideas.conftest import Writer
from tests.support.at_once import at_once as together
from tests.support.queries import count_queries

CALM = (303, 409, 503)  # done, told that somebody was faster, asked to try again


def at_once(work: Any, things: list[Any]) -> list[Any]:
    with ThreadPoolExecutor(len(things)) as pool:
        return list(pool.map(work, things))


def test_the_same_form_from_several_threads(
    new_client: Any, cast: Any, sign_in: Any, consultation: Any, db: Any, write: Any
) -> None:
    client = sign_in(new_client(), cast.participant)
    form = {**write(client).open().form("#idea-form"), "title": "Einmal", "answer-1": "Nur einmal.", "submit": "1"}
    clients = [sign_in(new_client(), cast.participant) for _ in range(4)]
    for one in clients:  # each browser has a token of its own session
        form_token = one.page("/de/ideas/new").form("#idea-form")["csrf_token"]
        one.form = {**form, "csrf_token": form_token}
    statuses = at_once(lambda one: one.post("/de/ideas/new", data=one.form).status_code, clients)
    assert set(statuses) <= set(CALM) and 303 in statuses
    db.session.rollback()
    assert db.session.execute(select(func.count()).select_from(Idea)).scalar_one() == 1


def test_numbers_are_consecutive_whoever_sends(
    new_client: Any, make: Any, sign_in: Any, consultation: Any, db: Any, write: Any
) -> None:
    senders = []
    for number in range(6):
        client = sign_in(new_client(), make.person(f"Person {number}"))
        fields = {"title": f"Idee {number}", "answer-1": "Text.", "submit": "1"}
        client.form = {**write(client).open().form("#idea-form"), **fields}
        senders.append(client)

    def send(client: Any) -> int:
        for _try in range(20):  # a busy database says so and nothing is lost: the same form is sent again
            status = client.post("/de/ideas/new", data=client.form).status_code
            if status != 503:
                return int(status)
        return 503

    assert at_once(send, senders) == [303] * 6
    db.session.rollback()
    numbers = sorted(db.session.execute(select(Idea.number)).scalars())
    assert [int(one.rsplit("-", 1)[1]) for one in numbers] == [1, 2, 3, 4, 5, 6]


def test_support_is_counted_exactly(new_client: Any, make: Any, sign_in: Any, consultation: Any, db: Any) -> None:
    idea = make.idea(consultation=consultation)
    db.session.commit()
    address = f"/de/ideas/{idea.number}"
    clients = [sign_in(new_client(), make.person(f"Person {number}")) for number in range(6)]
    for client in clients:
        client.form = client.page(address).form("form[action$='/support']")

    def support(client: Any) -> int:
        for _try in range(20):
            status = client.post(f"{address}/support", data=client.form).status_code
            if status != 503:
                return int(status)
        return 503

    assert at_once(support, clients) == [303] * 6
    db.session.rollback()
    db.session.refresh(idea)
    assert idea.support_count == 6 == db.session.execute(select(func.count()).select_from(Support)).scalar_one()


def test_sending_takes_a_bounded_number_of_queries(writer: Any, app: Any, sign_in: Any, cast: Any) -> None:
    """Save and send in one request, with a linked cluster: everything that hangs on it, and nothing twice."""
    assert cast.moderator and cast.cluster
    client = sign_in(writer.client, cast.owner)
    writer.open()
    writer.send("save", {"title": "Eins", "answer-1": "Antwort.", "answer-2": "Zwei."})
    page = client.page(writer.url)
    fields = {**page.form("#idea-form"), "submit": "1", "clusters": [str(cast.cluster.id)]}
    with count_queries(app, at_most=33) as seen:  # one more for a company's draft: what the saving changed
        assert client.post(str(page.one("#idea-form")["action"]), data=fields).status_code == 303
    assert len(seen) > 15


@pytest.mark.parametrize("what", ["idea", "version"])
def test_withdrawing_while_a_moderator_decides(
    new_client: Any, make: Any, cast: Any, sign_in: Any, consultation: Any, db: Any, what: str
) -> None:
    """One of both comes first and the other is told; neither waits for what the other holds, and nobody is sent away."""
    idea = make.idea(
        consultation=consultation, status="submitted" if what == "idea" else "published", author=cast.owner
    )
    author = Writer(new_client())
    author.url = f"/de/ideas/drafts/{draft_token(idea.draft_key)}"
    db.session.commit()
    if what == "version":
        author.send("submit", {"answer-1": "Neu gefasst."})
        db.session.rollback()
    status, case = f"/de/ideas/status/{status_token(idea.draft_key)}", waiting_case("idea", idea.id).id
    moderator = sign_in(new_client(), cast.moderator2)
    withdrawing = author.client.page(status).form(f"form[action$='/withdraw']:has([value={what}])")
    decision = {**moderator.page(f"/de/moderation/cases/{case}").form("form.c-decide"), "outcome": "publish"}
    db.session.commit()
    answers = together(
        lambda: author.client.post(f"{status}/withdraw", data=withdrawing).status_code,
        lambda: moderator.post(f"/de/moderation/cases/{case}", data=decision).status_code,
    )
    # who withdraws the whole idea does so after its publication, too
    assert answers in ([303, 409], [409, 303], *([[303, 303]] if what == "idea" else [])), answers
