"""Making and changing consultations: what is stored, what is refused, what is noted."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from consult.consultations import operations, queries
from consult.consultations.models import Consultation, Question, QuestionWording
from consult.consultations.operations import Draft, QuestionDraft, change_consultation, create_consultation
from consult.core import audit
from consult.core.access import Actor, Grant
from consult.core.clock import now
from consult.core.errors import Conflict, Invalid, NotFound, Refused
from consult.core.registry import registries

ADMIN = Actor(person_id=1, grants=(Grant("administrator"),))


def both(text: str) -> dict[str, str]:
    return {"de": text, "en": f"{text} (en)"}


def a_question(text: str, question_id: int | None = None, **more: Any) -> QuestionDraft:
    return QuestionDraft(question_id, both(f"{text} kurz"), both(f"{text}?"), {}, [], **more)


def a_draft(*questions: QuestionDraft, **more: Any) -> Draft:
    values: dict[str, Any] = {
        "title": both("Neue Wege"),
        "summary": both("Worum es geht"),
        "introduction": {"de": "**Fett** und <script>x</script>"},
        "call_to_action": both("Schreiben"),
        "office": both("Amt für Wege"),
        "prefix": "NW",
        "promised_days": 3,
        "comment_mode": "pre",
        "questions": list(questions) or [a_question("Wie")],
    }
    return Draft(**{**values, **more})


def draft_of(consultation: Consultation, **more: Any) -> Draft:
    """What is stored, as a draft."""
    questions = [
        QuestionDraft(one.id, one.short_title, one.text, one.help, one.addressed_to, one.is_closed)
        for one in queries.questions_of(consultation.id)
    ]
    draft = a_draft(
        title=consultation.title,
        summary=consultation.summary,
        introduction=consultation.introduction,
        call_to_action=consultation.call_to_action,
        office=consultation.office,
        prefix=consultation.prefix,
        promised_days=consultation.promised_days,
        comment_mode=consultation.comment_mode,
        opens_on=consultation.opens_on,
        closes_on=consultation.closes_on,
        is_active=consultation.is_active,
        listed=consultation.listed,
        target_groups=consultation.target_groups,
        questions=questions,
    )
    return replace(draft, **more)


@pytest.fixture
def events(db: Any) -> Any:
    """Names of the events so far, in order."""

    def read() -> list[str]:
        db.session.commit()
        return list(db.session.execute(select(audit.AuditRow.event).order_by(audit.AuditRow.seq)).scalars())

    return read


@pytest.fixture
def stored(db: Any, make: Any) -> Consultation:
    """An open consultation with three questions whose dates are midnights."""
    consultation: Consultation = create_consultation(
        ADMIN,
        "",
        a_draft(
            a_question("Erste"), a_question("Zweite"), a_question("Dritte"),
            opens_on=date(2026, 1, 1), closes_on=date(2099, 12, 31),
        ),
    )  # fmt: skip
    db.session.commit()
    found = queries.consultation_with_questions(consultation.slug)
    assert found is not None
    return found


def change(consultation: Consultation, **more: Any) -> Consultation:
    return change_consultation(ADMIN, consultation.id, draft_of(consultation, **more), consultation.version)


def positions(consultation: Consultation) -> list[tuple[int, str]]:
    return [(one.position, one.text["de"]) for one in queries.questions_of(consultation.id)]


def test_a_consultation_is_made_with_its_questions(db: Any, events: Any) -> None:
    made = create_consultation(ADMIN, "", a_draft(a_question("Erste"), a_question("Zweite", closed=True)))
    assert made.slug == "neue-wege-en"
    assert made.introduction_html("de") == "<p><strong>Fett</strong> und &lt;script&gt;x&lt;/script&gt;</p>\n"
    assert made.introduction_html("en") == made.introduction_html("de")
    assert positions(made) == [(1, "Erste?"), (2, "Zweite?")]
    first, second = queries.questions_of(made.id)
    assert (first.key, first.is_closed) == ("erste-kurz-en", False)
    assert second.is_closed
    assert events() == ["consultation.created", "question.added", "question.added"]


def test_no_two_consultations_share_address_or_letters(db: Any, stored: Consultation) -> None:
    with pytest.raises(Invalid) as refused:
        create_consultation(ADMIN, stored.slug, a_draft())
    assert set(refused.value.fields) == {"slug", "prefix"}
    for reserved in ("current", "new"):
        with pytest.raises(Invalid):
            create_consultation(ADMIN, reserved, a_draft(prefix="ZZ"))


def test_only_administrators_of_the_site_create(db: Any) -> None:
    for grant in (Grant("editor"), Grant("moderator"), Grant("administrator", 7)):
        with pytest.raises(Refused):
            create_consultation(Actor(person_id=1, grants=(grant,)), "x", a_draft())


def test_an_administrator_of_another_consultation_changes_nothing(db: Any, stored: Consultation) -> None:
    other = Actor(person_id=1, grants=(Grant("administrator", stored.id + 1),))
    with pytest.raises(Refused):
        change_consultation(other, stored.id, draft_of(stored), stored.version)
    own = Actor(person_id=1, grants=(Grant("administrator", stored.id),))
    change_consultation(own, stored.id, draft_of(stored, promised_days=9), stored.version)
    with pytest.raises(NotFound):
        change_consultation(ADMIN, 4711, draft_of(stored), 1)


def test_days_become_midnights_and_the_last_day_counts_whole(db: Any, stored: Consultation) -> None:
    changed = change(
        stored, opens_on=date(2026, 10, 1), closes_on=date(2026, 10, 31), evaluation_on=date(2026, 11, 1),
        results_on=date(2027, 3, 1),
    )  # fmt: skip
    assert changed.opens_at is not None
    assert changed.opens_at.isoformat() == "2026-09-30T22:00:00+00:00"
    assert changed.closes_at is not None
    assert changed.closes_at.isoformat() == "2026-10-31T23:00:00+00:00"
    assert (changed.closes_on, changed.evaluation_on) == (date(2026, 10, 31), date(2026, 11, 1))


@pytest.mark.parametrize(
    ("dates", "field"),
    [
        ({"opens_on": date(2026, 2, 1), "closes_on": date(2026, 1, 31)}, "closes_on"),
        ({"opens_on": None, "closes_on": date(2026, 1, 31)}, "opens_on"),
        ({"closes_on": date(2026, 1, 31), "evaluation_on": date(2026, 1, 31)}, "evaluation_on"),
        ({"closes_on": date(2026, 1, 31), "results_on": date(2026, 1, 30)}, "results_on"),
        (
            {"closes_on": date(2026, 1, 31), "evaluation_on": date(2026, 3, 1), "results_on": date(2026, 2, 1)},
            "results_on",
        ),
        ({"closes_on": None, "results_on": date(2026, 2, 1)}, "results_on"),
    ],
)
def test_dates_come_in_their_order(db: Any, stored: Consultation, dates: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        change(stored, **{"opens_on": date(2026, 1, 1), **dates})
    assert list(refused.value.fields) == [field]


def test_nothing_changed_notes_nothing(db: Any, stored: Consultation, events: Any) -> None:
    before = events()
    version = stored.version
    assert change(stored).version == version
    assert events() == before


def test_a_change_moves_the_version_and_names_the_fields(db: Any, stored: Consultation, events: Any) -> None:
    changed = change(stored, promised_days=5, office=both("Anderes Amt"))
    assert changed.version == stored.version
    assert events()[-1] == "consultation.changed"
    row = db.session.execute(select(audit.AuditRow).order_by(audit.AuditRow.seq.desc()).limit(1)).scalar_one()
    assert row.data == {"fields": "office,promised_days", "version": changed.version}


def test_who_saw_an_older_version_is_told(db: Any, stored: Consultation) -> None:
    seen = stored.version
    first = draft_of(stored, title=both("Von der einen"))
    second = draft_of(stored, title=both("Von dem anderen"))
    change_consultation(ADMIN, stored.id, first, seen)
    db.session.commit()
    with pytest.raises(Conflict):
        change_consultation(ADMIN, stored.id, second, seen)
    db.session.rollback()
    found = queries.consultation_by_slug(stored.slug)
    assert found is not None
    assert found.title == both("Von der einen")


def test_questions_are_ordered_added_and_taken_out_in_one_go(db: Any, stored: Consultation, events: Any) -> None:
    first, second, third = draft_of(stored).questions
    changed = change(stored, questions=[third, a_question("Vierte"), first], removed=frozenset({second.id}))
    assert positions(changed) == [(1, "Dritte?"), (2, "Vierte?"), (3, "Erste?")]
    assert {"question.removed", "question.added", "consultation.changed"} <= set(events())
    assert db.session.get(Question, second.id) is None


@pytest.mark.parametrize("count", [1, 12])
def test_one_to_twelve_questions_fit(db: Any, stored: Consultation, count: int) -> None:
    own = [one.id for one in queries.questions_of(stored.id)]
    questions = [a_question(f"Frage {number}") for number in range(count)]
    changed = change(stored, questions=questions, removed=frozenset(own))
    assert len(positions(changed)) == count


@pytest.mark.parametrize("count", [0, 13])
def test_none_or_thirteen_do_not(db: Any, stored: Consultation, count: int) -> None:
    own = [one.id for one in queries.questions_of(stored.id)]
    with pytest.raises(Invalid) as refused:
        change(stored, questions=[a_question(str(n)) for n in range(count)], removed=frozenset(own))
    assert list(refused.value.fields) == ["questions"]


def test_a_question_with_published_answers_is_never_deleted(db: Any, stored: Consultation) -> None:
    first, *rest = draft_of(stored).questions
    operations.count_answers(first.id or 0, 1)
    db.session.commit()
    with pytest.raises(Invalid, match=r"^$") as refused:
        change(stored, questions=rest, removed=frozenset({first.id}))
    assert "1" in str(refused.value.fields["questions"])


def test_a_question_that_another_room_uses_is_never_deleted(
    db: Any, stored: Consultation, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, *rest = draft_of(stored).questions
    monkeypatch.setattr(registries, "question_in_use", [lambda question_id: question_id == first.id])
    with pytest.raises(Invalid):
        change(stored, questions=rest, removed=frozenset({first.id}))
    change(stored, questions=[first, rest[0]], removed=frozenset({rest[1].id}))


def test_a_form_that_lost_a_question_on_its_way_deletes_nothing(db: Any, stored: Consultation) -> None:
    with pytest.raises(Conflict):
        change(stored, questions=draft_of(stored).questions[:2])
    assert len(positions(stored)) == 3


def test_a_question_of_another_consultation_is_refused(db: Any, stored: Consultation, make: Any) -> None:
    foreign = make.consultation().questions[0]
    for change_of in (
        {"questions": [*draft_of(stored).questions, a_question("Fremde", foreign.id)]},
        {"questions": [*draft_of(stored).questions, draft_of(stored).questions[0]]},
        {"removed": frozenset({foreign.id})},
    ):
        with pytest.raises(Conflict):
            change(stored, **change_of)


def test_a_new_wording_keeps_the_old_one_with_its_date(db: Any, stored: Consultation, events: Any, clock: Any) -> None:
    first, *rest = draft_of(stored).questions
    change(stored, questions=[replace(first, text=both("Ganz anders?")), *rest])
    db.session.commit()
    clock.shift(days=3)
    change(stored, questions=[replace(first, text=both("Noch anders?")), *rest])
    db.session.commit()
    question = queries.question_at(stored.slug, 1)
    assert question is not None
    assert question.text == both("Noch anders?")
    assert question.reworded_at == now()
    assert [old.text["de"] for old in question.wordings] == ["Ganz anders?", "Erste?"]
    assert question.wordings[0].until - question.wordings[1].until == timedelta(days=3)
    assert events().count("question.reworded") == 2


def test_before_the_first_day_a_wording_changes_without_trace(db: Any, stored: Consultation) -> None:
    change(stored, opens_on=date(2099, 1, 1))
    first, *rest = draft_of(stored).questions
    change(stored, questions=[replace(first, text=both("Besser so?")), *rest])
    db.session.commit()
    question = queries.question_at(stored.slug, 1)
    assert question is not None
    assert (question.text, question.reworded_at, question.wordings) == (both("Besser so?"), None, [])


def test_a_removed_question_takes_its_wordings_along(db: Any, stored: Consultation) -> None:
    first, *rest = draft_of(stored).questions
    change(stored, questions=[replace(first, text=both("Ganz anders?")), *rest])
    change(stored, questions=rest, removed=frozenset({first.id}))
    db.session.commit()
    assert db.session.execute(select(QuestionWording)).first() is None


def test_closing_and_reopening_are_noted(db: Any, stored: Consultation, events: Any) -> None:
    first, *rest = draft_of(stored).questions
    change(stored, questions=[replace(first, closed=True), *rest])
    assert queries.questions_of(stored.id)[0].is_closed
    change(stored, questions=[replace(first, closed=False), *rest])
    assert not queries.questions_of(stored.id)[0].is_closed
    assert [one for one in events() if one in ("question.closed", "question.reopened")] == [
        "question.closed",
        "question.reopened",
    ]


def test_letters_stay_once_a_number_was_given(db: Any, stored: Consultation) -> None:
    change(stored, prefix="ALT")
    operations.take_number(stored, now())
    with pytest.raises(Invalid) as refused:
        change(stored, prefix="NEU")
    assert list(refused.value.fields) == ["prefix"]


def test_dates_that_somebody_sets_are_examples_no_more(db: Any, stored: Consultation) -> None:
    stored.example_dates = True
    db.session.commit()
    change(stored, title=both("Anders"))
    assert stored.example_dates
    change(stored, closes_on=date(2098, 1, 1))
    assert not stored.example_dates
