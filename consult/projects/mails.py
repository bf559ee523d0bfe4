"""Letters to people who take part: one shape for all, so that text and HTML say the same.

A letter says what happened, when and where, has one button and then what one may want to know. It is written in the
person's language in the transaction of its cause.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from consult.accounts.models import Person
from consult.accounts.queries import person_by_id
from consult.core.i18n import _, format_moment, in_language, pick
from consult.core.mail import queue_template
from consult.core.vocabularies import term_title
from consult.core.web import address
from consult.projects import words
from consult.projects.models import Activity, Membership, Participation, Project
from consult.projects.tokens import place_token

TEMPLATE = "projects/mail_letter"


@dataclass
class Letter:
    """A message in one language. `facts` are shown as a table, `button` is (label, address), `quote` a person's sentence."""

    subject: str
    heading: str
    lines: list[str]
    button: tuple[str, str] | None = None
    facts: list[tuple[str, str]] = field(default_factory=list)
    quote: str = ""
    after: list[str] = field(default_factory=list)


def _queue(person: Person, language: str, kind: str, letter: Letter, reference: str = "") -> None:
    queue_template(
        person.email,
        TEMPLATE,
        language,
        kind=kind,
        context={"letter": letter},
        person_id=person.id,
        reference=reference,
    )


# ---- activities -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Place:
    """What a letter about a place needs."""

    activity: Activity
    participation: Participation
    ahead: int

    @property
    def title(self) -> str:
        return pick(self.activity.title)

    @property
    def own_page(self) -> str:
        one = self.participation
        token = place_token(one.activity_id, one.person_id, one.position)
        return address("activities.place", slug=self.activity.slug, token=token)

    @property
    def page(self) -> str:
        return address("activities.show", slug=self.activity.slug)

    @property
    def facts(self) -> list[tuple[str, str]]:
        day, time = words.day_words(self.activity), words.time_words(self.activity)
        found = [(_("When"), f"{day}, {time}" if time else day), (_("Where"), words.place_words(self.activity))]
        if self.participation.role:
            found.append((_("Your part"), term_title("joining_roles", self.participation.role)))
        return [(term, value) for term, value in found if value]

    @property
    def calendar(self) -> list[str]:
        if not has_calendar_entry(self.activity):
            return []
        return [_("For your calendar: %(url)s", url=address("activities.ics", slug=self.activity.slug))]


def has_calendar_entry(activity: Activity) -> bool:
    """Whether the date is exact enough for a calendar."""
    return activity.starts_at is not None and activity.precision in ("time", "day")


def _confirmed(place: _Place) -> Letter:
    return Letter(
        subject=_("You have a place: %(title)s", title=place.title),
        heading=_("You have a place."),
        lines=[_("We look forward to seeing you: %(title)s", title=place.title)],
        facts=place.facts,
        button=(_("Look at or give up your place"), place.own_page),
        after=[
            *place.calendar,
            _("If you cannot come, please give up your place there. Somebody on the waiting list moves up."),
        ],
    )


def _requested(place: _Place) -> Letter:
    return Letter(
        subject=_("Your request has arrived: %(title)s", title=place.title),
        heading=_("The host decides about your request."),
        lines=[
            _("You asked for a place: %(title)s. As soon as the host has decided, we write to you.", title=place.title)
        ],
        facts=place.facts,
        button=(_("Look at your request"), place.own_page),
    )


def _waiting(place: _Place) -> Letter:
    return Letter(
        subject=_("You are on the waiting list: %(title)s", title=place.title),
        heading=_("You are on the waiting list."),
        lines=[
            _("All places are taken at the moment: %(title)s", title=place.title),
            _(
                "You are %(ordinal)s on the list and will move up automatically. When a place becomes free for you, "
                "we hold it and write to you.",
                ordinal=words.ordinal(place.ahead + 1),
            ),
        ],
        facts=place.facts,
        button=(_("Look at or give up your place"), place.own_page),
    )


def _offered(place: _Place) -> Letter:
    until = format_moment(place.participation.offered_until)
    return Letter(
        subject=_("A place is held for you until %(until)s: %(title)s", until=until, title=place.title),
        heading=_("A place has become free for you."),
        lines=[
            _("We hold it until %(until)s: %(title)s", until=until, title=place.title),
            _("Please take it here. After that it goes to the next person on the list."),
        ],
        facts=place.facts,
        button=(_("Take the place"), place.own_page),
        after=[_("You cannot come any more? On the same page you give the place up at once.")],
    )


def _lapsed(place: _Place) -> Letter:
    return Letter(
        subject=_("The held place has gone on: %(title)s", title=place.title),
        heading=_("The place was not taken in time."),
        lines=[
            _("It has gone to the next person on the list: %(title)s", title=place.title),
            _("If you still would like to come, join again. You will then stand at the end of the list."),
        ],
        facts=place.facts,
        button=(_("To the activity"), place.page),
    )


def _cancelled(place: _Place) -> Letter:
    return Letter(
        subject=_("You have given up your place: %(title)s", title=place.title),
        heading=_("You have given up your place."),
        lines=[_("You are no longer registered: %(title)s", title=place.title), _("Thank you for telling us.")],
        facts=place.facts,
        button=(_("To the activity"), place.page),
    )


def _declined(place: _Place) -> Letter:
    return Letter(
        subject=_("No place this time: %(title)s", title=place.title),
        heading=_("The host cannot give you a place."),
        lines=[_("You asked for a place: %(title)s. The host writes:", title=place.title)],
        quote=place.participation.note,
        button=(_("More activities"), address("activities.index")),
    )


def _reminder(place: _Place) -> Letter:
    return Letter(
        subject=_("Tomorrow: %(title)s", title=place.title),
        heading=_("See you tomorrow."),
        lines=[_("You have a place: %(title)s", title=place.title)],
        facts=place.facts,
        button=(_("Look at or give up your place"), place.own_page),
        after=[_("Something has come up? Until the beginning you give up your place there.")],
    )


_PLACE_LETTERS: dict[str, Callable[[_Place], Letter]] = {
    "confirmed": _confirmed,
    "requested": _requested,
    "waiting": _waiting,
    "offered": _offered,
    "lapsed": _lapsed,
    "cancelled": _cancelled,
    "declined": _declined,
    "reminder": _reminder,
}


def send(activity: Activity, participation: Participation, what: str, ahead: int = 0) -> None:
    """Write to a participant about their place. `ahead` is how many wait before them.

    Nothing is written to somebody who never confirmed the address or whose account is deactivated.
    """
    person = person_by_id(participation.person_id)
    if person is None or not person.is_active:
        return
    with in_language(participation.language):
        letter = _PLACE_LETTERS[what](_Place(activity, participation, ahead))
        _queue(person, participation.language, f"activities.{what}", letter, f"participation:{participation.id}")


def send_join_link(email: str, language: str, activity: Activity, raw: str) -> None:
    """The link that somebody without an account confirms their registration with."""
    with in_language(language):
        title = pick(activity.title)
        letter = Letter(
            subject=_("Please confirm your registration: %(title)s", title=title),
            heading=_("One more step to your place."),
            lines=[
                _("Somebody, probably you, has asked for a place with this address: %(title)s", title=title),
                _("The registration counts once you confirm it. Until then no place is taken."),
            ],
            button=(
                _("Confirm registration"),
                address("activities.join_confirm", slug=activity.slug, token=raw),
            ),
            after=[_("If it was not you, do nothing. Nothing is stored then.")],
        )
        queue_template(email, TEMPLATE, language, kind="activities.join_link", context={"letter": letter})


# ---- projects -------------------------------------------------------------------------------------------------------


def _membership_letter(project: Project, membership: Membership, what: str) -> Letter:
    title, role = pick(project.title), term_title("joining_roles", membership.role)
    page = (_("To the project"), address("projects.show", slug=project.slug))
    if what == "asked":
        return Letter(
            subject=_("Your offer has arrived: %(title)s", title=title),
            heading=_("Your offer has arrived."),
            lines=[
                _("You would like to take part: %(title)s. Your part: %(role)s.", title=title, role=role),
                _("The project's lead decides and answers you with a sentence."),
            ],
            button=page,
        )
    if what == "accepted":
        return Letter(
            subject=_("You are taking part: %(title)s", title=title),
            heading=_("You are taking part."),
            lines=[_("Project: %(title)s. Your part: %(role)s.", title=title, role=role)],
            quote=membership.note,
            button=page,
            after=[_("You can end your part at any time on the project's page or on your own.")],
        )
    if what == "ended":
        return Letter(
            subject=_("Your part in the project has ended: %(title)s", title=title),
            heading=_("Your part has ended."),
            lines=[_("Project: %(title)s. Your part: %(role)s. The lead writes:", title=title, role=role)],
            quote=membership.note,
            button=page,
        )
    return Letter(
        subject=_("Your offer to the project: %(title)s", title=title),
        heading=_("The project cannot take up your offer."),
        lines=[_("Project: %(title)s. Your part: %(role)s. The lead writes:", title=title, role=role)],
        quote=membership.note,
        button=page,
    )


def send_membership(project: Project, membership: Membership, what: str) -> None:
    """Write to somebody about their part in a project: "asked", "accepted", "declined" or "ended"."""
    person = person_by_id(membership.person_id)
    if person is None or not person.is_active:
        return
    with in_language(membership.language):
        letter = _membership_letter(project, membership, what)
        _queue(person, membership.language, f"projects.{what}", letter, f"membership:{membership.id}")


def send_project_link(email: str, language: str, project: Project, raw: str) -> None:
    """The link that somebody without an account confirms their offer to a project with."""
    with in_language(language):
        title = pick(project.title)
        letter = Letter(
            subject=_("Please confirm: taking part in %(title)s", title=title),
            heading=_("One more step."),
            lines=[
                _("Somebody, probably you, would like to take part with this address: %(title)s", title=title),
                _("The project hears of it once you confirm."),
            ],
            button=(_("Confirm"), address("projects.join_confirm", slug=project.slug, token=raw)),
            after=[_("If it was not you, do nothing. Nothing is stored then.")],
        )
        queue_template(email, TEMPLATE, language, kind="projects.join_link", context={"letter": letter})
