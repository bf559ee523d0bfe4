"""The stylesheet: nothing from elsewhere, every class exists, contrasts hold in both schemes, pages stay light."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup

from tests.front.sample import frame, sample

STATIC = Path(__file__).resolve().parents[2] / "consult" / "static"
TEMPLATES = STATIC.parent / "templates"
OURS = (STATIC / "consult.css").read_text("utf-8")
KERN = (STATIC / "vendor" / "kern" / "dist" / "kern.min.css").read_text("utf-8")
TOKENS = dict(re.findall(r"(--c-[a-z0-9-]+): light-dark\((#[0-9a-f]{6}, #[0-9a-f]{6})\)", OURS))


def test_addresses_are_files_of_ours() -> None:
    found = re.findall(r"url\(\s*[\"']?([^\"')]+)", OURS)
    assert found
    for address in found:
        assert not address.startswith(("http:", "https:", "//", "data:")), address
        assert (STATIC / address.partition("?")[0]).is_file(), address
    assert "@import" not in OURS


def test_kern_brings_no_font_and_no_address() -> None:
    assert "@font-face" not in KERN
    assert set(re.findall(r"url\(\s*[\"']?([a-z]*)", KERN)) == {"data"}


def test_fonts_show_text_at_once_and_are_versioned() -> None:
    faces = re.findall(r"@font-face \{[^}]*\}", OURS)
    assert len(faces) == 8
    for face in faces:
        assert "font-display: swap" in face and "unicode-range" in face and "?v=5.3.0" in face


@pytest.mark.sqlite
def test_every_class_of_the_parts_is_styled(app: Any) -> None:
    known = set(re.findall(r"\.([A-Za-z][\w-]*)", OURS)) | set(re.findall(r"\.([A-Za-z][\w-]*)", KERN))
    pages = [sample(app), sample(app, {"title": ""}, **frame(signed_in=True))]
    used = {
        name
        for page in pages
        for tag in BeautifulSoup(page, "html.parser").find_all(class_=True)
        for name in tag["class"]
    }
    assert used - known == set()


def test_every_class_that_a_page_writes_is_styled() -> None:
    """A class that exists nowhere is a page without its spacing, and nobody is told. Mails bring their own styles."""
    sheets = [KERN, *(path.read_text("utf-8") for path in (STATIC / "css").glob("*.css")), OURS]
    known = {name for sheet in sheets for name in re.findall(r"\.([A-Za-z][\w-]*)", sheet)}
    unknown: dict[str, str] = {}
    for page in TEMPLATES.rglob("*.html"):
        written = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "\0", page.read_text("utf-8"), flags=re.DOTALL)
        own = set(re.findall(r"\.([A-Za-z][\w-]*)", "".join(re.findall(r"<style.*?</style>", written, re.DOTALL))))
        for name in " ".join(re.findall(r'\bclass="([^"]*)"', written)).split():
            if (
                "\0" not in name
                and name not in known | own
                and page.parent.name != "mails"
                and "mail_" not in page.name
            ):
                unknown[name] = str(page.relative_to(TEMPLATES))
    assert unknown == {}


@pytest.mark.sqlite
def test_every_icon_of_the_parts_exists(app: Any) -> None:
    used = set(re.findall(r"kern-icon--[a-z-]+", sample(app)))
    assert used and all(f".{icon}" in KERN for icon in used), [icon for icon in used if f".{icon}" not in KERN]


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of WCAG 2."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


# Text needs 4.5, edges of controls and marks in drawings 3 (WCAG 2.2, 1.4.3 and 1.4.11).
PAIRS = [
    *[
        (text, ground, 4.5)
        for text in ("ink", "muted", "action", "visited", "cross")
        for ground in ("paper", "surface")
    ],
    *[(text, "sunken", 4.5) for text in ("ink", "muted", "action")],
    *[(mark, ground, 3.0) for mark in ("within", "line-strong", "focus") for ground in ("paper", "surface")],
    ("on-action", "action", 4.5),
    ("ink", "mark", 4.5),
    ("ink", "step-1", 4.5),
    ("ink", "step-2", 4.5),
    ("on-step-3", "step-3", 4.5),
    ("on-action", "step-4", 4.5),
    ("ink", "cross-tint", 4.5),
    ("muted", "within-tint", 4.5),
]


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("one", "other", "least"), PAIRS)
def test_contrast(one: str, other: str, least: float, scheme: int) -> None:
    first, second = (TOKENS[f"--c-{name}"].split(", ")[scheme] for name in (one, other))
    assert contrast(first, second) >= least


def test_old_browsers_get_the_light_values() -> None:
    block = OURS[OURS.index("@supports not (color: light-dark") :]
    block = block[: block.index("\n}\n")]
    for token, colours in TOKENS.items():
        assert f"{token}: {colours.split(', ')[0]};" in block, token


def test_a_page_stays_below_150_kilobytes() -> None:
    """With plain gzip, on the first visit: three weights of the font, and 20 kB for the page itself."""
    packed = [
        STATIC / "vendor/kern/dist/kern.min.css",
        STATIC / "consult.css",
        STATIC / "consult.js",
        STATIC / "icon.svg",
    ]
    size = sum(len(gzip.compress(file.read_bytes(), 9)) for file in packed)
    fonts = [STATIC / f"vendor/fira-sans/files/fira-sans-latin-{weight}-normal.woff2" for weight in (400, 500, 600)]
    size += sum(file.stat().st_size for file in fonts)
    assert size + 20_000 <= 150_000
