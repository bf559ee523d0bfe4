"""The notes of the tests of moderation, which can also be given back to the public and redacted."""

from __future__ import annotations

from consult.accounts.models import Person
from consult.core.access import Actor
from consult.core.db import db
from consult.core.errors import Conflict
from consult.core.registry import Verdict
from consult.moderation.mails import send_decision
from tests.moderation.kind import Notes

PUBLIC = ("hide", "redact")


class FullNotes(Notes):
    """Notes with what a complaint can lead to."""

    def outcomes(self, note_id: int, _version_id: int | None) -> tuple[str, ...]:
        if self.all[note_id].status == "published":
            return PUBLIC
        return super().outcomes(note_id, _version_id)

    def apply(self, actor: Actor, note_id: int, verdict: Verdict) -> None:
        note = self.all[note_id]
        if verdict.outcome not in ("reinstate", "redact"):
            super().apply(actor, note_id, verdict)
            return
        if verdict.outcome == "redact" and note.status != "published":
            raise Conflict("not in this state")
        self.applied.append(verdict)
        note.status = "published"
        person = db.session.get(Person, note.author_id) if note.author_id else None
        if person is not None:
            send_decision(
                person.email, person.language, verdict, title=note.title, number=f"N-{note.id}",
                url="http://127.0.0.1/de/", person_id=person.id,
            )  # fmt: skip
