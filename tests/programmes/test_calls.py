"""Calls: when one can apply, reminders that come once, deadlines that move, and the browser of those who keep them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from consult.core.clock import LOCAL, now, start_of_day, today
from consult.core.db import db
from consult.core.errors import Conflict, DomainError, Invalid, Refused
from consult.core.registry import registries
from consult.links.models import Link
from consult.notifications.models import Follow, Notice
from consult.programmes import operations, rules
from consult.programmes.models import Call, Programme, Reminder
from tests.support.page import html
from tests.support.queries import count_queries

MOMENT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
PAST, AHEAD = MOMENT - timedelta(days=10), MOMENT + timedelta(days=10)


@pytest.fixture
def programme(clock: Any, make: Any) -> Callable[..., Programme]:
    """Makes programmes."""
    assert clock is not None

    def made(slug: str = "pilot", **columns: Any) -> Programme:
        given = {"kind": "funding-programme", "level": "state", "topics": [], **columns}
        return make.add(
            Programme(
                slug=slug, title={"de": f"Programm {slug}", "en": f"Programme {slug}"}, sort_key=slug,
                summary={"de": "Worum es geht."}, created_at=now(), updated_at=now(), **given,
            )
        )  # fmt: skip

    return made


def call_of(make: Any, programme: Programme, slug: str = "aufruf", **columns: Any) -> Call:
    given = {"opens_at": PAST, "closes_at": AHEAD, **columns}
    return make.add(Call(programme_id=programme.id, slug=slug, title={"de": "Aufruf", "en": "Call"}, **given))


# ---- decision table -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rolling", [False, True])
@pytest.mark.parametrize("closes", [None, PAST + timedelta(days=1), MOMENT, AHEAD])
@pytest.mark.parametrize("opens", [None, PAST, MOMENT, AHEAD - timedelta(days=1)])
def test_state_follows_from_the_dates(opens: datetime | None, closes: datetime | None, rolling: bool) -> None:
    call = Call(opens_at=opens, closes_at=closes, rolling=rolling)
    if closes is not None and closes <= MOMENT:
        expected = "closed"
    elif opens is not None and opens > MOMENT:
        expected = "planned"
    elif (opens is not None and closes is not None) or rolling:
        expected = "open"
    else:
        expected = "unknown"
    assert rules.state_of(call, MOMENT) == expected


def test_the_list_and_the_rule_agree(client: Any, make: Any, programme: Any) -> None:
    number = 0
    for opens in (None, PAST, AHEAD - timedelta(days=1)):
        for closes in (None, PAST + timedelta(days=1), AHEAD):
            for rolling in (False, True):
                number += 1
                one = programme(f"p-{number:02}")
                call = call_of(make, one, f"a-{number}", opens_at=opens, closes_at=closes, rolling=rolling)
                shown = client.page("/de/programmes/?open=1").text
                assert (one.title["de"] in shown) == (rules.state_of(call, now()) == "open"), (opens, closes, rolling)


@pytest.mark.parametrize(
    ("closes", "days", "expected"),
    [
        (datetime(2026, 12, 24, tzinfo=LOCAL), 7, datetime(2026, 12, 16, 8, tzinfo=LOCAL)),  # the 23rd is the last day
        (datetime(2026, 12, 24, 12, tzinfo=LOCAL), 7, datetime(2026, 12, 17, 8, tzinfo=LOCAL)),
        (datetime(2027, 3, 30, tzinfo=LOCAL), 3, datetime(2027, 3, 26, 8, tzinfo=LOCAL)),  # over the change of clocks
    ],
)
def test_when_somebody_is_reminded(closes: datetime, days: int, expected: datetime) -> None:
    assert rules.remind_at(closes.astimezone(UTC), days) == expected


@pytest.mark.parametrize("who", ["participant", "owner", "cluster_manager", "moderator", "admin"])
def test_only_editors_keep_programmes(make: Any, cast: Any, programme: Any, who: str) -> None:
    one = programme()
    call = call_of(make, one)
    actor, texts = make.actor(getattr(cast, who)), {"title": {"de": "Neu"}}
    for act in (
        lambda: operations.create_programme(actor, texts, {}, []),
        lambda: operations.save_programme(actor, one.id, 1, texts, {}, []),
        lambda: operations.create_call(actor, one.id, texts, {}),
        lambda: operations.save_call(actor, call.id, 1, texts, {}),
        lambda: operations.remove_call(actor, call.id, 1),
    ):
        with pytest.raises(Refused):
            act()


# ---- reminders ------------------------------------------------------------------------------------------------------


def test_a_reminder_comes_once(
    client: Any, make: Any, cast: Any, sign_in: Any, programme: Any, clock: Any, run_jobs: Any, outbox: Any
) -> None:
    call = call_of(make, programme(), closes_at=start_of_day(today() + timedelta(days=31)))
    sign_in(client, cast.participant)
    page = client.page("/de/programmes/pilot")
    form = page.select("form[action$='/remind']")[0]
    assert [option["value"] for option in form.select("option")] == ["1", "3", "7", "14"]
    response = client.submit("/de/programmes/pilot", {"days": "7"}, form="form[action$='/remind']")
    assert response.location.endswith("#call-aufruf")
    assert "Wir erinnern Sie am 17. Dezember 2026, 8 Uhr" in client.page("/de/programmes/pilot").text
    assert "Aufruf" in client.page("/de/me/").text, "what one follows stands on one's page"
    assert db.session.query(Follow).filter_by(kind="call").count() == 1

    clock.move_to(datetime(2026, 12, 17, 7, 59, tzinfo=LOCAL))
    operations.send_due()
    run_jobs()
    assert not outbox.to(cast.participant)
    clock.move_to(datetime(2026, 12, 17, 8, 0, tzinfo=LOCAL))
    for _again in range(3):
        operations.send_due()
        db.session.commit()
        run_jobs()
    (mail,) = outbox.to(cast.participant)
    assert mail.subject == "Die Frist rückt näher: Aufruf, 24. Dezember 2026."
    assert "/de/programmes/pilot#call-aufruf" in mail.text
    assert db.session.query(Notice).count() == 1 and call.id


@pytest.mark.parametrize("case", ["closed", "no deadline", "too late", "odd number", "signed out"])
def test_what_nobody_can_be_reminded_of(make: Any, cast: Any, programme: Any, case: str) -> None:
    closes = {"closed": PAST + timedelta(days=1), "no deadline": None}.get(case, MOMENT + timedelta(days=5))
    call = call_of(make, programme(), closes_at=closes)
    days = {"too late": 7, "odd number": 2}.get(case, 3)
    actor = make.actor(cast.participant)
    kinds: dict[str, type[DomainError]] = {"too late": Invalid, "odd number": Invalid, "signed out": Refused}
    with pytest.raises(kinds.get(case, Conflict)):
        operations.remind(type(actor)() if case == "signed out" else actor, call.id, days)
    assert not db.session.query(Reminder).count()


def test_wrong_days_are_said_at_the_field(client: Any, make: Any, cast: Any, sign_in: Any, programme: Any) -> None:
    call_of(make, programme(), closes_at=MOMENT + timedelta(days=5))
    sign_in(client, cast.participant)
    response = client.submit("/de/programmes/pilot", {"days": "30"}, form="form[action$='/remind']")
    assert response.status_code == 422 and "zu spät" in html(response).errors()["days"]


def test_it_can_be_changed_and_taken_back(client: Any, make: Any, cast: Any, sign_in: Any, programme: Any) -> None:
    call = call_of(make, programme(), closes_at=MOMENT + timedelta(days=40))
    sign_in(client, cast.participant)
    actor = make.actor(cast.participant)
    for days in (7, 14):
        operations.remind(actor, call.id, days)
    assert db.session.query(Reminder).one().days_before == 14
    client.submit("/de/programmes/pilot", form="form[action$='/forget']")
    assert not db.session.query(Reminder).count() and not db.session.query(Follow).count()


@pytest.mark.parametrize(("shift", "again"), [(20, True), (-3, False)])
def test_a_moved_deadline_is_told(
    make: Any, cast: Any, programme: Any, clock: Any, run_jobs: Any, outbox: Any, shift: int, again: bool
) -> None:
    closes = start_of_day(today() + timedelta(days=20))
    call = call_of(make, programme(), closes_at=closes)
    operations.remind(make.actor(cast.participant), call.id, 7)
    clock.shift(days=13)
    operations.send_due()
    run_jobs()
    values = {"opens_at": PAST, "closes_at": closes + timedelta(days=shift)}
    operations.save_call(make.actor(cast.editor), call.id, 1, {"title": call.title}, values)
    run_jobs()
    kinds = [mail.kind for mail in outbox.to(cast.participant)]
    assert kinds == ["programmes.deadline", "programmes.moved"]
    clock.shift(days=shift if again else 0)
    operations.send_due()
    run_jobs()
    assert len(outbox.to(cast.participant)) == (3 if again else 2)


def test_what_is_known_of_a_person_is_given_and_erased(make: Any, cast: Any, programme: Any) -> None:
    call = call_of(make, programme(), closes_at=MOMENT + timedelta(days=40))
    operations.remind(make.actor(cast.participant), call.id, 7)
    entry = registries.personal_data["programmes"]
    assert entry.export(cast.participant.id)["call_reminders"][0]["call"] == "aufruf"
    entry.erase(cast.participant.id)
    assert not db.session.query(Reminder).count()


# ---- pages ----------------------------------------------------------------------------------------------------------


def test_signed_out_the_way_leads_through_signing_in(client: Any, make: Any, programme: Any) -> None:
    call_of(make, programme())
    page = client.page("/de/programmes/pilot")
    assert not page.select("main form") and "Bis jetzt" not in page.text
    assert any("next=" in link and "remind" in link for link in page.links("main a"))
    assert client.get("/de/programmes/pilot/calls/aufruf/remind").status_code == 303


def test_filters(client: Any, make: Any, programme: Any) -> None:
    call_of(make, programme("a", level="eu", topics=["innovation"]), "a1")
    programme("b", level="state", kind="call")
    rows = client.page("/de/programmes/?level=eu&open=1").links(".c-list h3 a")
    assert rows == ["/de/programmes/a"]
    assert client.page("/de/programmes/?open=1&level=state").links(".c-list h3 a") == []
    assert len(client.page("/de/programmes/?topic=unbekannt&level=%00").links(".c-list h3 a")) == 2


def test_deadlines_for_the_calendar(client: Any, make: Any, programme: Any) -> None:
    one = programme()
    call_of(make, one, "ganz", closes_at=start_of_day(today() + timedelta(days=8)))
    call_of(make, one, "mittags", closes_at=datetime(2026, 12, 4, 12, tzinfo=LOCAL).astimezone(UTC))
    call_of(make, one, "ohne", closes_at=None)
    call_of(make, one, "vorbei", closes_at=PAST + timedelta(days=1))
    text = client.get("/de/programmes/calls.ics").text
    assert text.count("BEGIN:VEVENT") == 2 and "DTSTART;VALUE=DATE:20261201" in text
    assert "DTSTART;TZID=Europe/Berlin:20261204T120000" in text
    assert client.get("/de/programmes/pilot/calls/ganz.ics").status_code == 200
    for slug in ("ohne", "nirgends"):
        assert client.get(f"/de/programmes/pilot/calls/{slug}.ics").status_code == 404


def test_an_editor_keeps_a_programme(client: Any, make: Any, cast: Any, sign_in: Any, clock: Any) -> None:
    make.organisation("Ministerium Nord", slug="nord")
    cluster = make.cluster("Optik Nord")
    project = make.project("Prüfstand")
    sign_in(client, cast.editor)
    fields = {
        "title_de": "Offene Türen", "title_en": "Open doors", "summary_de": "Kurz", "kind": "call", "level": "state",
        "owner": "Ministerium Nord", "funded": f"Optik Nord\nproject/{project.slug}", "amount_max": "250.000",
        "amount_per": "project",
    }  # fmt: skip
    response = client.submit("/de/editorial/programmes/new", fields)
    assert response.status_code == 303
    page = client.page("/de/programmes/offene-tueren")
    assert "Wer gefördert wurde" in page.text and "Optik Nord" in page.text and "250.000 Euro" in page.text
    address = "/de/editorial/programmes/offene-tueren"
    stale = client.page(address).form("form#write")
    assert stale["funded"].split() == [f"cluster/{cluster.slug}", f"project/{project.slug}"]
    assert client.submit(address, {"funded": f"cluster/{cluster.slug}"}, form="form#write").status_code == 303
    assert {link.status for link in db.session.query(Link).filter_by(type="funded_by_programme")} == {"stated", "ended"}
    response = client.post(address, data={**stale, "title_de": "Später"})
    assert response.status_code == 409 and html(response).form("form#write")["title_de"] == "Später"
    response = client.submit(address, {"owner": "Niemand", "amount_max": "viel"}, form="form#write")
    assert response.status_code == 422 and set(html(response).errors()) == {"owner", "amount_max"}


def test_an_editor_keeps_a_call(client: Any, make: Any, cast: Any, sign_in: Any, programme: Any) -> None:
    programme()
    sign_in(client, cast.editor)
    base = "/de/editorial/programmes/pilot/calls"
    response = client.submit(
        f"{base}/new",
        {"title_de": "Runde 2", "opens_on": "1.12.2026", "closes_on": "2027-02-26", "closes_time": "12 Uhr"},
    )
    assert response.status_code == 303
    page = client.page("/de/programmes/pilot")
    assert "Geplant" in page.text and "1. Dezember 2026 bis 26. Februar 2027, 12 Uhr" in page.text
    form = client.page(f"{base}/runde-2").form("form#write")
    assert (form["closes_on"], form["closes_time"], form["opens_on"]) == ("2027-02-26", "12:00", "2026-12-01")
    response = client.submit(f"{base}/runde-2", {"closes_on": "2026-11-30", "closes_time": ""}, form="form#write")
    assert response.status_code == 422 and "closes_on" in html(response).errors()
    assert client.submit(f"{base}/runde-2", {"closes_time": ""}, form="form#write").status_code == 303
    assert client.page(f"{base}/runde-2").form("form#write")["closes_on"] == "2027-02-26"
    response = client.post(f"{base}/runde-2", data={**form, "title_de": "Anders"})
    assert response.status_code == 409
    client.submit(f"{base}/runde-2", form="form[action$='/remove']")
    assert not db.session.query(Call).count()


def test_queries_do_not_grow(app: Any, client: Any, make: Any, cast: Any, sign_in: Any, programme: Any) -> None:
    sign_in(client, cast.editor)
    paths = (("/de/programmes/", 8), ("/de/programmes/p-0", 10), ("/de/editorial/programmes/", 8),
             ("/de/editorial/programmes/p-0", 14))  # fmt: skip
    first: Programme | None = None
    counts: list[int] = []
    for size in (2, 10):
        for number in range(2 if counts else 0, size):
            one = programme(f"p-{number}")
            first = first or one
            call_of(make, first, f"a-{number}")
            call_of(make, one, f"b-{number}")
        for path, budget in paths:
            client.get(path)
            with count_queries(app, at_most=budget) as found:
                assert client.get(path).status_code == 200
            counts.append(len(found))
    assert counts[:4] == counts[4:]
