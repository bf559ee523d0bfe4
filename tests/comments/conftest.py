"""Fixtures of the room: the notes to comment on, and their authors."""

from __future__ import annotations

from typing import Any

import pytest

from tests.moderation.conftest import chain_is_whole, moderator, notes
from tests.moderation.kind import Note, Notes

__all__ = ["chain_is_whole", "moderator", "note", "notes", "participant"]


@pytest.fixture
def note(notes: Notes, cast: Any) -> Note:
    """A public note by the owner, who watches it. Comments on it wait for moderation unless `notes.mode` says otherwise."""
    notes.watched_by = [cast.owner.id]
    return notes.published(author=cast.owner, organisation_id=cast.company.id)


@pytest.fixture
def participant(clock: Any, client: Any, cast: Any, sign_in: Any) -> Any:
    """The browser of somebody with an account. Time stands still before they sign in."""
    assert clock is not None
    return sign_in(client, cast.participant)
