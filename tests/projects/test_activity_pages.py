"""Pages of activities: reading, joining signed in and by mailed link, giving up, refusals that keep what was typed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from icalendar import Calendar

from consult.core.clock import LOCAL
from consult.projects.models import Activity
from tests.projects.crowd import counters_are_true, join, led_by, put, statuses
from tests.support.mail import paths
from tests.support.page import html
from tests.support.queries import count_queries

pytestmark = pytest.mark.usefixtures("clock")

HOSTILE = [
    "<script>alert(1)</script>",
    "{{ 7 * 7 }} {% raw %}",
    "Robert'); DROP TABLE participation;--",
    "\u202eRückwärts\u202c und \u0000 NUL",
    "🎪" * 50,
    '=HYPERLINK("x")',
]


@pytest.fixture
def activity(make: Any) -> Activity:
    found: Activity = make.activity(
        slug="werkstatt", days=30, capacity=2, city="Erfurt", country="DE", format="hybrid", languages=["de", "en"],
        roles=["expertise", "informed"],
    )  # fmt: skip
    found.set_title({"de": "Werkstattgespräch", "en": "Workshop talk"})
    return found


# ---- reading --------------------------------------------------------------------------------------------------------


def test_the_page_of_a_visitor_holds_no_form(client: Any, activity: Activity) -> None:
    response = client.get("/de/activities/werkstatt")
    page = html(response)
    assert page.h1 == "Werkstattgespräch"
    assert not page.select("form[method=post]") and not response.headers.getlist("Set-Cookie")
    assert "public" in response.headers["Cache-Control"]
    assert "/de/activities/werkstatt/join" in page.links("main a")
    assert "Donnerstag, 24. Dezember 2026" in page.text and "10 bis 13 Uhr" in page.text
    assert "Erfurt und online" in page.text and "0 von 2 Plätzen vergeben." in page.text


def test_both_languages(client: Any, activity: Activity) -> None:
    page = client.page("/en/activities/werkstatt")
    assert page.h1 == "Workshop talk"
    assert "Thursday, 24 December 2026" in page.text and "10 am to 1 pm" in page.text
    assert "Erfurt and online" in page.text and "Reserve a place" in page.text
    assert "Platz reservieren" in client.page("/de/activities/werkstatt").text


def test_an_unknown_address(client: Any, activity: Activity) -> None:
    for path in ("nichts", "nichts/join", "nichts.ics", "werkstatt/place/unbekannt", "calendar.ics?project=nichts"):
        assert client.get(f"/de/activities/{path}").status_code == 404
    assert client.get("/de/activities/werkstatt/join/unbekannt").status_code == 410


def test_the_list_shows_upcoming_first_then_past(client: Any, make: Any) -> None:
    make.activity("In zwei Wochen", days=14)
    make.activity("In einer Woche", days=7)
    make.activity("Vor einem Jahr", days=-365)
    make.activity("Gestern", days=-1)
    titles = [link.get_text(strip=True) for link in client.page("/de/activities/").select(".c-dates h3 a")]
    assert titles == ["In einer Woche", "In zwei Wochen", "Gestern", "Vor einem Jahr"]


def test_filters(client: Any, make: Any, activity: Activity) -> None:
    make.activity("Konferenz fern", kind="conference", format="online", languages=["en"])
    full = make.activity("Voll", capacity=1, city="Jena")
    put(full, make.person(), "confirmed")

    def titles(query: str) -> set[str]:
        return {tag.get_text(strip=True) for tag in client.page(f"/de/activities/?{query}").select(".c-dates h3 a")}

    assert titles("kind=conference") == {"Konferenz fern"}
    assert titles("format=hybrid&format=online") == {"Werkstattgespräch", "Konferenz fern"}
    assert titles("place=Jena") == {"Voll"}
    assert titles("language=en") == {"Werkstattgespräch", "Konferenz fern"}
    assert titles("free=1") == {"Werkstattgespräch", "Konferenz fern"}
    page = client.page("/de/activities/?kind=conference&place=Jena")
    assert "Kein Termin passt zu Ihrer Auswahl" in page.text
    assert "Ohne »Jena« ist es 1." in page.text


@pytest.mark.parametrize("query", ["kind=%00", "after=" + "A" * 300, "place='%22%25_", "language=de&" * 50, "q=%FF%FE"])
def test_hostile_filters(client: Any, activity: Activity, query: str) -> None:
    assert client.get(f"/de/activities/?{query}").status_code == 200


def test_queries_do_not_grow(app: Any, client: Any, make: Any, cast: Any, sign_in: Any) -> None:
    project = make.project("Verbund")
    led_by(project, "organisation", cast.company)

    def more(number: int) -> Activity:
        for _one in range(number):
            found = make.activity(
                capacity=3, project_id=project.id, organiser_kind="organisation", organiser_id=cast.company.id
            )
            for _other in range(3):
                put(found, make.person(), "confirmed")
            put(found, make.person(), "waiting")
        return found

    first = more(3)
    own = put(first, cast.owner, "waiting")
    assert own
    sign_in(client, cast.owner)
    counts = []
    for number in (0, 12):
        if number:
            more(number)
        for path, budget in (("/de/activities/", 8), (f"/de/activities/{first.slug}", 10)):
            client.get(path)  # whatever is read once a process has been read
            with count_queries(app, at_most=budget) as found:
                assert client.get(path).status_code == 200
            counts.append(len(found))
    assert counts[:2] == counts[2:]


# ---- calendar -------------------------------------------------------------------------------------------------------


def test_the_calendar_file_parses(client: Any, activity: Activity) -> None:
    response = client.get("/de/activities/werkstatt.ics")
    assert response.mimetype == "text/calendar"
    calendar = Calendar.from_ical(response.data)
    (event,) = calendar.walk("VEVENT")
    assert str(event["summary"]) == "Werkstattgespräch" and str(event["location"]) == "Erfurt und online"
    assert event.decoded("dtstart") == activity.starts_at and event.decoded("dtend") == activity.ends_at
    assert [str(zone["tzid"]) for zone in calendar.walk("VTIMEZONE")] == ["Europe/Berlin"]
    assert str(event["url"]) == "http://127.0.0.1/de/activities/werkstatt"


def test_whole_days_end_on_the_day_after(client: Any, make: Any, clock: Any) -> None:
    activity = make.activity("Messe", slug="messe")
    start = clock.now.astimezone(LOCAL).replace(hour=0) + timedelta(days=10)
    activity.set_dates(start, start + timedelta(days=3, seconds=-1), "day")
    (event,) = Calendar.from_ical(client.get("/en/activities/messe.ics").data).walk("VEVENT")
    assert event.decoded("dtstart") == start.date() and event.decoded("dtend") == (start + timedelta(days=3)).date()
    page = client.page("/de/activities/messe")
    assert "4. bis 6. Dezember 2026" in page.text


@pytest.mark.parametrize(
    ("precision", "words"), [("month", "November 2026"), ("year", "2026"), ("", "Datum nicht bekannt")]
)
def test_a_coarse_date_has_no_calendar_file(client: Any, make: Any, clock: Any, precision: str, words: str) -> None:
    activity = make.activity(slug="ungefaehr", status="announced", registration=False)
    activity.set_dates(clock.now if precision else None, None, precision)
    assert client.get("/de/activities/ungefaehr.ics").status_code == 404
    page = client.page("/de/activities/ungefaehr")
    assert words in page.text and not [link for link in page.links() if link.endswith(".ics")]
    assert client.page("/de/activities/").select(".c-dates li")


def test_the_calendar_of_all(client: Any, make: Any, activity: Activity) -> None:
    project = make.project("Verbund", slug="verbund")
    make.activity("Treffen", slug="treffen", project_id=project.id)
    make.activity("Vorbei", days=-3)
    make.activity("Abgesagt", status="cancelled")
    everything = Calendar.from_ical(client.get("/de/activities/calendar.ics").data)
    names = [str(event["summary"]) for event in everything.walk("VEVENT")]
    assert sorted(names) == ["Treffen", "Werkstattgespräch"]
    own = Calendar.from_ical(client.get("/de/activities/calendar.ics?project=verbund").data)
    assert [str(event["summary"]) for event in own.walk("VEVENT")] == ["Treffen"]
    assert "/de/activities/calendar.ics?project=verbund" in client.page("/de/projects/verbund").links()


# ---- joining signed in ----------------------------------------------------------------------------------------------


def test_join_and_give_up(client: Any, sign_in: Any, cast: Any, activity: Activity, outbox: Any) -> None:
    sign_in(client, cast.participant)
    page = client.page("/de/activities/werkstatt")
    fields = page.form()
    assert set(fields) == {"csrf_token", "role", "message"} and fields["role"] == "expertise"
    response = client.submit("/de/activities/werkstatt", {"message": "Ich bringe Kuchen mit."}, follow_redirects=True)
    assert response.status_code == 200
    assert "Sie haben einen Platz." in html(response).text
    assert statuses(activity) == ["confirmed"] and counters_are_true(activity)
    mail = outbox.last(cast.participant)
    assert "werkstatt.ics" in mail.text and "Fachwissen beitragen" in mail.text
    response = client.submit("/de/activities/werkstatt", form="form[action$='/leave']", follow_redirects=True)
    assert "Ihr Platz ist abgesagt." in html(response).text
    assert statuses(activity) == ["cancelled"]


def test_a_full_activity_answers_with_the_waiting_list(
    client: Any, sign_in: Any, make: Any, cast: Any, activity: Activity
) -> None:
    for _number in range(2):
        put(activity, make.person(), "confirmed")
    put(activity, make.person(), "waiting")
    sign_in(client, cast.participant)
    response = client.submit("/de/activities/werkstatt")
    assert response.status_code == 303
    page = client.page(response.location)
    assert "Sie stehen an zweiter Stelle und rücken von selbst nach." in page.text
    assert client.post("/de/activities/werkstatt/join", data=_token(client)).status_code == 303  # once more is no error
    assert statuses(activity) == ["confirmed", "confirmed", "waiting", "waiting"]


def _token(client: Any) -> dict[str, str]:
    return {
        "csrf_token": str(client.page("/de/activities/werkstatt").select("main input[name=csrf_token]")[0]["value"])
    }


def test_the_join_page_of_a_member_leads_to_their_place(
    client: Any, sign_in: Any, cast: Any, activity: Activity
) -> None:
    put(activity, cast.participant, "confirmed")
    sign_in(client, cast.participant)
    assert client.get("/de/activities/werkstatt/join").location == "/de/activities/werkstatt"


def test_take_the_offered_place(client: Any, sign_in: Any, cast: Any, activity: Activity, clock: Any) -> None:
    own = put(activity, cast.participant, "offered", offered_until=clock.now + timedelta(hours=20))
    sign_in(client, cast.participant)
    page = client.page("/de/activities/werkstatt")
    assert "Gehalten bis 25. November 2026, 6 Uhr." in page.text
    response = client.submit("/de/activities/werkstatt", form="form[action$='/confirm']", follow_redirects=True)
    assert "Der Platz gehört Ihnen." in html(response).text
    assert own.status == "confirmed"


def test_too_late_for_the_offered_place(client: Any, sign_in: Any, cast: Any, activity: Activity, clock: Any) -> None:
    own = put(activity, cast.participant, "offered", offered_until=clock.now + timedelta(hours=1))
    sign_in(client, cast.participant)
    token = _token(client)
    clock.shift(hours=2)
    assert client.post("/de/activities/werkstatt/confirm", data=token).status_code == 409
    assert own.status == "offered"


def test_without_signing_in_nothing_is_left_or_confirmed(client: Any, activity: Activity) -> None:
    fields = client.page("/de/activities/werkstatt/join").form()
    for act in ("leave", "confirm"):
        response = client.post(f"/de/activities/werkstatt/{act}", data={"csrf_token": fields["csrf_token"]})
        assert response.status_code == 403


# ---- joining by mail ------------------------------------------------------------------------------------------------


def test_join_by_confirmed_mail(client: Any, activity: Activity, outbox: Any) -> None:
    page = client.page("/de/activities/werkstatt/join")
    assert set(page.form()) == {"csrf_token", "role", "message", "email"}
    response = client.submit("/de/activities/werkstatt/join", {"email": "gast@firma.example", "message": "Hallo"})
    assert response.status_code == 303
    assert client.page(response.location).h1 == "Bitte sehen Sie in Ihr Postfach"
    assert statuses(activity) == []
    (link,) = [path for path in paths(outbox.last("gast@firma.example")) if "/join/" in path]
    client.page(link), client.page(link)  # a mail scanner follows links; nothing happens
    assert statuses(activity) == []
    response = client.submit(link)
    assert response.status_code == 303 and "/place/" in response.location
    assert "Sie haben einen Platz." in client.page(response.location).text
    assert statuses(activity) == ["confirmed"]
    assert client.get(link).status_code == 410
    place = response.location
    mail = outbox.last("gast@firma.example")
    assert mail.kind == "activities.confirmed" and place in paths(mail)
    response = client.submit(place, follow_redirects=True)
    assert "Ihr Platz ist abgesagt." in html(response).text
    assert "no-store" in client.get(place).headers["Cache-Control"]
    assert statuses(activity) == ["cancelled"]
    assert outbox.last("gast@firma.example").kind == "activities.cancelled"


def test_the_mail_speaks_the_readers_language(client: Any, activity: Activity, outbox: Any) -> None:
    client.submit("/en/activities/werkstatt/join", {"email": "guest@company.example"})
    mail = outbox.last("guest@company.example")
    assert mail.subject == "Please confirm your registration: Workshop talk"
    link = next(path for path in paths(mail) if "/join/" in path)
    assert link.startswith("/en/")
    client.submit(link)
    assert outbox.last("guest@company.example").subject == "You have a place: Workshop talk"


def test_an_offer_is_taken_by_the_mailed_link(client: Any, make: Any, activity: Activity, outbox: Any) -> None:
    people = [make.person() for _number in range(3)]
    seats = [join(make, activity, one, "expertise") for one in people]
    from consult.projects import activity_operations

    activity_operations.leave_activity(make.actor(people[0]), seats[0].id)
    mail = outbox.last(people[2])
    assert mail.kind == "activities.offered"
    link = next(path for path in paths(mail) if "/place/" in path)
    assert statuses(activity) == ["cancelled", "confirmed", "offered"]
    client.submit(link, form="form[action$='/confirm']")
    assert statuses(activity) == ["cancelled", "confirmed", "confirmed"]


def test_links_to_one_address_are_limited(client: Any, activity: Activity) -> None:
    codes = [
        client.submit("/de/activities/werkstatt/join", {"email": "gast@firma.example"}).status_code for _n in range(6)
    ]
    assert codes == [303] * 5 + [429]


def test_a_deactivated_account_cannot_join(client: Any, cast: Any, activity: Activity, outbox: Any, clock: Any) -> None:
    cast.participant.deactivated_at = clock.now
    client.submit("/de/activities/werkstatt/join", {"email": cast.participant.email})
    link = next(path for path in paths(outbox.last(cast.participant)) if "/join/" in path)
    assert client.submit(link).status_code == 403
    assert statuses(activity) == []


def test_a_link_of_another_activity_is_none(client: Any, make: Any, activity: Activity, outbox: Any) -> None:
    make.activity(slug="anderes")
    client.submit("/de/activities/werkstatt/join", {"email": "gast@firma.example"})
    link = next(path for path in paths(outbox.last("gast@firma.example")) if "/join/" in path)
    assert client.get(link.replace("werkstatt", "anderes")).status_code == 410
    client.submit(link)
    place = next(path for path in paths(outbox.last("gast@firma.example")) if "/place/" in path)
    assert client.get(place.replace("werkstatt", "anderes")).status_code == 404


# ---- refusals -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("signed_in", [True, False])
@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"status": "cancelled"}, "abgesagt"),
        ({"registration_until": "past"}, "Die Anmeldung ist beendet."),
        ({"starts_at": "past"}, "hat begonnen oder ist vorüber"),
        ({"capacity": 0, "waiting_list": False}, "keine Warteliste"),
    ],
)
def test_closed_says_why_and_keeps_the_text(
    client: Any, sign_in: Any, cast: Any, activity: Activity, clock: Any, signed_in: bool,
    columns: dict[str, Any], words: str,
) -> None:  # fmt: skip
    if signed_in:
        sign_in(client, cast.participant)
    fields = client.page("/de/activities/werkstatt/join").form()
    fields.update({"message": "Das habe ich lange geschrieben.", "email": "gast@firma.example"})
    for name, value in columns.items():
        setattr(activity, name, clock.now - timedelta(minutes=1) if value == "past" else value)
    response = client.post("/de/activities/werkstatt/join", data=fields)
    page = html(response)
    assert response.status_code == 409 and words in page.text
    assert "Das habe ich lange geschrieben." in page.one("textarea").get_text()
    assert client.get("/de/activities/werkstatt/join").location == "/de/activities/werkstatt"
    assert not client.page("/de/activities/werkstatt").select("main form[method=post]")


def test_closed_before_the_link_was_used(client: Any, activity: Activity, outbox: Any) -> None:
    client.submit("/de/activities/werkstatt/join", {"email": "gast@firma.example", "message": "Mein Text"})
    link = next(path for path in paths(outbox.last("gast@firma.example")) if "/join/" in path)
    activity.registration = False
    response = client.submit(link)
    assert response.status_code == 409 and "Mein Text" in html(response).text
    activity.registration = True
    assert client.submit(link).status_code == 303  # the link was not used up by the refusal


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_messages_are_kept_as_text(client: Any, sign_in: Any, cast: Any, activity: Activity, text: str) -> None:
    sign_in(client, cast.participant)
    response = client.submit("/de/activities/werkstatt", {"message": text, "role": "co-lead"})
    assert response.status_code == 422
    page = html(response)
    kept = page.one("textarea[name=message]").get_text().lstrip("\r\n")
    assert kept == text.replace("\x00", "").replace("\u202e", "").replace("\u202c", "")
    assert "Bitte wählen Sie einen Eintrag aus der Liste." in page.text
    assert client.submit("/de/activities/werkstatt", {"message": text}).status_code == 303


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"message": "x" * 2001}, "message"),
        ({"email": ""}, "email"),
        ({"email": "info@beispiel"}, "email"),
        ({"email": "kein Zeichen"}, "email"),
        ({"email": "a" * 300 + "@firma.example"}, "email"),
        ({"email": "x\r\nBcc: y@firma.example"}, "email"),
    ],
)
def test_bad_fields_get_a_sentence(client: Any, activity: Activity, fields: dict[str, str], field: str) -> None:
    sent = {"message": "Bleibt stehen.", "email": "gast@firma.example", **fields}
    response = client.submit("/de/activities/werkstatt/join", sent)
    page = html(response)
    assert response.status_code == 422
    assert page.errors().get(field)
    assert sent["message"] in page.one("textarea[name=message]").get_text()


def test_bytes_that_are_no_text(client: Any, activity: Activity) -> None:
    token = client.page("/de/activities/werkstatt/join").form()["csrf_token"]
    body = b"csrf_token=" + token.encode() + b"&message=%FF%FE%00%ED%A0%80&email=%C3%28"
    response = client.post("/de/activities/werkstatt/join", data=body, content_type="application/x-www-form-urlencoded")
    assert response.status_code == 422


# ---- the host -------------------------------------------------------------------------------------------------------


def test_the_host_decides_and_notes_who_was_there(
    client: Any, new_client: Any, sign_in: Any, make: Any, cast: Any, activity: Activity, clock: Any
) -> None:
    activity.host_accepts = True
    activity.organiser_kind, activity.organiser_id = "organisation", cast.company.id
    asked = join(make, activity, cast.participant, "expertise", "Darf ich?")
    base = "/de/activities/werkstatt/participants"
    stranger = sign_in(new_client(), cast.stranger)
    for path in (base, f"{base}/{asked.id}"):
        assert stranger.get(path).status_code == 403
        assert new_client().get(path).status_code == 303  # to sign in
    sign_in(client, cast.owner)
    assert base in client.page("/de/activities/werkstatt").links()
    assert "Paula Participant" in client.page(base).text and "Darf ich?" in client.page(f"{base}/{asked.id}").text
    response = client.submit(f"{base}/{asked.id}", {"outcome": "decline", "note": ""})
    assert response.status_code == 422 and "Bitte schreiben Sie einen Satz" in html(response).text
    assert client.submit(f"{base}/{asked.id}", {"outcome": "accept"}).status_code == 303
    assert statuses(activity) == ["confirmed"]
    token = client.page("/de/me/").one("form[action$='sign-out'] input[name=csrf_token]")["value"]
    late = client.post(f"{base}/{asked.id}", data={"csrf_token": token, "outcome": "decline", "note": "Zu spät"})
    assert late.status_code == 409
    assert client.get(f"{base}/99999").status_code == 404
    assert activity.starts_at is not None
    clock.move_to(activity.starts_at + timedelta(hours=1))
    sign_in(client, cast.owner)
    client.submit(base, form="form:has(input[value='1'])")
    assert statuses(activity) == ["attended"]
    client.submit(base, form="form:has(input[value='0'])")
    assert statuses(activity) == ["absent"]


def test_my_page_lists_what_i_joined(client: Any, sign_in: Any, make: Any, cast: Any, activity: Activity) -> None:
    put(activity, cast.participant, "confirmed")
    past = make.activity(slug="vorbei", days=-3)
    put(past, cast.participant, "attended")
    sign_in(client, cast.participant)
    page = client.page("/en/me/")
    assert [link for link in page.links("main a") if link.startswith("/en/activities/w") or link.endswith("vorbei")] == [
        "/en/activities/werkstatt", "/en/activities/vorbei",
    ]  # fmt: skip
