"""Who may do what to an idea, and which state follows on which: the policy of this room on one page.

Pure predicates. An *author* is the signed-in person whose idea it is, or whoever holds its secret link: the link is the
key of those who write without an account. What a moderator may is decided by moderation, which knows the cases.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from consult.core.access import Actor
from consult.core.audiences import AGENCY, ANONYMOUS, AUDIENCES, MINISTRY, PUBLIC, readable_by
from consult.core.states import Machine, Transition
from consult.ideas.models import (
    AWAITING,
    AWAITING_RELEASE,
    CLOSED,
    CONFIRMED,
    DECLINED,
    DRAFT,
    HIDDEN,
    INVITED,
    IS_AUTHOR,
    LEFT,
    MERGED,
    PUBLISHED,
    REJECTED,
    REMOVED,
    RETURNED,
    SUBMITTED,
    UNASKED,
    WITHDRAWN,
    Answer,
    Idea,
)
from consult.organisations.rules import may_approve, may_write_for

AUTHOR, MODERATOR, JOB = "author", "moderator", "job"
APPROVER = "approver of the organisation, not the author if there is another"
MAKER = "maker of the decision, within ten minutes"
ANOTHER = "another moderator, after a complaint or a second look"

MACHINE = Machine(
    "idea",
    DRAFT,
    [
        Transition(DRAFT, "send", SUBMITTED, AUTHOR),
        Transition(DRAFT, "ask_confirmation", AWAITING, AUTHOR),
        Transition(AWAITING, "ask_confirmation", AWAITING, AUTHOR),
        Transition(AWAITING, "confirm", SUBMITTED, AUTHOR),
        Transition(AWAITING, "lapse", DRAFT, JOB),
        Transition(DRAFT, "ask_release", AWAITING_RELEASE, AUTHOR),
        Transition(AWAITING_RELEASE, "release", SUBMITTED, APPROVER),
        Transition(AWAITING_RELEASE, "return_draft", DRAFT, APPROVER),
        Transition(AWAITING_RELEASE, "take_back", DRAFT, AUTHOR),
        # what is written beside a sent text waits without changing how the idea stands: `Idea.release_asked_at` tells it
        *(
            Transition(state, act, target, who)
            for state, released in ((RETURNED, SUBMITTED), (PUBLISHED, PUBLISHED))
            for act, target, who in (
                ("ask_release", state, AUTHOR),
                ("release", released, APPROVER),
                ("return_draft", state, APPROVER),
                ("take_back", state, AUTHOR),
            )
        ),
        Transition(SUBMITTED, "publish", PUBLISHED, MODERATOR),
        Transition(SUBMITTED, "return", RETURNED, MODERATOR),
        Transition(SUBMITTED, "reject", REJECTED, MODERATOR),
        Transition(RETURNED, "resend", SUBMITTED, AUTHOR),
        Transition(RETURNED, "close", CLOSED, JOB),
        Transition(PUBLISHED, "send_version", PUBLISHED, AUTHOR),
        Transition(PUBLISHED, "publish_version", PUBLISHED, MODERATOR),
        Transition(PUBLISHED, "return_version", PUBLISHED, MODERATOR),
        Transition(PUBLISHED, "reject_version", PUBLISHED, MODERATOR),
        Transition(PUBLISHED, "hide", HIDDEN, MODERATOR),
        Transition(HIDDEN, "restore", PUBLISHED, MODERATOR),
        Transition(HIDDEN, "remove", REMOVED, MODERATOR),
        Transition(PUBLISHED, "withdraw", WITHDRAWN, AUTHOR),
        Transition(AWAITING, "withdraw", WITHDRAWN, AUTHOR),
        Transition(SUBMITTED, "withdraw", WITHDRAWN, AUTHOR),
        Transition(RETURNED, "withdraw", WITHDRAWN, AUTHOR),
        Transition(PUBLISHED, "reverse_publish", SUBMITTED, MAKER),
        Transition(RETURNED, "reverse_return", SUBMITTED, MAKER),
        Transition(REJECTED, "reverse_reject", SUBMITTED, MAKER),
        Transition(HIDDEN, "reverse_hide", PUBLISHED, MAKER),
        Transition(PUBLISHED, "reverse_restore", HIDDEN, MAKER),
        Transition(REMOVED, "reverse_remove", HIDDEN, MAKER),
        Transition(PUBLISHED, "reverse_version", PUBLISHED, MAKER),
        Transition(SUBMITTED, "redact", PUBLISHED, MODERATOR),
        Transition(PUBLISHED, "redact_version", PUBLISHED, MODERATOR),
        Transition(PUBLISHED, "redact_public", PUBLISHED, MODERATOR),
        Transition(PUBLISHED, "reverse_redact", SUBMITTED, MAKER),
        Transition(PUBLISHED, "reverse_redact_public", PUBLISHED, MAKER),
        Transition(SUBMITTED, "merge", MERGED, MODERATOR),
        Transition(PUBLISHED, "merge", MERGED, MODERATOR),
        Transition(MERGED, "reverse_merge", PUBLISHED, MAKER),
        Transition(MERGED, "reverse_merge_submitted", SUBMITTED, MAKER),
        Transition(SUBMITTED, "split", SUBMITTED, MODERATOR),
        Transition(SUBMITTED, "reverse_split", SUBMITTED, MAKER),
        Transition(SUBMITTED, "rejoin", WITHDRAWN, MAKER),
        Transition(REJECTED, "reinstate", PUBLISHED, ANOTHER),
        Transition(RETURNED, "reinstate", PUBLISHED, ANOTHER),
        Transition(REMOVED, "reinstate", PUBLISHED, ANOTHER),
        Transition(HIDDEN, "reinstate", PUBLISHED, ANOTHER),
        Transition(MERGED, "reinstate", PUBLISHED, ANOTHER),
        Transition(PUBLISHED, "reinstate_version", PUBLISHED, ANOTHER),
        Transition(PUBLISHED, "unredact", PUBLISHED, ANOTHER),
    ],
    {
        "send": "idea.sent",
        "ask_confirmation": "idea.confirmation_asked",
        "confirm": "idea.confirmed",
        "lapse": "idea.confirmation_lapsed",
        "ask_release": "idea.release_asked",
        "release": "idea.released",
        "return_draft": "idea.release_returned",
        "take_back": "idea.release_taken_back",
        "publish": "idea.published",
        "return": "idea.returned",
        "reject": "idea.rejected",
        "resend": "idea.sent_again",
        "close": "idea.closed",
        "send_version": "idea.version_sent",
        "publish_version": "idea.version_published",
        "return_version": "idea.version_returned",
        "reject_version": "idea.version_rejected",
        "hide": "idea.hidden",
        "restore": "idea.restored",
        "remove": "idea.removed",
        "withdraw": "idea.withdrawn",
        "reverse_publish": "idea.decision_reversed",
        "reverse_return": "idea.decision_reversed",
        "reverse_reject": "idea.decision_reversed",
        "reverse_hide": "idea.decision_reversed",
        "reverse_restore": "idea.decision_reversed",
        "reverse_remove": "idea.decision_reversed",
        "reverse_version": "idea.decision_reversed",
        "redact": "idea.published_redacted",
        "redact_version": "idea.version_published_redacted",
        "redact_public": "idea.redacted",
        "reverse_redact": "idea.decision_reversed",
        "reverse_redact_public": "idea.decision_reversed",
        "merge": "idea.merged",
        "reverse_merge": "idea.decision_reversed",
        "reverse_merge_submitted": "idea.decision_reversed",
        "split": "idea.split",
        "reverse_split": "idea.decision_reversed",
        "rejoin": "idea.rejoined",
        "reinstate": "idea.reinstated",
        "reinstate_version": "idea.version_reinstated",
        "unredact": "idea.unredacted",
    },
)


@dataclass(frozen=True)
class Terms:
    """How long things may wait before a job ends them, and how long before that their author is reminded."""

    confirmation: timedelta = timedelta(days=7)
    revision: timedelta = timedelta(days=30)
    draft: timedelta = timedelta(days=60)
    reminder: timedelta = timedelta(days=7)


TERMS = Terms()

# Who stands for an idea beside its author.
COAUTHOR = Machine(
    "idea_coauthor",
    INVITED,
    [
        Transition(INVITED, "confirm", CONFIRMED, "who was invited"),
        Transition(INVITED, "decline", DECLINED, "who was invited"),
        Transition(CONFIRMED, "leave", LEFT, "co-author"),
        Transition(INVITED, "remove", LEFT, AUTHOR),
        Transition(CONFIRMED, "remove", LEFT, AUTHOR),
        Transition(DECLINED, "invite", INVITED, AUTHOR),
        Transition(LEFT, "invite", INVITED, AUTHOR),
        Transition(UNASKED, "invite", INVITED, AUTHOR),
        Transition(UNASKED, "remove", LEFT, AUTHOR),
        Transition(IS_AUTHOR, "remove", LEFT, AUTHOR),
    ],
    {
        "confirm": "idea.coauthor_confirmed",
        "decline": "idea.coauthor_declined",
        "leave": "idea.coauthor_left",
        "remove": "idea.coauthor_removed",
        "invite": "idea.coauthor_invited_again",
    },
)

# In these states the texts of an idea can be deleted for good.
ERASABLE = frozenset({WITHDRAWN, REJECTED, REMOVED, CLOSED})
# In these states others may come to stand for the idea, too.
COMPANIONABLE = frozenset({SUBMITTED, RETURNED, PUBLISHED})
# In these states the author may write: a first text, a revised one, a new version beside the public one.
WRITABLE = frozenset({DRAFT, RETURNED, PUBLISHED})
# In these states others read what was sent, or may read it soon: then its author can let fewer people read it at once.
NARROWABLE = frozenset({SUBMITTED, PUBLISHED, HIDDEN})
RESTRICTED = frozenset({AGENCY, MINISTRY})
OPEN_TO_ALL = frozenset({PUBLIC, ANONYMOUS})


class HasPhase(Protocol):
    """Whatever has a phase: a consultation."""

    @property
    def phase(self) -> str: ...


class HasEnd(Protocol):
    """Whatever has moments from which on nothing of it is taken any more: a consultation."""

    @property
    def evaluation_at(self) -> datetime | None: ...

    @property
    def results_at(self) -> datetime | None: ...


def is_author(actor: Actor, idea: Idea) -> bool:
    """The signed-in person whose idea it is."""
    return actor.signed_in and idea.author_id == actor.person_id


def is_involved(actor: Actor, idea: Idea) -> bool:
    """Author or member of the author's organisation: they never decide on it."""
    return is_author(actor, idea) or (
        idea.organisation_id is not None and idea.organisation_id in actor.organisation_ids
    )


def reaches(actor: Actor, idea: Idea) -> bool:
    """Whether the actor may come to what is not public of an idea, if they have its link. What belongs to an organisation
    is open to those who write for it, as long as they do; its link alone opens nothing."""
    return idea.organisation_id is None or may_write_for(actor, idea.organisation_id)


def has_entered(actor: Actor, idea: Idea) -> bool:
    """Whether the actor typed it on behalf of its author: it is not theirs, and yet they never decide on it."""
    return actor.signed_in and idea.entered_by == actor.person_id


def speaks_for(actor: Actor, idea: Idea) -> bool:
    """Whether the actor acts in the idea's name: who belongs to its organisation; its author where it has none."""
    if idea.organisation_id is not None:
        return idea.organisation_id in actor.organisation_ids
    return is_author(actor, idea)


def may_come_to_links(actor: Actor, idea: Idea) -> bool:
    """Whether whoever looks at the private page is shown the way to the idea's links: who speaks for the idea, and signed
    out its author, who can sign in by a mailed link."""
    if not idea.is_public:
        return False
    return speaks_for(actor, idea) if actor.signed_in else idea.author_id is not None


def can_write(idea: Idea) -> bool:
    """Whether there is something to write at: nothing waits for a decision, and the idea is not at its end."""
    return idea.status in WRITABLE and not idea.has_waiting_version and not idea.waits_for_release


def can_edit(actor: Actor, idea: Idea) -> bool:
    """Whether the actor may write at it now: who reaches it, and while it waits for a release those who release."""
    if idea.waits_for_release:
        return idea.organisation_id is not None and may_approve(actor, idea.organisation_id)
    return can_write(idea) and reaches(actor, idea)


def can_send_as(actor: Actor, idea: Idea) -> bool:
    """A draft that belongs to an account is sent by its owner only, even where others have its link; an organisation's by
    whoever writes for it."""
    if idea.organisation_id is not None:
        return may_write_for(actor, idea.organisation_id)
    return idea.author_id is None or idea.author_id == actor.person_id


def can_delete_draft(actor: Actor, idea: Idea) -> bool:
    """Throw away what is written: of an organisation's draft its author, and who releases there."""
    if idea.organisation_id is None or actor.is_system:
        return True
    return reaches(actor, idea) and (is_author(actor, idea) or may_approve(actor, idea.organisation_id))


def can_send_in(consultation: HasPhase, idea_status: str, invited: bool = False) -> bool:
    """What the phase allows: new ideas and new versions while it is open; what was returned, and late entries by an
    invitation that holds good, also after its end."""
    late = idea_status == RETURNED or (invited and idea_status == DRAFT)
    return consultation.phase == "open" or (late and consultation.phase == "closed")


def in_time(moment: datetime, consultation: HasEnd) -> datetime:
    """The moment, or the last one before the evaluation where that comes first: from then on nothing is taken, whatever
    was asked or promised before."""
    last = _taken_until(consultation)
    return moment if last is None else min(moment, last)


def _taken_until(consultation: HasEnd) -> datetime | None:
    """The last moment at which anything is taken; None where no end is set."""
    ends = [one for one in (consultation.evaluation_at, consultation.results_at) if one is not None]
    return min(ends) - timedelta(microseconds=1) if ends else None


def mended_until(status: str, asked_at: datetime, consultation: HasEnd) -> datetime | None:
    """The last moment at which the change is taken that moderation asked for. A first text is closed after a while; a new
    version of what is public waits as long as anything is taken, None where no end is set."""
    return in_time(asked_at + TERMS.revision, consultation) if status == RETURNED else _taken_until(consultation)


def can_invite_late(actor: Actor, consultation_id: int) -> bool:
    """Let somebody send an idea after the end: administrators, and officials of the consultation."""
    return actor.may("admin.consultations") or actor.may("responses.publish", consultation_id)


def can_withdraw(idea: Idea) -> bool:
    return MACHINE.target(idea.status, "withdraw") is not None


def can_support(actor: Actor, idea: Idea, phase: str = "open") -> bool:
    """Support is given to others' ideas, while they are public and the consultation is open."""
    return (
        phase == "open"
        and actor.may("ideas.support", idea.consultation_id)
        and idea.is_public
        and not is_author(actor, idea)
    )


def can_open_page(actor: Actor, idea: Idea, audiences: frozenset[str]) -> bool:
    """Whether the reader may open the page of a published idea whose answers have these audiences.

    An idea for agency and ministry alone has a page for those only who may read one of its answers.
    """
    return idea.is_public or (
        idea.status == PUBLISHED and bool(audiences & restricted_for(actor, idea.consultation_id))
    )


def restricted_for(actor: Actor, consultation_id: int | None = None) -> frozenset[str]:
    """The audiences beyond "everyone" whose texts the actor reads in a consultation: each look is noted."""
    return readable_by(actor, consultation_id) & RESTRICTED


def reads_all(actor: Actor, idea: Idea, beside: bool = False) -> bool:
    """Whether the actor reads what is not public because it is their own: authors (with `beside` co-authors, too), and
    approvers of the organisation."""
    approver = idea.organisation_id is not None and may_approve(actor, idea.organisation_id)
    return (is_author(actor, idea) and reaches(actor, idea)) or approver or beside


def narrowable(public: Sequence[Answer], waiting: Sequence[Answer]) -> dict[int, Answer]:
    """By question, the answers that others read or may read soon: those of the public version, and of the one that waits
    those to further questions."""
    return {one.question_id: one for one in (*waiting, *public)}


def is_narrower(new: str, old: str) -> bool:
    """Whether fewer people read an answer with the audience `new` than with `old`."""
    return AUDIENCES.index(new) > AUDIENCES.index(old)


def shown_to(said: Sequence[str | None]) -> str:
    """For whom an answer of an earlier version is now.

    `said` are the audiences of the answers to its question in that version and in each one since, up to the public one;
    None where it is not answered. The narrowest holds: who lets more people read a later answer says so of that one alone.
    """
    return max((one for one in said if one is not None), key=AUDIENCES.index)
