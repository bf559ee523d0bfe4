"""Attachments that moderation holds back: who reads them then, what the public is told, and how they come back."""

from __future__ import annotations

import json
from typing import Any

import pytest

from consult.consultations.queries import questions_of
from consult.core.access import Actor
from consult.core.errors import Invalid
from consult.files.storage import storage
from consult.ideas import attachments, drafting, operations, tokens
from consult.ideas.drafting import Changes, save_draft, start_draft
from consult.ideas.models import Idea, IdeaAttachment
from consult.moderation.checks import Choice
from consult.moderation.models import Decision
from consult.moderation.operations import decide, look_again, reverse
from consult.moderation.queries import review_of, waiting_case
from consult.redress.complaints import overturn_decision
from tests.files import samples

GIVEN = {"reason": "personal-data", "note": "Ein Satz dazu."}
NAME = "Erika Beispiel"
PLAN, LIST = "Grundriss der Halle", f"Telefonliste mit {NAME}"
READERS = ("visitor", "owner", "colleague", "moderator", "analyst", "official", "admin")
AUTHORS = {"owner"}


@pytest.fixture
def judge(cast: Any) -> Actor:
    found: Actor = cast.actor(cast.moderator)
    return found


@pytest.fixture
def sent(cast: Any, consultation: Any, db: Any) -> tuple[Idea, IdeaAttachment, IdeaAttachment]:
    """An idea before moderation with two public files; the second one's title names a person."""
    actor = cast.actor(cast.owner)
    idea = start_draft(actor, consultation.id, tokens.new_key(), "de")
    question = questions_of(consultation.id)[0]
    fields = {"title": "Mit Dateien", "organisation": "Feinwerk Saaletal"}
    answer = f"Rufen Sie {NAME} an."
    save_draft(idea.id, Changes(fields, {question.id: answer}, {question.id: "public"}), tab="t")
    plan, phones = (_attached(actor, idea, title) for title in (PLAN, LIST))
    db.session.commit()
    operations.send(actor, idea.id, email="", language="de")
    db.session.commit()
    return idea, plan, phones


def _attached(actor: Actor, idea: Idea, title: str) -> IdeaAttachment:
    content = samples.PDF + title.encode() + b"%%EOF"
    return attachments.attach(actor, idea.id, attachments.receive(content, "datei.pdf", title, "public"))


@pytest.fixture
def rule(judge: Actor, db: Any) -> Any:
    def decided(idea: Idea, outcome: str, **more: Any) -> Decision:
        case = waiting_case("idea", idea.id) or look_again(judge, "idea", idea.id)
        version = "" if case.version_id is None else str(case.version_id)
        found = decide(
            judge, case.id, Choice(outcome, version=version, **({} if outcome == "publish" else GIVEN), **more)
        )
        db.session.commit()
        db.session.refresh(idea)
        return found

    return decided


def part(one: IdeaAttachment) -> str:
    return f"file-{one.id}"


@pytest.fixture
def who_reads(cast: Any, new_client: Any, sign_in: Any) -> Any:
    def found(one: IdeaAttachment) -> set[str]:
        readers = {who: new_client() for who in READERS}
        for who, client in readers.items():
            if who != "visitor":
                sign_in(client, getattr(cast, who))
        return {who for who, client in readers.items() if client.get(f"/de/ideas/files/{one.key}").status_code == 200}

    return found


@pytest.mark.parametrize("before", ["submitted", "published"])
def test_the_public_reads_that_and_why_and_nothing_of_the_file(
    before: str,
    sent: Any,
    rule: Any,
    client: Any,
    who_reads: Any,
    outbox: Any,
    cast: Any,
    sign_in: Any,
    new_client: Any,
) -> None:
    idea, plan, phones = sent
    if before == "published":
        rule(idea, "publish")
    decision = rule(idea, "redact", held_back=(part(plan),))
    assert idea.is_public and who_reads(phones) == set(READERS)
    assert who_reads(plan) == AUTHORS, "no case is open any more, so moderators have no reason to look"
    page = client.page(f"/de/ideas/{idea.number}").text
    assert "Die Moderation hält einen Anhang zurück: Personenbezogene Daten" in page
    for outlet in (f"/de/ideas/{idea.number}", f"/api/v1/ideas/{idea.number}", f"/de/ideas/{idea.number}/versions/1"):
        text = client.get(outlet, follow_redirects=True).get_data(as_text=True)
        assert PLAN not in text and plan.key not in text, outlet
    assert NAME in page, "a file that is held back takes no passage of the texts with it"
    own = sign_in(new_client(), cast.owner).page(f"/de/ideas/{idea.number}").text
    assert PLAN in own and "Die Moderation hält einen Anhang zurück" in own
    mail = outbox.last(cast.owner)
    assert mail.subject.startswith("Ohne einen Anhang veröffentlicht")
    assert PLAN in mail.text and "Anhang, der zurückgehalten wird" in mail.text and "geschwärzt" not in mail.text
    assert decision.held_back == [[part(plan), PLAN]] and PLAN in decision.statement["de"]


def test_a_passage_that_is_blacked_out_is_not_told_by_the_title_of_a_file(
    sent: Any, rule: Any, client: Any, who_reads: Any
) -> None:
    idea, plan, phones = sent
    rule(idea, "redact", passages=((NAME, ""),))
    assert (who_reads(phones), who_reads(plan)) == (AUTHORS, set(READERS))
    for outlet in (f"/de/ideas/{idea.number}", f"/api/v1/ideas/{idea.number}"):
        assert NAME not in client.get(outlet).get_data(as_text=True), outlet


@pytest.mark.parametrize(
    "name", ["Vertrag Erika Beispiel.pdf", "Lebenslauf_Erika_Beispiel_2026.pdf", "erika-beispiel.pdf"]
)
def test_a_passage_that_is_blacked_out_is_not_told_by_the_name_of_a_file(
    name: str, sent: Any, rule: Any, client: Any, who_reads: Any, judge: Actor, db: Any
) -> None:
    """Page, API and the file itself say its name; it comes back with the passage."""
    idea, plan, _phones = sent
    plan.file_name = name
    db.session.commit()
    first = rule(idea, "redact", passages=((NAME, ""),))
    assert who_reads(plan) == AUTHORS
    for outlet in (f"/de/ideas/{idea.number}", f"/api/v1/ideas/{idea.number}"):
        assert name not in client.get(outlet).get_data(as_text=True), outlet
    reverse(judge, first.id)
    db.session.commit()
    rule(idea, "publish")
    assert who_reads(plan) == set(READERS)


def test_a_passage_of_a_title_alone_can_be_named(sent: Any, rule: Any, who_reads: Any, client: Any) -> None:
    idea, plan, _phones = sent
    rule(idea, "redact", passages=(("Grundriss", ""),))
    assert who_reads(plan) == AUTHORS
    assert "█" not in client.page(f"/de/ideas/{idea.number}").text


def test_taken_back_within_ten_minutes(sent: Any, rule: Any, who_reads: Any, judge: Actor, db: Any) -> None:
    idea, plan, _phones = sent
    rule(idea, "publish")
    decision = rule(idea, "redact", held_back=(part(plan),))
    reverse(judge, decision.id)
    db.session.commit()
    assert who_reads(plan) == set(READERS)


def test_taken_back_by_a_complaint_leaves_what_another_decision_holds(
    sent: Any, rule: Any, who_reads: Any, cast: Any, db: Any, clock: Any
) -> None:
    idea, plan, phones = sent
    first = rule(idea, "redact", held_back=(part(plan),))
    rule(idea, "redact", held_back=(part(phones),))
    clock.shift(days=30)
    overturn_decision(cast.actor(cast.moderator2), first.id, "off-topic", "Der Plan darf gezeigt werden.")
    db.session.commit()
    assert (who_reads(plan), who_reads(phones)) == (set(READERS), AUTHORS)


@pytest.mark.parametrize(
    "second", [{"held_back": "plan"}, {"passages": (("Grundriss", ""),)}], ids=["by its name", "by its title"]
)
def test_what_two_decisions_hold_comes_back_with_the_second(
    second: dict[str, Any], sent: Any, rule: Any, who_reads: Any, cast: Any, db: Any, clock: Any
) -> None:
    idea, plan, _phones = sent
    given = {name: (part(plan),) if value == "plan" else value for name, value in second.items()}
    decisions = [rule(idea, "redact", held_back=(part(plan),)), rule(idea, "redact", **given)]
    clock.shift(days=30)
    for decision, readers in zip(decisions, (AUTHORS, set(READERS)), strict=True):
        overturn_decision(cast.actor(cast.moderator2), decision.id, "off-topic", "Der Plan darf gezeigt werden.")
        db.session.commit()
        assert who_reads(plan) == readers


def test_a_new_version_neither_frees_it_nor_tells_what_was_blacked_out(
    sent: Any, rule: Any, who_reads: Any, cast: Any, db: Any, client: Any
) -> None:
    idea, plan, phones = sent
    rule(idea, "redact", held_back=(part(plan),), passages=((NAME, ""),))
    actor = cast.actor(cast.owner)
    drafting.save_draft(idea.id, Changes(fields={"title": "Zweite Fassung"}), tab="a")
    again = _attached(actor, idea, f"Noch einmal {NAME}")
    db.session.commit()
    operations.send(actor, idea.id, email="", language="de")
    db.session.commit()
    rule(idea, "publish")
    assert idea.title == "Zweite Fassung"
    assert [who_reads(one) for one in (plan, phones, again)] == [AUTHORS] * 3
    assert NAME not in client.get(f"/de/ideas/{idea.number}").get_data(as_text=True)


def test_the_desk_offers_the_files_and_says_what_is_wrong(
    sent: Any, cast: Any, sign_in: Any, client: Any, judge: Actor, db: Any
) -> None:
    idea, plan, phones = sent
    case = waiting_case("idea", idea.id)
    desk = sign_in(client, cast.moderator)
    page = desk.page(f"/de/moderation/cases/{case.id}")
    assert [one["value"] for one in page.select("#held_back input")] == [part(plan), part(phones)]
    assert "file-" not in str([one["value"] for one in page.select("#second input")]), "a file goes into no second text"
    with pytest.raises(Invalid) as wrong:
        decide(judge, case.id, Choice("redact", version=str(case.version_id), held_back=("title",), **GIVEN))
    assert "Anhängen dieses Textes" in wrong.value.fields["held_back"]
    db.session.rollback()
    form = page.form(".c-decide")
    fields = {**form, "outcome": "redact", "held_back": part(plan), **GIVEN, "passage": "", "passage_note": ""}
    assert desk.post(f"/de/moderation/cases/{case.id}", data=fields).status_code == 303
    db.session.rollback()
    assert plan.is_held and not phones.is_held
    answer = desk.get(f"/de/moderation/cases/{case.id}/file.json")
    assert json.loads(answer.data)["decisions"][0]["held_back"] == [PLAN]
    again = review_of(look_again(judge, "idea", idea.id))
    assert any("hält ihn zurück" in str(one.html) for one in again.parts if one.whole)
    assert storage().get(plan.digest), "held back is not deleted: the decision may be taken back"
