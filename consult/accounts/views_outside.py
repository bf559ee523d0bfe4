"""Signing in by another house: out, back, and one button that signs in, since coming back is a GET and changes nothing."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import Any

from flask import current_app, redirect, render_template, request, session

from consult.accounts import factors, mails, operations, outside, proof, queries
from consult.accounts.models import Person
from consult.accounts.views import allow_mail, blueprint, mailed
from consult.accounts.views_own import own_account
from consult.core import audit
from consult.core.access import access, current_actor
from consult.core.db import db
from consult.core.errors import Gone, NotFound
from consult.core.i18n import _, current_language
from consult.core.web import address, flash_done, path, safe_next, see_other

LIFETIME = 300  # seconds between coming back and pressing the button
_CAME, _TARGET = "outside", "outside_next"


@blueprint.get("/account/outside")
@access("public")
def outside_start() -> Any:
    """Go to the other house."""
    if not outside.available():
        raise NotFound()
    session[_TARGET] = safe_next(request.args.get("next")) or ""
    return outside.start(address("accounts.outside_back"))


@blueprint.get("/account/outside/back")
@access("public")
def outside_back() -> Any:
    """Where the other house sends people back to."""
    if not outside.available():
        raise NotFound()
    if request.args.get("error"):
        return see_other(path("accounts.sign_in"))
    claims = outside.fetch()
    session[_CAME] = {**asdict(claims), "at": int(time.time())}
    return redirect(path("accounts.outside_button"), code=303)


def _came() -> outside.Claims:
    found = session.get(_CAME)
    if not isinstance(found, dict) or time.time() - found.get("at", 0) > LIFETIME:
        raise Gone(_("This sign-in was open for too long. Please begin anew."))
    return outside.Claims(**{name: value for name, value in found.items() if name != "at"})


@blueprint.route("/account/outside/continue", methods=["GET", "POST"])
@access("public")
def outside_button() -> Any:
    """Sign in as whom the other house named, or connect them with the account that is signed in."""
    if request.method != "POST" and _CAME not in session:
        return see_other(path("accounts.sign_in"))
    claims = _came()
    actor = current_actor()
    if request.method != "POST":
        return render_template(
            "accounts/outside.html",
            claims=claims,
            house=current_app.config["SETTINGS"].oidc["name"],
            connecting=actor.signed_in,
        )
    session.pop(_CAME, None)
    target = safe_next(session.pop(_TARGET, None))
    known = outside.person_of(claims.issuer, claims.subject)
    if actor.signed_in:
        return _connect(claims)
    if known is not None:
        return _enter(known, claims, target)
    return _meet(claims, target)


def _connect(claims: outside.Claims) -> Any:
    if not proof.is_fresh(current_actor()):
        return proof.ask(path("accounts.settings"))
    operations.note_identity(own_account(), claims.issuer, claims.subject)
    flash_done(_("The sign-in service is connected with your account."))
    return see_other(path("accounts.settings"))


def _enter(person: Person, claims: outside.Claims, target: str | None) -> Any:
    if person.deactivated_at is not None:
        audit.record_apart("account.sign_in_failed", current_actor(), ("person", person.id), reason="deactivated")
        raise Gone(_("This account cannot be used to sign in."))
    operations.note_identity(person, claims.issuer, claims.subject)
    return proof.go_on(person, "outside", target, factors.OUTSIDE if claims.strong else "")


def _meet(claims: outside.Claims, target: str | None) -> Any:
    """Somebody whom the other house names for the first time. Only a verified address without account becomes one at
    once; any other address has to be shown by a mailed link, which then connects the two.
    """
    if not claims.email:
        raise Gone(_("The sign-in service named no e-mail address. Please sign up here."))
    known = queries.person_by_email(claims.email)
    identity = {"issuer": claims.issuer, "subject": claims.subject}
    if known is None and claims.verified:
        person = operations.create_person(
            current_actor(),
            claims.email,
            name=claims.name,
            language=current_language(),
            confirmed=True,
            source="outside",
        )
        db.session.flush()
        return _enter(person, claims, target)
    allow_mail(claims.email)
    if known is None:
        mails.send_confirmation(claims.email, current_language(), claims.name, "", target, outside=identity)
        return mailed("sign_up", claims.email)
    mails.send_link("sign_in", claims.email, known, target, outside=identity)
    return mailed("sign_in", claims.email)


@blueprint.post("/account/outside/<int:identity_id>/remove")
@access("signed-in")
def outside_remove(identity_id: int) -> Any:
    """Disconnect another house."""
    if not proof.is_fresh(current_actor()):
        return proof.ask(path("accounts.settings"))
    found = next((one for one in outside.identities_of(current_actor().person_id or 0) if one.id == identity_id), None)
    if found is None:
        raise NotFound()
    db.session.delete(found)
    audit.record("account.identity_removed", current_actor(), ("person", found.person_id), identity_id=identity_id)
    flash_done(_("The sign-in service is disconnected."))
    return see_other(path("accounts.settings"))
