"""Who is told of a response: authors by letter, followers in their list and by mail as they chose."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from consult.core.i18n import _, current_language, format_day
from consult.core.notices import notify
from consult.core.registry import PLAIN_MAIL, NoticeKind
from consult.core.text import plain_html
from consult.core.web import path
from consult.evaluation.models import Commitment, CommitmentReport
from consult.evaluation.queries import ResponseView
from consult.evaluation.words import position_words, state_words
from consult.ideas.mails import Letter
from consult.ideas.models import Idea
from consult.ideas.telling import author_ids, write_to_authors
from consult.notifications.queries import followers

RESPONDED, REPORTED = "idea.responded", "commitment.reported"
SHOWN = 1_500  # characters of a response in a letter; the page has the whole


def _number(idea: Idea) -> list[tuple[str, str]]:
    return [(_("Idea"), _("“%(words)s”", words=idea.title)), (_("Number"), idea.number or "")]


def _followers(idea: Idea) -> list[int]:
    """Who follows the idea and has no letter."""
    with_letter = author_ids(idea)
    return [one for one in followers("idea", idea.id) if one not in with_letter] if idea.is_public else []


def tell_response(idea: Idea, response: ResponseView, again: bool) -> None:
    """The office has answered an idea, or (`again`) changed its answer."""

    def write(url: str) -> Letter:
        words = plain_html(str(response.html))
        text = words if len(words) <= SHOWN else words[:SHOWN].rsplit(" ", 1)[0] + " …"
        promised = [
            _("Promised: %(what)s, %(who)s, until %(day)s", what=one.title, who=one.unit, day=format_day(one.due_on))
            if one.due_on
            else _("Promised: %(what)s, %(who)s", what=one.title, who=one.unit)
            for one in response.commitments
        ]
        subject = (
            _("The answer to your idea has changed: %(number)s", number=idea.number)
            if again
            else _("Your idea has an answer: %(number)s", number=idea.number)
        )
        return Letter(
            subject=subject,
            heading=response.title or position_words(response.position),
            lines=[*text.split("\n\n"), *promised],
            facts=[
                *_number(idea), (_("What becomes of it"), position_words(response.position)),
                *([(_("Answered by"), response.house)] if response.house else []),
            ],
            button=(_("Read it with your idea"), url),
            after=[_("You can comment on it below the idea; the office reads that.")] if idea.is_public else [],
        )  # fmt: skip

    write_to_authors(idea, write, RESPONDED)
    context = {
        "number": idea.number,
        "title": idea.title,
        "title_in": idea.language,
        "position": response.position,
        "again": again,
    }
    notify(RESPONDED, _followers(idea), context, dedupe=f"response:{response.id}:{response.version}:{idea.id}")


def tell_withdrawn(idea: Idea, note: str) -> None:
    """A response of which they were told does not stand any more."""

    def write(url: str) -> Letter:
        return Letter(
            subject=_("The answer to your idea was taken back: %(number)s", number=idea.number),
            heading=_("The answer to your idea was taken back"),
            lines=[
                _("The office gives this reason:"),
                _("“%(words)s”", words=note),
                _("You will hear of the new answer."),
            ],
            facts=_number(idea),
            button=(_("See how it stands"), url),
        )

    write_to_authors(idea, write, "response.withdrawn")


def tell_report(idea: Idea, commitment: Commitment, report: CommitmentReport) -> None:
    """Where a commitment stands that was made in answer to an idea."""

    def write(url: str) -> Letter:
        facts = [(_("Commitment"), commitment.title), (_("State"), state_words(report.status)), *_number(idea)]
        if report.due_on is not None and report.status in ("promised", "in_work"):
            facts.insert(2, (_("promised until"), format_day(report.due_on)))
        return Letter(
            subject=_("News of a commitment: %(title)s", title=commitment.title),
            heading=_("News of a commitment"), lines=[report.note], facts=facts,
            button=(_("Read it with your idea"), url),
        )  # fmt: skip

    write_to_authors(idea, write, REPORTED)
    context = {"number": idea.number, "title": commitment.title, "state": report.status}
    notify(REPORTED, _followers(idea), context, dedupe=f"commitment:{report.id}:{idea.id}")


def _responded(context: Mapping[str, Any]) -> str:
    said = position_words(context["position"])
    if context["again"]:
        return _("The answer to “%(title)s” has changed: %(what)s", title=context["title"], what=said)
    return _("“%(title)s” has an answer: %(what)s", title=context["title"], what=said)


def _reported(context: Mapping[str, Any]) -> str:
    return _("Commitment “%(title)s”: %(state)s", title=context["title"], state=state_words(context["state"]))


def _due(context: Mapping[str, Any]) -> str:
    return _(
        "A commitment is due on %(day)s: %(title)s", day=context["day"][current_language()], title=context["title"]
    )


def _to_idea(context: Mapping[str, Any]) -> str:
    return path("ideas.show", number=context["number"]) + "#responses"


KINDS = (
    NoticeKind(RESPONDED, _responded, _to_idea, PLAIN_MAIL, titled="number"),
    NoticeKind(REPORTED, _reported, _to_idea, PLAIN_MAIL),
    NoticeKind(
        "commitment.due",
        _due,
        lambda context: path("evaluation.report", commitment_id=context["commitment_id"]),
        PLAIN_MAIL,
    ),
)
