"""Forms of redress. Fields of report and complaint are named as `contract.md` promises."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, Field, RadioField
from wtforms.widgets import TextInput

from consult.core.forms import ChoiceField, EmailField, Form, LineField, TextField, longest, required
from consult.core.i18n import _, _l
from consult.moderation.catalogue import reason_choices
from consult.moderation.forms import OUTCOME_CHOICES
from consult.redress.complaints import Answer
from consult.redress.measures import Judgement
from consult.redress.words import DISPUTE_OUTCOMES, OUTCOME_LABELS, OUTCOMES, REASONS, STEP_LABELS


class TicksField(Field):
    """Boxes of one name; `data` is the list of the values that were ticked, at most a hundred."""

    widget = TextInput()

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = [value for value in valuelist[:100] if isinstance(value, str)]

    def process_data(self, value: Any) -> None:
        self.data = list(value or [])

    def _value(self) -> str:
        return ""


class ReportForm(Form):
    """A reader's report with the elements of Art. 16 (2): a explanation, b address, c name and e-mail, d good faith.

    Name and address are asked for and not demanded: the law forbids to demand them where sexual abuse of children is
    suspected, and nobody should have to say what it is before they are heard.
    """

    url = LineField(
        _l("Address of the text"), [required(_l("Please enter the address of the text that you mean.")), longest(2000)]
    )
    reason = ChoiceField(
        _l("What is wrong with it?"), [required(_l("Please choose what is wrong; the closest entry is enough."))]
    )
    explanation = TextField(
        _l("Explanation"), [required(_l("Please say in a sentence or two what is wrong.")), longest(5000)]
    )
    name = LineField(_l("Your name"), [longest(120)])
    email = EmailField(_l("Your e-mail address"))
    good_faith = BooleanField(
        _l("To the best of my knowledge these statements are correct and complete."),
        [required(_l("Please confirm this; the law asks for it."))],
    )

    def offer(self) -> None:
        """Offer the reasons of the catalogue that speak against a text."""
        self.reason.choices = [("", _("Please choose")), *reason_choices(restrictive=True)]


class ComplaintForm(Form):
    """A complaint: a text, nothing else. The address of the page says what it is about."""

    body = TextField(_l("Your complaint"), [required(_l("Please say why you do not agree; one sentence is enough."))])


class AnswerForm(Form):
    """The answer to a complaint. Which fields count hangs on the complaint, so the operation says what lacks."""

    outcome = RadioField(_l("Answer"), validate_choice=False)
    reason = ChoiceField(_l("Reason"), validate_choice=False)
    note = TextField(_l("What you write to whom complained"))
    is_manifest = BooleanField(_l("The complaint is manifestly unfounded"))
    act = RadioField(_l("What happens to the text"), validate_choice=False)
    act_reason = ChoiceField(_l("Reason for the author of the text"), validate_choice=False)
    act_note = TextField(_l("Sentence for the author of the text"))
    passage = TextField(_l("Passage to be blacked out"))
    days = LineField(_l("How many days remain"))

    def offer(self, acts: tuple[str, ...]) -> None:
        """Offer outcomes, reasons and what can happen to the text."""
        self.outcome.choices = [(code, str(OUTCOME_LABELS[code])) for code in OUTCOMES]
        self.reason.choices = [
            ("", _("Please choose")),
            *((code, str(label)) for code, (label, _fits) in REASONS.items()),
        ]
        self.act.choices = [(code, str(OUTCOME_CHOICES[code][0])) for code in acts if code in OUTCOME_CHOICES]
        self.act_reason.choices = [("", _("Please choose")), *reason_choices(restrictive=True)]

    def answer(self) -> Answer:
        """What was typed."""
        return Answer(
            outcome=self.outcome.data or "",
            reason=self.reason.data or "",
            note=self.note.data,
            is_manifest=self.is_manifest.data,
            act=self.act.data or "",
            act_reason=self.act_reason.data or "",
            act_note=self.act_note.data,
            passage=self.passage.data,
            days=as_days(self.days.data),
        )


class MeasureForm(Form):
    """A warning or a suspension, with the criteria of Art. 23 (3). The operation says what lacks."""

    item = TicksField(_l("What is manifest"))
    step = RadioField(_l("Decision"), validate_choice=False)
    days = LineField(_l("Days of suspension"))
    gravity = TextField(_l("How serious is it, and what followed?"))
    intention = TextField(_l("What can be seen of the intention?"))
    note = TextField(_l("The facts, in a sentence or two"))
    seen = LineField()

    def offer(self) -> None:
        """Offer the two steps."""
        self.step.choices = [(code, str(label)) for code, label in STEP_LABELS.items()]

    def judgement(self) -> Judgement:
        """What was typed."""
        return Judgement(
            step=self.step.data or "",
            items=tuple(self.item.data or ()),
            gravity=self.gravity.data,
            intention=self.intention.data,
            note=self.note.data,
            days=as_days(self.days.data),
            seen=as_days(self.seen.data),
        )


class DisputeForm(Form):
    """A dispute before a body out of court: opened with the body's name, closed with its outcome."""

    body = LineField(_l("Body out of court"), [longest(300)])
    outcome = ChoiceField(_l("Outcome"), validate_choice=False)
    is_followed = BooleanField(_l("We have done what the body decided"))
    note = TextField(_l("Remark"), [longest(2000)])

    def offer(self) -> None:
        """Offer the outcomes."""
        self.outcome.choices = [("", _("under way")), *((code, str(word)) for code, word in DISPUTE_OUTCOMES.items())]


def as_days(text: str) -> int:
    """A whole number of up to nine digits, 0 for everything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
