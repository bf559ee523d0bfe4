"""Languages: German and English interface, German first.

English wording is the message id; German stands in `consult/translations/de/*.po`, one catalogue a room, merged in memory
at start, so no compiled file has to be made or shipped.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel import Locale
from babel.dates import format_date
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import Translations
from flask import Flask, has_app_context, has_request_context, request
from flask.globals import _cv_app
from flask_babel import Babel, force_locale
from flask_babel.speaklater import LazyString
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup, escape

from consult.core.clock import LOCAL, now

__all__ = ["LANGUAGES", "_", "_l", "_n", "current_language", "in_language", "pick"]

LANGUAGES = ("de", "en")
LANGUAGE_NAMES = {"de": "Deutsch", "en": "English"}
TRANSLATIONS = Path(__file__).resolve().parent.parent / "translations"


@lru_cache(maxsize=8)
def catalogue(language: str) -> Translations:
    """All rooms' catalogues of one language as one."""
    merged = Catalog(locale=language)
    for path in sorted((TRANSLATIONS / language).glob("*.po")):
        with path.open("rb") as handle:
            for message in read_po(handle, locale=language):
                if message.id and message.string:
                    merged.add(message.id, message.string, context=message.context)
    buffer = io.BytesIO()
    write_mo(buffer, merged)
    buffer.seek(0)
    return Translations(buffer)


babel = Babel()
_forced: ContextVar[str | None] = ContextVar("consult_language", default=None)


def current_language() -> str:
    """ "de" or "en": that of the address, of a mail being written, or the site's default.

    Asked several hundred times a page, so it goes straight to the context instead of through Flask-Babel's look-up.
    """
    forced = _forced.get()
    if forced is not None:
        return forced
    context = _cv_app.get(None)
    if context is None:
        return "de"
    language: str | None = context.g.__dict__.get("lang")
    if language is None:
        language = preferred_language("de") if has_request_context() else "de"
        context.g.__dict__["lang"] = language
    return language


def _(string: str, **variables: Any) -> str:
    """The words in the current language; `%(name)s` in them stand for the variables."""
    text = _known(current_language(), string)
    return text % variables if variables else text


def _n(singular: str, plural: str, num: int, **variables: Any) -> str:
    """The words for one or for several; the number is `%(num)s`, written as the language writes it."""
    text = _known(current_language(), singular, plural, num == 1)
    return text % {"num": format_number(num), **variables}


@lru_cache(maxsize=16_384)
def _known(language: str, string: str, many: str = "", one: bool = True) -> str:
    """The words of a message, looked up once: a page asks for two hundred."""
    if not many:
        found: str = catalogue(language).ugettext(string)
        return found
    return str(catalogue(language).ungettext(string, many, 1 if one else 2))


@lru_cache(maxsize=16_384)
def _known_markup(language: str, string: str) -> Markup:
    return Markup(_known(language, string) % {})  # noqa: S704 - our own words


def _filled(text: str, variables: Mapping[str, Any]) -> Markup:
    """Our own words as markup, with the variables escaped."""
    safe = {name: value if type(value) in (int, float) else escape(value) for name, value in variables.items()}
    return Markup(text % safe)  # noqa: S704 - our own words around escaped ones


@pass_eval_context
def _template_words(context: EvalContext, string: str, /, **variables: Any) -> str:
    """`_` of the templates: markup where the template escapes, plain words in a mail's text.

    Jinja's own goes by way of the context, which it copies for each call within a loop that sets names.
    """
    if not context.autoescape:
        return _known(current_language(), string) % variables
    if not variables:
        return _known_markup(current_language(), string)
    return _filled(_known(current_language(), string), variables)


@pass_eval_context
def _template_number(context: EvalContext, singular: str, plural: str, num: int, /, **variables: Any) -> str:
    """`ngettext` and `_n` of the templates; both languages have one form for one and one for all other numbers."""
    text = _known(current_language(), singular, plural, num == 1)
    values = {"num": num, **variables}
    return _filled(text, values) if context.autoescape else text % values


def _l(string: str, **variables: Any) -> LazyString:
    """Words that are put into the reader's language when they are shown: for tables made at start."""
    return LazyString(_, string, **variables)


def preferred_language(default: str) -> str:
    """The browser's first language of ours, or the default: for addresses that lie outside the languages."""
    for tag, _quality in request.accept_languages:  # best first; "en-GB" is English
        if tag[:2].lower() in LANGUAGES and (len(tag) == 2 or tag[2] in "-_"):
            return tag[:2].lower()
    return default


@contextmanager
def in_language(language: str) -> Any:
    """Words, dates and numbers in this language, whatever the request's is: for mail and exports."""
    wanted = language if language in LANGUAGES else "de"
    token = _forced.set(wanted)
    try:
        if has_app_context():
            with force_locale(wanted):  # for the words of WTForms
                yield
        else:
            yield
    finally:
        _forced.reset(token)


def pick(value: Mapping[str, str] | str | None, language: str | None = None) -> str:
    """The text of a bilingual value in the language wanted, else in the other one, else nothing."""
    if value is None or isinstance(value, str):
        return value or ""
    wanted = language or current_language()
    return value.get(wanted) or value.get("de") or value.get("en") or ""


def picked_language(value: Mapping[str, str] | None, language: str | None = None) -> str:
    """The language in which `pick` answers: for the `lang` attribute."""
    wanted = language or current_language()
    if not isinstance(value, Mapping) or value.get(wanted):
        return wanted
    return "de" if value.get("de") else "en"


def format_day(value: date | datetime | None, form: str = "long") -> str:
    """A date in words: 12. Februar 2027 / February 12, 2027."""
    if value is None:
        return ""
    day = value.astimezone(LOCAL).date() if isinstance(value, datetime) else value
    language = current_language()
    if form == "long":
        return f"{day.day}{'.' if language == 'de' else ''} {_months(language)[day.month]} {day.year}"
    return str(format_date(day, form, locale=language))


@lru_cache(maxsize=4)
def _months(language: str) -> Mapping[int, str]:
    months: Mapping[int, str] = Locale.parse(language).months["format"]["wide"]
    return months


def format_clock(value: datetime | None) -> str:
    """A time of day: 9.30 Uhr / 9:30 am."""
    if value is None:
        return ""
    here = value.astimezone(LOCAL)
    if current_language() == "de":
        return f"{here.hour}.{here.minute:02d} Uhr" if here.minute else f"{here.hour} Uhr"
    hour = here.hour % 12 or 12
    half = "am" if here.hour < 12 else "pm"
    return f"{hour}:{here.minute:02d} {half}" if here.minute else f"{hour} {half}"


def format_moment(value: datetime | None) -> str:
    """Date and time of day in words."""
    return f"{format_day(value)}, {format_clock(value)}" if value is not None else ""


def format_number(value: int | float | None) -> str:
    """17.000 / 17,000; with a fraction at most one digit."""
    if value is None:
        return ""
    language = current_language()
    if isinstance(value, int):
        return f"{value:,}".replace(",", ".") if language == "de" else f"{value:,}"
    return str(format_decimal(value, locale=language, format="#,##0.#"))


def format_ago(value: datetime | None) -> str:
    """How long ago in the reader's words: today, yesterday, 4 days ago, then the date."""
    if value is None:
        return ""
    days = (now().astimezone(LOCAL).date() - value.astimezone(LOCAL).date()).days
    if days <= 0:
        return _("today")
    if days == 1:
        return _("yesterday")
    if days < 15:
        return _n("%(num)s day ago", "%(num)s days ago", days)
    return format_day(value)


def format_span(value: timedelta) -> str:
    """A length of time in the largest fitting unit: 19 hours, 3 days."""
    hours = int(abs(value.total_seconds()) // 3600)
    if hours < 1:
        return _n("%(num)s minute", "%(num)s minutes", max(1, int(abs(value.total_seconds()) // 60)))
    if hours < 48:
        return _n("%(num)s hour", "%(num)s hours", hours)
    return _n("%(num)s day", "%(num)s days", hours // 24)


def init_app(app: Flask) -> None:
    """Attach Babel with our merged catalogues, filters and the two languages."""
    babel.init_app(app, locale_selector=current_language, default_timezone="Europe/Berlin")
    app.jinja_env.filters.update(
        date=format_day,
        time=format_clock,
        datetime=format_moment,
        number=format_number,
        ago=format_ago,
        span=format_span,
    )
    app.jinja_env.globals.update(
        _=_template_words,
        gettext=_template_words,
        ngettext=_template_number,
        _n=_template_number,
        tr=pick,
        tr_lang=picked_language,
        LANGUAGE_NAMES=LANGUAGE_NAMES,
    )
    Locale.parse("de")  # load the data now: fails here rather than in a visitor's request
