"""Requests about personal data that come by letter, mail or telephone: with a due date, so that none is forgotten.

Who has an account takes everything out and erases it without asking anybody. For all others: the answer is due within one
month of receipt (Art. 12 (3) GDPR); two more are possible where the matter is difficult, if the person is told so within
the first month, with the reasons. A refusal needs its reason (Art. 12 (4)).
"""

from __future__ import annotations

import calendar
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select

from consult.accounts import rules
from consult.accounts.models import DataRequest, RoleGrant
from consult.accounts.queries import person_by_email
from consult.core import audit
from consult.core.access import Actor
from consult.core.clock import now, today
from consult.core.db import db
from consult.core.errors import Conflict, Invalid, Refused
from consult.core.i18n import _
from consult.core.jobs import every
from consult.core.notices import notify
from consult.core.paging import Page, keyset
from consult.core.text import clean_line, clean_text

KINDS = ("access", "rectification", "erasure", "restriction", "portability", "objection")  # Art. 15 to 18, 20, 21
CHANNELS = ("letter", "mail", "telephone", "person")
OUTCOMES = ("fulfilled", "partly", "refused", "withdrawn")
REASONED = frozenset({"partly", "refused"})
MONTHS, LONGEST_MONTHS = 1, 3
WARNED_BEFORE = timedelta(days=7)
TEXT_MAX = 4000

audit.declare("data_request.received", "kind", "channel")
audit.declare("data_request.extended", "due_on")
audit.declare("data_request.answered", "outcome")
audit.declare("data_request.reopened")


@dataclass(frozen=True)
class Received:
    """What is known of a request when it comes in; `email` is the address of an account, where there is one."""

    kind: str
    channel: str
    received_on: date | None
    name: str
    contact: str = ""
    email: str = ""
    body: str = ""


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last one of a shorter month. Never later than the law would allow:
    that a period ends on the next working day (Regulation 1182/71, Art. 3 (4)) is left as a reserve.
    """
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _refuse_others(actor: Actor) -> None:
    if not rules.may_manage_people(actor):
        raise Refused(_("Only administrators look after requests about personal data."))


def receive(actor: Actor, given: Received) -> DataRequest:
    """Enter a request. Refused without that right; Invalid at `kind`, `channel`, `received_on`, `name` or `email`."""
    _refuse_others(actor)
    faults = {
        name: _("Please choose one of the entries in the list.")
        for name, value, known in (("kind", given.kind, KINDS), ("channel", given.channel, CHANNELS))
        if value not in known
    }
    if given.received_on is None or not date(2018, 5, 25) <= given.received_on <= today():
        faults["received_on"] = _("Please enter the day on which the request came, today at the latest.")
    if not clean_line(given.name):
        faults["name"] = _("Please enter who asks.")
    person = person_by_email(given.email) if given.email else None
    if given.email and person is None:
        faults["email"] = _("There is no account with this address.")
    if faults or given.received_on is None:
        raise Invalid(faults)
    request = DataRequest(
        kind=given.kind, channel=given.channel, received_on=given.received_on, name=clean_line(given.name)[:200],
        contact=clean_text(given.contact)[:TEXT_MAX], body=clean_text(given.body)[:TEXT_MAX],
        person_id=person.id if person is not None else None, due_on=months_after(given.received_on, MONTHS),
        entered_by=actor.person_id, created_at=now(),
    )  # fmt: skip
    db.session.add(request)
    db.session.flush()
    audit.record(
        "data_request.received", actor, ("data_request", request.id), kind=request.kind, channel=request.channel
    )
    return request


def extend(actor: Actor, request_id: int, because: str) -> DataRequest:
    """Two more months. Conflict once it is answered or extended, or after the first month; Invalid at `because`."""
    request = _open(actor, request_id)
    if request.extended_because:
        raise Conflict(_("The time was extended already; that is possible once only."))
    if today() > request.due_on:
        raise Conflict(_("The month is over. The time can only be extended within it."))
    because = clean_text(because)[:TEXT_MAX]
    if not because:
        raise Invalid({"because": _("Please write why it takes longer; the person must be told the same.")})
    request.extended_because, request.due_on = because, months_after(request.received_on, LONGEST_MONTHS)
    audit.record("data_request.extended", actor, ("data_request", request.id), due_on=request.due_on.isoformat())
    return request


def answer(actor: Actor, request_id: int, outcome: str, answered_on: date | None, note: str) -> DataRequest:
    """Note that it was answered. Conflict once it is; Invalid at `outcome`, `answered_on` or `note`."""
    request, note = _open(actor, request_id), clean_text(note)[:TEXT_MAX]
    faults: dict[str, str] = {}
    if outcome not in OUTCOMES:
        faults["outcome"] = _("Please choose one of the entries in the list.")
    if answered_on is None or not request.received_on <= answered_on <= today():
        faults["answered_on"] = _("Please enter the day of the answer: not before the request, today at the latest.")
    if outcome in REASONED and not note:
        faults["note"] = _("Please write the reason that the person was given.")
    if faults:
        raise Invalid(faults)
    request.outcome, request.answered_on, request.note = outcome, answered_on, note
    audit.record("data_request.answered", actor, ("data_request", request.id), outcome=outcome)
    return request


def reopen(actor: Actor, request_id: int) -> DataRequest:
    """Take an answer back that was noted by mistake; its words stay. Conflict where there is none."""
    request = _locked(actor, request_id)
    if request.answered_on is None:
        raise Conflict(_("This request is open."))
    request.outcome, request.answered_on = "", None
    audit.record("data_request.reopened", actor, ("data_request", request.id))
    return request


def _locked(actor: Actor, request_id: int) -> DataRequest:
    _refuse_others(actor)
    return db.session.get_one(DataRequest, request_id, with_for_update=True, populate_existing=True)


def _open(actor: Actor, request_id: int) -> DataRequest:
    request = _locked(actor, request_id)
    if request.answered_on is not None:
        raise Conflict(_("Somebody has noted an answer meanwhile. Please look at it first."))
    return request


# ---- reading --------------------------------------------------------------------------------------------------------


def by_id(request_id: int) -> DataRequest | None:
    """The request, or None."""
    return db.session.get(DataRequest, request_id)


def page_of(answered: bool, after: str | None = None, size: int = 30) -> Page[DataRequest]:
    """Open ones with what is due first, or answered ones with the latest first."""
    if answered:
        statement = select(DataRequest).where(DataRequest.answered_on.is_not(None))
        return keyset(statement, [(DataRequest.answered_on, "desc"), (DataRequest.id, "desc")], after, size)
    statement = select(DataRequest).where(DataRequest.answered_on.is_(None))
    return keyset(statement, [(DataRequest.due_on, "asc"), (DataRequest.id, "asc")], after, size)


def open_count() -> int:
    """How many wait for an answer."""
    return db.session.execute(
        select(func.count()).select_from(DataRequest).where(DataRequest.answered_on.is_(None))
    ).scalar_one()


def of_person(person_id: int) -> list[dict[str, Any]]:
    """What a person asked, for their own copy."""
    rows = db.session.execute(
        select(DataRequest).where(DataRequest.person_id == person_id).order_by(DataRequest.id)
    ).scalars()
    return [
        {
            "number": one.number, "kind": one.kind, "channel": one.channel, "name": one.name, "contact": one.contact,
            "request": one.body, "received_on": one.received_on.isoformat(), "due_on": one.due_on.isoformat(),
            "extended_because": one.extended_because, "outcome": one.outcome, "note": one.note,
            "answered_on": one.answered_on.isoformat() if one.answered_on else None,
        }
        for one in rows
    ]  # fmt: skip


def forget_person(person_id: int) -> None:
    """Empty what says who asked and what for; that something was asked and answered in time can still be shown."""
    for one in db.session.execute(select(DataRequest).where(DataRequest.person_id == person_id)).scalars():
        one.person_id, one.name, one.contact, one.body, one.note, one.extended_because = None, "", "", "", "", ""


# ---- what time does -------------------------------------------------------------------------------------------------


@every("accounts.data_requests", minutes=60)
def remind(_payload: dict[str, Any]) -> None:
    """Tell the administration a week before an answer is due, and once more when the time is over."""
    statement = select(DataRequest).where(
        DataRequest.answered_on.is_(None), DataRequest.due_on <= today() + WARNED_BEFORE
    )
    rows = db.session.execute(statement.order_by(DataRequest.due_on, DataRequest.id).limit(200)).scalars().all()
    people = _administrators() if rows else ()
    for one in rows:
        late = one.due_on < today()
        context = {"request_id": one.id, "number": one.number, "due_on": one.due_on.isoformat(), "late": late}
        notify("data_request.due", people, context, dedupe=f"data_request.due:{one.id}:{one.due_on}:{int(late)}")


def _administrators() -> Collection[int]:
    running = RoleGrant.until.is_(None) | (RoleGrant.until > now())
    statement = select(RoleGrant.person_id).where(
        RoleGrant.role == "administrator", RoleGrant.consultation_id.is_(None), running
    )
    return set(db.session.execute(statement).scalars())
