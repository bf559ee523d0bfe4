"""Fields and the way of a form with which things are edited in two languages.

`bilingual` gives a form the three fields of a text: German, English, and how the two relate. `edited` is the way of a POST:
what is wrong is said at the field (422), and who was overtaken keeps what they typed beside what is stored now (409).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, time
from typing import Any, TypeVar

from sqlalchemy.orm.exc import StaleDataError
from wtforms import BooleanField, Field, HiddenField, SelectMultipleField, ValidationError, widgets

from consult.core.db import db
from consult.core.editing import FIRST_ORIGIN, ORIGINS, Named, lines_of, named, parse_clock, parse_day
from consult.core.errors import Conflict, Invalid
from consult.core.forms import ChoiceField, Form, LineField, TextField, longest
from consult.core.i18n import _, _l
from consult.core.limits import allow_write
from consult.core.registry import SubjectInfo

__all__ = ["BooleanField", "EditingForm", "bilingual", "edited"]

MOST_LINES = 60


class EditingForm(Form):
    """Base of forms that edit something: `revision` is the one that was seen when the form was opened."""

    revision = HiddenField(default="0")
    pairs: dict[str, int] = {}

    @property
    def seen(self) -> int:
        """The revision that was seen; 0 for what cannot be one."""
        text = str(self.revision.data or "")
        return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else 0

    def text(self, name: str) -> dict[str, str]:
        """A text in both languages; what is empty is left out."""
        return {language: value for language in ("de", "en") if (value := self[f"{name}_{language}"].data)}

    def texts(self) -> dict[str, dict[str, str]]:
        """All texts by name."""
        return {name: self.text(name) for name in self.pairs}

    def origins(self) -> dict[str, str]:
        """How the languages of each text relate."""
        return {name: str(self[f"{name}_origin"].data) for name in self.pairs if self.text(name)}


FormClass = TypeVar("FormClass", bound=type[EditingForm])


def bilingual(name: str, label: Any, most: int, *, line: bool = False) -> Callable[[FormClass], FormClass]:
    """Class decorator: the fields NAME_de, NAME_en and NAME_origin of a text with at most so many characters."""

    def add(form: FormClass) -> FormClass:
        kind = LineField if line else TextField
        setattr(form, f"{name}_de", kind(_l("%(text)s, German", text=label), [longest(most)]))
        setattr(form, f"{name}_en", kind(_l("%(text)s, English", text=label), [longest(most)]))
        setattr(
            form,
            f"{name}_origin",
            ChoiceField(_l("%(text)s: how the languages relate", text=label), choices=_origins, default=FIRST_ORIGIN),
        )
        form.pairs = {name: most, **form.pairs}
        return form

    return add


def _origins() -> list[tuple[str, str]]:
    return [(code, str(words)) for code, words in ORIGINS.items()]


def pair_values(texts: Mapping[str, Mapping[str, str] | None], origins: Mapping[str, str]) -> dict[str, str]:
    """What the fields of these texts hold."""
    values = {}
    for name, text in texts.items():
        values[f"{name}_de"], values[f"{name}_en"] = (text or {}).get("de", ""), (text or {}).get("en", "")
        values[f"{name}_origin"] = origins.get(name) or FIRST_ORIGIN
    return values


# ---- fields ---------------------------------------------------------------------------------------------------------


class TicksField(SelectMultipleField):
    """Several entries of a list as checkboxes; what is not in the list gets a sentence of ours."""

    widget = widgets.ListWidget(prefix_label=False)
    option_widget = widgets.CheckboxInput()

    def pre_validate(self, form: Any) -> None:
        known = {str(value) for value, *_rest in self.iter_choices()}
        if any(value not in known for value in self.data or []):
            raise ValidationError(_("Please choose one of the entries in the list."))


class DayField(LineField):
    """A calendar day. `data` is what was typed; `day` is the day or None."""

    day: date | None = None

    def pre_validate(self, form: Any) -> None:
        self.day = parse_day(str(self.data)) if self.data else None
        if self.data and self.day is None:
            raise ValidationError(_("Please write the day like 2027-03-31 or 31.3.2027."))


class ClockField(LineField):
    """A time of day. `data` is what was typed; `clock` is the time or None."""

    clock: time | None = None

    def pre_validate(self, form: Any) -> None:
        self.clock = parse_clock(str(self.data)) if self.data else None
        if self.data and self.clock is None:
            raise ValidationError(_("Please write the time like 9:30 or 9.30 Uhr."))


class NumberField(LineField):
    """A whole number of at most `most`, or nothing. `number` is the number or None."""

    def __init__(self, label: Any = None, validators: Any = None, *, most: int = 1_000_000, **options: Any) -> None:
        super().__init__(label, validators, **options)
        self.most = most
        self.number: int | None = None

    def pre_validate(self, form: Any) -> None:
        digits = re.sub(r"(?<=\d)[. ](?=\d{3}\b)", "", str(self.data or ""))
        self.number = int(digits) if re.fullmatch(r"[0-9]{1,15}", digits) else None
        if self.data and (self.number is None or self.number > self.most):
            raise ValidationError(_("Please enter a whole number of at most %(most)s, or nothing.", most=self.most))


class WebField(LineField):
    """The address of a page, with https:// or http://, or nothing."""

    def pre_validate(self, form: Any) -> None:
        if self.data and not re.fullmatch(r"https?://[^\s/@\"<>]+\.[^\s@\"<>]+", str(self.data)):
            raise ValidationError(_("Please write the whole address, such as https://www.company.org/page."))


class ReferenceField(LineField):
    """One thing of some kinds, named by its page's address or its name. `info` is the thing or None."""

    def __init__(self, label: Any = None, validators: Any = None, *, kinds: Sequence[str] = (), **options: Any) -> None:
        super().__init__(label, validators, **options)
        self.kinds = kinds
        self.info: SubjectInfo | None = None

    def pre_validate(self, form: Any) -> None:
        self.info = None
        if self.data:
            found = named(str(self.data), self.kinds)
            if found.problem:
                raise ValidationError(found.problem)
            self.info = found.info


class ReferencesField(TextField):
    """Several things, one a line. `infos` are those that were found, each once."""

    def __init__(self, label: Any = None, validators: Any = None, *, kinds: Sequence[str] = (), **options: Any) -> None:
        super().__init__(label, validators, **options)
        self.kinds = kinds
        self.infos: list[SubjectInfo] = []

    def pre_validate(self, form: Any) -> None:
        lines = lines_of(str(self.data or ""))
        if len(lines) > MOST_LINES:
            raise ValidationError(_("At most %(most)s lines fit.", most=MOST_LINES))
        found: list[Named] = [named(line, self.kinds) for line in lines]
        problems = [one.problem for one in found if one.problem]
        if problems:
            raise ValidationError(" ".join(problems))
        self.infos = list({(one.info.kind, one.info.id): one.info for one in found if one.info is not None}.values())


# ---- the way of a POST ----------------------------------------------------------------------------------------------


def differing(form: EditingForm, stored: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(label, stored text) of the fields in which the form holds something else than is stored."""
    found = []
    for one in form:
        if one.name not in stored or one.name == "revision":
            continue
        if _plain(one) != _shown(stored[one.name]):
            found.append((str(one.label.text), _shown(stored[one.name], one)))
    return found


def _plain(one: Field) -> str:
    return _shown(one.data)


def _shown(value: Any, one: Field | None = None) -> str:
    if isinstance(value, bool):
        return (_("yes") if value else _("no")) if one is not None else str(value)
    if isinstance(value, list | tuple | set):
        return ", ".join(sorted(map(str, value)))
    words = "" if value is None else str(value)
    iterate = getattr(one, "iter_choices", None)
    choices = {str(code): str(text) for code, text, *_rest in iterate()} if iterate is not None else {}
    return choices.get(words, words)


def edited(
    form: EditingForm,
    save: Callable[[], Any],
    page: Callable[..., Any],
    stored: Callable[[], Mapping[str, Any]] = dict,
) -> Any:
    """Save a form that was sent: the answer of `save`, or the page again with what was typed.

    `page(form, status, conflict=..., differences=...)` renders; `stored()` are the values as they are stored now.
    """
    if not form.validate():
        return page(form, 422)
    allow_write()
    try:
        return save()
    except Invalid as invalid:
        db.session.rollback()
        form.take_errors(invalid)
        return page(form, 422)
    except (Conflict, StaleDataError) as conflict:
        db.session.rollback()
        values = stored()
        form.revision.data = str(values.get("revision", form.revision.data))
        message = getattr(conflict, "message", "") or _("Somebody else has saved this since you opened it.")
        return page(form, 409, conflict=str(message), differences=differing(form, values))
