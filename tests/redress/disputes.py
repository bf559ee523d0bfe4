"""Ways to a decision that somebody can complain about, shared by the tests of this room."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from consult.consultations.models import Consultation
from consult.core.access import Actor
from consult.core.i18n import in_language
from consult.moderation import operations, queries
from consult.moderation.models import Case, Decision, Report
from consult.moderation.objecting import complaint_token
from consult.moderation.operations import Choice
from consult.redress import complaint_queries, complaints
from consult.redress.models import Complaint
from consult.redress.reports import Notice, file_report
from tests.moderation.kind import Note
from tests.redress.kind import FullNotes

INSULT = {"reason": "insult", "note": "Die zweite Zeile setzt eine Firma herab."}
NOTE_URL = "/de/consultations/region/questions/{id}"  # `kind.register` lets this address stand for a note
SAID = "Die Zeile steht so nicht in meinem Text."


def choose(case: Case, outcome: str, **values: Any) -> Choice:
    return Choice(outcome, version=queries.version_text(case), **values)


@dataclass
class Disputes:
    """Makes decisions by the first moderator and complaints about them."""

    notes: FullNotes
    cast: Any
    make: Any
    db: Any

    def rejected(self, **values: Any) -> Decision:
        """A text that the first moderator did not publish."""
        case = self.notes.sent(author=values.pop("author", self.cast.owner), **values)
        return operations.decide(self.cast.actor(self.cast.moderator), case.id, choose(case, "reject", **INSULT))

    def removed(self, **values: Any) -> Decision:
        """A public text that was hidden and then removed."""
        note = self.notes.published(author=values.pop("author", self.cast.owner), **values)
        actor = self.cast.actor(self.cast.moderator)
        case = operations.look_again(actor, "note", note.id)
        operations.decide(actor, case.id, choose(case, "hide", **INSULT))
        return operations.decide(actor, case.id, choose(case, "remove", **INSULT))

    def report(self, note: Note, by: Any = None, email: str = "rita@leser.example") -> Report:
        """A reader's report about a public note."""
        self.make_place(note)
        actor = self.cast.actor(by) if by is not None else Actor()
        report, _receipt = file_report(
            actor,
            Notice(
                NOTE_URL.format(id=note.id), "insult", "Das beleidigt uns.", "Rita Leserin",
                by.email if by is not None else email,
            ),
        )  # fmt: skip
        return report

    def make_place(self, note: Note) -> None:
        """The address that stands for the note."""
        if self.db.session.execute(select(Consultation).where(Consultation.slug == "region")).first() is None:
            self.make.consultation(slug="region", questions=5)

    def restrict(self, report: Report) -> Decision:
        """The first moderator hides and removes what was reported."""
        actor = self.cast.actor(self.cast.moderator)
        case = self.db.session.get(Case, report.case_id)
        operations.decide(actor, case.id, choose(case, "hide", **INSULT))
        return operations.decide(actor, case.id, choose(case, "remove", **INSULT))

    def refused(self, by: Any = None, author: Any = None) -> Report:
        """A report that was answered with: the text stays."""
        note = self.notes.published(author=author or self.cast.owner)
        report = self.report(note, by)
        case = self.db.session.get(Case, report.case_id)
        operations.decide(
            self.cast.actor(self.cast.moderator), case.id, choose(case, "publish", note="Es ist eine Meinung.")
        )
        return report

    def complain(self, party: str, number: int, body: str = SAID, language: str = "de") -> Complaint:
        """A complaint by the signed address."""
        with in_language(language):
            target = complaint_queries.target_of(complaint_token(party, number))
            return complaints.file_complaint(Actor(), target, body, language)

    def about_rejection(self, **values: Any) -> Complaint:
        return self.complain("author", self.rejected(**values).id)
