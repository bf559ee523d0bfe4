"""Both languages are complete, and the German keeps to the house's words."""

from __future__ import annotations

import ast
import re

import pytest

from tests.house.source import name, python_files, template_files, tree
from tools.messages import Key, entries, missing, used

PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")


def test_every_message_is_translated() -> None:
    lacking = [f"{place} {' / '.join(key)!r}" for key, place in missing().items()]
    assert not lacking, f"{len(lacking)} messages without German:\n" + "\n".join(lacking)


def test_catalogues_are_finished() -> None:
    found = []
    for file, message, key, strings in entries():
        if message.fuzzy:
            found.append(f"{file}: fuzzy: {key[0]!r}")
        if not all(strings):
            found.append(f"{file}: empty: {key[0]!r}")
        if len(key) == 2 and len(strings) != 2:
            found.append(f"{file}: German has two forms: {key[0]!r}")
    assert not found, "\n".join(found)


def test_placeholders_are_the_same() -> None:
    found = []
    for file, _message, key, strings in entries():
        wanted = set(PLACEHOLDER.findall(" ".join(key)))
        for string in strings:
            given = set(PLACEHOLDER.findall(string))
            # "ein Tag" may leave the number out of the singular; nothing else may be lost or made up
            if given - wanted or (wanted - given - {"num"} if len(key) == 2 else wanted - given):
                found.append(f"{file}: {key[0]!r}: {sorted(wanted)} became {sorted(given)}")
        if any("%" in re.sub(r"%%|%\(\w+\)[sd]", "", string) for string in strings) and "%(" in " ".join(key):
            found.append(f"{file}: {key[0]!r}: a single % beside placeholders")
    assert not found, "\n".join(found)


def test_a_message_has_one_translation() -> None:
    seen: dict[Key, tuple[str, tuple[str, ...]]] = {}
    found = []
    for file, _message, key, strings in entries():
        before = seen.setdefault(key, (file, strings))
        if before[1] != strings:
            found.append(f"{key[0]!r}: {before[0]} says {before[1]}, {file} says {strings}")
    assert not found, "\n".join(found)


def test_no_translation_is_left_over() -> None:
    asked = used()
    left = [f"{file}: {key[0]!r}" for file, _message, key, _strings in entries() if key not in asked]
    assert not left, f"{len(left)} messages that nothing asks for:\n" + "\n".join(left)


# What German texts of the house do not contain, with the reason.
UNGERMAN = {
    "exclamation mark": re.compile(r"!(?!=)"),
    "gender star": re.compile(r"\w[*:_·]in(?:nen)?\b|\wInnen\b"),
    "quotation marks other than »…«": re.compile(r"[„“”]|(?<![=\w])\"(?!>)[^\"<>=]+\""),
    "dash as a pause": re.compile(r"\s[–—]\s(?!\d|%\()"),
    "informal address": re.compile(r"\b(?:[Dd]u|[Dd]ein(?:e[rmns]?)?|[Dd]ir|[Dd]ich)\b"),
    "replaced umlaut": re.compile(
        r"\b(?:fuer|ueber|koennen|moechten|waehlen|zurueck|pruefen|veroeffentlich\w*|aendern)\b", re.IGNORECASE
    ),
}


@pytest.mark.parametrize("what", UNGERMAN)
def test_german_keeps_to_the_house(what: str) -> None:
    found = [
        f"{file}: {string!r}"
        for file, _message, _key, strings in entries()
        for string in strings
        if UNGERMAN[what].search(string)
    ]
    assert not found, "\n".join(found)


def test_english_keeps_to_the_house() -> None:
    found = [
        f"{place} {message!r}" for key, place in used().items() for message in key if message.rstrip().endswith("!")
    ]
    assert not found, "\n".join(found)


def test_quotation_marks_are_those_of_the_language() -> None:
    """Outside the catalogues and the German pages none are German: what is put around words goes through a message."""
    files = [path for path in template_files() if ".de" not in path.suffixes]
    found = [name(path) for path in files if re.search("[»«„]", path.read_text("utf-8"))]
    for path in python_files("consult"):
        quoting = {"loading.py", "text.py", "search_jobs.py"}  # both languages' texts, marks that are looked for
        if path.name in quoting or path.name.startswith("synthetic"):
            continue
        text = "".join(
            one.value for one in ast.walk(tree(path)) if isinstance(one, ast.Constant) and type(one.value) is str
        )
        found += [name(path)] if re.search("[»«„]", text) else []
    assert found == []


# Words that stand on a page without asking for a translation.
BARE_WORDS = re.compile(r">\s*([A-ZÄÖÜa-zäöüß][^<>{}]*[a-zäöüß]{3}[^<>{}]*)<")


def test_templates_hold_no_bare_words() -> None:
    """Every word of the interface goes through the catalogues; pages written once a language have a file for each."""
    found = []
    for path in template_files():
        if path.suffix != ".html":
            continue
        if path.suffixes[0] in (".de", ".en"):
            twins = [path.name.replace(path.suffixes[0], suffix) for suffix in (".de", ".en")]
            found += [f"{name(path)}: {twin} is missing" for twin in twins if not path.with_name(twin).is_file()]
            continue
        text = re.sub(r"{#.*?#}|<!--.*?-->|{%-?\s*raw.*?endraw\s*-?%}", "", path.read_text("utf-8"), flags=re.DOTALL)
        text = re.sub(r"{{.*?}}|{%.*?%}", "{}", text, flags=re.DOTALL)
        for words in BARE_WORDS.findall(text):
            if words.strip() not in ("Deutsch", "English", "Atom", "KERN UX"):
                found.append(f"{name(path)}: {words.strip()!r}")
    assert not found, "\n".join(found)
