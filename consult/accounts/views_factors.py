"""Pages of second factors: the second step of a sign-in, what one has, adding and removing, and the fresh proof."""

from __future__ import annotations

from typing import Any

import segno
from flask import current_app, render_template, request

from consult.accounts import factors, mails, operations, passkeys, passwords, periods, proof, queries, rules, sealing
from consult.accounts.forms_security import CodeForm, ProveForm, TotpForm
from consult.accounts.models import Person
from consult.accounts.views import blueprint
from consult.accounts.views_own import own_account
from consult.core.access import access, current_actor
from consult.core.db import db, reading
from consult.core.errors import Gone, Invalid
from consult.core.i18n import _
from consult.core.limits import allow_write
from consult.core.web import flash_done, path, safe_next, see_other

PRIVATE = {"Cache-Control": "private, no-store"}
SETUP_SECONDS = 15 * 60


# ---- second step ----------------------------------------------------------------------------------------------------


@blueprint.route("/account/second-step", methods=["GET", "POST"])
@access("public")
def second_step() -> Any:
    """After password or link: the code of an authenticator, a passkey, or a recovery code."""
    step = proof.pending()
    if step is None:
        return see_other(path("accounts.sign_in"))
    form = CodeForm()
    person = db.session.get_one(Person, step.person_id)
    if request.method != "POST" or not form.validate():
        return _step_page(form, person, 200 if request.method != "POST" else 422)
    used = _take_code(person, form.code.data)
    if used is None:
        db.session.rollback()
        proof.note_wrong(step.person_id, "code")
        form.code.errors = [_("This code does not fit. Please enter the one that is shown just now.")]
        return _step_page(form, db.session.get_one(Person, step.person_id), 422)
    proof.use_pending()
    return proof.finish(person, step.how, step.target, used)


def _step_page(form: CodeForm, person: Person, status: int) -> Any:
    kinds = {factor.kind for factor in factors.factors_of(person.id)}
    body = render_template(
        "accounts/second_step.html",
        form=form,
        codes=factors.TOTP in kinds,
        passkey=factors.PASSKEY in kinds and passkeys.available(),
    )
    return body, status, PRIVATE


def _take_code(person: Person, code: str) -> str | None:
    """The kind of factor whose code this is, used up; None if it fits none. Codes of six digits can be guessed, so they
    are counted; recovery codes cannot.
    """
    if factors.use_code(person, code):
        return factors.RECOVERY
    proof.count_guess(person.id)
    return factors.TOTP if factors.check_totp(person.id, code) is not None else None


# ---- what one has ---------------------------------------------------------------------------------------------------


@blueprint.get("/account/second-factor")
@access("signed-in")
def second_factor() -> Any:
    """One's second factors and recovery codes."""
    person = own_account()
    return render_template(
        "accounts/second_factor.html",
        factors=factors.factors_of(person.id),
        left=factors.codes_left(person.id),
        passkeys=passkeys.available(),
        needed=bool(rules.missing_factor(person.email, current_actor().factor_missing, periods.factor_roles())),
        target=safe_next(request.args.get("next")) or "",
        fresh=proof.is_fresh(current_actor()),
    )


@blueprint.route("/account/second-factor/authenticator", methods=["GET", "POST"])
@access("signed-in")
def add_totp() -> Any:
    """Add an authenticator application: scan the picture, enter the first code."""
    actor = current_actor()
    if not proof.is_fresh(actor):
        return proof.ask(path("accounts.add_totp", next=request.values.get("next")))
    person, form = own_account(), TotpForm()
    if request.method != "POST":
        return _totp_page(form, person, factors.new_secret())
    waiting = (sealing.unseal(form.setup.data or "", SETUP_SECONDS) or "").partition(" ")
    if waiting[0] != str(person.id):
        raise Gone(_("This page was open for too long. Please begin anew."))
    if not form.validate():
        return _totp_page(form, person, waiting[2], 422)
    first = not factors.has_factor(person.id)
    try:
        factors.add_totp(actor, person, waiting[2], form.code.data, form.name.data)
    except Invalid as invalid:
        form.take_errors(invalid)
        return _totp_page(form, person, waiting[2], 422)
    return added(person, first)


def _totp_page(form: TotpForm, person: Person, secret: str, status: int = 200) -> Any:
    """The secret travels sealed in the form itself: looking at the page writes nothing."""
    form.setup.data = sealing.seal(f"{person.id} {secret}")
    site = current_app.config["SETTINGS"].site_name
    picture = segno.make(factors.address_of(secret, person.email, site), micro=False)
    body = render_template(
        "accounts/totp.html",
        form=form,
        secret=" ".join(secret[place : place + 4] for place in range(0, len(secret), 4)),
        picture=picture.svg_data_uri(scale=5, border=3, dark="#000", light="#fff"),
    )
    return body, status, PRIVATE


def added(person: Person, first: bool) -> Any:
    """After a factor was added: with the first one come the recovery codes, shown this once."""
    if first:
        return codes_page(factors.make_codes(current_actor(), person), 200)
    flash_done(_("Your second factor is added."))
    return see_other(path("accounts.second_factor"))


def codes_page(codes: list[str], status: int = 200) -> Any:
    """New recovery codes. They stand on no other page and in no mail."""
    body = render_template("accounts/codes.html", codes=codes, target=safe_next(request.values.get("next")) or "")
    return body, status, PRIVATE


@blueprint.post("/account/second-factor/codes")
@access("signed-in")
def new_codes() -> Any:
    """Ten new recovery codes instead of the old ones."""
    if not proof.is_fresh(current_actor()):
        return proof.ask(path("accounts.second_factor"))
    person = own_account()
    if not factors.has_factor(person.id):
        return see_other(path("accounts.second_factor"))
    return codes_page(factors.make_codes(current_actor(), person))


@blueprint.post("/account/second-factor/<int:factor_id>/remove")
@access("signed-in")
def remove_factor(factor_id: int) -> Any:
    """Take a factor away."""
    if not proof.is_fresh(current_actor()):
        return proof.ask(path("accounts.second_factor"))
    factors.remove_factor(current_actor(), own_account(), factor_id)
    flash_done(_("The second factor is removed."))
    return see_other(path("accounts.second_factor"))


# ---- fresh proof ----------------------------------------------------------------------------------------------------


@blueprint.route("/account/prove", methods=["GET", "POST"])
@access("signed-in")
def prove() -> Any:
    """Before a dangerous act: the password or a code once more; who has neither gets a mailed link."""
    form = ProveForm()
    with reading():
        person = own_account()
        ways = _ways(person)
        known = (person.id, person.password_hash)
    if request.method != "POST":
        form.next.data = safe_next(request.args.get("next")) or ""
        return _prove_page(form, ways)
    target = safe_next(form.next.data) or path("accounts.settings")
    if not form.validate():
        return _prove_page(form, ways, 422)
    proof.count_guess(known[0])
    if form.code.data and ways["codes"]:
        kind = factors.TOTP if factors.check_totp(known[0], form.code.data) is not None else ""
    else:
        kind = "password" if known[1] and passwords.verify(known[1], form.password.data) else ""
    if not kind:
        db.session.rollback()
        proof.note_wrong(known[0], "code" if form.code.data else "password")
        field = form.code if form.code.data and ways["codes"] else form.password
        field.errors = [_("That does not fit. Please try again.")]
        return _prove_page(form, ways, 422)
    proof.note_proven(current_actor(), kind)
    return see_other(target)


def _ways(person: Person) -> dict[str, bool]:
    kinds = {factor.kind for factor in factors.factors_of(person.id)}
    return {
        "password": bool(person.password_hash),
        "codes": factors.TOTP in kinds,
        "passkey": factors.PASSKEY in kinds and passkeys.available(),
    }


def _prove_page(form: ProveForm, ways: dict[str, bool], status: int = 200) -> Any:
    return render_template("accounts/prove.html", form=form, ways=ways, target=form.next.data), status, PRIVATE


@blueprint.post("/account/prove/mail")
@access("signed-in")
def prove_by_mail() -> Any:
    """Mail the link by which somebody without password and second factor shows who they are."""
    allow_write()
    person = own_account()
    if any(_ways(person).values()):
        return see_other(path("accounts.prove", next=request.form.get("next")))
    mails.send_prove(person, current_actor().session_id or 0, safe_next(request.form.get("next")) or "")
    flash_done(_("We have mailed you the link."))
    return see_other(path("accounts.settings"))


@blueprint.route("/account/prove/<token>", methods=["GET", "POST"])
@access("signed-in")
def prove_link(token: str) -> Any:
    """The mailed link of the fresh proof; it counts in the session that asked for it only."""
    found = queries.usable_token("prove", token)
    actor = current_actor()
    if found is None or found.person_id != actor.person_id or found.payload["session_id"] != actor.session_id:
        return render_template("accounts/spent.html", purpose="prove"), 410
    if request.method != "POST":
        return render_template("accounts/prove_link.html")
    operations.take_token("prove", token)
    proof.note_proven(actor, "link")
    return see_other(safe_next(found.payload["next"]) or path("accounts.settings"))
