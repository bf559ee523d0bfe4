"""Letters to whoever stands behind an offer: a decision, and the coming end with the link that renews by one click."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from consult.accounts.models import Person
from consult.accounts.operations import issue_token
from consult.accounts.queries import people_by_ids
from consult.core.clock import now
from consult.core.i18n import _, _n, format_day, in_language, pick
from consult.core.mail import queue_template
from consult.core.registry import Verdict
from consult.core.web import address
from consult.moderation.mails import send_decision
from consult.partnering import rules
from consult.partnering.models import Offer
from consult.partnering.notices import people_of

TEMPLATE = "partnering/mail_letter"
RENEW = "partnering.renew"


@dataclass
class Letter:
    """A message in one language: what, the button, then what one may want to know."""

    subject: str
    heading: str
    lines: list[str]
    button: tuple[str, str]
    after: list[str] = field(default_factory=list)


def send_offer_decision(offer: Offer, verdict: Verdict, title: dict[str, str]) -> None:
    """A moderator's decision, with the words that moderation uses for all texts; people who have left get no mail."""
    person = people_by_ids([offer.author_id]).get(offer.author_id) if offer.author_id is not None else None
    if person is None or not person.is_active:
        return
    with in_language(person.language):
        url = address("partnering.show", slug=offer.slug)
        words = pick(title)
    until = now() + rules.REVISION if verdict.outcome == "return" and not offer.was_public else None
    send_decision(
        person.email, person.language, verdict, title=words, number=f"P-{offer.id}", url=url, until=until,
        person_id=person.id,
    )  # fmt: skip


def send_expiry(offer: Offer) -> int:
    """Tell that the offer ends soon, with a link of its own for each person; returns how many were written to."""
    people = [one for one in people_by_ids(people_of(offer)).values() if one.is_active]
    for person in people:
        raw = issue_token(RENEW, person, {"offer_id": offer.id}, rules.RENEW_LINK)
        _queue(person, _expiry_letter(person, offer, raw))
    return len(people)


def _expiry_letter(person: Person, offer: Offer, raw: str) -> Letter:
    with in_language(person.language):
        title = pick(offer.title)
        last = offer.expires_at - timedelta(minutes=1) if offer.expires_at else now()
        return Letter(
            subject=_("Does this still hold? “%(title)s” ends on %(day)s", title=title, day=format_day(last)),
            heading=_("Does this still hold?"),
            lines=[
                _("“%(title)s” stays in the list until %(day)s.", title=title, day=format_day(last)),
                _n(
                    "One click lets it run for another month.", "One click lets it run for another %(num)s months.",
                    offer.months,
                ),
            ],
            button=(_("Renew it"), address("partnering.renew_by_link", token=raw)),
            after=[_("If it is over, you need not do anything. It leaves the list and stays readable for you.")],
        )  # fmt: skip


def _queue(person: Person, letter: Letter) -> None:
    queue_template(
        person.email, TEMPLATE, person.language, kind="partnering.expiry", context={"letter": letter},
        person_id=person.id,
    )  # fmt: skip
