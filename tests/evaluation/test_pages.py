"""Responses through the pages: the office writes, everyone reads, authors are told; files, feed and facets say the same."""

from __future__ import annotations

import csv
import io
import json
from typing import Any
from urllib.parse import urlsplit

import pytest

from consult.core.audit import AuditRow
from consult.core.db import db
from consult.core.jobs import schedule_periodic
from consult.evaluation import merging, operations
from consult.evaluation.drafts import Promise
from consult.evaluation.models import Commitment, Response, ResponseDraft, ResponseVersion
from consult.evaluation.recounting import recount
from consult.ideas import tokens
from consult.notifications.operations import follow
from tests.evaluation import desk
from tests.evaluation.desk import HERE, NEW
from tests.support.mail import paths
from tests.support.page import Page, html
from tests.support.queries import count_queries

pytestmark = pytest.mark.usefixtures("clock")
LIST = "/de/results/open-region/responses/"
FORM = "form:has(#body)"


@pytest.fixture
def consultation(make: Any) -> Any:
    return make.consultation(slug="open-region", prefix="OR")


@pytest.fixture
def ideas(make: Any, cast: Any, consultation: Any) -> list[Any]:
    """Two public ideas and one that only the ministry reads."""
    return [
        make.idea("Kalender für Prüfstände", consultation=consultation, author=cast.owner),
        make.idea("Labore teilen", consultation=consultation, author=cast.colleague),
        make.idea("Vertraulich", consultation=consultation, author=cast.outsider, answers={1: ("Geheim.", "ministry")}),
    ]


@pytest.fixture
def official(client: Any, cast: Any, sign_in: Any) -> Any:
    """The browser of an official of the ministry."""
    return sign_in(client, cast.official)


def status_of(idea: Any, app: Any) -> str:
    with app.test_request_context("/de/"):
        return f"/de/ideas/status/{tokens.status_token(idea.draft_key)}"


def test_one_response_to_three_ideas(
    app: Any, official: Any, new_client: Any, cast: Any, ideas: list[Any], outbox: Any, run_jobs: Any, clock: Any
) -> None:
    """Written once; everyone reads it with both public ideas at once, and its people are told ten minutes later."""
    run_jobs()
    follow(cast.actor(cast.participant), "idea", ideas[0].id)
    page = official.page(f"{HERE}/")
    assert [one["value"] for one in page.select("input[name=idea]")] == [one.number for one in ideas]
    address = f"{NEW}?idea={ideas[0].number}&idea={ideas[1].number}&idea={ideas[2].number}"
    said = {**desk.fields(*ideas, title="Ein Kalender", publish="1"), "promise-1-title": "Stelle ausschreiben",
            "promise-1-unit": "Referat Clusterpolitik", "promise-1-due": "31.3.2027"}  # fmt: skip
    sent = official.submit(address, said, form=FORM)
    assert sent.status_code == 303
    visitor = new_client()
    for idea in ideas[:2]:
        shown = visitor.page(f"/de/ideas/{idea.number}")
        box = shown.one(".c-response").get_text(" ", strip=True)
        assert "Antwort des Ministeriums" in box and "Ein Kalender" in box and "Wird geprüft" in box
        assert "Zusage: Stelle ausschreiben" in box and "31. März 2027" in box and "Zugesagt" in box
        steps = [one.get_text(" ", strip=True) for one in shown.select(".c-time li")]
        assert any("Beantwortet von Wirtschaftsministerium Musterland: Wird geprüft" in one for one in steps)
        assert any("bis 31. März 2027" in one and "Stelle ausschreiben" in one for one in steps)
        assert "gilt für 2 Ideen" in box, "that a third one is answered is nobody's business"
    assert visitor.get(f"/de/ideas/{ideas[2].number}").status_code == 404
    private = visitor.page(status_of(ideas[2], app))
    assert "Ein Kalender" in private.select(".c-response")[0].get_text(" ")
    run_jobs()
    assert not outbox.to(cast.owner, "idea.responded")
    clock.shift(minutes=11)
    run_jobs()
    for person in (cast.owner, cast.colleague, cast.outsider):
        (mail,) = outbox.to(person, "idea.responded")
        assert "Wird geprüft" in mail.text and "Stelle ausschreiben" in mail.text and "gemeinsam" in mail.text
        assert any("/ideas/status/" in one for one in paths(mail))
    (told,) = outbox.to(cast.participant, "idea.responded")
    assert "/ideas/status/" not in told.text and f"/de/ideas/{ideas[0].number}" in told.text
    run_jobs()
    assert len(outbox.to(cast.owner, "idea.responded")) == 1


def test_words_of_the_office_carry_their_language(client: Any, cast: Any, ideas: list[Any], make: Any) -> None:
    found = desk.response(make.actor(cast.official), ideas[:1], promises=(Promise("Tun", "Referat"),))
    for address in (f"/en/ideas/{ideas[0].number}", f"{LIST}{found.id}".replace("/de/", "/en/")):
        box = client.page(address).one(".c-response")
        german = {one.get_text(strip=True) for one in box.select("[lang=de]")}
        assert {"Wir fangen an", "Tun", "Referat"} <= german and any("gemeinsam" in one for one in german)
    assert not client.page(f"/de/ideas/{ideas[0].number}").select(".c-response [lang]")


def test_taken_back_before_anybody_was_told(
    official: Any, cast: Any, ideas: list[Any], outbox: Any, run_jobs: Any, clock: Any, make: Any
) -> None:
    run_jobs()
    found = desk.response(make.actor(cast.official), ideas[:1])
    official.submit(f"{HERE}/{found.id}/withdraw", {"note": "Falsche Idee."})
    assert not official.page(f"/de/ideas/{ideas[0].number}").select(".c-response")
    clock.shift(minutes=11)
    run_jobs()
    assert not outbox.to(cast.owner, "idea.responded") and not outbox.to(cast.owner, "response.withdrawn")


def test_taken_back_later_with_the_reason(
    official: Any, cast: Any, ideas: list[Any], outbox: Any, run_jobs: Any, clock: Any, make: Any
) -> None:
    found = desk.response(make.actor(cast.official), ideas[:1])
    clock.shift(minutes=11)
    run_jobs()
    refused = official.submit(f"{HERE}/{found.id}/withdraw", {"note": " "})
    assert refused.status_code == 422
    official.submit(f"{HERE}/{found.id}/withdraw", {"note": "Zahlen verwechselt."})
    run_jobs()
    (mail,) = outbox.to(cast.owner, "response.withdrawn")
    assert "Zahlen verwechselt." in mail.text
    assert official.get(f"{LIST}{found.id}").status_code == 404
    page = official.page(f"{HERE}/{found.id}")
    assert page.form(FORM)["body"] == desk.BODY, "its wording is a draft again"


def test_a_new_wording_leaves_the_old_one_readable(
    official: Any, new_client: Any, cast: Any, ideas: list[Any], outbox: Any, run_jobs: Any, clock: Any, make: Any
) -> None:
    found = desk.response(make.actor(cast.official), ideas[:1])
    clock.shift(minutes=11)
    run_jobs()
    sent = official.submit(f"{HERE}/{found.id}", {"body": "Jetzt mit Datum.", "publish": "1"}, form=FORM)
    assert sent.status_code == 303
    page = new_client().page(f"{LIST}{found.id}")
    assert "Jetzt mit Datum." in page.one("#response").find_parent("article").get_text(" ")
    assert "gemeinsam" in page.one("main details").get_text(" ")
    clock.shift(minutes=11)
    run_jobs()
    first, second = outbox.to(cast.owner, "idea.responded")
    assert "geändert" in second.subject and "geändert" not in first.subject


def test_what_one_response_can_speak_to_is_found(
    app: Any, official: Any, cast: Any, consultation: Any, make: Any, run_jobs: Any
) -> None:
    """Ideas like one, by words in common; and those without an answer by words. What is answered is not among them."""
    said = "Unser Schwingprüfstand steht an drei Tagen leer, andere Betriebe suchen einen Schwingprüfstand."
    first, second, third, other = [
        make.idea(title, consultation=consultation, author=cast.owner, answers={1: text})
        for title, text in (
            ("Schwingprüfstand teilen", said), ("Freier Schwingprüfstand", said.replace("drei", "zwei")),
            ("Schwingprüfstand im Kalender", said.replace("andere", "viele")), ("Lehrlinge", "Azubis auf Reisen."),
        )
    ]  # fmt: skip
    run_jobs()
    desk.response(make.actor(cast.official), [third])
    page = official.page(f"{HERE}/")
    assert f"{HERE}/?like={first.number}" in page.links()
    db.session.commit()
    with count_queries(app, at_most=12):  # nothing is noted of it yet, so it is compared
        page = official.page(f"{HERE}/?like={first.number}")
    ticks = {one["value"]: one.has_attr("checked") for one in page.select("input[name=idea]")}
    assert ticks == {first.number: True, second.number: False}
    assert page.one("main form .muted").get_text(strip=True) == "ähnliche Wortwahl", "three of four ideas have the word"
    found = official.page(f"{HERE}/?q=Azubis").select("input[name=idea]")
    assert [one["value"] for one in found] == [other.number]
    assert "sagt das" in official.page(f"{HERE}/?q=Walfang").one("main").get_text(" ")


def test_analysts_write_and_officials_publish(
    client: Any, new_client: Any, cast: Any, sign_in: Any, ideas: list[Any]
) -> None:
    analyst = sign_in(client, cast.analyst)
    page = analyst.page(NEW)
    assert not page.select("button[name=publish]") and page.select("button[name=save]")
    sent = analyst.submit(f"{NEW}?idea={ideas[0].number}", desk.fields(ideas[0], publish="1"), form=FORM)
    found = db.session.query(Response).one()
    assert sent.status_code == 303 and (found.status, found.version) == ("draft", 0)
    visitor = new_client()
    assert not visitor.page(f"/de/ideas/{ideas[0].number}").select(".c-response")
    assert visitor.get(f"{LIST}{found.id}").status_code == 404
    assert analyst.get(f"{HERE}/{found.id}/withdraw").status_code == 403
    boss = sign_in(new_client(), cast.official)
    assert cast.analyst.name in boss.page(f"{HERE}/?view=drafts").one("main").get_text(" ")
    assert boss.submit(f"{HERE}/{found.id}", form=FORM).status_code == 303
    assert visitor.page(f"/de/ideas/{ideas[0].number}").select(".c-response")
    assert "entsteht" not in boss.page(f"{HERE}/").one("main").get_text(" ")


def test_another_house_proposes_and_publishes_nothing(
    client: Any, cast: Any, sign_in: Any, ideas: list[Any], make: Any
) -> None:
    found = desk.response(make.actor(cast.official), ideas[:1], promises=(Promise("Tun", "Referat"),))
    agency = sign_in(client, make.person(roles=("official",), organisation=cast.agency))
    page = agency.page(f"{HERE}/{found.id}")
    assert not page.select("button[name=publish]") and cast.ministry.name["de"] in page.one(FORM).get_text(" ")
    assert agency.submit(f"{HERE}/{found.id}", {"body": "Vorschlag."}, form=FORM).status_code == 303
    assert "gemeinsam" in agency.page(f"/de/ideas/{ideas[0].number}").one(".c-response").get_text(" ")
    for address in (f"{HERE}/{found.id}/withdraw", f"/de/evaluation/commitments/{desk.promised(found).id}"):
        assert agency.get(address).status_code == 403
    assert not [one for one in agency.page(f"{LIST}{found.id}").links() if "/commitments/" in one]
    assert not [one for one in agency.page(f"{HERE}/?view=commitments").links() if "/commitments/" in one]


def test_nothing_typed_is_lost(official: Any, ideas: list[Any]) -> None:
    """A refusal stands at its field and keeps everything; empty rows of promises close up before it."""
    typed = {**desk.fields(ideas[0], status="", body="Langer Text."), "promise-1-unit": "", "promise-1-title": "",
             "promise-2-title": "Tun", "promise-2-due": "irgendwann"}  # fmt: skip
    page = official.page(NEW)
    values = {**page.form(FORM), **typed, "publish": "1"}
    refused = official.post(NEW, data=values)
    assert refused.status_code == 422
    text = refused.get_data(as_text=True)
    assert "Langer Text." in text and "irgendwann" in text and ideas[0].number in text
    values |= {"status": "examined", "promise-2-due": ""}
    refused = official.post(NEW, data=values)
    text = refused.get_data(as_text=True)
    assert refused.status_code == 422 and 'id="promise-1-unit-error"' in text and 'value="Tun"' in text
    assert db.session.query(Response).count() == 0


@pytest.mark.parametrize(
    ("typed", "words"),
    [("OR-2026-99999", "OR-2026-99999"), ("die mit dem Kalender", "die mit dem Kalender"), ("", "OR-2026-00042"),
     ("OR-2026-00001\x00", "")],
)  # fmt: skip
def test_which_ideas(official: Any, ideas: list[Any], typed: str, words: str) -> None:
    answer = official.submit(NEW, {**desk.fields(ideas[0]), "ideas": typed, "publish": "1"}, form=FORM)
    if not words:
        assert answer.status_code == 303
        return
    assert answer.status_code == 422 and words in answer.get_data(as_text=True)


def test_sent_twice_begins_one(official: Any, ideas: list[Any]) -> None:
    page = official.page(NEW)
    values = {**page.form(FORM), **desk.fields(ideas[0]), "save": "1"}
    assert official.post(NEW, data=values).status_code == 303
    again = official.post(NEW, data=values)
    assert again.status_code == 303 and db.session.query(Response).count() == 1


def test_published_twice_promises_once(official: Any, ideas: list[Any]) -> None:
    """A double click leads to what the first one published; what is typed on the old page begins another response."""
    page = official.page(NEW)
    values = {
        **page.form(FORM),
        **desk.fields(ideas[0]),
        "promise-1-title": "Tun",
        "promise-1-unit": "Referat",
        "publish": "1",
    }
    first, again = (official.post(NEW, data=values) for _click in range(2))
    assert first.status_code == again.status_code == 303 and first.location == again.location
    assert db.session.query(Response).one().version == 1 and db.session.query(Commitment).count() == 1
    changed = official.post(NEW, data={**values, "body": "Doch anders."})
    assert changed.status_code == 422 and "Doch anders." in changed.get_data(as_text=True)
    assert "schon einmal abgeschickt" in html(changed).text
    other = {**html(changed).form(FORM), "publish": "1"}
    assert official.post(NEW, data=other).status_code == 303 and db.session.query(Response).count() == 2


def test_two_at_once_lose_nothing(
    client: Any, new_client: Any, cast: Any, sign_in: Any, ideas: list[Any], make: Any
) -> None:
    found = desk.response(make.actor(cast.official), ideas[:1], "draft")
    slow, fast = sign_in(client, cast.official), sign_in(new_client(), cast.analyst)
    values = {**slow.page(f"{HERE}/{found.id}").form(FORM), "body": "Meine Fassung.", "publish": "1"}
    assert fast.submit(f"{HERE}/{found.id}", {"body": "Schneller.", "save": "1"}, form=FORM).status_code == 303
    overtaken = slow.post(f"{HERE}/{found.id}", data=values)
    text = overtaken.get_data(as_text=True)
    assert overtaken.status_code == 409 and "Meine Fassung." in text and "Schneller." in text
    values["revision"] = str(found.revision)
    assert slow.post(f"{HERE}/{found.id}", data=values).status_code == 303
    assert db.session.query(ResponseVersion).one().body == "Meine Fassung."
    assert db.session.query(ResponseDraft).count() == 0


def test_warns_of_what_is_said_already(official: Any, cast: Any, ideas: list[Any], make: Any) -> None:
    actor = make.actor(cast.official)
    desk.response(actor, ideas[:1])
    desk.response(actor, [ideas[1]], "draft")
    page = official.page(f"{NEW}?idea={ideas[0].number}&idea={ideas[1].number}").one("aside").get_text(" ", strip=True)
    assert f"{ideas[0].number} hat eine öffentliche Antwort" in page
    assert f"Auf {ideas[1].number} entsteht eine Antwort" in page


def test_badge_facet_and_files(client: Any, cast: Any, ideas: list[Any], make: Any) -> None:
    """The list finds answered ideas by what became of them; its files, and those of responses, say the same."""
    found = desk.response(make.actor(cast.official), ideas, promises=(Promise("Tun", "Referat"),))
    page = client.page("/de/ideas/?response=taken_up")
    assert [one.get_text(strip=True) for one in page.select(".c-list h2")] == [one.title for one in ideas[1::-1]]
    assert all("Beantwortet" in one.get_text(" ") for one in page.select(".c-list article"))
    (tick,) = page.select('input[name=response][value="taken_up"]')
    assert "Wird aufgegriffen" in tick.find_parent("label").get_text(" ")
    assert not client.page("/de/ideas/?response=examined").select(".c-list article")
    rows = list(
        csv.DictReader(
            io.StringIO(client.get("/de/ideas/?format=csv").get_data(as_text=True).lstrip("\ufeff")), delimiter=";"
        )
    )
    assert {row["Was daraus wird"] for row in rows} == {"Wird aufgegriffen"}
    listed = json.loads(client.get(f"{LIST}?format=json").get_data(as_text=True))
    (one,) = listed["data"] if isinstance(listed, dict) else listed
    assert one["id"] == found.id and sorted(one["ideas"]) == sorted(idea.number for idea in ideas[:2])
    assert "Tun" in str(one["commitments"]) and ideas[2].number not in str(listed)
    feed = client.get(f"{LIST}?format=atom").get_data(as_text=True)
    assert "Wir fangen an" in feed and f"/results/open-region/responses/{found.id}" in feed
    assert client.get(f"{LIST}?format=xlsx").status_code == 200
    assert client.page(f"{LIST}?status=examined").h1 and not client.page(f"{LIST}?status=examined").select(
        ".c-response"
    )


def test_a_list_is_kept_and_tells_of_what_is_new(
    client: Any, cast: Any, sign_in: Any, ideas: list[Any], make: Any, outbox: Any, run_jobs: Any, clock: Any
) -> None:
    actor, reader = make.actor(cast.official), sign_in(client, cast.participant)
    desk.response(actor, ideas[:1])
    address = f"{LIST}?status=taken_up"
    assert reader.submit(address, form="main form[action$='/notices/searches']").status_code == 303
    clock.shift(hours=2)
    desk.response(actor, ideas[1:2])
    clock.shift(hours=26)
    schedule_periodic()
    run_jobs()
    mail = outbox.last(cast.participant)
    assert mail.text.count("Wir fangen an") == 1
    assert any(one == address for one in paths(mail)), paths(mail)
    assert address in reader.page("/de/notices/searches").links()


def test_each_line_about_a_new_response_says_what_it_speaks_about_and_leads_there(
    client: Any, cast: Any, sign_in: Any, ideas: list[Any], make: Any, outbox: Any, run_jobs: Any, clock: Any
) -> None:
    """Public ideas by their titles, nothing of others; the feed says the same."""
    actor, reader = make.actor(cast.official), sign_in(client, cast.participant)
    desk.response(actor, ideas[:1], status="draft")
    desk.response(actor, ideas[1:2])
    reader.submit(LIST, form="main form[action$='/notices/searches']")
    clock.shift(hours=2)
    said = [
        desk.response(actor, ideas[:1], title=""),
        desk.response(actor, ideas[:2]),
        desk.response(actor, ideas[2:], title=""),
    ]
    clock.shift(hours=26)
    schedule_periodic()
    run_jobs()
    (mail,) = outbox.to(cast.participant, "search.new")
    told = [
        "Wird aufgegriffen: »Kalender für Prüfstände«",
        "Wir fangen an: »Kalender für Prüfstände« und 1 weitere Idee",
        "Wird aufgegriffen: Wir richten das gemeinsam ein.",
    ]
    shown = Page(mail.html)
    for response, line in zip(said, told, strict=True):
        address = f"http://127.0.0.1{LIST}{response.id}"
        assert f"- {line}\n  {address}\n" in mail.text
        assert [one["href"] for one in shown.select("li a") if one.get_text() == line] == [address]
        assert client.get(urlsplit(address).path).status_code == 200
    feed = client.get(f"{LIST}?format=atom").get_data(as_text=True)
    assert all(line in feed for line in told)
    assert "Vertraulich" not in mail.text + mail.html + feed


def test_api_tells_of_responses(client: Any, cast: Any, ideas: list[Any], make: Any) -> None:
    desk.response(make.actor(cast.official), ideas[:1], promises=(Promise("Tun", "Referat"),))
    data = client.get(f"/api/v1/ideas/{ideas[0].number}").get_json()["data"]
    assert data["response"] == "taken_up"
    (said,) = data["responses"]
    assert said["status"] == "taken_up" and said["commitments"][0]["title"] == "Tun" and "gemeinsam" in said["body"]
    assert client.get(f"/api/v1/ideas/{ideas[1].number}").get_json()["data"]["responses"] == []
    assert said["ideas"] == [ideas[0].number] and said["consultation"] == "open-region"
    every = client.get("/api/v1/responses?status=taken_up&consultation=open-region").get_json()["data"]
    assert every == [said] == [client.get(f"/api/v1/responses/{said['id']}").get_json()["data"]]
    assert client.get("/api/v1/responses?status=examined").get_json()["data"] == []
    assert client.get("/api/v1/responses/4711").status_code == 404
    listed = client.get("/api/v1/ideas?response=taken_up").get_json()["data"]
    assert [one["number"] for one in listed] == [ideas[0].number]


def test_reports_are_read_and_told(
    official: Any, new_client: Any, cast: Any, ideas: list[Any], outbox: Any, run_jobs: Any, make: Any, clock: Any
) -> None:
    found = desk.response(make.actor(cast.official), ideas[:1], promises=(Promise("Stelle ausschreiben", "Referat"),))
    clock.shift(minutes=11)
    run_jobs()
    commitment = desk.promised(found)
    refused = official.submit(f"/de/evaluation/commitments/{commitment.id}", {"status": "kept", "note": ""})
    assert refused.status_code == 422
    sent = official.submit(
        f"/de/evaluation/commitments/{commitment.id}", {"status": "broken", "note": "Kein Geld im Haushalt."}
    )  # fmt: skip
    assert sent.status_code == 303
    shown = new_client().page(f"/de/ideas/{ideas[0].number}")
    assert "Nicht eingehalten" in shown.one(".c-commit").get_text(" ") and "Kein Geld" in shown.one(
        ".c-commit"
    ).get_text(" ")
    assert any("Zusage nicht eingehalten" in one.get_text(" ") for one in shown.select(".c-time li"))
    run_jobs()
    (mail,) = outbox.to(cast.owner, "commitment.reported")
    assert "Kein Geld im Haushalt." in mail.text


def test_officials_are_reminded_of_what_is_due(
    cast: Any, ideas: list[Any], outbox: Any, run_jobs: Any, make: Any, clock: Any
) -> None:
    due = clock.now.date().replace(year=2027, month=1, day=20)
    agency = make.person(roles=("official",), organisation=cast.agency)
    desk.response(make.actor(cast.official), ideas[:1], promises=(Promise("Stelle ausschreiben", "Referat", due),))
    db.session.commit()
    schedule_periodic()
    run_jobs()
    assert not outbox.to(cast.official, "commitment.due")
    clock.shift(days=45)
    schedule_periodic()
    run_jobs()
    (mail,) = outbox.to(cast.official, "commitment.due")
    assert "20. Januar 2027" in mail.text
    assert not outbox.to(agency), "what one house has promised is no other's to keep"
    clock.shift(days=1)
    schedule_periodic()
    run_jobs()
    assert len(outbox.to(cast.official, "commitment.due")) == 1


def test_queries_do_not_grow(
    app: Any, official: Any, new_client: Any, cast: Any, sign_in: Any, consultation: Any, make: Any
) -> None:
    actor = make.actor(cast.official)
    counted: list[tuple[int, ...]] = []
    for turn in range(2):
        for number in range(4):
            idea = make.idea(f"Idee {turn}-{number}", consultation=consultation, author=cast.owner)
            found = desk.response(actor, [idea], promises=(Promise("Tun", "Referat"),))
            make.idea(f"Offen {turn}-{number}", consultation=consultation, author=cast.owner)
        db.session.commit()
        steps = []
        for address, most in (
            (LIST, 8), (f"{LIST}{found.id}", 10), (f"{HERE}/", 8), (f"{HERE}/?view=published", 8),
            (f"{HERE}/?view=commitments", 8), (f"{HERE}/{found.id}", 10),
        ):  # fmt: skip
            with count_queries(app, at_most=most) as queries:
                official.page(address)
            steps.append(len(queries.statements))
        reader, number = sign_in(new_client(), cast.participant), idea.number
        with count_queries(app, at_most=10) as queries:
            reader.page(f"/de/ideas/{number}")
        steps.append(len(queries.statements))
        counted.append(tuple(steps))
    assert counted[0] == counted[1]


def test_merging_brings_responses_along(cast: Any, client: Any, ideas: list[Any], make: Any) -> None:
    desk.response(make.actor(cast.official), ideas[:1])
    added = merging.merge("idea", ideas[0].id, ideas[1].id)
    assert client.page(f"/de/ideas/{ideas[1].number}").select(".c-response")
    merging.undo("idea", ideas[0].id, ideas[1].id, added)
    assert not client.page(f"/de/ideas/{ideas[1].number}").select(".c-response")
    assert client.page(f"/de/ideas/{ideas[0].number}").select(".c-response")


def test_counters_are_mended(cast: Any, ideas: list[Any], make: Any) -> None:
    desk.response(make.actor(cast.official), ideas[:1])
    ideas[0].response, ideas[1].response = "", "kept"
    db.session.commit()
    assert recount() == 2
    db.session.expire_all()
    assert (ideas[0].response, ideas[1].response) == ("taken_up", "") and recount() == 0


def test_every_step_is_in_the_log(cast: Any, ideas: list[Any], make: Any) -> None:
    actor = make.actor(cast.official)
    found = desk.response(actor, ideas[:1])
    operations.withdraw_response(actor, found.id, found.revision, "Verwechselt.")
    db.session.commit()
    rows = db.session.query(AuditRow).filter_by(subject_kind="response").order_by(AuditRow.seq)
    assert [row.event for row in rows] == ["response.drafted", "response.published", "response.withdrawn"]
    assert all("Verwechselt" not in json.dumps(row.data) for row in rows)
