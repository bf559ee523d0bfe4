"""What the operator and the administration set about signing in: how long sessions last, which roles need more proof."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from flask import current_app

from consult.accounts.rules import FACTOR_ROLES, FACTOR_SETTING
from consult.core.access import ROLES
from consult.core.settings_store import recall


def oldest_allowed(moment: datetime) -> tuple[datetime, datetime]:
    """(last seen after this, created after this) for sessions that are alive at `moment` (OWASP ASVS 7.3.1, 7.3.2)."""
    settings = current_app.config["SETTINGS"]
    return moment - timedelta(days=settings.session_idle_days), moment - timedelta(days=settings.session_days)


def idle_of_house() -> timedelta:
    """How long a session of somebody with a role of the house lives without a visit."""
    return timedelta(hours=current_app.config["SETTINGS"].session_idle_hours)


def idle_too_long(last_seen_at: datetime, moment: datetime, roles: Iterable[str]) -> bool:
    """Whether a session of somebody with these roles has waited too long, though others' would live: who decides about
    other people's texts or settings leaves no open session on a desk over night (OWASP ASVS 7.3.1, 7.1.1).
    """
    return last_seen_at <= moment - idle_of_house() and not set(FACTOR_ROLES).isdisjoint(roles)


def factor_roles() -> frozenset[str]:
    """The roles that need a second factor; none on a demonstration."""
    return factor_roles_of(recall(FACTOR_SETTING))


def factor_roles_of(stored: Iterable[str] | None) -> frozenset[str]:
    """The same by what is stored of the administration's choice; None where it has made none."""
    if current_app.config["SETTINGS"].demo:
        return frozenset()
    return frozenset(role for role in (FACTOR_ROLES if stored is None else stored) if role in ROLES)
