"""Forms of organisations: the profile, an invitation, a request and its answer, roles."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, HiddenField, SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from consult.core.forms import ChoiceField, EmailField, Form, LineField, TextField, longest, required
from consult.core.i18n import _, _l
from consult.core.vocabularies import vocabulary
from consult.organisations.rules import MEMBER_ROLES

ROLE_NAMES = {
    "author": _l("writes for the organisation"),
    "approver": _l("writes and releases"),
    "contact": _l("contact"),
    "manager": _l("speaks for the organisation"),
}


class RolesField(SelectMultipleField):
    """One or more roles in an organisation."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(self, label: Any = None, **options: Any) -> None:
        super().__init__(label or _l("Roles"), choices=[], validate_choice=False, **options)

    def offer(self) -> None:
        """Offer all roles, in words."""
        self.choices = [SelectChoice(role, str(ROLE_NAMES[role])) for role in MEMBER_ROLES]


class ProfileForm(Form):
    """What is publicly known of an organisation. `seen` is the revision that the form was opened with."""

    name_de = LineField(_l("Name"), [required(_l("Please fill in this field.")), longest(160)])
    name_en = LineField(_l("English name"), [longest(160)])
    short_name = LineField(_l("Short name"), [longest(40)])
    type = ChoiceField(_l("Kind"))
    legal_form = ChoiceField(_l("Legal form"))
    country = ChoiceField(_l("Country"))
    nuts = ChoiceField(_l("Region"))
    sector = ChoiceField(_l("Sector"))
    size_class = ChoiceField(_l("Size"))
    website = LineField(_l("Website"), [longest(300)])
    description_de = TextField(_l("Description in German"), [longest(2000)])
    description_en = TextField(_l("Description in English"), [longest(2000)])
    seen = HiddenField()
    anyway = BooleanField(_l("It is none of these"))

    def offer(self) -> None:
        """Offer the terms of the vocabularies."""
        nothing = ("", _("Not stated"))
        self.type.choices = vocabulary("organisation_types").choices()
        self.legal_form.choices = [nothing, *vocabulary("legal_forms").choices()]
        self.country.choices = [nothing, *vocabulary("countries").choices()]
        self.nuts.choices = [
            nothing,
            *((t.code, t.title()) for t in vocabulary("nuts2024_de") if t.code.startswith("DE")),
        ]
        self.sector.choices = [nothing, *((t.code, t.title()) for t in vocabulary("nace_rev2_1") if len(t.code) == 1)]
        self.size_class.choices = [nothing, *vocabulary("size_classes").choices()]

    def validate_website(self, field: Any) -> None:
        """An address of the web, with or without its scheme."""
        if field.data and "://" not in field.data:
            field.data = f"https://{field.data}"
        scheme, _colon, rest = field.data.partition("://")
        if field.data and (scheme not in ("http", "https") or "." not in rest.split("/")[0] or " " in rest):
            raise ValidationError(_("Please enter an address such as https://www.company.example."))

    def values(self) -> dict[str, Any]:
        """What was entered, by the columns of the table."""
        return {
            "name": {"de": self.name_de.data, "en": self.name_en.data or self.name_de.data},
            "description": {"de": self.description_de.data, "en": self.description_en.data},
            "short_name": self.short_name.data,
            "type": self.type.data,
            "legal_form": self.legal_form.data,
            "country": self.country.data,
            "nuts": self.nuts.data,
            "sector": self.sector.data,
            "size_class": self.size_class.data,
            "website": self.website.data,
        }


class InviteForm(Form):
    """Invite somebody by mail."""

    email = EmailField(_l("E-mail"), [required(_l("Please enter an e-mail address."))])
    roles = RolesField()
    note = TextField(_l("A sentence to go with it"), [longest(500)])


class AskForm(Form):
    """Ask to belong to an organisation."""

    message = TextField(_l("Who are you there?"), [longest(2000)])


class AnswerForm(Form):
    """Let somebody in, or not."""

    roles = RolesField()
    answer = TextField(_l("A sentence to go with it"), [longest(1000)])


class DeclineForm(Form):
    """Decline an invitation."""

    answer = TextField(_l("Why not? (Only the inviter reads it.)"), [longest(1000)])


class RolesForm(Form):
    """The roles of a member."""

    roles = RolesField()
