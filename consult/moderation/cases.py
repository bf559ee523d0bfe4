"""One open case a subject, also when two open it at the same moment: the database's rule decides, the second joins."""

from __future__ import annotations

from sqlalchemy.exc import IntegrityError

from consult.core.db import db
from consult.core.rows import add_object
from consult.moderation.models import Case
from consult.moderation.queries import waiting_case


def put_up(case: Case, alone: bool = False) -> Case:
    """Store a new case; where another one of its subject came up meanwhile, that one, locked. `alone` where none can."""
    if alone:
        add_object(case)
        return case
    try:
        with db.session.begin_nested():
            db.session.add(case)
            db.session.flush()
    except IntegrityError:
        other = waiting_case(case.kind, case.subject_id, lock=True)
        if other is None:
            raise
        return other
    return case
