"""What the interface says, and what of it has no German yet.

English wording is the message id, so nothing is extracted into files: code and templates are read where they are used (by
the tests, too). `python tools/messages.py` counts what is missing in each room, `python tools/messages.py ideas` prints the
missing entries of one room ready to be translated in `consult/translations/de/ideas.po`.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "consult"
KEYWORDS = {
    "_": None, "_l": None, "_n": (1, 2), "gettext": None, "lazy_gettext": None, "ngettext": (1, 2), "lazy_ngettext": (1, 2),
}  # fmt: skip
OPTIONS = {"silent": "false", "extensions": "jinja2.ext.do", "trimmed": "true"}
Key = tuple[str, ...]


def key_of(message: Any) -> Key:
    """A message as (singular,) or (singular, plural)."""
    return tuple(message) if isinstance(message, tuple | list) else (message,)


@cache
def used() -> dict[Key, str]:
    """Every message that code and templates ask for -> where it stands first."""
    found: dict[Key, str] = {}
    sources = [("python", path) for path in sorted(PACKAGE.rglob("*.py"))]
    sources += [("jinja2", path) for path in sorted((PACKAGE / "templates").rglob("*")) if path.is_file()]
    for method, path in sources:
        options = OPTIONS if method == "jinja2" else {}
        for line, message, _comments, _context in extract_from_file(method, str(path), KEYWORDS, options=options):
            found.setdefault(key_of(message), f"{path.relative_to(ROOT).as_posix()}:{line}")
    return found


@cache
def catalogues() -> dict[str, Catalog]:
    """The German catalogues by their file names."""
    found = {}
    for path in sorted((PACKAGE / "translations" / "de").glob("*.po")):
        with path.open("rb") as handle:
            found[path.name] = read_po(handle, locale="de", abort_invalid=True)
    return found


def entries() -> list[tuple[str, Message, Key, tuple[str, ...]]]:
    """All German entries: (file, entry, message, translations)."""
    return [
        (file, message, key_of(message.id), key_of(message.string))
        for file, catalogue in catalogues().items()
        for message in catalogue
        if message.id
    ]


def missing() -> dict[Key, str]:
    """Messages without finished German -> where they stand first."""
    known = {key for _file, message, key, strings in entries() if all(strings) and not message.fuzzy}
    return {key: place for key, place in used().items() if key not in known}


def room_of(place: str) -> str:
    """The room to which a place in code or templates belongs."""
    parts = re.sub(r"^consult/(?:templates/)?", "", place).split("/")
    return parts[0] if len(parts) > 1 and not parts[0].startswith("_") else "front"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def main() -> int:
    """Command line; exit status 1 while something is missing."""
    lacking = missing()
    if len(sys.argv) < 2:
        for room, count in sorted(Counter(room_of(place) for place in lacking.values()).items()):
            print(f"{room}: {count}")
    for key, place in lacking.items():
        if room_of(place) in sys.argv[1:]:
            print(f"#: {place}\nmsgid {_quoted(key[0])}")
            print(f'msgid_plural {_quoted(key[1])}\nmsgstr[0] ""\nmsgstr[1] ""\n' if len(key) == 2 else 'msgstr ""\n')
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main())
