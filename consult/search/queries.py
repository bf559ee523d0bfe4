"""Asking the index.

At most RANKED hits are ranked, the newest ones: ranking a word that stands in every document would cost more than the
rest of the page. The page says so when the bound is reached.

The rank is published and the same on both databases: for each word of the query two points where a form of it stands in
the title, one more where the title has it as it was typed; one point where all words stand as they were typed, wherever;
among equals the newest comes first. Where nothing has all the words, what has some of them is found: ten points for each,
and up to nine more for the rarer ones.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple, cast

from markupsafe import Markup
from sqlalchemy import Integer, Row, String, TextClause, and_, bindparam, column, false, or_, select, text
from sqlalchemy.sql.selectable import Subquery

from consult.core.db import db, is_sqlite
from consult.core.i18n import current_language
from consult.core.registry import SubjectInfo, describe, registries
from consult.search.analyse import EXACT, words
from consult.search.asking import Group, query_groups
from consult.search.engines import postgresql_statement, sqlite_statement
from consult.search.models import SearchDoc, is_counted, tag_of
from consult.search.snippets import Marker
from consult.search.vocabulary import did_you_mean, pieces, widened

Chosen = Mapping[str, Sequence[str]]  # facet -> codes, one of which a hit must have

RANKED = 1000
MOST_OF_SOME = 6  # words, of which documents are sought that have some: the rarest
LOOKED_INTO = 5  # hits of a suggestion, for how they write its words


class Hit(NamedTuple):
    """A document that matches, with its score (higher is better; comparable within one query only) and its codes."""

    document_id: int
    kind: str
    id: int
    score: int
    codes: str = "de|||"


class Result(NamedTuple):
    """A hit as the page shows it: `label` is its kind in the reader's language, `title` and `snippet` have what matched in
    <mark>. When it was published or changed (`at`) is read for files only.
    """

    info: SubjectInfo
    label: str
    title: Markup
    snippet: Markup
    language: str
    at: datetime | None = None


def _tags(chosen: Chosen) -> list[list[str]]:
    """For each facet the tags of which a document must have one; letters and digits only, whatever was asked for."""
    return [[tag_of(name, code) for code in codes] for name, codes in chosen.items() if codes]


def _question(groups: Sequence[Group], chosen: Chosen, least: int | None = None) -> tuple[TextClause, dict[str, Any]]:
    """SQL that yields a Hit's fields of at most RANKED + 1 hits, the best first, and the values that are bound."""
    statement_for = sqlite_statement if is_sqlite() else postgresql_statement
    statement, bound = statement_for(groups, _tags(chosen), RANKED + 1, least)
    return _clause(statement), bound


@lru_cache(maxsize=100)
def _clause(statement: str) -> TextClause:
    """A statement as the library knows it; there is one for each number of words."""
    return text(statement)


def matching(kind: str, query: str) -> Subquery:
    """Ids of the public subjects of a kind that match, as a subquery with the columns `id` and `score`, to be joined.

    Longer words are found by the engine here, so that a list asks no question more; compounds that end with a word are
    found by `search_hits` only.
    """
    groups = [replace(group, open=True) for group in query_groups(query)]
    if not groups:
        return select(SearchDoc.subject_id.label("id"), SearchDoc.subject_id.label("score")).where(false()).subquery()
    statement, bound = _question(groups, {"kind": [kind]})
    return (
        statement.bindparams(**bound)
        .columns(
            column("document_id", Integer), column("kind", String), column("id", Integer), column("score", Integer)
        )
        .subquery()
    )


def search_hits(query: str, chosen: Chosen | None = None, limit: int = RANKED) -> list[Hit]:
    """The best hits, best first; equal scores newest first. `limit` may be RANKED + 1, to see whether there are more.

    `chosen` are codes by facet (kind, language, year, region, consultation); a hit has one code of each.
    """
    groups = widened(query_groups(query))
    if not groups:
        return []
    statement, bound = _question(groups, chosen or {})
    rows = db.session.execute(
        statement, bound
    ).all()  # tuples with the names of a Hit's fields; a thousand are not made anew
    return cast(list[Hit], rows[:limit])


def some_hits(query: str, chosen: Chosen | None = None, limit: int = RANKED) -> list[Hit]:
    """The best hits that have as many of the words as any has, for a query whose words stand nowhere together; a compound
    that stands nowhere counts as the words that hyphens join in it, or that it begins and ends with. At most seven queries.
    """
    asked = widened(query_groups(query))
    apart = pieces(asked)
    groups = sorted(apart, key=lambda one: one.seen)
    groups = [one for one in groups if one.seen or one.ends or not is_counted(one.exact.removeprefix(EXACT))]
    groups = groups[:MOST_OF_SOME]
    number = len(groups)
    for least in sorted({number, number - 1, (number + 1) // 2, 1} - {0}, reverse=True) if number else ():
        if least == len(asked) and apart == asked:  # that has been asked
            continue
        statement, bound = _question(groups, chosen or {}, least)
        if rows := db.session.execute(statement, bound).all():
            return cast(list[Hit], rows[:limit])
    return []


def suggestion(query: str, chosen: Chosen | None = None) -> str | None:
    """A likelier spelling of a query, with which something is found; its words as the texts that are found write them, since
    German nouns begin with a capital. Four queries.
    """
    better = did_you_mean(query)
    groups = query_groups(better) if better is not None else []
    if better is None or not groups:
        return None
    statement, bound = _question(groups, chosen or {})
    ids = [row[0] for row in db.session.execute(statement, bound).fetchmany(LOOKED_INTO)]
    if not ids:
        return None
    written: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for texts in db.session.execute(_TEXTS, {"documents": ids}):
        for word in words(" ".join(texts)):
            written[word.casefold()][word] += 1
    typed = {word.casefold() for word in words(query)}
    return " ".join(
        word if word.casefold() in typed or word not in written else written[word].most_common(1)[0][0]
        for word in words(better)
    )


_TEXTS = select(*(SearchDoc.__table__.c[name] for name in ("title", "body", "title_en", "body_en"))).where(
    SearchDoc.__table__.c.id.in_(bindparam("documents", expanding=True))
)
_SHOWN = select(
    *(SearchDoc.__table__.c[name] for name in ("id", "kind", "subject_id", "language", "body", "body_en"))
).where(SearchDoc.__table__.c.id.in_(bindparam("documents", expanding=True)))
_DATED = _SHOWN.add_columns(SearchDoc.__table__.c.at)


def results(query: str, documents: Sequence[int], *, dated: bool = False) -> list[Result]:
    """The page's view of some documents, in this order: one query and those of each kind, whatever their number."""
    rows = db.session.execute(_DATED if dated else _SHOWN, {"documents": list(documents)}).all()
    found = {row.id: row for row in rows}
    infos = describe((row.kind, row.subject_id) for row in rows)
    labels = {kind: str(registries.subjects[kind].label) for kind, _id in infos}
    marker = Marker(query)
    shown = []
    for number in documents:
        document = found.get(number)
        info = infos.get((document.kind, document.subject_id)) if document is not None else None
        if document is not None and info is not None and info.public:
            shown.append((document, info, *_text_for_reader(document, marker)))
    said = [info.title for _document, info, _body, _language in shown]
    titles, snippets = marker.lines_and_snippets(said, (body for _document, _info, body, _language in shown))
    return [
        Result(info, labels[info.kind], title, snippet, language, document.at if dated else None)
        for (document, info, _body, language), title, snippet in zip(shown, titles, snippets, strict=True)
    ]


def dated_between(documents: Sequence[int], since: datetime, until: datetime) -> list[tuple[str, int]]:
    """(kind, id) of those documents that were published or changed in this span, the latest first; one query."""
    kinds = [kind for kind, one in registries.searchables.items() if one.at_is_news]
    rows = db.session.execute(
        select(SearchDoc.kind, SearchDoc.subject_id)
        .where(SearchDoc.id.in_(documents), SearchDoc.kind.in_(kinds), SearchDoc.at > since, SearchDoc.at <= until)
        .order_by(SearchDoc.at.desc(), SearchDoc.id.desc())
    )
    return [(kind, subject_id) for kind, subject_id in rows]


def dated_among(documents: Sequence[int], ends: Collection[tuple[str, int]]) -> list[tuple[tuple[str, int], datetime]]:
    """((kind, id), moment) of those documents that are of these things and have one that is news, the latest first."""
    kinds: dict[str, list[int]] = {}
    for kind, subject_id in ends:
        if kind in registries.searchables and registries.searchables[kind].at_is_news:
            kinds.setdefault(kind, []).append(subject_id)
    ours = [and_(SearchDoc.kind == kind, SearchDoc.subject_id.in_(ids)) for kind, ids in kinds.items()]
    if not ours or not documents:
        return []
    rows = db.session.execute(
        select(SearchDoc.kind, SearchDoc.subject_id, SearchDoc.at)
        .where(SearchDoc.id.in_(documents), or_(*ours))
        .order_by(SearchDoc.at.desc(), SearchDoc.id.desc())
    )
    return [((kind, subject_id), at) for kind, subject_id, at in rows if at is not None]


def _text_for_reader(document: Row[Any], marker: Marker) -> tuple[str, str]:
    """The text of a document that the snippet is cut from: in the reader's language, or in the one that matches."""
    own = (document.body, document.language)
    if not document.body_en:
        return own
    english = (document.body_en, "en")
    first, second = (english, own) if current_language() == "en" else (own, english)
    return next((one for one in (first, second) if marker.matches(one[0])), first)
