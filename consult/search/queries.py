"""Asking the index.

At most RANKED hits are ranked, the newest ones: ranking a word that stands in every document would cost more than the
rest of the page. The page says so when the bound is reached.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape
from rapidfuzz import fuzz, process
from sqlalchemy import Float, Integer, String, TextClause, column, false, select, text
from sqlalchemy.sql.selectable import Subquery

from consult.core.db import db
from consult.core.registry import SubjectInfo, describe, registries
from consult.search.analyse import query_groups, stems, words
from consult.search.models import SearchDoc, SearchWord

RANKED = 1000
SHORT_PART = 80  # characters


@dataclass(frozen=True)
class Hit:
    """A document that matches, with its score (higher is better; comparable within one query only)."""

    kind: str
    id: int
    score: float
    document_id: int


@dataclass(frozen=True)
class Result:
    """A hit as the page shows it: `snippet` has the words that matched in <mark>."""

    info: SubjectInfo
    label: Any
    snippet: Markup
    language: str


def _match_sqlite(query: str, kinds: Sequence[str]) -> str | None:
    groups = query_groups(query)
    if not groups:
        return None
    parts = []
    for alternatives, exact in groups:
        options = " OR ".join([*(f'"{stem}"*' for stem in alternatives), f'"{exact}"'])
        parts.append(f"({options})")
    words_part = "{title_n body_n} : (" + " AND ".join(parts) + ")"
    if kinds:
        tags = " OR ".join(f'"kk{kind.replace("-", "")}"' for kind in kinds)
        return f"(tags : ({tags})) AND ({words_part})"
    return words_part


def _match_postgres(query: str, kinds: Sequence[str]) -> str | None:
    groups = query_groups(query)
    if not groups:
        return None
    parts = [
        "(" + " | ".join([*(f"'{stem}':*AB" for stem in alternatives), f"'{exact}':AB"]) + ")"
        for alternatives, exact in groups
    ]
    if kinds:
        parts.append("(" + " | ".join(f"'kk{kind.replace('-', '')}':D" for kind in kinds) + ")")
    return " & ".join(parts)


def _statement(query: str, kinds: Sequence[str]) -> TextClause | None:
    """SQL that yields (document_id, kind, id, score) of at most RANKED hits, or None where nothing can match."""
    if db.session.get_bind().dialect.name == "sqlite":
        match = _match_sqlite(query, kinds)
        sql = (
            "select d.id as document_id, d.kind as kind, d.subject_id as id, r.score as score from ("
            "select rowid, -bm25(search_index, 5.0, 1.0, 0.0) as score from search_index "
            "where search_index match :match order by rowid desc limit :ranked) r join search_doc d on d.id = r.rowid"
        )
    else:
        match = _match_postgres(query, kinds)
        sql = (
            "select d.id as document_id, d.kind as kind, d.subject_id as id, r.score as score from ("
            "select rowid, ts_rank_cd('{0.0, 0.0, 0.2, 1.0}', vector, to_tsquery('simple', :match)) + "
            "2 * ts_rank('{0.0, 0.0, 0.2, 1.0}', vector, to_tsquery('simple', :exact)) as score "
            "from search_index where vector @@ to_tsquery('simple', :match) order by rowid desc limit :ranked) r "
            "join search_doc d on d.id = r.rowid"
        )
    if match is None:
        return None
    bound = {"match": match, "ranked": RANKED}
    if ":exact" in sql:
        bound["exact"] = " | ".join(f"'{exact}':AB" for _stems, exact in query_groups(query))
    return text(sql).bindparams(**bound)


def matching(kind: str, query: str) -> Subquery:
    """Ids of the public subjects of a kind that match, as a subquery with the columns `id` and `score`, to be joined."""
    statement = _statement(query, [kind])
    if statement is None:
        return select(SearchDoc.subject_id.label("id"), SearchDoc.subject_id.label("score")).where(false()).subquery()
    return statement.columns(
        column("document_id", Integer), column("kind", String), column("id", Integer), column("score", Float)
    ).subquery()


def search_hits(query: str, kinds: Sequence[str] | None = None, limit: int = RANKED) -> list[Hit]:
    """The best hits, best first; equal scores newest first."""
    statement = _statement(query, kinds or [])
    if statement is None:
        return []
    rows = db.session.execute(statement).all()
    hits = [Hit(row.kind, row.id, float(row.score or 0), row.document_id) for row in rows]
    hits.sort(key=lambda hit: (-hit.score, -hit.document_id))
    return hits[:limit]


def results(query: str, hits: Sequence[Hit]) -> list[Result]:
    """The page's view of some hits: three queries and one a kind, whatever their number."""
    infos = describe((hit.kind, hit.id) for hit in hits)
    documents = {
        doc.id: doc
        for doc in db.session.execute(
            select(SearchDoc).where(SearchDoc.id.in_([hit.document_id for hit in hits]))
        ).scalars()
    }
    shown = []
    for hit in hits:
        info, document = infos.get((hit.kind, hit.id)), documents.get(hit.document_id)
        if info is None or document is None or not info.public:
            continue
        shown.append(
            Result(info, registries.searchables[hit.kind].label, snippet(document.body, query), document.language)
        )
    return shown


def snippet(body: str, query: str, length: int = 240) -> Markup:
    """A piece of the first part that matches, matches marked; the beginning if only the title matched.

    The parts of a document are its lines (a description, an answer, a term of a list). A short part stands behind the
    beginning of the first one, since a term alone says little.
    """
    wanted = {stem for alternatives, _exact in query_groups(query) for stem in alternatives}

    def matches(word: str) -> bool:
        found = {*stems(word, "de"), *stems(word, "en")}
        return any(token.startswith(stem) for token in found for stem in wanted)

    parts = [part for part in body.split("\n") if part.strip()] or [""]
    part = next((part for part in parts if any(matches(word) for word in words(part))), parts[0])
    hits = {word for word in words(part) if matches(word)}
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
    marked, rest = Markup(""), piece
    for word in words(piece):
        before, found, rest = rest.partition(word)
        marked += escape(before) + (Markup("<mark>%s</mark>") % found if word in hits else escape(found))
    marked += escape(rest)
    return Markup("%s%s%s") % ("… " if start else "", marked, " …" if start + len(piece) < len(text) else "")


def did_you_mean(query: str) -> str | None:
    """A query with the likeliest spelling, or None if every word is known or nothing is near."""
    known = list(db.session.execute(select(SearchWord.word).order_by(SearchWord.count.desc()).limit(50_000)).scalars())
    if not known:
        return None
    vocabulary, changed, out = set(known), False, []
    for word in words(query)[:8]:
        lowered = word.casefold()
        if lowered in vocabulary or len(lowered) < 4 or not stems(word, "de"):
            out.append(word)
            continue
        near = process.extractOne(lowered, known, scorer=fuzz.ratio, score_cutoff=78)
        if near and near[0] != lowered:
            out.append(near[0])
            changed = True
        else:
            out.append(word)
    return " ".join(out) if changed else None
