"""How a source and its date read on a page.

Sources are words, not links: a page that was read once may be gone or changed. Dates are as precise as the source gives
them ("2019", "2019-11", "2019-11-28"), and nothing is made up where there is none.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from consult.core.i18n import _, _l, current_language, format_day

# The texts from which the directory was begun, by number of the file; their names tell what they are about.
_FIRST_TEXTS = {
    "000": _l("first text 0: the questions of the consultation"),
    "001": _l("first text 1: cluster initiatives in Baden-Württemberg"),
    "002": _l("Clusterportal Baden-Württemberg, topic of the month"),
    "003": _l("first text 3: cluster portals abroad"),
    "004": _l("ilm-kreis.de, regional clusters"),
}
_BRIEF = "project brief, "
_MONTHS_DE = (
    "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember",
)  # fmt: skip
_MONTHS_EN = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def sources(record: dict[str, Any]) -> list[str]:
    """The sources of a record of the data set as a list."""
    found = record.get("source") or []
    return [found] if isinstance(found, str) else list(found)


def readable_source(source: str) -> str:
    """A source as readers see it: host and page, or the name of one of the first texts."""
    if source.endswith(".txt") and source[:3] in _FIRST_TEXTS:
        return str(_FIRST_TEXTS[source[:3]])
    if source.startswith(_BRIEF):
        return _("project brief, %(part)s", part=source.removeprefix(_BRIEF))
    return source


def readable_date(value: str | None) -> str:
    """A date in words, no more precise than it is known: 2019, November 2019, 28. November 2019."""
    parts = (value or "").split("-")
    if len(parts) == 3:
        return format_day(date.fromisoformat(value or ""))
    if len(parts) == 2:
        months = _MONTHS_EN if current_language() == "en" else _MONTHS_DE
        return f"{months[int(parts[1]) - 1]} {parts[0]}"
    return parts[0]


def cite(as_of: str, source: Iterable[str], derived: bool = False, dated: bool = True) -> str:
    """Date and source in one line; "undated" where the source gives no date and a date is of interest (`dated`)."""
    parts = [readable_date(as_of)] if as_of else [_("undated")] if dated and not derived else []
    if derived:
        parts.append(_("classified by us"))
    parts += [readable_source(one) for one in source]
    return "; ".join(parts)


def year_of(value: str) -> float:
    """A date as a point on an axis of years; a bare year stands at its beginning."""
    year, *rest = (int(part) for part in value.split("-"))
    month, day = (*rest, 1, 1)[:2]
    return year + (month - 1) / 12 + (day - 1) / 372
