"""Two moderators at the same moment, on real threads and real databases: one decides, the other is told."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from consult.moderation.models import Case, Decision
from tests.moderation.kind import Notes
from tests.support.at_once import at_once
from tests.support.page import html

pytestmark = pytest.mark.usefixtures("chain_is_whole")


@pytest.mark.parametrize("outcomes", [("publish", "reject"), ("reject", "publish"), ("return", "return")])
def test_of_two_who_send_at_once_one_decides(
    notes: Notes, cast: Any, new_client: Any, sign_in: Any, db: Any, outcomes: tuple[str, str]
) -> None:
    case = notes.sent()
    address = f"/de/moderation/cases/{case.id}"
    browsers = [sign_in(new_client(), person) for person in (cast.moderator, cast.moderator2)]
    forms = [browser.page(address).form("form.c-decide") for browser in browsers]
    db.session.commit()

    def send(number: int) -> Any:
        fields = {"outcome": outcomes[number], "reason": "spam", "note": f"Satz von {number}"}
        return browsers[number].post(address, data={**forms[number], **fields})

    responses = at_once(lambda: send(0), lambda: send(1))
    db.session.rollback()
    assert sorted(response.status_code for response in responses) == [303, 409]
    winner = next(number for number, response in enumerate(responses) if response.status_code == 303)
    decision = db.session.execute(select(Decision)).scalar_one()
    assert (decision.outcome, decision.note) == (outcomes[winner], f"Satz von {winner}")
    assert decision.moderator_id == (cast.moderator, cast.moderator2)[winner].id
    assert len(notes.applied) == 1
    refused = html(responses[1 - winner])
    assert ("Mona Moderator", "Max Moderator")[winner] + " hat schon entschieden" in refused.text
    assert f"Satz von {1 - winner}" in refused.one("#kept").get_text()


def test_of_many_who_reserve_at_once_one_holds(notes: Notes, make: Any, new_client: Any, sign_in: Any, db: Any) -> None:
    case = notes.sent()
    address = f"/de/moderation/cases/{case.id}"
    browsers = [sign_in(new_client(), make.person(roles=("moderator",))) for _number in range(4)]
    tokens = [browser.page(address).form("form.c-decide")["csrf_token"] for browser in browsers]
    db.session.commit()

    def reserve(number: int) -> int:
        response = browsers[number].post(f"{address}/claim", data={"csrf_token": tokens[number]})
        return int(response.status_code)

    codes = at_once(*[lambda number=number: reserve(number) for number in range(4)])
    assert sorted(codes) == [303, 409, 409, 409]
    db.session.expire_all()
    assert db.session.get(Case, case.id).status == "claimed"


def test_of_two_who_send_the_same_text_at_once_one_case_comes_of_it(
    notes: Notes, make: Any, new_client: Any, db: Any
) -> None:
    make.consultation(slug="region")
    notes.published()
    browsers = [new_client() for _number in range(3)]
    fields = {
        "url": "/de/consultations/region/questions/1", "reason": "spam", "explanation": "Gleichzeitig.", "good_faith": "y",
    }  # fmt: skip
    forms = [browser.page("/de/report").form("main form[method=post]") for browser in browsers]
    db.session.commit()

    def send(number: int) -> int:
        return int(browsers[number].post("/de/report", data={**forms[number], **fields}).status_code)

    codes = at_once(*[lambda number=number: send(number) for number in range(3)])
    assert codes == [303, 303, 303]
    case = db.session.execute(select(Case)).scalar_one()
    assert case.report_count == 3
