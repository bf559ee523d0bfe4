"""Writes of comments: write, answer, edit, remove; and what a moderator's decision means for one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from markupsafe import Markup
from sqlalchemy import select, update

from consult.comments import mails, queries, redactions, rules
from consult.comments.models import Comment, CommentVersion
from consult.core import audit
from consult.core.access import Actor, check_not_suspended
from consult.core.clock import now
from consult.core.db import db
from consult.core.errors import Conflict, Invalid, NotFound, Over, Refused
from consult.core.i18n import _
from consult.core.registry import SubjectInfo, Verdict, registries, touch
from consult.core.states import move
from consult.core.text import render_markdown
from consult.moderation.models import LOOK, SUBMISSION
from consult.moderation.operations import hold_case, open_case, withdraw_case
from consult.moderation.queries import accepted_texts, decisions_for
from consult.moderation.rules import REINSTATE, UNDO
from consult.organisations import acting

audit.declare("comment.written", "subject_kind", "subject_id", "parent_id", "status")
audit.declare("comment.edited", "version_id", "seen")

LONGEST = 4_000
SAME = timedelta(minutes=2)  # the same words again within it are one comment that was sent twice


@dataclass(frozen=True)
class Text:
    """What somebody writes. `parent` is the comment to answer, `organisation_id` the one under whose name it stands."""

    body: str
    parent: int | None = None
    kind: str = ""
    organisation_id: int | None = None
    language: str = "de"


def write_comment(actor: Actor, info: SubjectInfo, text: Text) -> Comment:
    """A new comment on a public subject; published at once or after moderation, as the subject's mode says.

    Answers to an answer join the thread of the comment above. The same words sent twice are one comment.
    """
    html = _rendered(text.body)
    if not rules.can_write(actor):
        raise Refused(_("Please sign in to comment."))
    check_not_suspended(actor)
    mode = _open_mode(info.kind, info.id)
    parent = _parent(info, text.parent)
    twin = _twin(actor, info, parent, text.body)
    if twin is not None:
        return twin
    accepted = accepted_texts(actor.person_id) if mode == "trust" and actor.person_id is not None else 0
    at_once = rules.publishes_at_once(mode, accepted)
    organisation = acting.checked(actor, text.organisation_id, "organisation")
    moment = now()
    comment = Comment(
        subject_kind=info.kind, subject_id=info.id, parent_id=parent.id if parent else None, author_id=actor.person_id,
        author_name=actor.name[:120], organisation_id=organisation.organisation_id if organisation else None,
        organisation_name=organisation.name[:200] if organisation else "", kind=text.kind, body=text.body, html=html,
        language=text.language, status=rules.VISIBLE if at_once else rules.COMMENT.initial, created_at=moment,
        published_at=moment if at_once else None,
    )  # fmt: skip
    db.session.add(comment)
    db.session.flush()
    _add_version(comment, 1)
    audit.record(
        "comment.written", actor, ("comment", comment.id), subject_kind=info.kind, subject_id=info.id,
        parent_id=comment.parent_id, status=comment.status,
    )  # fmt: skip
    if at_once:
        _count(comment, 1)
        mails.tell_later(comment, "written")
    if not at_once or mode == "post":
        _ask_moderation(actor, comment, info, LOOK if at_once else SUBMISSION)
    return comment


def edit_comment(actor: Actor, comment_id: int, body: str) -> Comment:
    """Change one's own text. After a quarter of an hour the change is marked; where texts are read first, it is again."""
    html = _rendered(body)
    hold_case("comment", comment_id)
    comment = _locked(comment_id)
    if not rules.can_edit(actor, comment):
        raise Refused(_("Only its author can change a comment, and only while it stands."))
    check_not_suspended(actor)
    if body == redactions.written_text(comment):
        return comment
    mode = _open_mode(comment.subject_kind, comment.subject_id)
    moment = now()
    unseen = rules.is_unseen_edit(comment, moment)
    was_redacted = bool(comment.redactions)
    redactions.forget(comment)
    comment.body, comment.html = body, html
    comment.edited_at = comment.edited_at if unseen else moment
    _add_version(comment, len(queries.versions_of(comment.id)) + 1)
    audit.record("comment.edited", actor, ("comment", comment.id), version_id=comment.version_id, seen=not unseen)
    info = queries.subject_of(comment)
    accepted = accepted_texts(comment.author_id) if mode == "trust" and comment.author_id is not None else 0
    if was_redacted or not rules.publishes_at_once(mode, accepted):  # the passage may stand in the new text as well
        if comment.status == rules.VISIBLE:
            move(rules.COMMENT, comment, "recheck", actor)
            _count(comment, -1)
        _ask_moderation(actor, comment, info, SUBMISSION)
    elif comment.status != rules.VISIBLE:
        _ask_moderation(actor, comment, info, SUBMISSION)
    elif mode == "post":
        _ask_moderation(actor, comment, info, LOOK)
    touch("comment", comment.id)
    db.session.flush()
    return comment


def remove_comment(actor: Actor, comment_id: int) -> Comment:
    """Take one's own comment away: its texts are emptied, a stub stays where it was answered."""
    hold_case("comment", comment_id)
    comment = _locked(comment_id)
    if not rules.can_remove(actor, comment):
        raise Refused(_("Only its author can remove a comment."))
    was_public = comment.status == rules.VISIBLE
    move(rules.COMMENT, comment, "remove", actor)
    comment.body, comment.html = "", Markup("")
    redactions.forget(comment)
    db.session.execute(
        update(CommentVersion).where(CommentVersion.comment_id == comment.id).values(body="", html=Markup(""))
    )
    if was_public:
        _count(comment, -1)
    withdraw_case("comment", comment.id, actor)
    touch("comment", comment.id)
    db.session.flush()
    return comment


# ---- moderation -----------------------------------------------------------------------------------------------------


def apply_verdict(actor: Actor, comment_id: int, verdict: Verdict) -> None:
    """Carry a decision out: status, text, counter, mail to the author."""
    comment = _locked(comment_id)
    before = comment.status
    if verdict.outcome == REINSTATE:
        _reinstate(actor, comment, verdict)
    elif verdict.outcome not in rules.OUTCOMES[before]:
        raise Conflict(_("This is not possible any more: somebody has changed it in the meantime."))
    else:
        if verdict.outcome == "redact":
            redactions.redact(comment, verdict, before)
        move(rules.COMMENT, comment, rules.ACTS.get(verdict.outcome, verdict.outcome), actor)
    if comment.status == rules.VISIBLE:
        comment.published_at = comment.published_at or now()
        if before == rules.COMMENT.initial:
            mails.tell_later(comment, f"decision:{verdict.decision_id}", now() + UNDO)
    _recount(comment, before)
    mails.send_comment_decision(comment, verdict)
    db.session.flush()


def _reinstate(actor: Actor, comment: Comment, verdict: Verdict) -> None:
    """What another decision took away comes back: the comment, or the passages."""
    if rules.COMMENT.target(comment.status, REINSTATE) is None:
        raise Conflict(_("This is not possible any more: somebody has changed it in the meantime."))
    if verdict.overturns == "redact":
        if not any(one["decision"] == verdict.overturned_id for one in comment.redactions):
            raise Conflict(_("The text has changed since; the passage is no longer blacked out."))
        redactions.lift(comment, verdict.overturned_id)
    elif comment.status == rules.VISIBLE:
        raise Conflict(_("The comment can be read again already."))
    move(rules.COMMENT, comment, REINSTATE, actor)


def reverse_verdict(actor: Actor, comment_id: int, verdict: Verdict) -> None:
    """Take a decision back: the comment is as it was before."""
    comment = _locked(comment_id)
    before = comment.status
    move(rules.COMMENT, comment, _undoing(comment, verdict), actor)
    if comment.status == rules.COMMENT.initial and len(queries.versions_of(comment.id)) == 1:
        comment.published_at = None
    _recount(comment, before)
    db.session.flush()


def _undoing(comment: Comment, verdict: Verdict) -> str:
    """The act that leads back from a decision. Where it could be made in several states, what was before says which."""
    if verdict.outcome == "redact":
        former = redactions.lift(comment, verdict.decision_id)
        return "undo_redact" if former == rules.COMMENT.initial else f"undo_redact_{former}"
    if verdict.outcome not in ("restore", "remove"):
        return f"undo_{verdict.outcome}"
    earlier = [one for one in decisions_for("comment", comment.id) if one.reversed_at is None]
    standing = [one.outcome for one in earlier if one.id < verdict.decision_id]
    former = rules.LEFT_BEHIND.get(standing[-1], rules.VISIBLE) if standing else rules.VISIBLE
    if verdict.outcome == "restore":
        return "undo_restore_taken_down" if former == "taken_down" else "undo_restore"
    return "undo_take_down" if former == "hidden" else "undo_take_down_published"


def _recount(comment: Comment, before: str) -> None:
    """After a change of state or text: the subject's counter and the index."""
    delta = int(comment.status == rules.VISIBLE) - int(before == rules.VISIBLE)
    if delta:
        _count(comment, delta)
    touch("comment", comment.id)


def _ask_moderation(actor: Actor, comment: Comment, info: SubjectInfo | None, source: str) -> None:
    commentable = registries.commentable[comment.subject_kind]
    open_case(
        "comment",
        comment.id,
        comment.version_id,
        consultation_id=commentable.consultation_id(comment.subject_id),
        due_days=commentable.due_days(comment.subject_id),
        title=info.title if info is not None else "",
        language=comment.language,
        author_id=comment.author_id,
        source=source,
        actor=actor,
        tell=source == SUBMISSION,
    )


# ---- pieces ---------------------------------------------------------------------------------------------------------


def _rendered(body: str) -> Markup:
    """The text as HTML, made before the transaction begins; Invalid at `body`."""
    if not body:
        raise Invalid({"body": _("Please write something first.")})
    if len(body) > LONGEST:
        raise Invalid({"body": _("Please shorten the text to at most %(number)s characters.", number=LONGEST)})
    html = render_markdown(body)
    if not html.striptags():
        raise Invalid({"body": _("Please write something that can be read.")})
    return html


def _open_mode(kind: str, subject_id: int) -> str:
    mode = queries.mode_of(kind, subject_id)
    if mode not in rules.MODES or mode == "closed":
        raise Over(_("Comments are closed here by now. What was written stays readable."))
    return mode


def _parent(info: SubjectInfo, parent_id: int | None) -> Comment | None:
    """The comment at the top of the thread to answer in; Invalid at `parent`."""
    if parent_id is None:
        return None
    parent = db.session.get(Comment, parent_id)
    if parent is None or (parent.subject_kind, parent.subject_id) != (info.kind, info.id):
        raise Invalid({"parent": _("The comment that you answer is not here any more.")})
    if parent.status != rules.VISIBLE:
        raise Invalid({"parent": _("The comment that you answer can no longer be read.")})
    return parent if parent.parent_id is None else db.session.get(Comment, parent.parent_id)


def _twin(actor: Actor, info: SubjectInfo, parent: Comment | None, body: str) -> Comment | None:
    statement = select(Comment).where(
        Comment.author_id == actor.person_id,
        Comment.created_at > now() - SAME,
        Comment.subject_kind == info.kind,
        Comment.subject_id == info.id,
        Comment.parent_id == parent.id if parent else Comment.parent_id.is_(None),
        Comment.body == body,
        Comment.status != "removed",
    )
    return db.session.execute(statement.limit(1)).scalar_one_or_none()


def _locked(comment_id: int) -> Comment:
    statement = select(Comment).where(Comment.id == comment_id)
    comment = db.session.execute(
        statement.with_for_update().execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if comment is None:
        raise NotFound(_("We do not have this comment."))
    return comment


def _add_version(comment: Comment, number: int) -> None:
    version = CommentVersion(comment_id=comment.id, number=number, body=comment.body, html=comment.html, made_at=now())
    db.session.add(version)
    db.session.flush()
    comment.version_id = version.id
    db.session.flush()


def _count(comment: Comment, delta: int) -> None:
    registries.commentable[comment.subject_kind].counted(comment.subject_id, delta)
    touch(comment.subject_kind, comment.subject_id)
