"""What never had an address is named by no search: forgetting it takes nothing from anybody's list."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from consult.notifications.forgetting import forget_text
from consult.notifications.models import Notice
from consult.notifications.operations import add_notice


def test_what_has_no_address_takes_no_found_things_along(cast: Any, db: Any) -> None:
    found = [{"title": "Eine Idee", "url": "/de/ideas/OR-2026-00001"}]
    add_notice(cast.stranger.id, "search.new", {"search": "Alles", "list": "ideas", "query": {}, "found": found})
    db.session.commit()
    forget_text({"idea_id": [1]}, "")
    db.session.commit()
    [told] = db.session.execute(select(Notice.context).where(Notice.kind == "search.new")).scalars()
    assert told["found"] == found
    forget_text({"idea_id": [1]}, "/ideas/OR-2026-00001")
    db.session.commit()
    assert not db.session.execute(select(Notice.id).where(Notice.kind == "search.new")).all()
