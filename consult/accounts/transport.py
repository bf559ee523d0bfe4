"""How a session travels: Flask-Login carries its token in the signed cookie, the database says what it is worth.

`get_id` is the session's own token, not the person's number, so that a session can be ended from elsewhere. Flask-Login's
"remember me" cookie is left out: it would read the session on every page, which would make public pages private.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from flask import Flask, current_app, request, session
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from sqlalchemy import update
from sqlalchemy.exc import OperationalError

from consult.accounts import mails, operations, periods, queries, rules
from consult.accounts.models import Person, UserSession
from consult.core.access import GUEST, Actor, Grant, current_actor
from consult.core.clock import now
from consult.core.db import db, set_reading
from consult.core.errors import Busy
from consult.core.limits import client_address
from consult.core.memory import note_versions, remembered
from consult.core.registry import registries

log = logging.getLogger(__name__)


class SignedIn(UserMixin):
    """Flask-Login's user: a session, with its person where it was loaded from the database."""

    def __init__(self, raw: str, view: queries.SessionView | None = None) -> None:
        self.raw = raw
        self.view = view

    def get_id(self) -> str:
        return self.raw


class Transport(LoginManager):
    """Flask-Login without its cookie of its own and without its template variable."""

    def init_app(self, app: Flask, add_context_processor: bool = False) -> None:
        app.login_manager = self  # type: ignore[attr-defined]


def _load_user(raw: str) -> SignedIn | None:
    view = queries.session_by_token(raw) if isinstance(raw, str) else None
    return SignedIn(raw, view) if view is not None else None


def _note_seen(view: queries.SessionView) -> None:
    """Write when the session was last used, at most every five minutes and beside the request's transaction.

    A database that cannot take it (busy, full) costs the note, not the page.
    """
    if now() - view.last_seen_at < rules.SEEN_EVERY:
        return
    set_reading(False)
    try:
        with db.engine.begin() as connection:
            seen = {"last_seen_at": now()}
            connection.execute(update(UserSession).where(UserSession.id == view.session_id).values(**seen))
            active = {"last_active_at": now(), "warned_at": None}
            connection.execute(update(Person).where(Person.id == view.person_id).values(**active))
    except (OperationalError, Busy) as error:
        log.info("last seen of session %s is not written: %s", view.session_id, type(error).__name__)
    finally:
        set_reading(True)


def load_actor() -> Actor:
    """Who makes this request. Without a session cookie nothing is read, so that public pages stay shared."""
    if current_app.config["SESSION_COOKIE_NAME"] not in request.cookies:
        return GUEST
    user = current_user._get_current_object()
    if not isinstance(user, SignedIn) or user.view is None:
        return GUEST
    view = user.view
    note_versions(*view.versions)
    parts = _parts(view)
    _note_seen(view)
    grants, missing = _usable(view)
    return Actor(
        person_id=view.person_id,
        name=view.name,
        email=view.email,
        language=view.language,
        grants=grants,
        session_id=view.session_id,
        factor_missing=missing,
        **parts,
    )


def _usable(view: queries.SessionView) -> tuple[tuple[Grant, ...], frozenset[str]]:
    """(grants that count in this session, roles that wait for a second factor)."""
    if view.factor or not view.grants:
        return view.grants, frozenset()
    needing = periods.factor_roles_of(view.factor_setting)
    missing = rules.missing_factor(view.email, frozenset(grant.role for grant in view.grants), needing)
    return tuple(grant for grant in view.grants if grant.role not in missing), missing


def _parts(view: queries.SessionView) -> dict[str, Any]:
    """What the rooms say of a person: memberships, clusters. Their tables move the content version when they change."""
    asked = [part.load for part, has in zip(registries.actor_parts, view.has, strict=True) if has]
    if not asked:
        return {}

    def load() -> dict[str, Any]:
        return {name: value for one in asked for name, value in one(view.person_id).items()}

    return remembered(("actor", view.person_id, view.has), load, in_writes=True, lasting=True)


def sign_in(person: Person, how: str, factor: str = "") -> None:
    """Start a session for this person in this browser: under a new token, with nothing of the old session.

    Only the secret behind the csrf tokens stays, so that a form that waits in another window can still be sent.
    """
    if current_actor().signed_in:
        operations.sign_out(current_actor())
    agent = request.user_agent.string
    # who came by a mailed link has just been written to at the only address that we could warn
    known = how == "link" or queries.knows_browser(person.id, agent)
    raw, started = operations.start_session(person, how=how, address=client_address(), agent=agent, factor=factor)
    if known is False:
        mails.send_new_device(person, started)
    kept = session.get("csrf_token")
    session.clear()
    if kept:
        session["csrf_token"] = kept
    session.permanent = True
    login_user(SignedIn(raw))


def sign_out() -> None:
    """End the session of this request and forget everything in its cookie."""
    operations.sign_out(current_actor())
    logout_user()
    session.clear()


def forget() -> None:
    """Forget a session whose row is gone, with everything in its cookie."""
    logout_user()
    session.clear()


def init_app(app: Flask) -> None:
    """Make the gate ask us who is there."""
    lifetime = timedelta(days=app.config["SETTINGS"].session_days)
    app.config.update(PERMANENT_SESSION_LIFETIME=lifetime, SESSION_REFRESH_EACH_REQUEST=False)
    manager = Transport(app)
    manager.session_protection = None  # people change networks; a stolen cookie is ended on the account page
    manager.user_loader(_load_user)
    registries.load_actor = load_actor
