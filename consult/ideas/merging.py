"""Two texts of one draft become one, field by field: what only one side changed is taken over, the rest a person chooses.

Pure functions over a draft's document. A field is named as in the form, with the question's id instead of its position:
`title`, `answer-12`, `audience-12`, `secret-12`; what the form does not know is a field of its own name.
"""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from consult.core.audiences import PUBLIC

Fields = dict[str, Any]
UNSEEN = frozenset({"release_note", "attachments"})  # written by sign-off and with files, not in the fields of the form
LISTS = frozenset({"partners"})


def _nothing(name: str) -> Any:
    """What a field holds that is not there."""
    if name.startswith("audience-"):
        return PUBLIC
    return [] if name.startswith("secret-") or name in LISTS else {} if name == "attributes" else ""


def fields_of(document: Mapping[str, Any]) -> Fields:
    """A draft's document as fields, without those that hold nothing."""
    found: Fields = {}
    for name, value in document.items():
        if name == "answers":
            for question, (body, audience) in value.items():
                found[f"answer-{question}"], found[f"audience-{question}"] = body, audience
        elif name == "secrets":
            found |= {f"secret-{question}": passages for question, passages in value.items()}
        elif name not in UNSEEN:
            found[name] = value
    return {name: value for name, value in found.items() if value != _nothing(name)}


def document_of(fields: Mapping[str, Any], present: Mapping[str, Any]) -> dict[str, Any]:
    """Fields as a draft's document; what is no field is kept from the `present` one."""
    document: dict[str, Any] = {name: present[name] for name in UNSEEN & present.keys()}
    answers: dict[str, list[str]] = {}
    secrets: dict[str, list[str]] = {}
    for name, value in fields.items():
        kind, _dash, question = name.rpartition("-")
        if kind in ("answer", "audience"):
            answers.setdefault(question, ["", PUBLIC])[0 if kind == "answer" else 1] = value
        elif kind == "secret":
            secrets[question] = value
        else:
            document[name] = value
    return {**document, "answers": answers, **({"secrets": secrets} if secrets else {})}


def value_of(fields: Mapping[str, Any], name: str) -> Any:
    """What stands in a field, also where it is not there."""
    return fields.get(name, _nothing(name))


def changed(old: Mapping[str, Any], new: Mapping[str, Any]) -> Fields:
    """The fields that differ, as they were in `old`."""
    names = sorted(old.keys() | new.keys())
    return {name: value_of(old, name) for name in names if value_of(old, name) != value_of(new, name)}


@dataclass
class Merged:
    """What becomes of two texts. `fields` holds both sides' changes, and in `conflicts` what is stored; `taken` are the
    fields that only the other side changed."""

    fields: Fields
    conflicts: list[str] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)


# ---- what a form was opened with, in few words ----------------------------------------------------------------------

Prints = dict[str, str]
NO_FIELDS = "-"  # the line of a form that was opened empty
_PRINT = re.compile(r"([a-z_]+(?:-\d+)?)=([\w-]{8})", re.ASCII)


def _print(value: Any) -> str:
    text = json.dumps(value, sort_keys=True)
    return urlsafe_b64encode(blake2b(text.encode(), digest_size=6).digest()).decode()


def prints_of(fields: Mapping[str, Any]) -> str:
    """A line that a form carries: by it a field is known again that has not changed since, without storing what it held."""
    return " ".join(f"{name}={_print(value)}" for name, value in sorted(fields.items())) or NO_FIELDS


def read_prints(line: str) -> Prints | None:
    """Back from the form; None where it carried none."""
    return dict(_PRINT.findall(line)) or None if line != NO_FIELDS else {}


def merged(
    base: Mapping[str, Any] | None,
    mine: Mapping[str, Any],
    theirs: Mapping[str, Any],
    prints: Prints | None = None,
) -> Merged:
    """Both sides' changes since `base`, or since a form was opened whose fields left these `prints`. Without either every
    difference is a conflict, so that nothing is lost."""

    def was(name: str, value: Any) -> bool:
        if base is not None:
            return bool(value == value_of(base, name))
        if prints is None:
            return False
        return prints[name] == _print(value) if name in prints else bool(value == _nothing(name))

    result = Merged(dict(theirs))
    for name in sorted(mine.keys() | theirs.keys() | (base or {}).keys()):
        own, other = value_of(mine, name), value_of(theirs, name)
        if own == other:
            continue
        if was(name, own):
            result.taken.append(name)
        elif was(name, other):
            result.fields[name] = own
        elif name in LISTS:
            result.fields[name] = _both(value_of(base or {}, name), own, other)
        else:
            result.conflicts.append(name)
    return result


def _both(base: list[Any], mine: list[Any], theirs: list[Any]) -> list[Any]:
    """A list with what either side added and without what either side took out."""
    gone = [one for one in base if one not in mine or one not in theirs]
    kept = [one for one in theirs if one not in gone]
    return [*kept, *(one for one in mine if one not in kept and one not in gone)]
