"""Phases, dates and numbers of a consultation in words.

Numbers of questions are written out as far as a consultation can have them, since a line that says "Five questions" reads
better than one that counts.
"""

from __future__ import annotations

from typing import Any

from consult.consultations.models import ANNOUNCED, CLOSED, EVALUATION, OPEN, RESULTS, Consultation
from consult.core.clock import today
from consult.core.i18n import _, _l, _n, format_day, format_number

_QUESTIONS: dict[int, Any] = {
    1: _l("One question"),
    2: _l("Two questions"),
    3: _l("Three questions"),
    4: _l("Four questions"),
    5: _l("Five questions"),
    6: _l("Six questions"),
    7: _l("Seven questions"),
    8: _l("Eight questions"),
    9: _l("Nine questions"),
    10: _l("Ten questions"),
    11: _l("Eleven questions"),
    12: _l("Twelve questions"),
}
_NUMBERS: dict[int, Any] = {
    2: _l("two"),
    3: _l("three"),
    4: _l("four"),
    5: _l("five"),
    6: _l("six"),
    7: _l("seven"),
    8: _l("eight"),
    9: _l("nine"),
    10: _l("ten"),
    11: _l("eleven"),
    12: _l("twelve"),
}
COMMENT_MODE_WORDS: dict[str, Any] = {
    "pre": _l("Comments appear after the moderation has checked them."),
    "post": _l("Comments appear at once and are checked afterwards."),
    "trust": _l("Comments appear at once for people of whom three texts were accepted, otherwise after a check."),
}


def questions_in_words(count: int) -> str:
    """ "Five questions": the number written out up to twelve."""
    if count in _QUESTIONS:
        return str(_QUESTIONS[count])
    return _n("%(num)s question", "%(num)s questions", count)


def number_in_words(count: int) -> str:
    """ "two" up to "twelve", then digits; one is left to the sentence, since its form depends on it."""
    return str(_NUMBERS[count]) if count in _NUMBERS else format_number(count)


def working_days(count: int) -> str:
    """ "two working days" (German in the dative, as after "innerhalb von")."""
    if count == 1:
        return _("one working day")
    return _("%(number)s working days", number=number_in_words(count))


def capital(text: str) -> str:
    """The same words with a capital first letter, for the beginning of a line."""
    return text[:1].upper() + text[1:]


def state(consultation: Consultation) -> str:
    """The state in a few words: "open until 31 March 2027", "opens on ...", "closed since ..."."""
    phase = consultation.phase
    if phase == ANNOUNCED:
        if consultation.opens_on is None:
            return _("announced, without a date so far")
        return _("opens on %(day)s", day=format_day(consultation.opens_on))
    if phase == OPEN:
        if consultation.closes_on is None:
            return _("open, without an end so far")
        return _("open until %(day)s", day=format_day(consultation.closes_on))
    if phase == CLOSED:
        return _("closed since %(day)s", day=format_day(consultation.closes_at))
    if phase == EVALUATION:
        return _("being evaluated since %(day)s", day=format_day(consultation.evaluation_at))
    if phase == RESULTS:
        return _("results published on %(day)s", day=format_day(consultation.results_at))
    return _("not active")


def countdown(consultation: Consultation) -> str:
    """How long one can still write, or how long it takes to begin; empty where nothing is counted."""
    left = consultation.days_left
    if left is not None:
        if left == 0:
            return _("today is the last day")
        if left == 1:
            return _("until the end of tomorrow")
        return _n("%(num)s day left", "%(num)s days left", left)
    if consultation.phase == ANNOUNCED and consultation.opens_on is not None:
        days = (consultation.opens_on - today()).days
        return _("tomorrow") if days == 1 else _n("in %(num)s day", "in %(num)s days", days)
    return ""


def dates(consultation: Consultation) -> list[tuple[str, str]]:
    """The dates that are set, as (term, day in words), in their order."""
    known = (
        (_("First day"), consultation.opens_on),
        (_("Last day"), consultation.closes_on),
        (_("Evaluation begins"), consultation.evaluation_on),
        (_("Results appear"), consultation.results_on),
    )
    return [(term, format_day(day)) for term, day in known if day is not None]
