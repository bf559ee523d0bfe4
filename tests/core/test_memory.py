"""What is remembered lasts exactly as long as public content stays the same."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from consult.core import memory
from consult.core.memory import remembered
from consult.core.unit import bump_content


def ask(app: Flask, calls: list[int], key: str = "k", method: str = "GET") -> int:
    def make() -> int:
        calls.append(len(calls))
        return len(calls)

    with app.test_request_context("/de/", method=method):
        from flask import g

        g.pop("content_version", None)
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
