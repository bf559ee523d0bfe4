"""Sign-off in an organisation: who may do what while an idea waits for its release, through the pages."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text

from consult.core.access import SYSTEM
from consult.core.audit import AuditRow
from consult.core.db import db as database
from consult.ideas import jobs, personal
from consult.ideas.drafting import draft_row
from consult.ideas.models import Idea, IdeaDraft
from consult.ideas.tokens import draft_token, status_token
from consult.moderation.operations import withdraw_case
from consult.moderation.queries import waiting_case
from consult.organisations.models import OrganisationMember
from tests.ideas.conftest import FILLED, NAME, House, number_on, the_idea
from tests.support.page import html
from tests.support.queries import count_queries

NOTE = "Bitte nennen Sie die Halle."


def decide(client: Any, idea: Idea, button: str, note: str = "", seen: str | None = None) -> Any:
    """Press a button of the release page; the form is sent by hand where the page does not offer it."""
    url = f"/de/ideas/releases/{idea.id}"
    page = client.get(url)
    form = html(page).form("form:has([name=seen])") if page.status_code == 200 and 'name="seen"' in page.text else {}
    data = {"seen": "0", **form, button: "1", "note": note}
    if seen is not None:
        data["seen"] = seen
    if "csrf_token" not in data:
        data["csrf_token"] = html(client.get("/de/ideas/new")).form("#idea-form")["csrf_token"]
    return client.post(url, data=data)


def decisions(db: Any, event: str) -> list[AuditRow]:
    return list(db.session.query(AuditRow).filter_by(event=event).order_by(AuditRow.seq))


# ---- the decision table ---------------------------------------------------------------------------------------------

WHO = ("author", "colleague", "contact", "approver", "manager", "outsider", "guest")
READERS = {
    "author": 200,
    "colleague": 200,
    "contact": 404,
    "approver": 200,
    "manager": 200,
    "outsider": 404,
    "guest": 303,
}
# what waits -> its status then, and after being released and being given back
STATES = {
    "first": ("awaiting_release", "submitted", "draft"),
    "returned": ("returned", "submitted", "returned"),
    "version": ("published", "published", "published"),
}
ACTS = ("release", "return", "note", "change", "take_back")


def expected(who: str, act: str) -> int:
    """The status that answers an act while something waits: the policy, once more and in other words."""
    if who == "guest":
        return 403
    if who in ("contact", "outsider"):
        return 403 if act in ("change", "take_back") else 404
    decides = who in ("approver", "manager")
    if act in ("release", "return"):
        return 303 if decides else 403
    if act == "change":
        return 303 if decides else 409  # an edit of a mere author changes nothing and is handed back
    return 303  # all who write for it may talk about it and take it back


def test_state_by_role_by_act(house: House, send: Any, as_: Any, make: Any, write: Any, clock: Any, db: Any) -> None:
    """One waiting idea of each kind, everybody, every act: what answers, and what became of it."""
    clients = {who: as_(getattr(house, who)) for who in WHO}
    for state, (status, released, returned) in STATES.items():
        idea = idea_in(state, house, send, write, as_, make, db)
        for who in WHO:
            read = clients[who].get(f"/de/ideas/releases/{idea.id}").status_code
            assert read == READERS[who], (state, who, read)
        for act in ACTS:
            clock.shift(minutes=5)  # so many writes at once are more than the limits allow
            for who in sorted(WHO, key=lambda one: expected(one, act)):
                asked_again(idea, house, write, as_, db)
                case = (state, act, who)
                answer = do(clients[who], idea, act)
                db.session.rollback()
                db.session.refresh(idea)
                # those who may not are refused, whatever the act; then nothing has moved
                assert (answer >= 400) == (expected(who, act) >= 400) and answer != 500, (case, answer)
                moved = who in ("approver", "manager") and act in ("release", "return")
                if act == "take_back" and who in ("author", "colleague", "approver", "manager"):
                    assert idea.release_asked_at is None, case
                    assert idea.status == returned, case
                elif not moved:
                    assert idea.status == status and idea.release_asked_at is not None, case
                elif act == "return":
                    assert idea.status == returned and idea.release_asked_at is None, case
                else:
                    assert idea.status == released and idea.release_asked_at is None, case
                    assert idea.author_id == house.author.id and waiting_case("idea", idea.id) is not None, case
                    back_to(state, idea, make, db)
        db.session.delete(db.session.get(Idea, idea.id))
        db.session.commit()


def idea_in(state: str, house: House, send: Any, write: Any, as_: Any, make: Any, db: Any) -> Idea:
    """An idea of the author's, whose text waits as a first one, as one that moderation returned, or as a new version."""
    send(house.author)
    idea = db.session.query(Idea).one()
    if state != "first":
        decide(as_(house.approver), idea, "release")
        back_to(state, idea, make, db)
    return idea


def back_to(state: str, idea: Idea, make: Any, db: Any) -> None:
    """After a release: moderation decides so that the author may write once more, or it is a first text again."""
    if state == "first":
        draft_row(idea)  # begun from the version that goes
        withdraw_case("idea", idea.id, SYSTEM)
        db.session.execute(text("delete from idea_version where idea_id = :id"), {"id": idea.id})
        idea.status, idea.number, idea.waiting_version_id, idea.submitted_at = "draft", None, None, None
    else:
        make.decide(
            "idea",
            idea.id,
            *(("return",) if state == "returned" else ("publish",)),
            **({"reason": "personal-data", "note": "Bitte klarer."} if state == "returned" else {}),
        )
    db.session.commit()


def asked_again(idea: Idea, house: House, write: Any, as_: Any, db: Any) -> None:
    """Let it wait once more where it does not."""
    db.session.rollback()
    db.session.refresh(idea)
    if idea.release_asked_at is not None:
        return
    writer = write(as_(house.author))
    writer.url = f"/de/ideas/drafts/{draft_token(idea.draft_key)}"
    writer.send("submit", {"answer-1": f"Wir teilen unseren Messraum, Stand {db.session.query(AuditRow).count()}."})
    db.session.rollback()
    db.session.refresh(idea)
    assert idea.release_asked_at is not None


def do(client: Any, idea: Idea, act: str) -> int:
    """One act by its address, with what the form would carry; the answer's status."""
    token = html(client.get("/de/ideas/new")).form("#idea-form")["csrf_token"]
    page = f"/de/ideas/releases/{idea.id}"
    if act in ("release", "return"):
        return int(decide(client, idea, act, NOTE, seen=seen_in(idea)).status_code)
    if act == "note":
        return int(client.post(f"{page}/notes", data={"csrf_token": token, "body": "Unter uns."}).status_code)
    if act == "take_back":
        url = f"/de/ideas/status/{status_token(idea.draft_key)}/take-back"
        return int(client.post(url, data={"csrf_token": token}).status_code)
    url = f"/de/ideas/drafts/{draft_token(idea.draft_key)}"
    data = {
        "csrf_token": token,
        "title": f"Anders {token[-8:]}",
        "edit_count": seen_in(idea),
        "tab": "x",
        "save": "release",
    }
    return int(client.post(url, data=data).status_code)


def seen_in(idea: Idea) -> str:
    database.session.rollback()
    draft = database.session.get(IdeaDraft, idea.id)
    return str(draft.edit_count) if draft is not None else "0"


def _csrf(client: Any) -> dict[str, str]:
    return {"csrf_token": html(client.get("/de/ideas/new")).form("#idea-form")["csrf_token"]}


# who sends -> what becomes of it
SENT = {
    "author": "awaiting_release",
    "contact": "draft",  # does not write for it
    "approver": "awaiting_release",  # another one may release, so another one does
    "manager": "awaiting_release",
    "outsider": "submitted",  # a typed name alone binds nobody
}


@pytest.mark.parametrize("who", SENT)
def test_what_sending_does(who: str, send: Any, house: House, db: Any) -> None:
    answer = send(getattr(house, who))
    idea = the_idea(db)
    assert idea.status == SENT[who] and answer.status_code == (422 if who == "contact" else 200)
    if idea.status == "awaiting_release":
        assert idea.number is None and waiting_case("idea", idea.id) is None
        assert idea.organisation_id == house.company.id and "Zur Freigabe" in html(answer).text


def test_for_oneself_nobody_releases(send: Any, house: House, db: Any) -> None:
    assert number_on(send(house.author, organisation="")) == the_idea(db).number


def test_without_signoff_it_is_sent_at_once(send: Any, house: House, db: Any) -> None:
    house.company.signoff = False
    db.session.commit()
    assert number_on(send(house.author)) == the_idea(db).number


def test_the_only_approver_sends_at_once(send: Any, house: House, make: Any, db: Any) -> None:
    db.session.query(OrganisationMember).filter_by(person_id=house.manager.id).delete()
    db.session.commit()
    assert number_on(send(house.approver)) == the_idea(db).number


def test_where_nobody_releases_the_draft_stays(send: Any, house: House, db: Any) -> None:
    db.session.query(OrganisationMember).filter(OrganisationMember.role.in_(("approver", "manager"))).delete()
    db.session.commit()
    answer = send(house.author)
    assert answer.status_code == 422 and "niemand die Idee freigeben" in html(answer).text
    assert the_idea(db).status == "draft" and html(answer).form("#idea-form")["title"] == FILLED["title"]


# ---- releasing ------------------------------------------------------------------------------------------------------


def test_released_it_is_sent_in_the_authors_name(
    waiting: Idea, house: House, as_: Any, outbox: Any, run_jobs: Any, db: Any
) -> None:
    run_jobs()
    for person in (house.approver, house.manager):
        mail = outbox.last(person)
        assert "wartet auf Ihre Freigabe" in mail.subject and f"/ideas/releases/{waiting.id}" in mail.text
    assert not outbox.to(house.contact) and not outbox.to(house.author)
    client = as_(house.approver)
    assert "Messraum teilen" in client.page("/de/me/").one("#to-release").parent.parent.get_text()
    page = client.page(f"/de/ideas/releases/{waiting.id}")
    assert "1 von 5 Fragen" in page.text and NAME in page.text and "wartet nicht" not in page.text
    assert "Wir teilen unseren Messraum." in page.text and "Zur Freigabe vorgelegt von Anna Autorin" in page.text
    decide(client, waiting, "release")
    run_jobs()
    idea = the_idea(db)
    assert idea.number and idea.author_id == house.author.id and idea.organisation_id == house.company.id
    assert waiting_case("idea", idea.id) is not None and db.session.get(IdeaDraft, idea.id) is None
    assert idea.number in outbox.last(house.author).subject
    status = as_(house.author).page(f"/de/ideas/status/{status_token(idea.draft_key)}")
    assert "Freigegeben von Frieda Freigabe" in status.text
    assert not client.page("/de/me/").select("#to-release")
    assert [row.actor_id for row in decisions(db, "idea.released")] == [house.approver.id]
    assert "Ihre Organisation hat Ihre Idee freigegeben" in as_(house.author).page("/de/notices/").text


def test_given_back_with_a_sentence_and_sent_again(
    waiting: Idea, house: House, as_: Any, write: Any, outbox: Any, run_jobs: Any, db: Any
) -> None:
    approver = as_(house.approver)
    refused = decide(approver, waiting, "return")
    assert refused.status_code == 422 and "note" in html(refused).errors()
    writer = write(approver)
    writer.url = f"/de/ideas/drafts/{draft_token(waiting.draft_key)}"
    writer.send("save", {"title": "", "answer-1": "x" * 8002})
    said = html(decide(approver, waiting, "release")).text
    assert "Titel: Bitte schreiben Sie einen Titel" in said and "um 2 Zeichen" in said, "what nobody could send"
    writer.send("save", FILLED)
    assert decide(approver, waiting, "return", NOTE).status_code == 303
    run_jobs()
    mail = outbox.last(house.author)
    assert NOTE in mail.text and f"/ideas/drafts/{draft_token(waiting.draft_key)}" in mail.text
    writer.client = as_(house.author)
    assert NOTE in writer.client.page(writer.url).text
    writer.send("save", {"answer-1": "Wir teilen Halle 3."})
    assert NOTE in writer.client.page(writer.url).text, "saving keeps the sentence"
    page = approver.page(f"/de/ideas/releases/{waiting.id}")
    assert "Halle 3" not in page.text and FILLED["title"] in page.text, "it is being written"
    writer.send("submit")
    assert the_idea(db).status == "awaiting_release"
    page = approver.page(f"/de/ideas/releases/{waiting.id}")
    assert "Halle 3" in page.text and "Zurückgegeben von Frieda Freigabe" in page.text
    decide(approver, waiting, "release")
    assert the_idea(db).status == "submitted"


def test_taken_back_it_is_a_draft(waiting: Idea, house: House, as_: Any, db: Any) -> None:
    author = as_(house.author)
    url = f"/de/ideas/status/{status_token(waiting.draft_key)}"
    assert author.get(f"/de/ideas/drafts/{draft_token(waiting.draft_key)}").status_code == 303, "nothing to write at"
    page = author.page(url)
    assert page.h1 == FILLED["title"]
    form = page.form("form[action$='/take-back']")
    assert author.post(f"{url}/take-back", data=form).status_code == 303
    assert the_idea(db).status == "draft"
    assert (
        author.page(f"/de/ideas/drafts/{draft_token(waiting.draft_key)}").form("#idea-form")["title"] == FILLED["title"]
    )


def test_the_second_at_the_same_moment_is_told(waiting: Idea, house: House, as_: Any, db: Any) -> None:
    first, second = as_(house.approver), as_(house.manager)
    form = second.page(f"/de/ideas/releases/{waiting.id}").form("form:has([name=seen])")
    decide(first, waiting, "release")
    late = second.post(f"/de/ideas/releases/{waiting.id}", data={**form, "return": "1", "note": NOTE})
    assert late.status_code == 409 and NOTE in html(late).text and "Jemand war schneller" in html(late).text
    assert the_idea(db).status == "submitted" and len(decisions(db, "idea.released")) == 1


def test_only_the_text_that_was_read_is_released(waiting: Idea, house: House, as_: Any, write: Any, db: Any) -> None:
    approver, author = as_(house.approver), as_(house.author)
    form = approver.page(f"/de/ideas/releases/{waiting.id}").form("form:has([name=seen])")
    url = f"/de/ideas/status/{status_token(waiting.draft_key)}"
    author.post(f"{url}/take-back", data=author.page(url).form("form[action$='/take-back']"))
    writer = write(author)
    writer.url = f"/de/ideas/drafts/{draft_token(waiting.draft_key)}"
    writer.send("submit", {"answer-1": "Ganz anders."})
    answer = approver.post(f"/de/ideas/releases/{waiting.id}", data={**form, "release": "1"})
    assert answer.status_code == 409 and "Ganz anders." in html(answer).text
    assert the_idea(db).status == "awaiting_release"


# ---- one's own text, and leaving ------------------------------------------------------------------------------------


def test_an_approver_does_not_release_the_own_text(send: Any, house: House, as_: Any, make: Any, db: Any) -> None:
    send(house.approver)
    idea, client = the_idea(db), as_(house.approver)
    page = client.page(f"/de/ideas/releases/{idea.id}")
    assert "gibt sie jemand anderes" in page.text and not page.select("[name=seen]")
    assert decide(client, idea, "release", seen="2").status_code == 403
    assert the_idea(db).status == "awaiting_release"
    db.session.query(OrganisationMember).filter_by(person_id=house.manager.id).delete()
    db.session.commit()  # now there is nobody else
    status = client.page(f"/de/ideas/status/{status_token(idea.draft_key)}")
    assert "Selbst freigeben" in status.text
    assert decide(client, idea, "release").status_code == 303 and the_idea(db).status == "submitted"


def test_who_leaves_has_no_access_any_more(waiting: Idea, house: House, as_: Any, db: Any) -> None:
    client = as_(house.approver)
    form = client.page(f"/de/ideas/releases/{waiting.id}").form("form:has([name=seen])")
    member = db.session.query(OrganisationMember).filter_by(person_id=house.approver.id).one()
    db.session.delete(member)
    db.session.commit()
    assert client.get(f"/de/ideas/releases/{waiting.id}").status_code == 404
    assert client.post(f"/de/ideas/releases/{waiting.id}", data={**form, "release": "1"}).status_code == 404
    assert not client.page("/de/me/").select("#to-release")


def test_what_somebody_wrote_stays_with_the_organisation(waiting: Idea, house: House, as_: Any, db: Any) -> None:
    db.session.delete(db.session.query(OrganisationMember).filter_by(person_id=house.author.id).one())
    db.session.commit()
    assert decide(as_(house.manager), waiting, "release").status_code == 303
    idea = the_idea(db)
    assert idea.status == "submitted" and idea.organisation_id == house.company.id


def test_an_erased_author_leaves_nothing_that_waits(waiting: Idea, house: House, as_: Any, db: Any) -> None:
    personal.erase(house.author.id)
    db.session.commit()
    assert db.session.get(Idea, waiting.id) is None
    assert as_(house.approver).get(f"/de/ideas/releases/{waiting.id}").status_code == 404


def test_the_page_asks_the_database_a_bounded_number_of_times(waiting: Idea, house: House, as_: Any, app: Any) -> None:
    client = as_(house.approver)
    client.page(f"/de/ideas/releases/{waiting.id}")
    with count_queries(app, at_most=10):
        client.page(f"/de/ideas/releases/{waiting.id}")


# ---- later versions, remarks, changes, reminders --------------------------------------------------------------------


def test_a_new_version_is_released_with_what_was_changed(
    waiting: Idea, house: House, as_: Any, make: Any, write: Any, outbox: Any, run_jobs: Any, db: Any
) -> None:
    """A published idea: its next version waits in the organisation, an approver changes it, talks about it, releases it."""
    approver, author = as_(house.approver), as_(house.author)
    decide(approver, waiting, "release")
    make.decide("idea", waiting.id, "publish")
    db.session.commit()
    writer = write(author)
    writer.url = f"/de/ideas/drafts/{draft_token(waiting.draft_key)}"
    answer = writer.send("submit", {"title": "Zwei Messräume teilen"})
    assert "bis dahin bleibt alles, wie es ist" in html(answer).text.lower()
    idea = the_idea(db)
    assert idea.status == "published" and idea.title == FILLED["title"] and waiting_case("idea", idea.id) is None
    page = approver.page(f"/de/ideas/releases/{idea.id}")
    assert page.h1 == "Zwei Messräume teilen" and "Zwei" in page.one("[aria-labelledby=news] ins").get_text()
    note = page.form("form[action$='/notes']")
    empty = approver.post(f"/de/ideas/releases/{idea.id}/notes", data=note)
    assert empty.status_code == 422 and "body" in html(empty).errors()
    approver.post(f"/de/ideas/releases/{idea.id}/notes", data={**note, "body": "Ich ändere den Titel."})
    run_jobs()
    assert "Eine Bemerkung in Ihrer Organisation" in author.page("/de/notices/").text
    assert "Ich ändere den Titel." in as_(house.colleague).page(f"/de/ideas/releases/{idea.id}").text
    editor = write(approver)
    editor.url = writer.url
    back = editor.send("save", {"title": "Drei Messräume teilen"}, value="release")
    changed = html(back).one("[aria-labelledby=changes]").get_text()
    assert "Drei" in changed and "Frieda Freigabe" in changed
    decide(approver, idea, "release")
    idea = the_idea(db)
    assert idea.waiting_version_id and waiting_case("idea", idea.id) is not None
    status = author.page(f"/de/ideas/status/{status_token(idea.draft_key)}")
    assert "Vor der Freigabe geändert von Frieda Freigabe" in status.text
    assert [row.data["fields"] for row in decisions(db, "idea.changed_in_release")] == ["title"]
    moderator = as_(make.person("Mona Moderatorin", roles=("moderator",)))
    case = waiting_case("idea", idea.id)
    assert "Ich ändere den Titel." not in moderator.page(f"/de/moderation/cases/{case.id}").text
    assert moderator.get(f"/de/ideas/releases/{idea.id}").status_code == 404


def test_remarks_are_taken_out_with_ones_data_and_erased(waiting: Idea, house: House, as_: Any, db: Any) -> None:
    client = as_(house.approver)
    form = client.page(f"/de/ideas/releases/{waiting.id}").form("form[action$='/notes']")
    client.post(f"/de/ideas/releases/{waiting.id}/notes", data={**form, "body": "Bitte mit Uhrzeiten."})
    assert [one["text"] for one in personal.export(house.approver.id)["remarks"]] == ["Bitte mit Uhrzeiten."]
    personal.erase(house.approver.id)
    db.session.commit()
    assert "Bitte mit Uhrzeiten." not in as_(house.manager).page(f"/de/ideas/releases/{waiting.id}").text


def test_reminders_are_bundled_and_come_once_a_day(
    send: Any, house: House, outbox: Any, run_jobs: Any, clock: Any, db: Any
) -> None:
    clock.move_to(datetime(2026, 11, 26, 9, tzinfo=UTC))  # a Thursday
    send(house.author)
    send(house.colleague, title="Zweite Idee")
    run_jobs()

    def reminded() -> int:
        jobs.remind_of_releases()
        db.session.commit()
        run_jobs()
        return len(outbox.to(house.approver, "idea.release_waiting"))

    assert reminded() == 0
    clock.move_to(datetime(2026, 11, 28, 9, tzinfo=UTC))  # Saturday: nobody works
    assert reminded() == 0
    clock.move_to(datetime(2026, 11, 30, 10, tzinfo=UTC))  # Monday: two working days later
    assert reminded() == 1 and reminded() == 1
    mail = outbox.to(house.approver, "idea.release_waiting")[-1]
    assert "2 Texte" in mail.subject and "Zweite Idee" in mail.text and FILLED["title"] in mail.text
    clock.shift(days=1)
    assert reminded() == 2
