"""Written pages: editors put versions with a day over the shipped texts; old ones stay readable."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from consult.core.clock import today
from consult.pages import texts
from tests.support.page import html

EDIT = "/de/editorial/pages/"
NEW = {"body_de": "## Kurz\n\nNeue *Regel* von {operator}.\n\n{reasons}", "body_en": "## Brief\n\nA new rule."}


@pytest.mark.parametrize(
    ("who", "status"), [("editor", 200), ("moderator", 403), ("admin", 403), ("owner", 403), (None, 303)]
)
@pytest.mark.parametrize("address", [EDIT, f"{EDIT}rules"])
def test_who_may(client: Any, sign_in: Any, cast: Any, who: str | None, status: int, address: str) -> None:
    if who:
        sign_in(client, getattr(cast, who))
    assert client.get(address).status_code == status


@pytest.mark.parametrize("name", sorted(texts.TEXTS))
def test_an_editor_begins_with_what_stands_there(client: Any, sign_in: Any, cast: Any, name: str) -> None:
    """Publishing the shipped text unchanged leaves its words as they were, in both languages."""
    address = {language: f"/{language}/{name.replace('_', '-')}" for language in ("de", "en")}

    def words(language: str) -> list[str]:
        page = client.page(address[language])
        return [heading.text.strip() for heading in page.select("main .l-read h2")]

    before = {language: words(language) for language in address}
    sign_in(client, cast.editor)
    assert client.submit(f"{EDIT}{name}").status_code == 303
    assert {language: words(language) for language in address} == before


def test_a_version_counts_from_its_day_and_old_ones_stay(
    client: Any, new_client: Any, sign_in: Any, cast: Any, clock: Any
) -> None:
    sign_in(client, cast.editor)
    day = today() + timedelta(days=3)
    fields = {**NEW, "change_de": "Kürzer", "change_en": "Shorter", "valid_from": day.isoformat()}
    assert client.submit(f"{EDIT}rules", fields).status_code == 303
    visitor = new_client()
    assert "Neue Regel" not in visitor.page("/de/rules").text
    assert visitor.get("/de/rules?version=1").status_code == 404, "what is planned is not shown before its day"
    clock.shift(days=3)
    page = visitor.page("/de/rules")
    assert "Neue Regel von" in page.text
    assert "{" not in page.one("main .l-read").text
    assert page.select("main .l-read dl dt"), "the catalogue of reasons stands where the text asks for it"
    assert "Neue Regel" not in visitor.page("/de/rules?version=0").text
    assert "Kürzer" in page.text
    assert texts.rules_version() == day.isoformat()
    assert "A new rule." in visitor.page("/en/rules").text


def test_the_cached_page_changes_on_the_day(own_app: Any, sign_in: Any, cast: Any, client: Any, clock: Any) -> None:
    from tests.support.client import Client

    sign_in(client, cast.editor)
    day = today() + timedelta(days=1)
    client.submit(f"{EDIT}about", {**NEW, "valid_from": day.isoformat()})
    app = own_app(PAGE_CACHE=True)
    app.test_client_class = Client
    visitor = app.test_client()
    assert "Neue Regel" not in visitor.page("/de/about").text
    clock.shift(days=1)
    assert "Neue Regel" in visitor.page("/de/about").text


def test_preview_stores_nothing(client: Any, sign_in: Any, cast: Any) -> None:
    sign_in(client, cast.editor)
    response = client.submit(f"{EDIT}rules", {**NEW, "preview": "1"})
    assert response.status_code == 200
    assert "Neue Regel" in html(response).one(".c-preview [lang=de]").text
    assert "Neue Regel" not in client.page("/de/rules").text


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"body_de": ""}, "body_de"),
        ({"body_en": "  "}, "body_en"),
        ({"body_de": "x" * 60_001}, "body_de"),
        ({"valid_from": "2020-01-01"}, "valid_from"),
        ({"valid_from": "morgen"}, "valid_from"),
        ({"change_de": "x" * 301}, "change_de"),
    ],
)
def test_what_is_wrong_is_said_at_the_field_and_nothing_is_lost(
    client: Any, sign_in: Any, cast: Any, fields: dict[str, str], field: str
) -> None:
    sign_in(client, cast.editor)
    response = client.submit(f"{EDIT}rules", {**NEW, "change_en": "Getippt", **fields})
    assert response.status_code == 422
    page = html(response)
    assert page.one(f"#{field}")["aria-invalid"] == "true"
    assert page.one("#change_en")["value"] == "Getippt"


def test_of_two_editors_the_second_keeps_the_text_and_sees_the_first(
    client: Any, new_client: Any, sign_in: Any, cast: Any
) -> None:
    sign_in(client, cast.editor)
    page = client.page(f"{EDIT}rules")
    values = page.form_values(page.one("main form[method=post]"))
    assert client.post(f"{EDIT}rules", data={**values, **NEW}).status_code == 303
    response = client.post(f"{EDIT}rules", data={**values, **NEW, "body_de": "Meine Fassung"})
    assert response.status_code == 409
    again = html(response)
    assert again.one("#body_de").text.strip() == "Meine Fassung"
    assert "Neue *Regel*" in again.one("main details").text
    assert client.post(f"{EDIT}rules", data=again.form_values(again.one("main form[method=post]"))).status_code == 303


def test_markup_of_editors_is_sanitised(client: Any, sign_in: Any, cast: Any) -> None:
    sign_in(client, cast.editor)
    evil = "## <b>Titel</b> {operator\n\n<script>alert(1)</script> [x](javascript:alert(1)) {unbekannt}"
    client.submit(f"{EDIT}about", {**NEW, "body_de": evil})
    page = client.page("/de/about")
    assert not page.select("main script")
    assert not page.select("main a[href^='javascript']")
    assert "{unbekannt}" in page.text


def test_a_significant_change_is_told_to_all_who_have_an_account(
    client: Any, sign_in: Any, cast: Any, run_jobs: Any, outbox: Any
) -> None:
    assert cast.owner
    sign_in(client, cast.editor)
    client.submit(f"{EDIT}rules", {**NEW, "change_de": "Fristen kürzer", "significant": "y"})
    run_jobs()
    [letter] = outbox.to(cast.owner, "page.changed")
    assert "Fristen kürzer" in letter.text
    client.submit(f"{EDIT}rules", {**NEW, "change_de": "Tippfehler"})
    run_jobs()
    assert len(outbox.to(cast.owner, "page.changed")) == 1
