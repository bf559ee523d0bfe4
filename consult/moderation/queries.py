"""Reads of moderation about single cases and subjects; the page of a case stands in `desk`, lists in `listing`."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from flask import current_app
from sqlalchemy import Select, and_, func, literal, null, or_, select
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from consult.accounts.models import Person
from consult.core.access import Actor
from consult.core.audit import AuditRow
from consult.core.clock import now
from consult.core.db import db
from consult.core.i18n import in_language
from consult.core.registry import Review, ReviewPart, SubjectInfo, describe, registries
from consult.core.text import render_markdown
from consult.moderation import rules
from consult.moderation.deadlines import working_seconds
from consult.moderation.models import SUBMISSION, Case, Decision, Report

# ---- subjects -------------------------------------------------------------------------------------------------------


def subject_info(kind: str, subject_id: int) -> SubjectInfo | None:
    """What others may know of a subject, or None if it is gone."""
    return describe([(kind, subject_id)]).get((kind, subject_id))


def subject_at(url: str) -> SubjectInfo | None:
    """The public subject at an address of this site, full or from its path on; None for everything else."""
    try:
        parts = urlsplit(url.strip())
        host = parts.hostname
    except ValueError:
        return None
    own = urlsplit(current_app.config["SETTINGS"].site_url).hostname
    if (
        (parts.scheme and parts.scheme not in ("http", "https"))
        or (host and host != own)
        or not parts.path.startswith("/")
    ):
        return None
    try:
        endpoint, args = current_app.url_map.bind("site.invalid").match(parts.path, "GET")
    except (HTTPException, RequestRedirect, UnicodeError):
        return None
    values = {name: value for name, value in args.items() if name != "lang_code"}
    resolver = registries.resolvers.get(endpoint)
    if resolver is not None:
        found = resolver(values)
        info = subject_info(*found) if found else None
    else:
        info = _at_its_own_address(parts.path, [value for value in values.values() if isinstance(value, str)])
    return info if info is not None and info.public else None


def _at_its_own_address(url_path: str, keys: list[str]) -> SubjectInfo | None:
    """The subject whose own page lies at this path, for kinds without a resolver: by the key in the address."""
    language = "en" if url_path.startswith("/en/") else "de"
    if len(keys) != 1 or len(keys[0]) > 200 or "\x00" in keys[0]:
        return None
    with in_language(language):
        for kind, subject in registries.subjects.items():
            found = subject.find(keys[0])
            info = subject_info(kind, found) if found is not None else None
            if info is not None and urlsplit(info.url).path == url_path:
                return info
    return None


# ---- cases ----------------------------------------------------------------------------------------------------------


def waiting_case(kind: str, subject_id: int, lock: bool = False) -> Case | None:
    """The case of a subject that is open or claimed."""
    statement = select(Case).where(Case.kind == kind, Case.subject_id == subject_id, Case.closed_at.is_(None))
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return db.session.execute(statement).scalar_one_or_none()


def open_case_for(kind: str, subject_id: int) -> Case | None:
    """The case that waits for a decision on this subject, for the subject's own pages."""
    return waiting_case(kind, subject_id)


GONE = ("hide", "remove", "merge")  # decisions that take out what was public
READ, RETURNED = "read", "returned"  # steps of a text on its way through moderation


def steps_until(kind: str, subject_id: int, moment: datetime) -> list[Select[Any, Any, Any]]:
    """What moderation did with a subject before a moment, to be put beside other steps of its way: (step, moment, None).

    Read is each case once: when the lease was taken, which whoever decides at once takes, too. It ends and is forgotten,
    so the log is asked. A return that its maker took back is none.
    """
    read = (
        select(literal(READ).label("what"), func.min(AuditRow.at).label("at"), null().label("number"))
        .join(Case, Case.id == AuditRow.subject_id)
        .where(
            Case.kind == kind, Case.subject_id == subject_id, AuditRow.subject_kind == rules.CASE.kind,
            AuditRow.event == rules.CASE.events["claim"], AuditRow.at <= moment,
        )
        .group_by(Case.id)
    )  # fmt: skip
    returned = select(literal(RETURNED), Decision.made_at, null()).where(
        Decision.kind == kind, Decision.subject_id == subject_id, Decision.outcome == "return",
        Decision.reversed_at.is_(None), Decision.made_at <= moment,
    )  # fmt: skip
    return [read, returned]


def read_at(kind: str, subject_id: int) -> list[datetime]:
    """When moderation began to read each version of a subject; one query."""
    read, _returned = steps_until(kind, subject_id, now())
    return [at for _what, at, _number in db.session.execute(read)]


def waiting_elsewhere(case: Case) -> bool:
    """Whether another case of the same subject is open."""
    other = waiting_case(case.kind, case.subject_id)
    return other is not None and other.id != case.id


def used_seconds(kind: str, subject_id: int) -> int:
    """Working time that the promise has used up already, where the last word on the subject was to return it."""
    decision = last_decision(kind, subject_id)
    if decision is None or decision.outcome != "return":
        return 0
    case = db.session.get_one(Case, decision.case_id)
    land = str(current_app.config["SETTINGS"].operator["land"])
    return case.used_seconds + working_seconds(case.opened_at, decision.made_at, land)


def version_text(case: Case) -> str:
    """The version to decide about, as forms carry it."""
    return "" if case.version_id is None else str(case.version_id)


def is_involved(actor: Actor, case: Case) -> bool:
    """Whether the actor is an author of the text or belongs to the author's organisation."""
    kind = registries.moderated.get(case.kind)
    return kind is not None and kind.involved(actor, case.subject_id)


def has_reported(actor: Actor, case: Case) -> bool:
    """Whether the actor is among those who reported the text of this case."""
    if not case.report_count or actor.person_id is None:
        return False
    statement = select(Report.id).where(Report.case_id == case.id, Report.reporter_id == actor.person_id).limit(1)
    return db.session.execute(statement).first() is not None


def leaves_as_it_is(case: Case, outcome: str, info: SubjectInfo | None) -> bool:
    """Whether the decision changes nothing: what was reported or looked at is public and may stay."""
    return outcome == "publish" and case.source != SUBMISSION and (info is None or info.public)


def offered_outcomes(case: Case, info: SubjectInfo | None) -> tuple[str, ...]:
    """The decisions that are possible now, in their usual order."""
    kind = registries.moderated.get(case.kind)
    allowed = set(kind.outcomes(case.subject_id, case.version_id)) if kind is not None and info is not None else set()
    if leaves_as_it_is(case, "publish", info):
        allowed.add("publish")
    return tuple(outcome for outcome in rules.OUTCOMES if outcome in allowed)


def review_of(case: Case, info: SubjectInfo | None = None) -> Review:
    """All that is read to decide. Things that no room moderates are shown by what everyone may know of them."""
    kind = registries.moderated.get(case.kind)
    if kind is not None:
        return kind.review(case.subject_id, case.version_id)
    info = info or subject_info(case.kind, case.subject_id)
    if info is None:
        return Review(case.title, case.language, [], None, "", None)
    part = ReviewPart(info.title, info.excerpt, render_markdown(info.excerpt))
    return Review(
        info.title, info.language or case.language, [part] if info.excerpt else [], None, info.author_name,
        info.author_id, public_url=info.url,
    )  # fmt: skip


# ---- decisions ------------------------------------------------------------------------------------------------------


def last_decision(kind: str, subject_id: int) -> Decision | None:
    """The newest decision on a subject that was not taken back."""
    statement = select(Decision).where(
        Decision.kind == kind, Decision.subject_id == subject_id, Decision.reversed_at.is_(None)
    )
    return db.session.execute(statement.order_by(Decision.id.desc()).limit(1)).scalar_one_or_none()


def decision_with_name(case_id: int) -> tuple[Decision | None, str]:
    """The newest decision of a case that was not taken back, with the name of who made it."""
    statement = (
        select(Decision, Person.name)
        .outerjoin(Person, Person.id == Decision.moderator_id)
        .where(Decision.case_id == case_id, Decision.reversed_at.is_(None))
        .order_by(Decision.id.desc())
        .limit(1)
    )
    row = db.session.execute(statement).first()
    return (row[0], row[1] or "") if row else (None, "")


def decisions_for(kind: str, subject_id: int) -> list[Decision]:
    """All decisions on a subject, oldest first; those that were taken back carry `reversed_at`."""
    statement = select(Decision).where(Decision.kind == kind, Decision.subject_id == subject_id)
    return list(db.session.execute(statement.order_by(Decision.id)).scalars())


def brought_back(since: datetime, until: datetime) -> dict[tuple[str, int], datetime]:
    """Texts that moderation has made public again in this span, each with the moment at which it had taken them out: by
    another decision, or by taking its own back."""
    at, undone = Decision.made_at, Decision.reversed_at
    restored = and_(at > since, Decision.outcome.in_(("restore", rules.REINSTATE)), undone.is_(None))
    taken_back = and_(Decision.outcome.in_(GONE), undone > since, undone <= until)
    statement = select(Decision).where(at > since - rules.UNDO, at <= until, or_(restored, taken_back))
    found: dict[tuple[str, int], datetime] = {}
    for decision in db.session.execute(statement.order_by(Decision.id)).scalars():
        gone = decision.made_at if decision.outcome in GONE else _gone_before(decision)
        if gone is not None:
            found[decision.kind, decision.subject_id] = gone
    return found


def _gone_before(decision: Decision) -> datetime | None:
    """Since when the text had been out that a decision brought back; None where it had been public or never so."""
    gone: datetime | None = None
    for one in decisions_for(decision.kind, decision.subject_id):
        if one.id >= decision.id:
            break
        if one.reversed_at is None or one.reversed_at >= decision.made_at:
            gone = (gone or one.made_at) if one.outcome in GONE else None
    return gone


def accepted_texts(person_id: int) -> int:
    """How many texts of a person moderation has published: what trust is built on."""
    statement = (
        select(Decision.kind, Decision.subject_id)
        .join(Case, Case.id == Decision.case_id)
        .where(Case.author_id == person_id, Decision.outcome == "publish", Decision.reversed_at.is_(None))
        .distinct()
        .limit(10)
    )
    return len(db.session.execute(statement).all())
