"""Countries and macro-regions as ends of links: they live in closed lists, not in tables.

Their number is made from the code, so it stays the same when the list grows.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from functools import lru_cache

from consult.core.i18n import LANGUAGES, _l
from consult.core.registry import SubjectInfo, SubjectKind
from consult.core.vocabularies import Term, vocabulary
from consult.core.web import path

COUNTRY, MACRO_REGION = "country", "macro-region"
LISTS = {COUNTRY: "countries", MACRO_REGION: "macro_regions"}


def number_of(code: str) -> int:
    """The number under which a code is linked: a positive integer that depends on the code alone."""
    return zlib.crc32(code.encode()) & 0x7FFFFFFF


@lru_cache(maxsize=4)
def _by_number(kind: str) -> dict[int, Term]:
    return {number_of(term.code): term for term in vocabulary(LISTS[kind])}


def _info(kind: str, term: Term) -> SubjectInfo:
    return SubjectInfo(
        kind=kind, id=number_of(term.code), title=term.title(), url=path("clusters.index", country=term.code),
        region=term.extra.get("nuts0") or (term.code if kind == COUNTRY else ""), key=term.code,
    )  # fmt: skip


def _describe(kind: str) -> Callable[[Sequence[int]], dict[int, SubjectInfo]]:
    def describe(ids: Sequence[int]) -> dict[int, SubjectInfo]:
        terms = _by_number(kind)
        return {one: _info(kind, terms[one]) for one in ids if one in terms}

    return describe


def _find(kind: str) -> Callable[[str], int | None]:
    def find(key: str) -> int | None:
        return number_of(key) if key in vocabulary(LISTS[kind]) else None

    return find


def _picker(kind: str) -> Callable[[str, int], list[SubjectInfo]]:
    def pick(words: str, limit: int) -> list[SubjectInfo]:
        wanted = words.casefold().strip()
        found = [
            term
            for term in vocabulary(LISTS[kind])
            if any(wanted in term.title(language).casefold() for language in LANGUAGES)
        ]
        return [_info(kind, term) for term in found[:limit]]

    return pick


VOCABULARY_KINDS = tuple(
    SubjectKind(kind=kind, label=label, describe=_describe(kind), find=_find(kind), picker=_picker(kind))
    for kind, label in ((COUNTRY, _l("Country")), (MACRO_REGION, _l("Macro-region")))
)
