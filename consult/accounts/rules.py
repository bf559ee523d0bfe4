"""Who may do what with accounts, and how long sessions and links last: the policy on one page.

What a role may is in `core.access`; here stands what depends on the person at hand.
"""

from __future__ import annotations

from datetime import timedelta

from consult.core.access import Actor

# Roles that cannot be used without a second factor, until the administration says otherwise (OWASP ASVS 6.3.3).
FACTOR_ROLES = ("moderator", "editor", "analyst", "official", "administrator")
FACTOR_SETTING = "accounts.factor_roles"
# Accounts of the demonstration; nobody can confirm an address below the reserved domain `.example` (RFC 2606).
DEMO_DOMAIN = "demo.example"
# How stale "last seen" may be: it is written at most this often.
SEEN_EVERY = timedelta(minutes=5)

# How long a link that somebody asked for can be used, by its purpose.
LINK_LIFETIMES = {
    "sign_up": timedelta(days=2),
    "sign_in": timedelta(minutes=15),
    "reset": timedelta(hours=1),
    "prove": timedelta(minutes=15),
    "new_address": timedelta(days=2),
    "undo_address": timedelta(days=30),
}

# The first link of an account that somebody else made.
INVITATION_LIFETIME = timedelta(days=7)


def missing_factor(email: str, roles: frozenset[str], needing: frozenset[str]) -> frozenset[str]:
    """Roles that do not count until a second factor is shown; accounts of the demonstration sign in by password alone."""
    return frozenset() if email.endswith(f"@{DEMO_DOMAIN}") else roles & needing


def may_manage_people(actor: Actor) -> bool:
    """Create, deactivate, give and take roles: administrators, and the software itself (commands)."""
    return actor.is_system or actor.may("admin.people")


def is_self(actor: Actor, person_id: int) -> bool:
    """Whether the actor acts on their own account."""
    return actor.person_id == person_id
