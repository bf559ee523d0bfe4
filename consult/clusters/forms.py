"""What the list of clusters is asked for: words and chosen codes, read from the address.

Whatever stands in the address gives a list: codes that are in no closed list count as not chosen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from consult.clusters.facets import COUNTRY, LABEL, MACRO_REGIONS, REGION
from consult.core.i18n import _l
from consult.core.registry import SubjectInfo, registries
from consult.core.text import clean_line
from consult.core.vocabularies import Vocabulary, vocabulary

MAX_WORDS = 200
# How many portraits are compared at once, and how many chosen ones are looked up before the rest is only counted.
FEWEST, MOST, READ = 2, 6, 20
MAX_SLUG = 100


class Arguments(Protocol):
    """The query of a request."""

    def get(self, key: str, default: str) -> str: ...
    def getlist(self, key: str) -> list[str]: ...


@dataclass(frozen=True)
class Facet:
    """A group of filters: parameter of the address, heading, closed list of its codes."""

    name: str
    legend: Any
    list: str

    @property
    def vocabulary(self) -> Vocabulary:
        return vocabulary(self.list)


# In the order of the page; what each is made of stands in `facets`.
FACETS = (
    Facet("form", _l("Form"), "forms"),
    Facet(REGION, _l("Land"), "nuts2024_de"),
    Facet("sector", _l("Sector"), "nace_rev2_1"),
    Facet("ecosystem", _l("Industrial ecosystem"), "ecosystems"),
    Facet("technology", _l("Key technology"), "key_technologies"),
    Facet("service", _l("Offers"), "services"),
    Facet(COUNTRY, _l("Focus country"), "countries"),
    Facet(LABEL, _l("Award"), "label_schemes"),
    Facet("open", _l("Open to"), "openness_aspects"),
    Facet("legal", _l("Legal form"), "legal_forms"),
)
WORLD_MAP = "world"
BY_NAME = {facet.name: facet for facet in FACETS}
# Asked for by the pages of topics only; its codes are the addresses of agenda topics, which are no closed list.
TOPIC = "topic"


@dataclass(frozen=True)
class Selection:
    """The words searched for and the chosen codes, by facet, in the order of the address."""

    words: str = ""
    codes: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def hidden(self) -> dict[str, str]:
        """What the form carries along without showing it."""
        return {name: codes[0] for name, codes in self.codes.items() if name not in BY_NAME}

    @property
    def any(self) -> bool:
        return bool(self.words or self.codes)

    @property
    def chosen(self) -> int:
        return sum(len(codes) for codes in self.codes.values()) + bool(self.words)

    def without(self, facet: str) -> Selection:
        """The same without one facet; "q" takes away the words."""
        if facet == "q":
            return Selection("", self.codes)
        return Selection(self.words, {name: codes for name, codes in self.codes.items() if name != facet})


def _topic(slug: str) -> SubjectInfo | None:
    subject = registries.subjects.get(TOPIC)
    found = subject.find(slug) if subject is not None and slug else None
    return subject.describe([found]).get(found) if subject is not None and found is not None else None


def _known(facet: Facet, code: str) -> bool:
    return code in facet.vocabulary or (facet.name == COUNTRY and code in vocabulary(MACRO_REGIONS))


def title_of(facet: str, code: str) -> str:
    """The words of a code, in the reader's language."""
    if facet == COUNTRY and code in vocabulary(MACRO_REGIONS):
        return vocabulary(MACRO_REGIONS).title(code)
    if facet == TOPIC:
        topic = _topic(code)
        return topic.title if topic else code
    return BY_NAME[facet].vocabulary.title(code)


def selection_of(arguments: Arguments) -> Selection:
    """Read the address."""
    codes = {}
    for facet in FACETS:
        chosen = dict.fromkeys(code for code in arguments.getlist(facet.name) if _known(facet, code))
        if chosen:
            codes[facet.name] = tuple(chosen)
    if _topic(arguments.get(TOPIC, "")):
        codes[TOPIC] = (arguments.get(TOPIC, ""),)
    return Selection(clean_line(arguments.get("q", ""))[:MAX_WORDS], codes)


class Pairs(list[tuple[str, str]]):
    """What a form carries along unseen, with names that may come several times."""

    def items(self) -> Pairs:
        return self


def choice_of(arguments: Arguments, name: str = "c") -> list[str]:
    """The portraits chosen for a comparison, each once, in the order of the address; none that no key can be."""
    return list(dict.fromkeys(slug[:MAX_SLUG] for slug in arguments.getlist(name) if slug and slug.isprintable()))


def map_of(arguments: Arguments) -> str:
    """Which map is shown: that of focus countries, or "" for the Länder."""
    return WORLD_MAP if arguments.get("map", "") == WORLD_MAP else ""


def carried(selection: Selection, chosen: Sequence[str], shown_map: str = "") -> Pairs:
    """What the form of filters carries along: what it does not show, the map, the portraits chosen for a comparison."""
    maps = [("map", shown_map)] if shown_map else []
    return Pairs([*selection.hidden.items(), *maps, *(("c", slug) for slug in chosen)])


def filters_of(selection: Selection, shown_map: str = "") -> Pairs:
    """The filters and the map as the form of the comparison carries them back to the list."""
    words = [("q", selection.words)] if selection.words else []
    maps = [("map", shown_map)] if shown_map else []
    return Pairs([*words, *((name, code) for name, codes in selection.codes.items() for code in codes), *maps])


def country_of(arguments: Arguments) -> str:
    """The country or macro-region asked for; "" if it is in no list."""
    code = arguments.get("country", "")
    return code if code in vocabulary("countries") or code in vocabulary(MACRO_REGIONS) else ""
