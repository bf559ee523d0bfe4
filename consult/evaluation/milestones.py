"""What an idea's timeline tells of responses: that it was answered, what was promised, and what became of that."""

from __future__ import annotations

from consult.core.i18n import _
from consult.core.registry import Milestone
from consult.evaluation.models import BROKEN, KEPT, OPEN
from consult.evaluation.queries import CommitmentView, ResponseView, known_responses
from consult.evaluation.words import position_words
from consult.ideas.queries import idea_to_look_at

KIND = "idea"
ANCHOR = "#responses"


def is_answered(idea_id: int) -> bool:
    """Whether an idea has a response; no query where the page has read the idea."""
    idea = idea_to_look_at(idea_id)
    return idea is not None and idea.responded_at is not None


def milestones(kind: str, subject_id: int) -> list[Milestone]:
    """Those of an idea; no query for one that nobody has answered, two for others."""
    if kind != KIND or not is_answered(subject_id):
        return []
    found: list[Milestone] = []
    for response in known_responses(subject_id):
        found.append(_answered(response))
        told = [_of_commitment(one, response.language) for one in response.commitments]
        found += [one for one in told if one is not None]
    return found


def _answered(response: ResponseView) -> Milestone:
    text = _("Answered by %(house)s:", house=response.house) if response.house else _("Answered:")
    return Milestone(response.published_at, text, ANCHOR, position_words(response.position))


def _of_commitment(one: CommitmentView, language: str) -> Milestone | None:
    if one.status in OPEN:
        if one.due_on is None:
            return None
        return Milestone(one.made_at, _("Promised:"), ANCHOR, one.title, one.due_on, language)
    text = {KEPT: _("Commitment kept:"), BROKEN: _("Commitment not kept:")}[one.status]
    return Milestone(one.moved_at, text, ANCHOR, one.title, lang=language)
