"""Finished parts of pages: kept under the words they show, so that neither a change nor another language meets old ones."""

from __future__ import annotations

from typing import Any

from flask import Flask
from jinja2 import DictLoader
from markupsafe import Markup

from consult.core import fragments
from consult.core.i18n import current_language, in_language


def test_the_same_words_are_put_together_once(app: Flask, monkeypatch: Any) -> None:
    made: list[tuple[str, str]] = []

    def make(words: tuple[str]) -> Markup:
        made.append((words[0], current_language()))
        return Markup("<p>%s</p>") % words[0]

    def shown(words: str, language: str) -> str:
        with in_language(language):
            return str(fragments.for_the_same(make, (words,)))

    assert shown("eins", "de") == shown("eins", "de") == "<p>eins</p>"
    assert made == [("eins", "de")]
    shown("zwei", "de")
    shown("eins", "en")
    assert made == [("eins", "de"), ("zwei", "de"), ("eins", "en")]
    # what is kept has a bound, and what was asked for last stays
    monkeypatch.setattr(fragments, "MOST", 30)
    shown("eins", "de")
    shown("drei", "de")
    before = len(made)
    shown("eins", "de")
    assert len(made) == before
    shown("zwei", "de")
    assert len(made) == before + 1


def test_words_of_templates_are_escaped_in_pages_only(app: Flask) -> None:
    environment = app.jinja_env.overlay(
        loader=DictLoader(
            {
                "page.html": "{{ _('to %(name)s', name=who) }}|{{ _n('%(num)s comment', '%(num)s comments', 2) }}|"
                "{{ _('Reply') }}",
                "mail.txt": "{{ _('to %(name)s', name=who) }}",
            }
        )
    )
    with in_language("en"):
        page = environment.get_template("page.html").render(who="<b>Müller & Co</b>")
        assert page == "to &lt;b&gt;Müller &amp; Co&lt;/b&gt;|2 comments|Reply"
        assert environment.get_template("page.html").render(who=Markup("<b>x</b>")).startswith("to <b>x</b>|")
        assert environment.get_template("mail.txt").render(who="Müller & Co") == "to Müller & Co"
    with in_language("de"):
        assert "2 Kommentare|Antworten" in environment.get_template("page.html").render(who="x")
