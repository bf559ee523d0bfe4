"""Signing in by another house, against a real provider process, and the attacks on it (RFC 9700; OIDC Core 3.1.2)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import func, select

from consult.accounts import factors, queries
from consult.accounts.models import OutsideIdentity, Person
from tests.support.client import Client
from tests.support.factories import PASSWORD, actor
from tests.support.mail import paths
from tests.support.oidc import Provider
from tests.support.page import html

START, BUTTON = "/de/account/outside", "/de/account/outside/continue"


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    running = Provider()
    yield running
    running.stop()


@pytest.fixture
def house(own_app: Any, provider: Provider, db: Any) -> Any:
    """The application with the provider as its other house."""
    app = own_app(
        OIDC_ISSUER=provider.issuer, OIDC_CLIENT_ID="consult", OIDC_CLIENT_SECRET="geheim", OIDC_NAME="Landesportal"
    )
    app.test_client_class = Client
    return app


def come_back(client: Any, provider: Provider, sub: str, start: str = START) -> str:
    """Out to the provider and back: path and query of the address where the browser arrives."""
    away = client.get(start)
    assert away.status_code == 302
    asked = parse_qs(urlsplit(away.location).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert {"state", "nonce", "code_challenge"} <= set(asked)
    back = urlsplit(provider.consent(away.location, sub))
    return f"{back.path}?{back.query}"


def enter(client: Any, provider: Provider, sub: str, **options: Any) -> Any:
    response = client.get(come_back(client, provider, sub, **options))
    assert (response.status_code, response.location) == (303, BUTTON)
    return client.submit(BUTTON)


def people(db: Any) -> int:
    return int(db.session.execute(select(func.count()).select_from(Person)).scalar_one())


def test_a_new_person_with_a_verified_address_is_in_at_once(house: Any, provider: Provider, db: Any) -> None:
    provider.user("anna-1", email="anna@amt.example", email_verified=True, name="Anna Amt")
    client = house.test_client()
    assert enter(client, provider, "anna-1", start=f"{START}?next=/de/ideas/").location == "/de/ideas/"
    assert client.get("/de/account/").status_code == 200
    person = queries.person_by_email("anna@amt.example")
    assert person is not None
    assert (person.name, person.confirmed_at is not None) == ("Anna Amt", True)
    before = people(db)
    assert enter(house.test_client(), provider, "anna-1").status_code == 303
    assert people(db) == before, "the second time it is the same person"


def test_the_subject_counts_and_not_the_address(house: Any, provider: Provider, db: Any) -> None:
    provider.user("bert-1", email="bert@amt.example", email_verified=True)
    enter(house.test_client(), provider, "bert-1")
    provider.user("bert-1", email="anders@amt.example", email_verified=True)
    client = house.test_client()
    enter(client, provider, "bert-1")
    assert "bert@amt.example" in html(client.get("/de/account/")).text.replace(" ", "")


@pytest.mark.parametrize("verified", [True, False])
def test_an_address_with_an_account_needs_the_mailed_link(
    house: Any, provider: Provider, outbox: Any, make: Any, verified: bool
) -> None:
    """Nobody takes an account over by naming its address somewhere else."""
    mona = make.person("Mona", email=f"mona-{verified}@people.example".lower(), password=PASSWORD)
    provider.user(f"mona-{verified}", email=mona.email, email_verified=verified)
    client = house.test_client()
    assert enter(client, provider, f"mona-{verified}").location == "/de/account/sent/sign_in"
    assert client.get("/de/account/").status_code == 303
    link = next(one for one in paths(outbox.last(mona)) if "/link/" in one)
    assert client.submit(link).status_code == 303
    assert enter(house.test_client(), provider, f"mona-{verified}").location == "/de/me/"


def test_an_address_that_is_not_verified_is_confirmed_first(
    house: Any, provider: Provider, outbox: Any, db: Any
) -> None:
    provider.user("unsicher", email="unsicher@amt.example", email_verified=False, name="Noch Unsicher")
    client = house.test_client()
    before = people(db)
    assert enter(client, provider, "unsicher").location == "/de/account/sent/sign_up"
    assert people(db) == before
    link = next(one for one in paths(outbox.last("unsicher@amt.example")) if "/confirm/" in one)
    client.submit(link)
    assert db.session.execute(select(func.count()).select_from(OutsideIdentity)).scalar_one() == 1


def test_a_second_factor_here_is_asked_for_unless_the_house_saw_one(
    house: Any, provider: Provider, make: Any, db: Any
) -> None:
    provider.user("carla", email="carla@amt.example", email_verified=True)
    enter(house.test_client(), provider, "carla")
    person = queries.person_by_email("carla@amt.example")
    factors.add_factor(actor(person), person, factors.SecondFactor(person_id=person.id, kind="totp"), "Telefon")
    db.session.commit()
    assert enter(house.test_client(), provider, "carla").location == "/de/account/second-step"
    provider.user("carla", email="carla@amt.example", email_verified=True, amr=["pwd", "mfa"])
    assert enter(house.test_client(), provider, "carla").location == "/de/me/"


@pytest.mark.parametrize("change", ["state", "code", "none", "foreign"])
def test_a_forged_return_is_refused(house: Any, provider: Provider, change: str) -> None:
    """Another state, another code, no state at all, or somebody else's return (login CSRF)."""
    provider.user("dora", email="dora@amt.example", email_verified=True)
    client, victim = house.test_client(), house.test_client()
    back = come_back(client, provider, "dora")
    fields = {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}
    if change == "state":
        fields["state"] = "x" * 30
    elif change == "code":
        fields["code"] = "x" * 30
    elif change == "none":
        fields.pop("state")
    attacked = victim if change == "foreign" else client
    response = attacked.get("/de/account/outside/back", query_string=fields)
    assert response.status_code == 400
    assert attacked.get(BUTTON).status_code == 303
    assert attacked.get("/de/account/").status_code == 303


def test_a_return_counts_once(house: Any, provider: Provider) -> None:
    provider.user("emil", email="emil@amt.example", email_verified=True)
    client = house.test_client()
    back = come_back(client, provider, "emil")
    assert client.get(back).status_code == 303
    assert client.get(back).status_code == 400


def test_looking_signs_nobody_in_and_the_button_waits_five_minutes(house: Any, provider: Provider) -> None:
    provider.user("frida", email="frida@amt.example", email_verified=True)
    client = house.test_client()
    client.get(come_back(client, provider, "frida"))
    assert client.get(BUTTON).status_code == 200
    assert client.get("/de/account/").status_code == 303
    with client.session_transaction() as cookie:
        cookie["outside"] = {**cookie["outside"], "at": cookie["outside"]["at"] - 301}
    assert client.get(BUTTON).status_code == 410


def test_whoever_is_signed_in_connects_and_disconnects(
    house: Any, provider: Provider, make: Any, sign_in: Any, db: Any
) -> None:
    gerd = make.person("Gerd")
    provider.user("gerd", email="dienstlich@amt.example", email_verified=True)
    client = sign_in(house.test_client(), gerd)
    assert enter(client, provider, "gerd").location == "/de/account/"
    other = house.test_client()
    assert enter(other, provider, "gerd").location == "/de/me/"
    assert client.submit("/de/account/", form="main form[action*='/outside/']").status_code == 303
    assert db.session.execute(select(func.count()).select_from(OutsideIdentity)).scalar_one() == 0


def test_a_deactivated_account_is_not_opened(house: Any, provider: Provider, db: Any) -> None:
    provider.user("hugo", email="hugo@amt.example", email_verified=True)
    enter(house.test_client(), provider, "hugo")
    person = queries.person_by_email("hugo@amt.example")
    person.deactivated_at = person.created_at
    db.session.commit()
    client = house.test_client()
    assert enter(client, provider, "hugo").status_code == 410
    assert client.get("/de/account/").status_code == 303


def test_a_house_that_is_away_costs_only_this_way(own_app: Any) -> None:
    app = own_app(OIDC_ISSUER="http://127.0.0.1:9", OIDC_CLIENT_ID="consult")
    app.test_client_class = Client
    client = app.test_client()
    assert client.get(START).status_code == 503
    assert client.get("/de/account/sign-in").status_code == 200


def test_without_one_there_is_no_such_way(client: Any) -> None:
    assert client.get(START).status_code == 404
    assert not html(client.get("/de/account/sign-in")).select("a[href*='/outside']")
