"""Many cases at once: first what would happen, then each with a decision of its own, and nothing lost."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from consult.core.audit import AuditRow
from consult.core.errors import NotFound
from consult.moderation import bulk, operations
from consult.moderation.models import Case, Decision
from tests.moderation.kind import Notes
from tests.moderation.test_operations import choose
from tests.support.page import html

pytestmark = pytest.mark.usefixtures("chain_is_whole")

BULK = "/de/moderation/bulk"
SPAM = {"outcome": "reject", "reason": "spam", "note": "Massenhaft gesendet."}


def chosen(*cases: Case) -> str:
    return f"{BULK}?" + "&".join(f"case={case.id}" for case in cases)


def preview(browser: Any, address: str, fields: dict[str, Any]) -> Any:
    ticked = [box["value"] for box in browser.page(address).select("input[name=case][checked]")]
    response = browser.submit(address, {"case": ticked, **fields})
    assert response.status_code == 200, response.status
    return html(response)


def go(browser: Any, page: Any) -> Any:
    form = page.select("main form[method=post]")[0]
    cases = [box["value"] for box in page.select("input[name=case]")]
    return html(browser.post(str(form["action"]), data={**page.form_values(form), "case": cases, "go": "1"}))


def test_spam_is_decided_together_each_with_a_record(
    notes: Notes, moderator: Any, cast: Any, db: Any, outbox: Any
) -> None:
    cases = [notes.sent(f"Werbung {number}", author=cast.outsider) for number in range(3)]
    page = preview(moderator, chosen(*cases), SPAM)
    assert "Noch ist nichts entschieden." in page.text
    assert "Über 3 Texte ist entschieden" in page.text
    assert "wird nicht veröffentlicht" in page.text
    assert db.session.execute(select(Decision)).first() is None
    done = go(moderator, page)
    assert done.h1 == "Über 3 Texte ist entschieden"
    decisions = db.session.execute(select(Decision).order_by(Decision.id)).scalars().all()
    assert [one.case_id for one in decisions] == [case.id for case in cases]
    assert {(one.outcome, one.reason, one.note) for one in decisions} == {("reject", "spam", "Massenhaft gesendet.")}
    assert len({one.facts["batch"] for one in decisions}) == 1
    assert all(one.statement["de"] for one in decisions)
    assert len(outbox.to(cast.outsider, "moderation.decision")) == 3
    rows = select(func.count()).select_from(AuditRow).where(AuditRow.event == "decision.made")
    assert db.session.execute(rows).scalar_one() == 3
    operations.reverse(cast.actor(cast.moderator), decisions[1].id)
    assert [case.status for case in cases] == ["decided", "open", "decided"]


def test_what_cannot_be_decided_is_named_first_and_left(notes: Notes, moderator: Any, cast: Any, db: Any) -> None:
    free = notes.sent("Frei")
    own = notes.sent("Eigenes", author=cast.moderator)
    held = notes.sent("In anderen Händen")
    operations.claim(cast.actor(cast.moderator2), held.id)
    published = notes.open(notes.published("Schon öffentlich"))
    fields = {**SPAM, "case": [f"{one.id}:{one.version_id}" for one in (free, own, held, published)]}
    page = preview(moderator, chosen(free, own, held, published), fields)
    left = page.one("section[aria-labelledby=left]").get_text()
    assert "Eigenes: muss jemand anderes entscheiden" in left
    assert "In anderen Händen: Max Moderator entscheidet gerade darüber" in left
    assert "Schon öffentlich: lässt diese Entscheidung nicht zu" in left
    go(moderator, page)
    assert db.session.execute(select(Decision.case_id)).scalars().all() == [free.id]


def test_what_changes_between_list_and_button_is_reported_and_the_rest_is_done(
    notes: Notes, moderator: Any, cast: Any, db: Any
) -> None:
    first, second, third = notes.sent("Eins"), notes.sent("Zwei"), notes.sent("Drei")
    page = preview(moderator, chosen(first, second, third), SPAM)
    notes.all[second.subject_id].versions.append("Ganz anders.")
    notes.open(notes.all[second.subject_id])
    operations.decide(cast.actor(cast.moderator2), third.id, choose(third, "publish"))
    rows = db.session.execute(select(func.count()).select_from(AuditRow)).scalar_one()
    done = go(moderator, page)
    assert done.h1 == "Über 1 Text ist entschieden"
    left = done.one("section[aria-labelledby=left]").get_text()
    assert "Zwei: Der Text hat sich geändert" in left
    assert "Drei: Max Moderator hat schon entschieden" in left
    db.session.expire_all()
    assert [first.status, second.status, third.status] == ["decided", "open", "decided"]
    assert db.session.execute(select(func.count()).select_from(AuditRow)).scalar_one() > rows


def test_a_failure_in_the_room_leaves_no_trace(notes: Notes, moderator: Any, db: Any) -> None:
    good, bad = notes.sent("Gut"), notes.sent("Klemmt")
    page = preview(moderator, chosen(good, bad), SPAM)
    fine, jammed = notes.apply, bad.subject_id

    def apply(actor: Any, note_id: int, verdict: Any) -> None:
        if note_id == jammed:
            notes.all[note_id].status = "published"  # the room finds another state than the case knows
        fine(actor, note_id, verdict)

    notes.apply = apply  # type: ignore[method-assign]
    notes.register()
    done = go(moderator, page)
    assert "Klemmt" in done.one("section[aria-labelledby=left]").get_text()
    db.session.expire_all()
    assert bad.status == "open"
    assert db.session.execute(select(Decision.case_id)).scalars().all() == [good.id]
    noted = select(AuditRow.subject_id).where(AuditRow.event == "decision.made")
    assert db.session.execute(noted).scalars().all() == [good.subject_id]


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"outcome": "reject", "reason": "spam", "note": ""}, "note"),
        ({"outcome": "reject", "reason": "meets-rules", "note": "Weil."}, "reason"),
        ({"outcome": "merge", "reason": "spam", "note": "Weil."}, "outcome"),
        ({"outcome": "", "reason": "spam", "note": "Weil."}, "outcome"),
        ({"outcome": "reject", "reason": "nonsense", "note": "Weil."}, "reason"),
    ],
)
def test_what_is_missing_is_said_and_kept(notes: Notes, moderator: Any, fields: dict[str, str], error: str) -> None:
    case = notes.sent()
    response = moderator.submit(chosen(case), fields)
    assert response.status_code == 422
    page = html(response)
    assert page.select(f"#{error}-error")
    assert page.form("main form[method=post]")["note"].strip() == fields["note"]


def test_nothing_ticked_is_said(notes: Notes, moderator: Any) -> None:
    case = notes.sent()
    response = moderator.submit(chosen(case), {**SPAM, "case": None})
    assert response.status_code == 422
    assert "mindestens einen Text" in html(response).text


@pytest.mark.parametrize("value", ["x", "", "1:2:3", "999999999999:1", "-1:1", "²:1"])
def test_forged_numbers_do_nothing(notes: Notes, moderator: Any, db: Any, value: str) -> None:
    case = notes.sent()
    fields = moderator.page(chosen(case)).form("main form[method=post]")
    response = moderator.post(BULK, data={**fields, **SPAM, "case": value, "go": "1"})
    assert response.status_code in (200, 422)
    assert db.session.execute(select(Decision)).first() is None


def test_texts_with_the_same_words_are_found_together(
    notes: Notes, moderator: Any, cast: Any, run_jobs: Any, new_client: Any, sign_in: Any, make: Any
) -> None:
    same = [notes.sent(f"Titel {number}", versions=["Kaufen Sie JETZT unsere Anlage!"]) for number in range(3)]
    notes.sent("Anderes", versions=["Ein ganz anderes Anliegen."])
    run_jobs()
    page = moderator.page(f"/de/moderation/cases/{same[0].id}")
    assert "derselbe Wortlaut wie 2 andere Texte" in page.text
    together = moderator.page(f"{BULK}?same={same[0].id}")
    assert len(together.select("input[name=case]")) == 3
    elsewhere = sign_in(new_client(), make.person(roles=("moderator",), consultation=make.consultation()))
    assert elsewhere.get(f"{BULK}?same={same[0].id}").status_code == 404
    with pytest.raises(NotFound):
        bulk.same_words(cast.actor(cast.moderator), 4711)


def test_all_that_waits_of_one_author(notes: Notes, moderator: Any, cast: Any) -> None:
    cases = [notes.sent(f"Titel {number}", author=cast.outsider) for number in range(2)]
    notes.sent("Anderes", author=cast.owner)
    assert len(moderator.page(f"{BULK}?author={cases[0].id}").select("input[name=case]")) == 2


def test_what_is_ticked_in_the_queue_arrives(notes: Notes, moderator: Any, cast: Any) -> None:
    cases = [notes.sent(f"Titel {number}") for number in range(3)]
    own = notes.sent("Eigenes", author=cast.moderator)
    queue = moderator.page("/de/moderation/")
    boxes = [box["value"] for box in queue.select("input[name=case]")]
    assert boxes == [str(case.id) for case in cases]
    assert str(own.id) not in boxes
    page = moderator.page(chosen(*cases[:2]))
    assert [box["value"] for box in page.select("input[name=case][checked]")] == [
        f"{c.id}:{c.version_id}" for c in cases[:2]
    ]
    assert "Nichts ist ausgewählt." in moderator.page(BULK).text


@pytest.mark.parametrize("who", ["participant", "editor", "admin", "official"])
def test_only_moderators(cast: Any, client: Any, sign_in: Any, who: str) -> None:
    assert sign_in(client, getattr(cast, who)).get(BULK).status_code == 403
