"""The shipped programmes, and an invented one with calls for the demonstration."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from consult.core.clock import end_of_day, local, now, start_of_day, today
from consult.core.dataset import Dataset
from consult.core.db import db, sort_key
from consult.core.registry import registries, touch
from consult.links.sources import sources
from consult.programmes.models import Call, Programme


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


# ---- an invented programme with calls, so that deadlines and reminders can be seen ----------------------------------

_EXAMPLE = "example-programm-offene-region"
_TEXTS = {
    "title": {"de": "Beispielprogramm »Offene Region«", "en": "Example programme “Open Region”"},
    "summary": {
        "de": "Erfunden für die Vorführung: Ein Programm mit einem offenen, einem geplanten und einem beendeten Aufruf.",
        "en": "Invented for the demonstration: a programme with one open, one planned and one closed call.",
    },
}
_CALLS: tuple[tuple[str, str, str, int, int], ...] = (
    ("anbahnung", "Beispielaufruf Anbahnung", "Example call: first contacts", -20, 40),
    ("pilot", "Beispielaufruf Pilotvorhaben", "Example call: pilot projects", 60, 150),
    ("runde-1", "Beispielaufruf erste Runde", "Example call: first round", -200, -110),
)


def load_examples(_dataset: Dataset) -> None:
    """Add the example programme with its calls where it is missing; dates count from today."""
    if db.session.execute(select(Programme.id).where(Programme.slug == _EXAMPLE)).first():
        return
    moment = now()
    programme = Programme(
        slug=_EXAMPLE, sort_key=sort_key(_TEXTS["title"]["de"]), kind="funding-programme", level="state",
        topics=["innovation"],
        is_example=True, created_at=moment, updated_at=moment, **_TEXTS,
    )  # fmt: skip
    db.session.add(programme)
    db.session.flush()
    for key, german, english, opens, closes in _CALLS:
        db.session.add(
            Call(
                programme_id=programme.id, slug=f"example-aufruf-{key}", title={"de": german, "en": english},
                opens_at=start_of_day(today() + timedelta(days=opens)),
                closes_at=end_of_day(today() + timedelta(days=closes)), is_example=True,
            )
        )  # fmt: skip
    db.session.flush()
    touch("programme", programme.id)


def shift(days: int) -> None:
    """Move the dates of example calls that nobody has edited, by days on the clocks of Germany."""
    for call in db.session.execute(select(Call).where(Call.is_example, Call.edited_at.is_(None))).scalars():
        for name in ("opens_at", "closes_at"):
            moment = getattr(call, name)
            if moment is not None:
                setattr(call, name, start_of_day(local(moment).date() + timedelta(days=days)))
