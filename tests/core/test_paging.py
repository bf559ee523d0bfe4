"""Keyset paging: complete, without doubles, and deaf to forged cursors."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from consult.core.clock import now
from consult.core.jobs import Job
from consult.core.paging import keyset

ORDER = [(Job.kind, "asc"), (Job.id, "desc")]


def token(*values: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


@pytest.fixture
def rows(db: Any) -> list[int]:
    jobs = [Job(kind=f"k{number % 3}", payload={}, run_at=now()) for number in range(23)]
    db.session.add_all(jobs)
    db.session.commit()
    return [job.id for job in sorted(jobs, key=lambda job: (job.kind, -job.id))]


def test_forwards_and_backwards_give_every_row_once(rows: list[int]) -> None:
    seen, after, pages = [], None, []
    while True:
        page = keyset(select(Job), ORDER, after, 5)
        pages.append([job.id for job in page])
        seen += pages[-1]
        if page.next is None:
            break
        after = page.next
    assert seen == rows
    assert page.prev is not None
    back = keyset(select(Job), ORDER, page.prev, 5)
    assert [job.id for job in back] == pages[-2]


def test_a_new_row_shifts_nothing(rows: list[int], db: Any) -> None:
    first = keyset(select(Job), ORDER, None, 5)
    db.session.add(Job(kind="a", payload={}, run_at=now()))
    db.session.commit()
    second = keyset(select(Job), ORDER, first.next, 5)
    assert [job.id for job in second] == rows[5:10]


@pytest.mark.parametrize(
    "forged",
    ["", "x", "%%%", token(0, "a", 10**18), token(0, "a", 2**31), token(0, "a\x00", 1), token(0, 5, 1), token(0, "a", True),
     token(2, "a", 1), token(0, "a"), token(0, {"t": "gestern"}, 1), token(0, ["a"], 1), "W" * 5000],
)  # fmt: skip
def test_a_forged_cursor_is_the_first_page_or_harmless(rows: list[int], forged: str) -> None:
    page = keyset(select(Job), ORDER, forged, 5)
    assert page.at_start
    assert [job.id for job in page] == rows[:5]


@pytest.mark.parametrize(
    "key", [lambda one: (one.kind, str(one.id)), lambda one: (one.id, one.kind), lambda one: (None, 1)]
)
def test_a_cursor_that_leads_nowhere_is_never_given_out(rows: list[int], key: Any) -> None:
    with pytest.raises(AssertionError, match="does not fit"):
        keyset(select(Job), ORDER, None, 5, key=key)


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(max_size=60))
def test_any_text_as_cursor(rows: list[int], text: str) -> None:
    keyset(select(Job), ORDER, text, 5)
