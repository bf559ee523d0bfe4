"""Public figures (Art. 15, 24): generated from the records, adding up, and the same for a past period whenever asked."""

from __future__ import annotations

import csv
import io
from collections import Counter
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consult.core import retention
from consult.moderation import operations
from consult.moderation.rules import FAVOURABLE, OUTCOMES
from consult.redress import complaints, figures, periods, personal
from consult.redress.complaints import Answer
from consult.redress.figures import Records, Row, count
from consult.redress.periods import Period, period_of
from tests.redress.disputes import INSULT, Disputes, choose
from tests.support.queries import count_queries

YEAR = Period(2026, 1, 12)
REJECTED = Answer("reject", "confirmed", "Es bleibt dabei.")


# ---- periods --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "start", "end"),
    [
        ("2026", datetime(2025, 12, 31, 23, tzinfo=UTC), datetime(2026, 12, 31, 23, tzinfo=UTC)),
        ("2026-H1", datetime(2025, 12, 31, 23, tzinfo=UTC), datetime(2026, 6, 30, 22, tzinfo=UTC)),
        ("2026-H2", datetime(2026, 6, 30, 22, tzinfo=UTC), datetime(2026, 12, 31, 23, tzinfo=UTC)),
        ("2026-11", datetime(2026, 10, 31, 23, tzinfo=UTC), datetime(2026, 11, 30, 23, tzinfo=UTC)),
        ("2026-12", datetime(2026, 11, 30, 23, tzinfo=UTC), datetime(2026, 12, 31, 23, tzinfo=UTC)),
    ],
)
def test_periods_by_the_calendar_of_berlin(key: str, start: datetime, end: datetime) -> None:
    found = period_of(key)
    assert found is not None
    assert (found.start, found.end, found.key) == (start, end, key)


@pytest.mark.parametrize("key", ["", "x", "1999", "2026-00", "2026-13", "2026-H3", "2026-1", "20266", "2026-11-01"])
def test_other_keys_are_no_period(key: str) -> None:
    assert period_of(key) is None


def test_periods_follow_the_records(disputes: Disputes, clock: Any) -> None:
    disputes.rejected()
    clock.shift(days=60)
    keys = [one.key for one in periods.periods_with_records()]
    assert keys == ["2027", "2026", "2027-H1", "2026-H2", "2027-01", "2026-12", "2026-11"]


# ---- sums -----------------------------------------------------------------------------------------------------------

MOMENTS = st.datetimes(datetime(2026, 1, 2), datetime(2026, 12, 30)).map(lambda one: one.replace(tzinfo=UTC))


@st.composite
def records(draw: Any) -> Records:
    """Any records of a year."""
    maybe = st.one_of(st.none(), MOMENTS)

    def decision() -> Any:
        made = draw(MOMENTS)
        later = draw(st.one_of(st.none(), st.timedeltas(timedelta(), timedelta(days=200))))
        return SimpleNamespace(
            outcome=draw(st.sampled_from((*OUTCOMES, "reinstate"))), reason=draw(st.sampled_from(("insult", "spam"))),
            kind=draw(st.sampled_from(("idea", "comment"))), ground=draw(st.sampled_from(("law", "terms", ""))),
            automated=draw(st.booleans()), in_time=draw(st.booleans()), waited_seconds=draw(st.integers(0, 10**6)),
            made_at=made, reversed_at=made + later if later is not None else None,
            source=draw(st.sampled_from((None, "submission", "look", "report"))), left=draw(st.booleans()),
            signals=draw(st.integers(0, 3)), consultation_id=draw(st.one_of(st.none(), st.integers(1, 3))),
        )  # fmt: skip

    def report() -> Any:
        answered = draw(maybe)
        outcome = draw(st.sampled_from((None, *OUTCOMES))) if answered else None
        return SimpleNamespace(
            reason=draw(st.sampled_from(("insult", "spam"))), answered_at=answered,
            waited_seconds=draw(st.integers(0, 10**6)), outcome=outcome, ground="law" if outcome else None,
            automated=draw(st.booleans()), left=draw(st.booleans()),
        )  # fmt: skip

    def complaint() -> Any:
        decided = draw(maybe)
        return SimpleNamespace(
            party=draw(st.sampled_from(("author", "reporter", "measure"))), decided_at=decided, reason="facts",
            outcome=draw(st.sampled_from(("uphold", "partly", "reject"))) if decided else "",
            waited_seconds=draw(st.integers(0, 10**6)), in_time=draw(st.booleans()),
        )  # fmt: skip

    def measure() -> Any:
        decided = draw(MOMENTS)
        return SimpleNamespace(
            scope=draw(st.sampled_from(("texts", "notices"))), step=draw(st.sampled_from(("warning", "suspension"))),
            decided_at=decided, ends_at=decided + timedelta(days=30), ended_at=draw(maybe),
        )  # fmt: skip

    def dispute() -> Any:
        closed = draw(maybe)
        outcome = draw(st.sampled_from(("operator", "complainant", "settled", "withdrawn"))) if closed else ""
        return SimpleNamespace(
            outcome=outcome,
            opened_at=datetime(2026, 1, 1, tzinfo=UTC),
            closed_at=closed,
            is_followed=draw(st.booleans()),
        )

    few = st.integers(0, 6)
    made: dict[str, Any] = {
        name: [make() for _turn in range(draw(few))]
        for name, make in (
            ("decisions", decision), ("reports", report), ("complaints", complaint), ("measures", measure),
            ("disputes", dispute),
        )
    }  # fmt: skip
    return Records(YEAR, **made)


# A whole and what it is the sum of.
WHOLES = {
    "decisions": ("decisions.outcome", "decisions.kind", "decisions.source"),
    "decisions.restricting": (
        "decisions.restricting.reason", "decisions.restricting.ground", "decisions.restricting.source",
    ),
    "reports": ("reports.reason",),
    "reports.acted_on": ("reports.acted_on.ground",),
    "complaints": ("complaints.party",),
    "complaints.answered": ("complaints.outcome", "complaints.reason"),
    "measures": ("measures.kind",),
    "disputes.closed": ("disputes.outcome",),
}  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(found=records(), known_at=MOMENTS)
def test_sums_equal_the_records(found: Records, known_at: datetime) -> None:
    rows = count(found, known_at)
    whole = {row.figure: row.value for row in rows if not row.code}
    for name, parts in WHOLES.items():
        for part in parts:
            assert sum(row.value for row in rows if row.figure == part) == whole[name], part
    assert whole["decisions"] + whole["decisions.taken_back"] == len(found.decisions)
    assert (whole["reports"], whole["complaints"]) == (len(found.reports), len(found.complaints))
    assert (whole["measures"], whole["disputes"]) == (len(found.measures), len(found.disputes))
    assert whole["decisions.restricting"] + sum(
        row.value for row in rows if row.figure == "decisions.outcome" and row.code in FAVOURABLE
    ) == whole["decisions"]  # fmt: skip
    for smaller, larger in (("reports.answered", "reports"), ("complaints.in_time", "complaints.answered"),
                            ("decisions.automated", "decisions"), ("disputes.closed", "disputes")):  # fmt: skip
        assert 0 <= whole[smaller] <= whole[larger]
    assert max(Counter((row.figure, row.code) for row in rows).values()) == 1


@pytest.mark.parametrize(("values", "middle"), [([], 0), ([3], 3), ([1, 9], 1), ([5, 1, 9], 5), ([4, 4, 1, 9], 4)])
def test_the_median_is_the_lower_middle(values: list[int], middle: int) -> None:
    assert figures.median(values) == middle


# ---- from real records ----------------------------------------------------------------------------------------------


def _fill(disputes: Disputes, clock: Any, cast: Any, notes: Any) -> None:
    """A month with everything that is counted."""
    moderator = cast.actor(cast.moderator)
    case = notes.sent("Gut", author=cast.outsider)
    clock.shift(hours=2)
    operations.decide(moderator, case.id, choose(case, "publish"))
    case = notes.sent("Versehen", author=cast.outsider)
    operations.reverse(moderator, operations.decide(moderator, case.id, choose(case, "reject", **INSULT)).id)
    disputes.report(notes.published(author=cast.owner))
    disputes.refused()
    complaint = disputes.about_rejection()
    clock.shift(hours=3)
    complaints.decide(cast.actor(cast.moderator2), complaint.id, REJECTED)
    clock.shift(minutes=1)


def test_figures_come_from_the_records(disputes: Disputes, clock: Any, cast: Any, notes: Any) -> None:
    _fill(disputes, clock, cast, notes)
    found = figures.figures_of(YEAR, clock.now)
    assert (found.value("decisions"), found.value("decisions.taken_back")) == (3, 1)
    assert found.parts("decisions.outcome") == [("publish", 2), ("reject", 1)]
    assert found.parts("decisions.source") == [("submission", 2), ("report", 1)]
    assert (found.value("reports"), found.value("reports.answered"), found.value("reports.acted_on")) == (2, 1, 0)
    assert (found.value("complaints"), found.value("complaints.answered")) == (1, 1)
    assert found.parts("complaints.outcome") == [("reject", 1)]
    assert found.value("complaints.median_seconds") == 3 * 3600
    assert found.value("decisions.automated") == 0
    assert found.value("cases.waiting") == 2


def test_a_past_period_gives_the_same_bytes_whatever_happens_later(
    disputes: Disputes, clock: Any, cast: Any, notes: Any, client: Any, db: Any
) -> None:
    _fill(disputes, clock, cast, notes)
    late = disputes.rejected(title="Spät")
    address = "/de/transparency.csv?period=2026-11"
    clock.move_to(datetime(2026, 11, 30, 23, 10, tzinfo=UTC))
    first = client.get(address).data
    clock.shift(days=40)
    complaint = disputes.complain("author", late.id)
    complaints.decide(cast.actor(cast.moderator2), complaint.id, Answer("uphold", "facts", "Stimmt."))
    personal.erase(cast.owner.id)
    personal.erase(cast.moderator.id)
    clock.shift(days=1500)
    retention.run({})
    db.session.commit()
    assert client.get(address).data == first == client.get(address.replace("/de/", "/en/")).data
    today = client.get(f"{address}&known=today").data
    assert b"2026-11,end,decisions.overturned,,0" in first
    assert b"2026-11,today,decisions.overturned,,1" in today
    page = client.page("/de/transparency?period=2026-11")
    assert "Seit dem Ende des Zeitraums geändert" in page.text
    assert "Von jemand anderem zurückgenommene Entscheidungen" in page.text


def test_the_table_is_for_programs(disputes: Disputes, clock: Any, cast: Any, notes: Any, client: Any) -> None:
    _fill(disputes, clock, cast, notes)
    response = client.get("/de/transparency.csv?period=2026")
    assert response.mimetype == "text/csv"
    assert 'filename="transparency-2026.csv"' in response.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(response.text)))
    assert list(rows[0]) == ["period", "known", "figure", "code", "value"]
    assert {row["known"] for row in rows} == {"today"}  # the year is not over
    values = {(row["figure"], row["code"]): int(row["value"]) for row in rows}
    expected = {(row.figure, row.code): row.value for row in figures.figures_of(YEAR, clock.now).rows}
    assert values == expected
    assert not [row for row in rows if row["code"][:1] in ("=", "+", "-", "@")]


def test_a_code_is_never_a_formula() -> None:
    text = figures.as_csv(figures.Figures(YEAR, (Row("decisions.kind", "=1+1", 1),)), "end")
    assert text.splitlines()[1] == "2026,end,decisions.kind,'=1+1,1"


def test_the_page_in_both_languages(disputes: Disputes, clock: Any, cast: Any, notes: Any, client: Any) -> None:
    _fill(disputes, clock, cast, notes)
    for language, words in (
        ("de", ("3 von 3 Entscheidungen (100 %) fielen in der zugesagten Zeit.", "1 von 1 sind beantwortet.")),
        ("en", ("3 of 3 decisions (100 %) were made", "1 of 1 are answered.")),
    ):
        page = client.page(f"/{language}/transparency")
        assert all(word in page.text for word in words)
        assert "2026" in page.h1
    assert "November 2026" in client.page("/de/transparency?period=2026-11").h1
    assert "Zweites Halbjahr 2026" in client.page("/de/transparency?period=2026-H2").h1
    for other in ("?period=1848", "?period=x", "?year=1848", "?period=2026-01"):
        assert client.page(f"/de/transparency{other}").h1.endswith("2026")


def test_years_are_told_apart(disputes: Disputes, client: Any, clock: Any) -> None:
    disputes.rejected()
    clock.shift(days=400)
    assert figures.figures_of(period_of("2027"), clock.now).value("decisions") == 0  # type: ignore[arg-type]
    assert figures.figures_of(YEAR, clock.now).value("decisions") == 1
    assert "2027" in client.page("/de/transparency").h1
    assert "2026" in client.page("/de/transparency?year=2026").h1


def test_figures_keep_their_budget(disputes: Disputes, client: Any, app: Any, db: Any) -> None:
    counts = []
    for turn in range(2):
        for number in range(4):
            disputes.complain("author", disputes.rejected(title=f"Text {turn} {number}").id)
            disputes.refused()
        db.session.commit()
        with count_queries(app, at_most=10) as found:
            client.page("/de/transparency")
        counts.append(len(found))
    assert counts[0] == counts[1]


def test_an_empty_period_says_so(client: Any) -> None:
    page = client.page("/de/transparency")
    assert "nichts entschieden" in page.text
    assert page.h1.startswith("Zahlen zur Moderation")
