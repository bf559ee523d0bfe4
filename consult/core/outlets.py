"""Public lists as files and as feeds: exactly what a list shows, all of its pages, and nothing else.

A list says how its things become rows and entries; the view hands over its pages. A file keeps the order of the list, a
feed has the newest changes first, since readers' programs look at its beginning.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from flask import Response, current_app

from consult.core.atom import Entry, feed
from consult.core.i18n import _l
from consult.core.paging import Page
from consult.core.tables import CSV, JSON, XLSX, Column, table_response
from consult.core.templating import with_query

ATOM = "atom"
FORMATS: dict[str, Any] = {CSV: "CSV", XLSX: "XLSX", JSON: "JSON", ATOM: _l("Feed (Atom)")}
FEED_SIZE = 50
READ = 2_000  # things among which a feed looks for the newest
PART = 200

Pages = Callable[[str | None, int], Page[Any]]


@dataclass(frozen=True)
class Outlet:
    """How a list leaves the house. `name` is that of its feed, `file` that of its files, without ending."""

    name: str
    title: Any
    file: Any
    columns: Sequence[Column]
    rows: Callable[[Sequence[Any]], Iterable[Sequence[Any]]]
    entries: Callable[[Sequence[Any]], Iterable[Entry]]

    def answer(self, fmt: str, pages: Pages, parameter: str = "format") -> Response:
        """The list in this format, one of `FORMATS`; `parameter` is what names it in the address."""
        if fmt == ATOM:
            return self._feed(pages, parameter)
        rows = chain.from_iterable(self.rows(part) for part in parts(pages))
        return table_response(fmt, str(self.file), self.columns, rows, sheet=str(self.title))

    def _feed(self, pages: Pages, parameter: str) -> Response:
        things = list(islice(chain.from_iterable(parts(pages)), READ))
        return newest_first(self.name, str(self.title), self.entries(things), parameter)


def newest_first(name: str, title: str, entries: Iterable[Entry], parameter: str = "format") -> Response:
    """A feed of these entries, the latest changes first; its page is the list without `parameter`."""
    found = sorted(entries, key=lambda one: (one.updated, one.id), reverse=True)[:FEED_SIZE]
    page = current_app.config["SETTINGS"].site_url + with_query(**{parameter: None})
    return feed(name, title, page, found)


def parts(pages: Pages) -> Iterator[Sequence[Any]]:
    """The things of all pages, in parts."""
    after: str | None = None
    while True:
        page = pages(after, PART)
        yield page.items
        after = page.next
        if after is None:
            return
