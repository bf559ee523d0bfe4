"""Misuse (Regulation (EU) 2022/2065, Art. 23): a warning first, then a suspension for a time, case by case, by a human."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from consult.comments.operations import Text, write_comment
from consult.core.access import check_not_suspended
from consult.core.audit import AuditRow
from consult.core.errors import Conflict, Invalid, NotFound, Refused
from consult.core.registry import describe
from consult.ideas.operations import send
from consult.moderation.objecting import complaint_path, complaint_token
from consult.projects.operations import join_project
from consult.redress import complaints, measures, misuse_queries
from consult.redress.complaints import Answer
from consult.redress.jobs import end_measures
from consult.redress.measures import Judgement, decide_measure
from consult.redress.models import NOTICES, SUSPENSION, TEXTS, Measure
from tests.redress.disputes import Disputes
from tests.support.page import html

pytestmark = pytest.mark.usefixtures("chain_is_whole")

WORDS = {
    "gravity": "Drei Firmen wurden herabgesetzt.",
    "intention": "Die Texte kamen nach der ersten Rückmeldung wieder.",
    "note": "Zwei Texte beleidigen andere Firmen.",
}


def judgement(step: str, concerned: misuse_queries.Concerned, days: int = 0) -> Judgement:
    """All that stands in the record, and the newest measure as it is known."""
    record = misuse_queries.record_of(concerned)
    seen = record.measures[0].id if record.measures else 0
    return Judgement(step, tuple(item.key for item in record.items), days=days, seen=seen, **WORDS)


@pytest.fixture
def author(disputes: Disputes, cast: Any) -> misuse_queries.Concerned:
    """The owner, with two texts rejected as insults and one that was fine."""
    for number in range(2):
        disputes.rejected(title=f"Text {number}")
    return misuse_queries.concerned_by(TEXTS, f"p{cast.owner.id}")


@pytest.fixture
def reporter(disputes: Disputes, cast: Any) -> misuse_queries.Concerned:
    """A participant with two reports that were refused."""
    for _turn in range(2):
        disputes.refused(by=cast.participant)
    return misuse_queries.concerned_by(NOTICES, f"p{cast.participant.id}")


def suspend(cast: Any, concerned: misuse_queries.Concerned, days: int = 30) -> Measure:
    """Warn, then suspend."""
    moderator = cast.actor(cast.moderator)
    decide_measure(moderator, concerned, judgement("warning", concerned))
    return decide_measure(moderator, concerned, judgement("suspension", concerned, days))


def test_art_23_1_no_suspension_without_a_warning(author: Any, cast: Any) -> None:
    moderator = cast.actor(cast.moderator)
    with pytest.raises(Invalid) as raised:
        decide_measure(moderator, author, judgement("suspension", author, 30))
    assert set(raised.value.fields) == {"step"}
    warning = decide_measure(moderator, author, judgement("warning", author))
    check_not_suspended(cast.actor(cast.owner))  # a warning restricts nothing
    assert warning.ends_at == warning.decided_at + timedelta(days=365)
    suspension = decide_measure(moderator, author, judgement("suspension", author, 30))
    assert suspension.ends_at == suspension.decided_at + timedelta(days=30)


def test_art_23_3_the_criteria_are_recorded_and_told(author: Any, cast: Any, outbox: Any) -> None:
    measure = suspend(cast, author)
    assert (measure.number_manifest, measure.number_all) == (2, 2)
    text = outbox.to(cast.owner, "measure.decided")[-1].text
    for words in (
        "Bis 24. Dezember 2026 können Sie auf dieser Website nichts veröffentlichen", WORDS["gravity"], WORDS["intention"],
        WORDS["note"], "Von 2 Texten in zwölf Monaten waren 2 offensichtlich rechtswidrig: 100 %", "Art. 23",
        "keine Software", "bis 24. Mai 2027 kostenlos beschweren", complaint_token("measure", measure.id),
        "Streitbeilegungsstellen",
    ):  # fmt: skip
        assert words in text, words
    assert measure.statement["en"].startswith("Until 24 December 2026 you can publish nothing")


FAULTS = (
    ({"step": ""}, {"step"}),
    ({"items": ()}, {"item"}),
    ({"items": ("report:1",)}, {"item"}),
    ({"items": ("decision:999", "decision:998")}, {"item"}),
    ({"gravity": " "}, {"gravity"}),
    ({"intention": ""}, {"intention"}),
    ({"note": "x" * 2001}, {"note"}),
)


@pytest.mark.parametrize(("changed", "fields"), FAULTS)
def test_what_a_judgement_lacks_is_said(author: Any, cast: Any, changed: dict[str, Any], fields: set[str]) -> None:
    with pytest.raises(Invalid) as raised:
        decide_measure(cast.actor(cast.moderator), author, replace(judgement("warning", author), **changed))
    assert set(raised.value.fields) == fields


@pytest.mark.parametrize("days", [0, 181, -1])
def test_a_suspension_has_an_end(author: Any, cast: Any, days: int) -> None:
    decide_measure(cast.actor(cast.moderator), author, judgement("warning", author))
    with pytest.raises(Invalid) as raised:
        decide_measure(cast.actor(cast.moderator), author, judgement("suspension", author, days))
    assert set(raised.value.fields) == {"days"}


def test_only_moderators_of_the_site_and_nobody_about_themselves(author: Any, cast: Any, make: Any) -> None:
    local = make.person("Vor Ort", roles=("moderator",), consultation=make.consultation())
    make.grant(cast.owner, "moderator")
    for person in (cast.participant, cast.admin, cast.editor, local, cast.owner):
        with pytest.raises(Refused):
            decide_measure(cast.actor(person), author, judgement("warning", author))


def test_of_two_who_judge_the_second_is_told(author: Any, cast: Any) -> None:
    first = judgement("warning", author)
    decide_measure(cast.actor(cast.moderator), author, first)
    with pytest.raises(Conflict):
        decide_measure(cast.actor(cast.moderator2), author, first)


def test_a_suspended_author_reads_takes_out_and_complains_but_publishes_nothing(
    author: Any, cast: Any, client: Any, sign_in: Any, make: Any, db: Any, clock: Any
) -> None:
    measure = suspend(cast, author)
    with pytest.raises(Invalid, match="24. Dezember 2026"):
        check_not_suspended(cast.actor(cast.owner))
    browser = sign_in(client, cast.owner)
    page = browser.page("/de/me/")
    assert "Sperre" in page.text
    assert complaint_path("measure", measure.id) in page.links()
    complaint = browser.page(complaint_path("measure", measure.id))
    assert complaint.form("main form[method=post]").keys() == {"csrf_token", "body"}
    sent = browser.submit(complaint_path("measure", measure.id), {"body": "Die Texte waren nicht beleidigend."})
    assert sent.status_code == 303
    make.consultation()
    db.session.commit()
    written = {"title": "Noch eine", "answer-1": "Mit Mühe geschrieben.", "save": "1"}
    draft = browser.submit("/de/ideas/new", written, form="#idea-form").headers["Location"]
    refused = browser.submit(draft, {"answer-1": "Mit noch mehr Mühe.", "submit": "1"}, form="#idea-form")
    assert refused.status_code == 422 and "nichts veröffentlichen" in html(refused).text
    kept = browser.page(draft).form("#idea-form")
    assert (kept["title"], kept["answer-1"]) == ("Noch eine", "Mit noch mehr Mühe."), "refused, and yet kept"
    clock.shift(days=30, minutes=1)
    check_not_suspended(cast.actor(cast.owner))  # ends by itself, even before the job runs


def test_suspended_people_cannot_comment_join_or_send(author: Any, cast: Any, make: Any) -> None:
    """Where texts are sent, the rooms ask; what was typed stays in the form, since it is a fault of the form."""
    suspend(cast, author)
    actor = cast.actor(cast.owner)
    project = make.project("Geteilte Prüfstände")
    info = describe([("project", project.id)])[("project", project.id)]
    with pytest.raises(Invalid, match="nichts veröffentlichen"):
        write_comment(actor, info, Text("Noch einer"))
    with pytest.raises(Invalid, match="nichts veröffentlichen"):
        join_project(actor, project.id, role="follower", message="", language="de")
    idea = make.idea("Noch eine Idee", consultation=make.consultation(), author=cast.owner, status="draft")
    with pytest.raises(Invalid, match="nichts veröffentlichen"):
        send(actor, idea.id, email="", language="de")


def test_it_ends_by_itself_and_that_is_told(author: Any, cast: Any, outbox: Any, clock: Any, db: Any) -> None:
    measure = suspend(cast, author)
    clock.shift(days=29)
    end_measures({})
    assert measure.status == "active"
    clock.shift(days=1, minutes=1)
    end_measures({})
    end_measures({})
    assert (measure.status, measure.ended_at) == ("ended", measure.ends_at)
    assert len(outbox.to(cast.owner, "measure.ended")) == 1
    assert (
        db.session.execute(select(AuditRow.event).where(AuditRow.event == "measure.ended")).first() is None
    )  # unlinked
    db.session.commit()
    assert db.session.execute(select(AuditRow.event).where(AuditRow.event == "measure.ended")).scalar_one()


@pytest.mark.parametrize("who", ["account", "address"])
def test_art_23_2_reports_are_not_processed_and_that_is_said(
    disputes: Disputes, cast: Any, notes: Any, client: Any, new_client: Any, sign_in: Any, db: Any, who: str
) -> None:
    if who == "account":
        for _turn in range(2):
            disputes.refused(by=cast.participant)
        concerned = misuse_queries.concerned_by(NOTICES, f"p{cast.participant.id}")
        browser = sign_in(client, cast.participant)
    else:
        reports = [disputes.refused() for _turn in range(2)]
        concerned = misuse_queries.concerned_by(NOTICES, f"r{reports[0].id}")
        browser = client
    measure = suspend(cast, concerned)
    note = notes.published(author=cast.outsider)
    sent = browser.submit(
        "/de/report",
        {
            "url": f"/de/consultations/region/questions/{note.id}", "reason": "insult", "explanation": "Wieder eine.",
            "email": concerned.email, "good_faith": "y",
        },
    )  # fmt: skip
    assert sent.status_code == 403
    page = html(sent)
    assert measure.number in page.text
    assert page.form("main form[method=post]")["explanation"].strip() == "Wieder eine."
    other = new_client().submit(
        "/de/report",
        {
            "url": f"/de/consultations/region/questions/{note.id}", "reason": "insult", "explanation": "Ich auch.",
            "email": "andere@leser.example", "good_faith": "y",
        },
    )  # fmt: skip
    assert other.status_code == 303


def test_a_suspended_reporter_still_complains_about_own_texts_and_the_measure(
    reporter: Any, disputes: Disputes, cast: Any
) -> None:
    refused = disputes.refused(by=cast.participant)
    own = disputes.rejected(author=cast.participant)
    measure = suspend(cast, reporter)
    with pytest.raises(Refused, match=measure.number):
        disputes.complain("reporter", refused.id)
    assert disputes.complain("author", own.id).status == "received"
    assert disputes.complain("measure", measure.id).status == "received"


def test_a_complaint_lifts_or_shortens(author: Any, disputes: Disputes, cast: Any, clock: Any) -> None:
    measure = suspend(cast, author)
    complaint = disputes.complain("measure", measure.id)
    with pytest.raises(Refused):  # made it
        complaints.decide(cast.actor(cast.moderator), complaint.id, Answer("uphold", "facts", "Stimmt."))
    with pytest.raises(Invalid) as raised:
        complaints.decide(cast.actor(cast.moderator2), complaint.id, Answer("partly", "proportion", "Kürzer.", days=60))
    assert set(raised.value.fields) == {"days"}
    complaints.decide(cast.actor(cast.moderator2), complaint.id, Answer("partly", "proportion", "Kürzer.", days=3))
    assert measure.ends_at == clock.now + timedelta(days=3)
    clock.shift(days=4)
    end_measures({})
    again = decide_measure(cast.actor(cast.moderator), author, judgement("suspension", author, 30))
    second = disputes.complain("measure", again.id)
    complaints.decide(cast.actor(cast.moderator2), second.id, Answer("uphold", "facts", "Stimmt."))
    assert again.status == "lifted"
    check_not_suspended(cast.actor(cast.owner))


def test_a_warning_counts_for_a_year(author: Any, cast: Any, disputes: Disputes, clock: Any) -> None:
    decide_measure(cast.actor(cast.moderator), author, judgement("warning", author))
    clock.shift(days=366)
    end_measures({})
    for number in range(2):
        disputes.rejected(title=f"Später {number}")
    with pytest.raises(Invalid) as raised:
        decide_measure(cast.actor(cast.moderator), author, judgement("suspension", author, 10))
    assert set(raised.value.fields) == {"step"}
    assert misuse_queries.record_of(author).total == 2  # what is older is not held against anybody


@pytest.mark.parametrize("key", ["x1", "p", "p0", "r1", "p99999", "p1234567890", "<b>"])
def test_other_addresses_are_not_found(disputes: Disputes, key: str) -> None:
    assert disputes
    with pytest.raises(NotFound):
        misuse_queries.concerned_by(TEXTS, key)
    with pytest.raises(NotFound):
        misuse_queries.concerned_by("everything", "p1")


def test_the_pages_lead_from_cause_to_measure(
    author: Any, reporter: Any, cast: Any, moderator: Any, db: Any, outbox: Any
) -> None:
    page = moderator.page("/de/moderation/misuse/")
    assert [link.rsplit("/", 2)[1:] for link in page.links("main td a")] == [
        [NOTICES, f"p{cast.participant.id}"], [TEXTS, f"p{cast.owner.id}"],
    ]  # fmt: skip
    address = f"/de/moderation/misuse/texts/p{cast.owner.id}"
    boxes = [str(box["value"]) for box in moderator.page(address).select("input[name=item]")]
    assert len(boxes) == 2
    wrong = moderator.submit(address, {"item": boxes, "step": "suspension", "days": "30", **WORDS})
    assert wrong.status_code == 422
    kept = html(wrong)
    assert kept.form("main form[method=post]")["gravity"].strip() == WORDS["gravity"]
    assert len(kept.select("input[name=item][checked]")) == 2
    assert moderator.submit(address, {"item": boxes, "step": "warning", **WORDS}).status_code == 303
    assert db.session.execute(select(Measure)).scalar_one().step == "warning"
    assert outbox.to(cast.owner, "measure.decided")
    assert "Warnung" in moderator.page("/de/moderation/misuse/").text
    late = moderator.submit(address, {"item": boxes, "step": "suspension", "days": "5", "seen": "0", **WORDS})
    assert late.status_code == 409
    assert html(late).form("main form[method=post]")["note"].strip() == WORDS["note"]


def test_constants_are_the_laws(db: Any) -> None:
    assert measures.FEWEST >= 2  # "frequently"
    assert SUSPENSION in measures.STEPS
    assert db.session.execute(select(Measure)).first() is None
