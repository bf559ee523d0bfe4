"""Redacting, merging, splitting, reinstating: what each does, who reads what afterwards, and that each leads back."""

from __future__ import annotations

from typing import Any

import pytest

from consult.comments.models import Comment
from consult.consultations.models import Question
from consult.core.access import Actor
from consult.core.errors import Conflict, Invalid
from consult.core.registry import registries
from consult.core.text import render_markdown
from consult.ideas import drafting, operations, redactions, review
from consult.ideas.models import Idea, IdeaOriginal, IdeaTransfer, Support
from consult.ideas.publishing import facet_rows_beside_public, recount
from consult.links.queries import links_of
from consult.moderation.models import Decision
from consult.moderation.operations import Choice, decide, look_again, overturn_decision, reverse
from consult.moderation.queries import waiting_case
from consult.notifications.operations import follow
from consult.notifications.queries import is_following
from consult.search.queries import search_hits
from tests.ideas.conftest import versions
from tests.support.factories import part_of
from tests.support.page import html

GIVEN = {"reason": "personal-data", "note": "Ein Satz dazu."}
SECRET_NAME = "Erika Beispiel"
ANSWER = f"Frau **Erika** Beispiel kennt das Verfahren.\n\nRufen Sie {SECRET_NAME} an: 0361 4711."


@pytest.fixture
def judge(cast: Any) -> Actor:
    found: Actor = cast.actor(cast.moderator)
    return found


@pytest.fixture
def rule(judge: Actor, db: Any) -> Any:
    """`rule(idea, "merge", target=...)`: the moderator decides on the case that waits, or takes one up."""

    def decided(idea: Idea, outcome: str, **more: Any) -> Decision:
        case = waiting_case("idea", idea.id) or look_again(judge, "idea", idea.id)
        version = "" if case.version_id is None else str(case.version_id)
        given = {} if outcome == "publish" else GIVEN
        found = decide(judge, case.id, Choice(outcome, version=version, **{**given, **more}))
        db.session.commit()
        db.session.refresh(idea)
        return found

    return decided


@pytest.fixture
def written(make: Any, cast: Any, consultation: Any, db: Any) -> Any:
    """`written("published")`: an idea of the company that names a person."""

    def idea(status: str, **more: Any) -> Idea:
        found: Idea = make.idea(
            "Prüfstand teilen",
            consultation=consultation,
            author=cast.owner,
            status=status,
            answers={1: ANSWER, 2: "Eine zweite Antwort."},
            organisation="Feinwerk Saaletal",
            summary=f"Fragen an {SECRET_NAME}.",
            **more,
        )
        db.session.commit()
        return found

    return idea


# ---- redacting ------------------------------------------------------------------------------------------------------

OUTLETS = (
    "/de/ideas/{number}", "/de/ideas/", "/de/ideas/?q=Verfahren", "/de/search?q=Verfahren", "/de/",
    "/de/consultations/open-region", "/de/consultations/open-region/questions/1", "/api/v1/ideas",
    "/api/v1/ideas/{number}", "/feeds/de/ideas.atom", "/de/ideas/?format=csv",
    "/de/ideas/?format=json", "/de/ideas/{number}/versions/1",
)  # fmt: skip


@pytest.mark.parametrize("status", ["submitted", "published"])
def test_a_blacked_out_passage_is_in_no_outlet(
    status: str, written: Any, rule: Any, client: Any, sign_in: Any, cast: Any, new_client: Any
) -> None:
    idea = written(status)
    rule(idea, "redact", passages=((SECRET_NAME, "Bitte ohne Namen."),))
    assert idea.status == "published" and idea.is_public
    for who in (None, cast.colleague, cast.official, cast.moderator):
        reader = sign_in(new_client(), who) if who else client
        for outlet in OUTLETS:
            text = reader.get(outlet.format(number=idea.number), follow_redirects=True, buffered=True).get_data(
                as_text=True
            )
            assert SECRET_NAME not in text and "<strong>Erika" not in text, (who and who.name, outlet)
    assert not search_hits("Erika")
    page = client.page(f"/de/ideas/{idea.number}").text
    assert page.count("█ geschwärzt: Personenbezogene Daten █") == 3  # twice in the answer, once in the summary
    assert "Die Moderation hat eine Passage geschwärzt: Personenbezogene Daten" in page
    assert "Bitte ohne Namen" not in page
    assert "0361 4711" in page


def test_its_author_and_approvers_read_on(written: Any, rule: Any, client: Any, sign_in: Any, cast: Any) -> None:
    idea = written("submitted")
    rule(idea, "redact", passages=((SECRET_NAME, ""),))
    page = sign_in(client, cast.owner).page(f"/de/ideas/{idea.number}").text
    assert SECRET_NAME in page and "geschwärzt" in page


def test_moderators_read_on_in_an_open_case_alone(written: Any, rule: Any, judge: Actor, db: Any) -> None:
    idea = written("submitted")
    rule(idea, "redact", passages=((SECRET_NAME, ""),))
    parts = {part.name: part for part in review.review(idea.id, idea.public_version_id).parts}
    first, second = (part_of(idea.consultation_id, one) for one in (1, 2))
    assert SECRET_NAME not in parts[first].source and parts[first].audience == "public"
    assert SECRET_NAME in parts[f"full-{first}"].source and parts[f"full-{first}"].audience == "ministry"
    assert f"full-{second}" not in parts


def test_the_statement_names_the_passage_to_its_author(written: Any, rule: Any, outbox: Any, cast: Any) -> None:
    idea = written("submitted")
    rule(idea, "redact", passages=((SECRET_NAME, "Bitte ohne Namen."),))
    mail = outbox.last(cast.owner)
    assert SECRET_NAME in mail.text and "Bitte ohne Namen." in mail.text


def test_the_next_version_begins_with_the_full_text_and_stays_blacked_out(
    written: Any, rule: Any, db: Any, cast: Any, client: Any
) -> None:
    idea = written("submitted")
    rule(idea, "redact", passages=((SECRET_NAME, ""),))
    drafting.save_draft(idea.id, drafting.Changes(fields={"title": f"Neu mit {SECRET_NAME}"}), tab="a")
    draft = drafting.draft_row(idea)
    assert SECRET_NAME in draft.content["summary"]
    operations.send(cast.actor(cast.owner), idea.id, email="", language="de")
    db.session.commit()
    waiting = versions(db, idea)[-1]
    assert waiting.title == "Neu mit █ geschwärzt: Personenbezogene Daten █"
    rule(idea, "publish")
    assert SECRET_NAME not in client.get(f"/de/ideas/{idea.number}").get_data(as_text=True)


@pytest.mark.parametrize(("status", "state"), [("submitted", "submitted"), ("published", "published")])
def test_redacting_can_be_taken_back(
    status: str, state: str, written: Any, rule: Any, judge: Actor, db: Any, clock: Any
) -> None:
    idea = written(status)
    clock.shift(minutes=1)
    decision = rule(idea, "redact", passages=((SECRET_NAME, ""),))
    reverse(judge, decision.id)
    db.session.commit()
    db.session.refresh(idea)
    version = versions(db, idea)[0]
    assert idea.status == state and version.state == ("waiting" if status == "submitted" else "public")
    assert version.summary == f"Fragen an {SECRET_NAME}." and version.answers[0].body == ANSWER
    assert not version.is_redacted and db.session.query(IdeaOriginal).count() == 0


@pytest.mark.parametrize("passage", ["Erika", "kennt das Verfahren.\n\nRufen", "Frau Erika Beispiel kennt"])
def test_passages_are_found_as_they_are_read(passage: str, written: Any, rule: Any, db: Any) -> None:
    idea = written("submitted")
    rule(idea, "redact", passages=((passage, ""),))
    assert passage not in versions(db, idea)[0].answers[0].body


def test_overlapping_passages_leave_nothing_between(written: Any, rule: Any, db: Any) -> None:
    idea = written("submitted")
    rule(idea, "redact", passages=(("Beispiel kennt das", ""), ("das Verfahren", "")))
    body = versions(db, idea)[0].answers[0].body
    assert body.startswith("Frau **Erika** █") and "kennt" not in body and "Verfahren" not in body


@pytest.mark.parametrize("passages", [(), (("Niemand hat das geschrieben", ""),)])
def test_what_is_not_there_cannot_be_blacked_out(passages: Any, written: Any, rule: Any) -> None:
    with pytest.raises(Invalid):
        rule(written("submitted"), "redact", passages=passages)


# ---- merging --------------------------------------------------------------------------------------------------------


@pytest.fixture
def target(make: Any, cast: Any, consultation: Any, db: Any) -> Idea:
    found: Idea = make.idea(
        "Maschinen teilen",
        consultation=consultation,
        author=cast.outsider,
        answers={1: "Auch gut."},
        organisation="Lichtbau Nordsee",
    )
    db.session.commit()
    return found


@pytest.fixture
def alive(written: Any, target: Idea, cast: Any, db: Any, make: Any) -> Idea:
    """A published idea with support, comments, links and followers, some of them shared with the target."""
    idea: Idea = written("published", partners={"cluster": [cast.cluster.id]})
    for person, ideas in ((cast.participant, [idea, target]), (cast.stranger, [idea]), (cast.outsider, [idea])):
        for one in ideas:
            operations.set_support(cast.actor(person), one.id, True)
        follow(cast.actor(person), "idea", idea.id)
    comment = Comment(
        subject_kind="idea", subject_id=idea.id, body="Gut so.", html=render_markdown("Gut so."), status="published",
        author_name="Paula",
    )  # fmt: skip
    make.add(comment)
    make.add(
        Comment(
            subject_kind="idea", subject_id=idea.id, parent_id=comment.id, body="Ja.", html=render_markdown("Ja."),
            status="pending", author_name="Sven",
        )
    )  # fmt: skip
    registries.commentable["idea"].counted(idea.id, 1)
    db.session.commit()
    db.session.refresh(idea)
    return idea


def state_of(db: Any, *ideas: Idea) -> list[Any]:
    """All that a merger moves, of these ideas."""
    db.session.expire_all()
    return [
        (
            one.status, one.is_public, one.support_count, one.comment_count, one.byline, one.merged_into_id,
            sorted(row.person_id for row in db.session.query(Support).filter_by(idea_id=one.id)),
            db.session.query(Comment).filter_by(subject_kind="idea", subject_id=one.id).count(),
            sorted((view.other.kind, view.other.id) for view in links_of("idea", one.id)),
        )
        for one in ideas
    ]  # fmt: skip


def test_merging_moves_everything_and_names_both(
    alive: Idea, target: Idea, rule: Any, client: Any, cast: Any, db: Any, outbox: Any
) -> None:
    rule(alive, "merge", target=target.number)
    db.session.refresh(target)
    assert (alive.status, alive.is_public, alive.merged_into_id) == ("merged", False, target.id)
    assert target.byline == "Lichtbau Nordsee, Feinwerk Saaletal"
    assert target.support_count == 2, "each person once, and nobody their own idea"
    assert target.comment_count == 1 and db.session.query(Comment).filter_by(subject_id=target.id).count() == 2
    assert [view.other.id for view in links_of("idea", target.id)] == [cast.cluster.id]
    assert is_following(cast.actor(cast.stranger), "idea", target.id)
    page = client.page(f"/de/ideas/{target.number}").text
    assert "Gut so." in page and "Feinwerk Saaletal" in page
    assert f"/ideas/{target.number}" in client.get("/de/clusters/photonik-musterland").get_data(as_text=True)
    assert outbox.last(cast.owner).kind == outbox.last(cast.outsider).kind == "moderation.decision"
    assert facet_rows_beside_public() == 0 and recount() == 0


def test_the_old_address_leads_on(
    alive: Idea, target: Idea, rule: Any, client: Any, make: Any, cast: Any, db: Any
) -> None:
    rule(alive, "merge", target=target.number)
    answer = client.get(f"/de/ideas/{alive.number}")
    assert answer.status_code == 301 and answer.headers["Location"].endswith(f"/de/ideas/{target.number}")
    answer = client.get(f"/api/v1/ideas/{alive.number}")
    assert answer.status_code == 301 and answer.headers["Location"].endswith(f"/api/v1/ideas/{target.number}")
    assert alive.number not in client.get("/de/ideas/").get_data(as_text=True)
    assert alive.number not in client.get("/api/v1/ideas").get_data(as_text=True)
    third = make.idea("Noch eine", consultation=db.session.merge(make_same(db, target)), author=cast.stranger)
    db.session.commit()
    rule(target, "merge", target=third.number)
    assert client.get(f"/de/ideas/{alive.number}").headers["Location"].endswith(f"/de/ideas/{third.number}")


def make_same(db: Any, idea: Idea) -> Any:
    from consult.consultations.models import Consultation

    return db.session.get(Consultation, idea.consultation_id)


def test_merging_can_be_taken_back(alive: Idea, target: Idea, rule: Any, judge: Actor, db: Any, client: Any) -> None:
    before = state_of(db, alive, target)
    decision = rule(alive, "merge", target=target.number)
    assert state_of(db, alive, target) != before
    reverse(judge, decision.id)
    db.session.commit()
    assert state_of(db, alive, target) == before
    assert client.get(f"/de/ideas/{alive.number}").status_code == 200
    assert recount() == 0


def test_a_submitted_idea_is_merged_and_comes_back(
    written: Any, target: Idea, rule: Any, judge: Actor, db: Any
) -> None:
    idea = written("submitted")
    before = state_of(db, idea, target)
    decision = rule(idea, "merge", target=target.number)
    assert idea.status == "merged" and idea.waiting_version_id is None
    db.session.refresh(target)
    assert target.byline == "Lichtbau Nordsee, Feinwerk Saaletal"
    reverse(judge, decision.id)
    db.session.commit()
    assert state_of(db, idea, target) == before and idea.waiting_version_id == versions(db, idea)[0].id


def test_a_complaint_later_parts_them_again(alive: Idea, target: Idea, rule: Any, db: Any, cast: Any) -> None:
    before = state_of(db, alive, target)
    decision = rule(alive, "merge", target=target.number)
    overturned = overturn_decision(cast.actor(cast.moderator2), decision.id, "off-topic", "Doch verschieden.")
    db.session.commit()
    assert state_of(db, alive, target) == before
    transfer = db.session.query(IdeaTransfer).one()
    assert transfer.undone_at is not None and transfer.undone_by == overturned.id


def test_a_merger_needs_another_public_idea(
    alive: Idea, target: Idea, rule: Any, make: Any, cast: Any, db: Any
) -> None:
    waiting = make.idea("Prüfstand leihen", consultation=make_same(db, alive), author=cast.owner, status="submitted")
    elsewhere = make.idea("Fremd", consultation=make.consultation(), author=cast.stranger)
    db.session.commit()
    for number in ("", "OR-2026-99999", alive.number, waiting.number, elsewhere.number):
        with pytest.raises(Invalid) as refused:
            rule(alive, "merge", target=number)
        assert set(refused.value.fields) == {"target"}
        db.session.rollback()


# ---- splitting ------------------------------------------------------------------------------------------------------


def test_splitting_makes_two_submitted_ideas(written: Any, rule: Any, db: Any, cast: Any, outbox: Any) -> None:
    idea = written("submitted")
    rule(idea, "split", second=(part_of(idea.consultation_id, 2),), second_title="Die zweite")
    second = db.session.query(Idea).filter(Idea.id != idea.id).one()
    assert (idea.status, second.status) == ("submitted", "submitted")
    assert second.number != idea.number and second.author_id == idea.author_id == cast.owner.id
    assert [one.state for one in versions(db, idea)] == ["superseded", "waiting"]
    kept, moved = versions(db, idea)[1], versions(db, second)[0]
    assert [one.body for one in kept.answers] == [ANSWER]
    assert [one.body for one in moved.answers] == ["Eine zweite Antwort."] and moved.title == "Die zweite"
    for one, version in ((idea, kept), (second, moved)):
        case = waiting_case("idea", one.id)
        assert case is not None and case.version_id == version.id
    kinds = [mail.kind for mail in outbox.to(cast.owner)]
    assert "moderation.decision" in kinds and kinds.count("idea.receipt") == 2
    rule(idea, "publish")
    rule(second, "publish")
    assert idea.is_public and second.is_public


def test_splitting_can_be_taken_back_while_both_wait(written: Any, rule: Any, judge: Actor, db: Any) -> None:
    idea = written("submitted")
    decision = rule(idea, "split", second=(part_of(idea.consultation_id, 2),), second_title="Die zweite")
    reverse(judge, decision.id)
    db.session.commit()
    db.session.refresh(idea)
    second = db.session.query(Idea).filter(Idea.id != idea.id).one()
    assert second.status == "withdrawn" and waiting_case("idea", second.id) is None
    first = versions(db, idea)[0]
    case = waiting_case("idea", idea.id)
    assert idea.waiting_version_id == first.id and first.state == "waiting" and len(first.answers) == 2
    assert case is not None and case.version_id == first.id


def test_no_way_back_once_one_part_was_decided(written: Any, rule: Any, judge: Actor, db: Any) -> None:
    idea = written("submitted")
    decision = rule(idea, "split", second=(part_of(idea.consultation_id, 2),), second_title="Die zweite")
    rule(db.session.query(Idea).filter(Idea.id != idea.id).one(), "publish")
    with pytest.raises(Conflict):
        reverse(judge, decision.id)


@pytest.mark.parametrize("second", [(), (1, 2), ("title",), ("question-9999",), ("answer-1",)])
def test_some_and_not_all_is_split_off(second: Any, written: Any, rule: Any) -> None:
    with pytest.raises(Invalid):
        idea = written("submitted")
        names = tuple(part_of(idea.consultation_id, one) if isinstance(one, int) else one for one in second)
        rule(idea, "split", second=names, second_title="Die zweite")


# ---- reinstating ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("outcome", ["reject", "return"])
def test_an_upheld_complaint_publishes_what_was_refused(
    outcome: str, written: Any, rule: Any, db: Any, cast: Any, consultation: Any
) -> None:
    idea = written("submitted")
    decision = rule(idea, outcome)
    overturn_decision(cast.actor(cast.moderator2), decision.id, "off-topic", "Zu streng.")
    db.session.commit()
    db.session.refresh(idea)
    assert idea.status == "published" and idea.is_public and versions(db, idea)[0].state == "public"
    db.session.expire_all()
    assert [one.answer_count for one in db.session.query(Question).order_by(Question.position)] == [1, 1, 0, 0, 0]


@pytest.mark.parametrize("outcomes", [("hide",), ("hide", "remove")])
def test_an_upheld_complaint_shows_what_was_taken_down(
    outcomes: Any, written: Any, rule: Any, db: Any, cast: Any
) -> None:
    idea = written("published")
    decision = [rule(idea, outcome) for outcome in outcomes][-1]
    overturn_decision(cast.actor(cast.moderator2), decision.id, "off-topic", "Zu streng.")
    db.session.commit()
    db.session.refresh(idea)
    assert idea.status == "published" and idea.is_public and waiting_case("idea", idea.id) is None


def test_an_upheld_complaint_brings_the_passage_back(
    written: Any, rule: Any, db: Any, cast: Any, client: Any, clock: Any
) -> None:
    idea = written("published")
    first = rule(idea, "redact", passages=((SECRET_NAME, ""),))
    rule(idea, "redact", passages=(("0361 4711", ""),))
    clock.shift(days=30)
    overturn_decision(cast.actor(cast.moderator2), first.id, "off-topic", "Der Name darf stehen.")
    db.session.commit()
    text = client.get(f"/de/ideas/{idea.number}").get_data(as_text=True)
    assert "Rufen Sie Erika Beispiel" in text and "0361 4711" not in text


def test_a_refused_version_beside_a_public_one_is_published(written: Any, rule: Any, db: Any, cast: Any) -> None:
    idea = written("published")
    drafting.save_draft(idea.id, drafting.Changes(fields={"title": "Zweite Fassung"}), tab="a")
    operations.send(cast.actor(cast.owner), idea.id, email="", language="de")
    db.session.commit()
    decision = rule(idea, "reject")
    overturn_decision(cast.actor(cast.moderator2), decision.id, "off-topic", "Zu streng.")
    db.session.commit()
    db.session.refresh(idea)
    assert idea.title == "Zweite Fassung" and [one.state for one in versions(db, idea)] == ["superseded", "public"]


def test_what_was_withdrawn_since_stays_withdrawn(written: Any, rule: Any, cast: Any, db: Any) -> None:
    idea = written("published")
    decision = rule(idea, "redact", passages=((SECRET_NAME, ""),))
    rule(idea, "hide")
    restored = rule(idea, "restore")
    assert restored.outcome == "restore"
    operations.withdraw(cast.actor(cast.owner), idea.id)
    db.session.commit()
    overturn_decision(cast.actor(cast.moderator2), decision.id, "off-topic", "Der Name darf stehen.")
    db.session.commit()
    db.session.refresh(idea)
    assert idea.status == "withdrawn" and not idea.is_public


def test_a_split_is_joined_again_by_a_complaint(written: Any, rule: Any, cast: Any, db: Any, run_jobs: Any) -> None:
    idea = written("submitted")
    decision = rule(idea, "split", second=(part_of(idea.consultation_id, 2),), second_title="Die zweite")
    overturn_decision(cast.actor(cast.moderator2), decision.id, "off-topic", "Gehört zusammen.")
    db.session.commit()
    run_jobs()
    db.session.refresh(idea)
    case = waiting_case("idea", idea.id)
    assert idea.waiting_version_id == versions(db, idea)[0].id
    assert case is not None and case.version_id == idea.waiting_version_id


# ---- preview --------------------------------------------------------------------------------------------------------

PREVIEWS = {
    "public": {"answer-1": "Offen.", "answer-2": "Namenlos.", "answer-3": "", "answer-4": ""},
    "agency": {"answer-1": "Offen.", "answer-2": "Namenlos.", "answer-3": "Agentur.", "answer-4": ""},
    "ministry": {"answer-1": "Offen.", "answer-2": "Namenlos.", "answer-3": "Agentur.", "answer-4": "Ministerium."},
    "author": {"answer-1": "Offen.", "answer-2": "Namenlos.", "answer-3": "Agentur.", "answer-4": "Ministerium."},
}


@pytest.mark.parametrize("reader", PREVIEWS)
def test_preview_as_each_reader(reader: str, make: Any, cast: Any, consultation: Any) -> None:
    idea = make.idea(
        consultation=consultation,
        author=cast.owner,
        status="submitted",
        answers={
            1: "Offen.", 2: ("Namenlos.", "anonymous"), 3: ("Agentur.", "agency"), 4: ("Ministerium.", "ministry"),
        },
    )  # fmt: skip
    preview = registries.moderated["idea"].preview
    assert preview is not None
    parts = preview(idea.id, None, reader)
    names = {part_of(consultation.id, one): f"answer-{one}" for one in range(1, 6)}
    assert {names[part.name]: part.source for part in parts if part.name != "title"} == PREVIEWS[reader]
    assert all(bool(part.html) is bool(part.source) for part in parts)


def test_business_secrets_are_for_the_ministry(
    written: Any, db: Any, client: Any, cast: Any, sign_in: Any, new_client: Any
) -> None:
    idea = written("published")
    version = versions(db, idea)[0]
    redactions.keep_secrets(version, {version.answers[0].question_id: ["0361 4711"]})
    operations.refresh_public(idea)
    db.session.commit()
    assert "0361" not in client.get(f"/de/ideas/{idea.number}").get_data(as_text=True)
    assert "0361" not in sign_in(new_client(), cast.analyst).get(f"/de/ideas/{idea.number}").get_data(as_text=True)
    page = html(sign_in(new_client(), cast.official).get(f"/de/ideas/{idea.number}"))
    assert "0361 4711" in page.text and "Geschäftsgeheimnis" in page.text
