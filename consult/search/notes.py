"""What is like each public idea and which clusters and projects fit it, worked out in jobs and noted: pages read the note
instead of comparing texts.

A note is used only while every text that it was made of says the same, which each document's stamp tells; else `near` says
that there is none, and who asks compares. So nothing is ever shown of a text that was changed or withdrawn, and what the
index holds after a reindex is noted from the start. With sentence vectors on, ideas are compared by sense and not noted.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, func, insert, or_, select, update

from consult.core import jobs
from consult.core.db import db, reading
from consult.core.i18n import current_language
from consult.core.memory import remembered
from consult.core.registry import SubjectInfo, describe, registries
from consult.search import vectors
from consult.search.candidates import FEW, POOL, weigh
from consult.search.models import SearchDoc, SearchNote
from consult.search.similar import Likeness, Match, Similar, alike, fitting

NOTED = "idea"
PARTNERS = ("cluster", "project")
KINDS = (NOTED, *PARTNERS)
SIMILAR, FITTING = 10, 5  # at most so many are noted, of each kind of partner
BATCH = 40  # documents of one job, which takes one or two seconds
BEHIND = 500  # so many documents later a note is made anew, since what is rare may have changed

AS_IT_IS, NEW, AGAIN = range(3)  # why a document is due: not at all, its text is new, a text that may be like it is

Document = Any  # a row of `_DUE`


class Near(NamedTuple):
    """Ideas like one, and clusters and projects that fit it, the best first."""

    similar: list[Similar]
    partners: list[Match]


# ---- reading --------------------------------------------------------------------------------------------------------

_DOC, _WRITTEN = SearchDoc.__table__.c, SearchNote.__table__.c
_NOTE = (
    select(_WRITTEN.found)
    .join(SearchDoc.__table__, _DOC.id == _WRITTEN.doc_id)
    .where(_DOC.kind == NOTED, _DOC.subject_id == bindparam("idea"), _WRITTEN.stamp == _DOC.stamp, _WRITTEN.found != "")
)
_WITH_TEXT = (
    select(_DOC.language, _DOC.title, _DOC.body, _WRITTEN.found)
    .outerjoin(
        SearchNote.__table__,
        and_(_WRITTEN.doc_id == _DOC.id, _WRITTEN.stamp == _DOC.stamp, _WRITTEN.found != ""),
    )
    .where(_DOC.kind == NOTED, _DOC.subject_id == bindparam("idea"))
)
_STAMPS = select(_DOC.id, _DOC.kind, _DOC.subject_id, _DOC.stamp).where(_DOC.id.in_(bindparam("ids", expanding=True)))


def near(idea_id: int, kinds: Sequence[str] = KINDS) -> Near | None:
    """What of these kinds is noted of a public idea; None where nothing is, or where one of the texts has changed since.

    Two queries and one a kind, two of a kind of which there are few and not yet remembered.
    """
    if vectors.are_on():
        return None
    found = db.session.execute(_NOTE, {"idea": idea_id}).scalar_one_or_none()
    return _read(found, kinds) if found is not None else None


def near_or_text(idea_id: int, kinds: Sequence[str] = KINDS) -> tuple[Near | None, Document | None]:
    """What of these kinds is noted of a public idea, as `near` reads it, and its text (title, body, language), for who has
    to compare where nothing is; without a text the idea has no place in the index yet.
    """
    row = db.session.execute(_WITH_TEXT, {"idea": idea_id}).one_or_none()
    noted = row is not None and row.found is not None and not vectors.are_on()
    return _read(row.found, kinds) if row is not None and noted else None, row


def _read(found: str, kinds: Sequence[str]) -> Near | None:
    """What a note says of these kinds, unless one of the texts has changed since."""
    note = {kind: entries for kind, entries in json.loads(found).items() if kind in kinds}
    wanted = {_number(entry): entry[1] for entries in note.values() for entry in entries}
    rows = db.session.execute(_STAMPS, {"ids": list(wanted)}).all() if wanted else []
    if {row.id: row.stamp for row in rows} != wanted:
        return None
    infos: dict[tuple[str, int], SubjectInfo] = {}
    for kind in note:
        infos |= _described(kind, [row.subject_id for row in rows if row.kind == kind])
    public = {
        row.id: info for row in rows if (info := infos.get((row.kind, row.subject_id))) is not None and info.public
    }
    shown = {
        kind: [(public[_number(one)], one) for one in note.get(kind, ()) if _number(one) in public] for kind in KINDS
    }
    like_it = [Similar(info, _likeness(entry[2])) for info, entry in shown[NOTED]]
    partners = [
        Match(info, entry[3], _likeness(entry[2]), tuple(entry[4]), tuple(entry[5]))
        for kind in PARTNERS
        for info, entry in shown[kind]
    ]
    return Near(like_it, sorted(partners, key=lambda one: (-one.score, one.info.title)))


def _described(kind: str, ids: list[int]) -> dict[tuple[str, int], SubjectInfo]:
    """What others show of these things; of a kind of partners of which there are few all are read, and remembered."""
    every = remembered(("search.few", kind), lambda: _few(kind)) if kind in PARTNERS and ids else ()
    if not every:
        return describe((kind, one) for one in ids)
    key = ("search.described", kind, current_language())
    return remembered(key, lambda: describe((kind, one) for one in every))


def _few(kind: str) -> tuple[int, ...]:
    """The things of a kind that are in the index, none of them if there are more than FEW."""
    found = db.session.execute(select(_DOC.subject_id).where(_DOC.kind == kind).limit(FEW + 1)).scalars().all()
    return tuple(found) if len(found) <= FEW else ()


def _number(entry: Sequence[Any]) -> int:
    return int(entry[0][1:])


def _likeness(noted: Sequence[Any]) -> Likeness:
    score, by_words, by_characters, shared = noted
    return Likeness(score, by_words, by_characters, tuple(shared))


# ---- what is due ----------------------------------------------------------------------------------------------------


def expect(new: Sequence[SearchDoc], changed: Sequence[SearchDoc], gone: Sequence[SearchDoc]) -> None:
    """Say which documents came, changed and went; belongs to the commit that did it."""
    if came := [row.id for row in new if row.kind in KINDS]:
        db.session.execute(insert(SearchNote), [{"doc_id": one, "due": NEW} for one in came])
    if other := [row.id for row in changed if row.kind in KINDS]:
        _mark(other, NEW)
    if left := [row.id for row in gone if row.kind in KINDS]:
        jobs.enqueue("search.notes", {"gone": left})


def _mark(doc_ids: Sequence[int], why: int) -> None:
    concerned = update(SearchNote).where(SearchNote.doc_id.in_(sorted(doc_ids)))
    if why == AGAIN:
        concerned = concerned.where(SearchNote.due == AS_IT_IS)
    db.session.execute(concerned.values(due=why).execution_options(synchronize_session=False))


_DUE = (
    select(SearchNote.doc_id, SearchNote.due, SearchNote.upto)
    .add_columns(
        *(SearchDoc.__table__.c[name] for name in ("kind", "subject_id", "language", "title", "body", "stamp"))
    )
    .join(SearchDoc, SearchDoc.id == SearchNote.doc_id)
)


@jobs.every("search.notes", minutes=1)
def make_notes(payload: dict[str, Any]) -> None:
    """Note what is near the documents that are due, a batch at a time; the rest waits for the next job.

    Everything slow happens while reading, so that SQLite's write lock is held for the writing only.
    """
    if vectors.are_on():
        return
    db.session.rollback()
    with reading():
        newest = db.session.execute(select(func.max(SearchDoc.id))).scalar_one() or 0
        due = _due(newest)
        naming = _naming([*payload.get("gone", ()), *(one.doc_id for one in due if one.due == NEW and one.upto)])
        made = [(one, *_made(one)) for one in due]
    for one, found, like_it in made:
        note = {"found": found, "stamp": one.stamp, "upto": newest, "due": AS_IT_IS}
        same = select(SearchDoc.id).where(SearchDoc.id == one.doc_id, SearchDoc.stamp == one.stamp)
        statement = update(SearchNote).where(SearchNote.doc_id == one.doc_id, same.exists()).values(note)
        db.session.execute(statement.execution_options(synchronize_session=False))
        if one.due == NEW and like_it:  # those that were noted when this text was not there, or another one
            known = select(SearchNote.doc_id).where(SearchNote.doc_id.in_(like_it), SearchNote.upto > 0)
            if not one.upto:
                known = known.where(SearchNote.upto < one.doc_id)
            naming += db.session.execute(known).scalars()
    _mark(naming, AGAIN)
    if len(due) == BATCH:
        jobs.enqueue("search.notes")


def _due(newest: int) -> list[Document]:
    """What came or changed, the newest first; where there is nothing, some of the notes that are furthest behind."""
    note = _WRITTEN
    due = select(note.doc_id).where(note.due > AS_IT_IS).order_by(note.due, note.doc_id.desc()).limit(BATCH)
    ids = list(db.session.execute(due).scalars())
    if not ids:
        late = select(note.doc_id).where(note.due == AS_IT_IS, note.upto < newest - BEHIND).order_by(note.upto)
        ids = list(db.session.execute(late.limit(BATCH // 4)).scalars())
    return list(db.session.execute(_DUE.where(note.doc_id.in_(ids)).order_by(note.due, note.doc_id.desc())))


def _naming(doc_ids: Sequence[int]) -> list[int]:
    """The documents whose notes name one of these."""
    if not doc_ids:
        return []
    named = or_(*(SearchNote.found.contains(f'"#{one}"') for one in doc_ids))
    return list(db.session.execute(select(SearchNote.doc_id).where(named)).scalars())


def _made(one: Document) -> tuple[str, list[int]]:
    """The note of a document, and the numbers of the ideas that are like it."""
    about = weigh(f"{one.title}\n{one.body}", one.language)
    if one.kind != NOTED:
        return "", [other.document[0] for other in alike(about, NOTED, limit=POOL)]
    like_it = alike(about, NOTED, but=one.subject_id, limit=SIMILAR)
    facets = next((found.facets for found in registries.searchables[NOTED].documents([one.subject_id])), {})
    sector, region = (str(next((code for code in facets.get(name, ()) if code), "")) for name in ("sector", "region"))
    note: dict[str, list[Any]] = {NOTED: [_entry(other) for other in like_it]}
    for kind in PARTNERS:
        found = fitting(about, kind, sector=sector, region=region, limit=FITTING)
        note[kind] = [[*_entry(match), match.score, match.fits, match.missing] for match in found]
    written = json.dumps(note, ensure_ascii=False, separators=(",", ":"))
    return written, [other.document[0] for other in like_it]


def _entry(one: Similar | Match) -> list[Any]:
    number, stamp = one.document
    told = one.likeness
    return [f"#{number}", stamp, [told.score, told.by_words, told.by_characters, told.shared]]
