"""Pages to sign up, to sign in and out, and to use a mailed link. What belongs to one's own account is in `views_own`.

No answer here tells whether an address has an account: pages, status and work are the same either way.
"""

from __future__ import annotations

from typing import Any

from flask import current_app, render_template, request, session

from consult.accounts import mails, operations, outside, passkeys, passwords, proof, queries, transport
from consult.accounts.forms import AskForm, NewPasswordForm, SignInForm, SignUpForm
from consult.accounts.models import Person, Token
from consult.core import audit
from consult.core.access import access, current_actor
from consult.core.db import reading
from consult.core.errors import Gone
from consult.core.forms import email_key
from consult.core.i18n import _, current_language
from consult.core.limits import TooMany, allow_write, client_address, limits
from consult.core.web import flash_done, path, room_blueprint, safe_next, see_other

blueprint = room_blueprint("accounts", __name__)


# ---- sign in --------------------------------------------------------------------------------------------------------


@blueprint.route("/account/sign-in", methods=["GET", "POST"])
@access("public")
def sign_in() -> Any:
    """Sign in by password, or have a link mailed by leaving it empty."""
    form = SignInForm()
    target = safe_next(request.values.get("next"))
    if request.method != "POST":
        if current_actor().signed_in:
            return see_other(target or path("pages.me"))
        form.next.data = target or ""
        return _sign_in_page(form)
    if not form.validate():
        return _sign_in_page(form, 422)
    if not form.password.data:
        return _mail_sign_in_link(form, target)
    return _sign_in_by_password(form, target)


def _sign_in_page(form: SignInForm, status: int = 200) -> Any:
    body = render_template(
        "accounts/sign_in.html",
        form=form,
        target=form.next.data,
        passkeys=passkeys.available(),
        house=current_app.config["SETTINGS"].oidc["name"] if outside.available() else "",
    )
    return body, status


def _failure_keys(form: SignInForm) -> list[tuple[str, str]]:
    address = client_address()
    return [("sign_in.account", f"{email_key(form.email.data)}|{address}"), ("sign_in.address", address)]


def _sign_in_by_password(form: SignInForm, target: str | None) -> Any:
    spent = [key for key in _failure_keys(form) if not limits().free(*key)]
    if spent:
        return _too_many_failures(form, max(limits().wait(*key) for key in spent))
    with reading():
        known = queries.credentials(form.email.data)
    fits = passwords.verify(known.password_hash if known else "", form.password.data)
    if known is None or not fits or known.deactivated:
        return _sign_in_failed(form, known.person_id if known else None, "deactivated" if fits else "password")
    if not known.confirmed:
        return _mail_sign_in_link(form, target)
    stronger = passwords.hash_password(form.password.data) if passwords.is_outdated(known.password_hash) else ""
    person = _person(known.person_id)
    if stronger:
        operations.set_password(operations.as_actor(person), person, stronger, how="rehashed")
    return proof.go_on(person, "password", target)


def _sign_in_failed(form: SignInForm, person_id: int | None, reason: str) -> Any:
    for key in _failure_keys(form):
        limits().hit(*key)
    subject = ("person", person_id) if person_id is not None else None
    audit.record_apart("account.sign_in_failed", current_actor(), subject, reason=reason)
    form.password.errors = [_("Address and password do not belong together, or the address is not confirmed yet.")]
    return _sign_in_page(form, 422)


def _too_many_failures(form: SignInForm, seconds: int) -> Any:
    form.password.errors = [
        _(
            "That was too often. Please wait %(minutes)s minutes, or leave the password empty and have a link mailed.",
            minutes=-(-seconds // 60),
        )
    ]
    body, status = _sign_in_page(form, 429)
    return body, status, {"Retry-After": str(seconds)}


def _mail_sign_in_link(form: SignInForm, target: str | None) -> Any:
    allow_mail(form.email.data)
    mails.send_link("sign_in", form.email.data, queries.person_by_email(form.email.data), target)
    return mailed("sign_in", form.email.data)


def allow_mail(email: str) -> None:
    """Count a mail to this address; TooMany when it had its number for the day, whether it has an account or not."""
    allow_write()
    key = ("confirmations.recipient", email_key(email))
    if not limits().hit(*key):
        raise TooMany(
            _(
                "Links were asked for this address several times today. Please look into its inbox, or try again tomorrow."
            ),
            limits().wait(*key),
        )


def mailed(what: str, email: str) -> Any:
    """Go to the page that says where the mail went; the address travels in the visitor's own cookie."""
    session["mailed_to"] = email
    return see_other(path("accounts.sent", what=what))


@blueprint.route("/account/sent/<any(sign_in, sign_up, reset):what>")
@access("public")
def sent(what: str) -> Any:
    """Look into your inbox: the same words for every address."""
    return render_template("accounts/sent.html", what=what, email=session.get("mailed_to", ""))


@blueprint.post("/account/sign-out")
@access("public")
def sign_out() -> Any:
    """End this session. What the browser keeps of texts that could not be saved goes as well: others may use the device."""
    transport.sign_out()
    flash_done(_("You are signed out."))
    answer = see_other(path("pages.home"))
    answer.headers["Clear-Site-Data"] = '"storage"'
    return answer


# ---- sign up --------------------------------------------------------------------------------------------------------


@blueprint.route("/account/sign-up", methods=["GET", "POST"])
@access("public")
def sign_up() -> Any:
    """Make an account; it begins to exist when the mailed link is used."""
    form = SignUpForm()
    target = safe_next(request.values.get("next"))
    if request.method != "POST":
        if current_actor().signed_in:
            return see_other(target or path("pages.me"))
        form.next.data = target or ""
    valid = form.validate_on_submit()
    chosen = form.password.data if not form.password.errors else ""
    if chosen and (problem := passwords.problem(chosen, form.email.data, form.name.data)):
        form.password.errors = [problem]
        valid = False
    if not valid:
        body = render_template("accounts/sign_up.html", form=form, target=form.next.data)
        return body, 422 if request.method == "POST" else 200
    allow_mail(form.email.data)
    # hashed also where the address has an account and the hash is thrown away: time tells nothing
    hashed = passwords.hash_password(form.password.data) if form.password.data else ""
    known = queries.person_by_email(form.email.data)
    if known is None:
        mails.send_confirmation(form.email.data, current_language(), form.name.data, hashed, target)
    elif known.deactivated_at is not None:
        mails.send_no_account(form.email.data, known)
    else:
        mails.send_account_exists(known, target)
    return mailed("sign_up", form.email.data)


# ---- mailed links ---------------------------------------------------------------------------------------------------


def _person(person_id: int | None) -> Person:
    found = queries.person_by_id(person_id) if person_id is not None else None
    if found is None:
        raise Gone(_("This account does not exist any more."))
    return found


def _link_page(purpose: str, token: str, template: str) -> Any:
    """The page behind a mailed link: what its button does, or that the link is spent."""
    found = queries.usable_token(purpose, token)
    if found is None:
        return _spent(purpose)
    return render_template(template, link=found)


def _spent(purpose: str) -> Any:
    return render_template("accounts/spent.html", purpose=purpose), 410


def _take(purpose: str, token: str) -> Token | None:
    try:
        return operations.take_token(purpose, token)
    except Gone:
        return None


@blueprint.route("/account/confirm/<token>", methods=["GET", "POST"])
@access("public")
def confirm(token: str) -> Any:
    """The link of a sign-up: a button that makes the account and signs in."""
    if request.method != "POST":
        return _link_page("sign_up", token, "accounts/confirm.html")
    link = _take("sign_up", token)
    if link is None:
        return _spent("sign_up")
    person = operations.confirm_sign_up(link)
    if outside := link.payload.get("outside"):
        operations.note_identity(person, outside["issuer"], outside["subject"])
    flash_done(_("Your account is ready."))
    return proof.go_on(person, "link", safe_next(link.payload.get("next")))


@blueprint.route("/account/link/<token>", methods=["GET", "POST"])
@access("public")
def sign_in_link(token: str) -> Any:
    """The mailed link to sign in: a button that does it. It confirms the address as well."""
    if request.method != "POST":
        return _link_page("sign_in", token, "accounts/sign_in_link.html")
    link = _take("sign_in", token)
    if link is None:
        return _spent("sign_in")
    person = _person(link.person_id)
    operations.confirm_person(person)
    if outside := link.payload.get("outside"):
        operations.note_identity(person, outside["issuer"], outside["subject"])
    return proof.go_on(person, "link", safe_next(link.payload.get("next")))


@blueprint.route("/account/reset", methods=["GET", "POST"])
@access("public")
def reset_ask() -> Any:
    """Ask for a link to set a new password."""
    form = AskForm()
    if not form.validate_on_submit():
        return render_template("accounts/reset_ask.html", form=form), 422 if request.method == "POST" else 200
    allow_mail(form.email.data)
    mails.send_link("reset", form.email.data, queries.person_by_email(form.email.data))
    return mailed("reset", form.email.data)


@blueprint.route("/account/reset/<token>", methods=["GET", "POST"])
@access("public")
def reset(token: str) -> Any:
    """The link of a password reset: choose a new one. All sessions end, this browser gets a new one."""
    form = NewPasswordForm()
    with reading():
        link = queries.usable_token("reset", token)
        person = queries.person_by_id(link.person_id) if link is not None and link.person_id else None
        own = (person.email, person.name) if person is not None else None
    if own is None:
        return _spent("reset")
    valid = form.validate_on_submit()
    if valid and (problem := passwords.problem(form.password.data, *own)):
        form.password.errors = [problem]
        valid = False
    if not valid:
        body = render_template("accounts/reset.html", form=form, email=own[0])
        return body, 422 if request.method == "POST" else 200
    hashed = passwords.hash_password(form.password.data)
    used = _take("reset", token)
    if used is None:
        return _spent("reset")
    person = _person(used.person_id)
    operations.confirm_person(person)
    operations.set_password(operations.as_actor(person), person, hashed, how="reset")
    mails.send_password_set(person)
    flash_done(_("Your new password counts from now on. You are signed out everywhere else."))
    return proof.go_on(person, "link", None)
