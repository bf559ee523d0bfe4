"""What happens to links when one of their ends appears or goes: they keep the name of the end and find it again."""

from __future__ import annotations

from sqlalchemy import select, update

from consult.core.db import db
from consult.links.models import Link, LinkEnd


def loosen(kind: str, subject_id: int) -> None:
    """A thing is taken away: links that led to it or from it keep its key alone."""
    db.session.execute(update(Link).where(Link.from_kind == kind, Link.from_id == subject_id).values(from_id=None))
    db.session.execute(update(Link).where(Link.to_kind == kind, Link.to_id == subject_id).values(to_id=None))
    end = db.session.execute(select(LinkEnd).where(LinkEnd.kind == kind, LinkEnd.id == subject_id)).scalar()
    if end is not None:
        db.session.delete(end)
