"""The refusals that an operation may raise; the web layer turns each into a page or a problem document.

An operation knows no HTTP. It says what is wrong in words for the reader; the status code hangs on the class.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class DomainError(Exception):
    """Base of all refusals. `message` is a sentence for the reader, already in the reader's language or lazy."""

    status = 400

    def __init__(self, message: Any = "", **context: Any) -> None:
        super().__init__(str(message))
        self.message = message
        self.context = context


class Invalid(DomainError):
    """Input that cannot be taken. `fields` maps a form field's name to the sentence shown beside it."""

    status = 422

    def __init__(self, fields: Mapping[str, Any] | None = None, message: Any = "") -> None:
        super().__init__(message)
        self.fields: dict[str, Any] = dict(fields or {})


class Refused(DomainError):
    """The actor may not do this to this object."""

    status = 403


class Outside(Refused):
    """It belongs to people to whom the actor does not belong, or does not belong any more. What they sent is handed back."""


class SignInNeeded(Refused):
    """Open to somebody, but not to a guest: they are asked to sign in, and what they sent is kept."""


class NotFound(DomainError):
    """There is no such thing, or none that the actor may know of."""

    status = 404


class Conflict(DomainError):
    """Somebody else was faster, or the thing is not in a state that allows the act."""

    status = 409


class Over(Conflict):
    """The time in which this could be done is over; sending it once more changes nothing."""


class Gone(DomainError):
    """It was here and is not any more: an expired link, a withdrawn text."""

    status = 410


class Busy(DomainError):
    """The database cannot take the write at this moment; nothing was stored and a new try will do."""

    status = 503
