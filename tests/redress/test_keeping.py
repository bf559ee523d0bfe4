"""What is kept and what is not: names for a year, words for three, figures for good; and a person's own data."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from consult.core import retention
from consult.core.jobs import enqueue
from consult.moderation.models import Report
from consult.redress import complaints, misuse_queries, personal
from consult.redress.complaints import Answer
from consult.redress.models import Complaint, Measure
from tests.redress.disputes import SAID, Disputes
from tests.redress.test_measures import suspend

REJECTED = Answer("reject", "confirmed", "Es bleibt dabei.")


def test_names_go_after_a_year_words_after_three(disputes: Disputes, cast: Any, clock: Any, db: Any) -> None:
    report = disputes.refused(by=cast.participant)
    complaint = disputes.complain("reporter", report.id)
    waiting = disputes.about_rejection()
    complaints.decide(cast.actor(cast.moderator2), complaint.id, REJECTED)
    for days, names, words in ((364, True, True), (2, False, True), (2 * 365, False, False)):
        clock.shift(days=days)
        retention.run({})
        db.session.expire_all()
        assert (report.email != "", report.reporter_id is not None) == (names, names)
        assert (complaint.email != "", complaint.person_id is not None) == (names, names)
        assert (report.explanation != "", complaint.body != "", bool(complaint.answer)) == (words, words, words)
    assert (waiting.body, waiting.email) == (SAID, cast.owner.email)  # nothing is forgotten before it is answered
    assert [one.due for one in retention.preview() if one.entry.name.startswith("redress_")] == [0, 0]
    assert len(db.session.execute(select(Complaint)).all()) == 2


def test_the_jobs_are_known(db: Any) -> None:
    for kind in ("redress.due", "redress.measures"):
        enqueue(kind)
    db.session.rollback()


def test_a_person_takes_out_and_leaves(disputes: Disputes, cast: Any, db: Any) -> None:
    for _turn in range(2):
        report = disputes.refused(by=cast.participant)
    own = disputes.complain("author", disputes.rejected(author=cast.participant).id)
    measure = suspend(cast, misuse_queries.concerned_by("notices", f"p{cast.participant.id}"))
    taken = personal.export(cast.participant.id)
    assert [one["number"] for one in taken["complaints"]] == [own.number]
    assert taken["complaints"][0]["body"] == SAID
    assert [one["step"] for one in taken["measures"]] == ["warning", "suspension"]
    assert len(taken["reports"]) == 2
    for person in (cast.participant, cast.moderator, cast.moderator2):
        personal.erase(person.id)
    db.session.expire_all()
    assert (report.email, report.reporter_id, own.body, own.person_id) == ("", None, "", None)
    assert (measure.email_key, measure.note, measure.decided_by, measure.statement) == ("", "", None, {})
    assert personal.export(cast.participant.id) == {"reports": [], "complaints": [], "measures": []}
    for table in (Report, Complaint, Measure):
        rows = db.session.execute(select(table)).scalars().all()
        held = str([{column.name: getattr(row, column.name) for column in table.__table__.columns} for row in rows])
        assert "participant@people.example" not in held
        assert "Paula Participant" not in held
