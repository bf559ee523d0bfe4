"""The page of a case: every way to read the text, what is known beside it, and what the form asks for."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from consult.core.registry import ReviewPart, registries
from consult.core.text import render_markdown
from consult.moderation import operations
from consult.moderation.models import Case, Decision
from tests.moderation.kind import KIND, Notes
from tests.moderation.test_operations import choose
from tests.moderation.test_signals import LONG
from tests.moderation.test_views import decide, page_of
from tests.support.page import html

pytestmark = pytest.mark.usefixtures("chain_is_whole")


# ---- reading --------------------------------------------------------------------------------------------------------


def test_the_raw_text_shows_what_was_noticed(notes: Notes, moderator: Any, run_jobs: Any) -> None:
    case = notes.sent(versions=["Bitte **sofort** 0361 123456 anrufen, <b>danke</b>."])
    run_jobs()
    page = moderator.page(page_of(case) + "?view=raw")
    raw = page.one("pre.c-raw")
    assert raw.get_text() == "Bitte **sofort** 0361 123456 anrufen, <b>danke</b>."
    assert raw.select("mark")[0].get_text() == "0361 123456"
    panel = page.one("section[aria-labelledby=signs]")
    assert "1 Telefonnummer" in panel.get_text()
    assert panel.select("mark")[0].get_text() == "0361 123456"


def test_a_sign_in_an_answer_that_is_not_public_shows_no_words_to_others(
    notes: Notes, cast: Any, make: Any, client: Any, sign_in: Any, run_jobs: Any
) -> None:
    make.grant(cast.colleague, "moderator")
    case = notes.sent(
        author=cast.owner, organisation_id=cast.company.id, audience="ministry", versions=["Nur 0361 123456 wählen."]
    )
    run_jobs()
    page = sign_in(client, cast.colleague).page(page_of(case) + "?view=raw")
    assert "1 Telefonnummer" in page.text
    assert "0361" not in page.source


@pytest.fixture
def previewing(notes: Notes) -> Notes:
    """Notes with a preview of their own."""

    def preview(note_id: int, version_id: int | None, reader: str) -> list[ReviewPart]:
        note = notes.all[note_id]
        if version_id is None and note.status != "published" and reader != "author":
            return []
        text = f"{note.versions[-1]} ({reader}, {'jetzt' if version_id is None else 'dann'})"
        return [ReviewPart("Antwort", text, render_markdown(text), note.audience)]

    kind = registries.moderated[KIND]
    registries.moderated[KIND] = type(kind)(**{**kind.__dict__, "preview": preview})
    return notes


@pytest.mark.parametrize("reader", ["public", "author", "agency", "ministry"])
@pytest.mark.parametrize(("state", "word"), [("now", "jetzt"), ("then", "dann")])
def test_preview_as_each_reader_before_and_after(
    previewing: Notes, moderator: Any, reader: str, state: str, word: str
) -> None:
    case = previewing.open(previewing.published(versions=["Ein Text"]))
    page = moderator.page(f"{page_of(case)}?view=preview&as={reader}&state={state}")
    assert f"Ein Text ({reader}, {word})" in page.text
    current = [one.get_text() for one in page.select("[aria-current=true]")]
    assert len(current) == 2


def test_what_waits_is_read_by_nobody_yet(previewing: Notes, moderator: Any) -> None:
    case = previewing.sent(versions=["Ein Text"])
    assert "nichts zu lesen" in moderator.page(page_of(case) + "?view=preview&state=now").text
    assert "Ein Text (author, jetzt)" in moderator.page(page_of(case) + "?view=preview&as=author&state=now").text
    assert "Ein Text (public, dann)" in moderator.page(page_of(case) + "?view=preview&as=nobody").text


def test_without_a_preview_of_its_room_the_public_parts_are_shown(notes: Notes, moderator: Any) -> None:
    case = notes.sent(versions=["Für alle"])
    assert "Für alle" in moderator.page(page_of(case) + "?view=preview").text
    secret = notes.sent(versions=["Nur für das Ministerium"], audience="ministry")
    assert "Nur für das Ministerium" not in moderator.page(page_of(secret) + "?view=preview").source


# ---- what is known --------------------------------------------------------------------------------------------------


def test_the_record_of_author_and_organisation(notes: Notes, moderator: Any, cast: Any, db: Any, run_jobs: Any) -> None:
    actor = cast.actor(cast.moderator2)
    first = notes.sent("Früher gut", author=cast.owner)
    operations.decide(actor, first.id, choose(first, "publish"))
    second = notes.sent("Früher schlecht", author=cast.owner)
    operations.decide(actor, second.id, choose(second, "reject", reason="spam", note="Weil."))
    third = notes.sent("Von der Kollegin", author=cast.colleague)
    third.organisation_id = cast.company.id
    operations.decide(actor, third.id, choose(third, "publish"))
    case = notes.sent("Jetzt", author=cast.owner)
    case.organisation_id = cast.company.id
    db.session.commit()
    page = moderator.page(page_of(case))
    assert "2 Texte, davon 1 beanstandet" in page.text
    assert "Früher schlecht" in page.text
    assert "Spam oder Schadlink" in page.text
    house = page.text.split("Andere Texte der Organisation")[1]
    assert "Von der Kollegin" in house


def test_similar_texts_with_how_much_is_the_same(notes: Notes, moderator: Any, run_jobs: Any, cast: Any) -> None:
    waiting = notes.sent("Wartet auch", versions=[LONG])
    public = notes.sent("Schon öffentlich", versions=[LONG.replace("wort33", "Anders")])
    operations.decide(cast.actor(cast.moderator), public.id, choose(public, "publish"))
    case = notes.sent("Neu", versions=[LONG.replace("wort55", "Geändert")])
    run_jobs()
    section = next(
        one for one in moderator.page(page_of(case)).select("aside section") if "Ähnliche Texte" in one.get_text()
    )
    assert "Wartet auch" in section.get_text()
    assert "wartet auch" in section.get_text()
    assert "Schon öffentlich" in section.get_text()
    assert " % gleich" in section.get_text()
    assert f"/de/moderation/cases/{waiting.id}" in [link["href"] for link in section.select("a")]


def test_what_waits_elsewhere_is_not_named_to_others(
    notes: Notes, make: Any, client: Any, sign_in: Any, run_jobs: Any
) -> None:
    here, there = make.consultation(), make.consultation()
    notes.sent("Geheimnis von drüben", versions=[LONG], consultation_id=there.id)
    case = notes.sent("Neu", versions=[LONG], consultation_id=here.id)
    run_jobs()
    browser = sign_in(client, make.person(roles=("moderator",), consultation=here))
    assert "Geheimnis von drüben" not in browser.page(page_of(case)).source


def test_internal_remarks_stay_with_moderators(
    notes: Notes, moderator: Any, cast: Any, outbox: Any, db: Any, clock: Any, run_jobs: Any
) -> None:
    case = notes.sent(author=cast.owner)
    remark = "Hat gestern schon angerufen."
    response = decide(moderator, case, outcome="reject", reason="spam", note="Öffentlicher Satz.", internal_note=remark)
    assert response.status_code == 303
    decision = db.session.execute(select(Decision)).scalar_one()
    assert decision.internal_note == remark
    assert remark not in "".join(decision.statement.values())
    assert remark in moderator.page(page_of(case)).text
    run_jobs()
    mail = outbox.last(cast.owner)
    assert "Öffentlicher Satz." in mail.text
    assert remark not in mail.text + (mail.html or "")
    exported = registries.personal_data["moderation"].export(cast.owner.id)
    assert remark not in str(exported)
    assert "Öffentlicher Satz." in str(exported)


# ---- the form -------------------------------------------------------------------------------------------------------


@pytest.fixture
def rich(notes: Notes) -> Notes:
    """Notes that can be redacted, merged and split as well."""
    notes.more = {"submitted": ("redact", "merge", "split")}
    return notes


def test_merging_names_the_other_text(rich: Notes, moderator: Any, db: Any) -> None:
    target = rich.published("Bleibt")
    case = rich.sent()
    fields = {"outcome": "merge", "reason": "duplicate", "note": "Dasselbe Anliegen."}
    for given, words in [("", "Nummer des Textes"), ("N-99", "keinen veröffentlichten Text"), ("N-2", "keinen")]:
        response = decide(moderator, case, target=given, **fields)
        assert response.status_code == 422
        assert words in html(response).one("#target-error").get_text()
        assert html(response).form("form.c-decide")["target"] == given
    assert decide(moderator, case, target=f"n-{target.id}", **fields).status_code == 303
    verdict = rich.applied[0]
    assert (verdict.outcome, verdict.target_id) == ("merge", target.id)
    assert db.session.execute(select(Decision)).scalar_one().target_id == target.id


def test_splitting_names_parts_and_title(rich: Notes, moderator: Any) -> None:
    case = rich.sent(versions=["Erstes Anliegen.\n---\nZweites Anliegen.\n---\nDrittes."])
    page = moderator.page(page_of(case))
    assert [box["value"] for box in page.select("input[name=second]")] == ["answer-1", "answer-2", "answer-3"]
    fields = {"outcome": "split", "reason": "off-topic", "note": "Zwei Anliegen."}
    response = decide(moderator, case, second_title="", **fields)
    assert {"second-error", "second_title-error"} <= {one["id"] for one in html(response).select(".kern-error[id]")}
    response = decide(moderator, case, second=["answer-1", "answer-2", "answer-3"], second_title="Neu", **fields)
    assert "im ersten Text bleiben" in html(response).one("#second-error").get_text()
    response = decide(moderator, case, second=["answer-1", "elsewhere"], second_title="Neu", **fields)
    assert response.status_code == 422
    assert decide(moderator, case, second=["answer-3"], second_title="Das Dritte", **fields).status_code == 303
    assert (rich.applied[0].second, rich.applied[0].second_title) == (("answer-3",), "Das Dritte")


def test_blacking_out_needs_words_of_the_text(rich: Notes, moderator: Any) -> None:
    case = rich.sent(versions=["Rufen Sie Herrn **Muster** an."])
    fields = {"outcome": "redact", "reason": "personal-data", "note": "Ohne Namen."}
    assert decide(moderator, case, **fields).status_code == 422
    assert decide(moderator, case, passage="Herrn Müller", **fields).status_code == 422
    assert decide(moderator, case, passage="Herrn Muster", **fields).status_code == 303
    assert rich.applied[0].passages == (("Herrn Muster", ""),)


def test_fields_of_other_outcomes_do_not_count(rich: Notes, moderator: Any, db: Any) -> None:
    case = rich.sent()
    assert (
        decide(moderator, case, outcome="publish", target="N-1", second="answer-1", second_title="x").status_code == 303
    )
    decision = db.session.execute(select(Decision)).scalar_one()
    assert (decision.target_id, decision.second, decision.second_title) == (None, [], "")


def test_more_rows_for_passages_decide_nothing(notes: Notes, moderator: Any, db: Any) -> None:
    case = notes.sent()
    response = decide(moderator, case, outcome="return", note="Halb fertig", passage="Wir teilen", more="1")
    assert response.status_code == 200
    page = html(response)
    assert len(page.select("textarea[name=passage]")) == 4
    assert page.form("form.c-decide")["note"].strip() == "Halb fertig"
    assert db.session.execute(select(Decision)).first() is None


def test_a_reporter_does_not_decide_on_what_they_reported(
    notes: Notes, moderator: Any, cast: Any, db: Any, make: Any
) -> None:
    make.consultation(slug="region")
    notes.published("Gemeldet")
    response = moderator.submit(
        "/de/report?url=/de/consultations/region/questions/1",
        {"reason": "spam", "explanation": "Finde ich schlimm.", "good_faith": "y"},
    )
    assert response.status_code == 303
    case = db.session.execute(select(Case)).scalar_one()
    page = moderator.page(page_of(case))
    assert not page.select("form.c-decide")
    token = page.select("input[name=csrf_token]")[0]["value"]
    data = {"csrf_token": token, "outcome": "hide", "reason": "spam", "note": "Weg.", "version": str(case.version_id)}
    assert moderator.post(page_of(case), data=data).status_code == 403


def test_hiding_gives_the_last_word_a_promise_of_its_own(
    notes: Notes, moderator: Any, cast: Any, db: Any, clock: Any, sign_in: Any
) -> None:
    case = notes.open(notes.published(), source="look")
    clock.shift(days=3)
    sign_in(moderator, cast.moderator)
    assert decide(moderator, case, outcome="hide", reason="insult", note="Sofort.").status_code == 303
    db.session.refresh(case)
    assert case.closed_at is None
    assert case.due_at > clock.now
