"""Forms: fields that clean what comes in, and messages that say what to do.

Whatever bytes arrive, a form either gives clean text or a sentence at the field; it never loses what was typed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from email_validator import EmailNotValidError, validate_email
from flask_wtf import FlaskForm
from wtforms import DateField as PlainDateField
from wtforms import Field, SelectField, StringField, TextAreaField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.i18n import get_translations
from wtforms.validators import StopValidation

from consult.core.errors import Invalid
from consult.core.i18n import _, _l, _n, current_language, format_number
from consult.core.text import clean_line, clean_text, has_words

__all__ = [
    "ChoiceField",
    "DateField",
    "EmailField",
    "Form",
    "LineField",
    "TextField",
    "email_key",
    "longest",
    "required",
]


@lru_cache(maxsize=4)
def _library_messages(language: str) -> Any:
    """What WTForms itself says, in a language: read from its file once, not with every form."""
    return get_translations([language])


class Form(FlaskForm):
    """Base of all forms. `take_errors` puts an operation's refusal beside the fields it speaks of."""

    class Meta:
        def get_translations(self, _form: Any) -> Any:
            return _library_messages(current_language())

    def take_errors(self, invalid: Invalid) -> None:
        for name, message in invalid.fields.items():
            field = self._fields.get(name)
            if field is None:
                self.form_errors.append(str(message))
            else:
                field.errors = [*field.errors, str(message)]
        if invalid.message:
            self.form_errors.append(str(invalid.message))


class LineField(StringField):
    """One line, cleaned. `data` is a string, never None."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        if valuelist and isinstance(valuelist[0], str):
            self.data = clean_line(valuelist[0])

    def process_data(self, value: Any) -> None:
        self.data = value or ""


class TextField(TextAreaField):
    """Several lines, cleaned. `data` is a string, never None."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        if valuelist and isinstance(valuelist[0], str):
            self.data = clean_text(valuelist[0])

    def process_data(self, value: Any) -> None:
        self.data = value or ""


def email_problem(address: str) -> str:
    """A sentence that says what is wrong with an e-mail address, or nothing."""
    if not address:
        return _("Please enter your e-mail address.")
    local, at, domain = address.rpartition("@")
    if at and local and domain and "." not in domain:
        return _("“%(address)s” lacks its ending, such as .org.", address=address)
    try:
        validate_email(address, check_deliverability=False, allow_smtputf8=False, test_environment=True)
    except EmailNotValidError:
        return _("Please check the e-mail address, it should look like name@company.org.")
    return ""


def email_key(address: str) -> str:
    """The form in which addresses are compared: lower case, trimmed."""
    return address.strip().casefold()


class EmailField(LineField):
    """An e-mail address; empty is allowed unless `required` says otherwise."""

    def pre_validate(self, form: Any) -> None:
        if self.data:
            problem = email_problem(self.data)
            if problem:
                raise ValidationError(problem)
            if len(self.data) > 254:
                raise ValidationError(_("This address is longer than any e-mail address may be."))


def as_choices(choices: Any) -> Any:
    """Pairs of value and words as the library's own choices; anything else as it is."""
    if not isinstance(choices, list | tuple):
        return choices
    return [SelectChoice(*one) if isinstance(one, tuple) and len(one) == 2 else one for one in choices]


class DateField(PlainDateField):
    """A date. What is none gets a sentence of ours and stays in the field; empty is allowed."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        try:
            super().process_formdata([value for value in valuelist if value])
        except ValueError:
            raise ValueError(_("Please enter a date, such as 2027-02-12.")) from None

    def _value(self) -> str:
        """What was typed, fit for a page."""
        return clean_line(super()._value())


class ChoiceField(SelectField):
    """One of a list of pairs (value, words); what is not in the list gets a sentence of ours."""

    def __init__(self, *arguments: Any, choices: Any = None, **options: Any) -> None:
        super().__init__(*arguments, choices=as_choices(choices), **options)

    @property
    def choices(self) -> Any:
        return SelectField.choices.fget(self)

    @choices.setter
    def choices(self, value: Any) -> None:
        SelectField.choices.fset(self, as_choices(value))

    def pre_validate(self, form: Any) -> None:
        if not self.validate_choice:
            return
        wanted, given = str(self.data), self.choices
        if isinstance(given, list) and all(isinstance(one, SelectChoice) for one in given):
            known = any(str(one.value) == wanted for one in given)  # without putting their words together
        else:
            known = any(str(value) == wanted for value, *_rest in self.iter_choices())
        if not known:
            raise ValidationError(_("Please choose one of the entries in the list."))


def required(message: Any = None) -> Callable[[Any, Field], None]:
    """The field must hold something beyond white space."""

    def check(_form: Any, field: Field) -> None:
        if not field.data or (isinstance(field.data, str) and not has_words(field.data)):
            raise StopValidation(str(message or _l("Please fill in this field.")))

    check.field_flags = {"required": True}  # type: ignore[attr-defined]
    return check


def length_problem(text: str, limit: int) -> str:
    """A sentence that says by how many characters a text is too long, or nothing."""
    over = len(text) - limit
    if over <= 0:
        return ""
    return _n(
        "Please shorten the text by %(num)s character, at most %(limit)s fit.",
        "Please shorten the text by %(num)s characters, at most %(limit)s fit.",
        over,
        limit=format_number(limit),
    )


def longest(limit: int) -> Callable[[Any, Field], None]:
    """At most `limit` characters; the sentence tells by how many it is too long."""

    def check(_form: Any, field: Field) -> None:
        if problem := length_problem(field.data or "", limit):
            raise ValidationError(problem)

    check.field_flags = {"maxlength_hint": limit}  # type: ignore[attr-defined]
    return check


def one_of(values: Sequence[str]) -> Callable[[Any, Field], None]:
    """The value is one of these codes."""

    def check(_form: Any, field: Field) -> None:
        if field.data not in values:
            raise ValidationError(_("Please choose one of the entries in the list."))

    return check
