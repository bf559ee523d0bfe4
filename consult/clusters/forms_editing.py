"""Forms with which portraits are written, claimed, merged and translated: shape and wording.

Every form of a portrait carries `seen`, the state that its author saw. Fields are named as in `changes.values_of`.
"""

from __future__ import annotations

import re
from typing import Any

from wtforms import BooleanField, HiddenField, SelectMultipleField, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from consult.clusters import readings
from consult.clusters.changes import Document, is_date
from consult.clusters.columns import HUMAN, MACHINE, ORIGINAL
from consult.clusters.models import Observation
from consult.core.forms import ChoiceField, EmailField, Form, LineField, TextField, as_choices, longest, required
from consult.core.i18n import _, _l
from consult.core.vocabularies import vocabulary

_HOST = re.compile(r"(?=.{4,200}$)([a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}")
HIGHEST = 10**12


def host_of(address: str) -> str:
    """The host of a web address as people write it; "" where there is none."""
    host = re.sub(r"^[a-z]+://", "", address.strip().casefold()).split("/")[0].split("?")[0].rstrip(".")
    try:
        host = host.encode("idna").decode() if host else ""
    except UnicodeError:
        return ""
    return host if _HOST.fullmatch(host) else ""


def states() -> list[tuple[str, str]]:
    """How a text came about, to choose from."""
    return [
        (ORIGINAL, _("original")), (HUMAN, _("translated by people")), (MACHINE, _("translated by a machine")),
    ]  # fmt: skip


def state_words(state: str) -> str:
    """How a text came about, in words."""
    return dict(states()).get(state, _("missing"))


class CodesField(SelectMultipleField):
    """Several codes of a closed list, as checkboxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def pre_validate(self, form: Any) -> None:
        known = {str(value) for value, *_rest in self.iter_choices()}
        if any(code not in known for code in self.data or ()):
            raise ValidationError(_("Please choose one of the entries in the list."))

    def offer(self, choices: list[tuple[str, str]]) -> None:
        self.choices = as_choices(choices)


class DateField(LineField):
    """A date as precise as it is known: 2026, 2026-11 or 2026-11-24; "24.11.2026" and "11/2026" are understood."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        super().process_formdata(valuelist)
        typed = self.data or ""
        if found := re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", typed):
            self.data = f"{found[3]}-{int(found[2]):02}-{int(found[1]):02}"
        elif found := re.fullmatch(r"(\d{1,2})[./](\d{4})", typed):
            self.data = f"{found[2]}-{int(found[1]):02}"

    def pre_validate(self, form: Any) -> None:
        if self.data and not is_date(self.data):
            raise ValidationError(_("Please write the date as a year, 2026-11 or 2026-11-24."))


class NumberField(LineField):
    """A whole number; dots and spaces between the digits are left out. `number` is it, or None where nothing is typed."""

    @property
    def number(self) -> int | None:
        digits = re.sub(r"[\s.,\u202f']", "", self.data or "")
        return int(digits) if digits.isdecimal() and len(digits) < 14 else None

    def pre_validate(self, form: Any) -> None:
        if self.data and (not self.number or self.number > HIGHEST):
            raise ValidationError(_("Please write a whole number. Where nothing is known, leave the field empty."))


def _terms(name: str, level: str = "") -> list[tuple[str, str]]:
    return [
        (term.code, term.title()) for term in vocabulary(name) if not level or term.extra.get("level") == level
    ]  # fmt: skip


def _or_none(choices: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [("", _("not stated")), *choices]


def _regions() -> list[tuple[str, str]]:
    return [
        (term.code, f"{'  ' if term.extra.get('level') == '2' else ''}{term.title()} ({term.code})")
        for term in vocabulary("nuts2024_de")
        if term.extra.get("level") in ("1", "2")
    ]


class PortraitForm(Form):
    """Texts and classification of a portrait."""

    name_de = LineField(_l("Name in German"), [longest(200)])
    name_en = LineField(_l("Name in English"), [longest(200)])
    short_name = LineField(_l("Short name"), [longest(120)])
    stated_as_de = LineField(_l("What it calls itself, in German"), [longest(200)])
    stated_as_en = LineField(_l("What it calls itself, in English"), [longest(200)])
    strengths_de = TextField(_l("Strengths in German"), [longest(600)])
    strengths_en = TextField(_l("Strengths in English"), [longest(600)])
    state_de = ChoiceField(_l("The German texts are"))
    state_en = ChoiceField(_l("The English texts are"))
    website = LineField(_l("Website"), [longest(300)])
    contact_email = EmailField(_l("Address for questions about the portrait"))
    legal_form = ChoiceField(_l("Legal form"))
    form = ChoiceField(_l("Form"))
    scope = ChoiceField(_l("Reach"))
    lifecycle = ChoiceField(_l("Stage of life"))
    seat = LineField(_l("Seat"), [longest(120)])
    country = ChoiceField(_l("Country"))
    region = ChoiceField(_l("Region"))
    regions_covered = CodesField(_l("Active in"))
    sectors = CodesField(_l("Sectors"))
    divisions = CodesField(_l("Divisions"))
    ecosystems = CodesField(_l("Industrial ecosystems"))
    key_technologies = CodesField(_l("Key technologies"))
    portfolio = ChoiceField(_l("Portfolio in European comparisons"))
    services = CodesField(_l("Offers"))
    open_other_regions = ChoiceField(_l("Open to other regions"))
    open_other_fields = ChoiceField(_l("Open to other fields"))
    open_non_members = ChoiceField(_l("Open to non-members"))
    members = NumberField(_l("Number now"))
    members_unit = ChoiceField(_l("What is counted"))
    as_of = DateField(_l("As of"))
    source = LineField(_l("Source"), [longest(300)])
    note = TextField(_l("Remark for the moderation"), [longest(1000)])
    seen = HiddenField()

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.state_de.choices = self.state_en.choices = [("", _("as before")), *states()]
        self.form.choices = _terms("forms")
        for name, terms in (
            ("legal_form", "legal_forms"), ("scope", "scope_levels"), ("lifecycle", "lifecycle"),
            ("portfolio", "portfolios"),
        ):  # fmt: skip
            self[name].choices = _or_none(_terms(terms))
        self.country.choices = _terms("countries")
        self.region.choices = _or_none(_regions())
        for name in ("open_other_regions", "open_other_fields", "open_non_members"):
            self[name].choices = _or_none([("yes", _("yes")), ("no", _("no"))])
        self.members_unit.choices = _terms("member_units")
        self.regions_covered.offer(_regions())
        self.sectors.offer(_terms("nace_rev2_1", "1"))
        self.divisions.offer([(code, f"{code} {title}") for code, title in _terms("nace_rev2_1", "2")])
        for name, terms in (("ecosystems",) * 2, ("key_technologies",) * 2, ("services",) * 2):
            self[name].offer(_terms(terms))

    def validate_name_de(self, field: LineField) -> None:
        if not (field.data or self.name_en.data):
            raise ValidationError(_("Please enter the name in at least one language."))

    def validate_website(self, field: LineField) -> None:
        if field.data:
            host = host_of(field.data)
            if not host:
                raise ValidationError(_("Please write the address of the website, such as www.example.org."))
            field.data = host

    def allow(self, values: Document) -> None:
        """Let codes that a portrait has be chosen although they are in no list of ours."""
        for name, value in values.items():
            field = self._fields.get(name)
            if isinstance(field, ChoiceField | CodesField):
                known = {str(one) for one, *_rest in field.iter_choices()}
                codes = value if isinstance(value, list) else [value]
                field.choices = [*field.choices, *as_choices([(code, code) for code in codes if code not in known])]

    def fill(self, values: Document) -> None:
        """Show these values where nothing was typed."""
        for name, value in values.items():
            if name in self:
                self[name].data = list(value) if isinstance(value, list) else value

    def values(self, known: Document) -> Document:
        """What is typed, for the fields that a portrait has; a code that was not offered stays as it is."""
        return {name: self[name].data for name in known if name in self}

    def acts(self) -> list[Document]:
        """The number of members that was typed, as an observation to add."""
        if self.members.number is None:
            return []
        return [{"act": "add", "kind": "members", "number": self.members.number, "unit": self.members_unit.data}]


# Kinds of observations that can be entered one by one, with the fields that each has.
_BASIS = ("as_of", "source", "note")
FIELDS_OF = {
    "members": ("number", "unit", "qualifier", *_BASIS),
    "figure": ("code", "number", "qualifier", *_BASIS),
    "founded": ("code", "value", "founders", *_BASIS),
    "label": ("code", "name", "issuer", "level", "awarded", "valid_until", *_BASIS),
    "alias": ("code", "value", *_BASIS),
}
_CODES = {"figure": "figure_kinds", "founded": "founding_kinds", "label": "label_schemes", "alias": "alias_kinds"}
_OF_LABELS = ("name", "issuer", "level", "awarded", "valid_until")
EURO_KINDS = {"grant"}
OTHER = ""


class ObservationForm(Form):
    """One value with its date and source. Which fields there are depends on the kind (`FIELDS_OF`)."""

    code = ChoiceField(_l("Kind"))
    number = NumberField(_l("Number"))
    unit = ChoiceField(_l("What is counted"))
    qualifier = ChoiceField(_l("The source says"))
    value = LineField(_l("Value"), [longest(200)])
    founders = NumberField(_l("Number of founders"))
    name = LineField(_l("Name of the label"), [longest(200)])
    issuer = LineField(_l("Issued by"), [longest(200)])
    level = ChoiceField(_l("Level of the label"))
    awarded = DateField(_l("Awarded on"))
    valid_until = DateField(_l("Valid until"))
    as_of = DateField(_l("As of"))
    source = LineField(_l("Source"), [longest(300)])
    note = TextField(_l("Remark"), [longest(500)])
    seen = HiddenField()

    def __init__(self, kind: str, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.kind = kind
        self.code.choices = _terms(_CODES[kind]) if kind in _CODES else [("", "")]
        if kind == "label":
            self.code.choices = [*_terms("label_schemes"), (OTHER, _("another label"))]
        self.unit.choices = _terms("member_units") if kind == "members" else [("", ""), ("EUR", "EUR")]
        self.qualifier.choices = [("", _("exactly this number")), *_terms("qualifiers")]
        self.level.choices = [("", _("without a level")), *((code, words()) for code, words in readings.LEVELS.items())]
        for name in ("code", "unit", "qualifier", "level"):
            if name not in FIELDS_OF[kind]:
                self[name].validate_choice = False
        if kind == "founded":
            self.value.label.text = _("Founded in or on")
        elif kind == "alias":
            self.value.label.text = _("Other name")

    @property
    def shown(self) -> tuple[str, ...]:
        return FIELDS_OF[self.kind]

    def validate_number(self, field: NumberField) -> None:
        if "number" in self.shown and not field.data:
            raise ValidationError(_("Please write a number. What is not known is not entered."))

    def validate_value(self, field: LineField) -> None:
        if "value" in self.shown and not field.data:
            raise ValidationError(_("Please fill in this field."))
        if self.kind == "founded" and field.data and not is_date(field.data):
            raise ValidationError(_("Please write the date as a year, 2026-11 or 2026-11-24."))

    def validate_name(self, field: LineField) -> None:
        if self.kind == "label" and self.code.data == OTHER and not field.data:
            raise ValidationError(_("Please write what the label is called."))

    def show(self, one: Observation) -> None:
        """Begin with what stands there."""
        details = one.details
        self.fill_in(
            code=one.code, number="" if one.number is None else str(one.number), unit=one.unit, qualifier=one.qualifier,
            value=one.value, founders=str(details.get("founders", "")), as_of=one.as_of, source="; ".join(one.source),
            note=one.note, **{name: str(details.get(name, "")) for name in _OF_LABELS},
        )  # fmt: skip

    def fill_in(self, **values: str) -> None:
        for name, value in values.items():
            self[name].data = value

    def document(self) -> Document:
        """The observation as an act names it."""
        shown, details = self.shown, {}
        given: Document = {"kind": self.kind, "as_of": self.as_of.data, "note": self.note.data}
        given["source"] = [self.source.data] if self.source.data else []
        for name in ("code", "value", "qualifier"):
            if name in shown:
                given[name] = self[name].data
        if "number" in shown:
            given["number"] = self.number.number
            given["unit"] = self.unit.data if self.kind == "members" else "EUR" if self.code.data in EURO_KINDS else ""
        for name in _OF_LABELS:
            if name in shown and self[name].data and (self.code.data == OTHER or name not in ("name", "issuer")):
                details[name] = self[name].data
        if "founders" in shown and self.founders.number:
            details["founders"] = self.founders.number
        return {**given, "details": details}


class EndForm(Form):
    """Until when a value held."""

    until = DateField(_l("It held until"), [required(_l("Please write until when it held."))])
    seen = HiddenField()


class SeenForm(Form):
    """A button that acts on what was seen."""

    seen = HiddenField()


class ClaimForm(Form):
    """Who somebody is, and what proves it."""

    organisation = LineField(_l("Organisation for which you speak"), [longest(200)])
    position = LineField(_l("What you do there"), [longest(120)])
    email = EmailField(_l("Your address at the domain of the website"))
    url = LineField(_l("Page that names you"), [longest(500)])
    proof = TextField(_l("What else shows it"), [longest(2000)])

    def validate_url(self, field: LineField) -> None:
        if field.data and not re.match(r"https?://[^\s/]+\.[^\s]+", field.data):
            raise ValidationError(_("Please write the whole address, beginning with https://."))


class AnswerForm(Form):
    answer = TextField(_l("Your answer"), [longest(2000)])


class DecisionForm(Form):
    """What an editor decides about a claim."""

    outcome = ChoiceField(_l("Decision"))
    text = TextField(_l("Question or reason"), [longest(2000)])

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.outcome.choices = [
            ("accept", _("Accept: the person speaks for the portrait")), ("ask", _("Ask a question")),
            ("decline", _("Refuse")),
        ]  # fmt: skip


class MergeForm(Form):
    target = LineField(_l("Address or name of the portrait that stays"), [required(), longest(200)])
    reason = TextField(_l("Why both are the same"), [required(), longest(1000)])


class TranslationForm(Form):
    text = TextField(_l("Translation"), [required(), longest(600)])
    state = ChoiceField(_l("The translation was made"))
    seen = HiddenField()

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.state.choices = [(HUMAN, _("by people")), (MACHINE, _("by a machine")), (ORIGINAL, _("as an original"))]


class ModerationForm(Form):
    managers = BooleanField(_l("Changes by managements wait for moderation"))
    editors = BooleanField(_l("Changes by editors wait for moderation"))


class ManagerForm(Form):
    email = EmailField(_l("E-mail address of the account"), [required()])
