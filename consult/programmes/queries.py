"""Reading programmes: the list with two filters, and one programme."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, String, func, literal, select, union_all

from consult.core.db import db
from consult.core.paging import Page, keyset
from consult.organisations.models import Organisation
from consult.organisations.queries import organisations_by_ids
from consult.programmes.models import Programme

PAGE_SIZE = 20
FILTERS = ("level", "kind")


@dataclass(frozen=True)
class Selection:
    """The chosen level and kind; empty for all."""

    level: str = ""
    kind: str = ""

    @property
    def chosen(self) -> int:
        return bool(self.level) + bool(self.kind)


def _conditions(selection: Selection, leave_out: str = "") -> list[ColumnElement[bool]]:
    return [
        getattr(Programme, name) == getattr(selection, name)
        for name in FILTERS
        if getattr(selection, name) and name != leave_out
    ]


def programmes_page(selection: Selection, after: str | None) -> Page[Programme]:
    """One page of the programmes that fit, by title."""
    statement = select(Programme).where(*_conditions(selection))
    return keyset(statement, [(Programme.sort_key, "asc"), (Programme.id, "asc")], after, PAGE_SIZE)


def filter_counts(selection: Selection) -> dict[tuple[str, str], int]:
    """(filter, code) -> number of programmes, each filter counted as if nothing were chosen in it. One query."""
    parts = []
    for name in FILTERS:
        column = getattr(Programme, name)
        statement = select(literal(name, String), column, func.count()).where(*_conditions(selection, name))
        parts.append(statement.group_by(column))
    return {(name, code): count for name, code, count in db.session.execute(union_all(*parts))}


def programme_by_slug(slug: str) -> Programme | None:
    """The programme of this address."""
    if not slug.isprintable():
        return None
    return db.session.execute(select(Programme).where(Programme.slug == slug)).scalar()


def bodies_of(programmes: Sequence[Programme]) -> dict[int, Organisation]:
    """The organisations that carry or run these programmes, by id; one query."""
    ids = {one for programme in programmes for one in (programme.owner_id, programme.implementer_id) if one}
    return organisations_by_ids(sorted(ids)) if ids else {}
