"""A kind of text as small as moderation allows: notes, kept in memory, moderated, commented on and reported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from consult.accounts.models import Person
from consult.core.access import Actor
from consult.core.db import db
from consult.core.errors import Conflict
from consult.core.registry import (
    Commentable,
    ModeratedKind,
    Review,
    ReviewPart,
    SubjectInfo,
    SubjectKind,
    Verdict,
    registries,
)
from consult.core.text import render_markdown
from consult.core.web import path
from consult.moderation.mails import send_decision
from consult.moderation.models import Case
from consult.moderation.operations import open_case

KIND = "note"


@dataclass
class Note:
    """A note with its versions; the last one waits, or is public."""

    id: int
    title: str
    author_id: int | None
    organisation_id: int | None
    versions: list[str]
    status: str = "submitted"
    audience: str = ""
    language: str = "de"
    consultation_id: int | None = None

    @property
    def version_id(self) -> int:
        return self.id * 100 + len(self.versions)


@dataclass
class Notes:
    """The room of the notes. Tests look at `applied` and `reversed`, and set `mode` for comments."""

    all: dict[int, Note] = field(default_factory=dict)
    applied: list[Verdict] = field(default_factory=list)
    undone: list[Verdict] = field(default_factory=list)
    counts: dict[int, int] = field(default_factory=dict)
    mode: str = "pre"
    watched_by: list[int] = field(default_factory=list)
    more: dict[str, tuple[str, ...]] = field(
        default_factory=dict
    )  # further outcomes in a state, as some rooms have them

    def add(self, title: str = "Ein Prüfstand für alle", *, author: Person | None = None, **values: Any) -> Note:
        values.setdefault("versions", ["Wir teilen unseren Prüfstand.\n\nEr steht an drei Tagen still."])
        values.setdefault("organisation_id", None)
        db.session.flush()
        note = Note(len(self.all) + 1, title, author_id=author.id if author else None, **values)
        self.all[note.id] = note
        return note

    def sent(self, title: str = "Ein Prüfstand für alle", **values: Any) -> Case:
        """A note that waits, with its case."""
        note = self.add(title, **values)
        return self.open(note)

    def open(self, note: Note, **values: Any) -> Case:
        return open_case(
            KIND, note.id, note.version_id, consultation_id=note.consultation_id, due_days=2, title=note.title,
            language=note.language, author_id=note.author_id, **values,
        )  # fmt: skip

    def published(self, title: str = "Ein Prüfstand für alle", **values: Any) -> Note:
        return self.add(title, status="published", **values)

    # ---- what the room offers ---------------------------------------------------------------------------------------

    def describe(self, ids: Sequence[int]) -> dict[int, SubjectInfo]:
        return {
            one: SubjectInfo(
                KIND, one, note.title, path("redress.transparency") + f"?note={one}", note.language,
                public=note.status == "published", author_id=note.author_id, organisation_id=note.organisation_id,
                author_name="Firma", excerpt=note.versions[-1][:100], consultation_id=note.consultation_id, key=f"N-{one}",
            )
            for one in ids
            if (note := self.all.get(one))
        }  # fmt: skip

    def find(self, key: str) -> int | None:
        number = key.removeprefix("N-")
        return int(number) if number.isdigit() and int(number) in self.all else None

    def review(self, note_id: int, _version_id: int | None) -> Review:
        note = self.all[note_id]
        parts = [
            [
                ReviewPart("Antwort", text, render_markdown(text), note.audience, f"answer-{number}")
                for number, text in enumerate(version.split("\n---\n"), 1)
            ]
            for version in note.versions
        ]
        return Review(
            note.title, note.language, parts[-1], note.version_id, "Anna Autorin", note.author_id, "Firma",
            previous=parts[-2] if len(parts) > 1 else [],
        )  # fmt: skip

    def outcomes(self, note_id: int, _version_id: int | None) -> tuple[str, ...]:
        table = {
            "submitted": ("publish", "return", "reject"),
            "published": ("hide",),
            "hidden": ("restore", "remove"),
        }
        status = self.all[note_id].status
        return table.get(status, ()) + self.more.get(status, ())

    def involved(self, actor: Actor, note_id: int) -> bool:
        note = self.all[note_id]
        return (note.author_id is not None and note.author_id == actor.person_id) or (
            note.organisation_id in actor.organisation_ids
        )

    def apply(self, _actor: Actor, note_id: int, verdict: Verdict) -> None:
        note = self.all[note_id]
        if verdict.outcome not in (*self.outcomes(note_id, None), "reinstate"):
            raise Conflict("not in this state")
        self.applied.append(verdict)
        note.status = {
            "publish": "published", "return": "returned", "reject": "rejected", "hide": "hidden",
            "restore": "published", "remove": "removed", "redact": "published", "merge": "merged", "split": "submitted",
            "reinstate": "published",
        }[verdict.outcome]  # fmt: skip
        person = db.session.get(Person, note.author_id) if note.author_id else None
        if person is not None:
            send_decision(
                person.email, person.language, verdict, title=note.title, number=f"N-{note.id}",
                url="http://127.0.0.1/de/", person_id=person.id,
            )  # fmt: skip

    def reverse(self, _actor: Actor, note_id: int, verdict: Verdict) -> None:
        self.undone.append(verdict)
        self.all[note_id].status = {"hide": "published", "restore": "hidden", "remove": "hidden"}.get(
            verdict.outcome, "submitted"
        )

    def register(self) -> None:
        """Take a place in the registries; tests put the old state back."""
        registries.subjects[KIND] = SubjectKind(KIND, "Notiz", self.describe, self.find)
        registries.moderated[KIND] = ModeratedKind(
            KIND, self.review, self.apply, self.involved, self.outcomes, self.reverse, frozenset({"hide"})
        )
        registries.commentable[KIND] = Commentable(
            KIND,
            lambda _id: self.mode,
            self.count,
            lambda _id: self.watched_by,
            lambda note_id: self.all[note_id].consultation_id,
            lambda _id: 2,
        )
        registries.resolvers["consultations.question"] = lambda args: (KIND, args["position"])

    def count(self, note_id: int, delta: int) -> None:
        self.counts[note_id] = self.counts.get(note_id, 0) + delta
