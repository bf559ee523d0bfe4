"""How long redress keeps what people wrote: until nobody can complain or go to court over it any more, then only figures.

Names and addresses go a year after the answer, words after three years (the period of limitation, § 195 BGB); the
administration may set other periods, none shorter than the time for a complaint. Numbers, times, grounds and outcomes
stay: they are no personal data, and the figures of past periods count them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, func, or_, select, update

from consult.core.db import db
from consult.core.i18n import _l
from consult.core.retention import Retention, periods
from consult.moderation.models import Report
from consult.redress.models import Complaint, Dispute, Measure

LEAST = 190  # six months, in which somebody can still complain, and a little more

# A table, which of its rows are past their time and not emptied yet, and what is emptied.
Emptied = tuple[Any, ColumnElement[bool], dict[str, Any]]


def _names(before: datetime) -> list[Emptied]:
    return [
        (
            Report,
            (Report.answered_at < before) & or_(Report.name != "", Report.email != "", Report.reporter_id.is_not(None)),
            {"name": "", "email": "", "reporter_id": None},
        ),
        (
            Complaint,
            (Complaint.decided_at < before) & or_(Complaint.email != "", Complaint.person_id.is_not(None)),
            {"email": "", "person_id": None},
        ),
        (
            Measure,
            (Measure.ended_at < before) & or_(Measure.email != "", Measure.person_id.is_not(None)),
            {"email": "", "email_key": "", "person_id": None},
        ),
    ]


def _words(before: datetime) -> list[Emptied]:
    return [
        (
            Report,
            (Report.answered_at < before) & (Report.explanation != ""),
            {"explanation": "", "title": "", "url": ""},
        ),
        (
            Complaint,
            (Complaint.decided_at < before) & (Complaint.body != ""),
            {"body": "", "title": "", "note": "", "answer": {}},
        ),
        (
            Measure,
            (Measure.ended_at < before) & (Measure.note != ""),
            {"gravity": "", "intention": "", "note": "", "statement": {}},
        ),
        (Dispute, (Dispute.closed_at < before) & (Dispute.note != ""), {"note": ""}),
    ]


def _count(due: Sequence[Emptied]) -> int:
    return sum(
        db.session.execute(select(func.count()).select_from(table).where(where)).scalar_one()
        for table, where, _values in due
    )


def _empty(due: Sequence[Emptied]) -> int:
    number = 0
    for table, where, values in due:
        statement = update(table).where(where).values(values).execution_options(synchronize_session=False)
        result = db.session.execute(statement)
        number += result.rowcount if isinstance(result, CursorResult) else 0
    return number


def register() -> None:
    """Register the two classes of data; the job of `core.retention` does the rest."""
    periods.add(
        Retention(
            40, "redress_names", _l("Who reported, complained or was suspended"),
            _l("name and address emptied; the matter stays without them"), 365,
            lambda before: _count(_names(before)), lambda before: _empty(_names(before)), LEAST,
        ),
        Retention(
            41, "redress_words", _l("Words of reports, complaints and measures"),
            _l("emptied; numbers, times and outcomes stay for the figures"), 1095,
            lambda before: _count(_words(before)), lambda before: _empty(_words(before)), LEAST,
        ),
    )  # fmt: skip
