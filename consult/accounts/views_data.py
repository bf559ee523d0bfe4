"""One's own data: take all of it out, erase the account, accept the rules. Both first ones ask anew who it is."""

from __future__ import annotations

from typing import Any

from flask import Response, render_template, request

from consult.accounts import acceptance, erasure, proof, transport
from consult.accounts.forms_security import EraseForm
from consult.accounts.views import blueprint
from consult.accounts.views_own import own_account
from consult.core.access import access, current_actor
from consult.core.errors import Conflict
from consult.core.forms import email_key
from consult.core.i18n import _
from consult.core.limits import allow_write
from consult.core.web import flash_done, path, see_other


@blueprint.get("/account/data")
@access("signed-in")
def data() -> str:
    """What one can take out, and how one leaves."""
    return render_template("accounts/data.html", form=EraseForm(formdata=None), email=own_account().email)


@blueprint.post("/account/data/take-out")
@access("signed-in")
def take_out() -> Any:
    """Everything as one file."""
    if not proof.is_fresh(current_actor()):
        return proof.ask(path("accounts.data"))
    allow_write()
    content = erasure.take_out(current_actor(), own_account())
    headers = {
        "Content-Disposition": f'attachment; filename="{_("my-data")}.zip"',
        "Cache-Control": "private, no-store",
    }
    return Response(content, mimetype="application/zip", headers=headers)


@blueprint.post("/account/data/erase")
@access("signed-in")
def erase() -> Any:
    """Erase the account, after its address was typed as a confirmation."""
    actor, form = current_actor(), EraseForm()
    if not proof.is_fresh(actor):
        return proof.ask(path("accounts.data"))
    person = own_account()
    if form.validate() and email_key(form.email.data) != person.email_key:
        form.email.errors = [_("This is not the address of this account.")]
    if form.errors:
        return render_template("accounts/data.html", form=form, email=person.email), 422
    if "administrator" in actor.roles:
        raise Conflict(
            _("You run this installation. Please have another administrator take this role away from you first.")
        )
    erasure.erase(actor, person.id)
    transport.forget()
    flash_done(_("Your account is erased. What you published stays without your name."))
    return see_other(path("pages.home"))


@blueprint.post("/account/rules/accept")
@access("signed-in")
def accept_rules() -> Any:
    """Accept the present version of the rules."""
    acceptance.accept(own_account(), request.form.get("version", ""))
    flash_done(_("Thank you. We have noted it."))
    return see_other(path("pages.me"))
