"""The questions of a consultation as a form to fill in by hand: what stands on it, the same in every format.

Plain values in the reader's language, so that page, PDF and office documents are made of one thing and cannot differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import current_app

from consult.consultations import words
from consult.consultations.models import Consultation, Question
from consult.core.audiences import AUDIENCES, HINTS, LABELS
from consult.core.i18n import _, current_language, format_day, pick
from consult.core.web import address

TICK = "\N{BALLOT BOX}"


@dataclass(frozen=True)
class Asked:
    """A question as it stands on the form."""

    number: int
    title: str
    text: str
    help: str


@dataclass(frozen=True)
class Blank:
    """Something to fill in beside the answers: what, a hint, how many lines."""

    label: str
    hint: str = ""
    lines: int = 1


@dataclass(frozen=True)
class Part:
    """A heading and sentences below it."""

    heading: str
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class Sheet:
    """The form. `dates` are (term, day); `audiences` (name, who that is) to tick one of for each answer."""

    title: str
    language: str
    lede: str
    how: Part
    dates: tuple[tuple[str, str], ...]
    questions: tuple[Asked, ...]
    audience: str
    audiences: tuple[tuple[str, str], ...]
    room: str
    idea: Part
    idea_blanks: tuple[Blank, ...]
    about: Part
    about_blanks: tuple[Blank, ...]
    consent: Part
    consent_ticks: tuple[str, ...]
    signature: tuple[Blank, ...]
    send: Part
    privacy: Part
    author: str
    site: str
    page: str

    @property
    def dated(self) -> str:
        """The dates as one line."""
        return "; ".join(f"{term}: {day}" for term, day in self.dates)


def sheet_of(consultation: Consultation, questions: list[Question]) -> Sheet:
    """The form of a consultation in the present language; questions that take no answers any more are left out."""
    settings = current_app.config["SETTINGS"]
    operator = settings.operator
    asked = tuple(
        Asked(one.position, pick(one.short_title), pick(one.text), pick(one.help))
        for one in questions
        if not one.is_closed
    )
    return Sheet(
        title=pick(consultation.title),
        language=current_language(),
        lede=pick(consultation.summary),
        how=_how(consultation),
        dates=tuple(words.dates(consultation)),
        questions=asked,
        audience=_("Who may read this answer? Please tick one."),
        audiences=tuple((str(LABELS[code]), str(HINTS[code])) for code in AUDIENCES),
        room=_("Your answer"),
        idea=Part(_("Your idea"), (_("Title and summary are public once the idea is published."),)),
        idea_blanks=(
            Blank(_("Title"), _("Up to 120 characters")),
            Blank(_("Summary"), _("One or two sentences"), 3),
        ),
        about=Part(_("About you"), (_("Only the organisation stands by the idea. Your name and address stay with us."),)),
        about_blanks=(
            Blank(_("Name")),
            Blank(_("Organisation")),
            Blank(_("E-mail address"), _("Then you get a receipt and hear what we decide. Without one we write by post.")),
            Blank(_("Postal address"), "", 2),
        ),
        consent=Part(_("Your consent"), (_("Without it we cannot take your idea."),)),
        consent_ticks=(
            _("My idea may be entered, checked and, as ticked above, published under the organisation's name."),
        ),
        signature=(Blank(_("Place and date")), Blank(_("Signature"))),
        send=_send(consultation, operator),
        privacy=_privacy(operator),
        author=operator["name"],
        site=settings.site_name,
        page=_("Page"),
    )  # fmt: skip


def _how(consultation: Consultation) -> Part:
    until = (
        _("What reaches us by %(day)s takes part.", day=format_day(consultation.closes_on))
        if consultation.closes_on
        else _("There is no last day so far.")
    )
    return Part(
        _("How it works"),
        (
            _("Answer as many questions as you like; one is enough. Further sheets are welcome."),
            _("For each answer you say who may read it. If nothing is ticked, only ministry and moderation read it."),
            _("We enter your text word for word. Moderation then decides within %(days)s.",
              days=words.working_days(consultation.promised_days)),
            until,
        ),
    )  # fmt: skip


def _send(consultation: Consultation, operator: dict[str, str]) -> Part:
    office = pick(consultation.office) if consultation.office else ""
    lines = [one for one in (office, operator["name"], operator["address"]) if one]
    if operator["email"]:
        lines.append(_("or scanned to %(address)s", address=operator["email"]))
    lines.append(_("Online: %(address)s", address=address("consultations.show", slug=consultation.slug)))
    return Part(_("Where to send it"), tuple(dict.fromkeys(lines)))


def _privacy(operator: dict[str, str]) -> Part:
    return Part(
        _("What happens to your data"),
        (
            _("%(name)s uses your details for this consultation only: to enter the idea, to answer you and to evaluate it.",
              name=operator["name"]),
            _("You can withdraw your consent and the idea at any time, see what is stored and have it mended or deleted."),
            _("The sheet itself is destroyed when the consultation is evaluated. All of it: %(address)s",
              address=address("pages.privacy")),
        ),
    )  # fmt: skip


def as_data(sheet: Sheet) -> dict[str, Any]:
    """The form for the typesetting."""

    def part(one: Part, **more: Any) -> dict[str, Any]:
        return {"heading": one.heading, "sentences": list(one.sentences), **more}

    def blanks(found: tuple[Blank, ...]) -> list[dict[str, Any]]:
        return [{"label": one.label, "hint": one.hint, "lines": one.lines} for one in found]

    return {
        "title": sheet.title, "lang": sheet.language, "author": sheet.author, "subject": sheet.lede, "foot": sheet.site,
        "page": sheet.page, "lede": sheet.lede, "how": part(sheet.how), "dates": [list(one) for one in sheet.dates],
        "room": sheet.room, "audience": sheet.audience, "audiences": [list(one) for one in sheet.audiences],
        "questions": [
            {"heading": f"{one.number} {one.title}", "text": one.text, "help": one.help} for one in sheet.questions
        ],
        "idea": part(sheet.idea, blanks=blanks(sheet.idea_blanks)),
        "about": part(sheet.about, blanks=blanks(sheet.about_blanks)),
        "consent": part(sheet.consent, ticks=list(sheet.consent_ticks), blanks=blanks(sheet.signature)),
        "send": part(sheet.send), "privacy": part(sheet.privacy),
    }  # fmt: skip
