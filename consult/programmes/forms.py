"""The forms in which editors keep programmes and their calls."""

from __future__ import annotations

from typing import Any

from consult.core.editing import as_lines, at, clock_value, day_value, lines_of, until
from consult.core.editing_forms import (
    BooleanField,
    ClockField,
    DayField,
    EditingForm,
    NumberField,
    ReferenceField,
    ReferencesField,
    TicksField,
    WebField,
    bilingual,
    pair_values,
)
from consult.core.forms import ChoiceField, LineField, TextField, longest
from consult.core.i18n import _, _l
from consult.core.registry import SubjectInfo, registries
from consult.core.vocabularies import vocabulary
from consult.programmes import rules
from consult.programmes.models import Call, Programme
from consult.programmes.operations import FUNDED_KINDS, funded_by
from consult.programmes.page import PER
from consult.programmes.related import references

PROGRAMME_TEXTS = ("title", "summary", "conflict")
CALL_TEXTS = ("title", "summary")


def topic_choices() -> list[tuple[str, str]]:
    """The topics of the agenda, which the room above knows."""
    subject = registries.subjects.get("topic")
    known = subject.picker("", 100) if subject is not None and subject.picker is not None else []
    return [(one.key, one.title) for one in known]


def reference_of(kind: str, number: int | None) -> str:
    """A thing as a form writes it."""
    found: dict[int, SubjectInfo] = registries.subjects[kind].describe([number]) if number else {}
    return f"{kind}/{found[number].key}" if number in found else ""


@bilingual("conflict", _l("Where sources differ"), 800)
@bilingual("summary", _l("Summary"), 600)
@bilingual("title", _l("Title"), 160, line=True)
class ProgrammeForm(EditingForm):
    """All of a programme that is kept by hand; figures with sources of their own come by import."""

    kind = ChoiceField(_l("Kind"))
    level = ChoiceField(_l("Level"))
    region = ChoiceField(_l("Region"))
    topics = TicksField(_l("Topics"))
    owner = ReferenceField(_l("Owner"), kinds=("organisation",))
    implementer = ReferenceField(_l("Run by"), kinds=("organisation",))
    amount_max = NumberField(_l("Highest amount in euros"), most=10**12)
    amount_per = ChoiceField(_l("The amount is"))
    amount_source = LineField(_l("Source of the amount"), [longest(200)])
    funded = ReferencesField(_l("Who was funded"), kinds=FUNDED_KINDS)
    source = TextField(_l("Sources, one a line"), [longest(2000)])
    as_of = LineField(_l("As of"), [longest(10)])

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.kind.choices = vocabulary("programme_kinds").choices()
        self.level.choices = vocabulary("programme_levels").choices()
        regions = [(term.code, term.title()) for term in vocabulary("nuts2024_de") if len(term.code) == 3]
        self.region.choices = [("", _("none")), *regions]
        self.amount_per.choices = [("", _("in all")), *[(code, str(words)) for code, words in PER.items()]]
        self.topics.choices = topic_choices()

    def values(self) -> dict[str, Any]:
        """What was sent beside the texts, as columns."""
        owner, implementer = self.owner.info, self.implementer.info
        amount = self.amount_max.number
        return {
            "kind": self.kind.data,
            "level": self.level.data,
            "region": self.region.data,
            "topics": list(self.topics.data or []),
            "owner_id": owner.id if owner else None,
            "implementer_id": implementer.id if implementer else None,
            "amount_max": amount,
            "amount_unit": "EUR" if amount is not None else "",
            "amount_per": self.amount_per.data if amount is not None else "",
            "amount_source": [self.amount_source.data] if self.amount_source.data and amount is not None else [],
            "source": lines_of(self.source.data),
            "as_of": self.as_of.data,
            "text_states": self.origins(),
        }


def programme_values(programme: Programme) -> dict[str, Any]:
    """What the form holds for a stored programme."""
    return {
        **pair_values({name: getattr(programme, name) for name in PROGRAMME_TEXTS}, programme.text_states),
        "revision": str(programme.revision),
        "kind": programme.kind,
        "level": programme.level,
        "region": programme.region,
        "topics": list(programme.topics),
        "owner": reference_of("organisation", programme.owner_id),
        "implementer": reference_of("organisation", programme.implementer_id),
        "amount_max": "" if programme.amount_max is None else str(programme.amount_max),
        "amount_per": programme.amount_per,
        "amount_source": "; ".join(programme.amount_source),
        "funded": as_lines(references(funded_by(programme))),
        "source": as_lines(programme.source),
        "as_of": programme.as_of,
    }


@bilingual("summary", _l("Summary"), 800)
@bilingual("title", _l("Title"), 160, line=True)
class CallForm(EditingForm):
    """A call: what it is about, and from when until when one can apply."""

    opens_on = DayField(_l("One can apply from"))
    closes_on = DayField(_l("Last day"))
    closes_time = ClockField(_l("Time on the last day, in Germany"))
    rolling = BooleanField(_l("One can apply at any time, there is no missing deadline"))
    website = WebField(_l("Page of the call"), [longest(300)])
    source = TextField(_l("Sources, one a line"), [longest(2000)])
    as_of = LineField(_l("As of"), [longest(10)])

    def values(self) -> dict[str, Any]:
        """What was sent beside the texts, as columns."""
        opens, closes = self.opens_on.day, self.closes_on.day
        return {
            "opens_at": at(opens, None) if opens else None,
            "closes_at": until(closes, self.closes_time.clock) if closes else None,
            "rolling": bool(self.rolling.data),
            "website": self.website.data,
            "source": lines_of(self.source.data),
            "as_of": self.as_of.data,
            "text_states": self.origins(),
        }


def call_values(call: Call) -> dict[str, Any]:
    """What the form holds for a stored call."""
    closes = call.closes_at
    whole = closes is not None and rules.ends_with_day(closes)
    return {
        **pair_values({name: getattr(call, name) for name in CALL_TEXTS}, call.text_states),
        "revision": str(call.revision),
        "opens_on": day_value(call.opens_at),
        "closes_on": day_value(rules.last_day(closes) if closes is not None and whole else closes),
        "closes_time": "" if whole else clock_value(closes),
        "rolling": call.rolling,
        "website": call.website,
        "source": as_lines(call.source),
        "as_of": call.as_of,
    }
