"""Organisations as other rooms see them: a kind of thing to link to and to find, and a share of a person's data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import delete, select

from consult.core.access import Actor
from consult.core.db import db
from consult.core.i18n import _l
from consult.core.registry import PersonalData, Searchable, SearchDocument, SubjectKind
from consult.organisations import queries, rules
from consult.organisations.models import Organisation, OrganisationMember


def may_manage(actor: Actor, organisation_id: int) -> bool:
    """Whether the actor speaks for the organisation."""
    return rules.may_manage(actor, organisation_id)


def documents(ids: Sequence[int] | None) -> Iterable[SearchDocument]:
    """What search knows: names and descriptions in both languages."""
    statement = select(Organisation).order_by(Organisation.id)
    if ids is not None:
        statement = statement.where(Organisation.id.in_(ids))
    for one in db.session.execute(statement).scalars():
        names = dict.fromkeys((one.name.get("de", ""), one.name.get("en", ""), one.short_name))
        words = [*(one.description or {}).values(), *names]
        yield SearchDocument(
            "organisation",
            one.id,
            " ".join(filter(None, names)),
            " ".join(filter(None, words)),
            "de",
            one.created_at,
            {"type": one.type, "country": one.country, "nuts": one.nuts},
        )


def export(person_id: int) -> dict[str, Any]:
    """The person's places in organisations."""
    return {
        "places": [
            {"organisation": organisation.name, "role": member.role, "since": member.created_at.isoformat()}
            for member, organisation in queries.places_of(person_id)
        ]
    }


def erase(person_id: int) -> None:
    """Take the person out of all organisations."""
    db.session.execute(delete(OrganisationMember).where(OrganisationMember.person_id == person_id))


KIND = SubjectKind("organisation", _l("Organisation"), queries.describe, queries.find, queries.picker, may_manage)
SEARCHABLE = Searchable("organisation", documents, _l("Organisations"))
DATA = PersonalData("organisations", ("organisation_member",), export, erase)
