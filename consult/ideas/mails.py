"""Letters to authors: the link to confirm, the receipt with number and promise, reminders, and the moderators' decisions.

Each is written in the language of its reader. The secret status link stands in the mails to the author and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import wraps
from typing import Concatenate, ParamSpec

from flask import current_app

from consult.accounts.models import Person
from consult.accounts.queries import people_by_ids
from consult.consultations.models import Consultation
from consult.core import typesetting
from consult.core.access import Actor
from consult.core.clock import now
from consult.core.db import db
from consult.core.i18n import _, format_clock, format_day, in_language, pick
from consult.core.limits import TooMany, limits
from consult.core.mail import Named, declare_addressing, queue_template
from consult.core.registry import Verdict
from consult.core.web import address
from consult.ideas import origins, tokens
from consult.ideas.models import DRAFT, RETURNED, Idea, IdeaCoauthor, IdeaInvitation, IdeaVersion
from consult.ideas.rules import TERMS, can_send_in, in_time, mended_until
from consult.moderation import mails as moderation_mails
from consult.organisations.queries import member_ids
from consult.organisations.rules import WRITERS

# After these outcomes the mail leads to the public page, where there is one.
SHOWING = frozenset({"publish", "restore", "redact", "reinstate"})

declare_addressing("idea.coauthor_answer")


P = ParamSpec("P")


@dataclass
class Letter:
    """What a letter says, in the reader's language: subject, heading, sentences, facts, one button, what comes after."""

    subject: str
    heading: str
    lines: list[str]
    facts: list[tuple[str, str]] = field(default_factory=list)
    button: tuple[str, str] | None = None
    after: list[str] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)  # what else there is: words, address
    named: Named = ()  # whose names it says to somebody else


def author_of(idea: Idea) -> Person | None:
    """The person whose idea it is, if there is one."""
    return people_by_ids([idea.author_id]).get(idea.author_id) if idea.author_id is not None else None


def recipient_of(idea: Idea) -> tuple[str, str, int | None] | None:
    """Address, language and person of the author; None where there is nobody to write to. Where they have left the
    organisation to which the idea belongs, of who speaks for it."""
    return _recipient(idea, author_of(idea))


def _sender_of(idea: Idea, actor: Actor) -> tuple[str, str, int | None] | None:
    """The same for an idea that has just been sent: its author belongs to the organisation, and mostly is who acts."""
    if actor.email and actor.person_id is not None and actor.person_id == idea.author_id:
        return actor.email, actor.language, actor.person_id
    return _recipient(idea, author_of(idea), has_just_sent=True)


def _recipient(idea: Idea, person: Person | None, *, has_just_sent: bool = False) -> tuple[str, str, int | None] | None:
    if idea.organisation_id is not None and not has_just_sent:
        writers = member_ids(idea.organisation_id, *WRITERS)
        if person is None or person.id not in writers:
            heirs = people_by_ids(member_ids(idea.organisation_id, "manager", "approver")).values()
            person = next((one for one in heirs if one.deactivated_at is None), person)
    if person is not None:
        return (person.email, person.language, person.id) if person.deactivated_at is None else None
    return (idea.author_email, idea.language, None) if idea.author_email else None


def status_url(idea: Idea) -> str:
    """The full address of the private status page, in the present language."""
    return address("ideas.status", token=tokens.status_token(idea.draft_key))


def receipt_url(idea: Idea) -> str:
    """The full address of the receipt as PDF, in the present language."""
    return address("ideas.receipt", token=tokens.status_token(idea.draft_key))


def draft_url(idea: Idea) -> str:
    """The full address of the private draft, in the present language."""
    return address("ideas.draft", token=tokens.draft_token(idea.draft_key))


def check_recipient(email: str) -> None:
    """Count a mail to an address that nobody has confirmed yet; TooMany beyond the limit of the day."""
    key = email.casefold()
    if not limits().hit("confirmations.recipient", key):
        raise TooMany(
            _("We have sent several mails to this address today. Please look there, also among the unwanted ones."),
            limits().wait("confirmations.recipient", key),
        )


def send(idea: Idea, letter: Letter, kind: str, to: tuple[str, str, int | None]) -> None:
    """Queue a letter about an idea to one of its people, in their language."""
    recipient, language, person_id = to
    queue_template(
        recipient, "ideas/mail_letter", language, kind=kind, context={"letter": letter}, person_id=person_id,
        reference=f"idea:{idea.id}", named=letter.named,
    )  # fmt: skip


def to_author(kind: str) -> Callable[[Callable[Concatenate[Idea, P], Letter]], Callable[Concatenate[Idea, P], None]]:
    """Of a function that puts a letter together: one that sends it to the author of the idea, in their language; nothing
    where there is nobody to write to."""

    def sending(write: Callable[Concatenate[Idea, P], Letter]) -> Callable[Concatenate[Idea, P], None]:
        @wraps(write)
        def tell(idea: Idea, *given: P.args, **named: P.kwargs) -> None:
            to = recipient_of(idea)
            if to is not None:
                with in_language(to[1]):
                    letter = write(idea, *given, **named)
                send(idea, letter, kind, to)

        return tell

    return sending


def _is_open(idea: Idea) -> bool:
    """Whether ideas can be sent to its consultation."""
    return db.session.get_one(Consultation, idea.consultation_id).phase == "open"


def facts_of(idea: Idea, title: str = "") -> list[tuple[str, str]]:
    """What a letter says of its idea: title and number, as far as there are any."""
    facts = [(_("Idea"), _("“%(words)s”", words=title or idea.title))] if title or idea.title else []
    return [*facts, *([(_("Number"), idea.number)] if idea.number else [])]


def in_words(moment: datetime) -> str:
    """A promised moment: 26 November 2026, 10 am."""
    return f"{format_day(moment)}, {format_clock(moment)}"


def send_confirmation(idea: Idea, email: str, language: str, token: str) -> None:
    """The link by which somebody without an account confirms the address and sends the idea."""
    in_a_week = now() + TERMS.confirmation
    end = in_time(in_a_week, db.session.get_one(Consultation, idea.consultation_id))
    with in_language(language):
        letter = Letter(
            subject=_("Please confirm: your idea for “%(site)s”", site=current_app.config["SETTINGS"].site_name),
            heading=_("One more step and your idea is with us"),
            lines=[
                _("Please open this page and confirm there that the address is yours. Your idea then gets its number.")
            ],
            button=(_("Confirm the address"), address("ideas.confirm", token=token)),
            after=[
                _(
                    "The link is valid for seven days. Without confirmation the idea stays a draft that only you can open."
                )
                if end == in_a_week
                else _(
                    "The link is valid until %(day)s, midnight: after that the evaluation begins, and nothing is taken any "
                    "more. Without confirmation the idea stays a draft that only you can open.",
                    day=format_day(end),
                ),
                _("If you have sent nothing to us, somebody has mistyped an address: simply delete this mail."),
            ],
        )
    send(idea, letter, "idea.confirm", (email, language, None))


def _entered_lines(version: IdeaVersion) -> list[str]:
    """Where somebody else typed it: that it is so, and what to do if it was not theirs."""
    if not origins.channel_of(version) or version.number > 1:
        return []
    return [
        _("What you gave us (%(channel)s) we have entered word for word.", channel=origins.channel_words(version)),
        _("If it is not yours, or not what you said, please write to us."),
    ]


def send_receipt(actor: Actor, idea: Idea, version: IdeaVersion, due_at: datetime) -> None:
    """We have it: number, until when we decide, the private status link."""
    to = _sender_of(idea, actor)
    if to is None:
        return
    with in_language(to[1]):
        first = version.number == 1
        number = idea.number or ""
        letter = Letter(
            subject=_("We have your idea: %(number)s", number=number)
            if first
            else _("We have your new version of %(number)s", number=number),
            heading=_("We have your idea") if first else _("We have your new version"),
            lines=[
                *_entered_lines(version),
                _("We will decide by %(when)s.", when=in_words(due_at)),
                _("You read at your private address at any time how it stands, with every decision and its reasons."),
            ],
            facts=facts_of(idea, version.title),
            button=(_("See how it stands"), status_url(idea)),
            after=[
                _("Whoever has this address can change and withdraw the idea. Please do not pass it on.")
                if idea.organisation_id is None
                else _("This address opens to everybody who writes for your organisation, after signing in.")
            ],
            links=[(_("Receipt as PDF"), receipt_url(idea))] if typesetting.available() else [],
        )
    send(idea, letter, "idea.receipt", to)


@to_author("idea.withdrawn")
def send_withdrawn(idea: Idea) -> Letter:
    """The author has taken it back."""
    lines = [_("As you wished, nobody can read the text any more.")]
    if idea.was_public:
        lines.append(_("At its address only the number and the dates remain."))
    return Letter(
        subject=_("Your idea is withdrawn"), heading=_("Your idea is withdrawn"), lines=lines, facts=facts_of(idea),
        after=[_("If this was not you, please write to us at once: somebody else then has your private address.")],
    )  # fmt: skip


def send_draft_link(idea: Idea, email: str, language: str, title: str) -> None:
    """The secret address of a draft, for going on later; asked for by whoever has it open."""
    check_recipient(email)
    with in_language(language):
        letter = Letter(
            subject=_("The link to your draft"),
            heading=_("Go on writing whenever you like"),
            lines=[
                _("Your draft is stored under this address. Nobody finds it without the link.")
                if idea.organisation_id is None
                else _("This address opens to everybody who writes for your organisation, after signing in.")
            ],
            facts=facts_of(idea, title),
            button=(_("Open the draft"), draft_url(idea)),
            after=[_("A draft that nobody touches for 60 days is deleted.")] if idea.status == DRAFT else [],
        )
    send(idea, letter, "idea.draft_link", (email, language, None))


def send_decision(idea: Idea, verdict: Verdict, title: str) -> None:
    """A moderator's decision, with the words that moderation uses for all texts."""
    to = recipient_of(idea)
    if to is None:
        return
    recipient, language, person_id = to
    with in_language(language):
        public = idea.is_public and verdict.outcome in SHOWING and idea.number
        url = address("ideas.show", number=idea.number) if public else status_url(idea)
    moderation_mails.send_decision(
        recipient, language, verdict, title=title, number=idea.number or "", url=url,
        until=_revised_by(idea) if verdict.outcome == "return" else None, person_id=person_id,
    )  # fmt: skip


def _revised_by(idea: Idea) -> datetime | None:
    """Until when a text that is returned now can be sent again; None where there is no end."""
    return mended_until(idea.status, now(), db.session.get_one(Consultation, idea.consultation_id))


def tell_merged_into(target: Idea, verdict: Verdict) -> None:
    """The same decision to the author of the idea that another one was merged into."""
    to = recipient_of(target)
    if to is None:
        return
    recipient, language, person_id = to
    with in_language(language):
        url = address("ideas.show", number=target.number)
    moderation_mails.send_decision(
        recipient, language, verdict, title=target.title, number=target.number or "", url=url, person_id=person_id
    )


# ---- release in the organisation ------------------------------------------------------------------------------------


def ask_for_release(idea: Idea, people: list[Person], title: str, author: Actor, organisation: str) -> None:
    """An idea waits for one of these people, who release for their organisation."""
    for person in people:
        with in_language(person.language):
            letter = Letter(
                subject=_("An idea waits for your release: %(title)s", title=title),
                heading=_("An idea waits for your release"),
                lines=[
                    _(
                        "%(name)s has written it for %(organisation)s.",
                        name=author.name or _("Somebody"),
                        organisation=organisation,
                    ),
                    _("Read it and release it, or give it back with a sentence. Before that nobody else gets it."),
                ],
                facts=facts_of(idea, title),
                button=(_("Read and decide"), address("ideas.release", idea_id=idea.id)),
                named=[(author.person_id, author.name)],
            )
        send(idea, letter, "idea.release_asked", (person.email, person.language, person.id))


@to_author("idea.release_returned")
def tell_returned_draft(idea: Idea, title: str, note: str) -> Letter:
    """Somebody of the author's organisation asks for a change before they release it."""
    return Letter(
        subject=_("Your organisation asks for a change: %(title)s", title=title),
        heading=_("Your organisation asks for a change"),
        lines=[
            _("Whoever releases for your organisation has given your idea back with this sentence:"),
            _("“%(words)s”", words=note),
            _("Your text is a draft again. Change it and send it once more.")
            if can_send_in(db.session.get_one(Consultation, idea.consultation_id), RETURNED)
            else _("Your text is a draft again. It cannot be sent any more, since the evaluation has begun."),
        ],
        facts=facts_of(idea, title),
        button=(_("Open the draft"), draft_url(idea)),
    )


# ---- co-authors -----------------------------------------------------------------------------------------------------


def send_invitation(idea: Idea, row: IdeaCoauthor, token: str, author: Person | None, language: str) -> None:
    """Whether somebody stands for an idea, too: the link where they read it and answer."""
    with in_language(language):
        letter = Letter(
            subject=_("Do you stand for this idea, too? %(number)s", number=idea.number or ""),
            heading=_("Do you stand for this idea, too?"),
            lines=[
                _("%(name)s names you as co-author of an idea.", name=author.name)
                if author is not None and author.name
                else _("You were named as co-author of an idea."),
                _("Read it there and say yes or no. Your name stands by it only once you have confirmed."),
            ],
            facts=facts_of(idea),
            button=(_("Read and answer"), address("ideas.invited", token=token)),
            after=[_("If you do not answer, nothing happens. The link is for you; please do not pass it on.")],
        )
    queue_template(
        row.email, "ideas/mail_letter", language, kind="idea.coauthor_invitation", context={"letter": letter},
        person_id=row.person_id, reference=f"idea:{idea.id}",
        named=[(author.id, author.name)] if author is not None else (),
    )  # fmt: skip


def tell_new_text(idea: Idea, version: IdeaVersion, person: Person, token: str) -> None:
    """Somebody who stands for the idea: its text has changed and waits for the moderation."""
    with in_language(person.language):
        letter = Letter(
            subject=_("New text of an idea for which you stand: %(number)s", number=idea.number or ""),
            heading=_("An idea for which you stand has a new text"),
            lines=[
                _("Its author has sent it, and the moderation checks it."),
                _("If it is published, your name stands by it as it does now."),
            ],
            facts=facts_of(idea, version.title),
            button=(_("Read the new text"), address("ideas.invited", token=token)),
            after=[_("If you do not stand for it any more, you take your name away on the same page.")],
        )
    send(idea, letter, "idea.coauthor_new_text", (person.email, person.language, person.id))


def tell_taken_back(idea: Idea, person: Person) -> None:
    """Somebody who stands for the idea: its author has withdrawn it."""
    with in_language(person.language):
        sentence = _("An idea for which you stand was withdrawn: %(number)s", number=idea.number or "")
        letter = Letter(
            subject=sentence, heading=sentence,
            lines=[_("Its author has taken it back. Nobody reads the text any more, and your name stands nowhere with it.")],
            facts=facts_of(idea),
        )  # fmt: skip
    send(idea, letter, "idea.coauthor_withdrawn", (person.email, person.language, person.id))


@to_author("idea.coauthor_answer")
def tell_answered(idea: Idea, row: IdeaCoauthor) -> Letter:
    """Somebody who was invited has answered, or has left again."""
    words = {
        "confirmed": _("%(name)s stands for your idea, too", name=row.shown_name or row.email),
        "declined": _("%(name)s does not stand for your idea", name=row.name or row.email),
    }
    sentence = words.get(row.status, _("%(name)s stands for your idea no longer", name=row.name or row.email))
    return Letter(
        subject=sentence, heading=sentence, lines=[_("The names by your idea follow at once.")], facts=facts_of(idea),
        button=(_("See how it stands"), status_url(idea)),
        named=[(row.person_id, name) for name in (row.shown_name, row.name)],
    )  # fmt: skip


def send_late_invitation(consultation: Consultation, invitation: IdeaInvitation, token: str, language: str) -> None:
    """The link by which somebody can still send an idea after the end."""
    with in_language(language):
        last = format_day(invitation.valid_until - timedelta(microseconds=1))
        letter = Letter(
            subject=_("You can still send an idea, until %(day)s", day=last),
            heading=_("You can still send an idea"),
            lines=[
                _(
                    "The consultation “%(title)s” is closed. With this link one idea can still be sent.",
                    title=pick(consultation.title),
                ),
                _("The link is valid until %(day)s, midnight.", day=last),
                _(
                    "A draft that you have begun already can be sent at its own address, "
                    "if it belongs to this e-mail address."
                ),
            ],
            button=(
                _("Write the idea"),
                address("ideas.new", consultation=consultation.slug, invitation=token),
            ),
            after=[_("The link is for you; please do not pass it on.")],
        )
    queue_template(
        invitation.email, "ideas/mail_letter", language, kind="idea.late_invitation", context={"letter": letter},
        reference=f"invitation:{invitation.id}",
    )  # fmt: skip


# ---- what jobs write ------------------------------------------------------------------------------------------------


@to_author("idea.reminder")
def remind_of_draft(idea: Idea, title: str, until: datetime) -> Letter:
    """A draft will be deleted soon."""
    return Letter(
        subject=_("Your draft will be deleted on %(day)s", day=format_day(until)),
        heading=_("Would you like to go on writing?"),
        lines=[
            _("Nobody has touched this draft for a long time."),
            _("If it stays so, it is deleted on %(day)s.", day=format_day(until)),
        ],
        facts=facts_of(idea, title),
        button=(_("Open the draft"), draft_url(idea)),
    )  # fmt: skip


@to_author("idea.draft_deleted")
def tell_draft_deleted(idea: Idea, title: str) -> Letter:
    """A draft was deleted because nobody went on with it."""
    return Letter(
        subject=_("Your draft was deleted"), heading=_("Your draft was deleted"),
        lines=[
            _("Nobody had touched it for 60 days. You can write a new idea as long as the consultation is open.")
            if _is_open(idea)
            else _("Nobody had touched it for 60 days.")
        ],
        facts=facts_of(idea, title),
    )  # fmt: skip


@to_author("idea.reminder")
def remind_of_revision(idea: Idea, until: datetime) -> Letter:
    """A returned idea is closed soon if nothing comes."""
    return Letter(
        subject=_("We still wait for your change to %(number)s", number=idea.number or ""),
        heading=_("We still wait for your change"),
        lines=[
            _("We have asked you to change something before we publish your idea."),
            _("If nothing comes by %(day)s, we close the matter without publishing.", day=format_day(until)),
        ],
        facts=facts_of(idea),
        button=(_("Change the text"), status_url(idea)),
    )


@to_author("idea.closed")
def tell_closed(idea: Idea) -> Letter:
    """A returned idea was closed, since no change came."""
    return Letter(
        subject=_("Your idea %(number)s was closed", number=idea.number or ""),
        heading=_("Your idea was closed"),
        lines=[
            _("We had asked you for a change, and none came within 30 days. The idea was not published."),
            *([_("You can send it as a new one as long as the consultation is open.")] if _is_open(idea) else []),
        ],
        facts=facts_of(idea),
        button=(_("See how it stands"), status_url(idea)),
    )
