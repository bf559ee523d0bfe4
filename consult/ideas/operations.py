"""What authors do with an idea: write, send, confirm, revise, withdraw, narrow; and what readers do: support.

Every function flushes and never commits. Whoever holds the secret link of an idea is its author here; the views have
looked the link up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, select, update

from consult.accounts.operations import as_actor, confirm_person, ensure_person
from consult.consultations.models import Consultation, Question
from consult.consultations.operations import take_number
from consult.consultations.queries import questions_of, with_questions
from consult.core import audit
from consult.core.access import Actor, check_not_suspended
from consult.core.clock import now
from consult.core.db import db
from consult.core.errors import Conflict, Invalid, NotFound, Over, Refused
from consult.core.forms import email_problem
from consult.core.i18n import _
from consult.core.states import move
from consult.ideas import (
    attachments,
    coauthoring,
    invitations,
    mails,
    news,
    redactions,
    repeats,
    rules,
    sharing,
    signoff,
    tokens,
    transfers,
)
from consult.ideas.coauthors import is_coauthor
from consult.ideas.drafting import draft_row, insert_into, locked, narrow_draft, use_up
from consult.ideas.drafts import Content, coauthors_fault, length_faults, secret_fault
from consult.ideas.models import (
    AWAITING,
    DRAFT,
    HELD,
    RETURNED,
    WAITING,
    WITHDRAWN,
    Answer,
    Idea,
    IdeaDraft,
    IdeaVersion,
    Support,
)
from consult.ideas.publishing import answers_of, refresh_public
from consult.ideas.versions import make_version, returned_version
from consult.moderation.blackening import stands_in
from consult.moderation.operations import hold_case, open_case, withdraw_case
from consult.organisations import acting
from consult.organisations.queries import own_organisation
from consult.organisations.rules import may_write_for

audit.declare("idea.audience_narrowed", "question_id", "from", "to")
audit.declare("idea.version_withdrawn", "version_id")


# ---- sending --------------------------------------------------------------------------------------------------------


def send(actor: Actor, idea_id: int, *, email: str, language: str) -> Idea:
    """Send what is written. Signed in it is submitted at once, or waits for a release where the organisation wants one;
    signed out an address has to be confirmed first.

    Invalid with the fields that lack something; Refused where the draft belongs to somebody else's account.
    """
    idea = locked(idea_id)
    if not rules.can_write(idea):
        raise Conflict(_("This idea was sent already."))
    draft = draft_row(idea)
    content = Content.of_document(draft.content)
    consultation, questions = with_questions(idea.consultation_id)
    content.keep_to({one.id for one in questions})
    confirms = idea.status == DRAFT and not actor.signed_in and rules.can_send_as(actor, idea)
    check_complete(
        consultation, content, _email_fault(email) if confirms else "", _closed_faults(idea, content, questions)
    )
    invitations.take(idea, consultation, actor.email if actor.signed_in else email)
    if idea.status == DRAFT and invitations.is_used_up(idea, consultation):
        raise Invalid(message=invitations.served_sentence())
    standing = RETURNED if consultation.phase == "closed" and returned_version(idea) is not None else idea.status
    if not rules.can_send_in(consultation, standing, invitations.is_invited(idea, consultation)):
        raise Invalid(message=invitations.closed_sentence(consultation))
    sharing.check_reach(actor, idea)
    if idea.status != DRAFT:
        return _send_next(author_actor(actor, idea), idea, content, consultation)
    if not rules.can_send_as(actor, idea):
        raise Invalid(message=_("This draft belongs to an account. Please sign in with it to send the idea."))
    if not actor.signed_in:
        return _ask_confirmation(actor, idea, email, language)
    if sent := repeats.sent_already(actor.person_id, idea, content):
        raise Invalid(message=_("You have sent this text already: it has the number %(number)s.", number=sent.number))
    place = idea.organisation_id or _organisation_named(actor, content)
    organisation = signoff.signing_organisation(actor, place)
    if organisation is not None:
        if repeats.waits_already(sharing.author_for(actor, idea).person_id, idea, content):
            raise Invalid(message=_("You have sent this text already: it waits to be released in your organisation."))
        return signoff.ask(actor, idea, content, organisation)
    idea.organisation_id = place
    author = sharing.author_for(actor, idea)
    return submit(actor, idea, content, consultation, "send", author)


def _organisation_named(actor: Actor, content: Content) -> int | None:
    """The actor's organisation in whose name it is written. Invalid where they belong to it, but do not write for it."""
    found = own_organisation(actor, content.organisation)
    if found is not None and not may_write_for(actor, found):
        raise Invalid({"organisation": _("You do not write for this organisation. Whoever speaks for it can let you.")})
    return found


def _closed_faults(idea: Idea, content: Content, questions: Sequence[Question]) -> dict[str, str]:
    """Answers to questions that take none any more; those that this idea gave before may be mended and sent."""
    closed = {one.id: one.position for one in questions if one.is_closed and one.id in content.given}
    if not closed:
        return {}
    sent = select(Answer.question_id).join(IdeaVersion, IdeaVersion.id == Answer.version_id)
    before = set(db.session.execute(sent.where(IdeaVersion.idea_id == idea.id)).scalars())
    why = _("This question takes no more answers. Please move your text to another question, or take it out.")
    return {f"answer-{position}": why for one_id, position in closed.items() if one_id not in before}


def check_complete(
    consultation: Consultation, content: Content, email_fault: str = "", closed: Mapping[str, str] | None = None
) -> None:
    """Invalid at the fields of what cannot be sent: something is missing, too long or wrong, or a secret stands nowhere;
    `closed` are the faults of answers that come too late for their question."""
    faults: dict[str, str] = {"email": email_fault} if email_fault else {}
    if not content.title.strip():
        faults["title"] = _("Please write a title of up to %(number)s characters.", number=120)
    if not content.given:
        questions = questions_of(consultation.id)
        takes = [one for one in questions if not one.is_closed] or questions
        if takes:
            faults[f"answer-{takes[0].position}"] = _("Please answer at least one question, whichever you like.")
    faults |= closed or {}
    faults |= _secret_faults(consultation, content)
    if fault := coauthors_fault(content.coauthors):
        faults["coauthors"] = fault
    faults |= _too_long(consultation, content)
    if faults:
        raise Invalid(faults)


def _too_long(consultation: Consultation, content: Content) -> dict[str, str]:
    """What has to be shortened; a draft keeps it as it is."""
    faults = length_faults(content)
    positions = {one.id: one.position for one in questions_of(consultation.id)} if any(n for _f, n in faults) else {}
    return {
        f"{field}-{positions[number]}" if number in positions else field: why for (field, number), why in faults.items()
    }


def _secret_faults(consultation: Consultation, content: Content) -> dict[str, str]:
    """Business secrets that stand in their answer no longer: it was changed since, and they would be readable."""
    faults: dict[str, str] = {}
    if not content.secrets:
        return faults
    positions = {one.id: one.position for one in questions_of(consultation.id)}
    for question_id, passages in content.secrets.items():
        written = content.given.get(question_id)
        lost = [one for one in passages if written is None or not stands_in(written.body, one)]
        if lost and question_id in positions:
            faults[f"secret-{positions[question_id]}"] = secret_fault(lost[0])
    return faults


def author_actor(actor: Actor, idea: Idea) -> Actor:
    """Who acts by the status link: the signed-in person, or the idea's author, known by the link."""
    if actor.signed_in or idea.author_id is None:
        return actor
    person = mails.author_of(idea)
    return as_actor(person) if person is not None else actor


def _email_fault(email: str) -> str:
    if not email:
        return _("Please enter your e-mail address. We send you a link to confirm it.")
    return email_problem(email)


def _ask_confirmation(actor: Actor, idea: Idea, email: str, language: str) -> Idea:
    if problem := _email_fault(email):
        raise Invalid({"email": problem})
    token = tokens.confirm_token(idea.draft_key, email)
    mails.check_recipient(email)
    idea.author_email, idea.language = email, language
    idea.confirm_token_hash = tokens.token_hash(token)
    idea.moved_at = now()
    move(rules.MACHINE, idea, "ask_confirmation", actor)
    db.session.flush()
    mails.send_confirmation(idea, email, language, token)
    return idea


def ask_again(actor: Actor, idea_id: int, email: str, language: str) -> Idea:
    """Send the link to confirm once more, perhaps to another address; the earlier link no longer counts then."""
    idea = locked(idea_id)
    if idea.status != AWAITING:
        raise Conflict(_("This idea was sent already."))
    check_confirmable(db.session.get_one(Consultation, idea.consultation_id))
    return _ask_confirmation(actor, idea, email, language)


def check_confirmable(consultation: Consultation) -> None:
    """Over once the evaluation has begun. What was asked for in time is confirmed after the end, too."""
    if consultation.phase not in ("open", "closed"):
        raise Over(invitations.closed_sentence(consultation))


def confirm(idea_id: int) -> Idea | repeats.Sent:
    """The address is confirmed: its person is the author, and the idea is submitted and gets its number.

    Who has sent and confirmed the same text before, while the link was valid, makes no second idea of it: this one is
    withdrawn, and what is returned is the other.
    """
    idea = locked(idea_id)
    if idea.status != AWAITING:
        raise Conflict(_("This idea was sent already."))
    consultation = db.session.get_one(Consultation, idea.consultation_id)
    check_confirmable(consultation)
    person = ensure_person(idea.author_email, idea.language)
    confirm_person(person)
    actor = as_actor(person)
    idea.author_email = ""  # the link stays known: used again it leads to the status
    content = Content.of_document(draft_row(idea).content)
    content.keep_to({one.id for one in questions_of(consultation.id)})
    if sent := repeats.sent_already(person.id, idea, content, rules.TERMS.confirmation):
        move(rules.MACHINE, idea, "withdraw", actor)
        idea.moved_at = now()
        use_up(idea)
        return sent
    return submit(actor, idea, content, consultation, "confirm")


def submit(
    actor: Actor, idea: Idea, content: Content, consultation: Consultation, act: str, author: Actor | None = None
) -> Idea:
    """Number, first version, case and receipt; the draft is used up. The idea's row is written once, at the end.

    `author` is whose idea it is where the actor releases it for their organisation.
    """
    if invitations.is_used_up(idea, consultation):  # in time, but another one was confirmed or released before
        raise Conflict(invitations.served_sentence())
    _check_and_use_up(author or actor, idea)
    moment = now()
    number = take_number(consultation, moment)
    version = make_version(idea, content, moment, number=1, loaded=bool(content.secrets))
    idea.author_id, idea.number = (author or actor).person_id, number
    idea.submitted_at = idea.moved_at = moment
    if author is None:
        idea.organisation_id = own_organisation(actor, content.organisation)
    move(rules.MACHINE, idea, act, actor)
    idea.release_asked_at = None
    _put_before_moderation(actor, idea, version, content, consultation)
    coauthoring.invite_named(author or actor, idea, content.coauthors)
    return idea


def _check_and_use_up(author: Actor, idea: Idea) -> None:
    """The last that can refuse: Invalid leaves the draft as it was saved. Then it goes, before anything else is asked, so
    that what this request saved of it is not written only to be deleted."""
    check_not_suspended(author)
    use_up(idea)


def _send_next(actor: Actor, idea: Idea, content: Content, consultation: Consultation) -> Idea:
    """A revised text, or a new version of a public one; it is released first where the organisation wants it."""
    organisation = signoff.signing_organisation(actor, idea.organisation_id)
    if organisation is not None:
        return signoff.ask(actor, idea, content, organisation)
    return submit_next(
        actor, idea, content, consultation, "resend" if idea.status == RETURNED else "send_version",
        sharing.author_for(actor, idea),
    )  # fmt: skip


def submit_next(
    actor: Actor, idea: Idea, content: Content, consultation: Consultation, act: str, author: Actor
) -> Idea:
    """The next version and its case: it waits, and what is public stays so. `author` is in whose name it is sent."""
    _check_and_use_up(author, idea)
    version = make_version(idea, content, now())
    move(rules.MACHINE, idea, act, actor)
    idea.moved_at, idea.reminded_at, idea.release_asked_at = now(), None, None
    if idea.organisation_id is not None:
        idea.author_id = author.person_id
    _put_before_moderation(actor, idea, version, content, consultation)
    news.tell_coauthors(actor, idea, version)
    return idea


def _put_before_moderation(
    actor: Actor, idea: Idea, version: IdeaVersion, content: Content, consultation: Consultation
) -> None:
    redactions.keep_secrets(version, content.secrets)
    if version.number > 1:
        redactions.carry_over(version)
        attachments.carry_over(version)
    idea.waiting_version_id = version.id
    if idea.public_version_id is None:
        idea.title, idea.language = version.title, version.language
        idea.sector, idea.region, idea.size = version.sector, version.region, version.size
    case = open_case(
        "idea", idea.id, version.id, consultation_id=consultation.id, due_days=consultation.promised_days,
        title=version.title, language=version.language, author_id=idea.author_id, actor=actor,
        is_first=version.number == 1,
    )  # fmt: skip
    mails.send_receipt(actor, idea, version, case.due_at)


# ---- afterwards -----------------------------------------------------------------------------------------------------


def withdraw(actor: Actor, idea_id: int) -> Idea:
    """The author takes the idea back. Of what was public, number and dates stay at its address; the text does not."""
    hold_case("idea", idea_id)
    idea = locked(idea_id)
    sharing.check_reach(actor, idea)
    by = author_actor(actor, idea)
    move(rules.MACHINE, idea, "withdraw", by)
    withdraw_case("idea", idea.id, by)
    _drop_waiting(idea)
    idea.moved_at, idea.release_asked_at = now(), None
    db.session.execute(delete(IdeaDraft).where(IdeaDraft.idea_id == idea.id))
    idea.confirm_token_hash = None
    refresh_public(idea)
    mails.send_withdrawn(idea)
    news.tell_withdrawn(actor, idea)
    idea.author_email = ""
    return idea


def _drop_waiting(idea: Idea) -> None:
    """Versions that wait, or were set aside, are withdrawn."""
    statement = select(IdeaVersion).where(IdeaVersion.idea_id == idea.id, IdeaVersion.state.in_((WAITING, HELD)))
    for version in db.session.execute(statement).scalars():
        version.state = WITHDRAWN
    idea.waiting_version_id = None


def withdraw_version(actor: Actor, idea_id: int) -> Idea:
    """Take back a new version that waits; what is public stays as it is."""
    hold_case("idea", idea_id)
    idea = locked(idea_id)
    if not idea.has_waiting_version:
        raise Conflict(_("No new version is waiting."))
    sharing.check_reach(actor, idea)
    by = author_actor(actor, idea)
    audit.record("idea.version_withdrawn", by, ("idea", idea.id), version_id=idea.waiting_version_id)
    _drop_waiting(idea)
    withdraw_case("idea", idea.id, by)
    db.session.flush()
    return idea


def narrow_audiences(actor: Actor, idea_id: int, wanted: Mapping[int, str]) -> list[int]:
    """Let fewer people read answers of the public version, or of the one that waits for moderation: at once and everywhere.
    Returns the questions that changed.

    It holds for every version, since another one may become public by a decision, and for what is being written. Invalid
    where an audience would grow: that is a new version, and moderation reads it.
    """
    idea = locked(idea_id)
    if idea.public_version_id is None and idea.waiting_version_id is None:
        raise Conflict(_("Nothing of this idea is public."))
    sharing.check_reach(actor, idea)
    by = author_actor(actor, idea)
    changed: dict[int, str] = {}
    public, waiting = (
        answers_of([one] if one is not None else []) for one in (idea.public_version_id, idea.waiting_version_id)
    )
    for answer in rules.narrowable(public, waiting).values():
        new = wanted.get(answer.question_id, answer.audience)
        if new == answer.audience:
            continue
        if not rules.is_narrower(new, answer.audience):
            raise Invalid(message=_("More readers for an answer need a new version, which moderation reads first."))
        keys: dict[str, Any] = {"question_id": answer.question_id, "from": answer.audience, "to": new}
        audit.record("idea.audience_narrowed", by, ("idea", idea.id), **keys)
        changed[answer.question_id] = new
    if changed:
        _narrow_versions(idea, changed)
        narrow_draft(idea, changed, by)
        refresh_public(idea)
        transfers.renew_names(idea)
    return list(changed)


def _narrow_versions(idea: Idea, wanted: Mapping[int, str]) -> None:
    """In every version of an idea: whatever its state, a decision or a complaint may make it the public one."""
    statement = (
        select(Answer)
        .join(IdeaVersion, IdeaVersion.id == Answer.version_id)
        .where(IdeaVersion.idea_id == idea.id, Answer.question_id.in_(list(wanted)))
    )
    for answer in db.session.execute(statement).scalars():
        if rules.is_narrower(wanted[answer.question_id], answer.audience):
            answer.audience = wanted[answer.question_id]


def take_name_away(actor: Actor, idea_id: int) -> None:
    """The author of an idea that was merged takes their name away from the joint one: at once, everywhere and for good."""
    idea = locked(idea_id)
    sharing.check_reach(actor, idea)
    transfers.take_name_away(author_actor(actor, idea), idea)


def set_support(actor: Actor, idea_id: int, wanted: bool, organisation_id: int | None = None) -> int:
    """Stand behind an idea, for oneself or an organisation, or no longer; doing it twice changes nothing. Returns the number
    of supporters."""
    idea = db.session.get(Idea, idea_id)
    if idea is None or not idea.is_public:
        raise NotFound()
    phase = db.session.get_one(Consultation, idea.consultation_id).phase if wanted else ""
    if wanted and phase != "open":
        raise Over(_("Support could be given until the consultation closed."))
    if wanted and (not rules.can_support(actor, idea) or is_coauthor(actor, idea.id)):
        raise Refused(_("You cannot support your own idea; others can."))
    if wanted:
        if organisation_id is not None and not may_write_for(actor, organisation_id):
            raise Refused(acting.ended())
        given: Any = insert_into(Support).values(
            idea_id=idea.id, person_id=actor.person_id, organisation_id=organisation_id, created_at=now()
        )
        given = given.on_conflict_do_nothing(index_elements=["idea_id", "person_id"]).returning(Support.idea_id)
        changed = db.session.execute(given.execution_options(lively=True)).first() is not None
    else:
        own = (Support.idea_id == idea.id, Support.person_id == actor.person_id)
        changed = db.session.execute(delete(Support).where(*own).returning(Support.idea_id)).first() is not None
    if changed:
        step = 1 if wanted else -1
        db.session.execute(
            update(Idea)
            .where(Idea.id == idea.id)
            .values(support_count=Idea.support_count + step)
            .execution_options(synchronize_session=False, lively=True)
        )
        db.session.refresh(idea, ["support_count"])
    return idea.support_count


def count_comments(idea_id: int, delta: int) -> None:
    """Change the stored number of published comments."""
    db.session.execute(
        update(Idea)
        .where(Idea.id == idea_id)
        .values(comment_count=Idea.comment_count + delta)
        .execution_options(synchronize_session=False, lively=True)
    )
