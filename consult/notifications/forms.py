"""The forms of notices are single buttons; what they carry is checked here."""

from __future__ import annotations

from wtforms import HiddenField

from consult.core.forms import Form, LineField


class FollowForm(Form):
    """Follow a thing or stop: `kind` and public `key` (number or slug), `act` is "follow" or "unfollow"."""

    kind = LineField()
    key = LineField()
    act = LineField()
    next = HiddenField()
