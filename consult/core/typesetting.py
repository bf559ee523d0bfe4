"""Documents on paper: PDF/UA-1, tagged and with their language, set by Typst in the fonts of the pages.

A template is a fixed file among ours (`ideas/receipt.typ`); what people wrote goes in as data and is never read as markup,
so `#panic()`, `*` and `$x$` stay the words that they are. A character that none of the fonts can draw stands as its number,
`[U+4E2D]`: a text that is shown with a hole would be worse. Typst is an optional part of the product (`pdf`); where it
is not installed, `available` says so and pages offer no PDF.
"""

from __future__ import annotations

import atexit
import json
import shutil
import tempfile
import unicodedata
from bisect import bisect_right
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Response, current_app

from consult.core.late import late
from consult.core.woff2 import to_truetype

if TYPE_CHECKING:
    import typst
else:
    typst = late("typst")

FRAME = "_typst/page.typ"  # what every template imports: paper, type, headings, foot
FONTS = Path(__file__).parent.parent / "static" / "vendor" / "fira-sans" / "files"

# What the vendored Fira Sans and the fonts within Typst 0.15 draw between them, in scripts that run from left to right.
_DRAWN = (
    (0x20, 0x4FF), (0x1E00, 0x1FFF), (0x2000, 0x2027), (0x202F, 0x2040), (0x2044, 0x2052), (0x2054, 0x205F),
    (0x2070, 0x209C), (0x20A0, 0x20BF), (0x2100, 0x211E), (0x2122, 0x2122), (0x2126, 0x2126), (0x2190, 0x21FF),
    (0x2200, 0x22FF), (0x2460, 0x24FF), (0x2500, 0x25FF), (0xFB00, 0xFB06), (0xFFFD, 0xFFFD),
)  # fmt: skip
_STARTS = [first for first, _last in _DRAWN]
_UNSEEN = frozenset({"Cc", "Cf"})
_NOT_A_CHARACTER = frozenset({"Cn", "Co", "Cs"})


@lru_cache(maxsize=1)
def available() -> bool:
    """Whether documents can be set here."""
    return find_spec("typst") is not None


def drawable(text: str) -> str:
    """The text as it stands on paper: lines kept, unseen characters left out, unknown ones as their number."""
    return "".join(_drawn(one) for one in unicodedata.normalize("NFC", text.replace("\r\n", "\n")))


def _drawn(character: str) -> str:
    code = ord(character)
    if 0x20 <= code < 0x7F or character == "\n":
        return character
    if character in "\t\u2028\u2029":
        return " " if character == "\t" else "\n"
    category = unicodedata.category(character)
    if category in _UNSEEN:
        return ""
    place = bisect_right(_STARTS, code) - 1
    known = place >= 0 and code <= _DRAWN[place][1] and category not in _NOT_A_CHARACTER
    return character if known else f"[U+{code:04X}]"


def _plain(value: Any) -> Any:
    """The same data with every text drawable; lazy words become words."""
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value if value is None or isinstance(value, bool | int | float) else drawable(str(value))


@lru_cache(maxsize=1)
def _fonts() -> Any:
    """The vendored fonts as files that Typst reads, unpacked once a process."""
    folder = Path(tempfile.mkdtemp(prefix="consult-fonts-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for file in sorted(FONTS.glob("*.woff2")):
        # the further letters come in files of their own; under one name, either would hide the other
        family = "Fira Sans Extended" if "-latin-ext-" in file.name else ""
        (folder / f"{file.stem}.ttf").write_bytes(to_truetype(file.read_bytes(), family))
    return typst.Fonts(include_system_fonts=False, font_paths=[str(folder)])


def typeset(template: str, data: Mapping[str, Any], moment: datetime) -> bytes:
    """The document as PDF/UA-1. `data` has `title` and `lang`; `moment` is the date that the file carries, so that the same
    document is the same file. Needs an application, and no database: end the transaction before."""
    root = Path(current_app.root_path) / str(current_app.template_folder)
    return typst.compile(
        str(root / template), root=str(root), format="pdf", pdf_standards=["ua-1"], font_paths=_fonts(),
        sys_inputs={"data": json.dumps(_plain(data))}, timestamp=int(moment.timestamp()),
    )  # fmt: skip


def pdf_answer(content: bytes, name: str) -> Response:
    """The document for downloading; `name` is of plain letters."""
    answer = Response(content, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    return answer
