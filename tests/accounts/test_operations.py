"""Writes about people: accounts, roles, links that serve once, and locking out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from consult.accounts import operations, personal, queries
from consult.accounts.models import Person, RoleGrant, Token, UserSession
from consult.core import audit
from consult.core.access import GUEST, SYSTEM
from consult.core.errors import Conflict, Gone, Invalid, Refused


def events(db: Any) -> list[str]:
    db.session.commit()
    return list(db.session.execute(select(audit.AuditRow.event).order_by(audit.AuditRow.seq)).scalars())


# ---- people ---------------------------------------------------------------------------------------------------------


def test_an_address_has_one_account_however_it_is_written(db: Any) -> None:
    person = operations.create_person(SYSTEM, "Mona@Region.Example", name="  Mona\u0000  Muster ")
    assert (person.email, person.email_key, person.name) == (
        "Mona@Region.Example",
        "mona@region.example",
        "Mona Muster",
    )
    with pytest.raises(Invalid) as refusal:
        operations.create_person(SYSTEM, "MONA@region.example")
    assert "email" in refusal.value.fields
    assert queries.person_by_email(" mona@REGION.example ") is person
    assert [grant.role for grant in queries.grants_of(person.id)] == ["participant"]


def test_a_refused_account_leaves_the_rest_of_the_transaction_alone(db: Any) -> None:
    operations.create_person(SYSTEM, "first@region.example")
    with pytest.raises(Invalid):
        operations.create_person(SYSTEM, "first@region.example")
    operations.create_person(SYSTEM, "second@region.example")
    db.session.commit()
    assert set(db.session.execute(select(Person.email)).scalars()) == {"first@region.example", "second@region.example"}


def test_a_guest_is_known_again_and_not_active_before_a_link_was_used(db: Any) -> None:
    guest = operations.ensure_person("guest@region.example", "en", "Guest")
    assert operations.ensure_person("Guest@Region.example") is guest
    assert (guest.language, guest.password_hash, guest.is_active) == ("en", "", False)
    with pytest.raises(Refused):
        operations.start_session(guest, how="test")
    operations.confirm_person(guest)
    operations.confirm_person(guest)
    assert guest.is_active
    assert events(db) == ["account.created", "role.granted", "account.confirmed", "account.rules_accepted"]


def test_only_oneself_changes_name_and_language(cast: Any) -> None:
    operations.change_profile(cast.actor(cast.owner), cast.owner, name="Ölga", language="en")
    assert (cast.owner.name, cast.owner.name_key, cast.owner.language) == ("Ölga", "olga", "en")
    for other in (cast.colleague, cast.admin):
        with pytest.raises(Refused):
            operations.change_profile(cast.actor(other), cast.owner, name="Someone", language="de")


# ---- roles ----------------------------------------------------------------------------------------------------------


def test_roles_are_given_and_taken_by_administrators_only(db: Any, cast: Any) -> None:
    for who in ("participant", "owner", "moderator", "editor", "analyst", "official", "cluster_manager"):
        with pytest.raises(Refused):
            operations.grant_role(cast.actor(getattr(cast, who)), cast.stranger, "moderator")
    grant = operations.grant_role(cast.actor(cast.admin), cast.stranger, "moderator", 7)
    assert cast.actor(cast.stranger).may("moderation.decide", 7)
    for who in ("moderator", "stranger"):
        with pytest.raises(Refused):
            operations.revoke_role(cast.actor(getattr(cast, who)), grant)
    operations.revoke_role(cast.actor(cast.admin), grant)
    assert not cast.actor(cast.stranger).may("moderation.decide", 7)
    assert events(db)[-2:] == ["role.granted", "role.revoked"]


def test_a_role_is_given_once_for_each_place(db: Any, cast: Any) -> None:
    admin = cast.actor(cast.admin)
    for consultation_id in (None, None, 3, 3, 4):
        operations.grant_role(admin, cast.stranger, "moderator", consultation_id)
    db.session.commit()
    places = db.session.execute(
        select(RoleGrant.consultation_id).where(RoleGrant.person_id == cast.stranger.id, RoleGrant.role == "moderator")
    ).scalars()
    assert sorted(place or 0 for place in places) == [0, 3, 4]


@pytest.mark.parametrize("role", ["", "root", "visitor", "administrator "])
def test_a_role_that_is_none_is_refused(cast: Any, role: str) -> None:
    with pytest.raises(Invalid):
        operations.grant_role(cast.actor(cast.admin), cast.stranger, role)


def test_nobody_takes_their_own_administration(cast: Any) -> None:
    admin = cast.actor(cast.admin)
    own = queries.grants_of(cast.admin.id)[0]
    with pytest.raises(Refused):
        operations.revoke_role(admin, own)
    with pytest.raises(Refused):
        operations.deactivate(admin, cast.admin)


def test_a_role_ends_by_itself(db: Any, cast: Any, clock: Any) -> None:
    until = clock.now + timedelta(hours=1)
    operations.grant_role(cast.actor(cast.admin), cast.stranger, "moderator", until=until)
    raw, _session = operations.start_session(cast.stranger, how="test")
    found = queries.session_by_token(raw)
    assert found is not None
    assert "moderator" in {grant.role for grant in found.grants}
    assert queries.ids_with_permission("moderation.queue", None) == [cast.stranger.id]
    clock.shift(hours=2)
    found = queries.session_by_token(raw)
    assert found is not None
    assert "moderator" not in {grant.role for grant in found.grants}
    assert queries.ids_with_permission("moderation.queue", None) == []


def test_who_is_told_of_what_belongs_to_a_consultation(db: Any, cast: Any) -> None:
    admin = cast.actor(cast.admin)
    operations.grant_role(admin, cast.stranger, "moderator", 7)
    site, both = [cast.moderator.id], [cast.moderator.id, cast.stranger.id]
    assert queries.ids_with_permission("moderation.queue", None) == site
    assert queries.ids_with_permission("moderation.queue", 8) == site
    assert sorted(queries.ids_with_permission("moderation.queue", 7)) == sorted(both)
    operations.deactivate(admin, cast.moderator)
    assert queries.ids_with_permission("moderation.queue", 7) == [cast.stranger.id]


# ---- locking out ----------------------------------------------------------------------------------------------------


def test_a_deactivated_person_is_out_at_once_and_comes_in_again(db: Any, cast: Any) -> None:
    raw, _session = operations.start_session(cast.owner, how="test")
    link = operations.issue_token("sign_in", cast.owner)
    admin = cast.actor(cast.admin)
    operations.deactivate(admin, cast.owner)
    assert queries.session_by_token(raw) is None
    with pytest.raises(Gone):
        operations.take_token("sign_in", link)
    with pytest.raises(Refused):
        operations.start_session(cast.owner, how="test")
    with pytest.raises(Conflict):
        operations.deactivate(admin, cast.owner)
    operations.reactivate(admin, cast.owner)
    assert queries.session_by_token(raw) is None  # the old session stays ended
    operations.start_session(cast.owner, how="test")
    with pytest.raises(Conflict):
        operations.reactivate(admin, cast.owner)


@pytest.mark.parametrize("act", [operations.deactivate, operations.reactivate])
def test_locking_out_is_for_administrators(cast: Any, act: Callable[..., None]) -> None:
    for who in (cast.moderator, cast.colleague):
        with pytest.raises(Refused):
            act(cast.actor(who), cast.owner)
    with pytest.raises(Refused):
        act(GUEST, cast.owner)


def test_a_new_password_ends_the_other_sessions_and_voids_open_links(db: Any, cast: Any) -> None:
    kept, mine = operations.start_session(cast.owner, how="test")
    gone, _other = operations.start_session(cast.owner, how="test")
    foreign, _foreign = operations.start_session(cast.colleague, how="test")
    link = operations.issue_token("reset", cast.owner)
    ended = operations.set_password(cast.actor(cast.owner), cast.owner, "hash", how="changed", keep_session_id=mine.id)
    assert ended == 1
    assert queries.session_by_token(kept) is not None
    assert queries.session_by_token(gone) is None
    assert queries.session_by_token(foreign) is not None
    assert queries.usable_token("reset", link) is None


def test_sessions_are_ended_by_their_owner_or_an_administrator(cast: Any) -> None:
    for ender in (cast.owner, cast.admin):
        raw, session = operations.start_session(cast.owner, how="test")
        with pytest.raises(Refused):
            operations.end_session(cast.actor(cast.colleague), session)
        operations.end_session(cast.actor(ender), session)
        assert queries.session_by_token(raw) is None


# ---- mailed links ---------------------------------------------------------------------------------------------------


def test_a_link_serves_its_purpose_once(db: Any, cast: Any) -> None:
    raw = operations.issue_token("sign_in", cast.owner, {"next": "/de/"})
    with pytest.raises(Gone):
        operations.take_token("reset", raw)
    assert operations.take_token("sign_in", raw).payload == {"next": "/de/"}
    with pytest.raises(Gone):
        operations.take_token("sign_in", raw)


def test_a_link_runs_out(cast: Any, clock: Any) -> None:
    raw = operations.issue_token("sign_in", cast.owner, lifetime=timedelta(minutes=15))
    clock.shift(minutes=15, seconds=1)
    assert queries.usable_token("sign_in", raw) is None
    with pytest.raises(Gone):
        operations.take_token("sign_in", raw)


@pytest.mark.parametrize("raw", ["", "x", "\x00", "ä" * 500, "👩‍🔧", "\ud800", "' or 1=1 --"])
def test_a_malformed_link_is_an_unknown_one(db: Any, raw: str) -> None:
    assert queries.usable_token("sign_in", raw) is None
    assert queries.session_by_token(raw) is None
    with pytest.raises(Gone):
        operations.take_token("sign_in", raw)


def test_secrets_are_long_and_not_in_the_database(db: Any, cast: Any) -> None:
    raw = operations.issue_token("sign_in", cast.owner)
    session, _row = operations.start_session(cast.owner, how="test")
    assert len(raw) >= 43
    assert len(session) >= 43
    stored = [*db.session.execute(select(Token.token_hash)).scalars()]
    stored += [*db.session.execute(select(UserSession.token_hash)).scalars()]
    assert len(stored) == 2
    assert raw not in stored
    assert session not in stored


# ---- personal data --------------------------------------------------------------------------------------------------


def test_a_person_takes_out_what_accounts_know_and_is_erased(db: Any, cast: Any) -> None:
    operations.start_session(cast.owner, how="test", address="192.0.2.7", agent="Agent of Olga")
    taken = personal.export(cast.owner.id)
    assert taken["email"] == "owner@people.example"
    assert taken["sessions"][0]["address"] == "192.0.2.7"
    assert "password_hash" not in str(taken)
    personal.erase(cast.owner.id)
    db.session.commit()
    left = db.session.get(Person, cast.owner.id, populate_existing=True)
    assert left is not None
    assert (left.name, left.password_hash, left.is_active) == ("", "", False)
    assert "owner" not in left.email
    assert db.session.execute(select(UserSession).where(UserSession.person_id == left.id)).first() is None
    assert queries.person_by_email("owner@people.example") is None
    assert personal.export(10**6) == {}
