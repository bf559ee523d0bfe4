"""The pages of moderators: queue, case, decision, in both languages, within their budgets."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from consult.core.audit import AuditRow
from consult.moderation import operations
from consult.moderation.models import Case, Decision, Report
from tests.moderation.kind import KIND, Notes
from tests.support.page import html
from tests.support.queries import count_queries

pytestmark = pytest.mark.usefixtures("chain_is_whole")

QUEUE = "/de/moderation/"


def page_of(case: Case, language: str = "de") -> str:
    return f"/{language}/moderation/cases/{case.id}"


def decide(client: Any, case: Case, **fields: Any) -> Any:
    return client.submit(page_of(case), fields, form="form.c-decide")


# ---- queue ----------------------------------------------------------------------------------------------------------


def test_the_queue_shows_the_oldest_promise_first(
    notes: Notes, moderator: Any, cast: Any, clock: Any, sign_in: Any
) -> None:
    notes.sent("Alt", author=cast.owner)
    clock.shift(hours=40)
    notes.sent("Neu", author=cast.outsider)
    clock.shift(hours=16)
    page = sign_in(moderator, cast.moderator).page(QUEUE)
    assert [row.get_text() for row in page.select(".c-queue tbody h2")] == ["Alt", "Neu"]
    assert "überfällig , um eine Stunde" in page.text
    assert "wartet 2 Tage" in page.text
    assert "in der Zeit , noch 3 Tage" in page.text
    assert page.h1 == "Was wartet"


def test_the_queue_in_english(notes: Notes, moderator: Any, clock: Any) -> None:
    notes.sent("A text", language="en")
    page = moderator.page("/en/moderation/")
    assert page.h1 == "What waits"
    assert "in time , 2 days left" in page.text


def test_an_empty_queue_says_what_is_next(moderator: Any) -> None:
    assert "Nichts wartet." in moderator.page(QUEUE).text
    assert "Zu dieser Auswahl wartet nichts." in moderator.page(QUEUE + "?kind=idea").text


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("", ["Eins", "Zwei", "Drei"]),
        ("?language=en", ["Zwei"]),
        ("?kind=note", ["Eins", "Zwei", "Drei"]),
        ("?kind=report", []),
        ("?kind=nothing", []),
        ("?language=xx", ["Eins", "Zwei", "Drei"]),
        ("?consultation=abc", ["Eins", "Zwei", "Drei"]),
        ("?consultation=99999999999999999999", ["Eins", "Zwei", "Drei"]),
        ("?after=nonsense", ["Eins", "Zwei", "Drei"]),
    ],
)
def test_filters(notes: Notes, moderator: Any, query: str, titles: list[str]) -> None:
    for title, language in (("Eins", "de"), ("Zwei", "en"), ("Drei", "de")):
        notes.sent(title, language=language)
    page = moderator.page(QUEUE + query)
    assert [row.get_text() for row in page.select(".c-queue tbody h2")] == titles


def test_filters_by_age_and_reason_of_report_with_their_numbers(
    notes: Notes, moderator: Any, cast: Any, db: Any, clock: Any
) -> None:
    late, due, later = notes.sent("Spät"), notes.sent("Heute"), notes.sent("Später")
    late.due_at, due.due_at = clock.now - timedelta(hours=1), clock.now + timedelta(hours=2)
    later.due_at, later.report_count = clock.now + timedelta(days=3), 2
    for number, reason in enumerate(("spam", "insult")):
        db.session.add(
            Report(
                number=f"M-{number}", receipt_hash=f"hash-{number}", kind=KIND, subject_id=later.subject_id, url="/",
                reason=reason, explanation="Schlimm.", case_id=later.id,
            )
        )  # fmt: skip
    operations.claim(cast.actor(cast.moderator), due.id)
    db.session.commit()
    page = moderator.page(QUEUE)
    for words in ("überfällig (1)", "heute fällig (1)", "später fällig (1)", "Spam oder Schadlink (1)",
                  "Beleidigung oder Herabsetzung (1)", "für mich reserviert (1)"):  # fmt: skip
        assert words in page.text
    for query, title in (("age=late", "Spät"), ("age=today", "Heute"), ("age=later", "Später"), ("reason=insult", "Später"),
                         ("mine=1", "Heute")):  # fmt: skip
        found = moderator.page(f"{QUEUE}?{query}")
        assert [row.get_text() for row in found.select(".c-queue tbody h2")] == [title], query
    assert not moderator.page(f"{QUEUE}?reason=copyright").select(".c-queue tbody h2")


def test_consultations_are_told_apart(notes: Notes, make: Any, new_client: Any, sign_in: Any, cast: Any) -> None:
    here, there = make.consultation(title="Hier"), make.consultation(title="Dort")
    first = notes.sent("Eins", consultation_id=here.id)
    notes.sent("Zwei", consultation_id=there.id)
    all_of_them = sign_in(new_client(), cast.moderator).page(QUEUE)
    assert "Hier (1)" in all_of_them.text
    assert "Dort (1)" in all_of_them.text
    scoped = sign_in(new_client(), make.person(roles=("moderator",), consultation=there))
    assert [row.get_text() for row in scoped.page(QUEUE).select(".c-queue tbody h2")] == ["Zwei"]
    assert scoped.get(page_of(first)).status_code == 404


def test_what_i_reserved(notes: Notes, moderator: Any, cast: Any) -> None:
    notes.sent("Eins")
    operations.claim(cast.actor(cast.moderator), notes.sent("Zwei").id)
    page = moderator.page(QUEUE + "?mine=1")
    assert [row.get_text() for row in page.select(".c-queue tbody h2")] == ["Zwei"]


def test_every_page_of_a_long_queue_is_reached_once(notes: Notes, moderator: Any) -> None:
    for number in range(65):
        notes.sent(f"Text {number}")
    seen, address = [], QUEUE
    while address:
        page = moderator.page(address)
        seen += [row.get_text() for row in page.select(".c-queue tbody h2")]
        following = page.links("nav.c-pages a[rel=next]")
        address = following[0] if following else ""
    assert seen == [f"Text {number}" for number in range(65)]


def test_the_queue_keeps_its_budget(notes: Notes, moderator: Any, cast: Any, app: Any, make: Any, client: Any) -> None:
    first, second = make.consultation(), make.consultation()
    counts = []
    for turn in range(2):
        for number in range(12):
            note = notes.add(f"Text {turn} {number}", author=cast.owner, consultation_id=(first, second)[number % 2].id)
            notes.open(note)
            reported = notes.published(f"Gemeldet {turn} {number}")
            operations.look_again(cast.actor(cast.moderator), KIND, reported.id).report_count = 1
        moderator.page(QUEUE)
        with count_queries(app) as found:
            moderator.page(QUEUE)
        counts.append(len(found))
        found.at_most(8)
    assert counts[0] == counts[1]


@pytest.mark.parametrize("person", ["participant", "owner", "editor", "analyst", "official", "admin"])
def test_the_queue_is_for_moderators(client: Any, cast: Any, sign_in: Any, person: str) -> None:
    assert sign_in(client, getattr(cast, person)).get(QUEUE).status_code == 403
    assert client.post("/de/moderation/look", data={"kind": "note", "id": "1"}).status_code in (400, 403)


def test_signed_out_the_queue_asks_to_sign_in(client: Any) -> None:
    response = client.get(QUEUE)
    assert response.status_code == 303
    assert "/account/sign-in" in response.location


# ---- case -----------------------------------------------------------------------------------------------------------


def test_reading_writes_nothing(notes: Notes, moderator: Any, db: Any) -> None:
    case = notes.sent()
    db.session.commit()
    rows = db.session.execute(select(func.count()).select_from(AuditRow)).scalar_one()
    for address in (QUEUE, page_of(case), page_of(case) + "?view=public", "/de/moderation/decided"):
        moderator.page(address)
    db.session.refresh(case)
    assert case.status == "open"
    assert db.session.execute(select(func.count()).select_from(AuditRow)).scalar_one() == rows


def test_the_form_stands_on_the_page_at_once(notes: Notes, moderator: Any) -> None:
    case = notes.sent()
    page = moderator.page(page_of(case))
    fields = page.form("form.c-decide")
    assert fields["outcome"] == "publish"
    assert fields["reason"] == "meets-rules"
    assert fields["version"] == str(case.version_id)
    assert {"note", "passage", "passage_note", "csrf_token"} <= set(fields)
    assert [box["value"] for box in page.select("input[name=outcome]")] == ["publish", "return", "reject"]
    assert [box["data-key"] for box in page.select("input[name=outcome]")] == ["p", "z", "a"]
    assert "Wir teilen unseren Prüfstand." in page.text


def test_changes_are_shown_word_by_word(notes: Notes, moderator: Any) -> None:
    case = notes.sent(versions=["Zwei Betriebe arbeiten hier.", "Drei Betriebe arbeiten hier <b>gern</b>."])
    page = moderator.page(page_of(case))
    assert page.one(".c-diff del").get_text(strip=True) == "Zwei"
    assert page.select(".c-diff ins")[0].get_text(strip=True) == "Drei"
    assert "<b>gern" not in page.source.replace("&lt;b&gt;gern", "")
    assert not moderator.page(page_of(case) + "?view=text").select(".c-diff")


def test_deciding_opens_the_next_case(notes: Notes, moderator: Any, cast: Any, db: Any, clock: Any) -> None:
    first, own, third = notes.sent("Eins"), notes.sent("Eigenes", author=cast.moderator), notes.sent("Drei")
    response = decide(moderator, first, outcome="publish")
    assert response.status_code == 303
    assert response.location.endswith(page_of(third))
    page = moderator.page(response.location)
    assert "Entschieden: veröffentlicht." in page.text
    assert page.links(".c-flash a") == [page_of(first)]
    response = decide(moderator, third, outcome="reject", reason="spam", note="Immer dasselbe.")
    assert response.location.endswith("/de/moderation/")
    db.session.refresh(own)
    assert own.status == "open"
    assert "Immer dasselbe." in moderator.page("/de/moderation/decided").text


def test_a_decision_is_taken_back_by_a_button(notes: Notes, moderator: Any, db: Any, clock: Any) -> None:
    case = notes.sent()
    decide(moderator, case, outcome="publish")
    page = moderator.page(page_of(case))
    assert "Bis 10.10 Uhr können Sie Ihre Entscheidung zurücknehmen." in page.text
    response = moderator.submit(page_of(case), form="form[action*=reverse]")
    assert response.status_code == 303
    db.session.refresh(case)
    assert case.status == "open"


def test_what_was_typed_stays_after_an_error(notes: Notes, moderator: Any) -> None:
    case = notes.sent()
    response = decide(
        moderator, case, outcome="return", reason="", note="", passage="Gibt es nicht", passage_note="Warum?"
    )
    assert response.status_code == 422
    page = html(response)
    fields = page.form("form.c-decide")
    assert fields["outcome"] == "return"
    assert "Gibt es nicht" in fields["passage"]
    assert page.one("#passage-error").get_text(strip=True).startswith("»Gibt es nicht« kommt im Text nicht")
    assert page.select("#note-error")
    assert page.select("[role=alert] a[href='#passage']")


HOSTILE = [
    "<script>alert(1)</script>",
    "\x00",
    "\u202egedreht",
    "{{ 7*7 }}",
    "%s%n",
    "'; drop table person;--",
    "🧪" * 3000,
    "a" * 100_000,
]


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize("field", ["outcome", "reason", "note", "passage", "passage_note", "version"])
def test_hostile_values_are_refused_at_the_page(notes: Notes, moderator: Any, db: Any, field: str, value: str) -> None:
    case = notes.sent()
    sound = {"outcome": "return", "reason": "spam", "note": "Weil.", "passage": "Wir teilen", "passage_note": ""}
    response = decide(moderator, case, **{**sound, field: value})
    assert response.status_code in (303, 409, 422)
    if response.status_code != 303:
        assert db.session.execute(select(Decision)).first() is None
    assert "<script>alert(1)" not in response.get_data(as_text=True)


def test_on_conflict_the_sentence_is_kept(notes: Notes, moderator: Any, cast: Any, db: Any) -> None:
    case = notes.sent()
    token = moderator.page(page_of(case)).form("form.c-decide")
    operations.decide(cast.actor(cast.moderator2), case.id, operations.Choice("publish", version=token["version"]))
    response = moderator.post(
        page_of(case), data={**token, "outcome": "reject", "reason": "spam", "note": "Mein Satz dazu."}
    )
    assert response.status_code == 409
    page = html(response)
    assert "Max Moderator hat schon entschieden" in page.text
    assert page.one("#kept").get_text(strip=True) == "Mein Satz dazu."
    assert len(db.session.execute(select(Decision)).all()) == 1


def test_a_new_version_is_shown_and_the_sentence_kept(notes: Notes, moderator: Any) -> None:
    note = notes.add()
    case = notes.open(note)
    fields = moderator.page(page_of(case)).form("form.c-decide")
    note.versions.append("Ganz neu geschrieben.")
    notes.open(note)
    response = moderator.post(
        page_of(case), data={**fields, "outcome": "reject", "reason": "spam", "note": "Mein Satz."}
    )
    assert response.status_code == 409
    page = html(response)
    assert "Der Text hat sich geändert" in page.text
    assert "Ganz neu geschrieben" in page.one(".c-diff").get_text()
    again = page.form("form.c-decide")
    assert (again["version"], again["note"].strip()) == (str(note.version_id), "Mein Satz.")


def test_a_case_in_other_hands_is_refused_and_marked(
    notes: Notes, moderator: Any, cast: Any, new_client: Any, sign_in: Any
) -> None:
    case = notes.sent()
    other = sign_in(new_client(), cast.moderator2)
    assert other.submit(page_of(case), form="form[action$=claim]").status_code == 303
    assert "Max Moderator entscheidet gerade darüber" in moderator.page(QUEUE).text
    said = moderator.page(page_of(case)).one("form.c-decide").get_text()  # before one writes a reason for nothing
    assert said.index("Max Moderator entscheidet gerade darüber.") < said.index("Veröffentlichen")
    assert "würde Ihre Entscheidung nicht übernommen" not in other.page(page_of(case)).text
    response = decide(moderator, case, outcome="publish", note="Gern.")
    assert response.status_code == 409
    assert html(response).form("form.c-decide")["note"].strip() == "Gern."
    assert other.submit(page_of(case), form="form[action$=release]").status_code == 303
    assert decide(moderator, case, outcome="publish").status_code == 303


@pytest.mark.parametrize("who", ["owner", "colleague"])
def test_own_texts_have_no_form_and_refuse(
    notes: Notes, cast: Any, make: Any, client: Any, sign_in: Any, who: str
) -> None:
    make.grant(getattr(cast, who), "moderator")
    case = notes.sent(author=cast.owner, organisation_id=cast.company.id)
    browser = sign_in(client, getattr(cast, who))
    page = browser.page(page_of(case))
    assert not page.select("form.c-decide")
    assert "Jemand anderes" in page.text
    token = page.select("input[name=csrf_token]")[0]["value"]
    data = {"csrf_token": token, "outcome": "publish", "version": str(case.version_id)}
    assert browser.post(page_of(case), data=data).status_code == 403


def test_a_look_at_answers_that_are_not_public_is_logged_first(notes: Notes, moderator: Any, db: Any) -> None:
    case = notes.sent(audience="ministry", versions=["Nur für das Ministerium."])
    looks = select(func.count()).select_from(AuditRow).where(AuditRow.event == "answer.read")
    page = moderator.page(page_of(case))
    assert "Nur für das Ministerium." in page.text
    assert "protokolliert" in page.text
    assert db.session.execute(looks).scalar_one() == 1
    assert "Nur für das Ministerium." not in moderator.page(page_of(case) + "?view=public").text
    decide(moderator, case, outcome="publish")
    assert "Nur für das Ministerium." not in moderator.page(page_of(case)).text


def test_who_may_not_decide_reads_no_answer_that_is_not_public(
    notes: Notes, cast: Any, make: Any, client: Any, sign_in: Any
) -> None:
    make.grant(cast.colleague, "moderator")
    case = notes.sent(
        author=cast.owner, organisation_id=cast.company.id, audience="agency", versions=["Nur für die Agentur."]
    )
    assert "Nur für die Agentur." not in sign_in(client, cast.colleague).page(page_of(case)).source


def test_the_case_keeps_its_budget(notes: Notes, moderator: Any, cast: Any, app: Any) -> None:
    case = notes.sent("Worum es geht", author=cast.owner)
    actor = cast.actor(cast.moderator)
    counts = []
    for turn in range(2):
        for number in range(8):
            other = notes.sent(f"Früher {turn} {number}", author=cast.owner)
            operations.decide(actor, other.id, operations.Choice("publish", version=str(other.version_id)))
        case.report_count = 1
        moderator.page(page_of(case))
        with count_queries(app) as found:
            page = moderator.page(page_of(case))
        counts.append(len(found))
        found.at_most(10)
    assert "Früher 1 7" in page.text
    assert counts[0] == counts[1]


def test_a_second_look_is_opened_from_a_closed_case(notes: Notes, moderator: Any, db: Any) -> None:
    case = notes.sent()
    decide(moderator, case, outcome="reject", reason="spam", note="Weil.")
    notes.all[1].status = "hidden"
    db.session.execute(select(Decision)).scalar_one().reversed_at = case.opened_at
    response = moderator.submit(page_of(case), form="form[action$=look]")
    assert response.status_code == 303
    page = moderator.page(response.location)
    assert [box["value"] for box in page.select("input[name=outcome]")] == ["restore", "remove"]


@pytest.mark.parametrize("number", ["", "x", "-1", "99999999999", "²"])
def test_a_look_at_nothing_is_not_found(moderator: Any, number: str) -> None:
    token = re.search(r'name="csrf_token" value="([^"]+)"', moderator.get(QUEUE).get_data(as_text=True))
    assert token
    data = {"csrf_token": token[1], "kind": "note", "id": number}
    assert moderator.post("/de/moderation/look", data=data).status_code == 404
