"""Fixtures of the room: the notes of the tests of moderation, which can be reported, decided and complained about."""

from __future__ import annotations

from tests.moderation.conftest import chain_is_whole, moderator, notes

__all__ = ["chain_is_whole", "moderator", "notes"]
