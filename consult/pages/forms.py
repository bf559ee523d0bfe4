"""The form by which an editor writes a new version of a page."""

from __future__ import annotations

from wtforms import BooleanField, HiddenField

from consult.core.forms import DateField, Form, LineField, TextField, longest
from consult.core.i18n import _l


class PageForm(Form):
    """A version in both languages. `seen` is the number of the version that the editor began with."""

    body_de = TextField(_l("Text in German"))
    body_en = TextField(_l("Text in English"))
    change_de = LineField(_l("What is new, in German"), [longest(300)])
    change_en = LineField(_l("What is new, in English"), [longest(300)])
    valid_from = DateField(_l("Counts from"))
    significant = BooleanField(_l("This is a significant change: tell all who have an account"))
    seen = HiddenField()
