"""What the lists and entries hold, on the shipped and the demo content."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from consult.clusters.models import Cluster
from consult.comments.models import Comment
from consult.core.clock import now
from consult.ideas.models import Idea
from consult.projects.models import Activity, Project
from tests.api.reading import LISTS, Description, entries, get, local, walk

pytestmark = pytest.mark.usefixtures("demo")


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_walked_to_its_end_without_a_gap(client: Any, name: str) -> None:
    """Small pages hold the same entries in the same order as one large one, each of them once."""
    path = f"/api/v1/{name}"
    whole = entries(client, path, page_size=100)
    assert whole
    assert entries(client, path, page_size=3) == whole
    assert len({entry["self"] for entry in whole}) == len(whole)
    for page in walk(client, path, page_size=3):
        assert page["meta"] == {"language": "de", "count": len(page["data"])}
        assert len(page["data"]) <= 3


@pytest.mark.parametrize("name", LISTS)
def test_every_answer_keeps_to_the_description(client: Any, name: str) -> None:
    """Lists in both languages, and every entry, which says the same alone and in its list."""
    described = Description(client)
    path = f"/api/v1/{name}"
    found = described.faults(path, get(client, path, page_size=100, lang="en"))
    whole = get(client, path, page_size=100)
    found += described.faults(path, whole)
    for entry in whole["data"]:
        body = get(client, entry["self"])
        assert body["links"] == {"self": entry["self"]}
        assert entry.items() <= body["data"].items()
        found += described.faults(local(entry["self"]), body)
    assert not found, "\n".join(found[:20])


def test_the_beginning_leads_to_every_list(client: Any) -> None:
    index = get(client, "/api/v1/")["data"]
    for name in LISTS:
        get(client, index[name])
    assert client.get(index["documentation"]).status_code == 200
    assert get(client, index["description"])["openapi"].startswith("3.1")


def test_lists_are_complete(client: Any, db: Any) -> None:
    def count(model: Any, *conditions: Any) -> int:
        return db.session.execute(select(func.count()).select_from(model).where(*conditions)).scalar_one()

    wanted = {
        "ideas": count(Idea, Idea.is_public),
        "clusters": count(Cluster),
        "projects": count(Project),
        "activities": count(Activity),
        "comments": count(Comment, Comment.status == "published"),
    }
    assert all(wanted.values())
    assert {name: len(entries(client, f"/api/v1/{name}", page_size=100)) for name in wanted} == wanted


def test_pages_and_entries_lead_to_each_other(client: Any) -> None:
    """`url` is a page that answers, in the language asked for."""
    for name in LISTS[:-1]:
        entry = get(client, f"/api/v1/{name}", page_size=1, lang="en")["data"][0]
        path = local(entry["url"])
        assert path.startswith("/en/")
        assert client.get(path, follow_redirects=True).status_code == 200


def test_texts_come_in_the_language_asked_for(client: Any) -> None:
    path = "/api/v1/consultations/open-region"
    assert get(client, path)["data"]["title"] == "Vom regionalen Cluster zur offenen Region"
    english = get(client, path, lang="en")
    assert (english["data"]["title"], english["data"]["language"]) == (
        "From the regional cluster to the open region",
        "en",
    )
    by_header = client.get(path, headers={"Accept-Language": "en, de;q=0.5"})
    assert by_header.json["data"] == english["data"]
    assert by_header.headers["Content-Language"] == "en"
    assert "Accept-Language" in by_header.headers["Vary"]


def test_ideas_are_found_by_every_facet(client: Any) -> None:
    everything = entries(client, "/api/v1/ideas", page_size=100)
    sample = next(one for one in everything if one["clusters"] and one["projects"])
    asked = {
        "consultation": sample["consultation"], "question": sample["answers"][0]["question"],
        "cluster": sample["clusters"][0], "project": sample["projects"][0], "sector": sample["sector"],
        "region": sample["region"][:3], "language": sample["language"],
    }  # fmt: skip
    for name, value in asked.items():
        found = entries(client, "/api/v1/ideas", **{name: value})
        assert sample in found, name
        assert len(found) < len(everything) or name in ("consultation", "sector")
    assert sample in entries(client, "/api/v1/ideas", **asked)
    for name, value in {"cluster": "no-such-cluster", "question": 99, "region": "XX", "consultation": "none"}.items():
        assert entries(client, "/api/v1/ideas", **{name: value}) == [], name


def test_several_values_of_a_facet_add_up(client: Any) -> None:
    both = entries(client, "/api/v1/ideas", question=[1, 2], page_size=100)
    one, two = (entries(client, "/api/v1/ideas", question=place, page_size=100) for place in (1, 2))
    numbers = {idea["number"] for idea in [*one, *two]}
    assert {idea["number"] for idea in both} == numbers
    assert len(numbers) > max(len(one), len(two))


def test_ideas_come_in_the_order_asked_for(client: Any) -> None:
    newest = [one["published_at"] for one in entries(client, "/api/v1/ideas", page_size=4)]
    assert newest == sorted(newest, reverse=True)
    discussed = [one["comments"] for one in entries(client, "/api/v1/ideas", page_size=4, sort="discussed")]
    assert discussed == sorted(discussed, reverse=True)
    assert discussed[0] > 0


FACETS = {
    "clusters": {"region": "nuts1", "form": "form", "legal": "legal_form"},
    "programmes": {"kind": "kind", "level": "level"},
    "projects": {"kind": "kind"},
    "activities": {"kind": "kind", "format": "format", "place": "city", "project": "project"},
    "topics": {"kind": "kind"},
    "questions": {"consultation": "consultation"},
    "comments": {"idea": "idea"},
}


def test_lists_are_filtered_by_facets(client: Any) -> None:
    for name, facets in FACETS.items():
        everything = entries(client, f"/api/v1/{name}", page_size=100)
        for facet, column in facets.items():
            value = next(one[column] for one in everything if one[column])
            found = entries(client, f"/api/v1/{name}", **{facet: value})
            expected = [one["id"] for one in everything if one[column] == value]
            assert [one["id"] for one in found] == expected, (name, facet)


LISTED = (
    ("clusters", "sector", "sectors"), ("clusters", "service", "services"), ("clusters", "topic", "topics"),
    ("projects", "topic", "topics"), ("projects", "country", "countries"), ("programmes", "topic", "topics"),
    ("activities", "language", "languages"),
)  # fmt: skip


def test_lists_are_filtered_by_lists_of_codes(client: Any) -> None:
    for name, facet, column in LISTED:
        everything = entries(client, f"/api/v1/{name}", page_size=100)
        value = next(one[column][0] for one in everything if one[column])
        found = entries(client, f"/api/v1/{name}", **{facet: value})
        assert {one["id"] for one in found} == {one["id"] for one in everything if value in one[column]}, (name, facet)


SOUGHT = {
    "ideas": "Prüfstand", "clusters": "Photonik", "projects": "Industrie", "activities": "Coaching",
    "questions": "Instrumente",
}  # fmt: skip


def test_lists_are_searched(client: Any) -> None:
    for name, words in SOUGHT.items():
        everything = entries(client, f"/api/v1/{name}", page_size=100)
        found = entries(client, f"/api/v1/{name}", q=words)
        assert 0 < len(found) < len(everything), name
        assert entries(client, f"/api/v1/{name}", q="Xylophonquartett") == []


def test_activities_tell_their_places(client: Any, db: Any) -> None:
    """The four figures that the contract names, as they are stored."""
    for entry in entries(client, "/api/v1/activities", page_size=100):
        row = db.session.execute(select(Activity).where(Activity.slug == entry["slug"])).scalar_one()
        assert (entry["capacity"], entry["confirmed"], entry["waiting"], entry["registration_open"]) == (
            row.capacity, row.confirmed_count, row.waiting_count, row.registration_open(),
        )  # fmt: skip


def test_upcoming_activities_come_first(client: Any) -> None:
    """What is to come in its order, then what is over, the latest first."""
    moment = now().isoformat()
    dated = [one for one in entries(client, "/api/v1/activities", page_size=4) if one["ends_at"]]
    upcoming = [one["starts_at"] for one in dated if one["ends_at"] > moment]
    past = [one["starts_at"] for one in dated if one["ends_at"] <= moment]
    assert upcoming
    assert past
    assert [one["starts_at"] for one in dated] == sorted(upcoming) + sorted(past, reverse=True)


def test_a_portrait_holds_observations_with_sources_and_no_remarks(client: Any) -> None:
    portraits = [get(client, one["self"])["data"] for one in entries(client, "/api/v1/clusters", page_size=100)]
    observed = [one for portrait in portraits for one in portrait["observations"]]
    assert any(one["source"] for one in observed)
    assert not [one for one in observed if {"note", "basis", "evidence"} & set(one["details"])]
    assert not [source for one in observed for source in one["source"] if source.endswith(".txt")]


def test_links_lead_to_public_things(client: Any) -> None:
    entry = get(client, "/api/v1/clusters/optonet")["data"]
    assert entry["links"]
    for link in entry["links"]:
        assert local(link["url"]).startswith("/de/")
        assert link["title"] and link["label"] and link["status"] in ("stated", "proposed", "confirmed")


def test_vocabularies_have_words_in_both_languages(client: Any) -> None:
    german, english = (get(client, "/api/v1/vocabularies/size_classes", lang=lang)["data"] for lang in ("de", "en"))
    assert [one["code"] for one in german["terms"]] == [one["code"] for one in english["terms"]]
    assert german["terms"] != english["terms"]
    assert german["size"] == len(german["terms"])
