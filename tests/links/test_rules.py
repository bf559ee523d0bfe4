"""Who may move a link from where to where: the whole table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from consult.core.access import GUEST
from consult.core.clock import now
from consult.core.errors import Conflict, Refused
from consult.links import operations, rules
from consult.links.models import CONFIRMED, DECLINED, ENDED, PROPOSED, STATED, STATUSES, SUGGESTED, Link
from tests.links.conftest import Pair

ACTS = {
    "propose": operations.propose,
    "confirm": operations.confirm,
    "decline": operations.decline,
    "end": operations.end,
}
WHO = ("from", "to", "both", "editor", "stranger")

# (status, act) -> the status after it, for an actor who may; what is missing is a conflict.
# A link has been vouched for by its first end here, as every proposal is.
MOVES = {
    (SUGGESTED, "propose"): PROPOSED,
    (SUGGESTED, "decline"): DECLINED,
    (PROPOSED, "confirm"): CONFIRMED,
    (PROPOSED, "decline"): DECLINED,
    (STATED, "confirm"): CONFIRMED,
    (STATED, "decline"): DECLINED,
    (PROPOSED, "end"): ENDED,
    (STATED, "end"): ENDED,
    (CONFIRMED, "end"): ENDED,
    (DECLINED, "renew"): PROPOSED,
    (ENDED, "renew"): PROPOSED,
    (ENDED, "restate"): STATED,
}
# Who may at all. The first end has confirmed, so only the second (or who speaks for both) has something to say about it.
MAY = {
    "propose": {"from", "to", "both"},
    "confirm": {"to", "both"},
    "decline": {"to", "both"},
    "end": {"from", "to", "both", "editor"},
}


@pytest.mark.parametrize("status", STATUSES)
def test_the_table(pair: Pair, new_link: Callable[..., Link], status: str) -> None:
    for act, carry_out in ACTS.items():
        for who in WHO:
            link = new_link(status=status, confirmed_from_at=now(), role=f"{act}-{who}")
            expected = MOVES.get((status, act), status) if who in MAY[act] else status
            refusal = Refused if who not in MAY[act] else Conflict if (status, act) not in MOVES else None
            if refusal is None:
                carry_out(pair.actors[who], link)
            else:
                with pytest.raises(refusal):
                    carry_out(pair.actors[who], link)
            assert link.status == expected, f"{who} may not {act} what is {status}"


def test_the_machine_knows_no_other_moves() -> None:
    table = {(t.source, t.act): t.target for t in rules.MACHINE.transitions}
    assert table == MOVES
    assert rules.MACHINE.states == frozenset(STATUSES)


def test_both_sides_confirm_what_a_source_states(pair: Pair, new_link: Callable[..., Link]) -> None:
    link = new_link(status=STATED)
    operations.confirm(pair.actors["to"], link)
    assert link.status == STATED and link.confirmed_to_at is not None and link.confirmed_from_at is None
    with pytest.raises(Refused):
        operations.confirm(pair.actors["to"], link)
    operations.confirm(pair.actors["from"], link)
    assert link.status == CONFIRMED


def test_who_speaks_for_both_confirms_at_once(pair: Pair, new_link: Callable[..., Link]) -> None:
    link = new_link(status=STATED)
    operations.confirm(pair.actors["both"], link)
    assert link.status == CONFIRMED


def test_a_guest_speaks_for_nothing(pair: Pair, new_link: Callable[..., Link]) -> None:
    link = new_link()
    assert rules.sides_of(GUEST, link) == ()
    assert not rules.can_end(GUEST, link)


def test_nobody_speaks_for_a_country_or_for_what_is_not_here(pair: Pair, new_link: Callable[..., Link]) -> None:
    link = new_link(status=STATED)
    link.to_kind, link.to_id = "country", 1
    assert rules.sides_of(pair.actors["both"], link) == ("from",)
    link.from_id = None
    assert rules.sides_of(pair.actors["both"], link) == ()


def test_moves_leave_their_trace(db: Any, pair: Pair, new_link: Callable[..., Link]) -> None:
    link = new_link(confirmed_from_at=now())
    operations.confirm(pair.actors["to"], link)
    noted = [(row.event, row.subject_id) for row, _detail in db.session.info["audit"]]
    assert noted == [("link.vouched", link.id), ("link.confirmed", link.id)]
