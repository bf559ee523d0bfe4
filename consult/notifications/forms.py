"""The forms of notices are single buttons; what they carry is checked here."""

from __future__ import annotations

from wtforms import HiddenField

from consult.core.forms import Form, LineField, longest, required
from consult.core.i18n import _l


class FollowForm(Form):
    """Follow a thing or stop: `kind` and public `key` (number or slug), `act` is "follow" or "unfollow"."""

    kind = LineField()
    key = LineField()
    act = LineField()
    next = HiddenField()


class SaveSearchForm(Form):
    """Keep the list one looks at: its kind, the query of its address, and the words that describe it."""

    list = LineField()
    query = LineField()
    title = LineField()
    next = HiddenField()


class SearchNameForm(Form):
    """Another name for a search."""

    title = LineField(_l("Name"), [required(), longest(120)])
