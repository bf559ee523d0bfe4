"""Making an account: it begins with the mailed link, and nobody prepares one for somebody else's address."""

from __future__ import annotations

from typing import Any

import pytest

from consult.accounts import operations, passwords, queries
from tests.support.factories import PASSWORD
from tests.support.mail import paths
from tests.support.page import html

SIGN_UP = "/de/account/sign-up"
NEW = "new@people.example"


def sign_up(client: Any, email: str = NEW, name: str = "Die Neue", password: str = PASSWORD, **fields: str) -> Any:
    return client.submit(SIGN_UP, {"email": email, "name": name, "password": password, **fields})


def signed_in(client: Any) -> bool:
    return client.get("/de/account/").status_code == 200


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_account_begins_with_the_link(client: Any, outbox: Any, language: str) -> None:
    response = client.submit(
        f"/{language}/account/sign-up",
        {"email": NEW, "name": "Die Neue 🌱", "password": PASSWORD, "next": f"/{language}/ideas/"},
    )
    assert response.location == f"/{language}/account/sent/sign_up"
    assert queries.person_by_email(NEW) is None
    mail = outbox.last(NEW)
    assert mail.language == language
    assert "Die Neue" not in mail.text  # nobody writes to strangers through our mails
    [link] = paths(mail)
    assert "Die Neue 🌱" in client.page(link).text
    assert queries.person_by_email(NEW) is None
    response = client.submit(link)
    assert response.location == f"/{language}/ideas/"
    person = queries.person_by_email(NEW)
    assert person is not None
    assert (person.name, person.language, person.is_active) == ("Die Neue 🌱", language, True)
    assert [grant.role for grant in queries.grants_of(person.id)] == ["participant"]
    assert passwords.verify(person.password_hash, PASSWORD)
    assert signed_in(client)
    assert client.get(link).status_code == 410


def test_a_password_is_not_needed(client: Any, outbox: Any) -> None:
    sign_up(client, password="")
    client.submit(paths(outbox.last(NEW))[0])
    person = queries.person_by_email(NEW)
    assert person is not None
    assert person.password_hash == ""
    assert signed_in(client)


def test_an_address_with_an_account_gets_the_same_page_and_a_link_to_sign_in(
    client: Any, make: Any, cast: Any, outbox: Any
) -> None:
    known = make.person("Known", email="known@people.example", password=PASSWORD)
    guest = operations.ensure_person("guest@people.example")
    gone = make.person("Gone", email="gone@people.example")
    operations.deactivate(cast.actor(cast.admin), gone)
    answers = set()
    for email in (NEW, known.email, guest.email, gone.email):
        response = sign_up(client, email, password="another long password")
        answers.add((response.status_code, response.location, client.page(response.location).text.replace(email, "")))
        assert len(outbox.to(email)) == 1
    assert len(answers) == 1
    assert "/confirm/" in paths(outbox.last(NEW))[0]
    assert "/link/" in paths(outbox.last(known.email))[0]
    assert paths(outbox.last(gone.email)) == []
    person = queries.person_by_email(known.email)
    assert person is not None
    assert passwords.verify(person.password_hash, PASSWORD)
    assert person.name == "Known"


def test_every_sign_up_hashes_once(client: Any, make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    make.person("Known", email="known@people.example")
    real, seen = passwords.hash_password, []
    monkeypatch.setattr(passwords, "hash_password", lambda password: seen.append(password) or real(password))
    for email in (NEW, "known@people.example"):
        sign_up(client, email)
    assert seen == [PASSWORD, PASSWORD]


def test_a_prepared_sign_up_gives_nobody_a_key_to_the_account_of_the_owner(
    client: Any, new_client: Any, outbox: Any
) -> None:
    """Somebody signs up with a foreign address; its owner later comes by another way. The password counts for nothing."""
    sign_up(client, password="password of the attacker")
    owner = operations.ensure_person(NEW)  # sends an idea signed out
    operations.confirm_person(owner)
    client.submit("/de/account/sign-in", {"email": NEW, "password": "password of the attacker"})
    assert not signed_in(client)
    assert owner.password_hash == ""


def test_of_two_sign_ups_the_confirmed_one_counts(client: Any, new_client: Any, outbox: Any) -> None:
    sign_up(client, password="password of the attacker", name="Attacker")
    owner = new_client()
    sign_up(owner, password=PASSWORD, name="Owner")
    owner.submit(paths(outbox.last(NEW))[0])
    person = queries.person_by_email(NEW)
    assert person is not None
    assert person.name == "Owner"
    assert passwords.verify(person.password_hash, PASSWORD)
    client.submit(paths(outbox.to(NEW)[0])[0])  # the older link, used late, changes nothing
    person = queries.person_by_email(NEW)
    assert person is not None
    assert (person.name, passwords.verify(person.password_hash, PASSWORD)) == ("Owner", True)


def test_a_link_runs_out_after_two_days(client: Any, outbox: Any, clock: Any) -> None:
    sign_up(client)
    [link] = paths(outbox.last(NEW))
    clock.shift(days=2, minutes=1)
    page = html(client.get(link))
    assert page.h1 == "Dieser Link gilt nicht mehr"
    assert client.post(link, data={"csrf_token": "x"}).status_code == 400
    assert queries.person_by_email(NEW) is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""), ("name", "   "), ("name", "\x00\x07"), ("name", "n" * 121), ("name", "\u202e\u202d"),
        ("password", "short"), ("password", "1234567890"), ("password", "Passwort123"), ("password", NEW),
        ("password", "x9 " * 67), ("password", "é" * 5),
    ],
)  # fmt: skip
def test_bad_input_gets_a_sentence_and_the_rest_stays(client: Any, outbox: Any, field: str, value: str) -> None:
    typed = {"email": NEW, "name": "Ünïcode 👩‍🔧 اسم", "password": PASSWORD, field: value}
    response = client.submit(SIGN_UP, typed)
    page = html(response)
    assert response.status_code == 422
    assert list(page.errors()) == [field]
    assert page.one("main input[name=email]")["value"] == NEW
    if field != "name":
        assert page.one("main input[name=name]")["value"] == typed["name"]
    assert PASSWORD not in page.source
    assert len(outbox) == 0


def test_hostile_names_are_only_text(client: Any, outbox: Any) -> None:
    sign_up(client, name="<script>alert(1)</script>{{ 7*7 }}")
    client.submit(paths(outbox.last(NEW))[0])
    page = client.page("/de/account/")
    assert page.one("main input[name=name]")["value"] == "<script>alert(1)</script>{{ 7*7 }}"
    assert "<script>alert" not in page.source
