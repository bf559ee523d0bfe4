"""What an organisation's page about a text shows beside it: what is new in it, and what an approver changed in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from consult.consultations.queries import questions_of
from consult.core.audiences import LABELS
from consult.core.errors import Invalid
from consult.core.i18n import _, pick
from consult.core.registry import registries
from consult.ideas import redactions
from consult.ideas.drafting import newest_version_id
from consult.ideas.frames import Frame
from consult.ideas.merging import changed, fields_of, value_of
from consult.ideas.models import Idea
from consult.ideas.revisions import changes_in_release
from consult.ideas.versions import version_with_answers
from consult.moderation.diff import Change, word_diff


@dataclass(frozen=True)
class FieldChange:
    """A field in words, what changed in it, and who changed it (empty where that is not the point)."""

    label: str
    change: Change
    who: str = ""


def label_of(name: str, questions: dict[int, Any]) -> str:
    """What a field is called on the page."""
    kind, _dash, number = name.rpartition("-")
    question = questions.get(int(number)) if kind and number.isdigit() else None
    if question is not None:
        place = f"{question.position} {pick(question.short_title)}"
        named = {"audience": _("Who may read answer %(place)s", place=place),
                 "secret": _("Business secrets in answer %(place)s", place=place)}  # fmt: skip
        return named.get(kind, _("Answer %(place)s", place=place))
    named = {
        "title": _("Title"), "summary": _("Summary"), "language": _("Language of your text"), "sector": _("Sector"),
        "region": _("Region"), "size": _("Number of employees"), "organisation": _("Organisation"),
        "partners": _("Partners"), "coauthors": _("Who stands for the idea, too"),
    }  # fmt: skip
    return named.get(name, _("Further entries"))


def named(refusal: Invalid, consultation_id: int) -> Invalid:
    """A refusal whose sentences name the fields of the writing form, for a page that does not carry them."""
    questions = {one.position: one for one in questions_of(consultation_id)}
    return Invalid(
        {name: why if name == "note" else _("%(field)s: %(problem)s", field=label_of(name, questions), problem=why)
         for name, why in refusal.fields.items()},
        refusal.message,
    )  # fmt: skip


def words_of(name: str, value: Any) -> str:
    """A field's value as text, to be compared and read."""
    if name.startswith("audience-"):
        return str(LABELS.get(value, value))
    if name == "partners":
        return "\n\n".join(_partner(kind, int(number)) for kind, number, _code in value)
    if isinstance(value, list):
        return "\n\n".join(map(str, value))
    return str(value) if isinstance(value, str) else ""


def _partner(kind: str, number: int) -> str:
    subject = registries.subjects.get(kind)
    found = subject.describe([number]).get(number) if subject is not None else None
    return found.title if found is not None else f"{kind} {number}"


def _by_id(frame: Frame) -> dict[int, Any]:
    return {one.id: one for one in frame.questions}


def _ordered(names: Any, frame: Frame) -> list[str]:
    """Fields in the order of the form: title and summary, the answers, the rest."""
    places = {one.id: one.position for one in frame.questions}

    def place(name: str) -> tuple[int, int, str]:
        number = name.rpartition("-")[2]
        if name in ("title", "summary"):
            return (0, 0 if name == "title" else 1, name)
        return (1, places.get(int(number), 99), name) if number.isdigit() else (2, 0, name)

    return sorted(names, key=place)


def news(idea: Idea, frame: Frame) -> list[FieldChange] | None:
    """What is new since the version that was sent before; None for a first text. Two queries then."""
    if idea.number is None:
        return None
    version_id = idea.public_version_id or newest_version_id(idea.id)
    if version_id is None:
        return None
    old = fields_of(redactions.sent_content(version_with_answers(version_id)).document())
    new, questions = fields_of(frame.content.document()), _by_id(frame)
    return [
        FieldChange(label_of(name, questions), word_diff(words_of(name, before), words_of(name, value_of(new, name))))
        for name, before in ((one, value_of(old, one)) for one in _ordered(changed(old, new), frame))
    ]


def changes(idea: Idea, frame: Frame) -> list[FieldChange]:
    """What those who release have changed in the text since it was put up, and who did. One query."""
    new, questions = fields_of(frame.content.document()), _by_id(frame)
    found = {name: (before, who) for name, before, who in changes_in_release(idea)}
    return [
        FieldChange(
            label_of(name, questions),
            word_diff(words_of(name, found[name][0]), words_of(name, value_of(new, name))),
            found[name][1],
        )
        for name in _ordered(found, frame)
        if found[name][0] != value_of(new, name)
    ]
