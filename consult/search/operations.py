"""Writing the index: one subject's documents when it was touched, everything on `consult reindex`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import islice

from sqlalchemy import delete, select, text
from sqlalchemy.dialects import postgresql, sqlite

from consult.core.db import db
from consult.core.registry import SearchDocument, registries
from consult.core.settings_store import remember
from consult.search.analyse import ANALYSER_VERSION, tokens, words
from consult.search.models import SearchDoc, SearchWord

BATCH = 500


def refresh(touched: set[tuple[str, int]]) -> None:
    """Bring the documents of these subjects up to date; runs inside the commit that changed them."""
    by_kind: dict[str, list[int]] = {}
    for kind, subject_id in touched:
        if kind in registries.searchables:
            by_kind.setdefault(kind, []).append(subject_id)
    for kind, ids in by_kind.items():
        for start in range(0, len(ids), BATCH):
            _replace(kind, ids[start : start + BATCH])


def _replace(kind: str, ids: Sequence[int]) -> None:
    old = {
        row.subject_id: row.id
        for row in db.session.execute(
            select(SearchDoc.id, SearchDoc.subject_id).where(SearchDoc.kind == kind, SearchDoc.subject_id.in_(ids))
        )
    }
    documents = list(registries.searchables[kind].documents(ids))
    gone = [old[subject_id] for subject_id in old]
    if gone:
        _remove(gone)
    _add(documents, reuse=old)


def _remove(doc_ids: Sequence[int]) -> None:
    for start in range(0, len(doc_ids), BATCH):
        part = list(doc_ids[start : start + BATCH])
        marks = ",".join(str(int(doc_id)) for doc_id in part)
        db.session.execute(text(f"delete from search_index where rowid in ({marks})"))  # noqa: S608 - integers only
        db.session.execute(delete(SearchDoc).where(SearchDoc.id.in_(part)))


def _add(documents: Iterable[SearchDocument], reuse: dict[int, int] | None = None) -> int:
    rows = [
        SearchDoc(
            kind=document.kind,
            subject_id=document.id,
            language=document.language or "de",
            title=document.title,
            body=document.body,
            at=document.at,
        )
        for document in documents
    ]
    if not rows:
        return 0
    db.session.add_all(rows)
    db.session.flush()
    entries = [
        {
            "id": row.id,
            "title": tokens(row.title, row.language),
            "body": tokens(row.body, row.language),
            "tags": f"kk{row.kind.replace('-', '')} ll{row.language}",
        }
        for row in rows
    ]
    if db.session.get_bind().dialect.name == "sqlite":
        statement = "insert into search_index (rowid, title_n, body_n, tags) values (:id, :title, :body, :tags)"
    else:
        statement = (
            "insert into search_index (rowid, vector) values (:id, setweight(to_tsvector('simple', :title), 'A') || "
            "setweight(to_tsvector('simple', :body), 'B') || setweight(to_tsvector('simple', :tags), 'D'))"
        )
    db.session.execute(text(statement), entries)
    _count_words(rows)
    return len(rows)


def _count_words(rows: Sequence[SearchDoc]) -> None:
    seen: Counter[str] = Counter()
    for row in rows:
        seen.update(
            {word.casefold() for word in words(f"{row.title} {row.body}") if 4 <= len(word) <= 40 and word.isalpha()}
        )
    if not seen:
        return
    insert = sqlite.insert if db.session.get_bind().dialect.name == "sqlite" else postgresql.insert
    values = [{"word": word, "count": count} for word, count in sorted(seen.items())]
    for start in range(0, len(values), 200):
        statement = insert(SearchWord).values(values[start : start + 200])
        db.session.execute(
            statement.on_conflict_do_update(
                index_elements=["word"], set_={"count": SearchWord.__table__.c.count + statement.excluded.count}
            )
        )


def reindex() -> int:
    """Make the whole index anew; returns the number of documents. Commits in batches and can be repeated."""
    db.session.execute(text("delete from search_index"))
    db.session.execute(delete(SearchDoc))
    db.session.execute(delete(SearchWord))
    db.session.commit()
    total = 0
    for searchable in registries.searchables.values():
        documents = iter(searchable.documents(None))
        while batch := list(islice(documents, BATCH)):
            total += _add(batch)
            db.session.commit()
            db.session.expunge_all()
    remember("search.analyser", ANALYSER_VERSION)
    db.session.commit()
    return total
