"""Writing through the pages, without JavaScript: drafts, two windows, sending signed in and signed out, both languages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from consult.core.clock import now
from consult.core.i18n import format_day
from consult.core.unit import ContentVersion
from consult.ideas import tokens
from consult.ideas.models import Idea
from tests.ideas.conftest import number_on, the_draft, the_idea, versions
from tests.support.mail import paths
from tests.support.page import html

FILLED = {"title": "Prüfstand teilen", "answer-1": "Wir haben **gute** Erfahrung.", "answer-3": "Messtechnik fehlt."}


def ideas_in(db: Any) -> int:
    db.session.rollback()
    return int(db.session.execute(select(func.count()).select_from(Idea)).scalar_one())


# ---- the form -------------------------------------------------------------------------------------------------------


def test_the_form_stands_at_once_and_stores_nothing(writer: Any, db: Any) -> None:
    page = writer.open("?question=3")
    form = page.form("#idea-form")
    assert tokens.is_key(form["draft_key"])
    wanted = {"title", "summary", "sector", "region", "size", "organisation", "email", "language", "csrf_token"}
    wanted |= {f"answer-{n}" for n in range(1, 6)} | {f"audience-{n}" for n in range(1, 6)}
    assert wanted <= set(form)
    assert all(form[f"audience-{n}"] == "public" for n in range(1, 6))
    assert {str(one.get("name")) for one in page.select("#idea-form button")} >= {"save", "preview", "submit"}
    assert ideas_in(db) == 0
    assert page.form("#idea-form")["draft_key"] != writer.open().form("#idea-form")["draft_key"]


def test_circles_of_readers_are_short_names_with_a_note(writer: Any) -> None:
    """Who listens hears the name, and after it what the circle means: they can go on before it is over."""
    page = writer.open()
    for option in page.select("[name=audience-2]"):
        name, note = (page.one(f"#{option[which]}").get_text() for which in ("aria-labelledby", "aria-describedby"))
        assert 0 < len(name) < 40 < len(note)


def test_days_are_called_as_they_are_counted(writer: Any) -> None:
    text = writer.open().text
    assert "innerhalb von 2 Arbeitstagen" in text and "Werktag" not in text


def test_the_question_asked_for_comes_first(writer: Any) -> None:
    areas = [str(one["name"]) for one in writer.open("?question=3").select("#idea-form textarea[name^=answer]")]
    assert areas == ["answer-3", "answer-1", "answer-2", "answer-4", "answer-5"]


def test_any_number_of_questions(client: Any, make: Any, write: Any) -> None:
    make.consultation(questions=2, slug="two")
    form = write(client).open().form("#idea-form")
    assert {name for name in form if name.startswith("answer-")} == {"answer-1", "answer-2"}


def test_one_question_a_page(writer: Any, db: Any) -> None:
    page = writer.open("?view=one&question=2")
    assert [one["name"] for one in page.select("#idea-form textarea")] == ["answer-2", "secret-2"]
    assert page.h1.startswith("Wie lautet Frage 2?")
    assert writer.send("save").request.args.get("question") == "2", "save=1 names no question"
    writer.url += "?view=one&question=2"
    onwards = str(page.one("#idea-form button[name=save][value^=to-].kern-btn--primary")["value"])
    answered = writer.send("save", {"answer-2": "Zwei."}, value=onwards)
    assert answered.request.args.get("question") == "3"
    assert [one["name"] for one in html(answered).select("#idea-form textarea")] == ["answer-3", "secret-3"]
    writer.url += "?view=one&part=partners"
    answered = writer.send("submit")
    assert answered.status_code == 422
    assert "part=title#title" in " ".join(html(answered).links(".kern-alert a"))
    assert the_draft(db).content["answers"]  # what other pages held is still there


def test_what_is_closed_explains_itself(client: Any, make: Any, db: Any) -> None:
    moment = now()
    make.consultation(slug="later", opens_at=moment + timedelta(days=3))
    page = client.page("/de/ideas/new?consultation=later")
    assert not page.select("#idea-form") and "beginnt am" in page.text
    make.consultation(slug="over", opens_at=moment - timedelta(days=30), closes_at=moment - timedelta(days=1))
    page = client.page("/de/ideas/new?consultation=over")
    assert not page.select("#idea-form") and "konnten bis" in page.text
    assert client.get("/de/ideas/new?consultation=nowhere").status_code == 404


# ---- drafts ---------------------------------------------------------------------------------------------------------


def test_the_first_saving_makes_a_draft_with_a_secret_link(writer: Any, db: Any) -> None:
    writer.open()
    answered = writer.send("save", FILLED)
    assert answered.status_code == 200
    assert answered.request.path.startswith("/de/ideas/drafts/")
    idea = the_idea(db)
    token = answered.request.path.rsplit("/", 1)[1]
    assert len(token) == 32 and token not in (idea.draft_key, idea.draft_token_hash)
    assert idea.draft_token_hash == tokens.token_hash(token)
    assert idea.status == "draft" and idea.number is None and idea.author_id is None
    again = html(answered).form("#idea-form")
    assert again["title"] == "Prüfstand teilen" and again["answer-3"].strip() == "Messtechnik fehlt."


def test_the_same_form_twice_makes_one_draft(writer: Any, client: Any, db: Any) -> None:
    page = writer.open()
    form = {**page.form("#idea-form"), **FILLED, "save": "1"}
    first = client.post("/de/ideas/new", data=form)
    second = client.post("/de/ideas/new", data=form)
    assert first.status_code == second.status_code == 303
    assert first.headers["Location"] == second.headers["Location"]
    assert ideas_in(db) == 1 and the_draft(db).edit_count == 1


def test_sending_twice_makes_one_idea(
    client: Any, cast: Any, sign_in: Any, write: Any, db: Any, consultation: Any
) -> None:
    sign_in(client, cast.participant)
    page = write(client).open()
    form = {**page.form("#idea-form"), **FILLED, "submit": "1"}
    numbers = {number_on(client.post("/de/ideas/new", data=form, follow_redirects=True)) for _ in range(3)}
    assert len(numbers) == 1 and ideas_in(db) == 1


def test_fields_that_a_page_does_not_carry_stay(writer: Any, client: Any, db: Any) -> None:
    writer.open()
    writer.send("save", {**FILLED, "audience-3": "ministry"})
    token = html(client.get(writer.url)).form("#idea-form")["csrf_token"]
    client.post(writer.url, data={"title": "Neuer Titel", "edit_count": "1", "csrf_token": token, "save": "1"})
    content = the_draft(db).content
    assert content["title"] == "Neuer Titel"
    assert sorted(content["answers"].values()) == [["", "public"]] * 3 + [
        ["Messtechnik fehlt.", "ministry"],
        ["Wir haben **gute** Erfahrung.", "public"],
    ]


def test_a_draft_opens_by_its_link_only(writer: Any, new_client: Any) -> None:
    writer.open()
    writer.send("save", FILLED)
    assert new_client().get(writer.url).status_code == 200
    for token in ("x" * 32, "short", "ä" * 32, "%00" * 8, "../../etc"):
        assert new_client().get(f"/de/ideas/drafts/{token}").status_code == 404


def test_private_pages_are_not_stored_by_proxies(writer: Any, client: Any) -> None:
    writer.open()
    writer.send("save", FILLED)
    response = client.get(writer.url)
    assert "no-store" in response.headers["Cache-Control"]
    assert "noindex" in response.get_data(as_text=True)


def test_a_session_that_has_ended_costs_no_text_and_is_no_error(writer: Any, client: Any, db: Any) -> None:
    writer.open()
    writer.send("save", FILLED)
    form = client.page(writer.url).form("#idea-form") | {
        "answer-2": "Danach geschrieben, und lang genug, um noch da zu stehen.",
        "save": "1",
    }
    told = client.post(writer.url, data={**form, "csrf_token": "vergangen"})
    page = html(told)
    assert told.status_code == 400 and page.h1 == "Nichts ist verloren: Bitte senden Sie es noch einmal"
    assert "Fehler" not in page.text and "Ihre Sitzung ist zu Ende" in page.text
    assert [one.get_text().strip() for one in page.select("main textarea")] == [
        "Danach geschrieben, und lang genug, um noch da zu stehen."
    ]
    assert client.post(writer.url, data=page.form("[data-again]")).status_code == 303
    assert "um noch da zu stehen" in str(the_draft(db).content)


def test_a_draft_can_be_deleted(writer: Any, client: Any, db: Any) -> None:
    writer.open()
    writer.send("save", FILLED)
    token = html(client.get(writer.url)).form("#idea-form")["csrf_token"]
    answered = client.post(writer.url, data={"csrf_token": token, "delete": "1"})
    assert answered.status_code == 303 and ideas_in(db) == 0
    assert client.get(writer.url).status_code == 404


def test_what_is_only_written_renews_no_public_page(
    writer: Any, client: Any, new_client: Any, write: Any, db: Any
) -> None:
    def version() -> int:
        db.session.rollback()
        return int(db.session.execute(select(ContentVersion.version)).scalar() or 0)

    writer.open()
    before = version()
    writer.send("save", FILLED)  # a draft is begun
    writer.send("save", {"title": "Prüfstände teilen", "email": "ada@firma.example"})
    assert ideas_in(db) == 1 and version() == before
    other = write(new_client())
    other.open()
    other.send("save", FILLED)
    other.send("delete")
    assert ideas_in(db) == 1 and version() == before
    writer.send("submit", {"email": "ada@firma.example"})  # it asks to confirm the address
    assert the_idea(db).status == "awaiting_confirmation" and version() == before


def test_a_sent_idea_renews_public_pages_once_it_is_published(
    client: Any, new_client: Any, cast: Any, sign_in: Any, write: Any, make: Any, db: Any, consultation: Any
) -> None:
    def version() -> int:
        db.session.rollback()
        return int(db.session.execute(select(ContentVersion.version)).scalar() or 0)

    pages = ("/de/", "/de/ideas/", f"/de/consultations/{consultation.slug}/questions/1", "/de/search?q=teilen")
    sign_in(client, cast.owner)
    writer = write(client)
    writer.open()
    reader = new_client()
    shown = {one: reader.get(one).data for one in pages}
    before = version()
    writer.send("submit", {**FILLED, "coauthors": "otto@firma.example"})
    idea = the_idea(db)
    assert idea.status == "submitted" and version() == before
    assert {one: reader.get(one).data for one in pages} == shown, "whatever is kept still holds"
    make.decide("idea", idea.id, "publish")
    db.session.commit()
    assert version() > before
    assert "Prüfstand teilen" in reader.page("/de/ideas/").text


# ---- for scripts ----------------------------------------------------------------------------------------------------


def test_autosave_makes_the_draft_and_goes_on_from_one_window(writer: Any, client: Any, db: Any) -> None:
    page = writer.open()
    form = page.form("#idea-form")
    address = str(page.one("#idea-form")["data-autosave-url"])
    first = client.post(address, data={**form, "title": "Erst"})
    assert first.status_code == 200 and first.json["url"].startswith("/de/ideas/drafts/")
    for title in ("Erst mehr", "Erst noch mehr"):  # the page's hidden count is not renewed, its name is
        saved = client.post(first.json["autosave_url"], data={**form, "title": title})
        assert saved.status_code == 200
    assert the_draft(db).content["title"] == "Erst noch mehr" and the_draft(db).edit_count == 3
    other = html(client.get(first.json["url"])).form("#idea-form")
    assert client.post(first.json["autosave_url"], data={**other, "title": "Von woanders"}).status_code == 200
    stale = client.post(first.json["autosave_url"], data={**form, "title": "Zu spät"})
    assert stale.status_code == 409 and stale.json["error"]
    assert the_draft(db).content["title"] == "Von woanders"


def test_autosave_tells_what_it_cannot_take_and_keeps_the_rest(writer: Any, client: Any, db: Any) -> None:
    page = writer.open()
    form = {**page.form("#idea-form"), "title": "x" * 1201, "answer-2": "Bleibt."}
    answered = client.post(str(page.one("#idea-form")["data-autosave-url"]), data=form)
    assert answered.status_code == 422 and "um 1.081 Zeichen" in answered.json["errors"]["title"]
    assert "wird nicht gespeichert" in answered.json["errors"]["title"]
    assert "Bleibt." in str(the_draft(db).content) and the_draft(db).content["title"] == ""


def test_markdown_is_rendered_clean(writer: Any, client: Any) -> None:
    form = writer.open().form("#idea-form")
    text = "**fett** <script>alert(1)</script> [x](javascript:alert(1))"
    answered = client.post("/de/ideas/render", data={"text": text, "csrf_token": form["csrf_token"]})
    shown = answered.get_data(as_text=True)
    assert "<strong>fett</strong>" in shown and "<script" not in shown and "href" not in shown
    assert client.post("/de/ideas/render", data={"text": "x"}).status_code == 400


def test_partners_are_found_by_words(client: Any, make: Any) -> None:
    cluster = make.cluster("Photonik Nordlicht", nuts1="DEF", country="DE")
    found = client.get("/de/ideas/partners?kind=cluster&q=nordlicht").json["data"]
    assert [(one["value"], one["label"]) for one in found] == [(cluster.id, "Photonik Nordlicht")]
    assert client.get("/de/ideas/partners?kind=person&q=a").json == {"data": []}
    assert client.get("/de/ideas/partners?kind=cluster&q=").json == {"data": []}


def test_partners_are_chosen_without_scripts(writer: Any, client: Any, make: Any, db: Any) -> None:
    cluster = make.cluster("Photonik Nordlicht", nuts1="DEF", country="DE")
    writer.open()
    writer.send("save", FILLED)
    found = writer.send("find", {"find_clusters": "nordlicht"})
    boxes = html(found).select("#idea-form input[name=clusters]")
    assert [one["value"] for one in boxes] == [str(cluster.id)]
    writer.send("save", {"clusters": str(cluster.id)})
    assert the_draft(db).content["partners"] == [["cluster", cluster.id, "relates_to"]]
    assert html(client.get(writer.url)).form("#idea-form")["clusters"] == str(cluster.id)
    form = html(client.get(writer.url)).form("#idea-form")
    form.pop("clusters")  # the box is unticked: nothing is sent, and the hidden mark says that the list was there
    client.post(writer.url, data={**form, "save": "1"})
    assert the_draft(db).content["partners"] == []
    bad = writer.send("save", {"clusters": ["999999"]})
    assert bad.status_code == 422 and "Liste" in html(bad).text


# ---- preview --------------------------------------------------------------------------------------------------------


def test_the_preview_shows_what_everyone_will_see(writer: Any) -> None:
    writer.open()
    secret = {"answer-2": "Nur für das Ministerium.", "audience-2": "ministry"}
    nameless = {"answer-4": "Ohne Namen gesagt.", "audience-4": "anonymous"}
    answered = writer.send("preview", {**FILLED, **secret, **nameless, "organisation": "Beispiel GmbH"})
    page = html(answered)
    assert answered.request.path.endswith("/preview")
    assert page.h1 == "Prüfstand teilen" and "Beispiel GmbH" in page.text
    assert "Messtechnik fehlt." in page.text and "Nur für das Ministerium." not in page.text
    idea_part = page.select("section[aria-labelledby=answers]")[0].get_text()
    assert "Ohne Namen gesagt." not in idea_part
    assert "Ohne Namen gesagt." in page.one("section[aria-labelledby=nameless]").get_text()


def test_sending_from_the_preview(client: Any, cast: Any, sign_in: Any, write: Any, db: Any, consultation: Any) -> None:
    sign_in(client, cast.participant)
    writer = write(client)
    writer.open()
    page = html(writer.send("preview", FILLED))
    form = page.form("aside form")
    answered = client.post(str(page.one("aside form")["action"]), data={**form, "submit": "1"}, follow_redirects=True)
    assert number_on(answered) == the_idea(db).number


# ---- sending --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["de", "en"])
def test_signed_in_it_is_with_us_at_once(
    language: str, client: Any, cast: Any, sign_in: Any, write: Any, db: Any, outbox: Any, consultation: Any
) -> None:
    sign_in(client, cast.owner)
    writer = write(client, language)
    writer.open("?question=2")
    answered = writer.send("submit", {**FILLED, "organisation": "Feinwerk Saaletal", "region": "DEG0", "sector": "C"})
    idea = the_idea(db)
    assert idea.number == number_on(answered) and idea.number.endswith("-00001")
    assert answered.request.path.startswith(f"/{language}/ideas/status/")
    assert idea.status == "submitted" and idea.author_id == cast.owner.id
    assert idea.organisation_id == cast.company.id
    assert the_draft(db) is None
    version = versions(db, idea)[0]
    assert idea.waiting_version_id == version.id and version.state == "waiting"
    assert "<strong>gute</strong>" in version.answers[0].html
    mail = outbox.last(cast.owner)
    assert idea.number in mail.subject and any("/ideas/status/" in one for one in paths(mail))


def test_what_is_incomplete_is_saved_and_says_so_at_the_fields(writer: Any, client: Any, db: Any) -> None:
    writer.open()
    answered = writer.send("submit", {"summary": "Nur das.", "email": "anna@beispiel.example"})
    assert answered.status_code == 422
    errors = html(answered).errors()
    assert "Titel, höchstens 120 Zeichen" in errors["title"] and "mindestens eine Frage" in errors["answer-1"]
    assert html(answered).form("#idea-form")["email"] == "anna@beispiel.example"
    assert the_draft(db).content["summary"] == "Nur das."  # saved all the same
    assert the_idea(db).status == "draft"


def test_faults_are_told_in_the_order_of_the_page_and_saving_stays_there(writer: Any) -> None:
    writer.open("?question=3")
    page = html(
        writer.send("submit", {"title": "T", "answer-1": "x" * 8001, "answer-3": "x" * 8001, "email": "falsch"})
    )
    faults = [str(one["href"]) for one in page.select("main [role=alert] a")]
    assert faults == ["#answer-3", "#answer-1", "#email"]
    button = page.select("#idea-form button[name=save]")[-1]
    page = html(writer.send("save", {}, value=str(button["value"])))
    assert "führt jederzeit zu Ihrem Entwurf zurück" in page.text
    assert page.select("#idea-form section[id^=part-]")[0]["id"] == "part-3", (
        "the question that was asked for stays first"
    )


def test_only_white_space_is_nothing(writer: Any) -> None:
    writer.open()
    answered = writer.send("submit", {"title": " \u00a0 ", "answer-1": "\n\n ", "email": "a@beispiel.example"})
    assert answered.status_code == 422 and set(html(answered).errors()) >= {"title", "answer-1"}


@pytest.mark.parametrize("email", ["", "info@beispiel", "kein Ding", "a@b@c.example", "x" * 300 + "@beispiel.example"])
def test_signed_out_an_address_is_needed(writer: Any, email: str, db: Any) -> None:
    writer.open()
    answered = writer.send("submit", {**FILLED, "email": email})
    assert answered.status_code == 422 and "email" in html(answered).errors()
    form = html(answered).form("#idea-form")
    assert form["title"] == FILLED["title"] and form["email"] == email
    assert the_idea(db).status == "draft"


def test_signed_out_the_address_is_confirmed_first(
    writer: Any, client: Any, db: Any, outbox: Any, new_client: Any
) -> None:
    writer.open()
    answered = writer.send("submit", {**FILLED, "email": "anna@beispiel.example"})
    assert answered.status_code == 200 and "Postfach" in html(answered).h1
    until = f"bis {format_day(the_idea(db).moved_at + timedelta(days=7))}"
    assert f"Öffnen Sie ihn {until}" in html(answered).text
    status = client.page(f"/de/ideas/status/{tokens.status_token(the_idea(db).draft_key)}").text
    assert f"Er gilt {until}" in status and f"{until} Sie bestätigen Ihre Adresse" in status
    assert the_idea(db).status == "awaiting_confirmation" and the_idea(db).number is None
    link = next(one for one in paths(outbox.last("anna@beispiel.example")) if "/confirm/" in one)
    reader = new_client()  # the mail is read elsewhere
    page = reader.page(link)
    assert the_idea(db).status == "awaiting_confirmation", "opening the link must change nothing"
    done = reader.post(link, data=page.form("main form"), follow_redirects=True)
    idea = the_idea(db)
    assert idea.status == "submitted" and number_on(done) == idea.number
    assert idea.author_email == "" and idea.author_id is not None
    again = reader.get(link, follow_redirects=True)  # mail programs open links twice
    assert number_on(again) == idea.number
    assert idea.number in outbox.last("anna@beispiel.example").subject


def test_a_mistyped_address_can_be_corrected(writer: Any, client: Any, db: Any, outbox: Any) -> None:
    writer.open()
    writer.send("submit", {**FILLED, "email": "ana@beispiel.example"})
    old = next(one for one in paths(outbox.last("ana@beispiel.example")) if "/confirm/" in one)
    form = client.page(writer.url).form("form:has(input[name=email])")
    client.post(writer.url, data={**form, "email": "anna@beispiel.example", "resend": "1"})
    new = next(one for one in paths(outbox.last("anna@beispiel.example")) if "/confirm/" in one)
    assert client.get(old).status_code == 410
    assert client.get(new).status_code == 200


def test_confirmation_mails_to_one_address_are_limited(writer: Any, client: Any) -> None:
    writer.open()
    writer.send("submit", {**FILLED, "email": "anna@beispiel.example"})
    form = client.page(writer.url).form("form:has(input[name=email])")
    answers = [client.post(writer.url, data={**form, "resend": "1"}).status_code for _ in range(6)]
    assert answers[:4] == [303] * 4 and answers[-1] == 429


def test_what_waits_for_confirmation_can_be_withdrawn(writer: Any, client: Any, db: Any) -> None:
    writer.open()
    writer.send("submit", {**FILLED, "email": "anna@beispiel.example"})
    form = client.page(writer.url).form("form:has(input[name=email])")
    client.post(writer.url, data={"csrf_token": form["csrf_token"], "delete": "1"})
    assert the_idea(db).status == "withdrawn"


def test_nothing_is_sent_after_the_end(writer: Any, consultation: Any, db: Any) -> None:
    writer.open()
    writer.send("save", FILLED)
    consultation.closes_at = now() - timedelta(hours=1)
    answered = writer.send("submit", {"email": "anna@beispiel.example"})
    assert answered.status_code == 422 and "konnten bis" in html(answered).text
    assert html(answered).form("#idea-form")["title"] == FILLED["title"]
    assert the_idea(db).status == "draft"


def test_what_was_begun_before_the_end_and_first_sent_after_it_is_kept(
    writer: Any, consultation: Any, client: Any, db: Any
) -> None:
    form = writer.open().form("#idea-form")
    consultation.closes_at = now() - timedelta(hours=1)
    sent = {**form, **FILLED, "email": "anna@beispiel.example", "submit": "1"}
    answered = client.post("/de/ideas/new", data=sent, follow_redirects=True)
    assert answered.status_code == 422 and "Ihr Entwurf bleibt gespeichert" in html(answered).text
    kept = client.page(f"/de/ideas/drafts/{tokens.draft_token(the_idea(db).draft_key)}")
    assert kept.form("#idea-form")["title"] == FILLED["title"] and "konnten bis" in kept.text


def test_a_foreign_account_does_not_send_somebodys_draft(
    client: Any, new_client: Any, cast: Any, sign_in: Any, write: Any, db: Any, consultation: Any
) -> None:
    sign_in(client, cast.participant)
    mine = write(client)
    mine.open()
    mine.send("save", FILLED)
    for person in (None, cast.stranger):
        other = new_client()
        if person is not None:
            sign_in(other, person)
        guest = write(other)
        guest.url = mine.url
        answered = guest.send("submit", {"email": "x@beispiel.example"})
        assert answered.status_code == 422 and "gehört zu einem Konto" in html(answered).text
    assert the_idea(db).status == "draft"
    assert number_on(mine.send("submit")) == the_idea(db).number


def test_address_typed_beside_a_draft_is_there_when_it_is_opened_again(writer: Any) -> None:
    writer.open()
    writer.send("save", {"title": "Mit Adresse", "email": "ich@firma.example"})
    assert writer.client.page(writer.url).form("#idea-form")["email"] == "ich@firma.example"
