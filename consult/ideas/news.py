"""Who follows something hears of ideas: of each new one that speaks to it, and of new versions of an idea that they follow.

Told once the decision that made it public cannot be taken back any more: a title that was published by mistake has reached
nobody by then. Who stands for an idea beside its author hears of every text under their name: when it is sent, while there
is time to take the name away, and when everyone reads it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from consult.accounts.models import Person
from consult.accounts.queries import people_by_ids
from consult.core.access import Actor
from consult.core.audiences import PUBLIC
from consult.core.clock import now
from consult.core.db import db
from consult.core.i18n import _
from consult.core.jobs import enqueue, handler
from consult.core.notices import notify
from consult.core.registry import PLAIN_MAIL, NoticeKind
from consult.core.web import path
from consult.ideas import mails, tokens
from consult.ideas.coauthors import coauthor_ids, coauthors_of
from consult.ideas.models import CONFIRMED, Idea, IdeaCoauthor, IdeaVersion
from consult.ideas.telling import merged_into
from consult.ideas.versions import version_with_answers
from consult.moderation.rules import UNDO
from consult.notifications.queries import followers

NEW, RENEWED = "idea.published", "idea.renewed"


def _new(context: Mapping[str, Any]) -> str:
    return _("New idea: %(title)s", title=context["title"])


def _renewed(context: Mapping[str, Any]) -> str:
    return _("New version of an idea: %(title)s", title=context["title"])


def _to_version(context: Mapping[str, Any]) -> str:
    return path("ideas.version", number=context["number"], version=context["version"])


KINDS = (
    NoticeKind(NEW, _new, lambda context: path("ideas.show", number=context["number"]), titled="number"),
    NoticeKind(RENEWED, _renewed, _to_version, PLAIN_MAIL, titled="number"),
)


def tell_later(idea: Idea, version: IdeaVersion) -> None:
    """A version has become what everyone reads."""
    enqueue("idea.tell", {"idea_id": idea.id, "version_id": version.id}, run_at=now() + UNDO)


@handler("idea.tell")
def tell(payload: dict[str, Any]) -> None:
    """Tell those who follow, if the version still stands. An idea is new to them once; a version each time."""
    idea = db.session.get(Idea, payload["idea_id"])
    if idea is None or not idea.is_public or idea.public_version_id != payload["version_id"]:
        return
    version = version_with_answers(payload["version_id"])
    if version.published_at is None or version.published_at + UNDO > now():
        return  # taken back and published anew: the later job does it
    context: dict[str, Any] = {"number": idea.number, "title": idea.title, "title_in": idea.language}
    heard: set[int] = set()
    if idea.published_at is not None and idea.published_at < version.published_at:
        heard = {*followers("idea", idea.id), *coauthor_ids(idea.id)}
        later = {**context, "version": version.number}
        notify(RENEWED, heard - {idea.author_id}, later, dedupe=f"{RENEWED}:{version.id}")
    notify(NEW, _interested(idea, version) - heard - {idea.author_id}, context, dedupe=f"{NEW}:{idea.id}")


def _interested(idea: Idea, version: IdeaVersion) -> set[int]:
    """Those who follow a cluster, a project, a question or the consultation to which it speaks.

    An answer without name is no reason: the notice names the idea, and would tell which answer of the question is its.
    """
    people: set[int] = set(followers("consultation", idea.consultation_id))
    for kind, one_id, _type in version.partners:
        people.update(followers(kind, int(one_id)))
    for answer in version.answers:
        if answer.audience == PUBLIC:
            people.update(followers("question", answer.question_id))
    return people


def tell_coauthors(actor: Actor, idea: Idea, version: IdeaVersion) -> None:
    """Another text was sent under the names of those who stand for the idea: each can read it before it is public."""
    for row, person in _beside(actor, idea):
        mails.tell_new_text(idea, version, person, tokens.coauthor_token(idea.draft_key, row.email_key))


def tell_withdrawn(actor: Actor, idea: Idea) -> None:
    """Its author has taken it back: it is over for those, too, who stand for it beside them, and whose ideas were merged
    into it."""
    joined = merged_into(idea)
    people = {person.id: person for one in (idea, *joined) for _row, person in _beside(actor, one)}
    authors = [to for one in joined if (to := mails.recipient_of(one)) is not None]
    people |= people_by_ids(person_id for _address, _language, person_id in authors if person_id is not None)
    for person in people.values():
        if person.is_active and person.id not in (actor.person_id, idea.author_id):
            mails.tell_taken_back(idea, person)


def _beside(actor: Actor, idea: Idea) -> Iterator[tuple[IdeaCoauthor, Person]]:
    """Who stands for the idea beside its author and can be written to, apart from whoever acts."""
    rows = [one for one in coauthors_of(idea.id) if one.status == CONFIRMED and one.person_id != actor.person_id]
    people = people_by_ids([one.person_id for one in rows if one.person_id is not None]) if rows else {}
    for row in rows:
        person = people.get(row.person_id or 0)
        if person is not None and person.is_active:
            yield row, person
