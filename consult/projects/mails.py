"""Letters to people who take part: one shape for all, so that text and HTML say the same.

A letter says what happened, when and where, has one button and then what one may want to know. It is written in the
person's language in the transaction of its cause.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

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
class Place:
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


def about_place(
    place: Place, subject: str, heading: str, lines: list[str], button: str = "", after: Sequence[str] = ()
) -> Letter:
    """A letter about somebody's place: the title in its subject, the facts as a table, the button to one's own page."""
    return Letter(
        subject=subject, heading=heading, lines=lines, facts=place.facts, after=list(after),
        button=(button or _("Look at or give up your place"), place.own_page),
    )  # fmt: skip


def _confirmed(place: Place) -> Letter:
    return about_place(
        place,
        _("You have a place: %(title)s", title=place.title),
        _("You have a place."),
        [_("We look forward to seeing you: %(title)s", title=place.title)],
        after=[
            *place.calendar,
            _("If you cannot come, please give up your place there. Somebody on the waiting list moves up."),
        ],
    )


def _requested(place: Place) -> Letter:
    return about_place(
        place,
        _("Your request has arrived: %(title)s", title=place.title),
        _("The host decides about your request."),
        [_("You asked for a place: %(title)s. As soon as the host has decided, we write to you.", title=place.title)],
        _("Look at your request"),
    )


def _waiting(place: Place) -> Letter:
    return about_place(
        place,
        _("You are on the waiting list: %(title)s", title=place.title),
        _("You are on the waiting list."),
        [
            _("All places are taken at the moment: %(title)s", title=place.title),
            _(
                "You are %(ordinal)s on the list and will move up automatically. When a place becomes free for you, "
                "we hold it and write to you.",
                ordinal=words.ordinal(place.ahead + 1),
            ),
        ],
    )


def _offered(place: Place) -> Letter:
    until = format_moment(place.participation.offered_until)
    return about_place(
        place,
        _("A place is held for you until %(until)s: %(title)s", until=until, title=place.title),
        _("A place has become free for you."),
        [
            _("We hold it until %(until)s: %(title)s", until=until, title=place.title),
            _("Please take it here. After that it goes to the next person on the list."),
        ],
        _("Take the place"),
        [_("You cannot come any more? On the same page you give the place up at once.")],
    )


def _over(place: Place, subject: str, heading: str, lines: list[str]) -> Letter:
    """A letter to somebody who has no place any more: its button leads to the activity."""
    return replace(about_place(place, subject, heading, lines), button=(_("To the activity"), place.page))


def _lapsed(place: Place) -> Letter:
    return _over(
        place,
        _("The held place has gone on: %(title)s", title=place.title),
        _("The place was not taken in time."),
        [
            _("It has gone to the next person on the list: %(title)s", title=place.title),
            _("If you still would like to come, join again. You will then stand at the end of the list."),
        ],
    )


def _cancelled(place: Place) -> Letter:
    return _over(
        place,
        _("You have given up your place: %(title)s", title=place.title),
        _("You have given up your place."),
        [_("You are no longer registered: %(title)s", title=place.title), _("Thank you for telling us.")],
    )


def _declined(place: Place) -> Letter:
    return Letter(
        subject=_("No place this time: %(title)s", title=place.title),
        heading=_("The host cannot give you a place."),
        lines=[_("You asked for a place: %(title)s. The host writes:", title=place.title)],
        quote=place.participation.note,
        button=(_("More activities"), address("activities.index")),
    )


def _reminder(place: Place) -> Letter:
    return about_place(
        place,
        _("Tomorrow: %(title)s", title=place.title),
        _("See you tomorrow."),
        [_("You have a place: %(title)s", title=place.title)],
        after=[_("Something has come up? Until the beginning you give up your place there.")],
    )


_PLACE_LETTERS: dict[str, Callable[[Place], Letter]] = {
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
    """Write to a participant about their place. `ahead` is how many wait before them."""
    send_letter(activity, participation, f"activities.{what}", _PLACE_LETTERS[what], ahead)


def send_letter(
    activity: Activity, participation: Participation, kind: str, write: Callable[[Place], Letter], ahead: int = 0
) -> None:
    """Write to a participant in their language.

    Nothing is written to somebody who never confirmed the address or whose account is deactivated.
    """
    person = person_by_id(participation.person_id)
    if person is None or not person.is_active:
        return
    with in_language(participation.language):
        letter = write(Place(activity, participation, ahead))
        _queue(person, participation.language, kind, letter, f"participation:{participation.id}")


def _send_link(email: str, language: str, kind: str, write: Callable[[], Letter]) -> None:
    """A link that somebody without an account confirms something with."""
    with in_language(language):
        letter = write()
        letter.after.append(_("If it was not you, do nothing. Nothing is stored then."))
        queue_template(email, TEMPLATE, language, kind=kind, context={"letter": letter})


def send_join_link(email: str, language: str, activity: Activity, raw: str) -> None:
    """The link that somebody without an account confirms their registration with."""

    def write() -> Letter:
        title = pick(activity.title)
        return Letter(
            subject=_("Please confirm your registration: %(title)s", title=title),
            heading=_("One more step to your place."),
            lines=[
                _("Somebody, probably you, has asked for a place with this address: %(title)s", title=title),
                _("The registration counts once you confirm it. Until then no place is taken."),
            ],
            button=(_("Confirm registration"), address("activities.join_confirm", slug=activity.slug, token=raw)),
        )

    _send_link(email, language, "activities.join_link", write)


# ---- projects -------------------------------------------------------------------------------------------------------


def _membership_letter(project: Project, membership: Membership, what: str) -> Letter:
    """What happened to somebody's part in a project: "asked", "accepted", "ended" or "declined"."""
    title, role = pick(project.title), term_title("joining_roles", membership.role)
    subject, heading = {
        "asked": (_("Your offer has arrived: %(title)s", title=title), _("Your offer has arrived.")),
        "accepted": (_("You are taking part: %(title)s", title=title), _("You are taking part.")),
        "ended": (_("Your part in the project has ended: %(title)s", title=title), _("Your part has ended.")),
        "declined": (
            _("Your offer to the project: %(title)s", title=title),
            _("The project cannot take up your offer."),
        ),
    }[what]
    lines = {
        "asked": [
            _("You would like to take part: %(title)s. Your part: %(role)s.", title=title, role=role),
            _("The project's lead decides and answers you with a sentence."),
        ],
        "accepted": [_("Project: %(title)s. Your part: %(role)s.", title=title, role=role)],
    }.get(what) or [_("Project: %(title)s. Your part: %(role)s. The lead writes:", title=title, role=role)]
    ways = [_("You can end your part at any time on the project's page or on your own.")] if what == "accepted" else []
    return Letter(
        subject=subject, heading=heading, lines=lines, quote=membership.note if what != "asked" else "",
        button=(_("To the project"), address("projects.show", slug=project.slug)), after=ways,
    )  # fmt: skip


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

    def write() -> Letter:
        title = pick(project.title)
        return Letter(
            subject=_("Please confirm: taking part in %(title)s", title=title),
            heading=_("One more step."),
            lines=[
                _("Somebody, probably you, would like to take part with this address: %(title)s", title=title),
                _("The project hears of it once you confirm."),
            ],
            button=(_("Confirm"), address("projects.join_confirm", slug=project.slug, token=raw)),
        )

    _send_link(email, language, "projects.join_link", write)
