"""The statement of reasons: each field of Regulation (EU) 2022/2065, Art. 17 (3), in mail, page and record."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import select

from consult.core.errors import Invalid
from consult.core.i18n import in_language
from consult.core.vocabularies import vocabulary
from consult.moderation import operations
from consult.moderation.models import Case, Decision
from consult.moderation.objecting import complaint_address, complaint_path
from consult.moderation.statements import statement_of
from tests.redress.disputes import INSULT, Disputes, choose

pytestmark = pytest.mark.usefixtures("chain_is_whole")

ADVERT = {"reason": "advertising", "note": "Der zweite Absatz wirbt."}


@pytest.fixture
def restricted(disputes: Disputes, cast: Any, notes: Any) -> Any:
    """`restricted(outcome)`: a decision of the first moderator with this outcome, after a report, a look or a submission."""

    def make(outcome: str, source: str = "submission", **values: Any) -> Decision:
        actor = cast.actor(cast.moderator)
        wanted = {**(values or ADVERT)}
        if source == "submission":
            case = notes.sent(author=cast.owner)
        else:
            note = notes.published(author=cast.owner)
            if source == "report":
                disputes.report(note)
            case = operations.look_again(actor, "note", note.id)
        if outcome == "redact":
            wanted["passages"] = (("Er steht an drei Tagen still.", "Das ist vertraulich."),)
        return operations.decide(actor, case.id, choose(case, outcome, **wanted))

    return make


@pytest.mark.parametrize(
    ("outcome", "source", "scope"),
    [
        ("return", "submission", "bis Sie sie geändert haben"),
        ("reject", "submission", "überall und ohne Ende"),
        ("hide", "look", "bis wir endgültig entschieden haben"),
        ("redact", "look", "Das betrifft die genannten Stellen"),
    ],
)
def test_art_17_3_a_what_where_and_how_long(restricted: Any, outcome: str, source: str, scope: str) -> None:
    text = restricted(outcome, source).statement["de"]
    assert scope in text


@pytest.mark.parametrize(
    ("outcome", "source", "words"),
    [
        ("reject", "submission", "vor der Entscheidung ganz gelesen"),
        ("hide", "look", "von uns aus angesehen"),
        ("hide", "report", "gemeldet"),
    ],
)
def test_art_17_3_b_facts_and_whether_somebody_reported(restricted: Any, outcome: str, source: str, words: str) -> None:
    decision = restricted(outcome, source)
    assert words in decision.statement["de"]
    assert "Der zweite Absatz wirbt." in decision.statement["de"]
    assert "Rita" not in str(decision.statement)
    assert "rita@" not in str(decision.statement)


def test_a_statement_speaks_one_language(restricted: Any) -> None:
    """What the catalogue calls the basis stands in both languages alike: paragraphs and numbers, no words of the other."""
    statement = restricted("reject").statement
    assert "darunter. Siehe auch: (EU) 2022/2065, Art. 14; § 5a Abs. 4 UWG." in statement["de"]
    assert not re.search(r"\b(Regulation|Directive|if|and)\b", statement["de"])
    for term in vocabulary("moderation_reasons"):
        assert not re.search(r"\b(rules|Regulation|Directive|if|Teilnahmeregeln)\b", term.extra["legal_basis"]), (
            term.code
        )


def test_art_17_3_c_whether_software_took_part(restricted: Any, notes: Any, cast: Any, db: Any) -> None:
    assert "ohne automatische Vorauswahl" in restricted("reject").statement["de"]
    case = notes.sent("Mit Hinweis", author=cast.owner)
    case.signals = [{"code": "link", "part": "", "at": [0, 4]}]
    decision = operations.decide(cast.actor(cast.moderator), case.id, choose(case, "reject", **ADVERT))
    assert "Software hatte auf etwas im Text hingewiesen. Ein Mensch" in decision.statement["de"]
    decision.automated = True
    assert "Entschieden hat eine Software" in statement_of(decision, "de").who


def test_art_17_3_d_the_law_and_why(restricted: Any) -> None:
    text = restricted("reject", **INSULT).statement["de"]
    assert "§§ 185–187 StGB" in text
    assert "für rechtswidrig" in text


def test_art_17_3_e_the_clause_of_the_rules_and_why(restricted: Any, client: Any) -> None:
    decision = restricted("reject")
    text = decision.statement["de"]
    assert "Abschnitt »Was nicht veröffentlicht wird«, Eintrag »Werbung«" in text
    assert "/de/rules#reasons" in text
    page = client.page("/de/rules")
    assert page.one("#reasons").get_text() == "Was nicht veröffentlicht wird"
    assert "Werbung" in page.text


def test_art_17_3_f_complaint_bodies_and_court(restricted: Any, client: Any) -> None:
    decision = restricted("reject")
    sought = {"de": ("24. Mai 2027", "Streitbeilegungsstellen", "Gericht"), "en": ("24 May 2027", "dispute", "court")}
    for language, words in sought.items():
        text = decision.statement[language]
        for word in words:
            assert word in text
        with in_language(language):
            assert complaint_address("author", decision.id) in text
            page = client.page(complaint_path("author", decision.id))
        assert page.form("main form[method=post]").keys() == {"csrf_token", "body"}


def test_art_17_the_mail_says_what_is_stored(restricted: Any, outbox: Any, cast: Any) -> None:
    decision = restricted("hide", "report")
    mail = outbox.to(cast.owner, "moderation.decision")[0]
    assert mail.send_after == decision.made_at  # when it takes effect, Art. 17 (2)
    for paragraph in decision.statement["de"].split("\n\n"):
        assert paragraph in " ".join(mail.text.split()), paragraph
    assert complaint_address("author", decision.id) in mail.html


@pytest.mark.parametrize("outcome", ["publish", "restore", "reinstate"])
def test_what_restricts_nothing_needs_no_statement(app: Any, outcome: str) -> None:
    assert app is not None
    found = statement_of(Decision(id=1, outcome=outcome, reason="meets-rules", passages=[], note="", facts={}), "de")
    assert (found.redress, found.basis, found.who, found.scope, found.complain_url) == ("",) * 5


def test_art_17_nothing_is_restricted_without_reasons(restricted: Any, db: Any) -> None:
    for values in ({"reason": "advertising", "note": ""}, {"reason": "", "note": "x"}):
        with pytest.raises(Invalid):
            restricted("reject", **values)
    assert {case.status for case in db.session.execute(select(Case)).scalars()} == {"open"}
