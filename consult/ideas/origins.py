"""Where an idea comes from that staff entered on behalf of its author: by which channel, for all; the rest for moderators.

The channel stands among the attributes of each version, so that the public page says it without asking for more.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select, update

from consult.accounts.models import Person
from consult.core.db import db
from consult.core.i18n import _, _l, format_day
from consult.ideas.models import EMAIL, PAPER, TELEPHONE, WORKSHOP, Idea, IdeaOrigin, IdeaVersion

_SHARED = (
    "channel", "received_on", "place", "reference", "reference_key", "consent", "author_name", "by_mail", "fingerprint",
)  # fmt: skip
CHANNEL = "channel"  # its name among a version's attributes
CHANNEL_WORDS: dict[str, Any] = {
    PAPER: _l("On paper"),
    WORKSHOP: _l("At a workshop"),
    TELEPHONE: _l("By telephone"),
    EMAIL: _l("By e-mail"),
}
WRITTEN, SPOKEN = CONSENTS = ("written", "spoken")
CONSENT_WORDS: dict[str, Any] = {WRITTEN: _l("In writing, on the original"), SPOKEN: _l("Spoken, to who entered it")}
_RECEIVED: dict[str, Any] = {
    PAPER: _l("Received on paper"),
    WORKSHOP: _l("Received at a workshop"),
    TELEPHONE: _l("Received by telephone"),
    EMAIL: _l("Received by e-mail"),
}


def channel_of(version: IdeaVersion | None) -> str:
    """By which channel it came; empty for what its author wrote here."""
    found = version.attributes.get(CHANNEL, "") if version is not None else ""
    return found if found in CHANNEL_WORDS else ""


def channel_words(version: IdeaVersion) -> str:
    """The channel within a sentence: on paper, at a workshop."""
    words = str(CHANNEL_WORDS[channel_of(version)])
    return words[:1].lower() + words[1:]


def received_words(version: IdeaVersion | None) -> str:
    """How it came, for a timeline."""
    channel = channel_of(version)
    return str(_RECEIVED[channel]) if channel else _("Received")


def origin_of(idea_id: int) -> IdeaOrigin | None:
    """Where an idea comes from, if staff entered it; one query."""
    return db.session.get(IdeaOrigin, idea_id)


def facts(idea: Idea, version: IdeaVersion) -> list[tuple[str, str]]:
    """What moderators read of its origin; nothing, and no query, for what its author wrote here."""
    origin = origin_of(idea.id) if channel_of(version) else None
    if origin is None:
        return []
    person = db.session.get(Person, idea.entered_by) if idea.entered_by is not None else None
    found = [
        (_("Channel"), str(CHANNEL_WORDS[origin.channel])),
        (_("Received on"), format_day(origin.received_on)),
        (_("Place or event"), origin.place),
        (_("Number of the original"), origin.reference),
        (_("Consent"), str(CONSENT_WORDS[origin.consent])),
        (_("Entered by"), (person.name or person.email) if person is not None else _("an import")),
    ]
    return [(term, value) for term, value in found if value]


def forget_names(idea_ids: Sequence[int]) -> None:
    """The authors' names go from where these ideas come from."""
    db.session.execute(update(IdeaOrigin).where(IdeaOrigin.idea_id.in_(idea_ids)).values(author_name=""))


def share(idea_id: int, second_id: int) -> None:
    """What is split off an entry comes from where that came from."""
    origin = origin_of(idea_id)
    if origin is None:
        return
    kept = {name: getattr(origin, name) for name in _SHARED}
    db.session.add(IdeaOrigin(idea_id=second_id, key=f"split-{second_id}", **kept))
    db.session.flush()


def forget(idea_id: int) -> None:
    """Where an idea comes from is known no longer."""
    db.session.execute(delete(IdeaOrigin).where(IdeaOrigin.idea_id == idea_id))


def entered_by(person_id: int) -> list[tuple[str | None, IdeaOrigin]]:
    """What a member of staff entered: (number, origin), in order; one query."""
    statement = (
        select(Idea.number, IdeaOrigin)
        .join(IdeaOrigin, IdeaOrigin.idea_id == Idea.id)
        .where(Idea.entered_by == person_id)
        .order_by(Idea.id)
    )
    return [(number, origin) for number, origin in db.session.execute(statement)]
