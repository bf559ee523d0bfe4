"""Passkeys in a real Chromium with a virtual authenticator (WebAuthn level 2), and what the server refuses."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from consult.accounts import passkeys
from consult.accounts.models import SecondFactor
from consult.core.errors import Invalid, Refused
from tests.support import server
from tests.support.databases import run_folder
from tests.support.factories import actor

DEMO = {"email": "company@demo.example", "password": server.PASSWORD}


@pytest.fixture(scope="module")
def named_server(worker: str) -> Iterator[Any]:
    """The demonstration under a host name: browsers bind passkeys to names, not to numbers."""
    folder = run_folder() / f"passkeys-{worker}"
    shutil.copytree(server.demo_data(), folder)
    running = server.serve(folder, host="localhost")
    yield running
    running.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def page(chromium_browser: Any, named_server: Any) -> Iterator[Any]:
    """A page of a browser that has an authenticator which verifies its user."""
    context = chromium_browser.new_context(locale="de-DE")
    found = context.new_page()
    tools = context.new_cdp_session(found)
    tools.send("WebAuthn.enable")
    tools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    yield found
    context.close()


def sign_out(page: Any) -> None:
    page.context.clear_cookies()


@pytest.mark.browser
def test_a_passkey_is_made_and_opens_alone_and_as_a_second_factor(page: Any, named_server: Any) -> None:
    url = named_server.url
    page.goto(f"{url}/de/account/sign-in")
    page.fill("#email", DEMO["email"])
    page.fill("#password", DEMO["password"])
    page.click("main form button[type=submit], main form button:not([type])")
    page.goto(f"{url}/de/account/second-factor")
    page.click("[data-passkey=new] button")
    page.wait_for_selector("text=Ihr Passkey ist eingerichtet")
    page.click("form[action$='/codes'] button")
    assert page.locator(".c-codes code").count() == 10

    sign_out(page)  # alone: the key verifies its user, so it is two factors in one
    page.goto(f"{url}/de/account/sign-in")
    page.click("[data-passkey=sign-in] button")
    page.wait_for_url(f"{url}/de/me/")

    sign_out(page)  # behind the password
    page.goto(f"{url}/de/account/sign-in")
    page.fill("#email", DEMO["email"])
    page.fill("#password", DEMO["password"])
    page.click("main form button[type=submit], main form button:not([type])")
    page.wait_for_url(f"{url}/de/account/second-step")
    page.click("[data-passkey=step] button")
    page.wait_for_url(f"{url}/de/me/")


# ---- what is refused ------------------------------------------------------------------------------------------------


@pytest.fixture
def named(own_app: Any, db: Any) -> Any:
    """The application under a host name."""
    return own_app(SITE_URL="https://beteiligung.example")


BROKEN: list[dict[str, Any]] = [
    {},
    {"id": "AAAA"},
    {"id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": {}},
    {"id": 7},
    {
        "id": "AAAA",
        "rawId": "AAAA",
        "type": "public-key",
        "response": {"clientDataJSON": "AAAA", "attestationObject": "AA"},
    },
]


@pytest.mark.parametrize("credential", BROKEN)
def test_a_broken_answer_is_refused(named: Any, cast: Any, credential: dict[str, Any]) -> None:
    with named.app_context():
        raw, _options = passkeys.registration(cast.owner)
        with pytest.raises(Invalid):
            passkeys.register(actor(cast.owner), cast.owner, raw, credential, "")
        raw, _options = passkeys.request_options(None)
        with pytest.raises(Invalid):
            passkeys.use(raw, credential, None)


def test_a_challenge_is_for_one_person_once(named: Any, cast: Any) -> None:
    with named.app_context():
        raw, _options = passkeys.registration(cast.owner)
        with pytest.raises(Refused):
            passkeys.register(actor(cast.stranger), cast.stranger, raw, {}, "")
        raw, _options = passkeys.request_options(cast.owner.id)
        for person in (cast.stranger.id, None, cast.owner.id):
            with pytest.raises(Invalid):
                passkeys.use(raw, {"id": "AAAA"}, person)


def test_the_options_name_nobody_and_ask_for_a_verified_user(named: Any, cast: Any, db: Any) -> None:
    with named.app_context():
        db.session.add(SecondFactor(person_id=cast.owner.id, kind="passkey", credential_id="QUJD", public_key="QUJD"))
        db.session.flush()
        _raw, anybody = passkeys.request_options(None)
        _raw, hers = passkeys.request_options(cast.owner.id)
        _raw, new = passkeys.registration(cast.owner)
        assert json.loads(anybody)["userVerification"] == "required"
        assert not json.loads(anybody).get("allowCredentials")
        assert [key["id"] for key in json.loads(hers)["allowCredentials"]] == ["QUJD"]
        assert [key["id"] for key in json.loads(new)["excludeCredentials"]] == ["QUJD"]
        _raw, other = passkeys.registration(cast.stranger)
        handles = {json.loads(options)["user"]["id"] for options in (new, other)}
        assert sorted(map(len, handles)) == [43, 43], "a keyed hash, not the number of the person"


def test_where_the_site_has_no_name_there_are_none(client: Any, db: Any) -> None:
    token = client.page("/de/account/sign-in").one("main form input[name=csrf_token]")["value"]
    answer = client.post("/de/account/passkeys/use/options", json={}, headers={"X-CSRFToken": token})
    assert answer.status_code == 404
    assert db.session.execute(select(SecondFactor)).first() is None
