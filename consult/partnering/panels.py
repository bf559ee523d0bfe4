"""Parts of other rooms' pages that this room fills: what a cluster, an organisation, an idea or a project offers and looks
for, and one's own on one's own page. Anonymous offers stand on nobody's page, not even for those who know.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from consult.core.access import Actor
from consult.core.clock import now
from consult.core.registry import Panel
from consult.partnering import queries, rules, words
from consult.partnering.models import ASKED

Load = Callable[[int, Actor], dict[str, Any] | None]
PANEL = "partnering/_panel.html"


def of_owner(kind: str) -> Load:
    """The offers of one thing, with the way to a new one for those who speak for it.

    A project's page knows its leads already and shows them that way itself, so nothing is asked twice.
    """

    def load(subject_id: int, actor: Actor) -> dict[str, Any] | None:
        offers = queries.offers_of_owner(kind, subject_id)
        writable = kind != "project" and actor.signed_in and rules.can_offer_for(actor, kind, subject_id)
        if not offers and not writable:
            return None
        return {"offers": offers, "offers_new": f"{kind}/{subject_id}" if writable else "", "offer_words": words}

    return load


def of_programme(programme_id: int, _actor: Actor) -> dict[str, Any] | None:
    """Who looks for partners within the frame of a programme."""
    offers = queries.offers_of_programme(programme_id)
    return {"offers": offers, "offers_new": "", "offer_words": words} if offers else None


def own_part(_person_id: int, actor: Actor) -> dict[str, Any] | None:
    """On one's own page: offers with interest that waits, and the interest that one showed."""
    offers = queries.own_offers(actor, 10)
    interests = queries.own_interests(actor.person_id or 0, 10)
    if not offers and not interests:
        return None
    received = queries.interests_in([offer.id for offer in offers]) if offers else []
    waiting: dict[int, int] = {}
    for interest, offer in received:
        if interest.status == ASKED:
            waiting[offer.id] = waiting.get(offer.id, 0) + 1
    moment = now()
    return {
        "own_offers": [(offer, waiting.get(offer.id, 0), rules.is_renewable(offer, moment)) for offer in offers],
        "own_interests": interests,
        "offer_words": words,
    }


PANELS = (
    Panel("clusters.show", 60, PANEL, of_owner("cluster")),
    Panel("organisations.show", 60, PANEL, of_owner("organisation")),
    Panel("projects.show", 60, PANEL, of_owner("project")),
    Panel("ideas.show", 60, PANEL, of_owner("idea")),
    Panel("programmes.show", 60, PANEL, of_programme),
)
ME = Panel("pages.me", 45, "partnering/_me.html", own_part)
