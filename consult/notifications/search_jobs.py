"""Looks once a day for what is new in the searches that people keep, and tells them of it.

Each search is looked at in a job of its own: what is found, the notice and the moment until which was looked are one
commit, so nobody is told twice and one list that fails keeps no other waiting.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import current_app

from consult.accounts.queries import person_by_id
from consult.core import jobs
from consult.core.clock import now
from consult.core.i18n import _, _n, format_number, in_language
from consult.core.notices import notify
from consult.core.registry import NoticeKind, SavedList, SubjectInfo, describe, registries
from consult.core.web import path
from consult.notifications import rules, search_queries
from consult.notifications.models import SavedSearch

KIND = search_queries.NOTICE
AT_ONCE = 1000  # jobs written by one run
Query = dict[str, list[str]]
QUOTES = str.maketrans("", "", '„“”»«"')


@jobs.every("searches.due", minutes=60)
def find_due(_payload: dict[str, Any]) -> None:
    """Write a job for each search that was not looked at for a day."""
    for search_id, seen_at in search_queries.due(AT_ONCE):
        jobs.enqueue("searches.look", {"search_id": search_id}, dedupe=f"search:{search_id}:{seen_at.isoformat()}")


@jobs.handler("searches.look")
def look(payload: dict[str, Any]) -> None:
    """Tell the person of one search what came since the last look; nothing where nothing came."""
    search = search_queries.locked(payload["search_id"])
    if search is None or not search.is_active or search.seen_at > now() - rules.LOOK_EVERY:
        return
    person, saved = person_by_id(search.person_id), registries.saved_lists.get(search.kind)
    if person is None or person.deactivated_at is not None or saved is None:
        return
    until, query = now() - rules.SETTLED, search_queries.query_of(search)
    with in_language(person.language):
        things = saved.newest(query, search.seen_at, until)
        things += _back(search, saved, query, until)
    fresh = list({(one.kind, one.id): one for one in things if one.public and one.author_id != person.id}.values())
    news = fresh[: rules.MOST_TOLD]
    if news:
        site = current_app.config["SETTINGS"].site_url
        found = [
            {"title": one.title, "language": one.language, "url": site + one.url, "of": [one.kind, one.id]}
            for one in news
        ]
        context = {"search": search.title, "list": search.kind, "query": query, "found": found}
        notify(KIND, [person.id], context)
    search.seen_at = until


def _back(search: SavedSearch, saved: SavedList, query: Query, until: datetime) -> list[SubjectInfo]:
    """What moderation has brought back since the last look and the person has not heard of: it was not there to be found.

    What stood in the list when it was kept is known, and so is what is older than notices are remembered.
    """
    gone = registries.brought_back(search.seen_at, until)
    if not gone or saved.among is None:
        return []
    found, told = [], search_queries.told(search, query)
    for one, published_at in saved.among(query, gone.keys()):
        known = published_at <= search.created_at < gone[one.kind, one.id] or published_at < now() - rules.REMEMBERED
        if not known and (one.kind, one.id) not in told:
            found.append(one)
    return found


def notice_text(context: Mapping[str, Any]) -> str:
    """The line about what a search found; titles stand in the mail alone.

    The name stands in quotation marks, so it brings none of its own: words that are sought have some.
    """
    number, title = len(context["found"]), context["search"].translate(QUOTES)
    if number >= rules.MOST_TOLD:
        return _(
            "At least %(number)s new entries for your search “%(title)s”", number=format_number(number), title=title
        )
    return _n(
        "%(num)s new entry for your search “%(title)s”", "%(num)s new entries for your search “%(title)s”", number,
        title=title,
    )  # fmt: skip


def notice_url(context: Mapping[str, Any]) -> str:
    """The list as it was kept."""
    return search_queries.list_address(context["list"], context["query"]) or path("notifications.searches")


def still(context: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Of what was found only what everyone may see by now, as it is called by now."""
    known = describe((one["of"][0], one["of"][1]) for one in context["found"] if "of" in one)
    found = []
    for one in context["found"]:
        info = known.get(tuple(one.get("of", ())))
        if info is not None and info.public:
            found.append({**one, "title": info.title, "language": info.language})
    return {**context, "found": found} if found else None


NOTICE = NoticeKind(KIND, notice_text, notice_url, "notifications/mail_search", still=still)
