"""The yearly question to managements: a signed link by mail, "nothing has changed" or "edit", no sign-in needed.

The link holds for one portrait, once, for a while; the database keeps its hash only. Opening it changes nothing; a button
does. Whoever speaks for the portrait gets the mail, and where nobody does, the address that was left for questions. After
two reminders without an answer the portrait is marked as perhaps inactive: shown, never deleted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select

from consult.accounts.models import Person, Token
from consult.accounts.operations import issue_token, take_token
from consult.accounts.queries import person_by_id, usable_token
from consult.clusters import editing, mails, recency
from consult.clusters.changes import CONTACT, MANAGEMENT
from consult.clusters.claims import managers_of
from consult.clusters.models import Cluster, ClusterManager, ClusterVersion
from consult.core import audit
from consult.core.access import GUEST, SYSTEM, Actor, Grant
from consult.core.clock import now, today
from consult.core.db import db
from consult.core.errors import Gone
from consult.core.i18n import _
from consult.core.registry import touch

audit.declare("cluster.asked", "reminders")
audit.declare("cluster.silent")

PURPOSE = "cluster.confirm"
BATCH = 100


@dataclass(frozen=True)
class Asked:
    """Who used a signed link: for which portrait, in whose name, with which right."""

    cluster_id: int
    actor: Actor
    role: str


# ---- who is asked, and when -----------------------------------------------------------------------------------------


def _reachable() -> ColumnElement[bool]:
    managed = select(ClusterManager.cluster_id).where(ClusterManager.cluster_id == Cluster.id).exists()
    return or_(managed, Cluster.contact_email != "")


def _due(before: datetime) -> list[Cluster]:
    """Portraits whose last word of the organisation lies a year back, and that are not being asked."""
    last = func.coalesce(Cluster.confirmed_at, Cluster.created_at)
    statement = select(Cluster).where(
        Cluster.listed.is_(True),
        Cluster.asked_at.is_(None),
        Cluster.dormant_since.is_(None),
        last < before,
        _reachable(),
    )
    return list(db.session.execute(statement.order_by(Cluster.id).limit(BATCH)).scalars())


def _waiting() -> list[Cluster]:
    """Portraits that were asked and are not silent yet, and whose next step has come."""
    moment = now()
    steps = [*recency.REMIND_AFTER, recency.SILENT_AFTER]
    late = [(Cluster.reminders == number) & (Cluster.asked_at <= moment - after) for number, after in enumerate(steps)]
    statement = select(Cluster).where(
        Cluster.listed.is_(True), Cluster.asked_at.is_not(None), Cluster.dormant_since.is_(None), or_(*late)
    )
    return list(db.session.execute(statement.order_by(Cluster.id).limit(BATCH)).scalars())


def ask_all() -> int:
    """Ask, remind, and mark silence, for all portraits that are due; returns how many steps were taken."""
    taken = 0
    for cluster in _due(now() - recency.ASK_AFTER):
        cluster.asked_at, cluster.reminders = now(), 0
        _send(cluster)
        taken += 1
    for cluster in _waiting():
        if cluster.reminders < len(recency.REMIND_AFTER):
            cluster.reminders += 1
            _send(cluster)
        else:
            cluster.dormant_since = today()
            audit.record("cluster.silent", SYSTEM, ("cluster", cluster.id))
            touch("cluster", cluster.id)
        taken += 1
    db.session.flush()
    return taken


def _send(cluster: Cluster) -> None:
    people = [one for one in managers_of(cluster.id) if one.is_active]
    for person in people:
        raw = issue_token(PURPOSE, person, {"cluster_id": cluster.id, "role": MANAGEMENT}, recency.LINK_LIFETIME)
        mails.send_question(cluster, person.email, person.language, raw, cluster.reminders, person.id)
    if not people and cluster.contact_email:
        payload = {"cluster_id": cluster.id, "role": CONTACT}
        raw = issue_token(PURPOSE, cluster.contact_email, payload, recency.LINK_LIFETIME)
        mails.send_question(cluster, cluster.contact_email, "de", raw, cluster.reminders)
    audit.record("cluster.asked", SYSTEM, ("cluster", cluster.id), reminders=cluster.reminders)


# ---- the link -------------------------------------------------------------------------------------------------------


def _asked(token: Token) -> Asked:
    """Whose link it is. Gone if the person does not speak for the portrait any more, or it is out of the directory."""
    gone = _("This link is not valid any more.")
    cluster_id, role = int(token.payload["cluster_id"]), str(token.payload["role"])
    cluster = db.session.get(Cluster, cluster_id)
    if cluster is None or not cluster.listed:
        raise Gone(gone)
    if role == CONTACT:
        if cluster.contact_email != token.email:
            raise Gone(gone)
        return Asked(cluster_id, GUEST, CONTACT)
    person: Person | None = person_by_id(token.person_id) if token.person_id is not None else None
    if person is None or not person.is_active or db.session.get(ClusterManager, (cluster_id, person.id)) is None:
        raise Gone(gone)
    actor = Actor(
        person_id=person.id, name=person.name, email=person.email, language=person.language, grants=(Grant("cluster"),),
        cluster_ids=frozenset({cluster_id}),
    )  # fmt: skip
    return Asked(cluster_id, actor, MANAGEMENT)


def look(raw: str) -> Asked:
    """Who holds the link, without using it."""
    token = usable_token(PURPOSE, raw)
    if token is None:
        raise Gone(_("This link has been used already or is too old. Please ask for a new one."))
    return _asked(token)


def nothing_changed(raw: str) -> Cluster:
    """The organisation says that everything is right."""
    asked = _asked(take_token(PURPOSE, raw))
    return editing.confirm(asked.actor, asked.cluster_id, asked.role)


def send_change(raw: str, sent: editing.Sent) -> ClusterVersion:
    """The organisation sends a change by the link, which is used up by it; not if the change is refused."""
    asked = _asked(take_token(PURPOSE, raw))
    return editing.send(asked.actor, asked.cluster_id, sent, asked.role)


def next_question(cluster: Cluster) -> datetime:
    """When the management is asked next, or was asked."""
    return cluster.asked_at or (cluster.confirmed_at or cluster.created_at) + recency.ASK_AFTER
