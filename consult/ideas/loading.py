"""The 24 example ideas in their states: loaded with the demo, dated relative to the day of loading.

An example is known by its draft key "example:<id>", which no form can carry, so loading again adds only what is missing.
Companies are invented; the demo company's ideas belong to its account, the others to nobody.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from consult.accounts.queries import person_by_email
from consult.consultations.operations import take_number
from consult.consultations.queries import consultation_by_slug, questions_of
from consult.core import audit
from consult.core.access import SYSTEM
from consult.core.clock import LOCAL
from consult.core.dataset import Dataset
from consult.core.db import db
from consult.core.registry import registries, touch
from consult.ideas import tokens
from consult.ideas.drafts import Content, Partner, Written
from consult.ideas.models import CURRENT, DRAFT, PUBLISHED, SUBMITTED, WAITING, Answer, Idea, IdeaDraft, IdeaVersion
from consult.ideas.publishing import refresh_public
from consult.ideas.versions import link_partners, make_version
from consult.links.models import Link
from consult.links.relations import SHIPPED_KINDS
from consult.moderation.examples import store_example_decision
from consult.moderation.operations import open_case
from consult.organisations.queries import organisation_by_name

DEMO_MODERATOR = "moderator@demo.example"
DEMO_AUTHOR, DEMO_COMPANY = "company@demo.example", "Beispiel-Sensorik GmbH"
EXAMPLE = "example:"
IMPORTED = "import:"  # before the ids by which ideas came in from elsewhere

# What the last decision did: state of the idea -> (state of its version, audit event), and the decision itself.
DECIDED = {
    "published": (CURRENT, "idea.published"),
    "returned": ("returned", "idea.returned"),
    "rejected": ("rejected", "idea.rejected"),
}
OUTCOMES = {"published": "publish", "returned": "return", "rejected": "reject"}


def load(dataset: Dataset) -> None:
    """Load the example ideas that are not there yet, oldest first, so that their numbers follow their dates."""
    records = dataset.records("ideas")
    known = set(db.session.execute(select(Idea.draft_key).where(Idea.draft_key.startswith(EXAMPLE))).scalars())
    missing = [record for record in records if EXAMPLE + record["id"] not in known]
    for record in sorted(missing, key=lambda one: _submitted(dataset, one, records)):
        _load_one(dataset, record, _submitted(dataset, record, records))


def _submitted(dataset: Dataset, record: dict[str, Any], records: list[dict[str, Any]]) -> datetime:
    """When it was sent; those of one day at different hours, in the order of the file."""
    day = record.get("submitted") or record.get("edited") or "-1d"
    moment = dataset.when(day, hour=8 + records.index(record) % 9)
    assert moment is not None
    return moment


def _load_one(dataset: Dataset, record: dict[str, Any], sent_at: datetime) -> None:
    consultation = consultation_by_slug(record.get("consultation", "open-region"))
    if consultation is None:
        return
    key = EXAMPLE + record["id"]
    person = person_by_email(DEMO_AUTHOR) if record["company"] == DEMO_COMPANY else None
    organisation = organisation_by_name(record["company"])
    content = _content(record, {one.key: one.id for one in questions_of(consultation.id)})
    idea = Idea(
        consultation_id=consultation.id, status=record["status"], language=content.language, title=content.title,
        sector=content.sector, region=content.region, size=content.size, draft_key=key,
        author_id=person.id if person else None, organisation_id=organisation.id if organisation else None,
        draft_token_hash=tokens.token_hash(tokens.draft_token(key)),
        status_token_hash=tokens.token_hash(tokens.status_token(key)), created_at=sent_at, moved_at=sent_at,
    )  # fmt: skip
    db.session.add(idea)
    db.session.flush()
    if record["status"] == DRAFT:
        db.session.add(IdeaDraft(idea_id=idea.id, content=content.document(), edit_count=1, saved_at=sent_at))
        return
    idea.number = take_number(consultation, sent_at)
    idea.submitted_at = sent_at
    audit.record("idea.sent", SYSTEM, ("idea", idea.id), **_moved(DRAFT, SUBMITTED))
    state, event = DECIDED.get(record["status"], (WAITING, ""))
    version = make_version(idea, content, sent_at, state)
    if event:
        _decide(dataset, record, idea, version, event)
    else:
        idea.waiting_version_id = version.id
        _open_case(idea, version, consultation.promised_days)


def _moved(source: str, target: str) -> dict[str, Any]:
    """The keys of a log row about a change of state."""
    return {"from": source, "to": target}


def _decide(dataset: Dataset, record: dict[str, Any], idea: Idea, version: IdeaVersion, event: str) -> None:
    decided_at = dataset.when(record.get("published") or record.get("decided"), hour=11)
    assert decided_at is not None
    idea.moved_at = decided_at
    audit.record(event, SYSTEM, ("idea", idea.id), **_moved(SUBMITTED, record["status"]))
    _store_decision(record, idea, version, decided_at)
    if record["status"] == PUBLISHED:
        idea.published_at = version.published_at = decided_at
        idea.public_version_id = version.id
        refresh_public(idea)
        for link in link_partners(SYSTEM, idea, version):  # as if moderation had published it on that day
            link.created_at = link.confirmed_from_at = decided_at
            link.as_of = decided_at.astimezone(LOCAL).date().isoformat()


def _store_decision(record: dict[str, Any], idea: Idea, version: IdeaVersion, decided_at: datetime) -> None:
    moderator = person_by_email(DEMO_MODERATOR)
    given = record.get("moderation", {})
    store_example_decision(
        "idea", idea.id, version.id, outcome=OUTCOMES[record["status"]], opened_at=version.sent_at, made_at=decided_at,
        title=version.title, language=version.language, consultation_id=idea.consultation_id, author_id=idea.author_id,
        moderator_id=moderator.id if moderator else None, moderator_name=moderator.name if moderator else "",
        note=given.get("message", {}).get(record["language"], ""), passages=_passages(record, given),
        **({"reason": given["reason"]} if given else {}),
    )  # fmt: skip


def _passages(record: dict[str, Any], given: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """The data names the answer and what is wrong with it; the passage itself is that answer's longest sentence."""
    found = []
    for passage in given.get("passages", []):
        sentences = record["answers"][passage["question"]].replace("\n", " ").split(". ")
        found.append((max(sentences, key=len).strip(), passage[record["language"]]))
    return tuple(found)


def _open_case(idea: Idea, version: IdeaVersion, due_days: int) -> None:
    open_case(
        "idea", idea.id, version.id, consultation_id=idea.consultation_id, due_days=due_days, title=version.title,
        language=version.language, author_id=idea.author_id, opened_at=version.sent_at, is_example=True, tell=False,
    )  # fmt: skip


def _content(record: dict[str, Any], questions: dict[str, int]) -> Content:
    return Content(
        title=record["title"],
        language=record["language"],
        sector=record["sector"],
        region=record["region"],
        size=record.get("size_class", ""),
        organisation=record["company"],
        answers={questions[key]: Written(text.strip()) for key, text in record["answers"].items()},
        partners=_partners(record.get("links", [])),
        attributes={name: record[name] for name in ("wishes", "topics", "division", "cooperation") if record.get(name)},
    )


def _partners(links: list[dict[str, str]]) -> list[Partner]:
    found: list[Partner] = []
    for link in links:
        kind, _slash, key = link["ref"].partition("/")
        subject = registries.subjects.get(kind)
        subject_id = subject.find(key) if subject else None
        if subject_id is not None:
            code, role = SHIPPED_KINDS[link["kind"]]
            found.append((kind, subject_id, f"{code}:{role}" if role else code))
    return found


def shift(days: int) -> None:
    """Move the dates of the examples by whole days, when the demonstration is started on a later one."""
    step = timedelta(days=days)
    ideas = {
        one.id: one for one in db.session.execute(select(Idea).where(Idea.draft_key.startswith(EXAMPLE))).scalars()
    }
    for idea in ideas.values():
        for name in ("created_at", "submitted_at", "published_at", "moved_at"):
            setattr(idea, name, _later(getattr(idea, name), step))
        touch("idea", idea.id)
    versions = db.session.execute(select(IdeaVersion).where(IdeaVersion.idea_id.in_(list(ideas)))).scalars().all()
    for version in versions:
        version.sent_at += step
        version.published_at = _later(version.published_at, step)
    answers = select(Answer).where(Answer.version_id.in_([one.id for one in versions]), Answer.shown_at.is_not(None))
    for answer in db.session.execute(answers).scalars():
        answer.shown_at = _later(answer.shown_at, step)
    links = select(Link).where(
        Link.from_kind == "idea", Link.from_id.in_(list(ideas)), Link.key.is_(None), Link.created_by.is_(None)
    )
    for link in db.session.execute(links).scalars():
        link.created_at += step
        link.confirmed_from_at = _later(link.confirmed_from_at, step)
        link.as_of = (date.fromisoformat(link.as_of) + step).isoformat() if len(link.as_of) == 10 else link.as_of


def _later(moment: datetime | None, step: timedelta) -> datetime | None:
    return moment + step if moment is not None else None
