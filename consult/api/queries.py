"""What the API and the feeds read beyond the queries of the rooms: pages of any size, and keys turned into numbers.

Only what everyone may see is selected here; a test holds that for every resource.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from typing import cast as as_type

from sqlalchemy import Integer, Select, and_, case, cast, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, contains_eager

from consult.clusters.models import Cluster, ClusterFacet
from consult.comments.models import Comment
from consult.consultations.models import Consultation, Question
from consult.core.audiences import ANONYMOUS, PUBLIC
from consult.core.clock import now
from consult.core.db import db
from consult.core.paging import Page, keyset
from consult.ideas.attachments import attachments as attachments_named
from consult.ideas.models import Answer, Idea, IdeaAttachment, IdeaFacet, IdeaTally, IdeaVersion
from consult.ideas.publishing import CLUSTER, CONSULTATION, PROJECT, QUESTION
from consult.ideas.queries import Tallies
from consult.links.models import VISIBLE, Link, LinkEnd
from consult.programmes.models import Programme
from consult.projects.models import Project
from consult.projects.queries import holds
from consult.search.queries import matching
from consult.topics.models import Topic

PUBLISHED = "published"


def searched(statement: Select[Any], kind: str, number: InstrumentedAttribute[int], q: str) -> Select[Any]:
    """The statement restricted to what full-text search finds; all of it without words."""
    if not q:
        return statement
    hits = matching(kind, q)
    return statement.join(hits, hits.c.id == number)


def any_of(column: Any, codes: Sequence[str]) -> Any:
    """Condition: a JSON list of codes contains one of these."""
    return or_(*[holds(column, code) for code in codes])


# ---- consultations and questions ------------------------------------------------------------------------------------


def consultations_page(after: str, size: int) -> Page[tuple[Consultation, int]]:
    """Listed consultations with the number of their questions, in the order in which they were made; one query."""
    statement = _with_question_count().where(Consultation.listed)
    return keyset(
        statement, [(Consultation.id, "asc")], after, size, scalars=False, key=lambda row: (row.Consultation.id,)
    )


def _with_question_count() -> Select[Any]:
    asked = (
        select(func.count())
        .where(Question.consultation_id == Consultation.id)
        .correlate(Consultation)
        .scalar_subquery()
    )
    return select(Consultation, asked.label("asked"))


def consultation(slug: str) -> tuple[Consultation, int] | None:
    """A listed consultation with the number of its questions."""
    row = db.session.execute(_with_question_count().where(Consultation.slug == slug, Consultation.listed)).one_or_none()
    return (row[0], row[1]) if row is not None else None


def questions_page(consultations: Sequence[str], q: str, after: str, size: int) -> Page[Question]:
    """Questions of listed consultations, each with its consultation; one query."""
    statement: Select[Any] = (
        select(Question)
        .join(Question.consultation)
        .where(Consultation.listed)
        .options(contains_eager(Question.consultation))
    )
    if consultations:
        statement = statement.where(Consultation.slug.in_(consultations))
    order = [(Question.consultation_id, "asc"), (Question.position, "asc"), (Question.id, "asc")]
    return keyset(searched(statement, "question", Question.id, q), order, after, size)


# ---- ideas ----------------------------------------------------------------------------------------------------------


def codes_of(
    consultations: Sequence[str], questions: Sequence[int], clusters: Sequence[str], projects: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    """The stored codes of facets that the address names by keys; at most two queries.

    A facet whose keys lead nowhere has the code "0", which no idea has: nothing is found by it.
    """
    found: dict[str, list[str]] = {}
    if consultations or questions:
        rows = _questions_named(consultations, questions)
        if consultations:
            found[CONSULTATION] = [str(number) for number in dict.fromkeys(row[0] for row in rows)]
        if questions:
            found[QUESTION] = [str(row[1]) for row in rows if row[1] is not None]
    wanted = {CLUSTER: clusters, PROJECT: projects}
    places = [and_(LinkEnd.kind == kind, LinkEnd.key.in_(keys)) for kind, keys in wanted.items() if keys]
    if places:
        ends = db.session.execute(select(LinkEnd.kind, LinkEnd.id).where(or_(*places))).all()
        for kind, keys in wanted.items():
            if keys:
                found[kind] = [str(number) for one, number in ends if one == kind]
    return {facet: tuple(codes) or ("0",) for facet, codes in found.items()}


def _questions_named(consultations: Sequence[str], positions: Sequence[int]) -> list[tuple[int, int | None]]:
    """(consultation, question) of listed consultations: those named, and their questions at these positions."""
    asked = and_(Question.consultation_id == Consultation.id, Question.position.in_(positions or [0]))
    statement = select(Consultation.id, Question.id).outerjoin(Question, asked).where(Consultation.listed)
    if consultations:
        statement = statement.where(Consultation.slug.in_(consultations))
    return [(row[0], row[1]) for row in db.session.execute(statement.order_by(Consultation.id))]


def tallies_of(codes: dict[str, tuple[str, ...]]) -> Tallies:
    """How many ideas have these codes: decides how the list is read; one query, none without codes."""
    found = Tallies()
    places = [and_(IdeaTally.facet == facet, IdeaTally.code.in_(chosen)) for facet, chosen in codes.items() if chosen]
    if places:
        found.counts = {facet: dict.fromkeys(chosen, 0) for facet, chosen in codes.items()}
        for row in db.session.execute(select(IdeaTally).where(or_(*places))).scalars():
            found.counts[row.facet][row.code] = row.count
    return found


@dataclass
class Published:
    """What an idea's public version holds for everyone: answers with name, and how many others there are."""

    version: IdeaVersion
    consultation: str
    answers: list[tuple[Question, str, Any]] = field(default_factory=list)
    anonymous: int = 0
    restricted: int = 0


def published(ideas: Iterable[Idea]) -> dict[int, Published]:
    """The public versions of these ideas; one query. Texts that are not public never leave the database."""
    ids = [one.public_version_id for one in ideas if one.is_public and one.public_version_id is not None]
    if not ids:
        return {}

    def text_of(column: Any) -> Any:
        return case((Answer.audience == PUBLIC, column))

    rows = db.session.execute(
        select(IdeaVersion, Consultation.slug, Question, Answer.audience, text_of(Answer.body), text_of(Answer.html))
        .join(Answer, Answer.version_id == IdeaVersion.id)
        .join(Question, Question.id == Answer.question_id)
        .join(Consultation, Consultation.id == Question.consultation_id)
        .where(IdeaVersion.id.in_(ids))
        .order_by(Question.position, Answer.id)
    )
    found: dict[int, Published] = {}
    for version, slug, question, audience, body, html in rows:
        one = found.setdefault(version.idea_id, Published(version, slug))
        if audience == PUBLIC:
            one.answers.append((question, body, html))
        elif audience == ANONYMOUS:
            one.anonymous += 1
        else:
            one.restricted += 1
    return found


def attachments(idea: Idea) -> list[IdeaAttachment]:
    """The files of its public version that everyone may read now; at most two queries."""
    named = db.session.execute(select(IdeaVersion.attachments).where(IdeaVersion.id == idea.public_version_id)).scalar()
    return [one for one in attachments_named(named or [], (PUBLIC,)) if one.is_ready and not one.is_held]


def partners_of(ideas: Sequence[Idea]) -> dict[int, dict[str, list[str]]]:
    """Keys of the clusters and projects that these ideas name: idea -> kind -> keys; one query."""
    found: dict[int, dict[str, list[str]]] = {one.id: {CLUSTER: [], PROJECT: []} for one in ideas}
    if not found:
        return found
    named = IdeaFacet.facet.in_((CLUSTER, PROJECT))
    # codes of other facets are no numbers, and PostgreSQL may look at them before the condition below
    number = cast(case((named, IdeaFacet.code), else_="0"), Integer)
    rows = db.session.execute(
        select(IdeaFacet.idea_id, LinkEnd.kind, LinkEnd.key)
        .join(LinkEnd, and_(LinkEnd.kind == IdeaFacet.facet, LinkEnd.id == number))
        .where(IdeaFacet.idea_id.in_(found), named, LinkEnd.public.is_(True))
        .order_by(LinkEnd.key)
    )
    for idea_id, kind, key in rows:
        found[idea_id][kind].append(key)
    return found


def public_idea(number: str) -> Idea | None:
    """The idea of this number, public or not any more."""
    statement = select(Idea).where(Idea.number == number, or_(Idea.is_public, Idea.published_at.is_not(None)))
    return db.session.execute(statement).scalar_one_or_none()


# ---- comments -------------------------------------------------------------------------------------------------------


def _comments() -> Select[Any]:
    statement = (
        select(Comment, Idea.number)
        .join(Idea, and_(Comment.subject_kind == "idea", Comment.subject_id == Idea.id))
        .where(Comment.status == PUBLISHED, Idea.is_public.is_(True))
    )
    return as_type(Select[Any], statement)


def comments_page(ideas: Sequence[str], after: str, size: int) -> Page[Any]:
    """Published comments on public ideas, the newest first, as rows (Comment, number of the idea); one query."""
    statement = _comments()
    if ideas:
        statement = statement.where(Idea.number.in_(ideas))
    return keyset(statement, [(Comment.id, "desc")], after, size, scalars=False, key=lambda row: (row.Comment.id,))


def comment(comment_id: int) -> Any:
    """A published comment on a public idea as a row (Comment, number of the idea), or None."""
    return db.session.execute(_comments().where(Comment.id == comment_id)).one_or_none()


# ---- directory ------------------------------------------------------------------------------------------------------


def clusters_page(
    codes: dict[str, list[str]], countries: Sequence[str], q: str, after: str, size: int
) -> Page[Cluster]:
    """Clusters by name; `codes` by facet, `countries` from their links; one query."""
    statement: Select[Any] = select(Cluster).where(Cluster.listed.is_(True))
    for facet, chosen in codes.items():
        if chosen:
            having = select(ClusterFacet.cluster_id).where(ClusterFacet.facet == facet, ClusterFacet.code.in_(chosen))
            statement = statement.where(Cluster.id.in_(having))
    if countries:
        focus = select(Link.from_id).where(
            Link.type == "focus_on", Link.from_kind == "cluster", Link.to_kind == "country", Link.to_key.in_(countries),
            Link.status.in_(VISIBLE), Link.from_id.is_not(None),
        )  # fmt: skip
        statement = statement.where(Cluster.id.in_(focus))
    order = [(Cluster.sort_key, "asc"), (Cluster.id, "asc")]
    return keyset(searched(statement, "cluster", Cluster.id, q), order, after, size)


def programmes_page(
    codes: dict[str, list[str]], topics: Sequence[str], q: str, after: str, size: int
) -> Page[Programme]:
    """Programmes by title; `codes` by column; one query."""
    statement: Select[Any] = select(Programme)
    for column, chosen in codes.items():
        if chosen:
            statement = statement.where(getattr(Programme, column).in_(chosen))
    if topics:
        statement = statement.where(any_of(Programme.topics, topics))
    order = [(Programme.sort_key, "asc"), (Programme.id, "asc")]
    return keyset(searched(statement, "programme", Programme.id, q), order, after, size)


def topics_page(kinds: Sequence[str], q: str, after: str, size: int) -> Page[Topic]:
    """Published topics, the newest first; one query."""
    statement: Select[Any] = select(Topic).where(Topic.published_at <= now())
    if kinds:
        statement = statement.where(Topic.kind.in_(kinds))
    order = [(Topic.published_at, "desc"), (Topic.id, "desc")]
    return keyset(searched(statement, "topic", Topic.id, q), order, after, size)


def project_id(slug: str) -> int:
    """The number of a project; 0, which no project has, where there is none."""
    return db.session.execute(select(Project.id).where(Project.slug == slug)).scalar() or 0
