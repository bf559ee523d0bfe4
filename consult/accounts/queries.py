"""Reads about people. Sessions and credentials come back as plain values, since the request's transaction goes on after."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, bindparam, or_, select

from consult.accounts.agents import browser_words
from consult.accounts.models import Person, RoleGrant, Token, UserSession
from consult.accounts.periods import factor_roles, idle_of_house, idle_too_long, oldest_allowed
from consult.accounts.rules import FACTOR_ROLES, FACTOR_SETTING, missing_factor
from consult.accounts.tokens import token_hash
from consult.core.access import PERMISSIONS, Grant
from consult.core.clock import now
from consult.core.db import UTCDateTime, db, sort_key
from consult.core.forms import email_key
from consult.core.memory import version_columns
from consult.core.paging import Page, keyset
from consult.core.registry import ActorPart, registries
from consult.core.rows import rows_of
from consult.core.settings_store import StoredSetting


@dataclass(frozen=True)
class SessionView:
    """A living session with its person and present roles, as the gate needs them.

    `has` tells of each of the rooms' parts whether there is anything of this person in it, `factor_setting` what is stored
    of the roles that need a second factor.
    """

    session_id: int
    person_id: int
    name: str
    email: str
    language: str
    last_seen_at: datetime
    grants: tuple[Grant, ...]
    versions: tuple[int, int]
    factor: str = ""
    factor_setting: list[str] | None = None
    has: tuple[bool, ...] = ()


@dataclass(frozen=True)
class Credentials:
    """What a sign-in is checked against."""

    person_id: int
    password_hash: str
    confirmed: bool
    deactivated: bool


def _running(moment: datetime) -> ColumnElement[bool]:
    """Grants that have not run out."""
    return or_(RoleGrant.until.is_(None), RoleGrant.until > moment)


_SESSION, _PERSON, _GRANT = UserSession.__table__.c, Person.__table__.c, RoleGrant.__table__.c
_SETTING = StoredSetting.__table__.c


@lru_cache(maxsize=2)
def _living(parts: tuple[ActorPart, ...]) -> Select[Any]:
    """The session with its person, asked in every request of somebody signed in: put together once, and of the tables, so
    that nothing becomes an object. It brings along what the request needs to know anyway, so that it is not asked again.
    """
    needing = select(_SETTING.value).where(_SETTING.name == FACTOR_SETTING).scalar_subquery()
    statement: Select[Any] = (
        select(
            _SESSION.id,
            _SESSION.last_seen_at,
            _SESSION.factor,
            _PERSON.id.label("person_id"),
            _PERSON.name,
            _PERSON.email,
            _PERSON.language,
            _GRANT.role,
            _GRANT.consultation_id,
            *version_columns,
            needing.label("factor_setting"),
            *(part.has(_PERSON.id).label(f"has_{number}") for number, part in enumerate(parts)),
        )
        .join_from(UserSession.__table__, Person.__table__, _PERSON.id == _SESSION.person_id)
        .outerjoin(
            RoleGrant.__table__,
            (_GRANT.person_id == _PERSON.id)
            & or_(_GRANT.until.is_(None), _GRANT.until > bindparam("moment", type_=UTCDateTime)),
        )
        .where(
            _SESSION.token_hash == bindparam("hash"),
            _SESSION.ended_at.is_(None),
            _SESSION.last_seen_at > bindparam("idle_since", type_=UTCDateTime),
            _SESSION.created_at > bindparam("born_since", type_=UTCDateTime),
            _PERSON.deactivated_at.is_(None),
        )
        .order_by(_GRANT.id)
    )
    return statement


def session_by_token(raw: str) -> SessionView | None:
    """The living session behind a cookie's token, or None: unknown, ended, idle, too old, person deactivated. One query."""
    moment = now()
    idle_since, born_since = oldest_allowed(moment)
    parts = tuple(registries.actor_parts)
    asked = {"hash": token_hash(raw), "moment": moment, "idle_since": idle_since, "born_since": born_since}
    rows = rows_of(_living(parts), asked).all()
    if not rows or idle_too_long(rows[0].last_seen_at, moment, [row.role for row in rows if row.role is not None]):
        return None
    found = rows[0]
    return SessionView(
        session_id=found.id,
        person_id=found.person_id,
        name=found.name,
        email=found.email,
        language=found.language,
        last_seen_at=found.last_seen_at,
        grants=tuple(Grant(row.role, row.consultation_id) for row in rows if row.role is not None),
        versions=(found.content_version, found.lasting_version),
        factor_setting=found.factor_setting,
        has=tuple(map(bool, found[len(found) - len(parts) :])),
        factor=found.factor,
    )


def person_by_email(email: str) -> Person | None:
    """The person with this address, however it is written."""
    return db.session.execute(select(Person).where(Person.email_key == email_key(email))).scalar_one_or_none()


def person_by_id(person_id: int) -> Person | None:
    """The person, or None."""
    return db.session.get(Person, person_id)


def people_by_ids(ids: Iterable[int]) -> dict[int, Person]:
    """People by their ids; missing ones are left out. One query."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    return {person.id: person for person in db.session.execute(_PEOPLE, {"ids": wanted}).scalars()}


_PEOPLE = select(Person).where(Person.id.in_(bindparam("ids", expanding=True)))


def credentials(email: str) -> Credentials | None:
    """What a sign-in with this address is checked against, as plain values."""
    person = person_by_email(email)
    if person is None:
        return None
    return Credentials(
        person.id, person.password_hash, person.confirmed_at is not None, person.deactivated_at is not None
    )


def ids_with_permission(permission: str, consultation_id: int | None) -> list[int]:
    """The ids of active people whose role gives them the permission for this consultation, ordered by id.

    Roles for the whole site always count; with `consultation_id` None they alone do: whoever looks after one
    consultation is not told of what belongs to none.
    """
    db.session.flush()  # the statement is one of tables
    asked = {"consultation_id": consultation_id, "moment": now()}
    return list(db.session.execute(_holders_of(permission), asked).scalars())


@lru_cache(maxsize=64)
def _holders_of(permission: str) -> Select[int]:
    """The statement behind `ids_with_permission`, put together once: it is asked with each text that is sent."""
    holders = select(_GRANT.person_id).where(
        _GRANT.role.in_(PERMISSIONS[permission]),
        or_(_GRANT.consultation_id.is_(None), _GRANT.consultation_id == bindparam("consultation_id", type_=Integer)),
        or_(_GRANT.until.is_(None), _GRANT.until > bindparam("moment", type_=UTCDateTime)),
    )
    return (
        select(_PERSON.id)
        .where(_PERSON.id.in_(holders), _PERSON.confirmed_at.is_not(None), _PERSON.deactivated_at.is_(None))
        .order_by(_PERSON.id)
    )


def grants_of(person_id: int) -> list[RoleGrant]:
    """All role grants of a person, those that ran out too, oldest first."""
    return list(
        db.session.execute(select(RoleGrant).where(RoleGrant.person_id == person_id).order_by(RoleGrant.id)).scalars()
    )


def roles_of(ids: Sequence[int]) -> dict[int, list[RoleGrant]]:
    """Present role grants of several people. One query."""
    found: dict[int, list[RoleGrant]] = {person_id: [] for person_id in ids}
    if ids:
        statement = select(RoleGrant).where(RoleGrant.person_id.in_(ids), _running(now()))
        for grant in db.session.execute(statement.order_by(RoleGrant.id)).scalars():
            found[grant.person_id].append(grant)
    return found


def sessions_of(person_id: int) -> list[UserSession]:
    """Living sessions of a person, the one used last first."""
    moment = now()
    idle_since, born_since = oldest_allowed(moment)
    of_house = select(RoleGrant.id).where(
        RoleGrant.person_id == person_id, RoleGrant.role.in_(FACTOR_ROLES), _running(moment)
    )
    statement = (
        select(UserSession)
        .where(
            UserSession.person_id == person_id,
            UserSession.ended_at.is_(None),
            UserSession.last_seen_at > idle_since,
            UserSession.created_at > born_since,
            or_(UserSession.last_seen_at > moment - idle_of_house(), ~of_house.exists()),
        )
        .order_by(UserSession.last_seen_at.desc(), UserSession.id.desc())
        .limit(100)
    )
    return list(db.session.execute(statement).scalars())


def knows_browser(person_id: int, agent: str) -> bool | None:
    """Whether the person was signed in with such a browser before, as far back as sessions are kept; None for a first
    sign-in at all, of which nobody has to be warned.
    """
    statement = select(UserSession.agent).where(UserSession.person_id == person_id).distinct().limit(200)
    before = db.session.execute(statement).scalars().all()
    if not before:
        return None
    return browser_words(agent) in {browser_words(one) for one in before}


def needs_factor(person: Person) -> bool:
    """Whether a present role of the person needs a second factor."""
    roles = frozenset(grant.role for grant in roles_of([person.id])[person.id])
    return bool(missing_factor(person.email, roles, factor_roles()))


def usable_token(purpose: str, raw: str) -> Token | None:
    """The mailed link behind `raw` while it can still be used, without using it: for the page that asks to go on."""
    statement = select(Token).where(
        Token.token_hash == token_hash(raw),
        Token.purpose == purpose,
        Token.used_at.is_(None),
        Token.expires_at > now(),
    )
    return db.session.execute(statement).scalar_one_or_none()


def _people(q: str, role: str, state: str) -> Select[Any]:
    statement = select(Person)
    if q:
        pattern = q.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        statement = statement.where(
            or_(
                Person.email_key.like(f"%{email_key(pattern)}%", escape="\\"),
                Person.name_key.like(f"%{sort_key(pattern)}%", escape="\\"),
            )
        )
    if role:
        statement = statement.where(
            Person.id.in_(select(RoleGrant.person_id).where(RoleGrant.role == role, _running(now())))
        )
    if state == "active":
        statement = statement.where(Person.confirmed_at.is_not(None), Person.deactivated_at.is_(None))
    elif state == "unconfirmed":
        statement = statement.where(Person.confirmed_at.is_(None), Person.deactivated_at.is_(None))
    elif state == "deactivated":
        statement = statement.where(Person.deactivated_at.is_not(None))
    return statement


def people_page(q: str = "", role: str = "", state: str = "", after: str | None = None, size: int = 30) -> Page[Person]:
    """People, newest first; `q` is a part of name or address, `state` active, unconfirmed, deactivated or all."""
    return keyset(_people(q, role, state), [(Person.created_at, "desc"), (Person.id, "desc")], after, size)
