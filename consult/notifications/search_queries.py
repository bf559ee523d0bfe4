"""Reads of the searches that people keep, and what of an address belongs to one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qs

from sqlalchemy import select

from consult.accounts.models import Person
from consult.core.access import Actor
from consult.core.clock import now
from consult.core.db import db
from consult.core.registry import SavedList, registries
from consult.core.text import clean_line
from consult.core.web import path
from consult.notifications import rules
from consult.notifications.models import Notice, SavedSearch

NOTICE = "search.new"  # the kind of notice that tells what one found
MOST_VALUES = 250  # kept of one parameter: no list takes in more
LONGEST_VALUE = 200
LONGEST_QUERY = 8000


@dataclass(frozen=True)
class SearchView:
    """A search in the reader's words. `url` is the list; empty where there is no such list any more."""

    id: int
    title: str
    label: str
    url: str
    created_at: datetime
    is_active: bool


def kept_of(saved: SavedList, address_query: str) -> dict[str, list[str]]:
    """What of an address's query makes the list: its own parameters, cleaned, without the place in the list."""
    try:
        given = parse_qs(address_query[:LONGEST_QUERY], max_num_fields=1000)
    except ValueError:
        return {}
    kept = {}
    for name in saved.parameters:
        values = [clean_line(value)[:LONGEST_VALUE] for value in given.get(name, [])]
        if chosen := list(dict.fromkeys(value for value in values if value))[:MOST_VALUES]:
            kept[name] = chosen
    return kept


def query_of(search: SavedSearch) -> dict[str, list[str]]:
    """What a search asks for. Those that were kept before lists wrote out what they mean are read as they were meant."""
    saved = registries.saved_lists.get(search.kind)
    return saved.pinned(search.query, search.created_at) if saved is not None else search.query


def list_address(kind: str, query: dict[str, list[str]]) -> str:
    """The list as it was kept, in the present language; empty where there is no such list."""
    saved = registries.saved_lists.get(kind)
    if saved is None or any(not query.get(name) for name in saved.places):
        return ""
    return path(saved.endpoint, **{name: one[0] if name in saved.places else one for name, one in query.items()})


def searches_of(person_id: int) -> list[SavedSearch]:
    """What a person keeps, the newest first."""
    statement = select(SavedSearch).where(SavedSearch.person_id == person_id)
    return list(db.session.execute(statement.order_by(SavedSearch.id.desc())).scalars())


def as_view(search: SavedSearch) -> SearchView:
    """A search as its pages show it."""
    saved = registries.saved_lists.get(search.kind)
    return SearchView(
        search.id, search.title, str(saved.label) if saved is not None else "", list_address(search.kind, query_of(search)),
        search.created_at, search.is_active,
    )  # fmt: skip


def search_views(person_id: int) -> list[SearchView]:
    """What a person keeps, ready to be shown; one query."""
    return [as_view(search) for search in searches_of(person_id)]


def search_of(actor: Actor, search_id: int) -> SavedSearch | None:
    """One of the actor's own searches, or None."""
    statement = select(SavedSearch).where(SavedSearch.id == search_id, SavedSearch.person_id == actor.person_id)
    return db.session.execute(statement).scalar_one_or_none()


def due(limit: int) -> list[tuple[int, datetime]]:
    """(search, until when it was looked at) of the active ones that were not looked at for a day, the oldest first."""
    statement = (
        select(SavedSearch.id, SavedSearch.seen_at)
        .join(Person, Person.id == SavedSearch.person_id)
        .where(
            SavedSearch.is_active.is_(True), SavedSearch.seen_at <= now() - rules.LOOK_EVERY,
            Person.deactivated_at.is_(None),
        )
        .order_by(SavedSearch.seen_at, SavedSearch.id)
        .limit(limit)
    )  # fmt: skip
    return [(row.id, row.seen_at) for row in db.session.execute(statement)]


def told(search: SavedSearch, query: dict[str, list[str]]) -> set[tuple[str, int]]:
    """What its person was told of by a search for the same."""
    notices = select(Notice.context).where(Notice.person_id == search.person_id, Notice.kind == NOTICE)
    contexts = db.session.execute(notices).scalars()
    same = [one for one in contexts if one["list"] == search.kind and one["query"] == query]
    return {(one["of"][0], one["of"][1]) for context in same for one in context["found"] if "of" in one}


def locked(search_id: int) -> SavedSearch | None:
    """The search, locked until the end of the transaction, so that two looks at it follow one another."""
    statement = select(SavedSearch).where(SavedSearch.id == search_id).with_for_update()
    return db.session.execute(statement.execution_options(populate_existing=True)).scalar_one_or_none()
