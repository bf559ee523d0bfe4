"""Reads of activities and of their participants; each returns what one page needs.

Lists show what is to come first, the next one on top, then what is over, the latest on top. That is two stretches with an
order of their own, so a cursor begins with the letter of its stretch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import Integer, Select, and_, bindparam, case, func, or_, select, union_all
from sqlalchemy.orm import contains_eager, joinedload

from consult.accounts.models import Person
from consult.core.clock import now
from consult.core.db import UTCDateTime, db, sort_key
from consult.core.paging import Page, keyset
from consult.projects import facets
from consult.projects.models import GIVEN_UP, Activity, Participation, Project
from consult.projects.queries import End, holds, led_projects
from consult.projects.tokens import token_hash
from consult.search.queries import matching

FACETS = ("kind", "format", "place", "language", "free")
UPCOMING, PAST = "u", "p"


@dataclass(frozen=True)
class ActivityFilter:
    """What a list of activities is restricted to: words, codes by facet, a project."""

    q: str = ""
    chosen: dict[str, list[str]] = field(default_factory=dict)
    project_id: int | None = None


def _free_now() -> Any:
    """Condition: whoever joins now gets a place at once."""
    moment = now()
    free = Activity.capacity - Activity.held_back - Activity.confirmed_count - Activity.offered_count
    return and_(
        Activity.registration,
        Activity.status.not_in(("cancelled", "postponed", "completed")),
        or_(Activity.starts_at.is_(None), Activity.starts_at > moment),
        or_(Activity.registration_until.is_(None), Activity.registration_until > moment),
        or_(Activity.capacity.is_(None), and_(free > 0, Activity.waiting_count == 0)),
    )


def _words(statement: Select[Any], q: str) -> Select[Any]:
    if not q:
        return statement
    found = matching("activity", q)
    return statement.join(found, found.c.id == Activity.id)


def _filtered(wanted: ActivityFilter) -> Select[Any]:
    statement: Select[Any] = select(Activity)
    chosen = wanted.chosen
    if wanted.project_id is not None:
        statement = statement.where(Activity.project_id == wanted.project_id)
    if chosen.get("kind"):
        statement = statement.where(Activity.kind.in_(chosen["kind"]))
    if chosen.get("format"):
        statement = statement.where(Activity.format.in_(chosen["format"]))
    if chosen.get("place"):
        statement = statement.where(Activity.city.in_(chosen["place"]))
    if chosen.get("language"):
        statement = statement.where(or_(*[holds(Activity.languages, code) for code in chosen["language"]]))
    if chosen.get("free"):
        statement = statement.where(_free_now())
    return _words(statement, wanted.q)


def _upcoming(statement: Select[Any], moment: datetime, after: str | None, size: int) -> Page[Activity]:
    order = [(Activity.sort_at, "asc"), (Activity.id, "asc")]
    return keyset(statement.where(Activity.over_at > moment), order, after, size)


def _past(statement: Select[Any], moment: datetime, after: str | None, size: int) -> Page[Activity]:
    order = [(Activity.sort_at, "desc"), (Activity.id, "desc")]
    return keyset(statement.where(Activity.over_at <= moment), order, after, size)


def activities_page(wanted: ActivityFilter, after: str | None = None, size: int = 20) -> Page[Activity]:
    """One page of the activities that match: upcoming first, then past. At most three queries; a bad cursor is none."""
    statement, moment = _filtered(wanted), now()
    stretch, cursor = (after[0], after[1:]) if after and after[0] in (UPCOMING, PAST) else (UPCOMING, "")
    if stretch == PAST:
        page = _past(statement, moment, cursor or None, size)
        if page.prev is None and not page.at_start:  # back at the first past one: it stood below the upcoming ones
            first = activities_page(wanted, None, size)
            if first.next is None or first.next[0] == PAST:
                return first
        page.next = page.next and PAST + page.next
        page.prev = page.prev and PAST + page.prev
        page.at_start = False
        return page
    page = _upcoming(statement, moment, cursor or None, size)
    page.prev = page.prev and UPCOMING + page.prev
    if page.next is not None:
        page.next = UPCOMING + page.next
        return page
    room = size - len(page.items)
    past = _past(statement, moment, None, max(room, 1))
    if room:
        page.items = [*page.items, *past.items]
        page.next = past.next and PAST + past.next
    elif past.items:
        page.next = PAST
    return page


def entered_between(wanted: ActivityFilter, since: datetime, until: datetime, limit: int) -> list[Activity]:
    """Activities that match, still to come and not cancelled, entered in this span; the latest entry first."""
    statement = _filtered(wanted).where(
        Activity.created_at > since, Activity.created_at <= until, Activity.over_at > now(),
        Activity.status != "cancelled",
    )  # fmt: skip
    statement = statement.order_by(Activity.created_at.desc(), Activity.id.desc()).limit(limit)
    return list(db.session.execute(statement).scalars())


def activity_counts(wanted: ActivityFilter) -> facets.Counts:
    """Numbers beside the filters and in the heading."""
    statement = select(
        Activity.kind, Activity.format, Activity.city, Activity.languages, case((_free_now(), 1), else_=0).label("free")
    )
    if wanted.project_id is not None:
        statement = statement.where(Activity.project_id == wanted.project_id)
    rows = [
        {
            "kind": frozenset([row.kind]),
            "format": frozenset(filter(None, [row.format])),
            "place": frozenset(filter(None, [row.city])),
            "language": frozenset(row.languages),
            "free": frozenset(["1"] if row.free else []),
        }
        for row in db.session.execute(_words(statement, wanted.q).limit(facets.BOUND + 1))
    ]
    return facets.count(rows, wanted.chosen, FACETS)


def activity_by_slug(slug: str) -> Activity | None:
    """The activity of this address with its project."""
    return db.session.execute(
        select(Activity).where(Activity.slug == slug).options(joinedload(Activity.project))
    ).scalar_one_or_none()


def activity_with_place(slug: str, person_id: int | None) -> tuple[Activity, Participation | None] | None:
    """The activity of this address with its project, and a person's live participation in it; one query."""
    mine = and_(
        Participation.activity_id == Activity.id,
        Participation.person_id == person_id,
        Participation.status.not_in(GIVEN_UP),
    )
    statement = select(Activity, Participation).outerjoin(Participation, mine).where(Activity.slug == slug)
    row = db.session.execute(statement.options(joinedload(Activity.project))).one_or_none()
    return (row[0], row[1]) if row else None


def activities_by_ids(ids: Sequence[int]) -> dict[int, Activity]:
    """Activities by id; missing ones are left out; one query."""
    if not ids:
        return {}
    return {row.id: row for row in db.session.execute(select(Activity).where(Activity.id.in_(ids))).scalars()}


def upcoming_activities(limit: int, wanted: ActivityFilter | None = None) -> list[Activity]:
    """The next activities, cancelled ones left out."""
    statement = _next() if wanted is None else _not_over(_filtered(wanted))
    return list(db.session.execute(statement, {"moment": now(), "most": limit}).scalars())


@lru_cache(maxsize=1)
def _next() -> Select[Any]:
    """The query of `upcoming_activities` without filters, put together once, as the home page asks it."""
    return _not_over(_filtered(ActivityFilter()))


def _not_over(statement: Select[Any]) -> Select[Any]:
    to_come = Activity.over_at > bindparam("moment", type_=UTCDateTime), Activity.status != "cancelled"
    return statement.where(*to_come).order_by(Activity.sort_at, Activity.id).limit(bindparam("most", type_=Integer))


def activities_in(ids: Select[Any], limit: int = 20) -> list[Activity]:
    """Activities whose ids a query yields: upcoming first, then past."""
    moment = now()
    past = case((Activity.over_at > moment, 0), else_=1)
    statement = (
        select(Activity)
        .where(Activity.id.in_(ids))
        .order_by(past, case((Activity.over_at > moment, Activity.sort_at)).asc(), Activity.sort_at.desc(), Activity.id)
        .limit(limit)
    )
    found: list[Activity] = list(db.session.execute(statement).scalars())
    return found


def activities_named(sought: str, limit: int) -> list[Activity]:
    """Activities whose title contains the words, upcoming first; without words the next ones."""
    wanted = sort_key(sought.strip())
    statement = select(Activity.id)
    if wanted:
        statement = statement.where(Activity.title_key.contains(wanted, autoescape=True))
    return activities_in(statement, limit)


def newest_activities(limit: int = 20) -> list[Activity]:
    """What was entered last: for feeds."""
    statement = select(Activity).order_by(Activity.created_at.desc(), Activity.id.desc()).limit(limit)
    return list(db.session.execute(statement).scalars())


def next_change() -> datetime | None:
    """The next moment at which time alone changes a public page of projects or activities."""
    moment = now()
    columns = (Activity.registration_until, Activity.starts_at, Activity.over_at, Project.joining_until)
    parts = [select(func.min(column).label("at")).where(column > moment) for column in columns]
    return db.session.execute(select(func.min(union_all(*parts).subquery().c.at))).scalar_one_or_none()


def kept_activities(ends: Sequence[End] | None, after: str | None) -> Page[Activity]:
    """Activities that these host or whose projects they lead (None: all), the latest date first."""
    statement = select(Activity)
    if ends is not None:
        hosted = [(Activity.organiser_kind == kind) & (Activity.organiser_id == number) for kind, number in ends]
        statement = statement.where(or_(*hosted, Activity.project_id.in_(led_projects(ends))))
    return keyset(statement, [(Activity.sort_at, "desc"), (Activity.id, "desc")], after, 30)


# ---- participants ---------------------------------------------------------------------------------------------------


def own_participation(activity_id: int, person_id: int | None) -> Participation | None:
    """A person's live participation in an activity."""
    if person_id is None:
        return None
    return db.session.execute(
        select(Participation).where(
            Participation.activity_id == activity_id,
            Participation.person_id == person_id,
            Participation.status.not_in(GIVEN_UP),
        ),
        execution_options={"populate_existing": True},
    ).scalar_one_or_none()


def participation_by_token(slug: str, token: str) -> Participation | None:
    """The participation behind a mailed link, with its activity."""
    return db.session.execute(
        select(Participation)
        .join(Participation.activity)
        .where(Participation.token_hash == token_hash(token), Activity.slug == slug)
        .options(contains_eager(Participation.activity))
    ).scalar_one_or_none()


def queue_of(activity_id: int, position: int = 0) -> tuple[int, int]:
    """How many requests wait for the host, and how many wait for a place ahead of this position; one query."""
    ahead = and_(Participation.status == "waiting", Participation.position < position)
    row = db.session.execute(
        select(
            func.count(case((Participation.status == "requested", 1))), func.count(case((ahead, 1)))
        ).where(Participation.activity_id == activity_id, Participation.status.in_(("requested", "waiting")))
    ).one()  # fmt: skip
    return row[0], row[1]


def ahead_of(participation: Participation) -> int:
    """How many wait before this one; 0 for the first on the list."""
    return queue_of(participation.activity_id, participation.position)[1]


def participants_page(activity_id: int, after: str | None = None, size: int = 50) -> Page[Any]:
    """Participants of an activity in the order in which they came, as rows (Participation, Person); given-up ones too."""
    statement = (
        select(Participation, Person)
        .join(Person, Person.id == Participation.person_id)
        .where(Participation.activity_id == activity_id)
    )
    order = [(Participation.position, "asc"), (Participation.id, "asc")]
    key = lambda row: (row[0].position, row[0].id)  # noqa: E731 - two words for the call below
    return keyset(cast(Select[Any], statement), order, after, size, scalars=False, key=key)


def participation_of(activity_id: int, participation_id: int) -> tuple[Participation, Person] | None:
    """A participation of this activity by its number, with its person: for the host."""
    row = db.session.execute(
        select(Participation, Person)
        .join(Person, Person.id == Participation.person_id)
        .where(Participation.id == participation_id, Participation.activity_id == activity_id)
    ).one_or_none()
    return (row[0], row[1]) if row else None


def participations_of(person_id: int, limit: int = 100) -> list[Participation]:
    """A person's live participations with their activities: upcoming first, the next on top, then past."""
    moment = now()
    statement = (
        select(Participation)
        .join(Participation.activity)
        .where(Participation.person_id == person_id, Participation.status.not_in(GIVEN_UP))
        .options(contains_eager(Participation.activity))
        .order_by(
            case((Activity.over_at > moment, 0), else_=1),
            case((Activity.over_at > moment, Activity.sort_at)).asc(),
            Activity.sort_at.desc(),
            Participation.id,
        )
        .limit(limit)
    )
    return list(db.session.execute(statement).scalars())
