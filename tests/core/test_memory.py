"""What is remembered lasts exactly as long as public content stays the same."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask, g

from consult.core import memory
from consult.core.memory import remembered
from consult.core.unit import bump_content
from consult.ideas.models import Support


def ask(app: Flask, calls: list[int], key: str = "k", method: str = "GET") -> int:
    def make() -> int:
        calls.append(len(calls))
        return len(calls)

    with app.test_request_context("/de/", method=method):
        g.pop("content_versions", None)
        return remembered(key, make)


def change(db: Any) -> None:
    bump_content()
    db.session.execute(db.text("select 1"))
    db.session.commit()


def test_made_once_until_content_changes(app: Flask, db: Any) -> None:
    calls: list[int] = []
    assert ask(app, calls) == ask(app, calls) == 1
    change(db)
    assert ask(app, calls) == 2


def test_keys_do_not_mix(app: Flask, db: Any) -> None:
    calls: list[int] = []
    assert ask(app, calls, "a") != ask(app, calls, "b")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_requests_that_write_see_the_database_itself(app: Flask, db: Any, method: str) -> None:
    calls: list[int] = []
    ask(app, calls, method=method)
    ask(app, calls, method=method)
    assert len(calls) == 2


def test_a_failure_is_not_remembered(app: Flask, db: Any) -> None:
    def fail() -> int:
        raise RuntimeError

    with app.test_request_context("/de/"), pytest.raises(RuntimeError):
        remembered("f", fail)
    calls: list[int] = []
    assert ask(app, calls, "f") == 1


def test_many_searches_do_not_push_out_what_every_page_needs(app: Flask, db: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(memory, "MAX_ENTRIES", 3)
    often: list[int] = []
    for number in range(10):
        ask(app, often, "often")
        ask(app, [], f"once {number}")
    assert len(often) == 1


def test_what_lasts_outlives_comments_and_support_but_no_other_change(app: Flask, db: Any) -> None:
    def ask_twice(calls: list[int], short: list[int]) -> tuple[int, int]:
        with app.test_request_context("/de/"):
            g.pop("content_versions", None)
            return (
                remembered("lasting", lambda: calls.append(1) or len(calls), lasting=True),
                remembered("lasting", lambda: short.append(1) or len(short)),
            )

    calls: list[int] = []
    short: list[int] = []
    assert ask_twice(calls, short) == (1, 1)
    db.session.execute(db.update(Support).values(organisation_id=None))
    db.session.commit()
    assert ask_twice(calls, short) == (1, 2)
    change(db)
    assert ask_twice(calls, short) == (2, 3)


def test_nothing_that_lasts_is_made_of_what_does_not(app: Flask, db: Any) -> None:
    def make() -> int:
        return remembered("inner", lambda: 1)

    with app.test_request_context("/de/"):
        assert remembered("inner", lambda: 1) == 1  # though it is known already
        with pytest.raises(RuntimeError, match="inner"):
            remembered("outer", make, lasting=True)
        assert remembered("outer", make) == 1
        with pytest.raises(AssertionError, match="support"):  # the tests read the statements
            remembered("wrong", lambda: db.session.execute(db.select(Support.idea_id)).all(), lasting=True)
