"""The written pages: imprint, privacy, accessibility, rules, about, easy language, sign language.

What is shipped is a template for each language, so that operator, dates and promises stand in it once and are never out of
step with the settings; whoever changes one changes the day of its version here. The operator's editors put versions of
their own over it (`versions`), with words in braces for the same purpose.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import current_app, render_template

from consult.consultations import words
from consult.consultations.queries import current_consultation
from consult.core.clock import today
from consult.core.errors import NotFound
from consult.core.i18n import _l, current_language, pick, picked_language
from consult.pages import markup, versions


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
        date(2026, 11, 26),
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
        date(2026, 11, 26),
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


def words_for(name: str) -> tuple[dict[str, str], dict[str, Any]]:
    """(words in braces of stored texts, names of shipped templates): the operator, the promised time."""
    consultation = current_consultation() if name in ("rules", "easy_language") else None
    promised = consultation.promised_days if consultation else 2
    operator = current_app.config["SETTINGS"].operator
    spelled = str(words.working_days(promised))
    braces = {
        "operator": operator["name"],
        "operator_address": operator["address"],
        "operator_email": operator["email"],
        "operator_phone": operator["phone"],
        "operator_responsible": operator["responsible"],
        "site": current_app.config["SETTINGS"].site_name,
        "promised": spelled,
    }
    complaint_days = str(words.working_days(current_app.config["SETTINGS"].complaint_days))
    braces["complaint_days"] = complaint_days
    given = {"operator": operator, "promised": spelled, "promised_days": promised, "complaint_days": complaint_days}
    return braces, given


def shipped_body(name: str) -> str:
    """The shipped text of a page in the present language, as HTML."""
    return render_template(TEXTS[name].templates[current_language()], **words_for(name)[1])


def rules_version() -> str:
    """Which version of the rules counts today, as people accept it: the day on which it began."""
    found = versions.counting("rules")
    return (found.valid_from if found is not None else TEXTS["rules"].version).isoformat()


def render(name: str, number: int | None = None) -> str:
    """The page in the present language: the version that counts, or the one with this number."""
    text = TEXTS[name]
    stored = versions.versions_of(name)
    shown = versions.counting(name)
    if number is not None:
        shown = next((one for one in stored if one.number == number), None)
        if number and (shown is None or shown.valid_from > today()):
            raise NotFound()
    braces, given = words_for(name)
    return render_template(
        "pages/text.html",
        name=name,
        text=text,
        texts=TEXTS,
        shown=shown,
        day=shown.valid_from if shown is not None else text.version,
        sections=markup.sections(pick(shown.body), braces) if shown is not None else [],
        text_language=picked_language(shown.body) if shown is not None else current_language(),
        body=text.templates[current_language()],
        others=[one for one in reversed(stored) if one.valid_from <= today()],
        planned=next((one for one in stored if one.valid_from > today()), None),
        old=number is not None,
        **given,
    )
