"""Templates: each compiles, keeps to the rules of the page, and finds what it names."""

from __future__ import annotations

import re
from typing import Any

import pytest
from jinja2 import meta

from tests.house.source import PACKAGE, TEMPLATES, name, python_files, template_files

# The address of an endpoint as templates and code ask for it.
ENDPOINT = re.compile(r"\b(?:url_for|path|address|see)\(\s*[\"']([a-z_]+\.[a-z_]+)[\"']")
RENDERED = re.compile(r"render_template\(\s*[\"']([\w./]+)[\"']")

FORBIDDEN = {
    "|safe": re.compile(r"\|\s*safe\b"),
    "autoescape off": re.compile(r"autoescape\s+false"),
    "inline style": re.compile(r"\sstyle\s*=|<style\b", re.IGNORECASE),
    "inline script": re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*application/(?:ld\+)?json)", re.IGNORECASE),
    "event attribute": re.compile(r"<[^>{]*\son[a-z]+\s*=", re.IGNORECASE),
    "address of a third party": re.compile(r"(?:src|action)\s*=\s*[\"'](?:https?:)?//", re.IGNORECASE),
    "placeholder as label": re.compile(r"\splaceholder\s*=", re.IGNORECASE),
}
# Mail clients know no style sheets: there, and only there, elements carry their style.
MAIL = re.compile(r"^(?:mails/|[^/]+/mail_)")


def templates() -> list[str]:
    return [path.relative_to(TEMPLATES).as_posix() for path in template_files()]


@pytest.mark.sqlite
def test_every_template_compiles(app: Any) -> None:
    for template in templates():
        app.jinja_env.get_template(template)


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_template_contains(what: str) -> None:
    found = []
    for path in template_files():
        key = path.relative_to(TEMPLATES).as_posix()
        if MAIL.match(key) and what == "inline style":
            continue
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if FORBIDDEN[what].search(line):
                found.append(f"{name(path)}:{number}: {line.strip()[:120]}")
    assert not found, "\n".join(found)


@pytest.mark.sqlite
def test_pages_have_a_title_and_a_heading(app: Any) -> None:
    """A page extends the frame, says its title and holds one h1, itself or through a part of its own room."""
    sources = {key: (TEMPLATES / key).read_text("utf-8") for key in templates()}

    references = {
        key: [other for other in meta.find_referenced_templates(app.jinja_env.parse(text)) if other in sources]
        for key, text in sources.items()
    }

    def with_parts(key: str, seen: set[str]) -> str:
        seen.add(key)
        text = sources[key]
        for other in references[key]:
            if other is not None and other not in seen and other != "_layout.html":
                text += with_parts(other, seen)
        return text

    found = []
    for key, text in sources.items():
        if not re.search(r"{%-?\s*extends\s+[\"']_layout\.html", text) or key.split("/")[-1].startswith("_"):
            continue
        if not re.search(r"{%-?\s*block title\b", text):
            found.append(f"{key}: no block title")
        if "<h1" not in with_parts(key, set()):
            found.append(f"{key}: no h1")
    assert not found, "\n".join(found)


@pytest.mark.sqlite
def test_parts_and_macros_exist(app: Any) -> None:
    known = set(templates())
    found = []
    for path in template_files():
        for other in meta.find_referenced_templates(app.jinja_env.parse(path.read_text("utf-8"))):
            if other is not None and other not in known:
                found.append(f"{name(path)} refers to {other}")
    for path in python_files("consult"):
        for other in RENDERED.findall(path.read_text("utf-8")):
            if other not in known:
                found.append(f"{name(path)} renders {other}")
    assert not found, "\n".join(found)


@pytest.mark.sqlite
def test_every_template_is_used(app: Any) -> None:
    """A template that nothing renders, includes or names is left over."""
    words = "\n".join(path.read_text("utf-8") for path in python_files("consult"))
    named: set[str] = set()
    for path in template_files():
        named |= {
            other for other in meta.find_referenced_templates(app.jinja_env.parse(path.read_text("utf-8"))) if other
        }
    unused = [
        key
        for key in templates()
        if key not in named and f'"{key}"' not in words and f'"{key.rsplit(".", 1)[0]}"' not in words
    ]
    assert not unused


@pytest.mark.sqlite
def test_named_endpoints_exist(app: Any) -> None:
    found = []
    for path in (*template_files(), *python_files("consult")):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            for endpoint in ENDPOINT.findall(line):
                if endpoint not in app.view_functions:
                    found.append(f"{name(path)}:{number} {endpoint}")
    assert not found, "\n".join(found)


def test_static_files_that_templates_name_exist() -> None:
    found = []
    for path in template_files():
        for file in re.findall(r"static_url\(\s*[\"']([^\"']+)[\"']", path.read_text("utf-8")):
            if not (PACKAGE / "static" / file).is_file():
                found.append(f"{name(path)} {file}")
    assert not found, "\n".join(found)
