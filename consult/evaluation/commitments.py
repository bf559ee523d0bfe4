"""Reports on commitments: where each stands, said in public, with its history.

A commitment is never taken away. Another day, a beginning, its end and that it will not be kept are reports with a sentence.
"""

from __future__ import annotations

from datetime import date

from consult.core import jobs
from consult.core.access import Actor
from consult.core.clock import now
from consult.core.db import db
from consult.core.editing import lock
from consult.core.errors import Conflict, Invalid, Refused
from consult.core.i18n import _
from consult.core.states import move
from consult.core.text import has_words
from consult.evaluation import rules
from consult.evaluation.drafts import NOTE_MAX
from consult.evaluation.models import Commitment, CommitmentReport, Response

REPORTED = "evaluation.reported"


def report(actor: Actor, commitment_id: int, status: str, note: str, due_on: date | None, seen: int) -> Commitment:
    """Say where a commitment stands. `due_on` is the day that is promised from now on, None to leave it.

    Invalid with the field that lacks something; Conflict where somebody else has reported meanwhile.
    """
    commitment = lock(Commitment, commitment_id, seen)
    response = db.session.get(Response, commitment.response_id)
    if response is None or not rules.can_publish(actor, response.consultation_id):
        raise Refused(_("Only officials of an agency or ministry can report on commitments."))
    if not rules.speaks_for(actor, response.organisation_id):
        raise Refused(_("Another house has promised this. Only its officials can report on it."))
    faults: dict[str, str] = {}
    if status not in rules.reports(commitment):
        faults["status"] = _("Please choose one of the entries in the list.")
    if not has_words(note):
        faults["note"] = _("Please write a sentence; everybody reads it.")
    elif len(note) > NOTE_MAX:
        faults["note"] = _("Please shorten the sentence to at most %(number)s characters.", number=NOTE_MAX)
    if status == commitment.status and status == "promised" and due_on in (None, commitment.due_on):
        faults.setdefault("due_on", _("Please name the new day, or choose what has changed."))
    if faults:
        raise Invalid(faults)
    if rules.COMMITMENT.target(commitment.status, rules.ACTS[status]) is None:
        raise Conflict(_("This is not possible any more: somebody has changed it in the meantime."))
    move(rules.COMMITMENT, commitment, rules.ACTS[status], actor)
    commitment.due_on = due_on or commitment.due_on
    commitment.revision += 1
    told = CommitmentReport(
        commitment_id=commitment.id, status=status, note=note, due_on=commitment.due_on, made_at=now(),
        made_by=actor.person_id,
    )  # fmt: skip
    db.session.add(told)
    db.session.flush()
    jobs.enqueue(REPORTED, {"report_id": told.id}, dedupe=f"commitment-report:{told.id}")
    return commitment
