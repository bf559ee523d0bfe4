"""Imports by editors in the browser: a file is kept with its preview until it is carried out, for two days at most."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import delete, select, update

from consult.core import jobs
from consult.core.access import Actor
from consult.core.clock import now
from consult.core.db import db
from consult.core.errors import Conflict, NotFound, Refused
from consult.core.exchange import BOTH, NAME, OBJECT, Exchange, Field, in_order
from consult.core.exchange_runs import Plan, carry_out, plan
from consult.core.i18n import _
from consult.core.imports import DONE, PREVIEWED, ImportRun
from consult.core.registry import registries

LARGEST_FILE = 8 * 1024 * 1024
KEPT = timedelta(days=2)
LISTED = 20


def offered(actor: Actor) -> list[Exchange]:
    """What the actor may bring in and take out here; people's texts go through the command line alone."""
    return [one for one in in_order() if not one.personal and actor.may(one.permission)]


def exchange_for(actor: Actor, name: str) -> Exchange:
    """The exchange of this name, if the actor may use it."""
    found: Exchange | None = registries.exchanges.get(name)
    if found is None or found.personal:
        raise NotFound()
    if not actor.may(found.permission):
        raise Refused(_("Your account has no right to this page."))
    return found


def columns_of(exchange: Exchange) -> list[str]:
    """The columns that a table may have, without those of positions in lists."""
    return [name for one in exchange.fields for name in _columns(one, "")]


def _columns(one: Field, prefix: str) -> list[str]:
    name = prefix + one.name
    if one.type in (BOTH, NAME):
        return [f"{name}.de", f"{name}.en"]
    if one.type == OBJECT:
        return [inner for field in one.fields for inner in _columns(field, name + ".")]
    return [name]


def keep(actor: Actor, exchange: Exchange, filename: str, content: bytes) -> ImportRun:
    """Keep an uploaded file for its preview. Flushes."""
    run = ImportRun(kind=exchange.name, filename=filename[-200:], content=content, made_by=actor.person_id)
    db.session.add(run)
    db.session.flush()
    return run


def run_of(actor: Actor, run_id: int) -> tuple[ImportRun, Exchange]:
    """An import that the actor may see, with its exchange."""
    run = db.session.get(ImportRun, run_id)
    if run is None:
        raise NotFound()
    return run, exchange_for(actor, run.kind)


def recent(actor: Actor) -> list[ImportRun]:
    """The last imports of the kinds that the actor looks after."""
    names = [one.name for one in offered(actor)]
    query = select(ImportRun).where(ImportRun.kind.in_(names)).order_by(ImportRun.id.desc()).limit(LISTED)
    return list(db.session.execute(query).scalars())


def look(run: ImportRun, exchange: Exchange) -> Plan:
    """What carrying it out would do at this moment."""
    if run.state != PREVIEWED or run.content is None:
        raise Conflict(_("This import is done already."))
    return plan(exchange, run.filename, run.content, run.mapping)


def choose(run: ImportRun, mapping: Mapping[str, str | None]) -> None:
    """Say which column is which field."""
    if run.state != PREVIEWED:
        raise Conflict(_("This import is done already."))
    run.mapping = dict(mapping)
    db.session.flush()


def finish(actor: Actor, run: ImportRun, exchange: Exchange) -> Plan:
    """Carry out what was looked at; a second press of the button, or a second person, changes nothing.

    If a row is refused, nothing was written and the caller rolls back, so that the file can be looked at again.
    """
    taken = db.session.execute(
        update(ImportRun).where(ImportRun.id == run.id, ImportRun.state == PREVIEWED).values(state=DONE)
    )
    if not taken.rowcount:  # type: ignore[attr-defined]
        raise Conflict(_("This import is done already."))
    db.session.refresh(run)
    content, run.content = run.content, None
    return carry_out(actor, exchange, run.filename, content or b"", run.mapping, run)[0]


@jobs.every("imports.tidy", minutes=360)
def tidy(_payload: dict[str, object]) -> None:
    """Files that were only looked at go after two days."""
    old = now() - KEPT
    db.session.execute(delete(ImportRun).where(ImportRun.state == PREVIEWED, ImportRun.made_at < old))
