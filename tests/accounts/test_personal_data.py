"""Taking everything out and erasing an account (GDPR Art. 15, 17, 20), through the pages and over every table."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from consult.accounts import erasure, jobs
from consult.accounts.models import Person, RulesAcceptance
from consult.comments.operations import Text, write_comment
from consult.consultations.queries import questions_of
from consult.core import audit, retention
from consult.core.access import GUEST, SYSTEM
from consult.core.clock import now
from consult.core.db import Base
from consult.core.mail import Mail
from consult.core.registry import describe, registries
from consult.ideas import tokens
from consult.ideas.drafting import Changes, save_draft, start_draft
from consult.ideas.operations import send
from consult.notifications.operations import follow
from tests.support.factories import PASSWORD, actor
from tests.support.mail import paths
from tests.support.page import html

DATA = "/de/account/data"
NAME, EMAIL = "Quirina Zaubertrank", "quirina.zaubertrank@people.example"
DRAFT, PUBLISHED, HIDDEN = "Entwurfswort Xylonit", "Publikwort Ypsilanti", "Amtswort Zirkonia"


@pytest.fixture
def quirina(make: Any, db: Any, clock: Any) -> Any:
    """Somebody with a draft, a published idea with an answer for the ministry, a comment and a cluster that she follows."""
    person = make.person(NAME, email=EMAIL, password=PASSWORD)
    consultation = make.consultation()
    make.idea(
        "Offene Werkbank", consultation=consultation, author=person, answers={1: PUBLISHED, 2: (HIDDEN, "ministry")}
    )
    make.idea("Noch nicht fertig", consultation=consultation, author=person, answers={1: DRAFT}, status="draft")
    other = make.idea("Fremde Idee", consultation=consultation)
    info = describe([("idea", other.id)])["idea", other.id]
    write_comment(actor(person), info, Text(body="Kommentarwort Wolfram", language="de"))
    follow(actor(person), "cluster", make.cluster("Optik Ilmtal").id)
    db.session.commit()
    return person


def everything_stored(db: Any) -> str:
    """All rows of all tables as one text, the search index too."""
    found = []
    for table in Base.metadata.sorted_tables:
        if table.name != "content_version":
            found += [repr(row) for row in db.session.execute(select(table)).all()]
    found += [repr(row) for row in db.session.execute(text("select * from search_index")).all()]
    return "\n".join(found)


def taken_out(client: Any) -> tuple[dict[str, Any], str]:
    response = client.submit(DATA, form="main form[action$='/take-out']")
    assert (response.status_code, response.mimetype) == (200, "application/zip")
    assert response.headers["Cache-Control"] == "private, no-store"
    archive = zipfile.ZipFile(io.BytesIO(response.data))
    assert sorted(archive.namelist()) == ["data.html", "data.json"]
    return json.loads(archive.read("data.json")), archive.read("data.html").decode()


# ---- out ------------------------------------------------------------------------------------------------------------


def test_all_that_she_wrote_is_in_it_in_both_forms(client: Any, sign_in: Any, quirina: Any) -> None:
    data, page = taken_out(sign_in(client, quirina))
    for word in (NAME, EMAIL, DRAFT, PUBLISHED, HIDDEN, "Kommentarwort Wolfram", "Offene Werkbank", "optik-ilmtal"):
        assert word in json.dumps(data, ensure_ascii=False), word
        assert word in page, word
    assert set(data["data"]) == set(registries.personal_data)


def test_nothing_of_others_and_no_secret_is_in_it(client: Any, sign_in: Any, quirina: Any, cast: Any, db: Any) -> None:
    assert cast.owner
    data, _page = taken_out(sign_in(client, quirina))
    words = json.dumps(data, ensure_ascii=False)
    for person in db.session.execute(select(Person).where(Person.id != quirina.id)).scalars():
        assert person.email not in words
    assert quirina.password_hash not in words
    assert "token_hash" not in words


def test_every_part_can_be_read_by_programs(quirina: Any) -> None:
    json.dumps(erasure.everything(quirina.id))


def test_what_is_dangerous_asks_anew_who_it_is(client: Any, sign_in: Any, quirina: Any, clock: Any) -> None:
    sign_in(client, quirina)
    clock.shift(minutes=20)
    for form in ("/take-out", "/erase"):
        response = client.submit(
            DATA, {"email": EMAIL} if form == "/erase" else {}, form=f"main form[action$='{form}']"
        )
        assert response.status_code == 303
        assert "/account/prove" in response.location
    assert quirina.name == NAME


# ---- gone -----------------------------------------------------------------------------------------------------------


def test_after_erasure_neither_name_nor_address_nor_what_was_hers_alone_is_anywhere(
    client: Any, new_client: Any, sign_in: Any, quirina: Any, db: Any, run_jobs: Any, smtp_sink: Any
) -> None:
    elsewhere = sign_in(new_client(), quirina)
    sign_in(client, quirina)
    number = html(client.get("/de/ideas/")).text
    response = client.submit(DATA, {"email": EMAIL.upper()}, form="main form[action$='/erase']")
    assert (response.status_code, response.location) == (303, "/de/")
    assert "gelöscht" in html(client.get("/de/")).text
    assert client.get("/de/account/").status_code == 303
    assert elsewhere.get("/de/account/").status_code == 303
    db.session.execute(Mail.__table__.delete().where(Mail.kind == "account.erased"))  # it goes once it has left
    db.session.commit()
    stored = everything_stored(db)
    for word in (NAME, EMAIL, DRAFT):
        assert word not in stored, f"{word} is still stored"
    assert PUBLISHED in stored, "what was published stays"
    assert "Offene Werkbank" in number
    assert [finding for finding in audit.verify() if finding.state == "broken"] == []


def test_what_came_under_her_address_without_her_account_is_given_out_and_goes_too(
    quirina: Any, new_client: Any, make: Any, cast: Any, db: Any, sign_in: Any
) -> None:
    """Signed out, or because others wrote to her: places asked for, invitations, a report, an idea that waits."""
    activity, typed = make.activity("Werkstatt"), EMAIL.upper()
    project = make.project("Vorhaben", joining={"roles": [{"role": "expertise"}]}, joining_open=True)
    idea = make.idea("Zu zweit", consultation=make.consultation(slug="zweit"), author=cast.owner)
    waiting = start_draft(GUEST, idea.consultation_id, tokens.new_key(), "de")
    changes = Changes(fields={"title": "Ohne Konto"}, bodies={questions_of(idea.consultation_id)[0].id: "Antwort."})
    save_draft(waiting.id, changes, seen=0, tab="test")
    send(GUEST, waiting.id, email=typed, language="de")
    manager = make.person("Maria", organisation=cast.company, member_role="manager")
    db.session.commit()
    guest, host = new_client(), sign_in(new_client(), manager)
    place = {"email": typed, "message": "Bitte ein Platz."}
    answers = [
        guest.submit(f"/de/activities/{activity.slug}/join", place),
        guest.submit(f"/de/projects/{project.slug}/join", {**place, "role": "expertise"}),
        guest.submit("/de/account/sign-up", {"name": NAME, "email": typed, "password": ""}),
        guest.submit(
            f"/de/ideas/status/{tokens.status_token(idea.draft_key)}", {"email": typed, "name": NAME},
            form="form[action$='/coauthors']",
        ),
        guest.submit(
            "/de/report?url=/de/ideas/" + str(idea.number),
            {"explanation": "Falsch.", "name": NAME, "email": typed, "reason": "advertising", "good_faith": "1"},
        ),
        host.submit(
            f"/de/organisations/{cast.company.slug}/members", {"email": typed, "roles": ["author"]},
            form="form[action$='/invite']",
        ),
    ]  # fmt: skip
    assert [answer.status_code for answer in answers] == [303] * 6, [html(a).errors() for a in answers]
    assert EMAIL in everything_stored(db).lower()
    given = erasure.everything(quirina.id)
    assert [one["explanation"] for one in given["redress"]["reports"]] == ["Falsch."]
    assert [one["idea"] for one in given["ideas"]["co_author"]] == [idea.number]
    assert [one["organisation"] for one in given["organisations"]["invitations"]] == [cast.company.id]
    erasure.erase(SYSTEM, quirina.id)
    db.session.commit()
    stored = everything_stored(db).lower()
    assert EMAIL not in stored, stored[max(0, stored.find(EMAIL) - 400) :][:500]
    assert NAME.lower() not in stored


def test_mails_to_others_name_her_no_more(
    quirina: Any, new_client: Any, make: Any, cast: Any, db: Any, sign_in: Any, outbox: Any, run_jobs: Any
) -> None:
    """What waits to leave is read after she has gone, and what has left is kept for a year: neither has her name."""
    manager = make.person("Maria", organisation=cast.company, member_role="manager", language="en")
    idea = make.idea("Zu zweit", consultation=make.consultation(slug="zweit"), author=cast.owner)
    db.session.commit()
    her, owner = sign_in(new_client(), quirina), sign_in(new_client(), cast.owner)
    her.submit(f"/de/organisations/{cast.company.slug}/join", {"message": "Ich arbeite dort."})
    info = describe([("idea", idea.id)])["idea", idea.id]
    write_comment(actor(quirina), info, Text(body="Ein Gedanke dazu.", language="de"))
    status = f"/de/ideas/status/{tokens.status_token(idea.draft_key)}"
    owner.submit(status, {"email": EMAIL, "name": NAME}, form="form[action$='/coauthors']")
    db.session.commit()
    run_jobs()
    her.submit(paths(outbox.to(quirina, "idea.coauthor_invitation")[0])[0], {"confirm": "1"})
    run_jobs()
    asked, commented, answered = (
        outbox.to(manager, "organisation.asked")[0], outbox.to(cast.owner, "comment.new")[0],
        outbox.to(cast.owner, "idea.coauthor_answer")[0],
    )  # fmt: skip
    assert all(NAME in one.text and NAME in one.html and NAME in one.subject for one in (asked, commented, answered))
    asked.sent_at = now()
    db.session.commit()
    named = erasure.everything(quirina.id)["core"]["named_to_others"]
    assert {one["kind"] for one in named if one["name"] == NAME} >= {asked.kind, commented.kind, answered.kind}
    her.submit("/de/account/", {"name": "Quirina Neu"})  # those mails were written before
    erasure.erase(SYSTEM, quirina.id)
    db.session.commit()
    assert NAME not in everything_stored(db)
    for one, word in ((asked, "Somebody asks"), (commented, "Jemand hat"), (answered, "Jemand steht")):
        db.session.refresh(one)
        assert word in one.subject and word in one.text and word in one.html, one.text
        assert one.cancelled_at is None


def test_a_name_writes_into_no_mail_of_others(
    quirina: Any, new_client: Any, make: Any, cast: Any, db: Any, sign_in: Any, outbox: Any, run_jobs: Any
) -> None:
    """A name may be any word: who takes another one, or leaves, must not change what others wrote, on its way to somebody
    else."""
    idea = make.idea("Zu zweit", consultation=make.consultation(slug="zweit"), author=cast.owner)
    db.session.commit()
    her = sign_in(new_client(), quirina)
    her.submit("/de/account/", {"name": "nicht"})
    info = describe([("idea", idea.id)])["idea", idea.id]
    write_comment(actor(cast.participant), info, Text(body="Das ist nicht gut.", language="de"))
    db.session.commit()
    run_jobs()
    [told] = outbox.to(cast.owner, "comment.new")
    for leave in (False, True):
        if leave:
            erasure.erase(SYSTEM, quirina.id)
            db.session.commit()
        else:
            her.submit("/de/account/", {"name": "sehr"})
            her.submit("/de/account/", {"name": "nicht"})
        db.session.refresh(told)
        assert told.sent_at is None
        assert "Das ist nicht gut." in told.text and "Das ist nicht gut." in told.html


def test_the_last_message_goes_with_its_address(own_app: Any, quirina: Any, db: Any, smtp_sink: Any) -> None:
    app = own_app(MAIL_URL=smtp_sink.url)
    with app.app_context():
        erasure.erase(actor(quirina), quirina.id)
        db.session.commit()
        from consult.core import jobs as core_jobs

        core_jobs.run_due(50)
        kinds = list(db.session.execute(select(Mail.kind)).scalars())
    assert "account.erased" not in kinds
    assert any(EMAIL in str(message) for message in smtp_sink.messages)


def test_published_stays_under_a_former_participant(client: Any, sign_in: Any, quirina: Any, new_client: Any) -> None:
    sign_in(client, quirina)
    client.submit(DATA, {"email": EMAIL}, form="main form[action$='/erase']")
    page = new_client().page("/de/ideas/?q=Werkbank")
    assert NAME not in page.text
    link = page.one("main h2 a, main h3 a, main .c-idea a")["href"]
    shown = new_client().page(str(link))
    assert PUBLISHED in shown.text
    assert NAME not in shown.text


@pytest.mark.parametrize("typed", ["", "falsch@people.example", "kein-at"])
def test_another_address_erases_nothing(client: Any, sign_in: Any, quirina: Any, typed: str) -> None:
    sign_in(client, quirina)
    response = client.submit(DATA, {"email": typed}, form="main form[action$='/erase']")
    assert response.status_code == 422
    assert quirina.name == NAME


def test_an_administrator_hands_over_first(client: Any, sign_in: Any, cast: Any) -> None:
    sign_in(client, cast.admin)
    email = cast.admin.email
    assert client.submit(DATA, {"email": email}, form="main form[action$='/erase']").status_code == 409


def test_erasing_twice_changes_nothing_more(quirina: Any, db: Any) -> None:
    erasure.erase(actor(quirina), quirina.id)
    db.session.commit()
    once = everything_stored(db)
    for room in registries.personal_data.values():
        if room.room != "accounts":
            room.erase(quirina.id)
    db.session.commit()
    assert everything_stored(db) == once


# ---- accounts that nobody uses --------------------------------------------------------------------------------------


def unused(db: Any, person: Any, days: int) -> None:
    person.last_active_at = now() - timedelta(days=days)
    db.session.commit()


def test_an_unused_account_is_warned_and_goes_a_month_later(db: Any, quirina: Any, outbox: Any, clock: Any) -> None:
    unused(db, quirina, 731)
    retention.run({})
    assert quirina.name == NAME, "nobody goes without a warning"
    jobs.warn({})
    jobs.warn({})
    assert len(outbox.to(quirina, "account.inactive")) == 1
    clock.shift(days=29)
    retention.run({})
    assert quirina.name == NAME
    clock.shift(days=2)
    retention.run({})
    assert (quirina.name, quirina.email) == ("", f"erased-{quirina.id}@invalid")


def test_an_invitation_that_nobody_answers_does_not_keep_an_address_for_ever(
    db: Any, make: Any, cast: Any, outbox: Any, clock: Any
) -> None:
    invited = make.person("Nie Gekommen", email="nie@people.example", confirmed=False)
    worker = make.person("Neu Im Amt", email="neu@people.example", confirmed=False, roles=("moderator",))
    db.session.commit()
    clock.shift(days=364)
    retention.run({})
    assert invited.name
    clock.shift(days=2)
    due = {one.entry.name: one.due for one in retention.preview()}
    jobs.warn({})
    retention.run({})
    assert due["unconfirmed_accounts"] == 1
    assert not outbox.to("nie@people.example")
    assert (invited.name, invited.email) == ("", f"erased-{invited.id}@invalid")
    assert worker.name == "Neu Im Amt"


def test_signing_in_keeps_it(db: Any, client: Any, sign_in: Any, quirina: Any, clock: Any) -> None:
    unused(db, quirina, 731)
    jobs.warn({})
    sign_in(client, quirina)
    clock.shift(days=40)
    retention.run({})
    assert quirina.name == NAME


@pytest.mark.parametrize("who", ["moderator", "admin", "editor"])
def test_whoever_works_here_is_left_alone(db: Any, cast: Any, outbox: Any, who: str) -> None:
    unused(db, getattr(cast, who), 2000)
    jobs.warn({})
    assert not outbox.to(getattr(cast, who), "account.inactive")


# ---- the rules ------------------------------------------------------------------------------------------------------


def test_the_version_is_noted_when_an_account_begins(client: Any, outbox: Any, db: Any) -> None:
    from tests.support.mail import paths

    client.submit("/de/account/sign-up", {"name": "Neu", "email": "neu@people.example", "password": ""})
    client.submit(next(one for one in paths(outbox.last("neu@people.example")) if "/confirm/" in one))
    versions = db.session.execute(select(RulesAcceptance.version)).scalars().all()
    assert versions == [registries.rules_version()]


def test_a_newer_version_asks_on_my_page(client: Any, sign_in: Any, quirina: Any, db: Any) -> None:
    sign_in(client, quirina)
    accept = "main form[action$='/rules/accept']"
    assert not html(client.get("/de/me/")).select(accept)
    db.session.add(RulesAcceptance(person_id=quirina.id, version="2020-01-01"))
    db.session.commit()
    assert client.submit("/de/me/", {"version": "2019-01-01"}, form=accept).status_code == 409
    assert client.submit("/de/me/", form=accept).status_code == 303
    assert not html(client.get("/de/me/")).select(accept)
