"""Entering an idea on behalf of its author, and what could be the same idea already.

An entry is an idea like any other from then on: it has its number, its private address and its case. What is typed is the
author's, never the typist's: `Idea.author_id` is whoever belongs to the e-mail address that was given, or nobody.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy import func, or_, select

from consult.accounts.operations import as_actor, ensure_person
from consult.consultations.models import Consultation
from consult.consultations.queries import questions_of
from consult.core import audit
from consult.core.access import GUEST, Actor
from consult.core.audiences import AUDIENCES
from consult.core.clock import today
from consult.core.db import db, is_sqlite
from consult.core.errors import Invalid, Refused
from consult.core.forms import email_problem
from consult.core.i18n import _, format_day
from consult.ideas import drafting, helps, operations, origins, tokens
from consult.ideas.drafts import Content
from consult.ideas.models import CHANNELS, Idea, IdeaOrigin
from consult.paper import rules
from consult.search.similar import Similar

audit.declare("idea.entered", "channel", "consent", "run")

NEARLY_THE_SAME = (
    35  # of 100: so alike is an idea that whoever enters a text is stopped by; else entering is no question
)
ENTERING = 0x9A9E7  # the lock of those who enter
SAME_REFERENCE, SAME_WORDS = "reference", "words"


@dataclass
class Entry:
    """What staff typed: the idea, and where it comes from. `key` is the id of an imported row."""

    content: Content
    channel: str
    received_on: date | None
    consent: str
    place: str = ""
    reference: str = ""
    author_name: str = ""
    email: str = ""
    key: str = ""

    @property
    def fingerprint(self) -> str:
        return fingerprint_of(self.content)


@dataclass(frozen=True)
class Doubles:
    """What could be the same idea: entered before (number, why), and public ideas that say something like it."""

    entered: list[tuple[str, str]] = field(default_factory=list)
    similar: list[Similar] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.entered or self.similar)


def reference_key(reference: str) -> str:
    """The form in which numbers of originals are compared: letters and digits."""
    return re.sub(r"[\W_]+", "", reference.casefold())[:120]


def fingerprint_of(content: Content) -> str:
    """The same for the same answers, whatever their spaces, capitals and marks."""
    said = [re.sub(r"[\W_]+", "", one.body.casefold()) for _id, one in sorted(content.given.items())]
    return hashlib.sha256("\x1f".join(said).encode("utf-8", "replace")).hexdigest()


def one_by_one() -> None:
    """Nobody else enters anything until this transaction ends, so that of what two enter at the same moment, or one person
    by a second click, the second is found by what is here. SQLite lets one write at a time anyway."""
    if not is_sqlite():
        db.session.execute(select(func.pg_advisory_xact_lock(ENTERING)))


def doubles(consultation: Consultation, entry: Entry, limit: int = 3) -> Doubles:
    """What could be the same idea already. At most seven queries."""
    near = [one for one in helps.helps_for(entry.content, None).similar if one.likeness.score >= NEARLY_THE_SAME]
    return Doubles(entered_before(consultation, entry, limit), near[:limit])


def entered_before(consultation: Consultation, entry: Entry, limit: int = 3) -> list[tuple[str, str]]:
    """Entries with the same number of the original or the same words: (number, why); one query."""
    known = reference_key(entry.reference)
    same = [IdeaOrigin.fingerprint == entry.fingerprint]
    if known:
        same.append(IdeaOrigin.reference_key == known)
    statement = (
        select(Idea.number, IdeaOrigin.reference_key)
        .join(IdeaOrigin, IdeaOrigin.idea_id == Idea.id)
        .where(Idea.consultation_id == consultation.id, or_(*same))
        .order_by(Idea.id)
        .limit(limit)
    )
    return [
        (number or "", SAME_REFERENCE if known and key == known else SAME_WORDS)
        for number, key in db.session.execute(statement)
    ]


def faults_of(consultation: Consultation, entry: Entry) -> dict[str, str]:
    """What is missing or does not fit, by field; empty where the entry can be taken."""
    faults: dict[str, str] = {}
    if entry.channel not in CHANNELS:
        faults["channel"] = _("Please choose how it reached you.")
    if entry.received_on is None:
        faults["received_on"] = _("Please enter the day on which it reached you.")
    elif not rules.takes(consultation, entry.received_on, today()):
        faults["received_on"] = _late_words(consultation)
    if entry.consent not in origins.CONSENTS:
        faults["consent"] = _("Without the author's consent it cannot be entered.")
    if entry.email and (problem := email_problem(entry.email)):
        faults["email"] = problem
    if not entry.content.title.strip():
        faults["title"] = _("Please write a title of up to %(number)s characters.", number=120)
    return faults | _answer_faults(consultation, entry.content)


def _answer_faults(consultation: Consultation, content: Content) -> dict[str, str]:
    positions = {one.id: one.position for one in questions_of(consultation.id)}
    first = min(positions.values(), default=1)
    if not content.given:
        return {f"answer-{first}": _("At least one question is answered.")}
    return {
        f"audience-{positions[question]}": _("Please choose one of the entries in the list.")
        for question, one in content.given.items()
        if one.audience not in AUDIENCES and question in positions
    }


def _late_words(consultation: Consultation) -> str:
    if consultation.opens_on is None or consultation.phase not in ("open", "closed"):
        return _("Nothing can be entered for this consultation at present.")
    if consultation.closes_on is None:
        return _("The day lies between %(first)s and today.", first=format_day(consultation.opens_on))
    return _(
        "Only what was received from %(first)s to %(last)s takes part, and no day to come.",
        first=format_day(consultation.opens_on), last=format_day(consultation.closes_on),
    )  # fmt: skip


def enter(actor: Actor, consultation: Consultation, entry: Entry, run: int | None = None) -> Idea:
    """The idea is there, with its number, and waits for moderation; its author gets the receipt if an address is given.

    Refused for whom it is not, Invalid with the fields that lack something. `run` is the import that brings it.
    """
    if not (actor.is_system or rules.can_enter(actor, consultation.id)):
        raise Refused(_("Your account has no right to this page."))
    if faults := faults_of(consultation, entry):
        raise Invalid(faults)
    assert entry.received_on is not None
    person = ensure_person(entry.email, entry.content.language) if entry.email else None
    draft = drafting.start_draft(actor, consultation.id, tokens.new_key(), entry.content.language)
    idea = drafting.locked(draft.id)
    idea.entered_by = actor.person_id
    db.session.add(
        IdeaOrigin(
            idea_id=idea.id, channel=entry.channel, received_on=entry.received_on, place=entry.place,
            reference=entry.reference, reference_key=reference_key(entry.reference), consent=entry.consent,
            author_name=entry.author_name, by_mail=person is not None, key=entry.key or f"entry-{secrets.token_hex(12)}",
            fingerprint=entry.fingerprint,
        )
    )  # fmt: skip
    content = replace(entry.content, attributes={**entry.content.attributes, origins.CHANNEL: entry.channel})
    author = as_actor(person) if person is not None else GUEST
    audit.record("idea.entered", actor, ("idea", idea.id), channel=entry.channel, consent=entry.consent, run=run)
    return operations.submit(actor, idea, content, consultation, "send", author=author)


def entered_by(actor: Actor, limit: int = 50) -> Sequence[Idea]:
    """What the actor entered, the last first; one query."""
    if actor.person_id is None:
        return []
    statement = select(Idea).where(Idea.entered_by == actor.person_id).order_by(Idea.id.desc()).limit(limit)
    return db.session.execute(statement).scalars().all()


def entry_by_number(number: str) -> Idea | None:
    """The entered idea of this number, in whatever state."""
    statement = select(Idea).join(IdeaOrigin, IdeaOrigin.idea_id == Idea.id).where(Idea.number == number)
    return db.session.execute(statement).scalar_one_or_none()


def still_there(keys: Sequence[str]) -> list[str]:
    """Which of these entries are here yet; those that were taken back one by one, or deleted, are not."""
    known = select(IdeaOrigin.key).where(IdeaOrigin.key.in_(keys))
    return list(db.session.execute(known.order_by(IdeaOrigin.key)).scalars()) if keys else []


def same_words(found: Iterable[tuple[str, str]]) -> list[str]:
    """Each entry that could be the same, in a sentence."""
    words = {
        SAME_REFERENCE: _("the original has the same number"),
        SAME_WORDS: _("the answers have the same words"),
    }
    return [f"{number}: {words[why]}" for number, why in found]
