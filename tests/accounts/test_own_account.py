"""One's own account: name, language, password; and the way back when the password is forgotten."""

from __future__ import annotations

from typing import Any

import pytest

from consult.accounts import operations, passwords, queries
from tests.support.factories import PASSWORD
from tests.support.mail import paths
from tests.support.page import html

ACCOUNT, CHANGE = "/de/account/", "/de/account/password"
NEXT_PASSWORD = "Uhrwerk Pflaume Deich"


@pytest.fixture
def mona(make: Any) -> Any:
    return make.person("Mona", email="mona@people.example", password=PASSWORD)


def stored(person: Any) -> str:
    found = queries.person_by_email(person.email)
    assert found is not None
    return found.password_hash


def test_these_pages_are_for_people_who_are_signed_in(client: Any) -> None:
    for path in (ACCOUNT, CHANGE):
        assert client.get(path).location.startswith("/de/account/sign-in?next=")
    token = html(client.get("/de/account/sign-in")).one("main [name=csrf_token]")["value"]
    for path in (ACCOUNT, CHANGE, CHANGE + "/link", "/de/account/sessions/end", "/de/account/sessions/1/end"):
        assert client.post(path, data={"csrf_token": token, "name": "x"}).status_code == 403


def test_name_and_language_are_changed(client: Any, mona: Any, sign_in: Any) -> None:
    sign_in(client, mona)
    page = client.page(ACCOUNT)
    assert "mona@people.example" in page.text.replace(" ", "")
    assert client.submit(ACCOUNT, {"name": "Möna 🌱", "language": "en"}).status_code == 303
    person = queries.person_by_email(mona.email)
    assert person is not None
    assert (person.name, person.language) == ("Möna 🌱", "en")


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"name": ""}, "name"),
        ({"name": "n" * 121}, "name"),
        ({"language": "fr"}, "language"),
    ],
)
def test_bad_input_changes_nothing(client: Any, mona: Any, sign_in: Any, fields: dict[str, Any], wrong: str) -> None:
    sign_in(client, mona)
    response = client.submit(ACCOUNT, fields)
    assert response.status_code == 422
    assert wrong in html(response).errors()
    person = queries.person_by_email(mona.email)
    assert person is not None
    assert (person.name, person.language) == ("Mona", "de")


def test_nobody_sets_what_is_not_on_the_form(client: Any, mona: Any, sign_in: Any) -> None:
    sign_in(client, mona)
    more = {"email": "x@people.example", "role": "administrator", "password_hash": "x", "id": "1", "confirmed_at": ""}
    client.submit(ACCOUNT, {"name": "Mona", **more})
    person = queries.person_by_email("mona@people.example")
    assert person is not None
    assert passwords.verify(person.password_hash, PASSWORD)
    assert [grant.role for grant in queries.grants_of(person.id)] == ["participant"]


def test_the_password_is_changed_and_other_sessions_end(
    client: Any, new_client: Any, mona: Any, sign_in: Any, outbox: Any
) -> None:
    other = sign_in(new_client(), mona)
    sign_in(client, mona)
    response = client.submit(CHANGE, {"current": PASSWORD, "password": NEXT_PASSWORD})
    assert response.location == ACCOUNT
    assert passwords.verify(stored(mona), NEXT_PASSWORD)
    assert client.get(ACCOUNT).status_code == 200
    assert other.get(ACCOUNT).status_code == 303
    assert outbox.last(mona).kind == "account.password_set"
    assert NEXT_PASSWORD not in outbox.last(mona).text


@pytest.mark.parametrize(
    ("current", "chosen", "wrong"),
    [
        ("not this one", NEXT_PASSWORD, "current"),
        ("", NEXT_PASSWORD, "current"),
        (PASSWORD, "short", "password"),
        (PASSWORD, "", "password"),
        (PASSWORD, "Passwort123", "password"),
        (PASSWORD, "mona@people.example", "password"),
    ],
)
def test_a_wrong_or_weak_password_changes_nothing(
    client: Any, mona: Any, sign_in: Any, current: str, chosen: str, wrong: str
) -> None:
    sign_in(client, mona)
    response = client.submit(CHANGE, {"current": current, "password": chosen})
    assert response.status_code == 422
    assert list(html(response).errors()) == [wrong]
    assert passwords.verify(stored(mona), PASSWORD)


def test_guessing_the_present_password_is_limited(client: Any, mona: Any, sign_in: Any, clock: Any) -> None:
    sign_in(client, mona)
    for _number in range(10):
        client.submit(CHANGE, {"current": "not this one", "password": NEXT_PASSWORD})
    assert client.submit(CHANGE, {"current": PASSWORD, "password": NEXT_PASSWORD}).status_code == 429
    assert passwords.verify(stored(mona), PASSWORD)


def test_who_has_no_password_sets_one_by_mail_only(client: Any, cast: Any, sign_in: Any, outbox: Any) -> None:
    sign_in(client, cast.participant)
    page = client.page(CHANGE)
    assert not page.select("main input[type=password]")
    token = page.one("main [name=csrf_token]")["value"]
    client.post(CHANGE, data={"csrf_token": token, "current": "", "password": NEXT_PASSWORD})
    assert stored(cast.participant) == ""
    assert client.submit(CHANGE).status_code == 303
    [link] = paths(outbox.last(cast.participant))
    client.submit(link, {"password": NEXT_PASSWORD})
    assert passwords.verify(stored(cast.participant), NEXT_PASSWORD)


def test_a_forgotten_password_is_set_anew_by_link_once(
    client: Any, new_client: Any, mona: Any, sign_in: Any, outbox: Any
) -> None:
    elsewhere = sign_in(new_client(), mona)
    client.submit("/de/account/reset", {"email": mona.email})
    [link] = paths(outbox.last(mona))
    assert link.startswith("/de/account/reset/")
    weak = client.submit(link, {"password": "Passwort123"})
    assert weak.status_code == 422
    assert list(html(weak).errors()) == ["password"]  # and the link still serves
    response = client.submit(link, {"password": NEXT_PASSWORD})
    assert response.location == "/de/me/"
    assert passwords.verify(stored(mona), NEXT_PASSWORD)
    assert client.get(ACCOUNT).status_code == 200
    assert elsewhere.get(ACCOUNT).status_code == 303
    assert client.get(link).status_code == 410
    assert outbox.last(mona).kind == "account.password_set"


def test_a_newer_password_makes_older_links_useless(client: Any, mona: Any, outbox: Any) -> None:
    client.submit("/de/account/reset", {"email": mona.email})
    client.submit("/de/account/sign-in", {"email": mona.email, "password": ""})
    reset, link = (paths(mail)[0] for mail in outbox.to(mona))
    client.submit(reset, {"password": NEXT_PASSWORD})
    assert client.get(link).status_code == 410


def test_a_reset_link_lives_an_hour(client: Any, mona: Any, outbox: Any, clock: Any) -> None:
    client.submit("/de/account/reset", {"email": mona.email})
    [link] = paths(outbox.last(mona))
    clock.shift(minutes=59)
    assert client.get(link).status_code == 200
    clock.shift(minutes=2)
    assert client.get(link).status_code == 410


def test_a_deactivated_person_sets_no_password(client: Any, cast: Any, mona: Any, outbox: Any) -> None:
    client.submit("/de/account/reset", {"email": mona.email})
    [link] = paths(outbox.last(mona))
    operations.deactivate(cast.actor(cast.admin), mona)
    assert client.get(link).status_code == 410


def test_the_page_names_roles_and_organisations(client: Any, cast: Any, make: Any, sign_in: Any) -> None:
    make.grant(cast.owner, "moderator")
    sign_in(client, cast.owner)
    text = client.page(ACCOUNT).text
    assert "Moderation" in text
    assert "Feinwerk Saaletal" in text
    assert "Where you are signed in" in client.page("/en/account/").text
