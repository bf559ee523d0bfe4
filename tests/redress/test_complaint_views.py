"""Pages of complaints: by the signed address without an account, and at the desk."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from consult.core.audit import AuditRow
from consult.moderation.models import Decision
from consult.moderation.objecting import complaint_path, complaint_token
from consult.redress import complaints
from consult.redress.complaints import Answer
from consult.redress.models import Complaint, Dispute
from tests.redress.disputes import SAID, Disputes
from tests.support.mail import paths
from tests.support.page import html
from tests.support.queries import count_queries

pytestmark = pytest.mark.usefixtures("chain_is_whole")

ANSWER = {"outcome": "uphold", "reason": "facts", "note": "Die Zeile stand so nicht da."}


@pytest.fixture
def desk(disputes: Disputes, client: Any, cast: Any, sign_in: Any) -> Any:
    """The browser of the second moderator, who took no part in the decisions."""
    assert disputes
    return sign_in(client, cast.moderator2)


def test_art_20_3_from_the_mail_to_the_answer_without_an_account(
    disputes: Disputes, new_client: Any, desk: Any, cast: Any, outbox: Any, db: Any
) -> None:
    decision = disputes.rejected()
    address = next(path for path in paths(outbox.to(cast.owner, "moderation.decision")[0]) if "/complaints/" in path)
    author = new_client()
    page = author.page(address)
    assert "Das kostet nichts und braucht keine Form" in page.text
    assert "Die zweite Zeile setzt eine Firma herab." in page.text
    assert page.form("main form[method=post]").keys() == {"csrf_token", "body"}
    assert author.submit(address, {"body": SAID}).location == address
    waiting = author.page(address)
    complaint = db.session.execute(select(Complaint)).scalar_one()
    assert waiting.h1 == f"Ihre Beschwerde ist da: {complaint.number}"
    assert not waiting.select("main form[method=post]")
    listed = desk.page("/de/moderation/complaints/")
    assert complaint.number in listed.text
    where = f"/de/moderation/complaints/{complaint.id}"
    assert where in listed.links()
    assert SAID in desk.page(where).text
    assert desk.submit(where, ANSWER, form="form.c-panel").status_code == 303
    answered = author.page(address)
    assert answered.h1 == f"Ihre Beschwerde {complaint.number} ist beantwortet"
    assert "Die Zeile stand so nicht da." in answered.text
    assert disputes.notes.all[decision.subject_id].status == "published"
    assert complaint.number in desk.page("/de/moderation/complaints/?show=answered").text


def test_every_way_leads_to_the_form(
    disputes: Disputes, client: Any, new_client: Any, cast: Any, sign_in: Any, outbox: Any, run_jobs: Any
) -> None:
    """Statement mail, receipt page, answer mail, one's own page."""
    report = disputes.refused(by=cast.participant)
    form = complaint_path("reporter", report.id)
    assert form in [path.split("?")[0] for path in paths(outbox.to(cast.participant, "report.answer")[0])]
    receipt = paths(outbox.to(cast.participant, "report.receipt")[0])[0]
    assert form in client.page(receipt).links("main a")
    assert form in sign_in(new_client(), cast.participant).page("/de/me/").links("main a")


def test_the_address_is_private(disputes: Disputes, client: Any) -> None:
    response = client.get(complaint_path("author", disputes.rejected().id))
    assert response.headers["Cache-Control"] == "private, no-store"
    assert html(response).one("meta[name=robots]")["content"] == "noindex"


@pytest.mark.parametrize("token", ["x", "d1-aaaaaaaaaaaaaaaaaaaaaaaa", "a" * 400, "%00", "ä", "d1"])
def test_other_addresses_are_not_found(disputes: Disputes, client: Any, token: str) -> None:
    disputes.rejected()
    assert client.get(f"/de/complaints/{token}").status_code == 404


@pytest.mark.parametrize("body", ["", " \n\t", "x" * 5001])
def test_what_was_typed_survives(disputes: Disputes, client: Any, body: str) -> None:
    response = client.submit(complaint_path("author", disputes.rejected().id), {"body": body})
    assert response.status_code == 422
    page = html(response)
    assert page.select("#body-error")
    assert page.form("main form[method=post]")["body"].strip() == body.strip()


def test_a_second_complaint_is_refused_and_its_words_are_kept(disputes: Disputes, client: Any, db: Any) -> None:
    address = complaint_path("author", disputes.rejected().id)
    form = client.page(address).form("main form[method=post]")
    for status in (303, 409):
        response = client.post(address, data={**form, "body": "Noch einmal: so war es nicht."})
        assert response.status_code == status
    assert "Noch einmal: so war es nicht." in html(response).one("#kept").get_text()
    assert len(db.session.execute(select(Complaint)).all()) == 1


@pytest.mark.parametrize("value", ["<script>alert(1)</script>", "\u202egedreht", "{{ 7*7 }}", "%(number)s", "=1+1"])
def test_hostile_words_are_only_words(disputes: Disputes, new_client: Any, desk: Any, db: Any, value: str) -> None:
    decision = disputes.rejected()
    visitor = new_client()
    assert visitor.submit(complaint_path("author", decision.id), {"body": value}).status_code == 303
    complaint = db.session.execute(select(Complaint)).scalar_one()
    for browser, address in (
        (visitor, complaint_path("author", decision.id)),
        (desk, "/de/moderation/complaints/"),
        (desk, f"/de/moderation/complaints/{complaint.id}"),
    ):
        assert "<script>alert(1)" not in browser.page(address).source


def test_both_languages(disputes: Disputes, client: Any) -> None:
    page = client.page(f"/en/complaints/{complaint_token('author', disputes.rejected().id)}")
    assert page.h1 == "Complain about a decision"
    assert "within 10 working days" in page.text


# ---- the desk -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["visitor", "participant", "owner", "editor", "admin"])
def test_the_desk_is_for_moderators(disputes: Disputes, client: Any, cast: Any, sign_in: Any, who: str) -> None:
    complaint = disputes.about_rejection()
    if who != "visitor":
        sign_in(client, getattr(cast, who))
    for address in (
        "/de/moderation/complaints/",
        f"/de/moderation/complaints/{complaint.id}",
        "/de/moderation/misuse/",
    ):
        assert client.get(address).status_code == (303 if who == "visitor" else 403)


def test_who_took_part_reads_and_does_not_decide(disputes: Disputes, client: Any, cast: Any, sign_in: Any) -> None:
    complaint = disputes.about_rejection()
    page = sign_in(client, cast.moderator).page(f"/de/moderation/complaints/{complaint.id}")
    assert "Sie waren an der Entscheidung beteiligt" in page.text
    assert not page.select("main form[method=post]")


def test_moderators_of_other_consultations_find_nothing(
    disputes: Disputes, client: Any, make: Any, sign_in: Any
) -> None:
    complaint = disputes.about_rejection(consultation_id=make.consultation().id)
    other = make.person("Andere", roles=("moderator",), consultation=make.consultation())
    browser = sign_in(client, other)
    assert browser.get(f"/de/moderation/complaints/{complaint.id}").status_code == 404
    assert complaint.number not in browser.page("/de/moderation/complaints/").text
    assert browser.get("/de/moderation/misuse/").status_code == 403


def test_art_20_4_of_two_at_once_the_second_gets_409_and_keeps_the_words(
    disputes: Disputes, desk: Any, new_client: Any, make: Any, sign_in: Any, db: Any
) -> None:
    complaint = disputes.about_rejection()
    where = f"/de/moderation/complaints/{complaint.id}"
    third = sign_in(new_client(), make.person("Dritte", roles=("moderator",)))
    form = third.page(where).form("form.c-panel")
    assert desk.submit(where, ANSWER, form="form.c-panel").status_code == 303
    late = third.post(where, data={**form, "outcome": "reject", "reason": "confirmed", "note": "Das bleibt so."})
    assert late.status_code == 409
    assert "Max Moderator hat diese Beschwerde schon beantwortet" in html(late).text
    assert db.session.execute(select(Complaint.outcome)).scalar_one() == "uphold"


def test_an_incomplete_answer_keeps_what_was_typed(disputes: Disputes, desk: Any) -> None:
    complaint = disputes.complain("author", disputes.removed().id)
    sent = desk.submit(
        f"/de/moderation/complaints/{complaint.id}",
        {
            "outcome": "partly",
            "reason": "proportion",
            "note": "Ein Satz genügt.",
            "act": "redact",
            "act_reason": "insult",
        },
        form="form.c-panel",
    )
    assert sent.status_code == 422
    page = html(sent)
    assert page.select("#passage-error")
    form = page.form("form.c-panel")
    assert (form["note"].strip(), form["act"], form["outcome"]) == ("Ein Satz genügt.", "redact", "partly")


def test_a_look_at_what_is_not_public_is_logged(disputes: Disputes, desk: Any, cast: Any, db: Any, new_client: Any,
                                                sign_in: Any) -> None:  # fmt: skip
    decision = disputes.removed(audience="ministry")
    complaint = disputes.complain("author", decision.id)
    where = f"/de/moderation/complaints/{complaint.id}"
    assert "Wir teilen unseren Prüfstand" in desk.page(where).text
    rows = db.session.execute(select(AuditRow).where(AuditRow.event == "answer.read")).scalars().all()
    assert [(row.actor_id, row.subject_id) for row in rows] == [(cast.moderator2.id, decision.subject_id)]
    assert "Wir teilen unseren Prüfstand" not in sign_in(new_client(), cast.moderator).page(where).text
    complaints.decide(cast.actor(cast.moderator2), complaint.id, Answer("reject", "confirmed", "Es bleibt dabei."))
    assert "Wir teilen unseren Prüfstand" not in desk.page(where).text


def test_taking_shows_who_works_on_it(disputes: Disputes, desk: Any, new_client: Any, cast: Any, sign_in: Any) -> None:
    complaint = disputes.about_rejection()
    where = f"/de/moderation/complaints/{complaint.id}"
    assert desk.submit(where, form="form[action$=take]").status_code == 303
    assert "Max Moderator bearbeitet sie." in sign_in(new_client(), cast.moderator).page(where).text


def test_art_21_a_dispute_out_of_court_is_noted(disputes: Disputes, desk: Any, cast: Any, db: Any) -> None:
    complaint = disputes.about_rejection()
    complaints.decide(cast.actor(cast.moderator2), complaint.id, Answer("reject", "confirmed", "Es bleibt dabei."))
    where = f"/de/moderation/complaints/{complaint.id}"
    form = "form[action$=disputes]"
    missing = desk.submit(where, {"body": ""}, form=form)
    assert missing.status_code == 422
    assert html(missing).select("#body-error")
    desk.submit(where, {"body": "Schlichtungsstelle Musterland"}, form=form)
    assert "Schlichtungsstelle Musterland" in desk.page(where).text
    desk.submit(where, {"outcome": "complainant", "is_followed": "y"}, form=form)
    dispute = db.session.execute(select(Dispute)).scalar_one()
    assert (dispute.outcome, dispute.is_followed, dispute.closed_at is not None) == ("complainant", True, True)


def test_the_empty_desk_says_so(desk: Any) -> None:
    assert "Keine Beschwerde wartet." in desk.page("/de/moderation/complaints/").text
    assert "Noch keine Beschwerde ist beantwortet." in desk.page("/de/moderation/complaints/?show=answered").text
    assert "Niemand hat Anlass gegeben." in desk.page("/de/moderation/misuse/").text


def test_pages_keep_their_budgets(disputes: Disputes, desk: Any, app: Any, client: Any, db: Any, cast: Any) -> None:
    disputes.refused(by=cast.participant)
    first = disputes.about_rejection()
    pages = {
        "/de/moderation/complaints/": 8,
        f"/de/moderation/complaints/{first.id}": 10,
        "/de/moderation/misuse/": 8,
        f"/de/moderation/misuse/texts/p{cast.owner.id}": 10,
        complaint_path("author", first.decision_id or 0): 10,
    }

    def measure() -> list[int]:
        counts = []
        db.session.commit()
        for address, most in pages.items():
            with count_queries(app, at_most=most) as seen:
                desk.page(address)
            counts.append(len(seen))
        return counts

    before = measure()
    for number in range(8):
        disputes.complain("author", disputes.rejected(title=f"Text {number}").id)
        disputes.refused(by=cast.participant)
    assert measure() == before
    assert db.session.execute(select(Decision)).first()
