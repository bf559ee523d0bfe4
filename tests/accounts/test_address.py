"""Moving an account to another e-mail address, and the way back for whoever did not want it."""

from __future__ import annotations

from typing import Any

import pytest

from consult.accounts import operations
from tests.support.factories import PASSWORD
from tests.support.mail import paths

ADDRESS, OLD, NEW = "/de/account/address", "mona@people.example", "neu@people.example"


@pytest.fixture
def mona(make: Any) -> Any:
    return make.person("Mona", email=OLD, password=PASSWORD)


def link(outbox: Any, recipient: str) -> str:
    return next(one for one in paths(outbox.last(recipient)) if "/account/address/" in one)


def moved(client: Any, sign_in: Any, outbox: Any, mona: Any) -> None:
    sign_in(client, mona)
    assert client.submit(ADDRESS, {"email": NEW}).status_code == 303
    assert client.submit(link(outbox, NEW)).status_code == 303


def test_it_counts_once_the_link_in_the_new_mailbox_is_used(
    client: Any, new_client: Any, sign_in: Any, outbox: Any, mona: Any
) -> None:
    sign_in(client, mona)
    assert client.submit(ADDRESS, {"email": NEW}).status_code == 303
    assert mona.email == OLD
    url = link(outbox, NEW)
    assert new_client().get(url).status_code == 200
    assert mona.email == OLD, "looking at the page changes nothing"
    assert new_client().submit(url).status_code == 303
    assert mona.email == NEW
    assert outbox.last(OLD).kind == "account.address_changed"
    assert client.get(url).status_code == 410


def test_the_old_address_takes_it_back(client: Any, new_client: Any, sign_in: Any, outbox: Any, mona: Any) -> None:
    moved(client, sign_in, outbox, mona)
    url = link(outbox, OLD)
    assert new_client().submit(url).status_code == 303
    assert (mona.email, mona.password_hash) == (OLD, "")
    assert client.get("/de/account/").status_code == 303, "nobody stays signed in"
    assert outbox.last(OLD).kind == "account.reset"
    assert new_client().get(url).status_code == 410


def test_an_address_with_an_account_tells_only_its_owner(
    client: Any, sign_in: Any, outbox: Any, mona: Any, make: Any
) -> None:
    other = make.person("Andere", email=NEW)
    sign_in(client, mona)
    response = client.submit(ADDRESS, {"email": NEW}, follow_redirects=True)
    assert response.status_code == 200
    assert outbox.last(other).kind == "account.address_taken"
    assert not [one for one in paths(outbox.last(other)) if "/address/" in one]
    free = client.submit(ADDRESS, {"email": "frei@people.example"}, follow_redirects=True)
    assert response.get_data(as_text=True).count("frei@") == 0
    assert len(free.data) - len("frei@people.example") == len(response.data) - len(NEW), "the same page either way"


def test_an_address_taken_in_between_is_a_conflict(
    client: Any, sign_in: Any, outbox: Any, mona: Any, make: Any
) -> None:
    sign_in(client, mona)
    client.submit(ADDRESS, {"email": NEW})
    make.person("Schneller", email=NEW)
    assert client.submit(link(outbox, NEW)).status_code == 409
    assert mona.email == OLD


@pytest.mark.parametrize("email", ["", "kein-at", "a@b", OLD, OLD.upper(), "a" * 400 + "@people.example"])
def test_what_is_no_new_address_is_said_at_the_field(client: Any, sign_in: Any, mona: Any, email: str) -> None:
    sign_in(client, mona)
    assert client.submit(ADDRESS, {"email": email}).status_code == 422


def test_a_link_of_a_deactivated_account_does_nothing(
    client: Any, new_client: Any, sign_in: Any, outbox: Any, mona: Any, cast: Any, db: Any
) -> None:
    sign_in(client, mona)
    client.submit(ADDRESS, {"email": NEW})
    url = link(outbox, NEW)
    operations.deactivate(cast.actor(cast.admin), mona)
    db.session.commit()
    assert new_client().get(url).status_code == 410
    assert mona.email == OLD
