"""What became of interest, in numbers that everyone may read and from which nobody can be made out.

A number from one to four is not shown, and a table with such a gap has no total, which would give it away; the tables
are cut so that no other number fills the gap. A zero is written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from consult.core.clock import now
from consult.core.db import db
from consult.core.i18n import _
from consult.core.vocabularies import vocabulary
from consult.partnering.models import (
    ACCEPTED,
    ASKED,
    CONCLUDED,
    DECLINED,
    KINDS,
    LAPSED,
    PUBLISHED,
    WITHDRAWN,
    Offer,
    OfferInterest,
)
from consult.partnering.words import kind_word

FEWEST = 5
STATES = (ASKED, ACCEPTED, CONCLUDED, DECLINED, WITHDRAWN, LAPSED)


@dataclass(frozen=True)
class Table:
    """Rows of (words, number or None for "fewer than five"), and the total, None where it would give one away."""

    rows: list[tuple[str, int | None]]
    total: int | None


def careful(counts: Mapping[str, int], codes: Sequence[str]) -> tuple[dict[str, int | None], int | None]:
    """The counts with small ones left out, and the total if none was."""
    full = {code: counts.get(code, 0) for code in codes}
    shown = {code: None if 0 < number < FEWEST else number for code, number in full.items()}
    return shown, None if None in shown.values() else sum(full.values())


def _table(counts: Mapping[str, int], words: Mapping[str, str]) -> Table:
    shown, total = careful(counts, list(words))
    return Table([(words[code], number) for code, number in shown.items()], total)


def state_words() -> dict[str, str]:
    """The states of interest, as the figures call them."""
    return {
        ASKED: _("waits for an answer"),
        ACCEPTED: _("accepted"),
        CONCLUDED: _("accepted, outcome reported"),
        DECLINED: _("declined"),
        WITHDRAWN: _("taken back"),
        LAPSED: _("ended with the offer"),
    }


def figures() -> dict[str, Table]:
    """Four tables in three queries: offers by kind, interest by state, reasons of declining, outcomes."""
    offers = dict(
        db.session.execute(
            select(Offer.kind, func.count())
            .where(Offer.status == PUBLISHED, Offer.expires_at > now())
            .group_by(Offer.kind)
        ).all()
    )
    states: dict[str, int] = {}
    reasons: dict[str, int] = {}
    outcomes: dict[str, int] = {}
    rows = db.session.execute(
        select(OfferInterest.status, OfferInterest.reason, OfferInterest.outcome, func.count()).group_by(
            OfferInterest.status, OfferInterest.reason, OfferInterest.outcome
        )
    )
    for status, reason, outcome, number in rows:
        states[status] = states.get(status, 0) + number
        if status == DECLINED:
            reasons[reason] = reasons.get(reason, 0) + number
        if status == CONCLUDED:
            outcomes[outcome] = outcomes.get(outcome, 0) + number
    return {
        # offers are public one by one, so their number hides nobody
        "offers": Table([(kind_word(kind), offers.get(kind, 0)) for kind in KINDS], sum(offers.values())),
        "states": _table(states, state_words()),
        "reasons": _table(reasons, dict(vocabulary("interest_decline_reasons").choices())),
        "outcomes": _table(outcomes, dict(vocabulary("interest_outcomes").choices())),
    }
