"""What moderators' decisions do to ideas, and how each is taken back.

A decision is about one version. While the idea is not public it moves the idea; beside a public version it moves only the
version that waits. `reverse` leads back within ten minutes, as if the decision had not been made; a decision that was
wrong is undone later by `reinstate`, the outcome of a complaint or a second look, which stands.
"""

from __future__ import annotations

from sqlalchemy import select

from consult.accounts.operations import as_actor
from consult.core.access import SYSTEM, Actor
from consult.core.clock import now
from consult.core.db import db
from consult.core.errors import Conflict
from consult.core.i18n import _
from consult.core.jobs import enqueue
from consult.core.registry import Verdict
from consult.core.states import move
from consult.ideas import attachments, mails, news, redactions, rules, telling, transfers
from consult.ideas.models import (
    CURRENT,
    HELD,
    MERGE,
    PUBLISHED,
    REJECTED,
    RETURNED,
    SPLIT,
    SUBMITTED,
    SUPERSEDED,
    WAITING,
    WITHDRAWN,
    Idea,
    IdeaTransfer,
    IdeaVersion,
)
from consult.ideas.publishing import name_later, refresh_public
from consult.ideas.versions import link_partners, version_with_answers
from consult.links.queries import own_links
from consult.links.telling import tell_proposed
from consult.moderation.queries import decisions_for
from consult.moderation.rules import UNDO

# Outcomes about a version that waits, and the acts by which they move the idea or only its next version.
ACTS = {"publish": "publish", "return": "return", "reject": "reject", "redact": "redact"}
VERSION_ACTS = {
    "publish": "publish_version", "return": "return_version", "reject": "reject_version", "redact": "redact_version",
}  # fmt: skip
VERSION_STATES = {"publish": CURRENT, "return": RETURNED, "reject": REJECTED, "redact": CURRENT}
PUBLISHING = frozenset({"publish", "redact"})
WHOLE = frozenset({"hide", "restore", "remove"})  # they concern all that an idea is made of
NAMING = frozenset({"redact", "restore", "reinstate"})  # it may be read under another title, or again


def _overtaken() -> Conflict:
    return Conflict(_("Something else has happened to this text since. Please look at its present state."))


# ---- what a decision does -------------------------------------------------------------------------------------------


def apply(actor: Actor, idea_id: int, verdict: Verdict) -> None:
    """Carry a decision out: move idea and version, derive what follows, write to the author."""
    idea = transfers.lock_both(idea_id, verdict.target_id if verdict.outcome == "merge" else None)
    title = idea.title
    target: Idea | None = None
    if verdict.outcome == "redact" and verdict.version_id == idea.public_version_id:
        _redact_public(actor, idea, verdict)
    elif verdict.outcome in ACTS:
        title = _decide_version(actor, idea, verdict)
    elif verdict.outcome in ("hide", "restore", "remove"):
        _move_whole(actor, idea, verdict.outcome)
    elif verdict.outcome == "merge":
        target = _merge(actor, idea, verdict)
    elif verdict.outcome == "split":
        _refuse_other_version(idea, verdict)
        transfers.split(actor, idea, verdict)
    elif verdict.outcome == "reinstate":
        _reinstate(actor, idea, verdict)
    else:
        raise Conflict(_("This decision is not possible for ideas."))
    idea.moved_at, idea.reminded_at = now(), None
    refresh_public(idea)
    if verdict.outcome in NAMING:
        name_later(idea)
    mails.send_decision(idea, verdict, title)
    if target is not None:
        mails.tell_merged_into(target, verdict)
    if WHOLE & {verdict.outcome, verdict.overturns}:
        telling.tell_joined(idea, verdict)
    if {"restore", "hide", "remove", "merge"} & {verdict.outcome, verdict.overturns}:
        _tell_missed(idea)


def _move_whole(actor: Actor, idea: Idea, outcome: str) -> None:
    move(rules.MACHINE, idea, outcome, actor)
    if outcome == "hide":
        hold_waiting(idea)
    elif outcome == "restore" and take_up_held(idea):
        # this case ends with the decision; the version needs one of its own
        enqueue("idea.case", {"idea_id": idea.id})


def _refuse_other_version(idea: Idea, verdict: Verdict) -> None:
    if idea.waiting_version_id is None or verdict.version_id != idea.waiting_version_id:
        raise Conflict(_("The text has changed since you opened it. Please read the new version before you decide."))


def _decide_version(actor: Actor, idea: Idea, verdict: Verdict) -> str:
    _refuse_other_version(idea, verdict)
    version = version_with_answers(idea.waiting_version_id or 0)
    acts = VERSION_ACTS if idea.status == PUBLISHED else ACTS
    move(rules.MACHINE, idea, acts[verdict.outcome], actor)
    version.state = VERSION_STATES[verdict.outcome]
    idea.waiting_version_id = None
    if verdict.outcome == "redact":
        _redact(version, verdict)
    if verdict.outcome in PUBLISHING:
        _make_public(idea, version)
    return version.title


def _redact(version: IdeaVersion, verdict: Verdict) -> None:
    passages = [text for text, _remark in verdict.passages if text.strip()]
    reason, made = verdict.reason, verdict.decision_id
    found = attachments.hold_back(version.idea_id, verdict.held_back, passages, reason=reason, decision_id=made)
    if passages or not verdict.held_back:
        redactions.redact(version, passages, reason=reason, decision_id=made, elsewhere=found)


def _lift(decision_ids: list[int | None], by: int | None) -> bool:
    """Show again the passages and attachments that these decisions took out. False if there are none."""
    passages = redactions.lift([one for one in decision_ids if one is not None], by)
    return attachments.release(decision_ids) or bool(passages)


def _redact_public(actor: Actor, idea: Idea, verdict: Verdict) -> None:
    """Black out passages of what is public already; it stays public."""
    move(rules.MACHINE, idea, "redact_public", actor)
    _redact(version_with_answers(idea.public_version_id or 0), verdict)


def _merge(actor: Actor, idea: Idea, verdict: Verdict) -> Idea:
    if idea.status == SUBMITTED:
        _refuse_other_version(idea, verdict)
    target = transfers.merge(actor, idea, verdict)
    hold_waiting(idea)
    return target


def hold_waiting(idea: Idea) -> None:
    """While the idea is hidden or merged, the version that waited is set aside."""
    waiting = db.session.get(IdeaVersion, idea.waiting_version_id) if idea.waiting_version_id else None
    if waiting is not None:
        waiting.state = HELD
        idea.waiting_version_id = None


def take_up_held(idea: Idea) -> bool:
    """Let a version that was set aside wait again; False if there is none."""
    held = _held(idea)
    if held is None:
        return False
    held.state = WAITING
    idea.waiting_version_id = held.id
    return True


def _held(idea: Idea) -> IdeaVersion | None:
    statement = select(IdeaVersion).where(IdeaVersion.idea_id == idea.id, IdeaVersion.state == HELD)
    return db.session.execute(statement.order_by(IdeaVersion.number.desc()).limit(1)).scalar_one_or_none()


def _make_public(idea: Idea, version: IdeaVersion) -> None:
    old = db.session.get(IdeaVersion, idea.public_version_id) if idea.public_version_id else None
    if old is not None:
        old.state = SUPERSEDED
    moment = now()
    version.state, version.published_at = CURRENT, moment
    idea.public_version_id = version.id
    idea.published_at = idea.published_at or moment
    refresh_public(idea)
    author = _as_author(idea)
    # the other sides hear of it once the decision cannot be taken back any more
    tell_proposed(author, link_partners(author, idea, version), run_at=moment + UNDO)
    news.tell_later(idea, version)


def _tell_missed(idea: Idea) -> None:
    """An idea that is back is news to those who were to hear of it while it was out: it had gone in its first minutes,
    before anybody was told. Nobody hears of it twice."""
    version = db.session.get(IdeaVersion, idea.public_version_id) if idea.public_version_id else None
    if version is None or version.published_at is None or not idea.is_public:
        return
    taken_out = [one.made_at for one in decisions_for("idea", idea.id) if one.outcome in ("hide", "merge")]
    if taken_out and version.published_at <= taken_out[-1] <= version.published_at + UNDO:
        news.tell_later(idea, version)
        tell_proposed(_as_author(idea), own_links("idea", idea.id), run_at=now() + UNDO)


def _as_author(idea: Idea) -> Actor:
    """Links are set by the author, who chose the partners, not by the moderator."""
    person = mails.author_of(idea)
    return as_actor(person) if person is not None else SYSTEM


# ---- taken back within ten minutes ----------------------------------------------------------------------------------


def reverse(actor: Actor, idea_id: int, verdict: Verdict) -> None:
    """Take a decision back: idea, versions, links and counters are as before."""
    idea = transfers.lock_both(idea_id, verdict.target_id if verdict.outcome == "merge" else None)
    if verdict.outcome == "merge":
        _reverse_merger(actor, idea, verdict)
    elif verdict.outcome == "split":
        transfers.undo_split(actor, idea, _transfer(SPLIT, idea, verdict.decision_id))
        move(rules.MACHINE, idea, "reverse_split", actor)
    elif verdict.outcome == "redact" and not _published_by(verdict):
        _lift([verdict.decision_id], None)
        move(rules.MACHINE, idea, "reverse_redact_public", actor)
    elif verdict.outcome in ACTS:
        _reverse_version(actor, idea, verdict)
    else:
        _reverse_whole(actor, idea, verdict.outcome)
    idea.moved_at = now()
    refresh_public(idea)
    name_later(idea)
    _tell_missed(idea)


def _reverse_whole(actor: Actor, idea: Idea, outcome: str) -> None:
    move(rules.MACHINE, idea, f"reverse_{outcome}", actor)
    if outcome == "hide":
        take_up_held(idea)
    elif outcome == "restore":
        hold_waiting(idea)


def _reverse_version(actor: Actor, idea: Idea, verdict: Verdict) -> None:
    version = db.session.get(IdeaVersion, verdict.version_id) if verdict.version_id else None
    if version is None or version.state == WITHDRAWN or idea.waiting_version_id is not None:
        raise _overtaken()
    publishing = verdict.outcome in PUBLISHING
    before = _public_before(idea, version)
    beside = idea.status == PUBLISHED and (before is not None or not publishing)
    move(rules.MACHINE, idea, "reverse_version" if beside else f"reverse_{verdict.outcome}", actor)
    version.state, version.published_at = WAITING, None
    idea.waiting_version_id = version.id
    if verdict.outcome == "redact":
        _lift([verdict.decision_id], None)
    if publishing:
        _public_again(idea, before)


def _published_by(verdict: Verdict) -> bool:
    """Whether the decision itself made its version public, as against changing one that was public before."""
    version = db.session.get_one(IdeaVersion, verdict.version_id)
    made = {one.id: one for one in decisions_for("idea", version.idea_id)}
    decision = made.get(verdict.decision_id)
    if decision is not None and version.published_at is not None and version.published_at < decision.made_at:
        return False
    earlier = [one for one in made.values() if one.id < verdict.decision_id and one.version_id == version.id]
    return not any(one.reversed_at is None and one.outcome in (*PUBLISHING, "reinstate") for one in earlier)


def _transfer(kind: str, idea: Idea, decision_id: int | None = None) -> IdeaTransfer:
    found = transfers.live_transfer(kind, idea.id, decision_id)
    if found is None:
        raise _overtaken()
    return found


def _reverse_merger(actor: Actor, idea: Idea, verdict: Verdict) -> None:
    transfer = _transfer(MERGE, idea, verdict.decision_id)
    transfers.undo_merger(idea, transfer)
    move(rules.MACHINE, idea, "reverse_merge" if transfer.before == PUBLISHED else "reverse_merge_submitted", actor)
    take_up_held(idea)


def _public_before(idea: Idea, version: IdeaVersion) -> IdeaVersion | None:
    """The version that was public until this one replaced it."""
    statement = (
        select(IdeaVersion)
        .where(
            IdeaVersion.idea_id == idea.id, IdeaVersion.number < version.number, IdeaVersion.state == SUPERSEDED,
            IdeaVersion.published_at.is_not(None),
        )
        .order_by(IdeaVersion.number.desc())
        .limit(1)
    )  # fmt: skip
    return db.session.execute(statement).scalar_one_or_none()


def _public_again(idea: Idea, before: IdeaVersion | None) -> None:
    if before is None:
        idea.public_version_id = idea.published_at = None
        return
    before.state = CURRENT
    idea.public_version_id = before.id
    refresh_public(idea)
    link_partners(_as_author(idea), idea, before)


# ---- undone by a complaint or a second look -------------------------------------------------------------------------


def _reinstate(actor: Actor, idea: Idea, verdict: Verdict) -> None:
    """Undo what the decision that was overturned had done, however long ago. Conflict where that is past."""
    if verdict.overturns == "redact":
        _unredact(actor, idea, verdict)
    elif verdict.overturns == "merge":
        _reinstate_merged(actor, idea, verdict)
    elif verdict.overturns == "split":
        transfers.undo_split(actor, idea, _transfer(SPLIT, idea, verdict.overturned_id), verdict.decision_id)
    elif verdict.overturns in ("hide", "remove"):
        move(rules.MACHINE, idea, "reinstate", actor)
        if take_up_held(idea):
            enqueue("idea.case", {"idea_id": idea.id})
    elif verdict.overturns in ("reject", "return"):
        _reinstate_version(actor, idea, verdict)
    else:
        raise Conflict(_("This decision is not possible for ideas."))


def _unredact(actor: Actor, idea: Idea, verdict: Verdict) -> None:
    ids: list[int | None] = [verdict.overturned_id] if verdict.overturned_id is not None else []
    version_id = verdict.version_id or idea.public_version_id
    if not ids and version_id is not None:
        ids = [one.decision_id for one in redactions.live_redactions([version_id])]
        ids += attachments.holding(db.session.get_one(IdeaVersion, version_id))
    if not _lift(ids, verdict.decision_id):
        raise _overtaken()
    if idea.status == PUBLISHED:
        move(rules.MACHINE, idea, "unredact", actor)


def _reinstate_merged(actor: Actor, idea: Idea, verdict: Verdict) -> None:
    transfer = _transfer(MERGE, idea, verdict.overturned_id)
    transfers.undo_merger(idea, transfer, verdict.decision_id)
    move(rules.MACHINE, idea, "reinstate", actor)
    held = _held(idea)
    if held is not None and transfer.before == SUBMITTED:
        _make_public(idea, held)
    elif take_up_held(idea):
        enqueue("idea.case", {"idea_id": idea.id})


def _reinstate_version(actor: Actor, idea: Idea, verdict: Verdict) -> None:
    version = db.session.get(IdeaVersion, verdict.version_id) if verdict.version_id else None
    public = db.session.get(IdeaVersion, idea.public_version_id) if idea.public_version_id else None
    newer = public is not None and version is not None and public.number > version.number
    taken_back = version is None or version.state == WITHDRAWN
    if version is None or taken_back or version.idea_id != idea.id or newer or idea.waiting_version_id is not None:
        raise _overtaken()
    move(rules.MACHINE, idea, "reinstate_version" if idea.status == PUBLISHED else "reinstate", actor)
    _make_public(idea, version)
