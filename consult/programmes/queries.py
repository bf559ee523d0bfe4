"""Reading programmes: the list with its filters, one programme, calls with their deadlines and reminders."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, case, cast, exists, func, or_, select, union_all

from consult.core.clock import now
from consult.core.db import db
from consult.core.paging import Page, keyset
from consult.organisations.models import Organisation
from consult.organisations.queries import organisations_by_ids
from consult.programmes.models import Call, Programme, Reminder
from consult.search.queries import matching

PAGE_SIZE = 20
COUNTED = 1000  # programmes that the numbers beside the filters are counted from
FILTERS = ("level", "kind", "topic", "open")


@dataclass(frozen=True)
class Selection:
    """The chosen level, kind and topic, whether one must be able to apply now, and the words sought; empty for all."""

    level: str = ""
    kind: str = ""
    topic: str = ""
    open: str = ""
    q: str = ""

    @property
    def chosen(self) -> int:
        return sum(bool(getattr(self, name)) for name in (*FILTERS, "q"))


def call_is_open() -> ColumnElement[bool]:
    """Condition: one can apply at this moment, as `rules.state_of` says."""
    moment = now()
    has_opened = Call.opens_at <= moment
    return and_(
        or_(Call.closes_at.is_(None), Call.closes_at > moment),
        or_(Call.opens_at.is_(None), has_opened),
        or_(Call.rolling, and_(Call.opens_at.is_not(None), Call.closes_at.is_not(None))),
    )


def _has_open_call() -> ColumnElement[bool]:
    return exists().where(Call.programme_id == Programme.id, call_is_open())


def _words(selection: Selection) -> list[ColumnElement[bool]]:
    return [Programme.id.in_(select(matching("programme", selection.q).c.id))] if selection.q else []


def _conditions(selection: Selection) -> list[ColumnElement[bool]]:
    found = _words(selection)
    if selection.level:
        found.append(Programme.level == selection.level)
    if selection.kind:
        found.append(Programme.kind == selection.kind)
    if selection.topic:
        found.append(cast(Programme.topics, Text).contains(f'"{selection.topic}"', autoescape=True))
    if selection.open:
        found.append(_has_open_call())
    return found


def programmes_page(selection: Selection, after: str | None, size: int = PAGE_SIZE) -> Page[Programme]:
    """One page of the programmes that fit, by title."""
    statement = select(Programme).where(*_conditions(selection))
    return keyset(statement, [(Programme.sort_key, "asc"), (Programme.id, "asc")], after, size)


def entered_between(selection: Selection, since: datetime, until: datetime, limit: int) -> list[Programme]:
    """Programmes that fit and were entered in this span, the latest first."""
    statement = select(Programme).where(
        *_conditions(selection), Programme.created_at > since, Programme.created_at <= until
    )
    statement = statement.order_by(Programme.created_at.desc(), Programme.id.desc()).limit(limit)
    return list(db.session.execute(statement).scalars())


def filter_counts(selection: Selection) -> Mapping[tuple[str, str], int]:
    """(filter, code) -> number of programmes with the words, each filter as if nothing were chosen in it. One query."""
    columns = (Programme.level, Programme.kind, Programme.topics, case((_has_open_call(), 1), else_=0).label("open"))
    counts: Counter[tuple[str, str]] = Counter()
    statement = select(*columns).where(*_words(selection)).order_by(Programme.id).limit(COUNTED)
    for row in db.session.execute(statement):
        codes = {
            "level": {row.level},
            "kind": {row.kind},
            "topic": set(row.topics),
            "open": {"1"} if row.open else set(),
        }
        for name in FILTERS:
            if all(other == name or _fits(selection, codes, other) for other in FILTERS):
                counts.update((name, code) for code in codes[name])
    return counts


def _fits(selection: Selection, codes: Mapping[str, set[str]], name: str) -> bool:
    chosen = getattr(selection, name)
    return not chosen or chosen in codes[name]


def programme_by_slug(slug: str) -> Programme | None:
    """The programme of this address."""
    if not slug.isprintable():
        return None
    return db.session.execute(select(Programme).where(Programme.slug == slug)).scalar()


def bodies_of(programmes: Sequence[Programme]) -> dict[int, Organisation]:
    """The organisations that carry or run these programmes, by id; one query."""
    ids = {one for programme in programmes for one in (programme.owner_id, programme.implementer_id) if one}
    return organisations_by_ids(sorted(ids)) if ids else {}


# ---- calls ----------------------------------------------------------------------------------------------------------


def calls_of(programme_id: int, person_id: int | None = None) -> list[tuple[Call, Reminder | None]]:
    """The calls of a programme with a person's reminder for each; one query.

    Those to come or open stand first, the next deadline on top; then closed ones, the latest first.
    """
    moment = now()
    closed = case((and_(Call.closes_at.is_not(None), Call.closes_at <= moment), 1), else_=0)
    ahead = case((closed == 0, Call.closes_at))
    statement = (
        select(Call, Reminder)
        .outerjoin(Reminder, and_(Reminder.call_id == Call.id, Reminder.person_id == person_id))
        .where(Call.programme_id == programme_id)
        .order_by(closed, ahead.is_(None), ahead, Call.closes_at.desc(), Call.id.desc())
    )
    return [(call, reminder) for call, reminder in db.session.execute(statement)]


def next_deadlines(programmes: Sequence[Programme]) -> dict[int, Call]:
    """The open call of each of these programmes that closes next; one query."""
    ids = [programme.id for programme in programmes]
    if not ids:
        return {}
    statement = (
        select(Call)
        .where(Call.programme_id.in_(ids), call_is_open())
        .order_by(Call.closes_at.is_(None).desc(), Call.closes_at.desc(), Call.id)
    )
    return {call.programme_id: call for call in db.session.execute(statement).scalars()}


def dated_calls(limit: int = 200) -> list[tuple[Call, str]]:
    """The next deadlines with the address of their programme."""
    statement = (
        select(Call, Programme.slug)
        .join(Programme, Programme.id == Call.programme_id)
        .where(Call.closes_at > now())
        .order_by(Call.closes_at, Call.id)
        .limit(limit)
    )
    return [(call, slug) for call, slug in db.session.execute(statement)]


def call_by_slug(programme_id: int, slug: str) -> Call | None:
    """A call of this programme by its address."""
    if not slug.isprintable():
        return None
    return db.session.execute(select(Call).where(Call.programme_id == programme_id, Call.slug == slug)).scalar()


def calls_by_ids(ids: Sequence[int]) -> list[tuple[Call, str]]:
    """Calls with the address of their programme; one query."""
    statement = select(Call, Programme.slug).join(Programme, Programme.id == Call.programme_id).where(Call.id.in_(ids))
    return [(call, slug) for call, slug in db.session.execute(statement)]


def next_change() -> datetime | None:
    """The next moment at which a call opens or closes by itself."""
    moment = now()
    parts: list[Any] = [
        select(func.min(one).label("at")).where(one > moment) for one in (Call.opens_at, Call.closes_at)
    ]
    return db.session.execute(select(func.min(union_all(*parts).subquery().c.at))).scalar()


def editorial_page(after: str | None) -> Page[Programme]:
    """All programmes by title, for editors."""
    return keyset(select(Programme), [(Programme.sort_key, "asc"), (Programme.id, "asc")], after, PAGE_SIZE)
