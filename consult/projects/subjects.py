"""What other rooms see of projects and activities: their line, their number behind an address, their entry in the index."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import func, or_, select

from consult.core.access import Actor
from consult.core.db import db
from consult.core.i18n import _l, in_language, pick, picked_language
from consult.core.registry import Searchable, SearchDocument, SubjectInfo, SubjectKind
from consult.core.vocabularies import term_title
from consult.core.web import path
from consult.projects import activity_queries, queries, rules, words
from consult.projects.activity_operations import ends_of
from consult.projects.models import Activity, Project


def project_info(project: Project) -> SubjectInfo:
    """The line that others show of a project."""
    return SubjectInfo(
        kind="project", id=project.id, title=pick(project.title), url=path("projects.show", slug=project.slug),
        language=picked_language(project.title), region=project.region, excerpt=pick(project.summary), key=project.slug,
    )  # fmt: skip


def activity_info(activity: Activity) -> SubjectInfo:
    """The line that others show of an activity."""
    return SubjectInfo(
        kind="activity", id=activity.id, title=pick(activity.title), url=path("activities.show", slug=activity.slug),
        language=picked_language(activity.title), excerpt=pick(activity.summary), key=activity.slug,
    )  # fmt: skip


def describe_projects(ids: Sequence[int]) -> dict[int, SubjectInfo]:
    return {number: project_info(project) for number, project in queries.projects_by_ids(ids).items()}


def describe_activities(ids: Sequence[int]) -> dict[int, SubjectInfo]:
    return {number: activity_info(one) for number, one in activity_queries.activities_by_ids(ids).items()}


def find_project(key: str) -> int | None:
    return db.session.execute(select(Project.id).where(Project.slug == key)).scalar()


def find_activity(key: str) -> int | None:
    return db.session.execute(select(Activity.id).where(Activity.slug == key)).scalar()


def pick_projects(sought: str, limit: int) -> list[SubjectInfo]:
    """Projects whose title contains the words, in the order of titles."""
    return [project_info(project) for project in queries.projects_named(sought, limit)]


def pick_activities(sought: str, limit: int) -> list[SubjectInfo]:
    """Activities whose title contains the words, upcoming first."""
    return [activity_info(activity) for activity in activity_queries.activities_named(sought, limit)]


def may_manage_project(actor: Actor, project_id: int) -> bool:
    """Whether the actor speaks for the project; editors mend pages, but they confirm nothing in a project's name."""
    if not rules.may_speak_for_others(actor):
        return False
    project = queries.project_by_id(project_id)
    known = project.known_leads if project is not None else None
    return rules.speaks_for(actor, known if known is not None else queries.leads_of(project_id))


def may_manage_activity(actor: Actor, activity_id: int) -> bool:
    """Whether the actor speaks for the host of an activity."""
    found = activity_queries.activities_by_ids([activity_id]).get(activity_id)
    return found is not None and actor.signed_in and rules.speaks_for(actor, ends_of(found))


SPOKEN_FOR = 200  # of each kind


def spoken_for(actor: Actor) -> list[tuple[str, int]]:
    """Projects and activities for which the actor speaks: they confirm what others link to them; two queries, none for
    who belongs to nothing."""
    if not rules.may_speak_for_others(actor):
        return []
    ends = [("organisation", one) for one in sorted(actor.organisation_ids)]
    ends += [("cluster", one) for one in sorted(actor.cluster_ids)]
    led = queries.led_projects(ends)
    hosted = [(Activity.organiser_kind == kind) & (Activity.organiser_id == number) for kind, number in ends]
    projects = select(Project.id).where(Project.id.in_(led)).order_by(Project.id.desc()).limit(SPOKEN_FOR)
    activities = select(Activity.id).where(or_(*hosted, Activity.project_id.in_(led)))
    activities = activities.order_by(Activity.id.desc()).limit(SPOKEN_FOR)
    return [
        *(("project", one) for one in db.session.execute(projects).scalars()),
        *(("activity", one) for one in db.session.execute(activities).scalars()),
    ]


def speakers_of_project(project_id: int) -> list[int]:
    """Ids of those who speak for a project; nobody where nobody leads it."""
    return queries.speakers(queries.leads_of(project_id))


def speakers_of_activity(activity_id: int) -> list[int]:
    """Ids of those who speak for the host of an activity."""
    found = activity_queries.activities_by_ids([activity_id]).get(activity_id)
    return queries.speakers(ends_of(found)) if found is not None else []


def project_documents(ids: Sequence[int] | None) -> Iterator[SearchDocument]:
    """The public documents of these projects, or of all."""
    statement = select(Project).order_by(Project.id)
    if ids is not None:
        statement = statement.where(Project.id.in_(ids))
    for project in db.session.execute(statement).scalars():
        names = [name["name"] for name in project.data.get("aliases", [])]
        names += [partner["name"] for partner in project.data.get("external_partners", [])]
        yield SearchDocument(
            kind="project", id=project.id, title=pick(project.title, "de"),
            body="\n".join(filter(None, [*_project_words(project, "de"), *names])),
            language="de", at=project.created_at, facets={"region": [project.region]},
            title_en=pick(project.title, "en"), body_en="\n".join(filter(None, _project_words(project, "en"))),
        )  # fmt: skip


def _project_words(project: Project, language: str) -> list[str]:
    countries = [term_title("countries", code, language) for code in project.countries]
    return [pick(project.summary, language), term_title("project_kinds", project.kind, language), *countries]


def _activity_words(activity: Activity, language: str) -> list[str]:
    with in_language(language):
        described = [pick(activity.summary), pick(activity.audience)]
        return [*described, term_title("activity_kinds", activity.kind), words.place_words(activity)]


def activity_documents(ids: Sequence[int] | None) -> Iterator[SearchDocument]:
    """The public documents of these activities, or of all."""
    statement = select(Activity).order_by(Activity.id)
    if ids is not None:
        statement = statement.where(Activity.id.in_(ids))
    for activity in db.session.execute(statement).scalars():
        yield SearchDocument(
            kind="activity", id=activity.id, title=pick(activity.title, "de"),
            body="\n".join(filter(None, _activity_words(activity, "de"))), language="de", at=activity.starts_at,
            title_en=pick(activity.title, "en"), body_en="\n".join(filter(None, _activity_words(activity, "en"))),
        )  # fmt: skip


def activities_changed(ids: Sequence[int]) -> dict[int, datetime]:
    """When each of these activities was written or last changed."""
    columns = (Activity.id, func.coalesce(Activity.edited_at, Activity.created_at, type_=Activity.created_at.type))
    rows = db.session.execute(select(*columns).where(Activity.id.in_(list(ids)))).all()
    return {row[0]: row[1] for row in rows}


PROJECT = SubjectKind(
    "project", _l("Project"), describe_projects, find_project, pick_projects, may_manage_project, speakers_of_project
)
ACTIVITY = SubjectKind(
    "activity", _l("Activity"), describe_activities, find_activity, pick_activities, may_manage_activity,
    speakers_of_activity,
)  # fmt: skip
SEARCHABLE_PROJECT = Searchable("project", project_documents, _l("Projects"))
SEARCHABLE_ACTIVITY = Searchable(
    "activity", activity_documents, _l("Activities"), at_is_news=False, changed=activities_changed
)
