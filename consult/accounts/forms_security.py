"""Forms of second factors, of the fresh proof and of a new address."""

from __future__ import annotations

from wtforms import HiddenField

from consult.accounts.forms import LONGEST_PASSWORD, SecretField
from consult.core.forms import EmailField, Form, LineField, longest, required
from consult.core.i18n import _l

LONGEST_CODE = 60


class CodeForm(Form):
    """A code of an authenticator, or a recovery code."""

    code = LineField(_l("Code"), [required(_l("Please enter the code.")), longest(LONGEST_CODE)])


class TotpForm(CodeForm):
    """A new authenticator: its first code shows that it works. `setup` names the secret that waits."""

    name = LineField(_l("Name of the device"), [longest(60)])
    setup = HiddenField()


class ProveForm(Form):
    """Who am I: the password, or a code where there is an authenticator."""

    password = SecretField(_l("Password"), [longest(LONGEST_PASSWORD)])
    code = LineField(_l("Code"), [longest(LONGEST_CODE)])
    next = HiddenField()


class AddressForm(Form):
    """A new e-mail address."""

    email = EmailField(_l("New e-mail address"), [required(_l("Please enter your e-mail address."))])


class EraseForm(Form):
    """Erase the account: its address as a confirmation."""

    email = EmailField(_l("E-mail address of this account"), [required(_l("Please enter your e-mail address."))])
