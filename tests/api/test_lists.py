"""Every public list leaves the house as it stands: the same things in the same order as file, the same as feed, and kept
as a search of whoever is signed in."""

from __future__ import annotations

import csv
import io
import json
import xml.etree.ElementTree as ElementTree
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from openpyxl import load_workbook

from consult.core.clock import now
from consult.core.outlets import FEED_SIZE
from consult.core.registry import registries
from consult.core.vocabularies import vocabulary
from tests.support.factories import PASSWORD

ATOM = "{http://www.w3.org/2005/Atom}"
# list -> (address, filters that leave some and not all of it, how a file is asked for, links of its items)
LISTS: dict[str, tuple[str, str, str, str]] = {
    "ideas": ("/de/ideas/", "sector=C", "{list}?{query}&format={fmt}", ".c-list h2 a"),
    "clusters": ("/de/clusters/", "region=DEG", "{list}?{query}&format={fmt}", ".l-cards h3 a"),
    "projects": ("/de/projects/", "kind=consortium", "{list}?{query}&format={fmt}", ".c-list h3 a"),
    "activities": ("/de/activities/", "kind=matchmaking", "{list}?{query}&file={fmt}", ".c-dates h3 a"),
    "programmes": ("/de/programmes/", "level=federal", "{list}?{query}&format={fmt}", ".c-list h3 a"),
    "partners": ("/de/partners/", "kind=offer", "{list}offers.{fmt}?{query}", ".c-list h3 a"),
    "topics": ("/de/topics/", "", "{list}?{query}&format={fmt}", "section[aria-labelledby=month] .c-list h3 a"),
    "responses": (
        "/de/results/open-region/responses/",
        "status=taken_up",
        "{list}?{query}&format={fmt}",
        ".c-response p.small a",
    ),
    "search": ("/de/search", "q=Photonik", "{list}?{query}&format={fmt}", ".c-list h2 a"),
}


def walked(client: Any, address: str, items: str) -> list[str]:
    """The paths of all items, page after page."""
    found: list[str] = []
    following: str | None = address
    while following:
        page = client.page(following)
        found += [str(one["href"]) for one in page.select(f"main {items}")]
        further = page.select("main .c-pages a[rel=next]")
        following = str(further[0]["href"]) if further else None
    return found


def fetched(client: Any, address: str) -> bytes:
    with client.get(address) as answer:
        assert answer.status_code == 200, address
        return bytes(answer.data)


def paths_of(addresses: list[str]) -> list[str]:
    return [urlsplit(one).path for one in addresses]


@pytest.mark.parametrize("name", LISTS)
def test_files_and_feed_hold_what_the_list_shows(name: str, client: Any, demo: None) -> None:
    address, query, file, items = LISTS[name]
    sizes = []
    for wanted in dict.fromkeys(("q=Photonik" if name == "search" else "", query)):
        shown = walked(client, f"{address}?{wanted}", items)
        sizes.append(len(shown))
        assert shown, (name, wanted)

        def place(fmt: str, wanted: str = wanted) -> str:
            return file.format(list=address, query=wanted, fmt=fmt)

        as_json = [one["url"] for one in json.loads(fetched(client, place("json")))]
        assert paths_of(as_json) == shown
        table = csv.reader(io.StringIO(fetched(client, place("csv")).decode("utf-8-sig"), newline=""), delimiter=";")
        assert [row[-1] for row in list(table)[1:]] == as_json
        sheet = load_workbook(io.BytesIO(fetched(client, place("xlsx"))), read_only=True).worksheets[0]
        assert [row[-1] for row in list(sheet.iter_rows(values_only=True))[1:]] == as_json
        feed = ElementTree.fromstring(fetched(client, place("atom")))
        entries = feed.findall(f"{ATOM}entry")
        told = [one.find(f"{ATOM}link").attrib["href"] for one in entries]  # type: ignore[union-attr]
        updated = [one.findtext(f"{ATOM}updated") or "" for one in entries]
        assert len(told) == min(len(shown), FEED_SIZE) and set(told) <= set(as_json)
        assert updated == sorted(updated, reverse=True)
        page = client.page(f"{address}?{wanted}")
        assert place("atom").replace("?&", "?").rstrip("?") in page.links("main a")
    assert len(sizes) == 1 or sizes[1] < sizes[0], "the filter leaves some of it"


@pytest.mark.parametrize("name", LISTS)
def test_each_facet_has_links_that_lead_to_as_many_as_they_say(name: str, client: Any, demo: None) -> None:
    """Without scripts and without a button, all of it in the address; with what is chosen elsewhere and the words."""
    address, query, _file, items = LISTS[name]
    followed = 0
    for wanted in dict.fromkeys((query, "" if name != "search" else "q=Labor", "q=Labor")):
        page, here = client.page(f"{address}?{wanted}"), len(walked(client, f"{address}?{wanted}", items))
        for link in page.select("main .c-facet > a, main .c-tabs a:not([aria-current]):has(span)"):
            place, shown = urlsplit(str(link["href"])), link.select_one("span") or link
            assert place.path == address, link
            found, number = len(walked(client, str(link["href"]), items)), shown.get_text(strip=True)
            assert found == int(number) if number != "+" else found >= here, (wanted, link)
            followed += 1
    assert followed > 1


def test_a_number_takes_the_place_of_what_is_chosen_of_its_facet_and_a_plus_adds_to_it(client: Any, demo: None) -> None:
    chosen = client.page("/de/ideas/?sector=C&region=DE1&q=Labor&sort=supported")
    assert not chosen.select(".c-facet:has(input[checked]) > a")
    another = chosen.one(".c-facet:has(input[value=DEG]) > a")
    assert another.get_text() == "+"
    assert parse_qs(urlsplit(str(another["href"])).query) == {
        "q": ["Labor"], "sector": ["C"], "region": ["DE1", "DEG"], "sort": ["supported"],
    }  # fmt: skip
    directory = client.page("/de/clusters/?region=DEG&sector=C&map=world")
    instead = directory.one(".c-facet:has(input[value=DE1]) > a")
    assert parse_qs(urlsplit(str(instead["href"])).query) == {"map": ["world"], "sector": ["C"], "region": ["DE1"]}
    # a search engine need not walk through all combinations, nor a keyboard through each option twice
    assert all(one["rel"] == ["nofollow"] and one["tabindex"] == "-1" for one in chosen.select(".c-facet > a"))
    for one in directory.select(".c-facet:has(> a)"):  # what the link does, the form does, and says its number
        number = one.select_one("a").get_text(strip=True)  # type: ignore[union-attr]
        assert one.select_one("label > input") and one.select_one("label").get_text(" ").endswith(number)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("name", "facet"),
    [
        ("ideas", "region"),
        ("clusters", "region"),
        ("projects", "region"),
        ("activities", "place"),
        ("partners", "region"),
    ],
)
def test_all_sixteen_lands_can_be_chosen_and_kept(
    name: str, facet: str, client: Any, cast: Any, sign_in: Any, demo: None
) -> None:
    """A list that takes some of them in and leaves out the others unsaid shows something else than was asked for."""
    lands = [term.code for term in vocabulary("nuts2024_de") if len(term.code) == 3 and term.code != "DEZ"]
    assert len(lands) == 16
    wanted = f"{LISTS[name][0]}?{urlencode([(facet, code) for code in lands])}"
    page = sign_in(client, cast.owner).page(wanted)
    assert len(page.select("main .c-chip")) == 16
    client.submit(wanted, form="main form[action='/de/notices/searches']")
    [kept] = [one for one in client.page("/de/notices/searches").links("main .c-list a") if facet in one]
    assert sorted(parse_qs(urlsplit(kept).query)[facet]) == sorted(lands)


def test_every_list_can_be_kept_as_a_search(client: Any, cast: Any, sign_in: Any, demo: None, run_jobs: Any) -> None:
    assert set(registries.saved_lists) == set(LISTS)
    sign_in(client, cast.owner)
    for name, (address, query, _file, _items) in LISTS.items():
        page = client.page(f"{address}?{query}")
        form = page.one("main form[action='/de/notices/searches']")
        assert form.select_one("input[name=list]")["value"] == name  # type: ignore[index]
        answer = client.submit(f"{address}?{query}", form="main form[action='/de/notices/searches']")
        assert answer.status_code == 303 and answer.location.startswith(address.rstrip("/"))


def test_who_is_signed_out_comes_back_to_the_list_from_signing_in(client: Any, make: Any, demo: None) -> None:
    """Without a form and without a cookie, since all visitors read the same page."""
    for name, (address, query, _file, _items) in LISTS.items():
        here = f"{address}?{query}".rstrip("?")
        with client.get(here) as answer:
            assert not answer.headers.getlist("Set-Cookie"), name
        page = client.page(here)
        assert not page.select("main form[method=post]") and not page.select("[name=csrf_token]"), name
        link = page.one("main a[href^='/de/account/sign-in']:-soup-contains('Anmelden und Suche merken')")
        assert parse_qs(urlsplit(str(link["href"])).query) == {"next": [here]}, name
    person = make.person(password=PASSWORD)
    signed = client.submit(str(link["href"]), {"email": person.email, "password": PASSWORD})
    assert signed.location == here
    assert client.page(here).one("main form[action='/de/notices/searches']")


def test_a_list_by_many_facets_is_come_back_to_as_well(client: Any, make: Any, demo: None) -> None:
    facets = "&".join(f"{name}={code}" for name in ("sector", "region") for code in ("C", "J", "DE1", "DE2", "DEG") * 8)
    here = f"/de/ideas/?q={'Prüfstand+' * 15}&{facets}"
    link = client.page(here).one("main a[href^='/de/account/sign-in']:-soup-contains('Anmelden und Suche merken')")
    person = make.person(password=PASSWORD)
    signed = client.submit(str(link["href"]), {"email": person.email, "password": PASSWORD})
    assert len(signed.location) > 900 and signed.location.startswith("/de/ideas/?q=")
    kept = client.submit(signed.location, form="main form[action='/de/notices/searches']")
    assert kept.location == signed.location


def test_a_kept_list_tells_what_came_in_its_time(demo: None) -> None:
    """All of the demo came between two moments: then it is news, the latest first; before and after nothing is."""
    long_ago, moment = now() - timedelta(days=4000), now()
    for name, (_address, query, _file, _items) in LISTS.items():
        tell = registries.saved_lists[name].newest
        wanted = parse_qs(query)
        told = tell(wanted, long_ago, moment)
        assert 0 < len(told) <= 20 and all(one.public for one in told), name
        assert {one.id for one in told} <= {one.id for one in tell({}, long_ago, moment)} or name == "search"
        assert tell(wanted, moment, moment + timedelta(days=1)) == []
        facet = next((one for one in registries.saved_lists[name].parameters if one not in ("q", "sort")), "")
        unknown = {**wanted, facet: ["gibtesnicht"]}
        assert tell(unknown, long_ago, moment) == [], f"{name}: a filter that means nothing finds nothing"


def test_who_asks_for_very_many_files_in_a_minute_waits(client: Any, clock: Any) -> None:
    """A file costs as much as all pages of its list; pages themselves are not counted (OWASP ASVS 2.4.1)."""
    for _ in range(30):
        assert client.get("/de/topics/?format=csv").status_code == 200
    late = client.get("/de/topics/?format=csv")
    assert late.status_code == 429
    assert 1 <= int(late.headers["Retry-After"]) <= 61
    assert "Bitte warten Sie einen Moment" in late.get_data(as_text=True)
    assert client.get("/de/topics/").status_code == 200


def test_who_searches_very_often_in_a_minute_waits(client: Any, clock: Any) -> None:
    for number in range(120):
        assert client.get(f"/de/search?q=Wort{number}").status_code == 200
    late = client.get("/de/search?q=Photonik")
    assert (late.status_code, "Retry-After" in late.headers) == (429, True)
    assert client.get("/de/search").status_code == 200
