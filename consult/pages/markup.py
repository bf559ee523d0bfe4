"""Written pages as Markdown: sections under `## headings`, words in braces that settings fill in, and the way from the
shipped templates to such a text, so that an editor begins with what stands there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html.parser import HTMLParser

from markupsafe import Markup

from consult.core.db import sort_key
from consult.core.text import render_markdown

REASONS = "{reasons}"  # alone on a line: the catalogue of reasons as it is applied


@dataclass(frozen=True)
class Section:
    """A part of a page: heading (empty before the first), its anchor, its text, whether the catalogue of reasons follows."""

    title: str
    anchor: str
    html: Markup
    reasons: bool


def filled(text: str, words: Mapping[str, str]) -> str:
    """The text with the words in braces replaced; unknown ones stay, so that nobody loses them unseen."""
    return re.sub(r"\{([a-z_]+)\}", lambda found: words.get(found[1], found[0]), text)


def sections(text: str, words: Mapping[str, str]) -> list[Section]:
    """A page's Markdown as its sections."""
    found: list[Section] = []
    anchors: set[str] = set()
    for part in re.split(r"(?m)^(?=## )", text):
        if not part.strip():
            continue
        title, body = "", part
        if part.startswith("## "):
            title, _line, body = part[3:].partition("\n")
        anchor = _anchor(title.strip(), anchors)
        html = render_markdown(filled(body.replace(REASONS, ""), words))
        found.append(Section(title.strip(), anchor, html, REASONS in body))
    return found


def _anchor(title: str, taken: set[str]) -> str:
    plain = re.sub(r"[^a-z0-9]+", "-", sort_key(title)).strip("-")[:40] or "text"
    anchor, number = plain, 2
    while anchor in taken:
        anchor, number = f"{plain}-{number}", number + 1
    taken.add(anchor)
    return anchor


class _Reader(HTMLParser):
    """HTML of our own templates, read as Markdown; what it does not know leaves its words."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.link = ""
        self.skipping = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "dl":
            self.skipping += 1
            self.parts.append(f"\n\n{REASONS}\n\n")
        if self.skipping:
            return
        if tag == "h2":
            self.parts.append("\n\n## ")
        elif tag == "h3":
            self.parts.append("\n\n### ")
        elif tag == "p":
            self.parts.append("\n\n")
        elif tag == "li":
            self.parts.append("\n- ")
        elif tag == "br":
            self.parts.append("  \n")
        elif tag in ("b", "strong", "mark"):
            self.parts.append("**")
        elif tag in ("i", "em"):
            self.parts.append("*")
        elif tag == "a":
            self.link = dict(attrs).get("href") or ""
            self.parts.append("[")

    def handle_endtag(self, tag: str) -> None:
        if tag == "dl":
            self.skipping -= 1
        if self.skipping:
            return
        if tag in ("b", "strong", "mark"):
            self.parts.append("**")
        elif tag in ("i", "em"):
            self.parts.append("*")
        elif tag == "a":
            self.parts.append(f"]({self.link})")
        elif tag in ("h2", "h3", "ul", "ol"):
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.skipping:
            self.parts.append(re.sub(r"\s+", " ", data))


def from_html(html: str) -> str:
    """The Markdown of a shipped page."""
    reader = _Reader()
    reader.feed(html)
    text = "".join(reader.parts)
    text = re.sub(r"[ \t]+\n(?! *\n)", lambda found: found[0] if found[0].startswith("  ") else "\n", text)
    text = re.sub(r"(?m)^ +", "", text)
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"
