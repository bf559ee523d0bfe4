"""Closed lists of codes with German and English titles, shipped with the product (`consult/data/vocab/*.csv`).

They are the same everywhere, read once a process and never a query. A code that is not in its list has a title all the
same: the code itself, so that imported data stays readable.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from consult.core.i18n import current_language

FOLDER = Path(__file__).resolve().parent.parent / "data" / "vocab"


@dataclass(frozen=True)
class Term:
    """One code of a list. `extra` holds the columns beyond code and titles."""

    code: str
    title_de: str
    title_en: str
    extra: dict[str, str] = field(default_factory=dict, compare=False)

    def title(self, language: str | None = None) -> str:
        return self.title_en if (language or current_language()) == "en" else self.title_de

    def text(self, column: str, language: str | None = None) -> str:
        """A bilingual extra column, for example "definition" or "text"."""
        return self.extra.get(f"{column}_{language or current_language()}", "")


class Vocabulary:
    """An ordered list of terms."""

    def __init__(self, name: str, terms: list[Term]) -> None:
        self.name = name
        self._terms = {term.code: term for term in terms}

    def __iter__(self) -> Iterator[Term]:
        return iter(self._terms.values())

    def __contains__(self, code: object) -> bool:
        return code in self._terms

    def __len__(self) -> int:
        return len(self._terms)

    def get(self, code: str | None) -> Term | None:
        return self._terms.get(code or "")

    def title(self, code: str | None, language: str | None = None) -> str:
        term = self.get(code)
        return term.title(language) if term else (code or "")

    def choices(self, language: str | None = None) -> list[tuple[str, str]]:
        return [(term.code, term.title(language)) for term in self]


@lru_cache(maxsize=128)
def vocabulary(name: str) -> Vocabulary:
    """The list of this name; KeyError if there is none."""
    path = FOLDER / f"{name}.csv"
    if not path.is_file():
        raise KeyError(name)
    with path.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    terms = [
        Term(
            code=row["code"],
            title_de=row.get("title_de") or row["code"],
            title_en=row.get("title_en") or row["code"],
            extra={key: value or "" for key, value in row.items() if key not in ("code", "title_de", "title_en")},
        )
        for row in rows
    ]
    if terms and terms[0].extra.get("position", "").isdigit():
        terms.sort(key=lambda term: int(term.extra.get("position") or 0))
    return Vocabulary(name, terms)


def term_title(name: str, code: str | None, language: str | None = None) -> str:
    """Title of a code in a list: for templates."""
    return vocabulary(name).title(code, language)


LAND_LETTERS = {
    "DE1": "BW", "DE2": "BY", "DE3": "BE", "DE4": "BB", "DE5": "HB", "DE6": "HH", "DE7": "HE", "DE8": "MV",
    "DE9": "NI", "DEA": "NW", "DEB": "RP", "DEC": "SL", "DED": "SN", "DEE": "ST", "DEF": "SH", "DEG": "TH",
}  # fmt: skip


def short_region(nuts: str | None) -> str:
    """Two letters for a NUTS code: the Land inside Germany (ISO 3166-2:DE), the country elsewhere."""
    code = nuts or ""
    return LAND_LETTERS.get(code[:3], code[:2])
