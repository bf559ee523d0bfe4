"""What time does to ideas: links to confirm lapse, returned ideas are closed, forgotten drafts are deleted.

Each end is announced by a letter some days before. Every run takes a bounded number, so a long pause of the worker does
not make one long transaction.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import current_app
from sqlalchemy import and_, or_, select

from consult.accounts.models import Person
from consult.consultations.models import Consultation
from consult.consultations.queries import consultations_by_ids
from consult.core.access import SYSTEM
from consult.core.calendar import add_working_days, is_working_day
from consult.core.clock import LOCAL, now
from consult.core.db import db
from consult.core.jobs import every, handler
from consult.core.notices import notify
from consult.core.settings_store import recall, remember
from consult.core.states import move
from consult.ideas import job_mails, mails, release_mails, rules, signoff
from consult.ideas.drafting import delete_draft, locked
from consult.ideas.drafts import title_in
from consult.ideas.models import AWAITING, DRAFT, RETURNED, Idea, IdeaDraft, IdeaVersion
from consult.ideas.rules import TERMS
from consult.moderation.operations import open_case, operator_land

BATCH = 200


@handler("idea.case")
def put_before_moderation(payload: dict[str, Any]) -> None:
    """Open the case of a version that waits again after a decision that ended the case before."""
    idea = db.session.get(Idea, payload["idea_id"])
    if idea is None or idea.waiting_version_id is None:
        return
    version = db.session.get_one(IdeaVersion, idea.waiting_version_id)
    consultation = consultations_by_ids([idea.consultation_id])[idea.consultation_id]
    open_case(
        "idea", idea.id, version.id, consultation_id=consultation.id, due_days=consultation.promised_days,
        title=version.title, language=version.language, author_id=idea.author_id,
    )  # fmt: skip


@every("ideas.periods", minutes=60)
def end_periods(_payload: dict[str, Any]) -> None:
    """Do what is due: once an hour."""
    lapse_confirmations()
    close_returned()
    delete_forgotten_drafts()
    remind_of_releases()


def _waiting_since(status: str, period: Any, *more: Any) -> list[Idea]:
    """What has stood so for so long; not what its author sent in time and its organisation has not released yet. `more`
    are further conditions: what there is nothing to do with must not take the place of others in the run."""
    statement = select(Idea).where(
        Idea.status == status, Idea.moved_at < now() - period, Idea.release_asked_at.is_(None), *more
    )
    return list(db.session.execute(statement.order_by(Idea.moved_at, Idea.id).limit(BATCH)).scalars())


def lapse_confirmations() -> int:
    """Seven days without confirmation: a draft again."""
    ideas = _waiting_since(AWAITING, TERMS.confirmation)
    for idea in ideas:
        job_mails.tell_confirmation_lapsed(idea)
        move(rules.MACHINE, idea, "lapse", SYSTEM)
        idea.moved_at, idea.confirm_token_hash = now(), None
        draft = db.session.get(IdeaDraft, idea.id)
        if draft is not None:
            draft.saved_at = now()
    db.session.flush()
    return len(ideas)


def close_returned() -> int:
    """Thirty days without an answer to a returned idea: closed, a week after its author was reminded at the earliest. Once
    nothing is taken any more, nobody is asked for a change."""
    closed = _waiting_since(RETURNED, TERMS.revision, Idea.reminded_at <= now() - TERMS.reminder)
    for idea in closed:
        move(rules.MACHINE, idea, "close", SYSTEM)
        idea.moved_at = now()
        mails.tell_closed(idea)
    for idea in _waiting_since(RETURNED, TERMS.revision - TERMS.reminder, Idea.reminded_at.is_(None)):
        idea.reminded_at = now()
        until = max(idea.moved_at + TERMS.revision, now() + TERMS.reminder)
        consultation = db.session.get_one(Consultation, idea.consultation_id)
        if rules.can_send_in(consultation, RETURNED):
            mails.remind_of_revision(idea, rules.in_time(until, consultation))
    db.session.flush()
    return len(closed)


def delete_forgotten_drafts() -> int:
    """Sixty days untouched: deleted, if its author had been reminded a week before, or cannot be."""
    moment = now()
    over = and_(IdeaDraft.saved_at <= moment - TERMS.draft, IdeaDraft.reminded_at <= moment - TERMS.reminder)
    statement = (
        select(Idea, IdeaDraft)
        .join(IdeaDraft, IdeaDraft.idea_id == Idea.id)
        .where(
            Idea.status == DRAFT,
            IdeaDraft.saved_at < moment - (TERMS.draft - TERMS.reminder),
            or_(IdeaDraft.reminded_at.is_(None), over),  # those that wait for their day leave room for the others
        )
        .order_by(IdeaDraft.saved_at, Idea.id)
        .limit(BATCH)
    )
    deleted = 0
    for idea, draft in db.session.execute(statement).all():
        title = title_in(draft.content)
        if draft.reminded_at is None:
            draft.reminded_at = moment
            mails.remind_of_draft(idea, title, max(draft.saved_at + TERMS.draft, moment + TERMS.reminder))
        elif _is_due(draft, moment) and _is_still_forgotten(idea.id, moment):
            mails.tell_draft_deleted(idea, title)
            delete_draft(SYSTEM, idea.id, "untouched")
            deleted += 1
    return deleted


def _is_due(draft: Any, moment: datetime) -> bool:
    return draft.reminded_at is not None and moment >= max(
        draft.saved_at + TERMS.draft, draft.reminded_at + TERMS.reminder
    )


def _is_still_forgotten(idea_id: int, moment: datetime) -> bool:
    """Once more, now that nobody else writes to it: its author may have saved or sent it since it was looked for."""
    status = locked(idea_id).status
    draft = db.session.execute(
        select(IdeaDraft.saved_at, IdeaDraft.reminded_at).where(IdeaDraft.idea_id == idea_id)
    ).first()
    return status == DRAFT and draft is not None and _is_due(draft, moment)


REMINDED = "ideas.releases_reminded"  # name of a remembered value: the last day on which reminders went out


def remind_of_releases() -> int:
    """What has waited in its organisation for some working days: one letter to each who may release, once a working day,
    with everything that waits for them. Returns how many letters."""
    today = now().astimezone(LOCAL).date()
    if recall(REMINDED) == today.isoformat() or not is_working_day(today, operator_land()):
        return 0
    days, land = current_app.config["SETTINGS"].release_reminder_days, operator_land()
    waiting: dict[int, list[signoff.Waiting]] = {}
    people: dict[int, Person] = {}
    for one in signoff.all_waiting(BATCH):
        if add_working_days(one.since, days, land) > now():
            continue
        for person in signoff.approvers_of(one.organisation_id):
            if person.id != one.author_id:
                people[person.id] = person
                waiting.setdefault(person.id, []).append(one)
    for person_id, found in waiting.items():
        release_mails.remind(people[person_id], found)
        notify("idea.release_waiting", [person_id], {"count": len(found)})
    remember(REMINDED, today.isoformat())
    return len(waiting)
