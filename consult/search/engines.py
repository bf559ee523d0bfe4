"""The one question to the index, in the words of each database: FTS5 or a tsvector. Both give the same hits and ranks.

Every value is bound; what is put together here are constants and names. Tokens are made by the analyser and hold letters and
digits only, so nothing that a user types is ever an operator.
"""
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

from consult.search.asking import Group

IN_TITLE, TITLE_AS_WRITTEN = 2, 1  # points of each word, see `queries`
OF_SOME, OF_RAREST = (
    10,
    9,
)  # points of each word where not all are asked for, the rarest first, and what that one gets more
ALL_AS_WRITTEN = 1  # of the query

# the indexes keep no places of words, which are most of their size: that a word stands in the title (on SQLite), and that it
# is a tag, are tokens of their own, which begin with a character that is in no word
TITLE, TAG = "\ue000", "\ue001"

ENTRY = "d.id as document_id, d.kind as kind, d.subject_id as id, {score} as score, d.codes as codes"
ORDER = "order by score desc, d.at desc nulls last, d.id desc"
SQLITE = f"""
with newest as materialized (
  select rowid as id from search_index where search_index match :match order by rowid desc limit :ranked
), oldest as materialized (select min(id) as id from newest)
select {ENTRY.format(score="{points}")} from newest n join search_doc d indexed by ix_search_doc_entry on d.id = n.id {ORDER}
"""
# asked for once, as a set; cheaper than joining and adding up what each question finds
SQLITE_POINTS = (
    "{points} * (n.id in (select rowid from search_index where search_index match :{name} "
    "and rowid >= (select id from oldest)))"
)
# titles have a small vector of their own, since most have none of the words and that is seen there at once; the questions
# stand in a row, so that they are put together once and not for each document
POSTGRESQL = f"""
with newest as materialized (
  select n.rowid as id, {{points}} as score from (
    select rowid, vector, title from search_index where vector @@ cast(:match as tsquery) order by {{by}} desc limit :ranked
  ) n cross join (select {{asked}} offset 0) q
)
select {ENTRY.format(score="n.score")} from newest n join search_doc d on d.id = n.id {ORDER}
"""
POSTGRESQL_POINTS = "case when n.{where} @@ q.{name} then {points} else 0 end"

# PostgreSQL takes all words that are not among the most frequent for equally frequent. For the newest documents with a rare
# one it would walk back through all that there are, 0.6 seconds with a million. By a sum there is nothing to walk along: it
# takes them from the index of words and puts them in order.
BY_NUMBER, BY_NUMBER_IF_RARE = "rowid", "rowid + 0"

Bound = dict[str, Any]


def marked(tokens: str, mark: str) -> str:
    """The tokens that say of these where they stand or what they are."""
    return " ".join(mark + token for token in tokens.split())


def _some(words: Sequence[str], least: int, both: str, either: str) -> str:
    """So many of the words at least, as a question to an engine whose words for "and" and "or" these are."""
    if least >= len(words):
        return both.join(words)
    return "(" + either.join("(" + both.join(some) + ")" for some in combinations(words, least)) + ")"


def _points(number: int, words: int) -> int:
    """Points of a word of some: never so many that one goes before two others."""
    return OF_SOME + OF_RAREST * (words - 1 - number) // max(1, words - 1)


def sqlite_statement(
    groups: Sequence[Group], tags: Sequence[Sequence[str]], ranked: int, least: int | None = None
) -> tuple[str, Bound]:
    """SQL and its values for FTS5: documents with all words, or with `least` of them, and, of each list of tags, one; the
    best of the newest first. Where not all are asked for, the rarest word comes first in `groups`.
    """

    def forms(group: Group, mark: str = "") -> list[str]:
        found = [f'"{mark}{stem}"' for stem in group.stems]
        found += [f'"{mark}{begin}" *' for begin in group.beginnings if group.open]
        return [*found, f'"{mark}{group.exact}"'] if group.spelled else found

    def word(group: Group) -> str:
        options = [*forms(group), *(f'"{token}"' for token in group.ends)]
        options += ["(" + " AND ".join(f'"{part}"' for part in some) + ")" for some in group.together]
        return f"({' OR '.join(options)})"

    chosen = ["(" + " OR ".join(f'"{TAG}{tag}"' for tag in some) + ")" for some in tags]
    bound: Bound = {
        "ranked": ranked,
        "match": " AND ".join(
            (_some([word(group) for group in groups], least or len(groups), " AND ", " OR "), *chosen)
        ),
        "as_written": " AND ".join((*(f'"{group.exact}"' for group in groups), *chosen)),
    }
    parts = [SQLITE_POINTS.format(points=ALL_AS_WRITTEN, name="as_written")]
    for number, group in enumerate(groups):
        bound[f"in_title_{number}"] = " OR ".join(forms(group, TITLE))
        bound[f"title_as_written_{number}"] = f'"{TITLE}{group.exact}"'
        parts.append(SQLITE_POINTS.format(points=IN_TITLE, name=f"in_title_{number}"))
        parts.append(SQLITE_POINTS.format(points=TITLE_AS_WRITTEN, name=f"title_as_written_{number}"))
        if least is not None:
            bound[f"word_{number}"] = " AND ".join((word(group), *chosen))
            parts.append(SQLITE_POINTS.format(points=_points(number, len(groups)), name=f"word_{number}"))
    return SQLITE.format(points=" + ".join(parts)), bound


def postgresql_statement(
    groups: Sequence[Group], tags: Sequence[Sequence[str]], ranked: int, least: int | None = None
) -> tuple[str, Bound]:
    """The same for a tsvector, with the titles in their own."""

    def forms(group: Group) -> list[str]:
        found = [f"'{stem}'" for stem in group.stems]
        found += [f"'{begin}':*" for begin in group.beginnings if group.open]
        return [*found, f"'{group.exact}'"] if group.spelled else found

    def word(group: Group) -> str:
        options = [*forms(group), *(f"'{token}'" for token in group.ends)]
        options += ["(" + " & ".join(f"'{part}'" for part in some) + ")" for some in group.together]
        return f"({' | '.join(options)})"

    chosen = ["(" + " | ".join(f"'{TAG}{tag}'" for tag in some) + ")" for some in tags]
    asked: Bound = {"as_written": " & ".join(f"'{group.exact}'" for group in groups)}
    asked["in_a_title"] = " | ".join(form for group in groups for form in forms(group))
    of_titles = []
    for number, group in enumerate(groups):
        asked[f"in_title_{number}"] = " | ".join(forms(group))
        asked[f"title_as_written_{number}"] = f"'{group.exact}'"
        for name, points in (("in_title", IN_TITLE), ("title_as_written", TITLE_AS_WRITTEN)):
            of_titles.append(POSTGRESQL_POINTS.format(points=points, name=f"{name}_{number}", where="title"))
    score = POSTGRESQL_POINTS.format(points=ALL_AS_WRITTEN, name="as_written", where="vector")
    score += " + " + POSTGRESQL_POINTS.format(points=f"({' + '.join(of_titles)})", name="in_a_title", where="title")
    for number, group in enumerate(groups if least is not None else ()):
        asked[f"word_{number}"] = word(group)
        score += " + " + POSTGRESQL_POINTS.format(
            points=_points(number, len(groups)), name=f"word_{number}", where="vector"
        )
    questions = ", ".join(f"cast(:{name} as tsquery) as {name}" for name in asked)
    rare = any(group.rare for group in groups) if least is None else all(group.rare for group in groups)
    by = BY_NUMBER_IF_RARE if rare else BY_NUMBER
    match = _some([word(group) for group in groups], least or len(groups), " & ", " | ")
    bound = {"ranked": ranked, "match": " & ".join((match, *chosen)), **asked}
    return POSTGRESQL.format(points=score, asked=questions, by=by), bound
