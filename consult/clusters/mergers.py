"""Two portraits of one thing become one: the old address leads on, what hangs on it moves, nothing is counted twice.

The old portrait stays as a row outside the directory. Statements of sources and of people move with the name of the
portrait that brought them; classifications of ours do not. Links, follows and managers move unless the survivor has them
already. All that moved is noted, so that an editor can take the merger back.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import selectinload

from consult.clusters import addresses, columns, editing, rules
from consult.clusters.models import Cluster, ClusterClaim, ClusterManager, ClusterMerger, Observation
from consult.core import audit
from consult.core.access import Actor
from consult.core.clock import now, today
from consult.core.db import db
from consult.core.errors import Conflict, Invalid, NotFound, Refused
from consult.core.i18n import LANGUAGES, _, pick
from consult.core.registry import MergeHook, registries, touch
from consult.links.models import Link
from consult.links.operations import merge_ends, refresh_ends, touch_ends
from consult.notifications.models import Follow

audit.declare("cluster.merged", "into_id", "merger_id")
audit.declare("cluster.merger_undone", "into_id", "merger_id")

KIND, MERGED = "cluster", "merged"
_SIDES = ("from", "to")


def merger_by_id(merger_id: int) -> ClusterMerger:
    merger = db.session.get(ClusterMerger, merger_id)
    if merger is None:
        raise NotFound(_("There is no such merger."))
    return merger


def mergers_of(cluster_id: int) -> list[tuple[ClusterMerger, Cluster]]:
    """The mergers into a portrait or out of it that stand, with the other portrait, newest first."""
    statement = (
        select(ClusterMerger, Cluster)
        .join(
            Cluster,
            or_(
                (Cluster.id == ClusterMerger.old_id) & (ClusterMerger.into_id == cluster_id),
                (Cluster.id == ClusterMerger.into_id) & (ClusterMerger.old_id == cluster_id),
            ),
        )
        .where(ClusterMerger.undone_at.is_(None))
        .order_by(ClusterMerger.id.desc())
    )
    return [(merger, other) for merger, other in db.session.execute(statement)]


def name_origins(found: Sequence[Observation]) -> None:
    """Let observations that a merged portrait brought along say which; a query only where there are any."""
    ids = {one.origin_id for one in found if one.origin_id is not None}
    if not ids:
        return
    rows = db.session.execute(select(Cluster.id, Cluster.name).where(Cluster.id.in_(ids)))
    names = {cluster_id: pick(name) for cluster_id, name in rows}
    for one in found:
        one.origin_name = names.get(one.origin_id, "") if one.origin_id is not None else ""


# ---- merging --------------------------------------------------------------------------------------------------------


def _both(old_id: int, into_id: int) -> tuple[Cluster, Cluster]:
    """Both rows, locked in one order whoever is merged into whom, so that two merging at once do not wait for each other."""
    statement = (
        select(Cluster)
        .where(Cluster.id.in_((old_id, into_id)))
        .order_by(Cluster.id)
        .options(selectinload(Cluster.observations))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    found = {cluster.id: cluster for cluster in db.session.execute(statement).scalars()}
    if old_id not in found or into_id not in found:
        raise NotFound(_("We have no portrait under this address."))
    return found[old_id], found[into_id]


def _check(actor: Actor, old_id: int, into_id: int, reason: str) -> None:
    if not rules.is_editor(actor):
        raise Refused(_("Your account has no right to this page."))
    if old_id == into_id:
        raise Invalid({"target": _("A portrait cannot be merged into itself.")})
    if not reason:
        raise Invalid({"reason": _("Please say why both are the same.")})


def merge(actor: Actor, old_id: int, into_id: int, reason: str) -> ClusterMerger:
    """Let one portrait become part of another one."""
    _check(actor, old_id, into_id, reason)
    old, into = _both(old_id, into_id)
    if old.merged_into_id is not None:
        raise Conflict(_("This portrait has been merged into another one. Please change that one."))
    if into.merged_into_id is not None or not into.listed:
        raise Conflict(_("The other portrait is not in the directory any more."))
    if editing.pending_version(old_id) is not None:
        raise Conflict(_("A change of this portrait waits for a decision. Please wait for it first."))
    moved: dict[str, Any] = {
        "listed": old.listed,
        "links": _move_links(old, into),
        "follows": _move_follows(old_id, into_id),
        "managers": _move_managers(old_id, into_id),
        "claims": _move_claims(old_id, into_id),
        "observations": _move_observations(old, into),
        "rooms": {hook.room: hook.merge(KIND, old_id, into_id) for hook in _other_rooms()},
    }
    moved["added"] = _name_as_alias(old, into)
    merger = ClusterMerger(
        old_id=old_id, into_id=into_id, reason=reason, moved=moved, merged_at=now(), merged_by=actor.person_id
    )
    db.session.add(merger)
    old.listed, old.merged_into_id = False, into_id
    old.interruptions = [*(old.interruptions or []), {"from": today().isoformat(), "until": "", "why": MERGED}]
    db.session.flush()
    audit.record("cluster.merged", actor, (KIND, old_id), into_id=into_id, merger_id=merger.id)
    _settle(old, into)
    return merger


def _other_rooms() -> list[MergeHook]:
    """Rooms above that move what is theirs: offers, dates, comments. Links and follows are moved here."""
    return [hook for hook in registries.merge_hooks if hook.room not in ("links", "notifications")]


def _settle(old: Cluster, into: Cluster) -> None:
    """Columns of the survivor, search and lists of both."""
    db.session.expire(into, ["observations"])
    db.session.refresh(into, ["observations"])
    into.revision += 1
    columns.refresh(into, into.observations)
    addresses.refresh(into, into.observations)
    touch(KIND, old.id)
    db.session.flush()
    refresh_ends({(KIND, old.id), (KIND, into.id)})


def _move_links(old: Cluster, into: Cluster) -> list[list[Any]]:
    """[number of the link, side] of those that lead from or to the survivor now."""
    before = _link_sides(old.id)
    merge_ends(KIND, old.id, into.id)
    left = {tuple(one) for one in _link_sides(old.id)}
    return [one for one in before if tuple(one) not in left]


def _link_sides(cluster_id: int) -> list[list[Any]]:
    found: list[list[Any]] = []
    for side in _SIDES:
        kind, end_id = getattr(Link, f"{side}_kind"), getattr(Link, f"{side}_id")
        ids = db.session.execute(select(Link.id).where(kind == KIND, end_id == cluster_id).order_by(Link.id)).scalars()
        found += [[number, side] for number in ids]
    return found


def _move_follows(old_id: int, into_id: int) -> list[int]:
    there = select(Follow.person_id).where(Follow.kind == KIND, Follow.subject_id == into_id)
    statement = select(Follow.id).where(
        Follow.kind == KIND, Follow.subject_id == old_id, Follow.person_id.not_in(there)
    )
    ids = list(db.session.execute(statement.order_by(Follow.id)).scalars())
    db.session.execute(update(Follow).where(Follow.id.in_(ids)).values(subject_id=into_id))
    return ids


def _move_managers(old_id: int, into_id: int) -> list[int]:
    there = select(ClusterManager.person_id).where(ClusterManager.cluster_id == into_id)
    statement = select(ClusterManager.person_id).where(
        ClusterManager.cluster_id == old_id, ClusterManager.person_id.not_in(there)
    )
    ids = list(db.session.execute(statement.order_by(ClusterManager.person_id)).scalars())
    here = (ClusterManager.cluster_id == old_id) & ClusterManager.person_id.in_(ids)
    db.session.execute(update(ClusterManager).where(here).values(cluster_id=into_id))
    return ids


def _move_claims(old_id: int, into_id: int) -> list[int]:
    waiting = (ClusterClaim.cluster_id == old_id) & ClusterClaim.status.in_(rules.RUNNING)
    ids = list(db.session.execute(select(ClusterClaim.id).where(waiting).order_by(ClusterClaim.id)).scalars())
    db.session.execute(update(ClusterClaim).where(ClusterClaim.id.in_(ids)).values(cluster_id=into_id))
    return ids


def _last_position(cluster_id: int) -> int:
    statement = select(func.max(Observation.position)).where(Observation.cluster_id == cluster_id)
    return db.session.execute(statement).scalar() or 0


def _move_observations(old: Cluster, into: Cluster) -> list[list[int]]:
    """[number, position that it had] of the statements that a source gives or somebody entered."""
    last = _last_position(into.id)
    moved = []
    for one in [one for one in old.observations if one.source or one.entered_as]:
        moved.append([one.id, one.position])
        one.cluster_id, one.position = into.id, last + one.position
        one.origin_id = one.origin_id or old.id
    db.session.flush()
    db.session.expire(old, ["observations"])
    db.session.expire(into, ["observations"])
    return moved


def _name_as_alias(old: Cluster, into: Cluster) -> list[int]:
    """The names of the old portrait are other names of the survivor, unless it has them already."""
    aliases = select(Observation.value).where(Observation.cluster_id == into.id, Observation.kind == "alias")
    known = {*into.name.values(), into.short_name, *db.session.execute(aliases).scalars()}
    position, added = _last_position(into.id), []
    for name in dict.fromkeys(old.name.get(language, "") for language in LANGUAGES):
        if not name or name in known:
            continue
        position += 1
        alias = Observation(
            cluster_id=into.id, position=position, kind="alias", code="other-name", value=name, entered_as="editors",
            entered_at=now(), origin_id=old.id,
        )  # fmt: skip
        db.session.add(alias)
        db.session.flush()
        added.append(alias.id)
    return added


# ---- and back -------------------------------------------------------------------------------------------------------


def undo(actor: Actor, merger_id: int) -> Cluster:
    """Take a merger back: both portraits stand as before, what was added to the survivor since stays there."""
    if not rules.is_editor(actor):
        raise Refused(_("Your account has no right to this page."))
    merger = merger_by_id(merger_id)
    old, into = _both(merger.old_id, merger.into_id)
    db.session.refresh(merger)
    if merger.undone_at is not None:
        raise Conflict(_("This merger has been taken back already."))
    if into.merged_into_id is not None:
        raise Conflict(_("The other portrait has been merged itself since. Please take that back first."))
    moved = merger.moved
    old.merged_into_id, old.listed = None, bool(moved["listed"])
    old.interruptions = [one for one in old.interruptions if one["why"] != MERGED or one["until"]]
    _give_back(old, into, moved)
    merger.undone_at, merger.undone_by = now(), actor.person_id
    db.session.flush()
    audit.record("cluster.merger_undone", actor, (KIND, old.id), into_id=into.id, merger_id=merger.id)
    db.session.refresh(old, ["observations"])
    columns.refresh(old, old.observations)
    old.revision += 1
    addresses.refresh(old, old.observations)
    _settle(old, into)
    return old


def _give_back(old: Cluster, into: Cluster, moved: dict[str, Any]) -> None:
    for hook in _other_rooms():
        if hook.room in moved.get("rooms", {}):
            hook.undo(KIND, old.id, into.id, moved["rooms"][hook.room])
    for number, side in moved["links"]:
        link = db.session.get(Link, number)
        if link is not None and getattr(link, f"{side}_id") == into.id:
            setattr(link, f"{side}_id", old.id)
            setattr(link, f"{side}_key", old.slug)
            touch_ends(link)
    there = (Follow.kind == KIND) & (Follow.subject_id == into.id) & Follow.id.in_(moved["follows"])
    db.session.execute(update(Follow).where(there).values(subject_id=old.id))
    managed = (ClusterManager.cluster_id == into.id) & ClusterManager.person_id.in_(moved["managers"])
    db.session.execute(update(ClusterManager).where(managed).values(cluster_id=old.id))
    waiting = (ClusterClaim.cluster_id == into.id) & ClusterClaim.id.in_(moved["claims"])
    db.session.execute(update(ClusterClaim).where(waiting).values(cluster_id=old.id))
    places: dict[int, int] = dict(moved["observations"])
    rows = db.session.execute(select(Observation).where(Observation.id.in_([*places, *moved["added"]]))).scalars()
    for one in rows.all():
        if one.id in places:
            one.cluster_id, one.position = old.id, places[one.id]
            one.origin_id = None if one.origin_id == old.id else one.origin_id
        else:
            one.replaced_at = now()
    db.session.flush()
