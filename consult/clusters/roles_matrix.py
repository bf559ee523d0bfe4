"""Who has which role in which project: clusters and organisations beside projects, from typed links.

In the narrow cells of the table a letter stands for a role; the words are in the legend, in what screen readers say, and in
the list below, where each role has its date, its source and whether both sides have confirmed it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from string import ascii_uppercase
from typing import Any, Protocol

from sqlalchemy import Select, exists, select, tuple_

from consult.core.db import db, sort_key
from consult.core.memory import remembered
from consult.core.paging import Page, keyset
from consult.core.registry import SubjectInfo
from consult.core.vocabularies import vocabulary
from consult.links.models import CONFIRMED, VISIBLE, Link, LinkEnd
from consult.links.queries import LinkView, links_of_many
from consult.links.relations import relation_label

PROJECT = "project"
ACTORS = ("cluster", "organisation")
# The types of links that are a part somebody plays in a project, in the order of the legend.
ROLES = (
    "coordinator_of", "implementer_of", "partner_of", "supporter_of", "contact_point_for", "contact_for",
    "service_provider_in", "coauthor_of", "carrier_of", "alliance_member",
)  # fmt: skip
LETTERS = dict(zip(ROLES, ascii_uppercase, strict=False))
ROWS = 20
MOST_PROJECTS = 300  # offered for choice


class Arguments(Protocol):
    """The query of a request."""

    def get(self, key: str, default: str) -> str: ...


@dataclass(frozen=True)
class Question:
    """What is asked for: a role, a kind of actor, a project by its address, and only what both sides have confirmed."""

    role: str = ""
    kind: str = ""
    project: str = ""
    confirmed: bool = False

    @property
    def any(self) -> bool:
        return bool(self.role or self.kind or self.project or self.confirmed)

    @property
    def roles(self) -> tuple[str, ...]:
        return (self.role,) if self.role else ROLES


def question_of(arguments: Arguments) -> Question:
    """Read the address; what is in no list counts as not asked for."""
    role, kind, project = (arguments.get(name, "") for name in ("role", "kind", "project"))
    return Question(
        role if role in ROLES else "", kind if kind in ACTORS else "",
        project[:120] if project.isprintable() else "", arguments.get("standing", "") == CONFIRMED,
    )  # fmt: skip


def role_title(code: str) -> str:
    """A role in the reader's language, as its holder would say it."""
    return relation_label(code)


# ---- reading --------------------------------------------------------------------------------------------------------


def _roles(question: Question, project_id: int | None) -> Select[Any]:
    """The links of these roles, without what leads to projects that not everyone may see."""
    statement = select(Link.id).where(
        Link.type.in_(question.roles), Link.to_kind == PROJECT,
        Link.status.in_((CONFIRMED,) if question.confirmed else VISIBLE),
    )  # fmt: skip
    return statement.where(Link.to_id == project_id) if project_id is not None else statement


def project_by_key(key: str) -> LinkEnd | None:
    """The project behind an address, as links know it; None if no link leads to it."""
    query = select(LinkEnd).where(LinkEnd.kind == PROJECT, LinkEnd.key == key, LinkEnd.public.is_(True))
    return db.session.execute(query).scalars().first() if key else None


def actors_page(question: Question, project_id: int | None, after: str | None, size: int = ROWS) -> Page[LinkEnd]:
    """One page of those who have one of the roles: clusters, then organisations, by short name; one query.

    Of one project the links lead, since they are few; without one the order leads, since most have a role.
    """
    roles = _roles(question, project_id)
    statement = select(LinkEnd).where(
        LinkEnd.kind.in_((question.kind,) if question.kind else ACTORS), LinkEnd.public.is_(True)
    )
    if project_id is not None:
        ends = roles.with_only_columns(Link.from_kind, Link.from_id)
        statement = statement.where(tuple_(LinkEnd.kind, LinkEnd.id).in_(ends))
    else:
        statement = statement.where(exists(roles.where(Link.from_kind == LinkEnd.kind, Link.from_id == LinkEnd.id)))
    return keyset(statement, [(LinkEnd.kind, "asc"), (LinkEnd.key, "asc"), (LinkEnd.id, "asc")], after, size)


def projects_with_roles() -> list[tuple[str, dict[str, str]]]:
    """(address, title) of the projects in which anybody has a role, for the choice; one query a change."""
    named = _roles(Question(), None).with_only_columns(Link.to_id)
    query = select(LinkEnd.key, LinkEnd.title).where(
        LinkEnd.kind == PROJECT, LinkEnd.public.is_(True), LinkEnd.id.in_(named)
    )

    def read() -> list[tuple[str, dict[str, str]]]:
        return [(key, title) for key, title in db.session.execute(query.order_by(LinkEnd.key).limit(MOST_PROJECTS))]

    return remembered("clusters.projects_with_roles", read)


def roles_of(
    actors: Iterable[LinkEnd], question: Question, project_id: int | None
) -> dict[tuple[str, int], list[LinkView]]:
    """(kind, number) -> their roles that were asked for; a fixed number of queries for each kind of actor."""
    found: dict[tuple[str, int], list[LinkView]] = {}
    listed = list(actors)
    for kind in ACTORS:
        ids = [actor.id for actor in listed if actor.kind == kind]
        for actor_id, views in links_of_many(kind, ids, types=question.roles, kinds=(PROJECT,)).items():
            found[(kind, actor_id)] = [
                view
                for view in views
                if view.outgoing
                and (project_id is None or view.other.id == project_id)
                and (view.confirmed or not question.confirmed)
            ]
    return found


# ---- showing --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """A cluster or organisation with its roles: in the order of the list, and by number of the project."""

    actor: LinkEnd
    views: tuple[LinkView, ...]
    cells: Mapping[int, Sequence[LinkView]]


def lines(actors: Sequence[LinkEnd], roles: Mapping[tuple[str, int], Sequence[LinkView]]) -> list[Line]:
    """A line for each actor; the roles in the order of the legend, project by project."""
    found = []
    for actor in actors:
        views = roles.get((actor.kind, actor.id), ())
        ordered = sorted(views, key=lambda view: (sort_key(view.other.title), ROLES.index(view.type)))
        cells: dict[int, list[LinkView]] = {}
        for view in ordered:
            cells.setdefault(view.other.id, []).append(view)
        found.append(Line(actor, tuple(ordered), cells))
    return found


def columns(shown: Sequence[Line]) -> list[SubjectInfo]:
    """The projects in which those shown have a role, by title."""
    projects = {view.other.id: view.other for line in shown for view in line.views}
    return sorted(projects.values(), key=lambda one: sort_key(one.title))


def legend(shown: Sequence[Line]) -> list[tuple[str, str]]:
    """(letter, role) of the roles that occur."""
    occurring = {view.type for line in shown for view in line.views}
    return [(LETTERS[code], role_title(code)) for code in ROLES if code in occurring]


def role_choices() -> list[tuple[str, str]]:
    return [(code, role_title(code)) for code in ROLES if code in vocabulary("relation_types")]
