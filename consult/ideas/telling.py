"""Letters to everybody who stands for an idea, written by the rooms above: the author, confirmed co-authors, and those of
ideas that were merged into it, whose names stand there, too."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sqlalchemy import select

from consult.accounts.queries import people_by_ids
from consult.core.db import db
from consult.core.i18n import _, in_language
from consult.core.mail import queue_template
from consult.core.registry import Verdict
from consult.core.web import address
from consult.ideas.coauthors import coauthor_ids
from consult.ideas.mails import Letter, recipient_of, status_url
from consult.ideas.models import MERGED, Idea
from consult.moderation.mails import send_decision


def author_ids(idea: Idea) -> list[int]:
    """Who hears of an idea as its authors do: those who get their letters. Where its author has left the organisation, that
    is whoever speaks for it."""
    found: list[int] = []
    for one in (idea, *merged_into(idea)):
        to = recipient_of(one)
        found += [*([to[2]] if to is not None and to[2] is not None else []), *coauthor_ids(one.id)]
    return list(dict.fromkeys(found))


def merged_into(idea: Idea) -> list[Idea]:
    """The ideas that are part of this one, over several mergers if need be; one query where there are none."""
    found: list[Idea] = []
    wanted = [idea.id]
    while wanted:
        statement = select(Idea).where(Idea.merged_into_id.in_(wanted), Idea.status == MERGED).order_by(Idea.id)
        new = [one for one in db.session.execute(statement).scalars() if one not in found and one.id != idea.id]
        found += new
        wanted = [one.id for one in new]
    return found


def tell_joined(idea: Idea, verdict: Verdict) -> None:
    """What moderation has decided about all of an idea, to the authors of those that were merged into it, as to its own."""
    to = recipient_of(idea)
    told = {to[0].casefold()} if to is not None else set()
    for one in merged_into(idea):
        to = recipient_of(one)
        if to is None or to[0].casefold() in told:
            continue
        recipient, language, person_id = to
        told.add(recipient.casefold())
        with in_language(language):
            url = address("ideas.show", number=idea.number) if idea.is_public else status_url(one)
            action = "" if idea.is_public else _("See how it stands")
        send_decision(
            recipient, language, verdict, title=idea.title, number=idea.number or "", url=url, action=action,
            person_id=person_id, part=one.number or "",
        )  # fmt: skip


def write_to_authors(idea: Idea, write: Callable[[str], Letter], kind: str) -> None:
    """A letter to the author and to everybody who stands for the idea beside them, each once and in their language.

    `write(url)` puts it together in the reader's language; `url` is where they read on: the author's private page, or the
    idea's public one for the others.
    """
    told: set[str] = set()
    for recipient, language, person_id, is_author in _people_of(idea):
        if recipient.casefold() not in told:
            told.add(recipient.casefold())
            with in_language(language):
                letter = write(status_url(idea) if is_author else address("ideas.show", number=idea.number))
            queue_template(
                recipient, "ideas/mail_letter", language, kind=kind, context={"letter": letter}, person_id=person_id,
                reference=f"idea:{idea.id}",
            )  # fmt: skip


def _people_of(idea: Idea) -> Iterator[tuple[str, str, int | None, bool]]:
    to = recipient_of(idea)
    if to is not None:
        yield (*to, True)
    joined = merged_into(idea) if idea.is_public else []
    for one in joined:
        to = recipient_of(one)
        if to is not None:
            yield (*to, False)
    beside = [person_id for one in (idea, *joined) for person_id in coauthor_ids(one.id)] if idea.is_public else []
    for person in people_by_ids(beside).values():
        if person.deactivated_at is None:
            yield person.email, person.language, person.id, False
