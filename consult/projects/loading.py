"""Projects and activities of the shipped content: facts with their sources, and examples with dates near today.

Loading can be repeated: it adds what is missing and leaves what is there. Dates of examples count from the day of loading
and move with the demo for as long as nobody edited them.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select

from consult.core.clock import LOCAL, end_of_day, start_of_day
from consult.core.dataset import Dataset
from consult.core.db import db
from consult.core.registry import registries, touch
from consult.projects.models import Activity, Participation, Project

FACT_KEYS = (
    "start", "status", "duration_months", "figures", "external_partners", "website", "source", "aliases",
    "countries_note", "note", "date", "organiser",
)  # fmt: skip


def partial_span(value: str) -> tuple[datetime, datetime, str] | None:
    """First moment, last moment and precision of 'YYYY', 'YYYY-MM' or 'YYYY-MM-DD'; None for anything else.

    Both moments are aware UTC and lie in the day, month or year on Berlin's clocks; the last is one second before it ends.
    """
    try:
        numbers = [int(part) for part in value.split("-")]
        if len(numbers) == 1:
            first, last, precision = date(numbers[0], 1, 1), date(numbers[0], 12, 31), "year"
        elif len(numbers) == 2:
            first = date(numbers[0], numbers[1], 1)
            last, precision = first.replace(day=monthrange(*numbers)[1]), "month"
        else:
            first = last = date(*numbers)
            precision = "day"
    except (ValueError, TypeError):
        return None
    return start_of_day(first), end_of_day(last) - timedelta(seconds=1), precision


def moved(moment: datetime | None, days: int) -> datetime | None:
    """The same time of day on Berlin's clocks, some days later."""
    if moment is None:
        return None
    here = moment.astimezone(LOCAL)
    return datetime.combine(here.date() + timedelta(days=days), here.time(), tzinfo=LOCAL).astimezone(moment.tzinfo)


def _day(dataset: Dataset, value: str | None) -> date | None:
    moment = dataset.when(value, hour=0)
    return moment.astimezone(LOCAL).date() if moment else None


def _at(day: date, clock: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), tzinfo=LOCAL)


def _span(dataset: Dataset, record: dict[str, Any]) -> tuple[datetime | None, datetime | None, str]:
    """When an activity of the data set happens: start, end, precision."""
    dates = record.get("date") or {}
    day = _day(dataset, dates.get("start"))
    if day is None:
        return partial_span(str(dates.get("start", ""))) or (None, None, "")
    last = _day(dataset, dates.get("end")) or day
    if "start_time" in dates:
        return _at(day, dates["start_time"]), _at(last, dates.get("end_time", dates["start_time"])), "time"
    return start_of_day(day), end_of_day(last) - timedelta(seconds=1), "day"


def _facts(record: dict[str, Any]) -> dict[str, Any]:
    return {key: record[key] for key in FACT_KEYS if key in record}


def _project(dataset: Dataset, record: dict[str, Any]) -> Project:
    joining = record.get("joining")
    start = str((record.get("start") or {}).get("value", ""))
    day = _day(dataset, start)
    until = _day(dataset, joining.get("until")) if joining else None
    project = Project(
        slug=record["id"],
        kind=record["kind"],
        summary=record["summary"],
        region=record.get("region", ""),
        countries=record.get("countries", []),
        topics=record.get("topics", []),
        starts=day.isoformat() if day else start,
        lifecycle=(record.get("status") or {}).get("value", "planned" if record.get("example") else ""),
        joining={key: value for key, value in joining.items() if key not in ("until", "open")} if joining else None,
        joining_open=bool(joining and joining.get("open")),
        joining_until=end_of_day(until) - timedelta(seconds=1) if until else None,
        data=_facts(record),
        is_example=bool(record.get("example")),
    )
    project.set_title(record["title"])
    return project


def _activity(dataset: Dataset, record: dict[str, Any], projects: dict[str, int]) -> Activity:
    place = record.get("place") or {}
    status = record.get("status", "announced")
    until = _day(dataset, record.get("registration_until"))
    activity = Activity(
        slug=record["id"],
        project_id=projects.get(record.get("project", "").removeprefix("project/")),
        kind=record["kind"],
        summary=record["summary"],
        audience=record.get("audience"),
        city=place.get("city", ""),
        country=place.get("country", ""),
        format=record.get("format", ""),
        status=status,
        capacity=record.get("capacity"),
        registration=status == "planned" and bool(record.get("joining_roles")),
        registration_until=end_of_day(until) - timedelta(seconds=1) if until else None,
        waiting_list=record.get("waiting_list", True),
        languages=record.get("languages", []),
        roles=record.get("joining_roles", []),
        topics=record.get("topics", []),
        data=_facts(record),
        is_example=bool(record.get("example")),
    )
    activity.set_title(record["title"])
    activity.set_dates(*_span(dataset, record))
    return activity


def _resolve_organisers() -> None:
    """Point activities to their organisers once these exist; the reference itself is kept in the facts."""
    waiting = db.session.execute(select(Activity).where(Activity.organiser_id.is_(None))).scalars()
    for activity in waiting:
        kind, _, slug = str(activity.data.get("organiser", "")).partition("/")
        subject = registries.subjects.get(kind)
        found = subject.find(slug) if subject and slug else None
        if found is not None:
            activity.organiser_kind, activity.organiser_id = kind, found


def load_facts(dataset: Dataset) -> None:
    """Add the real projects and activities that are missing."""
    _load(dataset, examples=False)


def load_examples(dataset: Dataset) -> None:
    """Add the examples that are missing, dates counted from today."""
    _load(dataset, examples=True)


def _load(dataset: Dataset, examples: bool) -> None:
    def missing(file: str, known: set[str]) -> list[dict[str, Any]]:
        records = dataset.records(file)
        return [one for one in records if bool(one.get("example")) is examples and one["id"] not in known]

    known = set(db.session.execute(select(Project.slug)).scalars())
    fresh = [_project(dataset, record) for record in missing("projects", known)]
    db.session.add_all(fresh)
    db.session.flush()
    projects = dict(db.session.execute(select(Project.slug, Project.id)).all())
    known = set(db.session.execute(select(Activity.slug)).scalars())
    dated = [_activity(dataset, record, projects) for record in missing("activities", known)]
    db.session.add_all(dated)
    db.session.flush()
    _resolve_organisers()
    for project in fresh:
        touch("project", project.id)
    for activity in dated:
        touch("activity", activity.id)


def shift(days: int) -> None:
    """Move the dates of examples that nobody edited, with what hangs on them."""
    projects = select(Project).where(Project.is_example, Project.edited_at.is_(None))
    for project in db.session.execute(projects).scalars():
        project.joining_until = moved(project.joining_until, days)
        span = partial_span(project.starts)
        if span and span[2] == "day":
            project.starts = (date.fromisoformat(project.starts) + timedelta(days=days)).isoformat()
    for activity in db.session.execute(
        select(Activity).where(Activity.is_example, Activity.edited_at.is_(None))
    ).scalars():
        activity.registration_until = moved(activity.registration_until, days)
        activity.set_dates(moved(activity.starts_at, days), moved(activity.ends_at, days), activity.precision)
        touch("activity", activity.id)
    held = (
        select(Participation)
        .join(Participation.activity)
        .where(Participation.status == "offered", Activity.is_example, Activity.edited_at.is_(None))
    )
    for participation in db.session.execute(held).scalars():
        participation.offered_until = moved(participation.offered_until, days)
