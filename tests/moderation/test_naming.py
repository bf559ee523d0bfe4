"""What a case is called stands there in the language of whoever reads it, as far as the words are ours."""

from __future__ import annotations

from typing import Any

import pytest

from consult.comments.operations import Text, write_comment
from consult.core.registry import describe
from consult.moderation import operations
from consult.moderation.models import Case
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
    assert found.title == GERMAN
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
