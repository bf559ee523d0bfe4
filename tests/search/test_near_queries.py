"""What it takes to compare while nothing is noted yet: the page of an idea and the help beside a draft keep to their budget,
however candidates are found, and what is asked again is not looked up again.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from sqlalchemy import select

from consult.core.registry import describe
from consult.ideas import helps
from consult.ideas.models import Idea
from consult.search import candidates, vocabulary
from consult.search import similar as room
from consult.search.analyse import stems, words
from consult.search.models import SearchDoc, SearchNote
from consult.search.queries import search_hits
from tests.support.queries import count_queries

# as if there were many ideas: with rare words, with words that many have, and with more of them than are compared
MANY: tuple[dict[str, int], ...] = (
    {},
    {"FEW": 30, "MANY": 0},
    {"FEW": 30, "LOOKED_AT": 1, "MANY": 0},
    {"FEW": 30, "LOOKED_AT": 1, "POOL": 3},
)


@pytest.mark.parametrize("constants", MANY)
def test_an_idea_that_is_not_noted_yet_keeps_to_the_budget(
    app: Any, client: Any, demo: Any, db: Any, monkeypatch: pytest.MonkeyPatch, constants: dict[str, int]
) -> None:
    for name, value in constants.items():
        monkeypatch.setattr(candidates, name, value)
    assert not db.session.execute(select(SearchNote.doc_id).where(SearchNote.upto > 0)).first()
    numbers = db.session.execute(select(Idea.number).where(Idea.is_public).order_by(Idea.id).limit(4)).scalars().all()
    for number in numbers:
        with count_queries(app, at_most=10):
            assert client.get(f"/de/ideas/{number}/near").status_code == 200
    with count_queries(app, at_most=7, warm=True) as found:  # clusters and projects are remembered
        client.get(f"/en/ideas/{numbers[0]}/near")
    assert len(found) > 3


def test_the_same_words_are_looked_up_once(app: Any, demo: Any, db: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"FEW": 30, "MANY": 0}.items():
        monkeypatch.setattr(candidates, name, value)
    text = db.session.execute(select(SearchDoc.body).where(SearchDoc.kind == "idea").limit(1)).scalar_one()
    with app.test_request_context("/"):
        first = room.similar(text, "de", "idea")
        with count_queries(app, at_most=3, warm=True):  # the counts of its words, the texts, what is told of them
            assert room.similar(f"{text} und noch", "de", "idea") == first != []


@pytest.mark.parametrize("rarely", [0, 10**6])
def test_a_search_finds_the_same_in_the_same_order_however_rare_its_words_are(
    demo: Any, db: Any, monkeypatch: pytest.MonkeyPatch, rarely: int
) -> None:
    def hits() -> list[list[int]]:
        queries = ("Photonik", "Medizintechnik", "Prüfstand Labor", "Netzwerk", "Photonik 2026")
        return [[one[0] for one in search_hits(query)] for query in queries]

    before = hits()
    assert all(before[:4])
    monkeypatch.setattr(vocabulary, "RARELY", rarely)
    assert hits() == before


def test_sets_of_common_words_are_asked_for_in_turn_and_find_the_same(
    demo: Any, db: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same documents as where all sets are asked for at once and weighed together."""
    texts = db.session.execute(
        select(SearchDoc.body).where(SearchDoc.kind == "idea", SearchDoc.language == "de")
    ).scalars()
    counted = Counter(stem for text in texts for stem in {one for word in words(text) for one in stems(word, "de")[:1]})
    common = [stem for stem, _number in counted.most_common(6)]
    seen = set()
    for pool in (1, 2, 4, 8, 16, 40):
        monkeypatch.setattr(candidates, "POOL", pool)
        for start in range(3):
            four = common[start : start + 4]
            weights = dict(zip(four, (4.04, 4.03, 4.02, 4.01), strict=True))
            asked = candidates._asked(weights, dict.fromkeys(four, 10**6), frozenset(four))
            assert len(asked) == 4 and all(len(some) == 3 for some, _weight in asked)
            found = candidates._sharing("idea", asked, True)
            statement = candidates._at_once(4, 0, candidates.is_sqlite())
            bound: dict[str, Any] = {f"stems_{place}": _every(some) for place, (some, _weight) in enumerate(asked)}
            bound |= {f"weight_{place}": round(weight * 1000) for place, (_some, weight) in enumerate(asked)}
            at_once = db.session.execute(statement, {**bound, "kind": "idea", "pool": pool}).scalars().all()
            assert set(found) == set(at_once), (pool, four)
            seen.add(min(len(found), pool) == pool)
    assert seen == {True, False}, "both more and fewer than are compared"


@pytest.mark.parametrize("seldom", [0, 2, 10**6])
def test_the_newest_with_a_single_stem_are_found_however_rare_it_is(
    demo: Any, db: Any, monkeypatch: pytest.MonkeyPatch, seldom: int
) -> None:
    monkeypatch.setattr(candidates, "SELDOM", seldom)
    monkeypatch.setattr(candidates, "EACH", 3)
    documents = db.session.execute(select(SearchDoc).order_by(SearchDoc.id.desc())).scalars().all()
    having: dict[str, list[SearchDoc]] = {}
    for one in documents:
        texts = ((one.title, one.language), (one.body, one.language), (one.title_en, "en"), (one.body_en, "en"))
        stems_of = {stem for said, spoken in texts for word in words(said) for stem in stems(word, spoken)}
        for stem in stems_of:
            having.setdefault(stem, []).append(one)
    rare, common = (next(s for s, found in having.items() if some(len(found))) for some in (_is_one, _are_many))
    candidates._at_once.cache_clear()
    for some in ((rare,), (common,), (rare, common)):
        asked = tuple(((stem,), 1.0) for stem in some)
        newest = {one.id for stem in some for one in having[stem][:3] if one.kind == "idea"}
        assert set(candidates._sharing("idea", asked, True)) == newest
    candidates._at_once.cache_clear()


def _is_one(number: int) -> bool:
    return number == 1


def _are_many(number: int) -> bool:
    return number > 10


def _every(some: tuple[str, ...]) -> str:
    sqlite = candidates.is_sqlite()
    return (" AND " if sqlite else " & ").join(candidates._term(stem, sqlite) for stem in some)


def test_clusters_fit_by_the_sector_and_land_that_their_line_tells(demo: Any, db: Any, app: Any) -> None:
    ids = db.session.execute(select(SearchDoc.subject_id).where(SearchDoc.kind == "cluster")).scalars().all()
    infos = describe(("cluster", one) for one in ids)
    told = [info for info in infos.values() if info.sectors and len(info.region) > 2]
    assert told
    about = candidates.weigh(told[0].excerpt + " " + told[0].title, "de")
    fitting = room.fitting(about, "cluster", sector=told[0].sectors[0], region=told[0].region)
    assert {"sector", "region"} <= set(next(one for one in fitting if one.info.id == told[0].id).fits)
    assert helps.FORMULA["sector"] == room.SECTOR
