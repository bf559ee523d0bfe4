"""Soon after a text came in, software looks through it once and keeps with the case what it noticed.

A job does it, so that sending stays quick and the page of a case only reads. Answers for the agency or the ministry are
searched for personal data like the rest, but never compared with other texts.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import delete, func, insert, select

from consult.core.clock import now
from consult.core.db import db
from consult.core.jobs import enqueue, handler
from consult.core.registry import Review, registries
from consult.moderation import mails, prints, queries, signals
from consult.moderation.leases import locked
from consult.moderation.models import Case, Print
from consult.search.similar import similar

ALIKE = 0.5  # from this share of common runs on a text is worth comparing
MOST_ALIKE = 5
MOST_SAME = 50
CANDIDATES = 200
MANY = ((timedelta(hours=1), 5), (timedelta(days=1), 15))  # so many texts of one author in so short a time


def ask(case: Case, tell: bool) -> None:
    """Have the case's text looked through, and with `tell` the moderators told that it waits."""
    enqueue("moderation.examine", {"case_id": case.id, "tell": tell})


@handler("moderation.examine")
def examine(payload: dict[str, Any]) -> None:
    """Look through the text of a case. Does nothing where the case is gone or no room moderates its kind."""
    if db.session.get(Case, payload["case_id"]) is None:
        return
    case = locked(payload["case_id"])
    if payload.get("tell") and case.closed_at is None:
        mails.tell_waiting(case)
    if case.kind not in registries.moderated:
        return
    review = queries.review_of(case)
    text = compared_text(review)
    case.text_hash = prints.text_hash(text)
    case.prints = prints.prints_of(text)
    case.signals = _signals(case, review)
    case.organisation_id = review.organisation_id
    case.examined_at = now()
    db.session.execute(delete(Print).where(Print.case_id == case.id))
    _tell_the_same(case)
    marks = prints.marks_of(case.prints)
    if marks:
        rows = [{"case_id": case.id, "place": place, "value": value} for place, value in enumerate(marks)]
        db.session.execute(insert(Print), rows)
    db.session.flush()


def forget(case: Case) -> None:
    """The text is withdrawn: nothing is to be found by it any more."""
    case.text_hash, case.prints, case.signals = "", [], []
    db.session.execute(delete(Print).where(Print.case_id == case.id))


def compared_text(review: Review) -> str:
    """What of a text may be compared with others: what everybody may read once it is public."""
    return "\n".join(part.source for part in review.parts if part.audience not in signals.RESTRICTED)


def _signals(case: Case, review: Review) -> list[dict[str, Any]]:
    is_first = case.author_id is None or queries.accepted_texts(case.author_id) == 0
    found = [signals.stored(one) for one in signals.found_in(review.parts, is_first)]
    if language := _other_language(case, review):
        found.append({"code": "language", "found": language})
    if rate := _rate(case):
        found.append(rate)
    found += _same(case)
    found += _alike(case)
    found += _related(case, review)
    return found


def _other_language(case: Case, review: Review) -> str:
    found = signals.language_of("\n".join(part.source for part in review.parts))
    return found if found and found != (review.language or case.language) else ""


def _rate(case: Case) -> dict[str, Any] | None:
    if case.author_id is None:
        return None
    for span, most in MANY:
        number = db.session.execute(
            select(func.count())
            .select_from(Case)
            .where(Case.author_id == case.author_id, Case.opened_at > case.opened_at - span, Case.id <= case.id)
        ).scalar_one()
        if number >= most:
            return {"code": "rate", "number": number, "hours": round(span.total_seconds() / 3600)}
    return None


def _others(case: Case) -> Any:
    """Cases of other subjects."""
    return (Case.kind != case.kind) | (Case.subject_id != case.subject_id)


def _same(case: Case) -> list[dict[str, Any]]:
    """How many other texts have the same words."""
    if not case.text_hash:
        return []
    number = db.session.execute(
        select(func.count(func.distinct(Case.subject_id))).where(Case.text_hash == case.text_hash, _others(case))
    ).scalar_one()
    return [{"code": "same", "number": number}] if number else []


def _tell_the_same(case: Case) -> None:
    """The waiting cases that came earlier with the same words learn of this one, as far as nobody is at them just now."""
    number = next((one["number"] for one in case.signals if one["code"] == "same"), 0)
    if not number:
        return
    earlier = select(Case).where(Case.text_hash == case.text_hash, Case.closed_at.is_(None), _others(case))
    rows = db.session.execute(earlier.order_by(Case.id.desc()).limit(MOST_SAME).with_for_update(skip_locked=True))
    for other in rows.scalars():
        rest = [one for one in other.signals if one["code"] != "same"]
        other.signals = [*rest, {"code": "same", "number": number}]


def _alike(case: Case) -> list[dict[str, Any]]:
    """The texts that are nearly the same, most alike first."""
    marks = prints.marks_of(case.prints)
    if not marks:
        return []
    ids = (
        select(Print.case_id)
        .where(Print.value.in_(marks), Print.case_id != case.id)
        .group_by(Print.case_id)
        .order_by(func.count().desc(), Print.case_id.desc())
        .limit(CANDIDATES)
    )
    columns = (Case.id, Case.kind, Case.subject_id, Case.prints)
    rows = db.session.execute(select(*columns).where(Case.id.in_(ids), _others(case)).order_by(Case.id.desc()))
    best: dict[tuple[str, int], dict[str, Any]] = {}
    for case_id, kind, subject_id, other in rows:
        share = round(prints.alike(case.prints, other), 2)
        if share >= ALIKE and share > best.get((kind, subject_id), {"share": 0.0})["share"]:
            best[(kind, subject_id)] = {
                "code": "alike",
                "kind": kind,
                "id": subject_id,
                "case": case_id,
                "share": share,
            }
    return sorted(best.values(), key=lambda one: (-one["share"], one["case"]))[:MOST_ALIKE]


def _related(case: Case, review: Review) -> list[dict[str, Any]]:
    """Published texts that are like it, with the words that make them so: what may be worth joining."""
    if case.kind not in registries.searchables:
        return []
    text = f"{review.title}\n{compared_text(review)}"
    found = similar(text, review.language or case.language, case.kind, but=case.subject_id, limit=MOST_ALIKE)
    return [
        {"code": "related", "kind": case.kind, "id": one.info.id, "words": list(one.likeness.shared)} for one in found
    ]
