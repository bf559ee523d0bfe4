"""Pages of notices, the part of one's own page, and the button to follow."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from consult.core.registry import NoticeKind, registries
from consult.notifications import operations, queries
from tests.support.page import html
from tests.support.queries import count_queries

LIST = "/de/notices/"


@pytest.fixture
def kind(app: Any) -> Iterator[str]:
    registries.notice_kinds["test.plain"] = NoticeKind(
        "test.plain",
        lambda c: f"Neues von {c['who']}",
        lambda c: c.get("url", "/de/projects/"),
        "accounts/mail_password_set",
    )
    yield "test.plain"
    del registries.notice_kinds["test.plain"]


@pytest.mark.parametrize("path", ["", "mail"])
def test_notices_are_for_people_who_are_signed_in(client: Any, path: str) -> None:
    assert client.get(LIST + path).location.startswith("/de/account/sign-in")


@pytest.mark.parametrize("language", ["de", "en"])
def test_an_empty_list_says_so(client: Any, cast: Any, sign_in: Any, language: str) -> None:
    sign_in(client, cast.owner)
    for path in ("notices/", "notices/mail"):
        assert client.page(f"/{language}/{path}").select(".c-empty")


def test_the_list_pages_by_thirty_and_its_queries_do_not_grow(
    app: Any, client: Any, cast: Any, sign_in: Any, kind: str, clock: Any
) -> None:
    sign_in(client, cast.owner)
    sizes = []
    for total in (31, 62):
        for number in range(31):
            clock.shift(seconds=1)
            operations.add_notice(cast.owner.id, kind, {"who": f"Nr. {total}-{number}"})
        with count_queries(app, at_most=8) as seen:
            page = client.page(LIST)
        sizes.append(len(seen))
        assert len(page.select("main .c-list > li")) == 30
    assert sizes[0] == sizes[1]
    second = client.page(page.one("a[rel=next]")["href"])
    third = client.page(second.one("a[rel=next]")["href"])
    assert "Nr. 31-0" in third.text
    assert len(third.select("main .c-list > li")) == 2


def test_opening_a_notice_marks_it_and_leads_on(client: Any, cast: Any, sign_in: Any, kind: str) -> None:
    sign_in(client, cast.owner)
    operations.add_notice(cast.owner.id, kind, {"who": "<b>Mona</b>", "url": "/de/ideas/X-1?a=b"})
    assert "Neues von <b>Mona</b>" in client.page(LIST).text  # as text
    assert queries.unread_count(cast.owner.id) == 1
    response = client.submit(LIST, form="form[action$='/open']")
    assert response.location == "/de/ideas/X-1?a=b"
    assert queries.unread_count(cast.owner.id) == 0


def test_a_notice_leads_nowhere_else(client: Any, cast: Any, sign_in: Any, kind: str) -> None:
    sign_in(client, cast.owner)
    operations.add_notice(cast.owner.id, kind, {"who": "x", "url": "//evil.example/"})
    assert client.submit(LIST, form="form[action$='/open']").location == LIST


def test_nobody_opens_the_notice_of_another(client: Any, cast: Any, sign_in: Any, kind: str) -> None:
    sign_in(client, cast.stranger)
    theirs = operations.add_notice(cast.owner.id, kind, {"who": "x"})
    token = client.page(LIST).one("header [name=csrf_token]")["value"]
    for number in (theirs.id, 10**9):
        assert client.post(f"/de/notices/{number}/open", data={"csrf_token": token}).status_code == 404
    assert queries.unread_count(cast.owner.id) == 1


def test_all_are_marked_as_read(client: Any, cast: Any, sign_in: Any, kind: str) -> None:
    sign_in(client, cast.owner)
    for number in range(3):
        operations.add_notice(cast.owner.id, kind, {"who": str(number)})
    client.submit(LIST, form="form[action$='/read']")
    assert queries.unread_count(cast.owner.id) == 0
    assert not client.page(LIST).select("form[action$='/read']")


def test_mail_of_a_kind_is_switched_off_and_on(client: Any, cast: Any, sign_in: Any, kind: str) -> None:
    sign_in(client, cast.owner)
    operations.add_notice(cast.owner.id, kind, {"who": "Mona"})
    page = client.page("/de/notices/mail")
    assert "Neues von Mona" in page.text
    assert page.form()["wanted"] == kind
    client.submit("/de/notices/mail", {"wanted": None})
    assert not queries.wants_mail(cast.owner.id, kind)
    client.submit("/de/notices/mail", {"wanted": kind})
    assert queries.wants_mail(cast.owner.id, kind)
    client.submit("/de/notices/mail", {"shown": ["made up", kind], "wanted": ["made up"]})
    assert not queries.wants_mail(cast.owner.id, kind)


def test_my_page_shows_what_is_new_and_what_is_followed(client: Any, cast: Any, sign_in: Any, kind: str) -> None:
    sign_in(client, cast.owner)
    operations.add_notice(cast.owner.id, kind, {"who": "Mona"})
    operations.follow(cast.actor(cast.owner), "organisation", cast.agency.id)
    page = client.page("/de/me/")
    assert "Neues von Mona" in page.text
    assert f"/de/organisations/{cast.agency.slug}" in page.links("main a[href]")


def follow(client: Any, **fields: str) -> Any:
    token = client.page("/de/account/").one("header [name=csrf_token]")["value"]
    return client.post("/de/follow", data={"csrf_token": token, **fields})


def test_following_and_stopping(client: Any, cast: Any, sign_in: Any) -> None:
    sign_in(client, cast.owner)
    address = f"/de/organisations/{cast.agency.slug}"
    actor = cast.actor(cast.owner)
    for act, following in (("follow", True), ("follow", True), ("unfollow", False), ("unfollow", False)):
        response = follow(client, kind="organisation", key=cast.agency.slug, act=act)
        assert (response.status_code, response.location) == (303, address)
        assert queries.is_following(actor, "organisation", cast.agency.id) is following


@pytest.mark.parametrize(
    ("kind", "key", "act"),
    [
        ("organisation", "nothing", "follow"), ("nothing", "x", "follow"), ("", "", ""), ("organisation", "\x00", "follow"),
        ("organisation", "👩‍🔧" * 500, "follow"), ("organisation", "1' or 1=1", "unfollow"),
    ],
)  # fmt: skip
def test_what_is_not_there_is_not_followed(client: Any, cast: Any, sign_in: Any, kind: str, key: str, act: str) -> None:
    sign_in(client, cast.owner)
    assert follow(client, kind=kind, key=key, act=act).status_code == 404


def test_an_unknown_act_is_refused_and_the_next_page_is_on_this_site(client: Any, cast: Any, sign_in: Any) -> None:
    sign_in(client, cast.owner)
    slug = cast.agency.slug
    assert follow(client, kind="organisation", key=slug, act="like").status_code == 404
    for target in ("//evil.example", "https://evil.example"):
        response = follow(client, kind="organisation", key=slug, act="follow", next=target)
        assert response.location == f"/de/organisations/{slug}"


def test_nobody_signed_out_follows(client: Any, cast: Any) -> None:
    token = html(client.get("/de/account/sign-in")).one("main [name=csrf_token]")["value"]
    fields = {"csrf_token": token, "kind": "organisation", "key": cast.agency.slug, "act": "follow"}
    assert client.post("/de/follow", data=fields).status_code == 403
    assert queries.follower_count("organisation", cast.agency.id) == 0


def test_following_is_limited(client: Any, cast: Any, sign_in: Any, clock: Any) -> None:
    sign_in(client, cast.owner)
    answers = [follow(client, kind="organisation", key=cast.agency.slug, act="follow").status_code for _n in range(21)]
    assert answers == [303] * 20 + [429]
