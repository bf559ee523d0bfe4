"""The forms in which projects and activities are kept, by editors and by those who lead or host them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from wtforms import ValidationError

from consult.core.clock import end_of_day, local
from consult.core.editing import as_lines, at, clock_value, day_value, lines_of
from consult.core.editing_forms import (
    BooleanField,
    ClockField,
    DayField,
    EditingForm,
    NumberField,
    ReferenceField,
    ReferencesField,
    TicksField,
    bilingual,
    pair_values,
)
from consult.core.forms import ChoiceField, LineField, TextField, longest
from consult.core.i18n import _, _l
from consult.core.registry import describe
from consult.core.vocabularies import vocabulary
from consult.links.sources import sources
from consult.programmes.forms import reference_of, topic_choices
from consult.programmes.related import references
from consult.projects.editing import LEAD_KINDS, When, led_by
from consult.projects.loading import partial_span
from consult.projects.models import Activity, Project
from consult.projects.rules import End

PROJECT_TEXTS = ("title", "summary", "joining_note")
ACTIVITY_TEXTS = ("title", "summary", "audience")
DEGREES = ("informed", "expertise", "test-partner", "resources", "co-lead")
FORMATS = ("in-person", "hybrid", "online")


class PartialDateField(LineField):
    """A date as exact as it is known: 2027, 2027-03 or 2027-03-31, or nothing."""

    def pre_validate(self, form: Any) -> None:
        if self.data and partial_span(str(self.data)) is None:
            raise ValidationError(_("Please write 2027, 2027-03 or 2027-03-31, as exact as it is known."))


class DomainField(LineField):
    """The domain of a website, or nothing."""

    def pre_validate(self, form: Any) -> None:
        text = str(self.data or "")
        if text and (" " in text or "/" in text or "." not in text.strip(".") or ":" in text):
            raise ValidationError(_("Please write the domain alone, such as project.org."))


# ---- projects -------------------------------------------------------------------------------------------------------


@bilingual("joining_note", _l("How one takes part, in words"), 600)
@bilingual("summary", _l("Summary"), 800)
@bilingual("title", _l("Title"), 160, line=True)
class ProjectForm(EditingForm):
    """All of a project that is kept by hand; figures with sources of their own come by import."""

    kind = ChoiceField(_l("Kind"))
    region = ChoiceField(_l("Region"))
    countries = ReferencesField(_l("Works with, one country a line"), kinds=("country",))
    topics = TicksField(_l("Topics"))
    starts = PartialDateField(_l("Begins"))
    lifecycle = ChoiceField(_l("State"))
    website = DomainField(_l("Website (domain)"), [longest(120)])
    leads = ReferencesField(_l("Who leads it"), kinds=LEAD_KINDS)
    roles = TicksField(_l("Degrees in which one can take part"))
    capacity_expertise = NumberField(_l("Looked for: contribute expertise"), most=9999)
    capacity_test_partner = NumberField(_l("Looked for: test partner"), most=9999)
    capacity_resources = NumberField(_l("Looked for: provide resources"), most=9999)
    capacity_co_lead = NumberField(_l("Looked for: co-lead"), most=9999)
    joining_open = BooleanField(_l("The project takes requests now"))
    waiting_list = BooleanField(_l("Requests beyond that wait"))
    joining_until = DayField(_l("Requests until"))
    source = TextField(_l("Sources, one a line"), [longest(2000)])

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.kind.choices = vocabulary("project_kinds").choices()
        regions = [(term.code, term.title()) for term in vocabulary("nuts2024_de") if len(term.code) in (3, 4)]
        self.region.choices = [("", _("none")), *regions]
        self.lifecycle.choices = [("", _("not stated")), *vocabulary("lifecycle").choices()]
        self.topics.choices = topic_choices()
        self.roles.choices = vocabulary("joining_roles").choices()

    def texts(self) -> dict[str, dict[str, str]]:
        """Title and summary; the words on taking part belong to `joining`."""
        return {name: self.text(name) for name in ("title", "summary")}

    def _joining(self) -> dict[str, Any] | None:
        roles = []
        for code in DEGREES:
            if code in (self.roles.data or []):
                field = f"capacity_{code.replace('-', '_')}"
                number = self[field].number if field in self else None
                roles.append({"role": code, **({"capacity": number} if number is not None else {})})
        note = self.text("joining_note")
        if not roles:
            return None
        return {"roles": roles, "waiting_list": bool(self.waiting_list.data), **({"note": note} if note else {})}

    def values(self) -> dict[str, Any]:
        """What was sent beside the texts, as columns."""
        until = self.joining_until.day
        return {
            "kind": self.kind.data,
            "region": self.region.data,
            "countries": [info.key for info in self.countries.infos],
            "topics": list(self.topics.data or []),
            "starts": self.starts.data,
            "lifecycle": self.lifecycle.data,
            "joining": self._joining(),
            "joining_open": bool(self.joining_open.data),
            "joining_until": end_of_day(until) - timedelta(seconds=1) if until else None,
            "text_states": self.origins(),
            "facts": {
                "website": {"domain": self.website.data} if self.website.data else {},
                "source": lines_of(self.source.data),
            },
        }


def project_values(project: Project) -> dict[str, Any]:
    """What the form holds for a stored project."""
    joining = project.joining or {}
    capacities = {one["role"]: one.get("capacity") for one in joining.get("roles", [])}
    texts = {"title": project.title, "summary": project.summary, "joining_note": joining.get("note")}
    return {
        **pair_values(texts, project.text_states),
        **{
            f"capacity_{code.replace('-', '_')}": "" if capacities.get(code) is None else str(capacities[code])
            for code in DEGREES[1:]
        },
        "revision": str(project.revision),
        "kind": project.kind,
        "region": project.region,
        "countries": as_lines(f"country/{code}" for code in project.countries),
        "topics": list(project.topics),
        "starts": project.starts,
        "lifecycle": project.lifecycle,
        "website": (project.data.get("website") or {}).get("domain", ""),
        "leads": as_lines(references(led_by(project))),
        "roles": list(capacities),
        "joining_open": project.joining_open,
        "waiting_list": bool(joining.get("waiting_list")),
        "joining_until": day_value(project.joining_until),
        "source": as_lines(sources(project.data)),
    }


# ---- activities -----------------------------------------------------------------------------------------------------


@bilingual("audience", _l("For whom"), 300, line=True)
@bilingual("summary", _l("Summary"), 1200)
@bilingual("title", _l("Title"), 160, line=True)
class ActivityForm(EditingForm):
    """All of an activity; where it belongs to, an editor names freely."""

    kind = ChoiceField(_l("Kind"))
    format = ChoiceField(_l("Format"))
    starts_on = DayField(_l("First day"))
    starts_time = ClockField(_l("Begins at"))
    ends_on = DayField(_l("Last day"))
    ends_time = ClockField(_l("Ends at"))
    city = LineField(_l("Town"), [longest(120)])
    country = ChoiceField(_l("Country"))
    venue = LineField(_l("House and room"), [longest(200)])
    languages = TicksField(_l("Languages"))
    topics = TicksField(_l("Topics"))
    registration = BooleanField(_l("People register here"))
    registration_until = DayField(_l("Registration until"))
    capacity = NumberField(_l("Places"), most=100_000)
    held_back = NumberField(_l("Of these held back for the host"), most=100_000)
    waiting_list = BooleanField(_l("There is a waiting list"))
    host_accepts = BooleanField(_l("The host decides about each request"))
    roles = TicksField(_l("Parts that one can take"))
    organiser: Any = ReferenceField(_l("Host"), kinds=LEAD_KINDS)
    project = ReferenceField(_l("Belongs to the project"), kinds=("project",))
    source = TextField(_l("Sources, one a line"), [longest(2000)])

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.kind.choices = vocabulary("activity_kinds").choices()
        self.format.choices = [(code, vocabulary("event_formats").title(code)) for code in FORMATS]
        self.country.choices = [("", _("none")), *vocabulary("countries").choices()]
        self.languages.choices = [("de", _("German")), ("en", _("English"))]
        self.topics.choices = topic_choices()
        self.roles.choices = vocabulary("joining_roles").choices()

    def host(self) -> End | None:
        """The host that was named."""
        return (self.organiser.info.kind, self.organiser.info.id) if self.organiser.info else None

    def when(self) -> When:
        """The dates as moments: with a time exact to the minute, else whole days in Germany."""
        first, last = self.starts_on.day, self.ends_on.day or self.starts_on.day
        if first is None or last is None:
            return When(None, None, "")
        begins, ends = self.starts_time.clock, self.ends_time.clock
        if begins is None:
            return When(at(first, None), end_of_day(last) - timedelta(seconds=1), "day")
        return When(at(first, begins), at(last, ends or begins), "time")

    def values(self) -> dict[str, Any]:
        """What was sent beside texts and dates, as columns."""
        host, until = self.host(), self.registration_until.day
        return {
            "kind": self.kind.data,
            "format": self.format.data,
            "city": self.city.data,
            "country": self.country.data,
            "venue": self.venue.data,
            "languages": list(self.languages.data or []),
            "topics": list(self.topics.data or []),
            "registration": bool(self.registration.data),
            "registration_until": end_of_day(until) - timedelta(seconds=1) if until else None,
            "capacity": self.capacity.number,
            "held_back": self.held_back.number or 0,
            "waiting_list": bool(self.waiting_list.data),
            "host_accepts": bool(self.host_accepts.data),
            "roles": [code for code in DEGREES if code in (self.roles.data or [])],
            "organiser_kind": host[0] if host else "",
            "organiser_id": host[1] if host else None,
            "project_id": self.project.info.id if self.project.info else None,
            "text_states": self.origins(),
            "facts": {"source": lines_of(self.source.data), "organiser": ""},  # the host stands in its own columns
        }


class OwnActivityForm(ActivityForm):
    """An activity as those keep it who host it: the host is one of what they write for."""

    organiser = ChoiceField(_l("Host"))

    def offer(self, ends: Sequence[End], present: End | None = None) -> OwnActivityForm:
        """Offer these as hosts, and the present one, so that saving does not change it."""
        wanted = dict.fromkeys([*ends, *([present] if present else [])])
        found = describe(wanted)
        self.organiser.choices = [(f"{kind}/{number}", found[kind, number].title) for kind, number in wanted
                                  if (kind, number) in found]  # fmt: skip
        return self

    def host(self) -> End | None:
        kind, _slash, number = str(self.organiser.data or "").partition("/")
        return (kind, int(number)) if number.isdigit() else None


def activity_values(activity: Activity, own: bool) -> dict[str, Any]:
    """What the form holds for a stored activity; `own` for the form of those who host it."""
    exact = activity.precision == "time"
    known = activity.precision in ("time", "day")
    last = activity.ends_at
    host = ""
    if activity.organiser_id:
        host = (
            f"{activity.organiser_kind}/{activity.organiser_id}"
            if own
            else reference_of(activity.organiser_kind, activity.organiser_id)
        )
    return {
        **pair_values({name: getattr(activity, name) for name in ACTIVITY_TEXTS}, activity.text_states),
        "revision": str(activity.revision),
        **{
            name: getattr(activity, name)
            for name in ("kind", "format", "city", "country", "venue", "registration", "waiting_list", "host_accepts")
        },
        "starts_on": day_value(activity.starts_at) if known else "",
        "starts_time": f"{local(activity.starts_at):%H:%M}" if exact and activity.starts_at else "",
        "ends_on": day_value(last) if known else "",
        "ends_time": f"{local(last):%H:%M}" if exact and last else clock_value(None),
        "languages": list(activity.languages),
        "topics": list(activity.topics),
        "roles": list(activity.roles),
        "registration_until": day_value(activity.registration_until),
        "capacity": "" if activity.capacity is None else str(activity.capacity),
        "held_back": str(activity.held_back or ""),
        "organiser": host,
        "project": reference_of("project", activity.project_id),
        "source": as_lines(sources(activity.data)),
    }


@bilingual("note", _l("Sentence to those who take part"), 500)
class StateForm(EditingForm):
    """Why an activity is cancelled or postponed."""
