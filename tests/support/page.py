"""HTML as the tests read it: a parsed page to ask questions of, and the faults that no page may have.

The test client runs `faults` over every HTML answer, so that a page is well formed, labelled and free of inline code
wherever a test happens to open it, and nobody has to write that test.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

import html5lib
from bs4 import BeautifulSoup, Tag
from html5lib.constants import E as PARSE_ERRORS
from lxml.html import fragment_fromstring

# Controls that need a name which a reader hears.
UNLABELLED_TYPES = frozenset({"hidden", "submit", "button", "reset", "image"})
LOADING = {
    "script": "src",
    "img": "src",
    "iframe": "src",
    "source": "src",
    "use": "href",
    "audio": "src",
    "video": "src",
}
# What differs between two pages of the same build: words, and values that no check looks at.
WORDS = re.compile(r">([^<]*)<")
LOOSE = re.compile(r"&(?!(?:amp|lt|gt|quot|nbsp|shy|#\d+|#x[0-9a-fA-F]+);)")
VALUES = re.compile(r"(\s(?:value|datetime|content))=\"[^\"]*\"")
PLACES = re.compile(r"(\s(?:href|action))=\"/[^\"/][^\"]*\"")
FORM = re.compile(r"<form\b.*?</form>", re.DOTALL)
MAIN = re.compile(r"<main\b.*?</main>", re.DOTALL)
OF_FORMS = re.compile(r"(?:main )?form(?:\[[^\]]*\]|\.[\w-]+|#[\w-]+)*")
REFERENCES = ("aria-labelledby", "aria-describedby", "aria-controls", "aria-owns", "aria-errormessage")


class Page:
    """A parsed HTML answer.

    `select` and `one` take CSS selectors; `text` is what a reader sees, with spaces evened out.
    """

    def __init__(self, source: str) -> None:
        self.source = source

    @cached_property
    def soup(self) -> BeautifulSoup:
        return BeautifulSoup(self.source, "lxml")

    def select(self, selector: str) -> list[Tag]:
        return list(self.soup.select(selector))

    def one(self, selector: str) -> Tag:
        """The only element that matches; fails where there is none or more than one."""
        found = self.soup.select(selector)
        assert len(found) == 1, f"{len(found)} elements match {selector!r}"
        return found[0]

    @cached_property
    def text(self) -> str:
        """All visible words; non-breaking and narrow spaces count as spaces, soft hyphens as nothing."""
        body = self.soup.body or self.soup
        words = [
            str(s) for s in body.find_all(string=True) if s.parent is None or s.parent.name not in ("script", "style")
        ]
        return plain_spaces(" ".join(words))

    @property
    def h1(self) -> str:
        return self._only("h1", " ")

    @property
    def title(self) -> str:
        return self._only("title", "", r"\A.*?</head>")

    def _only(self, tag: str, between: str, where: str = "") -> str:
        """The words of the page's only element of this name, read without the rest of the page."""
        found = re.search(where, self.source, re.DOTALL) if where else None
        parts = re.findall(rf"<{tag}\b.*?</{tag}>", found[0] if found else self.source, re.DOTALL)
        assert len(parts) == 1, f"{len(parts)} elements match {tag!r}"
        return plain_spaces(BeautifulSoup(parts[0], "html.parser").get_text(between))

    def links(self, selector: str = "a[href]") -> list[str]:
        return [str(link["href"]) for link in self.select(selector)]

    def form(self, selector: str = "main form[method=post]") -> dict[str, Any]:
        """The fields of the only matching form as a browser would send them untouched, with its csrf token."""
        found = self.forms(selector)
        assert len(found) == 1, f"{len(found)} elements match {selector!r}"
        return found[0].values

    def forms(self, selector: str = "main form[method=post]") -> list[Form]:
        """The forms that match; read without the rest of the page where the selector names nothing else."""
        if not OF_FORMS.fullmatch(selector):
            return [Form(str(tag.get("action", "")), str(tag)) for tag in self.select(selector)]
        inside = MAIN.search(self.source) if selector.startswith("main ") else None
        parts = FORM.findall(inside[0] if inside else self.source)
        heads = [f"{part.split('>', 1)[0]} data-nth={n}></form>" for n, part in enumerate(parts)]
        opening = inside[0].split(">", 1)[0] + ">" if inside else "<body>"
        found = BeautifulSoup(opening + "".join(heads), "html.parser").select(selector)
        return [Form(str(head.get("action", "")), parts[int(str(head["data-nth"]))]) for head in found]

    @staticmethod
    def form_values(form: Tag) -> dict[str, Any]:
        """The fields of a form as a browser would send them untouched; buttons are left out."""
        return Form(str(form.get("action", "")), str(form)).values

    def errors(self) -> dict[str, str]:
        """The message at each field that is marked invalid: field name -> sentence."""
        found: dict[str, str] = {}
        for control in self.select("[aria-invalid=true]"):
            described = str(control.get("aria-describedby", "")).split()
            words = [plain_spaces(tag.get_text(" ")) for i in described if (tag := self.soup.find(id=i)) is not None]
            found[str(control.get("name", control.get("id", "")))] = " ".join(words)
        return found


def plain_spaces(text: str) -> str:
    """Words as they are compared: all kinds of spaces become one space, soft hyphens vanish."""
    return re.sub(r"[\s\u00a0\u202f\u2009]+", " ", text.replace("\u00ad", "")).strip()


@dataclass(frozen=True)
class Form:
    """A form of a page: where it leads, and its source."""

    action: str
    source: str

    @property
    def values(self) -> dict[str, Any]:
        """Its fields as a browser would send them untouched; buttons are left out."""
        return dict(_field_values(fragment_fromstring(self.source)))


def _field_values(form: Any) -> Iterator[tuple[str, Any]]:
    collected: dict[str, list[str]] = {}
    for control in form.iter("input", "textarea", "select"):
        name, kind = control.get("name"), control.get("type", "text")
        if (
            name is None
            or control.get("disabled") is not None
            or kind in ("submit", "button", "image", "file", "reset")
        ):
            continue
        if kind in ("checkbox", "radio") and control.get("checked") is None:
            continue
        if control.tag == "select":
            options = list(control.iter("option"))
            chosen = [o for o in options if o.get("selected") is not None]
            if not chosen and control.get("multiple") is None:
                chosen = options[:1]
            collected.setdefault(name, []).extend(o.get("value", o.text_content().strip()) for o in chosen)
        elif control.tag == "textarea":
            collected.setdefault(name, []).append(control.text_content().removeprefix("\n"))
        else:
            default = "on" if kind in ("checkbox", "radio") else ""
            collected.setdefault(name, []).append(control.get("value", default))
    for name, values in collected.items():
        yield name, values[0] if len(values) == 1 else values


def html(response: Any) -> Page:
    """The parsed body of a response of the test client."""
    assert response.mimetype == "text/html", f"not a page: {response.status} {response.mimetype}"
    return Page(response.get_data(as_text=True))


def build(source: str) -> int:
    """A number for how a page is built: all of it but words without faults and values that `faults` does not look at.

    Pages of one build have the same faults, so that one of them need be looked at; reading HTML by the letter is half
    of what a test of pages costs.
    """
    return hash(PLACES.sub(r'\1="/"', VALUES.sub(r'\1="x"', WORDS.sub(_no_words, source))))


def _no_words(found: re.Match[str]) -> str:
    words = found[1]
    return found[0] if not words.strip() or LOOSE.search(words) else ">x<"


def faults(source: str) -> list[str]:
    """What is wrong with a page whoever it is for, one sentence each."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    root: Element = parser.parse(source)
    found = [
        f"line {line}: {PARSE_ERRORS[code] % data}"
        for (line, _column), code, data in parser.errors
    ]  # fmt: skip
    elements = list(root.iter())
    by_tag: dict[str, list[Element]] = {}
    for element in elements:
        if isinstance(element.tag, str):
            by_tag.setdefault(element.tag, []).append(element)
    found += _frame_faults(root, by_tag)
    found += _identity_faults(elements)
    found += _label_faults(by_tag)
    found += _word_faults(by_tag)
    found += _code_faults(elements)
    found += _form_faults(by_tag)
    return found


def _words(element: Element) -> str:
    return plain_spaces("".join(element.itertext()))


def _frame_faults(root: Element, by_tag: dict[str, list[Element]]) -> Iterator[str]:
    if not root.get("lang"):
        yield "<html> has no lang"
    titles = by_tag.get("title", [])
    page_titles = [title for title in titles if title in list(root.find("head") or [])]
    if len(page_titles) != 1 or not _words(page_titles[0]):
        yield "the page has no title"
    headings = by_tag.get("h1", [])
    if len(headings) != 1 or not _words(headings[0]):
        yield f"{len(headings)} h1 elements with words, one is due"
    if len(by_tag.get("main", [])) != 1:
        yield "there must be one <main>"
    for level in range(3, 7):
        if f"h{level}" in by_tag and not any(f"h{upper}" in by_tag for upper in range(2, level)):
            yield f"h{level} without a heading one level above"
    for image in by_tag.get("img", []):
        if image.get("alt") is None:
            yield f"<img src={image.get('src')!r}> has no alt"


def _identity_faults(elements: list[Element]) -> Iterator[str]:
    ids = Counter(i for element in elements if (i := element.get("id")) is not None)
    for name, count in ids.items():
        if count > 1:
            yield f"id {name!r} is used {count} times"
        if not name or re.search(r"\s", name):
            yield f"{name!r} is no id"
    for element in elements:
        for attribute in REFERENCES:
            for name in (element.get(attribute) or "").split():
                if name not in ids:
                    yield f"<{element.tag}> {attribute} points to {name!r}, which is not there"
        if element.tag == "label" and element.get("for") is not None and element.get("for") not in ids:
            yield f"a label is for {element.get('for')!r}, which is not there"
        href = element.get("href") or ""
        if element.tag == "a" and href.startswith("#") and len(href) > 1 and href[1:] not in ids:
            yield f"a link leads to {href}, which is not on the page"
        if element.get("lang") == "":
            yield f"<{element.tag}> has an empty lang"


def _label_faults(by_tag: dict[str, list[Element]]) -> Iterator[str]:
    labelled_ids: set[str] = set()
    wrapped: set[int] = set()
    for label in by_tag.get("label", []):
        if not _words(label):
            yield f"a label for {label.get('for')!r} is empty"
        if target := label.get("for"):
            labelled_ids.add(target)
        wrapped |= {id(inner) for inner in label.iter() if inner.tag in ("input", "select", "textarea")}
    for control in (one for tag in ("input", "select", "textarea") for one in by_tag.get(tag, [])):
        if control.tag == "input" and control.get("type", "text") in UNLABELLED_TYPES:
            continue
        named = control.get("aria-label") or control.get("aria-labelledby")
        if not (named or control.get("id") in labelled_ids or id(control) in wrapped):
            yield f"<{control.tag} name={control.get('name')!r}> has no label"


def _word_faults(by_tag: dict[str, list[Element]]) -> Iterator[str]:
    for element in (one for tag in ("button", "a", "summary", "legend", "th") for one in by_tag.get(tag, [])):
        if element.tag == "a" and element.get("href") is None:
            continue
        named = element.get("aria-label") or element.get("aria-labelledby")
        if not (named or _words(element) or _has_alt(element)):
            yield f"<{element.tag} class={element.get('class')!r} href={element.get('href')!r}> has no words"
    for fieldset in by_tag.get("fieldset", []):
        if fieldset.find("legend") is None and not fieldset.get("aria-labelledby") and not fieldset.get("aria-label"):
            yield "a fieldset has no legend"


def _has_alt(element: Element) -> bool:
    return any(inner.get("alt") or inner.get("aria-label") for inner in element.iter() if inner is not element)


def _code_faults(elements: list[Element]) -> Iterator[str]:
    for element in elements:
        tag = element.tag if isinstance(element.tag, str) else ""
        if element.get("style") is not None or tag == "style":
            yield f"<{tag}> carries inline style"
        for attribute in element.attrib:
            if attribute.startswith("on"):
                yield f"<{tag}> carries {attribute}"
        if (
            tag == "script"
            and not element.get("src")
            and element.get("type") not in ("application/json", "application/ld+json")
        ):
            yield "inline script"
        if (element.get("href") or "").lower().startswith("javascript:"):
            yield "a javascript: address"
        address = element.get(LOADING.get(tag, "-"), "") or ""
        if tag == "link" and element.get("rel") in ("stylesheet", "icon", "preload", "modulepreload", "manifest"):
            address = element.get("href") or ""
        if urlsplit(address).netloc:
            yield f"<{tag}> loads {address} from elsewhere"


def _form_faults(by_tag: dict[str, list[Element]]) -> Iterator[str]:
    for form in by_tag.get("form", []):
        method = (form.get("method") or "get").lower()
        names = {control.get("name") for control in form.iter("input")}
        if method == "post" and "csrf_token" not in names:
            yield f"the form to {form.get('action')!r} has no csrf_token"
        if method == "get" and "csrf_token" in names:
            yield f"the form to {form.get('action')!r} would put its csrf_token into an address"
        buttons = [b for b in form.iter("button") if b.get("type", "submit") == "submit"]
        buttons += [i for i in form.iter("input") if i.get("type") in ("submit", "image")]
        if not buttons:
            yield f"the form to {form.get('action')!r} cannot be sent without JavaScript"
    for tag in ("a", "button"):
        for outer in by_tag.get(tag, []):
            inner = [
                i.tag
                for i in outer.iter()
                if i is not outer and i.tag in ("a", "button", "input", "select", "textarea")
            ]
            if inner:
                yield f"<{tag}> contains <{inner[0]}>"
