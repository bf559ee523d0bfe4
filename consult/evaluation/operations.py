"""Writes of responses: draft, save, publish, revise, take back. They flush and never commit.

Everyone reads a response in the same moment on the pages of all ideas that it speaks to; their people are told ten minutes
later by a job, so that a slip can be taken back before anybody has mail about it.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete, select

from consult.core import audit, jobs
from consult.core.access import Actor, Membership
from consult.core.clock import now
from consult.core.db import db
from consult.core.editing import lock
from consult.core.errors import Conflict, Invalid, Refused
from consult.core.exchange import is_id
from consult.core.i18n import _
from consult.core.states import move
from consult.core.text import has_words, render_markdown
from consult.evaluation import drafts, queries, rules
from consult.evaluation.drafts import NOTE_MAX, Content, Promise
from consult.evaluation.models import (
    DRAFT,
    PUBLISHED,
    Commitment,
    Response,
    ResponseDraft,
    ResponseIdea,
    ResponseVersion,
)
from consult.ideas.answering import lock_ideas, note_responses
from consult.ideas.models import PUBLISHED as ACCEPTED
from consult.ideas.models import Idea

UNTOLD = timedelta(minutes=10)  # as with the moderation's decisions
TELL = "evaluation.tell"


def draft_response(actor: Actor, consultation_id: int, content: Content, key: str = "") -> Response:
    """Begin a response. Nothing has to be there yet. A `key` that is known already gives the response that has it."""
    _check_writer(actor, consultation_id)
    known = db.session.execute(select(Response).where(Response.key == key)).scalar_one_or_none() if key else None
    if known is not None and known.consultation_id == consultation_id:
        return known
    _check_ideas(consultation_id, content)
    name = key if is_id(key) and len(key) <= 40 else secrets.token_hex(12)
    response = Response(consultation_id=consultation_id, status=rules.RESPONSE.initial, key=name)
    db.session.add(response)
    db.session.flush()
    audit.record("response.drafted", actor, ("response", response.id), consultation_id=consultation_id)
    _keep(actor, response, content)
    return response


def was_sent_before(response: Response) -> bool:
    """Whether the form that began a response has been dealt with: saving and publishing both count on."""
    return response.revision > 1


def save_response(actor: Actor, response_id: int, content: Content, seen: int) -> Response:
    """Store what is being written; what everyone reads stays. Conflict where somebody else has saved since."""
    response = lock(Response, response_id, seen)
    _check_writer(actor, response.consultation_id)
    _check_ideas(response.consultation_id, content)
    response.revision += 1
    audit.record("response.saved", actor, ("response", response.id), revision=response.revision)
    _keep(actor, response, content)
    return response


def _keep(actor: Actor, response: Response, content: Content) -> None:
    draft = db.session.get(ResponseDraft, response.id)
    if draft is None:
        draft = ResponseDraft(response_id=response.id)
        db.session.add(draft)
    draft.content, draft.saved_by, draft.saved_at = content.document(), actor.person_id, now()
    db.session.flush()


def delete_draft(actor: Actor, response_id: int, seen: int) -> bool:
    """Throw away what is being written; true where nothing is left, since it was never published."""
    response = lock(Response, response_id, seen)
    _check_writer(actor, response.consultation_id)
    audit.record("response.draft_deleted", actor, ("response", response.id), consultation_id=response.consultation_id)
    db.session.execute(delete(ResponseDraft).where(ResponseDraft.response_id == response.id))
    if response.version:
        response.revision += 1
        db.session.flush()
        return False
    db.session.delete(response)
    db.session.flush()
    return True


def publish_response(actor: Actor, response_id: int, content: Content, seen: int, house: int) -> Response:
    """Publish this wording in the name of the actor's house (an organisation's id); the one before stays readable.

    Invalid with the fields that lack something. Commitments are made with it and stay, whatever later wordings say.
    """
    response = lock(Response, response_id, seen)
    office = _check_publisher(actor, response, house)
    faults = drafts.lacking(content)
    if faults:
        raise Invalid(faults)
    ideas = _check_ideas(response.consultation_id, content)
    before = queries.idea_ids(response.id)
    number = response.version + 1
    db.session.add(
        ResponseVersion(
            response_id=response.id, number=number, position=content.status, title=content.title, body=content.body,
            html=render_markdown(content.body), language=content.language, published_at=now(),
            published_by=actor.person_id,
        )
    )  # fmt: skip
    move(rules.RESPONSE, response, "revise" if response.status == PUBLISHED else "publish", actor)
    response.version, response.organisation_id = number, office.organisation_id
    response.published_at = response.published_at or now()
    response.revision += 1
    _set_ideas(response, [one.id for one in ideas])
    for promise in content.promises:
        _promise(actor, response, promise)
    db.session.execute(delete(ResponseDraft).where(ResponseDraft.response_id == response.id))
    db.session.flush()
    renew_ideas({*before, *content.ideas})
    jobs.enqueue(
        TELL, {"response_id": response.id, "version": number}, run_at=now() + UNTOLD,
        dedupe=f"response:{response.id}:{number}",
    )  # fmt: skip
    return response


def withdraw_response(actor: Actor, response_id: int, seen: int, note: str) -> Response:
    """Take a response off all pages. Who was told of it is told why (`note`); its wording is a draft again."""
    response = lock(Response, response_id, seen)
    _check_publisher(actor, response, 0)
    if not has_words(note):
        raise Invalid({"note": _("Please say why; everybody who was told of the response reads it.")})
    if len(note) > NOTE_MAX:
        raise Invalid({"note": _("Please shorten the sentence to at most %(number)s characters.", number=NOTE_MAX)})
    if db.session.execute(select(Commitment.id).where(Commitment.response_id == response.id).limit(1)).first():
        raise Conflict(_("What was promised cannot be taken back: report on each commitment, and correct the wording."))
    move(rules.RESPONSE, response, "withdraw", actor, note=note)
    response.revision += 1
    if db.session.get(ResponseDraft, response.id) is None:
        _keep(actor, response, queries.wording_of(response))
    db.session.flush()
    renew_ideas(queries.idea_ids(response.id))
    jobs.enqueue(TELL, {"response_id": response.id, "version": response.version, "withdrawn": note})
    return response


def _promise(actor: Actor, response: Response, promise: Promise) -> None:
    """Make a commitment in public."""
    commitment = Commitment(
        response_id=response.id, title=promise.title, unit=promise.unit, due_on=promise.due_on,
        first_due_on=promise.due_on, status=rules.COMMITMENT.initial,
    )  # fmt: skip
    db.session.add(commitment)
    db.session.flush()
    due = promise.due_on.isoformat() if promise.due_on else ""
    audit.record("commitment.made", actor, ("commitment", commitment.id), response_id=response.id, due_on=due)


def _set_ideas(response: Response, ids: Sequence[int]) -> None:
    present = {
        row.idea_id: row
        for row in db.session.execute(select(ResponseIdea).where(ResponseIdea.response_id == response.id)).scalars()
    }
    for idea_id in present.keys() - set(ids):
        db.session.delete(present[idea_id])
    db.session.add_all(ResponseIdea(response_id=response.id, idea_id=one) for one in ids if one not in present)
    db.session.flush()


def renew_ideas(ids: Sequence[int] | set[int]) -> None:
    """Bring what ideas say of their responses in line with the responses that are public now."""
    wanted = [one.id for one in lock_ideas(sorted(ids))]
    note_responses(queries.said_of(wanted))


# ---- checks ---------------------------------------------------------------------------------------------------------


def _check_writer(actor: Actor, consultation_id: int) -> None:
    if not rules.can_write(actor, consultation_id):
        raise Refused(_("Only who evaluates this consultation can write responses."))


def _check_publisher(actor: Actor, response: Response, house: int) -> Membership:
    """The actor's place in the house in whose name they act: that which has published it, else the one of their choice."""
    if not rules.can_publish(actor, response.consultation_id):
        raise Refused(_("Only officials of an agency or ministry can publish responses."))
    if not rules.speaks_for(actor, response.organisation_id):
        raise Refused(_("Another house has published this response. Only its officials can change it."))
    places = rules.houses(actor)
    wanted = response.organisation_id or house
    office = next((one for one in places if one.organisation_id == wanted), None)
    if office is None and len(places) == 1:
        office = places[0]
    if office is None:
        raise Invalid({"house": _("Please choose in whose name you answer.")})
    return office


def _check_ideas(consultation_id: int, content: Content) -> list[Idea]:
    """The ideas that are answered, locked: accepted ones of this consultation; Invalid at `ideas` for any other."""
    if len(content.ideas) > drafts.MOST_IDEAS:
        raise Invalid({"ideas": _("One response speaks to at most %(most)s ideas.", most=drafts.MOST_IDEAS)})
    found = lock_ideas(content.ideas)
    wrong = [one.number or "" for one in found if one.consultation_id != consultation_id]
    if wrong:
        raise Invalid({"ideas": _("Of another consultation: %(numbers)s.", numbers=", ".join(wrong))})
    closed = [one.number or "" for one in found if one.status != ACCEPTED]
    if closed:
        raise Invalid({"ideas": _("Not published, so it cannot be answered: %(numbers)s.", numbers=", ".join(closed))})
    return found


__all__ = ["DRAFT", "TELL", "UNTOLD", "delete_draft", "draft_response", "publish_response", "renew_ideas",
           "save_response", "withdraw_response"]  # fmt: skip
