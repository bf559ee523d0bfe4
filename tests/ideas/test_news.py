"""Who is told of what becomes public of an idea, and when: nobody of what may still be taken back."""

from __future__ import annotations

from typing import Any

import pytest

from consult.comments.operations import Text, write_comment
from consult.comments.queries import subject_by_key
from consult.core.access import GUEST
from consult.ideas import coauthoring, drafting, operations, tokens
from consult.ideas.models import Idea
from consult.links.proposing import propose_between
from consult.moderation.operations import Choice, decide, look_again, open_case, overturn_decision, reverse
from consult.notifications.operations import follow
from consult.notifications.queries import unread_of
from tests.support.mail import paths
from tests.support.page import html


@pytest.fixture
def later(db: Any, clock: Any, run_jobs: Any) -> Any:
    """`later(minutes)`: time passes, and what is due is done before and after."""

    def pass_by(minutes: int) -> None:
        db.session.commit()
        run_jobs()
        clock.shift(minutes=minutes)
        run_jobs()

    return pass_by


@pytest.fixture
def idea(make: Any, cast: Any, consultation: Any, db: Any) -> Idea:
    """An idea that waits for its first decision; somebody follows its question."""
    follow(cast.actor(cast.participant), "question", consultation.questions[0].id)
    found: Idea = make.idea("Prüfstand teilen", consultation=consultation, author=cast.owner, status="submitted")
    return found


def write_on(idea: Idea, cast: Any, consultation: Any, title: str) -> None:
    bodies = {consultation.questions[0].id: f"{title}: jetzt zwei."}
    drafting.save_draft(idea.id, drafting.Changes(fields={"title": title}, bodies=bodies), tab="a")
    operations.send(cast.actor(cast.owner), idea.id, email="", language="de")


def told(person: Any) -> list[tuple[str, str]]:
    return [(one.text, one.url) for one in unread_of(person.id)]


def test_what_is_taken_back_was_told_to_nobody(idea: Idea, make: Any, cast: Any, later: Any, outbox: Any) -> None:
    decision = make.decide("idea", idea.id, "publish", moderator=cast.moderator)
    later(9)
    reverse(cast.actor(cast.moderator), decision.id)
    later(60)
    assert told(cast.participant) == [] and not outbox.to(cast.participant)
    make.decide("idea", idea.id, "publish")
    later(5)
    assert told(cast.participant) == []
    later(5)
    assert told(cast.participant) == [("Neue Idee: Prüfstand teilen", f"/de/ideas/{idea.number}")]


def test_who_follows_an_idea_hears_of_its_new_version(
    idea: Idea, make: Any, cast: Any, consultation: Any, later: Any, outbox: Any, client: Any
) -> None:
    make.decide("idea", idea.id, "publish")
    later(20)
    follow(cast.actor(cast.stranger), "idea", idea.id)
    write_on(idea, cast, consultation, "Prüfstände teilen")
    later(20)
    assert told(cast.stranger) == [], "nothing of what only waits"
    make.decide("idea", idea.id, "publish")
    later(20)
    address = f"/de/ideas/{idea.number}/versions/2"
    assert told(cast.stranger) == [("Neue Fassung einer Idee: Prüfstände teilen", address)]
    assert address in outbox.last(cast.stranger).text
    assert client.page(address).select(".c-diff ins")
    assert [text for text, _url in told(cast.participant)] == ["Neue Idee: Prüfstand teilen"], "an idea is new once"
    assert told(cast.owner) == []


def test_what_a_complaint_made_public_is_news_too(idea: Idea, make: Any, cast: Any, later: Any, db: Any) -> None:
    made = make.decide("idea", idea.id, "reject", reason="advertising", note="Ein Angebot.")
    later(20)
    assert told(cast.participant) == []
    overturn_decision(cast.actor(cast.moderator), made.id, "", "Doch kein Angebot.")
    later(20)
    assert [text for text, _url in told(cast.participant)] == ["Neue Idee: Prüfstand teilen"]


def test_who_stands_for_it_reads_each_new_text_in_time(
    idea: Idea, make: Any, cast: Any, consultation: Any, later: Any, outbox: Any, new_client: Any, db: Any
) -> None:
    make.decide("idea", idea.id, "publish")
    row = coauthoring.invite(cast.actor(cast.owner), idea.id, cast.stranger.email, "")
    token = tokens.coauthor_token(idea.draft_key, row.email_key)
    coauthoring.confirm(cast.actor(cast.stranger), row.id, token, "Sven Stranger", "")
    asked = coauthoring.invite(cast.actor(cast.owner), idea.id, "noch@offen.example", "")
    later(20)
    before = len(outbox.to(cast.stranger)), len(outbox.to(asked.email))
    write_on(idea, cast, consultation, "Etwas ganz anderes")
    later(1)
    mail = outbox.last(cast.stranger)
    assert (len(outbox.to(cast.stranger)), len(outbox.to(asked.email))) == (before[0] + 1, before[1])
    assert "zu der Sie stehen" in mail.subject and "Etwas ganz anderes" in mail.text
    address = next(one for one in paths(mail) if "/ideas/invited/" in one)
    reader = new_client()
    page = reader.page(address)
    assert "Etwas ganz anderes: jetzt zwei." in page.text
    left = reader.submit(address, {"leave": "1"}, form="main form", follow_redirects=True)
    assert "Ihr Name steht nicht" in html(left).text
    make.decide("idea", idea.id, "publish")
    later(20)
    assert "Sven" not in new_client().page(f"/de/ideas/{idea.number}").text
    assert told(cast.stranger) == []


def test_a_new_text_by_link_is_told_too(
    idea: Idea, make: Any, cast: Any, consultation: Any, later: Any, outbox: Any
) -> None:
    make.decide("idea", idea.id, "publish")
    row = coauthoring.invite(cast.actor(cast.owner), idea.id, cast.stranger.email, "")
    token = tokens.coauthor_token(idea.draft_key, row.email_key)
    coauthoring.confirm(cast.actor(cast.stranger), row.id, token, "Sven Stranger", "")
    drafting.save_draft(idea.id, drafting.Changes(fields={"title": "Neu"}), tab="a")
    operations.send(GUEST, idea.id, email="", language="de")
    later(1)
    assert "zu der Sie stehen" in outbox.last(cast.stranger).subject


def test_notices_name_what_is_no_longer_to_be_read_by_its_number(
    idea: Idea, make: Any, cast: Any, consultation: Any, later: Any, client: Any, sign_in: Any, db: Any
) -> None:
    """Hidden, it is called by its number wherever somebody was told of it: as new, by a comment, by a link."""
    readers = (cast.participant, cast.cluster_manager)
    make.decide("idea", idea.id, "publish")
    later(20)
    follow(cast.actor(cast.participant), "idea", idea.id)
    comment = write_comment(cast.actor(cast.stranger), subject_by_key("idea", idea.number), Text("Gern."))
    make.decide("comment", comment.id, "publish")
    propose_between(cast.actor(cast.owner), ("idea", idea.id), ("cluster", cast.cluster.id), "proposes")
    later(20)
    assert all("Prüfstand teilen" in text for reader in readers for text, _url in told(reader))
    assert [len(told(reader)) for reader in readers] == [2, 1]
    open_case(
        "idea", idea.id, idea.public_version_id, consultation_id=idea.consultation_id, due_days=2, title=idea.title,
        language="de", author_id=idea.author_id,
    )  # fmt: skip
    make.decide("idea", idea.id, "hide", reason="insult", note="Wird geprüft.", moderator=cast.moderator)
    later(1)
    for reader in readers:
        sign_in(client, reader)
        page = client.page("/de/notices/")
        assert "Prüfstand teilen" not in page.text and str(idea.number) in page.text
    make.decide("idea", idea.id, "restore", reason="off-topic", note="In Ordnung.", moderator=cast.moderator)
    later(1)
    assert all("Prüfstand teilen" in text for reader in readers for text, _url in told(reader))


def test_a_withdrawn_title_is_read_in_no_list(idea: Idea, make: Any, cast: Any, later: Any) -> None:
    make.decide("idea", idea.id, "publish")
    later(20)
    operations.withdraw(cast.actor(cast.owner), idea.id)
    later(1)
    assert told(cast.participant) == [(f"Neue Idee: {idea.number}", f"/de/ideas/{idea.number}")]


def test_what_is_blacked_out_of_a_title_is_read_in_no_list(idea: Idea, make: Any, cast: Any, later: Any) -> None:
    make.decide("idea", idea.id, "publish")
    later(20)
    judge = cast.actor(cast.moderator)
    case = look_again(judge, "idea", idea.id)
    choice = Choice(
        "redact", version=str(case.version_id), reason="insult", note="So nicht.", passages=(("teilen", ""),)
    )
    decision = decide(judge, case.id, choice)
    later(1)
    [(text, _url)] = told(cast.participant)
    assert text.startswith("Neue Idee: Prüfstand █") and "teilen" not in text
    reverse(judge, decision.id)
    later(1)
    assert told(cast.participant) == [("Neue Idee: Prüfstand teilen", f"/de/ideas/{idea.number}")]


@pytest.mark.parametrize("way", ["restored", "taken back", "overturned"])
def test_what_was_hidden_in_its_first_minutes_is_news_once_it_is_back(
    idea: Idea, make: Any, cast: Any, later: Any, db: Any, way: str
) -> None:
    """And once only: what was told before it was hidden is no news afterwards."""
    make.decide("idea", idea.id, "publish")
    actor = cast.actor(cast.moderator)

    def hide() -> Any:
        case = look_again(actor, "idea", idea.id)
        words = {"reason": "insult", "note": "Wird geprüft.", "version": str(idea.public_version_id)}
        return decide(actor, case.id, Choice("hide", **words))

    later(5)
    hidden = hide()
    later(7)
    assert told(cast.participant) == []
    for _time in range(2):
        if way == "restored":
            make.decide("idea", idea.id, "restore", reason="off-topic", note="In Ordnung.", moderator=cast.moderator)
        elif way == "taken back":
            reverse(actor, hidden.id)
        else:
            overturn_decision(cast.actor(cast.moderator2), hidden.id, "off-topic", "In Ordnung.")
        later(20)
        assert [text for text, _url in told(cast.participant)] == ["Neue Idee: Prüfstand teilen"]
        hidden = hide()
        later(1)


def test_who_follows_later_is_not_told_of_what_was_hidden_and_restored(
    idea: Idea, make: Any, cast: Any, consultation: Any, later: Any
) -> None:
    make.decide("idea", idea.id, "publish")
    later(20)
    follow(cast.actor(cast.stranger), "question", consultation.questions[0].id)
    case = look_again(cast.actor(cast.moderator), "idea", idea.id)
    words = {"reason": "insult", "note": "Wird geprüft.", "version": str(idea.public_version_id)}
    decide(cast.actor(cast.moderator), case.id, Choice("hide", **words))
    later(20)
    make.decide("idea", idea.id, "restore", reason="off-topic", note="In Ordnung.", moderator=cast.moderator)
    later(20)
    assert told(cast.stranger) == []
