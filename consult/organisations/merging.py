"""Two entries of one organisation become one: memberships stay single, addresses lead on, and it can be undone.

Other rooms move what is theirs: rows that name an organisation by its number are found through the tables' own foreign
keys, everything else moves by the rooms' merge hooks.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update

from consult.core import audit
from consult.core.access import Actor
from consult.core.clock import now
from consult.core.db import Base, db
from consult.core.errors import Conflict, Invalid, Refused
from consult.core.i18n import _
from consult.core.registry import registries, touch
from consult.core.states import move
from consult.core.unit import bump_content
from consult.organisations import membership, queries, rules
from consult.organisations.models import Organisation, OrganisationMember

audit.declare("organisation.merged", "into_id")
audit.declare("organisation.unmerged", "from_id")

OWN = {"organisation", "organisation_member", "organisation_invitation", "organisation_request"}


def _foreign() -> list[Any]:
    """Columns of other rooms' tables that refer to an organisation."""
    return [
        key.parent
        for table in Base.metadata.sorted_tables
        if table.name not in OWN
        for key in table.foreign_keys
        if key.column.table.name == "organisation"
    ]


def merge(actor: Actor, source: Organisation, target: Organisation) -> None:
    """Everything of `source` belongs to `target` from now on, and its address leads there."""
    if not rules.may_give_places(actor):
        raise Refused(_("Your account has no right to this page."))
    if source.id == target.id:
        raise Invalid({"target": _("Please choose another organisation.")})
    if source.merged_into_id is not None or target.merged_into_id is not None:
        raise Conflict(_("One of the two was merged already."))
    record: dict[str, Any] = {"members": _move_members(source.id, target.id), "rows": {}, "hooks": {}}
    for column in _foreign():
        ids = _move_rows(column, source.id, target.id)
        if ids:
            record["rows"][f"{column.table.name}.{column.name}"] = ids
    for hook in registries.merge_hooks:
        record["hooks"][hook.room] = hook.merge("organisation", source.id, target.id)
    for invitation in queries.open_invitations(source.id):
        move(membership.INVITATION, invitation, "withdraw", actor)
    for request, _person in queries.open_requests(source.id):
        move(membership.REQUEST, request, "withdraw", actor)
    source.merged_into_id, source.merged_at, source.merge_record = target.id, now(), record
    db.session.flush()
    audit.record("organisation.merged", actor, ("organisation", source.id), into_id=target.id)
    _renew(source, target)


def _move_members(from_id: int, to_id: int) -> list[list[Any]]:
    """Each person once in each role; returns (person, role, was new there)."""
    statement = select(OrganisationMember).where(OrganisationMember.organisation_id.in_((from_id, to_id)))
    rows = list(db.session.execute(statement.order_by(OrganisationMember.id)).scalars())
    known = {(row.person_id, row.role) for row in rows if row.organisation_id == to_id}
    moved = []
    for row in rows:
        if row.organisation_id != from_id:
            continue
        is_new = (row.person_id, row.role) not in known
        moved.append([row.person_id, row.role, is_new])
        if is_new:
            db.session.add(OrganisationMember(person_id=row.person_id, organisation_id=to_id, role=row.role))
        db.session.delete(row)
    db.session.flush()
    return moved


def _move_rows(column: Any, from_id: int, to_id: int) -> list[int]:
    table = column.table
    if "id" not in table.c:
        db.session.execute(update(table).where(column == from_id).values({column.name: to_id}))
        return []
    ids = list(db.session.execute(select(table.c.id).where(column == from_id)).scalars())
    if ids:
        db.session.execute(update(table).where(column == from_id).values({column.name: to_id}))
    return ids


def unmerge(actor: Actor, source: Organisation) -> None:
    """Take a merger back: what it moved and is still there returns."""
    if not rules.may_give_places(actor):
        raise Refused(_("Your account has no right to this page."))
    target = db.session.get(Organisation, source.merged_into_id) if source.merged_into_id is not None else None
    if target is None or source.merge_record is None:
        raise Conflict(_("This organisation is not merged."))
    record = source.merge_record
    for person_id, role, is_new in record["members"]:
        db.session.add(OrganisationMember(person_id=person_id, organisation_id=source.id, role=role))
        if is_new:
            statement = select(OrganisationMember).where(
                OrganisationMember.person_id == person_id, OrganisationMember.organisation_id == target.id,
                OrganisationMember.role == role,
            )  # fmt: skip
            for row in db.session.execute(statement).scalars():
                db.session.delete(row)
    for column in _foreign():
        ids = record["rows"].get(f"{column.table.name}.{column.name}", [])
        if ids:
            table = column.table
            back = update(table).where(table.c.id.in_(ids), column == target.id)
            db.session.execute(back.values({column.name: source.id}))
    for hook in registries.merge_hooks:
        if hook.room in record["hooks"]:
            hook.undo("organisation", source.id, target.id, record["hooks"][hook.room])
    source.merged_into_id = source.merged_at = source.merge_record = None
    db.session.flush()
    audit.record("organisation.unmerged", actor, ("organisation", target.id), from_id=source.id)
    _renew(source, target)


def _renew(source: Organisation, target: Organisation) -> None:
    for one in (source, target):
        touch("organisation", one.id)
    bump_content()
