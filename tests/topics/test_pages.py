"""Topics on screen, in both languages: article, statement marked as a paraphrase, contact, question, related things."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from consult.core.access import GUEST
from consult.core.clock import now
from consult.core.dataset import Dataset, dataset
from consult.core.i18n import in_language
from consult.core.registry import panels_for, registries
from consult.core.text import plain
from consult.links.models import Link
from consult.links.queries import links_of
from consult.links.sources import readable_source
from consult.topics import loading
from consult.topics.models import Topic
from tests.support.page import plain_spaces
from tests.support.queries import count_queries

MONTH = "thema-internationalisierung"


def _record(facts: Dataset, slug: str) -> dict[str, Any]:
    return next(one for one in facts.records("topics") if one["id"] == slug)


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_text_of_every_topic_is_on_screen(client: Any, facts: Dataset, language: str) -> None:
    missing = []
    for record in facts.records("topics"):
        page = client.page(f"/{language}/topics/{record['id']}")
        wanted = [record["title"][language]]
        wanted += [record[key][language] for key in ("description", "teaser", "facts_note") if key in record]
        if "article" in record:
            wanted += [plain(part) for part in record["article"][language].strip().split("\n\n")]
            wanted += [record["contact"]["text"][language], record["statement"]["text"][language]]
            wanted += [record["statement"]["note"][language], record["original_title"], record["as_of"]]
        with in_language(language):
            wanted.append(readable_source(record["source"]))
        missing += [f"{record['id']}: {one}" for one in wanted if plain_spaces(one) not in page.text]
        assert page.h1 == plain_spaces(record["title"][language])
    assert not missing, "\n".join(missing)


def test_a_statement_is_marked_as_a_paraphrase(client: Any, facts: Dataset) -> None:
    page = client.page(f"/de/topics/{MONTH}")
    assert "Sinngemäße Wiedergabe, kein Zitat." in page.text
    assert "Nicht freigegeben." in page.text
    assert "/de/organisations/bw-engineers-gmbh" in page.links("main a")
    assert "/de/organisations/clusteragentur-bw" in page.links("aside a")


def test_the_article_leads_to_a_question(client: Any, facts: Dataset) -> None:
    page = client.page(f"/de/topics/{MONTH}")
    assert page.links(".c-call a") == [
        "/de/ideas/new?consultation=open-region&question=3",
        "/de/consultations/open-region/questions/3",
    ]
    assert "Welche Region hätte, was Ihnen fehlt?" in page.one(".c-call").get_text()
    assert not client.page("/de/topics/innovation").select(".c-call")


def test_all_related_things_are_linked(client: Any, facts: Dataset) -> None:
    links = client.page(f"/de/topics/{MONTH}").links("main a")
    kinds = {"cluster": "clusters", "programme": "programmes", "project": "projects"}
    for reference in _record(facts, MONTH)["related"]:
        kind, _slash, slug = reference.partition("/")
        assert f"/de/{kinds[kind]}/{slug}" in links


def test_a_tag_joins_what_carries_it(client: Any, facts: Dataset) -> None:
    page = client.page("/de/topics/internationalisation")
    assert "/de/topics/thema-internationalisierung" in page.links("main a")
    assert "/de/clusters/?topic=internationalisation" in page.links("main a")
    assert "eigene Zuordnung" in page.text


def test_the_archive_and_the_agenda(client: Any, facts: Dataset) -> None:
    page = client.page("/de/topics/")
    assert page.links("section[aria-labelledby=month] h3 a") == [f"/de/topics/{MONTH}"]
    agenda = [one["id"] for one in facts.records("topics") if one["kind"] == "agenda-topic"]
    assert page.links("section[aria-labelledby=agenda] h3 a") == [f"/de/topics/{slug}" for slug in agenda]
    assert len(agenda) == 6


def test_what_is_published_later_is_seen_by_nobody_before(client: Any, db: Any, facts: Dataset) -> None:
    topic = db.session.execute(select(Topic).where(Topic.slug == MONTH)).scalar_one()
    topic.published_at = now() + timedelta(days=2)
    db.session.flush()
    subject = registries.subjects["topic"]
    assert not subject.describe([topic.id])[topic.id].public
    assert subject.picker is not None and subject.picker("vertrieb", 5) == []
    assert list(registries.searchables["topic"].documents([topic.id])) == []
    assert panels_for("pages.home", 0, GUEST) == [
        one for one in panels_for("pages.home", 0, GUEST) if "topics" not in one[0]
    ]
    assert client.get(f"/de/topics/{MONTH}").status_code == 404
    assert "Noch kein Thema des Monats" in client.page("/de/topics/").text


def test_the_home_page_shows_the_newest(client: Any, db: Any, facts: Dataset) -> None:
    page = client.page("/de/")
    assert page.links("#topic-of-the-month a") == [f"/de/topics/{MONTH}"]
    moment = now()
    db.session.add(
        Topic(
            slug="noch-neuer",
            kind="topic-of-the-month",
            title={"de": "Noch neuer"},
            sort_key="noch neuer",
            teaser={"de": "Kurz."},
            published_at=moment + timedelta(seconds=-1),
            created_at=moment,
            updated_at=moment,
        )  # fmt: skip
    )
    old = db.session.execute(select(Topic).where(Topic.slug == MONTH)).scalar_one()
    old.published_at = moment - timedelta(days=30)
    page = client.page("/en/")
    assert page.links("#topic-of-the-month a") == ["/en/topics/noch-neuer"]
    assert page.one("#topic-of-the-month")["lang"] == "de"


@pytest.mark.parametrize("query", ["after=%00", "after=x", "after=" + "a" * 3000, "q=1&after="])
def test_whatever_the_address_holds_there_is_a_list(client: Any, query: str) -> None:
    assert client.get(f"/de/topics/?{query}").status_code == 200


@pytest.mark.parametrize("slug", ["nothing", "%00", "y" * 3000])
def test_an_unknown_topic_is_not_found(client: Any, slug: str) -> None:
    assert client.get(f"/de/topics/{slug}").status_code == 404


def test_few_queries_whatever_there_is(app: Flask, client: Any, db: Any, facts: Dataset) -> None:
    budgets = {"/de/topics/": 3, f"/de/topics/{MONTH}": 10, "/de/topics/innovation": 10}
    taken = {}
    for address, budget in budgets.items():
        with count_queries(app, at_most=budget) as found:
            client.get(address)
        taken[address] = len(found)
    for topic in list(db.session.execute(select(Topic)).scalars()):
        columns = {c.key: getattr(topic, c.key) for c in Topic.__table__.columns if c.key not in ("id", "slug")}
        db.session.add(Topic(slug=f"{topic.slug}-2", **columns))
    db.session.commit()
    for address, before in taken.items():
        with count_queries(app) as found:
            client.get(address)
        assert len(found) == before, address


# ---- loading, and what others see -----------------------------------------------------------------------------------


def test_loading_again_adds_nothing(db: Any, facts: Dataset) -> None:
    def count() -> list[int]:
        return [db.session.execute(select(func.count()).select_from(model)).scalar_one() for model in (Topic, Link)]

    before = count()
    loading.load(facts)
    loading.load_tags(facts)
    assert count() == before


def test_tags_of_facts_and_examples_come_apart(app: Flask) -> None:
    content = dataset()
    facts = {one["from"] for one in loading.tags(content, examples=False)}
    examples = {one["from"] for one in loading.tags(content, examples=True)}
    assert examples and not facts & examples
    assert all(one.partition("/")[2].startswith("example-") for one in examples)


def test_own_classification_says_so(db: Any, facts: Dataset) -> None:
    cluster = registries.subjects["cluster"].find("optonet") or 0
    with in_language("de"):
        found = links_of("cluster", cluster, types=["about_topic"])
    assert {view.other.key for view in found} == {"innovation", "internationalisation"}
    assert all(view.link.derived and not view.link.source for view in found)


def test_what_a_source_says_goes_before_a_tag(db: Any, facts: Dataset) -> None:
    link = db.session.execute(select(Link).where(Link.key == f"medicalmountains--about-topic--{MONTH}")).scalar_one()
    assert link.source == ["002_ca5c491297ea11c6.txt"] and not link.derived


def test_what_others_see_of_a_topic(app: Flask, facts: Dataset) -> None:
    subject = registries.subjects["topic"]
    found = subject.find(MONTH) or 0
    with in_language("en"):
        info = subject.describe([found])[found]
        assert subject.picker is not None
        assert [one.key for one in subject.picker("vertrieb", 5)] == [MONTH]
    assert (info.title[:20], info.url, info.public) == ("Internationalisation", f"/en/topics/{MONTH}", True)
    (document,) = registries.searchables["topic"].documents([found])
    assert "Forschungspartner" in document.body and "research partners" in document.body_en
    assert registries.resolvers["topics.show"]({"slug": MONTH}) == ("topic", found)
