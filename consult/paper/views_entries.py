"""For staff: typing what came back on paper or from a workshop, what one entered, and the letter to its author."""

from __future__ import annotations

from typing import Any

from flask import render_template

from consult.consultations.models import CLOSED, OPEN, Consultation
from consult.consultations.queries import all_consultations, consultation_with_questions
from consult.core import typesetting
from consult.core.access import access, current_actor
from consult.core.db import db
from consult.core.errors import Invalid, NotFound, Refused
from consult.core.i18n import _, current_language
from consult.core.limits import allow_write
from consult.core.web import flash_done, path, see_other
from consult.ideas import placing
from consult.ideas.models import Idea
from consult.ideas.origins import CHANNEL_WORDS, origin_of
from consult.paper import entries, letters, rules, taking_back
from consult.paper.entries import Doubles
from consult.paper.forms import EntryForm, entry_form
from consult.paper.views import blueprint

FOUND = bool(blueprint)


def refuse_others() -> None:
    """Refused for whoever has the right and does not belong to an agency, a ministry or moderation."""
    if not rules.can_enter(current_actor()):
        raise Refused(_("Your account has no right to this page."))


@blueprint.get("/paper/")
@access(rules.ENTER)
def index() -> Any:
    """Where to enter what came back, and what one has entered."""
    refuse_others()
    actor = current_actor()
    offered = [one for one in all_consultations() if one.phase in (OPEN, CLOSED) and rules.can_enter(actor, one.id)]
    return render_template("paper/index.html", consultations=offered, mine=entries.entered_by(actor))


def consultation_to_enter(slug: str) -> Consultation:
    """The consultation, for whom it is; NotFound and Refused as everywhere."""
    found = consultation_with_questions(slug)
    if found is None:
        raise NotFound()
    if not rules.can_enter(current_actor(), found.id):
        raise Refused(_("Your account has no right to this page."))
    return found


def _form(consultation: Consultation, **more: Any) -> EntryForm:
    form = entry_form(tuple(one.position for one in consultation.questions))(**more)
    form.fill_choices()
    return form


def _page(consultation: Consultation, form: EntryForm, doubles: Doubles | None = None) -> Any:
    found = doubles or Doubles()
    form.questions.data = placing.places(consultation.questions)
    return render_template(
        "paper/enter.html", consultation=consultation, form=form, doubles=found,
        entered=entries.same_words(found.entered),
    )  # fmt: skip


@blueprint.get("/paper/<slug>/enter")
@access(rules.ENTER)
def enter(slug: str) -> Any:
    """The form to type one original."""
    consultation = consultation_to_enter(slug)
    return _page(consultation, _form(consultation, formdata=None, data={"language": current_language()}))


@blueprint.post("/paper/<slug>/enter")
@access(rules.ENTER)
def send_entry(slug: str) -> Any:
    """Take it, unless something is missing or it could be there already."""
    allow_write()
    consultation = consultation_to_enter(slug)
    placing.put_in_place(consultation.questions)
    form = _form(consultation)
    form.validate()
    entry = form.entry(consultation.questions)
    faults = {name: text for name, text in entries.faults_of(consultation, entry).items() if not form[name].errors}
    form.take_errors(Invalid(faults))
    if form.errors:
        return _page(consultation, form), 422
    entries.one_by_one()
    doubles = entries.doubles(consultation, entry)
    if doubles and not form.another.data:
        return _page(consultation, form, doubles), 422
    idea = entries.enter(current_actor(), consultation, entry)
    flash_done(_("The idea is entered: %(number)s.", number=idea.number))
    return see_other(path("paper.entry", number=idea.number))


def _entry(number: str) -> Idea:
    idea = entries.entry_by_number(number) if "\x00" not in number else None
    if idea is None or not rules.can_look_after(current_actor(), idea):
        raise NotFound()
    return idea


@blueprint.get("/paper/entries/<number>")
@access(rules.ENTER)
def entry(number: str) -> Any:
    """What one has entered: its number, how its author hears of it."""
    idea = _entry(number)
    origin = origin_of(idea.id)
    if origin is None:
        raise NotFound()
    return render_template(
        "paper/entry.html", idea=idea, origin=origin, channel=CHANNEL_WORDS[origin.channel],
        consultation=db.session.get_one(Consultation, idea.consultation_id), told=origin.by_mail,
        may_print=letters.can_print(current_actor(), idea, origin) and typesetting.available(),
        may_take_back=taking_back.can_take_back(current_actor(), idea),
    )  # fmt: skip


@blueprint.post("/paper/entries/<number>/letter")
@access(rules.ENTER)
def letter(number: str) -> Any:
    """The letter to an author without e-mail, to print: noted, since it holds their private address."""
    allow_write()
    if not typesetting.available():
        raise NotFound(_("Documents cannot be made here at present."))
    found = letters.letter_for(current_actor(), _entry(number))
    db.session.flush()
    answer = typesetting.pdf_answer(typesetting.typeset("paper/letter.typ", found.data, found.moment), found.number)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@blueprint.post("/paper/entries/<number>/take-back")
@access(rules.ENTER)
def take_back(number: str) -> Any:
    """Withdraw and delete what one has entered by mistake, as long as nobody else has done something with it."""
    allow_write()
    taking_back.take_back(current_actor(), _entry(number).id)
    flash_done(_("%(number)s is taken back.", number=number))
    return see_other(path("paper.index"))


__all__ = ["FOUND", "consultation_to_enter", "refuse_others"]
