"""Text from people: cleaned when it comes in, rendered and sanitised once when it is stored.

`render_markdown` is the only way by which people's text becomes HTML. bleach is declared by the project and used, but it
is no longer maintained, so nh3 has the last word behind it. The day bleach breaks, one line goes here.
"""

from __future__ import annotations

import html
import re
import threading
import unicodedata
from functools import lru_cache

import bleach
import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

TAGS = frozenset(
    {"p", "br", "strong", "em", "s", "a", "ul", "ol", "li", "blockquote", "code", "pre", "hr", "h3", "h4", "h5"}
)
SCHEMES = frozenset({"http", "https", "mailto"})
MAX_MARKDOWN = 20_000  # characters; nested brackets beyond this cost seconds in any Markdown parser

_KEEP = {"\n", "\t"}
_BIDI = dict.fromkeys([0x202A, 0x202B, 0x202C, 0x202D, 0x202E, 0x2066, 0x2067, 0x2068, 0x2069], None)


def _visible(character: str) -> bool:
    return character in _KEEP or unicodedata.category(character) not in ("Cc", "Cs", "Co", "Cn")


def clean_text(value: str | None) -> str:
    """Several lines of text: NFC, newlines as \\n, no control, surrogate or direction-override characters, ends trimmed."""
    text = unicodedata.normalize("NFC", (value or "").replace("\r\n", "\n").replace("\r", "\n"))
    if not text.replace("\n", "").replace("\t", "").isprintable():  # else there is nothing to take out
        text = "".join(c for c in text.translate(_BIDI) if _visible(c))
    return text.strip()


def has_words(text: str) -> bool:
    """Whether anything in it can be seen: white space and invisible format characters alone are no text."""
    return any(not c.isspace() and unicodedata.category(c) != "Cf" for c in text)


def clean_line(value: str | None) -> str:
    """One line of text: as `clean_text`, with every run of white space as one space."""
    return re.sub(r"\s+", " ", clean_text(value)).strip()


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    parser = MarkdownIt("js-default", {"html": False, "linkify": True, "typographer": False})
    parser.disable(["image", "table"])
    return parser


def _https(text: str) -> str:
    """Bare www. addresses become https links; the libraries would make them http."""
    return re.sub(r'href="http://www\.', 'href="https://www.', text)


def _shift_headings(markup: str) -> str:
    """People's headings begin below the page's own: h1 and h2 in a text become h3, h3 becomes h4, deeper h5."""
    levels = {"1": "3", "2": "3", "3": "4", "4": "5", "5": "5", "6": "5"}
    return re.sub(r"<(/?)h([1-6])>", lambda m: f"<{m[1]}h{levels[m[2]]}>", markup)


class _Cleaners(threading.local):
    """bleach's cleaner, one a thread: making it takes longer than a paragraph does, and two threads may not share one."""

    def __init__(self) -> None:
        self.bleach = bleach.Cleaner(tags=TAGS, attributes={"a": ["href"]}, protocols=SCHEMES, strip=True)


_cleaners = _Cleaners()


# Words and punctuation that mean nothing to Markdown, HTML or the finding of links: no dot before a letter but
# between digits (3.500 Euro), no double slash.
_PLAIN = re.compile(
    r"""(?:^(?:[^\W\d_]|[(„“»«])(?:[^\W_]|[ ,;:!?()„“”‚‘’»«'"%§€–—…·+-]|"""
    r"""\.(?!\w)|(?<=\d)\.(?=\d)|/(?!/))*(?<! )(?:\n+|\Z))+""",
    re.MULTILINE,
)


def _paragraphs(source: str) -> str | None:
    """What parser and cleaners would make of a text without any mark: its paragraphs. None where it may have marks."""
    if not _PLAIN.fullmatch(source):
        return None
    return "".join(f"<p>{part}</p>\n" for part in re.split(r"\n{2,}", source))


def sanitize(markup: str) -> str:
    """HTML of which only the harmless rest is left; idempotent."""
    once = _cleaners.bleach.clean(markup)
    return nh3.clean(
        once,
        tags=set(TAGS),
        attributes={"a": {"href"}},
        url_schemes=set(SCHEMES),
        link_rel="nofollow noopener ugc",
    )


def render_markdown(text: str | None) -> Markup:
    """Sanitised HTML of a person's Markdown text (CommonMark without HTML, images and tables), safe for a template."""
    source = clean_text(text)[:MAX_MARKDOWN]
    if not source:
        return Markup("")
    paragraphs = _paragraphs(source)
    return Markup(paragraphs if paragraphs is not None else parsed(source))


def parsed(source: str) -> str:
    """The same by parser and cleaners alone, whatever the text."""
    return sanitize(_https(_shift_headings(_parser().render(source))))


def plain(markdown: str | None) -> str:
    """The words of a Markdown text without its marks, one space between them."""
    return plain_html(render_markdown(markdown))


def plain_html(markup: str) -> str:
    """The words of what `render_markdown` made, as `plain` gives them: for texts whose HTML is stored beside them."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", markup))).strip()


def excerpt(text: str | None, length: int = 200) -> str:
    """The beginning of a text, cut between words, with an ellipsis where something follows. Not longer than `length`."""
    words = plain(text)
    if len(words) <= length:
        return words
    cut = words[: length - 1]
    return (cut[: cut.rfind(" ")] if " " in cut else cut).rstrip(" ,;:.–") + "…"


def slugify(text: str) -> str:
    """Address part of a title: lower-case ASCII, German letters spelled out, words joined by hyphens, 1 to 80 long."""
    spelled = text.casefold()
    for letter, letters in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
        spelled = spelled.replace(letter, letters)
    ascii_text = unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_text).strip("-")[:80].strip("-") or "x"
