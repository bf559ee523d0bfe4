"""The shipped programmes."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from consult.core.clock import now
from consult.core.dataset import Dataset
from consult.core.db import db, sort_key
from consult.core.registry import registries, touch
from consult.links.sources import sources
from consult.programmes.models import Programme


def _organisation(reference: str | None) -> int | None:
    subject = registries.subjects.get("organisation")
    return subject.find(reference.partition("/")[2]) if subject is not None and reference else None


def programme_of(record: dict[str, Any]) -> Programme:
    """A record as a programme; not yet in the session."""
    amount, moment = record.get("amount_max", {}), now()
    return Programme(
        slug=record["id"], title=record["title"], sort_key=sort_key(record["title"]["de"]), kind=record["kind"],
        level=record["level"], region=record.get("region", ""), summary=record["summary"], topics=record["topics"],
        owner_id=_organisation(record.get("owner")), implementer_id=_organisation(record.get("implementer")),
        amount_max=amount.get("value"), amount_unit=amount.get("unit", ""), amount_per=amount.get("per", ""),
        amount_source=sources(amount), phases=record.get("phases", []), periods=record.get("period", []),
        results=record.get("results", []), aliases=record.get("aliases", []),
        earlier_calls=record.get("earlier_calls", []), first_winners=record.get("first_winners", {}),
        conflict=record.get("conflict", {}), as_of=record.get("as_of", ""), source=sources(record),
        created_at=moment, updated_at=moment,
    )  # fmt: skip


def load(dataset: Dataset) -> None:
    """Add the programmes that are missing."""
    known = set(db.session.execute(select(Programme.slug)).scalars())
    added = [programme_of(record) for record in dataset.records("programmes") if record["id"] not in known]
    db.session.add_all(added)
    db.session.flush()
    for programme in added:
        touch("programme", programme.id)
