"""Ideas before moderation: what a moderator reads, which decisions are possible, and what each of them does.

A decision is about one version. While the idea is not public it moves the idea; beside a public version it moves only the
version that waits. `reverse` leads back within ten minutes, as if the decision had not been made.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from consult.accounts.operations import as_actor
from consult.accounts.queries import people_by_ids
from consult.consultations.queries import questions_by_ids
from consult.core.access import SYSTEM, Actor
from consult.core.audiences import PUBLIC
from consult.core.clock import now
from consult.core.db import db
from consult.core.errors import Conflict
from consult.core.i18n import _, format_day, pick
from consult.core.jobs import enqueue
from consult.core.notices import notify
from consult.core.registry import Review, ReviewPart, Verdict, describe
from consult.core.states import move
from consult.core.text import render_markdown
from consult.core.vocabularies import term_title
from consult.core.web import path
from consult.ideas import mails, rules
from consult.ideas.drafting import locked, newest_version_id
from consult.ideas.models import (
    CURRENT,
    HELD,
    HIDDEN,
    PUBLISHED,
    REJECTED,
    RETURNED,
    SUBMITTED,
    SUPERSEDED,
    WAITING,
    Idea,
    IdeaVersion,
)
from consult.ideas.publishing import refresh_public
from consult.ideas.versions import link_partners, version_with_answers
from consult.notifications.queries import followers

# Outcomes about a version that waits, and the acts by which they move the idea or only its next version.
ACTS = {"publish": "publish", "return": "return", "reject": "reject"}
VERSION_ACTS = {"publish": "publish_version", "return": "return_version", "reject": "reject_version"}
VERSION_STATES = {"publish": CURRENT, "return": RETURNED, "reject": REJECTED}


# ---- what is read ---------------------------------------------------------------------------------------------------


def review(idea_id: int, version_id: int | None) -> Review:
    """The version before moderation with all its answers, the version before it, its partners and the author's record."""
    idea = db.session.get_one(Idea, idea_id)
    wanted = version_id or idea.waiting_version_id or idea.public_version_id or newest_version_id(idea.id)
    if wanted is None:
        return Review(idea.title, idea.language, [], None, "", idea.author_id)
    version = version_with_answers(wanted)
    before = _version_before(idea, version)
    infos = describe([(kind, int(one_id)) for kind, one_id, _type in version.partners])
    person = people_by_ids([idea.author_id]).get(idea.author_id) if idea.author_id is not None else None
    return Review(
        title=version.title,
        language=version.language,
        parts=_parts(version),
        version_id=version.id,
        author=person.name if person else "",
        author_id=idea.author_id,
        organisation=version.organisation_name,
        previous=_parts(before) if before is not None else [],
        links=list(infos.values()),
        history=_history(idea),
        outcomes=outcomes(idea.id, version.id),
        public_url=path("ideas.show", number=idea.number) if idea.is_public and idea.number else "",
        facts=_facts(idea, version),
    )


def _version_before(idea: Idea, version: IdeaVersion) -> IdeaVersion | None:
    if version.number <= 1:
        return None
    found = db.session.execute(
        select(IdeaVersion.id)
        .where(IdeaVersion.idea_id == idea.id, IdeaVersion.number < version.number)
        .order_by(IdeaVersion.number.desc())
        .limit(1)
    ).scalar_one_or_none()
    return version_with_answers(found) if found is not None else None


def _parts(version: IdeaVersion) -> list[ReviewPart]:
    parts = [ReviewPart(_("Title"), version.title, render_markdown(version.title), PUBLIC, "title")]
    if version.summary:
        parts.append(ReviewPart(_("Summary"), version.summary, render_markdown(version.summary), PUBLIC, "summary"))
    questions = questions_by_ids([answer.question_id for answer in version.answers])
    for answer in sorted(version.answers, key=lambda one: questions[one.question_id].position):
        question = questions[answer.question_id]
        heading = f"{question.position} {pick(question.short_title)}"
        parts.append(ReviewPart(heading, answer.body, answer.html, answer.audience, f"answer-{question.position}"))
    return parts


def _facts(idea: Idea, version: IdeaVersion) -> list[tuple[str, str]]:
    facts = [
        (_("Number"), idea.number or ""),
        (_("Version"), str(version.number)),
        (_("Received"), format_day(version.sent_at)),
        (_("Sector"), term_title("nace_rev2_1", version.sector) if version.sector else ""),
        (_("Region"), term_title("nuts2024_de", version.region) if version.region else ""),
        (_("Size"), term_title("size_classes", version.size) if version.size else ""),
    ]
    return [(term, value) for term, value in facts if value]


def _history(idea: Idea) -> list[str]:
    """The author's other ideas with what became of them, newest first, at most ten."""
    if idea.author_id is None:
        return []
    rows = db.session.execute(
        select(Idea.number, Idea.title, Idea.status)
        .where(Idea.author_id == idea.author_id, Idea.id != idea.id, Idea.number.is_not(None))
        .order_by(Idea.id.desc())
        .limit(10)
    )
    return [f"{number} {title} ({status_word(status)})" for number, title, status in rows]


def status_word(status: str) -> str:
    """A state in one word."""
    words = {
        "draft": _("Draft"),
        "awaiting_confirmation": _("Confirm by e-mail"),
        "submitted": _("Received"),
        "returned": _("Query"),
        "published": _("Published"),
        "rejected": _("Rejected"),
        "withdrawn": _("Withdrawn"),
        "hidden": _("Hidden for now"),
        "removed": _("Removed"),
        "closed": _("Closed"),
    }
    return words.get(status, status)


def outcomes(idea_id: int, version_id: int | None) -> tuple[str, ...]:
    """The decisions that are possible about this version in the idea's present state."""
    idea = db.session.get(Idea, idea_id)
    if idea is None:
        return ()
    waits = version_id is not None and version_id == idea.waiting_version_id
    if idea.status == SUBMITTED and waits:
        return ("publish", "return", "reject")
    if idea.status == PUBLISHED:
        return ("publish", "return", "reject", "hide") if waits else ("hide",)
    return ("restore", "remove") if idea.status == HIDDEN else ()


def involved(actor: Actor, idea_id: int) -> bool:
    """Author or member of the author's organisation."""
    idea = db.session.get(Idea, idea_id)
    return idea is not None and rules.is_involved(actor, idea)


# ---- what a decision does -------------------------------------------------------------------------------------------


def apply(actor: Actor, idea_id: int, verdict: Verdict) -> None:
    """Carry a decision out: move idea and version, derive what follows, write to the author."""
    idea = locked(idea_id)
    title = idea.title
    if verdict.outcome in ACTS:
        title = _decide_version(actor, idea, verdict)
    elif verdict.outcome in ("hide", "restore", "remove"):
        move(rules.MACHINE, idea, verdict.outcome, actor)
        if verdict.outcome == "hide":
            _hold_waiting(idea)
        elif verdict.outcome == "restore" and _take_up_held(idea):
            # this case ends with the decision; the version needs one of its own
            enqueue("idea.case", {"idea_id": idea.id})
    else:
        raise Conflict(_("This decision is not possible for ideas."))
    idea.moved_at, idea.reminded_at = now(), None
    refresh_public(idea)
    mails.send_decision(idea, verdict, title)
    if verdict.outcome == "publish":
        _tell_followers(idea)


def _decide_version(actor: Actor, idea: Idea, verdict: Verdict) -> str:
    if idea.waiting_version_id is None or verdict.version_id != idea.waiting_version_id:
        raise Conflict(_("The text has changed since you opened it. Please read the new version before you decide."))
    version = db.session.get_one(IdeaVersion, idea.waiting_version_id)
    acts = VERSION_ACTS if idea.status == PUBLISHED else ACTS
    move(rules.MACHINE, idea, acts[verdict.outcome], actor)
    version.state = VERSION_STATES[verdict.outcome]
    idea.waiting_version_id = None
    if verdict.outcome == "publish":
        _make_public(idea, version)
    return version.title


def _hold_waiting(idea: Idea) -> None:
    """While the idea is hidden, the version that waited is set aside: first the public one is judged."""
    waiting = db.session.get(IdeaVersion, idea.waiting_version_id) if idea.waiting_version_id else None
    if waiting is not None:
        waiting.state = HELD
        idea.waiting_version_id = None


def _take_up_held(idea: Idea) -> bool:
    """Let a version that was set aside wait again; False if there is none."""
    statement = select(IdeaVersion).where(IdeaVersion.idea_id == idea.id, IdeaVersion.state == HELD)
    held = db.session.execute(statement.order_by(IdeaVersion.number.desc()).limit(1)).scalar_one_or_none()
    if held is None:
        return False
    held.state = WAITING
    idea.waiting_version_id = held.id
    return True


def _make_public(idea: Idea, version: IdeaVersion) -> None:
    old = db.session.get(IdeaVersion, idea.public_version_id) if idea.public_version_id else None
    if old is not None:
        old.state = SUPERSEDED
    moment = now()
    version.state, version.published_at = CURRENT, moment
    idea.public_version_id = version.id
    idea.published_at = idea.published_at or moment
    refresh_public(idea)
    link_partners(_as_author(idea), idea, version)


def _as_author(idea: Idea) -> Actor:
    """Links are set by the author, who chose the partners, not by the moderator."""
    person = mails.author_of(idea)
    return as_actor(person) if person is not None else SYSTEM


def _tell_followers(idea: Idea) -> None:
    """Those who follow a cluster or project that a new idea names; once for each idea."""
    if not idea.is_public or not idea.number:
        return
    version = db.session.get_one(IdeaVersion, idea.public_version_id)
    people: set[int] = set()
    for kind, one_id, _type in version.partners:
        people.update(followers(kind, int(one_id)))
    people.update(followers("consultation", idea.consultation_id))
    people.discard(idea.author_id or 0)
    context: dict[str, Any] = {"number": idea.number, "title": idea.title, "language": idea.language}
    notify("idea.published", people, context, dedupe=f"idea.published:{idea.id}")


def reverse(actor: Actor, idea_id: int, verdict: Verdict) -> None:
    """Take a decision back: idea, versions, links and counters are as before."""
    idea = locked(idea_id)
    if verdict.outcome not in ACTS:
        move(rules.MACHINE, idea, f"reverse_{verdict.outcome}", actor)
        if verdict.outcome == "hide":
            _take_up_held(idea)
        elif verdict.outcome == "restore":
            _hold_waiting(idea)
    else:
        version = db.session.get(IdeaVersion, verdict.version_id) if verdict.version_id else None
        if version is None or idea.waiting_version_id is not None:
            raise Conflict(_("Something else has happened to this text since. Please look at its present state."))
        before = _public_before(idea, version)
        beside = idea.status == PUBLISHED and (before is not None or verdict.outcome != "publish")
        move(rules.MACHINE, idea, "reverse_version" if beside else f"reverse_{verdict.outcome}", actor)
        version.state, version.published_at = WAITING, None
        idea.waiting_version_id = version.id
        if verdict.outcome == "publish":
            _public_again(idea, before)
    idea.moved_at = now()
    refresh_public(idea)


def _public_before(idea: Idea, version: IdeaVersion) -> IdeaVersion | None:
    """The version that was public until this one replaced it."""
    statement = (
        select(IdeaVersion)
        .where(IdeaVersion.idea_id == idea.id, IdeaVersion.number < version.number, IdeaVersion.state == SUPERSEDED)
        .order_by(IdeaVersion.number.desc())
        .limit(1)
    )
    return db.session.execute(statement).scalar_one_or_none()


def _public_again(idea: Idea, before: IdeaVersion | None) -> None:
    if before is None:
        idea.public_version_id = idea.published_at = None
        return
    before.state = CURRENT
    idea.public_version_id = before.id
    refresh_public(idea)
    link_partners(_as_author(idea), idea, before)
