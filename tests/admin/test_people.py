"""Back office: who comes in, and people with their roles and places."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from consult.accounts import queries
from consult.core import audit
from consult.core.web import LANGUAGE_PREFIX
from consult.organisations import queries as organisation_queries
from tests.support.mail import paths
from tests.support.page import html
from tests.support.queries import count_queries

PEOPLE = "/de/admin/people/"
PAGES = ("", "people/", "people/new", "data-requests/", "data-requests/new", "jobs", "audit")

#                     the back office opens
ROLES = {
    "participant": False, "owner": False, "moderator": False, "editor": False, "analyst": False, "official": False,
    "cluster_manager": False, "admin": True,
}  # fmt: skip


@pytest.fixture
def admin(client: Any, cast: Any, sign_in: Any) -> Any:
    return sign_in(client, cast.admin)


def address(person: Any) -> str:
    return f"{PEOPLE}{person.id}"


def roles(person: Any) -> set[str]:
    return {grant.role for grant in queries.grants_of(person.id)}


# ---- who comes in ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("who", ROLES)
def test_who_sees_the_back_office(client: Any, cast: Any, sign_in: Any, who: str, path: str) -> None:
    sign_in(client, getattr(cast, who))
    assert client.get(f"/de/admin/{path}").status_code == (200 if ROLES[who] else 403)


@pytest.mark.parametrize("path", PAGES)
def test_signed_out_one_is_asked_to_sign_in(client: Any, path: str) -> None:
    assert client.get(f"/de/admin/{path}").location.startswith("/de/account/sign-in?next=")


def test_every_act_is_closed_to_others_and_the_attempt_is_logged(
    app: Any, db: Any, client: Any, cast: Any, sign_in: Any
) -> None:
    target = cast.owner.id
    sign_in(client, cast.moderator)
    token = client.page("/de/account/").one("header [name=csrf_token]")["value"]
    acts = [
        re.sub(
            r"<int[^>]*>", "1", re.sub(r"<int[^>]*:person_id>", str(target), rule.rule.replace(LANGUAGE_PREFIX, "/de"))
        )
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("admin.") and "POST" in (rule.methods or set())
    ]
    assert len(acts) >= 10
    for path in acts:
        assert client.post(path, data={"csrf_token": token, "role": "administrator"}).status_code == 403, path
    refused = db.session.execute(select(audit.AuditRow).where(audit.AuditRow.event == "access.refused")).scalars().all()
    assert len(refused) == len(acts)
    assert {row.actor_id for row in refused} == {cast.moderator.id}


@pytest.mark.parametrize("language", ["de", "en"])
def test_all_pages_open_in_both_languages(admin: Any, cast: Any, language: str) -> None:
    for path in (*PAGES, f"people/{cast.owner.id}", f"people/{cast.admin.id}"):
        assert admin.page(f"/{language}/admin/{path}").h1


# ---- the list -------------------------------------------------------------------------------------------------------


def test_people_are_found_by_name_address_role_and_state(admin: Any, cast: Any, make: Any) -> None:
    make.person("Jürgen Größe", email="jg@people.example", roles=("moderator",))
    make.person("100%_er", email="percent@people.example", confirmed=False)

    def found(**query: str) -> str:
        return admin.page(PEOPLE, query_string=query).one("main").get_text(" ")

    for words in ("jürgen", "JURGEN", "grosse", "größe", "JG@people", "jg@"):
        assert "Jürgen Größe" in found(q=words), words
    assert "percent@" in found(q="100%_")
    assert "Jürgen" not in found(q="100%_")
    assert "Niemand passt" in found(q="%%")
    assert "Jürgen" in found(role="moderator")
    assert "percent@" not in found(role="moderator")
    assert "percent@" in found(state="unconfirmed")
    assert "Jürgen" not in found(state="unconfirmed")
    for hostile in ("\x00", "' or 1=1 --", "👩‍🔧" * 100, "\u202e", "x" * 5000):
        found(q=hostile, role=hostile, state=hostile, after=hostile)


def test_the_list_pages_and_its_queries_do_not_grow(app: Any, clock: Any, admin: Any, make: Any) -> None:
    sizes = []
    for total in (31, 62):
        for number in range(31):
            make.person(f"Person {total}-{number}", roles=("participant", "moderator"))
        with count_queries(app, at_most=8) as seen:
            page = admin.page(PEOPLE)
        sizes.append(len(seen))
        assert len(page.select("tbody tr")) == 30
    assert sizes[0] == sizes[1]
    names: list[str] = []
    following: str | None = PEOPLE
    while following:
        page = admin.page(following)
        names += [row.get_text(" ") for row in page.select("tbody th")]
        links = page.select("a[rel=next]")
        following = str(links[0]["href"]) if links else None
    assert len(names) == len(set(names)) == 63


def test_a_person_page_costs_few_queries(app: Any, admin: Any, cast: Any) -> None:
    path = address(cast.owner)
    admin.page(path)
    with count_queries(app, at_most=10):
        admin.page(path)


# ---- acts -----------------------------------------------------------------------------------------------------------


def test_an_account_is_made_and_its_owner_is_mailed(admin: Any, new_client: Any, outbox: Any) -> None:
    response = admin.submit(
        PEOPLE + "new", {"email": "new@people.example", "name": "Neu", "language": "en", "role": "editor"}
    )
    person = queries.person_by_email("new@people.example")
    assert person is not None
    assert response.location == address(person)
    assert (roles(person), person.is_active, person.language) == ({"editor"}, False, "en")
    owner = new_client()
    owner.submit(paths(outbox.last(person))[0])
    assert owner.get("/de/account/").status_code == 200


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"email": ""}, "email"), ({"email": "x@y"}, "email"), ({"email": "admin@people.example"}, "email"),
        ({"email": "a@people.example", "name": "n" * 121}, "name"),
        ({"email": "a@people.example", "role": "root"}, "role"),
        ({"email": "a@people.example", "role": None}, "role"),
        ({"email": "a@people.example", "language": "fr"}, "language"),
    ],
)  # fmt: skip
def test_bad_input_makes_no_account(admin: Any, outbox: Any, fields: dict[str, Any], wrong: str) -> None:
    response = admin.submit(PEOPLE + "new", {"name": "Ünïcode 👩‍🔧", **fields})
    page = html(response)
    assert response.status_code == 422
    assert list(page.errors()) == [wrong]
    assert page.one("main input[name=name]")["value"] == fields.get("name", "Ünïcode 👩‍🔧")
    assert queries.person_by_email("a@people.example") is None
    assert len(outbox) == 0


def test_roles_are_given_and_taken(admin: Any, cast: Any, make: Any) -> None:
    consultation = make.consultation()
    fields = {"role": "moderator", "consultation": str(consultation.id), "until": "2027-02-12"}
    assert admin.submit(address(cast.stranger), fields, form="form[action$='/roles']").status_code == 303
    grant = queries.grants_of(cast.stranger.id)[-1]
    assert (grant.role, grant.consultation_id) == ("moderator", consultation.id)
    assert grant.until == datetime(2027, 2, 12, 23, 0, tzinfo=UTC)  # the end of the day in Berlin
    number = grant.id
    assert "Konsultation" in admin.page(address(cast.stranger)).text
    token = admin.page(address(cast.stranger)).one("header [name=csrf_token]")["value"]
    for person, expected in ((cast.owner, 404), (cast.stranger, 303), (cast.stranger, 404)):
        path = f"{address(person)}/roles/{number}/revoke"
        assert admin.post(path, data={"csrf_token": token}).status_code == expected
    assert roles(cast.stranger) == {"participant"}


def test_a_given_role_counts_on_the_next_page(admin: Any, new_client: Any, cast: Any, sign_in: Any) -> None:
    other = sign_in(new_client(), cast.stranger)
    assert other.get("/de/admin/").status_code == 403
    admin.submit(address(cast.stranger), {"role": "administrator"}, form="form[action$='/roles']")
    assert other.get("/de/admin/").status_code == 200


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"role": "root"}, "role"), ({"role": ""}, "role"), ({"consultation": "999999"}, "consultation"),
        ({"consultation": "x"}, "consultation"), ({"until": "yesterday"}, "until"), ({"until": "2027-02-30"}, "until"),
        ({"until": "\x00"}, "until"),
    ],
)  # fmt: skip
def test_bad_input_gives_no_role(admin: Any, cast: Any, fields: dict[str, str], wrong: str) -> None:
    response = admin.submit(address(cast.stranger), {"role": "moderator", **fields}, form="form[action$='/roles']")
    assert response.status_code == 422
    assert list(html(response).errors()) == [wrong]
    assert roles(cast.stranger) == {"participant"}


def test_people_are_put_into_organisations_and_taken_out(admin: Any, cast: Any) -> None:
    fields = {"organisation": str(cast.ministry.id), "member_role": "author"}
    assert admin.submit(address(cast.stranger), fields, form="form[action$='/places']").status_code == 303
    assert [m.organisation_kind for m in organisation_queries.memberships_of(cast.stranger.id)] == ["ministry"]
    admin.submit(address(cast.stranger), form="form[action$='/remove']")
    assert organisation_queries.memberships_of(cast.stranger.id) == ()


@pytest.mark.parametrize("fields", [{"organisation": "999999"}, {"organisation": "x"}, {"member_role": "owner"}])
def test_bad_input_gives_no_place(admin: Any, cast: Any, fields: dict[str, str]) -> None:
    assert cast.agency.id
    response = admin.submit(address(cast.stranger), fields, form="form[action$='/places']")
    assert response.status_code == 422
    assert list(html(response).errors()) == list(fields)


def test_deactivating_locks_out_at_once(admin: Any, new_client: Any, cast: Any, sign_in: Any) -> None:
    other = sign_in(new_client(), cast.owner)
    assert admin.submit(address(cast.owner), form="form[action$='/deactivate']").status_code == 303
    assert other.get("/de/account/").status_code == 303
    assert "stillgelegt" in admin.page(address(cast.owner)).text
    assert admin.submit(address(cast.owner), form="form[action$='/reactivate']").status_code == 303
    assert other.get("/de/account/").status_code == 303


def test_sessions_of_another_are_ended(admin: Any, new_client: Any, cast: Any, sign_in: Any) -> None:
    other = sign_in(new_client(), cast.owner)
    admin.submit(address(cast.owner), form="form[action$='/sessions/end']")
    assert other.get("/de/account/").status_code == 303
    assert admin.get("/de/admin/").status_code == 200
    admin.submit(address(cast.admin), form="form[action$='/sessions/end']")
    assert admin.get("/de/admin/").status_code == 200  # not the one in which it is done


def test_administrators_do_not_lock_themselves_out(admin: Any, cast: Any) -> None:
    page = admin.page(address(cast.admin))
    assert not page.select("form[action$='/deactivate']")
    token = page.one("header [name=csrf_token]")["value"]
    assert admin.post(f"{address(cast.admin)}/deactivate", data={"csrf_token": token}).status_code == 403
    assert admin.submit(address(cast.admin), form="form[action$='/revoke']").status_code == 403
    assert roles(cast.admin) == {"administrator"}


def test_a_link_is_mailed_again(admin: Any, cast: Any, outbox: Any) -> None:
    admin.submit(address(cast.owner), form="form[action$='/invite']")
    assert "/account/link/" in paths(outbox.last(cast.owner))[0]


@pytest.mark.parametrize("number", ["999999", "0", "99999999999999999999999"])
def test_an_unknown_person_is_not_found(admin: Any, number: str) -> None:
    assert admin.get(PEOPLE + number).status_code == 404
