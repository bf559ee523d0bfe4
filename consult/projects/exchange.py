"""Projects and activities as files. Who joined them is no part of it: people belong to one house.

Dates are as precise as they are known. What a person edited in a column counts more than the fact that once came with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from consult.core.clock import LOCAL, end_of_day, local, start_of_day
from consult.core.db import db
from consult.core.exchange import (
    BOTH,
    CLOCK,
    DATE,
    FLAG,
    INT,
    LINE,
    LIST,
    MOMENT,
    NAME,
    OBJECT,
    OBJECTS,
    REF,
    SOURCE,
    TEXT,
    Exchange,
    Faults,
    Field,
    Record,
    References,
    moment_of,
    moment_words,
)
from consult.core.i18n import _, _l
from consult.core.imports import sorted_rows, waiting_for
from consult.core.registry import describe, touch
from consult.links.ends_kept import loosen
from consult.projects.loading import FACT_KEYS, partial_span
from consult.projects.models import Activity, Project

PROJECT, ACTIVITY = "project", "activity"
_SECOND = timedelta(seconds=1)
_CITED = (Field("as_of", DATE), Field("source", SOURCE), Field("qualifier", codes="qualifiers"), Field("note", TEXT))
_FIGURES = Field(
    "figures", OBJECTS, fields=(Field("kind", LINE, True), Field("value", INT, True), Field("unit"), *_CITED)
)
_ALIASES = Field("aliases", OBJECTS, fields=(Field("name", LINE, True), Field("kind"), *_CITED))
_ROLE = (Field("role", LINE, True, codes="joining_roles"), Field("capacity", INT))
PROJECT_FIELDS = (
    Field("id", LINE, True, longest=120), Field("title", NAME, True, longest=200),
    Field("kind", LINE, True, codes="project_kinds"), Field("summary", BOTH, True), Field("topics", LIST),
    Field("source", SOURCE), Field("region", codes="nuts2024_de"), Field("countries", LIST, codes="countries"),
    Field("countries_note", BOTH), Field("start", OBJECT, fields=(Field("value", DATE, True), *_CITED)),
    Field("status", OBJECT, fields=(Field("value", LINE, True, longest=20), *_CITED)),
    Field("duration_months", OBJECT, fields=(Field("value", INT, True), *_CITED)), _FIGURES, _ALIASES,
    Field("external_partners", OBJECTS, fields=(Field("name", LINE, True), Field("country", codes="countries"),
                                                Field("place"), Field("since", DATE), *_CITED)),
    Field("website", OBJECT, fields=(Field("domain", LINE, True, longest=280), *_CITED)),
    Field("joining", OBJECT, fields=(Field("open", FLAG), Field("until", MOMENT), Field("waiting_list", FLAG),
                                     Field("note", BOTH), Field("roles", OBJECTS, fields=_ROLE))),
    Field("note", BOTH), Field("example", FLAG, default=False),
)  # fmt: skip
ACTIVITY_FIELDS = (
    Field("id", LINE, True, longest=120), Field("title", NAME, True, longest=200),
    Field("kind", LINE, True, codes="activity_kinds"), Field("summary", BOTH, True), Field("topics", LIST),
    Field("source", SOURCE), Field("organiser", REF, refs=("organisation", "cluster", "project", "programme")),
    Field("date", OBJECT, fields=(Field("start", DATE), Field("end", DATE), Field("start_time", CLOCK),
                                  Field("end_time", CLOCK), *_CITED)),
    Field("place", OBJECT, fields=(Field("city", longest=120), Field("country", codes="countries"),
                                   Field("venue", longest=200))),
    Field("format", codes="event_formats"),
    Field("status", choices=("announced", "planned", "completed", "cancelled", "postponed"), default="announced"),
    Field("status_note", BOTH), Field("capacity", INT), Field("held_back", INT, default=0), Field("registration", FLAG),
    Field("registration_until", MOMENT),
    Field("waiting_list", FLAG, default=True), Field("host_accepts", FLAG, default=False), Field("languages", LIST),
    Field("joining_roles", LIST, codes="joining_roles"), Field("project", REF, refs=("project",)),
    Field("audience", BOTH), _FIGURES, Field("note", BOTH), Field("example", FLAG, default=False),
)  # fmt: skip


def _facts(record: Record) -> dict[str, Any]:
    return {key: record[key] for key in FACT_KEYS if key in record}


def _until(words: str | None) -> datetime | None:
    """The last moment of a day, or the moment that is named."""
    if words and len(words) == 10:
        return end_of_day(date.fromisoformat(words)) - _SECOND
    return moment_of(words)


def _until_words(moment: datetime | None) -> str:
    if moment is not None and end_of_day(local(moment).date()) - _SECOND == moment:
        return local(moment).date().isoformat()
    return moment_words(moment)


def _said(data: Mapping[str, Any], key: str, column: str) -> Record | None:
    """The fact with its source while the column still says the same, else what the column says."""
    mapping = data.get(key)
    if not column:
        return None
    return {**mapping, "value": column} if isinstance(mapping, Mapping) else {"value": column}


# ---- projects -------------------------------------------------------------------------------------------------------


def read_projects(keys: Sequence[str] | None, audience: str) -> Iterator[Record]:
    """The projects by their ids."""
    for one in sorted_rows(Project, Project.slug, keys):
        data = one.data or {}
        record: Record = {key: value for key, value in data.items() if key not in ("date", "organiser")}
        record |= {
            "id": one.slug, "title": one.title, "kind": one.kind, "summary": one.summary, "region": one.region,
            "countries": one.countries, "topics": one.topics, "start": _said(data, "start", one.starts),
            "status": _said(data, "status", one.lifecycle),
        }  # fmt: skip
        if one.joining is not None:
            record["joining"] = {**one.joining, "open": one.joining_open, "until": _until_words(one.joining_until)}
        if one.is_example:
            record["example"] = True
        yield record


def write_project(record: Record, before: Record | None) -> None:
    """Make the project what the record says; who takes part stays."""
    one = db.session.execute(select(Project).where(Project.slug == record["id"])).scalar()
    if one is None:
        one = Project(slug=record["id"])
        db.session.add(one)
    one.set_title(record["title"])
    joining = record.get("joining")
    one.kind, one.summary, one.region = record["kind"], record["summary"], record.get("region", "")
    one.countries, one.topics = record.get("countries", []), record.get("topics", [])
    one.starts = record.get("start", {}).get("value", "")
    one.lifecycle = record.get("status", {}).get("value", "")
    one.joining = None
    if joining is not None:
        kept = {key: value for key, value in joining.items() if key not in ("until", "open")}
        one.joining = {"roles": [], **kept}
    one.joining_open = bool(joining and joining.get("open"))
    one.joining_until = _until((joining or {}).get("until"))
    one.data, one.is_example = _facts(record), record.get("example", False)
    if before is not None and before != record:
        one.revision += 1
    db.session.flush()
    touch(PROJECT, one.id)


def remove_project(key: str) -> None:
    """Take a project away."""
    one = db.session.execute(select(Project).where(Project.slug == key)).scalar()
    if one is not None:
        touch(PROJECT, one.id)
        loosen(PROJECT, one.id)
        db.session.delete(one)


# ---- activities -----------------------------------------------------------------------------------------------------


def read_activities(keys: Sequence[str] | None, audience: str) -> Iterator[Record]:
    """The activities by their ids."""
    kept = waiting_for(ACTIVITY, keys)
    ends = select(Activity.organiser_kind, Activity.organiser_id).where(Activity.organiser_id.is_not(None)).distinct()
    names = {
        end: f"{end[0]}/{info.key}"
        for end, info in describe([(kind, number) for kind, number in db.session.execute(ends) if number]).items()
    }
    for one in sorted_rows(Activity, Activity.slug, keys, options=[joinedload(Activity.project)]):
        waits = kept.get(one.slug, {})
        project = f"project/{one.project.slug}" if one.project else next(iter(waits.get("project", [])), None)
        organiser = names.get((one.organiser_kind, one.organiser_id or 0)) or one.data.get("organiser")
        yield {**_activity_record(one), "project": project, "organiser": organiser}


def _activity_record(one: Activity) -> Record:
    record: Record = {key: value for key, value in (one.data or {}).items() if key in ("figures", "note", "source")}
    record |= {
        "id": one.slug, "title": one.title, "kind": one.kind, "summary": one.summary, "audience": one.audience,
        "date": _date_record(one), "place": {"city": one.city, "country": one.country, "venue": one.venue},
        "format": one.format, "status_note": one.status_note, "capacity": one.capacity,
        "registration_until": _until_words(one.registration_until), "languages": one.languages,
        "joining_roles": one.roles, "topics": one.topics,
    }  # fmt: skip
    if one.status != "announced":
        record["status"] = one.status
    if one.held_back:
        record["held_back"] = one.held_back
    if not one.waiting_list:
        record["waiting_list"] = False
    if one.host_accepts:
        record["host_accepts"] = True
    record["registration"] = one.registration
    if one.is_example:
        record["example"] = True
    return record


def _takes_registrations(record: Record) -> bool:
    """What is assumed where nothing is said: a planned activity with roles can be joined."""
    return record.get("status") == "planned" and bool(record.get("joining_roles"))


def _date_record(one: Activity) -> Record:
    said = dict((one.data or {}).get("date") or {})
    found: Record = {key: value for key, value in said.items() if key in ("note", "source", "as_of", "qualifier")}
    if one.starts_at is None or one.ends_at is None:
        return found
    first, last = one.starts_at.astimezone(LOCAL), one.ends_at.astimezone(LOCAL)
    length = {"year": 4, "month": 7}.get(one.precision, 10)
    found["start"] = first.date().isoformat()[:length]
    if length < 10:
        return {**found, "end": said["end"]} if said.get("start") == found["start"] and said.get("end") else found
    if last.date() != first.date():
        found["end"] = last.date().isoformat()
    if one.precision == "time":
        found["start_time"] = first.strftime("%H:%M")
        if last != first:
            found["end_time"] = last.strftime("%H:%M")
    return found


def _span(dates: Mapping[str, str]) -> tuple[datetime | None, datetime | None, str]:
    """When an activity happens: start, end, precision."""
    start = dates.get("start", "")
    if len(start) != 10:
        return partial_span(start) or (None, None, "")
    end = dates.get("end", "")
    first = date.fromisoformat(start)
    last = date.fromisoformat(end) if len(end) == 10 else first
    if "start_time" not in dates:
        return start_of_day(first), end_of_day(last) - _SECOND, "day"
    begins, ends = dates["start_time"], dates.get("end_time", dates["start_time"])
    return (
        datetime.combine(first, time.fromisoformat(begins), tzinfo=LOCAL),
        datetime.combine(last, time.fromisoformat(ends), tzinfo=LOCAL),
        "time",
    )


def write_activity(record: Record, before: Record | None) -> None:
    """Make the activity what the record says; who takes part stays, and so do the counters."""
    refs = References(ACTIVITY, record["id"])
    organiser = record.get("organiser")
    organiser_id = refs.find("organiser", organiser)
    place = record.get("place", {})
    values: dict[str, Any] = {
        "project_id": refs.find("project", record.get("project")), "kind": record["kind"], "summary": record["summary"],
        "audience": record.get("audience"), "city": place.get("city", ""), "country": place.get("country", ""),
        "venue": place.get("venue", ""), "format": record.get("format", ""),
        "status": record.get("status", "announced"), "status_note": record.get("status_note", {}),
        "capacity": record.get("capacity"), "held_back": record.get("held_back", 0),
        "registration": record.get("registration", _takes_registrations(record)),
        "registration_until": _until(record.get("registration_until")),
        "waiting_list": record.get("waiting_list", True), "host_accepts": record.get("host_accepts", False),
        "languages": record.get("languages", []), "roles": record.get("joining_roles", []),
        "topics": record.get("topics", []), "is_example": record.get("example", False), "data": _facts(record),
        "organiser_id": organiser_id,
        "organiser_kind": organiser.partition("/")[0] if organiser and organiser_id is not None else "",
    }  # fmt: skip
    one = db.session.execute(select(Activity).where(Activity.slug == record["id"])).scalar()
    if one is None:
        one = Activity(slug=record["id"], **values)
        db.session.add(one)
    else:
        for name, value in values.items():
            setattr(one, name, value)
    one.set_title(record["title"])
    one.set_dates(*_span(record.get("date", {})))
    if before is not None and before != record:
        one.revision += 1
    db.session.flush()
    refs.keep()
    touch(ACTIVITY, one.id)


def remove_activity(key: str) -> None:
    """Take an activity away."""
    one = db.session.execute(select(Activity).where(Activity.slug == key)).scalar()
    if one is not None:
        touch(ACTIVITY, one.id)
        loosen(ACTIVITY, one.id)
        db.session.delete(one)


def check_activity(record: Record, faults: Faults) -> None:
    """The order of its dates, and what people hold already: a place is not taken from them by a file."""
    starts_at, ends_at, _precision = _span(record.get("date", {}))
    if starts_at is not None and ends_at is not None and ends_at < starts_at:
        faults.add("date.end", _("The end lies before the beginning."))
    capacity, held = record.get("capacity"), record.get("held_back", 0)
    if held < 0 or (capacity is not None and (capacity < 0 or held > capacity)):
        faults.add("capacity", _("More places are held back than there are."))
        return
    statement = select(Activity.status, Activity.confirmed_count, Activity.offered_count)
    there = db.session.execute(statement.where(Activity.slug == record["id"])).first()
    taken = there.confirmed_count + there.offered_count if there else 0
    if taken and capacity is not None and taken > capacity - held:
        faults.add("capacity", _("More people have a place already than this leaves."))
    if there and taken and record.get("status", "announced") != there.status:
        faults.add(
            "status", _("People take part. Please change the state on the page of the activity, which tells them.")
        )


PROJECTS = Exchange(
    name="projects", kind=PROJECT, order=50, label=_l("Projects"), fields=PROJECT_FIELDS, read=read_projects,
    write=write_project, remove=remove_project, permission="projects.edit",
)  # fmt: skip
ACTIVITIES = Exchange(
    name="activities", kind=ACTIVITY, order=51, label=_l("Activities"), fields=ACTIVITY_FIELDS, read=read_activities,
    write=write_activity, remove=remove_activity, check=check_activity, permission="projects.edit",
)  # fmt: skip
