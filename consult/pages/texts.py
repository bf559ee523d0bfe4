"""The written pages: imprint, privacy, accessibility, rules, about, easy language, sign language.

A text is a template for each language, so that operator, dates and promises stand in it once and are never out of step with
the settings. Whoever changes a text changes the day of its version here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import current_app, render_template

from consult.consultations import words
from consult.consultations.queries import current_consultation
from consult.core.i18n import _l, current_language


@dataclass(frozen=True)
class Text:
    """A written page: heading, templates by language, day of its version."""

    title: Any
    templates: dict[str, str]
    version: date
    lede: Any = ""


TEXTS: dict[str, Text] = {
    "imprint": Text(
        _l("Imprint"),
        {"de": "pages/text_imprint.de.html", "en": "pages/text_imprint.en.html"},
        date(2026, 11, 25),
    ),
    "privacy": Text(
        _l("Privacy"),
        {"de": "pages/text_privacy.de.html", "en": "pages/text_privacy.en.html"},
        date(2026, 11, 25),
        _l("What we store about you, what for, how long, and what you can demand."),
    ),
    "accessibility": Text(
        _l("Accessibility statement"),
        {"de": "pages/text_accessibility.de.html", "en": "pages/text_accessibility.en.html"},
        date(2026, 11, 25),
        _l("What works for everyone, what does not yet, and to whom you can turn."),
    ),
    "rules": Text(
        _l("Rules and periods"),
        {"de": "pages/text_rules.de.html", "en": "pages/text_rules.en.html"},
        date(2026, 11, 25),
        _l("What may be published here, who decides, how long it takes and how you can object."),
    ),
    "about": Text(
        _l("About this platform"),
        {"de": "pages/text_about.de.html", "en": "pages/text_about.en.html"},
        date(2026, 11, 25),
        _l("Who asks, why, and what becomes of the answers."),
    ),
    "easy_language": Text(
        _l("Easy language"),
        {"de": "pages/text_easy_language.de.html", "en": "pages/text_easy_language.en.html"},
        date(2026, 11, 25),
    ),
    "sign_language": Text(
        _l("Sign language"),
        {"de": "pages/text_sign_language.de.html", "en": "pages/text_sign_language.en.html"},
        date(2026, 11, 25),
    ),
}


def render(name: str) -> str:
    """The page with its text in the present language."""
    text = TEXTS[name]
    consultation = current_consultation() if name in ("rules", "easy_language") else None
    promised = consultation.promised_days if consultation else 2
    return render_template(
        "pages/text.html",
        text=text,
        texts=TEXTS,
        body=text.templates[current_language()],
        operator=current_app.config["SETTINGS"].operator,
        promised=words.working_days(promised),
        promised_days=promised,
    )
