"""Forms of taking part: the fields are named in the contract, so that programs without a browser can join as well."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wtforms import HiddenField, RadioField, ValidationError

from consult.core.access import GUEST, Actor
from consult.core.forms import EmailField, Form, LineField, TextField, as_choices, longest, required
from consult.core.i18n import LANGUAGE_NAMES, _, _l, current_language
from consult.core.vocabularies import term_title
from consult.organisations.acting import ActingField

LONGEST_MESSAGE = 2000


class RoleField(RadioField):
    """One of the offered parts. Where nothing is sent, the first one counts."""

    def pre_validate(self, form: Any) -> None:
        if str(self.data) not in [str(value) for value, *_rest in self.choices]:
            raise ValidationError(_("Please choose one of the entries in the list."))


class JoinForm(Form):
    """Join an activity or a project."""

    role = RoleField(_l("How would you like to take part?"), choices=[])
    message = TextField(_l("Message"), [longest(LONGEST_MESSAGE)])
    acting = ActingField()
    email = EmailField(_l("E-mail"), [required(_l("Please enter your e-mail address."))])


def join_form(roles: Sequence[str], *, signed_in: bool, chosen: str = "", actor: Actor = GUEST) -> JoinForm:
    """The form for these parts, in their order; `chosen` is preselected where it is offered, else the first one.

    Without parts there is no `role` field, for people who signed in there is no `email` field. `actor` chooses for whom
    they join.
    """
    offered = [(code, term_title("joining_roles", code)) for code in roles]
    first = chosen if chosen in dict(offered) else offered[0][0] if offered else None
    form = JoinForm(role=first)
    if offered:
        form.role.choices = offered
    else:
        del form.role
    form.acting.offer(actor)
    if signed_in:
        del form.email
    return form


class DecisionForm(Form):
    """A lead's or host's decision about a request."""

    outcome = RoleField(_l("Decision"), choices=[])
    note = TextField(_l("Sentence to the person"), [longest(LONGEST_MESSAGE)])


def decision_form(outcomes: Sequence[tuple[str, Any]]) -> DecisionForm:
    """The form for these outcomes: (code, words)."""
    form = DecisionForm()
    form.outcome.choices = [(code, str(words)) for code, words in outcomes]
    return form


class MessageForm(Form):
    """A host's message."""

    revision = HiddenField(default="0")
    title = LineField(_l("Title"), [required(_l("Please write a title.")), longest(120)])
    body = TextField(_l("Message"), [required(_l("Please write something first.")), longest(4000)])
    audience = RoleField(_l("Who reads it"), choices=[])
    language = RoleField(_l("Language of the message"), choices=[])


def message_form(audiences: Sequence[tuple[str, Any]], **data: Any) -> MessageForm:
    """The form with these audiences, the first one preselected; with `data` filled, else as it was sent."""
    first = {"audience": audiences[0][0], "language": current_language()}
    form = MessageForm(formdata=None, data={**first, **data}) if data else MessageForm(**first)
    form.audience.choices = as_choices([(code, str(words)) for code, words in audiences])
    form.language.choices = as_choices(list(LANGUAGE_NAMES.items()))
    return form
