"""Dates, times, places and free places of activities in words, in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from babel.dates import format_date

from consult.core.clock import LOCAL, today
from consult.core.i18n import LANGUAGES, _, _n, current_language, format_clock, format_day, pick, picked_language
from consult.core.vocabularies import term_title
from consult.projects.models import Activity

# Places in a queue as they stand in a sentence: "an zweiter Stelle", "second on the list".
_ORDINALS = {
    "de": ("", "erster", "zweiter", "dritter", "vierter", "fünfter", "sechster", "siebter", "achter", "neunter", "zehnter"),
    "en": ("", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"),
}  # fmt: skip


def ordinal(number: int) -> str:
    """A place in a queue, in words up to ten."""
    language = current_language()
    words = _ORDINALS[language]
    if 0 < number < len(words):
        return words[number]
    if language == "de":
        return f"{number}."
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _local_day(moment: datetime) -> date:
    return moment.astimezone(LOCAL).date()


def _pattern(day: date, german: str, english: str) -> str:
    language = current_language()
    return str(format_date(day, german if language == "de" else english, locale=language))


def day_words(activity: Activity) -> str:
    """On which day or days: as exact as it is known. "Friday, 12 February 2027", "20 to 28 April 2017", "2017"."""
    if activity.starts_at is None or activity.ends_at is None:
        return _("Date not known") if activity.status in ("completed", "announced") else _("Date not yet fixed")
    first, last = _local_day(activity.starts_at), _local_day(activity.ends_at)
    if activity.precision == "year":
        return str(first.year)
    if activity.precision == "month":
        return _pattern(first, "LLLL yyyy", "LLLL yyyy")
    if first == last:
        return f"{_pattern(first, 'EEEE', 'EEEE')}, {format_day(first)}"
    if (first.year, first.month) == (last.year, last.month):
        return _("%(first)s to %(last)s", first=_pattern(first, "d.", "d"), last=format_day(last))
    if first.year == last.year:
        return _("%(first)s to %(last)s", first=_pattern(first, "d. MMMM", "d MMMM"), last=format_day(last))
    return _("%(first)s to %(last)s", first=format_day(first), last=format_day(last))


def language_words(code: str) -> str:
    """A language by its name in the reader's language."""
    return {"de": _("German"), "en": _("English")}.get(code, code)


def languages_words(activity: Activity) -> str:
    """The languages in which it is held."""
    return ", ".join(language_words(code) for code in activity.languages)


def time_words(activity: Activity) -> str:
    """From when to when on the clocks of Berlin: "9.30 bis 15 Uhr"; nothing where no times are known."""
    if activity.precision != "time" or activity.starts_at is None or activity.ends_at is None:
        return ""
    start, end = format_clock(activity.starts_at), format_clock(activity.ends_at)
    if start == end:
        return start
    return _("%(first)s to %(last)s", first=start.removesuffix(" Uhr"), last=end)


def place_words(activity: Activity) -> str:
    """Where: "Erfurt and online", "Lillestrøm, Norway", "online"; nothing where it is not known."""
    where = activity.city
    if where and activity.country and activity.country != "DE":
        country = term_title("countries", activity.country)
        of_one_name = where in (term_title("countries", activity.country, language) for language in LANGUAGES)
        where = country if of_one_name else f"{where}, {country}"
    if activity.format == "online":
        return _("online")
    if activity.format == "hybrid" and where:
        return _("%(place)s and online", place=where)
    return where


def places_words(activity: Activity) -> str:
    """How many places there are left, in one short sentence; nothing where there is no limit or nobody can join."""
    free, places = activity.free, activity.places
    if free is None or places is None:
        return ""
    if activity.full:
        if activity.waiting_count:
            return _n(
                "Fully booked, %(num)s on the waiting list.",
                "Fully booked, %(num)s on the waiting list.",
                activity.waiting_count,
            )
        return _("Fully booked, waiting list open.") if activity.waiting_list else _("Fully booked.")
    return _n("%(num)s of %(places)s places left.", "%(num)s of %(places)s places left.", free, places=places)


def taken_words(activity: Activity) -> str:
    """What the drawing of the places shows, in words."""
    taken = activity.confirmed_count
    parts = [_("%(taken)s of %(places)s places taken.", taken=taken, places=activity.places)]
    if activity.offered_count:
        parts.append(
            _n(
                "%(num)s is held for somebody from the waiting list.",
                "%(num)s are held for people from the waiting list.",
                activity.offered_count,
            )
        )
    if activity.waiting_count:
        parts.append(
            _n(
                "Below the line: %(num)s on the waiting list.",
                "Below the line: %(num)s on the waiting list.",
                activity.waiting_count,
            )
        )
    return " ".join(parts)


@dataclass(frozen=True)
class DateLine:
    """An activity as a line of a list of dates (`date_item`)."""

    title: str
    url: str
    lang: str | None
    day: str
    month: str
    text: str
    note: str = ""


def _leaf(activity: Activity) -> tuple[str, str]:
    """The large and the small line of the calendar leaf."""
    if activity.starts_at is None:
        return "–", _("no date")
    first = _local_day(activity.starts_at)
    if activity.precision == "year":
        return str(first.year), ""
    if activity.precision == "month":
        return _pattern(first, "LLL", "LLL"), str(first.year)
    month = _pattern(first, "LLLL", "LLLL")
    if first.year != today().year:
        month = f"{_pattern(first, 'LLL', 'LLL')} {first.year}"
    return _pattern(first, "d.", "d"), month


def _several_days(activity: Activity) -> bool:
    if activity.starts_at is None or activity.ends_at is None or activity.precision not in ("time", "day"):
        return False
    return _local_day(activity.starts_at) != _local_day(activity.ends_at)


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]


def date_line(activity: Activity, url: str, *, moment: datetime) -> DateLine:
    """The line of a list: time and place, then what matters next (free places, or that it is over)."""
    day, month = _leaf(activity)
    when = day_words(activity) if _several_days(activity) else time_words(activity)
    where = ", ".join(part for part in (when, place_words(activity)) if part)
    if activity.status in ("cancelled", "postponed"):
        state = term_title("lifecycle", activity.status) + "."
    elif activity.registration_open(moment):
        state = places_words(activity)
    elif activity.registration and not activity.is_past(moment):
        state = _("Registration has ended.")
    else:
        state = ""
    text = " ".join(part for part in (_capitalised(where) + "." if where else "", state) if part)
    language = picked_language(activity.title)
    return DateLine(
        title=pick(activity.title), url=url, lang=language if language != current_language() else None,
        day=day, month=month, text=text,
    )  # fmt: skip
