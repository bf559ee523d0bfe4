"""Two at the same moment: a link serves one of them, an address gets one account."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from consult.accounts import operations
from consult.accounts.models import Person, RoleGrant
from consult.core.errors import Gone


def at_once(app: Flask, db: Any, acts: list[Callable[[], Any]]) -> list[Any]:
    """Each act in a thread and a session of its own, all started together and committed; what each returned or raised."""
    barrier = threading.Barrier(len(acts))
    results: list[Any] = [None] * len(acts)
    db.session.commit()

    def run(place: int) -> None:
        with app.app_context():
            barrier.wait()
            try:
                results[place] = acts[place]()
                db.session.commit()
            except Exception as error:  # handed to the test
                db.session.rollback()
                results[place] = error

    threads = [threading.Thread(target=contextvars.Context().run, args=(run, place)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.expire_all()
    return results


def test_a_link_is_used_by_one_of_two(app: Flask, db: Any, cast: Any) -> None:
    for _time in range(5):
        raw = operations.issue_token("sign_in", cast.owner)
        results = at_once(app, db, [lambda raw=raw: operations.take_token("sign_in", raw).id] * 4)  # type: ignore[misc]
        assert sum(isinstance(result, int) for result in results) == 1
        assert sum(isinstance(result, Gone) for result in results) == 3


def test_an_address_gets_one_account(app: Flask, db: Any) -> None:
    for number in range(5):
        email = f"guest{number}@people.example"
        results = at_once(app, db, [lambda email=email: operations.ensure_person(email).id] * 4)  # type: ignore[misc]
        assert len(set(results)) == 1, results
    assert db.session.execute(select(func.count()).select_from(Person)).scalar_one() == 5
    assert db.session.execute(select(func.count()).select_from(RoleGrant)).scalar_one() == 5
