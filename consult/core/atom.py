"""Atom feeds (RFC 4287). Entries have the same identifier in both languages and keep it when the site's address moves
from http to https.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from flask import Response, current_app, make_response, render_template, request

from consult.core.answers import conditional, self_address
from consult.core.clock import start_of_day, today
from consult.core.i18n import current_language

SINCE = "2026"  # year in the identifiers; never changes

# What XML cannot hold, not even escaped.
_UNFIT = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")


@dataclass(frozen=True)
class Entry:
    """An entry of a feed. `content` is HTML that has been checked."""

    id: str
    title: str
    language: str
    url: str
    published: datetime
    updated: datetime
    summary: str = ""
    content: str = ""
    author: str = ""
    categories: Sequence[str] = field(default_factory=tuple)


def identifier(what: str) -> str:
    """A tag URI (RFC 4151)."""
    host = urlsplit(current_app.config["SETTINGS"].site_url).hostname or "localhost"
    return f"tag:{host},{SINCE}:{what}"


def feed(name: str, title: str, page: str, entries: Sequence[Entry]) -> Response:
    """The document; conditional, and kept with the pages. `page` is the address that shows the same to people."""
    query = request.query_string.decode("ascii", "ignore")
    text = render_template(
        "_feed.xml",
        id=identifier(f"feeds/{current_language()}/{name}" + (f"?{query}" if query else "")),
        title=title,
        page=page,
        own=self_address(),
        entries=entries,
        updated=max((one.updated for one in entries), default=start_of_day(today())),
        stamp=stamp,
    )
    response = make_response(_UNFIT.sub("", text))
    response.mimetype = "application/atom+xml"
    return conditional(response)


def stamp(moment: datetime) -> str:
    """A moment as RFC 3339 writes it, without fractions."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
