"""Pages by which an account moves to another e-mail address, and back."""

from __future__ import annotations

from typing import Any

from flask import render_template, request

from consult.accounts import addresses, operations, proof, queries
from consult.accounts.forms_security import AddressForm
from consult.accounts.models import Token
from consult.accounts.views import allow_mail, blueprint
from consult.accounts.views_own import own_account
from consult.core.access import access, current_actor
from consult.core.errors import Gone, Invalid
from consult.core.i18n import _
from consult.core.web import flash_done, path, see_other


@blueprint.route("/account/address", methods=["GET", "POST"])
@access("signed-in")
def address() -> Any:
    """Ask for another address; a fresh proof comes first."""
    form = AddressForm()
    if not proof.is_fresh(current_actor()):
        typed = form.email.data if request.method == "POST" else request.args.get("email")
        return proof.ask(path("accounts.address", email=typed or None))
    person = own_account()
    if request.method != "POST":
        form.email.data = request.args.get("email", "")[:320]
    elif form.validate():
        allow_mail(form.email.data)
        try:
            addresses.ask_change(current_actor(), person, form.email.data)
        except Invalid as invalid:
            form.take_errors(invalid)
        else:
            flash_done(
                _("We have mailed a link to %(email)s. The address counts once it is used.", email=form.email.data)
            )
            return see_other(path("accounts.settings"))
    status = 422 if form.errors else 200
    return render_template("accounts/address.html", form=form, email=person.email), status


def _link(purpose: str, token: str) -> Token | None:
    return queries.usable_token(purpose, token)


@blueprint.route("/account/address/confirm/<token>", methods=["GET", "POST"])
@access("public")
def new_address(token: str) -> Any:
    """The link in the new mailbox."""
    found = _link("new_address", token)
    if found is None:
        return render_template("accounts/spent.html", purpose="new_address"), 410
    if request.method != "POST":
        return render_template("accounts/address_link.html", undo=False, email=found.payload["email"])
    addresses.change(operations.take_token("new_address", token))
    flash_done(_("Your account has the new address from now on."))
    return see_other(path("accounts.settings"))


@blueprint.route("/account/address/undo/<token>", methods=["GET", "POST"])
@access("public")
def undo_address(token: str) -> Any:
    """The link in the old mailbox."""
    found = _link("undo_address", token)
    if found is None:
        return render_template("accounts/spent.html", purpose="undo_address"), 410
    if request.method != "POST":
        return render_template("accounts/address_link.html", undo=True, email=found.payload["email"])
    try:
        link = operations.take_token("undo_address", token)
    except Gone:
        return render_template("accounts/spent.html", purpose="undo_address"), 410
    addresses.undo(link)
    flash_done(
        _("The old address counts again, and all sessions are ended. We have mailed you a link for a new password.")
    )
    return see_other(path("accounts.sign_in"))
