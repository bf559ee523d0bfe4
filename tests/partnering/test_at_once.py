"""An offer is withdrawn while a moderator decides on it: one of both comes first, the other is told."""

from __future__ import annotations

from typing import Any

from consult.moderation.queries import waiting_case
from tests.partnering.conftest import Market
from tests.support.at_once import at_once


def test_its_side_and_a_moderator_at_once(market: Market, cast: Any, db: Any, new_client: Any, sign_in: Any) -> None:
    offer = market.offer(status="submitted")
    db.session.commit()
    side, moderator = sign_in(new_client(), cast.owner), sign_in(new_client(), cast.moderator)
    page, case = f"/de/partners/{offer.slug}", f"/de/moderation/cases/{waiting_case('offer', offer.id).id}"
    withdrawal = side.page(page).form("form[action$='/withdraw']")
    decision = {**moderator.page(case).form("form.c-decide"), "outcome": "publish"}
    db.session.commit()
    answers = at_once(
        lambda: side.post(f"{page}/withdraw", data=withdrawal).status_code,
        lambda: moderator.post(case, data=decision).status_code,
    )
    assert set(answers) <= {303, 409} and 303 in answers, answers
