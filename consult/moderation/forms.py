"""The form of a decision. Fields are named as `contract.md` promises; `second` and `second_title` belong to a split."""

from __future__ import annotations

from typing import Any

from wtforms import Field, RadioField
from wtforms.widgets import TextArea

from consult.core.forms import ChoiceField, Form, LineField, TextField
from consult.core.i18n import _l
from consult.core.text import clean_line, clean_text
from consult.moderation.catalogue import DEFAULT_REASON, reason_choices
from consult.moderation.checks import Choice

MOST_ROWS = 20


class RowsField(Field):
    """A field that may come several times under one name; `data` is the list of its cleaned values in their order."""

    widget = TextArea()

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = [clean_text(value) for value in valuelist[:MOST_ROWS] if isinstance(value, str)]

    def process_data(self, value: Any) -> None:
        self.data = list(value or [])

    def _value(self) -> str:
        return "\n".join(self.data)


# What a decision does, as the moderator reads it, with its key in each language of the interface.
OUTCOME_CHOICES = {
    "publish": (_l("Publish"), "p", "p"),
    "return": (_l("Return with remarks"), "z", "r"),
    "redact": (_l("Black out a passage"), "s", "b"),
    "reject": (_l("Reject"), "a", "j"),
    "merge": (_l("Merge with another one"), "m", "m"),
    "split": (_l("Split in two"), "t", "s"),
    "hide": (_l("Hide"), "v", "h"),
    "restore": (_l("Show again"), "w", "w"),
    "remove": (_l("Remove"), "e", "x"),
}
LEAVE = _l("Leave it as it is")
HOLD_BACK = _l("Black out a passage or hold back an attachment")


class DecisionForm(Form):
    """One decision. What it may be depends on the case, so the operation checks it and `take_errors` shows what lacks."""

    outcome = RadioField(_l("Decision"), validate_choice=False)
    reason = ChoiceField(_l("Reason"), validate_choice=False, default=DEFAULT_REASON)
    note = TextField(_l("One sentence about it"))
    passage = RowsField(_l("Passage"))
    passage_note = RowsField(_l("Remark"))
    held_back = RowsField(_l("Hold attachments back"))
    target = LineField(_l("Number of the other text"))
    second = RowsField(_l("Parts of the second text"))
    second_title = LineField(_l("Title of the second text"))
    internal_note = TextField(_l("Internal remark"))
    version = LineField()

    def offer(self, outcomes: tuple[str, ...], as_it_is: bool, with_files: bool = False) -> None:
        """Offer these outcomes and the reasons of the catalogue."""
        other = ({"publish": LEAVE} if as_it_is else {}) | ({"redact": HOLD_BACK} if with_files else {})
        self.outcome.choices = [(code, str(other.get(code, OUTCOME_CHOICES[code][0]))) for code in outcomes]
        self.reason.choices = reason_choices()

    def choice(self) -> Choice:
        """What was chosen, as the operation takes it. Fields of other outcomes are left out."""
        outcome = self.outcome.data or ""
        return Choice(
            outcome=outcome,
            reason=self.reason.data or "",
            note=self.note.data,
            passages=self.passages(),
            version=self.version.data,
            internal_note=self.internal_note.data,
            held_back=tuple(dict.fromkeys(self.held_back.data)) if outcome == "redact" else (),
            target=self.target.data if outcome == "merge" else "",
            second=tuple(dict.fromkeys(self.second.data)) if outcome == "split" else (),
            second_title=self.second_title.data if outcome == "split" else "",
        )

    def keys(self, language: str) -> dict[str, str]:
        """The letter of each outcome."""
        return {
            code: german if language == "de" else english for code, (_label, german, english) in OUTCOME_CHOICES.items()
        }

    def passages(self) -> tuple[tuple[str, str], ...]:
        """Pairs of passage and remark; rows that are empty on both sides are left out."""
        texts, remarks = self.passage.data, self.passage_note.data
        size = max(len(texts), len(remarks))
        rows = zip([*texts, *[""] * (size - len(texts))], [*remarks, *[""] * (size - len(remarks))], strict=True)
        return tuple((text, clean_line(remark)) for text, remark in rows if text or remark)
