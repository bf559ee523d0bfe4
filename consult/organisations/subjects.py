"""Organisations as other rooms see them: a kind of thing to link to and to find, and a share of a person's data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import delete, select, update

from consult.accounts.queries import person_by_id
from consult.core.access import Actor
from consult.core.db import db
from consult.core.i18n import _l
from consult.core.registry import PersonalData, Searchable, SearchDocument, SubjectKind
from consult.organisations import queries, rules
from consult.organisations.models import Organisation, OrganisationInvitation, OrganisationMember, OrganisationRequest


def may_manage(actor: Actor, organisation_id: int) -> bool:
    """Whether the actor speaks for the organisation."""
    return rules.may_manage(actor, organisation_id)


def speakers(organisation_id: int) -> list[int]:
    """Ids of those who speak for an organisation."""
    return queries.member_ids(organisation_id, "manager")


def documents(ids: Sequence[int] | None) -> Iterable[SearchDocument]:
    """What search knows: names and descriptions in both languages."""
    statement = select(Organisation).where(Organisation.merged_into_id.is_(None)).order_by(Organisation.id)
    if ids is not None:
        statement = statement.where(Organisation.id.in_(ids))
    for one in db.session.execute(statement).scalars():
        names = dict.fromkeys((one.name.get("de", ""), one.name.get("en", ""), one.short_name))
        described = {} if one.is_hidden else one.description or {}
        yield SearchDocument(
            "organisation",
            one.id,
            " ".join(filter(None, names)),
            "\n".join(filter(None, [described.get("de"), *names])),
            "de",
            one.created_at,
            {"type": one.type, "country": one.country, "region": [one.nuts]},
            body_en=described.get("en") or "",
        )


def export(person_id: int) -> dict[str, Any]:
    """The person's places in organisations, and invitations to them or to their address."""
    person = person_by_id(person_id)
    invited = OrganisationInvitation.person_id == person_id
    if person is not None:
        invited = invited | (OrganisationInvitation.email_key == person.email_key)
    return {
        "places": [
            {"organisation": organisation.name, "role": member.role, "since": member.created_at.isoformat()}
            for member, organisation in queries.places_of(person_id)
        ],
        "invitations": [
            {
                "organisation": one.organisation_id,
                "status": one.status,
                "answer": one.answer,
                "at": one.created_at.isoformat(),
            }
            for one in db.session.execute(
                select(OrganisationInvitation).where(invited).order_by(OrganisationInvitation.id)
            ).scalars()
        ],
        "requests": [
            {
                "organisation": one.organisation_id,
                "message": one.message,
                "status": one.status,
                "answer": one.answer,
                "at": one.created_at.isoformat(),
            }
            for one in db.session.execute(
                select(OrganisationRequest)
                .where(OrganisationRequest.person_id == person_id)
                .order_by(OrganisationRequest.id)
            ).scalars()
        ],
    }


def erase(person_id: int) -> None:
    """Take the person out of all organisations; whom they invited or let in stays, without them."""
    person = person_by_id(person_id)
    mine = OrganisationInvitation.person_id == person_id
    if person is not None:
        mine = mine | (OrganisationInvitation.email_key == person.email_key)
    db.session.execute(delete(OrganisationMember).where(OrganisationMember.person_id == person_id))
    db.session.execute(delete(OrganisationRequest).where(OrganisationRequest.person_id == person_id))
    db.session.execute(delete(OrganisationInvitation).where(mine))
    for column in (OrganisationInvitation.invited_by, OrganisationRequest.decided_by, Organisation.verified_by):
        table = column.class_
        db.session.execute(update(table).where(column == person_id).values({column.key: None}))


def mine(_person_id: int, actor: Actor) -> dict[str, Any] | None:
    """For my page: the organisations that the actor belongs to, with what waits for them there."""
    if not actor.memberships:
        return None
    roles: dict[int, list[str]] = {}
    for place in actor.memberships:
        roles.setdefault(place.organisation_id, []).append(place.role)
    managed = [key for key, held in roles.items() if "manager" in held]
    waiting = queries.waiting_requests(managed)
    known = queries.organisations_by_ids(roles)
    rows = [(known[key], held, waiting.get(key, 0)) for key, held in roles.items() if key in known]
    return {"my_organisations": rows}


KIND = SubjectKind(
    "organisation", _l("Organisation"), queries.describe, queries.find, queries.picker, may_manage, speakers
)
SEARCHABLE = Searchable("organisation", documents, _l("Organisations"))
TABLES = ("organisation", "organisation_member", "organisation_invitation", "organisation_request")
DATA = PersonalData("organisations", TABLES, export, erase)
