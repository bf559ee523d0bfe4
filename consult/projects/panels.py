"""Parts of other rooms' pages that this room fills: projects and dates of a cluster, a topic, the home page and more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.sql.selectable import Select

from consult.core.access import Actor
from consult.core.clock import now
from consult.core.registry import Panel
from consult.core.web import path
from consult.links.queries import linked_ids, linked_to_ids
from consult.projects import activity_queries, activity_views, project_facts, queries, rules, words
from consult.projects.models import Activity

SHOWN = 12
ON_HOME = 3

Load = Callable[[int, Actor], dict[str, Any] | None]


def _dates(activities: list[Activity], **more: Any) -> dict[str, Any] | None:
    if not activities:
        return None
    return {"dates": [activity_views.line(one) for one in activities], "dates_all": path("activities.index"), **more}


def _projects(ids: Select[Any]) -> dict[str, Any] | None:
    found = queries.projects_in(ids, SHOWN)
    return {"projects": found, "project_facts": project_facts} if found else None


def next_dates(_subject_id: int, _actor: Actor) -> dict[str, Any] | None:
    """The next activities, for the home page."""
    return _dates(activity_queries.upcoming_activities(ON_HOME), dates_are_next=True)


def dates_of_project(project_id: int, _actor: Actor) -> dict[str, Any] | None:
    """A project's activities with the address of its calendar."""
    found = activity_queries.activities_in(select(Activity.id).where(Activity.project_id == project_id), SHOWN)
    upcoming = any(not one.is_past(now()) for one in found)
    project = queries.project_by_id(project_id) if upcoming else None
    return _dates(found, calendar=path("activities.calendar", project=project.slug) if project else "")


def _hosted(kind: str, subject_id: int) -> Select[Any]:
    """Activities that an organisation or cluster hosts, by its entry as organiser or by a link."""
    linked = linked_ids_to_activities(kind, subject_id)
    own = (Activity.organiser_kind == kind) & (Activity.organiser_id == subject_id)
    return select(Activity.id).where(or_(own, Activity.id.in_(linked)))


def linked_ids_to_activities(kind: str, subject_id: int) -> Select[Any]:
    """Activities to which an organisation or cluster leads: as host or as one that takes part."""
    return linked_to_ids("activity", kind, subject_id, ("hosts", "participates_in"))


def dates_of(kind: str) -> Load:
    """Activities of an organisation or cluster."""

    def load(subject_id: int, _actor: Actor) -> dict[str, Any] | None:
        return _dates(activity_queries.activities_in(_hosted(kind, subject_id), SHOWN))

    return load


def further_dates_of_cluster(cluster_id: int, _actor: Actor) -> dict[str, Any] | None:
    """Activities that a cluster hosts and that its portrait does not name already among its connections."""
    own = (Activity.organiser_kind == "cluster") & (Activity.organiser_id == cluster_id)
    named = linked_to_ids("activity", "cluster", cluster_id)
    return _dates(activity_queries.activities_in(select(Activity.id).where(own, Activity.id.not_in(named)), SHOWN))


def projects_of(kind: str) -> Load:
    """Projects to which an organisation or cluster leads."""

    def load(subject_id: int, _actor: Actor) -> dict[str, Any] | None:
        return _projects(linked_to_ids("project", kind, subject_id))

    return load


def projects_towards(kind: str) -> Load:
    """Projects that lead to a programme or topic."""

    def load(subject_id: int, _actor: Actor) -> dict[str, Any] | None:
        return _projects(linked_ids("project", kind, subject_id))

    return load


def dates_towards(kind: str) -> Load:
    """Activities that lead to a topic."""

    def load(subject_id: int, _actor: Actor) -> dict[str, Any] | None:
        return _dates(activity_queries.activities_in(linked_ids("activity", kind, subject_id), SHOWN))

    return load


def own_part(person_id: int, _actor: Actor) -> dict[str, Any] | None:
    """On one's own page: the dates and projects that the person takes part in."""
    participations = activity_queries.participations_of(person_id)
    memberships = queries.memberships_of(person_id)
    if not participations and not memberships:
        return None
    moment = now()
    return {
        "joins": [(one, activity_views.line(one.activity), one.activity.is_past(moment)) for one in participations],
        "memberships": memberships,
        "joins_words": words,
    }


def keeping(_person_id: int, actor: Actor) -> dict[str, Any] | None:
    """On one's own page: the way to what one keeps; nothing for those who lead and host nothing."""
    is_editor, ends = actor.may("projects.edit"), rules.writing_ends(actor)
    if not (is_editor or actor.cluster_ids or (ends and queries.keeps_anything(ends))):
        return None
    return {"may_create": is_editor or bool(actor.cluster_ids)}


DATES, PROJECTS = "activities/_panel.html", "projects/_panel.html"

PANELS = (
    Panel("pages.home", 40, DATES, next_dates, lasting=True),
    Panel("projects.show", 10, DATES, dates_of_project),
    # a portrait names its projects among its connections, each with relation and source
    Panel("clusters.show", 50, DATES, further_dates_of_cluster),
    Panel("organisations.show", 40, PROJECTS, projects_of("organisation")),
    Panel("organisations.show", 50, DATES, dates_of("organisation")),
    Panel("programmes.show", 40, PROJECTS, projects_towards("programme")),
    Panel("topics.show", 40, PROJECTS, projects_towards("topic")),
    Panel("topics.show", 50, DATES, dates_towards("topic")),
)
ME = Panel("pages.me", 40, "projects/_me.html", own_part)
KEEPING = Panel("pages.me", 45, "projects/_keeping.html", keeping)
