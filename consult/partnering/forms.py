"""Forms of partnering: the offer or request, the three answers of interest, the reply to it, what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from wtforms import BooleanField, HiddenField, RadioField, SelectMultipleField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.widgets import CheckboxInput, ListWidget

from consult.core.clock import today
from consult.core.forms import ChoiceField, Form, LineField, TextField, longest, required
from consult.core.i18n import LANGUAGES, _, _l, _n, current_language
from consult.core.vocabularies import vocabulary
from consult.organisations import acting
from consult.partnering import rules, words
from consult.partnering.interests import CONTACT, TEXT
from consult.partnering.models import KINDS, OWNER_KINDS

TITLE_MAX, BODY_MAX = 120, 6000
MOST_CHOSEN = 12
REACHED = _l("Please say how the other side can reach you.")


class ChecksField(SelectMultipleField):
    """Several of a list, as checkboxes; what is not in the list gets a sentence of ours."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()
    data: Any

    def pre_validate(self, form: Any) -> None:
        chosen = list(dict.fromkeys(self.data or []))
        if any(code not in {str(value) for value, *_rest in self.iter_choices()} for code in chosen):
            raise ValidationError(_("Please choose one of the entries in the list."))
        if len(chosen) > MOST_CHOSEN:
            raise ValidationError(_("Please choose at most %(number)s.", number=MOST_CHOSEN))
        self.data = chosen


class OneField(RadioField):
    """One of a list, as radios."""

    def pre_validate(self, form: Any) -> None:
        if str(self.data) not in [str(value) for value, *_rest in self.choices]:
            raise ValidationError(_("Please choose one of the entries in the list."))


class OfferForm(Form):
    """An offer or a request. Title and description are needed in one language at least, both in the same."""

    kind = OneField(_l("What is it?"), choices=[])
    owner = acting.BehalfField(acting.LABEL)
    category = ChoiceField(_l("Kind of cooperation"), [required(_l("Please choose the kind of cooperation."))])
    title_de = LineField(_l("Title in German"), [longest(TITLE_MAX)])
    body_de = TextField(_l("Description in German"), [longest(BODY_MAX)])
    title_en = LineField(_l("Title in English"), [longest(TITLE_MAX)])
    body_en = TextField(_l("Description in English"), [longest(BODY_MAX)])
    topics = ChecksField(_l("Topics"), choices=[])
    technologies = ChecksField(_l("Key technologies"), choices=[])
    sector = ChoiceField(_l("Sector"))
    stage = ChoiceField(_l("Stage of the value chain"))
    country = ChoiceField(_l("Country"))
    region = ChoiceField(_l("Land"))
    countries = ChecksField(_l("Partners from"), choices=[])
    format = OneField(_l("How would you work together?"), choices=[])
    languages = ChecksField(_l("Languages in which you can work together"), choices=[])
    programme = ChoiceField(_l("Programme"))
    deadline = LineField(_l("Deadline of the programme"))
    months = ChoiceField(_l("How long does it hold?"))
    anonymous = BooleanField(_l("Show it without name until both sides agree"))
    seen = HiddenField()

    def fill_choices(self, owners: Sequence[tuple[str, str]], titles: Mapping[str, Mapping[str, str]]) -> None:
        """Closed lists in the reader's language, and what the writer may speak for."""
        nothing = SelectChoice("", _("no answer"))
        sections = [term for term in vocabulary("nace_rev2_1") if term.extra.get("level") == "1"]
        self.kind.choices = [(kind, words.kind_word(kind)) for kind in KINDS]
        self.owner.choices = list(owners)
        self.category.choices = [SelectChoice("", _("please choose")), *_listed("cooperation_categories")]
        self.topics.choices = list(titles["topic"].items())
        self.technologies.choices = vocabulary("key_technologies").choices()
        self.sector.choices = [nothing, *(SelectChoice(term.code, term.title()) for term in sections)]
        self.stage.choices = [nothing, *_listed("value_chain_stages")]
        self.country.choices = _by_name("countries")
        self.region.choices = [SelectChoice("", _("outside Germany, or no answer")), *_pairs(words.lands())]
        self.countries.choices = _by_name("countries")
        self.format.choices = [(code, str(label)) for code, label in words.FORMATS.items()]
        self.languages.choices = vocabulary("working_languages").choices()
        self.programme.choices = [SelectChoice("", _("none")), *_pairs(list(titles["programme"].items()))]
        months = [(str(number), _n("%(num)s month", "%(num)s months", number)) for number in rules.MONTHS]
        self.months.choices = _pairs(months)

    @classmethod
    def fresh(cls, owner: str = "", kind: str = "") -> OfferForm:
        """The empty form with what most people choose."""
        language = current_language()
        return cls(
            kind=kind or "offer", owner=owner, country="DE", format="hybrid", months="12", languages=[language]
        )  # fmt: skip

    def validate(self, extra_validators: Any = None) -> bool:
        """All fields, and what no field knows alone: at least one whole language, the deadline with its programme."""
        sound = super().validate(extra_validators)
        return self._check_languages() and self._check_frame() and sound

    def _check_languages(self) -> bool:
        written = [code for code in LANGUAGES if self[f"title_{code}"].data or self[f"body_{code}"].data]
        if not written:
            first = self[f"title_{current_language()}"]
            _fault(first, _("Please write a title and a description, in one language at least."))
            return False
        sound = True
        for code in written:
            for name, message in (
                (f"title_{code}", _("Please add the title in this language.")),
                (f"body_{code}", _("Please add the description in this language.")),
            ):
                if not self[name].data:
                    _fault(self[name], message)
                    sound = False
        return sound

    def _check_frame(self) -> bool:
        sound = True
        if not self.languages.data:
            _fault(self.languages, _("Please choose one language at least; without a common one nobody finds you."))
            sound = False
        if self.region.data and self.country.data != "DE":
            _fault(self.region, _("This Land is in Germany. Please choose Germany as country, or no Land."))
            sound = False
        if not self.deadline.data:
            return sound
        day = parsed_day(self.deadline.data)
        if day is None:
            _fault(self.deadline, _("Please write the day like 2027-03-31 or 31.03.2027."))
        elif not self.programme.data:
            _fault(self.deadline, _("A deadline needs its programme. Please choose one, or leave the day out."))
        elif day < today():
            _fault(self.deadline, _("This day is over. Please write the next deadline."))
        else:
            return sound
        return False

    def fields(self) -> dict[str, Any]:
        """The values that a version stores beside its texts (`publishing.COLUMNS`)."""
        day = parsed_day(self.deadline.data) if self.deadline.data else None
        return {
            "category": self.category.data, "sector": self.sector.data or "", "country": self.country.data,
            "region": self.region.data or "", "stage": self.stage.data or "", "format": self.format.data,
            "languages": list(self.languages.data or []), "countries": list(self.countries.data or []),
            "topics": list(self.topics.data or []), "technologies": list(self.technologies.data or []),
            "programme_id": int(self.programme.data) if self.programme.data else None,
            "deadline": day.isoformat() if day else None, "months": int(self.months.data),
            "anonymous": bool(self.anonymous.data),
        }  # fmt: skip

    def texts(self, name: str) -> dict[str, str]:
        """Title or body by language."""
        return {code: self[f"{name}_{code}"].data for code in LANGUAGES}

    def owner_end(self) -> tuple[str, int]:
        """Kind and number of the owner chosen."""
        found = parsed_owner(self.owner.data)
        return found if found is not None else ("", 0)


def parsed_day(text: str) -> date | None:
    """A day as 2027-03-31 or 31.03.2027."""
    parts = text.split(".")
    try:
        if len(parts) == 3:
            return date(int(parts[2]), int(parts[1]), int(parts[0]))
        return date.fromisoformat(text)
    except ValueError:
        return None


def parsed_owner(text: str | None) -> tuple[str, int] | None:
    """ "organisation/12" as kind and number."""
    kind, _slash, number = (text or "").partition("/")
    if kind not in OWNER_KINDS or not number.isascii() or not number.isdigit() or len(number) > 9:
        return None
    return kind, int(number)


def _fault(field: Any, message: str) -> None:
    field.errors = [*field.errors, message]


def _listed(name: str) -> list[SelectChoice]:
    return _pairs(vocabulary(name).choices())


def _by_name(name: str) -> list[SelectChoice]:
    return _pairs(sorted(vocabulary(name).choices(), key=lambda pair: pair[1].casefold()))


def _pairs(pairs: Sequence[tuple[str, str]]) -> list[SelectChoice]:
    return [SelectChoice(code, label) for code, label in pairs]


class InterestForm(Form):
    """Three questions, how to be reached, on whose behalf."""

    wants = TextField(_l("What do you want?"), [required(_l("Please say what you want.")), longest(TEXT)])
    brings = TextField(_l("What do you bring?"), [required(_l("Please say what you bring.")), longest(TEXT)])
    when_how = TextField(_l("When and how?"), [required(_l("Please say when and how you would begin.")), longest(TEXT)])
    behalf = acting.BehalfField(acting.LABEL)
    contact = LineField(_l("How the other side reaches you"), [required(REACHED), longest(CONTACT)])
    share = BooleanField(_l("Show my contact as soon as the other side accepts"))

    def fill_choices(self, owners: Sequence[tuple[str, str]]) -> None:
        self.behalf.choices = [SelectChoice("", _("for myself")), *_pairs(owners)]


class AcceptForm(Form):
    """The offer's side agrees."""

    contact = LineField(_l("How the other side reaches you"), [required(REACHED), longest(CONTACT)])
    note = TextField(_l("Sentence to the other side"), [longest(TEXT)], id="accept-note")


class DeclineForm(Form):
    """The offer's side says no."""

    reason = ChoiceField(_l("Reason"))
    note = TextField(
        _l("Sentence to the other side"),
        [required(_l("Please add a sentence, so that the other side understands the answer.")), longest(TEXT)],
        id="decline-note",  # both forms stand on one page
    )

    def fill_choices(self) -> None:
        self.reason.choices = [SelectChoice("", _("please choose")), *_listed("interest_decline_reasons")]

    def validate_reason(self, field: Any) -> None:
        if not field.data:
            raise ValidationError(_("Please choose a reason."))


class OutcomeForm(Form):
    """What came of it."""

    outcome = OneField(_l("What came of it?"), choices=[])
    link = BooleanField(_l("Propose to show the partnership on both pages"))

    def fill_choices(self) -> None:
        self.outcome.choices = vocabulary("interest_outcomes").choices()
