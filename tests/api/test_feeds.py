"""The feeds are valid Atom, in both languages, and hold what the lists hold."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from sqlalchemy import select

from consult.core.registry import touch
from consult.ideas.models import Idea
from consult.projects.models import Activity
from tests.api.reading import local

ATOM = "{http://www.w3.org/2005/Atom}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
NAMES = ("ideas", "activities", "topics")


def read(client: Any, path: str) -> ElementTree.Element:
    response = client.get(path)
    assert (response.status_code, response.mimetype) == (200, "application/atom+xml"), path
    assert response.get_data().startswith(b"<?xml")
    return ElementTree.fromstring(response.get_data())


def text(element: ElementTree.Element, name: str) -> str:
    (found,) = element.findall(ATOM + name)
    return found.text or ""


def titles(feed: ElementTree.Element) -> list[str]:
    return [text(entry, "title") for entry in feed.findall(ATOM + "entry")]


def link(element: ElementTree.Element, rel: str) -> str:
    (found,) = [one for one in element.findall(ATOM + "link") if one.get("rel") == rel]
    return found.get("href") or ""


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("name", NAMES)
def test_a_feed_is_valid_atom(client: Any, demo: None, name: str, language: str) -> None:
    """What RFC 4287 asks of a feed and of its entries."""
    path = f"/feeds/{language}/{name}.atom"
    feed = read(client, path)
    assert (feed.tag, feed.get(LANG)) == (ATOM + "feed", language)
    assert local(link(feed, "self")) == path
    assert local(link(feed, "alternate")) == f"/{language}/{name}/"
    assert text(feed, "id").startswith("tag:")
    assert text(feed, "title")
    assert text(feed.find(ATOM + "author"), "name")
    entries = feed.findall(ATOM + "entry")
    assert entries
    for entry in entries:
        published, updated = (datetime.fromisoformat(text(entry, one)) for one in ("published", "updated"))
        assert published.tzinfo and published <= updated <= datetime.fromisoformat(text(feed, "updated"))
        assert text(entry, "title") and entry.get(LANG) in ("de", "en")
        assert client.get(local(link(entry, "alternate")), follow_redirects=True).status_code == 200
        (content,) = entry.findall(ATOM + "content")
        assert content.get("type") == "html"
        assert not list(content), "markup is not escaped"
    assert len({text(entry, "id") for entry in entries}) == len(entries)


def test_an_entry_has_one_identifier_in_both_languages(client: Any, demo: None) -> None:
    for name in NAMES:
        german, english = (read(client, f"/feeds/{language}/{name}.atom") for language in ("de", "en"))
        assert [text(one, "id") for one in german.iter(ATOM + "entry")] == [
            text(one, "id") for one in english.iter(ATOM + "entry")
        ]
        assert text(german, "id") != text(english, "id")


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_feed_is_valid(client: Any, name: str) -> None:
    feed = read(client, f"/feeds/de/{name}.atom")
    assert titles(feed) == []
    assert datetime.fromisoformat(text(feed, "updated")).tzinfo


def test_ideas_come_newest_first_with_their_authors(client: Any, make: Any, clock: Any) -> None:
    consultation = make.consultation()
    make.idea("Erste", consultation=consultation, organisation="Feinwerk & Söhne <KG>")
    clock.shift(hours=1)
    make.idea(
        "Zweite & <dritte>", consultation=consultation, answers={1: ("Ohne Namen.", "anonymous"), 2: "Mit **Namen**."}
    )
    feed = read(client, "/feeds/de/ideas.atom")
    assert titles(feed) == ["Zweite & <dritte>", "Erste"]
    newest, oldest = feed.findall(ATOM + "entry")
    assert text(oldest.find(ATOM + "author"), "name") == "Feinwerk & Söhne <KG>"
    assert "Ohne Namen" not in text(newest, "content")
    assert "<strong>Namen</strong>" in text(newest, "content")
    assert "<h3>Frage 2 kurz</h3>" in text(newest, "content")


def test_a_new_version_updates_the_entry(client: Any, db: Any, make: Any, clock: Any) -> None:
    idea = make.idea(consultation=make.consultation())
    first = text(read(client, "/feeds/de/ideas.atom"), "updated")
    clock.shift(days=3)
    version = idea.public_version_id
    db.session.execute(
        Idea.versions.property.mapper.class_.__table__.update().values(published_at=clock.now, id=version)
    )
    feed = read(client, "/feeds/de/ideas.atom")
    assert text(feed, "updated") > first
    assert text(feed.find(ATOM + "entry"), "published") == first


def test_feeds_take_the_filters_of_the_lists(client: Any, make: Any) -> None:
    consultation, cluster = make.consultation(), make.cluster(slug="optik")
    touch("cluster", cluster.id)
    make.idea("Mit Cluster", consultation=consultation, sector="C", partners={"cluster": [cluster.id]})
    make.idea("Ohne Cluster", consultation=consultation, sector="M", answers={2: "Anders."})
    for query, wanted in {
        "cluster=optik": ["Mit Cluster"], "sector=M": ["Ohne Cluster"], "question=2": ["Ohne Cluster"],
        "q=anders": ["Ohne Cluster"], "sector=M&sector=C": ["Ohne Cluster", "Mit Cluster"],
        "sector=%00&colour=red&page[size]=x&after=abc&lang=en": ["Ohne Cluster", "Mit Cluster"],
    }.items():  # fmt: skip
        feed = read(client, f"/feeds/de/ideas.atom?{query}")
        assert titles(feed) == wanted, query
        assert feed.get(LANG) == "de"
        assert text(feed, "id").endswith(query)


def test_activities_are_those_to_come(client: Any, make: Any) -> None:
    make.activity("Später", days=20, format="online")
    make.activity("Bald", days=2, city="Jena")
    make.activity("Vorbei", days=-9)
    make.activity("Abgesagt", days=5, status="cancelled")
    assert titles(read(client, "/feeds/de/activities.atom")) == ["Bald", "Später"]
    assert titles(read(client, "/feeds/de/activities.atom?format=online")) == ["Später"]
    assert titles(read(client, "/feeds/de/activities.atom?place=Jena")) == ["Bald"]
    assert titles(read(client, "/feeds/de/activities.atom?project=none")) == []
    assert "Jena" in text(read(client, "/feeds/de/activities.atom").find(ATOM + "entry"), "summary")


def test_what_xml_cannot_hold_is_left_out(client: Any, db: Any, make: Any) -> None:
    make.activity("Bald", summary="Vor\x0bher\ufffe nach\U0001f600her ]]>")
    assert db.session.execute(select(Activity.summary)).scalar_one()["de"].startswith("Vor\x0b")
    entry = read(client, "/feeds/de/activities.atom").find(ATOM + "entry")
    assert text(entry, "summary").endswith("Vorher nach\U0001f600her ]]>")


def test_feeds_are_kept_and_asked_for_again(own_app: Any, client: Any, make: Any) -> None:
    """Behind the page cache: the same body until something changes."""
    make.idea("Erste", consultation=make.consultation())
    cached = own_app(PAGE_CACHE=True).test_client()
    first = cached.get("/feeds/de/ideas.atom")
    again = cached.get("/feeds/de/ideas.atom", headers={"If-None-Match": first.headers["ETag"]})
    assert (first.status_code, again.status_code) == (200, 304)
    direct = client.get("/feeds/de/ideas.atom")
    assert direct.headers["Cache-Control"] == "public, no-cache"
    assert client.get("/feeds/de/ideas.atom", headers={"If-None-Match": direct.headers["ETag"]}).status_code == 304


@pytest.mark.parametrize("language", ["de", "en"])
def test_pages_name_the_feeds_of_their_language(client: Any, language: str) -> None:
    page = client.page(f"/{language}/")
    named = page.select('head link[rel=alternate][type="application/atom+xml"]')
    assert [one["href"] for one in named] == [f"/feeds/{language}/{name}.atom" for name in NAMES]
    assert all(one["title"] for one in named)


@pytest.mark.parametrize("path", ["/feeds/fr/ideas.atom", "/feeds/de/nothing.atom", "/feeds/ideas.atom", "/feeds/"])
def test_there_are_no_other_feeds(client: Any, path: str) -> None:
    assert client.get(path).status_code == 404


def test_long_ago_is_not_tomorrow(client: Any, make: Any, clock: Any) -> None:
    """An edit makes an entry new again for those who follow the feed."""
    activity = make.activity("Bald")
    before = text(read(client, "/feeds/de/activities.atom"), "updated")
    clock.shift(hours=2)
    activity.edited_at = clock.now
    after = text(read(client, "/feeds/de/activities.atom"), "updated")
    assert datetime.fromisoformat(after) - datetime.fromisoformat(before) >= timedelta(hours=2)
