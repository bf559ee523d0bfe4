"""All that a person follows: the list behind one's own page, and how one stops."""

from __future__ import annotations

from typing import Any

from consult.core.registry import describe
from consult.notifications import operations, queries
from tests.support.page import html
from tests.support.queries import count_queries

LIST = "/de/notices/following"


def followed(make: Any, cast: Any, number: int) -> list[Any]:
    """Clusters that the owner follows by now."""
    found = [make.cluster(f"Cluster Nr. {one} von {number}") for one in range(number)]
    for one in found:
        operations.follow(cast.actor(cast.owner), "cluster", one.id)
    return found


def test_it_is_for_people_who_are_signed_in_and_says_where_it_is_empty(client: Any, cast: Any, sign_in: Any) -> None:
    assert client.get(LIST).location.startswith("/de/account/sign-in")
    sign_in(client, cast.owner)
    assert LIST not in client.page("/de/me/").links("main a")
    assert client.page(LIST).select(".c-empty") and client.page("/en/notices/following").select(".c-empty")


def test_one_s_own_page_leads_to_all_of_it(client: Any, cast: Any, sign_in: Any, make: Any) -> None:
    sign_in(client, cast.owner)
    followed(make, cast, 23)
    page = client.page("/de/me/")
    section = page.one("section[aria-labelledby=followed]")
    assert len(section.select("li")) == 20 and "23" in page.one("section[aria-labelledby=followed] header").get_text()
    assert section.select_one(f"a[href='{LIST}']")
    assert LIST in client.page("/de/notices/").links("main a")


def test_it_pages_and_its_queries_do_not_grow(app: Any, client: Any, cast: Any, sign_in: Any, make: Any) -> None:
    sign_in(client, cast.owner)
    sizes, shown = [], []
    for _round in range(2):
        followed(make, cast, 31)
        with count_queries(app, at_most=8) as seen:
            page = client.page(LIST)
        sizes.append(len(seen))
    assert sizes[0] == sizes[1]
    while True:
        shown += [str(one["href"]) for one in page.select("main .c-list a")]
        if not page.select("a[rel=next]"):
            break
        page = client.page(str(page.one("a[rel=next]")["href"]))
    assert len(shown) == len(set(shown)) == 62
    assert shown[0].startswith("/de/clusters/cluster-nr-30"), "the newest first"


def test_one_stops_there_and_nobody_stops_another(
    client: Any, new_client: Any, cast: Any, sign_in: Any, make: Any
) -> None:
    [cluster] = followed(make, cast, 1)
    stranger, owner = sign_in(new_client(), cast.stranger), sign_in(client, cast.owner)
    where = owner.page(LIST).one("main .c-list form")["action"]
    token = stranger.page("/de/account/").one("header [name=csrf_token]")["value"]
    assert stranger.post(where, data={"csrf_token": token}).status_code == 404
    assert queries.is_following(cast.actor(cast.owner), "cluster", cluster.id)
    answer = owner.submit(LIST, form="main .c-list form")
    assert (answer.status_code, answer.location) == (303, LIST)
    assert not queries.is_following(cast.actor(cast.owner), "cluster", cluster.id)
    assert html(owner.get(LIST)).select(".c-empty")
    token = owner.page("/de/account/").one("header [name=csrf_token]")["value"]
    assert owner.post(where, data={"csrf_token": token}).status_code == 303, "a second window: it is done already"


def test_what_is_not_public_any_more_is_not_named_but_can_be_let_go(
    client: Any, cast: Any, sign_in: Any, make: Any, db: Any
) -> None:
    [cluster] = followed(make, cast, 1)
    db.session.commit()
    operations.follow(
        cast.actor(cast.owner), "idea", (idea := make.idea("Geheime Sache", consultation=make.consultation())).id
    )
    idea.is_public, idea.status = False, "hidden"
    db.session.commit()
    assert not describe([("idea", idea.id)])["idea", idea.id].public
    sign_in(client, cast.owner)
    page = client.page(LIST)
    assert "Geheime Sache" not in page.text and len(page.select("main .c-list > li")) == 2
    assert "nicht mehr öffentlich" in page.text
    assert "Geheime Sache" not in client.page("/de/me/").text
    client.submit(LIST, form="main .c-list > li:first-child form")
    assert not queries.is_following(cast.actor(cast.owner), "idea", idea.id)
    assert queries.is_following(cast.actor(cast.owner), "cluster", cluster.id)
