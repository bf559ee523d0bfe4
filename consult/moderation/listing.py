"""The queue: what waits, oldest promise first, with filters and counts; and what a moderator has decided."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, and_, bindparam, func, literal, or_, select, true, union_all
from sqlalchemy import case as sql_case

from consult.core.access import Actor
from consult.core.clock import end_of_day, now, today
from consult.core.db import UTCDateTime, db
from consult.core.i18n import LANGUAGES, _, format_span
from consult.core.paging import Page, keyset
from consult.core.registry import SubjectInfo, describe, registries
from consult.moderation import deadlines, rules
from consult.moderation.catalogue import reason_title
from consult.moderation.models import REPORT, Case, Decision, Report
from consult.moderation.pace import DAYS, Pace, pace_columns, pace_of
from consult.moderation.signs import sign_line

SIZE = 30
PACE_OF = timedelta(days=DAYS)
AGES = ("late", "today", "later")  # the promised time: over, ends today, ends on another day


@dataclass(frozen=True)
class Filters:
    """What of the queue to show. `kind` is a kind of subject or "report", `mine` what the reader has reserved, `age` one
    of AGES, `reason` that of a report; empty values choose nothing."""

    kind: str = ""
    consultation: int | None = None
    language: str = ""
    mine: bool = False
    age: str = ""
    reason: str = ""

    @classmethod
    def of(cls, args: Mapping[str, Any]) -> Filters:
        """From an address; what is unknown there counts as not chosen."""
        consultation = str(args.get("consultation", ""))
        language, age = str(args.get("language", "")), str(args.get("age", ""))
        return cls(
            kind=str(args.get("kind", ""))[:40],
            consultation=int(consultation) if re.fullmatch(r"[0-9]{1,9}", consultation) else None,
            language=language if language in LANGUAGES else "",
            mine=args.get("mine") == "1",
            age=age if age in AGES else "",
            reason=str(args.get("reason", ""))[:40],
        )

    def values(self) -> dict[str, Any]:
        """As parameters of an address."""
        chosen = {
            "kind": self.kind,
            "consultation": self.consultation,
            "language": self.language,
            "mine": "1" if self.mine else "",
            "age": self.age,
            "reason": self.reason,
        }
        return {name: value for name, value in chosen.items() if value}


@dataclass(frozen=True)
class Row:
    """One case of the queue. `urgency` is late, soon or ok; `hint` the one thing worth knowing before opening it."""

    case: Case
    info: SubjectInfo | None
    badge: str
    label: str
    urgency: str
    due_text: str
    waited_text: str
    share: float
    hint: str
    own: bool
    held: bool


@dataclass(frozen=True)
class Queue:
    """One page of the queue with the counts of all its parts."""

    rows: list[Row]
    page: Page[Case]
    total: int
    pace: Pace | None
    kinds: list[tuple[str, str, int]] = field(default_factory=list)
    consultations: list[tuple[int, str, int]] = field(default_factory=list)
    languages: list[tuple[str, int]] = field(default_factory=list)
    ages: dict[str, int] = field(default_factory=dict)
    mine: int = 0
    reasons: list[tuple[str, str, int]] = field(default_factory=list)


def _in_scope(actor: Actor) -> Sequence[ColumnElement[bool]]:
    scope = rules.moderated_consultations(actor, "moderation.queue")
    waiting = Case.closed_at.is_(None)
    return [waiting] if scope is None else [waiting, Case.consultation_id.in_(sorted(scope))]


def _chosen(actor: Actor, statement: Select[Any], filters: Filters) -> Select[Any]:
    if filters.mine:
        statement = statement.where(Case.claimed_by == actor.person_id, Case.claimed_until > now())
    if filters.kind == REPORT:
        statement = statement.where(Case.report_count > 0)
    elif filters.kind:
        statement = statement.where(Case.kind == filters.kind)
    if filters.consultation is not None:
        statement = statement.where(Case.consultation_id == filters.consultation)
    if filters.language:
        statement = statement.where(Case.language == filters.language)
    if filters.reason:
        reported = select(Report.id).where(Report.case_id == Case.id, Report.reason == filters.reason)
        statement = statement.where(Case.report_count > 0, reported.exists())
    if filters.age == "late":
        statement = statement.where(Case.due_at <= now())
    elif filters.age == "today":
        statement = statement.where(Case.due_at > now(), Case.due_at < end_of_day(today()))
    elif filters.age == "later":
        statement = statement.where(Case.due_at >= max(now(), end_of_day(today())))
    return statement


def kind_label(kind: str) -> str:
    """The word for a kind of subject."""
    subject = registries.subjects.get(kind)
    return str(subject.label) if subject is not None else kind


@dataclass(frozen=True)
class _Counts:
    """How many cases wait: rows of (kind, consultation, language, number, reported), and the sums that need no rows."""

    rows: list[Any]
    late: int
    today: int
    mine: int
    by_reason: dict[str, int]
    pace: Pace | None


@lru_cache(maxsize=2)
def _counting(scoped: bool) -> Select[Any]:
    """The query behind `_counts`, put together once: building it costs more than a third of answering it.

    Each number is read from an index that holds it; what is late or due today from the one of promises, by its range.
    """
    moment, person = bindparam("moment", type_=UTCDateTime()), bindparam("person", type_=Integer())
    waiting = [Case.closed_at.is_(None)]
    if scoped:
        waiting.append(Case.consultation_id.in_(bindparam("scope", expanding=True)))
    keys = (Case.kind.label("kind"), Case.consultation_id.label("consultation"), Case.language.label("language"))
    reported = func.sum(sql_case((Case.report_count > 0, 1), else_=0)).label("reported")
    cases = select(literal("case").label("what"), *keys, func.count().label("number"), reported)
    # from the reports to their cases: there are far fewer of these than texts that wait
    concerned = select(Case.id).where(Case.id == Report.case_id, *waiting).exists()
    reasons = (
        select(
            literal("reason"), Report.reason, literal(0), literal(""), func.count(func.distinct(Report.case_id)), literal(0)
        )
        .where(concerned)
        .group_by(Report.reason)
    )  # fmt: skip
    groups = union_all(cases.where(*waiting).group_by(*keys), reasons).subquery()

    def number(*conditions: Any) -> Any:
        return select(func.count()).select_from(Case).where(*waiting, *conditions).scalar_subquery()

    totals = (
        number(Case.due_at <= moment),
        number(Case.due_at > moment, Case.due_at < bindparam("day_end", type_=UTCDateTime())),
        number(Case.claimed_by == person, Case.claimed_until > moment, Case.status == "claimed"),
    )
    one = select(literal(1).label("one")).subquery()  # keeps the rest where nothing waits
    columns = (*totals, *pace_columns(bindparam("since", type_=UTCDateTime())))
    return select(groups, *columns).select_from(one.outerjoin(groups, true()))


def _counts(actor: Actor) -> _Counts:
    """How many cases wait, by everything that can be chosen; those reported by reason; and the pace. One query."""
    scope = rules.moderated_consultations(actor, "moderation.queue")
    values: dict[str, Any] = {
        "moment": now(), "day_end": end_of_day(today()), "person": actor.person_id or 0, "since": now() - PACE_OF,
        **({"scope": sorted(scope)} if scope is not None else {}),
    }  # fmt: skip
    rows = [tuple(row) for row in db.session.execute(_counting(scope is not None), values)]
    late, due_today, mine = (int(value) for value in rows[0][6:9])
    return _Counts(
        rows=[row[1:6] for row in rows if row[0] == "case"],
        late=late,
        today=due_today,
        mine=mine,
        by_reason={row[1]: row[4] for row in rows if row[0] == "reason"},
        pace=pace_of(rows[0][9:]),
    )


def _sum_by(rows: list[Any], index: int) -> dict[Any, int]:
    sums: dict[Any, int] = {}
    for row in rows:
        sums[row[index]] = sums.get(row[index], 0) + row[3]
    return sums


def due_words(case: Case, moment: datetime) -> str:
    """How long is left, or by how much it is overdue."""
    span = format_span(case.due_at - moment)
    return _("by %(span)s", span=span) if moment >= case.due_at else _("%(span)s left", span=span)


def row_of(actor: Actor, case: Case, info: SubjectInfo | None) -> Row:
    """One case as the queue shows it."""
    moment = now()
    hint = _("“%(words)s”", words=case.report_hint) if case.report_hint else ""
    own = case.author_id is not None and case.author_id == actor.person_id
    own = own or (info is not None and info.organisation_id in actor.organisation_ids)
    held = case.held_by_other(actor.person_id, moment)
    if held:
        hint = _("%(name)s is deciding this just now", name=case.claimed_name or _("Another moderator"))
    elif own:
        hint = _("yours or your organisation's: somebody else decides")
    elif not hint:
        again = _("sent again after it was returned") if case.used_seconds else ""
        hint = ", ".join(part for part in (again, sign_line(case)) if part)
    return Row(
        case=case,
        info=info,
        badge="report" if case.source == REPORT else "comment" if case.kind == "comment" else "new",
        label=_("Report") if case.source == REPORT else kind_label(case.kind),
        urgency=deadlines.urgency(case.opened_at, case.due_at, moment),
        due_text=due_words(case, moment),
        waited_text=_("waiting %(span)s", span=format_span(moment - case.opened_at)),
        share=deadlines.share_used(case.opened_at, case.due_at, moment),
        hint=hint,
        own=own,
        held=held,
    )


def queue(actor: Actor, filters: Filters, after: str | None = None) -> Queue:
    """One page of what waits in the consultations that the actor moderates."""
    counts = _counts(actor)
    statement = _chosen(actor, select(Case).where(*_in_scope(actor)), filters)
    page = keyset(statement, [(Case.due_at, "asc"), (Case.id, "asc")], after, SIZE)
    infos = describe((case.kind, case.subject_id) for case in page.items)
    kinds = [(kind, kind_label(kind), number) for kind, number in sorted(_sum_by(counts.rows, 0).items())]
    total, reported = (sum(int(row[place]) for row in counts.rows) for place in (3, 4))
    consultations = {key: number for key, number in _sum_by(counts.rows, 1).items() if key is not None}
    titles = describe(("consultation", key) for key in consultations) if len(consultations) > 1 else {}
    return Queue(
        rows=[row_of(actor, case, infos.get((case.kind, case.subject_id))) for case in page.items],
        page=page,
        total=total,
        pace=counts.pace,
        kinds=[*kinds, *([(REPORT, _("Reported"), reported)] if reported else [])],
        consultations=[
            (key, info.title, consultations[key])
            for (_kind, key), info in sorted(titles.items(), key=lambda one: one[0])
        ],
        languages=sorted(_sum_by(counts.rows, 2).items()),
        ages={"late": counts.late, "today": counts.today, "later": total - counts.late - counts.today},
        mine=counts.mine,
        reasons=[
            (code, reason_title(code), number)
            for code, number in sorted(counts.by_reason.items(), key=lambda one: -one[1])
        ],
    )


def candidates(actor: Actor, filters: Filters, behind: Case | None = None) -> Select[Any]:
    """The free cases of the queue in its order, for `leases.claim_next`; `behind` leaves out all up to this one."""
    free = or_(Case.status == "open", Case.claimed_by == actor.person_id, Case.claimed_until <= now())
    foreign = or_(Case.author_id.is_(None), Case.author_id != actor.person_id)
    statement = _chosen(actor, select(Case).where(*_in_scope(actor), free, foreign), filters)
    if behind is not None:
        later = or_(Case.due_at > behind.due_at, and_(Case.due_at == behind.due_at, Case.id > behind.id))
        statement = statement.where(later)
    return statement.order_by(Case.due_at, Case.id)


def decided_by(actor: Actor, after: str | None = None) -> Page[tuple[Decision, str, str]]:
    """What the actor has decided, newest first, each with the title of its case and the language of the text."""
    statement: Any = (
        select(Decision, Case.title, Case.language)
        .join(Case, Case.id == Decision.case_id)
        .where(Decision.moderator_id == actor.person_id)
    )
    order = [(Decision.made_at, "desc"), (Decision.id, "desc")]
    return keyset(statement, order, after, SIZE, scalars=False, key=lambda row: (row[0].made_at, row[0].id))
