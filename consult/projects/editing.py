"""Writes of what is said of projects and activities: facts, dates, places, cancelled or postponed.

They flush and never commit. An activity is changed under the lock of its row like everything that touches its places
(`places`), so that never more are confirmed than there are places. Where date or place change, or the activity does not
take place, those who take part get a letter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from consult.core import audit, jobs
from consult.core.access import Actor
from consult.core.clock import now, today
from consult.core.db import db
from consult.core.editing import lock
from consult.core.errors import Conflict, Invalid, NotFound, Refused
from consult.core.i18n import _
from consult.core.registry import SubjectInfo, touch
from consult.core.states import move
from consult.core.text import slugify
from consult.programmes.related import Target, set_related
from consult.projects import places, queries, rules
from consult.projects.activity_operations import ends_of
from consult.projects.machines import ACTIVITY
from consult.projects.models import Activity, Participation, Project

LEAD_KINDS = ("organisation", "cluster")
TOLD = ("starts_at", "ends_at", "precision", "city", "country", "venue", "format")
Texts = Mapping[str, dict[str, str]]


@dataclass(frozen=True)
class When:
    """When an activity happens; `precision` as in the model."""

    starts_at: datetime | None
    ends_at: datetime | None
    precision: str


def _free_slug(model: type[Project] | type[Activity], title: str) -> str:
    base, number = slugify(title), 1
    slug = base
    while db.session.execute(select(model.id).where(model.slug == slug)).first():
        number += 1
        slug = f"{base}-{number}"
    return slug


def _titled(texts: Texts) -> str:
    title = texts["title"].get("de") or texts["title"].get("en") or ""
    if not title:
        raise Invalid({"title_de": _("Please write a title.")})
    if not any(texts["summary"].values()):
        raise Invalid({"summary_de": _("Please write a summary.")})
    return title


# ---- projects -------------------------------------------------------------------------------------------------------


def led_by(project: Project) -> Target:
    """What links lead to that tell who leads a project."""
    return Target("project", project.id, project.slug, "coordinator_of", LEAD_KINDS)


def create_project(actor: Actor, texts: Texts, values: Mapping[str, Any], leads: Sequence[SubjectInfo]) -> Project:
    """A new project; only editors enter one, since it is public at once."""
    if not (actor.signed_in and actor.may("projects.edit")):
        raise Refused(_("Only editors enter projects."))
    project = Project(
        slug=_free_slug(Project, _titled(texts)), kind="", title={}, summary={}, sort_de="", sort_en="", edited_at=now()
    )
    _fill_project(project, texts, values)
    db.session.add(project)
    db.session.flush()
    set_related(actor, led_by(project), leads)
    audit.record("project.created", actor, ("project", project.id), revision=1)
    touch("project", project.id)
    return project


def _fill_project(project: Project, texts: Texts, values: Mapping[str, Any]) -> None:
    if values.get("lifecycle", project.lifecycle) != project.lifecycle:  # what a source said of it is no longer right
        values = {**values, "facts": {**values.get("facts", {}), "status": {"as_of": today().isoformat()}}}
    _fill(project, texts, values)


def _fill(thing: Project | Activity, texts: Texts, values: Mapping[str, Any]) -> None:
    for name, value in {**texts, **values}.items():
        if name == "title":
            thing.set_title(value)
        elif name == "facts":
            thing.data = _with_facts(thing.data or {}, value)
        else:
            setattr(thing, name, value)


def _with_facts(data: Mapping[str, Any], facts: Mapping[str, Any]) -> dict[str, Any]:
    """The stored facts with these in their place; empty ones go, and what says the same keeps its source."""
    found = dict(data)
    for key, value in facts.items():
        former = found.pop(key, None)
        same = isinstance(value, dict) and isinstance(former, dict) and value.items() <= former.items()
        if value:
            found[key] = former if same else value
    return found


def save_project(
    actor: Actor, project_id: int, seen: int, texts: Texts, values: Mapping[str, Any],
    leads: Sequence[SubjectInfo] | None,
) -> Project:  # fmt: skip
    """Store what was written; `leads` None leaves who leads it as it is, which only editors change.

    Invalid where fewer people are looked for in a degree than were accepted.
    """
    project = lock(Project, project_id)
    if not rules.can_edit(actor, queries.leads_of(project.id)):
        raise Refused(_("Only editors and those who lead a project change it."))
    if project.revision != seen:
        raise Conflict(_("Somebody else has saved this since you opened it."))
    _titled(texts)
    _check_degrees(project, values)
    _fill_project(project, texts, values)
    project.revision += 1
    project.edited_at = now()
    if leads is not None and actor.may("projects.edit"):
        set_related(actor, led_by(project), leads)
    audit.record("project.edited", actor, ("project", project.id), revision=project.revision)
    touch("project", project.id)
    db.session.flush()
    return project


def _check_degrees(project: Project, values: Mapping[str, Any]) -> None:
    accepted = queries.crew_of(project.id).roles
    for one in (values.get("joining") or {}).get("roles", []):
        wanted, present = one.get("capacity"), accepted.get(one["role"], 0)
        if wanted is not None and wanted < present:
            raise Invalid({f"capacity_{one['role'].replace('-', '_')}": _(
                "%(num)s take part already; fewer cannot be looked for.", num=present
            )})  # fmt: skip


# ---- activities -----------------------------------------------------------------------------------------------------


def _check_belongs(actor: Actor, activity: Activity | None, values: Mapping[str, Any]) -> None:
    """Who is no editor enters activities for their own cluster, and only into projects that they lead."""
    if actor.may("projects.edit"):
        return
    organiser = (values["organiser_kind"], values["organiser_id"])
    same = activity is not None and organiser == (activity.organiser_kind, activity.organiser_id)
    if not same and organiser not in rules.writing_ends(actor):
        raise Invalid({"organiser": _("Please choose a cluster or organisation that you write for.")})
    project_id = values["project_id"]
    if project_id is None or (activity is not None and project_id == activity.project_id):
        return
    if not rules.can_edit(actor, queries.leads_of(project_id)):
        raise Invalid({"project": _("Only who leads a project adds activities to it.")})


def _check_places(activity: Activity, values: Mapping[str, Any]) -> None:
    capacity, held_back = values["capacity"], values["held_back"]
    if capacity is None:
        return
    if held_back > capacity:
        raise Invalid({"held_back": _("More places cannot be held back than there are.")})
    taken = activity.confirmed_count + activity.offered_count
    if capacity - held_back < taken:
        message = _("%(num)s places are given out or held for somebody; fewer are not possible.", num=taken)
        raise Invalid({"capacity": message})


def _check_dates(when: When, values: Mapping[str, Any]) -> None:
    if when.starts_at is not None and when.ends_at is not None and when.ends_at < when.starts_at:
        raise Invalid({"ends_on": _("It ends after it has begun.")})
    until = values["registration_until"]
    if until is not None and when.ends_at is not None and until > when.ends_at + timedelta(days=1):
        raise Invalid({"registration_until": _("Registration ends before the activity does.")})


def create_activity(actor: Actor, texts: Texts, values: Mapping[str, Any], when: When) -> Activity:
    """A new activity, planned and public at once: by editors, and by cluster managers for their own cluster."""
    organiser = (values["organiser_kind"], values["organiser_id"]) if values["organiser_id"] else None
    if not rules.can_create_activity(actor, organiser):
        raise Refused(_("Only editors and cluster managers enter activities, the latter for their own cluster."))
    activity = Activity(
        slug=_free_slug(Activity, _titled(texts)), title={}, summary={}, kind="", status=ACTIVITY.initial,
        confirmed_count=0, offered_count=0, waiting_count=0, edited_at=now(),
    )  # fmt: skip
    _check_belongs(actor, None, values)
    _check_places(activity, values)
    _check_dates(when, values)
    _fill_activity(activity, texts, values, when)
    db.session.add(activity)
    db.session.flush()
    audit.record("activity.created", actor, ("activity", activity.id), revision=1)
    touch("activity", activity.id)
    return activity


def _fill_activity(activity: Activity, texts: Texts, values: Mapping[str, Any], when: When) -> None:
    _fill(activity, texts, values)
    activity.set_dates(when.starts_at, when.ends_at, when.precision)


def _facts(activity: Activity) -> dict[str, Any]:
    """When and where, as plain values: what people are told about when it changes."""
    return {
        name: value.isoformat() if isinstance(value := getattr(activity, name), datetime) else value for name in TOLD
    }


def _open(actor: Actor, activity_id: int, seen: int) -> Activity:
    """The locked activity for somebody who may change it and has seen its present state."""
    activity = places.lock_activity(activity_id)
    if not rules.can_edit(actor, ends_of(activity)):
        raise Refused(_("Only editors and hosts change an activity."))
    if activity.revision != seen:
        raise Conflict(_("Somebody else has saved this since you opened it."))
    return activity


def save_activity(
    actor: Actor, activity_id: int, seen: int, texts: Texts, values: Mapping[str, Any], when: When
) -> tuple[Activity, bool]:
    """Store what was written; the second value tells whether those who take part are written to.

    Invalid for fewer places than are given out or held. Where there are more places, those who wait move up.
    """
    activity = _open(actor, activity_id, seen)
    _titled(texts)
    _check_belongs(actor, activity, values)
    _check_places(activity, values)
    _check_dates(when, values)
    before = _facts(activity)
    _fill_activity(activity, texts, values, when)
    activity.revision += 1
    activity.edited_at = now()
    told = before != _facts(activity) and not activity.is_past(now())
    if told:
        _moved(activity)
        _tell(activity, "changed", before=before)
    audit.record("activity.edited", actor, ("activity", activity.id), revision=activity.revision, told=told)
    touch("activity", activity.id)
    db.session.flush()
    places.fill(activity)
    return activity, told


def _moved(activity: Activity) -> None:
    """For a new date everybody is reminded anew, and no place is held beyond the beginning."""
    rows = select(Participation).where(
        Participation.activity_id == activity.id, Participation.status.in_(("confirmed", "offered"))
    )
    for one in db.session.execute(rows.execution_options(populate_existing=True)).scalars():
        one.reminded_at = None
        if one.offered_until is not None and activity.starts_at is not None:
            one.offered_until = min(one.offered_until, activity.starts_at)


def _tell(activity: Activity, what: str, **payload: Any) -> None:
    """Write the job that writes to those who take part, with this transaction; for each change once."""
    jobs.enqueue(
        "activities.tell",
        {"activity_id": activity.id, "what": what, "after": 0, **payload},
        dedupe=f"activities.tell:{activity.id}:{activity.revision}",
    )


def act_on_activity(actor: Actor, activity_id: int, seen: int, act: str, note: dict[str, str]) -> Activity:
    """Cancel, postpone, plan again or close an activity. The first two with a sentence, which those who take part get."""
    activity = _open(actor, activity_id, seen)
    if act not in ACTIVITY.acts:
        raise NotFound()
    if act in ("cancel", "postpone") and not any(note.values()):
        raise Invalid({"note_de": _("Please write a sentence; those who take part get it by e-mail.")})
    if act == "complete" and not activity.has_begun(now()):
        raise Invalid(message=_("An activity is over once it has begun."))
    move(ACTIVITY, activity, act, actor)
    activity.status_note = note if act in ("cancel", "postpone") else {}
    activity.set_dates(activity.starts_at, activity.ends_at, activity.precision)
    activity.revision += 1
    activity.edited_at = now()
    if act != "complete" and not activity.is_past(now()):
        _tell(activity, {"cancel": "cancelled", "postpone": "postponed", "resume": "resumed"}[act])
    touch("activity", activity.id)
    db.session.flush()
    if act == "resume":
        places.fill(activity)
    return activity
