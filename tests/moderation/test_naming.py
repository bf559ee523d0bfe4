"""What a case is called stands there in the language of whoever reads it, as far as the words are ours."""

from __future__ import annotations

import json
from typing import Any

import pytest

from consult.comments.operations import Text, write_comment
from consult.core.access import SYSTEM
from consult.core.exchange_runs import carry_out
from consult.core.registry import describe, registries
from consult.moderation import operations
from consult.moderation.models import Case
from consult.moderation.objecting import complaint_path
from consult.moderation.queries import waiting_case
from consult.redress.models import Complaint
from tests.moderation.test_bulk import SPAM, go, preview
from tests.moderation.test_operations import choose
from tests.support.factories import actor
from tests.support.page import html

GERMAN, ENGLISH = "Kommentar zu »Werkbank »offen««", "Comment on “Werkbank »offen«”"


@pytest.fixture
def case(make: Any, cast: Any, db: Any, clock: Any, run_jobs: Any) -> Case:
    """A comment that waits for moderation; the moderator's mails are in English."""
    cast.moderator.language = "en"
    idea = make.idea("Werkbank »offen«", consultation=make.consultation(comment_mode="pre"), author=cast.stranger)
    write_comment(actor(cast.owner), describe([("idea", idea.id)])["idea", idea.id], Text(body="Gut.", language="de"))
    db.session.commit()
    run_jobs()
    found = db.session.query(Case).filter_by(kind="comment", closed_at=None).one()
    assert found.title == "Werkbank »offen«"  # what of it are words of ours is not stored
    return found


def test_what_was_decided_before(case: Case, client: Any, cast: Any, sign_in: Any, db: Any, clock: Any) -> None:
    desk = sign_in(client, cast.moderator)
    told = html(desk.get("/en/notices/")).text
    assert ENGLISH in told and "Kommentar zu" not in told
    operations.decide(cast.actor(cast.moderator), case.id, choose(case, "reject", reason="spam", note="Werbung."))
    db.session.commit()
    assert ENGLISH in desk.page("/en/moderation/decided").text and GERMAN in desk.page("/de/moderation/decided").text
    assert not desk.page("/en/moderation/decided").select("main h2 span[lang]")


def test_beside_the_next_text_of_the_same_author(
    case: Case, client: Any, cast: Any, sign_in: Any, db: Any, make: Any
) -> None:
    operations.decide(cast.actor(cast.moderator), case.id, choose(case, "reject", reason="spam", note="Werbung."))
    make.idea(
        "Noch eine", consultation=make.consultation(), author=cast.owner, status="submitted", moderator=cast.moderator
    )
    db.session.commit()
    waiting = db.session.query(Case).filter_by(kind="idea", closed_at=None).one()
    desk = sign_in(client, cast.moderator)
    page = desk.page(f"/en/moderation/cases/{waiting.id}")
    assert ENGLISH in page.text and "Kommentar zu" not in page.text
    decided = desk.page(f"/en/moderation/cases/{case.id}")
    assert "Kommentar zu" not in decided.text


def test_a_title_of_people_is_marked_where_it_is_in_another_language(
    client: Any, cast: Any, sign_in: Any, db: Any, make: Any, clock: Any
) -> None:
    make.idea("Offene Werkbank", consultation=make.consultation(), moderator=cast.moderator)
    db.session.commit()
    page = sign_in(client, cast.moderator).page("/en/moderation/decided")
    assert page.one("main h2 span[lang=de]").get_text() == "Offene Werkbank"
    assert not client.page("/de/moderation/decided").select("main h2 span[lang]")


def test_the_mail_says_it_in_the_language_of_who_gets_it(case: Case, cast: Any, outbox: Any) -> None:
    [mail] = outbox.to(cast.moderator, "moderation.waiting")
    assert ENGLISH in mail.text and "Kommentar zu" not in mail.text + mail.html


def _decided(case: Case, cast: Any, db: Any, outcome: str = "publish", **values: Any) -> Any:
    found = operations.decide(cast.actor(cast.moderator), case.id, choose(case, outcome, **values))
    db.session.commit()
    return found


def test_who_reported_and_who_judges_it_read_it_in_their_own_language(
    case: Case, client: Any, new_client: Any, cast: Any, sign_in: Any, db: Any, outbox: Any, run_jobs: Any, clock: Any
) -> None:
    """The receipt, one's own page, the mail, the complaint with its answer, and the record of what somebody reported."""
    _decided(case, cast, db)
    reader = sign_in(client, cast.participant)
    for number in range(2):
        fields = {"reason": "insult", "explanation": f"Nummer {number}.", "good_faith": "y"}
        answer = reader.submit(f"/de/report?url=/de/comments/{case.subject_id}", fields)
        reported = waiting_case("comment", case.subject_id)
        _decided(reported, cast, db)  # it stays
        clock.shift(minutes=30)
    run_jobs()
    receipt = answer.location.replace("/de/", "/en/")
    for address in (receipt, "/en/me/"):
        page = reader.page(address)
        assert ENGLISH in page.text and "Kommentar zu" not in page.text, address
    assert GERMAN in reader.page(answer.location).text
    assert GERMAN in outbox.to(cast.participant, "report.answer")[0].text
    desk = sign_in(new_client(), cast.moderator2)
    record = desk.page(f"/en/moderation/misuse/notices/p{cast.participant.id}")
    assert ENGLISH in record.text and "Kommentar zu" not in record.text


def test_a_complaint_about_it(
    case: Case, client: Any, new_client: Any, cast: Any, sign_in: Any, db: Any, outbox: Any, run_jobs: Any
) -> None:
    decision = _decided(case, cast, db, "reject", reason="spam", note="Werbung.")
    author = sign_in(client, cast.owner)
    address = complaint_path("author", decision.id)
    english = address.replace("/de/", "/en/")
    assert ENGLISH in author.page(english).text and "Kommentar zu" not in author.page(english).text
    assert author.submit(address, {"body": "Das war keine Werbung."}).status_code == 303
    assert ENGLISH in author.page("/en/me/").text and GERMAN in author.page("/de/me/").text
    desk = sign_in(new_client(), cast.moderator2)
    number = db.session.query(Complaint).one().id
    where = f"/en/moderation/complaints/{number}"
    assert desk.page(where).h1 == f"Complaint about “{ENGLISH}”"
    fields = {"outcome": "uphold", "reason": "facts", "note": "Es war keine."}
    assert desk.submit(where, fields, form="form.c-panel").status_code == 303
    run_jobs()
    assert ENGLISH in author.page(english).text and GERMAN in author.page(address).text
    assert ENGLISH in author.page("/en/notices/").text


def test_what_was_decided_together(case: Case, client: Any, cast: Any, sign_in: Any, db: Any) -> None:
    desk = sign_in(client, cast.moderator)
    done = go(desk, preview(desk, f"/en/moderation/bulk?case={case.id}", {**SPAM}))
    assert ENGLISH in done.text and "Kommentar zu" not in done.text


def test_one_that_came_by_import_is_called_like_all_others(
    client: Any, cast: Any, sign_in: Any, db: Any, make: Any
) -> None:
    idea = make.idea("Werkbank »offen«", consultation=make.consultation(comment_mode="pre"), author=cast.stranger)
    record = {"id": "alt-1", "subject": f"idea/{idea.number}", "body": "Gut.", "status": "pending"}
    carry_out(SYSTEM, registries.exchanges["comments"], "file.json", json.dumps([record]).encode())
    db.session.commit()
    case = db.session.query(Case).filter_by(kind="comment", closed_at=None).one()
    _decided(case, cast, db, "reject", reason="spam", note="Werbung.")
    desk = sign_in(client, cast.moderator)
    assert GERMAN in desk.page("/de/moderation/decided").text and ENGLISH in desk.page("/en/moderation/decided").text
