"""Writes of the searches that people keep: keep, rename, pause, go on, delete."""

from __future__ import annotations

from sqlalchemy import select

from consult.accounts.models import Person
from consult.core.access import Actor
from consult.core.clock import now
from consult.core.db import db
from consult.core.errors import NotFound, Refused
from consult.core.i18n import _
from consult.core.registry import registries
from consult.core.text import clean_line
from consult.notifications import rules, search_queries
from consult.notifications.models import SavedSearch

LONGEST_TITLE = 120


def save_search(actor: Actor, kind: str, address_query: str, title: str) -> bool:
    """Keep a list for the actor; False where they keep the same one already, which then goes on if it rested."""
    if actor.person_id is None:
        raise Refused(_("Please sign in again"))
    saved = registries.saved_lists.get(kind)
    if saved is None:
        raise NotFound()
    # two windows at once: the second waits here and counts what the first has kept
    db.session.execute(select(Person.id).where(Person.id == actor.person_id).with_for_update())
    query = saved.pinned(search_queries.kept_of(saved, address_query), now())
    known = search_queries.searches_of(actor.person_id)
    for search in known:
        if search.kind == kind and search_queries.query_of(search) == query:
            resume(actor, search)
            return False
    if len(known) >= rules.MOST_SEARCHES:
        raise Refused(
            _(
                "You keep %(number)s searches already. Please delete one under “My searches” first.",
                number=rules.MOST_SEARCHES,
            )
        )
    words = clean_line(title)[:LONGEST_TITLE] or str(saved.label)
    db.session.add(SavedSearch(person_id=actor.person_id, kind=kind, query=query, title=words))
    db.session.flush()
    return True


def _own(actor: Actor, search: SavedSearch) -> None:
    if not rules.is_theirs(actor, search.person_id):
        raise NotFound()


def rename(actor: Actor, search: SavedSearch, title: str) -> None:
    """Another name for one of the actor's searches."""
    _own(actor, search)
    search.title = clean_line(title)[:LONGEST_TITLE]
    db.session.flush()


def pause(actor: Actor, search: SavedSearch) -> None:
    """Let a search rest: the actor is told nothing until it goes on."""
    _own(actor, search)
    search.is_active = False
    db.session.flush()


def resume(actor: Actor, search: SavedSearch) -> None:
    """Let a search go on. What came while it rested is no news any more."""
    _own(actor, search)
    if not search.is_active:
        search.is_active, search.seen_at = True, now()
        db.session.flush()


def remove(actor: Actor, search: SavedSearch) -> None:
    """Forget a search."""
    _own(actor, search)
    db.session.delete(search)
    db.session.flush()
