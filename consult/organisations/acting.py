"""For whom somebody acts: for themselves, or for an organisation for which they write. One field, the same at every action.

The last choice is remembered in the browser's session and chosen next time. The right is checked where something is
written, not where the form was opened: whoever has left the organisation in between is told so at the field, and nothing
typed is lost.
"""

from __future__ import annotations

from typing import Any

from flask import has_request_context, session
from wtforms import ValidationError

from consult.core.access import Actor, Membership
from consult.core.errors import Invalid
from consult.core.forms import ChoiceField
from consult.core.i18n import _, _l
from consult.organisations.rules import may_write_for

LABEL = _l("For whom do you act?")
_KEPT = "acting"  # the session's key: an organisation's number, or "self"
_SELF = "self"


def places(actor: Actor) -> list[Membership]:
    """The organisations for which the actor writes, each once, in the order in which they came to them."""
    found = {
        one.organisation_id: one for one in reversed(actor.memberships) if may_write_for(actor, one.organisation_id)
    }
    return list(reversed(found.values()))


def choices(actor: Actor) -> list[tuple[str, str]]:
    """(value, words): for oneself, then the organisations."""
    return [("", _("for myself")), *((str(one.organisation_id), one.name) for one in places(actor))]


def last(actor: Actor) -> str:
    """What is chosen when a form opens: the last choice while it holds good, else the first organisation."""
    values = [str(one.organisation_id) for one in places(actor)]
    if not values or not has_request_context():
        return ""  # without asking the session, so that pages of readers stay shared
    kept = session.get(_KEPT)
    if kept == _SELF:
        return ""
    return kept if kept in values else values[0]


def keep(actor: Actor, organisation_id: int | None) -> None:
    """Remember a choice; nothing for those who have none."""
    if places(actor):
        session[_KEPT] = str(organisation_id) if organisation_id is not None else _SELF


def ended() -> str:
    """Why a choice does not hold good."""
    return _("You do not write for this organisation (any more). Please choose again; what you typed is still here.")


def checked(actor: Actor, organisation_id: int | None, field: str = "acting") -> Membership | None:
    """The actor's place in the organisation for which they act; None for themselves. Invalid, at the field, where they do
    not write for it."""
    if organisation_id is None:
        return None
    found = next((one for one in places(actor) if one.organisation_id == organisation_id), None)
    if found is None:
        raise Invalid({field: ended()})
    return found


def number(value: Any) -> int | None:
    """The organisation's number in a field's value, None for oneself; 0, which is nobody's, for what is no number."""
    text = str(value or "")
    if not text:
        return None
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


class BehalfField(ChoiceField):
    """A choice of that for which somebody acts; where it does not hold good any more, it says so."""

    def pre_validate(self, form: Any) -> None:
        if str(self.data or "") not in [str(value) for value, *_rest in self.iter_choices()]:
            raise ValidationError(ended())


class ActingField(BehalfField):
    """The choice in a form; `offer` fills it for an actor."""

    def __init__(self, label: Any = LABEL, *validators: Any, **options: Any) -> None:
        super().__init__(label, *validators, **{"default": "", **options})

    def offer(self, actor: Actor) -> None:
        """The actor's choices, the last one chosen unless the form says otherwise."""
        self.choices = choices(actor)
        if not self.raw_data:
            self.data = last(actor)

    @property
    def organisation_id(self) -> int | None:
        """The organisation chosen, None for oneself."""
        return number(self.data)

    @property
    def is_open(self) -> bool:
        """Whether there is something to choose, or to put right."""
        return len(list(self.iter_choices())) > 1 or bool(self.errors)
