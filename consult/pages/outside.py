"""Files that browsers and search engines look for outside the languages: robots.txt, sitemap.xml, security.txt.

The sitemap follows the search index, which holds exactly what everyone may read, so no page has to be added here by hand.
"""

from __future__ import annotations

import re
from datetime import timedelta
from xml.sax.saxutils import escape

from flask import current_app
from sqlalchemy import func, select

from consult.core.clock import now
from consult.core.db import db
from consult.core.errors import NotFound
from consult.core.i18n import LANGUAGES, in_language
from consult.core.registry import describe, registries
from consult.core.web import address
from consult.pages.texts import TEXTS
from consult.search.models import SearchDoc

PART_SIZE = 5000  # things in a part; each has an address per language, and 50,000 addresses are allowed
LISTS = ("consultations", "ideas", "clusters", "programmes", "projects", "activities", "topics")
CLOSED = (
    "account/",
    "me/",
    "admin/",
    "moderation/",
    "editorial/",
    "ideas/new",
    "ideas/drafts/",
    "ideas/status/",
    "report",
)
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml"'
_PART = re.compile(r"([a-z-]{1,30})-([0-9]{1,4})")


def _settings() -> tuple[str, dict[str, str], bool]:
    settings = current_app.config["SETTINGS"]
    return settings.site_url, settings.operator, settings.demo


def robots() -> str:
    """Everything public may be read; accounts, back office and private links not."""
    site, _operator, demo = _settings()
    if demo:
        return "# Demonstration with sample data: not for search engines.\nUser-agent: *\nDisallow: /\n"
    closed = "".join(f"Disallow: /{language}/{part}\n" for language in LANGUAGES for part in CLOSED)
    return f"User-agent: *\n{closed}Disallow: /dev/\nAllow: /\n\nSitemap: {site}/sitemap.xml\n"


def security() -> str:
    """Contact for reports of weaknesses; valid for half a year from the day of reading."""
    site, operator, _demo = _settings()
    expires = (now() + timedelta(days=180)).replace(hour=0, minute=0, second=0, microsecond=0)
    return (
        f"Contact: mailto:{operator['email']}\n"
        f"Expires: {expires.strftime('%Y-%m-%dT%H:%M:%SZ')}\n"
        "Preferred-Languages: de, en\n"
        f"Canonical: {site}/.well-known/security.txt\n"
    )


def sitemap(part: str) -> str:
    """The index of all parts, or one part: "pages", or a kind and a number as in "idea-0". NotFound for any other."""
    site, _operator, _demo = _settings()
    if not part:
        entries = "".join(f"<sitemap><loc>{site}/sitemap.xml?part={name}</loc></sitemap>\n" for name in _parts())
        return f"{_HEAD}<sitemapindex {_SPACE}>\n{entries}</sitemapindex>\n"
    addresses = _pages() if part == "pages" else _things(part)
    return f"{_HEAD}<urlset {_SPACE}>\n{''.join(map(_entry, addresses))}</urlset>\n"


def _parts() -> list[str]:
    found = ["pages"]
    counted = select(SearchDoc.kind, func.max(SearchDoc.id)).group_by(SearchDoc.kind).order_by(SearchDoc.kind)
    for kind, last in db.session.execute(counted):
        found += [f"{kind}-{number}" for number in range(last // PART_SIZE + 1)]
    return found


def _pages() -> list[dict[str, str]]:
    """Home, lists and written pages."""
    known = current_app.view_functions
    endpoints = ["pages.home", *(f"{room}.index" for room in LISTS), *(f"pages.{name}" for name in TEXTS)]
    return [
        {language: address(endpoint, lang_code=language) for language in LANGUAGES}
        for endpoint in endpoints
        if endpoint in known
    ]


def _things(part: str) -> list[dict[str, str]]:
    match = _PART.fullmatch(part)
    if match is None or match[1] not in registries.searchables:
        raise NotFound()
    kind, start = match[1], int(match[2]) * PART_SIZE
    ids = list(
        db.session.execute(
            select(SearchDoc.subject_id)
            .where(SearchDoc.kind == kind, SearchDoc.id >= start, SearchDoc.id < start + PART_SIZE)
            .order_by(SearchDoc.id)
        ).scalars()
    )
    site = _settings()[0]
    urls: dict[int, dict[str, str]] = {}
    for language in LANGUAGES:
        with in_language(language):
            for (_kind, subject_id), info in describe((kind, one) for one in ids).items():
                if info.public:
                    urls.setdefault(subject_id, {})[language] = site + info.url
    return [urls[one] for one in ids if one in urls]


def _entry(urls: dict[str, str]) -> str:
    others = "".join(
        f'<xhtml:link rel="alternate" hreflang="{language}" href="{escape(url)}"/>' for language, url in urls.items()
    )
    return "".join(f"<url><loc>{escape(url)}</loc>{others}</url>\n" for url in urls.values())
