"""Ideas merged into others and split in two, with a record of what moved, so that it can be moved back.

A merged idea gives its support, comments, links and followers to the other one; its address leads there, and both authors
are named. A split idea goes on in a new version without the chosen parts, which become an idea of their own beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, func, or_, select, update

from consult.consultations.models import Consultation
from consult.consultations.operations import take_number
from consult.core import audit
from consult.core.access import Actor
from consult.core.audiences import PUBLIC
from consult.core.clock import now
from consult.core.db import db
from consult.core.errors import Conflict, Invalid
from consult.core.i18n import _
from consult.core.jobs import enqueue
from consult.core.registry import Verdict, registries
from consult.core.states import move
from consult.ideas import mails, origins, redactions, rules, tokens
from consult.ideas.coauthors import coauthor_ids
from consult.ideas.drafting import insert_into, locked
from consult.ideas.drafts import TITLE_MAX, Content
from consult.ideas.models import (
    MERGE,
    MERGED,
    PUBLISHED,
    SPLIT,
    SUBMITTED,
    SUPERSEDED,
    WAITING,
    WITHDRAWN,
    Idea,
    IdeaTransfer,
    IdeaVersion,
    Support,
)
from consult.ideas.publishing import author_name, joined, other_names, refresh_public
from consult.ideas.versions import make_version, version_with_answers
from consult.moderation.operations import open_case, withdraw_case

audit.declare("idea.split_off", "from_id")
audit.declare("idea.name_taken_away", "other_id")

KIND = "idea"
MOST_HOPS = 10
NAMELESS = "nameless"  # in `IdeaTransfer.moved`: the author has taken their name away from the joint idea


# ---- reading --------------------------------------------------------------------------------------------------------


def live_transfer(kind: str, idea_id: int, decision_id: int | None = None) -> IdeaTransfer | None:
    """The transfer of this kind that stands for an idea, made by this decision or by any; one query."""
    statement = select(IdeaTransfer).where(
        IdeaTransfer.kind == kind, IdeaTransfer.idea_id == idea_id, IdeaTransfer.undone_at.is_(None)
    )
    if decision_id is not None:
        statement = statement.where(IdeaTransfer.decision_id == decision_id)
    return db.session.execute(statement.order_by(IdeaTransfer.id.desc()).limit(1)).scalar_one_or_none()


def split_from(idea: Idea) -> str:
    """The number of the idea from which this one was split last; one query."""
    statement = (
        select(Idea.number)
        .join(IdeaTransfer, IdeaTransfer.idea_id == Idea.id)
        .where(IdeaTransfer.kind == SPLIT, IdeaTransfer.other_id == idea.id)
    )
    return db.session.execute(statement.order_by(IdeaTransfer.id.desc()).limit(1)).scalar_one_or_none() or ""


@dataclass(frozen=True)
class OtherPart:
    """Another part of a split idea: since when, and whether it is the one from which this one was split off."""

    idea: Idea
    at: datetime
    is_origin: bool


def other_parts(idea: Idea) -> list[OtherPart]:
    """The ideas that were split off from this one, and the one from which it was; one query."""
    other = or_(
        and_(IdeaTransfer.idea_id == idea.id, Idea.id == IdeaTransfer.other_id),
        and_(IdeaTransfer.other_id == idea.id, Idea.id == IdeaTransfer.idea_id),
    )
    statement = select(Idea, IdeaTransfer).join(IdeaTransfer, other)
    statement = statement.where(IdeaTransfer.kind == SPLIT, IdeaTransfer.undone_at.is_(None))
    rows = db.session.execute(statement.order_by(IdeaTransfer.id))
    return [OtherPart(part, transfer.made_at, transfer.idea_id == part.id) for part, transfer in rows]


def heir_of(idea: Idea) -> Idea | None:
    """The idea to which the address of a merged one leads, over several mergers if need be."""
    found: Idea | None = idea
    for _hop in range(MOST_HOPS):
        if found is None or found.merged_into_id is None:
            break
        found = db.session.get(Idea, found.merged_into_id)
    return found if found is not None and found.id != idea.id else None


def lock_both(idea_id: int, target_id: int | None) -> Idea:
    """The idea, locked after or before its target: always the lower number first, so that two mergers cannot block each
    other for ever."""
    if target_id is not None and target_id < idea_id and db.session.get(Idea, target_id) is not None:
        locked(target_id)
    return locked(idea_id)


# ---- merging --------------------------------------------------------------------------------------------------------


def merge(actor: Actor, idea: Idea, verdict: Verdict) -> Idea:
    """Merge a locked idea into the one that the verdict names, which is returned. Invalid at `target` where it cannot be."""
    target = _target_of(idea, verdict.target_id)
    transfer = IdeaTransfer(
        kind=MERGE, idea_id=idea.id, other_id=target.id, decision_id=verdict.decision_id, before=idea.status,
        name=_name_of(idea), made_at=now(),
    )  # fmt: skip
    if _was_nameless(idea.id):
        transfer.moved = {NAMELESS: True}
        transfer.name = _names_now(idea, transfer)
    move(rules.MACHINE, idea, "merge", actor)
    _give(idea, target, transfer)
    return target


def _was_nameless(idea_id: int) -> bool:
    """Whether its author took their name away when it was merged before."""
    before = select(IdeaTransfer.moved).where(IdeaTransfer.kind == MERGE, IdeaTransfer.idea_id == idea_id)
    return any(moved.get(NAMELESS) for moved in db.session.execute(before).scalars())


def _target_of(idea: Idea, target_id: int | None) -> Idea:
    target = db.session.get(Idea, target_id) if target_id is not None else None
    if target is None or target.status != PUBLISHED or not target.is_public:
        raise Invalid({"target": _("Please choose a public idea into which this one is merged.")})
    if target.id == idea.id:
        raise Invalid({"target": _("An idea cannot be merged into itself.")})
    if target.consultation_id != idea.consultation_id:
        raise Invalid({"target": _("Both ideas have to belong to the same consultation.")})
    return locked(target.id)


def _name_of(idea: Idea) -> str:
    """Under which name the idea stands or would stand; none where no answer is public with name."""
    if idea.is_public:
        return idea.byline
    version_id = idea.waiting_version_id or idea.public_version_id
    if version_id is None:
        return ""
    version = version_with_answers(version_id)
    return author_name(idea, version)[:200] if any(one.audience == PUBLIC for one in version.answers) else ""


def renew_names(idea: Idea) -> None:
    """Who stands for a merged idea has changed: the name under which it stands by the joint one follows, over several
    mergers if need be. A name that has to go is nowhere then."""
    for _hop in range(MOST_HOPS):
        transfer = live_transfer(MERGE, idea.id) if idea.status == MERGED else None
        if transfer is None:
            return
        transfer.name = _names_now(idea, transfer)
        db.session.flush()
        idea = locked(transfer.other_id)
        refresh_public(idea)


def own_name(idea: Idea) -> str:
    """Under which name the author of a merged idea stands by the joint one; empty where under none."""
    transfer = live_transfer(MERGE, idea.id) if idea.status == MERGED else None
    return _names_of(idea, transfer)[0] if transfer is not None and transfer.name else ""


def take_name_away(actor: Actor, idea: Idea) -> None:
    """The author of a merged idea, which is locked, is not named by the joint one any more; who stands beside them stays.
    Conflict where their name does not stand there."""
    transfer = live_transfer(MERGE, idea.id)
    if transfer is None or not own_name(idea):
        raise Conflict(_("Your name does not stand there (any more)."))
    transfer.moved = {**transfer.moved, NAMELESS: True}
    audit.record("idea.name_taken_away", actor, (KIND, idea.id), other_id=transfer.other_id)
    renew_names(idea)


def _names_now(idea: Idea, transfer: IdeaTransfer) -> str:
    return joined(_names_of(idea, transfer))


def _names_of(idea: Idea, transfer: IdeaTransfer) -> list[str]:
    """The author's name, or "" where they have taken it away, and those of who stands beside them; all are empty where no
    answer is public with name."""
    newest = select(func.max(IdeaVersion.id)).where(IdeaVersion.idea_id == idea.id)
    version_id = idea.public_version_id or db.session.execute(newest).scalar_one_or_none()
    version = version_with_answers(version_id) if version_id is not None else None
    if version is None or not any(one.audience == PUBLIC for one in version.answers):
        return [""]
    return ["" if transfer.moved.get(NAMELESS) else author_name(idea, version), *other_names(idea.id)]


def _give(idea: Idea, target: Idea, transfer: IdeaTransfer) -> None:
    idea.merged_into_id = target.id
    transfer.moved = {
        **(transfer.moved or {}),
        "support": _give_support(idea, target),
        "rooms": {hook.room: hook.merge(KIND, idea.id, target.id) for hook in registries.merge_hooks},
    }
    db.session.add(transfer)
    db.session.flush()
    db.session.refresh(target, ["support_count", "comment_count"])
    refresh_public(idea)
    refresh_public(target)


def _give_support(idea: Idea, target: Idea) -> list[int]:
    """Let those who support the idea support the other one, each once, in the same name, and nobody their own; returns who
    is new there."""
    own = {target.author_id or 0, *coauthor_ids(target.id)}
    statement = select(Support.person_id, Support.organisation_id).where(
        Support.idea_id == idea.id, Support.person_id.not_in(own)
    )
    rows = db.session.execute(statement.order_by(Support.person_id)).all()
    if not rows:
        return []
    given: Any = insert_into(Support).values(
        [
            {
                "idea_id": target.id,
                "person_id": one.person_id,
                "organisation_id": one.organisation_id,
                "created_at": now(),
            }
            for one in rows
        ]
    )
    given = given.on_conflict_do_nothing(index_elements=["idea_id", "person_id"]).returning(Support.person_id)
    new = sorted(db.session.execute(given).scalars())
    _count_support(target.id, len(new))
    return new


def _count_support(idea_id: int, step: int) -> None:
    if step:
        db.session.execute(
            update(Idea)
            .where(Idea.id == idea_id)
            .values(support_count=Idea.support_count + step)
            .execution_options(synchronize_session=False)
        )


def undo_merger(idea: Idea, transfer: IdeaTransfer, by: int | None = None) -> None:
    """Move back what the merger had moved; the caller moves the idea to its state."""
    target = locked(transfer.other_id)
    moved = transfer.moved
    for hook in reversed(registries.merge_hooks):
        if hook.room in moved["rooms"]:
            hook.undo(KIND, idea.id, target.id, moved["rooms"][hook.room])
    gone = db.session.execute(
        delete(Support)
        .where(Support.idea_id == target.id, Support.person_id.in_(moved["support"]))
        .returning(Support.person_id)
    ).all()
    _count_support(target.id, -len(gone))
    transfer.undone_at, transfer.undone_by = now(), by
    idea.merged_into_id = None
    db.session.flush()
    for one in (idea, target):
        db.session.refresh(one, ["support_count", "comment_count"])
    refresh_public(target)


# ---- splitting ------------------------------------------------------------------------------------------------------


def split(actor: Actor, idea: Idea, verdict: Verdict) -> Idea:
    """Give the chosen answers of the version that waits to a second submitted idea, which is returned.

    The first goes on in a new version without them; its case stays open for it. Invalid at `second` where nothing, or
    everything, was chosen.
    """
    version = version_with_answers(idea.waiting_version_id or 0)
    chosen = _chosen(version, verdict.second)
    title = " ".join(verdict.second_title.split())[:TITLE_MAX]
    if not title:
        raise Invalid({"second_title": _("Please give the second idea a title.")})
    content = redactions.sent_content(version)
    move(rules.MACHINE, idea, "split", actor)
    second = _second_idea(actor, idea, content, title, chosen)
    content.answers = {key: one for key, one in content.answers.items() if key not in chosen}
    content.secrets = {key: passages for key, passages in content.secrets.items() if key not in chosen}
    kept = make_version(idea, content, now())
    redactions.keep_secrets(kept, content.secrets)
    redactions.carry_over(kept)
    version.state = SUPERSEDED
    idea.waiting_version_id = kept.id
    db.session.add(
        IdeaTransfer(
            kind=SPLIT, idea_id=idea.id, other_id=second.id, decision_id=verdict.decision_id, before=idea.status,
            moved={"version": version.id, "kept": kept.id}, made_at=now(),
        )
    )  # fmt: skip
    db.session.flush()
    _put_up(actor, idea, kept)
    _put_up(actor, second, version_with_answers(second.waiting_version_id or 0), receipt=True)
    return second


def _chosen(version: IdeaVersion, names: Sequence[str]) -> set[int]:
    """The questions whose answers go to the second idea; `names` are those of the parts before the moderator."""
    by_name = {redactions.moderated_part(answer.question_id): answer.question_id for answer in version.answers}
    chosen = {by_name[name] for name in names if name in by_name}
    if not chosen or len(chosen) == len(version.answers):
        raise Invalid({"second": _("Please choose the answers that become an idea of their own: some, and not all.")})
    return chosen


def _second_idea(actor: Actor, idea: Idea, content: Content, title: str, chosen: set[int]) -> Idea:
    moment, key = now(), tokens.new_key()
    consultation = db.session.get_one(Consultation, idea.consultation_id)
    second = Idea(
        consultation_id=consultation.id, number=take_number(consultation, moment), status=SUBMITTED,
        language=content.language, title=title, sector=content.sector, region=content.region, size=content.size,
        author_id=idea.author_id, organisation_id=idea.organisation_id, author_email=idea.author_email, draft_key=key,
        draft_token_hash=tokens.token_hash(tokens.draft_token(key)),
        status_token_hash=tokens.token_hash(tokens.status_token(key)), created_at=moment, submitted_at=moment,
        moved_at=moment, invitation_id=idea.invitation_id, entered_by=idea.entered_by,
    )  # fmt: skip
    db.session.add(second)
    db.session.flush()
    origins.share(idea.id, second.id)
    audit.record("idea.split_off", actor, (KIND, second.id), from_id=idea.id)
    part = Content(
        title=title, language=content.language, sector=content.sector, region=content.region, size=content.size,
        organisation=content.organisation, partners=list(content.partners),
        attributes={name: content.attributes[name] for name in (origins.CHANNEL,) if name in content.attributes},
        answers={key: one for key, one in content.answers.items() if key in chosen},
    )  # fmt: skip
    version = make_version(second, part, moment)
    redactions.keep_secrets(version, {key: found for key, found in content.secrets.items() if key in chosen})
    second.waiting_version_id = version.id
    db.session.flush()
    return second


def _put_up(actor: Actor, idea: Idea, version: IdeaVersion, receipt: bool = False) -> None:
    """Put a version before moderation: a case of its own, or the one that is open takes it up."""
    consultation = db.session.get_one(Consultation, idea.consultation_id)
    case = open_case(
        KIND, idea.id, version.id, consultation_id=consultation.id, due_days=consultation.promised_days,
        title=version.title, language=version.language, author_id=idea.author_id, actor=actor,
    )  # fmt: skip
    if receipt:
        mails.send_receipt(actor, idea, version, case.due_at)


def undo_split(actor: Actor, idea: Idea, transfer: IdeaTransfer, by: int | None = None) -> None:
    """Join both parts again, as long as neither was decided. Conflict otherwise."""
    second = locked(transfer.other_id)
    kept, before = transfer.moved["kept"], transfer.moved["version"]
    newest = db.session.execute(select(func.max(IdeaVersion.id)).where(IdeaVersion.idea_id == second.id)).scalar_one()
    if idea.waiting_version_id != kept or second.status != SUBMITTED or second.waiting_version_id != newest:
        raise Conflict(_("One of the two parts was decided already; they cannot be joined any more."))
    move(rules.MACHINE, second, "rejoin", actor)
    withdraw_case(KIND, second.id, actor)
    for version_id in (kept, second.waiting_version_id):
        db.session.get_one(IdeaVersion, version_id).state = WITHDRAWN
    second.waiting_version_id, second.moved_at = None, now()
    first = db.session.get_one(IdeaVersion, before)
    first.state = WAITING
    idea.waiting_version_id = first.id
    transfer.undone_at, transfer.undone_by = now(), by
    db.session.flush()
    if by is None:
        _put_up(actor, idea, first)
    else:  # the case in hand ends with the decision; the text needs one of its own
        enqueue("idea.case", {"idea_id": idea.id})
