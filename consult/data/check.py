"""The rules of the shipped content: what must hold before anyone loads it.

The content tells facts about real organisations, so it is held strictly: every value has a source, every code stands in
its list, every reference resolves, nothing is written as zero or empty that is merely unknown, and no person is named.
`faults(folder)` gives a sentence for each breach; `python -m consult.data.check [folder]` prints them.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from consult.data.content import FOLDER, SLUG, Content, read
from consult.data.records import RULES

PRIVATE = (
    (re.compile(r"[\w.+-]+@[\w-]+\.\w+"), "e-mail address"),
    (
        re.compile(r"(?:\+|00)\s?\d{2}[\s/()-]*\d{2,}[\s/()-]*\d{3,}|\b0\d{2,4}[\s/]\d{3,}"),
        "phone number",
    ),
    (re.compile(r"\b(?:Herrn?|Frau|Prof\.|Dr\.|Mr\.?|Mrs\.?|Ms\.?)\s+[A-ZÄÖÜ][a-zäöüß]+"), "name of a person"),
)
BOOLEAN_KEYS = {
    "derived", "example", "example_dates", "inferred", "value", "open", "waiting_list", "approved_by_speaker",
    "anonymous", "company_fictional", "confirmed_by_organisation", "confirmed_by_from", "confirmed_by_to",
}  # fmt: skip


# ---- rules that hold everywhere -------------------------------------------------------------------------------------


def check_ids(content: Content) -> None:
    """Every record has a slug of its own, over all files."""
    owner: dict[str, str] = {}
    for kind, rows in content.records.items():
        for row in rows:
            key = row.get("id")
            if not isinstance(key, str) or not SLUG.match(key):
                content.fault(kind, f"id {key!r} is not a slug")
                continue
            if key in owner:
                content.fault(f"{kind}/{key}", f"id already used by {owner[key]}")
            owner[key] = f"{kind}/{key}"
            content.index[kind][key] = row


def _check_plain(content: Content, where: str, last: str, value: Any) -> None:
    if isinstance(value, date):  # a datetime is one too
        content.fault(where, "unquoted date, put it in quotes")
    if isinstance(value, bool) and last not in BOOLEAN_KEYS:
        content.fault(where, "unquoted yes/no/on/off or unexpected boolean")
    if value is None:
        content.fault(where, "empty value: leave the key out when it is unknown")
    if isinstance(value, int | float) and not isinstance(value, bool) and value <= 0:
        content.fault(where, f"{value}: unknown is written by leaving the key out, never 0")
    if isinstance(value, str):
        if value != value.strip("\n") + ("\n" if value.endswith("\n") else ""):
            content.fault(where, "stray line feeds")
        for pattern, what in PRIVATE:
            found = pattern.search(value)
            if found and last != "reference":
                content.fault(where, f"looks like a {what}: {found.group(0)!r}")


def _check_mapping(content: Content, where: str, value: dict[Any, Any]) -> None:
    if "source" in value:
        content.source(where, value["source"])
    if "qualifier" in value:
        content.code(where, "qualifiers", value["qualifier"])
    if value.get("derived") and "source" in value:
        content.fault(where, "both derived and source")
    if "as_of" in value:
        content.date(f"{where}.as_of", value["as_of"], False)
    for key in value:
        if not isinstance(key, str):
            content.fault(where, f"key {key!r} is not text")
    if "de" in value or "en" in value:
        content.bilingual(where, value)


def check_values(content: Content, where: str, last: str, value: Any) -> None:
    """What holds for every value at any depth: quotes, gaps, sources, dates, both languages, nobody named.

    `last` is the key under which the value stands.
    """
    _check_plain(content, where, last, value)
    if isinstance(value, dict):
        _check_mapping(content, where, value)
        for key, item in value.items():
            check_values(content, f"{where}.{key}", str(key), item)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            check_values(content, f"{where}[{number}]", last, item)


def check(content: Content, files: Iterable[str] | None = None) -> list[str]:
    """Run every rule; the faults, in the order of the files. The values of `files` only are looked through, if given."""
    check_ids(content)
    for name in content.files if files is None else files:
        check_values(content, name, name, content.files[name])
    for rule in RULES:
        rule(content)
    return content.faults


def faults(folder: Path = FOLDER) -> list[str]:
    """Every breach of a rule in this folder, as sentences; empty if all is well."""
    return check(read(folder))


def main(arguments: list[str]) -> int:
    """Print the faults; 1 if there are any."""
    found = faults(Path(arguments[0]) if arguments else FOLDER)
    sys.stdout.write("".join(f"{line}\n" for line in found) or "clean: no errors\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
