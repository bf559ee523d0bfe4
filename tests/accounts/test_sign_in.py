"""Signing in, by password and by mailed link, and the attacks on it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from consult.accounts import operations, passwords
from consult.core import audit
from consult.core.limits import limits
from tests.support.factories import PASSWORD
from tests.support.mail import paths
from tests.support.page import html

SIGN_IN = "/de/account/sign-in"
MINE = "mona@people.example"


@pytest.fixture
def mona(make: Any) -> Any:
    return make.person("Mona", email=MINE, password=PASSWORD)


def attempt(client: Any, email: str = MINE, password: str = PASSWORD, **fields: str) -> Any:
    return client.submit(SIGN_IN, {"email": email, "password": password, **fields})


def signed_in(client: Any) -> bool:
    return client.get("/de/account/").status_code == 200


def events(db: Any, name: str) -> list[audit.AuditRow]:
    statement = select(audit.AuditRow).where(audit.AuditRow.event == name).order_by(audit.AuditRow.seq)
    return list(db.session.execute(statement.execution_options(populate_existing=True)).scalars())


# ---- the way in and out ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["de", "en"])
def test_by_password_and_out_again(db: Any, client: Any, mona: Any, language: str) -> None:
    page = client.page(f"/{language}/account/sign-in")
    form = page.one("main form[method=post]")
    assert len(form.select("button")) == 1
    assert {i["name"] for i in form.select("input")} >= {"email", "password", "csrf_token"}
    response = client.submit(f"/{language}/account/sign-in", {"email": "MONA@people.example ", "password": PASSWORD})
    assert (response.status_code, response.location) == (303, f"/{language}/me/")
    assert signed_in(client)
    assert [row.data["how"] for row in events(db, "account.signed_in")] == ["password"]
    response = client.submit(f"/{language}/account/", form="header form[action$='/sign-out']")
    assert response.headers["Clear-Site-Data"] == '"storage"'
    assert (response.status_code, response.location) == (303, f"/{language}/")
    assert not signed_in(client)
    assert len(events(db, "account.signed_out")) == 1


def test_signing_out_is_no_link(client: Any, cast: Any, sign_in: Any) -> None:
    sign_in(client, cast.owner)
    assert client.get("/de/account/sign-out").status_code == 405
    assert signed_in(client)


def test_by_mailed_link_with_an_empty_password(client: Any, mona: Any, outbox: Any) -> None:
    response = attempt(client, password="", next="/de/ideas/new?question=3")
    assert response.location == "/de/account/sent/sign_in"
    assert MINE in client.page(response.location).text
    [link] = paths(outbox.last(MINE))
    assert client.page(link).one("main form")["method"] == "post"
    assert not signed_in(client)  # following the link alone does nothing: mail scanners do that
    response = client.submit(link)
    assert (response.status_code, response.location) == (303, "/de/ideas/new?question=3")
    assert signed_in(client)


def test_who_is_signed_in_needs_no_form(client: Any, cast: Any, sign_in: Any) -> None:
    sign_in(client, cast.owner)
    assert client.get(SIGN_IN).location == "/de/me/"
    assert client.get(SIGN_IN + "?next=/de/projects/").location == "/de/projects/"


def test_a_page_behind_the_sign_in_is_reached_after_it(client: Any, mona: Any) -> None:
    response = client.get("/de/account/password?x=1")
    page = html(client.get(response.location))
    assert page.one("main form input[name=next]")["value"] == "/de/account/password?x=1"
    assert (
        client.submit(response.location, {"email": MINE, "password": PASSWORD}).location == "/de/account/password?x=1"
    )


def test_a_link_in_the_mail_confirms_a_guest(client: Any, db: Any, outbox: Any) -> None:
    guest = operations.ensure_person("guest@people.example", "en")
    attempt(client, "guest@people.example", "")
    assert outbox.last().language == "en"
    client.submit(paths(outbox.last())[0])
    assert signed_in(client)
    db.session.refresh(guest)
    assert guest.is_active


# ---- enumeration ----------------------------------------------------------------------------------------------------


@pytest.fixture
def verifications(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The passwords that were really checked against a hash; the check itself is the real one."""
    seen: list[str] = []

    class Counting:
        def verify(self, stored: str, password: str) -> bool:
            seen.append(password)
            return bool(real.verify(stored, password))

        def __getattr__(self, name: str) -> Any:
            return getattr(real, name)

    real = passwords._hasher
    passwords._nobodys_hash()
    monkeypatch.setattr(passwords, "_hasher", Counting())
    return seen


def test_a_wrong_password_and_an_unknown_address_look_the_same_and_cost_the_same(
    db: Any, client: Any, make: Any, cast: Any, mona: Any, verifications: list[str]
) -> None:
    make.person("Without password", email="without@people.example")
    make.person("Not confirmed", email="unconfirmed@people.example", password=PASSWORD, confirmed=False)
    gone = make.person("Gone", email="gone@people.example", password=PASSWORD)
    operations.deactivate(cast.actor(cast.admin), gone)
    answers = []
    for email in (MINE, "nobody@people.example", "without@people.example", "unconfirmed@people.example", gone.email):
        verifications.clear()
        response = attempt(client, email, "a wrong password")
        page = html(response)
        answers.append(
            (response.status_code, page.errors()["password"], page.text.replace(email, ""), len(verifications))
        )
        assert page.one("input[name=email]")["value"] == email
    assert answers[0][0] == 422
    assert answers[0][3] == 1
    assert len(set(answers)) == 1
    assert {row.data["reason"] for row in events(db, "account.sign_in_failed")} == {"password"}
    assert len(events(db, "account.sign_in_failed")) == 5


def test_a_deactivated_account_says_no_more_with_the_right_password(client: Any, cast: Any, mona: Any) -> None:
    operations.deactivate(cast.actor(cast.admin), mona)
    assert html(attempt(client)).errors() == html(attempt(client, "nobody@people.example")).errors()


def test_asking_for_a_link_looks_the_same_for_every_address(
    client: Any, cast: Any, make: Any, mona: Any, outbox: Any
) -> None:
    gone = make.person("Gone", email="gone@people.example")
    operations.deactivate(cast.actor(cast.admin), gone)
    for path in (SIGN_IN, "/de/account/reset"):
        seen = set()
        for email in (MINE, "nobody@people.example", gone.email):
            response = client.submit(path, {"email": email})
            seen.add((response.status_code, response.location, client.page(response.location).text.replace(email, "")))
        assert len(seen) == 1
    assert [len(outbox.to(email)) for email in (MINE, "nobody@people.example", gone.email)] == [2, 2, 2]
    assert not [p for p in paths(outbox.last("nobody@people.example")) if "/link/" in p or "/reset/" in p]
    assert paths(outbox.last(gone.email)) == []


def test_the_right_password_of_an_unconfirmed_account_leads_to_a_mail(client: Any, make: Any, outbox: Any) -> None:
    make.person("New", email="new@people.example", password=PASSWORD, confirmed=False)
    response = attempt(client, "new@people.example")
    assert response.location == "/de/account/sent/sign_in"
    assert not signed_in(client)
    client.submit(paths(outbox.last("new@people.example"))[0])
    assert signed_in(client)


# ---- limits ---------------------------------------------------------------------------------------------------------


def test_ten_failures_close_an_account_for_this_address_for_fifteen_minutes(client: Any, mona: Any, clock: Any) -> None:
    for _number in range(10):
        assert attempt(client, password="wrong one").status_code == 422
    response = attempt(client)  # even the right password
    assert response.status_code == 429
    assert 1 <= int(response.headers["Retry-After"]) <= 15 * 60 + 1
    assert html(response).one("input[name=email]")["value"] == MINE
    assert not signed_in(client)
    assert attempt(client, "other@people.example").status_code == 422
    response = client.post(
        SIGN_IN,
        data={
            "email": MINE,
            "password": PASSWORD,
            "csrf_token": html(client.get(SIGN_IN)).one("main [name=csrf_token]")["value"],
        },
        environ_overrides={"REMOTE_ADDR": "192.0.2.99"},
    )
    assert response.status_code == 303  # a failure elsewhere does not lock the person out of their own device


def test_the_limit_opens_again(client: Any, mona: Any, clock: Any) -> None:
    for _number in range(10):
        attempt(client, password="wrong one")
    assert attempt(client).status_code == 429
    clock.shift(minutes=15, seconds=1)
    assert attempt(client).status_code == 303


def test_a_hundred_failures_close_the_network_address(client: Any, mona: Any, clock: Any) -> None:
    for _number in range(98):  # as 98 failures before
        limits().hit("sign_in.address", "127.0.0.1")
    for number in range(2):
        assert attempt(client, f"somebody{number}@people.example", "wrong one").status_code == 422
    assert attempt(client, "another@people.example").status_code == 429
    assert attempt(client, password="").status_code == 303  # a link can still be mailed


def test_successes_do_not_count(client: Any, mona: Any, clock: Any) -> None:
    for _number in range(11):
        assert attempt(client).status_code == 303
        client.submit("/de/account/", form="header form[action$='/sign-out']")


def test_an_address_gets_five_mails_a_day(client: Any, mona: Any, outbox: Any, clock: Any) -> None:
    for email in (MINE, "nobody@people.example"):
        for _number in range(5):
            assert attempt(client, email, "").status_code == 303
        response = attempt(client, email.upper(), "")
        assert response.status_code == 429
        assert int(response.headers["Retry-After"]) > 60
        assert len(outbox.to(email)) == 5


def test_forwarded_addresses_of_strangers_do_not_count(client: Any, mona: Any, clock: Any) -> None:
    for number in range(10):
        token = html(client.get(SIGN_IN)).one("main [name=csrf_token]")["value"]
        client.post(
            SIGN_IN,
            data={"email": MINE, "password": "wrong one", "csrf_token": token},
            headers={"X-Forwarded-For": f"198.51.100.{number}"},
        )
    assert attempt(client).status_code == 429


# ---- fixation, replay, redirects ------------------------------------------------------------------------------------


def test_a_planted_session_stays_the_visitors(client: Any, new_client: Any, cast: Any, mona: Any, sign_in: Any) -> None:
    attacker = sign_in(new_client(), cast.stranger)
    planted = attacker.get_cookie("session").value
    client.set_cookie("session", planted)
    client.get("/de/account/")
    client.submit("/de/account/", form="header form[action$='/sign-out']")
    client.set_cookie("session", planted)
    attempt(client)
    assert client.get_cookie("session").value != planted
    with client.session_transaction() as mine, attacker.session_transaction() as theirs:
        assert mine["_user_id"] != theirs.get("_user_id")
    assert MINE in client.page("/de/account/").text.replace(" ", "")
    assert not signed_in(attacker)


def test_every_sign_in_has_a_token_of_its_own_and_ends_the_one_before(client: Any, new_client: Any, mona: Any) -> None:
    attempt(client)
    with client.session_transaction() as cookie:
        first = cookie["_user_id"]
    copy = new_client()
    copy.set_cookie("session", client.get_cookie("session").value)
    page = client.page("/de/account/")
    token = page.one("header form input[name=csrf_token]")["value"]
    client.post(SIGN_IN, data={"email": MINE, "password": PASSWORD, "csrf_token": token})
    with client.session_transaction() as cookie:
        assert cookie["_user_id"] != first
    assert signed_in(client)
    assert not signed_in(copy)


def test_a_form_in_another_window_can_be_sent_after_signing_in(client: Any, mona: Any) -> None:
    """What a person was told to do when their session had run out; see `core.web`."""
    waiting = html(client.get(SIGN_IN)).one("main [name=csrf_token]")["value"]
    attempt(client)
    response = client.post("/de/account/", data={"csrf_token": waiting, "name": "Mona Neu", "language": "de"})
    assert response.status_code == 303


def test_a_used_link_is_spent(client: Any, new_client: Any, mona: Any, outbox: Any) -> None:
    attempt(client, password="")
    [link] = paths(outbox.last(MINE))
    thief = new_client()
    page = thief.page(link)
    fields = page.form()
    client.submit(link)
    response = thief.post(link, data=fields)
    assert response.status_code == 410
    assert html(response).links("main a[href]")
    assert not signed_in(thief)
    assert thief.get(link).status_code == 410


def test_a_link_for_one_purpose_opens_no_other_door(client: Any, mona: Any) -> None:
    raw = operations.issue_token("sign_in", mona)
    for path in (f"/de/account/reset/{raw}", f"/de/account/confirm/{raw}"):
        assert client.get(path).status_code == 410
    assert client.get(f"/de/account/link/{raw}").status_code == 200


@pytest.mark.parametrize("token", ["x", "ä", "👩‍🔧", "%00", "a" * 3000, "..%2f..", "' or 1=1"])
@pytest.mark.parametrize("door", ["link", "confirm", "reset"])
def test_a_made_up_link_is_a_spent_one(client: Any, door: str, token: str) -> None:
    assert client.get(f"/de/account/{door}/{token}").status_code in (404, 410)


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/", "//evil.example/", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)",
        "/\t/evil.example", "/%0d%0aSet-Cookie:x=y", "/\r\nX: y", "///evil.example", "http:evil.example", "evil", "/" * 600,
        " //evil.example",
    ],
)  # fmt: skip
def test_after_signing_in_one_stays_on_this_site(client: Any, mona: Any, target: str) -> None:
    response = attempt(client, next=target)
    location = response.headers["Location"]
    assert response.status_code == 303
    assert location.startswith("/")
    assert not location.startswith(("//", "/\\"))
    assert "\r" not in location
    assert "\n" not in location
    if target != "/%0d%0aSet-Cookie:x=y":  # a path like any other: stays escaped
        assert location == "/de/me/"
    assert not response.headers.get("X")


def test_a_sign_in_from_elsewhere_is_refused(client: Any, new_client: Any, mona: Any) -> None:
    assert client.post(SIGN_IN, data={"email": MINE, "password": PASSWORD}).status_code == 400
    other = html(new_client().get(SIGN_IN)).one("main [name=csrf_token]")["value"]
    client.get(SIGN_IN)
    for token in (other, "ä", "", "x" * 5000):
        response = client.post(SIGN_IN, data={"email": MINE, "password": PASSWORD, "csrf_token": token})
        assert response.status_code == 400
        assert PASSWORD not in response.get_data(as_text=True)
    assert not signed_in(client)


def test_a_hash_of_yesterday_is_made_stronger_at_sign_in(db: Any, client: Any, make: Any) -> None:
    from argon2 import PasswordHasher

    old = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    person = make.person("Old", email="old@people.example")
    person.password_hash = old
    assert attempt(client, "old@people.example").status_code == 303
    db.session.refresh(person)
    assert person.password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords.verify(person.password_hash, PASSWORD)
    assert signed_in(client)


# ---- what is typed badly --------------------------------------------------------------------------------------------

BAD_ADDRESSES = [
    "", " ", "mona", "mona@", "@people.example", "mona@people", "mo na@people.example", "mona@people..example",
    "a" * 300 + "@people.example", "mona@people.example\nBcc: x@y.example", "<script>@people.example", "👩‍🔧",
    "mona\u202e@people.example,", "'; drop table person; --", "\ufffd@\ufffd",
]  # fmt: skip


@pytest.mark.parametrize("email", BAD_ADDRESSES)
def test_a_bad_address_gets_a_sentence_and_stays(client: Any, email: str, outbox: Any) -> None:
    for path in (SIGN_IN, "/de/account/sign-up", "/de/account/reset"):
        response = client.submit(path, {"email": email})
        page = html(response)
        assert response.status_code == 422
        assert page.errors()["email"]
        kept = str(page.one("main input[name=email]")["value"])
        assert kept.split() == email.replace("\u202e", "").split()
    assert len(outbox) == 0


@pytest.mark.parametrize(
    "password",
    ["\x00" * 10, "👩‍🔧" * 20, "\u202e" * 12, "a" * 1000, "a" * 1001, "' or '1'='1", "\ufeff" * 10, " " * 10],
)
def test_any_password_is_only_wrong(client: Any, mona: Any, password: str) -> None:
    response = attempt(client, password=password)
    assert response.status_code == 422
    assert html(response).errors()["password"]
    assert html(response).one("main input[name=password]").get("value", "") == ""


def test_oversized_and_malformed_requests_are_refused(client: Any) -> None:
    token = html(client.get(SIGN_IN)).one("main [name=csrf_token]")["value"]
    huge = client.post(SIGN_IN, data={"csrf_token": token, "email": MINE, "password": "x" * 3_000_000})
    assert huge.status_code == 413
    twice = client.post(
        SIGN_IN, data={"csrf_token": token, "email": [MINE, "b@people.example"], "password": ["x", "y"]}
    )
    assert twice.status_code == 422
    broken = client.post(SIGN_IN, data=b"\xff\xfe=\x80", content_type="application/x-www-form-urlencoded")
    assert broken.status_code == 400
    assert client.post(SIGN_IN, json={"email": MINE}).status_code == 400


@pytest.mark.parametrize("path", ["sign-in", "sign-up", "reset"])
def test_asking_for_the_head_is_reading(client: Any, path: str) -> None:
    assert client.head(f"/de/account/{path}").status_code == 200
