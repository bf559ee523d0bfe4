"""What the benchmark asks for: the product's address, who asks, the yardstick beside it, and the goal of the design."""

from __future__ import annotations

import base64
import json
import random
import re
from collections import Counter
from datetime import datetime
from itertools import permutations
from typing import NamedTuple

from stores import Store

PAIRS = 2_000
SAMPLE = 2_000  # ideas whose words are counted
MIDDLING = (0.02, 0.05)  # of the ideas have a middling word
LONG_WORD = re.compile(r"[^\W\d_]{6,}")


class Case(NamedTuple):
    """A page and what it is held against; of several addresses each request asks for the next one.

    `forgotten` is what its server forgets before each request: nothing, "voices" as after a comment or a supporter,
    "content" as after any other change of what is public, or "everything" as when nobody has seen the page before.
    """

    name: str
    address: str | tuple[str, ...]
    cookie: str
    yardstick: str | tuple[str, ...]
    goal: float | None
    forgotten: str = ""


def remembered_or_not(cases: list[Case]) -> list[Case]:
    """Pages of readers who are signed in: as they are, as the first ones after a comment, after any other change, and never
    seen before.
    """
    states = {"voiced": "voices", "changed": "content", "unseen": "everything"}
    return [
        *cases,
        *(one._replace(name=f"{one.name}, {name}", forgotten=kind) for name, kind in states.items() for one in cases),
    ]


def cursor(store: Store, idea_id: int) -> str:
    """A place in the middle of the list, as the product's links name it."""
    statement = "select published_at, id from idea where is_public and id <= :id order by id desc limit 1"
    at, found = store.rows(statement, id=idea_id)[0]
    moment = at.isoformat() if isinstance(at, datetime) else at.replace(" ", "T") + "+00:00"
    return base64.urlsafe_b64encode(json.dumps([0, {"t": moment}, found]).encode()).decode().rstrip("=")


def pairs_of_words(store: Store) -> list[tuple[str, str]]:
    """Pairs of middling words, in an order that looks like chance and is always the same: more of them than a run asks for,
    so that none is asked for twice.

    A word that stands in two to five of a hundred ideas counts as middling, as seen in two thousand of them, evenly
    spread.
    """
    ideas = store.one("select count(*) from search_doc where kind = 'idea'")
    texts = store.rows(
        "select title, body from search_doc where kind = 'idea' and subject_id % :step = 0",
        step=max(1, ideas // SAMPLE),
    )
    seen: Counter[str] = Counter()
    for title, body in texts:
        seen.update({word.casefold() for word in LONG_WORD.findall(f"{title} {body}")})
    middling = sorted(word for word, count in seen.items() if MIDDLING[0] <= count / len(texts) <= MIDDLING[1])
    pairs = list(permutations(middling, 2))
    random.Random(7).shuffle(pairs)
    return pairs[:PAIRS]


def idea_cases(store: Store, cookie: str) -> list[Case]:
    """What readers of ideas ask for."""
    number = store.one("select number from idea where is_public order by comment_count desc, id limit 1")
    far = store.one("select max(id) / 2 from idea")
    pairs = pairs_of_words(store)
    # signed out, as the yardstick is, and signed in; each with words that the other did not ask for
    half = len(pairs) // 2
    new, others = (tuple(f"/search?q={a}+{b}" for a, b in some) for some in (pairs[:half], pairs[half:]))
    common = store.one("select word from search_word order by count desc limit 1")
    # as most who search type one: a word that few texts have, and each time another
    rare = store.rows("select word from search_word where count <= 50 order by count desc, word limit 1000")
    near = (
        "select i.number from idea i join search_doc d on d.kind = 'idea' and d.subject_id = i.id "
        "join search_note n on n.doc_id = d.id where n.upto {} 0 order by i.id desc limit 1500"
    )
    noted, other = ([one for (one,) in store.rows(near.format(sign))] for sign in (">", "="))
    out = 0.8 if store.is_sqlite else 0.5
    signed_in = [
        Case("home", "/de/", cookie, "/page", 0.65),
        Case("idea list", "/de/ideas/", cookie, "/list", 0.65),
        Case("list far back", f"/de/ideas/?after={cursor(store, int(far))}", cookie, f"/list?after={far}", 0.65),
        Case("idea page", f"/de/ideas/{number}", cookie, f"/detail/{number}", 0.65),
    ]
    return [
        Case("home, signed out", "/de/", "", "/hello", out),
        Case("idea list, signed out", "/de/ideas/", "", "/hello", out),
        Case("idea page, signed out", f"/de/ideas/{number}", "", "/hello", out),
        *remembered_or_not(signed_in),
        Case("search, two new words", tuple(f"/de{one}" for one in new), "", new, 0.8),
        Case("search, signed in", tuple(f"/de{one}" for one in others), cookie, others, 0.8),
        Case("search, the same two again", "/de/search?q=Werkstoff+Klinik", cookie, "/search?q=werkstoff+klinik", 0.8),
        Case("search, the commonest word", f"/de/search?q={common}", cookie, f"/search?q={common}", 8),
        Case(
            "search, a rare word",
            tuple(f"/de/search?q={one}" for (one,) in rare),
            cookie,
            tuple(f"/search?q={one}" for (one,) in rare),
            None,
        ),
        # each time of another idea
        Case("similar ideas, by API", tuple(f"/api/v1/ideas/{one}/similar" for one in noted), cookie, "/page", 1.0),
        Case("similar ideas and partners", tuple(f"/de/ideas/{one}/near" for one in noted), cookie, "/page", 1.0),
        # what is compared while somebody writes, too, and where the jobs have not come to an idea yet
        *(
            Case(
                f"similar ideas, {what}, not noted", tuple(address.format(one) for one in other), cookie, "/page", None
            )
            for what, address in (("by API", "/api/v1/ideas/{}/similar"), ("with partners", "/de/ideas/{}/near"))
            if other
        ),
    ]


def cluster_cases(store: Store, cookie: str) -> list[Case]:
    """The same for readers of the directory."""
    rows = store.rows("select slug from cluster where slug like 'synth-%' order by id limit 4")
    chosen = "&".join(f"c={slug}" for (slug,) in rows)
    facets, comparison = "/facets/DEG", f"/comparison?{chosen}"
    out = 0.8 if store.is_sqlite else 0.5
    signed_in = [
        Case("directory", "/de/clusters/", cookie, facets, 0.75),
        Case("one facet", "/de/clusters/?region=DEG", cookie, facets, 0.75),
        Case("map of countries", "/de/clusters/?map=world", cookie, facets, 0.75),
        Case("comparison of four", f"/de/clusters/compare?{chosen}", cookie, comparison, 0.65),
    ]
    return [
        Case("directory, signed out", "/de/clusters/?region=DEG", "", "/hello", out),
        Case("comparison, signed out", f"/de/clusters/compare?{chosen}", "", "/hello", out),
        *remembered_or_not(signed_in),
        Case("three facets", "/de/clusters/?region=DEG&sector=C&service=networking", cookie, facets, None),
        Case("directory by words", "/de/clusters/?q=Photonik", cookie, facets, None),
        Case("countries", "/de/clusters/countries", cookie, facets, None),
        Case("roles", "/de/clusters/roles", cookie, facets, None),
        Case("neighbourhood", f"/de/clusters/{rows[0][0]}/neighbourhood", cookie, comparison, None),
    ]
