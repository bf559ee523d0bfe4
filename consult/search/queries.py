"""Asking the index.

At most RANKED hits are ranked, the newest ones: ranking a word that stands in every document would cost more than the
rest of the page. The page says so when the bound is reached.

The rank is published and the same on both databases: for each word of the query two points where a form of it stands in
the title, one more where the title has it as it was typed; one point where all words stand as they were typed, wherever;
among equals the newest comes first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple, cast

from markupsafe import Markup, escape
from sqlalchemy import Integer, String, TextClause, column, false, select, text
from sqlalchemy.sql.selectable import Subquery

from consult.core.db import db, is_sqlite
from consult.core.i18n import LANGUAGES, current_language
from consult.core.registry import SubjectInfo, describe, registries
from consult.search.analyse import Group, places, query_groups, stems, words
from consult.search.engines import postgresql_statement, sqlite_statement
from consult.search.models import SearchDoc, tag_of
from consult.search.vocabulary import widened

Chosen = Mapping[str, Sequence[str]]  # facet -> codes, one of which a hit must have

RANKED = 1000
SHORT_PART = 80  # characters


class Hit(NamedTuple):
    """A document that matches, with its score (higher is better; comparable within one query only) and its facets."""

    document_id: int
    kind: str
    id: int
    score: int
    languages: str = "de"
    year: int | None = None
    region: str = ""
    consultation_id: int | None = None


@dataclass(frozen=True)
class Result:
    """A hit as the page shows it: `snippet` has the words that matched in <mark>."""

    info: SubjectInfo
    label: Any
    snippet: Markup
    language: str
    at: datetime | None = None


def _tags(chosen: Chosen) -> list[list[str]]:
    """For each facet the tags of which a document must have one; letters and digits only, whatever was asked for."""
    return [[tag_of(name, code) for code in codes] for name, codes in chosen.items() if codes]


def _statement(groups: Sequence[Group], chosen: Chosen) -> TextClause | None:
    """SQL that yields a Hit's fields of at most RANKED + 1 hits, the best first; None where nothing can match."""
    if not groups:
        return None
    statement_for = sqlite_statement if is_sqlite() else postgresql_statement
    statement, bound = statement_for(groups, _tags(chosen), RANKED + 1)
    return text(statement).bindparams(**bound)


def matching(kind: str, query: str) -> Subquery:
    """Ids of the public subjects of a kind that match, as a subquery with the columns `id` and `score`, to be joined.

    Longer words are found by the engine here, so that a list asks no question more; compounds that end with a word are
    found by `search_hits` only.
    """
    statement = _statement([replace(group, open=True) for group in query_groups(query)], {"kind": [kind]})
    if statement is None:
        return select(SearchDoc.subject_id.label("id"), SearchDoc.subject_id.label("score")).where(false()).subquery()
    return statement.columns(
        column("document_id", Integer), column("kind", String), column("id", Integer), column("score", Integer)
    ).subquery()


def search_hits(query: str, chosen: Chosen | None = None, limit: int = RANKED) -> list[Hit]:
    """The best hits, best first; equal scores newest first. `limit` may be RANKED + 1, to see whether there are more.

    `chosen` are codes by facet (kind, language, year, region, consultation); a hit has one code of each.
    """
    statement = _statement(widened(query_groups(query)), chosen or {})
    if statement is None:
        return []
    rows = db.session.execute(statement).all()  # tuples with the names of a Hit's fields; a thousand are not made anew
    return cast(list[Hit], rows[:limit])


def results(query: str, documents: Sequence[int]) -> list[Result]:
    """The page's view of some documents, in this order: one query and those of each kind, whatever their number."""
    rows = db.session.execute(select(SearchDoc).where(SearchDoc.id.in_(documents))).scalars()
    found = {row.id: row for row in rows}
    infos = describe((row.kind, row.subject_id) for row in found.values())
    shown = []
    for number in documents:
        document = found.get(number)
        info = infos.get((document.kind, document.subject_id)) if document is not None else None
        if document is None or info is None or not info.public:
            continue
        body, language = _text_for_reader(document, query)
        label = registries.subjects[document.kind].label
        shown.append(Result(info, label, snippet(body, query), language, document.at))
    return shown


def dated_between(documents: Sequence[int], since: datetime, until: datetime) -> list[tuple[str, int]]:
    """(kind, id) of those documents that were published or changed in this span, the latest first; one query."""
    kinds = [kind for kind, one in registries.searchables.items() if one.at_is_news]
    rows = db.session.execute(
        select(SearchDoc.kind, SearchDoc.subject_id)
        .where(SearchDoc.id.in_(documents), SearchDoc.kind.in_(kinds), SearchDoc.at > since, SearchDoc.at <= until)
        .order_by(SearchDoc.at.desc(), SearchDoc.id.desc())
    )
    return [(kind, subject_id) for kind, subject_id in rows]


def _text_for_reader(document: SearchDoc, query: str) -> tuple[str, str]:
    """The text of a document that the snippet is cut from: in the reader's language, or in the one that matches."""
    own = (document.body, document.language)
    if not document.body_en:
        return own
    english = (document.body_en, "en")
    first, second = (english, own) if current_language() == "en" else (own, english)
    wanted = _wanted(query)
    return next((one for one in (first, second) if any(_matches(word, wanted) for word in words(one[0]))), first)


def _wanted(query: str) -> tuple[str, ...]:
    return tuple({stem for group in query_groups(query) for stem in (*group.stems, *group.parts)})


@lru_cache(maxsize=20_000)
def _matches(word: str, wanted: tuple[str, ...]) -> bool:
    return any(token.startswith(wanted) for language in LANGUAGES for token in stems(word, language))


def snippet(body: str, query: str, length: int = 240) -> Markup:
    """A piece of the first part that matches, matches marked; the beginning if only the title matched.

    The parts of a document are its lines (a description, an answer, a term of a list). A short part stands behind the
    beginning of the first one, since a term alone says little.
    """
    wanted = _wanted(query)
    parts = [part for part in body.split("\n") if part.strip()] or [""]
    part = next((part for part in parts if any(_matches(word, wanted) for word in words(part))), parts[0])
    hits = {word for word in words(part) if _matches(word, wanted)}
    if part != parts[0] and len(part) < SHORT_PART:
        return Markup("%s · %s") % (_piece(parts[0], set(), length - len(part)), _piece(part, hits, length))
    return _piece(part, hits, length)


def _piece(text: str, hits: set[str], length: int) -> Markup:
    """At most `length` characters around the first hit, cut between words."""
    position = min((text.find(word) for word in hits), default=0)
    start = max(0, position - length // 3) if len(text) > length else 0
    if start:
        start = text.find(" ", start) + 1
    piece = text[start : start + length]
    if start + length < len(text) and " " in piece:
        piece = piece[: piece.rfind(" ")]
    marked, done = [], 0
    for first, last in places(piece) if hits else ():
        if piece[first:last] in hits:
            marked += [escape(piece[done:first]), "<mark>", escape(piece[first:last]), "</mark>"]
            done = last
    marked.append(escape(piece[done:]))
    before, behind = "… " if start else "", " …" if start + len(piece) < len(text) else ""
    return Markup("".join((before, *marked, behind)))  # noqa: S704 - every piece of the text is escaped above
