"""What notices show on one's own page, and their share of a person's data."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select

from consult.core.access import Actor
from consult.core.db import db
from consult.core.registry import PersonalData, describe
from consult.notifications import queries, renaming, search_queries
from consult.notifications.models import Follow, MailPreference, Notice, SavedSearch

SHOWN = 20  # of what a person follows, on their own page


def own_notices(person_id: int, _actor: Actor) -> dict[str, Any] | None:
    """The newest unread notices and how many there are; nothing where there are none."""
    count = queries.unread_count(person_id)
    return {"notices": queries.unread_of(person_id), "unread": count} if count else None


def own_follows(person_id: int, _actor: Actor) -> dict[str, Any] | None:
    """The newest of what the person follows and how much it is; nothing where they follow nothing."""
    page = queries.follows_of(person_id, size=SHOWN)
    if not page.items:
        return None
    shown = [one.info for one in page.items if one.info is not None]
    return {"followed": shown, "number": queries.follow_count(person_id) if page.next else len(page.items)}


def own_searches(person_id: int, _actor: Actor) -> dict[str, Any] | None:
    """The searches that the person keeps; nothing where there are none."""
    found = search_queries.search_views(person_id)
    return {"searches": found} if found else None


def export(person_id: int) -> dict[str, Any]:
    """Notices, follows, preferences and searches of a person, as plain values."""
    notices = db.session.execute(select(Notice).where(Notice.person_id == person_id).order_by(Notice.id)).scalars()
    follows = (
        db.session.execute(select(Follow).where(Follow.person_id == person_id).order_by(Follow.id)).scalars().all()
    )
    known = describe((one.kind, one.subject_id) for one in follows)
    choices = db.session.execute(
        select(MailPreference).where(MailPreference.person_id == person_id).order_by(MailPreference.id)
    ).scalars()
    return {
        "notices": [
            {
                "kind": one.kind,
                "context": one.context,
                "at": one.created_at.isoformat(),
                "read": one.read_at is not None,
            }
            for one in notices
        ],
        "follows": [
            {
                "kind": one.kind,
                "key": known[one.kind, one.subject_id].key if (one.kind, one.subject_id) in known else "",
                "since": one.created_at.isoformat(),
            }
            for one in follows
        ],
        "mail": {one.kind: one.wanted for one in choices},
        "searches": [
            {
                "list": one.kind,
                "query": one.query,
                "title": one.title,
                "since": one.created_at.isoformat(),
                "looked": one.seen_at.isoformat(),
                "active": one.is_active,
            }
            for one in search_queries.searches_of(person_id)
        ],
    }


def erase(person_id: int) -> None:
    """Forget notices, follows, preferences and searches of a person, and the name in what others were told."""
    renaming.rename(person_id, "", "")
    for table in (Notice, Follow, MailPreference, SavedSearch):
        db.session.execute(delete(table).where(table.person_id == person_id))


DATA = PersonalData(
    "notifications", ("notice", "follow", "mail_preference", "saved_search"), export, erase, rename=renaming.rename
)
