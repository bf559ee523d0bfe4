"""Reports by readers, signed in or not: receipt, case, answer; and the figures that everyone may read."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from consult.moderation import operations, queries
from consult.moderation.models import REPORT, Case, Report
from consult.moderation.operations import Choice
from consult.redress import personal
from tests.moderation.kind import KIND, Notes
from tests.support.mail import paths
from tests.support.page import html

pytestmark = pytest.mark.usefixtures("chain_is_whole")

FORM = "/de/report"
NOTE_URL = "/de/consultations/region/questions/1"  # `kind.register` lets this address stand for note 1
ADVERT = {"reason": "advertising", "note": "Reine Werbung."}


@pytest.fixture
def reported(notes: Notes, make: Any, cast: Any) -> Any:
    """A public note by the owner, at an address of the site."""
    make.consultation(slug="region")
    return notes.published(author=cast.owner)


def fill(**fields: Any) -> dict[str, Any]:
    sound = {
        "url": NOTE_URL, "reason": "advertising", "explanation": "Das ist reine Werbung.", "name": "Rita Leserin",
        "email": "rita@leser.example", "good_faith": "y",
    }  # fmt: skip
    return {**sound, **fields}


def choose(case: Case, outcome: str, **values: Any) -> Choice:
    return Choice(outcome, version=queries.version_text(case), **values)


def test_a_visitor_reports_and_gets_a_receipt(
    reported: Any, client: Any, db: Any, outbox: Any, clock: Any, cast: Any
) -> None:
    response = client.submit(FORM, fill())
    assert response.status_code == 303
    receipt = client.page(response.location)
    report = db.session.execute(select(Report)).scalar_one()
    assert report.number in receipt.h1
    assert (report.kind, report.subject_id, report.status) == (KIND, reported.id, "received")
    case = db.session.execute(select(Case)).scalar_one()
    assert (case.source, case.report_count, case.author_id) == (REPORT, 1, cast.owner.id)
    assert case.due_at - clock.now == timedelta(days=2, hours=7)
    mail = outbox.last("rita@leser.example")
    assert report.number in mail.subject
    assert paths(mail) == [response.location]


def test_the_form_knows_the_text_and_the_reader(reported: Any, client: Any, cast: Any, sign_in: Any) -> None:
    assert reported is not None
    page = sign_in(client, cast.participant).page(f"{FORM}?url={NOTE_URL}")
    fields = page.form("main form[method=post]")
    assert (fields["url"], fields["name"], fields["email"]) == (
        NOTE_URL,
        "Paula Participant",
        "participant@people.example",
    )
    assert "Sie melden: Ein Prüfstand für alle" in page.text
    english = client.page(f"/en/report?url={NOTE_URL}")
    assert english.h1 == "Report content"
    assert "off-topic" in [option["value"] for option in english.select("select[name=reason] option")]
    assert "meets-rules" not in [option["value"] for option in english.select("select[name=reason] option")]


def test_nobody_has_to_say_who_they_are(reported: Any, client: Any, db: Any, outbox: Any) -> None:
    response = client.submit(FORM, fill(name="", email=""))
    assert response.status_code == 303
    assert len(outbox) == 0
    assert "Ihre Meldung ist da" in client.page(response.location).text


@pytest.mark.parametrize("prefix", ["http://127.0.0.1", "https://127.0.0.1", "HTTP://127.0.0.1:5000", ""])
def test_full_addresses_of_this_site_count(reported: Any, client: Any, prefix: str) -> None:
    assert client.submit(FORM, fill(url=f"{prefix}{NOTE_URL}?view=x#y")).status_code == 303


OTHER_ADDRESSES = (
    "",
    "nonsense",
    "/de/",
    "/de/nowhere",
    f"https://elsewhere.example{NOTE_URL}",
    f"//elsewhere.example{NOTE_URL}",
    f"ftp://127.0.0.1{NOTE_URL}",
    "javascript:alert(1)",
    "http://[::1",
    "/\x00",
    "/de/consultations/region/questions/2",
    "/de/consultations/region/questions/99999999999999999999",
    "/de/projects/%00",
    "/de/projects/nowhere",
    "/" + "a" * 3000,
    "\\\\127.0.0.1\\x",
)


def test_the_host_that_the_reader_came_by_counts(reported: Any, client: Any) -> None:
    address = f"http://localhost{NOTE_URL}"
    assert "Sie melden" in client.page(f"{FORM}?url={address}").text
    assert client.submit(FORM, fill(url=address)).status_code == 303


@pytest.mark.parametrize("url", OTHER_ADDRESSES)
def test_other_addresses_are_told_at_the_field(reported: Any, client: Any, db: Any, url: str) -> None:
    response = client.submit(FORM, fill(url=url))
    assert response.status_code == 422
    page = html(response)
    assert page.select("#url-error")
    assert page.form("main form[method=post]")["explanation"].strip() == "Das ist reine Werbung."
    assert db.session.execute(select(Report)).first() is None


def test_what_is_not_public_cannot_be_asked_for(notes: Notes, make: Any, client: Any) -> None:
    make.consultation(slug="region")
    notes.add(status="submitted")
    assert client.submit(FORM, fill()).status_code == 422


INCOMPLETE = (
    ("reason", ""),
    ("reason", "meets-rules"),
    ("reason", "'; --"),
    ("explanation", ""),
    ("explanation", " \n\t "),
    ("explanation", "x" * 5001),
    ("name", "y" * 121),
    ("email", "rita@leser"),
    ("email", "<b>@x"),
    ("email", "a" * 300 + "@b.example"),
    ("good_faith", None),
)


@pytest.mark.parametrize(("field", "value"), INCOMPLETE)
def test_what_is_missing_is_said_at_its_field(reported: Any, client: Any, field: str, value: str | None) -> None:
    response = client.submit(FORM, fill(**{field: value}))
    assert response.status_code == 422
    assert html(response).select(f"#{field}-error")


@pytest.mark.parametrize(
    "value", ["<script>alert(1)</script>", "\u202egedreht", "{{ 7*7 }}", "%(name)s", "=cmd|' /C calc'!A0"]
)
def test_hostile_words_are_only_words(reported: Any, client: Any, db: Any, moderator: Any, value: str) -> None:
    response = client.submit(FORM, fill(explanation=value, name=value[:50], email=""))
    assert response.status_code == 303
    case = db.session.execute(select(Case)).scalar_one()
    for address in ("/de/moderation/", f"/de/moderation/cases/{case.id}"):
        assert "<script>alert(1)" not in moderator.page(address).source


def test_further_reports_join_the_case(reported: Any, client: Any, db: Any) -> None:
    for number in range(3):
        client.submit(FORM, fill(explanation=f"Zum {number + 1}. Mal"))
    case = db.session.execute(select(Case)).scalar_one()
    assert (case.report_count, case.report_hint) == (3, "Zum 3. Mal")
    assert len({report.number for report in db.session.execute(select(Report)).scalars()}) == 3


def test_nobody_floods_a_strange_mailbox(reported: Any, client: Any, outbox: Any) -> None:
    for _turn in range(8):
        assert client.submit(FORM, fill()).status_code == 303
    assert len(outbox.to("rita@leser.example")) == 5


def test_the_moderator_sees_the_report_and_it_is_answered(
    reported: Any,
    client: Any,
    new_client: Any,
    cast: Any,
    sign_in: Any,
    db: Any,
    outbox: Any,
    clock: Any,
    run_jobs: Any,
) -> None:
    address = client.submit(FORM, fill()).location
    browser = sign_in(new_client(), cast.moderator)
    case = db.session.execute(select(Case)).scalar_one()
    queue = browser.page("/de/moderation/?kind=report")
    assert "»Das ist reine Werbung.«" in queue.text
    page = browser.page(f"/de/moderation/cases/{case.id}")
    assert "1 Meldung" in page.text
    assert [box["value"] for box in page.select("input[name=outcome]")] == ["publish", "redact", "hide"]
    assert "So stehen lassen" in page.text
    browser.submit(f"/de/moderation/cases/{case.id}", form="form[action$=claim]")
    assert "In Arbeit" in client.page(address).text
    clock.shift(hours=3)
    sent = browser.submit(
        f"/de/moderation/cases/{case.id}",
        {"outcome": "publish", "note": "Es ist ein Erfahrungsbericht."},
        form="form.c-decide",
    )
    assert sent.status_code == 303
    answer = client.page(address)
    assert "verstößt nach unserer Prüfung weder gegen die Spielregeln" in answer.text
    assert "Es ist ein Erfahrungsbericht." in answer.text
    report = db.session.execute(select(Report)).scalar_one()
    assert (report.status, report.waited_seconds) == ("answered", 3 * 3600)
    mail = outbox.to("rita@leser.example", "report.answer")[0]
    assert mail.send_after - clock.now == timedelta(minutes=10)
    assert reported.status == "published"
    assert not outbox.to(cast.owner)  # nothing has changed for the author


def test_an_answer_is_taken_back_with_its_decision(reported: Any, client: Any, cast: Any, db: Any, outbox: Any) -> None:
    client.submit(FORM, fill())
    case = db.session.execute(select(Case)).scalar_one()
    moderator = cast.actor(cast.moderator)
    decision = operations.decide(moderator, case.id, choose(case, "publish"))
    operations.reverse(moderator, decision.id)
    report = db.session.execute(select(Report)).scalar_one()
    assert (report.status, report.decision_id, report.answered_at) == ("in_work", None, None)
    assert not outbox.to("rita@leser.example", "report.answer")
    operations.decide(moderator, case.id, choose(case, "hide", **ADVERT))
    assert report.status == "in_work"  # the last word is still to come
    operations.decide(moderator, case.id, choose(case, "remove", **ADVERT))
    assert report.status == "answered"
    assert "nicht mehr zu lesen" in outbox.to("rita@leser.example", "report.answer")[0].text


def test_when_the_author_is_faster_the_reader_hears_that(reported: Any, client: Any, outbox: Any, db: Any) -> None:
    address = client.submit(FORM, fill()).location
    operations.withdraw_case(KIND, reported.id)
    assert "zurückgezogen" in outbox.to("rita@leser.example", "report.answer")[0].text
    assert "zurückgezogen" in client.page(address).text


@pytest.mark.parametrize("receipt", ["x", "M-2026-00001", "a" * 500, "%00", "ä"])
def test_other_receipts_are_not_found(client: Any, receipt: str) -> None:
    assert client.get(f"/de/report/{receipt}").status_code == 404


def test_texts_that_no_room_moderates_can_be_reported(
    make: Any, new_client: Any, db: Any, moderator: Any, cast: Any
) -> None:
    project = make.project("Geteilte Prüfstände")
    client = new_client()
    response = client.submit(FORM, fill(url=f"/de/projects/{project.slug}"))
    assert response.status_code == 303
    case = db.session.execute(select(Case)).scalar_one()
    page = moderator.page(f"/de/moderation/cases/{case.id}")
    assert [box["value"] for box in page.select("input[name=outcome]")] == ["publish"]
    sent = moderator.submit(f"/de/moderation/cases/{case.id}", {"note": "Ist richtig so."}, form="form.c-decide")
    assert sent.status_code == 303
    assert "Ist richtig so." in client.page(response.location).text


def test_a_person_takes_out_and_leaves(
    reported: Any, notes: Notes, client: Any, cast: Any, sign_in: Any, db: Any
) -> None:
    sign_in(client, cast.participant)
    client.submit(FORM, fill(email="participant@people.example"))
    taken = personal.export(cast.participant.id)
    assert taken["reports"][0]["explanation"] == "Das ist reine Werbung."
    assert (taken["complaints"], taken["measures"]) == ([], [])
    personal.erase(cast.participant.id)
    db.session.expire_all()
    report = db.session.execute(select(Report)).scalar_one()
    assert (report.name, report.email, report.reporter_id) == ("", "", None)
    assert personal.export(cast.participant.id) == {"reports": [], "complaints": [], "measures": []}
