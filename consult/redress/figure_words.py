"""The figures in words: what each is called, and what its parts are called."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from consult.core.i18n import _, _l, format_number, format_span
from consult.moderation.catalogue import reason_title
from consult.moderation.listing import kind_label
from consult.moderation.statements import outcome_word
from consult.redress.figures import Figures, Row
from consult.redress.words import complaint_outcome_word, dispute_word, party_word, reason_word, scope_word, step_word

LABELS: dict[str, Any] = {
    "decisions": _l("Decisions"),
    "decisions.outcome": _l("Decisions by outcome"),
    "decisions.kind": _l("Decisions by kind of text"),
    "decisions.source": _l("Decisions by what led to them"),
    "decisions.restricting": _l("Decisions that restrict"),
    "decisions.restricting.reason": _l("Restrictions by reason"),
    "decisions.restricting.ground": _l("Restrictions by ground"),
    "decisions.restricting.source": _l("Restrictions by what led to them"),
    "decisions.automated": _l("Decisions made by software"),
    "decisions.signalled": _l("Decisions about texts in which software had pointed something out"),
    "decisions.in_time": _l("Decisions in the promised time"),
    "decisions.median_seconds": _l("Median time to a decision"),
    "decisions.overturned": _l("Decisions taken back by somebody else"),
    "decisions.reinstating": _l("Decisions that took another one back"),
    "decisions.taken_back": _l("Taken back within ten minutes, not counted"),
    "decisions.consultation": _l("Decisions by consultation"),
    "reports": _l("Reports"),
    "reports.reason": _l("Reports by reason"),
    "reports.answered": _l("Reports answered"),
    "reports.acted_on": _l("Reports that led to a restriction"),
    "reports.acted_on.ground": _l("Reports that led to a restriction, by ground"),
    "reports.withdrawn": _l("Reports whose text its author withdrew first"),
    "reports.automated": _l("Reports answered by software"),
    "reports.median_seconds": _l("Median time to the answer to a report"),
    "complaints": _l("Complaints"),
    "complaints.party": _l("Complaints by who complained"),
    "complaints.answered": _l("Complaints answered"),
    "complaints.outcome": _l("Complaints by outcome"),
    "complaints.reason": _l("Complaints by reason"),
    "complaints.in_time": _l("Complaints answered in the promised time"),
    "complaints.median_seconds": _l("Median time to the answer to a complaint"),
    "measures": _l("Warnings and suspensions"),
    "measures.kind": _l("Warnings and suspensions by kind"),
    "measures.lifted": _l("Lifted before their end"),
    "measures.suspensions_running": _l("Suspensions in force"),
    "disputes": _l("Disputes out of court"),
    "disputes.closed": _l("Disputes out of court that are over"),
    "disputes.outcome": _l("Disputes out of court by outcome"),
    "disputes.followed": _l("Outcomes that we followed"),
    "disputes.median_seconds": _l("Median time of a dispute out of court"),
    "cases.waiting": _l("Cases waiting"),
}

GROUNDS = {"law": _l("against the law"), "terms": _l("against the rules of this site")}
SOURCES = {
    "submission": _l("Texts before they become public"),
    "look": _l("Looked at after they had become public"),
    "report": _l("After a report"),
}


def label(figure: str) -> str:
    """What a figure counts."""
    return str(LABELS.get(figure, figure))


def code_word(figure: str, code: str, titles: dict[str, str]) -> str:
    """What a part of a figure is called."""
    if figure == "decisions.consultation":
        return titles.get(code, _("a consultation that is not listed"))
    if figure == "measures.kind":
        scope, _dot, step = code.partition(".")
        return f"{step_word(step)}: {scope_word(scope)}"
    words: dict[str, Any] = {
        "decisions.outcome": outcome_word,
        "decisions.kind": kind_label,
        "decisions.restricting.reason": reason_title,
        "reports.reason": reason_title,
        "complaints.party": party_word,
        "complaints.outcome": complaint_outcome_word,
        "complaints.reason": reason_word,
        "disputes.outcome": dispute_word,
    }
    if figure in words:
        return str(words[figure](code))
    return str((GROUNDS | SOURCES).get(code, code))


def in_words(figure: str, value: int) -> str:
    """A value as people read it: a number, or a span of time."""
    if figure.endswith("_seconds"):
        return format_span(timedelta(seconds=value)) if value else "–"
    return str(format_number(value))


def bars_of(figures: Figures, figure: str, titles: dict[str, str]) -> list[tuple[str, str, float]]:
    """(words, number, share) of the parts of a figure, for a table with bars."""
    parts = figures.parts(figure)
    whole = sum(number for _code, number in parts)
    return [(code_word(figure, code, titles), str(format_number(number)), number / whole) for code, number in parts]


def changes(found: list[tuple[Row, int]], titles: dict[str, str]) -> list[tuple[str, str, str]]:
    """(what, as it was, as it is) of figures that have changed since a period ended."""
    shown = []
    for row, value in found:
        if row.figure.startswith(("decisions.consultation",)):
            continue
        name = label(row.figure) + (f": {code_word(row.figure, row.code, titles)}" if row.code else "")
        shown.append((name, in_words(row.figure, row.value), in_words(row.figure, value)))
    return shown
