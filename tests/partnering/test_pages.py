"""Pages of offers: writing, errors that lose nothing, the list with its facets and files, stubs, renewing, budgets."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from typing import Any

import pytest

from consult.core.access import GUEST
from consult.core.clock import now
from consult.core.db import db
from consult.core.jobs import schedule_periodic
from consult.core.registry import registries
from consult.partnering import operations, rules
from consult.partnering.models import Offer
from tests.partnering.conftest import Market, text
from tests.support.factories import actor
from tests.support.mail import paths
from tests.support.queries import count_queries

FIELDS = {
    "kind": "request", "category": "rd-partner", "title_de": "Partner für Lasertechnik",
    "body_de": "Wir suchen **Messtechnik**.", "languages": ["de", "en"], "country": "DE", "region": "DEG",
    "format": "hybrid", "months": "6", "technologies": ["advanced-materials"], "countries": ["FI"], "stage": "develop",
}  # fmt: skip
FORM = "main form[method=post]"


def _all_in(page: Any) -> list[str]:
    return [str(link.get_text()) for link in page.select(".c-list h3 a")]


# ---- writing --------------------------------------------------------------------------------------------------------


def test_from_the_form_to_the_list(client: Any, cast: Any, sign_in: Any, market: Market, new_client: Any) -> None:
    sign_in(client, cast.owner)
    response = client.submit("/de/partners/new", FIELDS, form=FORM)
    assert response.status_code == 303
    mine = client.page(response.location)
    assert "Eingegangen" in mine.text
    offer = db.session.query(Offer).one()
    assert (offer.kind, offer.category, offer.languages, offer.countries) == (
        "request",
        "rd-partner",
        ["de", "en"],
        ["FI"],
    )
    visitor = new_client()
    assert visitor.get(response.location).status_code == 404  # nobody reads it before moderation has
    assert "Partner für Lasertechnik" not in visitor.page("/de/partners/").text
    market.decide(offer, "publish")
    db.session.commit()
    page = visitor.page("/de/partners/")
    assert "Partner für Lasertechnik" in page.text
    assert "Feinwerk Saaletal" in page.text
    shown = visitor.page(response.location)
    assert shown.one(".l-read strong").get_text() == "Messtechnik"
    assert not shown.select("form[method=post]")  # public pages are shared by all readers
    english = visitor.page(response.location.replace("/de/", "/en/"))
    assert english.one("h1")["lang"] == "de"
    assert english.one(".l-read")["lang"] == "de"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"title_de": "", "body_de": ""}, "mindestens in einer Sprache"),
        ({"body_de": ""}, "Beschreibung in dieser Sprache"),
        ({"title_en": "Only a title"}, "Beschreibung in dieser Sprache"),
        ({"category": ""}, "wählen Sie"),
        ({"category": "gold"}, "wählen Sie"),
        ({"title_de": "x" * 121}, "kürzen Sie"),
        ({"languages": None}, "mindestens eine Sprache"),
        ({"country": "FI"}, "liegt in Deutschland"),
        ({"deadline": "31.03.2099"}, "gehört ein Programm"),
        ({"deadline": "im März"}, "schreiben Sie den Tag"),
        ({"months": "13"}, "wählen Sie"),
        ({"countries": ["DE", "FI", "XX"]}, "wählen Sie"),
        ({"owner": "organisation/999999"}, "wählen Sie"),
    ],
)
def test_an_error_loses_nothing(changes: Any, sentence: str, client: Any, cast: Any, sign_in: Any) -> None:
    sign_in(client, cast.owner)
    sent = {**FIELDS, **changes}
    response = client.submit("/de/partners/new", sent, form=FORM)
    assert response.status_code == 422
    page = client.get("/de/partners/new")  # a page without errors, for comparison
    assert "kern-alert--danger" not in page.get_data(as_text=True)
    shown = response.get_data(as_text=True)
    assert sentence in shown
    for name in ("body_de", "title_de"):
        assert str(sent[name]) in shown
    assert db.session.query(Offer).count() == 0


def test_who_speaks_for_nothing_is_told_what_to_do(client: Any, cast: Any, sign_in: Any) -> None:
    page = sign_in(client, cast.participant).page("/de/partners/new")
    assert "Sie sprechen noch für niemanden" in page.text
    assert client.post("/de/partners/new", data={}).status_code in (200, 400)
    assert db.session.query(Offer).count() == 0


def test_signed_out_one_signs_in_first(client: Any) -> None:
    for address in ("/de/partners/new", "/de/partners/mine"):
        assert "/account/sign-in" in client.get(address).location


def test_an_idea_or_project_is_offered_for_from_its_own_page(
    client: Any, cast: Any, sign_in: Any, make: Any, market: Market
) -> None:
    consultation = make.consultation(slug="open-region")
    idea = make.idea("Geteilter Prüfstand", consultation=consultation, author=cast.participant)
    sign_in(client, cast.participant)
    page = client.page(f"/de/ideas/{idea.number}")
    link = next(one for one in page.links("main a") if "/partners/new" in one)
    form = client.page(link)
    assert "Geteilter Prüfstand" in form.one("select[name=owner]").get_text()
    response = client.submit(link, FIELDS, form=FORM)
    assert response.status_code == 303
    offer = db.session.query(Offer).one()
    assert offer.owner == ("idea", idea.id)
    market.decide(offer, "publish")
    db.session.commit()
    assert "Partner für Lasertechnik" in client.page(f"/de/ideas/{idea.number}").text


def test_a_newer_text_and_somebody_elses_meanwhile(
    client: Any, new_client: Any, cast: Any, sign_in: Any, market: Market
) -> None:
    offer = market.offer("Erster Titel", countries=["FI"], anonymous=True)
    db.session.commit()
    address = f"/de/partners/{offer.slug}/edit"
    sign_in(client, cast.owner)
    form = client.page(address)
    values = form.form_values(form.select(FORM)[0])
    assert (values["title_de"], values["anonymous"], values["countries"]) == ("Erster Titel", "y", "FI")
    other = sign_in(new_client(), cast.colleague)
    assert other.submit(address, {"title_de": "Von der Kollegin"}, form=FORM).status_code == 303
    late = client.post(address, data={**values, "title_de": "Zu spät, aber nicht verloren"})
    assert late.status_code == 409
    assert "Zu spät, aber nicht verloren" in late.get_data(as_text=True)
    assert operations.newest_version(offer.id).title == {"de": "Von der Kollegin"}


# ---- the list -------------------------------------------------------------------------------------------------------


def test_facets_words_and_ways_out(client: Any, market: Market, cast: Any) -> None:
    market.offer("Laser am Band", category="technology", technologies=["advanced-materials"], countries=["FI"])
    market.offer(
        "Messe in Lyon", kind="request", author=cast.outsider, category="market-access", region="DEF", languages=["fr"]
    )  # fmt: skip
    market.offer("Ohne Namen", anonymous=True, category="technology", format="online")
    db.session.commit()

    def titles(query: str) -> list[str]:
        return sorted(one.get_text() for one in client.page(f"/de/partners/?{query}").select(".c-list h3 a"))

    everything = ["Laser am Band", "Messe in Lyon", "Ohne Namen"]
    assert titles("") == everything
    assert titles("kind=request") == ["Messe in Lyon"]
    assert titles("category=technology") == ["Laser am Band", "Ohne Namen"]
    assert titles("category=technology&category=market-access") == everything
    assert titles("region=DEF") == ["Messe in Lyon"]
    assert titles("language=fr") == ["Messe in Lyon"]
    assert titles("wants=FI") == ["Laser am Band"]
    assert titles("format=online") == ["Ohne Namen"]
    assert titles("owner=organisation") == ["Laser am Band", "Messe in Lyon"]  # the anonymous one does not tell
    assert titles("q=Lyon") == ["Messe in Lyon"]
    assert titles("q=Feinwerk") == ["Laser am Band"]
    assert titles("kind=quatsch") == titles("sector=%F0%9F%98%80") == titles("stage=%00x") == []
    page = client.page("/de/partners/?kind=request&category=technology")
    assert "Nichts passt zu allem" in page.text
    assert "Ohne »Gesuch« sind es 2." in page.text
    assert page.select(".c-chip")
    counted = client.page("/de/partners/").one("input[name=category][value=technology] ~ span ~ span").get_text()
    assert counted == "2"


def test_an_empty_list_says_what_to_do(client: Any) -> None:
    for language, words in (("de", "Noch keine Angebote und keine Gesuche"), ("en", "No offers and no requests yet")):
        assert words in client.page(f"/{language}/partners/").text


def test_paging_shows_everything_once_in_both_orders(
    client: Any, market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "MOST_LIVE_OFFERS", 100)
    for number in range(23):
        market.offer(f"Angebot {number:02}", months=1 + number % 12)
    db.session.commit()
    for sort in ("newest", "ending"):
        seen: list[str] = []
        url = f"/de/partners/?sort={sort}"
        while url:
            page = client.page(url)
            seen += _all_in(page)
            url = next(iter(page.links("a[rel=next]")), "")
        assert len(seen) == len(set(seen)) == 23, sort


def test_files_hold_the_filtered_list(client: Any, market: Market, cast: Any) -> None:
    market.offer("=1+1 Formel")
    market.offer("Messe in Lyon", kind="request", author=cast.outsider)
    db.session.commit()
    link = next(one for one in client.page("/de/partners/?kind=offer").links("main a") if "offers.csv" in one)
    response = client.get(link)
    rows = list(csv.DictReader(io.StringIO(response.get_data(as_text=True).lstrip("\ufeff")), delimiter=";"))
    response.close()
    assert [row["Titel"] for row in rows] == ["'=1+1 Formel"]
    response = client.get("/en/partners/offers.json?kind=request")
    found = json.loads(response.get_data())
    response.close()
    assert [(one["kind"], one["owner"]["de"]) for one in found] == [("Request", "Lichtbau Nordsee")]


@pytest.mark.parametrize("slug", ["nothing", "%00", "ä", "a" * 400, "1'--", "new-x"])
def test_an_unknown_offer_is_not_found(client: Any, slug: str) -> None:
    assert client.get(f"/de/partners/{slug}").status_code == 404
    assert client.get(f"/de/partners/{slug}/matches").status_code == 404


# ---- the end --------------------------------------------------------------------------------------------------------


def test_at_midnight_it_leaves_the_list_and_one_click_brings_it_back(
    client: Any, new_client: Any, market: Market, cast: Any, sign_in: Any, clock: Any, run_jobs: Any, outbox: Any
) -> None:
    offer = market.offer("Drei Monate", months=3)
    db.session.commit()
    address = f"/de/partners/{offer.slug}"
    clock.move_to(offer.expires_at - timedelta(minutes=1))
    assert client.get(address).status_code == 200
    clock.shift(minutes=2)  # before any job has run
    assert client.get(address).status_code == 410
    assert "Das galt bis zum 24. Februar 2027" in client.page(address, status=410).text
    assert "Drei Monate" not in client.page("/de/partners/").text
    assert "Drei Monate" not in client.page(address, status=410).text
    assert not json.loads(client.get("/api/v1/offers").get_data())["data"]
    schedule()
    run_jobs()
    assert db.session.get_one(Offer, offer.id).status == "expired"
    mine = sign_in(new_client(), cast.owner)
    assert "Drei Monate" in mine.page(address).text
    assert mine.post(f"{address}/renew", data=token(mine, address)).status_code == 303
    assert "Drei Monate" in client.page("/de/partners/").text
    assert db.session.get_one(Offer, offer.id).expires_at == operations.end_of_term(now(), 3)


def token(client: Any, address: str) -> dict[str, str]:
    """The csrf token of a page."""
    return {"csrf_token": str(client.page(address).select("input[name=csrf_token]")[0]["value"])}


def schedule() -> None:
    """Let the periodic jobs of this moment be written."""
    schedule_periodic()


def test_the_mailed_link_renews_by_one_click_without_signing_in(
    client: Any, market: Market, cast: Any, clock: Any, run_jobs: Any, outbox: Any
) -> None:
    offer = market.offer("Ein Jahr", anonymous=True)
    db.session.commit()
    clock.move_to(offer.expires_at - timedelta(days=20))
    for _again in range(2):
        schedule()
        run_jobs()
        clock.shift(hours=2)
    letters = outbox.to(cast.owner, "partnering.expiry")
    assert len(letters) == 1  # once, however often the job runs
    assert cast.company.name["de"] not in letters[0].text
    link = next(path for path in paths(letters[0]) if "/partners/renew/" in path)
    before = db.session.get_one(Offer, offer.id).expires_at
    assert client.get(link).status_code == 200  # a mail scanner follows links: nothing happens
    assert db.session.get_one(Offer, offer.id).expires_at == before
    response = client.submit(link, form=FORM)
    assert response.status_code == 303
    assert db.session.get_one(Offer, offer.id).expires_at == operations.end_of_term(now(), 12)
    assert client.get(link).status_code == 410  # single use
    assert client.get("/de/partners/renew/unsinn").status_code == 410
    # the next period has a reminder of its own
    clock.move_to(db.session.get_one(Offer, offer.id).expires_at - timedelta(days=3))
    schedule()
    run_jobs()
    assert len(outbox.to(cast.owner, "partnering.expiry")) == 2


def test_a_link_renews_nothing_that_is_over(
    client: Any, market: Market, cast: Any, clock: Any, run_jobs: Any, outbox: Any
) -> None:
    offer = market.offer()
    db.session.commit()
    clock.move_to(offer.expires_at - timedelta(days=20))
    schedule()
    run_jobs()
    link = next(path for path in paths(outbox.to(cast.owner, "partnering.expiry")[0]) if "/partners/renew/" in path)
    page = client.page(link)
    fields = page.form_values(page.select(FORM)[0])
    operations.withdraw_offer(actor(cast.owner), offer.id)
    db.session.commit()
    assert client.post(link, data=fields).status_code == 409
    assert db.session.get_one(Offer, offer.id).status == "withdrawn"


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("withdrawn", "Das wurde zurückgezogen"),
        ("hidden", "Das ist vorerst verborgen"),
        ("removed", "Das wurde entfernt"),
    ],
)
def test_stubs_tell_no_text_and_no_owner(status: str, words: str, client: Any, market: Market, cast: Any) -> None:
    offer = market.offer("Sprechender Titel", status=status)
    db.session.commit()
    page = client.page(f"/de/partners/{offer.slug}", status=410)
    assert words in page.text
    for secret in ("Sprechender Titel", "Licht", cast.company.name["de"]):
        assert secret not in page.text


@pytest.mark.parametrize("status", ["submitted", "returned", "rejected", "closed"])
def test_what_was_never_public_does_not_exist_for_others(status: str, client: Any, market: Market) -> None:
    offer = market.offer(status=status)
    db.session.commit()
    for address in ("/de/partners/{}", "/de/partners/{}/matches", "/api/v1/offers/{}", "/api/v1/offers/{}/matches"):
        assert client.get(address.format(offer.slug)).status_code == 404


# ---- budgets --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["visitor", "participant", "owner"])
def test_budgets_do_not_grow_with_the_rows(
    who: str, app: Any, client: Any, market: Market, cast: Any, sign_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "MOST_LIVE_OFFERS", 100)
    if who != "visitor":
        sign_in(client, getattr(cast, who))

    def more(number: int) -> None:
        for _one in range(number):
            offer = market.offer()
            other = market.offer("Gesuch", kind="request", author=cast.outsider)
            market.interest(other, cast.owner)
            numbers.append(market.interest(offer, cast.participant).id)
        db.session.commit()

    numbers: list[int] = []
    more(2)
    slug = db.session.query(Offer).filter_by(kind="offer").first().slug
    budgets = {
        "/de/partners/": 8, "/de/partners/?kind=offer&q=Licht": 8, "/de/partners/?kind=offer&format=online": 8,
        f"/de/partners/{slug}": 10, f"/de/partners/{slug}/matches": 8, "/de/partners/matching": 8,
        "/de/partners/figures": 8, "/api/v1/offers": 6, f"/api/v1/offers/{slug}/matches": 8,
    }  # fmt: skip
    if who != "visitor":
        budgets |= {"/de/partners/mine": 9, f"/de/partners/interests/{numbers[0]}": 10, "/de/me/": 30}
    if who == "owner":
        budgets |= {"/de/partners/new": 10, f"/de/partners/{slug}/edit": 10}
    counts: list[dict[str, int]] = []
    for number in (0, 8):
        more(number)
        counts.append({})
        for address, budget in budgets.items():
            with count_queries(app, at_most=budget) as found:
                assert client.get(address).status_code == 200, address
            counts[-1][address] = len(found)
    assert counts[0] == counts[1]


def test_panels_take_one_query(app: Any, market: Market, cast: Any) -> None:
    market.offer()
    panels = [panel for slot in registries.panels.values() for panel in slot if panel.template.startswith("partnering")]
    assert len(panels) == 5
    for panel in panels:
        with count_queries(app, at_most=1):
            panel.load(cast.company.id, GUEST)


def test_recounting_mends_the_codes(app: Any, market: Market) -> None:
    offer = market.offer()
    offer.topics = ["digitalisation"]
    db.session.flush()
    assert registries.counters["offers.codes"]() == 1
    assert registries.counters["offers.codes"]() == 0


def test_texts_hold_what_people_write(client: Any, market: Market) -> None:
    """Markup of others is shown as text, never run."""
    offer = market.offer("<script>alert(1)</script>", body="<img src=x onerror=alert(1)> [x](javascript:alert(1))")
    db.session.commit()
    for address in ("/de/partners/", f"/de/partners/{offer.slug}"):
        source = client.get(address).get_data(as_text=True)
        assert "<script>alert" not in source
        assert "javascript:alert" not in source.replace("[x](javascript:alert(1))", "")
    assert text(("organisation", 1)).html["de"].startswith("<p>")
