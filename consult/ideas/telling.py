"""Letters to everybody who stands for an idea, written by the rooms above: the author, and confirmed co-authors."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from consult.accounts.queries import people_by_ids
from consult.core.i18n import in_language
from consult.core.mail import queue_template
from consult.core.web import address
from consult.ideas.coauthors import coauthor_ids
from consult.ideas.mails import Letter, recipient_of, status_url
from consult.ideas.models import Idea


def author_ids(idea: Idea) -> list[int]:
    """Who hears of an idea as its authors do: those who get their letters. Where its author has left the organisation, that
    is whoever speaks for it."""
    to = recipient_of(idea)
    own = [to[2]] if to is not None and to[2] is not None else []
    return list(dict.fromkeys([*own, *coauthor_ids(idea.id)]))


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
    for person in people_by_ids(coauthor_ids(idea.id) if idea.is_public else []).values():
        if person.deactivated_at is None:
            yield person.email, person.language, person.id, False
