"""When a thing is merged into another one of its kind: what it offered and asked for belongs to that one, and back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, update

from consult.core.db import db
from consult.core.registry import MergeHook, touch
from consult.partnering.models import OWNER_KINDS, Offer, OfferInterest
from consult.partnering.publishing import KIND, show_owner


def merge(kind: str, from_id: int, to_id: int) -> dict[str, list[int]]:
    """Give the offers and the interest shown in its name to the other one; returns the numbers of what moved."""
    if kind not in OWNER_KINDS:
        return {"offers": [], "interests": []}
    owned = select(Offer.id).where(Offer.owner_kind == kind, Offer.owner_id == from_id).order_by(Offer.id)
    asked = select(OfferInterest.id).where(OfferInterest.from_kind == kind, OfferInterest.from_id == from_id)
    moved = {
        "offers": list(db.session.execute(owned).scalars()),
        "interests": list(db.session.execute(asked.order_by(OfferInterest.id)).scalars()),
    }
    _give(moved, to_id)
    return moved


def undo(_kind: str, from_id: int, _to_id: int, moved: dict[str, list[int]]) -> None:
    """What had moved belongs to the first one again."""
    _give(moved, from_id)


def _give(moved: dict[str, list[int]], owner_id: int) -> None:
    for offer in _offers(moved["offers"]):
        offer.owner_id = owner_id
        show_owner(offer)
        touch(KIND, offer.id)
    interests: Any = OfferInterest.id.in_(moved["interests"])
    db.session.execute(update(OfferInterest).where(interests).values(from_id=owner_id))
    db.session.flush()


def _offers(ids: Sequence[int]) -> list[Offer]:
    return list(db.session.execute(select(Offer).where(Offer.id.in_(ids)).order_by(Offer.id)).scalars())


HOOK = MergeHook("partnering", merge, undo)
