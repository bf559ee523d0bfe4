"""Pages on which a portrait is changed: by its management, by editors, and by the signed link of the yearly question."""

from __future__ import annotations

from typing import Any

from flask import render_template, request

from consult.clusters import (
    asking,
    changes,
    completeness,
    conflicts,
    editing,
    editorial,
    queries,
    recency,
    rules,
    wording,
)
from consult.clusters.changes import DROP, END, REPLACE, Document
from consult.clusters.forms_editing import FIELDS_OF, EndForm, ObservationForm, PortraitForm, SeenForm
from consult.clusters.models import Cluster, ClusterVersion, Observation
from consult.clusters.views import blueprint
from consult.core.access import Actor, access, current_actor
from consult.core.errors import Gone, Invalid, NotFound, Refused
from consult.core.i18n import LANGUAGES, _, current_language
from consult.core.limits import allow_write
from consult.core.web import flash_done, path, see_other
from consult.links.queries import links_of

# In the order of the page; what these kinds are called, `wording.kind_title` knows.
KINDS = ("members", "figure", "founded", "label", "alias")


def kinds() -> list[tuple[str, str, str]]:
    """(kind, heading, words of the button) of the values that are entered one by one."""
    return [
        ("members", _("Members"), _("Enter a number of members")), ("figure", _("Figures"), _("Enter a figure")),
        ("founded", _("Founded"), _("Enter a founding")), ("label", _("Labels"), _("Enter a label")),
        ("alias", _("Other names"), _("Enter another name")),
    ]  # fmt: skip


def own_portrait(slug: str) -> Cluster:
    """The portrait at this address, if the reader may change it."""
    cluster = queries.cluster_by_slug(slug)
    if cluster is None:
        raise NotFound(_("We have no portrait under this address."))
    if not rules.can_edit(current_actor(), cluster.id):
        raise Refused(_("Only who speaks for this portrait, and editors, may change it."))
    return cluster


class Desk:
    """A portrait on the desk of somebody who changes it: what is there, what waits, and which state they see."""

    def __init__(self, actor: Actor, cluster: Cluster, role: str = "") -> None:
        self.actor, self.cluster = actor, cluster
        self.role = role or editing.role_of(actor, cluster.id)
        self.pending = editing.pending_version(cluster.id)
        self.moderated = editing.is_moderated(self.role)
        self.seen = editing.state_of(cluster, self.pending)
        self.values = changes.values_of(cluster, cluster.observations)

    @property
    def shown(self) -> Document:
        """The values to begin with: those of a change that waits stand in for the public ones."""
        waiting = self.pending.changes.get("values", {}) if self.pending is not None and self.moderated else {}
        return {**self.values, **waiting}

    def differences(self) -> list[wording.Difference]:
        """What the waiting change is about."""
        if self.pending is None:
            return []
        return wording.differences(self.pending.changes, self.pending.before, self.cluster.observations)

    def may_drop(self, one: Observation) -> bool:
        if self.role == changes.CONTACT:
            return one.entered_as in (changes.MANAGEMENT, changes.CONTACT)
        return rules.can_drop(self.actor, self.cluster.id, one.entered_as)

    def context(self) -> dict[str, Any]:
        cluster = self.cluster
        return {
            "cluster": cluster, "desk": self, "pending": self.pending, "differences": self.differences(),
            "recency": recency.of_all(cluster), "kinds": kinds(), "wording": wording,
            "rows": {kind: [one for one in cluster.observations if one.kind == kind] for kind in KINDS},
        }  # fmt: skip


def _states(form: PortraitForm, values: Document) -> Document:
    """How the texts came about, for those that this form changes or newly describes."""
    found: dict[str, dict[str, str]] = {}
    for language in LANGUAGES:
        chosen = form[f"state_{language}"].data
        names = [name for name in ("name", "strengths") if f"{name}_{language}" in values]
        if chosen and not names:
            names = ["strengths"]
        for name in names:
            found.setdefault(name, {})[language] = chosen or ""
    return found


def sent_of(form: PortraitForm, known: Document) -> editing.Sent:
    """What the form sends, beside the public values."""
    values = changes.difference(known, form.values(known))
    document: Document = {
        "values": values, "states": _states(form, values), "as_of": form.as_of.data,
        "source": [form.source.data] if form.source.data else [],
    }  # fmt: skip
    document["acts"] = [
        {**act, "as_of": form.as_of.data, "source": document["source"]} for act in form.acts()
    ]  # fmt: skip
    return editing.Sent(document, form.seen.data, form.note.data, current_language(), complete=True)


def _clash(form: PortraitForm, desk: Desk) -> list[conflicts.Clash]:
    """After a refusal: join what was typed with what is there by now, and tell the difference."""
    versions = editing.versions_since(desk.cluster.id, conflicts.revision_of(form.seen.data))
    base = conflicts.base_of(versions)
    if base is None and desk.pending is not None:
        base = dict(desk.values)  # the public values are the same, another change waits by now
    resolved = conflicts.resolve(base, desk.shown, form.values(desk.values))
    form.fill(resolved.values)
    form.seen.data = desk.seen
    return list(resolved.clashes)


def portrait_form(desk: Desk) -> PortraitForm:
    """The form on this portrait, with what was typed or what stands there."""
    form = PortraitForm()
    form.allow({**desk.shown, **{f"{name}": value for name, value in desk.values.items()}})
    if request.method != "POST":
        form.fill(desk.shown)
        form.seen.data = desk.seen
        if desk.cluster.members_unit:
            form.members_unit.data = desk.cluster.members_unit
    return form


def flash_sent(version: ClusterVersion) -> None:
    """Say what became of a change."""
    if version.status == rules.WAITING:
        flash_done(_("Your change is with the moderation. The portrait stays as it is until they have decided."))
    else:
        flash_done(_("The portrait is changed."))


@blueprint.route("/clusters/<slug>/edit", methods=["GET", "POST"])
@access("clusters.edit_own")
def edit(slug: str) -> Any:
    """Texts and classification of a portrait, and the list of its single values."""
    cluster, actor = own_portrait(slug), current_actor()
    desk = Desk(actor, cluster)
    form, clashes, status = portrait_form(desk), [], 200
    if request.method == "POST":
        status = 422
        if form.validate_on_submit():
            try:
                flash_sent(editing.send(actor, cluster.id, sent_of(form, desk.values)))
                return see_other(path("clusters.edit", slug=slug))
            except editing.Stale:
                clashes, status = _clash(form, Desk(actor, _again(slug))), 409
            except Invalid as refusal:
                form.take_errors(refusal)
    steps = completeness.steps(cluster, cluster.observations, _has_focus(cluster))
    return render_template(
        "clusters/edit.html", form=form, clashes=clashes, conflict=status == 409, steps=steps, **desk.context()
    ), status


def _again(slug: str) -> Cluster:
    """The portrait as it is by now."""
    cluster = queries.cluster_by_slug(slug)
    if cluster is None:
        raise NotFound(_("We have no portrait under this address."))
    return cluster


def _has_focus(cluster: Cluster) -> bool:
    return bool(links_of("cluster", cluster.id, types=("focus_on",), limit=1))


# ---- single values --------------------------------------------------------------------------------------------------


def _value(cluster: Cluster, number: int) -> Observation:
    found = next((one for one in cluster.observations if one.id == number and one.kind in KINDS), None)
    if found is None:
        raise NotFound(_("There is no such value. It may have been replaced meanwhile."))
    return found


def _act(desk: Desk, act: Document, form: Any, note: str = "") -> Any:
    """Send one act; the answer, or None where the form has to be shown again."""
    sent = editing.Sent({"acts": [act]}, form.seen.data, note, current_language())
    try:
        flash_sent(editing.send(desk.actor, desk.cluster.id, sent))
    except editing.Stale as stale:
        form.form_errors.append(str(stale.message))
        form.seen.data = Desk(desk.actor, _again(desk.cluster.slug)).seen
        return None
    return see_other(path("clusters.edit", slug=desk.cluster.slug) + "#values")


@blueprint.route("/clusters/<slug>/edit/values/new", methods=["GET", "POST"])
@access("clusters.edit_own")
def value_new(slug: str) -> Any:
    """Enter one value with its unit, date and source."""
    cluster = own_portrait(slug)
    kind = request.args.get("kind", "")
    if kind not in FIELDS_OF:
        raise NotFound(_("Values of this kind are not entered one by one."))
    desk = Desk(current_actor(), cluster)
    form = ObservationForm(kind)
    if request.method != "POST":
        form.seen.data = desk.seen
        if kind == "members" and cluster.members_unit:
            form.unit.data = cluster.members_unit
        return _value_page(desk, form, None, 200)
    if form.validate_on_submit():
        answer = _act(desk, {"act": "add", **form.document()}, form)
        return answer if answer is not None else _value_page(desk, form, None, 409)
    return _value_page(desk, form, None, 422)


def _value_page(desk: Desk, form: ObservationForm, one: Observation | None, status: int) -> Any:
    heading = next(words for kind, _heading, words in kinds() if kind == form.kind)
    return render_template(
        "clusters/value.html", form=form, one=one, heading=heading if one is None else _("Correct a value"),
        wording=wording, **{"cluster": desk.cluster, "desk": desk},
    ), status  # fmt: skip


@blueprint.route("/clusters/<slug>/edit/values/<int:number>", methods=["GET", "POST"])
@access("clusters.edit_own")
def value_edit(slug: str, number: int) -> Any:
    """Correct one value: the old one is kept as replaced."""
    cluster = own_portrait(slug)
    one, desk = _value(cluster, number), Desk(current_actor(), cluster)
    if not desk.may_drop(one):
        raise Refused(_("A source says this, so it stays. Enter your own value; both will stand side by side."))
    form = ObservationForm(one.kind)
    if request.method != "POST":
        form.show(one)
        form.seen.data = desk.seen
        return _value_page(desk, form, one, 200)
    if form.validate_on_submit():
        answer = _act(desk, {"act": REPLACE, "id": one.id, **form.document()}, form)
        return answer if answer is not None else _value_page(desk, form, one, 409)
    return _value_page(desk, form, one, 422)


@blueprint.route("/clusters/<slug>/edit/values/<int:number>/end", methods=["GET", "POST"])
@access("clusters.edit_own")
def value_end(slug: str, number: int) -> Any:
    """Say until when a value held; or, where it was never so, take it out."""
    cluster = own_portrait(slug)
    one, desk = _value(cluster, number), Desk(current_actor(), cluster)
    form, status = EndForm(), 200
    if request.method == "POST":
        status = 422
        wrong = "drop" in request.form and desk.may_drop(one)
        act = {"act": DROP, "id": one.id} if wrong else {"act": END, "id": one.id, "until": form.until.data or ""}
        if wrong or form.validate_on_submit():
            answer = _act(desk, act, form)
            if answer is not None:
                return answer
            status = 409
    else:
        form.seen.data = desk.seen
    return render_template(
        "clusters/value_end.html", form=form, one=one, cluster=cluster, desk=desk, words=wording.observation_words(one),
        heading=wording.kind_title(one.kind, one.code, one.unit),
    ), status  # fmt: skip


# ---- the whole portrait ---------------------------------------------------------------------------------------------


@blueprint.post("/clusters/<slug>/confirm")
@access("clusters.edit_own")
def confirm(slug: str) -> Any:
    """The management says that everything is right."""
    cluster = own_portrait(slug)
    editing.confirm(current_actor(), cluster.id)
    flash_done(_("Thank you. The portrait is marked as confirmed today."))
    return see_other(path("clusters.show", slug=slug))


@blueprint.post("/clusters/<slug>/edit/withdraw")
@access("clusters.edit_own")
def withdraw(slug: str) -> Any:
    """Take back the change that waits."""
    cluster = own_portrait(slug)
    pending = editing.pending_version(cluster.id)
    if pending is None or str(pending.id) != request.form.get("version", ""):
        raise Gone(_("This change does not wait any more."))
    editing.withdraw_change(current_actor(), pending)
    flash_done(_("Your change is withdrawn."))
    return see_other(path("clusters.edit", slug=slug))


@blueprint.get("/clusters/<slug>/changes")
@access("clusters.edit_own")
def changes_page(slug: str) -> Any:
    """All changes of a portrait, for those who may change it."""
    cluster = own_portrait(slug)
    known = editing.all_observations(cluster.id)
    versions = editing.versions_of(cluster.id)
    newest = editing.newest_applied(cluster.id)
    return render_template(
        "clusters/changes.html", cluster=cluster, newest=newest.id if newest is not None else None, wording=wording,
        rows=[(one, wording.differences(one.changes, one.before, known)) for one in versions],
    )  # fmt: skip


# ---- the signed link ------------------------------------------------------------------------------------------------


def _asked_page(template: str, raw: str, asked: asking.Asked, status: int = 200, **more: Any) -> Any:
    body = render_template(template, token=raw, asked=asked, **more)
    return body, status, {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}


def _asked_cluster(asked: asking.Asked) -> Cluster:
    cluster = editorial.cluster_by_id(asked.cluster_id)
    if cluster is None:
        raise Gone(_("This link is not valid any more."))
    return cluster


@blueprint.route("/clusters/confirm/<token>", methods=["GET", "POST"])
@access("public")
def confirm_link(token: str) -> Any:
    """What the portrait says, and two ways on: nothing has changed, or edit. Opening the page changes nothing."""
    if request.method == "POST":
        allow_write()
        cluster = asking.nothing_changed(token)
        flash_done(_("Thank you. The portrait is marked as confirmed today."))
        return see_other(path("clusters.show", slug=cluster.slug))
    asked = asking.look(token)
    cluster = _asked_cluster(asked)
    desk = Desk(asked.actor, cluster, asked.role)
    facts = [
        (wording.field_title(name), wording.value_words(name, value)) for name, value in desk.values.items()
    ]  # fmt: skip
    return _asked_page("clusters/asked.html", token, asked, form=SeenForm(), facts=facts, **desk.context())


@blueprint.route("/clusters/confirm/<token>/edit", methods=["GET", "POST"])
@access("public")
def edit_link(token: str) -> Any:
    """Change the portrait by the signed link; the link is used up once the change is taken."""
    asked = asking.look(token)
    desk = Desk(asked.actor, _asked_cluster(asked), asked.role)
    form, clashes, status = portrait_form(desk), [], 200
    if request.method == "POST":
        allow_write()
        status = 422
        if form.validate_on_submit():
            try:
                flash_sent(asking.send_change(token, sent_of(form, desk.values)))
                return see_other(path("clusters.show", slug=desk.cluster.slug))
            except editing.Stale:
                again = Desk(asked.actor, _again(desk.cluster.slug), asked.role)
                clashes, status = _clash(form, again), 409
            except Invalid as refusal:
                form.take_errors(refusal)
    more = {"clashes": clashes, "conflict": status == 409, **desk.context()}
    return _asked_page("clusters/edit_link.html", token, asked, status, form=form, **more)
