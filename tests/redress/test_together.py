"""At the same moment, on real threads and real databases: one complaint is kept, one answer counts, one measure is made."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from consult.moderation.objecting import complaint_path
from consult.redress.models import Complaint, Measure
from tests.redress.disputes import Disputes
from tests.redress.test_measures import WORDS
from tests.support.at_once import at_once
from tests.support.page import html

pytestmark = pytest.mark.usefixtures("chain_is_whole")


def test_of_two_complaints_about_the_same_one_is_kept(disputes: Disputes, new_client: Any, db: Any) -> None:
    address = complaint_path("author", disputes.rejected().id)
    browsers = [new_client(), new_client()]
    forms = [browser.page(address).form("main form[method=post]") for browser in browsers]

    def send(number: int) -> Any:
        return browsers[number].post(address, data={**forms[number], "body": f"So war es nicht, sage ich {number}."})

    responses = at_once(lambda: send(0), lambda: send(1))
    db.session.rollback()
    assert sorted(response.status_code for response in responses) == [303, 409]
    kept = db.session.execute(select(Complaint)).scalar_one()
    loser = next(number for number, response in enumerate(responses) if response.status_code == 409)
    assert kept.body == f"So war es nicht, sage ich {1 - loser}."
    assert f"So war es nicht, sage ich {loser}." in html(responses[loser]).text


def test_of_two_answers_one_counts(disputes: Disputes, make: Any, new_client: Any, sign_in: Any, db: Any) -> None:
    complaint = disputes.about_rejection()
    where = f"/de/moderation/complaints/{complaint.id}"
    people = [make.person(name, roles=("moderator",)) for name in ("Erste", "Zweite")]
    browsers = [sign_in(new_client(), person) for person in people]
    forms = [browser.page(where).form("form.c-panel") for browser in browsers]
    answers = ({"outcome": "uphold", "reason": "facts"}, {"outcome": "reject", "reason": "confirmed"})

    def send(number: int) -> Any:
        return browsers[number].post(where, data={**forms[number], **answers[number], "note": f"Satz {number}"})

    responses = at_once(lambda: send(0), lambda: send(1))
    db.session.rollback()
    assert sorted(response.status_code for response in responses) == [303, 409]
    winner = next(number for number, response in enumerate(responses) if response.status_code == 303)
    db.session.expire_all()
    assert (complaint.outcome, complaint.note) == (answers[winner]["outcome"], f"Satz {winner}")
    assert complaint.decided_by == people[winner].id
    assert len([one for one in disputes.notes.applied if one.outcome == "reinstate"]) == (1 - winner)


def test_of_two_measures_one_is_made(disputes: Disputes, cast: Any, new_client: Any, sign_in: Any, db: Any) -> None:
    for number in range(2):
        disputes.rejected(title=f"Text {number}")
    where = f"/de/moderation/misuse/texts/p{cast.owner.id}"
    browsers = [sign_in(new_client(), person) for person in (cast.moderator, cast.moderator2)]
    pages = [browser.page(where) for browser in browsers]
    boxes = [str(box["value"]) for box in pages[0].select("input[name=item]")]

    def send(number: int) -> Any:
        form = pages[number].form("main form[method=post]")
        return browsers[number].post(where, data={**form, "item": boxes, "step": "warning", **WORDS})

    responses = at_once(lambda: send(0), lambda: send(1))
    db.session.rollback()
    assert sorted(response.status_code for response in responses) == [303, 409]
    assert len(db.session.execute(select(Measure)).all()) == 1
