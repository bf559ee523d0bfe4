"""The forms in which editors write a topic, plan it and give it a picture."""

from __future__ import annotations

from typing import Any

from flask_wtf.file import FileField

from consult.consultations.queries import all_consultations, questions_of
from consult.core.editing import as_lines, clock_value, day_value
from consult.core.editing_forms import (
    ClockField,
    DayField,
    EditingForm,
    ReferenceField,
    ReferencesField,
    TicksField,
    bilingual,
    pair_values,
)
from consult.core.forms import ChoiceField, LineField, longest
from consult.core.i18n import _, _l, pick
from consult.core.registry import registries
from consult.programmes.related import references
from consult.topics import queries
from consult.topics.models import Topic
from consult.topics.operations import RELATED_KINDS, TEXTS, Approval, Draft, belongs_to
from consult.topics.rules import PARAPHRASE, VERBATIM

LABELS = {
    "title": _l("Title"),
    "teaser": _l("Teaser"),
    "article": _l("Article"),
    "open_question": _l("Open question"),
    "statement": _l("Statement"),
    "statement_note": _l("Remark on the statement"),
    "contact_text": _l("Contact, in words"),
    "facts_note": _l("Remark on the facts"),
}
STATEMENT_KINDS = (
    ("", _l("No statement")),
    (VERBATIM, _l("Wording of the speaker")),
    (PARAPHRASE, _l("Paraphrase, marked as such")),
)


@bilingual("facts_note", LABELS["facts_note"], 600)
@bilingual("contact_text", LABELS["contact_text"], 600)
@bilingual("statement_note", LABELS["statement_note"], 400)
@bilingual("statement", LABELS["statement"], 1500)
@bilingual("open_question", LABELS["open_question"], 200, line=True)
@bilingual("article", LABELS["article"], 12_000)
@bilingual("teaser", LABELS["teaser"], 400)
@bilingual("title", LABELS["title"], 120, line=True)
class TopicForm(EditingForm):
    """All of a topic of the month but its picture and its date."""

    tags = TicksField(_l("Topics of the agenda"))
    original_title = LineField(_l("Occasion"), [longest(200)])
    contact = ReferenceField(_l("Contact organisation"), kinds=("organisation",))
    statement_kind = ChoiceField(_l("Kind of statement"))
    statement_by = ReferenceField(_l("Organisation of the speaker"), kinds=("organisation",))
    approved_who = LineField(_l("Approved by"), [longest(200)])
    approved_on = DayField(_l("Approved on"))
    question = ChoiceField(_l("Guiding question that it leads to"))
    related = ReferencesField(_l("What belongs to it"), kinds=RELATED_KINDS)

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.tags.choices = [(one.slug, pick(one.title)) for one in queries.agenda_topics()]
        self.statement_kind.choices = [(code, str(words)) for code, words in STATEMENT_KINDS]
        self.question.choices = [("", _("None")), *question_choices()]

    def draft(self) -> Draft:
        """What was sent, for the operation."""
        contact, speaker = self.contact.info, self.statement_by.info
        return Draft(
            texts={name: self.text(name) for name in TEXTS},
            values={
                "tags": list(self.tags.data or []),
                "original_title": self.original_title.data,
                "contact_id": contact.id if contact else None,
                "statement_kind": self.statement_kind.data,
                "statement_by_id": speaker.id if speaker else None,
                "question_id": int(self.question.data) if self.question.data else None,
                "text_states": self.origins(),
            },
            approval=Approval(self.approved_who.data, self.approved_on.day),
            related=tuple(self.related.infos),
        )


def question_choices() -> list[tuple[str, str]]:
    """The guiding questions of the consultations that are listed, by id."""
    found = []
    for consultation in all_consultations():
        if consultation.listed:
            for question in questions_of(consultation.id):
                words = f"{pick(consultation.title)}: {question.position}. {pick(question.short_title)}"
                found.append((str(question.id), words[:160]))
    return found


def _organisation(number: int | None) -> str:
    described = registries.subjects["organisation"].describe([number]) if number else {}
    return f"organisation/{described[number].key}" if number in described else ""


def values_of(topic: Topic) -> dict[str, Any]:
    """What the form holds for a stored topic."""
    return {
        **pair_values({name: getattr(topic, name) for name in TEXTS}, topic.text_states),
        "revision": str(topic.revision),
        "tags": list(topic.tags),
        "original_title": topic.original_title,
        "contact": _organisation(topic.contact_id),
        "statement_kind": topic.statement_kind,
        "statement_by": _organisation(topic.statement_by_id),
        "approved_who": topic.approved_who,
        "approved_on": topic.approved_on.isoformat() if topic.approved_on else "",
        "question": str(topic.question_id or ""),
        "related": as_lines(references(belongs_to(topic))),
    }


class PlanForm(EditingForm):
    """When a topic appears; without a time at the beginning of the day."""

    day = DayField(_l("Day on which it appears"))
    clock = ClockField(_l("Time in Germany"))


def plan_values(topic: Topic) -> dict[str, str]:
    """The date that is planned."""
    return {
        "revision": str(topic.revision),
        "day": day_value(topic.planned_for),
        "clock": clock_value(topic.planned_for),
    }


class PictureForm(EditingForm):
    """A picture with its description in both languages."""

    file = FileField(_l("Picture (JPEG, PNG or WebP, at most 10 MB)"))
    alt_de = LineField(_l("What it shows, German"), [longest(300)])
    alt_en = LineField(_l("What it shows, English"), [longest(300)])
    credit = LineField(_l("Who made it, and where the right to use it comes from"), [longest(200)])
