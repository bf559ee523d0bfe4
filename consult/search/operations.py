"""Writing the index: one subject's documents when it was touched, everything on `consult reindex`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import islice

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from consult.core.db import db
from consult.core.registry import SearchDocument, registries
from consult.core.settings_store import remember
from consult.search.analyse import ANALYSER_VERSION, tokens, words
from consult.search.models import SearchDoc, SearchWord

BATCH = 500
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
    old = {
        row.subject_id: row.id
        for row in db.session.execute(
            select(SearchDoc.id, SearchDoc.subject_id).where(SearchDoc.kind == kind, SearchDoc.subject_id.in_(ids))
        )
    }
    documents = list(registries.searchables[kind].documents(ids))
    if old:
        _remove(list(old.values()))
    _add(documents)


def _remove(doc_ids: Sequence[int]) -> None:
    for start in range(0, len(doc_ids), BATCH):
        part = list(doc_ids[start : start + BATCH])
        columns = (SearchDoc.title, SearchDoc.body, SearchDoc.title_en, SearchDoc.body_en)
        _forget_words(db.session.execute(select(*columns).where(SearchDoc.id.in_(part))).all())
        marks = ",".join(str(int(doc_id)) for doc_id in part)
        db.session.execute(text(f"delete from search_index where rowid in ({marks})"))  # noqa: S608 - integers only
        db.session.execute(delete(SearchDoc).where(SearchDoc.id.in_(part)))


def _add(documents: Iterable[SearchDocument]) -> int:
    rows = [
        SearchDoc(
            kind=document.kind,
            subject_id=document.id,
            language=document.language or "de",
            title=document.title,
            body=document.body,
            title_en=document.title_en,
            body_en=document.body_en,
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
            "title": f"{tokens(row.title, row.language)} {tokens(row.title_en, 'en')}",
            "body": f"{tokens(row.body, row.language)} {tokens(row.body_en, 'en')}",
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


def _words_of(texts: Iterable[tuple[str, ...]]) -> Counter[str]:
    """In how many of the documents each word stands that is worth suggesting."""
    seen: Counter[str] = Counter()
    for parts in texts:
        found = words(" ".join(parts))
        seen.update({word.casefold() for word in found if 4 <= len(word) <= 40 and word.isalpha()})
    return seen


def _count_words(rows: Sequence[SearchDoc]) -> None:
    seen = _words_of((row.title, row.body, row.title_en, row.body_en) for row in rows)
    insert = sqlite.insert if db.session.get_bind().dialect.name == "sqlite" else postgresql.insert
    values = [{"word": word, "count": count} for word, count in sorted(seen.items())]
    for start in range(0, len(values), 200):
        statement = insert(SearchWord).values(values[start : start + 200])
        db.session.execute(
            statement.on_conflict_do_update(
                index_elements=["word"], set_={"count": SearchWord.__table__.c.count + statement.excluded.count}
            )
        )


def _forget_words(texts: Iterable[Sequence[str]]) -> None:
    """Take the words of documents that go out of the count, so that nothing is ever suggested that nobody may read."""
    by_count: dict[int, list[str]] = {}
    for word, count in sorted(_words_of(tuple(one) for one in texts).items()):
        by_count.setdefault(count, []).append(word)
    for count, gone in by_count.items():
        for start in range(0, len(gone), BATCH):
            db.session.execute(
                update(SearchWord)
                .where(SearchWord.word.in_(gone[start : start + BATCH]))
                .values(count=SearchWord.count - count)
                .execution_options(synchronize_session=False)
            )
    db.session.execute(delete(SearchWord).where(SearchWord.count <= 0).execution_options(synchronize_session=False))


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
