"""The form in which staff type what came back: where it comes from, the idea, and for each question answer and audience."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField
from wtforms.fields import SelectChoice

from consult.consultations.models import Question
from consult.core.audiences import AUDIENCES, LABELS, MINISTRY
from consult.core.forms import ChoiceField, DateField, EmailField, Form, LineField, TextField, longest, required
from consult.core.i18n import _, _l
from consult.ideas.drafts import ANSWER_MAX, ORGANISATION_MAX, SUMMARY_MAX, TITLE_MAX, Content, Written
from consult.ideas.forms import IdeaForm
from consult.ideas.origins import CHANNEL_WORDS, CONSENT_WORDS
from consult.paper.entries import Entry


class EntryForm(Form):
    """Everything of an entry but the answers, which come with `entry_form`."""

    channel = ChoiceField(_l("How did it reach you?"))
    received_on = DateField(_l("Received on"))
    place = LineField(_l("Place or event"), [longest(200)])
    reference = LineField(_l("Number of the original"), [longest(120)])
    consent = ChoiceField(_l("The author's consent"))
    author_name = LineField(_l("Name of the author"), [longest(200)])
    email = EmailField(_l("E-mail address of the author"))
    title = LineField(_l("Title"), [longest(TITLE_MAX)])
    summary = TextField(_l("Summary"), [longest(SUMMARY_MAX)])
    language = ChoiceField(_l("Language of the text"))
    organisation = LineField(_l("Organisation"), [longest(ORGANISATION_MAX)])
    sector = ChoiceField(_l("Sector"))
    region = ChoiceField(_l("Region"))
    size = ChoiceField(_l("Number of employees"))
    questions = HiddenField()
    another = BooleanField(_l("I have compared them: this is another idea"))

    def fill_choices(self) -> None:
        """Closed lists in the reader's language."""
        IdeaForm.fill_choices(self)
        nothing = SelectChoice("", _("please choose"))
        self.channel.choices = [nothing, *(SelectChoice(code, str(label)) for code, label in CHANNEL_WORDS.items())]
        self.consent.choices = [nothing, *(SelectChoice(code, str(label)) for code, label in CONSENT_WORDS.items())]

    def entry(self, questions: Sequence[Question]) -> Entry:
        """What was typed, as plain values."""
        answers = {
            one.id: Written(self[f"answer-{one.position}"].data, self[f"audience-{one.position}"].data)
            for one in questions
        }
        content = Content(
            title=self.title.data, summary=self.summary.data, language=self.language.data, sector=self.sector.data,
            region=self.region.data, size=self.size.data, organisation=self.organisation.data, answers=answers,
        )  # fmt: skip
        return Entry(
            content, self.channel.data, self.received_on.data, self.consent.data, self.place.data,
            self.reference.data, self.author_name.data, self.email.data,
        )  # fmt: skip


@lru_cache(maxsize=32)
def entry_form(positions: tuple[int, ...]) -> type[EntryForm]:
    """The form for questions at these positions. Where nothing was ticked, only the ministry reads an answer."""
    fields: dict[str, Any] = {}
    for position in positions:
        fields[f"answer-{position}"] = TextField(_l("Answer"), [longest(ANSWER_MAX)])
        fields[f"audience-{position}"] = ChoiceField(
            _l("Who may read it, as ticked"), default=MINISTRY,
            choices=[SelectChoice(code, LABELS[code]) for code in AUDIENCES],
        )  # fmt: skip
    return type("EntryFormWithQuestions", (EntryForm,), fields)


class TableForm(Form):
    """A table of entries."""

    file = FileField(_l("File"), [required(_l("Please choose a file."))])
