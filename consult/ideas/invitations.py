"""What lets an idea be sent, and what is said where nothing does; and late entries: leave to send one idea after the
consultation has closed, by a mailed link and until a day.

Late entries come only while the consultation is closed and not evaluated yet. The link is the key; what is stored of it is
a hash.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from sqlalchemy import func, select

from consult.accounts.tokens import new_token
from consult.consultations.models import Consultation
from consult.core import audit
from consult.core.access import Actor
from consult.core.clock import LOCAL, local, now, start_of_day, today
from consult.core.db import db
from consult.core.errors import Conflict, Invalid, NotFound, Refused
from consult.core.forms import email_key
from consult.core.i18n import _, current_language, format_day
from consult.ideas import mails, rules, tokens
from consult.ideas.models import AWAITING, DRAFT, Idea, IdeaInvitation

audit.declare("idea.late_invited", "invitation_id")
audit.declare("idea.late_revoked", "invitation_id")

LONGEST = timedelta(days=60)


def last_day_of(invitation: IdeaInvitation, consultation: Consultation) -> date:
    """The last day, in Germany, on which an idea can be sent by it: the one that was chosen, or the one before the
    evaluation, which may have been moved forward since."""
    return local(rules.in_time(invitation.valid_until - timedelta(microseconds=1), consultation)).date()


def latest_day(consultation: Consultation) -> date:
    """The last day that an invitation sent today can be for."""
    return local(rules.in_time(start_of_day(today() + LONGEST), consultation)).date()


def invitation_by_token(token: str) -> IdeaInvitation | None:
    """The invitation behind a link, whatever became of it."""
    if not tokens.LATE.match(token):
        return None
    statement = select(IdeaInvitation).where(IdeaInvitation.token_hash == tokens.token_hash(token))
    return db.session.execute(statement).scalar_one_or_none()


def invitation_of(idea: Idea) -> IdeaInvitation | None:
    """The invitation by which an idea was begun."""
    return db.session.get(IdeaInvitation, idea.invitation_id) if idea.invitation_id is not None else None


def lets_send(invitation: IdeaInvitation | None, consultation: Consultation) -> bool:
    """Whether an idea may be sent by this invitation now; one that has served does so no more."""
    return (
        invitation is not None
        and invitation.consultation_id == consultation.id
        and invitation.revoked_at is None
        and now() < invitation.valid_until
        and consultation.phase == "closed"
    )


def is_invited(idea: Idea, consultation: Consultation) -> bool:
    """Whether a late invitation lets this idea be sent, if it has not served yet."""
    return lets_send(invitation_of(idea), consultation)


def has_served(invitation: IdeaInvitation) -> bool:
    """Whether an idea was sent by it already; what is not confirmed yet has no number and does not count."""
    statement = select(Idea.id).where(Idea.invitation_id == invitation.id, Idea.number.is_not(None)).limit(1)
    return db.session.execute(statement).first() is not None


def for_draft(idea: Idea, consultation: Consultation, address: str) -> IdeaInvitation | None:
    """By which a draft may be sent late: the invitation by which it was begun; of one begun before the end, an invitation to
    `address`, which is its writer's, that has not served yet."""
    if idea.status != DRAFT or idea.invitation_id is not None:
        return invitation_of(idea) if idea.status == DRAFT else None
    if consultation.phase != "closed" or not address:
        return None
    statement = select(IdeaInvitation).where(
        IdeaInvitation.consultation_id == consultation.id, func.lower(IdeaInvitation.email) == email_key(address)
    )
    found = db.session.execute(statement.order_by(IdeaInvitation.id.desc()).limit(10)).scalars().all()
    return next((one for one in found if lets_send(one, consultation) and not has_served(one)), None)


def take(idea: Idea, consultation: Consultation, address: str) -> None:
    """Let a draft that was begun before the end be sent by an invitation to its writer's address, if there is one."""
    found = for_draft(idea, consultation, address)
    if found is not None:
        idea.invitation_id = found.id


def begun_by(actor: Actor, invitation: IdeaInvitation) -> Idea | None:
    """What the actor has begun by an invitation and not sent, or not confirmed, yet: the last of it. Signed out it is
    whoever holds the link."""
    unsent = (Idea.invitation_id == invitation.id, Idea.status.in_((DRAFT, AWAITING)))
    drafts = select(Idea).where(*unsent).order_by(Idea.id.desc())
    found = db.session.execute(drafts.limit(20)).scalars().all()
    return next((one for one in found if one.author_id == actor.person_id and rules.reaches(actor, one)), None)


def closed_sentence(consultation: Consultation) -> str:
    """Why nothing can be sent now."""
    if consultation.phase == "announced" and consultation.opens_on:
        return _(
            "Ideas can be sent from %(day)s on. Your draft stays stored until then.",
            day=format_day(consultation.opens_on),
        )
    if consultation.closes_on and consultation.phase != "inactive":
        return _("Ideas could be sent until %(day)s. Your draft stays stored.", day=format_day(consultation.closes_on))
    return _("Nothing can be sent to this consultation at present. Your draft stays stored.")


def served_sentence() -> str:
    """Why nothing more can be sent by an invitation that has served."""
    return _("An idea was already sent with this invitation; each invitation is for one. Your draft stays stored.")


def is_used_up(idea: Idea, consultation: Consultation) -> bool:
    """Whether another idea was sent by the invitation by which this one was begun, and nothing else lets it be sent.

    The invitation stays locked until the transaction ends, so that of two ideas sent at the same moment one is told.
    """
    if idea.invitation_id is None or consultation.phase == "open":
        return False
    statement = select(IdeaInvitation).where(IdeaInvitation.id == idea.invitation_id).with_for_update()
    invitation = db.session.execute(statement).scalar_one_or_none()
    return invitation is not None and has_served(invitation)


def invitations_of(consultation_id: int) -> list[tuple[IdeaInvitation, int]]:
    """The late invitations to a consultation, the newest first, with how many ideas were sent by each; one query."""
    sent = (
        select(func.count())
        .where(Idea.invitation_id == IdeaInvitation.id, Idea.number.is_not(None))
        .correlate(IdeaInvitation)
        .scalar_subquery()
    )
    statement = (
        select(IdeaInvitation, sent)
        .where(IdeaInvitation.consultation_id == consultation_id)
        .order_by(IdeaInvitation.id.desc())
        .limit(200)
    )
    return [(row[0], row[1]) for row in db.session.execute(statement)]


def refuse_others(actor: Actor, consultation_id: int) -> None:
    """Refused for who may not invite late entries to this consultation."""
    if not rules.can_invite_late(actor, consultation_id):
        raise Refused(_("Only administrators and officials can invite late entries."))


def invite_late(
    actor: Actor, consultation: Consultation, email: str, note: str, last_day: date | None
) -> IdeaInvitation:
    """Mail somebody the link by which they can still send an idea, until the end of a day in Berlin."""
    refuse_others(actor, consultation.id)
    if consultation.phase != "closed":
        raise Conflict(_("Late entries are possible only after the end, and before the evaluation begins."))
    if not email:
        raise Invalid({"email": _("Please enter your e-mail address.")})
    latest = latest_day(consultation)
    if last_day is not None and last_day > latest and latest < today() + LONGEST:
        words = _("Please choose a day up to %(day)s: the evaluation begins after it.", day=format_day(latest))
        raise Invalid({"last_day": words})
    if last_day is None or not today() <= last_day <= latest:
        raise Invalid({"last_day": _("Please choose a day within the next %(number)s days.", number=LONGEST.days)})
    token, moment = new_token(), now()
    invitation = IdeaInvitation(
        consultation_id=consultation.id, email=email, note=note, token_hash=tokens.token_hash(token),
        valid_until=datetime.combine(last_day + timedelta(days=1), time(), LOCAL), created_by=actor.person_id,
        created_at=moment,
    )  # fmt: skip
    db.session.add(invitation)
    db.session.flush()
    audit.record(
        "idea.late_invited", actor, ("consultation", consultation.id), invitation_id=invitation.id,
        detail={"email": email},
    )  # fmt: skip
    mails.send_late_invitation(consultation, invitation, token, current_language())
    return invitation


def revoke(actor: Actor, consultation: Consultation, invitation_id: int) -> None:
    """Take an invitation back; what was sent by it stays."""
    refuse_others(actor, consultation.id)
    invitation = db.session.get(IdeaInvitation, invitation_id)
    if invitation is None or invitation.consultation_id != consultation.id:
        raise NotFound()
    if invitation.revoked_at is None:
        invitation.revoked_at = now()
        audit.record("idea.late_revoked", actor, ("consultation", consultation.id), invitation_id=invitation.id)
