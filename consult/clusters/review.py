"""Changes of portraits before moderation: what a moderator reads, what is possible, and what each decision does.

A case is about one version; what was reported without a version may be hidden, that is taken out of the directory, and
restored. The words of a decision go to the author of the change.
"""

from __future__ import annotations

from consult.accounts.queries import people_by_ids, person_by_id
from consult.clusters import editing, rules, wording
from consult.clusters.models import Cluster, ClusterVersion
from consult.core.access import Actor
from consult.core.clock import now
from consult.core.db import db
from consult.core.errors import Conflict
from consult.core.i18n import _, format_moment, pick
from consult.core.registry import ModeratedKind, Review, ReviewPart, Verdict
from consult.core.states import move
from consult.core.text import render_markdown
from consult.core.web import address, path
from consult.moderation.mails import send_decision

HIDDEN, REINSTATE = "hidden", "reinstate"


def _version(cluster_id: int, version_id: int | None) -> ClusterVersion | None:
    version = db.session.get(ClusterVersion, version_id) if version_id is not None else None
    return version if version is not None and version.cluster_id == cluster_id else None


def _parts(version: ClusterVersion) -> tuple[list[ReviewPart], list[ReviewPart]]:
    """(after, before) of everything that a version is about."""
    known = editing.all_observations(version.cluster_id)
    after, before = [], []
    for number, one in enumerate(wording.differences(version.changes, version.before, known), 1):
        heading = f"{number} {one.heading}"  # headings are compared, and two figures may be of one kind
        after.append(ReviewPart(heading, one.after or _("not stated"), render_markdown(one.after), "", one.name))
        before.append(ReviewPart(heading, one.before, render_markdown(one.before), "", one.name))
    return after, before


def review(cluster_id: int, version_id: int | None) -> Review:
    """A version with what stood there before; without one, the portrait as it stands."""
    cluster = db.session.get_one(Cluster, cluster_id)
    version = _version(cluster_id, version_id)
    url = path("clusters.show", slug=cluster.slug) if cluster.listed else ""
    if version is None:
        text = pick(cluster.strengths)
        part = ReviewPart(_("Strengths"), text, render_markdown(text))
        return Review(
            pick(cluster.name), "de", [part], None, "", None, outcomes=outcomes(cluster_id, None), public_url=url
        )
    person = people_by_ids([version.author_id]).get(version.author_id) if version.author_id is not None else None
    after, before = _parts(version)
    facts = [
        (_("Change"), str(version.number)), (_("Sent"), format_moment(version.created_at)),
        (_("Entered for"), wording.role_words(version.author_role)), (_("Basis"), wording.basis_of(version.changes)),
        (_("Remark"), version.note),
    ]  # fmt: skip
    return Review(
        title=pick(cluster.name), language=version.language, parts=after, version_id=version.id,
        author=person.name if person is not None else "", author_id=version.author_id, previous=before,
        outcomes=outcomes(cluster_id, version.id), public_url=url, facts=[fact for fact in facts if fact[1]],
    )  # fmt: skip


def outcomes(cluster_id: int, version_id: int | None) -> tuple[str, ...]:
    """The decisions that are possible."""
    cluster = db.session.get(Cluster, cluster_id)
    if cluster is None or cluster.merged_into_id is not None:
        return ()
    version = _version(cluster_id, version_id)
    if version is not None and version.status == rules.WAITING:
        return ("publish", "return", "reject")
    return ("hide",) if cluster.listed else ("restore",)


def involved(actor: Actor, cluster_id: int) -> bool:
    """The management of the portrait, and who wrote the change."""
    pending = editing.pending_version(cluster_id)
    return rules.is_involved(actor, cluster_id, pending.author_id if pending is not None else None)


def apply(actor: Actor, cluster_id: int, verdict: Verdict) -> None:
    """Carry a decision out and write to the author of the change."""
    if verdict.outcome == "hide":
        editing.take_out(actor, cluster_id, HIDDEN)
        return
    if verdict.outcome == "restore" or (verdict.outcome == REINSTATE and verdict.overturns == "hide"):
        editing.put_back(actor, cluster_id)
        return
    cluster = editing.locked(cluster_id)
    if verdict.outcome == REINSTATE:
        _reinstate(actor, cluster, verdict)
        return
    version = _version(cluster_id, verdict.version_id)
    if version is None or version.status != rules.WAITING:
        raise Conflict(_("The text has changed since you opened it. Please read the new version before you decide."))
    if verdict.outcome == "publish":
        editing.carry_out(actor, cluster, version)
    elif verdict.outcome in ("return", "reject"):
        move(rules.VERSION, version, verdict.outcome, actor)
    else:
        raise Conflict(_("This decision is not possible for portraits."))
    version.answer, version.decided_at = verdict.note, now()
    _write(cluster, version, verdict)


def _reinstate(actor: Actor, cluster: Cluster, verdict: Verdict) -> None:
    """A change that was not taken over is taken over after all, unless another one waits by now."""
    version = _version(cluster.id, verdict.version_id)
    if version is None or version.status != rules.REJECTED or editing.pending_version(cluster.id) is not None:
        raise Conflict(_("Something else has happened to this text since. Please look at its present state."))
    move(rules.VERSION, version, "reverse", actor)
    editing.carry_out(actor, cluster, version)
    version.answer = verdict.note
    _write(cluster, version, verdict)


def _write(cluster: Cluster, version: ClusterVersion, verdict: Verdict) -> None:
    person = person_by_id(version.author_id) if version.author_id is not None else None
    recipient = (
        person.email if person is not None else cluster.contact_email if version.author_role == "contact" else ""
    )
    if not recipient:
        return
    language = person.language if person is not None else version.language
    endpoint = "clusters.edit" if verdict.outcome == "return" and person is not None else "clusters.show"
    send_decision(
        recipient, language, verdict, title=pick(cluster.name, language),
        url=address(endpoint, slug=cluster.slug, lang_code=language), person_id=version.author_id,
    )  # fmt: skip


def reverse(actor: Actor, cluster_id: int, verdict: Verdict) -> None:
    """Within ten minutes: as if the decision had not been made."""
    if verdict.outcome == "hide":
        editing.put_back(actor, cluster_id)
    elif verdict.outcome == "restore" or (verdict.outcome == REINSTATE and verdict.overturns == "hide"):
        editing.take_out(actor, cluster_id, HIDDEN)
    else:
        version = _version(cluster_id, verdict.version_id)
        if version is None or editing.pending_version(cluster_id) not in (None, version):
            raise Conflict(_("Something else has happened to this text since. Please look at its present state."))
        if version.status == rules.APPLIED:
            editing.take_back(actor, version, "reverse")
        else:
            editing.locked(cluster_id)
            move(rules.VERSION, version, "reverse", actor)
        version.answer, version.decided_at = "", None


def preview(cluster_id: int, version_id: int | None, _reader: str) -> list[ReviewPart]:
    """What is about to be changed, as everyone would read it; a portrait hides nothing from anybody."""
    version = _version(cluster_id, version_id)
    return _parts(version)[0] if version is not None else review(cluster_id, None).parts


MODERATED = ModeratedKind("cluster", review, apply, involved, outcomes, reverse=reverse, preview=preview)
