"""Under which version of the rules a person takes part. The pages say which version counts (`registries.rules_version`)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from consult.accounts.models import Person, RulesAcceptance
from consult.core import audit
from consult.core.access import Actor
from consult.core.clock import now
from consult.core.db import db
from consult.core.errors import Conflict
from consult.core.i18n import _
from consult.core.registry import registries

audit.declare("account.rules_accepted", "version")


def note(person: Person, version: str, actor: Actor) -> None:
    """This person takes part under this version from now on; saying so again changes nothing."""
    if not version or accepted(person.id, version):
        return
    db.session.add(RulesAcceptance(person_id=person.id, version=version, accepted_at=now()))
    audit.record("account.rules_accepted", actor, ("person", person.id), version=version)


def accepted(person_id: int, version: str) -> bool:
    """Whether the person accepted this version."""
    found = select(RulesAcceptance.id).where(RulesAcceptance.person_id == person_id, RulesAcceptance.version == version)
    return db.session.execute(found).first() is not None


def accept(person: Person, version: str) -> None:
    """Accept the version that was shown. Conflict where another one counts by now."""
    if version != registries.rules_version():
        raise Conflict(_("The rules have changed in the meantime. Please read the present version."))
    note(person, version, Actor(person_id=person.id))


def waiting(person_id: int, _actor: Actor) -> dict[str, Any] | None:
    """For my page: the version that a person who accepted an earlier one has not accepted yet."""
    statement = select(RulesAcceptance.version).where(RulesAcceptance.person_id == person_id)
    known = set(db.session.execute(statement).scalars())
    version = registries.rules_version() if known else ""
    return {"rules_version": version} if version and version not in known else None
