"""Pages of one's own account: name and language, password, the places where one is signed in."""

from __future__ import annotations

from typing import Any

from flask import current_app, render_template, request

from consult.accounts import factors, mails, operations, outside, passwords, queries
from consult.accounts.agents import browser_words
from consult.accounts.forms import ChangePasswordForm, ProfileForm
from consult.accounts.models import Person
from consult.accounts.views import blueprint
from consult.core.access import access, current_actor
from consult.core.db import reading
from consult.core.errors import NotFound
from consult.core.i18n import _
from consult.core.limits import TooMany, allow_write, client_address, limits
from consult.core.web import flash_done, path, see_other


def own_account() -> Person:
    """The person signed in."""
    person = queries.person_by_id(current_actor().person_id or 0)
    if person is None:
        raise NotFound()
    return person


@blueprint.route("/account/", methods=["GET", "POST"])
@access("signed-in")
def settings() -> Any:
    """Name, language, roles, sessions."""
    person = own_account()
    form = ProfileForm(obj=person)
    if form.validate_on_submit():
        operations.change_profile(current_actor(), person, name=form.name.data, language=form.language.data)
        flash_done(_("Your changes are saved."))
        return see_other(path("accounts.settings"))
    status = 422 if request.method == "POST" else 200
    body = render_template(
        "accounts/settings.html",
        form=form,
        person=person,
        sessions=queries.sessions_of(person.id),
        browser_words=browser_words,
        factors=factors.factors_of(person.id),
        identities=outside.identities_of(person.id),
        house=current_app.config["SETTINGS"].oidc["name"] if outside.available() else "",
    )
    return body, status


@blueprint.route("/account/password", methods=["GET", "POST"])
@access("signed-in")
def password() -> Any:
    """Change the password, knowing the present one. Who has none sets one by a mailed link, since a session alone is
    no proof enough for a lasting key.
    """
    form = ChangePasswordForm()
    with reading():
        person = own_account()
        stored, own = person.password_hash, (person.email, person.name)
    if request.method != "POST" or not stored:
        return render_template("accounts/password.html", form=form, has_password=bool(stored))
    if not _password_form_holds(form, stored, own):
        return render_template("accounts/password.html", form=form, has_password=True), 422
    hashed = passwords.hash_password(form.password.data)
    person = own_account()
    operations.set_password(current_actor(), person, hashed, how="changed", keep_session_id=current_actor().session_id)
    mails.send_password_set(person)
    flash_done(_("Your new password counts from now on. You are signed out everywhere else."))
    return see_other(path("accounts.settings"))


def _password_form_holds(form: ChangePasswordForm, stored: str, own: tuple[str, str]) -> bool:
    """Whether the present password is right and the new one good; guessing is limited as at sign-in."""
    if not form.validate():
        return False
    key = ("sign_in.account", f"person {current_actor().person_id}|{client_address()}")
    if not limits().free(*key):
        raise TooMany(_("That was too often. Please wait a few minutes."), limits().wait(*key))
    if not passwords.verify(stored, form.current.data):
        limits().hit(*key)
        form.current.errors = [_("This is not your present password.")]
    elif problem := passwords.problem(form.password.data, *own):
        form.password.errors = [problem]
    return not form.errors


@blueprint.post("/account/password/link")
@access("signed-in")
def password_link() -> Any:
    """Mail oneself the link by which a first password is set."""
    allow_write()
    person = own_account()
    mails.send_link("reset", person.email, person)
    flash_done(_("We have mailed you the link."))
    return see_other(path("accounts.settings"))


@blueprint.post("/account/sessions/<int(max=2147483647):session_id>/end")
@access("signed-in")
def end_session(session_id: int) -> Any:
    """End one of one's own sessions."""
    found = next((s for s in queries.sessions_of(current_actor().person_id or 0) if s.id == session_id), None)
    if found is None:
        raise NotFound()
    operations.end_session(current_actor(), found)
    flash_done(_("This session is ended."))
    return see_other(path("accounts.settings"))


@blueprint.post("/account/sessions/end")
@access("signed-in")
def end_other_sessions() -> Any:
    """End all own sessions but this one."""
    actor = current_actor()
    operations.end_sessions(actor, actor.person_id or 0, keep_session_id=actor.session_id)
    flash_done(_("You are signed out everywhere else."))
    return see_other(path("accounts.settings"))
