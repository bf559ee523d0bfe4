"""Who hears of a link, in the list of notices and by mail.

Of each end those are told who speak for it (`SubjectKind.speakers`). Where a side *stood by* the link before, whoever
proposed it is told alone, as long as they speak for that side; else all who do.

    event                                  told
    proposed                               who may confirm it: the side that has not spoken yet
    proposed for both sides at once        nobody: who did it speaks for both
    stated; one side of a statement        nobody: nothing waits for an answer
      confirmed
    confirmed, the second side             who stood by it before
    declined                               who stood by it before; of a suggestion of software nobody
    proposal taken back or ended           who stood by it, and who might have confirmed it
    proposal that a new version of a       who might have confirmed it, once they may have been told of it
      text does not name any more
    confirmed link ended                   both sides
    stated link ended                      the side that stood by it
    imported, loaded, merged               nobody: no person has done anything to a link

What always holds: nobody is told of what they did themselves, nobody twice of the same, and nobody of a link one of whose
ends is not public by then. It is told by a job, which looks at the link as it stands when the job runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from consult.core import jobs
from consult.core.access import Actor
from consult.core.clock import now
from consult.core.db import db
from consult.core.i18n import _, pick
from consult.core.notices import notify
from consult.core.registry import PLAIN_MAIL, NoticeKind, registries
from consult.core.web import path
from consult.links.models import CONFIRMED, DECLINED, ENDED, PROPOSED, Link, LinkEnd
from consult.links.relations import relation_label

SIDES = ("from", "to")
SETTLED = timedelta(minutes=10)  # before that, what a decision links may be taken back with it, and nobody was told

# What is told of a link only as long as it is so.
STANDING = {
    "links.proposed": PROPOSED, "links.confirmed": CONFIRMED, "links.declined": DECLINED, "links.withdrawn": ENDED,
    "links.ended": ENDED,
}  # fmt: skip


# ---- what is read ---------------------------------------------------------------------------------------------------


def _text(sentence: Callable[..., str]) -> Callable[[Mapping[str, Any]], str]:
    def text(context: Mapping[str, Any]) -> str:
        relation = relation_label(context["type"], True, context["role"])
        return sentence(start=pick(context["start"]), relation=relation, goal=pick(context["goal"]))

    return text


_SENTENCES: dict[str, Callable[..., str]] = {
    "links.proposed": lambda **ends: _("A link waits for your word: “%(start)s” %(relation)s “%(goal)s”", **ends),
    "links.confirmed": lambda **ends: _("The other side has confirmed: “%(start)s” %(relation)s “%(goal)s”", **ends),
    "links.declined": lambda **ends: _("The other side has declined: “%(start)s” %(relation)s “%(goal)s”", **ends),
    "links.withdrawn": lambda **ends: _(
        "The proposal of a link was taken back: “%(start)s” %(relation)s “%(goal)s”", **ends
    ),
    "links.ended": lambda **ends: _("A link has ended: “%(start)s” %(relation)s “%(goal)s”", **ends),
}


def _url(context: Mapping[str, Any]) -> str:
    return path("links.show", link_id=context["link_id"]) if context["link_id"] else path("pages.me")


KINDS = tuple(NoticeKind(kind, _text(sentence), _url, PLAIN_MAIL) for kind, sentence in _SENTENCES.items())


# ---- who is told ----------------------------------------------------------------------------------------------------


def sides_standing(link: Link) -> list[str]:
    """The sides that have confirmed the link so far."""
    return [side for side in SIDES if getattr(link, f"confirmed_{side}_at") is not None]


def tell(
    kind: str, actor: Actor, links: Iterable[Link], *, sides: Iterable[str] = (), proposer: Iterable[str] = (),
    run_at: datetime | None = None,
) -> None:  # fmt: skip
    """Tell all who speak for these `sides`, and of the sides in `proposer` who proposed it; never the actor."""
    told = {"kind": kind, "by": actor.person_id, "sides": list(sides), "proposer": list(proposer)}
    ids = [link.id for link in links]
    if ids and (told["sides"] or told["proposer"]):
        jobs.enqueue("links.tell", {**told, "links": ids}, run_at=run_at)


def tell_proposed(actor: Actor, links: Iterable[Link], run_at: datetime | None = None) -> None:
    """Tell the sides that have not spoken yet of what waits for them; of a link that they know of nothing is said again."""
    waiting = [link for link in links if link.status == PROPOSED]
    for side in SIDES:
        tell(
            "links.proposed", actor, [one for one in waiting if side not in sides_standing(one)], sides=[side],
            run_at=run_at,
        )  # fmt: skip


def tell_ended(actor: Actor, link: Link, before: str) -> None:
    """Tell both sides of a link that is over; `before` is how it stood."""
    stood = sides_standing(link)
    if before == PROPOSED:
        tell("links.withdrawn", actor, [link], sides=[one for one in SIDES if one not in stood], proposer=stood)
    else:
        tell("links.ended", actor, [link], sides=SIDES if before == CONFIRMED else stood)


def tell_removed(actor: Actor, link: Link) -> None:
    """Before a proposal is deleted: tell who might have confirmed it. It leaves no page behind that could be looked at."""
    if actor.is_system or link.status != PROPOSED or link.created_at > now() - SETTLED:
        return
    stood = sides_standing(link)
    people = _people(link, [side for side in SIDES if side not in stood], [])
    _notify("links.withdrawn", link, people - {actor.person_id}, gone=True)


@jobs.handler("links.tell")
def deliver(payload: dict[str, Any]) -> None:
    """Say it to whom it is meant for, of each link that still stands so."""
    for link_id in payload["links"]:
        link = db.session.get(Link, link_id)
        if link is not None and link.status == STANDING[payload["kind"]]:
            people = _people(link, payload["sides"], payload["proposer"])
            _notify(payload["kind"], link, people - {payload["by"]})


def _notify(kind: str, link: Link, people: set[int], gone: bool = False) -> None:
    """Nothing is said of a link one of whose ends not everyone may see."""
    ends = [db.session.get(LinkEnd, end) for end in link.ends if end[1] is not None]
    shown = [_words_of(end) for end in ends if end is not None and end.public]
    if len(shown) != len(SIDES):
        return
    context: dict[str, Any] = {"link_id": None if gone else link.id, "type": link.type, "role": link.role}
    context |= {"start": shown[0], "goal": shown[1]}
    made = int(link.created_at.timestamp())  # a number may come again after a link was deleted
    notify(kind, people, context, dedupe=f"{kind}:{link.id}:{made}")


def _words_of(end: LinkEnd) -> dict[str, str]:
    """The title of an end by its languages; where it stands in one of them alone, in that one alone."""
    return {end.language.get(shown, shown): words for shown, words in end.title.items()}


def _people(link: Link, sides: Iterable[str], proposer: Iterable[str]) -> set[int]:
    people: set[int] = set()
    for side, (kind, end_id) in zip(SIDES, link.ends, strict=True):
        subject = registries.subjects.get(kind)
        if subject is None or subject.speakers is None or end_id is None:
            continue
        if side in sides:
            people.update(subject.speakers(end_id))
        elif side in proposer:
            speaking = subject.speakers(end_id)
            people.update([link.created_by] if link.created_by in speaking else speaking)
    return people
