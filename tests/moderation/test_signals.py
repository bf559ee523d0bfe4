"""What software notices in texts: links, personal data, language, rate, texts that are the same or nearly so."""

from __future__ import annotations

from typing import Any

import pytest
from markupsafe import Markup
from sqlalchemy import select

from consult.core.registry import ReviewPart
from consult.moderation import operations, prints, signals
from consult.moderation.models import Case, Print
from tests.moderation.kind import Notes
from tests.moderation.test_operations import choose

# numbers from the IBAN registry's own examples, one digit changed where it must not be valid
IBANS = ["DE89370400440532013000", "DE89 3704 0044 0532 0130 00", "AT611904300234573201", "gb29 nwbk 6016 1331 9268 19"]


def codes(text: str, is_first: bool = False) -> list[tuple[str, str]]:
    parts = [ReviewPart("Antwort", text, Markup(""), name="answer-1")]
    return [(one.code, text[one.start : one.end]) for one in signals.found_in(parts, is_first)]


@pytest.mark.parametrize("iban", IBANS)
def test_an_iban_is_known_by_its_check_digits(iban: str) -> None:
    assert codes(f"Bitte an {iban} überweisen, danke.") == [("iban", iban)]


@pytest.mark.parametrize("text", ["DE88370400440532013000", "DE8937040044053201300", "XX89370400440532013000", "DE89"])
def test_what_only_looks_like_one_is_none(text: str) -> None:
    assert not signals.valid_iban(text)
    assert ("iban", text) not in codes(text)


@pytest.mark.parametrize(
    "number", ["0361 123456", "+49 361 12 34 56", "(0361) 123456", "0361/12345-67", "0049 361 1234567", "0172-1234567"]
)
def test_telephone_numbers(number: str) -> None:
    assert codes(f"Rufen Sie {number} an.") == [("phone", number)]


@pytest.mark.parametrize(
    "text",
    [
        "Am 01.02.2026 und am 03. 04. 2026.",
        "Von 2019 bis 2024.",
        "0,52345678 Prozent",
        "1.000.000 Euro",
        "007",
        "Paragraf 01",
    ],
)
def test_dates_years_and_amounts_are_no_telephone_numbers(text: str) -> None:
    assert codes(text) == []


def test_mail_addresses_and_links() -> None:
    text = "Mehr unter https://firma.example/angebot oder www.firma.example, an info@firma.example."
    assert codes(text, is_first=True) == [
        ("link", "https://firma.example/angebot"), ("link", "www.firma.example,"), ("email", "info@firma.example"),
    ]  # fmt: skip
    assert codes(text) == [("email", "info@firma.example")]  # links are of interest in a first text only


def test_no_text_makes_it_slow_or_long() -> None:
    assert len(codes("a@b.example " * 5000)) == signals.MOST_PLACES
    assert codes("+" * 20_000 + "0" * 20_000 + "A1" * 20_000) == []


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (
            "Wir teilen unseren Prüfstand mit anderen Betrieben, weil er an drei Tagen der Woche nicht gebraucht wird.",
            "de",
        ),
        ("We share our test bench with other companies because it is not needed on three days of the week.", "en"),
        (
            "Nous partageons notre banc avec les autres entreprises parce que nous ne l'utilisons pas tous les jours.",
            "fr",
        ),
        ("Kurz.", ""),
        ("Lorem ipsum dolor sit amet consetetur sadipscing elitr sed diam nonumy eirmod tempor invidunt", ""),
    ],
)
def test_the_language_of_a_text(text: str, language: str) -> None:
    assert signals.language_of(text) == language


def test_snippets_are_only_words() -> None:
    source = "<b>Rufen</b> Sie 0361 123456 an"
    start = source.index("0361")
    shown = signals.snippet(source, start, start + 11)
    assert shown == "&lt;b&gt;Rufen&lt;/b&gt; Sie <mark>0361 123456</mark> an"
    assert signals.snippet("kurz", 10, 20) == ""
    assert signals.highlighted(source, [(start, start + 11)]).count("<mark>") == 1


# ---- nearly the same ------------------------------------------------------------------------------------------------

LONG = " ".join(f"wort{number} steht hier an seiner stelle" for number in range(60))


def test_nearly_the_same_texts_share_marks() -> None:
    one, other = prints.prints_of(LONG), prints.prints_of(LONG.replace("wort7", "Geändert").replace("wort33", "anders"))
    assert prints.alike(one, one) == 1
    assert 0.7 < prints.alike(one, other) < 1
    assert set(prints.marks_of(one)) & set(prints.marks_of(other))


def test_other_texts_do_not() -> None:
    one = prints.prints_of(LONG)
    other = prints.prints_of(" ".join(f"satz{number} handelt von etwas ganz anderem" for number in range(60)))
    assert prints.alike(one, other) < 0.1
    assert not set(prints.marks_of(one)) & set(prints.marks_of(other))


def test_case_signs_and_space_do_not_count() -> None:
    assert prints.text_hash("Wir teilen, was da ist!") == prints.text_hash("wir  TEILEN was da\nist")
    assert prints.text_hash("Wir teilen") != prints.text_hash("Wir teilten")
    assert prints.text_hash(" !? ") == ""
    assert prints.prints_of("Zu kurz für Spuren") == []


# ---- with the case --------------------------------------------------------------------------------------------------


def found(case: Case, db: Any) -> dict[str, dict[str, Any]]:
    db.session.expire_all()
    return {one["code"]: one for one in db.session.get(Case, case.id).signals}


def test_what_was_noticed_is_kept_with_the_case_without_the_words(
    notes: Notes, cast: Any, db: Any, run_jobs: Any
) -> None:
    case = notes.sent(author=cast.participant, versions=["Bitte Herrn Muster unter 0361 123456 anrufen: www.x.example"])
    assert case.examined_at is None
    run_jobs()
    signs = found(case, db)
    assert set(signs) == {"phone", "link"}
    assert signs["phone"] == {"code": "phone", "part": "answer-1", "at": [25, 36]}
    assert "0361" not in str(case.signals)
    assert case.examined_at is not None


def test_links_are_of_no_interest_once_somebody_is_known(notes: Notes, cast: Any, db: Any, run_jobs: Any) -> None:
    first = notes.sent(author=cast.participant)
    operations.decide(cast.actor(cast.moderator), first.id, choose(first, "publish"))
    case = notes.sent("Zwei", author=cast.participant, versions=["Siehe https://firma.example/angebot bitte."])
    run_jobs()
    assert "link" not in found(case, db)


def test_the_same_and_nearly_the_same_text_are_found(notes: Notes, db: Any, run_jobs: Any) -> None:
    first = notes.sent("Eins", versions=[LONG])
    second = notes.sent("Zwei", versions=[LONG.upper()])
    third = notes.sent("Drei", versions=[LONG.replace("wort7", "Geändert")])
    other = notes.sent("Vier", versions=["Etwas ganz anderes, das mit den übrigen nicht das Geringste zu tun hat."])
    run_jobs()
    assert first.text_hash == second.text_hash
    assert found(second, db)["same"]["number"] == 1
    near = found(third, db)["alike"]
    assert near["kind"] == "note"
    assert near["share"] > 0.7
    assert "alike" not in found(other, db)


def test_many_texts_in_a_short_time(notes: Notes, cast: Any, db: Any, clock: Any, run_jobs: Any) -> None:
    cases = [notes.sent(f"Nummer {number}", author=cast.participant) for number in range(5)]
    run_jobs()
    assert "rate" not in found(cases[3], db)
    assert found(cases[4], db)["rate"] == {"code": "rate", "number": 5, "hours": 1}
    clock.shift(hours=2)
    later = notes.sent("Später", author=cast.participant)
    run_jobs()
    assert "rate" not in found(later, db)


def test_another_language_than_stated(notes: Notes, db: Any, run_jobs: Any) -> None:
    english = "We share our test bench with other companies because it is not needed on three days of the week."
    case = notes.sent(versions=[english])
    right = notes.sent("Richtig", versions=[english], language="en")
    run_jobs()
    assert found(case, db)["language"]["found"] == "en"
    assert "language" not in found(right, db)


def test_answers_for_the_ministry_are_not_compared(notes: Notes, db: Any, run_jobs: Any) -> None:
    secret = notes.sent("Eins", versions=[LONG], audience="ministry")
    notes.sent("Zwei", versions=[LONG])
    run_jobs()
    assert (secret.text_hash, secret.prints) == ("", [])
    assert not db.session.execute(select(Print).where(Print.case_id == secret.id)).all()


def test_what_was_withdrawn_is_found_by_nothing(notes: Notes, db: Any, run_jobs: Any) -> None:
    case = notes.sent("Eins", versions=[LONG])
    run_jobs()
    operations.withdraw_case("note", case.subject_id)
    assert not db.session.execute(select(Print)).all()
    again = notes.sent("Zwei", versions=[LONG])
    run_jobs()
    assert not found(again, db)


def test_a_text_that_is_gone_disturbs_nobody(notes: Notes, run_jobs: Any, db: Any) -> None:
    case = notes.sent()
    db.session.delete(case)
    run_jobs()
