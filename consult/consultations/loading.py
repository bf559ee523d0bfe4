"""The shipped consultation and its inactive siblings (`consult/data/open_region.yaml`).

Adds what is missing by address and leaves what is there. Letters before the numbers come from the address, since no other
file and no code knows them. Example dates count from the day of loading and move with it while nobody has changed them.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from consult.consultations.models import Consultation, Question
from consult.core import audit
from consult.core.access import SYSTEM
from consult.core.clock import end_of_day, local, start_of_day
from consult.core.dataset import Dataset
from consult.core.db import db
from consult.core.registry import touch
from consult.core.text import render_markdown


def load(dataset: Dataset) -> None:
    """Load the consultations that are not there yet, each with its questions."""
    known = {row.slug: row.prefix for row in db.session.execute(select(Consultation.slug, Consultation.prefix))}
    for record in dataset.records("open_region", "consultations"):
        slug = record["id"]
        if slug in known:
            continue
        known[slug] = free_prefix(slug, set(known.values()))
        consultation = _consultation(record, known[slug], dataset)
        db.session.add(consultation)
        db.session.flush()
        audit.record("consultation.created", SYSTEM, ("consultation", consultation.id), prefix=consultation.prefix)
        touch("consultation", consultation.id)
        for question in consultation.questions:
            touch("question", question.id)


def free_prefix(slug: str, taken: set[str]) -> str:
    """Initials of an address, "OR" for open-region; with a further letter where somebody has them."""
    initials = "".join(word[0] for word in slug.upper().split("-") if word[:1].isalpha())[:6] or "X"
    candidates = [initials, *(initials + letter for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ")]
    return next(one for one in candidates if one not in taken)


def _consultation(record: dict[str, Any], prefix: str, dataset: Dataset) -> Consultation:
    introduction = record.get("introduction", {})
    opens, closes = dataset.when(record.get("opens"), hour=0), dataset.when(record.get("closes"), hour=0)
    return Consultation(
        slug=record["id"],
        prefix=prefix,
        title=record["title"],
        summary=record.get("summary", {}),
        introduction=introduction,
        introduction_html_de=render_markdown(introduction.get("de")),
        introduction_html_en=render_markdown(introduction.get("en")),
        languages=record.get("languages", ["de", "en"]),
        call_to_action=record.get("call_to_action", {}),
        target_groups=record.get("target_groups", []),
        opens_at=opens,
        closes_at=end_of_day(local(closes).date()) if closes else None,
        example_dates=bool(record.get("example_dates")),
        is_active=record.get("status") != "inactive",
        questions=[_question(one) for one in record.get("questions", [])],
    )


def _question(record: dict[str, Any]) -> Question:
    return Question(
        key=record["key"],
        position=record["position"],
        short_title=record["short_title"],
        text=record["text"],
        help=record.get("help", {}),
        good_answer=record.get("good_answer", {}),
        addressed_to=record.get("addressed_to", []),
        sub_questions=record.get("sub_questions", []),
    )


def shift(days: int) -> None:
    """Move example dates by whole days of the calendar; midnights stay midnights over a change of the clocks."""
    moved = db.session.execute(select(Consultation).where(Consultation.example_dates)).scalars()
    for consultation in moved:
        for name in ("opens_at", "closes_at", "evaluation_at", "results_at"):
            setattr(consultation, name, _later(getattr(consultation, name), days))
        touch("consultation", consultation.id)


def _later(moment: datetime | None, days: int) -> datetime | None:
    return start_of_day(local(moment).date() + timedelta(days=days)) if moment is not None else None
