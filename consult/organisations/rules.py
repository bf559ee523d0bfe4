"""Which organisations count as agency or ministry, and who speaks for one: the policy on one page."""

from __future__ import annotations

from consult.core.access import Actor
from consult.core.i18n import _

MEMBER_ROLES = ("author", "approver", "contact", "manager")
WRITERS = ("author", "approver", "manager")

# Types of the vocabulary `organisation_types` whose officials and analysts read answers meant for an agency or a ministry.
KINDS = {
    "federal-ministry": "ministry",
    "state-ministry": "ministry",
    "state-agency": "agency",
    "agency-operator": "agency",
}


def kind_of(organisation_type: str) -> str:
    """ "ministry", "agency" or "" (all others)."""
    return KINDS.get(organisation_type, "")


def is_member(actor: Actor, organisation_id: int) -> bool:
    """Whether the actor belongs to the organisation, in whatever role."""
    return organisation_id in actor.organisation_ids


def has_role(actor: Actor, organisation_id: int, *roles: str) -> bool:
    """Whether the actor has one of these roles in the organisation."""
    return any(m.organisation_id == organisation_id and m.role in roles for m in actor.memberships)


def may_write_for(actor: Actor, organisation_id: int) -> bool:
    """Send ideas and offers in the organisation's name."""
    return has_role(actor, organisation_id, *WRITERS)


def may_approve(actor: Actor, organisation_id: int) -> bool:
    """Release what another member wants to send, where the organisation signs off."""
    return has_role(actor, organisation_id, "approver", "manager")


def may_manage(actor: Actor, organisation_id: int) -> bool:
    """Speak for the organisation: confirm links, look after its members."""
    return has_role(actor, organisation_id, "manager")


def reserved_words() -> str:
    """Why a type cannot be chosen by oneself: it decides who reads what is not public."""
    return _("As an agency or a ministry an organisation is entered by the administration.")


def may_look_after(actor: Actor, organisation_id: int) -> bool:
    """Change the profile, invite, give roles: who speaks for the organisation, and the administration."""
    return may_manage(actor, organisation_id) or may_give_places(actor)


def may_decide_requests(actor: Actor, organisation_id: int, has_manager: bool) -> bool:
    """Let somebody in who asks: who speaks for it; the administration where nobody does."""
    return may_manage(actor, organisation_id) or (may_give_places(actor) and not has_manager)


def may_give_places(actor: Actor) -> bool:
    """Put people into organisations or take them out: administrators and the software itself."""
    return actor.is_system or actor.may("admin.people")
