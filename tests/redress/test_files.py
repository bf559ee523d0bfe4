"""The file of a case: complete, printable, and closed to whom it must not tell anything."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import select

from consult.core.audit import AuditRow
from consult.core.errors import NotFound
from consult.moderation.models import Case, Decision, Report
from consult.redress import complaints, files
from consult.redress.complaints import Answer
from consult.redress.files import Look, case_file, look_of, readable_case, without_secrets
from consult.redress.models import Complaint
from tests.redress.disputes import SAID, Disputes
from tests.support.queries import count_queries

pytestmark = pytest.mark.usefixtures("chain_is_whole")

REJECTED = Answer("reject", "confirmed", "Es bleibt dabei.")


@pytest.fixture
def case(disputes: Disputes, cast: Any, notes: Any, db: Any) -> Case:
    """A reported text that was removed, with the author's complaint and its answer."""
    report = disputes.report(notes.published(author=cast.owner))
    decision = disputes.restrict(report)
    complaint = disputes.complain("author", decision.id)
    complaints.decide(cast.actor(cast.moderator2), complaint.id, REJECTED)
    db.session.commit()
    found = db.session.get(Case, decision.case_id)
    assert found is not None
    return found


def test_it_holds_everything(case: Case, client: Any, cast: Any, sign_in: Any, db: Any) -> None:
    browser = sign_in(client, cast.moderator)
    page = browser.page(f"/de/moderation/cases/{case.id}/file")
    numbers = [db.session.execute(select(table.number)).scalar_one() for table in (Report, Complaint)]
    numbers += [one.number for one in db.session.execute(select(Decision)).scalars()]
    for words in (
        *numbers, "Wir teilen unseren Prüfstand.", "Das beleidigt uns.", SAID, "Es bleibt dabei.",
        "decision.made", "complaint.received", "report.received", "Mona Moderator", "Max Moderator",
    ):  # fmt: skip
        assert words in page.text, words
    found = json.loads(browser.get(f"/de/moderation/cases/{case.id}/file.json").data)
    assert {"versions", "reports", "decisions", "complaints", "mails", "log"} <= set(found)
    assert [one["outcome"] for one in found["decisions"]] == ["hide", "remove"]
    assert found["complaints"][0]["outcome"] == "reject"
    assert {one["to"] for one in found["mails"]} == {"author", "reporter", "complainant"}
    rows = {row.seq: row for row in db.session.execute(select(AuditRow)).scalars()}
    assert found["log"]
    for entry in found["log"]:
        assert (entry["hash"], entry["previous"]) == (rows[entry["seq"]].hash, rows[entry["seq"]].previous)


TABLE = {
    "visitor": 303, "participant": 404, "owner": 404, "editor": 404, "analyst": 404, "official": 404,
    "moderator": 200, "moderator2": 200, "admin": 200,
    "local moderator": 404, "author with the role": 404, "reporter with the role": 404, "colleague with the role": 404,
}  # fmt: skip


@pytest.mark.parametrize("who", TABLE)
def test_who_may_read_it(
    disputes: Disputes, notes: Any, client: Any, cast: Any, make: Any, sign_in: Any, who: str, db: Any
) -> None:
    note = notes.published(author=cast.owner, organisation_id=cast.company.id)
    report = disputes.report(note, by=cast.participant)
    if who.endswith("with the role"):
        person = {"author": cast.owner, "reporter": cast.participant, "colleague": cast.colleague}[who.split()[0]]
        make.grant(person, "moderator")
    elif who == "local moderator":
        person = make.person("Vor Ort", roles=("moderator",), consultation=make.consultation())
    else:
        person = None if who == "visitor" else getattr(cast, who)
    if person is not None:
        sign_in(client, person)
    for address in (f"/de/moderation/cases/{report.case_id}/file", f"/de/moderation/cases/{report.case_id}/file.json"):
        assert client.get(address).status_code == TABLE[who]


def test_who_reported_is_shown_on_demand_to_those_who_decide_and_logged(
    case: Case, client: Any, cast: Any, sign_in: Any, new_client: Any, db: Any
) -> None:
    plain, asked = f"/de/moderation/cases/{case.id}/file.json", f"/de/moderation/cases/{case.id}/file.json?names=1"
    moderator, admin = sign_in(client, cast.moderator), sign_in(new_client(), cast.admin)
    for browser, address, shown in (
        (moderator, plain, False), (moderator, asked, True), (admin, plain, False), (admin, asked, False),
    ):  # fmt: skip
        text = browser.get(address).get_data(as_text=True)
        assert ("rita@leser.example" in text, "Rita Leserin" in text) == (shown, shown)
    rows = db.session.execute(select(AuditRow.actor_id).where(AuditRow.event == "report.names_read")).scalars().all()
    assert rows == [cast.moderator.id]
    assert len(db.session.execute(select(AuditRow).where(AuditRow.event == "case.file_read")).all()) == 4


def test_what_is_not_public_stays_out_once_the_case_is_closed(
    disputes: Disputes, notes: Any, client: Any, cast: Any, sign_in: Any, new_client: Any, db: Any
) -> None:
    report = disputes.report(notes.published(author=cast.owner, audience="ministry"))
    address = f"/de/moderation/cases/{report.case_id}/file"
    moderator, admin = sign_in(client, cast.moderator), sign_in(new_client(), cast.admin)
    assert "Wir teilen unseren Prüfstand" in moderator.page(address).text
    assert "Wir teilen unseren Prüfstand" not in admin.page(address).text
    rows = db.session.execute(select(AuditRow.actor_id).where(AuditRow.event == "answer.read")).scalars().all()
    assert rows == [cast.moderator.id]
    disputes.restrict(report)
    assert "Wir teilen unseren Prüfstand" not in moderator.page(address).text
    decision = db.session.execute(select(Decision).order_by(Decision.id.desc())).scalars().first()
    disputes.complain("author", decision.id)
    assert "Wir teilen unseren Prüfstand" in moderator.page(address).text  # open again, by the complaint


def test_secret_addresses_are_cut(case: Case, cast: Any) -> None:
    found = case_file(case, Look(restricted=False, reporters=True))
    assert "/complaints/…" in found["decisions"][0]["statement"]["de"]
    assert all("/complaints/d" not in mail["text"] for mail in found["mails"])
    text = "Siehe https://x.example/de/ideas/status/" + "aB3_" * 8 + " und https://x.example/de/ideas/OR-2026-00042."
    assert (
        without_secrets(text)
        == "Siehe https://x.example/de/ideas/status/… und https://x.example/de/ideas/OR-2026-00042."
    )


def test_what_is_gone_is_said(case: Case, notes: Any) -> None:
    del notes.all[case.subject_id]
    found = case_file(case, Look(restricted=False, reporters=False))
    assert found["versions"][0]["gone"] is True
    assert found["decisions"]


def test_a_case_that_is_not_there(case: Case, cast: Any) -> None:
    actor = cast.actor(cast.moderator)
    with pytest.raises(NotFound):
        readable_case(actor, case.id + 1)
    assert look_of(actor, case, names=False) == Look(restricted=False, reporters=False)


def test_every_version_is_in_it(disputes: Disputes, cast: Any, notes: Any, db: Any, client: Any, sign_in: Any) -> None:
    note = notes.add("Zwei Fassungen", author=cast.owner)
    case = notes.open(note)
    note.versions.append("Zweite Fassung.")
    notes.open(note)
    db.session.commit()
    assert disputes
    found = case_file(case, Look(restricted=False, reporters=False))
    assert [one["version"] for one in found["versions"]] == [note.id * 100 + 1, note.id * 100 + 2]
    page = sign_in(client, cast.moderator).page(f"/de/moderation/cases/{case.id}/file")
    assert [one.get_text() for one in page.select("section[aria-labelledby=versions] h3")] == ["Fassung 1", "Fassung 2"]


def test_the_file_keeps_its_budget(case: Case, disputes: Disputes, app: Any, cast: Any, notes: Any, db: Any) -> None:
    counts = []
    for _turn in range(2):
        db.session.commit()
        db.session.expire_all()
        fresh = db.session.get(Case, case.id)
        with count_queries(app, at_most=10) as seen:
            case_file(fresh, Look(restricted=True, reporters=True))
        counts.append(len(seen))
        notes.all[case.subject_id].status = "published"
        for number in range(4):
            disputes.report(notes.all[case.subject_id], email=f"leser{number}@leser.example")
    assert counts[0] == counts[1]
    assert files.MOST_LOG > 100
