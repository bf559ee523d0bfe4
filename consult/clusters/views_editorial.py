"""The editors' desk: the list of portraits, new ones, claims, mergers, translations, who speaks for whom, and the setting
whose changes wait for moderation.
"""

from __future__ import annotations

from typing import Any

from flask import render_template, request

from consult.accounts.queries import person_by_email, person_by_id
from consult.clusters import (
    claims,
    completeness,
    editing,
    editorial,
    mergers,
    recency,
    rules,
    translations,
    wording,
)
from consult.clusters.forms_editing import (
    DecisionForm,
    ManagerForm,
    MergeForm,
    ModerationForm,
    PortraitForm,
    TranslationForm,
    state_words,
)
from consult.clusters.models import Cluster, ClusterVersion
from consult.clusters.views import blueprint
from consult.clusters.views_editing import own_portrait, sent_of
from consult.core.access import access, current_actor
from consult.core.db import db
from consult.core.errors import Invalid, NotFound
from consult.core.i18n import _
from consult.core.text import clean_line
from consult.core.web import flash_done, path, see_other


def filter_words() -> list[tuple[str, str]]:
    """(filter, words) in the order of the tabs."""
    return [
        ("", _("All")), ("claimed", _("Claimed")), ("waiting", _("Change waits")), ("unconfirmed", _("Unconfirmed")),
        ("dormant", _("Perhaps inactive")), ("translate", _("To translate")), ("out", _("Not in the directory")),
    ]  # fmt: skip


@blueprint.get("/editorial/clusters/")
@access("clusters.edit")
def editorial_index() -> Any:
    """All portraits with what is missing, how recent they are and what waits."""
    name = request.args.get("show", "")
    name = name if name in editorial.FILTERS else ""
    words = clean_line(request.args.get("q", ""))[:200]
    page = editorial.portraits_page(name, words, request.args.get("after"))
    focus = editorial.with_focus([cluster.id for cluster in page.items])
    rows = [
        {
            "cluster": cluster,
            "steps": completeness.summary(completeness.steps(cluster, cluster.observations, cluster.id in focus)),
            "recency": recency.overall(cluster),
        }
        for cluster in page.items
    ]
    return render_template(
        "clusters/editorial.html", page=page, rows=rows, chosen=name, words=words, filters=filter_words(),
        counts=editorial.waiting_counts(), claims=claims.waiting_claims() if not words and page.at_start else [],
    )  # fmt: skip


@blueprint.route("/editorial/clusters/new", methods=["GET", "POST"])
@access("clusters.edit")
def editorial_new() -> Any:
    """A new portrait."""
    form, status = PortraitForm(), 200
    if request.method != "POST":
        form.country.data, form.form.data = "DE", "unassigned"
    else:
        status = 422
        if form.validate_on_submit():
            known = dict.fromkeys((name for name in form._fields if name not in NO_VALUES), "")
            values = {name: value for name, value in form.values(known).items() if value}
            try:
                sent = sent_of(form, {})
                sent.changes["values"] = {}
                cluster = editing.create_portrait(current_actor(), values, sent)
            except Invalid as refusal:
                form.take_errors(refusal)
            else:
                flash_done(_("The portrait is in the directory. Now enter its figures."))
                return see_other(path("clusters.edit", slug=cluster.slug))
    return render_template("clusters/editorial_new.html", form=form), status


# Fields of the form that are no values of a portrait.
NO_VALUES = frozenset(
    {"state_de", "state_en", "members", "members_unit", "as_of", "source", "note", "seen", "csrf_token"}
)


@blueprint.get("/editorial/clusters/<slug>")
@access("clusters.edit")
def editorial_show(slug: str) -> Any:
    """One portrait as the editors see it: who speaks for it, changes, mergers, addresses."""
    return _desk_page(own_portrait(slug), ManagerForm())


def _desk_page(cluster: Cluster, form: ManagerForm, status: int = 200) -> Any:
    focus = bool(editorial.with_focus([cluster.id]))
    return render_template(
        "clusters/editorial_show.html",
        cluster=cluster,
        form=form,
        managers=claims.managers_of(cluster.id),
        steps=completeness.steps(cluster, cluster.observations, focus),
        recency=recency.of_all(cluster),
        texts=translations.texts_of(cluster),
        state_words=state_words,
        wording=wording,
        mergers=mergers.mergers_of(cluster.id),
        versions=editing.versions_of(cluster.id, 5),
    ), status


@blueprint.post("/editorial/clusters/<slug>/managers")
@access("clusters.edit")
def editorial_manager_add(slug: str) -> Any:
    """Let an account speak for a portrait without a claim."""
    cluster, form = own_portrait(slug), ManagerForm()
    if form.validate_on_submit():
        person = person_by_email(form.email.data)
        if person is not None and person.is_active:
            claims.add_manager(current_actor(), editing.locked(cluster.id), person)
            flash_done(_("%(name)s speaks for the portrait from now on.", name=person.name or person.email))
            return see_other(path("clusters.editorial_show", slug=slug))
        form.email.errors = [_("There is no account with this address.")]
    return _desk_page(cluster, form, 422)


@blueprint.post("/editorial/clusters/<slug>/managers/<int:person_id>/remove")
@access("clusters.edit")
def editorial_manager_remove(slug: str, person_id: int) -> Any:
    """Take the right to speak for a portrait back."""
    cluster, person = own_portrait(slug), person_by_id(person_id)
    if person is None:
        raise NotFound(_("There is no such account."))
    claims.remove_manager(current_actor(), cluster.id, person)
    flash_done(_("%(name)s does not speak for the portrait any more.", name=person.name or person.email))
    return see_other(path("clusters.editorial_show", slug=slug))


@blueprint.post("/editorial/clusters/<slug>/listing")
@access("clusters.edit")
def editorial_listing(slug: str) -> Any:
    """Take a portrait out of the directory, or put it back."""
    cluster = own_portrait(slug)
    if request.form.get("listed") == "yes":
        editing.put_back(current_actor(), cluster.id)
        flash_done(_("The portrait is in the directory again."))
    else:
        editing.take_out(current_actor(), cluster.id)
        flash_done(_("The portrait is out of the directory. Nothing of it is deleted."))
    return see_other(path("clusters.editorial_show", slug=slug))


@blueprint.post("/editorial/clusters/changes/<int:version_id>/undo")
@access("clusters.edit")
def editorial_undo(version_id: int) -> Any:
    """Take the newest change of a portrait back."""
    version = db.session.get(ClusterVersion, version_id)
    cluster = editorial.cluster_by_id(version.cluster_id) if version is not None else None
    if version is None or cluster is None:
        raise NotFound(_("There is no such change."))
    editing.undo_change(current_actor(), version)
    flash_done(_("The change is taken back."))
    return see_other(path("clusters.changes_page", slug=cluster.slug))


# ---- claims ---------------------------------------------------------------------------------------------------------


@blueprint.route("/editorial/clusters/claims/<int:claim_id>", methods=["GET", "POST"])
@access("clusters.edit")
def editorial_claim(claim_id: int) -> Any:
    """One claim: what was given as proof, and the decision."""
    claim, actor = claims.claim_by_id(claim_id), current_actor()
    cluster, person = editorial.cluster_by_id(claim.cluster_id), person_by_id(claim.person_id)
    if cluster is None or person is None:
        raise NotFound(_("There is no such claim."))
    form, status = DecisionForm(), 200
    if request.method == "POST":
        status = 422
        if form.validate_on_submit():
            try:
                _decide(claim, form)
                return see_other(path("clusters.editorial_claim", claim_id=claim.id))
            except Invalid as refusal:
                form.take_errors(refusal)
    return render_template(
        "clusters/editorial_claim.html", claim=claim, cluster=cluster, person=person, form=form,
        may_decide=rules.can_decide(actor, claim), running=claim.status in rules.RUNNING,
        managers=claims.managers_of(cluster.id),
    ), status  # fmt: skip


def _decide(claim: Any, form: DecisionForm) -> None:
    actor = current_actor()
    if form.outcome.data == "accept":
        claims.accept(actor, claim)
        flash_done(_("The person speaks for the portrait from now on, and is told by mail."))
    elif form.outcome.data == "ask":
        claims.ask(actor, claim, form.text.data)
        flash_done(_("Your question is on its way."))
    else:
        claims.decline(actor, claim, form.text.data)
        flash_done(_("The claim is refused, and the person is told by mail."))


# ---- mergers --------------------------------------------------------------------------------------------------------


@blueprint.route("/editorial/clusters/<slug>/merge", methods=["GET", "POST"])
@access("clusters.edit")
def editorial_merge(slug: str) -> Any:
    """Let this portrait become part of another one."""
    cluster, form, status = own_portrait(slug), MergeForm(), 200
    found: list[Cluster] = []
    if request.method == "POST":
        status = 422
        if form.validate_on_submit():
            found = editorial.find_target(form.target.data)
            try:
                if len(found) == 1:
                    mergers.merge(current_actor(), cluster.id, found[0].id, form.reason.data)
                    flash_done(_("Merged. The old address leads to this portrait."))
                    return see_other(path("clusters.editorial_show", slug=found[0].slug))
                words = _("Several portraits fit, please name one of them.") if found else _("No portrait fits this.")
                form.target.errors = [words]
            except Invalid as refusal:
                form.take_errors(refusal)
    return render_template("clusters/editorial_merge.html", cluster=cluster, form=form, found=found), status


@blueprint.post("/editorial/clusters/mergers/<int:merger_id>/undo")
@access("clusters.edit")
def editorial_merger_undo(merger_id: int) -> Any:
    """Take a merger back."""
    cluster = mergers.undo(current_actor(), merger_id)
    flash_done(_("The merger is taken back; both portraits stand for themselves again."))
    return see_other(path("clusters.editorial_show", slug=cluster.slug))


# ---- translations ---------------------------------------------------------------------------------------------------


@blueprint.get("/editorial/clusters/translations")
@access("clusters.edit")
def editorial_translations() -> Any:
    """What is to be translated."""
    page = editorial.to_translate(request.args.get("after"))
    rows = [(cluster, translations.gaps_of(cluster)) for cluster in page.items]
    return render_template(
        "clusters/editorial_translations.html", page=page, rows=rows, state_words=state_words, wording=wording
    )


@blueprint.route("/editorial/clusters/<slug>/translations/<name>/<language>", methods=["GET", "POST"])
@access("clusters.edit")
def editorial_translate(slug: str, name: str, language: str) -> Any:
    """Enter one translation beside the text in the other language."""
    cluster = own_portrait(slug)
    place = translations.text_of(cluster, name, language)
    form, status, conflict = TranslationForm(), 200, False
    seen = editing.state_of(cluster, editing.pending_version(cluster.id))
    if request.method != "POST":
        form.text.data, form.seen.data = place.words, seen
    else:
        status = 422
        if form.validate_on_submit():
            try:
                translations.enter(current_actor(), cluster, place, form.text.data, form.state.data, form.seen.data)
                flash_done(_("The translation is stored."))
                return see_other(path("clusters.editorial_translations"))
            except editing.Stale:
                status, conflict = 409, True
                form.seen.data = seen
            except Invalid as refusal:
                form.take_errors(refusal)
    return render_template(
        "clusters/editorial_translate.html", cluster=cluster, place=place, form=form, conflict=conflict,
        state_words=state_words, wording=wording,
    ), status  # fmt: skip


# ---- the setting ----------------------------------------------------------------------------------------------------


@blueprint.route("/admin/clusters", methods=["GET", "POST"])
@access("admin")
def moderation_setting() -> Any:
    """Whose changes of portraits wait for a moderator: the operator's choice."""
    form = ModerationForm()
    if request.method == "POST" and form.validate_on_submit():
        editing.set_moderation(current_actor(), managers=form.managers.data, editors=form.editors.data)
        flash_done(_("The setting is stored and counts from now on."))
        return see_other(path("clusters.moderation_setting"))
    if request.method != "POST":
        form.managers.data, form.editors.data = editing.is_moderated("management"), editing.is_moderated("editors")
    return render_template("clusters/moderation_setting.html", form=form)
