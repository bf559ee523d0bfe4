"""The form in which administrators write a consultation, and the way between it and a draft.

Everything is kept as it was typed, dates too, so that the page can be shown again with rows added, moved or taken out
before anything is saved.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from wtforms import (
    BooleanField,
    Field,
    FieldList,
    FormField,
    HiddenField,
    SelectMultipleField,
    ValidationError,
    widgets,
)
from wtforms import Form as PlainForm
from wtforms.validators import StopValidation

from consult.consultations.models import COMMENT_MODES, Consultation, Question
from consult.consultations.operations import Draft, QuestionDraft
from consult.consultations.words import COMMENT_MODE_WORDS
from consult.core.editing_forms import DayField
from consult.core.errors import Invalid
from consult.core.forms import ChoiceField, Form, LineField, TextField, longest, required
from consult.core.i18n import _, _l
from consult.core.vocabularies import vocabulary

ROWS_KEPT = 40  # rows that a form may carry while it is being edited; what may be saved is checked at saving
_PREFIX = re.compile(r"^[A-Z]{1,8}$")


def written(message: Any) -> Callable[[Any, Field], None]:
    """The field must hold a letter or a digit: invisible characters are no text."""
    checked = required(message)

    def check(form: Any, field: Field) -> None:
        checked(form, field)
        if not any(character.isalnum() for character in field.data):
            raise StopValidation(str(message))

    check.field_flags = {"required": True}  # type: ignore[attr-defined]
    return check


class TicksField(SelectMultipleField):
    """Several entries of a list as checkboxes; what is not in the list gets a sentence of ours."""

    widget = widgets.ListWidget(prefix_label=False)
    option_widget = widgets.CheckboxInput()

    def pre_validate(self, form: Any) -> None:
        known = {str(value) for value, *_rest in self.iter_choices()}
        if any(value not in known for value in self.data or []):
            raise ValidationError(_("Please choose one of the entries in the list."))


class WholeNumberField(LineField):
    """A whole number between `least` and `most`; `number` is None until it is valid."""

    def __init__(self, label: Any = None, validators: Any = None, *, least: int, most: int, **kwargs: Any) -> None:
        super().__init__(label, validators, **kwargs)
        self.least, self.most = least, most
        self.number: int | None = None

    def pre_validate(self, form: Any) -> None:
        text = str(self.data)
        self.number = int(text) if re.fullmatch(r"[0-9]{1,6}", text) else None
        if self.number is None or not self.least <= self.number <= self.most:
            raise ValidationError(
                _("Please enter a whole number from %(least)s to %(most)s.", least=self.least, most=self.most)
            )


class QuestionRow(PlainForm):
    """One question. `id` is empty for a new one; `key` goes with it, since SQLite gives the id of a deleted row again."""

    id = HiddenField(default="")
    key = HiddenField(default="")
    short_de = LineField(_l("Short title, German"), [written(_l("Please write a short title.")), longest(80)])
    short_en = LineField(_l("Short title, English"), [written(_l("Please write a short title.")), longest(80)])
    text_de = TextField(_l("Question, German"), [written(_l("Please write the question.")), longest(2000)])
    text_en = TextField(_l("Question, English"), [written(_l("Please write the question.")), longest(2000)])
    help_de = TextField(_l("Help for answering, German"), [longest(1000)])
    help_en = TextField(_l("Help for answering, English"), [longest(1000)])
    good_de = TextField(_l("Example of a good answer, German"), [longest(2000)])
    good_en = TextField(_l("Example of a good answer, English"), [longest(2000)])
    addressed_to = TicksField(_l("Addressed to"))
    closed = BooleanField(_l("This question takes no more answers"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.addressed_to.choices = vocabulary("target_groups").choices()

    @property
    def question_id(self) -> int | None:
        """The id of an existing question, None for a new one; Invalid for anything else."""
        return _number(self.id.data)


class ConsultationForm(Form):
    """All of a consultation. `removed` carries the ids of questions that were taken out before saving."""

    version = HiddenField(default="0")
    removed = HiddenField(default="")
    slug = LineField(_l("Web address"), [longest(80)])
    title_de = LineField(_l("Title, German"), [written(_l("Please write a title.")), longest(120)])
    title_en = LineField(_l("Title, English"), [written(_l("Please write a title.")), longest(120)])
    summary_de = TextField(_l("Summary, German"), [written(_l("Please write a summary.")), longest(600)])
    summary_en = TextField(_l("Summary, English"), [written(_l("Please write a summary.")), longest(600)])
    introduction_de = TextField(_l("Introduction, German"), [longest(8000)])
    introduction_en = TextField(_l("Introduction, English"), [longest(8000)])
    call_de = LineField(_l("Text of the button, German"), [longest(40)])
    call_en = LineField(_l("Text of the button, English"), [longest(40)])
    target_groups = TicksField(_l("Whom this consultation asks"))
    opens_on = DayField(_l("First day"))
    closes_on = DayField(_l("Last day"))
    evaluation_on = DayField(_l("Evaluation begins"))
    results_on = DayField(_l("Results appear"))
    office_de = LineField(_l("Responsible office, German"), [longest(200)])
    office_en = LineField(_l("Responsible office, English"), [longest(200)])
    promised_days = WholeNumberField(_l("Working days until the moderation decides"), [required()], least=1, most=60)
    comment_mode = ChoiceField(
        _l("Comments"),
        widget=widgets.ListWidget(prefix_label=False),
        option_widget=widgets.RadioInput(),
    )
    prefix = LineField(_l("Letters before the number of an idea"), [required(_l("Please enter one to eight letters."))])
    is_active = BooleanField(_l("This consultation is active"), default=True)
    listed = BooleanField(_l("Everyone can see this consultation"), default=True)
    questions = FieldList(FormField(QuestionRow), label=_l("Questions"), max_entries=ROWS_KEPT)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.target_groups.choices = vocabulary("target_groups").choices()
        self.comment_mode.choices = [(mode, COMMENT_MODE_WORDS[mode]) for mode in COMMENT_MODES]

    def validate_prefix(self, field: Any) -> None:
        field.data = field.data.upper()
        if not _PREFIX.match(field.data):
            raise ValidationError(_("Please enter one to eight letters from A to Z."))

    @property
    def removed_ids(self) -> frozenset[int]:
        """Ids of the questions that shall go."""
        return frozenset(number for part in self.removed.data.split() if (number := _number(part)) is not None)

    @property
    def seen_version(self) -> int:
        """The edit version that the form was opened with; 0 where it is not a number."""
        text = str(self.version.data)
        return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else 0

    def draft(self) -> Draft:
        """What the validated form says."""
        return Draft(
            title=_both(self, "title"),
            summary=_both(self, "summary"),
            introduction=_both(self, "introduction"),
            call_to_action=_both(self, "call"),
            office=_both(self, "office"),
            prefix=self.prefix.data,
            promised_days=self.promised_days.number or 0,
            comment_mode=self.comment_mode.data,
            opens_on=self.opens_on.day,
            closes_on=self.closes_on.day,
            evaluation_on=self.evaluation_on.day,
            results_on=self.results_on.day,
            is_active=self.is_active.data,
            listed=self.listed.data,
            target_groups=list(self.target_groups.data or []),
            questions=[_question_draft(entry.form) for entry in self.questions],
            removed=self.removed_ids,
        )


def _number(text: Any) -> int | None:
    """A row id from a hidden field; nothing is None, anything but a number is an error of the form."""
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{1,9}", str(text)):
        raise Invalid({"questions": _("The form arrived damaged. Please open the page anew.")})
    return int(text)


def _both(form: Any, name: str) -> dict[str, str]:
    texts = {language: form[f"{name}_{language}"].data for language in ("de", "en")}
    return {language: text for language, text in texts.items() if text}


def _question_draft(row: QuestionRow) -> QuestionDraft:
    return QuestionDraft(
        id=row.question_id,
        short_title=_both(row, "short"),
        text=_both(row, "text"),
        help=_both(row, "help"),
        good_answer=_both(row, "good"),
        addressed_to=list(row.addressed_to.data or []),
        closed=row.closed.data,
    )


# ---- from the database and back to the page -------------------------------------------------------------------------


def values_of(consultation: Consultation) -> dict[str, Any]:
    """The form's values for a stored consultation with its questions."""

    def texts(name: str, value: dict[str, str]) -> dict[str, str]:
        return {f"{name}_{language}": value.get(language, "") for language in ("de", "en")}

    def day(value: Any) -> str:
        return value.isoformat() if value is not None else ""

    return {
        "version": str(consultation.version),
        "removed": "",
        "slug": consultation.slug,
        **texts("title", consultation.title),
        **texts("summary", consultation.summary),
        **texts("introduction", consultation.introduction),
        **texts("call", consultation.call_to_action),
        **texts("office", consultation.office),
        "target_groups": consultation.target_groups,
        "opens_on": day(consultation.opens_on),
        "closes_on": day(consultation.closes_on),
        "evaluation_on": day(consultation.evaluation_on),
        "results_on": day(consultation.results_on),
        "promised_days": str(consultation.promised_days),
        "comment_mode": consultation.comment_mode,
        "prefix": consultation.prefix,
        "is_active": consultation.is_active,
        "listed": consultation.listed,
        "questions": [_row_of(question, texts) for question in consultation.questions],
    }


def _row_of(question: Question, texts: Any) -> dict[str, Any]:
    return {
        "id": str(question.id),
        "key": question.key,
        **texts("short", question.short_title),
        **texts("text", question.text),
        **texts("help", question.help),
        **texts("good", question.good_answer),
        "addressed_to": question.addressed_to,
        "closed": question.is_closed,
    }


def empty_values() -> dict[str, Any]:
    """A new consultation: not listed yet, with room for one question."""
    return {
        "version": "0",
        "listed": False,
        "is_active": True,
        "promised_days": "2",
        "comment_mode": "post",
        "questions": [empty_row()],
    }


def empty_row() -> dict[str, Any]:
    """A question that nobody has written yet."""
    return {"id": "", "key": "", "closed": False, "addressed_to": []}


def rearranged(form: ConsultationForm, act: str) -> dict[str, Any]:
    """The typed values after a button of the questions: `add`, or `up-N`, `down-N`, `remove-N` with the row's place from 0.

    What does not fit (a place that is not there) changes nothing.
    """
    values: dict[str, Any] = {name: value for name, value in form.data.items() if name != "csrf_token"}
    rows: list[dict[str, Any]] = list(values.get("questions") or [])
    verb, _dash, text = act.partition("-")
    place = int(text) if re.fullmatch(r"[0-9]{1,3}", text) else -1
    if verb == "add" and len(rows) < ROWS_KEPT:
        rows.append(empty_row())
    elif 0 <= place < len(rows):
        if verb == "up" and place > 0:
            rows[place - 1], rows[place] = rows[place], rows[place - 1]
        elif verb == "down" and place < len(rows) - 1:
            rows[place + 1], rows[place] = rows[place], rows[place + 1]
        elif verb == "remove":
            gone = rows.pop(place)
            if gone.get("id"):
                values["removed"] = f"{values.get('removed') or ''} {gone['id']}".strip()
    values["questions"] = rows
    return values


def _identity(row: dict[str, Any]) -> tuple[str, str]:
    """What a row and a stored question must share to be the same."""
    return str(row["id"] or ""), str(row["key"] or "")


def differing(form: ConsultationForm, stored: dict[str, Any]) -> list[tuple[str, str]]:
    """(label, stored text) of the texts and dates in which the form differs from what is stored now."""
    found = []
    for name, value in stored.items():
        if isinstance(value, str) and name not in ("version", "removed", "slug") and form[name].data != value:
            found.append((str(form[name].label.text), value))
    rows = {_identity(row): row for row in stored["questions"]}
    for place, entry in enumerate(form.questions, 1):
        row = rows.get(_identity(entry.form.data), {})
        for name, value in row.items():
            if isinstance(value, str) and entry.form[name].data != value:
                label = _("Question %(number)s: %(field)s", number=place, field=entry.form[name].label.text)
                found.append((label, value))
    return found


def reconciled(form: ConsultationForm, stored: dict[str, Any]) -> dict[str, Any]:
    """The typed values on top of what somebody else has saved meanwhile, so that sending them again decides.

    Questions that are gone become new ones, questions that came up stand at the end.
    """
    values: dict[str, Any] = {name: value for name, value in form.data.items() if name != "csrf_token"}
    rows: list[dict[str, Any]] = list(values.get("questions") or [])
    known = {_identity(row) for row in stored["questions"]}
    for row in rows:
        if _identity(row) not in known:
            row["id"] = row["key"] = ""
    ids = {row["id"] for row in stored["questions"]}
    removed = [part for part in str(values.get("removed") or "").split() if part in ids]
    typed = {row["id"] for row in rows} | set(removed)
    rows += [row for row in stored["questions"] if row["id"] not in typed]
    return {**values, "questions": rows, "removed": " ".join(removed), "version": stored["version"]}
