"""Sessions: how long they live, what a request writes about them, and what a cookie is worth."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from consult.accounts import operations, queries
from consult.accounts.models import Token, UserSession
from consult.core import retention
from tests.support.queries import count_queries

ACCOUNT = "/de/account/"


def session_row(db: Any) -> UserSession:
    return db.session.execute(select(UserSession).execution_options(populate_existing=True)).scalar_one()


def test_a_session_ends_after_fourteen_idle_days(client: Any, cast: Any, sign_in: Any, clock: Any) -> None:
    sign_in(client, cast.owner)
    clock.shift(days=13, hours=23)
    assert client.get(ACCOUNT).status_code == 200
    clock.shift(days=14, minutes=1)
    assert client.get(ACCOUNT).status_code == 303


@pytest.mark.parametrize(
    ("who", "lives"),
    [("owner", True), ("moderator", False), ("analyst", False), ("admin", False)],
)
def test_who_decides_about_others_is_asked_again_the_next_morning(
    client: Any, cast: Any, sign_in: Any, clock: Any, who: str, lives: bool
) -> None:
    person = getattr(cast, who)
    sign_in(client, person)
    clock.shift(hours=11, minutes=50)
    assert client.get(ACCOUNT).status_code == 200
    clock.shift(hours=12, minutes=6)
    assert client.get(ACCOUNT).status_code == (200 if lives else 303)
    assert bool(queries.sessions_of(person.id)) is lives


def test_a_session_ends_after_thirty_days_in_any_case(client: Any, cast: Any, sign_in: Any, clock: Any) -> None:
    sign_in(client, cast.owner)
    for _day in range(29):
        clock.shift(days=1)
        assert client.get(ACCOUNT).status_code == 200
    clock.shift(days=1, minutes=1)
    assert client.get(ACCOUNT).status_code == 303


def test_last_seen_is_written_at_most_every_five_minutes(
    db: Any, client: Any, cast: Any, sign_in: Any, clock: Any
) -> None:
    sign_in(client, cast.owner)
    begun = session_row(db).last_seen_at
    clock.shift(minutes=4)
    client.get(ACCOUNT)
    assert session_row(db).last_seen_at == begun
    clock.shift(minutes=2)
    client.get(ACCOUNT)
    assert session_row(db).last_seen_at == begun + timedelta(minutes=6)


def test_a_page_view_writes_nothing_else(app: Any, db: Any, client: Any, cast: Any, sign_in: Any, clock: Any) -> None:
    sign_in(client, cast.owner)
    clock.shift(minutes=6)
    with count_queries(app) as seen:
        client.get(ACCOUNT)
    writes = [s for s in seen if s.lstrip().lower().startswith(("insert", "update", "delete"))]
    session, person = writes  # when the session was last used, and the person last here, in one short transaction
    assert "user_session" in session and "last_seen_at" in session
    assert "person" in person and "last_active_at" in person
    with count_queries(app) as seen:
        client.get(ACCOUNT)
    assert not [s for s in seen if s.lstrip().lower().startswith(("insert", "update", "delete"))]


@pytest.mark.sqlite
def test_a_busy_database_costs_the_note_and_not_the_page(
    app: Any, db: Any, client: Any, cast: Any, sign_in: Any, clock: Any
) -> None:
    sign_in(client, cast.owner)
    begun = session_row(db).last_seen_at
    db.session.rollback()
    clock.shift(minutes=6)
    with db.engine.connect() as other, other.begin():  # holds the write lock
        other.execute(text("select 1"))
        assert client.get(ACCOUNT).status_code == 200
    assert session_row(db).last_seen_at == begun


def test_who_is_there_costs_few_queries(app: Any, client: Any, make: Any, cast: Any, sign_in: Any) -> None:
    for role in ("moderator", "editor", "analyst"):
        make.grant(cast.owner, role)
    sign_in(client, cast.owner)
    client.get(ACCOUNT)
    with count_queries(app, at_most=8):  # session, what rooms add; person, sessions, factors
        client.get(ACCOUNT)


def test_a_visitor_without_cookie_costs_none_and_gets_none(app: Any, client: Any) -> None:
    with count_queries(app) as seen:
        response = client.get("/de/privacy")
    assert not [s for s in seen if "user_session" in s]
    assert not response.headers.getlist("Set-Cookie")
    assert "private" not in response.headers["Cache-Control"]


def test_pages_of_people_are_not_kept_by_anybody(client: Any, cast: Any, sign_in: Any) -> None:
    sign_in(client, cast.owner)
    assert client.get("/de/privacy").headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("value", ["", "x", "ä", "\x00", "a" * 4000, 7, None, ["x"], {"a": 1}])
def test_a_cookie_with_another_token_is_nobody(client: Any, value: Any) -> None:
    with client.session_transaction() as cookie:
        cookie["_user_id"] = value
    assert client.get(ACCOUNT).status_code == 303


def test_a_cookie_that_was_tampered_with_is_nobody(client: Any, cast: Any, sign_in: Any) -> None:
    sign_in(client, cast.owner)
    value = client.get_cookie("session").value
    client.set_cookie("session", ("A" if value[10] != "A" else "B").join((value[:10], value[11:])))
    assert client.get(ACCOUNT).status_code == 303
    client.set_cookie("remember_token", f"{cast.owner.id}|{'0' * 128}")
    assert client.get(ACCOUNT).status_code == 303


def test_an_ended_session_ends_in_the_other_browser(client: Any, new_client: Any, cast: Any, sign_in: Any) -> None:
    here, there = sign_in(client, cast.owner), sign_in(new_client(), cast.owner)
    assert there.get(ACCOUNT).status_code == 200
    assert here.submit(ACCOUNT, form="form[action$='/sessions/end']").status_code == 303
    assert there.get(ACCOUNT).status_code == 303
    assert here.get(ACCOUNT).status_code == 200


def test_a_session_is_ended_by_its_owner_only(db: Any, client: Any, new_client: Any, cast: Any, sign_in: Any) -> None:
    sign_in(client, cast.owner)
    theirs = session_row(db).id
    other = sign_in(new_client(), cast.stranger)
    token = other.page(ACCOUNT).one("header form input[name=csrf_token]")["value"]
    assert other.post(f"/de/account/sessions/{theirs}/end", data={"csrf_token": token}).status_code == 404
    assert client.get(ACCOUNT).status_code == 200


def test_the_cookie_is_for_this_site_and_not_for_scripts(client: Any, cast: Any, make: Any) -> None:
    make.person("Mona", email="mona@people.example", password="ein langes Kennwort")
    response = client.submit("/de/account/sign-in", {"email": "mona@people.example", "password": "ein langes Kennwort"})
    [cookie] = response.headers.getlist("Set-Cookie")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_what_is_old_is_cleared_away(db: Any, cast: Any, clock: Any) -> None:
    raw, old = operations.start_session(cast.owner, how="test")
    operations.end_session(cast.actor(cast.owner), old)
    operations.issue_token("sign_in", cast.owner, lifetime=timedelta(minutes=15))
    db.session.commit()
    clock.shift(days=29)
    _raw, living = operations.start_session(cast.owner, how="test")
    retention.run({})
    assert db.session.execute(select(UserSession.id).order_by(UserSession.id)).scalars().all() == [old.id, living.id]
    assert db.session.execute(select(Token.id)).first() is None
    clock.shift(days=2)
    retention.run({})
    assert db.session.execute(select(UserSession.id)).scalars().all() == [living.id]
    assert queries.session_by_token(raw) is None
