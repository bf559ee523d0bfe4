"""Passkeys (WebAuthn level 2): as a second factor behind a password or link, and as a sign-in of their own.

A challenge is a row that serves once, for five minutes; a captured answer is worth nothing afterwards. As a sign-in of its
own a passkey must have verified its user (PIN, finger, face), which makes it two factors in one; behind a first factor the
possession is enough. Browsers bind keys to a host name, so passkeys are offered where the site has one (`SITE_URL`).
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import current_app
from sqlalchemy import select, update

from consult.accounts import operations
from consult.accounts.factors import PASSKEY, add_factor, factors_of
from consult.accounts.models import Person, SecondFactor
from consult.core.access import Actor
from consult.core.clock import now
from consult.core.db import db
from consult.core.errors import Gone, Invalid, Refused
from consult.core.i18n import _
from consult.core.late import late

if TYPE_CHECKING:
    import webauthn
    from webauthn.helpers import structs
else:
    webauthn = late("webauthn")
    structs = late("webauthn.helpers.structs")

LIFETIME = timedelta(minutes=5)
REGISTER, USE = "passkey_register", "passkey_use"


def available() -> bool:
    """Whether browsers take passkeys here: the site has a name, not just a number."""
    host = urlsplit(current_app.config["SETTINGS"].site_url).hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return bool(host)
    return False


def _house() -> tuple[str, str, str]:
    """(host name, origin, name of the site) that keys are bound to."""
    settings = current_app.config["SETTINGS"]
    parts = urlsplit(settings.site_url)
    return parts.hostname or "", f"{parts.scheme}://{parts.netloc}", settings.site_name


def _handle(person: Person) -> bytes:
    """What an authenticator stores to tell accounts apart; it names nobody (WebAuthn 14.6.1)."""
    key = current_app.config["SECRET_KEY"].encode("utf-8")
    return hmac.new(key, f"passkey {person.id}".encode(), hashlib.sha256).digest()


def _challenge(purpose: str, person_id: int | None) -> tuple[str, bytes]:
    raw = operations.issue_token(purpose, "", {"person_id": person_id}, LIFETIME)
    return raw, raw.encode("ascii")


def _take(purpose: str, raw: str) -> int | None:
    """Use a challenge up; the person it was made for, None for a sign-in. Gone for a spent one."""
    found: int | None = operations.take_token(purpose, raw).payload["person_id"]
    return found


# ---- registering ----------------------------------------------------------------------------------------------------


def registration(person: Person) -> tuple[str, str]:
    """(challenge, options as JSON) for `navigator.credentials.create`."""
    host, _origin, site = _house()
    raw, challenge = _challenge(REGISTER, person.id)
    options = webauthn.generate_registration_options(
        rp_id=host,
        rp_name=site,
        user_id=_handle(person),
        user_name=person.email,
        user_display_name=person.name or person.email,
        challenge=challenge,
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.REQUIRED,
            user_verification=structs.UserVerificationRequirement.PREFERRED,
        ),
        exclude_credentials=[
            structs.PublicKeyCredentialDescriptor(id=webauthn.base64url_to_bytes(one.credential_id))
            for one in factors_of(person.id)
            if one.credential_id
        ],
    )
    return raw, webauthn.options_to_json(options)


def register(actor: Actor, person: Person, raw: str, credential: dict[str, Any], name: str) -> SecondFactor:
    """Store the key that a browser made for this challenge. Invalid where it was made for anything else."""
    host, origin, _site = _house()
    if _take(REGISTER, raw) != person.id or actor.person_id != person.id:
        raise Refused(_("You can only change your own account."))
    try:
        made = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=raw.encode("ascii"),
            expected_rp_id=host,
            expected_origin=origin,
        )
    except (webauthn.helpers.exceptions.WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise Invalid({"passkey": _("Your device's answer could not be checked. Please try again.")}) from error
    key_id = webauthn.helpers.bytes_to_base64url(made.credential_id)
    taken = db.session.execute(select(SecondFactor.id).where(SecondFactor.credential_id == key_id)).first()
    if taken is not None:
        raise Invalid({"passkey": _("This passkey is known already.")})
    added = SecondFactor(
        person_id=person.id,
        kind=PASSKEY,
        credential_id=key_id,
        public_key=webauthn.helpers.bytes_to_base64url(made.credential_public_key),
        counter=made.sign_count,
    )
    return add_factor(actor, person, added, name or _("Passkey"))


# ---- using ----------------------------------------------------------------------------------------------------------


def request_options(person_id: int | None) -> tuple[str, str]:
    """(challenge, options as JSON) for `navigator.credentials.get`: of one person's keys, or of whoever has one."""
    host, _origin, _site = _house()
    raw, challenge = _challenge(USE, person_id)
    keys = [one.credential_id for one in factors_of(person_id) if one.credential_id] if person_id is not None else []
    options = webauthn.generate_authentication_options(
        rp_id=host,
        challenge=challenge,
        allow_credentials=[
            structs.PublicKeyCredentialDescriptor(id=webauthn.base64url_to_bytes(key)) for key in keys if key
        ]
        or None,
        user_verification=structs.UserVerificationRequirement.REQUIRED
        if person_id is None
        else structs.UserVerificationRequirement.PREFERRED,
    )
    return raw, webauthn.options_to_json(options)


def use(raw: str, credential: dict[str, Any], person_id: int | None) -> SecondFactor:
    """The passkey whose answer to this challenge holds, for this person or, with None, for whomever it belongs to.

    Invalid at `passkey` for an unknown key, another person's key, a wrong signature, a user who was not verified where the
    key is all there is, or a counter that went back, which a copied key would show (WebAuthn 6.1.1).
    """
    host, origin, _site = _house()
    refusal = Invalid({"passkey": _("This passkey does not fit. Please try again or take another way.")})
    try:
        if _take(USE, raw) != person_id:
            raise refusal
    except Gone:
        raise refusal from None
    key_id = credential.get("id") if isinstance(credential, dict) else None
    found = (
        db.session.execute(select(SecondFactor).where(SecondFactor.credential_id == key_id)).scalar_one_or_none()
        if isinstance(key_id, str)
        else None
    )
    if found is None or (person_id is not None and found.person_id != person_id):
        raise refusal
    try:
        checked = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=raw.encode("ascii"),
            expected_rp_id=host,
            expected_origin=origin,
            credential_public_key=webauthn.base64url_to_bytes(found.public_key),
            credential_current_sign_count=found.counter,
            require_user_verification=person_id is None,
        )
    except (webauthn.helpers.exceptions.WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise refusal from error
    db.session.execute(
        update(SecondFactor)
        .where(SecondFactor.id == found.id)
        .values(counter=checked.new_sign_count, last_used_at=now())
        .execution_options(synchronize_session=False)
    )
    return found
