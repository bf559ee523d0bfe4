"""The responses of a consultation as files and feed, with their commitments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from consult.core.atom import Entry, identifier
from consult.core.i18n import _l
from consult.core.outlets import Outlet
from consult.core.tables import Column
from consult.core.text import excerpt, plain_html
from consult.core.web import address
from consult.evaluation import queries, words
from consult.evaluation.queries import ResponseView

COLUMNS = (
    Column("id", _l("Number")),
    Column("status", _l("What becomes of it"), 25),
    Column("title", _l("Heading"), 40),
    Column("body", _l("Response"), 60),
    Column("house", _l("Answered by"), 30),
    Column("ideas", _l("Ideas"), 30),
    Column("commitments", _l("Commitments"), 60),
    Column("published", _l("Published")),
    Column("version", _l("Version")),
    Column("url", _l("Address"), 40),
)


def _place(one: ResponseView) -> str:
    return address("evaluation.response", slug=one.slug, response_id=one.id)


def _promised(one: ResponseView) -> list[str]:
    return [
        "; ".join(
            [each.title, *(f"{term}: {value}" for term, value, _written in words.commitment_facts(each)), each.state]
        )
        for each in one.commitments
    ]


def _rows(found: Sequence[ResponseView]) -> Iterator[list[Any]]:
    numbers = queries.numbers_of([one.id for one in found])
    for one in found:
        yield [one.id, words.position_words(one.position), one.title, plain_html(str(one.html)), one.house,
               numbers[one.id], _promised(one), one.published_at, one.version, _place(one)]  # fmt: skip


def _entries(found: Sequence[ResponseView]) -> Iterator[Entry]:
    titles = queries.titles_of([one.id for one in found])
    for one in found:
        yield Entry(
            id=identifier(f"responses/{one.id}"), title=words.naming(one, titles[one.id]), language=one.language,
            url=_place(one), published=one.published_at,
            updated=max([one.changed_at, *(each.moved_at for each in one.commitments)]),
            summary=excerpt(plain_html(str(one.html)), 300), author=one.house, categories=[one.position],
        )  # fmt: skip


LIST = Outlet("list/responses", _l("Responses"), _l("responses"), COLUMNS, _rows, _entries)
