"""Requests about personal data by letter: when they are due, who is reminded, and what becomes of them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from consult.accounts import data_requests
from consult.accounts.data_requests import Received, months_after
from consult.accounts.erasure import erase
from consult.accounts.models import DataRequest
from consult.core import retention
from consult.core.clock import today
from consult.core.errors import Conflict, Invalid, Refused
from tests.support.page import html
from tests.support.queries import count_queries

PAGE = "/de/admin/data-requests/"
LETTER = {
    "kind": "access", "channel": "letter", "name": "Ute Muster", "contact": "Weg 1, 99999 Ort",
    "body": "Was wissen Sie über mich?",
}  # fmt: skip


@pytest.fixture
def admin(client: Any, cast: Any, sign_in: Any) -> Any:
    return sign_in(client, cast.admin)


@pytest.fixture
def asked(cast: Any, db: Any) -> Any:
    def made(days_ago: int = 0, **more: Any) -> DataRequest:
        given = Received(**{**LETTER, "received_on": today() - timedelta(days=days_ago), **more})
        found = data_requests.receive(cast.actor(cast.admin), given)
        db.session.commit()
        return found

    return made


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 11, 24), 1, date(2026, 12, 24)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2027, 1, 31), 1, date(2027, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
    ],
)
def test_a_month_ends_on_the_same_day_or_on_the_last(day: date, months: int, expected: date) -> None:
    assert months_after(day, months) == expected


def test_from_the_letter_to_the_answer(admin: Any, db: Any) -> None:
    assert "Kein Anliegen ist offen" in admin.page(PAGE).text
    admin.submit(PAGE + "new", LETTER)
    found = db.session.execute(select(DataRequest)).scalar_one()
    assert (found.received_on, found.due_on) == (today(), months_after(today(), 1))
    listed = admin.page(PAGE).text
    assert found.number in listed and "Ute Muster" in listed and "Auskunft" in listed
    page = admin.page(f"{PAGE}{found.id}")
    assert "Was wissen Sie über mich?" in page.text
    wrong = admin.submit(f"{PAGE}{found.id}", {"outcome": "refused"}, form="section[aria-labelledby=answer] form")
    assert wrong.status_code == 422
    assert "den Grund, den die Person erfahren hat" in html(wrong).errors()["note"]
    fields = {"outcome": "fulfilled", "note": "Kopie aller Daten geschickt."}
    admin.submit(f"{PAGE}{found.id}", fields, form="section[aria-labelledby=answer] form")
    page = admin.page(f"{PAGE}{found.id}")
    assert "Kopie aller Daten geschickt." in page.text and "erfüllt" in page.text
    assert "Ute Muster" not in admin.page(PAGE).text
    assert "Ute Muster" in admin.page(PAGE + "?state=answered").text
    admin.submit(f"{PAGE}{found.id}", {}, form="main form")
    assert "Ute Muster" in admin.page(PAGE).text
    assert admin.page(f"{PAGE}{found.id}").form("section[aria-labelledby=answer] form")["note"].startswith("Kopie")


def test_what_is_wrong_is_said_at_the_field(admin: Any, cast: Any) -> None:
    fields = {**LETTER, "name": "", "email": "nobody@else.example", "received_on": str(today() + timedelta(days=1))}
    answer = admin.submit(PAGE + "new", fields)
    assert answer.status_code == 422
    assert {"name", "email", "received_on"} == set(html(answer).errors())
    assert html(answer).form("main form")["body"] == LETTER["body"]


#         days since receipt, extended before -> may be extended
@pytest.mark.parametrize(
    ("ago", "before", "may"), [(0, False, True), (25, False, True), (40, False, False), (3, True, False)]
)
def test_two_more_months_once_and_within_the_first(ago: int, before: bool, may: bool, asked: Any, cast: Any) -> None:
    actor, one = cast.actor(cast.admin), asked(ago)
    if before:
        data_requests.extend(actor, one.id, "Viele Akten.")
    if may:
        with pytest.raises(Invalid):
            data_requests.extend(actor, one.id, " ")
        assert data_requests.extend(actor, one.id, "Viele Akten.").due_on == months_after(one.received_on, 3)
    else:
        with pytest.raises(Conflict):
            data_requests.extend(actor, one.id, "Viele Akten.")


@pytest.mark.parametrize("who", ["participant", "moderator", "editor", "analyst", "official"])
def test_nobody_else_writes_in_the_list(who: str, asked: Any, cast: Any) -> None:
    actor, one = cast.actor(getattr(cast, who)), asked()
    for act in (
        lambda: data_requests.receive(actor, Received(**{**LETTER, "received_on": today()})),
        lambda: data_requests.extend(actor, one.id, "Viele Akten."),
        lambda: data_requests.answer(actor, one.id, "fulfilled", today(), ""),
        lambda: data_requests.reopen(actor, one.id),
    ):
        with pytest.raises(Refused):
            act()


def test_the_second_of_two_administrators_learns_of_the_first(asked: Any, admin: Any, cast: Any, db: Any) -> None:
    one = asked()
    page = admin.page(f"{PAGE}{one.id}")
    data_requests.answer(cast.actor(cast.admin), one.id, "refused", today(), "Kein Nachweis.")
    db.session.commit()
    fields = {**page.form("section[aria-labelledby=answer] form"), "outcome": "fulfilled", "note": "Erledigt."}
    answer = admin.post(f"{PAGE}{one.id}", data=fields)
    assert answer.status_code == 409 and "Inzwischen hat jemand eine Antwort vermerkt" in html(answer).text
    db.session.refresh(one)
    assert (one.outcome, one.note) == ("refused", "Kein Nachweis.")


def told(outbox: Any, cast: Any) -> list[Any]:
    found: list[Any] = [mail for mail in outbox.to(cast.admin) if "Datenschutz-Anliegen" in mail.subject]
    return found


def test_the_administration_is_reminded_a_week_before_and_once_it_is_late(
    asked: Any, cast: Any, clock: Any, outbox: Any, run_jobs: Any, db: Any
) -> None:
    one, start = asked(), clock.now
    for days, expected in ((20, 0), (24, 1), (25, 1), (32, 2), (40, 2)):
        clock.move_to(start + timedelta(days=days))
        data_requests.remind({})
        db.session.commit()
        run_jobs()
        assert len(told(outbox, cast)) == expected, days
    first, second = told(outbox, cast)
    assert one.number in first.subject and "läuft ab" in first.subject and "ist vorbei" in second.subject
    assert f"/admin/data-requests/{one.id}" in first.text and "24. Dezember 2026" in first.text


def test_it_is_part_of_what_a_person_takes_out_and_goes_with_the_account(asked: Any, cast: Any, db: Any) -> None:
    one = asked(email=cast.participant.email)
    (copy,) = data_requests.of_person(cast.participant.id)
    assert copy["request"] == LETTER["body"] and copy["number"] == one.number
    erase(cast.actor(cast.participant), cast.participant.id)
    db.session.commit()
    db.session.refresh(one)
    assert (one.name, one.contact, one.body, one.person_id) == ("", "", "", None)
    assert one.received_on == today(), "that it was asked, and answered in time, can still be shown"


def test_answered_ones_go_after_their_period(asked: Any, cast: Any, clock: Any, db: Any) -> None:
    one, still = asked(), asked()
    data_requests.answer(cast.actor(cast.admin), one.id, "fulfilled", today(), "")
    db.session.commit()
    clock.shift(days=1096)
    retention.run({})
    db.session.commit()
    assert db.session.execute(select(DataRequest.id)).scalars().all() == [still.id]


def test_the_list_costs_few_queries(asked: Any, admin: Any, app: Any) -> None:
    for _ in range(3):
        asked()
    admin.get(PAGE)
    with count_queries(app, 8):
        admin.get(PAGE)
