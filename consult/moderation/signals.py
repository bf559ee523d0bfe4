"""What software notices in a text, for a human who decides: places and numbers, never a verdict.

A signal names a part of the text and where in it something stands, not the words themselves: they are read from the text
when the page is made, so they vanish with it. What is looked for: links and addresses in somebody's first text, personal
data (e-mail addresses, telephone numbers, IBAN), another language than the one stated.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from consult.core.audiences import AGENCY, MINISTRY
from consult.core.registry import ReviewPart

RESTRICTED = (AGENCY, MINISTRY)
MOST_PLACES = 20
LEAST_WORDS = 12  # below this a language cannot be told
AROUND = 40  # characters shown before and after what was found

_LINK = re.compile(r"(?:https?://|www\.)[^\s<>()\[\]]{3,200}", re.IGNORECASE)
_MAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,4}")
# begins with + or 0; spaces, slashes, hyphens and brackets between the digits
_PHONE = re.compile(r"(?<![\w.,/-])(?:\+|\(0|00?)[\d(](?:[ /().-]{0,2}\d){5,14}(?![\w])")
_DATE = re.compile(r"^\d{1,2}\.\s?\d{1,2}\.\s?\d{2,4}")
_DECIMAL = re.compile(r"^0[.,]\d+$")
_IBAN = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}", re.IGNORECASE)
# countries and the length of their numbers, by the IBAN registry (ISO 13616)
_IBAN_LENGTH = {
    "AT": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "EE": 20, "ES": 24, "FI": 18,
    "FR": 27,
    "GB": 22, "GR": 27, "HR": 21, "HU": 28, "IE": 22, "IS": 26, "IT": 27, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "MC": 27,
    "MT": 31, "NL": 18, "NO": 15, "PL": 28, "PT": 25, "RO": 24, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "TR": 26, "UA": 29,
}  # fmt: skip

# some of the commonest words of each language
_COMMON = {
    "de": """der die das und ist nicht ein eine zu den mit von für auf im wir sie es dass auch sich dem als werden sind bei
        oder aus nach wie über durch wird haben kann unsere nur noch am zum zur vom mehr""",
    "en": """the of and to is that for it with as are be this on by not have from or at we they our can will their would more
        has been but if there all also which""",
    "fr": """le la les et des est une dans que pour qui pas sur nous avec ce sont par vous plus au il ont mais aux cette""",
    "pl": """i w na nie się z do to że jest jak co o po dla są tylko przez ale być może oraz przy ich tym""",
    "it": """il di che la e un per è non sono con si le del una della più anche nel alla gli dei questo come""",
}
_SETS = {code: frozenset(words.split()) for code, words in _COMMON.items()}


@dataclass(frozen=True)
class Found:
    """Something at a place of a part."""

    code: str
    part: str
    start: int
    end: int


def valid_iban(text: str) -> bool:
    """Whether country, length and check digits fit."""
    compact = re.sub(r"\s", "", text).upper()
    if _IBAN_LENGTH.get(compact[:2]) != len(compact) or not compact.isalnum() or not compact.isascii():
        return False
    digits = "".join(str(int(sign, 36)) for sign in compact[4:] + compact[:4])
    return int(digits) % 97 == 1


def _ibans(text: str) -> Iterator[tuple[int, int]]:
    for match in _IBAN.finditer(text):
        length = _IBAN_LENGTH.get(match[0][:2].upper(), 0)
        seen = 0
        for offset, sign in enumerate(match[0]):
            seen += not sign.isspace()
            if seen == length:
                if valid_iban(match[0][: offset + 1]):
                    yield match.start(), match.start() + offset + 1
                break


def _phones(text: str) -> Iterator[tuple[int, int]]:
    for match in _PHONE.finditer(text):
        digits = sum(sign.isdigit() for sign in match[0])
        if 7 <= digits <= 15 and not _DATE.match(match[0]) and not _DECIMAL.match(match[0]):
            yield match.span()


def _places(text: str, is_first: bool) -> Iterator[tuple[str, int, int]]:
    mails = [match.span() for match in _MAIL.finditer(text)]
    ibans = list(_ibans(text))
    yield from (("email", *span) for span in mails)
    yield from (("iban", *span) for span in ibans)
    for span in _phones(text):
        if not any(start <= span[0] < end for start, end in ibans):
            yield ("phone", *span)
    if is_first:
        yield from (("link", *match.span()) for match in _LINK.finditer(text))


def found_in(parts: Sequence[ReviewPart], is_first: bool) -> list[Found]:
    """Links (in somebody's first text) and personal data, in their order, at most so many."""
    found = [
        Found(code, part.name or str(number), start, end)
        for number, part in enumerate(parts)
        for code, start, end in sorted(_places(part.source, is_first), key=lambda one: one[1])
    ]
    return found[:MOST_PLACES]


def language_of(text: str) -> str:
    """The language in which a text is most likely written, "" where it cannot be told."""
    words = re.findall(r"[^\W\d_]+", text.casefold())
    if len(words) < LEAST_WORDS:
        return ""
    shares = {
        code: sum(word in common for word in words) / len(words) if len(common.intersection(words)) >= 3 else 0.0
        for code, common in _SETS.items()
    }
    best, second = sorted(shares.values(), reverse=True)[:2]
    if best < 0.12 or best < 1.6 * second:
        return ""
    return max(shares, key=lambda code: shares[code])


# ---- as stored, and shown -------------------------------------------------------------------------------------------


def stored(one: Found) -> dict[str, Any]:
    """A place as it is kept with the case."""
    return {"code": one.code, "part": one.part, "at": [one.start, one.end]}


def snippet(source: str, start: int, end: int) -> Markup:
    """What stands at the place, marked, with a few words around it; nothing where the text is shorter by now."""
    if not 0 <= start < end <= len(source):
        return Markup("")
    before, after = source[max(0, start - AROUND) : start], source[end : end + AROUND]
    return Markup("{}<mark>{}</mark>{}").format(
        ("… " if start > AROUND else "") + before,
        source[start:end],
        after + (" …" if end + AROUND < len(source) else ""),
    )


def highlighted(source: str, places: Sequence[tuple[int, int]]) -> Markup:
    """The whole source with these places marked, for the view of the raw text."""
    out, position = Markup(""), 0
    for start, end in sorted(places):
        if position <= start < end <= len(source):
            out += escape(source[position:start]) + Markup("<mark>{}</mark>").format(source[start:end])
            position = end
    return out + escape(source[position:])
