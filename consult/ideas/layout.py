"""How the writing form is laid out: all on one page, or one part a page, with the way from part to part.

The address says which: `?view=one&question=2`, `?view=one&part=partners`; without it everything is on one page, and
`?question=3` puts that question first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import request

from consult.consultations.models import Question
from consult.core.i18n import _, _n, pick
from consult.core.text import plain
from consult.core.web import path
from consult.ideas.forms import IdeaForm
from consult.ideas.frames import Frame, Mark

TITLE, PARTNERS = "title", "partners"


@dataclass(frozen=True)
class Part:
    """A part of the form: its key in the address and in the form, and its name in the table of contents."""

    key: str
    label: str
    question: Question | None = None


def _given() -> dict[str, Any]:
    """To which consultation the form belongs, and by which invitation it was opened."""
    return {name: request.args.get(name) for name in ("consultation", "invitation")}


def words_in(text: str) -> int:
    return len(plain(text).split())


class Layout:
    """The form's layout for one request."""

    def __init__(self, frame: Frame, form: IdeaForm | None = None) -> None:
        self.frame = frame
        self.form = form
        questions = [Part(str(one.position), pick(one.short_title), one) for one in frame.questions]
        self.parts = [Part(TITLE, _("Title")), *questions, Part(PARTNERS, _("Partners and company"))]
        self.keys = [part.key for part in self.parts]
        self.one = request.args.get("view") == "one"
        wanted = request.args.get("question") or request.args.get("part") or ""
        self.part = wanted if wanted in self.keys else ("" if not self.one else TITLE)

    def address(self, part: str = "", *, one: bool | None = None, **more: Any) -> str:
        """The draft's address with this part chosen, or that of the empty form while there is no draft."""
        one = self.one if one is None else one
        chosen: dict[str, Any] = {"view": "one"} if one else {}
        if part:
            chosen["question" if part.isdigit() else "part"] = part
        chosen.update(more)
        if self.frame.idea_id is None:
            return path("ideas.new", **_given(), **chosen)
        return path("ideas.draft", token=self.frame.token, **chosen)

    @property
    def question_id(self) -> int | None:
        """The question that the page is about, if it is about one."""
        part = next((part for part in self.parts if part.key == self.part), None)
        return part.question.id if part is not None and part.question is not None else None

    @property
    def shown(self) -> list[Part]:
        """The parts on this page, in order: in the long form the question asked for comes first."""
        if self.one:
            return [part for part in self.parts if part.key == self.part]
        first = [part for part in self.parts if part.key == self.part and part.question is not None]
        return [*first, *(part for part in self.parts if part not in first)]

    @property
    def previous(self) -> Part | None:
        return self._neighbour(-1)

    @property
    def following(self) -> Part | None:
        return self._neighbour(1)

    def _neighbour(self, step: int) -> Part | None:
        if not self.one:
            return None
        index = self.keys.index(self.part) + step
        return self.parts[index] if 0 <= index < len(self.parts) else None

    def _value(self, name: str) -> str:
        return str(self.form[name].data or "") if self.form is not None and name in self.form else ""

    def _note(self, part: Part) -> tuple[bool, str]:
        """Whether a part is done, and what stands below its name."""
        if part.question is not None:
            count = words_in(self._value(f"answer-{part.key}"))
            if part.question.is_closed and not count:
                return False, _("takes no more answers")
            return bool(count), _n("answered, %(num)s word", "answered, %(num)s words", count) if count else _(
                "still empty"
            )
        if part.key == TITLE:
            title = self._value("title")
            short = title if len(title) <= 24 else title[:23].rstrip() + "…"
            return bool(title), _("“%(title)s”", title=short) if title else _("still empty")
        chosen = sum(len(self.form[name].data or []) for name in ("clusters", "projects")) if self.form else 0
        named = bool(self._value("organisation") or self._value("sector"))
        if chosen:
            return True, _n("%(num)s chosen", "%(num)s chosen", chosen)
        return named, _("given") if named else _("if you like")

    def contents(self) -> list[dict[str, Any]]:
        """The table of contents: what is done, where one is, how to get elsewhere; to another page by saving this one."""
        items = []
        for number, part in enumerate(self.parts):
            done, note = self._note(part)
            items.append(
                {
                    "url": f"#part-{part.key}",
                    "save": f"to-{part.key}" if self.one else None,
                    "done": done,
                    "current": part.key == self.part,
                    "number": part.key if part.question is not None else ("•" if number else "T"),
                    "label": part.label,
                    "note": note,
                }
            )
        return items

    def action(self) -> str:
        """Where the form is sent: its own address, with its layout."""
        return self.address(self.part)

    def autosave(self) -> str:
        if self.frame.idea_id is None:
            return path("ideas.autosave_new", **_given())
        return path("ideas.autosave", token=self.frame.token)

    def _part_of(self, name: str) -> Part:
        """The part in which a field stands."""
        key = name.rpartition("-")[2] if name.startswith(("answer-", "audience-", "secret-")) else ""
        key = key or (TITLE if name in ("title", "summary") else PARTNERS)
        return next(part for part in self.parts if part.key == key)

    def faults(self) -> list[tuple[str, str, str]]:
        """(field, what is wrong, where it can be mended) for each field with an error, as they follow each other; perhaps
        on another page."""
        if self.form is None:
            return []
        found, order = [], self.parts if self.one else self.shown
        for one in sorted(self.form, key=lambda field: order.index(self._part_of(field.name))):
            if not one.errors or one.type in ("HiddenField", "CSRFTokenField"):
                continue
            part = self._part_of(one.name)
            label = part.label if part.question is not None else str(one.label.text)
            here = part in self.shown
            anchor = f"#{one.id}-0" if one.name.startswith("audience-") else f"#{one.id}"
            found.append((label, " ".join(map(str, one.errors)), ("" if here else self.address(part.key)) + anchor))
        return found

    def fault_line(self) -> str:
        """The same in one line, for a status."""
        return " ".join(f"{label}: {message}" for label, message, _url in self.faults())

    def marks_in(self, question: Question) -> list[Mark]:
        """The passages of an answer that moderation asks to change."""
        written = self.frame.content.answers.get(question.id)
        body = written.body if written else ""
        return [mark for mark in self.frame.marks if mark.text in body or mark.text in plain(body)]

    def other_marks(self) -> list[Mark]:
        """Marked passages that stand in no answer any more, or in title and summary."""
        found = [mark for question in self.frame.questions for mark in self.marks_in(question)]
        return [mark for mark in self.frame.marks if mark not in found]
