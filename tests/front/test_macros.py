"""Parts of pages: each renders, says what it should, and joins what belongs together."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from flask import render_template_string

from tests.front.sample import TEMPLATE, sample
from tests.support.page import Page, faults

pytestmark = pytest.mark.sqlite

MACROS = Path(__file__).resolve().parents[2] / "consult" / "templates" / "_macros"
TYPED = {
    "title": "",
    "email": "info@beispiel",
    "body": "Ein <b>Satz</b>",
    "reason": "?",
    "role": "here",
    "audience": "agency",
}


def draw(app: Any, source: str, address: str = "/de/ideas/", **context: Any) -> Page:
    with app.test_request_context(address):
        macros = {
            name: re.findall(r"macro ([a-z]\w*)\(", (MACROS / name).read_text("utf-8"))
            for name in ("ui.html", "forms.html", "figures.html")
        }
        imports = "".join(f'{{% from "_macros/{name}" import {", ".join(found)} %}}' for name, found in macros.items())
        return Page(render_template_string(imports + source, **context))


@pytest.mark.parametrize("file", sorted(path.name for path in MACROS.glob("*.html")))
def test_every_macro_is_on_the_sample(file: str) -> None:
    text = TEMPLATE.read_text("utf-8")
    imported = re.search(rf'"_macros/{file}" import ([^%]+)%}}', text)
    assert imported is not None
    assert set(re.findall(r"macro ([a-z]\w*)\(", (MACROS / file).read_text("utf-8"))) <= set(
        re.split(r"[,\s]+", imported[1])
    )


@pytest.mark.parametrize("file", sorted(path.name for path in MACROS.glob("*.html")))
def test_every_macro_file_tells_how_to_use_it(file: str) -> None:
    text = (MACROS / file).read_text("utf-8")
    head = text[: text.index("#}")]
    for name in ("field", "badge", "hero"):
        if f"macro {name}(" in text:
            assert f"{name}(" in head


def test_sample_has_no_faults(app: Any) -> None:
    assert faults(sample(app)) == []
    assert faults(sample(app, TYPED)) == []


def test_untouched_form_shows_no_error(app: Any) -> None:
    page = Page(sample(app))
    assert page.select("[aria-invalid]") == [] and page.select(".kern-alert--danger") == []


def test_error_stands_at_the_field_and_in_the_summary(app: Any) -> None:
    page = Page(sample(app, TYPED))
    errors = page.errors()
    assert set(errors) >= {"title", "email", "reason"}
    assert ".de" in errors["email"] or ".org" in errors["email"]
    links = page.links(".kern-alert--danger a")
    assert {"#title", "#email", "#reason"} <= set(links)
    assert "Die Fassung hat sich geändert." in page.one(".kern-alert--danger").get_text()
    assert page.one(".kern-alert--danger")["role"] == "alert"


def test_errors_of_groups_lead_to_their_first_option(app: Any) -> None:
    page = Page(sample(app, {**TYPED, "role": "nowhere", "topics": "z"}))
    assert {"#role-0", "#topics-0"} <= set(page.links(".kern-alert--danger a"))
    assert page.one("fieldset[aria-invalid][role=radiogroup]").select("input[name=role]")


def test_what_was_typed_is_there_again(app: Any) -> None:
    page = Page(sample(app, {**TYPED, "clusters": "opto", "topics": ["a", "b"], "consent": "y"}))
    sent = page.form("form[data-autosave-url]")
    assert sent["body"].strip() == "Ein <b>Satz</b>" and sent["email"] == "info@beispiel"
    assert sent["audience"] == "agency" and sent["role"] == "here"
    assert sent["clusters"] == "opto" and sent["topics"] == ["a", "b"] and sent["consent"] == "y"


def test_hint_error_and_counter_describe_the_field(app: Any) -> None:
    title = Page(sample(app, TYPED)).one("#title")
    assert title["aria-describedby"] == "title-hint title-count title-error"
    assert title["data-max"] == "120" and not title.has_attr("maxlength")
    assert Page(sample(app)).one("#title").has_attr("required")


def test_status_is_icon_and_word(app: Any) -> None:
    page = Page(sample(app))
    badges = page.select(".l-row > .kern-badge")
    words = [badge.get_text(strip=True) for badge in badges]
    assert {
        "Entwurf",
        "Eingegangen",
        "In Prüfung",
        "Rückfrage",
        "Veröffentlicht",
        "Beantwortet",
        "Zusammengeführt",
    } <= set(words)
    assert {"Zurückgezogen", "Abgelehnt", "Auf der Warteliste", "Eigenes Wort"} <= set(words)
    assert not [word for word in words if "_" in word], "a status without a word"
    assert all(badge.select(".kern-icon[aria-hidden=true]") for badge in badges)


def test_crossing_is_said_and_not_only_drawn(app: Any) -> None:
    page = draw(app, '{{ cross("TH", "BW") }}{{ cross("BW", "TH", False) }}')
    assert page.text == "verbindet TH – BW bleibt in BW"
    assert [len(tag.select(".x-cross")) for tag in page.select(".c-cross")] == [1, 0]


@pytest.mark.parametrize(("share", "lines"), [(0, 0), (0.04, 0), (0.41, 4), (1, 10), (7, 10), (-1, 0)])
def test_openness_figure_counts(app: Any, share: float, lines: int) -> None:
    page = draw(app, '{{ open_figure(share, "Satz") }}', share=share)
    assert len(page.select("path.x-cross")) == lines and len(page.select("path.x-in")) == 10 - lines
    assert page.one("svg")["aria-label"] == "Satz"


@pytest.mark.parametrize(
    ("capacity", "confirmed", "waiting", "dots"),
    [(40, 36, 0, 40), (40, 40, 3, 43), (1, 0, 0, 1), (12, 12, 90, 32), (101, 5, 5, 0)],
)
def test_capacity_draws_a_dot_a_place(app: Any, capacity: int, confirmed: int, waiting: int, dots: int) -> None:
    page = draw(app, "{{ capacity(a, b, c, 'Satz') }}", a=capacity, b=confirmed, c=waiting)
    assert len(page.select("circle")) == dots and page.text == "Satz"
    assert len(page.select("circle.x-inkf")) == (confirmed if dots else 0)


def test_ladder_draws_a_link_per_degree(app: Any) -> None:
    page = draw(app, "{% for degree in range(-1, 7) %}<p>{{ rung(degree) }}</p>{% endfor %}")
    assert [len(p.select("path")) for p in page.select("p")] == [0, 0, 1, 2, 3, 4, 4, 4]


def test_pager_keeps_the_query_and_sets_the_cursor(app: Any) -> None:
    page = draw(
        app,
        "{{ pager(page) }}",
        "/de/ideas/?q=Mess&f=1&f=2&after=old",
        page={"next": "n", "prev": "p", "at_start": False},
    )
    assert page.links() == [
        "/de/ideas/?q=Mess&f=1&f=2",
        "/de/ideas/?q=Mess&f=1&f=2&after=p",
        "/de/ideas/?q=Mess&f=1&f=2&after=n",
    ]
    assert page.text == "Anfang Zurück Weiter"


def test_pager_of_one_page_is_nothing(app: Any) -> None:
    assert draw(app, "{{ pager(page) }}", page={"next": None, "prev": None, "at_start": True}).text == ""


def test_facets_are_a_form_that_is_sent_by_get(app: Any) -> None:
    page = Page(sample(app))
    form = page.one("form.c-facets")
    assert form["method"] == "get" and form["action"] == "/de/ideas/"
    assert Page.form_values(form) == {"view": "list", "q": "Mess", "question": "1", "sort": "new"}
    assert "1.758" in form.get_text() and [legend.get_text() for legend in form.select("legend")] == [
        "Frage",
        "Sortieren",
    ]


def test_texts_of_people_are_escaped_and_marked_with_their_language(app: Any) -> None:
    page = Page(sample(app))
    assert "<still>" not in page.source and "<still>" in page.text
    assert page.one("article[lang=en] h3").get_text() == "A contract on two pages"


def test_post_button_is_a_whole_form(app: Any) -> None:
    page = draw(app, '{{ post_button("Folgen", "/de/x", fields={"next": "/de/"}, name="degree", value="follow") }}')
    form = page.one("form[method=post]")
    assert Page.form_values(form).keys() == {"csrf_token", "next"}
    button = page.one("form button")
    assert button["name"] == "degree" and button["value"] == "follow"


def test_nested_fields_reach_the_summary(app: Any) -> None:
    from wtforms import FieldList

    from consult.core.forms import Form, LineField, required

    class Passages(Form):
        passages = FieldList(LineField("Stelle", [required()]), min_entries=2)

    with app.test_request_context("/de/", method="POST", data={"passages-0": "da", "passages-1": ""}):
        form = Passages()
        assert not form.validate()
        page = Page(
            render_template_string(
                '{% from "_macros/forms.html" import error_summary %}{{ error_summary(form) }}', form=form
            )
        )
    assert page.links() == ["#passages-1"]
