"""What a programme's page says, in the reader's words: results, periods, amounts and who uses it.

Pure: records go in, words come out. Sources that differ are all shown, the newest first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from consult.core.i18n import _, _l, format_clock, format_day, format_number
from consult.core.vocabularies import vocabulary
from consult.links.queries import LinkView
from consult.links.sources import cite, readable_date, sources
from consult.programmes import rules
from consult.programmes.models import Call, Programme, Reminder

# Events of a call's course, which the data set names in English.
EVENTS = {
    "call published in Baden-Württemberg": _l("call published in Baden-Württemberg"),
    "deadline for applications from Baden-Württemberg": _l("deadline for applications from Baden-Württemberg"),
    "first call": _l("first call"),
}
PER = {"cluster": _l("per cluster"), "project": _l("per project")}


def amount(value: int, unit: str = "", qualifier: str = "") -> str:
    """A figure in words, with currency and qualifier."""
    words = format_number(value)
    if unit == "EUR":
        words = _("%(amount)s euros", amount=words)
    return f"{vocabulary('qualifiers').title(qualifier)} {words}" if qualifier else words


def highest_amount(programme: Programme) -> str:
    """The largest sum that can be had, or nothing."""
    if programme.amount_max is None:
        return ""
    words = _("up to %(amount)s", amount=amount(programme.amount_max, programme.amount_unit))
    per = PER.get(programme.amount_per)
    return f"{words} {per}" if per else words


def results(programme: Programme) -> list[tuple[str, list[tuple[str, str]]]]:
    """(kind of figure, [(figure, date and source)]) for each kind, the newest first."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for record in programme.results:
        rows.setdefault(record["kind"], []).append(record)
    found = []
    for kind, records in rows.items():
        records.sort(key=lambda record: str(record.get("as_of", "")), reverse=True)
        values = [
            (
                amount(record["value"], record.get("unit", ""), record.get("qualifier", "")),
                cite(record.get("as_of", ""), sources(record)),
            )
            for record in records
        ]
        found.append((vocabulary("figure_kinds").title(kind), values))
    return found


def deadline_words(closes_at: datetime) -> str:
    """Until when one can apply: "31 March 2027", with the time where it is not the end of the day."""
    day = format_day(rules.last_day(closes_at))
    return day if rules.ends_with_day(closes_at) else f"{format_day(closes_at)}, {format_clock(closes_at)}"


def dates_words(call: Call) -> str:
    """From when until when one can apply, as far as it is known."""
    begins = format_day(call.opens_at) if call.opens_at else ""
    ends = deadline_words(call.closes_at) if call.closes_at else ""
    if begins and ends:
        return _("%(begin)s to %(end)s", begin=begins, end=ends)
    if ends:
        return _("until %(end)s", end=ends)
    if call.rolling:
        return _("at any time, from %(begin)s on", begin=begins) if begins else _("at any time")
    return _("from %(begin)s on", begin=begins) if begins else _("not stated")


@dataclass(frozen=True)
class CallView:
    """A call as a page shows it; `offered` are the numbers of days before the deadline for which one can be reminded."""

    call: Call
    state: str
    dates: str
    deadline: str
    offered: list[int]
    reminder: Reminder | None = None


def call_view(call: Call, moment: datetime, reminder: Reminder | None = None) -> CallView:
    """What is said of a call at this moment."""
    return CallView(
        call, rules.state_of(call, moment), dates_words(call),
        deadline_words(call.closes_at) if call.closes_at else "", rules.days_offered(call, moment), reminder,
    )  # fmt: skip


def _span(record: dict[str, Any]) -> str:
    begin, end = readable_date(record.get("from")), readable_date(record.get("until"))
    if begin and end:
        return _("%(begin)s to %(end)s", begin=begin, end=end)
    return begin or (_("until %(end)s", end=end) if end else "")


def periods(programme: Programme) -> list[tuple[str, list[tuple[str, str]]]]:
    """(event, [(when, source)]) of the programme's course."""
    found: list[tuple[str, list[tuple[str, str]]]] = []
    for record in programme.periods:
        event = str(record.get("event", ""))
        words = str(EVENTS.get(event, event)) or _("Period")
        found.append((words, [(_span(record), cite("", sources(record), dated=False))]))
    if programme.first_winners:
        won = programme.first_winners
        date = readable_date(str(won.get("value", "")))
        found.append((_("First winners"), [(date, cite("", sources(won), dated=False))]))
    for call in programme.earlier_calls:
        date = readable_date(str(call.get("as_of", "")))
        found.append((_("Earlier call"), [(date, cite("", sources(call), dated=False))]))
    return found


def funded(links: Sequence[LinkView]) -> list[LinkView]:
    """Who was funded by the programme."""
    return [view for view in links if view.type == "funded_by_programme" and not view.outgoing]


def grouped(links: Sequence[LinkView]) -> list[tuple[str, str, list[LinkView]]]:
    """(kind, heading, links) by the kind of the other end; focus countries and who was funded stand apart."""
    headings = {
        "cluster": _("Clusters"),
        "project": _("Connected projects"),
        "activity": _("Connected activities"),
        "topic": _("Topics"),
    }
    apart = {id(view) for view in funded(links)}
    found = []
    for kind, heading in headings.items():
        views = [
            view for view in links if view.other.kind == kind and view.type != "focus_on" and id(view) not in apart
        ]
        if views:
            found.append((kind, heading, views))
    return found
