"""Ideas as files, with the names of the writing form as columns: `title`, `answer-1`, `audience-1`, `sector` ...

What goes out is what everyone may read beside its author: published ideas with the answers that are public with name. An
answer without name stands at its question and never in a file beside its idea; an idea that has no other is left out.
Operators may take everything that was sent (`EVERYTHING`, noted in the log): then with state, audiences and address.

An id is the idea's number, or any other name for what comes from elsewhere; a row without one is known by its words, so that
the same file twice is one idea. What comes in without a state goes to moderation. An idea whose consultation is not here
waits as a whole.
"""

from __future__ import annotations

import hashlib
import heapq
import re
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from consult.accounts.operations import ensure_person
from consult.accounts.queries import people_by_ids
from consult.consultations.models import MAX_QUESTIONS, Consultation
from consult.consultations.operations import reserve_number, take_number
from consult.consultations.queries import consultation_by_slug, current_consultation, questions_of
from consult.core import audit
from consult.core.access import SYSTEM
from consult.core.audiences import AUDIENCES, PUBLIC
from consult.core.clock import now
from consult.core.db import db
from consult.core.exchange import (
    EVERYTHING,
    FLAG,
    LINE,
    LIST,
    MOMENT,
    OBJECT,
    OBJECTS,
    REF,
    TEXT,
    Exchange,
    Faults,
    Field,
    Record,
    find,
    moment_of,
    moment_words,
)
from consult.core.i18n import LANGUAGES, _, _l
from consult.core.imports import keep_record, keep_references, sorted_rows, waiting_for, waiting_records
from consult.core.registry import describe, touch
from consult.ideas import drafts, tokens
from consult.ideas.drafts import DEFAULT_LINK, Content, Partner, Written
from consult.ideas.loading import EXAMPLE, IMPORTED
from consult.ideas.models import (
    CLOSED,
    CURRENT,
    HELD,
    HIDDEN,
    PUBLISHED,
    REJECTED,
    RETURNED,
    SUBMITTED,
    SUPERSEDED,
    WAITING,
    Answer,
    Idea,
    IdeaVersion,
)
from consult.ideas.publishing import refresh_public
from consult.ideas.versions import link_partners, make_version
from consult.links.relations import IDEA_TYPES, SHIPPED_KINDS
from consult.moderation.operations import open_case
from consult.organisations.queries import organisation_by_name

KIND = "idea"
_NUMBER = re.compile(r"[A-Z0-9]{1,8}-[0-9]{4}-[0-9]{5,7}")
audit.declare("idea.imported", "status", "version_id")

# What can go out and come in: drafts are their author's, and of what was taken back or away only a stub is left.
STATUSES = (SUBMITTED, RETURNED, PUBLISHED, REJECTED, HIDDEN, CLOSED)
_VERSION = {
    PUBLISHED: CURRENT,
    SUBMITTED: WAITING,
    RETURNED: "returned",
    REJECTED: "rejected",
    HIDDEN: HELD,
    CLOSED: "returned",
}
_LINKED = ("cluster", "organisation", "programme", "project", "activity", "topic", "idea", "country", "macro-region")
_LINK = (
    Field("ref", REF, True, refs=_LINKED), Field("type", LINE, True, choices=tuple(IDEA_TYPES)), Field("role", longest=40),
)  # fmt: skip
_ANSWERS = tuple(
    one
    for position in range(1, MAX_QUESTIONS + 1)
    for one in (
        Field(f"answer-{position}", TEXT, longest=drafts.ANSWER_MAX),
        Field(f"audience-{position}", choices=AUDIENCES, default=PUBLIC),
    )
)
FIELDS = (
    Field("id", LINE, True, longest=70), Field("consultation", REF, refs=("consultation",)),
    Field("status", choices=STATUSES, default=SUBMITTED), Field("language", choices=LANGUAGES),
    Field("title", LINE, True, longest=drafts.TITLE_MAX), Field("summary", TEXT, longest=drafts.SUMMARY_MAX), *_ANSWERS,
    Field("sector", codes="nace_rev2_1", longest=5), Field("region", codes="nuts2024_de"),
    Field("size", codes="size_classes"), Field("organisation", longest=drafts.ORGANISATION_MAX), Field("email", longest=320),
    Field("clusters", LIST, refs=("cluster",), unordered=True), Field("projects", LIST, refs=("project",), unordered=True),
    Field("links", OBJECTS, fields=_LINK),
    Field("submitted", MOMENT), Field("published", MOMENT), Field("wishes", LIST, codes="wishes"), Field("topics", LIST),
    Field("division", codes="nace_rev2_1"),
    Field("cooperation", OBJECT, fields=(Field("kind"), Field("category", codes="cooperation_categories"))),
    Field("example", FLAG, default=False),
)  # fmt: skip
_ATTRIBUTES = ("wishes", "topics", "division", "cooperation")
_MADE_HERE = ("moderation", "decided", "edited")  # of the shipped examples: what moderation did with them
_FORM_ONLY = ("csrf_token", "save", "preview", "submit", "draft_key")


# ---- out ------------------------------------------------------------------------------------------------------------


def read(keys: Sequence[str] | None, audience: str) -> Iterator[Record]:
    """The ideas by their ids, with those that wait for their consultation."""
    shown = [_shown(record, audience) for _key, record in sorted(waiting_records(KIND, keys).items())]
    waiting = [record for record in shown if record is not None]
    yield from heapq.merge(_stored(keys, audience), waiting, key=lambda one: str(one["id"]))


def _shown(record: Record, audience: str) -> Record | None:
    """Of a waiting record what the audience may read."""
    if audience == EVERYTHING:
        return record
    kept = {name: value for name, value in record.items() if name != "email"}
    for position in range(1, MAX_QUESTIONS + 1):
        if kept.pop(f"audience-{position}", PUBLIC) != PUBLIC:
            kept.pop(f"answer-{position}", None)
    named = any(name.startswith("answer-") for name in kept)
    return kept if record.get("status") == PUBLISHED and named else None


def _stored(keys: Sequence[str] | None, audience: str) -> Iterator[Record]:
    everything = audience == EVERYTHING
    where = [Idea.status.in_(STATUSES), Idea.number.is_not(None)] if everything else [Idea.is_public.is_(True)]
    slugs = dict(db.session.execute(select(Consultation.id, Consultation.slug)).all())
    positions = {
        question.id: question.position for consultation_id in slugs for question in questions_of(consultation_id)
    }
    kept = waiting_for(KIND, keys)
    batch: list[Idea] = []
    for idea in sorted_rows(Idea, Idea.number, keys, where):
        batch.append(idea)
        if len(batch) == 100:
            yield from _records(batch, slugs, positions, kept, everything)
            batch = []
    yield from _records(batch, slugs, positions, kept, everything)


Positions = dict[int, int]


def _records(
    ideas: Sequence[Idea],
    slugs: dict[int, str],
    positions: Positions,
    kept: dict[str, dict[str, list[str]]],
    everything: bool,
) -> Iterator[Record]:
    versions = _versions(ideas)
    ends = {(kind, int(number)) for one in versions.values() for kind, number, _code in one.partners}
    infos = describe(ends)
    names = {end: f"{end[0]}/{info.key}" for end, info in infos.items() if everything or info.public}
    people = people_by_ids([idea.author_id for idea in ideas if idea.author_id]) if everything else {}
    for idea in ideas:
        version = versions.get(idea.id)
        if version is None:
            continue
        answers = {
            positions[one.question_id]: one
            for one in version.answers
            if one.question_id in positions and (everything or one.audience == PUBLIC)
        }
        if not answers and not everything:
            continue
        record = _record(idea, version, answers)
        record["consultation"] = f"consultation/{slugs[idea.consultation_id]}"
        _add_partners(record, version, names, kept.get(idea.number or "", {}))
        if everything:
            person = people.get(idea.author_id or 0)
            record["email"] = idea.author_email or (person.email if person else "")
        yield record


def _versions(ideas: Sequence[Idea]) -> dict[int, IdeaVersion]:
    """The version that counts: what people read, else what waits, else the last one."""
    query = select(IdeaVersion).where(IdeaVersion.idea_id.in_([idea.id for idea in ideas]))
    rows = db.session.execute(query.options(selectinload(IdeaVersion.answers)).order_by(IdeaVersion.number)).scalars()
    found: dict[int, IdeaVersion] = {}
    preferred = {idea.id: idea.public_version_id or idea.waiting_version_id for idea in ideas}
    for version in rows:
        if found.get(version.idea_id) is None or preferred[version.idea_id] not in (None, found[version.idea_id].id):
            found[version.idea_id] = version
    return found


def _record(idea: Idea, version: IdeaVersion, answers: dict[int, Answer]) -> Record:
    record: Record = {
        "id": idea.number, "status": idea.status, "language": version.language, "title": version.title,
        "summary": version.summary, "sector": version.sector, "region": version.region, "size": version.size,
        "organisation": version.organisation_name or idea.byline, "submitted": moment_words(idea.submitted_at),
        "published": moment_words(idea.published_at), "example": idea.draft_key.startswith(EXAMPLE),
        **{name: version.attributes[name] for name in _ATTRIBUTES if name in version.attributes},
    }  # fmt: skip
    for position, answer in sorted(answers.items()):
        record |= {f"answer-{position}": answer.body, f"audience-{position}": answer.audience}
    if not answers:
        record["organisation"] = version.organisation_name
    return record


def _add_partners(
    record: Record, version: IdeaVersion, names: dict[tuple[str, int], str], kept: dict[str, list[str]]
) -> None:
    """What the idea is linked to, and what it names that is not here yet."""
    found: list[tuple[str, str]] = []
    for kind, number, code in version.partners:
        if (kind, int(number)) in names:
            found.append((code, names[(kind, int(number))]))
    found += [(code, reference) for code, references in kept.items() for reference in references]
    links = []
    for code, reference in sorted(set(found)):
        kind = reference.partition("/")[0]
        if code == DEFAULT_LINK and kind in ("cluster", "project"):
            record.setdefault(f"{kind}s", []).append(reference)
        else:
            name, _colon, role = code.partition(":")
            links.append({"ref": reference, "type": name, "role": role})
    record["links"] = links


# ---- in -------------------------------------------------------------------------------------------------------------


def translate(given: Record) -> Record:
    """Further spellings: the keys of the shipped examples, and the fields of the form that say nothing about the idea."""
    found = {name: value for name, value in given.items() if name not in (*_MADE_HERE, *_FORM_ONLY)}
    for other, name in (("company", "organisation"), ("size_class", "size"), ("number", "id")):
        if other in found and name not in found:
            found[name] = found.pop(other)
    if isinstance(found.get("answers"), dict):
        found = _by_position(found)
    if isinstance(found.get("links"), list):
        found["links"] = [_by_type(one) for one in found["links"]]
    return found


def _by_position(given: Record) -> Record:
    """Answers by the keys of their questions as answers by position, where the consultation is here."""
    consultation = _consultation(given.get("consultation"))
    positions = {one.key: one.position for one in questions_of(consultation.id)} if consultation is not None else {}
    answers = given["answers"]
    if not answers.keys() <= positions.keys():
        return given
    kept = {name: value for name, value in given.items() if name != "answers"}
    return kept | {f"answer-{positions[key]}": text for key, text in answers.items()}


def _by_type(link: Any) -> Any:
    if not isinstance(link, dict) or link.get("kind") not in SHIPPED_KINDS:
        return link
    code, role = SHIPPED_KINDS[link["kind"]]
    return {"ref": link.get("ref"), "type": code, "role": role}


def _consultation(reference: Any) -> Consultation | None:
    """The consultation that is named, or the present one."""
    if not reference:
        return current_consultation() or consultation_by_slug("open-region")
    return consultation_by_slug(str(reference).removeprefix("consultation/"))


def is_number(key: str) -> bool:
    """Whether an id is a number that a consultation gives."""
    return _NUMBER.fullmatch(key) is not None


def identify(given: Record) -> str:
    """An id for a row without one, made of its words: the same row again is the same idea."""
    names = sorted(name for name in given if re.fullmatch(r"title|summary|organisation|email|answer-\d+", str(name)))
    words = "\x1f".join(f"{name}={given[name]}" for name in names)
    return "row-" + hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()[:24]


def match(ids: Sequence[str]) -> dict[str, str]:
    """Ids of elsewhere by which ideas came in, and the numbers that they have here."""
    foreign = [one for one in ids if not is_number(one)]
    rows = db.session.execute(
        select(Idea.draft_key, Idea.number).where(
            Idea.draft_key.in_([prefix + one for one in foreign for prefix in (EXAMPLE, IMPORTED)]),
            Idea.number.is_not(None),
        )
    )
    return {key.partition(":")[2]: number for key, number in rows if number}


def write(record: Record, before: Record | None) -> None:
    """Bring the idea in, or make a new version of it; a state that is there is moderation's."""
    reference = record.get("consultation")
    consultation = _consultation(reference)
    if consultation is None:
        keep_record(KIND, record["id"], "consultation", reference or "consultation/open-region", record)
        return
    content, unresolved = _content(record, consultation)
    idea = db.session.execute(select(Idea).where(Idea.number == record["id"])).scalar()
    if idea is None:
        idea = _new(record, consultation, content)
    elif before is None or _texts(before) != _texts(record):
        _renew(idea, content)
    elif unresolved != _kept(idea):
        _relink(idea, content)
    keep_references(KIND, record["id"], [])
    keep_references(KIND, idea.number or "", unresolved)
    touch(KIND, idea.id)


def _texts(record: Record) -> Record:
    return {name: value for name, value in record.items() if name not in ("submitted", "published", "email", "example")}


def _kept(idea: Idea) -> list[tuple[str, str]]:
    """(type of the link, reference) of what the idea names and is not here yet."""
    kept = waiting_for(KIND, [idea.number or ""]).get(idea.number or "", {})
    return sorted((code, reference) for code, references in kept.items() for reference in references)


def _content(record: Record, consultation: Consultation) -> tuple[Content, list[tuple[str, str]]]:
    """What is written of the idea, and the ends of its links that are not here."""
    questions = {one.position: one.id for one in questions_of(consultation.id)}
    wanted = [
        (f"{one['type']}:{one['role']}" if one.get("role") else one["type"], one["ref"])
        for one in record.get("links", [])
    ]
    wanted += [(DEFAULT_LINK, reference) for name in ("clusters", "projects") for reference in record.get(name, [])]
    partners: list[Partner] = []
    unresolved: list[tuple[str, str]] = []
    for code, reference in sorted(set(wanted)):
        number = find(reference)
        if number is None:
            unresolved.append((code, reference))
        else:
            partners.append((reference.partition("/")[0], number, code))
    answers = {
        questions[position]: Written(record[f"answer-{position}"], record.get(f"audience-{position}", PUBLIC))
        for position in questions
        if f"answer-{position}" in record
    }
    content = Content(
        title=record["title"], summary=record.get("summary", ""), language=record.get("language", "de"),
        sector=record.get("sector", ""), region=record.get("region", ""), size=record.get("size", ""),
        organisation=record.get("organisation", ""), answers=answers, partners=partners,
        attributes={name: record[name] for name in _ATTRIBUTES if name in record},
    )  # fmt: skip
    return content, unresolved


def _new(record: Record, consultation: Consultation, content: Content) -> Idea:
    status = record.get("status", SUBMITTED)
    key = (EXAMPLE if record.get("example") else IMPORTED) + record["id"]
    sent_at = moment_of(record.get("submitted")) or moment_of(record.get("published")) or now()
    email = record.get("email", "")
    person = ensure_person(email, content.language) if email else None
    organisation = organisation_by_name(content.organisation) if content.organisation else None
    idea = Idea(
        consultation_id=consultation.id, status=status, language=content.language, title=content.title,
        sector=content.sector, region=content.region, size=content.size, draft_key=key,
        author_id=person.id if person else None, author_email=email,
        organisation_id=organisation.id if organisation else None,
        draft_token_hash=tokens.token_hash(tokens.draft_token(key)),
        status_token_hash=tokens.token_hash(tokens.status_token(key)), created_at=sent_at, moved_at=now(),
        submitted_at=moment_of(record.get("submitted")), published_at=moment_of(record.get("published")),
    )  # fmt: skip
    db.session.add(idea)
    db.session.flush()
    if is_number(record["id"]):
        idea.number = record["id"]
        reserve_number(consultation.id, record["id"])
    else:
        idea.number = take_number(consultation, sent_at)
        idea.submitted_at = idea.submitted_at or sent_at
    version = make_version(idea, content, sent_at, _VERSION[status])
    audit.record("idea.imported", SYSTEM, ("idea", idea.id), status=status, version_id=version.id)
    if status == PUBLISHED:
        idea.published_at = version.published_at = idea.published_at or now()
    if status in (PUBLISHED, HIDDEN):
        idea.public_version_id = version.id
    if status == SUBMITTED:
        idea.waiting_version_id = version.id
        _ask(idea, version, consultation.promised_days)
    refresh_public(idea)
    if status == PUBLISHED:
        link_partners(SYSTEM, idea, version)
    return idea


def _ask(idea: Idea, version: IdeaVersion, due_days: int) -> None:
    open_case(
        KIND, idea.id, version.id, consultation_id=idea.consultation_id, due_days=due_days, title=version.title,
        language=version.language, author_id=idea.author_id, is_example=idea.draft_key.startswith(EXAMPLE), tell=False,
    )  # fmt: skip


def _renew(idea: Idea, content: Content) -> None:
    """Other words for an idea that is here are a version of their own."""
    last = db.session.get(IdeaVersion, idea.public_version_id or idea.waiting_version_id or 0)
    version = make_version(idea, content, now(), _VERSION[idea.status])
    if last is not None:
        last.state = SUPERSEDED
    audit.record("idea.imported", SYSTEM, ("idea", idea.id), status=idea.status, version_id=version.id)
    if idea.status in (PUBLISHED, HIDDEN):
        idea.public_version_id, version.published_at = version.id, now()
    elif idea.status == SUBMITTED:
        idea.waiting_version_id = version.id
        idea.title = version.title
        consultation = db.session.get(Consultation, idea.consultation_id)
        _ask(idea, version, consultation.promised_days if consultation is not None else 2)
    refresh_public(idea)
    if idea.status == PUBLISHED:
        link_partners(SYSTEM, idea, version)


def _relink(idea: Idea, content: Content) -> None:
    """An end of a link has appeared: the version that counts gets it."""
    version = _versions([idea]).get(idea.id)
    if version is not None:
        version.partners = [list(one) for one in content.partners]
        db.session.flush()
        if idea.status == PUBLISHED:
            link_partners(SYSTEM, idea, version)


def check(record: Record, faults: Faults) -> None:
    """An idea answers a question of its consultation; what is decided stays decided."""
    positions = [position for position in range(1, MAX_QUESTIONS + 1) if f"answer-{position}" in record]
    if not positions:
        faults.add("answer-1", _("At least one question is answered."))
    consultation = _consultation(record.get("consultation"))
    if consultation is not None:
        known = {one.position for one in questions_of(consultation.id)}
        for position in positions:
            if position not in known:
                faults.add(f"answer-{position}", _("The consultation has no such question."))
    if record.get("email") and not re.fullmatch(r"[^@\s]{1,64}@[^@\s]+\.[^@\s]+", record["email"]):
        faults.add("email", _("This is no e-mail address."))
    there = db.session.execute(select(Idea.status).where(Idea.number == record["id"])).scalar()
    if there is not None and there != record.get("status", SUBMITTED):
        faults.add("status", _("It is here in the state %(status)s, which moderation alone changes.", status=there))


EXCHANGE = Exchange(
    name="ideas", kind=KIND, order=70, label=_l("Ideas"), fields=FIELDS, read=read, write=write, check=check,
    translate=translate, identify=identify, match=match, permission="moderation.decide", personal=True,
)  # fmt: skip
