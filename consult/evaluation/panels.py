"""Responses on other rooms' pages: below an idea, on its author's page, and beside a consultation."""

from __future__ import annotations

from typing import Any

from consult.consultations.queries import current_consultation, with_total
from consult.core.access import Actor
from consult.core.registry import Panel
from consult.core.web import path
from consult.evaluation import queries, rules, words
from consult.evaluation.milestones import is_answered
from consult.ideas.models import PUBLISHED
from consult.ideas.queries import idea_to_look_at

HELP: dict[str, Any] = {
    "heading": words.heading,
    "speaker": words.speaker,
    "position_words": words.position_words,
    "commitment_facts": words.commitment_facts,
}


def to_idea(idea_id: int, actor: Actor) -> dict[str, Any] | None:
    """What offices say to an idea, and for who may answer it the way there; no query where nobody has answered it."""
    idea = idea_to_look_at(idea_id)
    found = queries.known_responses(idea_id) if is_answered(idea_id) else []
    may_answer = idea is not None and idea.status == PUBLISHED and rules.can_write(actor, idea.consultation_id)
    if not found and not may_answer:
        return None
    answer_url = ""
    if may_answer and idea is not None:
        consultation, _questions = with_total(idea.consultation_id)
        answer_url = path("evaluation.new", slug=consultation.slug, idea=idea.number)
    return {"responses": found, "answer_url": answer_url, **HELP}


def to_author(idea_id: int, _actor: Actor) -> dict[str, Any] | None:
    """The same for its author, also where the idea has no public page."""
    found = queries.known_responses(idea_id) if is_answered(idea_id) else []
    return {"responses": found, "answer_url": "", **HELP} if found else None


def of_consultation(consultation_id: int, actor: Actor) -> dict[str, Any] | None:
    """How many responses and commitments a consultation has, with the way to them; one query."""
    found = queries.counts(consultation_id)
    may_write = rules.can_write(actor, consultation_id)
    if not found["responses"] and not may_write:
        return None
    return {**found, "may_write": may_write}


def staff(_subject_id: int, actor: Actor) -> dict[str, Any] | None:
    """On one's own page, for who writes responses: where to do it; one query at most."""
    if not rules.can_write(actor):
        return None
    consultation = current_consultation()
    return {"slug": consultation.slug} if consultation is not None else None


PANELS = (
    Panel("ideas.show", 10, "evaluation/_responses.html", to_idea),
    Panel("ideas.status", 10, "evaluation/_responses.html", to_author),
    Panel("consultations.show", 20, "evaluation/_panel.html", of_consultation),
)
ME = Panel("pages.me", 72, "evaluation/_me.html", staff)
