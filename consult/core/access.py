"""Who may: the permission table, the actor of a request, and the gate that is closed by default.

Roles are sets of permissions; the table below is the only place that says which. A room's `rules.py` adds what depends on
the object (author, approver, host). A route without a declared access does not answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from flask import g, has_request_context

from consult.core.clock import now
from consult.core.errors import Invalid
from consult.core.i18n import _, format_day

ROLES = (
    "participant",
    "company",
    "cluster",
    "moderator",
    "editor",
    "analyst",
    "official",
    "administrator",
)

_EVERYONE = frozenset(ROLES)

# permission -> roles that have it. "Signed out" has none of these; what is public needs no permission.
PERMISSIONS: dict[str, frozenset[str]] = {
    "account.use": _EVERYONE,
    "ideas.write": _EVERYONE,
    "comments.write": _EVERYONE,
    "ideas.support": _EVERYONE,
    "ideas.enter": frozenset({"moderator", "analyst", "official"}),  # on behalf of others; `paper.rules` narrows it
    "activities.join": _EVERYONE,
    "projects.join": _EVERYONE,
    "clusters.edit_own": frozenset({"cluster", "editor"}),
    "moderation.queue": frozenset({"moderator"}),
    "moderation.decide": frozenset({"moderator"}),
    "clusters.edit": frozenset({"editor"}),
    "programmes.edit": frozenset({"editor"}),
    "projects.edit": frozenset({"editor"}),
    "topics.edit": frozenset({"editor"}),
    "pages.edit": frozenset({"editor"}),
    "answers.read_restricted": frozenset({"analyst", "official"}),
    "evaluation.code": frozenset({"analyst"}),
    "responses.draft": frozenset({"analyst", "official"}),
    "responses.publish": frozenset({"official"}),
    "admin": frozenset({"administrator"}),
    "admin.consultations": frozenset({"administrator"}),
    "admin.people": frozenset({"administrator"}),
    "admin.jobs": frozenset({"administrator"}),
    "audit.read": frozenset({"administrator"}),
}


@dataclass(frozen=True)
class Grant:
    """A role, for the whole site (`consultation_id` None) or for one consultation."""

    role: str
    consultation_id: int | None = None


@dataclass(frozen=True)
class Membership:
    """A person's place in an organisation. `organisation_kind` is "agency", "ministry" or "" (all others)."""

    organisation_id: int
    name: str
    role: str
    organisation_kind: str = ""


@dataclass(frozen=True)
class Actor:
    """Who acts: a signed-in person, a guest (`person_id` None) or the software itself. Plain values, no database row."""

    person_id: int | None = None
    name: str = ""
    email: str = ""
    language: str = "de"
    grants: tuple[Grant, ...] = ()
    memberships: tuple[Membership, ...] = ()
    cluster_ids: frozenset[int] = frozenset()
    is_system: bool = False
    session_id: int | None = None
    factor_missing: frozenset[str] = frozenset()  # roles that count once a second factor was shown
    extra: dict[str, Any] = field(default_factory=dict, compare=False)

    @property
    def signed_in(self) -> bool:
        return self.person_id is not None

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(grant.role for grant in self.grants)

    @property
    def organisation_ids(self) -> frozenset[int]:
        return frozenset(membership.organisation_id for membership in self.memberships)

    def may(self, permission: str, consultation_id: int | None = None) -> bool:
        """Whether a role of this actor has the permission, for the site or for this consultation.

        Without `consultation_id` a grant for any one consultation is enough (to see a menu entry, a list). An unknown
        permission raises KeyError: a typing error must not open or close a door.
        """
        allowed = PERMISSIONS[permission]
        return any(
            grant.role in allowed and (grant.consultation_id in (None, consultation_id) or consultation_id is None)
            for grant in self.grants
        )


GUEST = Actor()
SYSTEM = Actor(name="consult", is_system=True)


class Suspensions:
    """Who knows until when a person publishes nothing. Asked when something is sent, not on every page."""

    ask: Callable[[int], datetime | None] = staticmethod(lambda _person_id: None)


def check_not_suspended(actor: Actor) -> None:
    """Invalid, so that what was typed stays in the form, while the actor may publish nothing after repeated misuse.

    Reading, taking data out and complaining stay open to them.
    """
    until = Suspensions.ask(actor.person_id) if actor.person_id is not None else None
    if until is not None and until > now():
        raise Invalid(
            message=_(
                "Until %(day)s you can publish nothing here; you have the reasons by e-mail and on your page. "
                "You can still read everything, take your data out and complain.",
                day=format_day(until),
            )
        )


View = TypeVar("View", bound=Callable[..., Any])


def access(needed: str) -> Callable[[View], View]:
    """Declare what a route needs: "public" (everyone), "signed-in", or a permission of the table."""
    if needed not in ("public", "signed-in") and needed not in PERMISSIONS:
        raise KeyError(needed)

    def mark(view: View) -> View:
        view.consult_access = needed  # type: ignore[attr-defined]
        return view

    return mark


def declared_access(view: Callable[..., Any] | None) -> str | None:
    """What a view declared, or None."""
    return getattr(view, "consult_access", None)


def current_actor() -> Actor:
    """The actor of this request; a guest outside requests and before the gate has run."""
    if not has_request_context():
        return GUEST
    actor: Actor = g.get("actor", GUEST)
    return actor
