"""Responses as files: what was said to which ideas, in all its wordings, with the commitments and what was reported on them.

What goes out is what everyone may read; operators may take what was taken back and which ideas without a public page were
answered, too. Drafts stay. A response whose consultation is not here yet waits as a whole; ideas that are not here are kept
by their numbers. What was said in public stays: a file may add wordings and reports, and changes none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date

from sqlalchemy import select

from consult.core import audit
from consult.core.access import SYSTEM
from consult.core.clock import now
from consult.core.db import db
from consult.core.exchange import (
    DAY,
    EVERYTHING,
    LINE,
    LIST,
    MOMENT,
    OBJECTS,
    REF,
    TEXT,
    Exchange,
    Faults,
    Field,
    Record,
    References,
    find,
    moment_of,
    moment_words,
)
from consult.core.i18n import LANGUAGES, _, _l
from consult.core.imports import keep_record, sorted_rows, waiting_for, waiting_records
from consult.core.registry import describe
from consult.core.states import move
from consult.core.text import render_markdown
from consult.evaluation import rules
from consult.evaluation.drafts import BODY_MAX, NOTE_MAX, PROMISE_MAX, TITLE_MAX, UNIT_MAX
from consult.evaluation.models import (
    BROKEN,
    IN_WORK,
    KEPT,
    PROMISED,
    PUBLISHED,
    WITHDRAWN,
    Commitment,
    CommitmentReport,
    Response,
    ResponseIdea,
    ResponseVersion,
)
from consult.evaluation.operations import renew_ideas
from consult.ideas.models import Idea

KIND = "response"
STATES = (PROMISED, IN_WORK, KEPT, BROKEN)
audit.declare("response.imported", "status")
FIELDS = (
    Field("id", LINE, True, longest=40), Field("consultation", REF, True, refs=("consultation",)),
    Field("office", REF, refs=("organisation",)), Field("ideas", LIST, refs=("idea",), unordered=True),
    Field("status", choices=(PUBLISHED, WITHDRAWN), default=PUBLISHED),
    Field("wordings", OBJECTS, True, fields=(
        Field("status", LINE, True, codes="response_statuses"), Field("title", longest=TITLE_MAX),
        Field("body", TEXT, True, longest=BODY_MAX), Field("language", choices=LANGUAGES, default="de"),
        Field("published", MOMENT, True))),
    Field("commitments", OBJECTS, fields=(
        Field("title", LINE, True, longest=PROMISE_MAX), Field("unit", longest=UNIT_MAX), Field("due", DAY),
        Field("first_due", DAY), Field("made", MOMENT, True), Field("status", choices=STATES, default=PROMISED),
        Field("reports", OBJECTS, fields=(
            Field("status", LINE, True, choices=STATES), Field("note", TEXT, True, longest=NOTE_MAX),
            Field("due", DAY), Field("at", MOMENT, True))))),
)  # fmt: skip


# ---- out ------------------------------------------------------------------------------------------------------------


def read(keys: Sequence[str] | None, audience: str) -> Iterator[Record]:
    """The responses by their keys, with those that wait for their consultation."""
    kept = waiting_records(KIND, keys)
    where = [Response.status.in_((PUBLISHED, WITHDRAWN) if audience == EVERYTHING else (PUBLISHED,))]
    found = {one.key: one for one in sorted_rows(Response, Response.key, keys, where)}
    records = {one["id"]: one for one in _records(list(found.values()), audience == EVERYTHING)} | kept
    for key in sorted(records):
        yield records[key]


def _records(responses: Sequence[Response], everything: bool) -> Iterator[Record]:
    ids = [one.id for one in responses]
    wordings, promises, answered = _wordings(ids), _promises(ids), _answered(ids, everything)
    ends = {("consultation", one.consultation_id) for one in responses}
    ends |= {("organisation", one.organisation_id) for one in responses if one.organisation_id is not None}
    named = {end: f"{end[0]}/{info.key}" for end, info in describe(ends).items()}
    waits = waiting_for(KIND, [one.key for one in responses])
    for one in responses:
        waiting = waits.get(one.key, {})
        office = named.get(("organisation", one.organisation_id or 0)) or next(iter(waiting.get("office", [])), None)
        yield {
            "id": one.key, "consultation": named[("consultation", one.consultation_id)], "office": office,
            "ideas": sorted([*answered[one.id], *waiting.get("ideas", [])]), "status": one.status,
            "wordings": wordings[one.id], "commitments": promises[one.id],
        }  # fmt: skip


def _wordings(ids: Sequence[int]) -> dict[int, list[Record]]:
    found: dict[int, list[Record]] = defaultdict(list)
    query = select(ResponseVersion).where(ResponseVersion.response_id.in_(ids))
    for one in db.session.execute(query.order_by(ResponseVersion.response_id, ResponseVersion.number)).scalars():
        found[one.response_id].append(
            {
                "status": one.position, "title": one.title, "body": one.body, "language": one.language,
                "published": moment_words(one.published_at),
            }
        )  # fmt: skip
    return found


def _promises(ids: Sequence[int]) -> dict[int, list[Record]]:
    found: dict[int, list[Record]] = defaultdict(list)
    rows = db.session.execute(
        select(Commitment, CommitmentReport)
        .outerjoin(CommitmentReport, CommitmentReport.commitment_id == Commitment.id)
        .where(Commitment.response_id.in_(ids))
        .order_by(Commitment.id, CommitmentReport.id)
    )
    told: dict[Commitment, list[Record]] = {}
    for commitment, report in rows:
        reports = told.setdefault(commitment, [])
        if report is not None:
            reports.append({"status": report.status, "note": report.note, "due": _day(report.due_on),
                            "at": moment_words(report.made_at)})  # fmt: skip
    for one, reports in told.items():
        found[one.response_id].append(
            {
                "title": one.title, "unit": one.unit, "due": _day(one.due_on), "first_due": _day(one.first_due_on),
                "made": moment_words(one.made_at), "status": one.status, "reports": reports,
            }
        )  # fmt: skip
    return found


def _answered(ids: Sequence[int], everything: bool) -> dict[int, list[str]]:
    query = (
        select(ResponseIdea.response_id, Idea.number)
        .join(Idea, Idea.id == ResponseIdea.idea_id)
        .where(ResponseIdea.response_id.in_(ids), Idea.number.is_not(None))
    )
    found: dict[int, list[str]] = defaultdict(list)
    for response_id, number in db.session.execute(query if everything else query.where(Idea.is_public.is_(True))):
        found[response_id].append(f"idea/{number}")
    return found


def _day(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None


# ---- in -------------------------------------------------------------------------------------------------------------


def write(record: Record, before: Record | None) -> None:
    """Bring the response in, or what has come to it since. Nobody is told: they were, in the house where it was made."""
    consultation = find(record["consultation"])
    if consultation is None:
        keep_record(KIND, record["id"], "consultation", record["consultation"], record)
        return
    refs = References(KIND, record["id"])
    office = refs.find("office", record.get("office"))
    ideas = {number for one in record.get("ideas", []) if (number := refs.find("ideas", one)) is not None}
    response = db.session.execute(select(Response).where(Response.key == record["id"])).scalar()
    if response is None:
        response = Response(key=record["id"], consultation_id=consultation, status=record.get("status", PUBLISHED))
        db.session.add(response)
        db.session.flush()
        audit.record("response.imported", SYSTEM, (KIND, response.id), status=response.status)
    response.organisation_id = office
    _add_wordings(response, record["wordings"])
    _add_promises(response, record.get("commitments", []))
    concerned = ideas | _set_ideas(response, ideas)
    db.session.flush()
    refs.keep()
    renew_ideas(concerned)


def _add_wordings(response: Response, wordings: Sequence[Record]) -> None:
    for number, one in enumerate(wordings[response.version :], response.version + 1):
        at = moment_of(one["published"]) or now()
        db.session.add(
            ResponseVersion(
                response_id=response.id, number=number, position=one["status"], title=one.get("title", ""),
                body=one["body"], html=render_markdown(one["body"]), language=one.get("language", "de"),
                published_at=at,
            )
        )  # fmt: skip
        response.version, response.published_at = number, response.published_at or at


def _add_promises(response: Response, promises: Sequence[Record]) -> None:
    query = select(Commitment).where(Commitment.response_id == response.id).order_by(Commitment.id)
    stored = list(db.session.execute(query).scalars())
    for place, one in enumerate(promises):
        made, status = moment_of(one["made"]) or now(), one.get("status", PROMISED)
        if place < len(stored):
            commitment = stored[place]
            if status != commitment.status:
                move(rules.COMMITMENT, commitment, rules.ACTS[status], SYSTEM)
        else:
            commitment = Commitment(
                response_id=response.id, title=one["title"], unit=one.get("unit", ""), made_at=made, status=status
            )
            db.session.add(commitment)
        commitment.due_on, commitment.first_due_on = _date(one.get("due")), _date(one.get("first_due"))
        db.session.flush()
        _add_reports(commitment, one.get("reports", []))


def _add_reports(commitment: Commitment, reports: Sequence[Record]) -> None:
    query = select(CommitmentReport.id).where(CommitmentReport.commitment_id == commitment.id)
    known = len(db.session.execute(query).all())
    for one in reports[known:]:
        at = moment_of(one["at"]) or now()
        db.session.add(
            CommitmentReport(
                commitment_id=commitment.id, status=one["status"], note=one["note"], due_on=_date(one.get("due")),
                made_at=at,
            )
        )  # fmt: skip


def _set_ideas(response: Response, ids: set[int]) -> set[int]:
    """Let it speak to these ideas; returns those to which it spoke before."""
    query = select(ResponseIdea).where(ResponseIdea.response_id == response.id)
    present = {row.idea_id: row for row in db.session.execute(query).scalars()}
    for idea_id in present.keys() - ids:
        db.session.delete(present[idea_id])
    db.session.add_all(
        ResponseIdea(response_id=response.id, idea_id=one, told_version=response.version)
        for one in sorted(ids - present.keys())
    )
    db.session.flush()
    return set(present)


def _date(words: str | None) -> date | None:
    return date.fromisoformat(words) if words else None


def remove(key: str) -> None:
    """Take a response away that an import had added."""
    response = db.session.execute(select(Response).where(Response.key == key)).scalar()
    if response is not None:
        concerned = _set_ideas(response, set())
        db.session.delete(response)
        db.session.flush()
        renew_ideas(concerned)


def check(record: Record, faults: Faults) -> None:
    """What was said and promised in public stays as it was said."""
    response = db.session.execute(select(Response).where(Response.key == record["id"])).scalar()
    if response is None:
        return
    if response.status != record.get("status", PUBLISHED):
        faults.add("status", _("What is published or taken back is decided on the page of the response."))
    for name, stored in (("wordings", _wordings([response.id])), ("commitments", _promises([response.id]))):
        there = EXCHANGE.canonical({name: stored[response.id]}).get(name, [])
        given = record.get(name, [])
        if len(given) < len(there) or any(
            not _goes_on(old, new) for old, new in zip(there, given[: len(there)], strict=True)
        ):
            faults.add(name, _("What was said in public stays; a file may only add to it."))


def _goes_on(old: Record, new: Record) -> bool:
    """Whether one says what the other said, and perhaps more reports after it."""
    before, after = old.get("reports", []), new.get("reports", [])
    moving = ("reports", "due", "status") if "made" in old else ()
    was, will = old.get("status", PROMISED), new.get("status", PROMISED)
    if "made" in old and was != will and rules.COMMITMENT.target(was, rules.ACTS[will]) != will:
        return False
    same = all(old.get(name) == new.get(name) for name in old.keys() | new.keys() if name not in moving)
    return same and after[: len(before)] == before


EXCHANGE = Exchange(
    name="responses", kind=KIND, order=75, label=_l("Responses"), fields=FIELDS, read=read, write=write, remove=remove,
    check=check, permission="responses.publish",
)  # fmt: skip
