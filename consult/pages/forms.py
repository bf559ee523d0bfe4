"""The form by which an editor writes a new version of a page."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, DateField, HiddenField

from consult.core.forms import Form, LineField, TextField, longest
from consult.core.i18n import _, _l
from consult.core.text import clean_line


class DayField(DateField):
    """A date; what is none gets a sentence of ours."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        try:
            super().process_formdata([value for value in valuelist if value])
        except ValueError:
            raise ValueError(_("Please enter a date, such as 2027-02-12.")) from None

    def _value(self) -> str:
        return clean_line(super()._value())


class PageForm(Form):
    """A version in both languages. `seen` is the number of the version that the editor began with."""

    body_de = TextField(_l("Text in German"))
    body_en = TextField(_l("Text in English"))
    change_de = LineField(_l("What is new, in German"), [longest(300)])
    change_en = LineField(_l("What is new, in English"), [longest(300)])
    valid_from = DayField(_l("Counts from"))
    significant = BooleanField(_l("This is a significant change: tell all who have an account"))
    seen = HiddenField()
