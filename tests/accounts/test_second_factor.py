"""The second factor: who needs one, what it opens, and the attacks on it (OWASP ASVS 6.3.3, 6.4.3, 6.5.1, 6.6.3, 7.5.1)."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from sqlalchemy import select

from consult.accounts import factors, operations, periods, rules, sealing
from consult.accounts.models import RecoveryCode, SecondFactor, UserSession
from consult.core.clock import now
from consult.core.settings_store import remember
from tests.support.factories import PASSWORD, actor
from tests.support.mail import paths
from tests.support.page import html

SIGN_IN, STEP, MINE = "/de/account/sign-in", "/de/account/second-step", "/de/account/second-factor"
ADD, PROVE = f"{MINE}/authenticator", "/de/account/prove"


def code(secret: str, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(int(now().timestamp()) + 30 * steps)


@pytest.fixture
def mona(make: Any) -> Any:
    return make.person("Mona", email="mona@people.example", password=PASSWORD)


@pytest.fixture
def secret(db: Any, mona: Any, clock: Any) -> str:
    """Mona's authenticator; its last used code is an hour old."""
    made = factors.new_secret()
    db.session.add(SecondFactor(person_id=mona.id, kind="totp", name="Telefon", secret=sealing.seal(made)))
    db.session.commit()
    return made


def first_step(client: Any, person: Any) -> Any:
    return client.submit(SIGN_IN, {"email": person.email, "password": PASSWORD})


def inside(client: Any) -> bool:
    return client.get("/de/account/").status_code == 200


# ---- the way in -----------------------------------------------------------------------------------------------------


def test_password_and_code_sign_in_and_neither_alone_does(client: Any, mona: Any, secret: str) -> None:
    response = first_step(client, mona)
    assert (response.status_code, response.location) == (303, STEP)
    assert not inside(client)
    response = client.submit(STEP, {"code": code(secret)})
    assert (response.status_code, response.location) == (303, "/de/me/")
    assert inside(client)


def test_the_place_to_go_on_to_survives_both_steps(client: Any, mona: Any, secret: str) -> None:
    client.submit(f"{SIGN_IN}?next=/de/ideas/", {"email": mona.email, "password": PASSWORD})
    assert client.submit(STEP, {"code": code(secret)}).location == "/de/ideas/"


@pytest.mark.parametrize(
    "wrong", ["000000", "12345", "", "abcdef", "١٢٣٤٥٦", "0" * 400, "aaaa-bbbb-cccc-dddd-eeee-ffff"]
)
def test_a_wrong_code_lets_nobody_in(client: Any, mona: Any, secret: str, wrong: str) -> None:
    first_step(client, mona)
    response = client.submit(STEP, {"code": wrong})
    assert response.status_code == 422
    assert html(response).select("[aria-invalid=true]")
    assert not inside(client)


def test_a_code_counts_once(client: Any, new_client: Any, mona: Any, secret: str) -> None:
    used = code(secret)
    first_step(client, mona)
    client.submit(STEP, {"code": used})
    other = new_client()
    first_step(other, mona)
    assert other.submit(STEP, {"code": used}).status_code == 422
    assert other.submit(STEP, {"code": code(secret, 1)}).status_code == 303


def test_clocks_may_differ_by_one_step_not_more(mona: Any, secret: str) -> None:
    assert factors.step_of(secret, code(secret, -1), now()) is not None
    assert factors.step_of(secret, code(secret, 1), now()) is not None
    assert factors.step_of(secret, code(secret, 3), now()) is None


def test_the_second_step_waits_ten_minutes_and_serves_once(client: Any, mona: Any, secret: str, clock: Any) -> None:
    first_step(client, mona)
    clock.shift(minutes=11)
    assert client.get(STEP).location == SIGN_IN


def test_without_the_first_step_there_is_no_second(client: Any) -> None:
    response = client.get(STEP)
    assert (response.status_code, response.location) == (303, SIGN_IN)


@pytest.mark.parametrize("purpose", ["sign_in", "reset"])
def test_a_mailed_link_does_not_go_round_it(client: Any, outbox: Any, mona: Any, secret: str, purpose: str) -> None:
    """ASVS 6.4.3."""
    page = {"sign_in": SIGN_IN, "reset": "/de/account/reset"}[purpose]
    client.submit(page, {"email": mona.email, **({"password": ""} if purpose == "sign_in" else {})})
    link = next(one for one in paths(outbox.last(mona)) if "/link/" in one or "/reset/" in one)
    response = client.submit(link, {"password": "ganz anderer langer Satz"} if purpose == "reset" else {})
    assert (response.status_code, response.location) == (303, STEP)
    assert not inside(client)


def test_guessing_is_limited_and_locks_out_nobody_who_has_the_device(
    client: Any, new_client: Any, mona: Any, secret: str
) -> None:
    """ASVS 6.6.3. The limit is behind the first step, and a recovery code still opens."""
    codes = factors.make_codes(actor(mona), mona)
    first_step(client, mona)
    answers = [client.submit(STEP, {"code": f"{number:06}"}).status_code for number in range(6)]
    assert answers == [422] * 5 + [429]
    other = new_client()
    first_step(other, mona)
    assert other.submit(STEP, {"code": codes[0]}).status_code == 303


def test_a_recovery_code_opens_once_and_is_told(
    client: Any, new_client: Any, outbox: Any, mona: Any, secret: str
) -> None:
    codes = factors.make_codes(actor(mona), mona)
    assert len(set(codes)) == 10
    first_step(client, mona)
    assert client.submit(STEP, {"code": codes[0].upper().replace("-", " ")}).status_code == 303
    assert outbox.last(mona).kind == "account.security"
    other = new_client()
    first_step(other, mona)
    assert other.submit(STEP, {"code": codes[0]}).status_code == 422
    assert factors.codes_left(mona.id) == 9


def test_nothing_readable_is_stored(db: Any, mona: Any, secret: str) -> None:
    codes = factors.make_codes(actor(mona), mona)
    stored = db.session.execute(select(SecondFactor.secret)).scalar_one()
    hashes = db.session.execute(select(RecoveryCode.code_hash)).scalars().all()
    assert secret not in stored
    assert not set(hashes) & {one.replace("-", "") for one in codes}
    assert sealing.unseal(stored) == secret
    assert sealing.unseal(stored[:-4] + "AAAA") is None


# ---- setting up -----------------------------------------------------------------------------------------------------


def set_up(client: Any, **fields: str) -> Any:
    page = client.page(ADD)
    secret = re.sub(r"\s", "", page.one("code.c-key").text)
    values = page.form_values(page.one("main form[method=post]"))
    values.update({"code": code(secret), "name": "Telefon", **fields})
    return client.post(ADD, data=values), secret


def test_an_authenticator_is_added_and_the_codes_are_shown_once(
    client: Any, sign_in: Any, mona: Any, outbox: Any, clock: Any
) -> None:
    sign_in(client, mona)
    response, secret = set_up(client)
    assert response.status_code == 200
    codes = [item.text for item in html(response).select(".c-codes code")]
    assert len(codes) == 10
    assert response.headers["Cache-Control"] == "private, no-store"
    assert outbox.last(mona).kind == "account.security"
    assert not html(client.get(MINE)).select(".c-codes")
    assert "Telefon" in html(client.get(MINE)).text


def test_a_wrong_first_code_adds_nothing_and_keeps_the_key(client: Any, sign_in: Any, mona: Any, clock: Any) -> None:
    sign_in(client, mona)
    before, secret = set_up(client, code="000000", name="Mein Telefon")
    assert before.status_code == 422
    again = html(before)
    assert re.sub(r"\s", "", again.one("code.c-key").text) == secret
    assert again.one("#name")["value"] == "Mein Telefon"
    assert not factors.has_factor(mona.id)


def test_a_setup_of_somebody_else_or_an_old_one_is_refused(client: Any, sign_in: Any, mona: Any, cast: Any) -> None:
    sign_in(client, mona)
    secret = factors.new_secret()
    foreign = sealing.seal(f"{cast.stranger.id} {secret}")
    values = client.page(ADD).form_values(client.page(ADD).one("main form[method=post]"))
    for setup in (foreign, "", "x" * 300, f"{mona.id} {secret}"):
        assert client.post(ADD, data={**values, "setup": setup, "code": code(secret)}).status_code == 410
    assert not factors.has_factor(mona.id)


def test_what_changes_the_way_in_asks_anew_who_it_is(client: Any, sign_in: Any, mona: Any, clock: Any) -> None:
    """ASVS 7.5.1."""
    sign_in(client, mona)
    clock.shift(minutes=16)
    assert client.get(ADD).location.startswith(PROVE)
    assert client.get("/de/account/address?email=neu@people.example").location.startswith(PROVE)
    back = client.get(ADD).location
    assert client.submit(back, {"password": "falsch geraten"}).status_code == 422
    response = client.submit(back, {"password": PASSWORD})
    assert response.status_code == 303
    assert response.location.startswith(ADD)
    assert client.get(ADD).status_code == 200


def test_whoever_has_neither_password_nor_factor_proves_it_by_mail(
    client: Any, new_client: Any, sign_in: Any, make: Any, outbox: Any, clock: Any
) -> None:
    person = make.person("Ohne Passwort")
    sign_in(client, person)
    clock.shift(minutes=16)
    client.submit(client.get(ADD).location)
    link = next(one for one in paths(outbox.last(person)) if "/prove/" in one)
    elsewhere = sign_in(new_client(), person)
    assert elsewhere.get(link).status_code == 410, "the link counts where it was asked for"
    assert client.submit(link).status_code == 303
    assert client.get(ADD).status_code == 200
    assert client.get(link).status_code == 410


def test_removing_is_told_and_the_last_one_takes_the_codes_along(
    client: Any, sign_in: Any, mona: Any, secret: str, outbox: Any
) -> None:
    factors.make_codes(actor(mona), mona)
    sign_in(client, mona)
    assert client.submit(MINE, form="main form[action$='/remove']").status_code == 303
    assert not factors.has_factor(mona.id)
    assert factors.codes_left(mona.id) == 0
    assert outbox.last(mona).kind == "account.security"


def test_nobody_removes_a_foreign_factor(client: Any, sign_in: Any, cast: Any, db: Any, mona: Any, secret: str) -> None:
    sign_in(client, cast.stranger)
    factor = factors.factors_of(mona.id)[0]
    token = client.page("/de/account/").select("input[name=csrf_token]")[0]["value"]
    assert client.post(f"{MINE}/{factor.id}/remove", data={"csrf_token": token}).status_code == 404
    assert factors.has_factor(mona.id)


# ---- who needs one --------------------------------------------------------------------------------------------------


def without_factor(db: Any, client: Any, sign_in: Any, person: Any) -> Any:
    sign_in(client, person)
    for session in db.session.execute(select(UserSession).where(UserSession.person_id == person.id)).scalars():
        session.factor = ""
    db.session.commit()
    return client


@pytest.mark.parametrize(
    ("who", "page", "needs"),
    [
        ("moderator", "/de/moderation/", True),
        ("editor", None, True),
        ("analyst", None, True),
        ("official", None, True),
        ("admin", "/de/admin/", True),
        ("owner", None, False),
        ("cluster_manager", None, False),
        ("participant", None, False),
    ],
)
def test_moderators_and_above_need_one(
    db: Any, client: Any, sign_in: Any, cast: Any, who: str, page: str | None, needs: bool
) -> None:
    """ASVS 6.3.3: without it the role's rights do not count, and its pages lead to where it is set up."""
    without_factor(db, client, sign_in, getattr(cast, who))
    alert = html(client.get(MINE)).select(".kern-alert--info")
    assert bool(alert) is needs
    if page:
        assert client.get(page).location.startswith(MINE)
    assert client.get("/de/me/").status_code == 200


def test_setting_one_up_opens_the_role_at_once(db: Any, client: Any, sign_in: Any, cast: Any, clock: Any) -> None:
    without_factor(db, client, sign_in, cast.moderator)
    assert client.get("/de/moderation/").status_code == 303
    set_up(client)
    assert client.get("/de/moderation/").status_code == 200


def test_after_signing_in_the_way_leads_there(client: Any, make: Any) -> None:
    person = make.person("Neu im Amt", password=PASSWORD, roles=("moderator",))
    assert first_step(client, person).location.startswith(MINE)


def test_the_roles_are_a_setting(db: Any, client: Any, sign_in: Any, cast: Any) -> None:
    remember(rules.FACTOR_SETTING, ["administrator"])
    db.session.commit()
    without_factor(db, client, sign_in, cast.moderator)
    assert client.get("/de/moderation/").status_code == 200


def test_the_last_one_of_a_moderator_stays(client: Any, sign_in: Any, cast: Any, db: Any, clock: Any) -> None:
    sign_in(client, cast.moderator)
    set_up(client)
    assert client.submit(MINE, form="main form[action$='/remove']").status_code == 409
    assert factors.has_factor(cast.moderator.id)


@pytest.mark.parametrize(("who", "status"), [("admin", 303), ("moderator", 403), ("owner", 403)])
def test_lost_devices_are_reset_by_the_administration(
    client: Any, new_client: Any, sign_in: Any, cast: Any, mona: Any, secret: str, outbox: Any, who: str, status: int
) -> None:
    hers = sign_in(new_client(), mona)
    sign_in(client, getattr(cast, who))
    token = client.page("/de/account/").select("input[name=csrf_token]")[0]["value"]
    url = f"/de/admin/people/{mona.id}/factors/reset"
    assert client.post(url, data={"csrf_token": token}).status_code == status
    assert factors.has_factor(mona.id) is (status == 403)
    assert inside(hers) is (status == 403)
    if status == 303:
        assert outbox.last(mona).kind == "account.security"


# ---- sessions -------------------------------------------------------------------------------------------------------


def test_a_new_browser_is_told_of_a_known_one_not(client: Any, new_client: Any, mona: Any, outbox: Any) -> None:
    agent = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
    first = {"email": mona.email, "password": PASSWORD}
    client.submit(SIGN_IN, first, headers=agent)
    assert not outbox.to(mona, "account.new_device"), "nobody has to be warned of the first"
    new_client().submit(SIGN_IN, first, headers=agent)
    assert not outbox.to(mona, "account.new_device")
    new_client().submit(SIGN_IN, first, headers={"User-Agent": "Mozilla/5.0 (iPhone; CPU) Version/18 Safari/605"})
    [mail] = outbox.to(mona, "account.new_device")
    assert "iPhone" in mail.text


def test_periods_can_be_set(own_app: Any, mona: Any) -> None:
    app = own_app(SESSION_IDLE_DAYS="1", SESSION_DAYS="x", SESSION_IDLE_HOURS_OF_HOUSE="2")
    with app.app_context():
        moment = now()
        seen = moment - timedelta(hours=2)
        assert periods.idle_too_long(seen, moment, ["moderator"])
        assert not periods.idle_too_long(seen, moment, ["company", "cluster"])
        assert periods.oldest_allowed(moment) == (moment - timedelta(days=1), moment - timedelta(days=30))


def test_deactivation_voids_a_waiting_second_step(client: Any, mona: Any, secret: str, db: Any, cast: Any) -> None:
    first_step(client, mona)
    operations.deactivate(cast.actor(cast.admin), mona)
    db.session.commit()
    assert client.get(STEP).location == SIGN_IN
