"""What the script of passkeys asks and tells: JSON in, JSON out, each challenge once. Without the script there is the code
of an authenticator, a recovery code or a mailed link.
"""

from __future__ import annotations

from typing import Any

from flask import request

from consult.accounts import factors, passkeys, proof
from consult.accounts.models import Person
from consult.accounts.views import blueprint
from consult.accounts.views_own import own_account
from consult.core.access import access, current_actor
from consult.core.db import db
from consult.core.errors import Invalid, NotFound, Refused
from consult.core.i18n import _
from consult.core.limits import allow_write
from consult.core.web import flash_done, path, safe_next


def _sent() -> dict[str, Any]:
    data = request.get_json(silent=True)
    return data if isinstance(data, dict) else {}


def _check_available() -> None:
    if not passkeys.available():
        raise NotFound()


def _words(sent: dict[str, Any], name: str) -> str:
    value = sent.get(name)
    return value if isinstance(value, str) else ""


def _refused(invalid: Invalid) -> Any:
    db.session.rollback()
    return {"error": str(invalid.fields.get("passkey", ""))}, 422


# ---- adding ---------------------------------------------------------------------------------------------------------


@blueprint.post("/account/passkeys/new/options")
@access("signed-in")
def passkey_new_options() -> Any:
    """What the browser needs to make a key."""
    _check_available()
    if not proof.is_fresh(current_actor()):
        return {"next": path("accounts.prove", next=path("accounts.second_factor"))}, 403
    challenge, options = passkeys.registration(own_account())
    return {"challenge": challenge, "options": options}


@blueprint.post("/account/passkeys/new")
@access("signed-in")
def passkey_new() -> Any:
    """Store the key that was made. With the first factor come the recovery codes, on a page of their own."""
    _check_available()
    if not proof.is_fresh(current_actor()):
        raise Refused(_("Please show anew that it is you."))
    sent, person = _sent(), own_account()
    first = not factors.has_factor(person.id)
    try:
        passkeys.register(
            current_actor(), person, _words(sent, "challenge"), sent.get("credential") or {}, _words(sent, "name")
        )
    except Invalid as invalid:
        return _refused(invalid)
    flash_done(
        _("Your passkey is added. Please make recovery codes now, for the day it is lost.")
        if first
        else _("Your second factor is added.")
    )
    return {"next": path("accounts.second_factor")}


# ---- signing in -----------------------------------------------------------------------------------------------------


@blueprint.post("/account/passkeys/use/options")
@access("public")
def passkey_use_options() -> Any:
    """What the browser needs to answer with a key: of whoever waits for the second step, of whoever is signed in and
    proves it anew, or, at the sign-in page, of anybody.
    """
    _check_available()
    allow_write()
    challenge, options = passkeys.request_options(_expected())
    return {"challenge": challenge, "options": options}


def _expected() -> int | None:
    actor = current_actor()
    if actor.person_id is not None:
        return actor.person_id
    step = proof.pending()
    return step.person_id if step is not None and _words(_sent(), "for") == "step" else None


@blueprint.post("/account/passkeys/use")
@access("public")
def passkey_use() -> Any:
    """Sign in, take the second step, or prove anew who one is."""
    _check_available()
    allow_write()
    sent, expected, actor = _sent(), _expected(), current_actor()
    try:
        factor = passkeys.use(_words(sent, "challenge"), sent.get("credential") or {}, expected)
    except Invalid as invalid:
        return _refused(invalid)
    target = safe_next(_words(sent, "next"))
    if actor.signed_in:
        proof.note_proven(actor, factors.PASSKEY)
        return {"next": target or path("accounts.settings")}
    person = db.session.get_one(Person, factor.person_id)
    how = "passkey"
    if expected is not None and (step := proof.pending()) is not None:
        how, target = step.how, safe_next(step.target)
        proof.use_pending()
    return {"next": proof.finish(person, how, target, factors.PASSKEY).location}
