"""How many queries the answers take, with few rows and with twice as many."""

from __future__ import annotations

from typing import Any

import pytest

from consult.comments.operations import Text, write_comment
from consult.core.clock import now
from consult.core.registry import describe, touch
from consult.programmes.models import Programme
from consult.topics.models import AGENDA, Topic
from tests.api.reading import get, local
from tests.support.queries import count_queries

# What a list takes: path -> queries. A list takes at most six.
LISTS = {
    "/api/v1/consultations": 1,
    "/api/v1/questions": 1,
    "/api/v1/questions/open/1/answers": 3,
    "/api/v1/questions/open/2/answers?audience=anonymous": 3,
    "/api/v1/ideas": 3,
    "/api/v1/ideas?q=Photonik": 3,
    "/api/v1/ideas?consultation=open&question=1&cluster=one&project=one&sector=C&region=DEG&language=de&q=Photonik": 6,
    "/api/v1/comments": 1,
    "/api/v1/clusters": 1,
    "/api/v1/clusters?region=DEG&sector=C&country=FR&q=Photonik": 1,
    "/api/v1/programmes": 2,
    "/api/v1/projects": 1,
    "/api/v1/activities": 4,
    "/api/v1/topics": 1,
    "/api/v1/vocabularies": 0,
    "/feeds/de/ideas.atom": 2,
    "/feeds/de/activities.atom": 1,
    "/feeds/de/topics.atom": 1,
}
# What an entry takes; at most eight.
ENTRIES = {"ideas": 6, "clusters": 5, "programmes": 5, "projects": 4, "activities": 6, "topics": 4, "comments": 1}


@pytest.fixture
def fill(make: Any, cast: Any) -> Any:
    """`fill(times)` adds things of every kind, linked with each other; two are there."""
    consultation = make.consultation(slug="open")
    cluster, project, agency = make.cluster(slug="one"), make.project(slug="one"), cast.agency
    for kind, thing in (("cluster", cluster), ("project", project), ("organisation", agency)):
        touch(kind, thing.id)

    def once(number: int) -> None:
        idea = make.idea(
            "Photonik verbinden", consultation=consultation, sector="C", region="DEG0",
            answers={1: "Offen.", 2: ("Verdeckt.", "anonymous")},
            partners={"cluster": [cluster.id], "project": [project.id]},
        )  # fmt: skip
        info = describe([("idea", idea.id)])[("idea", idea.id)]
        write_comment(make.actor(cast.participant), info, Text(f"Kommentar {number}"))
        activity = make.activity(project_id=project.id, organiser_kind="organisation", organiser_id=agency.id)
        touch("activity", activity.id)
        touch("cluster", make.cluster(nuts1="DEG").id)
        moment, key = now(), f"row-{make.number()}"
        texts = {"title": {"de": key, "en": key}, "sort_key": key, "created_at": moment, "updated_at": moment}
        make.add(Programme(slug=key, kind="call", level="state", summary={"de": "x"}, owner_id=agency.id, **texts))
        make.add(Topic(slug=key, kind=AGENDA, published_at=moment, **texts))

    def fill(times: int) -> None:
        for number in range(times):
            once(number)

    fill(2)
    return fill


def cost(app: Any, client: Any, path: str) -> int:
    get(client, path)
    with count_queries(app) as queries:
        get(client, path) if path.startswith("/api") else client.get(path)
    return len(queries)


def test_lists_keep_to_their_budget(app: Any, client: Any, fill: Any) -> None:
    assert {path: cost(app, client, path) for path in LISTS} == LISTS
    fill(2)
    assert {path: cost(app, client, path) for path in LISTS} == LISTS
    assert max(LISTS.values()) <= 6


def test_entries_keep_to_their_budget(app: Any, client: Any, fill: Any) -> None:
    def costs() -> dict[str, int]:
        found = {}
        for name in ENTRIES:
            oldest = get(client, f"/api/v1/{name}", page_size=100)["data"][-1]
            found[name] = cost(app, client, local(oldest["self"]))
        return found

    before = costs()
    fill(2)
    assert before == costs()
    assert all(before[name] <= ENTRIES[name] for name in ENTRIES), before


def test_a_portrait_of_many_ideas_stays_small(client: Any, fill: Any) -> None:
    """Ideas that name a cluster stand in their own list, not in the portrait."""
    fill(2)
    links = get(client, "/api/v1/clusters/one")["data"]["links"]
    assert not [one for one in links if one["kind"] == "idea"]
    assert len(get(client, "/api/v1/ideas", cluster="one")["data"]) == 4
