"""Forms of the back office: make an account, give a role, give a place in an organisation."""

from __future__ import annotations

from typing import Any

from wtforms import SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from consult.consultations.queries import all_consultations
from consult.core.access import ROLES
from consult.core.forms import ChoiceField, DateField, EmailField, Form, LineField, TextField, longest, required
from consult.core.i18n import LANGUAGE_NAMES, _, _l, pick
from consult.organisations.queries import all_organisations
from consult.organisations.rules import MEMBER_ROLES

ROLE_NAMES = {
    "participant": _l("Participant"),
    "company": _l("Company"),
    "cluster": _l("Cluster management"),
    "moderator": _l("Moderation"),
    "editor": _l("Editorial office"),
    "analyst": _l("Evaluation"),
    "official": _l("Agency or ministry"),
    "administrator": _l("Administration"),
}
MEMBER_ROLE_NAMES = {
    "author": _l("writes for the organisation"),
    "approver": _l("writes and releases"),
    "contact": _l("contact"),
    "manager": _l("speaks for the organisation"),
}


def role_choices() -> list[tuple[str, str]]:
    """Roles with their names in the reader's language, in the order of the permission table."""
    return [(role, str(ROLE_NAMES[role])) for role in ROLES]


REQUEST_KINDS = {
    "access": _l("Access to their data (Art. 15 GDPR)"),
    "rectification": _l("Rectification (Art. 16)"),
    "erasure": _l("Erasure (Art. 17)"),
    "restriction": _l("Restriction (Art. 18)"),
    "portability": _l("Taking their data along (Art. 20)"),
    "objection": _l("Objection (Art. 21)"),
}
REQUEST_CHANNELS = {
    "letter": _l("by letter"),
    "mail": _l("by e-mail"),
    "telephone": _l("by telephone"),
    "person": _l("in person"),
}
REQUEST_OUTCOMES = {
    "fulfilled": _l("fulfilled"),
    "partly": _l("fulfilled in part"),
    "refused": _l("refused"),
    "withdrawn": _l("withdrawn"),
}


def _named(words: dict[str, Any]) -> list[tuple[str, str]]:
    return [(code, str(name)) for code, name in words.items()]


class DataRequestForm(Form):
    """A request about personal data as it came in."""

    kind = ChoiceField(_l("What is asked for"), choices=lambda: _named(REQUEST_KINDS))
    channel = ChoiceField(_l("How it came"), choices=lambda: _named(REQUEST_CHANNELS))
    received_on = DateField(_l("Received on"))
    name = LineField(_l("Who asks"), [longest(200)])
    contact = TextField(_l("Where the answer goes"), [longest(2000)])
    email = EmailField(_l("E-mail address of the account"))
    body = TextField(_l("What they wrote, in short"), [longest(4000)])


class DataAnswerForm(Form):
    """That a request was answered."""

    outcome = ChoiceField(_l("Result"), choices=lambda: [("", _("Please choose")), *_named(REQUEST_OUTCOMES)])
    answered_on = DateField(_l("Answered on"))
    note = TextField(_l("What was answered"), [longest(4000)])


class DataExtensionForm(Form):
    """That an answer takes two months more."""

    because = TextField(_l("Why it takes longer"), [longest(4000)])


class PersonForm(Form):
    """A new account with its first role."""

    email = EmailField(_l("E-mail"), [required(_l("Please enter an e-mail address."))])
    name = LineField(_l("Name"), [longest(120)])
    language = ChoiceField(_l("Language of our mails"), choices=list(LANGUAGE_NAMES.items()))
    role = ChoiceField(_l("Role"), choices=role_choices)


class GrantForm(Form):
    """A role, for the whole site or one consultation, for ever or up to and including a day."""

    role = ChoiceField(_l("Role"), choices=role_choices)
    consultation = ChoiceField(_l("Where"))
    until = DateField(_l("Until"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [(str(one.id), pick(one.title)) for one in all_consultations()]
        self.consultation.choices = [("", _("Whole site")), *known]

    @property
    def consultation_id(self) -> int | None:
        return int(self.consultation.data) if self.consultation.data else None


class PlaceForm(Form):
    """A place in an organisation."""

    organisation = ChoiceField(_l("Organisation"))
    member_role = ChoiceField(
        _l("Role in the organisation"), choices=lambda: [(one, str(MEMBER_ROLE_NAMES[one])) for one in MEMBER_ROLES]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organisation.choices = [(str(one.id), pick(one.name)) for one in all_organisations()]


class FactorRolesForm(Form):
    """The roles that need a second factor."""

    roles = SelectMultipleField(
        _l("Roles that need a second factor"), option_widget=CheckboxInput(), widget=ListWidget(prefix_label=False)
    )
