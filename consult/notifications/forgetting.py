"""What notices say of a text goes with it, where its author has it deleted for good: its title stands in many of them.

Those that were told go from the lists of people, those that wait are not told, and of their mails only that they were sent
stays. What a search found stays without the text.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import ColumnElement, String, cast, delete, false, or_, select

from consult.core.db import db
from consult.core.jobs import Job
from consult.core.mail import forget
from consult.notifications.models import Notice
from consult.notifications.search_jobs import KIND as SEARCH

Mentions = Mapping[str, Collection[int] | Collection[str]]


def mail_reference(notice_id: int) -> str:
    """What the mail of a notice is known by."""
    return f"notice:{notice_id}"


def forget_text(mentions: Mentions, path: str) -> None:
    """Forget what notices say of a text. `mentions` is how their contexts name it: the entry, and its values; `path` is
    the end of its address, by which searches name it; empty where it never had one."""
    told = list(db.session.execute(select(Notice.id).where(_names(Notice.context, mentions))).scalars())
    found = select(Notice).where(Notice.kind == SEARCH, _leads_to(Notice.context, path))
    searches = list(db.session.execute(found).scalars())
    forget([mail_reference(one) for one in (*told, *(one.id for one in searches))])
    db.session.execute(delete(Notice).where(Notice.id.in_(told)).execution_options(synchronize_session=False))
    for notice in searches:
        notice.context = _without(notice.context, path)
        if not notice.context["found"]:
            db.session.delete(notice)
    context = Job.payload["context"]
    jobs = delete(Job).where(Job.kind == "notice.deliver", or_(_names(context, mentions), _leads_to(context, path)))
    db.session.execute(jobs.execution_options(synchronize_session=False))
    db.session.flush()


def _names(context: Any, mentions: Mentions) -> ColumnElement[bool]:
    return or_(*(is_one(context[name], values) for name, values in mentions.items() if values))


def is_one(entry: Any, values: Collection[int] | Collection[str]) -> ColumnElement[bool]:
    """Whether an entry of a context, a number or a text, is one of these."""
    known = entry.as_integer() if all(isinstance(one, int) for one in values) else entry.as_string()
    found: ColumnElement[bool] = known.in_(list(values))
    return found


def _leads_to(context: Any, path: str) -> ColumnElement[bool]:
    found: ColumnElement[bool] = cast(context["found"], String).like(f'%{path}"%')
    return found if path else false()  # the end of no address is that of all


def _without(context: dict[str, Any], path: str) -> dict[str, Any]:
    return {**context, "found": [one for one in context["found"] if not one["url"].endswith(path)]}
