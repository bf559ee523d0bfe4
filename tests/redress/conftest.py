"""Fixtures of the room: notes that can be reported, decided and complained about; time stands still."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from consult.core.registry import registries
from tests.moderation.conftest import TABLES, chain_is_whole, moderator
from tests.redress.disputes import Disputes
from tests.redress.kind import FullNotes

__all__ = ["chain_is_whole", "moderator"]


@pytest.fixture
def notes(app: Any) -> Iterator[FullNotes]:
    """The room of the notes, registered for the length of a test."""
    assert app is not None
    before = {name: dict(getattr(registries, name)) for name in TABLES}
    room = FullNotes()
    room.register()
    yield room
    for name, table in before.items():
        setattr(registries, name, table)


@pytest.fixture
def disputes(notes: Any, cast: Any, make: Any, db: Any, clock: Any) -> Disputes:
    """Decisions and complaints, made as briefly as the rooms allow. Time stands still."""
    assert clock is not None
    return Disputes(notes, cast, make, db)
