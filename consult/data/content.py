"""The shipped content as the checker reads it: parsed files and closed lists, with the checks that all rules share.

Faults are collected as sentences; nothing stops at the first one.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import yaml

_Safe: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # in C where PyYAML was built with it

FOLDER = Path(__file__).resolve().parent
FILES = {
    "open_region": ("consultations",),
    "organisations": ("organisations",),
    "clusters": ("clusters",),
    "programmes": ("programmes",),
    "projects": ("projects",),
    "activities": ("activities",),
    "relations": ("relations",),
    "topics": ("topics",),
    "ideas": ("ideas", "comments"),
    "offers": ("offers",),
}
KINDS = {
    "consultations": "consultation", "organisations": "organisation", "clusters": "cluster", "programmes": "programme",
    "projects": "project", "activities": "activity", "relations": "relation", "topics": "topic", "ideas": "idea",
    "comments": "comment", "offers": "offer",
}  # fmt: skip
NEEDED_LISTS = (
    "nace_rev2_1", "nuts2024_de", "ecosystems", "key_technologies", "portfolios", "forms", "relation_types", "services",
    "cooperation_categories", "joining_roles", "moderation_reasons",
)  # fmt: skip
FIRST_TEXTS = {
    "000_198e85cdece48c18.txt", "001_bff00f601b1201be.txt", "002_ca5c491297ea11c6.txt", "003_85261c94efc79cd9.txt",
    "004_6d8f30f5d969b8bc.txt",
}  # fmt: skip
BRIEF = "project brief, "
HOST = re.compile(r"^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}(, \S.*)?$")
DOMAIN = re.compile(r"^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$")
SLUG = re.compile(r"^[a-z0-9]+(?:-{1,2}[a-z0-9]+)*$")
DATE = re.compile(r"^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$")
RELATIVE = re.compile(r"^[+-]\d+d$")
FICTIONAL = re.compile(r"beispiel|muster|fiktiv|\bexample\b|\bsample\b", re.IGNORECASE)
Record = dict[str, Any]


def number_of_words(text: str) -> int:
    """Words between white space."""
    return len(text.split())


class Content:
    """The parsed files and lists with the faults found so far, and the small checks that all rules share."""

    def __init__(self, files: dict[str, Any], lists: dict[str, dict[str, Record]]) -> None:
        self.files = files
        self.lists = lists
        self.faults: list[str] = []
        self.records: dict[str, list[Record]] = {
            KINDS[key]: (files.get(name) or {}).get(key, []) for name, keys in FILES.items() for key in keys
        }
        self.index: dict[str, dict[str, Record]] = {kind: {} for kind in self.records}
        self.questions: dict[str, Record] = {
            question.get("key", ""): question
            for row in self.records["consultation"]
            for question in row.get("questions", [])
        }

    def fault(self, where: str, text: str) -> None:
        self.faults.append(f"{where}: {text}")

    def need(self, where: str, row: Record, *keys: str) -> None:
        for key in keys:
            if row.get(key) in (None, "", [], {}):
                self.fault(where, f"required key {key} is missing or empty")

    def code(self, where: str, listed: str, value: Any) -> None:
        if value not in self.lists.get(listed, {}):
            self.fault(where, f"{value!r} is not in vocab/{listed}.csv")

    def codes(self, where: str, listed: str, values: Any) -> None:
        for value in values or []:
            self.code(where, listed, value)
        if values and len(values) != len(set(values)):
            self.fault(where, f"double value in {values}")

    def entry(self, listed: str, value: Any) -> Record:
        """The row of a code, empty if there is none."""
        return self.lists.get(listed, {}).get(value, {})

    def bilingual(self, where: str, value: Any) -> None:
        if not isinstance(value, dict) or not {"de", "en"} <= set(value):
            self.fault(where, "needs both de and en")
            return
        for language in ("de", "en"):
            if not isinstance(value[language], str) or not value[language].strip():
                self.fault(where, f"{language} is empty")

    def resolve(self, where: str, reference: Any) -> str:
        """Check that a reference "type/id" leads somewhere; returns the type."""
        kind, _slash, key = str(reference).partition("/")
        if kind == "country":
            self.code(where, "countries", key)
        elif kind == "macro-region":
            self.code(where, "macro_regions", key)
        elif kind not in self.index or key not in self.index[kind]:
            self.fault(where, f"reference {reference!r} does not resolve")
        return kind

    def source(self, where: str, value: Any) -> None:
        for item in value if isinstance(value, list) else [value]:
            if not isinstance(item, str):
                self.fault(where, f"source {item!r} is not text")
            elif item not in FIRST_TEXTS and not item.startswith(BRIEF) and not HOST.match(item):
                self.fault(where, f'source {item!r} is neither a first text nor "host, page"')

    def date(self, where: str, value: Any, relative: bool) -> None:
        pattern = RELATIVE if relative else DATE
        if not isinstance(value, str) or not pattern.match(value):
            self.fault(where, f"{value!r} is not a {'relative' if relative else 'calendar'} date in quotes")

    def topics(self, where: str, values: Any) -> None:
        for value in values or []:
            if self.index["topic"].get(value, {}).get("kind") != "agenda-topic":
                self.fault(where, f"{value!r} is not an agenda topic")

    def figures(self, where: str, rows: Iterable[Record] | None) -> None:
        for number, row in enumerate(rows or []):
            here = f"{where}[{number}]"
            self.need(here, row, "kind", "value", "source")
            self.code(here, "figure_kinds", row.get("kind"))
            if not isinstance(row.get("value"), int):
                self.fault(here, "value is not a whole number")

    def geography(self, where: str, nuts: Record | None) -> None:
        if not nuts:
            return
        self.code(where, "nuts2024_de", nuts.get("nuts1"))
        if self.entry("nuts2024_de", nuts.get("nuts1")).get("level") != "1":
            self.fault(where, "nuts1 is not a level 1 code")
        if "nuts2" in nuts:
            self.code(where, "nuts2024_de", nuts["nuts2"])
            if self.entry("nuts2024_de", nuts["nuts2"]).get("parent") != nuts.get("nuts1"):
                self.fault(where, "nuts2 does not lie in nuts1")
        if nuts.get("derived") and not nuts.get("basis"):
            self.fault(where, "derived without basis")

    def aliases(self, where: str, rows: Iterable[Record] | None) -> None:
        for number, row in enumerate(rows or []):
            self.need(f"{where}[{number}]", row, "name", "source")
            if "kind" in row:
                self.code(f"{where}[{number}]", "alias_kinds", row["kind"])

    def founded(self, where: str, rows: Iterable[Record] | None) -> None:
        for number, row in enumerate(rows or []):
            here = f"{where}[{number}]"
            self.need(here, row, "value", "of", "source")
            self.date(here, row.get("value"), False)
            self.code(here, "founding_kinds", row.get("of"))

    def website(self, where: str, site: Record | None) -> None:
        if site:
            if not DOMAIN.match(str(site.get("domain", ""))):
                self.fault(where, f"domain {site.get('domain')!r}")
            self.need(where, site, "domain", "source")


# ---- reading --------------------------------------------------------------------------------------------------------


def text_of(path: Path, fault: Callable[[str, str], None]) -> str:
    """A file's text; line ends and byte order mark are checked."""
    raw = path.read_bytes()
    if b"\r" in raw:
        fault(path.name, "contains CR, expected LF only")
    if raw.startswith(b"\xef\xbb\xbf"):
        fault(path.name, "starts with a byte order mark")
    if not raw.endswith(b"\n"):
        fault(path.name, "does not end with a line feed")
    return raw.decode("utf-8")


def parsed(name: str, text: str, fault: Callable[[str, str], None]) -> Any:
    """YAML in which no mapping holds a key twice, which PyYAML would silently accept."""

    class Loader(_Safe):
        pass

    def mapping(loader: Loader, node: yaml.MappingNode) -> dict[Any, Any]:
        seen = set()
        for key_node, _value in node.value:
            key = loader.construct_object(key_node, deep=True)
            if key in seen:
                fault(f"{name} line {key_node.start_mark.line + 1}", f"key {key!r} twice")
            seen.add(key)
        mapped: dict[Any, Any] = _Safe.construct_mapping(loader, node, deep=True)
        return mapped

    Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, mapping)
    return yaml.load(text, Loader=Loader)  # noqa: S506 - a SafeLoader with one constructor of ours


def read_lists(folder: Path, fault: Callable[[str, str], None]) -> dict[str, dict[str, Record]]:
    """The closed lists by name and code; columns, empty cells and double codes are checked."""
    lists: dict[str, dict[str, Record]] = {}
    wanted = ("code", "title_de", "title_en", "source")
    for path in sorted((folder / "vocab").glob("*.csv")):
        name = f"vocab/{path.name}"
        rows: list[dict[Any, Any]] = list(csv.DictReader(text_of(path, fault).splitlines()))
        for column in wanted:
            if column not in (rows[0] if rows else {}):
                fault(name, f"column {column} is missing")
        table: dict[str, Record] = {}
        for number, row in enumerate(rows, 2):
            here = f"{name} line {number}"
            if None in row or None in row.values():
                fault(here, "wrong number of columns")
                continue
            for column in wanted:
                if not row.get(column):
                    fault(here, f"{column} is empty")
            if row.get("code") in table:
                fault(here, f"code {row['code']} twice")
            table[row.get("code", "")] = row
        lists[path.stem] = table
    return lists


def read(folder: Path = FOLDER) -> Content:
    """All files of a folder; what is wrong with the files themselves is among the faults already."""
    found: list[str] = []

    def fault(where: str, text: str) -> None:
        found.append(f"{where}: {text}")

    lists = read_lists(folder, fault)
    for name in NEEDED_LISTS:
        if name not in lists:
            fault(f"vocab/{name}.csv", "file is missing")
    files: dict[str, Any] = {}
    for name in FILES:
        path = folder / f"{name}.yaml"
        if path.exists():
            files[name] = parsed(path.name, text_of(path, fault), fault)
        else:
            fault(path.name, "file is missing")
    content = Content(files, lists)
    content.faults.extend(found)
    return content
