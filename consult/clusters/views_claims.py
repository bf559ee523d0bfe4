"""Pages on which a portrait is claimed, and the self-check and the figures, which are open to everyone."""

from __future__ import annotations

from typing import Any

from flask import render_template, request

from consult.accounts.queries import usable_token
from consult.clusters import claims, editorial, queries, rules, self_check
from consult.clusters.forms_editing import AnswerForm, ClaimForm, SeenForm
from consult.clusters.models import Cluster
from consult.clusters.views import blueprint
from consult.core.access import access, current_actor
from consult.core.errors import Gone, Invalid, NotFound, Refused
from consult.core.forms import email_key
from consult.core.i18n import _
from consult.core.limits import TooMany, allow_write, limits
from consult.core.vocabularies import vocabulary
from consult.core.web import flash_done, path, see_other


def _portrait(slug: str) -> Cluster:
    cluster = queries.cluster_by_slug(slug)
    if cluster is None:
        raise NotFound(_("We have no portrait under this address."))
    return cluster


@blueprint.route("/clusters/<slug>/claim", methods=["GET", "POST"])
@access("signed-in")
def claim(slug: str) -> Any:
    """Say to speak for a portrait; once said, the page tells how it stands."""
    cluster, actor = _portrait(slug), current_actor()
    if not cluster.listed:
        raise Gone(_("This portrait is not in the directory any more."))
    running = claims.running_claim(actor.person_id, cluster.id)
    if running is not None or not rules.can_claim(actor, cluster):
        return render_template("clusters/claimed.html", cluster=cluster, claim=running, form=AnswerForm())
    form, status = ClaimForm(), 200
    if request.method == "POST":
        status = 422
        if form.validate_on_submit():
            try:
                return _claimed(cluster, form)
            except Invalid as refusal:
                form.take_errors(refusal)
    elif claims.is_of_domain(actor.email, cluster.website):
        form.email.data = actor.email
    return render_template("clusters/claim.html", cluster=cluster, form=form), status


def _claimed(cluster: Cluster, form: ClaimForm) -> Any:
    allow_write()
    actor = current_actor()
    foreign = form.email.data and email_key(form.email.data) != email_key(actor.email)
    if foreign and not limits().hit("confirmations.recipient", email_key(form.email.data)):
        wait = limits().wait("confirmations.recipient", email_key(form.email.data))
        raise TooMany(_("Links were sent to this address several times today. Please try again tomorrow."), wait)
    proof = claims.Proof(
        form.organisation.data, form.position.data, form.proof.data, form.url.data, form.email.data
    )  # fmt: skip
    claims.send_claim(actor, cluster.id, proof)
    flash_done(_("We have your claim. An editor will decide about it and write to you."))
    return see_other(path("clusters.claim", slug=cluster.slug))


@blueprint.post("/clusters/<slug>/claim/answer")
@access("signed-in")
def claim_answer(slug: str) -> Any:
    """Answer what the editors asked."""
    cluster, actor = _portrait(slug), current_actor()
    running = claims.running_claim(actor.person_id, cluster.id)
    if running is None:
        raise Gone(_("This claim does not wait any more."))
    form = AnswerForm()
    if form.validate_on_submit():
        try:
            claims.answer_question(actor, running, form.answer.data)
            flash_done(_("Your answer is with the editors."))
            return see_other(path("clusters.claim", slug=slug))
        except Invalid as refusal:
            form.take_errors(refusal)
    return render_template("clusters/claimed.html", cluster=cluster, claim=running, form=form), 422


@blueprint.post("/clusters/<slug>/claim/withdraw")
@access("signed-in")
def claim_withdraw(slug: str) -> Any:
    """Do not want it any more."""
    cluster, actor = _portrait(slug), current_actor()
    running = claims.running_claim(actor.person_id, cluster.id)
    if running is None:
        raise Gone(_("This claim does not wait any more."))
    claims.withdraw_claim(actor, running)
    flash_done(_("Your claim is withdrawn."))
    return see_other(path("clusters.show", slug=slug))


@blueprint.route("/clusters/claims/<token>", methods=["GET", "POST"])
@access("public")
def claim_link(token: str) -> Any:
    """The link mailed to an address at the website's domain: a page with a button, since mail scanners follow links."""
    headers = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}
    if request.method == "POST":
        allow_write()
        claims.confirm_address(token)
        return render_template("clusters/claim_link.html", done=True, cluster=None, form=None), 200, headers
    found = usable_token(claims.PURPOSE, token)
    if found is None:
        raise Gone(_("This link has been used already or is too old. Please ask for a new one."))
    cluster = editorial.cluster_by_id(claims.claim_by_id(found.payload["claim_id"]).cluster_id)
    if cluster is None:
        raise Refused(_("This link is not valid any more."))
    return render_template("clusters/claim_link.html", done=False, cluster=cluster, form=SeenForm()), 200, headers


# ---- open to everyone -----------------------------------------------------------------------------------------------


@blueprint.get("/clusters/self-check")
@access("public")
def self_check_page() -> Any:
    """Which form fits: a few questions, answered in the address; nothing is stored."""
    answers = self_check.answers_of(request.args)
    return render_template(
        "clusters/self_check.html",
        questions=self_check.questions(),
        answers=answers,
        result=self_check.result(answers),
        forms=list(vocabulary("forms")),
        carrier=self_check.CARRIER,
    )


@blueprint.get("/clusters/figures")
@access("public")
def figures() -> Any:
    """The directory in figures: sums with their base, and what belongs to several clusters."""
    count, totals = editorial.totals()
    return render_template("clusters/figures.html", count=count, totals=totals, belonging=editorial.in_several())
