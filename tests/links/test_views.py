"""Confirming links on one's own page and on the portrait."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from consult.clusters.models import Cluster
from consult.core.clock import now
from consult.links.ends import number_of
from consult.links.models import CONFIRMED, DECLINED, PROPOSED, STATED, SUGGESTED, Link
from consult.links.operations import refresh_ends
from consult.links.proposing import propose_between


@pytest.fixture
def proposal(db: Any, make: Any, cast: Any) -> Callable[..., Link]:
    """A link from some other cluster to the one that the cast's manager speaks for."""
    other: Cluster = make.cluster("Fremder Cluster", nuts1="DE1", slug="fremder")
    mine = cast.cluster

    def create(**columns: Any) -> Link:
        columns = {"status": PROPOSED, "type": "complements", "confirmed_from_at": now(), **columns}
        link = Link(
            from_kind="cluster", from_id=other.id, from_key=other.slug, to_kind="cluster", to_id=mine.id,
            to_key=mine.slug, created_at=now(), **columns,
        )  # fmt: skip
        db.session.add(link)
        db.session.flush()
        refresh_ends([("cluster", other.id), ("cluster", mine.id)])
        return link

    return create


def test_my_page_tells_what_waits(client: Any, sign_in: Any, cast: Any, proposal: Callable[..., Link]) -> None:
    link = proposal()
    page = sign_in(client, cast.cluster_manager).page("/de/me/")
    assert "Fremder Cluster ergänzt Photonik Musterland" in page.text
    response = client.post(f"/de/links/{link.id}/confirm", data=page.form("form[action$='/confirm']"))
    assert (response.status_code, response.location) == (303, "/de/me/")
    page = client.page("/de/me/")
    assert "Die Verbindung ist jetzt von beiden Seiten bestätigt." in page.text
    assert not page.select("#proposals")
    assert "von beiden Seiten bestätigt" in client.page("/de/clusters/photonik-musterland").text


def test_my_page_tells_what_waits_at_the_beginning_of_a_link(
    db: Any, client: Any, sign_in: Any, cast: Any, make: Any
) -> None:
    """What others say of one's own thing towards theirs, as "gives money to", waits just the same."""
    other: Cluster = make.cluster("Fremder Cluster", nuts1="DE1", slug="fremder")
    link = Link(
        from_kind="cluster", from_id=cast.cluster.id, from_key=cast.cluster.slug, to_kind="cluster", to_id=other.id,
        to_key=other.slug, created_at=now(), status=PROPOSED, type="complements", confirmed_to_at=now(),
    )  # fmt: skip
    db.session.add(link)
    db.session.flush()
    refresh_ends([("cluster", other.id), ("cluster", cast.cluster.id)])
    page = sign_in(client, cast.cluster_manager).page("/de/me/")
    assert "Photonik Musterland ergänzt Fremder Cluster" in page.one("section[aria-labelledby=proposals]").get_text()
    assert "Bestätigen: Fremder Cluster" in page.text
    client.post(f"/de/links/{link.id}/confirm", data=page.form("form[action$='/confirm']"))
    db.session.refresh(link)
    assert link.status == CONFIRMED
    assert not client.page("/de/me/").select("#proposals")


def test_declining_takes_a_link_from_the_page(
    db: Any, client: Any, new_client: Any, sign_in: Any, cast: Any, proposal: Callable[..., Link]
) -> None:
    link = proposal()
    sign_in(client, cast.cluster_manager)
    page = client.page("/de/clusters/photonik-musterland")
    assert "Vorschlag, nicht bestätigt" in page.text
    response = client.post(f"/de/links/{link.id}/decline", data=page.form("form[action$='/decline']"))
    assert response.location == "/de/clusters/photonik-musterland"
    db.session.refresh(link)
    assert link.status == DECLINED
    assert not new_client().page("/de/clusters/photonik-musterland").select(".c-rel")


def test_one_side_alone_confirms_nothing(
    db: Any, client: Any, sign_in: Any, cast: Any, proposal: Callable[..., Link]
) -> None:
    link = proposal(status=STATED, confirmed_from_at=None)
    sign_in(client, cast.cluster_manager)
    page = client.page("/de/clusters/photonik-musterland")
    client.post(f"/de/links/{link.id}/confirm", data=page.form("form[action$='/confirm']"))
    assert "Sie haben für Ihre Seite bestätigt." in client.page("/de/clusters/photonik-musterland").text
    db.session.refresh(link)
    assert link.status == STATED and link.confirmed_to_at is not None


def test_the_portrait_shows_no_buttons_to_others(
    new_client: Any, sign_in: Any, cast: Any, make: Any, proposal: Callable[..., Link]
) -> None:
    proposal()
    other = make.person(roles=("cluster",))
    for visitor in (new_client(), sign_in(new_client(), cast.editor), sign_in(new_client(), other)):
        page = visitor.page("/de/clusters/photonik-musterland")
        assert not page.select("form[action$='/confirm'], form[action$='/decline']")


@pytest.mark.parametrize("status", [SUGGESTED, CONFIRMED, DECLINED])
def test_what_is_decided_or_only_suggested_shows_no_buttons(
    client: Any, sign_in: Any, cast: Any, proposal: Callable[..., Link], status: str
) -> None:
    proposal(status=status)
    page = sign_in(client, cast.cluster_manager).page("/de/clusters/photonik-musterland")
    assert not page.select("form[action$='/confirm']")


@pytest.mark.parametrize("act", ["confirm", "decline"])
def test_for_others_the_link_does_not_exist(
    client: Any, sign_in: Any, cast: Any, proposal: Callable[..., Link], act: str
) -> None:
    link = proposal()
    sign_in(client, cast.stranger)
    token = client.page("/de/me/").form("header form")
    assert client.post(f"/de/links/{link.id}/{act}", data=token).status_code == 404
    assert client.post(f"/de/links/999999/{act}", data=token).status_code == 404
    assert client.post(f"/de/links/99999999999999999999/{act}", data=token).status_code == 404


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example/", "/\\evil", "x" * 600])
def test_the_way_back_stays_here(
    client: Any, sign_in: Any, cast: Any, proposal: Callable[..., Link], target: str
) -> None:
    link = proposal()
    sign_in(client, cast.cluster_manager)
    fields = {**client.page("/de/me/").form("form[action$='/confirm']"), "next": target}
    assert client.post(f"/de/links/{link.id}/confirm", data=fields).location == "/de/me/"


def test_names_carry_a_language_only_where_it_is_another(
    db: Any, client: Any, cast: Any, proposal: Callable[..., Link]
) -> None:
    proposal()
    db.session.add(
        Link(
            type="focus_on",
            status=STATED,
            from_kind="cluster",
            from_id=cast.cluster.id,
            from_key=cast.cluster.slug,
            to_kind="country",
            to_id=number_of("FI"),
            to_key="FI",
            created_at=now(),
        )  # fmt: skip
    )
    db.session.flush()
    refresh_ends([("country", number_of("FI"))])
    for language in ("de", "en"):
        page = client.page(f"/{language}/clusters/photonik-musterland")
        assert page.select("main .c-rel a")
        assert not page.select("main .c-rel a[lang], main .c-obs a[lang]")


# ---- the page of a link, from either side -------------------------------------------------------------------------------


def test_the_other_side_reads_the_history_and_ends_it(
    db: Any, client: Any, new_client: Any, sign_in: Any, make: Any, cast: Any, run_jobs: Any, outbox: Any
) -> None:
    """What an idea has proposed and a cluster confirmed, the cluster ends, too; nobody else does."""
    idea = make.idea("Prüfstand teilen", consultation=make.consultation(), author=cast.stranger)
    link = propose_between(cast.actor(cast.stranger), ("idea", idea.id), ("cluster", cast.cluster.id), "pilot_site")
    db.session.commit()
    page = sign_in(client, cast.cluster_manager).page("/de/me/")
    page = client.page(next(one for one in page.links() if one.endswith("/de/links/")))
    assert "Prüfstand teilen" in page.text and "schlägt als Pilotstandort vor" in page.text
    address = f"/de/links/{link.id}"
    assert address in page.links()
    assert not client.page(address).select("form[action$='/end']"), "who has not answered yet confirms or declines"
    client.submit(address, form="form[action$='/confirm']")
    page = client.page(address)
    steps = page.one("section[aria-labelledby=history]").get_text(" ")
    assert "vorgeschlagen" in steps and "von beiden Seiten bestätigt" in steps
    other = sign_in(new_client(), cast.outsider)
    form = page.form("form[action$='/end']")
    assert other.post(f"{address}/end", data=other.page("/de/me/").form("form[action$='/sign-out']")).status_code == 404
    answer = client.post(f"{address}/end", data=form)
    assert (answer.status_code, answer.location) == (303, address)
    db.session.refresh(link)
    assert link.status == "ended"
    page = client.page(address)
    assert "beendet" in page.one("section[aria-labelledby=history]").get_text(" ") and not page.select(
        "form[action$='/end']"
    )
    assert "Prüfstand" not in new_client().page("/de/clusters/photonik-musterland").text
    assert "Prüfstand teilen" in client.page("/de/links/").text, "it stays in the list of those whose it was"
    run_jobs()
    assert "ist beendet" in outbox.last(cast.stranger).subject


def test_who_leads_a_project_finds_what_waits_for_it(db: Any, client: Any, sign_in: Any, make: Any, cast: Any) -> None:
    project = make.project("Funkwald")
    db.session.add(
        Link(
            from_kind="cluster", from_id=cast.cluster.id, from_key=cast.cluster.slug, to_kind="project", to_id=project.id,
            to_key=project.slug, created_at=now(), status=STATED, type="coordinator_of",
        )
    )  # fmt: skip
    idea = make.idea("Prüfstand teilen", consultation=make.consultation(), author=cast.stranger)
    link = propose_between(cast.actor(cast.stranger), ("idea", idea.id), ("project", project.id), "contributes")
    db.session.commit()
    page = sign_in(client, cast.cluster_manager).page("/de/me/")
    assert "Funkwald" in page.one("section[aria-labelledby=proposals]").get_text()
    client.post(f"/de/links/{link.id}/confirm", data=page.form("form[action$='/confirm']"))
    db.session.refresh(link)
    assert link.status == CONFIRMED


def test_the_list_of_links_is_for_people_and_says_when_it_is_empty(client: Any, sign_in: Any, cast: Any) -> None:
    assert client.get("/de/links/").status_code in (302, 303)
    sign_in(client, cast.participant)
    assert "Noch keine Verbindungen" in client.page("/de/links/").text
    assert "/de/links/" not in client.page("/de/me/").links()
