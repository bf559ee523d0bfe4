"""Pages of interest: show it, read it, answer it, agree to be known, say what came of it. Only the two sides see them."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from consult.core.access import Actor, access, current_actor
from consult.core.db import reading
from consult.core.errors import Conflict, Invalid, NotFound, Refused
from consult.core.i18n import _, current_language
from consult.core.limits import allow_write
from consult.core.registry import registries
from consult.core.web import flash_done, see_other
from consult.organisations import acting
from consult.partnering import interests, queries, rules, words
from consult.partnering.forms import AcceptForm, DeclineForm, InterestForm, OutcomeForm, parsed_owner
from consult.partnering.models import Offer, OfferInterest
from consult.partnering.views import blueprint, find, owner_choices


@blueprint.route("/partners/<slug>/interest", methods=["GET", "POST"])
@access("signed-in")
def ask(slug: str) -> Any:
    """Show interest: three questions."""
    actor = current_actor()
    posted = request.method == "POST"
    if posted:
        allow_write()
    with reading():
        offer = find(slug)
        if not rules.can_read(actor, offer):
            raise NotFound(_("There is no such offer."))
        if not posted:
            found = queries.live_interest(offer.id, actor.person_id)
            if found is not None:
                return see_other(url_for("partnering.interest", interest_id=found.id))
        if rules.is_involved(actor, offer):
            raise Refused(_("This is an offer of your own side."))
        form = InterestForm() if posted else InterestForm(contact=_own_contact(actor))
        form.fill_choices(owner_choices(actor))
        if not posted and acting.last(actor):
            form.behalf.data = f"organisation/{acting.last(actor)}"
        sound = posted and form.validate()
        offer_id, shown = offer.id, _ask_page(offer)
    if not posted or not sound:
        return render_template("partnering/ask.html", form=form, **shown), 422 if posted else 200
    try:
        interest = interests.show_interest(actor, offer_id, _asking(form))
    except (Invalid, Conflict) as refusal:
        if isinstance(refusal, Invalid):
            form.take_errors(refusal)
        else:
            form.form_errors.append(str(refusal.message))
        return render_template("partnering/ask.html", form=form, **shown), refusal.status
    _keep(actor, parsed_owner(form.behalf.data))
    flash_done(_("The other side has your answers and is told. You hear from us as soon as it decides."))
    return see_other(url_for("partnering.interest", interest_id=interest.id))


def _keep(actor: Actor, behalf: tuple[str, int] | None) -> None:
    if behalf is None or behalf[0] == "organisation":
        acting.keep(actor, behalf[1] if behalf is not None else None)


def _ask_page(offer: Offer) -> dict[str, Any]:
    return {"slug": offer.slug, "title": dict(offer.title), "anonymous": offer.anonymous}


def _own_contact(actor: Actor) -> str:
    return ", ".join(part for part in (actor.name, actor.email) if part)


def _asking(form: InterestForm) -> interests.Asking:
    return interests.Asking(
        wants=form.wants.data, brings=form.brings.data, when_how=form.when_how.data, contact=form.contact.data,
        share=bool(form.share.data), behalf=parsed_owner(form.behalf.data), language=current_language(),
    )  # fmt: skip


def _find(interest_id: int) -> tuple[OfferInterest, Offer]:
    """The interest with its offer, for one of the two sides; nobody else learns that it exists."""
    row = queries.interest_by_id(interest_id)
    if row is None or not rules.can_see_interest(current_actor(), row[1], row[0]):
        raise NotFound(_("There is no such interest."))
    return row


def _check(interest_id: int) -> None:
    """Nobody but the two sides gets an answer here; asked in a transaction of its own, before the one that writes."""
    with reading():
        _find(interest_id)


@blueprint.get("/partners/interests/<int:interest_id>")
@access("signed-in")
def interest(interest_id: int) -> Any:
    """One interest for the two sides."""
    return _page(interest_id)


def _page(interest_id: int, status: int = 200, **forms: Any) -> Any:
    actor = current_actor()
    found, offer = _find(interest_id)
    asker = rules.is_interested(actor, found)
    accept = forms.get("accept") or AcceptForm(formdata=None, contact=_own_contact(actor))
    decline = forms.get("decline") or DeclineForm(formdata=None)
    outcome = forms.get("outcome") or OutcomeForm(formdata=None, outcome=found.outcome or "talks")
    decline.fill_choices()
    outcome.fill_choices()
    return render_template(
        "partnering/interest.html",
        interest=found,
        offer=offer,
        asker=asker,
        behalf=_behalf(found),
        people=queries.people_of_interest(found) if found.contacts_open else {},
        named=found.contacts_open or rules.sees_owner(actor, offer),
        answerable=rules.can_answer(actor, offer, found),
        back=rules.can_take_back(actor, found),
        shareable=rules.can_share(actor, found),
        concludable=rules.can_conclude(actor, offer, found),
        linkable=interests.linkable(offer, found),
        accept=accept,
        decline=decline,
        outcome=outcome,
        words=words,
    ), status


def _behalf(found: OfferInterest) -> Any:
    subject = registries.subjects.get(found.from_kind)
    return subject.describe([found.from_id]).get(found.from_id) if subject and found.from_id is not None else None


@blueprint.post("/partners/interests/<int:interest_id>/accept")
@access("signed-in")
def accept(interest_id: int) -> Any:
    """Agree, and name the own contact."""
    allow_write()
    _check(interest_id)
    form = AcceptForm()
    if not form.validate():
        return _page(interest_id, 422, accept=form)
    try:
        interests.accept(current_actor(), interest_id, contact=form.contact.data, note=form.note.data)
    except (Conflict, Invalid) as refusal:
        return _kept(interest_id, refusal, accept=form)
    flash_done(_("Accepted. Contacts are shown to both sides as soon as both have agreed."))
    return see_other(url_for("partnering.interest", interest_id=interest_id))


@blueprint.post("/partners/interests/<int:interest_id>/decline")
@access("signed-in")
def decline(interest_id: int) -> Any:
    """Say no, with a reason and a sentence."""
    allow_write()
    _check(interest_id)
    form = DeclineForm()
    form.fill_choices()
    if not form.validate():
        return _page(interest_id, 422, decline=form)
    try:
        interests.decline(current_actor(), interest_id, reason=form.reason.data, note=form.note.data)
    except (Conflict, Invalid) as refusal:
        return _kept(interest_id, refusal, decline=form)
    flash_done(_("Declined. The other side gets your sentence; no contact was shown."))
    return see_other(url_for("partnering.interest", interest_id=interest_id))


def _kept(interest_id: int, refusal: Any, **forms: Any) -> Any:
    """The page as it is by now, with what was typed and why it was not stored."""
    for form in forms.values():
        if isinstance(refusal, Invalid):
            form.take_errors(refusal)
        else:
            form.form_errors.append(str(refusal.message))
    return _page(interest_id, refusal.status, refused=str(refusal.message), **forms)


@blueprint.post("/partners/interests/<int:interest_id>/share")
@access("signed-in")
def share(interest_id: int) -> Response:
    """The interested person agrees to be known."""
    allow_write()
    _check(interest_id)
    found = interests.share_contact(current_actor(), interest_id)
    flash_done(
        _("Both sides see each other's contact now.")
        if found.contacts_open
        else _("Noted. Your contact is shown as soon as the other side accepts.")
    )
    return see_other(url_for("partnering.interest", interest_id=interest_id))


@blueprint.post("/partners/interests/<int:interest_id>/withdraw")
@access("signed-in")
def take_back(interest_id: int) -> Response:
    """Take one's interest back."""
    allow_write()
    _check(interest_id)
    interests.take_back(current_actor(), interest_id)
    flash_done(_("Taken back. The other side is told and sees your contact no longer."))
    return see_other(url_for("partnering.interest", interest_id=interest_id))


@blueprint.post("/partners/interests/<int:interest_id>/outcome")
@access("signed-in")
def conclude(interest_id: int) -> Any:
    """Say what came of it."""
    allow_write()
    _check(interest_id)
    form = OutcomeForm()
    form.fill_choices()
    if not form.validate():
        return _page(interest_id, 422, outcome=form)
    interests.conclude(current_actor(), interest_id, form.outcome.data, link=bool(form.link.data))
    flash_done(_("Thank you. This is counted, without names."))
    return see_other(url_for("partnering.interest", interest_id=interest_id))
