"""How a source and its date read on a page.

Sources are words, not links: a page that was read once may be gone or changed. Dates are as precise as the source gives
them ("2019", "2019-11", "2019-11-28"), and nothing is made up where there is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from consult.core.i18n import _, _l, format_day

# The texts from which the directory was begun, by number of the file; their names tell what they are about.
_FIRST_TEXTS = {
    "000": _l("first text 0: the questions of the consultation"),
    "001": _l("first text 1: cluster initiatives in Baden-Württemberg"),
    "002": _l("Clusterportal Baden-Württemberg, topic of the month"),
    "003": _l("first text 3: cluster portals abroad"),
    "004": _l("ilm-kreis.de, regional clusters"),
}
_BRIEF = "project brief, "
_DATE = re.compile(r"(\d{4})(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01]))?)?")


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
    """A date in words, no more precise than it is known: 2019, November 2019, 28. November 2019. Other text stays."""
    found = _DATE.fullmatch(value or "")
    if found is None or found[2] is None:
        return value or ""
    try:
        day = date(int(found[1]), int(found[2]), int(found[3] or 1))
    except ValueError:
        return value or ""
    return format_day(day, "long" if found[3] else "MMMM yyyy")


def cite(as_of: str, source: Iterable[str], derived: bool = False, dated: bool = True) -> str:
    """Date and source in one line; "undated" where the source gives no date and a date is of interest (`dated`)."""
    parts = [readable_date(as_of)] if as_of else [_("undated")] if dated and not derived else []
    if derived:
        parts.append(_("classified by us"))
    parts += [readable_source(one) for one in source]
    return "; ".join(parts)


def year_of(value: str) -> float | None:
    """A date as a point on an axis of years, None if it is no date; a bare year stands at its beginning."""
    found = _DATE.fullmatch(value)
    if found is None:
        return None
    year, month, day = (int(part or 1) for part in found.groups())
    return year + (month - 1) / 12 + (day - 1) / 372
