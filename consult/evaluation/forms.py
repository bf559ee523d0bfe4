"""The form in which a response is written, and those that take it back or report on a commitment."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy import select
from wtforms import HiddenField, ValidationError

from consult.core.db import db
from consult.core.editing import lines_of
from consult.core.editing_forms import DayField, EditingForm
from consult.core.forms import ChoiceField, LineField, TextField, longest
from consult.core.i18n import LANGUAGE_NAMES, _, _l
from consult.core.vocabularies import vocabulary
from consult.evaluation import rules, words
from consult.evaluation.drafts import BODY_MAX, MOST_PROMISES, PROMISE_MAX, TITLE_MAX, UNIT_MAX, Content, Promise
from consult.evaluation.models import Commitment
from consult.ideas.models import Idea
from consult.ideas.queries import is_number

NUMBER = re.compile(r"[A-Za-z]{1,8}-\d{4}-\d{1,9}")


class IdeasField(TextField):
    """Ideas by their numbers, also within addresses, one or several a line. `ids` are those that were found, each once."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.ids: tuple[int, ...] = ()

    def find_quietly(self, form: Any) -> None:
        """Find the ideas that an address names; what is none is told once the form is sent."""
        with suppress(ValidationError):
            self.pre_validate(form)

    def pre_validate(self, form: Any) -> None:
        lines = lines_of(str(self.data or ""))
        strange = [line for line in lines if not NUMBER.search(line)]
        if strange:
            raise ValidationError(_("No number of an idea: %(line)s", line=strange[0][:80]))
        numbers = [one.upper() for line in lines for one in NUMBER.findall(line)]
        known = {
            number: idea_id
            for idea_id, number in db.session.execute(
                select(Idea.id, Idea.number).where(Idea.number.in_([one for one in numbers if is_number(one)]))
            )
        }
        unknown = [one for one in numbers if one not in known]
        if unknown:
            raise ValidationError(_("We have no idea under this number: %(numbers)s", numbers=", ".join(unknown[:5])))
        self.ids = tuple(dict.fromkeys(known[one] for one in numbers))


def new_key() -> str:
    """The key of a response that is begun: letters and digits, as its id in files."""
    return secrets.token_hex(12)


class ResponseForm(EditingForm):
    """A response; the fields of its promises come with `ResponseForm` below."""

    key = HiddenField()
    ideas = IdeasField(_l("Ideas that you answer"))
    status = ChoiceField(_l("What becomes of it"))
    title = LineField(_l("Heading"), [longest(TITLE_MAX)])
    body = TextField(_l("Response"), [longest(BODY_MAX)])
    language = ChoiceField(_l("Language of the text"), default="de")
    house = ChoiceField(_l("In whose name?"))

    def __init__(self, *arguments: Any, houses: Sequence[tuple[str, str]] = (), **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.status.choices = [("", _("please choose")), *vocabulary("response_statuses").choices()]
        self.language.choices = list(LANGUAGE_NAMES.items())
        self.house.choices = list(houses) or [("", "")]
        if not self.house.data:
            self.house.data = self.house.choices[0].value
        if not self.language.data:  # programs may leave it out
            self.language.data = "de"
        if not self.key.data:
            self.key.data = new_key()

    def rows(self) -> list[tuple[Any, Any, Any]]:
        """The fields of the promises: what, who, by when."""
        numbers = range(1, MOST_PROMISES + 1)
        return [tuple(self[f"promise-{number}-{name}"] for name in ("title", "unit", "due")) for number in numbers]

    def shown_rows(self) -> list[tuple[Any, Any, Any]]:
        """Those in use, and one more."""
        used = [index for index, row in enumerate(self.rows(), 1) if any(one.data for one in row)]
        return self.rows()[: max(used, default=0) + 1]

    def content(self) -> Content:
        """What was sent. Rows that were left empty close up, so that a refusal stands at the right one."""
        filled = [(title.data, unit.data, due.data, due.day) for title, unit, due in self.rows()
                  if title.data or unit.data or due.data]  # fmt: skip
        for index, (title, unit, due) in enumerate(self.rows()):
            title.data, unit.data, due.data, due.day = filled[index] if index < len(filled) else ("", "", "", None)
        promises = tuple(Promise(title, unit, day) for title, unit, _typed, day in filled)
        return Content(
            self.status.data, self.title.data, self.body.data, self.language.data, self.ideas.ids, promises
        )  # fmt: skip


for _number in range(1, MOST_PROMISES + 1):
    setattr(ResponseForm, f"promise-{_number}-title", LineField(_l("What is promised"), [longest(PROMISE_MAX)]))
    setattr(ResponseForm, f"promise-{_number}-unit", LineField(_l("Who does it"), [longest(UNIT_MAX)]))
    setattr(ResponseForm, f"promise-{_number}-due", DayField(_l("By when")))


def values_of(content: Content, revision: int, numbers: Sequence[str], key: str = "") -> dict[str, Any]:
    """What the form holds for a stored draft; `numbers` are those of its ideas."""
    values: dict[str, Any] = {
        "revision": str(revision), "ideas": "\n".join(numbers), "status": content.status, "title": content.title,
        "body": content.body, "language": content.language, "key": key,
    }  # fmt: skip
    for number, one in enumerate(content.promises, 1):
        values[f"promise-{number}-title"], values[f"promise-{number}-unit"] = one.title, one.unit
        values[f"promise-{number}-due"] = one.due_on.isoformat() if one.due_on else ""
    return values


class WithdrawForm(EditingForm):
    """Why a response is taken back."""

    note = TextField(_l("Reason"))


class ReportForm(EditingForm):
    """Where a commitment stands."""

    status = ChoiceField(_l("State"))
    note = TextField(_l("What has happened"))
    due_on = DayField(_l("New day"))

    def offer(self, commitment: Commitment) -> None:
        """The states that can follow on the present one."""
        self.status.choices = [
            ("", _("please choose")), *((state, words.state_words(state)) for state in rules.reports(commitment)),
        ]  # fmt: skip
