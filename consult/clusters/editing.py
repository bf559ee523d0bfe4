"""Changing portraits: every change is a version, carried out at once or after moderation, and can be taken back.

Whether a change waits for moderation is the operator's setting, apart for managements and for editors. Whoever changes a
portrait names the revision they saw; if it is another one by now, nothing is stored (`Stale`), and the page shows the
difference beside what was typed. Functions flush and never commit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from consult.clusters import addresses, changes, columns, recency, rules
from consult.clusters.changes import CONTACT, EDITORS, MANAGEMENT, Document, Entry
from consult.clusters.models import CLAIMED, IMPORTED, Cluster, ClusterVersion, Observation
from consult.core import audit
from consult.core.access import Actor
from consult.core.clock import now, today
from consult.core.db import db
from consult.core.errors import Conflict, Invalid, NotFound, Refused
from consult.core.i18n import _, pick
from consult.core.notices import notify
from consult.core.registry import touch
from consult.core.settings_store import recall, remember
from consult.core.states import move
from consult.core.text import clean_line
from consult.moderation.operations import hold_case, open_case, withdraw_case
from consult.notifications.queries import followers

audit.declare("cluster.created")
audit.declare("cluster.changed", "version_id", "role")
audit.declare("cluster.vouched", "role")
audit.declare("cluster.taken_out")
audit.declare("cluster.put_back")
audit.declare("cluster.moderation_set", "managers", "editors")

SETTINGS = {MANAGEMENT: ("clusters.moderate_managers", True), EDITORS: ("clusters.moderate_editors", False)}
DUE_DAYS = 2
TAKEN_OUT = "taken-out"


class Stale(Conflict):
    """Somebody else has changed the portrait since the form was opened."""


@dataclass(frozen=True)
class Sent:
    """What somebody sends: the change, which state they saw, and a sentence for the moderation.

    `seen` is `state_of` at the time; `complete` says that the values are all that shall differ from the portrait, so that
    they take the place of those of a change that still waits.
    """

    changes: Document
    seen: str
    note: str = ""
    language: str = "de"
    complete: bool = False


# ---- what there is --------------------------------------------------------------------------------------------------


def locked(cluster_id: int) -> Cluster:
    """The portrait with its observations, kept from others until this transaction ends."""
    statement = (
        select(Cluster)
        .where(Cluster.id == cluster_id)
        .options(selectinload(Cluster.observations))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    cluster = db.session.execute(statement).scalar()
    if cluster is None:
        raise NotFound(_("We have no portrait under this address."))
    return cluster


def pending_version(cluster_id: int) -> ClusterVersion | None:
    """The change that waits for moderation, or was returned to its author."""
    statement = select(ClusterVersion).where(
        ClusterVersion.cluster_id == cluster_id, ClusterVersion.status.in_((rules.WAITING, rules.RETURNED))
    )
    return db.session.execute(statement.order_by(ClusterVersion.number.desc()).limit(1)).scalar()


def versions_of(cluster_id: int, limit: int = 30) -> list[ClusterVersion]:
    """The changes of a portrait, newest first."""
    statement = select(ClusterVersion).where(ClusterVersion.cluster_id == cluster_id)
    return list(db.session.execute(statement.order_by(ClusterVersion.number.desc()).limit(limit)).scalars())


def versions_since(cluster_id: int, revision: int) -> list[ClusterVersion]:
    """The changes that were carried out on a portrait since it had this revision, in the order of that."""
    statement = select(ClusterVersion).where(
        ClusterVersion.cluster_id == cluster_id, ClusterVersion.status == rules.APPLIED
    )
    rows = db.session.execute(statement.order_by(ClusterVersion.number.desc()).limit(50)).scalars()
    found = [one for one in rows if one.undo.get("revision", 0) > revision]
    return sorted(found, key=lambda one: int(one.undo["revision"]))


def newest_applied(cluster_id: int) -> ClusterVersion | None:
    """The change that was carried out last, whenever it was sent: the one that can be taken back."""
    found = versions_since(cluster_id, 0)
    return found[-1] if found else None


def state_of(cluster: Cluster, pending: ClusterVersion | None) -> str:
    """What a form carries to tell later whether anything has changed: revision and waiting change."""
    return f"{cluster.revision}.{pending.id if pending is not None else 0}"


def all_observations(cluster_id: int) -> list[Observation]:
    """Those that stand and those that were replaced, in order."""
    statement = select(Observation).where(Observation.cluster_id == cluster_id).order_by(Observation.position)
    return list(db.session.execute(statement).scalars())


def role_of(actor: Actor, cluster_id: int) -> str:
    """For whom the actor writes here; a manager who is also an editor speaks for the management."""
    return MANAGEMENT if rules.can_manage(actor, cluster_id) else EDITORS


def is_moderated(role: str) -> bool:
    """Whether changes of this role wait for a moderator. The contact of a portrait is treated as its management."""
    name, default = SETTINGS[MANAGEMENT if role == CONTACT else role]
    return bool(recall(name, default))


def set_moderation(actor: Actor, *, managers: bool, editors: bool) -> None:
    """The operator decides whose changes wait for a moderator."""
    if not actor.may("admin"):
        raise Refused(_("Your account has no right to this page."))
    remember(SETTINGS[MANAGEMENT][0], managers)
    remember(SETTINGS[EDITORS][0], editors)
    audit.record("cluster.moderation_set", actor, managers=managers, editors=editors)


# ---- sending and carrying out ---------------------------------------------------------------------------------------


def _refuse_closed(cluster: Cluster) -> None:
    if cluster.merged_into_id is not None:
        raise Conflict(_("This portrait has been merged into another one. Please change that one."))


def send(actor: Actor, cluster_id: int, sent: Sent, role: str = "") -> ClusterVersion:
    """Change a portrait: at once, or as a version that waits for a moderator.

    `role` is given where the right comes from a signed link. Stale if the portrait is not as its author saw it; Invalid if
    nothing would change.
    """
    role = role or role_of(actor, cluster_id)
    if role != CONTACT and not rules.can_edit(actor, cluster_id):
        raise Refused(_("Only who speaks for this portrait, and editors, may change it."))
    hold_case("cluster", cluster_id)
    cluster = locked(cluster_id)
    _refuse_closed(cluster)
    pending = pending_version(cluster_id)
    if sent.seen != state_of(cluster, pending):
        raise Stale(_("Somebody has changed the portrait since you opened it. Your entries are kept below."))
    moderated = is_moderated(role)
    wanted = sent.changes
    if pending is not None and moderated:
        before = {**pending.changes, "values": {}} if sent.complete else pending.changes
        wanted = changes.joined(before, wanted)
    if changes.is_empty(wanted):
        raise Invalid(message=_("You have not changed anything."))
    if pending is not None and moderated:
        move(rules.VERSION, pending, "replace", actor)
    version = _new_version(actor, cluster, role, wanted, sent)
    if moderated:
        open_case(
            "cluster", cluster.id, version.id, consultation_id=None, due_days=DUE_DAYS, title=pick(cluster.name),
            language=sent.language, author_id=actor.person_id, actor=actor,
        )  # fmt: skip
    else:
        carry_out(actor, cluster, version)
    return version


def _new_version(actor: Actor, cluster: Cluster, role: str, wanted: Document, sent: Sent) -> ClusterVersion:
    last = db.session.execute(
        select(func.max(ClusterVersion.number)).where(ClusterVersion.cluster_id == cluster.id)
    ).scalar()
    version = ClusterVersion(
        cluster_id=cluster.id, number=(last or 0) + 1, status=rules.VERSION.initial, author_id=actor.person_id,
        author_role=role, language=sent.language, created_at=now(), base_revision=cluster.revision, changes=wanted,
        before=changes.values_of(cluster, cluster.observations), note=sent.note,
    )  # fmt: skip
    db.session.add(version)
    db.session.flush()
    audit.record("cluster.changed", actor, ("cluster", cluster.id), version_id=version.id, role=role)
    return version


def carry_out(actor: Actor, cluster: Cluster, version: ClusterVersion) -> None:
    """Make a version what everyone reads, and note how to take it back."""
    found = list(cluster.observations)
    entry = Entry(
        version.author_id,
        version.author_role,
        version.changes.get("as_of", ""),
        tuple(version.changes.get("source", ())),
    )
    version.before = changes.values_of(cluster, found)
    undo = changes.apply(cluster, found, version.changes, entry)
    db.session.flush()
    version.undo = {**undo.document(), "verified": dict(cluster.verified or {}), "revision": cluster.revision + 1}
    version.decided_at = now()
    if version.author_role in (MANAGEMENT, CONTACT):
        recency.vouch(cluster, _groups(version.changes, found), version.author_role)
        recency.wake(cluster)
    move(rules.VERSION, version, "apply", actor)
    _settle(cluster, found)
    _tell_followers(cluster, version)


def _groups(document: Document, found: Sequence[Observation]) -> set[str]:
    """The groups of fields that a change is about."""
    kinds = {one.id: one.kind for one in found}
    groups = {recency.group_of_field(name) for name in document.get("values", {}) if name != "contact_email"}
    for act in document.get("acts", []):
        groups.add(recency.group_of_kind(act.get("kind") or kinds.get(act.get("id"), "")))
    return groups


def _settle(cluster: Cluster, found: Sequence[Observation]) -> None:
    """After any change of content: columns, addresses and revision."""
    standing = [one for one in found if one.replaced_at is None]
    cluster.revision += 1
    columns.refresh(cluster, standing)
    addresses.refresh(cluster, standing)
    db.session.flush()
    db.session.expire(cluster, ["observations"])


def _tell_followers(cluster: Cluster, version: ClusterVersion) -> None:
    people = [one for one in followers("cluster", cluster.id) if one != version.author_id]
    context = {"name": cluster.name, "slug": cluster.slug}
    notify("cluster.updated", people, context, dedupe=f"cluster.updated:{version.id}")


def take_back(actor: Actor, version: ClusterVersion, act: str) -> None:
    """Make a change that was carried out undone ("undo" by an editor, "reverse" by the moderator who decided)."""
    cluster = locked(version.cluster_id)
    newest = newest_applied(cluster.id)
    if version.status == rules.APPLIED and (newest is None or newest.id != version.id):
        raise Conflict(_("The portrait has been changed again since. Please take back the newest change first."))
    move(rules.VERSION, version, act, actor)
    found = all_observations(cluster.id)
    changes.take_back(cluster, found, version.undo)
    cluster.verified = version.undo.get("verified", cluster.verified)
    db.session.flush()
    _settle(cluster, found)


def undo_change(actor: Actor, version: ClusterVersion) -> None:
    """An editor takes the newest change back."""
    if not rules.is_editor(actor):
        raise Refused(_("Your account has no right to this page."))
    take_back(actor, version, "undo")


def withdraw_change(actor: Actor, version: ClusterVersion) -> None:
    """Take back a change that has not been decided."""
    if not rules.can_withdraw(actor, version):
        raise Refused(_("Only who speaks for this portrait, and editors, may change it."))
    hold_case("cluster", version.cluster_id)
    locked(version.cluster_id)
    db.session.refresh(version)
    waiting = version.status == rules.WAITING
    move(rules.VERSION, version, "withdraw", actor)
    if waiting:
        withdraw_case("cluster", version.cluster_id, actor)


# ---- vouching -------------------------------------------------------------------------------------------------------


def confirm(actor: Actor, cluster_id: int, role: str = "") -> Cluster:
    """Say for the organisation that everything in the portrait is right as it stands."""
    if role != CONTACT and not rules.can_manage(actor, cluster_id):
        raise Refused(_("Only who speaks for this portrait may confirm it."))
    role = role or MANAGEMENT
    cluster = locked(cluster_id)
    _refuse_closed(cluster)
    recency.vouch(cluster, recency.GROUPS, role)
    recency.wake(cluster)
    cluster.confirmed_at = now()
    _verify_present(cluster.observations)
    if cluster.status in (CLAIMED, IMPORTED):
        _confirm_status(cluster, actor, role)
    audit.record("cluster.vouched", actor, ("cluster", cluster.id), role=role)
    touch("cluster", cluster.id)
    db.session.flush()
    return cluster


def _confirm_status(cluster: Cluster, actor: Actor, role: str) -> None:
    """An imported portrait is confirmed by its contact; a manager whom nobody accepted (demo) claims it with this."""
    if cluster.status == IMPORTED and role == MANAGEMENT:
        move(rules.PORTRAIT, cluster, "claim", actor)
    move(rules.PORTRAIT, cluster, "confirm", actor)


def _verify_present(found: Sequence[Observation]) -> None:
    """The newest statement about each thing is verified; older ones and those that contradict it keep what they have."""
    newest: dict[tuple[str, str, str], Observation] = {}
    for one in found:
        place = (one.kind, one.code, one.unit)
        if one.until or (place in newest and (newest[place].as_of, newest[place].position) > (one.as_of, one.position)):
            continue
        newest[place] = one
    for one in newest.values():
        one.verified_on = today()


# ---- the directory --------------------------------------------------------------------------------------------------


def create_portrait(actor: Actor, values: Document, sent: Sent) -> Cluster:
    """A new portrait, made by an editor; its address comes from its name and stays."""
    if not rules.is_editor(actor):
        raise Refused(_("Your account has no right to this page."))
    name = clean_line(values.get("name_de") or values.get("name_en"))
    if not name:
        raise Invalid({"name_de": _("Please enter the name in at least one language.")})
    moment = now()
    cluster = Cluster(
        slug=addresses.free_slug(values.get("short_name") or name), name={}, short_name="", sort_key="", revision=1,
        created_at=moment, updated_at=moment, listed=True, listed_on=today(), observations=[],
    )  # fmt: skip
    db.session.add(cluster)
    db.session.flush()
    audit.record("cluster.created", actor, ("cluster", cluster.id))
    given = {"values": {"short_name": name[:120], **values}, **{k: v for k, v in sent.changes.items() if k != "values"}}
    version = _new_version(actor, locked(cluster.id), EDITORS, given, sent)
    carry_out(actor, cluster, version)
    return cluster


def take_out(actor: Actor, cluster_id: int, why: str = TAKEN_OUT) -> Cluster:
    """Take a portrait out of the directory; it stays with all it holds, and the interruption is dated."""
    cluster = locked(cluster_id)
    _refuse_closed(cluster)
    if not cluster.listed:
        raise Conflict(_("This portrait is not in the directory any more."))
    cluster.listed = False
    cluster.interruptions = [*(cluster.interruptions or []), {"from": today().isoformat(), "until": "", "why": why}]
    audit.record("cluster.taken_out", actor, ("cluster", cluster.id))
    touch("cluster", cluster.id)
    return cluster


def put_back(actor: Actor, cluster_id: int) -> Cluster:
    """Put a portrait back into the directory."""
    cluster = locked(cluster_id)
    _refuse_closed(cluster)
    if cluster.listed:
        raise Conflict(_("This portrait is in the directory."))
    cluster.listed = True
    cluster.interruptions = [
        {**one, "until": one["until"] or today().isoformat()} for one in (cluster.interruptions or [])
    ]
    audit.record("cluster.put_back", actor, ("cluster", cluster.id))
    touch("cluster", cluster.id)
    return cluster
