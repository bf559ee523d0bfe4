"""How well an offer and a request fit: the published, additive formula, and its reasons in words.

Filters first: opposite kinds, or the same category where one of a kind seeks its like; a language in common; each side's
country among those that the other wants. Then points, at most 100. The score of two is the same whichever of them asks,
and so is the list: A lists B exactly if B lists A. Whole numbers only, so that the database (`matches`) and this module
cannot differ by a rounding.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from consult.core.i18n import _, _l, _n, format_day
from consult.core.vocabularies import term_title, vocabulary
from consult.partnering.models import Offer

# Published on the page about matching and in data/SCHEMA.md; a test holds that they are the same.
WEIGHTS: dict[str, int] = {"topics": 35, "category": 25, "countries": 15, "programme": 10, "stage": 10, "place": 5}
LEAST = 30  # pairs with fewer points are not listed

# Categories in which two of a kind fit each other: whoever offers exchange looks for it as well.
MUTUAL = ("exchange-of-experience", "cluster-agreement", "consortium-role", "rd-partner")

ONE_COUNTRY = 7  # only one side names the other's country, the other one is open to all
OPEN_PROGRAMME = 5  # one side names a programme, the other none
SAME_STAGE = 5
SAME_COUNTRY = 3
EVERYWHERE = "*"

TITLES: dict[str, Any] = {
    "topics": _l("Topics in common"),
    "category": _l("What is offered is what is sought"),
    "countries": _l("Countries named by each other"),
    "programme": _l("Programme and its deadline"),
    "stage": _l("Neighbouring stages of the value chain"),
    "place": _l("Distance, where people meet"),
}


@dataclass(frozen=True)
class Profile:
    """What the formula knows of an offer; nothing of it tells who the owner is. `deadline` belongs to the programme."""

    kind: str
    category: str
    topics: frozenset[str] = frozenset()
    technologies: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    country: str = ""
    region: str = ""
    countries: frozenset[str] = frozenset()
    programme_id: int | None = None
    deadline: date | None = None
    stage: str = ""
    stage_position: int = 0
    format: str = "hybrid"

    @property
    def themes(self) -> frozenset[str]:
        """Topics and technologies in one set, each with its list before it."""
        return theme_codes(self.topics, self.technologies)

    @property
    def online(self) -> bool:
        return self.format in ("online", "hybrid")

    @property
    def on_site(self) -> bool:
        return self.format in ("in-person", "hybrid")

    def programme_open(self, day: date) -> bool:
        return self.programme_id is not None and (self.deadline is None or self.deadline >= day)


def theme_codes(topics: Any, technologies: Any) -> frozenset[str]:
    """The codes under which topics and technologies are compared."""
    return frozenset({f"topic/{code}" for code in topics} | {f"technology/{code}" for code in technologies})


def profile_of(offer: Offer) -> Profile:
    """The profile of a stored offer."""
    return Profile(
        kind=offer.kind, category=offer.category, topics=frozenset(offer.topics),
        technologies=frozenset(offer.technologies), languages=frozenset(offer.languages), country=offer.country,
        region=offer.region, countries=frozenset(offer.countries), programme_id=offer.programme_id,
        deadline=offer.deadline, stage=offer.stage, stage_position=offer.stage_position, format=offer.format,
    )  # fmt: skip


def passes(one: Profile, two: Profile) -> bool:
    """The filters, without which no points are counted."""
    kinds = one.kind != two.kind or (one.category == two.category and one.category in MUTUAL)
    wanted = (not one.countries or two.country in one.countries) and (not two.countries or one.country in two.countries)
    return kinds and wanted and bool(one.languages & two.languages)


def points(one: Profile, two: Profile, day: date) -> dict[str, int]:
    """The points of each part of the formula, in its order."""
    return {
        "topics": _topics(one, two),
        "category": WEIGHTS["category"] if one.category == two.category else 0,
        "countries": _countries(one, two),
        "programme": _programme(one, two, day),
        "stage": _stage(one, two),
        "place": _place(one, two),
    }


def score(one: Profile, two: Profile, day: date) -> int:
    """0 to 100; 0 where a filter refuses the pair."""
    return sum(points(one, two, day).values()) if passes(one, two) else 0


def _topics(one: Profile, two: Profile) -> int:
    """The share of the common themes in those of the side that names fewer."""
    fewest = min(len(one.themes), len(two.themes))
    return WEIGHTS["topics"] * len(one.themes & two.themes) // fewest if fewest else 0


def _countries(one: Profile, two: Profile) -> int:
    named = (two.country in one.countries) + (one.country in two.countries)
    return (0, ONE_COUNTRY, WEIGHTS["countries"])[named]


def _programme(one: Profile, two: Profile, day: date) -> int:
    first, second = one.programme_open(day), two.programme_open(day)
    if first and second and one.programme_id == two.programme_id:
        return WEIGHTS["programme"]
    free = (first and two.programme_id is None) or (second and one.programme_id is None)
    return OPEN_PROGRAMME if free else 0


def _stage(one: Profile, two: Profile) -> int:
    if not one.stage_position or not two.stage_position:
        return 0
    apart = abs(one.stage_position - two.stage_position)
    return {0: SAME_STAGE, 1: WEIGHTS["stage"]}.get(apart, 0)


def _place(one: Profile, two: Profile) -> int:
    if one.online and two.online:
        return WEIGHTS["place"]
    if not (one.on_site and two.on_site) or one.country != two.country:
        return 0
    same_land = one.region[:3] == two.region[:3] and len(one.region) >= 3
    return WEIGHTS["place"] if same_land else SAME_COUNTRY


# ---- in words -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reasons:
    """Why two fit, and what is missing: short phrases; `parts` are (title, points, most) for the table."""

    score: int
    fits: list[str]
    missing: list[str]
    parts: list[tuple[str, int, int]]


def explain(one: Profile, two: Profile, day: date, titles: Mapping[str, str]) -> Reasons:
    """The score with its reasons in the reader's language. `titles` are the words of topics by code."""
    given = points(one, two, day)
    fits: list[str] = []
    missing: list[str] = []
    for name, phrase in (
        ("topics", _topic_words), ("category", _category_words), ("countries", _country_words),
        ("programme", _programme_words), ("stage", _stage_words), ("place", _place_words),
    ):  # fmt: skip
        words = phrase(one, two, given[name], day, titles)
        if words:
            (fits if given[name] else missing).append(words)
    parts = [(str(TITLES[name]), number, WEIGHTS[name]) for name, number in given.items()]
    return Reasons(sum(given.values()), fits, missing, parts)


def _theme_titles(codes: frozenset[str], titles: Mapping[str, str]) -> list[str]:
    found = []
    for code in codes:
        listed, _slash, key = code.partition("/")
        found.append(titles.get(key, key) if listed == "topic" else term_title("key_technologies", key))
    return sorted(found, key=str.casefold)


def _topic_words(one: Profile, two: Profile, given: int, _day: date, titles: Mapping[str, str]) -> str:
    if given:
        common = _theme_titles(one.themes & two.themes, titles)
        return _("in common: %(topics)s", topics=", ".join(common))
    return _("no topic in common")


def _category_words(one: Profile, two: Profile, given: int, _day: date, _titles: Mapping[str, str]) -> str:
    if given:
        return _("both are about “%(category)s”", category=term_title("cooperation_categories", one.category))
    return _("different kinds of cooperation")


def _country_words(one: Profile, two: Profile, given: int, _day: date, _titles: Mapping[str, str]) -> str:
    if given == WEIGHTS["countries"]:
        return _("each names the other's country")
    if given:
        named = two.country if two.country in one.countries else one.country
        return _("one side names %(country)s, the other is open", country=term_title("countries", named))
    return _("neither names the other's country")


def _programme_words(one: Profile, two: Profile, given: int, day: date, _titles: Mapping[str, str]) -> str:
    if given == WEIGHTS["programme"]:
        ends = min((end for end in (one.deadline, two.deadline) if end is not None), default=None)
        if ends is None:
            return _("the same programme")
        return _n(
            "the same programme, %(num)s day left until %(day)s", "the same programme, %(num)s days left until %(day)s",
            (ends - day).days, day=format_day(ends),
        )  # fmt: skip
    if given:
        return _("one side has a programme that is still open")
    if one.programme_id is not None and one.programme_id == two.programme_id:
        return _("the deadline of the programme has passed")
    return _("no programme in common")


def _stage_words(one: Profile, two: Profile, given: int, _day: date, _titles: Mapping[str, str]) -> str:
    stages = [term_title("value_chain_stages", side.stage) for side in sorted((one, two), key=_position)]
    if given == WEIGHTS["stage"]:
        return _("stages that follow on each other: %(one)s, %(two)s", one=stages[0], two=stages[1])
    if given:
        return _("the same stage: %(stage)s", stage=stages[0])
    if one.stage_position and two.stage_position:
        return _("stages far apart: %(one)s, %(two)s", one=stages[0], two=stages[1])
    return _("a stage of the value chain is not stated")


def _position(side: Profile) -> int:
    return side.stage_position


def _place_words(one: Profile, two: Profile, given: int, _day: date, _titles: Mapping[str, str]) -> str:
    if one.online and two.online:
        return _("both can work online")
    if given == WEIGHTS["place"]:
        return _("on site, in the same Land")
    if given:
        return _("on site, in the same country")
    return _("on site, but far apart") if one.on_site and two.on_site else _("one meets on site, the other online")


def stage_position(code: str) -> int:
    """The place of a stage in the value chain, counted from 1; 0 for none."""
    term = vocabulary("value_chain_stages").get(code)
    return int(term.extra["position"]) if term is not None else 0
