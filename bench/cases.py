"""What the benchmark asks for: the product's address, who asks, the yardstick beside it, and the goal of the design."""

from __future__ import annotations

import base64
import json
import random
import sqlite3
from itertools import combinations
from pathlib import Path

# (name, address, cookie, yardstick, goal); of several addresses each request asks for the next one
Case = tuple[str, str | tuple[str, ...], str, str | tuple[str, ...], float | None]
PAIRS = 2_000


def one(data: Path, statement: str) -> str:
    """The only value that a statement finds in the product's database."""
    with sqlite3.connect(data / "consult.sqlite3") as connection:
        return str(connection.execute(statement).fetchone()[0])


def cursor(data: Path, idea_id: int) -> str:
    """A place in the middle of the list, as the product's links name it."""
    with sqlite3.connect(data / "consult.sqlite3") as connection:
        statement = "select published_at, id from idea where is_public and id <= ? order by id desc limit 1"
        at, found = connection.execute(statement, (idea_id,)).fetchone()
    moment = at.replace(" ", "T") + "+00:00"
    return base64.urlsafe_b64encode(json.dumps([0, {"t": moment}, found]).encode()).decode().rstrip("=")


def pairs_of_words(data: Path) -> list[tuple[str, str]]:
    """Pairs of words that stand in one to five of a hundred ideas, in an order that looks like chance and is always the
    same: more of them than a run asks for, so that none is asked for twice.
    """
    with sqlite3.connect(data / "consult.sqlite3") as connection:
        ideas = int(one(data, "select count(*) from idea"))
        statement = (
            "select word from search_word where count between ? and ? and length(word) > 5 order by word limit 100"
        )
        words = [word for (word,) in connection.execute(statement, (ideas // 100, ideas // 20))]
    pairs = list(combinations(words, 2))
    random.Random(7).shuffle(pairs)
    return pairs[:PAIRS]


def idea_cases(data: Path, cookie: str) -> list[Case]:
    """(name, address, cookie, yardstick, goal) of what readers of ideas ask for."""
    number = one(data, "select number from idea where is_public order by comment_count desc, id limit 1")
    far = one(data, "select max(id) / 2 from idea")
    pairs = pairs_of_words(data)
    new = tuple(f"/search?q={a}+{b}" for a, b in pairs)
    common = one(data, "select word from search_word order by count desc limit 1")
    return [
        ("home, signed out", "/de/", "", "/hello", 0.8),
        ("idea list, signed out", "/de/ideas/", "", "/hello", 0.8),
        ("idea page, signed out", f"/de/ideas/{number}", "", "/hello", 0.8),
        ("home, signed in", "/de/", cookie, "/page", 0.65),
        ("idea list, signed in", "/de/ideas/", cookie, "/list", 0.65),
        ("idea page, signed in", f"/de/ideas/{number}", cookie, f"/detail/{number}", 0.65),
        (
            "idea list, a page far back",
            f"/de/ideas/?after={cursor(data, int(far))}",
            cookie,
            f"/list?after={far}",
            0.65,
        ),
        ("search, two new words", tuple(f"/de/search?q={a}+{b}" for a, b in pairs), cookie, new, 0.8),
        ("search, the same two again", "/de/search?q=Werkstoff+Klinik", cookie, "/search?q=werkstoff+klinik", 0.8),
        ("search, the commonest word", f"/de/search?q={common}", cookie, f"/search?q={common}", 8),
        ("similar to an idea, by API", f"/api/v1/ideas/{number}/similar", "", "/page", None),
    ]


def cluster_cases(data: Path, cookie: str) -> list[Case]:
    """The same for readers of the directory."""
    with sqlite3.connect(data / "consult.sqlite3") as connection:
        rows = connection.execute("select slug from cluster where slug like 'synth-%' order by id limit 4").fetchall()
    chosen = "&".join(f"c={slug}" for (slug,) in rows)
    facets, comparison = "/facets/DEG", f"/comparison?{chosen}"
    return [
        ("directory, signed out", "/de/clusters/?region=DEG", "", "/hello", 0.8),
        ("comparison, signed out", f"/de/clusters/compare?{chosen}", "", "/hello", 0.8),
        ("directory, signed in", "/de/clusters/", cookie, facets, 0.75),
        ("one facet, signed in", "/de/clusters/?region=DEG", cookie, facets, 0.75),
        ("three facets, signed in", "/de/clusters/?region=DEG&sector=C&service=networking", cookie, facets, None),
        ("directory by words", "/de/clusters/?q=Photonik", cookie, facets, None),
        ("map of countries", "/de/clusters/?map=world", cookie, facets, 0.75),
        ("comparison of four", f"/de/clusters/compare?{chosen}", cookie, comparison, 0.65),
        ("countries, signed in", "/de/clusters/countries", cookie, facets, None),
        ("roles, signed in", "/de/clusters/roles", cookie, facets, None),
        ("neighbourhood", f"/de/clusters/{rows[0][0]}/neighbourhood", cookie, comparison, None),
    ]
