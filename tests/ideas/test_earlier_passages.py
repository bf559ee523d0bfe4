"""What stands in an earlier version alone is blacked out there: everybody can still read that version."""

from __future__ import annotations

from typing import Any

import pytest

from consult.consultations.queries import questions_of
from consult.ideas import drafting, operations
from consult.ideas.models import Idea
from consult.moderation.operations import look_again, reverse
from consult.moderation.queries import decisions_for, waiting_case
from tests.ideas.conftest import versions
from tests.support.page import html

PHONE = "Rufen Sie Erika an: 0361 4711."


@pytest.fixture
def idea(make: Any, cast: Any, consultation: Any, db: Any) -> Idea:
    """A public idea whose second version does not say any more what the first one said."""
    answers = {1: f"Wir teilen. {PHONE}", 2: ("Für die Agentur. Geheimwort.", "agency")}
    found: Idea = make.idea("Teilen", consultation=consultation, author=cast.participant, answers=answers)
    question = questions_of(consultation.id)[0]
    drafting.save_draft(found.id, drafting.Changes(bodies={question.id: "Wir teilen."}), tab="a")
    operations.send(cast.actor(cast.participant), found.id, email="", language="de")
    make.decide("idea", found.id, "publish")
    db.session.commit()
    return found


def rule(client: Any, sign_in: Any, cast: Any, db: Any, idea: Idea, passage: str, outcome: str = "redact") -> Any:
    look_again(cast.actor(cast.moderator), "idea", idea.id)
    db.session.commit()
    page = f"/de/moderation/cases/{waiting_case('idea', idea.id).id}"
    fields = {"outcome": outcome, "reason": "personal-data", "note": "Eine Nummer.", "passage": passage}
    return sign_in(client, cast.moderator).submit(page, fields, form="form.c-decide")


def test_it_is_blacked_out_there_and_nowhere_else(
    idea: Idea, client: Any, new_client: Any, sign_in: Any, cast: Any, db: Any
) -> None:
    first, second = (f"/de/ideas/{idea.number}/versions/{number}" for number in (1, 2))
    reader = new_client()
    assert "0361 4711" in reader.page(first).text
    assert rule(client, sign_in, cast, db, idea, "0361 4711").status_code == 303
    assert "0361" not in reader.page(first).text and "geschwärzt" in reader.page(first).text
    assert "0361" not in reader.page(second).text and "geschwärzt" not in reader.page(f"/de/ideas/{idea.number}").text
    assert [one.is_redacted for one in versions(db, idea)] == [True, False]
    assert "0361 4711" in sign_in(new_client(), cast.participant).page(first).text, "its author reads on"
    decision = decisions_for("idea", idea.id)[-1]
    reverse(cast.actor(cast.moderator), decision.id)
    db.session.commit()
    assert "0361 4711" in reader.page(first).text


@pytest.mark.parametrize(("passage", "outcome"), [("0361 9999", "redact"), ("0361 4711", "hide")])
def test_what_stands_in_no_version_is_refused_and_so_is_what_others_do_not_concern(
    passage: str, outcome: str, idea: Idea, client: Any, sign_in: Any, cast: Any, db: Any
) -> None:
    answer = rule(client, sign_in, cast, db, idea, passage, outcome)
    said = html(answer).one("#passage-error").get_text()
    assert answer.status_code == 422 and "nicht in diesen Worten vor" in said, said


def test_it_stays_out_when_it_is_said_again(
    idea: Idea, client: Any, new_client: Any, sign_in: Any, cast: Any, db: Any, make: Any, consultation: Any
) -> None:
    rule(client, sign_in, cast, db, idea, "0361 4711")
    question = questions_of(consultation.id)[0]
    drafting.save_draft(idea.id, drafting.Changes(bodies={question.id: f"Doch wieder. {PHONE}"}), tab="a")
    operations.send(cast.actor(cast.participant), idea.id, email="", language="de")
    make.decide("idea", idea.id, "publish")
    db.session.commit()
    assert "0361" not in new_client().page(f"/de/ideas/{idea.number}").text
