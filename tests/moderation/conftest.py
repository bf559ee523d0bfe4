"""Fixtures of the room: the notes, and a moderator with a browser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from consult.core.registry import registries
from tests.moderation.kind import Notes

TABLES = ("subjects", "moderated", "commentable", "resolvers")


@pytest.fixture
def notes(app: Any) -> Iterator[Notes]:
    """The room of the notes, registered for the length of a test."""
    before = {name: dict(getattr(registries, name)) for name in TABLES}
    room = Notes()
    room.register()
    yield room
    for name, table in before.items():
        setattr(registries, name, table)


@pytest.fixture
def moderator(clock: Any, client: Any, cast: Any, sign_in: Any) -> Any:
    """The browser of the first moderator. Time stands still before they sign in."""
    assert clock is not None
    return sign_in(client, cast.moderator)


@pytest.fixture
def chain_is_whole(app: Any) -> Iterator[None]:
    """After the test the log's chain is unbroken."""
    from consult.core import audit

    yield
    assert list(audit.verify()) == []
