"""The rows of the queue as HTML: thirty of them as a template's loop were a third of the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from markupsafe import Markup, escape

from consult.core.drawing import badge_of, lang_attribute, macros_of
from consult.core.i18n import _, current_language
from consult.core.web import path
from consult.moderation.listing import Row
from consult.moderation.naming import called, language_of

BAR = 120  # units of the drawn part of the promised time that is used up


def queue_rows(rows: Sequence[Row], filters: Mapping[str, Any]) -> Markup:
    """The cases of a page of the queue; each leads on with the filters by which it was found."""
    spoken = current_language()
    return Markup("\n".join([_drawn(row, filters, spoken) for row in rows]))  # noqa: S704 - escaped


def _drawn(row: Row, filters: Mapping[str, Any], spoken: str) -> str:
    case, info = row.case, row.info
    title = info.title if info is not None else called(case.kind, case.title)
    language = info.language if info is not None else language_of(case.kind, case.language)
    lang = lang_attribute(language, spoken)
    address = escape(path("moderation.case", case_id=case.id, **filters))
    time = _time(spoken, row.urgency, row.due_text, row.waited_text, _used(row.share))
    source = f'<span class="tiny muted">{_source(row)}</span>'
    return (
        f'<tr><td>{time}</td>\n<td><h2{lang}><a href="{address}">{escape(title)}</a></h2>{source}</td>\n'
        f"<td>{badge_of(spoken, row.badge, row.label)}</td>"
        f'<td class="tiny">{escape(row.hint)}</td>{_tick(row, title)}</tr>'
    )


def _source(row: Row) -> str:
    """The number under which a text stands, and who wrote it."""
    if row.info is None:
        return ""
    key = f'<span class="c-ref">{escape(row.info.key)}</span>' if row.info.key else ""
    return ", ".join(part for part in (key, str(escape(row.info.author_name))) if part)


def _tick(row: Row, title: str) -> str:
    """The cell by which a case is decided together with others; on a phone, where no heads stand, it says so itself."""
    if row.own or row.held:
        return "<td></td>"
    said = escape(_("Decide on “%(title)s” together with others", title=title))
    box = f'<input type="checkbox" name="case" value="{row.case.id}">'
    tick = f'<label class="c-tick">{box}<span class="sr">{said}</span></label>'
    return f'<td data-l="{escape(_("Together"))}">{tick}</td>'


def _used(share: float) -> float:
    """The share of the promised time that is used up, as fine as it is drawn."""
    return round(min(max(share, 0.0), 1.0) * BAR) / BAR


@lru_cache(maxsize=2_000)  # the same spans stand beside many cases
def _time(_language: str, urgency: str, due: str, waited: str, share: float) -> str:
    return str(macros_of().sla(urgency, due, waited, share))
