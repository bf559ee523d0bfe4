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
from consult.core.i18n import LANGUAGES, current_language
from consult.core.registry import SubjectInfo, describe, registries
from consult.search.analyse import Group, query_groups, stems, words
from consult.search.models import SearchDoc, SearchWord

RANKED = 1000
SHORT_PART = 80  # characters
QUOTED = '"{}"'
NEAR = 78  # of 100: how like a suggestion must be
RARE, FAR_MORE = 2, 10  # a word seen so seldom gets a suggestion that is seen so many times as often
SQLITE = (
    "select d.id as document_id, d.kind as kind, d.subject_id as id, r.score as score, d.language as language, "
    "d.body_en <> '' as both_languages from (select rowid, -bm25(search_index, 5.0, 1.0, 0.0) as score "
    "from search_index where search_index match :match order by rowid desc limit :ranked) r "
    "join search_doc d on d.id = r.rowid"
)
POSTGRESQL = (
    "select d.id as document_id, d.kind as kind, d.subject_id as id, r.score as score, d.language as language, "
    "d.body_en <> '' as both_languages from (select rowid, "
    "ts_rank_cd('{0.0, 0.0, 0.2, 1.0}', vector, to_tsquery('simple', :match)) + "
    "2 * ts_rank('{0.0, 0.0, 0.2, 1.0}', vector, to_tsquery('simple', :exact)) as score "
    "from search_index where vector @@ to_tsquery('simple', :match) order by rowid desc limit :ranked) r "
    "join search_doc d on d.id = r.rowid"
)


@dataclass(frozen=True)
class Hit:
    """A document that matches, with its score (higher is better; comparable within one query only)."""

    kind: str
    id: int
    score: float
    document_id: int
    languages: tuple[str, ...] = ("de",)


@dataclass(frozen=True)
class Result:
    """A hit as the page shows it: `snippet` has the words that matched in <mark>."""

    info: SubjectInfo
    label: Any
    snippet: Markup
    language: str


def _match_sqlite(groups: Sequence[Group], kinds: Sequence[str]) -> str:
    wanted = []
    for group in groups:
        options = [*(f'"{stem}"*' for stem in group.stems), f'"{group.exact}"']
        if group.parts:
            options.append("(" + " AND ".join(f'"{part}"*' for part in group.parts) + ")")
        wanted.append(f"({' OR '.join(options)})")
    match = "{title_n body_n} : (" + " AND ".join(wanted) + ")"
    return f"(tags : ({' OR '.join(_tag(kind, QUOTED) for kind in kinds)})) AND ({match})" if kinds else match


def _match_postgres(groups: Sequence[Group], kinds: Sequence[str]) -> str:
    wanted = []
    for group in groups:
        options = [*(f"'{stem}':*AB" for stem in group.stems), f"'{group.exact}':AB"]
        if group.parts:
            options.append("(" + " & ".join(f"'{part}':*AB" for part in group.parts) + ")")
        wanted.append(f"({' | '.join(options)})")
    if kinds:
        wanted.append("(" + " | ".join(_tag(kind, "'{}':D") for kind in kinds) + ")")
    return " & ".join(wanted)


def _tag(kind: str, form: str) -> str:
    return form.format(f"kk{kind.replace('-', '')}")


def _statement(query: str, kinds: Sequence[str]) -> TextClause | None:
    """SQL that yields (document_id, kind, id, score, language, both) of at most RANKED + 1 hits; None where nothing can
    match.
    """
    groups = query_groups(query)
    if not groups:
        return None
    bound: dict[str, Any] = {"ranked": RANKED + 1}
    if db.session.get_bind().dialect.name == "sqlite":
        return text(SQLITE).bindparams(match=_match_sqlite(groups, kinds), **bound)
    bound["exact"] = " | ".join(f"'{group.exact}':AB" for group in groups)
    return text(POSTGRESQL).bindparams(match=_match_postgres(groups, kinds), **bound)


def matching(kind: str, query: str) -> Subquery:
    """Ids of the public subjects of a kind that match, as a subquery with the columns `id` and `score`, to be joined."""
    statement = _statement(query, [kind])
    if statement is None:
        return select(SearchDoc.subject_id.label("id"), SearchDoc.subject_id.label("score")).where(false()).subquery()
    return statement.columns(
        column("document_id", Integer), column("kind", String), column("id", Integer), column("score", Float)
    ).subquery()


def search_hits(query: str, kinds: Sequence[str] | None = None, limit: int = RANKED) -> list[Hit]:
    """The best hits, best first; equal scores newest first. `limit` may be RANKED + 1, to see whether there are more."""
    statement = _statement(query, kinds or [])
    if statement is None:
        return []
    hits = [
        Hit(
            row.kind,
            row.id,
            float(row.score or 0),
            row.document_id,
            LANGUAGES if row.both_languages else (row.language,),
        )
        for row in db.session.execute(statement)
    ]
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
        body, language = _text_for_reader(document, query)
        shown.append(Result(info, registries.searchables[hit.kind].label, snippet(body, query), language))
    return shown


def _text_for_reader(document: SearchDoc, query: str) -> tuple[str, str]:
    """The text of a document that the snippet is cut from: in the reader's language, or in the one that matches."""
    own = (document.body, document.language)
    if not document.body_en:
        return own
    english = (document.body_en, "en")
    first, second = (english, own) if current_language() == "en" else (own, english)
    wanted = _wanted(query)
    return next((one for one in (first, second) if any(_matches(word, wanted) for word in words(one[0]))), first)


def _wanted(query: str) -> frozenset[str]:
    return frozenset(stem for group in query_groups(query) for stem in (*group.stems, *group.parts))


def _matches(word: str, wanted: frozenset[str]) -> bool:
    found = {*stems(word, "de"), *stems(word, "en")}
    return any(token.startswith(stem) for token in found for stem in wanted)


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
    marked, rest = Markup(""), piece
    for word in words(piece):
        before, found, rest = rest.partition(word)
        marked += escape(before) + (Markup("<mark>%s</mark>") % found if word in hits else escape(found))
    marked += escape(rest)
    return Markup("%s%s%s") % ("… " if start else "", marked, " …" if start + len(piece) < len(text) else "")


def did_you_mean(query: str) -> str | None:
    """A query with the likeliest spelling, or None if every word is known well or nothing is near.

    A word that stands nowhere gets the nearest one; a rare word a near one that is far more common.
    """
    known = select(SearchWord.word, SearchWord.count).order_by(SearchWord.count.desc(), SearchWord.word).limit(50_000)
    counts: dict[str, int] = {row[0]: row[1] for row in db.session.execute(known)}
    changed, out = False, []
    for word in words(query)[:8]:
        better = _better_spelling(word, counts)
        changed = changed or better is not None
        out.append(better or word)
    return " ".join(out) if changed else None


def _better_spelling(word: str, counts: dict[str, int]) -> str | None:
    lowered = word.casefold()
    seen = counts.get(lowered, 0)
    if seen > RARE or len(lowered) < 4 or not stems(word, "de"):
        return None
    if not seen and _is_known(lowered, counts):
        return None
    near = process.extract(lowered, counts.keys(), scorer=fuzz.ratio, score_cutoff=NEAR, limit=8)
    options = [
        (score, counts[one], one) for one, score, _place in near if one != lowered and counts[one] >= seen * FAR_MORE
    ]
    return max(options)[2] if options else None


def _is_known(lowered: str, counts: dict[str, int]) -> bool:
    """Whether the word stands somewhere in another form, which the search finds by its stem or by umlauts spelled out."""
    wanted = set(stems(lowered, "de")[:1])
    return any(
        wanted & set(stems(one, "de")[:1])
        for one, _score, _place in process.extract(
            lowered, counts.keys(), scorer=fuzz.ratio, score_cutoff=NEAR, limit=8
        )
    )
