"""Forms of the account pages. Passwords are taken as they are typed and never put back into a page."""

from __future__ import annotations

from typing import Any

from wtforms import HiddenField, PasswordField

from consult.core.forms import ChoiceField, EmailField, Form, LineField, longest, required
from consult.core.i18n import LANGUAGE_NAMES, _l

LONGEST_NAME = 120
LONGEST_PASSWORD = 1000  # what is checked; what may be chosen is shorter, see passwords.problem


class SecretField(PasswordField):
    """A password: neither trimmed nor cleaned. `data` is a string, never None."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = valuelist[0] if valuelist and isinstance(valuelist[0], str) else ""

    def process_data(self, value: Any) -> None:
        self.data = ""


class SignInForm(Form):
    """Sign in; with an empty password a link is mailed."""

    email = EmailField(_l("E-mail"), [required(_l("Please enter your e-mail address."))])
    password = SecretField(_l("Password"), [longest(LONGEST_PASSWORD)])
    next = HiddenField()


class SignUpForm(Form):
    """A new account; the password may be left out."""

    name = LineField(_l("Name"), [required(_l("Please enter a name; it may be a made-up one.")), longest(LONGEST_NAME)])
    email = EmailField(_l("E-mail"), [required(_l("Please enter your e-mail address."))])
    password = SecretField(_l("Password"), [longest(LONGEST_PASSWORD)])
    next = HiddenField()


class AskForm(Form):
    """Ask for a link to an address."""

    email = EmailField(_l("E-mail"), [required(_l("Please enter your e-mail address."))])


class NewPasswordForm(Form):
    """Choose a new password."""

    password = SecretField(_l("New password"), [longest(LONGEST_PASSWORD)])


class ChangePasswordForm(NewPasswordForm):
    """Change the password, knowing the present one."""

    current = SecretField(
        _l("Present password"), [required(_l("Please enter your present password.")), longest(LONGEST_PASSWORD)]
    )


class ProfileForm(Form):
    """What others read of a person, and the language we write in."""

    name = LineField(_l("Name"), [required(_l("Please enter a name; it may be a made-up one.")), longest(LONGEST_NAME)])
    language = ChoiceField(_l("Language of our mails"), choices=list(LANGUAGE_NAMES.items()))
