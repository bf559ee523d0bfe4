"""Who may do what with accounts, and how long sessions and links last: the policy on one page.

What a role may is in `core.access`; here stands what depends on the person at hand.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from consult.core.access import Actor

# A session ends after this long without a request, and after this long in any case (OWASP ASVS 7.3.1, 7.3.2).
SESSION_IDLE = timedelta(days=14)
SESSION_LIFETIME = timedelta(days=30)
# How stale "last seen" may be: it is written at most this often.
SEEN_EVERY = timedelta(minutes=5)

# How long a link that somebody asked for can be used, by its purpose.
LINK_LIFETIMES = {
    "sign_up": timedelta(days=2),
    "sign_in": timedelta(minutes=15),
    "reset": timedelta(hours=1),
}

# The first link of an account that somebody else made.
INVITATION_LIFETIME = timedelta(days=7)


def oldest_allowed(moment: datetime) -> tuple[datetime, datetime]:
    """(last seen after this, created after this) for sessions that are alive at `moment`."""
    return moment - SESSION_IDLE, moment - SESSION_LIFETIME


def may_manage_people(actor: Actor) -> bool:
    """Create, deactivate, give and take roles: administrators, and the software itself (commands)."""
    return actor.is_system or actor.may("admin.people")


def is_self(actor: Actor, person_id: int) -> bool:
    """Whether the actor acts on their own account."""
    return actor.person_id == person_id
