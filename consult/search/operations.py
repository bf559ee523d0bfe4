"""Writing the index: one subject's documents when it was touched, everything on `consult reindex`."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from types import MappingProxyType
from typing import Any
from zlib import crc32

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from consult.core.clock import LOCAL
from consult.core.db import db, is_sqlite
from consult.core.i18n import LANGUAGES
from consult.core.registry import SearchDocument, registries
from consult.core.settings_store import recall, remember
from consult.search import notes, vectors
from consult.search.analyse import ANALYSER_VERSION, fold_umlauts, joined, stems, tokens, words
from consult.search.engines import TAG, TITLE, marked
from consult.search.models import (
    SearchDoc,
    SearchNear,
    SearchNote,
    SearchVector,
    SearchWord,
    ddl,
    drop_ddl,
    is_counted,
    packed,
    tag_of,
    unpacked,
)

BATCH = 500
PORTION = 2000  # documents of one commit while the whole index is made anew
WRITING = 0x5EA4C  # the lock of those who write the index


def refresh(touched: set[tuple[str, int]]) -> None:
    """Bring the documents of these subjects up to date; runs inside the commit that changed them."""
    by_kind: dict[str, list[int]] = {}
    for kind, subject_id in touched:
        if kind in registries.searchables:
            by_kind.setdefault(kind, []).append(subject_id)
    if by_kind and db.session.get_bind().dialect.name == "postgresql":
        # two commits that count the same words in different order would wait for each other for ever
        db.session.execute(select(func.pg_advisory_xact_lock(WRITING)))
    for kind, ids in by_kind.items():
        for start in range(0, len(ids), BATCH):
            _replace(kind, ids[start : start + BATCH])


def _replace(kind: str, ids: Sequence[int]) -> None:
    found = db.session.execute(select(SearchDoc).where(SearchDoc.kind == kind, SearchDoc.subject_id.in_(ids)))
    old = {row.subject_id: row for row in found.scalars()}
    due = {document.id: document for document in registries.searchables[kind].documents(ids)}
    gone = [row for subject_id, row in old.items() if subject_id not in due]
    new = [SearchDoc(kind=kind, **_columns(document)) for key, document in due.items() if key not in old]
    changed = []
    before = Counter(_words_of(_texts(row) for row in gone))
    for subject_id in old.keys() & due.keys():
        row, columns = old[subject_id], _columns(due[subject_id])
        said, entry = _texts(row), (_texts(row), row.language, _tags(row))
        for name, value in columns.items():
            if getattr(row, name) != value:
                setattr(row, name, value)
        if (_texts(row), row.language, _tags(row)) != entry:  # most of what is touched says the same as before
            before.update(_words_of([said]))
            changed.append(row)
    vectors.forget([row.id for row in (*gone, *changed)])
    if gone:
        _drop_entries([row.id for row in gone])
        db.session.execute(delete(SearchDoc).where(SearchDoc.id.in_([row.id for row in gone])))
    _drop_entries([row.id for row in changed])
    _write([*changed, *new], before)
    notes.expect(new, changed, gone)


def _columns(document: SearchDocument) -> dict[str, Any]:
    """What a row holds of a document."""
    language = document.language or "de"
    return {
        "subject_id": document.id,
        "language": language,
        "title": document.title.replace("\x00", ""),
        "body": document.body.replace("\x00", ""),
        "title_en": document.title_en.replace("\x00", ""),
        "body_en": document.body_en.replace("\x00", ""),
        "at": document.at,
        "codes": packed(
            LANGUAGES if document.body_en else (language,),
            document.at.astimezone(LOCAL).year if document.at else None,
            str(_first(document.facets, "region"))[:3],
            _first(document.facets, "consultation") or None,
        ),
        "stamp": _stamp(document),
    }


def _stamp(document: SearchDocument) -> int:
    """A number that differs where texts or facets do, and from that of documents that were there before there were any."""
    said = (document.title, document.body, document.title_en, document.body_en, document.language)
    facets = sorted((name, [str(code) for code in codes if code]) for name, codes in document.facets.items())
    return crc32(repr((said, facets)).encode()) >> 1 or 1


def _first(facets: Mapping[str, Any], name: str) -> Any:
    return next((code for code in facets.get(name, ()) if code), "")


def _texts(row: SearchDoc) -> tuple[str, ...]:
    return row.title, row.body, row.title_en, row.body_en


def _tags(row: SearchDoc) -> str:
    """The codes of a row as tokens, so that the engine filters by them before it ranks."""
    return " ".join(tag_of(facet, code) for facet, codes in unpacked(row.kind, row.codes).items() for code in codes)


def _drop_entries(doc_ids: Sequence[int]) -> None:
    for start in range(0, len(doc_ids), BATCH):
        marks = ",".join(str(int(doc_id)) for doc_id in doc_ids[start : start + BATCH])
        db.session.execute(text(f"delete from search_index where rowid in ({marks})"))  # noqa: S608 - integers only


def _write(rows: Sequence[SearchDoc], before: Mapping[str, int] = MappingProxyType({})) -> None:
    """Index these rows and count their words; `before` are the words that stood there until now."""
    if rows:
        db.session.add_all(rows)
        db.session.flush()
        _add_entries(rows)
    _count_words(_words_of(_texts(row) for row in rows), before)


def _add_entries(rows: Sequence[SearchDoc]) -> None:
    sqlite = is_sqlite()
    entries: list[dict[str, Any]] = []
    seen: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for row in rows:
        own, english = seen[row.language], seen["en"]
        title = f"{tokens(row.title, row.language, own)} {tokens(row.title_en, 'en', english)}".strip()
        body = f"{tokens(row.body, row.language, own)} {tokens(row.body_en, 'en', english)}"
        tags = marked(_tags(row), TAG)
        if sqlite:
            entries.append({"id": row.id, "title": f"{title} {marked(title, TITLE)}", "body": body, "tags": tags})
        else:
            entries.append({"id": row.id, "title": title.split(), "all": f"{title} {body} {tags}".split()})
    if sqlite:
        statement = "insert into search_index (rowid, title_n, body_n, tags) values (:id, :title, :body, :tags)"
    else:
        statement = (
            "insert into search_index (rowid, vector, title) values "
            "(:id, array_to_tsvector(cast(:all as text[])), array_to_tsvector(cast(:title as text[])))"
        )
    db.session.execute(text(statement), entries)


def _words_of(texts: Iterable[tuple[str, ...]]) -> Counter[str]:
    """In how many of the documents each word stands that is worth suggesting."""
    seen: Counter[str] = Counter()
    for parts in texts:
        said = " ".join(parts)
        seen.update({word.casefold() for word in (*words(said), *joined(said)) if is_counted(word)})
    return seen


def _count_words(after: Mapping[str, int], before: Mapping[str, int]) -> None:
    """Count what came and take away what went, so that nothing is ever suggested that nobody may read."""
    by_difference: dict[int, list[str]] = {}
    for word in sorted(after.keys() | before.keys()):
        difference = after.get(word, 0) - before.get(word, 0)
        if difference:
            by_difference.setdefault(difference, []).append(word)
    insert = sqlite.insert if db.session.get_bind().dialect.name == "sqlite" else postgresql.insert
    for difference, found in sorted(by_difference.items()):
        for start in range(0, len(found), BATCH):
            part = found[start : start + BATCH]
            if difference < 0:
                _take_away(part, -difference)
                continue
            rows = [
                {"word": word, "folded": fold_umlauts(word), "stem": _stem(word), "count": difference} for word in part
            ]
            statement = insert(SearchWord.__table__)  # type: ignore[arg-type]
            added = SearchWord.__table__.c.count + statement.excluded.count
            db.session.connection().execute(
                statement.on_conflict_do_update(index_elements=["word"], set_={"count": added}), rows
            )


def _stem(word: str) -> str:
    return next(iter(stems(word, "de")), "")


def _take_away(found: Sequence[str], number: int) -> None:
    db.session.execute(
        update(SearchWord)
        .where(SearchWord.word.in_(found))
        .values(count=SearchWord.count - number)
        .execution_options(synchronize_session=False)
    )
    db.session.execute(
        delete(SearchWord)
        .where(SearchWord.word.in_(found), SearchWord.count <= 0)
        .execution_options(synchronize_session=False)
    )


ANALYSER = "search.analyser"  # which one made the index, as the installation remembers it


def note_analyser() -> None:
    """Remember which analyser makes the index, where nobody has before: at first installation."""
    if recall(ANALYSER) is None:
        remember(ANALYSER, ANALYSER_VERSION)


def is_up_to_date() -> bool:
    """Whether the index was made by this version's analyser."""
    made: int = recall(ANALYSER, ANALYSER_VERSION)
    return made == ANALYSER_VERSION


def reindex() -> int:
    """Make the whole index anew; returns the number of documents. Commits in batches and can be repeated."""
    sqlite = is_sqlite()
    # taking entries out one by one costs SQLite as much as putting them in
    for statement in (*drop_ddl(), *ddl("sqlite")) if sqlite else ("delete from search_index",):
        db.session.execute(text(statement))
    for table in (SearchNote, SearchNear, SearchVector, SearchDoc, SearchWord):
        db.session.execute(delete(table))
    db.session.commit()
    total = 0
    for searchable in registries.searchables.values():
        documents = iter(searchable.documents(None))
        while batch := list(islice(documents, PORTION)):
            rows = [SearchDoc(kind=document.kind, **_columns(document)) for document in batch]
            _write(rows)
            notes.expect(rows, (), ())
            total += len(batch)
            db.session.commit()
            db.session.expunge_all()
    # every portion left its pieces, which every search visits
    if sqlite:
        db.session.execute(text("insert into search_index (search_index) values ('optimize')"))
    remember(ANALYSER, ANALYSER_VERSION)
    db.session.commit()
    return total
