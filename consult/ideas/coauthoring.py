"""Inviting co-authors, and their answer: they confirm, decline, or leave again; the author takes a name away.

Every step is an audit row, and what everybody reads of the idea follows in the same transaction.
"""

from __future__ import annotations

from sqlalchemy import delete, func, select

from consult.accounts.operations import confirm_person, ensure_person
from consult.accounts.queries import people_by_ids
from consult.core import audit
from consult.core.access import Actor
from consult.core.clock import now
from consult.core.db import db
from consult.core.errors import Conflict, Invalid, NotFound, Refused
from consult.core.forms import email_key
from consult.core.i18n import _, current_language
from consult.core.limits import TooMany
from consult.core.states import move
from consult.ideas import mails, rules, tokens, transfers
from consult.ideas.drafting import locked, newest_version_id
from consult.ideas.drafts import COAUTHORS_MAX, people_in
from consult.ideas.models import CONFIRMED, INVITED, IS_AUTHOR, UNASKED, Idea, IdeaCoauthor, Support
from consult.ideas.publishing import refresh_public
from consult.organisations.queries import organisations_by_ids
from consult.organisations.rules import may_approve, may_write_for

audit.declare("idea.coauthor_asked", "coauthor_id")
audit.declare("idea.coauthor_not_asked", "coauthor_id", "status")

MOST = COAUTHORS_MAX


def invite(actor: Actor, idea_id: int, email: str, name: str) -> IdeaCoauthor:
    """Ask somebody by mail; asking again after a refusal is possible. Invalid at `email` where it makes no sense."""
    idea = locked(idea_id)
    if idea.status not in rules.COMPANIONABLE:
        raise Conflict(_("Nobody can be invited to this idea any more."))
    key = email_key(email)
    author = people_by_ids([idea.author_id]).get(idea.author_id) if idea.author_id is not None else None
    if key in (author.email_key if author else "", email_key(idea.author_email) if idea.author_email else ""):
        raise Invalid({"email": _("That is your own address; please enter that of the other person.")})
    row = db.session.execute(
        select(IdeaCoauthor).where(IdeaCoauthor.idea_id == idea.id, IdeaCoauthor.email_key == key)
    ).scalar_one_or_none()
    if row is not None and row.status in (INVITED, CONFIRMED):
        raise Invalid({"email": _("This person was invited already.")})
    if row is None and _count(idea.id) >= MOST:
        raise Invalid({"email": _("At most %(number)s people can stand for an idea.", number=MOST)})
    mails.check_recipient(email)
    token = tokens.coauthor_token(idea.draft_key, key)
    if row is None:
        row = _add(actor, idea, email, name, rules.COAUTHOR.initial)
        audit.record("idea.coauthor_asked", actor, ("idea", idea.id), coauthor_id=row.id)
    else:
        move(rules.COAUTHOR, row, "invite", actor)
        row.invited_at, row.answered_at, row.name = now(), None, name[:120]
    mails.send_invitation(idea, row, token, author, current_language())
    db.session.flush()
    return row


def _add(actor: Actor, idea: Idea, email: str, name: str, status: str) -> IdeaCoauthor:
    key = email_key(email)
    row = IdeaCoauthor(
        idea_id=idea.id, email=email, email_key=key, name=name[:120], status=status,
        token_hash=tokens.token_hash(tokens.coauthor_token(idea.draft_key, key)),
        invited_by=actor.person_id or idea.author_id, invited_at=now(),
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    return row


def invite_named(actor: Actor, idea: Idea, lines: str) -> None:
    """Ask those whom the author named while writing, now that it is sent. Whoever cannot be asked is kept with the reason,
    so that the status page can tell it and lets ask once more."""
    for name, email in people_in(lines):
        try:
            invite(actor, idea.id, email, name)
        except TooMany:
            _not_asked(actor, idea, email, name, UNASKED)
        except Invalid:  # nobody is named twice, and not more than may stand for it: so it is the author's own address
            _not_asked(actor, idea, email, name, IS_AUTHOR)


def _not_asked(actor: Actor, idea: Idea, email: str, name: str, why: str) -> None:
    row = _add(actor, idea, email, name, why)
    audit.record("idea.coauthor_not_asked", actor, ("idea", idea.id), coauthor_id=row.id, status=why)


def _count(idea_id: int) -> int:
    statement = select(func.count()).select_from(IdeaCoauthor).where(IdeaCoauthor.idea_id == idea_id)
    return db.session.execute(statement).scalar_one()


def _locked_row(coauthor_id: int) -> IdeaCoauthor:
    statement = select(IdeaCoauthor).where(IdeaCoauthor.id == coauthor_id).with_for_update()
    row = db.session.execute(statement.execution_options(populate_existing=True)).scalar_one_or_none()
    if row is None:
        raise NotFound()
    return row


def text_of(idea: Idea) -> int:
    """The version that is read by whoever is asked to stand for an idea: the one that waits, else the public one, else the
    last that was sent."""
    return idea.waiting_version_id or idea.public_version_id or newest_version_id(idea.id) or 0


def confirm(
    actor: Actor, coauthor_id: int, token: str, name: str, organisation: str, seen: int | None = None
) -> IdeaCoauthor:
    """Stand for the idea in one's own name, or in that of an organisation for which one may write. Whoever has no account
    has confirmed the address by the mailed link. Invalid where it is not the version any more that they have `seen`."""
    row = _locked_row(coauthor_id)
    idea = locked(row.idea_id)
    if row.token_hash != tokens.token_hash(token):
        raise NotFound()
    if idea.status not in rules.COMPANIONABLE:
        raise Conflict(_("Nobody can be added to this idea any more."))
    if seen is not None and seen != text_of(idea):
        raise Invalid(message=_("The text was changed since you opened this page. Please read it again."))
    place = next((one for one in actor.memberships if str(one.organisation_id) == organisation), None)
    if organisation and (place is None or not may_write_for(actor, place.organisation_id)):
        raise Invalid({"organisation": _("You cannot write for this organisation.")})
    if place is not None and organisation:
        _check_release(actor, place.organisation_id)
    person_id = actor.person_id or _person(row, name)
    if person_id == idea.author_id:
        raise Refused(_("You are the author of this idea already."))
    row.person_id, row.name = person_id, name[:120]
    row.organisation_id = place.organisation_id if place else None
    row.organisation_name = place.name[:200] if place else ""
    row.answered_at = now()
    move(rules.COAUTHOR, row, "confirm", actor)
    _no_own_support(idea, person_id)
    _renew(idea)
    mails.tell_answered(idea, row)
    return row


def _check_release(actor: Actor, organisation_id: int) -> None:
    """Where an organisation signs off, its name stands by a text only once somebody who releases there has said so."""
    signs_off = organisations_by_ids([organisation_id])[organisation_id].signoff
    if signs_off and not may_approve(actor, organisation_id):
        raise Invalid(
            {
                "organisation": _(
                    "In this organisation somebody releases what is sent. Please have them invited, too, or stand for the "
                    "idea as a person."
                )
            }
        )


def _person(row: IdeaCoauthor, name: str) -> int:
    person = ensure_person(row.email, current_language(), name)
    confirm_person(person)
    return person.id


def _no_own_support(idea: Idea, person_id: int) -> None:
    gone = db.session.execute(
        delete(Support).where(Support.idea_id == idea.id, Support.person_id == person_id).returning(Support.person_id)
    ).first()
    if gone is not None:
        idea.support_count -= 1


def refuse(actor: Actor, coauthor_id: int, token: str) -> None:
    """Decline an invitation, or stand for the idea no longer."""
    row = _locked_row(coauthor_id)
    if row.token_hash != tokens.token_hash(token):
        raise NotFound()
    move(rules.COAUTHOR, row, "leave" if row.status == CONFIRMED else "decline", actor)
    _ended(row)
    mails.tell_answered(locked(row.idea_id), row)


def remove(actor: Actor, idea_id: int, coauthor_id: int) -> None:
    """The author takes an invitation back, or a name away. Of who was never asked nothing stays."""
    row = _locked_row(coauthor_id)
    if row.idea_id != idea_id:
        raise NotFound()
    was_asked = row.status not in (UNASKED, IS_AUTHOR)
    move(rules.COAUTHOR, row, "remove", actor)
    _ended(row)
    if not was_asked:
        db.session.delete(row)


def _ended(row: IdeaCoauthor) -> None:
    row.answered_at = now()
    row.person_id = row.organisation_id = None
    row.organisation_name = ""
    _renew(locked(row.idea_id))


def _renew(idea: Idea) -> None:
    db.session.flush()
    if idea.public_version_id is not None:
        refresh_public(idea)
    transfers.renew_names(idea)
