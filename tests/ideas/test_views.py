"""Reading: list with facets, search and order, the page of an idea, support, follow, the private status, panels."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from consult.clusters import mergers
from consult.clusters.models import Cluster
from consult.core.clock import now
from consult.core.db import db as core_db
from consult.core.jobs import enqueue
from consult.ideas import tokens
from consult.ideas.models import Idea, IdeaFacet, IdeaTally
from consult.ideas.publishing import rebuild_facets, recount
from tests.support.page import html
from tests.support.queries import count_queries


def titles(page: Any) -> list[str]:
    return [one.get_text() for one in page.select(".c-list h2 a")]


@pytest.fixture
def three(make: Any, cast: Any, consultation: Any, db: Any) -> list[Idea]:
    """Three public ideas that differ in question, region, sector, cluster and support."""
    project = make.project("Prüfverbund", slug="pruefverbund")
    found = [
        make.idea(
            "Prüfstand in Jena", consultation=consultation, author=cast.owner, region="DEG0", sector="C",
            answers={1: "Sensoren aus Glas."}, partners={"cluster": [cast.cluster.id]}, organisation="Feinwerk Saaletal",
        ),
        make.idea(
            "Werkstoffe in Freiburg", consultation=consultation, region="DE13", sector="C", answers={2: "Kunststoff hilft."},
            partners={"project": [project.id]},
        ),
        make.idea(
            "Software aus Finnland", consultation=consultation, region="FI", sector="K", answers={2: "Code.", 3: "Ring."},
            language="en",
        ),
    ]  # fmt: skip
    for step, idea in enumerate(found):
        idea.published_at = now() - timedelta(days=3 - step)
        idea.support_count, idea.comment_count = (5, 0, 2)[step], (1, 9, 4)[step]
    db.session.commit()
    return found


JENA, FREIBURG, FINNLAND = "Prüfstand in Jena", "Werkstoffe in Freiburg", "Software aus Finnland"


# ---- the list -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", [FINNLAND, FREIBURG, JENA]),
        ("?sort=supported", [JENA, FINNLAND, FREIBURG]),
        ("?sort=discussed", [FREIBURG, FINNLAND, JENA]),
        ("?question=2", [FINNLAND, FREIBURG]),
        ("?question=2&question=1", [FINNLAND, FREIBURG, JENA]),
        ("?question=3&region=FI", [FINNLAND]),
        ("?region=DEG", [JENA]),
        ("?region=DE1&region=FI", [FINNLAND, FREIBURG]),
        ("?sector=C", [FREIBURG, JENA]),
        ("?sector=C&region=FI", []),
        ("?language=en", [FINNLAND]),
        ("?cluster=photonik-musterland", [JENA]),
        ("?project=pruefverbund", [FREIBURG]),
        ("?q=Kunststoff", [FREIBURG]),
        ("?q=Sensor&region=DEG", [JENA]),
        ("?q=gibtesnicht", []),
        ("?region=XX&sector=9&question=99&cluster=nowhere&sort=odd&language=fr", [FINNLAND, FREIBURG, JENA]),
    ],
)
def test_filters_words_and_order(query: str, found: list[str], three: list[Idea], client: Any) -> None:
    page = client.page(f"/de/ideas/{query}")
    assert titles(page) == found
    if not found:
        assert "Keine Idee passt" in page.text


def test_the_list_says_how_many_and_shows_what_is_chosen(three: list[Idea], client: Any) -> None:
    page = client.page("/de/ideas/")
    assert page.h1 == "3 Ideen"
    page = client.page("/de/ideas/?sector=C&cluster=photonik-musterland")
    assert page.h1 == "1 Idee"
    chips = [one.get_text(" ", strip=True) for one in page.select(".c-chip")]
    assert (
        chips == ["Photonik Musterland entfernen", "Verarbeitendes Gewerbe/Herstellung von Waren entfernen"]
        or len(chips) == 2
    )
    without = client.page(page.links(".c-chip")[0])
    assert titles(without) == [FREIBURG, JENA]


def test_numbers_beside_the_facets(three: list[Idea], client: Any) -> None:
    def beside(page: Any, name: str) -> dict[str, str]:
        ticks = page.select(f"label.c-tick:has(input[name={name}])")
        numbers = {str(one.input["value"]): one.select_one("span + .sr") for one in ticks}
        return {code: number.get_text() if number else "" for code, number in numbers.items()}

    page = client.page("/de/ideas/")
    assert beside(page, "question") == {"1": "1", "2": "2", "3": "1"}
    assert beside(page, "region") == {"DE1": "1", "FI": "1", "DEG": "1"}
    page = client.page("/de/ideas/?sector=C")
    assert beside(page, "question") == {"1": "1", "2": "1", "3": "0"}
    assert set(beside(page, "sector").values()) == {""}  # numbers beside a facet in use would mislead


def test_an_empty_list_says_what_fewer_filters_would_give(three: list[Idea], client: Any) -> None:
    page = client.page("/de/ideas/?sector=C&region=FI")
    offers = {one.get_text(strip=True): str(one["href"]) for one in page.select(".c-empty a")}
    assert len(offers) == 2 and any(label.endswith(": 2") for label in offers)
    for label, address in offers.items():
        assert f": {len(titles(client.page(address)))}" in label


def test_a_number_finds_its_idea(three: list[Idea], client: Any) -> None:
    for idea in three:
        for typed in (idea.number, f" {str(idea.number).lower()}"):
            assert titles(client.page(f"/de/ideas/?q={typed}")) == [idea.title]
            assert len(client.get(f"/de/ideas/?q={typed}&format=json").json) == 1
    assert titles(client.page("/de/ideas/?q=OR-2026-99999")) == []


def test_a_mistyped_word_gets_a_suggestion(three: list[Idea], client: Any) -> None:
    page = client.page("/de/ideas/?q=Kunstoff")
    assert "Meinten Sie" in page.text
    assert titles(client.page("/de/ideas/?q=Kunststoff")), "what is offered finds something"


def test_pages_of_twenty_without_loss_or_repetition(make: Any, consultation: Any, client: Any, db: Any) -> None:
    for number in range(45):
        idea = make.idea(f"Idee {number:02}", consultation=consultation)
        idea.support_count = number % 4
    db.session.commit()
    for sort in ("newest", "supported", "discussed"):
        seen: list[str] = []
        address = f"/de/ideas/?sort={sort}"
        while address:
            page = client.page(address)
            assert len(titles(page)) in (20, 5)
            seen += titles(page)
            links = page.links("nav.c-pages a[rel=next]")
            assert all("after=" in link for link in links)
            address = links[0] if links else ""
        assert len(seen) == len(set(seen)) == 45
    page = client.page("/de/ideas/?after=nonsense")
    assert len(titles(page)) == 20


def test_signed_out_the_pages_are_shared(three: list[Idea], client: Any) -> None:
    for address in ("/de/ideas/", f"/de/ideas/{three[0].number}", "/en/ideas/?q=Sensor"):
        response = client.get(address)
        assert "Set-Cookie" not in response.headers and "no-store" not in response.headers["Cache-Control"]
        page = html(response)
        assert not page.select("form[method=post]") and "csrf" not in page.source


# ---- one idea -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_page_of_an_idea(language: str, three: list[Idea], client: Any) -> None:
    page = client.page(f"/{language}/ideas/{three[0].number}")
    assert page.h1 == JENA and three[0].number in page.text and "Feinwerk Saaletal" in page.text
    assert "Sensoren aus Glas." in page.text
    assert "/clusters/photonik-musterland" in " ".join(page.links(".c-rel a"))
    heading = page.one("h1")
    assert (heading.get("lang") == "de") is (language == "en")
    assert any("/report?url=" in link for link in page.links())
    assert f"/{language}/ideas/{three[0].number}" in page.select("section:has(a[href^=http]) p")[-1].get_text()


def test_unknown_numbers(client: Any, consultation: Any) -> None:
    for number in ("OR-2026-99999", "or", "x" * 300, "%00", "1'--", "🙂"):
        assert client.get(f"/de/ideas/{number}").status_code == 404


def test_support_counts_once_and_can_be_taken_back(
    three: list[Idea], client: Any, cast: Any, sign_in: Any, db: Any
) -> None:
    idea = three[1]
    idea.support_count = 0
    sign_in(client, cast.participant)
    address = f"/de/ideas/{idea.number}"
    for _ in range(2):
        form = client.page(address).form("form[action$='/support']")
        client.post(f"{address}/support", data={**form, "wanted": "1"})
    assert client.page(address).one(".c-support b").get_text() == "1"
    form = client.page(address).form("form[action$='/support']")
    assert form["wanted"] == "0"
    for _ in range(2):
        client.post(f"{address}/support", data=form)
    assert client.page(address).one(".c-support b").get_text() == "0"


def test_nobody_supports_the_own_idea_or_one_that_is_not_public(
    three: list[Idea], make: Any, consultation: Any, client: Any, cast: Any, sign_in: Any
) -> None:
    sign_in(client, cast.owner)
    page = client.page(f"/de/ideas/{three[0].number}")
    assert not page.select("form[action$='/support']")
    token = page.form("form[action$='/follow']")["csrf_token"]
    assert client.post(f"/de/ideas/{three[0].number}/support", data={"csrf_token": token}).status_code == 403
    hidden = make.idea(consultation=consultation, status="submitted")
    assert client.post(f"/de/ideas/{hidden.number}/support", data={"csrf_token": token}).status_code == 404


def test_following(three: list[Idea], client: Any, cast: Any, sign_in: Any) -> None:
    from consult.notifications.queries import followers

    sign_in(client, cast.participant)
    address = f"/de/ideas/{three[0].number}"
    for wanted in ("1", "0"):
        form = client.page(address).form("form[action$='/follow']")
        assert form["wanted"] == wanted
        client.post(f"{address}/follow", data=form)
        assert (cast.participant.id in followers("idea", three[0].id)) is (wanted == "1")


# ---- budgets --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["visitor", "participant"])
def test_query_budgets_do_not_grow_with_the_rows(
    who: str, three: list[Idea], make: Any, app: Any, client: Any, cast: Any, sign_in: Any, consultation: Any, db: Any
) -> None:
    if who != "visitor":
        sign_in(client, cast.participant)
    number = three[0].number
    pages = {
        "/de/ideas/": 8,
        "/de/ideas/?sector=C&q=Sensor": 8,
        "/de/ideas/?cluster=photonik-musterland&question=1": 8,
        f"/de/ideas/{number}": 10,
        "/de/consultations/open-region/questions/2": 10,
    }

    def measure() -> dict[str, int]:
        counts = {}
        for address, budget in pages.items():
            with count_queries(app, at_most=budget) as seen:
                client.get(address, headers={"Authorization": "past the cache of pages"})
            counts[address] = len(seen)
            assert counts[address] > 2
        return counts

    before = measure()
    for step in range(12):
        make.idea(
            f"Weitere {step}", consultation=consultation, sector="C", answers={1: "Sensor.", 2: "Zwei."}, region="DE13",
            partners={"cluster": [cast.cluster.id]},
        )  # fmt: skip
    db.session.commit()
    assert measure() == before


# ---- derived numbers ------------------------------------------------------------------------------------------------


def test_numbers_can_be_counted_anew(three: list[Idea], db: Any) -> None:
    for idea in three:
        idea.support_count = 0
    db.session.flush()
    assert recount() == 0
    db.session.execute(IdeaTally.__table__.update().values(count=99))
    three[0].support_count = 7
    db.session.flush()
    assert recount() > 1 and recount() == 0
    stored = {(row.facet, row.code): row.count for row in db.session.query(IdeaTally).populate_existing()}
    assert stored[("region", "DEG")] == 1 and stored[("language", "en")] == 1


def test_a_declined_link_leaves_the_facets(three: list[Idea], db: Any, cast: Any, client: Any) -> None:
    from consult.links.operations import decline
    from consult.links.queries import own_links

    decline(cast.actor(cast.cluster_manager), own_links("idea", three[0].id)[0])
    db.session.commit()
    assert titles(client.page("/de/ideas/?cluster=photonik-musterland")) != [JENA]
    assert db.session.query(IdeaFacet).filter_by(facet="cluster").count() == 0


def test_a_filter_by_a_cluster_outlives_its_merger(
    three: list[Idea], consultation: Any, db: Any, cast: Any, make: Any, client: Any, sign_in: Any, clock: Any,
    run_jobs: Any,
) -> None:  # fmt: skip
    """A bookmark and a saved search go on with the portrait into which it was merged; before, the one showed all ideas and
    the other was never heard of again."""
    old, into = db.session.query(Cluster).filter_by(slug="photonik-musterland").one(), make.cluster("Optikring")
    reader, kept = sign_in(client, cast.participant), "/de/ideas/?cluster=photonik-musterland"
    db.session.commit()
    assert reader.submit(kept, form="form[action='/de/notices/searches']").status_code == 303
    merger = mergers.merge(make.actor(cast.editor), old.id, into.id, "Dasselbe Netzwerk.")
    db.session.commit()
    run_jobs()
    page = client.page(kept)
    assert titles(page) == [JENA] and "Optikring" in page.one(".c-chip").get_text()
    assert "photonik-musterland" not in " ".join(page.links("main .c-facet a"))
    with client.get(f"{kept}&format=json") as answer:
        assert [one["title"] for one in json.loads(answer.data)] == [JENA]
    clock.shift(minutes=1)
    make.idea("Noch ein Prüfstand", consultation=consultation, partners={"cluster": [into.id]})
    db.session.commit()
    clock.shift(days=1, minutes=10)
    enqueue("searches.due")
    run_jobs()
    assert "1 neuer Eintrag" in client.page("/de/notices/").text
    mergers.undo(make.actor(cast.editor), merger.id)
    db.session.commit()
    assert titles(client.page(kept)) == [JENA]
    assert titles(client.page(f"/de/ideas/?cluster={into.slug}")) == ["Noch ein Prüfstand"]


def test_facets_rebuild_to_the_same(three: list[Idea], db: Any) -> None:
    def rows() -> set[tuple[str, str, int]]:
        return {(row.facet, row.code, row.idea_id) for row in db.session.query(IdeaFacet)}

    before = rows()
    rebuild_facets([idea.id for idea in three])
    assert rows() == before and before


# ---- panels ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "title"),
    [
        ("/de/clusters/photonik-musterland", JENA),
        ("/de/projects/pruefverbund", FREIBURG),
        ("/de/organisations/feinwerk", JENA),
        ("/de/consultations/open-region", FINNLAND),
        ("/de/", FINNLAND),
    ],
)
def test_ideas_on_other_pages(address: str, title: str, three: list[Idea], client: Any, cast: Any) -> None:
    cast.company.slug = "feinwerk"
    assert title in [one.get_text() for one in client.page(address).select(".c-idea h3 a")]


def test_my_page_lists_ideas_and_drafts_by_their_address(
    three: list[Idea], make: Any, consultation: Any, client: Any, cast: Any, sign_in: Any
) -> None:
    draft = make.idea("Angefangen", consultation=consultation, author=cast.owner, status="draft")
    sent = make.idea("Wartet", consultation=consultation, author=cast.owner, status="submitted")
    sign_in(client, cast.owner)
    page = client.page("/en/me/")
    links = page.links("section[aria-labelledby=my-ideas] a")
    assert f"/en/ideas/{three[0].number}" in links
    assert f"/en/ideas/drafts/{tokens.draft_token(draft.draft_key)}" in links
    assert f"/en/ideas/status/{tokens.status_token(sent.draft_key)}" in links


# ---- the private status ---------------------------------------------------------------------------------------------


def status_address(idea: Idea) -> str:
    return f"/de/ideas/status/{tokens.status_token(idea.draft_key)}"


def test_the_status_works_without_an_account(make: Any, consultation: Any, new_client: Any, db: Any) -> None:
    answers = {1: "Offen.", 2: ("Vertraulich.", "ministry")}
    idea = make.idea("Mein Vorschlag", consultation=consultation, status="submitted", answers=answers)
    page = new_client().page(status_address(idea))
    assert page.h1 == "Mein Vorschlag" and idea.number in page.text
    assert "Wir entscheiden bis" in page.text and "Vertraulich." in page.text
    assert len(page.select(".c-time li")) == 3 and page.select(".c-time .is-next")
    assert new_client().get("/de/ideas/status/" + "x" * 32).status_code == 404


@pytest.mark.parametrize("language", ["de", "en"])
def test_a_returned_idea_shows_what_to_change(
    language: str, make: Any, consultation: Any, new_client: Any, db: Any, write: Any, cast: Any
) -> None:
    idea = make.idea(
        "Mit Kunde", consultation=consultation, status="submitted", answers={1: "Unser Kunde Muster GmbH weiß davon."}
    )
    from consult.moderation.operations import Choice, decide
    from consult.moderation.queries import waiting_case

    case = waiting_case("idea", idea.id)
    choice = Choice(
        "return",
        "trade-secret",
        "Bitte ohne den Kunden.",
        (("Kunde Muster GmbH", "Name des Kunden"),),
        str(case.version_id),
    )
    decide(cast.actor(cast.moderator), case.id, choice)
    db.session.commit()
    client = new_client()
    page = client.page(status_address(idea).replace("/de/", f"/{language}/"))
    assert "Bitte ohne den Kunden." in page.text and "Kunde Muster GmbH" in page.one("mark").get_text()
    writer = write(client, language)
    writer.url = next(link for link in page.links() if "/drafts/" in link)
    form = client.page(writer.url)
    assert form.one("#part-1 mark").get_text() == "Kunde Muster GmbH" and "Name des Kunden" in form.text
    answered = writer.send("submit", {"answer-1": "Unser Kunde weiß davon."})
    assert answered.status_code == 200 and "/status/" in answered.request.path
    db.session.refresh(idea)
    assert idea.status == "submitted"


def test_withdrawing_leaves_a_stub(three: list[Idea], client: Any, sign_in: Any, cast: Any, db: Any) -> None:
    idea = three[0]
    sign_in(client, cast.owner)
    page = client.page(status_address(idea))
    form = page.form("form[action$='/withdraw']")
    answered = client.post(f"{status_address(idea)}/withdraw", data=form, follow_redirects=True)
    assert "zurückgezogen" in html(answered).text
    stub = client.get(f"/de/ideas/{idea.number}")
    assert stub.status_code == 410 and idea.number in html(stub).text and JENA not in html(stub).text
    assert titles(client.page("/de/ideas/")) == [FINNLAND, FREIBURG]
    assert client.post(f"{status_address(idea)}/withdraw", data=form).status_code == 409


def test_what_was_never_public_leaves_nothing(make: Any, consultation: Any, client: Any, db: Any) -> None:
    idea = make.idea("Nie gezeigt", consultation=consultation, status="submitted")
    form = client.page(status_address(idea)).form("form[action$='/withdraw']")
    client.post(f"{status_address(idea)}/withdraw", data=form)
    assert client.get(f"/de/ideas/{idea.number}").status_code == 404


def test_narrowing_by_the_status_page(three: list[Idea], client: Any) -> None:
    address = status_address(three[2])
    form = client.page(address).form("form[action$='/audience']")
    assert form["audience-2"] == form["audience-3"] == "public"
    client.post(f"{address}/audience", data={**form, "audience-3": "anonymous"})
    page = client.page(f"/de/ideas/{three[2].number}")
    assert "Ring." not in page.text and "Code." in page.text
    bad = client.post(f"{address}/audience", data={**form, "audience-3": "public"})
    assert bad.status_code == 422
    assert client.post(f"{address}/audience", data={**form, "audience-3": "world"}).status_code == 403


def test_comments_stand_on_the_page(three: list[Idea], client: Any, cast: Any, sign_in: Any, db: Any) -> None:
    sign_in(client, cast.participant)
    page = client.page(f"/de/ideas/{three[0].number}")
    form = page.one("form[action*='/comments/idea/']")
    fields = {**page.form("form[action*='/comments/idea/']"), "body": "Guter Gedanke."}
    three[0].comment_count = 0
    client.post(str(form["action"]), data=fields)
    assert "Guter Gedanke." in client.page(f"/de/ideas/{three[0].number}").text
    core_db.session.refresh(three[0])
    assert three[0].comment_count == 1


def test_the_page_of_an_earlier_consultation_leads_to_its_own_ideas(
    make: Any, consultation: Any, client: Any, clock: Any
) -> None:
    make.idea("Von damals", consultation=consultation)
    clock.shift(days=1)
    present = make.consultation(opens_at=now() - timedelta(hours=1))
    make.idea("Von heute", consultation=present)
    page = client.page(f"/de/consultations/{consultation.slug}")
    links = page.one("section[aria-labelledby=newest-ideas]").select("a")
    [more] = [str(one["href"]) for one in links if one.get_text().startswith("Alle Ideen")]
    found = client.page(more).text
    assert "Von damals" in found and "Von heute" not in found
