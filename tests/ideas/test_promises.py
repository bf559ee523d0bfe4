"""What the pages of writing and of one's own idea say holds in the state in which it is said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from consult.core.access import GUEST
from consult.ideas import coauthoring, jobs, operations, withdrawing
from consult.ideas.models import Idea
from consult.ideas.tokens import coauthor_token, confirm_token, draft_token, status_token
from consult.moderation.checks import Choice
from consult.moderation.operations import decide, reverse
from consult.moderation.queries import waiting_case
from tests.ideas.conftest import House
from tests.support.factories import part_of
from tests.support.mail import paths
from tests.support.page import plain_spaces

NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def status(idea: Idea) -> str:
    return f"/de/ideas/status/{status_token(idea.draft_key)}"


def draft(idea: Idea) -> str:
    return f"/de/ideas/drafts/{draft_token(idea.draft_key)}"


def read(client: Any, address: str) -> str:
    return plain_spaces(client.page(address).text)


@pytest.fixture
def ends(consultation: Any, clock: Any, db: Any) -> Any:
    """`ends()`: the consultation is over and its evaluation has begun, at once."""

    def now(evaluation: timedelta = timedelta()) -> None:
        consultation.closes_at, consultation.evaluation_at = clock.now, clock.now + evaluation
        db.session.add(consultation)
        db.session.commit()
        clock.shift(minutes=5)

    return now


def test_no_new_version_is_promised_once_none_is_taken(
    make: Any, cast: Any, consultation: Any, db: Any, client: Any, ends: Any
) -> None:
    idea = make.idea(consultation=consultation, author=cast.owner)
    make.idea("Noch eine dazu", consultation=consultation, author=cast.outsider)
    db.session.commit()
    writing = f"{draft(idea)}?view=one&question=1"
    before, page = read(client, writing), read(client, status(idea))
    assert "wird eine neue Fassung" in before and "oder sich anschließen" in before
    assert "braucht eine neue Fassung" in page
    assert "ändern und zurückziehen" in page
    ends(DAY)
    after, page = read(client, writing), read(client, status(idea))
    assert "wird eine neue Fassung" not in after and "oder sich anschließen" not in after
    assert "Ideen konnten bis" in after
    assert "neue Fassung" not in page and "ändern und zurückziehen" not in page and "zurückziehen" in page


def test_what_is_not_confirmed_in_time_is_not_promised_any_more(
    make: Any, consultation: Any, db: Any, client: Any, ends: Any, outbox: Any
) -> None:
    idea = make.idea("Auf den letzten Drücker", consultation=consultation, status="draft")
    idea.author_id = None
    db.session.commit()
    operations.send(GUEST, idea.id, email="spaet@people.example", language="de")
    db.session.commit()
    link = f"/de/ideas/confirm/{confirm_token(idea.draft_key, 'spaet@people.example')}"
    assert "ist Ihre Idee bei uns" in read(client, draft(idea)) and "sofort ihre Nummer" in read(client, link)
    form = client.page(draft(idea)).form("main form:has([name=resend]), main form:has([name=email])")
    ends()
    page = read(client, draft(idea))
    assert "ist Ihre Idee bei uns" not in page and "Ideen konnten bis" in page
    assert not client.page(draft(idea)).select("[name=resend]")
    assert "Ideen konnten bis" in read(client, status(idea)) and "gültig" not in read(client, status(idea))
    answer = client.get(link)
    assert answer.status_code == 409 and "sofort ihre Nummer" not in answer.text
    mails = len(outbox)
    assert client.post(draft(idea), data={**form, "resend": "1"}).status_code == 409
    assert len(outbox) == mails


def test_nobody_is_told_that_they_withdrew_what_others_took_back(
    make: Any, cast: Any, consultation: Any, db: Any, client: Any
) -> None:
    idea = make.idea(
        "Zwei Gedanken", consultation=consultation, author=cast.owner, status="submitted",
        answers={1: "Der eine.", 2: "Der andere."},
    )  # fmt: skip
    db.session.commit()
    case, judge = waiting_case("idea", idea.id), cast.actor(cast.moderator)
    choice = Choice(
        outcome="split", reason="personal-data", note="Zwei.", version=str(case.version_id),
        second=(part_of(idea.consultation_id, 2),),
        second_title="Der zweite",
    )  # fmt: skip
    decision = decide(judge, case.id, choice)
    db.session.commit()
    second = db.session.query(Idea).filter(Idea.title == "Der zweite").one()
    reverse(judge, decision.id)
    db.session.commit()
    page = read(client, status(second))
    assert "Sie haben die Idee zurückgezogen" not in page and str(idea.number) in page
    operations.withdraw(cast.actor(cast.owner), idea.id)
    db.session.commit()
    assert "Sie haben die Idee zurückgezogen" in read(client, status(idea))


def test_who_stands_for_an_idea_is_not_told_that_their_name_stands_where_nothing_does(
    make: Any, cast: Any, consultation: Any, db: Any, client: Any
) -> None:
    idea = make.idea(consultation=consultation, author=cast.owner)
    row = coauthoring.invite(cast.actor(cast.owner), idea.id, "berta@people.example", "Berta")
    token = coauthor_token(idea.draft_key, row.email_key)
    coauthoring.confirm(GUEST, row.id, token, "Berta Beistand", "")
    db.session.commit()
    address = f"/de/ideas/invited/{token}"
    assert "Ihr Name steht dabei: Berta Beistand" in read(client, address)
    assert "Weitere Personen und Organisationen können" in read(client, status(idea))
    operations.withdraw(cast.actor(cast.owner), idea.id)
    db.session.commit()
    page = read(client, address)
    assert "Ihr Name steht dabei" not in page and "wurde zurückgezogen" in page
    assert "Weitere Personen und Organisationen können" not in read(client, status(idea))


def test_where_nobody_comments_no_comments_are_announced(
    make: Any, cast: Any, consultation: Any, db: Any, client: Any, ends: Any
) -> None:
    consultation.comment_mode = "closed"
    idea = make.idea(consultation=consultation, author=cast.owner)
    db.session.commit()
    assert "kommentieren" not in read(client, status(idea)) and "unterstützen" in read(client, status(idea))
    assert "unterstützen und kommentieren" not in read(client, f"/de/ideas/{idea.number}")
    ends(DAY)
    assert "können kommentieren" not in read(client, f"/de/ideas/{idea.number}")


def test_the_link_of_a_new_version_threatens_with_no_deletion(
    make: Any, cast: Any, consultation: Any, db: Any, client: Any, outbox: Any
) -> None:
    idea = make.idea(consultation=consultation, author=make.person())
    fresh = make.idea(consultation=consultation, author=make.person(), status="draft")
    db.session.commit()
    for one, deleted in ((idea, False), (fresh, True)):
        to = f"wer-{one.id}@people.example"
        form = client.page(draft(one)).form("#idea-form")
        client.post(draft(one), data={**form, "link_email": to, "mail_link": "1"})
        assert draft(one) in paths(outbox.last(to)) and ("gelöscht" in outbox.last(to).text) is deleted


def test_in_an_organisation_the_pages_say_who_reads_and_who_decides_first(
    waiting: Idea, house: House, as_: Any, consultation: Any, db: Any, ends: Any, outbox: Any
) -> None:
    author, approver = as_(house.author), as_(house.approver)
    release = f"/de/ideas/releases/{waiting.id}"
    answer = author.submit(status(waiting), {}, form="form[action$='/take-back']", follow_redirects=True)
    page = plain_spaces(answer.get_data(as_text=True))
    assert "Niemand sonst liest sie" not in page
    text = read(author, draft(waiting))
    assert "gibt sie zuerst jemand in Ihrer Organisation frei" in text
    assert "ist Ihr Schlüssel" not in text and "Diese Adresse öffnet sich allen" in text
    assert "gibt sie zuerst jemand in Ihrer Organisation frei" in read(author, f"{draft(waiting)}/preview")
    form = author.page(draft(waiting)).form("#idea-form")
    author.post(draft(waiting), data={**form, "link_email": "anna@people.example", "mail_link": "1"})
    assert "Ohne den Link findet ihn niemand" not in outbox.last("anna@people.example").text
    answer = author.post(draft(waiting), data={**author.page(draft(waiting)).form("#idea-form"), "submit": "1"})
    assert answer.status_code == 303, answer.text
    assert "geht die Idee im Namen" in read(approver, release)
    ends()
    page = approver.page(release)
    assert "geht die Idee im Namen" not in plain_spaces(page.text) and not page.select("button[name=release]")
    assert "nichts mehr angenommen" in plain_spaces(page.text)
    approver.post(release, data={**page.form("main form:has([name=return])"), "return": "1", "note": "Schade."})
    letter = plain_spaces(outbox.to(house.author, "idea.release_returned")[-1].text)
    assert "Schade." in letter and "ndern Sie ihn" not in letter and "nicht mehr abgesendet" in letter


def test_after_the_end_no_letter_offers_to_send_it_anew(
    make: Any, cast: Any, consultation: Any, db: Any, clock: Any, outbox: Any, ends: Any
) -> None:
    for over in (False, True):
        author = make.person()
        idea = make.idea(consultation=consultation, author=author, status="submitted")
        make.decide("idea", idea.id, "return", reason="off-topic", note="Bitte ändern.")
        old = make.idea("Vergessen", consultation=consultation, author=author, status="draft")
        db.session.commit()
        if over:
            ends(DAY)
        for _step in range(3):
            clock.shift(days=31)
            if not over:
                consultation.closes_at = clock.now + 90 * DAY
                db.session.add(consultation)
                db.session.commit()
            jobs.close_returned()
            jobs.delete_forgotten_drafts()
            db.session.commit()
        db.session.refresh(idea)
        assert idea.status == "closed" and db.session.get(Idea, old.id) is None
        for kind in ("idea.closed", "idea.draft_deleted"):
            (letter,) = outbox.to(author, kind)
            assert ("Solange die Konsultation" in letter.text) is not over, (kind, letter.text)


def test_a_deletion_does_not_move_the_day_of_the_withdrawal(
    make: Any, cast: Any, consultation: Any, db: Any, client: Any, clock: Any
) -> None:
    clock.move_to(NOW)
    idea = make.idea(consultation=consultation, author=cast.owner)
    operations.withdraw(cast.actor(cast.owner), idea.id)
    db.session.commit()
    clock.shift(days=3)
    withdrawing.erase(cast.actor(cast.owner), idea.id)
    db.session.commit()
    page = client.page(status(idea))
    steps = [" ".join(one.get_text(" ").split()) for one in page.select("aside li")]
    assert any("26. November 2026" in one and "Zurückgezogen" in one for one in steps), steps
    assert any("29. November 2026" in one and "gelöscht" in one for one in steps), steps
