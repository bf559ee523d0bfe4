"""Reads of projects and of who takes part in them; each returns what one page needs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from typing import cast as as_type

from sqlalchemy import Select, Text, case, cast, exists, false, func, or_, select

from consult.accounts.models import Person
from consult.accounts.queries import ids_with_permission
from consult.clusters.models import ClusterManager
from consult.core.clock import now
from consult.core.db import db, sort_key
from consult.core.i18n import current_language
from consult.core.paging import Page, keyset
from consult.links.models import CONFIRMED, STATED, Link
from consult.organisations.models import OrganisationMember
from consult.projects import facets
from consult.projects.models import Activity, Membership, Project
from consult.search.queries import matching

FACETS = ("kind", "region", "country", "topic", "open")

# Relations whose beginning speaks for the project. What a side merely proposes gives nobody a right.
LEADING = ("coordinator_of", "implementer_of", "carrier_of", "contact_for")


@dataclass(frozen=True)
class ProjectFilter:
    """What a list of projects is restricted to: words, and codes by facet."""

    q: str = ""
    chosen: dict[str, list[str]] = field(default_factory=dict)


End = tuple[str, int]


def holds(column: Any, code: str) -> Any:
    """Condition: a JSON list of codes contains this one. The same on both databases."""
    return cast(column, Text).contains(f'"{code}"', autoescape=True)


def taking_requests() -> Any:
    """Condition: the project takes people at this moment, as `rules.joining_closed_by` says."""
    return Project.joining_open & or_(Project.joining_until.is_(None), Project.joining_until > now())


def _words(statement: Select[Any], q: str) -> Select[Any]:
    if not q:
        return statement
    found = matching("project", q)
    return statement.join(found, found.c.id == Project.id)


def _filtered(wanted: ProjectFilter) -> Select[Any]:
    statement: Select[Any] = select(Project)
    chosen = wanted.chosen
    if chosen.get("kind"):
        statement = statement.where(Project.kind.in_(chosen["kind"]))
    if chosen.get("region"):
        statement = statement.where(func.substr(Project.region, 1, 3).in_(chosen["region"]))
    if chosen.get("country"):
        statement = statement.where(or_(*[holds(Project.countries, code) for code in chosen["country"]]))
    if chosen.get("topic"):
        statement = statement.where(or_(*[holds(Project.topics, code) for code in chosen["topic"]]))
    if chosen.get("open"):
        statement = statement.where(taking_requests())
    return _words(statement, wanted.q)


def projects_page(wanted: ProjectFilter, after: str | None = None, size: int = 20) -> Page[Project]:
    """One page of the projects that match, in the order of their titles."""
    column = Project.sort_en if current_language() == "en" else Project.sort_de
    return keyset(_filtered(wanted), [(column, "asc"), (Project.id, "asc")], after, size)


def entered_between(wanted: ProjectFilter, since: datetime, until: datetime, limit: int) -> list[Project]:
    """Projects that match and were entered in this span, the latest first."""
    statement = _filtered(wanted).where(Project.created_at > since, Project.created_at <= until)
    statement = statement.order_by(Project.created_at.desc(), Project.id.desc()).limit(limit)
    return list(db.session.execute(statement).scalars())


def project_counts(wanted: ProjectFilter) -> facets.Counts:
    """Numbers beside the filters and in the heading."""
    statement = _words(
        select(
            Project.kind, Project.region, Project.countries, Project.topics, taking_requests().label("open")
        ),
        wanted.q,
    ).limit(facets.BOUND + 1)  # fmt: skip
    rows = [
        {
            "kind": frozenset([row.kind]),
            "region": frozenset([row.region[:3]] if row.region else []),
            "country": frozenset(row.countries),
            "topic": frozenset(row.topics),
            "open": frozenset(["1"] if row.open else []),
        }
        for row in db.session.execute(statement)
    ]
    return facets.count(rows, wanted.chosen, FACETS)


def project_by_slug(slug: str) -> Project | None:
    """The project of this address."""
    return db.session.execute(select(Project).where(Project.slug == slug)).scalar_one_or_none()


def project_by_id(project_id: int) -> Project | None:
    """The project of this number; no query where the page has read it already."""
    return db.session.get(Project, project_id)


def projects_by_ids(ids: Sequence[int]) -> dict[int, Project]:
    """Projects by id; missing ones are left out; one query."""
    if not ids:
        return {}
    return {row.id: row for row in db.session.execute(select(Project).where(Project.id.in_(ids))).scalars()}


def projects_in(ids: Select[Any], limit: int = 20) -> list[Project]:
    """Projects whose ids a query yields, in the order of their titles."""
    column = Project.sort_en if current_language() == "en" else Project.sort_de
    statement = select(Project).where(Project.id.in_(ids)).order_by(column, Project.id).limit(limit)
    return list(db.session.execute(statement).scalars())


def projects_named(sought: str, limit: int) -> list[Project]:
    """Projects whose title contains the words, in the order of titles; the first ones without words."""
    wanted = sort_key(sought.strip())
    column = Project.sort_en if current_language() == "en" else Project.sort_de
    statement = select(Project).order_by(column, Project.id).limit(limit)
    if wanted:
        either = (Project.sort_de, Project.sort_en)
        statement = statement.where(or_(*[one.contains(wanted, autoescape=True) for one in either]))
    return list(db.session.execute(statement).scalars())


# ---- taking part ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Crew:
    """How many take part: people altogether, and accepted memberships by degree; and how many requests wait.

    `has_reader` tells whether the person who was asked for is among them all.
    """

    people: int = 0
    roles: dict[str, int] = field(default_factory=dict)
    requests: int = 0
    has_reader: bool = False


def crew_of(project_id: int, reader_id: int | None = None) -> Crew:
    """Who takes part in a project, counted; one query."""
    of_project = Membership.project_id == project_id
    people = (
        select(func.count(Membership.person_id.distinct()))
        .where(of_project, Membership.status == "accepted")
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(
            Membership.role, Membership.status, func.count(), people,
            func.max(case((Membership.person_id == reader_id, 1), else_=0)),
        )
        .where(of_project, Membership.status.in_(("accepted", "asked")))
        .group_by(Membership.role, Membership.status)
    ).all()  # fmt: skip
    return Crew(
        people=rows[0][3] if rows else 0,
        roles={role: number for role, status, number, *_rest in rows if status == "accepted"},
        requests=sum(number for _role, status, number, *_rest in rows if status == "asked"),
        has_reader=any(row[4] for row in rows),
    )


def accepted_count(project_id: int, role: str) -> int:
    """How many were accepted in a degree."""
    return db.session.execute(
        select(func.count())
        .select_from(Membership)
        .where(Membership.project_id == project_id, Membership.role == role, Membership.status == "accepted")
    ).scalar_one()


def own_memberships(project_id: int, person_id: int | None) -> dict[str, Membership]:
    """A person's live memberships in a project by degree."""
    if person_id is None:
        return {}
    rows = db.session.execute(
        select(Membership).where(
            Membership.project_id == project_id,
            Membership.person_id == person_id,
            Membership.status.in_(("asked", "accepted")),
        )
    ).scalars()
    return {row.role: row for row in rows}


def requests_of(project_id: int, limit: int = 50) -> list[tuple[Membership, Person]]:
    """Requests that wait for a decision, the oldest first, with who asks."""
    rows = db.session.execute(
        select(Membership, Person)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.project_id == project_id, Membership.status == "asked")
        .order_by(Membership.id)
        .limit(limit)
    )
    return [(membership, person) for membership, person in rows]


def request_by_id(project_id: int, membership_id: int) -> tuple[Membership, Person] | None:
    """A membership of this project with its person."""
    row = db.session.execute(
        select(Membership, Person)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.id == membership_id, Membership.project_id == project_id),
        execution_options={"populate_existing": True},
    ).one_or_none()
    return (row[0], row[1]) if row else None


def members_page(project_id: int, after: str | None = None, size: int = 50) -> Page[Any]:
    """Who takes part in a project, in the order in which they asked, as rows (Membership, Person)."""
    statement = (
        select(Membership, Person)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.project_id == project_id, Membership.status == "accepted")
    )
    order = [(Membership.id, "asc")]
    return keyset(as_type(Select[Any], statement), order, after, size, scalars=False, key=lambda row: (row[0].id,))


def memberships_of(person_id: int, limit: int = 100) -> list[tuple[Membership, Project]]:
    """A person's live memberships, the newest first, with their projects."""
    rows = db.session.execute(
        select(Membership, Project)
        .join(Project, Project.id == Membership.project_id)
        .where(Membership.person_id == person_id, Membership.status.in_(("asked", "accepted")))
        .order_by(Membership.id.desc())
        .limit(limit)
    )
    return [(membership, project) for membership, project in rows]


# ---- who speaks for a project or hosts an activity ------------------------------------------------------------------


def leads_of(project_id: int | None) -> list[End]:
    """The organisations and clusters that lead a project, as (kind, id): by source or confirmed by both sides."""
    if project_id is None:
        return []
    rows = db.session.execute(
        select(Link.from_kind, Link.from_id)
        .where(
            Link.to_kind == "project",
            Link.to_id == project_id,
            Link.type.in_(LEADING),
            Link.status.in_((STATED, CONFIRMED)),
            Link.from_kind.in_(("organisation", "cluster")),
            Link.from_id.is_not(None),
        )
        .distinct()
    )
    return [(kind, number) for kind, number in rows if number is not None]


def led_projects(ends: Sequence[End]) -> Select[Any]:
    """Selectable numbers of the projects that these organisations and clusters lead."""
    either = or_(*[(Link.from_kind == kind) & (Link.from_id == number) for kind, number in ends], false())
    return select(Link.to_id).where(
        Link.to_kind == "project", Link.type.in_(LEADING), Link.status.in_((STATED, CONFIRMED)), either
    )


def kept_projects(ends: Sequence[End] | None, after: str | None) -> Page[Project]:
    """Projects that these lead (None: all), in the order of their titles: for those who keep them."""
    column = Project.sort_en if current_language() == "en" else Project.sort_de
    statement = select(Project)
    if ends is not None:
        statement = statement.where(Project.id.in_(led_projects(ends)))
    return keyset(statement, [(column, "asc"), (Project.id, "asc")], after, 30)


def keeps_anything(ends: Sequence[End]) -> bool:
    """Whether these lead a project or host an activity; one query."""
    hosted = [(Activity.organiser_kind == kind) & (Activity.organiser_id == number) for kind, number in ends]
    either = exists(led_projects(ends)) | exists(select(Activity.id).where(or_(*hosted, false())))
    return bool(db.session.execute(select(either)).scalar())


def people_speaking_for(ends: Iterable[End]) -> list[int]:
    """Ids of those who decide for these organisations and clusters; the editors where nobody else does."""
    return speakers(ends) or ids_with_permission("projects.edit", None)


def speakers(ends: Iterable[End]) -> list[int]:
    """Ids of those who belong to these organisations or manage these clusters, as `rules.speaks_for` says of each."""
    ends = list(ends)
    organisations = [number for kind, number in ends if kind == "organisation"]
    clusters = [number for kind, number in ends if kind == "cluster"]
    people: set[int] = set()
    if organisations:
        people |= set(
            db.session.execute(
                select(OrganisationMember.person_id).where(OrganisationMember.organisation_id.in_(organisations))
            ).scalars()
        )
    if clusters:
        people |= set(
            db.session.execute(
                select(ClusterManager.person_id).where(ClusterManager.cluster_id.in_(clusters))
            ).scalars()
        )
    return sorted(people)
