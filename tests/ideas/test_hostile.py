"""Bad input at the writing form and its neighbours: a clear 4xx or clean text, never a 5xx, never a changed meaning."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ideas.conftest import the_draft, the_idea, versions
from tests.support.page import html

NAUGHTY = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "{{ 7*7 }} {% raw %} ${7*7} <%= 7*7 %>",
    "'; DROP TABLE idea; --",
    '=HYPERLINK("http://x.example")',
    "NUL\x00inside",
    "\u202emirrored\u202c",
    "🙂🏳️‍🌈 👩‍👩‍👧‍👦",
    "Ａｂｃ ﷽ ᠎ \ufeff",
    "a" * 119,
    "%s %(x)s %n {0} {x}",
    "\ud83d",
]


@pytest.mark.parametrize("text", NAUGHTY)
def test_naughty_text_stays_text(
    text: str, client: Any, cast: Any, sign_in: Any, write: Any, db: Any, make: Any, consultation: Any
) -> None:
    sign_in(client, cast.participant)
    writer = write(client)
    writer.open()
    sendable = text.encode("utf-8", "replace").decode()
    fields = {"title": sendable, "summary": sendable, "answer-1": sendable, "organisation": sendable}
    answered = writer.send("submit", fields)
    assert answered.status_code == 200, html(answered).text[:300]
    idea = the_idea(db)
    make.decide("idea", idea.id, "publish")
    db.session.commit()
    for address in (f"/de/ideas/{idea.number}", "/de/ideas/", "/de/consultations/open-region/questions/1"):
        page = client.page(address)
        assert not page.select("main script, main img") and "49" not in page.one("h1").get_text()
    version = versions(db, idea)[0]
    assert "\x00" not in version.title and "\u202e" not in version.title


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("title", "x" * 1201, "um 1.081 Zeichen"),
        ("summary", "x" * 4010, "nicht gespeichert"),
        ("answer-2", "x" * 80_001, "nicht gespeichert"),
        ("organisation", "x" * 2001, "nicht gespeichert"),
        ("sector", "ZZ", "aus der Liste"),
        ("region", "Atlantis", "aus der Liste"),
        ("size", "huge", "aus der Liste"),
        ("language", "xx", "aus der Liste"),
        ("audience-2", "everyone", "aus der Liste"),
        ("clusters", "1 or 1=1", "in der Liste"),
        ("clusters", "999999999999999999999", "in der Liste"),
        ("projects", "-1", "in der Liste"),
    ],
)
def test_what_cannot_be_taken_is_said_at_the_field_and_kept(
    name: str, value: str, message: str, writer: Any, db: Any
) -> None:
    writer.open()
    answered = writer.send("save", {"answer-1": "Das bleibt.", "title": "Auch das", name: value})
    assert answered.status_code == 422
    page = html(answered)
    assert message in page.one(".kern-alert--danger").get_text()
    form = page.form("#idea-form")
    assert form["answer-1"].strip() == "Das bleibt."
    if name in ("title", "summary", "answer-2", "organisation"):
        assert form[name].strip() == value
    stored = the_draft(db).content
    assert ["Das bleibt.", "public"] in stored["answers"].values()
    assert value not in str(stored)


def test_what_is_too_long_is_kept_and_only_sending_refuses_it(writer: Any, client: Any, db: Any) -> None:
    """Ten times the limit a draft keeps; every button but the one that sends goes on; the field says it."""
    limits = {"title": 120, "summary": 400, "organisation": 200, "answer-1": 8000, "secret-2": 8000, "coauthors": 4000}
    people = "".join(f"Name {'x' * 440} {n} <p{n}@firma.example>\n" for n in range(9)).strip()
    long = {"title": "t" * 125, "summary": "s" * 4000, "organisation": "o" * 201, "answer-1": "Wort " * 15_999 + "Ende",
            "answer-2": "Ganz geheim.\n" * 700, "secret-2": "Ganz geheim.", "coauthors": people}  # fmt: skip
    page = writer.open()
    saved = client.post(str(page.one("#idea-form")["data-autosave-url"]), data={**page.form("#idea-form"), **long})
    assert saved.status_code == 200 and "Titel: Bitte kürzen Sie den Text um 5 Zeichen" in saved.json["note"]
    writer.url = saved.json["url"]
    over = {name: len(str(long[name]).strip()) - limit for name, limit in limits.items() if name != "secret-2"}
    over["answer-2"] = len(str(long["answer-2"]).strip()) - 8000

    def told(page: Any) -> bool:
        errors = page.errors()
        assert set(errors) == set(over), errors
        wanted = {name: f"um {n:,} Zeichen".replace(",", ".").replace(" 1 ", " ein ") for name, n in over.items()}
        return all(words in errors[name] for name, words in wanted.items())

    page = client.page(writer.url)
    form = page.form("#idea-form")
    assert all(form[name].strip() == str(text).strip() for name, text in long.items()) and told(page)
    assert "So noch nicht abzusenden, aber nichts geht verloren" in page.text and not page.select("[role=alert]")
    draft = writer.url
    preview = html(writer.send("preview", {}))
    assert f"{draft}#title" in preview.links("main aside .kern-error a")
    assert not preview.select("main button[name=submit]") and draft in preview.links("main aside a.kern-btn--primary")
    writer.url = draft
    form = client.page(draft).form("#idea-form")
    turned = client.post(f"{draft}?view=one&question=1", data={**form, "save": "to-2", "title": "u" * 130})
    assert turned.status_code == 303 and "question=2" in turned.headers["Location"], "a page is turned all the same"
    over["title"] = 10
    sent = writer.send("submit", {"email": "anna@beispiel.example"})
    assert sent.status_code == 422 and told(html(sent)) and the_idea(db).status == "draft"
    short = dict.fromkeys(over, "Kurz") | {"coauthors": "", "secret-2": "", "email": "anna@beispiel.example"}
    assert writer.send("submit", short).status_code == 200 and the_idea(db).status == "awaiting_confirmation"


def test_names_and_secrets_that_are_not_right_yet_are_kept(writer: Any, client: Any, db: Any) -> None:
    """Half an address and a passage that stands nowhere stay in the draft; only sending refuses them, at their fields."""
    typed = {"title": "Halle teilen", "answer-1": "Wir teilen sie gern.", "secret-1": "Preis je Stunde: 90 Euro",
             "coauthors": "Mia <mia@firma>\nEva <eva@firma.example>"}  # fmt: skip
    page = writer.open()
    saved = client.post(str(page.one("#idea-form")["data-autosave-url"]), data={**page.form("#idea-form"), **typed})
    assert saved.status_code == 200 and "mia@firma" in saved.json["note"] and "90 Euro" in saved.json["note"]
    writer.url = saved.json["url"]
    page = client.page(writer.url)
    form = page.form("#idea-form")
    assert all(form[name].replace("\r", "") == text for name, text in typed.items())
    assert set(page.errors()) == {"secret-1", "coauthors"} and not page.select("[role=alert]")
    turned = client.post(f"{writer.url}?view=one&question=1", data={**form, "save": "to-2"})
    assert turned.status_code == 303
    draft = writer.url
    preview = html(writer.send("preview", {}))
    assert not preview.select("main button[name=submit]") and f"{draft}#secret-1" in preview.links("main aside a")
    writer.url = draft
    token = client.page(draft).form("#idea-form")
    sent = client.post(draft, data={**token, "submit": "1", "email": "anna@beispiel.example"})
    assert sent.status_code == 422 and set(html(sent).errors()) == {"secret-1", "coauthors"}
    assert the_idea(db).status == "draft" and the_draft(db).content["coauthors"].startswith("Mia")
    short = {"secret-1": "", "coauthors": "Eva <eva@firma.example>", "email": "anna@beispiel.example"}
    assert writer.send("submit", short).status_code == 200 and the_idea(db).status == "awaiting_confirmation"


def test_a_missing_form_is_a_draft_with_nothing_in_it(writer: Any, client: Any, db: Any) -> None:
    token = writer.open().form("#idea-form")["csrf_token"]
    assert client.post("/de/ideas/new", data={"csrf_token": token}).status_code == 303
    assert the_draft(db).content["title"] == ""


def test_without_token_nothing_happens_and_nothing_is_lost(client: Any, consultation: Any, db: Any) -> None:
    response = client.post("/de/ideas/new", data={"title": "Verloren?", "save": "1"})
    assert response.status_code == 400 and "Verloren?" in response.get_data(as_text=True)


def test_ten_megabytes_are_too_much(writer: Any, client: Any) -> None:
    form = writer.open().form("#idea-form")
    response = client.post("/de/ideas/new", data={**form, "answer-1": "x" * 10_000_000, "save": "1"})
    assert response.status_code == 413


@pytest.mark.parametrize(
    "key", ["", "1", "short", "x" * 500, "example:idea-pruefstand-kalender", "ä" * 24, "../../x" * 5, "\x00" * 24]
)
def test_a_forged_key_makes_a_draft_of_its_own(key: str, writer: Any, client: Any, db: Any) -> None:
    form = {**writer.open().form("#idea-form"), "draft_key": key, "title": "x", "save": "1"}
    response = client.post("/de/ideas/new", data=form)
    assert response.status_code == 303
    assert the_idea(db).draft_key != key


@pytest.mark.parametrize("count", ["", "abc", "-1", "9" * 40, "1e3", "\x00"])
def test_a_forged_edit_count_cannot_overwrite(count: str, writer: Any, client: Any, db: Any) -> None:
    writer.open()
    writer.send("save", {"title": "Echt"})
    form = html(client.get(writer.url)).form("#idea-form")
    forged = {"title": "Gefälscht", "edit_count": count, "prints": count, "tab": "", "save": "1"}
    response = client.post(writer.url, data={**form, **forged})
    assert response.status_code == 409 and the_draft(db).content["title"] == "Echt"


def test_bytes_that_are_no_utf8(writer: Any, client: Any, db: Any) -> None:
    form = writer.open().form("#idea-form")
    body = f"csrf_token={form['csrf_token']}&draft_key={form['draft_key']}&save=1&title=".encode() + b"%ff%fe%00%c3("
    response = client.post("/de/ideas/new", data=body, content_type="application/x-www-form-urlencoded")
    assert response.status_code in (303, 400, 422)


@pytest.mark.parametrize(
    "query",
    ["?q=%00", "?q=" + "x" * 3000, "?q=%22%29%28*", "?after=%00", "?after=" + "A" * 5000, "?cluster=%00&project=%ff",
     "?question=" + "9" * 400, "?sort[]=x", "?region=" + "DE1&region=" * 60],
)  # fmt: skip
def test_odd_addresses_of_the_list(query: str, client: Any, consultation: Any) -> None:
    assert client.get(f"/de/ideas/{query}").status_code == 200


@pytest.mark.parametrize(
    "query",
    ["?question=99", "?question=%00", "?view=one&question=abc", "?view=one&part=nothing", "?consultation="],
)
def test_odd_addresses_of_the_form(query: str, client: Any, consultation: Any) -> None:
    assert client.get(f"/de/ideas/new{query}").status_code == 200


def test_odd_consultations_are_not_found(client: Any, consultation: Any) -> None:
    for slug in ("%00", "x" * 500, "..%2f..", "A%20b"):
        assert client.get(f"/de/ideas/new?consultation={slug}").status_code == 404


def test_too_many_new_drafts_from_one_address(writer: Any, client: Any) -> None:
    form = writer.open().form("#idea-form")
    statuses = set()
    for _ in range(65):
        response = client.post("/de/ideas/new", data={"csrf_token": form["csrf_token"], "title": "x", "save": "1"})
        statuses.add(response.status_code)
        if response.status_code == 429:
            assert int(response.headers["Retry-After"]) > 0 and "noch da" in response.get_data(as_text=True)
            break
    assert statuses == {303, 429}
