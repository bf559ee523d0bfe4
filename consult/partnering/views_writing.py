"""Writing offers and looking after one's own: new, newer text, renew, withdraw, and the list of what is one's own."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from consult.accounts.operations import as_actor, take_token
from consult.accounts.queries import person_by_id, usable_token
from consult.core.access import SYSTEM, Actor, access, current_actor
from consult.core.clock import now
from consult.core.db import reading
from consult.core.errors import Conflict, Gone, Invalid, Refused
from consult.core.i18n import LANGUAGES, _, format_day
from consult.core.limits import allow_write
from consult.core.web import flash_done, see_other
from consult.moderation.queries import last_decision
from consult.organisations import acting
from consult.partnering import operations, queries, rules, words
from consult.partnering.forms import OfferForm, parsed_owner
from consult.partnering.mails import RENEW
from consult.partnering.models import ASKED, KINDS, Offer, OfferVersion
from consult.partnering.views import blueprint, find, owner_choices

# ---- writing --------------------------------------------------------------------------------------------------------


@blueprint.route("/partners/new", methods=["GET", "POST"])
@access("signed-in")
def new() -> Any:
    """A new offer or request. Choices are read before the form's own transaction begins, and the text is rendered then."""
    actor = current_actor()
    posted = request.method == "POST"
    if posted:
        allow_write()
    with reading():
        wanted = parsed_owner(request.values.get("owner") or request.args.get("for"))
        owners = owner_choices(actor, wanted)
        if not owners:
            return render_template("partnering/no_owner.html")
        asked = request.args.get("kind", "")
        first = f"{wanted[0]}/{wanted[1]}" if wanted else owners[0][0]
        form = OfferForm() if posted else OfferForm.fresh(first, asked if asked in KINDS else "")
        form.fill_choices(owners, queries.titles())
        sound = posted and form.validate()
    if not posted:
        return _form_page(form)
    if not sound:
        return _form_page(form, status=422)
    try:
        offer = operations.send_offer(actor, _text(form))
    except (Invalid, Refused, Conflict) as refusal:
        return _again(form, refusal)
    if form.owner_end()[0] == "organisation":
        acting.keep(actor, form.owner_end()[1])
    flash_done(_("It is here. Moderation decides within two working days, and we write to you."))
    return see_other(url_for("partnering.show", slug=offer.slug))


def _text(form: OfferForm) -> operations.Text:
    return operations.text_of(
        form.kind.data, form.owner_end(), form.texts("title"), form.texts("body"), form.fields()
    )  # fmt: skip


def _again(form: OfferForm, refusal: Any, **more: Any) -> Any:
    if isinstance(refusal, Invalid):
        form.take_errors(refusal)
    else:
        form.form_errors.append(str(refusal.message))
    return _form_page(form, status=refusal.status, **more)


def _form_page(form: OfferForm, offer: Offer | None = None, status: int = 200, **more: Any) -> Any:
    return render_template("partnering/edit.html", form=form, offer=offer, languages=LANGUAGES, **more), status


@blueprint.route("/partners/<slug>/edit", methods=["GET", "POST"])
@access("signed-in")
def edit(slug: str) -> Any:
    """A newer text of an offer; what is public stays readable until moderation has decided."""
    actor = current_actor()
    posted = request.method == "POST"
    if posted:
        allow_write()
    with reading():
        offer = find(slug)
        if not rules.can_edit(actor, offer):
            raise Refused(_("Only those who speak for the offer can change it, and only while it is not over."))
        offer_id, owner = offer.id, offer.owner
        version = operations.newest_version(offer_id)
        newest = version.id
        form = OfferForm() if posted else OfferForm(**_values(offer, version))
        form.fill_choices([(f"{owner[0]}/{owner[1]}", words.owner_words(offer))], queries.titles())
        sound = posted and form.validate()
        decision = last_decision("offer", offer_id)
        shown = {"offer": _plain(offer), "returned": _returned(offer, decision)}
    if not posted:
        return _form_page(form, **shown)
    if not sound:
        return _form_page(form, status=422, **shown)
    seen = int(form.seen.data) if (form.seen.data or "").isdigit() and len(form.seen.data) < 10 else 0
    try:
        operations.change_offer(actor, offer_id, _text(form), seen)
    except (Invalid, Refused, Conflict) as refusal:
        form.seen.data = str(newest)
        return _again(form, refusal, **shown)
    flash_done(_("The newer text is here. Moderation decides within two working days."))
    return see_other(url_for("partnering.show", slug=slug))


def _plain(offer: Offer) -> Any:
    """What the page shows of the offer, kept beyond the reading transaction."""
    return {"slug": offer.slug, "title": dict(offer.title), "status": offer.status, "is_public": offer.is_public}


def _returned(offer: Offer, decision: Any) -> list[tuple[str, str]]:
    """The passages that moderation marked when it returned the text."""
    if decision is None or decision.outcome != "return":
        return []
    return [(text, remark) for text, remark in decision.passages]


def _values(offer: Offer, version: OfferVersion) -> dict[str, Any]:
    """The newest text as the form carries it."""
    fields = dict(version.fields)
    texts = {f"title_{code}": words_of for code, words_of in version.title.items()}
    texts |= {f"body_{code}": words_of for code, words_of in version.body.items()}
    programme = fields.pop("programme_id")
    return {
        **fields, **texts, "kind": offer.kind, "owner": f"{offer.owner_kind}/{offer.owner_id}",
        "programme": str(programme) if programme else "", "months": str(fields["months"]),
        "deadline": fields.get("deadline") or "", "seen": str(version.id),
    }  # fmt: skip


# ---- looking after it -----------------------------------------------------------------------------------------------


@blueprint.get("/partners/mine")
@access("signed-in")
def mine() -> str:
    """One's own offers with the interest in them, and the interest that one showed."""
    actor = current_actor()
    offers = queries.own_offers(actor)
    received = queries.interests_in([offer.id for offer in offers]) if offers else []
    moment = now()
    return render_template(
        "partnering/mine.html",
        offers=offers,
        received=received,
        shown=queries.own_interests(actor.person_id or 0),
        renewable={offer.id for offer in offers if rules.is_renewable(offer, moment)},
        asked=ASKED,
        words=words,
        may_write=bool(owner_choices(actor)),
    )


@blueprint.post("/partners/<slug>/renew")
@access("signed-in")
def renew(slug: str) -> Response:
    """It still holds: another term by one click."""
    allow_write()
    offer = operations.renew_offer(current_actor(), find(slug).id)
    _say_renewed(offer)
    return see_other(url_for("partnering.show", slug=slug))


def _say_renewed(offer: Offer) -> None:
    last = words.last_day(offer)
    flash_done(_("Renewed: it stays in the list until %(day)s.", day=format_day(last) if last else ""))


@blueprint.post("/partners/<slug>/withdraw")
@access("signed-in")
def withdraw(slug: str) -> Response:
    """It is over."""
    allow_write()
    operations.withdraw_offer(current_actor(), find(slug).id)
    flash_done(_("Withdrawn. It is in no list any more; who waited for an answer is told."))
    return see_other(url_for("partnering.mine"))


@blueprint.route("/partners/renew/<token>", methods=["GET", "POST"])
@access("public")
def renew_by_link(token: str) -> Any:
    """The mailed link: a page with a button; the button renews, without signing in."""
    gone = _("This link has been used already or is too old. You can renew the offer after signing in.")
    if request.method != "POST":
        found = usable_token(RENEW, token)
        offer = queries.offers_by_ids([found.payload["offer_id"]]).get(found.payload["offer_id"]) if found else None
        if offer is None:
            raise Gone(gone)
        possible = rules.is_renewable(offer, now())
        return render_template("partnering/renew.html", offer=offer, words=words, possible=possible)
    allow_write()
    used = take_token(RENEW, token)
    offer = operations.renew_offer(_holder(used.person_id), used.payload["offer_id"], by_link=True)
    _say_renewed(offer)
    return see_other(url_for("partnering.show", slug=offer.slug))


def _holder(person_id: int | None) -> Actor:
    """Who renews by a link: the person to whom it was mailed."""
    person = person_by_id(person_id) if person_id is not None else None
    return as_actor(person) if person is not None else SYSTEM
