"""Sign-in by another house (OpenID Connect, authorisation code with PKCE and nonce): an agency's or a company's own.

Authlib does the protocol and checks state, nonce, signature, issuer and audience. What always holds: a person is known by
issuer and subject, never by an address alone; an address that has an account already is joined only after a link mailed
to it was used; nothing is fetched but from the issuer that the operator set.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Flask, current_app
from sqlalchemy import select

from consult.accounts.models import OutsideIdentity, Person
from consult.core.db import db
from consult.core.errors import DomainError
from consult.core.i18n import _
from consult.core.late import late

if TYPE_CHECKING:
    import requests
    from authlib.integrations import flask_client as authlib
    from joserfc import errors as joserfc
else:
    authlib = late("authlib.integrations.flask_client")
    joserfc = late("joserfc.errors")
    requests = late("requests")

log = logging.getLogger(__name__)

# Values of `amr` (RFC 8176) by which the other house says that more than one factor was shown.
STRONG = frozenset({"mfa", "otp", "hwk", "swk", "sc", "fpt", "face"})
TIMEOUT = 10


class Unavailable(DomainError):
    """The other house does not answer, or not as agreed."""

    status = 503


class Forged(DomainError):
    """The answer was not meant for this browser, has run out, or is not signed by the house."""

    status = 400


@dataclass(frozen=True)
class Claims:
    """What the other house says of a person."""

    issuer: str
    subject: str
    email: str
    verified: bool
    name: str
    strong: bool


def available() -> bool:
    """Whether the operator named another house."""
    oidc = current_app.config["SETTINGS"].oidc
    return bool(oidc["issuer"] and oidc["client_id"])


def init_app(app: Flask) -> None:
    """Let the client be made when it is first needed."""
    app.extensions["consult_oauth"] = None


def _client() -> Any:
    found = current_app.extensions["consult_oauth"]
    if found is None:
        found = current_app.extensions["consult_oauth"] = _new_client()
    return found.house


def _new_client() -> Any:
    oidc = current_app.config["SETTINGS"].oidc
    oauth = authlib.OAuth(current_app)
    if oidc["issuer"] and oidc["client_id"]:
        oauth.register(
            "house",
            client_id=oidc["client_id"],
            client_secret=oidc["client_secret"],
            server_metadata_url=f"{oidc['issuer']}/.well-known/openid-configuration",
            client_kwargs={
                "scope": "openid email profile",
                "code_challenge_method": "S256",
                "default_timeout": TIMEOUT,
            },
        )
    return oauth


def start(callback: str) -> Any:
    """The redirect to the other house. Unavailable where it does not answer."""
    try:
        return _client().authorize_redirect(callback)
    except (requests.exceptions.RequestException, authlib.OAuthError, ValueError) as error:
        log.warning("sign-in by another house: %s", type(error).__name__)
        raise Unavailable(
            _("The sign-in service does not answer just now. Please take another way to sign in.")
        ) from error


def fetch() -> Claims:
    """What the house says of whoever came back, all checks passed. Forged or Unavailable where they did not."""
    try:
        token = _client().authorize_access_token()
    except requests.exceptions.RequestException as error:
        raise Unavailable(
            _("The sign-in service does not answer just now. Please take another way to sign in.")
        ) from error
    except (authlib.OAuthError, joserfc.JoseError, ValueError, KeyError) as error:
        log.warning("sign-in by another house refused: %s", type(error).__name__)
        raise Forged(_("This sign-in was not completed. Please begin anew.")) from error
    said = token.get("userinfo") or {}
    if not said.get("sub"):
        raise Forged(_("This sign-in was not completed. Please begin anew."))
    amr = said.get("amr")
    return Claims(
        issuer=str(said.get("iss") or current_app.config["SETTINGS"].oidc["issuer"])[:300],
        subject=str(said["sub"])[:255],
        email=str(said.get("email") or "")[:320],
        verified=said.get("email_verified") is True,
        name=str(said.get("name") or "")[:120],
        strong=bool(STRONG & set(amr)) if isinstance(amr, list) else False,
    )


def person_of(issuer: str, subject: str) -> Person | None:
    """The person whom the other house knows under this subject."""
    statement = (
        select(Person)
        .join(OutsideIdentity, OutsideIdentity.person_id == Person.id)
        .where(OutsideIdentity.issuer == issuer, OutsideIdentity.subject == subject)
    )
    return db.session.execute(statement).scalar_one_or_none()


def identities_of(person_id: int) -> list[OutsideIdentity]:
    """The other houses that know a person, oldest first."""
    statement = select(OutsideIdentity).where(OutsideIdentity.person_id == person_id).order_by(OutsideIdentity.id)
    return list(db.session.execute(statement).scalars())
