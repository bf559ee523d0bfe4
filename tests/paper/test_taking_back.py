"""A typed entry that was a mistake: who typed it takes it back, as long as nobody else has done something with it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from consult.consultations.queries import questions_of
from consult.core.access import GUEST
from consult.core.audit import AuditRow
from consult.ideas import coauthoring, drafting, operations
from consult.ideas.models import Answer, Idea, IdeaOrigin, IdeaVersion
from consult.ideas.tokens import status_token
from consult.moderation.checks import Choice
from consult.moderation.operations import decide
from consult.moderation.queries import waiting_case
from tests.paper.conftest import set_phase
from tests.paper.test_entries import TYPED, count
from tests.support.at_once import at_once
from tests.support.factories import part_of
from tests.support.page import html

URL = "/de/paper/open-region/enter"
FORM = "main form[action$='/take-back']"


@pytest.fixture
def typist(here: Any, cast: Any, client: Any, sign_in: Any) -> Any:
    return sign_in(client, cast.moderator)


def typed(client: Any, db: Any, **more: str) -> Idea:
    client.submit(URL, {**TYPED, **more}, form="main form")
    db.session.rollback()
    return db.session.execute(select(Idea).order_by(Idea.id.desc()).limit(1)).scalar_one()


def texts(db: Any, idea_id: int) -> str:
    db.session.rollback()
    found = select(Answer.body).join(IdeaVersion).where(IdeaVersion.idea_id == idea_id)
    return "".join(db.session.execute(found).scalars())


def test_a_typed_entry_is_taken_back_and_its_author_told(
    typist: Any, here: Any, cast: Any, db: Any, outbox: Any, new_client: Any, sign_in: Any
) -> None:
    idea = typed(typist, db, email="erika@people.example")
    page = f"/de/paper/entries/{idea.number}"
    form = typist.page(page).form(FORM)
    # nobody else does it, whatever they may enter
    other = sign_in(new_client(), cast.official)
    other_form = {**form, "csrf_token": other.page("/de/paper/import").form("main form[enctype]")["csrf_token"]}
    assert other.post(f"{page}/take-back", data=other_form).status_code == 404 and texts(db, idea.id)

    done = typist.post(f"{page}/take-back", data=form, follow_redirects=True)
    assert done.status_code == 200 and done.request.path == "/de/paper/", done.text
    assert f"{idea.number} ist zurückgenommen." in done.text
    assert texts(db, idea.id) == "" and count(db) == 0
    kept = db.session.get(Idea, idea.id)
    assert (kept.status, kept.title) == ("withdrawn", "") and kept.erased_at is not None
    assert waiting_case("idea", idea.id) is None
    told = outbox.to("erika@people.example")[-1]
    assert "versehentlich" in told.text and TYPED["title"] in told.text
    page_of_author = new_client().page(f"/de/ideas/status/{status_token(kept.draft_key)}").text
    assert "Ladeschiffe" not in page_of_author and "Sie haben die Idee zurückgezogen" not in page_of_author
    assert "versehentlich in Ihrem Namen erfasst" in page_of_author
    events = set(db.session.execute(select(AuditRow.event).where(AuditRow.subject_id == idea.id)).scalars())
    assert {"idea.entry_taken_back", "idea.erased"} <= events
    # a second click finds nothing, and the sheet can be typed anew without being asked
    assert typist.post(f"{page}/take-back", data=form).status_code == 404
    assert typed(typist, db).number != idea.number and count(db) == 1


def test_also_without_an_address_and_after_the_end(typist: Any, here: Any, db: Any, outbox: Any) -> None:
    idea = typed(typist, db)
    set_phase(db.session.merge(here), "closed")
    db.session.commit()
    typist.submit(f"/de/paper/entries/{idea.number}", {}, form=FORM)
    assert texts(db, idea.id) == "" and len(outbox) == 0


def published(idea: Idea, cast: Any, make: Any, db: Any) -> None:
    make.decide("idea", idea.id, "publish", moderator=cast.moderator2)


def returned_and_sent_again(idea: Idea, cast: Any, make: Any, db: Any) -> None:
    make.decide("idea", idea.id, "return", moderator=cast.moderator2, reason="personal-data", note="Bitte mehr.")
    db.session.commit()
    question = questions_of(idea.consultation_id)[0]
    drafting.save_draft(idea.id, drafting.Changes(bodies={question.id: "Von mir selbst verbessert."}), tab="t")
    operations.send(GUEST, idea.id, email="", language="de")


def split_off(idea: Idea, cast: Any, make: Any, db: Any) -> None:
    case = waiting_case("idea", idea.id)
    choice = Choice(
        outcome="split", reason="personal-data", note="Zwei Gedanken.", version=str(case.version_id),
        second=(part_of(idea.consultation_id, 2),),
        second_title="Der zweite",
    )  # fmt: skip
    decide(cast.actor(cast.moderator2), case.id, choice)


def with_coauthor(idea: Idea, cast: Any, make: Any, db: Any) -> None:
    """Its author, by the private address, has asked somebody to stand for it."""
    coauthoring.invite(GUEST, idea.id, "mit@people.example", "Mit")


def withdrawn(idea: Idea, cast: Any, make: Any, db: Any) -> None:
    operations.withdraw(GUEST, idea.id)


@pytest.mark.parametrize("act", [published, returned_and_sent_again, split_off, with_coauthor, withdrawn])
def test_what_somebody_else_has_done_something_with_stays(
    typist: Any, here: Any, cast: Any, db: Any, make: Any, act: Any
) -> None:
    """Whoever has the page still open is told, and the page does not offer it any more."""
    idea = typed(typist, db)
    page = f"/de/paper/entries/{idea.number}"
    form = typist.page(page).form(FORM)
    act(idea, cast, make, db)
    db.session.commit()
    before = texts(db, idea.id)
    answer = typist.post(f"{page}/take-back", data=form)
    assert answer.status_code == 409 and "schon jemand" in html(answer).text, answer.text
    assert texts(db, idea.id) == before != ""
    entered = select(Idea.number).join(IdeaOrigin, IdeaOrigin.idea_id == Idea.id)
    for number in db.session.execute(entered).scalars():
        assert not typist.page(f"/de/paper/entries/{number}").select(FORM), number


def test_of_two_at_once_one_takes_back_or_one_decides(
    here: Any, cast: Any, db: Any, new_client: Any, sign_in: Any
) -> None:
    typist, moderator = sign_in(new_client(), cast.moderator), sign_in(new_client(), cast.moderator2)
    idea = typed(typist, db)
    page, case = f"/de/paper/entries/{idea.number}", f"/de/moderation/cases/{waiting_case('idea', idea.id).id}"
    back, decision = typist.page(page).form(FORM), moderator.page(case).form("form.c-decide")
    answers = at_once(
        lambda: typist.post(f"{page}/take-back", data=back),
        lambda: moderator.post(case, data={**decision, "outcome": "publish"}),
    )
    db.session.rollback()
    state = db.session.get(Idea, idea.id, populate_existing=True).status
    codes = [one.status_code for one in answers]
    assert max(codes) < 500 and (state, codes[0]) in {("withdrawn", 303), ("published", 409)}, (state, codes)
    assert (texts(db, idea.id) == "") is (state == "withdrawn")
