"""Ideas on other rooms' pages: answers to a question, ideas about clusters, projects and programmes, the newest at home.

Each `load` is what the registry asks of a panel: values for a template, or None where there is nothing to show.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import request

from consult.consultations.models import Consultation
from consult.consultations.queries import current_consultation, questions_by_ids
from consult.core.access import Actor
from consult.core.db import db
from consult.core.outlets import FORMATS
from consult.core.registry import Panel, SubjectInfo, registries
from consult.core.web import path
from consult.ideas import own_queries, page_queries, queries, sharing, signoff, tokens
from consult.ideas.cards import cards, crossing, newest_cards
from consult.ideas.models import Idea
from consult.ideas.publishing import QUESTION
from consult.ideas.words import draft_path, month_words, other_language, relation_words
from consult.organisations.rules import may_approve

NAMELESS = 3  # answers without name shown below the first page of those with one
CARDS = 3
HELP: dict[str, Any] = {"other_language": other_language, "month": month_words, "crossing": crossing}


def question_answers(question_id: int, _actor: Actor) -> dict[str, Any] | None:
    """What others answered to a question: with name, as a file, and apart from them without; four queries."""
    after = request.args.get("after")
    nameless_only = request.args.get("names") == "none"
    if nameless_only:
        only = page_queries.nameless_answers_to(question_id, after)
        if not only.items and only.at_start:
            return None
        return {"page": None, "nameless": only, "withheld": 0, **HELP}
    page = page_queries.answers_to(question_id, after)
    nameless = page_queries.nameless_answers_to(question_id, None, NAMELESS) if page.at_start else None
    withheld = page_queries.withheld_count(question_id) if page.at_start else 0
    if not page.items and not (nameless and nameless.items) and not withheld:
        return None
    return {"page": page, "nameless": nameless, "withheld": withheld, **_files(question_id, bool(page.items)), **HELP}


def _files(question_id: int, named: bool) -> dict[str, Any]:
    """The addresses of the list of ideas with a named answer to the question, as files and feed, and how many they are; of
    an earlier consultation the address names it."""
    number = queries.tally_of(QUESTION, str(question_id)) if named else 0
    if not number:
        return {"named": 0, "files": []}
    current = current_consultation(with_questions=True)
    place = next((one for one in current.questions if one.id == question_id), None) if current is not None else None
    asked: dict[str, Any] = {"question": place.position} if place is not None else {}
    if place is None and (question := questions_by_ids([question_id]).get(question_id)) is not None:
        asked = {"consultation": question.consultation.slug, "question": question.position}
    files = [(code, label, path("ideas.index", **asked, format=code)) for code, label in FORMATS.items()]
    return {"named": number, "files": files}


def _cards_of(ideas: Sequence[Any]) -> list[dict[str, Any]]:
    """The cards of ideas; the questions they name are mostly those of the current consultation, which pages remember."""
    current = current_consultation(with_questions=True)
    known = {one.id: one for one in current.questions} if current is not None else {}
    return cards(ideas, queries.questions_for(ideas, known))


def linked_ideas(kind: str) -> Any:
    """A panel's `load`: the ideas that are linked to a thing of this kind, each with how; two or three queries."""

    def load(subject_id: int, _actor: Actor) -> dict[str, Any] | None:
        found = queries.ideas_linked_to(kind, subject_id)
        if not found:
            return None
        info = _described(kind, subject_id)
        more = path("ideas.index", **{kind: info.key}) if info is not None and kind in ("cluster", "project") else ""
        shown = _cards_of(list(found))
        for one, links in zip(shown, found.values(), strict=True):
            one["relations"] = [
                relation_words(link, link.from_kind == "idea", info.title if info else "") for link in links
            ]
        return {"cards": shown, "more": more, "panel_id": f"ideas-of-{kind}"}

    return load


def _described(kind: str, subject_id: int) -> SubjectInfo | None:
    subject = registries.subjects.get(kind)
    return subject.describe([subject_id]).get(subject_id) if subject is not None else None


def organisation_ideas(organisation_id: int, _actor: Actor) -> dict[str, Any] | None:
    """The ideas under an organisation's name; two queries."""
    ideas = queries.ideas_of_organisation(organisation_id)
    return {"cards": _cards_of(ideas), "more": "", "panel_id": "ideas-of-organisation"} if ideas else None


def consultation_ideas(consultation_id: int, _actor: Actor) -> dict[str, Any] | None:
    """The newest ideas of a consultation; two queries."""
    ideas = queries.newest_ideas(CARDS, consultation_id)
    if not ideas:
        return None
    current, itself = current_consultation(with_questions=True), db.session.get(Consultation, consultation_id)
    earlier = itself.slug if itself is not None and (current is None or current.id != itself.id) else None
    return {"cards": _cards_of(ideas), "more": path("ideas.index", consultation=earlier), "panel_id": "newest-ideas"}


def home_ideas(_consultation_id: int, _actor: Actor) -> dict[str, Any] | None:
    """The newest ideas for the home page, and how many there are in the list behind them; one to three queries."""
    ideas = queries.newest_ideas(CARDS)
    if not ideas:
        return None
    current = current_consultation(with_questions=True)
    known = {one.id: one for one in current.questions} if current is not None else {}
    return {"html": newest_cards(ideas, queries.questions_for(ideas, known), queries.tallies({}).total)}


def mine(_subject_id: int, actor: Actor) -> dict[str, Any] | None:
    """The reader's own ideas and drafts; two queries."""
    found = sorted(own_queries.my_ideas(actor), key=lambda one: not one.is_asked)  # what waits for them stands first
    due = own_queries.promised([one.idea.id for one in found]) if found else {}
    rows = [
        {
            "title": one.title,
            "lang": other_language(one.idea.language),
            "number": one.idea.number,
            "status": one.badge,
            "url": _address(one.idea) if one.is_author else path("ideas.show", number=one.idea.number),
            "status_url": path("ideas.status", token=tokens.status_token(one.idea.draft_key))
            if (one.idea.number or one.idea.waits_for_release) and one.is_author
            else "",
            "due": due.get(one.idea.id),
            "asked": one.is_asked,
            "until": one.mended_until,
            "saved_at": one.saved_at if one.is_author and not one.idea.waits_for_release else None,
            "draft_url": draft_path(one.idea) if one.is_asked or not one.is_returned else "",
        }
        for one in found
    ]
    return {"rows": rows, "new_url": path("ideas.new")}


def shared(_subject_id: int, actor: Actor) -> dict[str, Any] | None:
    """What colleagues write in the reader's organisations; no query for those who belong to none, one for others."""
    rows = [
        {"title": one.title, "lang": other_language(one.idea.language), "author": one.author,
         "organisation": one.organisation, "saved_at": one.saved_at, "status": own_queries.state_of(one.idea),
         "url": path("ideas.release", idea_id=one.idea.id) if one.idea.waits_for_release else draft_path(one.idea)}
        for one in sharing.shared_with(actor)
        if not (one.idea.waits_for_release and may_approve(actor, one.idea.organisation_id or 0))  # they stand above
    ]  # fmt: skip
    return {"rows": rows} if rows else None


def to_release(_subject_id: int, actor: Actor) -> dict[str, Any] | None:
    """What waits for the reader's release; no query for those who release nothing, one for others."""
    found = signoff.waiting_for(actor)
    rows = [
        {"title": title, "lang": other_language(idea.language), "url": path("ideas.release", idea_id=idea.id),
         "since": idea.release_asked_at}
        for idea, title in found
    ]  # fmt: skip
    return {"rows": rows} if rows else None


def _address(idea: Idea) -> str:
    """An own idea's plain address: its page if there is one, its draft, else its status."""
    if idea.is_public:
        return path("ideas.show", number=idea.number)
    if idea.number is None:
        return draft_path(idea)
    return path("ideas.status", token=tokens.status_token(idea.draft_key))


PANELS = (
    Panel("consultations.question", 10, "ideas/_answers.html", question_answers),
    Panel("consultations.show", 10, "ideas/_linked.html", consultation_ideas),
    Panel("clusters.show", 20, "ideas/_linked.html", linked_ideas("cluster")),
    Panel("projects.show", 20, "ideas/_linked.html", linked_ideas("project")),
    Panel("programmes.show", 20, "ideas/_linked.html", linked_ideas("programme")),
    Panel("clusters.countries", 20, "ideas/_linked.html", linked_ideas("country")),
    Panel("organisations.show", 20, "ideas/_linked.html", organisation_ideas),
    Panel("organisations.show", 21, "ideas/_linked.html", linked_ideas("organisation")),
    Panel("pages.home", 10, "ideas/_home.html", home_ideas),
)
MINE = Panel("pages.me", 10, "ideas/_mine.html", mine)
SHARED = Panel("pages.me", 12, "ideas/_shared.html", shared)
TO_RELEASE = Panel("pages.me", 5, "ideas/_to_release.html", to_release)
