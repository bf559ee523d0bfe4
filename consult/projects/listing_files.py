"""The lists of projects and of activities as files and feeds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from consult.core.atom import Entry, identifier
from consult.core.i18n import _l, pick, picked_language
from consult.core.outlets import Outlet
from consult.core.tables import Column
from consult.core.vocabularies import term_title
from consult.core.web import address
from consult.links.sources import readable_date
from consult.projects import project_facts
from consult.projects.models import Activity, Project
from consult.projects.words import day_words, language_words, place_words, time_words

PROJECT_COLUMNS = (
    Column("id", _l("Identifier")),
    Column("title", _l("Title"), 40),
    Column("kind", _l("Kind"), 25),
    Column("summary", _l("Summary"), 60),
    Column("region", _l("Region"), 25),
    Column("region_code", _l("%(what)s, codes", what=_l("Region"))),
    Column("countries", _l("Works with"), 30),
    Column("topics", _l("%(what)s, codes", what=_l("Topics")), 30),
    Column("starts", _l("Begin")),
    Column("state", _l("State"), 25),
    Column("joining_open", _l("open for requests")),
    Column("example", _l("Example")),
    Column("url", _l("Address"), 40),
)
ACTIVITY_COLUMNS = (
    Column("id", _l("Identifier")),
    Column("title", _l("Title"), 40),
    Column("kind", _l("Kind"), 25),
    Column("summary", _l("Summary"), 60),
    Column("when", _l("When"), 30),
    Column("starts_at", _l("Begin")),
    Column("ends_at", _l("Ends")),
    Column("place", _l("Where"), 30),
    Column("format", _l("Format")),
    Column("languages", _l("Languages"), 24),
    Column("status", _l("%(what)s, codes", what=_l("State"))),
    Column("example", _l("Example")),
    Column("url", _l("Address"), 40),
)


def _project_rows(projects: Sequence[Project]) -> Iterator[list[Any]]:
    for one in projects:
        badge = project_facts.lifecycle_badge(one)
        yield [
            one.slug, one.title, term_title("project_kinds", one.kind), one.summary,
            term_title("nuts2024_de", one.region) if one.region else None, one.region or None,
            [term_title("countries", code) for code in one.countries], one.topics,
            readable_date(one.starts) if one.starts else None, badge.text if badge else None, one.joining_open,
            one.is_example, address("projects.show", slug=one.slug),
        ]  # fmt: skip


def _project_entries(projects: Sequence[Project]) -> Iterator[Entry]:
    for one in projects:
        yield Entry(
            id=identifier(f"projects/{one.slug}"), title=pick(one.title), language=picked_language(one.title),
            url=address("projects.show", slug=one.slug), published=one.created_at,
            updated=one.edited_at or one.created_at, summary=pick(one.summary), categories=[one.kind, *one.topics],
        )  # fmt: skip


def _activity_rows(activities: Sequence[Activity]) -> Iterator[list[Any]]:
    for one in activities:
        exact = one.precision in ("time", "day")
        yield [
            one.slug, one.title, term_title("activity_kinds", one.kind), one.summary,
            ", ".join(filter(None, (day_words(one), time_words(one)))), one.starts_at if exact else None,
            one.ends_at if exact else None, place_words(one),
            term_title("event_formats", one.format) if one.format else None,
            [language_words(code) for code in one.languages], one.status, one.is_example,
            address("activities.show", slug=one.slug),
        ]  # fmt: skip


def _activity_entries(activities: Sequence[Activity]) -> Iterator[Entry]:
    for one in activities:
        when = ", ".join(filter(None, (day_words(one), time_words(one), place_words(one))))
        yield Entry(
            id=identifier(f"activities/{one.slug}"), title=pick(one.title), language=picked_language(one.title),
            url=address("activities.show", slug=one.slug), published=one.created_at,
            updated=one.edited_at or one.created_at, summary=f"{when}. {pick(one.summary)}", categories=[one.kind],
        )  # fmt: skip


PROJECTS = Outlet(
    "list/projects", _l("Projects"), _l("projects"), PROJECT_COLUMNS, _project_rows, _project_entries
)  # fmt: skip
ACTIVITIES = Outlet(
    "list/activities", _l("Activities"), _l("activities"), ACTIVITY_COLUMNS, _activity_rows, _activity_entries
)  # fmt: skip
