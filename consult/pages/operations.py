"""Writing the written pages: a new version with its day, and telling people of rules that change."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from consult.accounts.models import Person
from consult.core import audit, jobs
from consult.core.access import Actor
from consult.core.clock import today
from consult.core.db import db
from consult.core.errors import Conflict, Invalid, Refused
from consult.core.i18n import _
from consult.core.notices import notify
from consult.pages.models import PageText
from consult.pages.versions import newest_number

audit.declare("page.changed", "page", "number", "significant")

LONGEST = 60_000
BATCH = 500


def publish(
    actor: Actor,
    name: str,
    *,
    body: dict[str, str],
    change: dict[str, str],
    valid_from: date,
    significant: bool,
    seen: int,
) -> PageText:
    """Store a new version. `seen` is the number of the version that the editor began with: Conflict where there is a newer
    one. Invalid for an empty or overlong text and for a day that is over.
    """
    if not actor.may("pages.edit"):
        raise Refused(_("Your account has no right to this page."))
    wrong: dict[str, Any] = {}
    for language in ("de", "en"):
        if not body.get(language, "").strip():
            wrong[f"body_{language}"] = _("Please write the text in both languages.")
        elif len(body[language]) > LONGEST:
            wrong[f"body_{language}"] = _("This text is too long.")
    if valid_from < today():
        wrong["valid_from"] = _("Please choose today or a later day.")
    if wrong:
        raise Invalid(wrong)
    if seen != newest_number(name):
        raise Conflict(_("Somebody else has changed this page since you opened it. Your text is still here."))
    stored = PageText(
        name=name, number=seen + 1, body=body, change=change, valid_from=valid_from, significant=significant,
        created_by=actor.person_id,
    )  # fmt: skip
    try:
        with db.session.begin_nested():
            db.session.add(stored)
            db.session.flush()
    except IntegrityError:
        raise Conflict(_("Somebody else has changed this page since you opened it. Your text is still here.")) from None
    audit.record("page.changed", actor, ("page", stored.id), page=name, number=stored.number, significant=significant)
    if significant:
        jobs.enqueue("pages.tell", {"id": stored.id, "after": 0}, dedupe=f"pages.tell:{stored.id}:0")
    return stored


@jobs.handler("pages.tell")
def tell(payload: dict[str, Any]) -> None:
    """Tell all who have an account of a significant change, in batches (Regulation (EU) 2022/2065, Art. 14 (2))."""
    stored = db.session.get(PageText, payload["id"])
    if stored is None:
        return
    statement = (
        select(Person.id)
        .where(Person.id > payload["after"], Person.confirmed_at.is_not(None), Person.deactivated_at.is_(None))
        .order_by(Person.id)
        .limit(BATCH)
    )
    people = list(db.session.execute(statement).scalars())
    context = {"page": stored.name, "change": stored.change, "day": stored.valid_from.isoformat()}
    notify("page.changed", people, context, dedupe=f"page.changed:{stored.id}")
    if len(people) == BATCH:
        jobs.enqueue(
            "pages.tell", {"id": stored.id, "after": people[-1]}, dedupe=f"pages.tell:{stored.id}:{people[-1]}"
        )
