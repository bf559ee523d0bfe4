"""What the tests of this room share: the fields of an offer, and offers in any state, made by the room's own operations."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from consult.accounts.models import Person
from consult.core.clock import now
from consult.core.db import db
from consult.moderation.operations import look_again
from consult.partnering import interests, operations
from consult.partnering.models import Offer, OfferInterest
from tests.support.factories import actor

REASON, NOTE = "unreadable", "Bitte genauer."


def fields(**changes: Any) -> dict[str, Any]:
    """The values of an offer's form beside its texts."""
    return {
        "category": "technology", "sector": "C", "country": "DE", "region": "DEG", "stage": "develop",
        "format": "hybrid", "languages": ["de"], "countries": [], "topics": ["innovation"],
        "technologies": ["advanced-materials"], "programme_id": None, "deadline": None, "months": 12,
        "anonymous": False, **changes,
    }  # fmt: skip


def text(owner: tuple[str, int], title: str = "Lasermesstechnik", kind: str = "offer", **changes: Any) -> Any:
    """What the form would give."""
    words = changes.pop("body", "Wir messen mit **Licht** und geben Daten weiter.")
    return operations.text_of(kind, owner, {"de": title}, {"de": words}, fields(**changes))


class Market:
    """Makes offers and interest."""

    def __init__(self, make: Any, cast: Any) -> None:
        self.make, self.cast = make, cast

    def offer(
        self, title: str = "Lasermesstechnik", *, status: str = "published", kind: str = "offer",
        author: Person | None = None, owner: tuple[str, int] | None = None, **changes: Any,
    ) -> Offer:  # fmt: skip
        """An offer of the company of `cast.owner` (or of another author and owner) in this state."""
        by = author or self.cast.owner
        whose = owner or ("organisation", self.cast.company.id if author is None else self.cast.other_company.id)
        offer = operations.send_offer(actor(by), text(whose, title, kind, **changes))
        self._bring(offer, status, by)
        db.session.flush()
        return offer

    def _bring(self, offer: Offer, status: str, by: Person) -> None:
        if status in ("returned", "closed"):
            self.decide(offer, "return")
        elif status == "rejected":
            self.decide(offer, "reject")
        elif status != "submitted":
            self.decide(offer, "publish")
        if status in ("hidden", "removed"):
            self.look(offer, "hide")
        if status == "removed":
            self.decide(offer, "remove")
        if status == "withdrawn":
            operations.withdraw_offer(actor(by), offer.id)
        if status == "closed":
            offer.moved_at = now() - timedelta(days=31)
            operations.close_returned()
        if status == "expired":
            offer.expires_at = now() - timedelta(hours=1)
            operations.expire_offers()

    def decide(self, offer: Offer, outcome: str, **more: Any) -> Any:
        """A moderator's decision on the case that waits."""
        more.setdefault("moderator", self.cast.moderator)
        if outcome != "publish":
            more = {"reason": REASON, "note": NOTE, **more}
        return self.make.decide("offer", offer.id, outcome, **more)

    def look(self, offer: Offer, outcome: str, **more: Any) -> Any:
        """A decision on a moderator's own initiative."""
        look_again(actor(self.cast.moderator), "offer", offer.id)
        return self.decide(offer, outcome, **more)

    def interest(self, offer: Offer, person: Person | None = None, *, share: bool = True, **more: Any) -> OfferInterest:
        """Somebody's interest in an offer."""
        asking = interests.Asking(
            wants="Einen Prüftag.", brings="Zwei Muster.", when_how="Im März, vor Ort.",
            contact=more.pop("contact", "Paula, 0361 000, paula@people.example"), share=share, **more,
        )  # fmt: skip
        return interests.show_interest(actor(person or self.cast.participant), offer.id, asking)


@pytest.fixture
def market(make: Any, cast: Any) -> Market:
    """Offers and interest in any state."""
    return Market(make, cast)


@pytest.fixture
def act() -> Callable[[Person], Any]:
    """The person as the one who acts."""
    return actor
