"""What software noticed, in words: each sign with what triggered it, and the texts that are similar.

The places are read from the present text, so a sign about an answer that the reader may not see says only that there is
something.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from consult.core.access import Actor
from consult.core.i18n import _, _n
from consult.core.registry import Review, ReviewPart, SubjectInfo
from consult.core.web import path
from consult.moderation import rules
from consult.moderation.models import Case
from consult.moderation.signals import RESTRICTED, snippet

End = tuple[str, int]


@dataclass(frozen=True)
class Sign:
    """One thing that was noticed: in words, with pieces of the text that show it. `part` and `places` say where."""

    code: str
    words: str
    heading: str = ""
    part: str = ""
    snippets: list[Markup] = field(default_factory=list)
    places: list[tuple[int, int]] = field(default_factory=list)


@dataclass(frozen=True)
class Similar:
    """A text that may be about the same, with an address that the moderator may open."""

    title: str
    url: str
    why: str
    language: str
    public: bool
    key: str


def place_words(code: str, number: int) -> str:
    """What stands at so many places of a part."""
    words = {
        "link": _n("%(num)s link in a first text", "%(num)s links in a first text", number),
        "email": _n("%(num)s e-mail address", "%(num)s e-mail addresses", number),
        "phone": _n("%(num)s telephone number", "%(num)s telephone numbers", number),
        "iban": _n("%(num)s bank account (IBAN)", "%(num)s bank accounts (IBAN)", number),
    }
    return words.get(code, code)


def language_word(code: str) -> str:
    """A language in words."""
    words = {"de": _("German"), "en": _("English"), "fr": _("French"), "pl": _("Polish"), "it": _("Italian")}
    return words.get(code, code)


def _other_words(one: Mapping[str, Any]) -> str:
    """A sign that is about the text as a whole."""
    if one["code"] == "language":
        return _("reads like %(language)s, stated otherwise", language=language_word(str(one["found"])))
    if one["code"] == "rate":
        number, hours = int(one["number"]), int(one["hours"])
        if hours == 1:
            return _("%(number)s texts of this author within an hour", number=number)
        return _("%(number)s texts of this author within %(hours)s hours", number=number, hours=hours)
    if one["code"] == "same":
        return _n("the same words as %(num)s other text", "the same words as %(num)s other texts", int(one["number"]))
    if one["code"] == "alike":
        return _("nearly the same as another text")
    return ""


def _parts_by_name(review: Review) -> dict[str, ReviewPart]:
    return {part.name or str(number): part for number, part in enumerate(review.parts)}


def signs_of(case: Case, review: Review, may_read: bool) -> list[Sign]:
    """All signs of a case, those with places first."""
    parts = _parts_by_name(review)
    places: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for one in case.signals:
        if "at" in one and one["part"] in parts:
            places.setdefault((one["part"], one["code"]), []).append((int(one["at"][0]), int(one["at"][1])))
    found = []
    for (name, code), spans in places.items():
        part = parts[name]
        hidden = part.audience in RESTRICTED and not may_read
        shown = [] if hidden else [text for text in (snippet(part.source, *span) for span in spans) if text]
        if hidden or shown:
            found.append(
                Sign(code, place_words(code, len(spans)), part.heading, name, shown[:5], [] if hidden else spans)
            )
    seen: set[str] = set()
    for one in case.signals:
        words = _other_words(one) if one["code"] not in seen else ""
        seen.add(one["code"])
        if words:
            found.append(Sign(str(one["code"]), words))
    return found


def sign_line(case: Case) -> str:
    """The signs of a case in one line of the queue; without words of the text."""
    numbers: dict[str, int] = {}
    for one in case.signals:
        if "at" in one:
            numbers[one["code"]] = numbers.get(one["code"], 0) + 1
    lines = [place_words(code, number) for code, number in numbers.items()]
    whole = {one["code"]: _other_words(one) for one in case.signals if "at" not in one}
    return ", ".join([*lines, *[words for words in whole.values() if words]][:3])


# ---- similar texts --------------------------------------------------------------------------------------------------


def similar_to(case: Case) -> Sequence[End]:
    """The texts to describe together with the case's own."""
    return [(one["kind"], one["id"]) for one in case.signals if one["code"] in ("alike", "related")]


def similar_of(actor: Actor, case: Case, infos: Mapping[End, SubjectInfo]) -> list[Similar]:
    """Similar texts that the actor may know of: public ones, and waiting ones of consultations that they moderate. The words
    that public ones share with it are named."""
    found: dict[End, Similar] = {}
    shared = {
        (one["kind"], one["id"]): ", ".join(one.get("words", ())) for one in case.signals if one["code"] == "related"
    }
    for one in case.signals:
        end = (str(one.get("kind", "")), int(one.get("id", 0)))
        info = infos.get(end)
        if one["code"] not in ("alike", "related") or info is None or end in found:
            continue
        if not info.public and not rules.moderates(actor, info.consultation_id, "moderation.queue"):
            continue
        if one["code"] == "alike":
            why = _("%(share)s %% the same", share=round(100 * float(one["share"])))
            url = info.url if info.public else path("moderation.case", case_id=int(one["case"]))
        else:
            why, url = "", info.url
        if info.public and shared.get(end):
            why = "; ".join(filter(None, [why, _("both speak of: %(words)s", words=shared[end])]))
        why = why or _("similar wording")
        if info.public or one["code"] == "alike":
            found[end] = Similar(info.title, url, why, info.language, info.public, info.key)
    return list(found.values())
