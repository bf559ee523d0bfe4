"""Reads about misuse: who gave cause within twelve months, with every single case that a human has to judge.

Refused reports, rejected complaints and texts restricted on a ground of law are cause to look, no more: whether one was
*manifestly* unfounded or illegal a moderator ticks case by case.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import and_, case, func, or_, select

from consult.accounts.models import Person
from consult.core.clock import now
from consult.core.db import db
from consult.core.errors import NotFound
from consult.core.forms import email_key
from consult.core.i18n import _
from consult.moderation.models import Case, Decision, Report
from consult.moderation.naming import called
from consult.moderation.rules import FAVOURABLE
from consult.redress.measure_queries import of_whom
from consult.redress.models import AUTHOR, NOTICES, SCOPES, TEXTS, WARNING, Complaint, Measure

COUNTED = timedelta(days=365)
MOST = 50
_KEY = re.compile(r"^([pr])([1-9][0-9]{0,8})$")


@dataclass(frozen=True)
class Concerned:
    """Whom a measure would concern: a person, or whoever uses an address without account. `key` stands in addresses."""

    scope: str
    key: str
    person_id: int | None
    name: str
    email: str
    language: str


@dataclass(frozen=True)
class Item:
    """One thing that may be manifestly unfounded or illegal."""

    kind: str
    id: int
    number: str
    title: str
    at: datetime
    words: str
    reason: str

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.id}"


@dataclass(frozen=True)
class Record:
    """What somebody did within twelve months: `items` that may be manifest, of `total`; and measures, newest first."""

    concerned: Concerned
    items: list[Item]
    total: int
    measures: list[Measure] = field(default_factory=list)

    @property
    def warned(self) -> bool:
        """Whether a warning counts that was not lifted."""
        return any(one.step == WARNING and one.status == "active" and one.ends_at is not None and one.ends_at > now()
                   for one in self.measures)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """Somebody in the list of those who gave cause."""

    key: str
    scope: str
    name: str
    number: int
    total: int


def concerned_by(scope: str, key: str) -> Concerned:
    """Whom the address of a page means; NotFound otherwise."""
    found = _KEY.match(key)
    if scope not in SCOPES or found is None or (found[1] == "r" and scope == TEXTS):
        raise NotFound(_("We do not have this page."))
    number = int(found[2])
    if found[1] == "p":
        person = db.session.get(Person, number)
        if person is None:
            raise NotFound(_("We do not have this page."))
        return Concerned(scope, key, person.id, person.name, person.email, person.language)
    report = db.session.get(Report, number)
    if report is None or not report.email:
        raise NotFound(_("We do not have this page."))
    return Concerned(scope, key, None, report.name, report.email, report.language)


def record_of(concerned: Concerned) -> Record:
    """Everything that a judgement rests on. Four queries at most."""
    items, total = _texts(concerned) if concerned.scope == TEXTS else _notices(concerned)
    measures = db.session.execute(
        select(Measure)
        .where(Measure.scope == concerned.scope, of_whom(concerned.person_id, concerned.email))
        .order_by(Measure.id.desc())
        .limit(20)
    ).scalars()
    return Record(concerned, items, total, list(measures))


def _since() -> datetime:
    return now() - COUNTED


def _texts(concerned: Concerned) -> tuple[list[Item], int]:
    rows = db.session.execute(
        select(Decision, Case.title)
        .join(Case, Case.id == Decision.case_id)
        .where(Case.author_id == concerned.person_id, Decision.made_at > _since(), Decision.reversed_at.is_(None))
        .order_by(Decision.id.desc())
    ).all()
    items = [
        Item("decision", one.id, one.number, called(one.kind, title), one.made_at, one.note, one.reason)
        for one, title in rows
        if one.ground == "law" and one.outcome not in FAVOURABLE
    ]
    return items[:MOST], len({(one.kind, one.subject_id) for one, _title in rows})


def _notices(concerned: Concerned) -> tuple[list[Item], int]:
    whose = [Report.reporter_id == concerned.person_id] if concerned.person_id is not None else []
    reports = db.session.execute(
        select(Report, Decision)
        .outerjoin(Decision, Decision.id == Report.decision_id)
        .where(or_(*whose, func.lower(Report.email) == email_key(concerned.email)), Report.created_at > _since())
        .order_by(Report.id.desc())
    ).all()
    items = [
        Item(
            "report",
            report.id,
            report.number,
            called(report.kind, report.title),
            report.created_at,
            report.explanation,
            report.reason,
        )  # fmt: skip
        for report, decision in reports
        if decision is not None and (decision.facts.get("left") or decision.outcome in FAVOURABLE)
    ]
    mine = [Complaint.person_id == concerned.person_id] if concerned.person_id is not None else []
    complaints = list(
        db.session.execute(
            select(Complaint)
            .where(
                or_(*mine, func.lower(Complaint.email) == email_key(concerned.email)), Complaint.created_at > _since()
            )
            .order_by(Complaint.id.desc())
        ).scalars()
    )
    items += [
        Item("complaint", one.id, one.number, called(one.kind, one.title), one.created_at, one.body, one.reason)
        for one in complaints
        if one.outcome == "reject" and one.party != AUTHOR or one.is_manifest
    ]
    return items[:MOST], len(reports) + len(complaints)


# ---- who gave cause -------------------------------------------------------------------------------------------------


def reporters_with_cause() -> list[Row]:
    """Those whose reports were refused at least twice within twelve months, most first. One query."""
    refused = func.sum(case((Decision.outcome.in_(("publish", "restore")), 1), else_=0))
    who = func.coalesce(Report.reporter_id, 0)
    address = func.lower(Report.email)
    statement = (
        select(who, address, func.max(Report.id), func.max(Report.name), refused, func.count())
        .outerjoin(Decision, Decision.id == Report.decision_id)
        .where(Report.created_at > _since(), or_(Report.reporter_id.is_not(None), Report.email != ""))
        .group_by(who, address)
        .having(refused >= 2)
        .order_by(refused.desc(), func.max(Report.id).desc())
        .limit(MOST)
    )
    return [
        Row(f"p{person}" if person else f"r{newest}", NOTICES, name or address_, int(number), total)
        for person, address_, newest, name, number, total in db.session.execute(statement)
    ]


def authors_with_cause() -> list[Row]:
    """Those whose texts were restricted on a ground of law at least twice within twelve months, most first. One query."""
    number = func.count()
    statement = (
        select(Person.id, Person.name, number)
        .join(Case, Case.author_id == Person.id)
        .join(Decision, Decision.case_id == Case.id)
        .where(
            and_(
                Decision.made_at > _since(), Decision.reversed_at.is_(None), Decision.ground == "law",
                Decision.outcome.not_in(sorted(FAVOURABLE)),
            )
        )
        .group_by(Person.id, Person.name)
        .having(number >= 2)
        .order_by(number.desc(), Person.id)
        .limit(MOST)
    )  # fmt: skip
    return [Row(f"p{person}", TEXTS, name, count, 0) for person, name, count in db.session.execute(statement)]


def recent_measures(limit: int = 30) -> list[tuple[Measure, str]]:
    """The newest measures with the name of whom they concern. One query."""
    statement = (
        select(Measure, Person.name)
        .outerjoin(Person, Person.id == Measure.person_id)
        .order_by(Measure.id.desc())
        .limit(limit)
    )
    return [(measure, name or measure.email) for measure, name in db.session.execute(statement)]
