"""The frame of every page, the error pages and the frame of mails."""

from __future__ import annotations

from typing import Any

import pytest
from flask import g, render_template, render_template_string

from tests.front.sample import frame, sample
from tests.support.page import Page, faults

pytestmark = pytest.mark.sqlite


PLAIN = """{% extends "_layout.html" %}{% block title %}Ideen{% endblock %}
{% block main %}<h1>Ideen</h1>{% endblock %}"""


def page(app: Any, template: str = "", cookies: bool = False, signed_in: bool = False, **context: Any) -> Page:
    headers = {"Cookie": "a=b"} if cookies else {}
    with app.test_request_context("/de/ideas/", headers=headers):
        g.lang = "de"
        given = {**frame(signed_in), **context}
        return Page(render_template(template, **given) if template else render_template_string(PLAIN, **given))


def test_frame_has_no_faults(app: Any) -> None:
    assert faults(page(app).source) == []
    assert faults(page(app, signed_in=True).source) == []


def test_title_names_page_and_site(app: Any) -> None:
    assert page(app).title == "Ideen – Offene Region"
    assert page(app).one("html")["lang"] == "de"
    assert page(app).one("meta[name=description]")["content"]


def test_skip_link_leads_to_the_content(app: Any) -> None:
    found = page(app)
    assert found.links("a")[0] == "#inhalt" and found.one("main")["id"] == "inhalt"


def test_menu_marks_the_present_place(app: Any) -> None:
    found = page(app)
    assert found.one("nav [aria-current=page]").get_text() == "Ideen"
    assert len({nav["aria-label"] for nav in found.select("header nav")}) == len(found.select("header nav"))


def test_signed_out_page_holds_no_token(app: Any) -> None:
    found = page(app)
    assert "csrf" not in found.source and found.select("form") == []
    assert "/de/account/sign-in" in found.links() and "/de/me/" not in found.links()


def test_signed_out_page_leaves_the_session_alone(app: Any) -> None:
    """A session that was looked at makes the answer personal, and no shared cache would keep it."""
    with app.test_request_context("/de/ideas/") as context:
        g.lang = "de"
        render_template_string('{% extends "_layout.html" %}', **frame())
        assert not context._session.accessed


def test_signed_in_page_offers_the_way_out_by_post(app: Any) -> None:
    found = page(app, signed_in=True)
    form = found.one("header form")
    assert (
        form["method"] == "post" and form["action"] == "/de/account/sign-out" and form.select("input[name=csrf_token]")
    )
    assert {"/de/me/", "/de/moderation/", "/de/admin/"} <= set(
        found.links()
    ) and "/de/account/sign-in" not in found.links()


def test_menu_shows_only_what_the_actor_may(app: Any) -> None:
    found = page(app, signed_in=True, can=lambda permission: permission == "moderation.queue")
    assert "/de/moderation/" in found.links() and "/de/admin/" not in found.links()


def test_languages_link_each_other(app: Any) -> None:
    found = page(app)
    assert {(link["hreflang"], link["href"]) for link in found.select("link[hreflang]")} == {
        ("de", "/de/ideas/"),
        ("en", "/en/ideas/"),
    }
    switch = found.one("a[hreflang]")
    assert switch["lang"] == "en" and switch.get_text() == "English" and switch["href"] == "/en/ideas/"


def test_demonstration_is_announced(app: Any) -> None:
    assert "Vorführung mit Beispieldaten." in page(app, demo_mode=True).text
    assert "Vorführung" not in page(app, demo_mode=False).text


def test_operator_stands_in_the_footer(app: Any) -> None:
    assert "Clusteragentur Musterland" in page(app).one("footer").get_text()


def test_feeds_are_announced(app: Any) -> None:
    found = page(app, feeds=[{"title": "Ideen", "url": "/feeds/de/ideas.atom"}])
    assert found.one('link[type="application/atom+xml"]')["href"] == "/feeds/de/ideas.atom"


def test_one_script_two_styles_and_an_icon(app: Any) -> None:
    found = page(app)
    assert found.one("script")["type"] == "module"
    styles = [address.partition("?")[0] for address in found.links("link[rel=stylesheet]")]
    assert styles == ["/static/vendor/kern/dist/kern.min.css", "/static/consult.css"]
    assert all("?v=" in address for address in found.links("link[rel=stylesheet], link[rel=icon]"))


def test_messages_of_the_last_step_are_shown_once(app: Any) -> None:
    with app.test_request_context("/de/", headers={"Cookie": "a=b"}):
        from flask import flash

        g.lang = "de"
        flash("Veröffentlicht.", "done")
        found = Page(render_template_string('{% extends "_layout.html" %}{% block main %}{% endblock %}', **frame()))
        assert found.one("main [role=status]").get_text(strip=True) == "Veröffentlicht."


@pytest.mark.parametrize("code", [400, 403, 404, 405, 409, 410, 413, 422, 429, 500, 503])
def test_error_page_says_what_happened_and_what_to_do(app: Any, code: int) -> None:
    steps = [("Zur Startseite", "/de/"), ("Alle Ideen", "/de/ideas/")]
    found = page(app, "errors/error.html", code=code, heading="Das geht hier nicht", text="Der Grund.", steps=steps)
    assert faults(found.source) == []
    assert found.h1 == "Das geht hier nicht" and "Der Grund." in found.text and f"Fehler {code}" in found.text
    assert "/de/ideas/" in found.links("main a")
    assert len(found.select("main form[role=search]")) == (1 if code in (404, 410) else 0)


def test_refusal_hands_back_what_was_typed(app: Any) -> None:
    fields = [
        ("draft_key", "k1"),
        ("body", "Zeile eins\nZeile zwei"),
        ("note", "Ein längerer Satz, der in ein Feld von mehreren Zeilen gehört."),
    ]
    found = page(
        app,
        "errors/again.html",
        code=403,
        heading="Bitte neu anmelden",
        text="",
        fields=fields,
        token="T",
        sign_in=True,
    )
    assert faults(found.source) == []
    assert found.form() == {"csrf_token": "T", **dict(fields)}
    assert [area["name"] for area in found.select("textarea")] == ["body", "note"]
    assert found.one("main a[target=_blank]")["href"] == "/de/account/sign-in"


MAIL = """{% extends "mails/_base.html" %}{% from "mails/_parts.html" import button, passage, line %}
{% block preheader %}Ein Halbsatz fehlt.{% endblock %}
{% block content %}<h1>Ihre Idee</h1>{{ passage("anders als <die Firma>, legen wir", "<die Firma>") }}
{{ button("Stelle ändern", "https://site.example/de/x?a=1&b=2") }}{{ line() }}{% endblock %}"""


def test_mail_frame(app: Any) -> None:
    with app.test_request_context("/en/"):
        found = Page(render_template_string(MAIL, mail_language="de"))
    assert found.one("html")["lang"] == "de" and found.h1 == "Ihre Idee"
    assert found.one(".mk").get_text() == "<die Firma>" and "legen wir" in found.text
    assert set(found.links()) == {"https://site.example/de/x?a=1&b=2"}
    assert "Clusteragentur Musterland" in found.text and "src=" not in found.source and "url(" not in found.source


def test_sample_in_the_frame(app: Any) -> None:
    assert Page(sample(app)).one(".c-crumbs").select("a")[0]["href"] == "/de/"
