"""Tables of the index: the documents themselves, the words that occur, and the engine's own full-text table.

`search_index` is made by hand for each database (FTS5 virtual table, or a table with a tsvector), by `ddl`, which the
migration and throw-away schemas share; Alembic leaves it alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, LargeBinary, String, event, text
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapped, mapped_column

from consult.core.db import Base, LongText, UTCDateTime


class SearchDoc(Base):
    """A public document: raw title and body for showing, one row for each subject.

    `title_en` and `body_en` are empty for what is kept in one language only. `codes` are what hits are counted and filtered
    by, as one word: languages by spaces, year, region (NUTS level 1) and consultation, see `packed`.
    """

    __tablename__ = "search_doc"
    __private__ = True  # derived; the change of its source already counts
    __table_args__ = (
        Index("uq_search_doc_subject", "kind", "subject_id", unique=True),
        # all that is asked of up to a thousand hits, beside their long texts
        Index("ix_search_doc_entry", "id", "kind", "subject_id", "codes", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(30))
    subject_id: Mapped[int]
    language: Mapped[str] = mapped_column(String(5), default="de")
    title: Mapped[str] = mapped_column(LongText)
    body: Mapped[str] = mapped_column(LongText, default="")
    title_en: Mapped[str] = mapped_column(LongText, default="", server_default="")
    body_en: Mapped[str] = mapped_column(LongText, default="", server_default="")
    at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    codes: Mapped[str] = mapped_column(String(40), default="", server_default="")
    # tells whether texts and facets are still those that something was made of
    stamp: Mapped[int] = mapped_column(Integer, default=0, server_default="0")


FACETS = {"kind": "kk", "language": "ll", "year": "yy", "region": "rr", "consultation": "cc"}


def packed(languages: Iterable[str], year: int | None, region: str, consultation_id: int | None) -> str:
    """The codes of a document as one word: of a thousand hits each column costs, and most hits share the same few."""
    return f"{' '.join(languages)}|{year or ''}|{region}|{consultation_id or ''}"


def unpacked(kind: str, codes: str) -> dict[str, tuple[str, ...]]:
    """The codes of a document by facet, the kind among them."""
    languages, year, region, consultation = codes.split("|")
    single = {"kind": kind, "year": year, "region": region, "consultation": consultation}
    return {**{name: (code,) if code else () for name, code in single.items()}, "language": tuple(languages.split())}


def tag_of(facet: str, code: object) -> str:
    """The token that stands for a code of a facet in the index: letters and digits only."""
    return FACETS[facet] + "".join(c for c in str(code).lower() if c.isascii() and c.isalnum())


class SearchWord(Base):
    """A word as written (lower case) with the number of documents it was seen in: for "did you mean", for finding the words
    that begin like one of a query by `folded`, and for how telling a German word is, whatever its ending, by `stem`.
    """

    __tablename__ = "search_word"
    __private__ = True
    __table_args__ = (
        Index("ix_search_word_folded", "folded", "count"),
        Index("ix_search_word_stem", "stem", "count"),
    )

    word: Mapped[str] = mapped_column(String(60), primary_key=True)
    count: Mapped[int] = mapped_column(Integer, default=1, index=True)
    # bytes in order on both databases, so that a beginning is a range of the index
    folded: Mapped[str] = mapped_column(
        String(60).with_variant(String(60, collation="C"), "postgresql"), default="", server_default=""
    )
    stem: Mapped[str] = mapped_column(String(60), default="", server_default="")


def is_counted(word: str) -> bool:
    """Whether a word is kept as a SearchWord where it occurs: letters only, and neither very short nor very long."""
    return 4 <= len(word) <= 40 and word.isalpha()


class SearchVector(Base):
    """The sentence vector of a document, 512 numbers of two bytes, with the model that made it."""

    __tablename__ = "search_vector"
    __private__ = True

    doc_id: Mapped[int] = mapped_column(ForeignKey("search_doc.id", ondelete="CASCADE"), primary_key=True)
    model: Mapped[str] = mapped_column(String(40))
    vector: Mapped[bytes] = mapped_column(LargeBinary)


class SearchNear(Base):
    """How alike two documents are in sense, 0 to 100; noted in both directions for the nearest ones only."""

    __tablename__ = "search_near"
    __private__ = True

    doc_id: Mapped[int] = mapped_column(ForeignKey("search_doc.id", ondelete="CASCADE"), primary_key=True)
    other_id: Mapped[int] = mapped_column(ForeignKey("search_doc.id", ondelete="CASCADE"), primary_key=True, index=True)
    likeness: Mapped[int]


class SearchNote(Base):
    """What is near a document, as `notes` has written it down (`found`), made of the text with this `stamp` when the newest
    document had the number `upto` (0: never). `due` says why it has to be made, see there.
    """

    __tablename__ = "search_note"
    __private__ = True
    __table_args__ = (Index("ix_search_note_due", "due", "upto"),)

    doc_id: Mapped[int] = mapped_column(ForeignKey("search_doc.id", ondelete="CASCADE"), primary_key=True)
    due: Mapped[int]
    stamp: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    upto: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    found: Mapped[str] = mapped_column(LongText, default="", server_default="")


def ddl(dialect: str) -> list[str]:
    """Statements that make the engine's full-text table."""
    if dialect == "sqlite":
        return [
            "create virtual table if not exists search_index using fts5("
            "title_n, body_n, tags, tokenize='unicode61 remove_diacritics 0', detail=none)"
        ]
    return [
        "create table if not exists search_index ("
        "rowid integer primary key, vector tsvector not null, title tsvector not null)",
        "create index if not exists search_index_vector on search_index using gin (vector)",
    ]


def drop_ddl() -> list[str]:
    """Statements that remove it."""
    return ["drop table if exists search_index"]


@event.listens_for(SearchDoc.__table__, "after_create")
def _create_index(_target: Any, connection: Connection, **_options: Any) -> None:
    for statement in ddl(connection.dialect.name):
        connection.execute(text(statement))


@event.listens_for(SearchDoc.__table__, "before_drop")
def _drop_index(_target: Any, connection: Connection, **_options: Any) -> None:
    for statement in drop_ddl():
        connection.execute(text(statement))
