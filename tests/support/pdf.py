"""PDF as the tests read it: whether it keeps PDF/UA-1, its words as a reader copies them, its tags and its language.

Reads what our typesetting writes (plain objects, Flate, fonts with ToUnicode) and no other PDF.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from functools import cached_property

import page

_OBJECT = re.compile(rb"(?:^|\n)(\d+) 0 obj\n?(.*?)\nendobj", re.S)
_STREAM = re.compile(rb"stream\r?\n(.*)\r?\nendstream", re.S)
# outside of strings: a font that is chosen, a string in hexadecimal, the end of a text; properties of marked content
_SIGN = re.compile(rb"/(f\d+) [\d.]+ Tf|<<|>>|<([0-9A-Fa-f]+)>|\b(ET)\b|\(", re.S)
_ESCAPES = {b"n": 10, b"r": 13, b"t": 9, b"b": 8, b"f": 12}


class Pdf:
    """A document that our typesetting made."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.objects: dict[int, bytes] = {int(m[1]): m[2] for m in _OBJECT.finditer(content)}

    @property
    def faults(self) -> list[str]:
        """What offends PDF/UA-1, by a checker of its 104 rules; empty where all hold."""
        report = page.validate_pdf_bytes(self.content, profile=page.ValidationProfile.PDF_UA_1)
        assert report.rules.total > 100
        return [f"{one.rule_id}: {one.message}" for one in report.failures]

    @property
    def catalog(self) -> bytes:
        return next(one for one in self.objects.values() if b"/Type/Catalog" in one)

    @property
    def language(self) -> str:
        found = re.search(rb"/Lang\((\w+)\)", self.catalog)
        return found[1].decode() if found else ""

    @property
    def title(self) -> str:
        info = next(one for one in self.objects.values() if b"/Creator(" in one)
        found = re.search(rb"/Title\((.*?)\)/", info, re.S) or re.search(rb"/Title(<[0-9A-F]+>)", info)
        return found[1].decode("latin-1") if found else ""

    @property
    def tags(self) -> list[str]:
        """The kinds of the elements of its structure, in the order in which they are kept."""
        return [m[1].decode() for m in re.finditer(rb"/Type/StructElem/S/(\w+)", self.content)]

    @property
    def links(self) -> list[str]:
        return [m[1].decode() for m in re.finditer(rb"/URI\((.*?)\)", self.content)]

    def _stream(self, number: int) -> bytes:
        found = _STREAM.search(self.objects[number])
        return zlib.decompress(found[1]) if found else b""

    def _font(self, number: int) -> dict[int, str]:
        """What the glyphs of a font mean."""
        reference = re.search(rb"/ToUnicode (\d+) 0 R", self.objects[number])
        found: dict[int, str] = {}
        if reference is None:
            return found
        for block in re.findall(rb"beginbfchar\n(.*?)endbfchar", self._stream(int(reference[1])), re.S):
            for glyph, words in re.findall(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]*)>", block):
                found[int(glyph, 16)] = bytes.fromhex(words.decode()).decode("utf-16-be")
        return found

    @cached_property
    def text(self) -> str:
        """All words of all pages in the order in which they are drawn, a space between runs."""
        return " ".join(" ".join(self._words(one).split()) for one in self.objects.values() if b"/Type/Page/" in one)

    def _words(self, sheet: bytes) -> str:
        resources = int(_number(rb"/Resources (\d+) 0 R", sheet))
        fonts = {
            name: self._font(int(number)) for name, number in re.findall(rb"/(f\d+) (\d+) 0 R", self.objects[resources])
        }
        words, font = [], {}
        for kind, value in _signs(self._stream(int(_number(rb"/Contents (\d+) 0 R", sheet)))):
            if kind == "font":
                font = fonts[value]
            elif kind == "end":
                words.append(" ")
            else:
                words += [font.get(int.from_bytes(value[at : at + 2], "big"), "") for at in range(0, len(value), 2)]
        return "".join(words)


def _number(pattern: bytes, where: bytes) -> bytes:
    found = re.search(pattern, where)
    assert found is not None, pattern
    return found[1]


def _signs(drawn: bytes) -> Iterator[tuple[str, bytes]]:
    """What a page says to draw, without properties: (font, its name), (text, its bytes), (end, nothing)."""
    at, inside = 0, 0
    while found := _SIGN.search(drawn, at):
        at = found.end()
        if found[1]:
            yield "font", found[1]
        elif found[3]:
            yield "end", b""
        elif found[0] in (b"<<", b">>"):
            inside += 1 if found[0] == b"<<" else -1
        else:
            end = at if found[2] else _end_of_string(drawn, at)
            value = bytes.fromhex(found[2].decode()) if found[2] else _unescaped(drawn[at : end - 1])
            at = end
            if not inside:
                yield "text", value


def _end_of_string(drawn: bytes, at: int) -> int:
    """Behind the bracket that closes a string; brackets within it come in pairs or escaped."""
    depth = 1
    while depth:
        sign = drawn[at : at + 1]
        depth += {b"(": 1, b")": -1}.get(sign, 0)
        at += 2 if sign == b"\\" else 1
    return at


def _unescaped(raw: bytes) -> bytes:
    def one(found: re.Match[bytes]) -> bytes:
        code = found[1]
        if code[:1].isdigit():
            return bytes([int(code, 8) & 255])
        return bytes([_ESCAPES[code]]) if code in _ESCAPES else code

    return re.sub(rb"\\([0-7]{1,3}|.)", one, raw, flags=re.S)
