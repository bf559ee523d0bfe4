"""What imports keep about people: who made one, and records that wait with somebody's address in them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update

from consult.accounts.models import Person
from consult.core.db import db
from consult.core.imports import ImportRun, UnresolvedReference
from consult.core.registry import PersonalData


def _waiting(person_id: int) -> list[UnresolvedReference]:
    """The waiting records that carry the person's address."""
    person = db.session.get(Person, person_id)
    if person is None or not person.email:
        return []
    rows = db.session.execute(select(UnresolvedReference).where(UnresolvedReference.record.is_not(None))).scalars()
    return [row for row in rows if str((row.record or {}).get("email", "")).lower() == person.email.lower()]


def export_person(person_id: int) -> dict[str, Any]:
    """The imports that the person made, and records that name the person and wait for something."""
    runs = db.session.execute(select(ImportRun).where(ImportRun.made_by == person_id).order_by(ImportRun.id)).scalars()
    return {
        "imports": [{"kind": run.kind, "file": run.filename, "made": run.made_at.isoformat()} for run in runs],
        "waiting_records": [row.record for row in _waiting(person_id)],
    }


def erase_person(person_id: int) -> None:
    """Imports stay, who made them is forgotten; waiting records lose the address."""
    for row in _waiting(person_id):
        row.record = {name: value for name, value in (row.record or {}).items() if name != "email"}
    db.session.execute(update(ImportRun).where(ImportRun.made_by == person_id).values(made_by=None))


DATA = PersonalData(
    "imports", (ImportRun.__tablename__, UnresolvedReference.__tablename__), export_person, erase_person
)
