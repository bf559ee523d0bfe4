"""The page of a search where it is harder: nothing has all the words, a number was asked for, a choice leaves nothing."""

from __future__ import annotations

import re
from typing import Any

import pytest

from consult.core.atom import stamp
from consult.core.registry import touch
from consult.search.queries import search_hits, some_hits
from consult.search.vocabulary import did_you_mean

# what people type who do not think of search engines -> the beginning of the title that helps them most
SPOKEN = {
    "Prüfstände gemeinsam nutzen": "Freie Prüfstandstunden",
    "Ersatzteile aus dem 3D-Drucker": "Ersatzteile drucken",
    "Azubi Werbung Schulen Bus": "Azubi-Werbetage: ein Bus",
    "Kooperation mit Finnland": "Testfeld für Frostsensoren in Finnland",
    "Wie finde ich Partner in Finnland?": "MInD",
    "Förderprogramme für kleine Unternehmen": "Förderprogramm zur Internationalisierung",
    "Fördermittel Land Thüringen": "automotive thüringen",
    "Laborzeiten": "Laborwochen-Gutschein",
    "Fachkräftemangel": "Bildung und Fachkräfte",
    "Onlinebörse": "Beispiel: Online-Kooperationsbörse",
}
FIRST = 6  # hits, among which it must be


def titles(client: Any, address: str) -> list[str]:
    return [" ".join(one.get_text().split()) for one in client.page(address).select("main ol h2")]


def test_what_has_some_of_the_words_is_found_where_nothing_has_all(demo: Any, client: Any) -> None:
    for query, wanted in SPOKEN.items():
        page = client.page(f"/de/search?q={query}")
        assert "Kein Eintrag enthält alle Wörter" in page.select("main p[role=status]")[0].get_text(), query
        found = [" ".join(one.get_text().split()) for one in page.select("main ol h2")][:FIRST]
        assert any(title.startswith(wanted) for title in found), (query, found)


def test_two_words_go_before_one_and_the_rare_before_the_common(demo: Any) -> None:
    hits = some_hits("Azubi Werbung Schulen Bus")
    assert hits == sorted(hits, key=lambda hit: -hit.score) and search_hits("Azubi Werbung Schulen Bus") == []
    assert some_hits("Xyzzyq Qwertzuiop") == [] and some_hits("der die das") == []


def test_facets_and_files_go_with_what_has_some_of_the_words(demo: Any, client: Any) -> None:
    address = "/de/search?q=Kooperation+mit+Finnland"
    some = titles(client, f"{address}&kind=project")
    assert some and set(some) < set(titles(client, address))
    assert [row["title"] for row in client.get(f"{address}&kind=project&format=json").json] == some


def test_a_number_leads_to_what_has_it(demo: Any, client: Any, db: Any) -> None:
    number = client.page("/de/ideas/").select("main article a[href*='/ideas/OR-']")[0]["href"].rsplit("/", 1)[1]
    for typed in (number, number.lower()):
        page = client.page(f"/de/search?q={typed}")
        assert page.select(f"main p a[href='/de/ideas/{number}']")
        assert "Nichts passt" not in page.text
    for nobody in ("OR-2026-99999", "XX-1"):
        assert "Unter der Nummer" not in client.page(f"/de/search?q={nobody}").text


def test_a_choice_that_leaves_nothing_says_what_there_is_without_it(demo: Any, client: Any) -> None:
    every = len(client.get("/de/search?q=Klimakammer&format=json").json)
    page = client.page("/de/search?q=Klimakammer&kind=topic")
    assert "Nichts passt" not in page.text
    [link] = page.select("main p a[href='/de/search?q=Klimakammer']")
    assert link.get_text() == f"Ohne die Auswahl oben: {every} Treffer"


def test_pages_follow_the_last_hit_that_was_shown(demo: Any, client: Any) -> None:
    first = client.page("/de/search?q=Cluster")
    following = first.select("main nav.c-pages a[rel=next]")[0]["href"]
    second = titles(client, following)
    cursor = following.split("after=")[1]
    number, document = cursor.split("-")
    assert number == "20" and len(second) == 20
    assert not set(second) & {" ".join(one.get_text().split()) for one in first.select("main ol h2")}
    # what came before the last hit that was shown moves no page; of one that is gone the number is left
    assert titles(client, f"/de/search?q=Cluster&after=17-{document}") == second
    assert titles(client, "/de/search?q=Cluster&after=20-999999") == second
    beyond = client.page("/de/search?q=Cluster&after=9999-999999")
    assert "Nichts passt" not in beyond.text and beyond.select("main p a[href='/de/search?q=Cluster']")
    for broken in ("x", "20", "-3", "3-", "9" * 30 + "-1"):
        assert titles(client, f"/de/search?q=Cluster&after={broken}") == titles(client, "/de/search?q=Cluster")


def test_words_that_stand_everywhere_are_said_to_be_such(demo: Any, client: Any) -> None:
    assert "ein Hauptwort genügt" in client.page("/de/search?q=der+die+das").text
    assert "ein Hauptwort genügt" not in client.page("/de/search?q=Xyzzyqwert").text


def test_titles_are_marked(demo: Any, client: Any) -> None:
    page = client.get("/de/search?q=Klimakammer").text + client.get("/de/search?q=Prüfstand").text
    assert "<mark>Prüfstandstunden</mark> über Ländergrenzen" in page


@pytest.mark.parametrize("word", ["Diesel", "Wiese", "Wieser", "Jeder", "Dieses"])
def test_no_stop_word_is_offered_instead(demo: Any, client: Any, word: str) -> None:
    assert did_you_mean(word) is None
    for address in (f"/de/search?q={word}", f"/en/ideas/?q={word}"):
        assert client.get(address).status_code == 200


@pytest.mark.parametrize("word", ["Firma", "Materialien", "Themen", "Vertrag", "Mov'eo", "Startups", "Ilmkreis", "IT"])
def test_good_words_are_not_corrected(demo: Any, word: str) -> None:
    assert did_you_mean(word) is None


def test_the_feed_dates_an_activity_by_its_last_change_and_not_by_the_day_on_which_it_begins(
    client: Any, make: Any, clock: Any, db: Any
) -> None:
    """A date ahead would keep it before all news until then, and one that moves each day would be news each day."""
    written = stamp(clock.now)
    ahead, activity = make.activity("Sensorwerkstatt Ilmenau", days=60), make.activity("Sensorwerkstatt ohne Tag")
    activity.set_dates(None, None, "")
    for kind, one in (("activity", ahead), ("activity", activity), ("cluster", make.cluster("Sensorwerkstatt Verein"))):
        touch(kind, one.id)
    db.session.commit()

    def told() -> list[str]:
        with client.get("/de/search?q=Sensorwerkstatt&format=atom") as answer:
            return re.findall(r"<entry.*?<updated>(.*?)</updated>", answer.text, re.S)

    assert told() == [written] * 3
    clock.shift(days=2)
    activity.edited_at, changed = clock.now, stamp(clock.now)
    db.session.commit()
    clock.shift(days=2)
    assert told() == [changed, written, written]
