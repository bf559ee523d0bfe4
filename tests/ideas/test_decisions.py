"""Moderation of ideas: what a moderator reads, what each decision does, and that it can be taken back."""

from __future__ import annotations

from typing import Any

import pytest

from consult.consultations.models import Consultation, Question
from consult.core.errors import Conflict
from consult.core.registry import registries
from consult.ideas import decisions, drafting, frames, operations, review
from consult.ideas.models import Answer, Idea, IdeaVersion
from consult.ideas.publishing import facet_rows_beside_public
from consult.links.queries import own_links
from consult.moderation.operations import reverse
from consult.moderation.queries import waiting_case
from tests.ideas.conftest import versions
from tests.support.factories import part_of


@pytest.fixture
def sent(make: Any, cast: Any, consultation: Any) -> Idea:
    """An idea of the company that waits for its decision."""
    return make.idea(
        "Prüfstand teilen",
        consultation=consultation,
        author=cast.owner,
        status="submitted",
        answers={1: "Erste Antwort.", 2: ("Geheimes.", "ministry"), 3: ("Namenlos.", "anonymous")},
        organisation="Feinwerk Saaletal",
        region="DEG0",
        sector="C",
        partners={"cluster": [cast.cluster.id]},
    )


def actor(cast: Any, person: Any) -> Any:
    return cast.actor(person)


def counted(db: Any, consultation: Any) -> tuple[int, list[int]]:
    db.session.expire_all()
    found = db.session.get(Consultation, consultation.id)
    questions = db.session.query(Question).filter_by(consultation_id=consultation.id).order_by(Question.position)
    return found.idea_count, [one.answer_count for one in questions]


def test_what_the_moderator_reads(sent: Idea, cast: Any) -> None:
    found = review.review(sent.id, sent.waiting_version_id)
    assert found.title == "Prüfstand teilen" and found.author == "Olga Owner"
    assert found.organisation == "Feinwerk Saaletal" and found.author_id == cast.owner.id
    assert [(part.name, part.audience) for part in found.parts] == [
        ("title", "public"),
        (part_of(sent.consultation_id, 1), "public"),
        (part_of(sent.consultation_id, 2), "ministry"),
        (part_of(sent.consultation_id, 3), "anonymous"),
    ]
    assert [info.key for info in found.links] == ["photonik-musterland"]
    assert found.outcomes == ("publish", "return", "redact", "reject", "merge", "split")
    assert found.previous == [] and found.public_url == ""


def test_publishing(sent: Idea, make: Any, db: Any, consultation: Any, cast: Any, outbox: Any) -> None:
    make.decide("idea", sent.id, "publish", moderator=cast.moderator)
    db.session.commit()
    assert sent.status == "published" and sent.is_public and sent.published_at is not None
    assert sent.waiting_version_id is None and versions(db, sent)[0].state == "public"
    assert (sent.title, sent.byline, sent.teaser) == ("Prüfstand teilen", "Feinwerk Saaletal", "Erste Antwort.")
    assert [(link.to_id, link.status) for link in own_links("idea", sent.id)] == [(cast.cluster.id, "proposed")]
    assert counted(db, consultation) == (1, [1, 1, 1, 0, 0])
    mail = outbox.last(cast.owner)
    assert mail.kind == "moderation.decision" and f"/ideas/{sent.number}" in mail.text
    assert waiting_case("idea", sent.id) is None


def test_returning_and_sending_again(sent: Idea, make: Any, db: Any, cast: Any, consultation: Any, outbox: Any) -> None:
    make.decide("idea", sent.id, "return", reason="personal-data", note="Bitte ohne Namen.", moderator=cast.moderator)
    assert sent.status == "returned" and sent.waiting_version_id is None and sent.published_at is None
    assert versions(db, sent)[0].state == "returned"
    assert "/ideas/status/" in outbox.last(cast.owner).text
    frame = frames.draft_frame(sent)
    assert frame.content.title == "Prüfstand teilen" and frame.request_note == "Bitte ohne Namen."
    changes = drafting.Changes(fields={"title": "Prüfstand teilen, neu"})
    drafting.save_draft(sent.id, changes, tab="a")
    operations.send(actor(cast, cast.owner), sent.id, email="", language="de")
    first, second = versions(db, sent)
    assert sent.status == "submitted" and sent.waiting_version_id == second.id
    assert (first.title, second.title, second.number) == ("Prüfstand teilen", "Prüfstand teilen, neu", 2)
    assert {answer.audience for answer in second.answers} == {"public", "ministry", "anonymous"}
    case = waiting_case("idea", sent.id)
    assert case is not None and case.version_id == second.id
    assert review.review(sent.id, second.id).previous[0].source == "Prüfstand teilen"
    assert counted(db, consultation) == (0, [0] * 5)


def test_rejecting(sent: Idea, make: Any, db: Any, cast: Any) -> None:
    make.decide("idea", sent.id, "reject", reason="advertising", note="Ein Angebot.", moderator=cast.moderator)
    assert sent.status == "rejected" and not sent.is_public
    assert review.outcomes(sent.id, None) == ()
    with pytest.raises(Conflict):
        drafting.save_draft(sent.id, drafting.Changes(fields={"title": "x"}), tab="a")


def new_version(idea: Idea, cast: Any, title: str = "Zweite Fassung") -> None:
    drafting.save_draft(idea.id, drafting.Changes(fields={"title": title}), tab="a")
    operations.send(cast.actor(cast.owner), idea.id, email="", language="de")


def test_a_new_version_waits_while_the_old_one_is_read(sent: Idea, make: Any, db: Any, cast: Any) -> None:
    make.decide("idea", sent.id, "publish")
    first = sent.public_version_id
    new_version(sent, cast)
    assert sent.status == "published" and sent.has_waiting_version and sent.public_version_id == first
    assert sent.title == "Prüfstand teilen"
    assert not decisions.rules.can_write(sent)
    assert review.outcomes(sent.id, sent.waiting_version_id) == ("publish", "return", "redact", "reject", "hide")
    assert review.outcomes(sent.id, first) == ("redact", "merge", "hide")
    make.decide("idea", sent.id, "publish")
    assert sent.title == "Zweite Fassung" and not sent.has_waiting_version
    assert [one.state for one in versions(db, sent)] == ["superseded", "public"]


@pytest.mark.parametrize(("outcome", "state"), [("return", "returned"), ("reject", "rejected")])
def test_a_new_version_is_not_taken(outcome: str, state: str, sent: Idea, make: Any, db: Any, cast: Any) -> None:
    make.decide("idea", sent.id, "publish")
    new_version(sent, cast)
    make.decide("idea", sent.id, outcome, reason="off-topic", note="Passt nicht.")
    assert sent.status == "published" and sent.title == "Prüfstand teilen"
    assert [one.state for one in versions(db, sent)] == ["public", state]
    assert decisions.rules.can_write(sent)


def test_a_decision_about_an_older_version_is_refused(sent: Idea, make: Any, cast: Any, db: Any) -> None:
    make.decide("idea", sent.id, "publish")
    old = sent.public_version_id
    new_version(sent, cast)
    from consult.core.registry import Verdict

    verdict = Verdict("publish", "meets-rules", "", (), 1, 1, old)
    with pytest.raises(Conflict):
        decisions.apply(cast.actor(cast.moderator), sent.id, verdict)


def test_hiding_restoring_removing(sent: Idea, make: Any, db: Any, cast: Any, client: Any, sign_in: Any) -> None:
    make.decide("idea", sent.id, "publish")
    from consult.moderation.operations import look_again

    judge = cast.actor(cast.moderator)
    look_again(judge, "idea", sent.id)
    make.decide("idea", sent.id, "hide", reason="insult", note="Wird geprüft.", moderator=cast.moderator)
    assert sent.status == "hidden" and not sent.is_public
    assert client.get(f"/de/ideas/{sent.number}").status_code == 410
    assert waiting_case("idea", sent.id) is not None, "the last word is due"
    make.decide("idea", sent.id, "restore", reason="meets-rules-after-check"[:0] or "off-topic", note="In Ordnung.")
    assert sent.status == "published" and sent.is_public
    look_again(judge, "idea", sent.id)
    make.decide("idea", sent.id, "hide", reason="insult", note="Wird geprüft.")
    make.decide("idea", sent.id, "remove", reason="insult", note="Entfernt.")
    db.session.commit()
    assert sent.status == "removed" and facet_rows_beside_public() == 0
    response = client.get(f"/de/ideas/{sent.number}")
    assert response.status_code == 410 and "Prüfstand" not in response.get_data(as_text=True)


def test_a_version_that_waits_while_its_idea_is_hidden_comes_back(
    sent: Idea, make: Any, db: Any, cast: Any, run_jobs: Any
) -> None:
    make.decide("idea", sent.id, "publish")
    new_version(sent, cast)
    make.decide("idea", sent.id, "hide", reason="insult", note="Wird geprüft.")
    assert sent.waiting_version_id is None and versions(db, sent)[1].state == "held"
    make.decide("idea", sent.id, "restore", reason="off-topic", note="In Ordnung.")
    db.session.commit()
    run_jobs()
    db.session.refresh(sent)
    case = waiting_case("idea", sent.id)
    assert sent.has_waiting_version and case is not None and case.version_id == sent.waiting_version_id


@pytest.mark.parametrize("outcome", ["publish", "return", "reject"])
def test_a_decision_can_be_taken_back(
    outcome: str, sent: Idea, make: Any, db: Any, cast: Any, consultation: Any
) -> None:
    given = {} if outcome == "publish" else {"reason": "off-topic", "note": "Ein Satz."}
    decision = make.decide("idea", sent.id, outcome, moderator=cast.moderator, **given)
    waiting = versions(db, sent)[0].id
    reverse(cast.actor(cast.moderator), decision.id)
    db.session.commit()
    db.session.refresh(sent)
    assert sent.status == "submitted" and sent.waiting_version_id == waiting
    assert sent.published_at is None and sent.public_version_id is None and not sent.is_public
    assert versions(db, sent)[0].state == "waiting"
    assert counted(db, consultation) == (0, [0] * 5)
    assert db.session.query(Answer).filter(Answer.shown_at.is_not(None)).count() == 0


def test_taking_back_a_second_publication_brings_the_first_version_back(
    sent: Idea, make: Any, db: Any, cast: Any
) -> None:
    make.decide("idea", sent.id, "publish")
    published_at = sent.published_at
    new_version(sent, cast)
    decision = make.decide("idea", sent.id, "publish", moderator=cast.moderator)
    reverse(cast.actor(cast.moderator), decision.id)
    assert sent.status == "published" and sent.title == "Prüfstand teilen" and sent.published_at == published_at
    assert [one.state for one in versions(db, sent)] == ["public", "waiting"]
    assert sent.has_waiting_version


def test_hiding_can_be_taken_back_with_the_version_that_waited(sent: Idea, make: Any, db: Any, cast: Any) -> None:
    make.decide("idea", sent.id, "publish")
    new_version(sent, cast)
    decision = make.decide("idea", sent.id, "hide", reason="insult", note="Wird geprüft.", moderator=cast.moderator)
    reverse(cast.actor(cast.moderator), decision.id)
    assert sent.status == "published" and sent.is_public and sent.has_waiting_version


@pytest.mark.parametrize(
    ("who", "involved"), [("owner", True), ("colleague", True), ("outsider", False), ("moderator", False)]
)
def test_who_is_involved(who: str, involved: bool, sent: Idea, cast: Any) -> None:
    assert registries.moderated["idea"].involved(cast.actor(getattr(cast, who)), sent.id) is involved


def test_followers_of_a_named_cluster_hear_of_it_once(
    sent: Idea, make: Any, db: Any, cast: Any, run_jobs: Any, clock: Any
) -> None:
    from consult.notifications.operations import follow
    from consult.notifications.queries import unread_of

    follow(cast.actor(cast.participant), "cluster", cast.cluster.id)
    for _time in range(2):
        make.decide("idea", sent.id, "publish")
        db.session.commit()
        clock.shift(minutes=10)
        run_jobs()
        new_version(sent, cast)
    assert [one.text for one in unread_of(cast.participant.id)] == ["Neue Idee: Prüfstand teilen"]


def test_withdrawing(sent: Idea, make: Any, db: Any, cast: Any, outbox: Any) -> None:
    operations.withdraw(cast.actor(cast.owner), sent.id)
    assert sent.status == "withdrawn" and waiting_case("idea", sent.id) is None
    assert db.session.get(IdeaVersion, versions(db, sent)[0].id).state == "withdrawn"
    assert "zurückgezogen" in outbox.last(cast.owner).subject


def test_withdrawing_the_new_version_only(sent: Idea, make: Any, db: Any, cast: Any) -> None:
    make.decide("idea", sent.id, "publish")
    new_version(sent, cast)
    operations.withdraw_version(cast.actor(cast.owner), sent.id)
    assert sent.status == "published" and not sent.has_waiting_version and sent.is_public
    assert waiting_case("idea", sent.id) is None
    with pytest.raises(Conflict):
        operations.withdraw_version(cast.actor(cast.owner), sent.id)
