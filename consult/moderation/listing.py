"""The queue: what waits, oldest promise first, with filters and counts; and what a moderator has decided."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, or_, select, true

from consult.core.access import Actor
from consult.core.clock import now
from consult.core.db import db
from consult.core.i18n import LANGUAGES, _, format_span
from consult.core.paging import Page, keyset
from consult.core.registry import SubjectInfo, describe, registries
from consult.moderation import deadlines, queries, rules
from consult.moderation.models import REPORT, Case, Decision
from consult.moderation.pace import Pace, pace_columns, pace_of

SIZE = 30


@dataclass(frozen=True)
class Filters:
    """What of the queue to show. `kind` is a kind of subject or "report", `mine` what the reader has reserved; empty
    values choose nothing."""

    kind: str = ""
    consultation: int | None = None
    language: str = ""
    mine: bool = False

    @classmethod
    def of(cls, args: Mapping[str, Any]) -> Filters:
        """From an address; what is unknown there counts as not chosen."""
        consultation = str(args.get("consultation", ""))
        language = str(args.get("language", ""))
        return cls(
            kind=str(args.get("kind", ""))[:40],
            consultation=int(consultation) if re.fullmatch(r"[0-9]{1,9}", consultation) else None,
            language=language if language in LANGUAGES else "",
            mine=args.get("mine") == "1",
        )

    def values(self) -> dict[str, Any]:
        """As parameters of an address."""
        chosen = {
            "kind": self.kind,
            "consultation": self.consultation,
            "language": self.language,
            "mine": "1" if self.mine else "",
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
    return statement


def kind_label(kind: str) -> str:
    """The word for a kind of subject."""
    subject = registries.subjects.get(kind)
    return str(subject.label) if subject is not None else kind


def _counts(actor: Actor) -> tuple[list[Any], Pace | None]:
    """How many cases wait, by kind, reported or not, consultation and language; and the pace. One query for both."""
    reported = Case.report_count > 0
    groups = (
        select(Case.kind, reported.label("reported"), Case.consultation_id, Case.language, func.count().label("number"))
        .where(*_in_scope(actor))
        .group_by(Case.kind, reported, Case.consultation_id, Case.language)
        .subquery()
    )
    one = select(literal(1).label("one")).subquery()  # keeps the pace where nothing waits
    columns = (groups.c.kind, groups.c.reported, groups.c.consultation_id, groups.c.language, groups.c.number)
    statement = select(*columns, *pace_columns()).select_from(one.outerjoin(groups, true()))
    rows = list(db.session.execute(statement))
    return [row[:5] for row in rows if row[0] is not None], pace_of(rows[0][5:])


def _sum_by(rows: list[Any], index: int) -> dict[Any, int]:
    sums: dict[Any, int] = {}
    for row in rows:
        sums[row[index]] = sums.get(row[index], 0) + row[4]
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
    elif not hint and case.used_seconds:
        hint = _("sent again after it was returned")
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
    counts, pace = _counts(actor)
    statement = _chosen(actor, select(Case).where(*_in_scope(actor)), filters)
    page = keyset(statement, [(Case.due_at, "asc"), (Case.id, "asc")], after, SIZE)
    infos = describe((case.kind, case.subject_id) for case in page.items)
    kinds = [(kind, kind_label(kind), number) for kind, number in sorted(_sum_by(counts, 0).items())]
    reported = sum(row[4] for row in counts if row[1])
    consultations = {key: number for key, number in _sum_by(counts, 2).items() if key is not None}
    titles = describe(("consultation", key) for key in consultations) if len(consultations) > 1 else {}
    return Queue(
        rows=[row_of(actor, case, infos.get((case.kind, case.subject_id))) for case in page.items],
        page=page,
        total=sum(row[4] for row in counts),
        pace=pace,
        kinds=[*kinds, *([(REPORT, _("Reported"), reported)] if reported else [])],
        consultations=[
            (key, info.title, consultations[key])
            for (_kind, key), info in sorted(titles.items(), key=lambda one: one[0])
        ],
        languages=sorted(_sum_by(counts, 3).items()),
    )


def next_case(actor: Actor, filters: Filters) -> Case | None:
    """The case that the actor may decide next: neither claimed by others nor their own."""
    moment = now()
    free = or_(Case.status == "open", Case.claimed_by == actor.person_id, Case.claimed_until <= moment)
    statement = (
        _chosen(actor, select(Case).where(*_in_scope(actor), free), filters).order_by(Case.due_at, Case.id).limit(10)
    )
    for case in db.session.execute(statement).scalars():
        if rules.can_decide(actor, case, queries.is_involved(actor, case)):
            return case
    return None


def decided_by(actor: Actor, after: str | None = None) -> Page[tuple[Decision, str]]:
    """What the actor has decided, newest first, each with the title of its case."""
    statement: Any = (
        select(Decision, Case.title)
        .join(Case, Case.id == Decision.case_id)
        .where(Decision.moderator_id == actor.person_id)
    )
    order = [(Decision.made_at, "desc"), (Decision.id, "desc")]
    return keyset(statement, order, after, SIZE, scalars=False, key=lambda row: (row[0].made_at, row[0].id))
