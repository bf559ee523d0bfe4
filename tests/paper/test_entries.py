"""Entering on behalf of others: who may in which phase, what could be there already, who decides, who hears of it."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from sqlalchemy import delete, func, select

from consult.consultations.models import Question
from consult.consultations.queries import questions_of
from consult.core.access import GUEST, SYSTEM
from consult.core.audit import AuditRow
from consult.core.errors import Invalid, Refused
from consult.ideas import origins, review
from consult.ideas.drafts import Content, Written
from consult.ideas.models import Answer, Idea, IdeaOrigin
from consult.ideas.tokens import draft_token, status_token
from consult.moderation.checks import Choice
from consult.moderation.operations import decide
from consult.moderation.queries import waiting_case
from consult.paper import entries
from consult.paper.entries import Entry
from tests.ideas.conftest import Writer
from tests.ideas.test_placing import move
from tests.paper.conftest import DAY, PHASES, set_phase
from tests.support.factories import part_of
from tests.support.mail import paths
from tests.support.page import html
from tests.support.pdf import Pdf
from tests.support.queries import count_queries

TYPED = {
    "channel": "paper", "received_on": "2026-11-20", "place": "Jena, Rathaus", "reference": "Az. 12/34-B",
    "consent": "written", "author_name": "Erika Beispiel", "title": "Ladeschiffe auf der Saale",
    "answer-1": "Schiffe laden Schiffe.\n\nWirklich.", "answer-2": "Nur unter uns.", "audience-1": "public",
    "organisation": "Werft Beispiel GmbH",
}  # fmt: skip

TAKEN = ("open", "closed")
MAY = ("moderator", "official", "agency analyst", "moderator here")
OTHERS = (
    "visitor",
    "participant",
    "company",
    "editor",
    "analyst without house",
    "administrator",
    "moderator elsewhere",
)


def people(make: Any, cast: Any, here: Any) -> dict[str, Any]:
    other = make.consultation(prefix="XX", slug="elsewhere")
    own, far = make.person(), make.person()
    make.grant(own, "moderator", here)
    make.grant(far, "moderator", other)
    return {
        "moderator": cast.moderator, "official": cast.official, "moderator here": own, "moderator elsewhere": far,
        "agency analyst": make.person(roles=("analyst",), organisation=cast.agency),
        "analyst without house": make.person(roles=("analyst",)), "participant": cast.participant,
        "company": cast.owner, "editor": cast.editor, "administrator": cast.admin, "visitor": None,
    }  # fmt: skip


def an_entry(here: Any, **more: Any) -> Entry:
    answers = {questions_of(here.id)[0].id: Written(more.pop("text", "Ein Text."), "public")}
    content = Content(title="Von Hand", answers=answers, organisation="Werft")
    return Entry(content, "workshop", more.pop("day", date(2026, 11, 20)), more.pop("consent", "written"), **more)


def count(db: Any) -> int:
    db.session.rollback()
    return db.session.execute(select(func.count()).select_from(IdeaOrigin)).scalar_one()


def test_who_enters_in_which_phase(here: Any, make: Any, cast: Any, db: Any, new_client: Any, sign_in: Any) -> None:
    """Phase x person x action, through the pages and through the operation."""
    crew = people(make, cast, here)
    actors = {name: cast.actor(one) if one is not None else GUEST for name, one in crew.items()}
    db.session.commit()
    clients = {name: sign_in(new_client(), one) if one is not None else new_client() for name, one in crew.items()}
    assert {*MAY, *OTHERS} == set(crew)
    for phase in PHASES:
        set_phase(here, phase)
        db.session.commit()
        for name, actor in actors.items():
            entry = an_entry(here, text=f"{phase} {name}")
            try:
                entries.enter(actor, here, entry)
                said = "entered"
            except Refused:
                said = "refused"
            except Invalid as invalid:
                said = ",".join(invalid.fields)
            db.session.rollback()
            expected = "refused" if name in OTHERS else "entered" if phase in TAKEN else "received_on"
            assert said == expected, (phase, name)
    for name, client in clients.items():
        status = client.get("/de/paper/open-region/enter").status_code
        assert status == (200 if name in MAY else 303 if name == "visitor" else 403), name
        assert client.post("/de/paper/open-region/enter", data=TYPED).status_code in (
            (400,) if name in MAY else (400, 403)
        )
        listed = client.get("/de/paper/").status_code
        assert listed == (200 if name in (*MAY, "moderator elsewhere") else 303 if name == "visitor" else 403), name
    assert count(db) == 0


def test_when_it_was_received_decides(here: Any, cast: Any, db: Any) -> None:
    """Day x phase: from the first to the last day of the consultation, and never a day to come."""
    actor, first, last = cast.actor(cast.moderator), date(2026, 11, 7), date(2026, 11, 25)
    days = {
        "open": {first - DAY: False, first: True, date(2026, 11, 26): True, date(2026, 11, 27): False},
        "closed": {first - DAY: False, first: True, last: True, last + DAY: False},
    }
    for phase, table in days.items():
        set_phase(here, phase)
        assert (here.opens_on, here.closes_on if phase == "closed" else last) == (first, last)
        for day, taken in table.items():
            faults = entries.faults_of(here, an_entry(here, day=day))
            assert (faults == {}) is taken and set(faults) <= {"received_on"}, (phase, day)
    set_phase(here, "open")
    wrong = an_entry(here, consent="", email="kein")
    wrong.channel, wrong.content.title, wrong.content.answers, wrong.received_on = "pigeon", " ", {}, None
    with pytest.raises(Invalid) as refused:
        entries.enter(actor, here, wrong)
    assert set(refused.value.fields) == {"channel", "received_on", "consent", "email", "title", "answer-1"}
    assert entries.enter(SYSTEM, here, an_entry(here)).entered_by is None


def test_from_the_sheet_to_the_public_page(
    here: Any, make: Any, cast: Any, db: Any, new_client: Any, sign_in: Any, outbox: Any, run_jobs: Any
) -> None:
    typist, other, reader = sign_in(new_client(), cast.moderator), sign_in(new_client(), cast.moderator2), new_client()
    url = "/de/paper/open-region/enter"
    page = typist.page("/de/consultations/open-region")
    assert url in page.links() and url not in reader.page("/de/consultations/open-region").links()

    # what is missing is said at its field, and nothing typed is lost
    half = typist.submit(url, {**TYPED, "consent": "", "received_on": "2026-12-24"}, form="main form")
    assert half.status_code == 422
    assert "Ohne die Einwilligung" in half.text and "Nur was vom 7. November 2026 bis" in half.text
    assert "Schiffe laden Schiffe." in half.text and count(db) == 0

    answer = typist.submit(url, {**TYPED, "email": "erika@people.example"}, form="main form", follow_redirects=True)
    assert answer.status_code == 200 and "ging per Mail hinaus" in answer.text
    idea = db.session.execute(select(Idea)).scalar_one()
    origin = db.session.get(IdeaOrigin, idea.id)
    assert (idea.status, idea.entered_by, idea.organisation_id) == ("submitted", cast.moderator.id, None)
    assert idea.author_id not in (None, cast.moderator.id) and origin.by_mail
    assert "Brief" not in answer.text and typist.post(f"/de/paper/entries/{idea.number}/letter").status_code in (
        400,
        403,
    )

    # the author has the receipt with private page and PDF; where nothing was ticked, only the ministry reads
    mail = outbox.to("erika@people.example")[-1]
    assert "auf Papier" in mail.text and "Wort für Wort" in mail.text and "nicht von Ihnen" in mail.text
    status = next(one for one in paths(mail) if one.endswith(status_token(idea.draft_key)))
    assert "Auf Papier eingegangen" in reader.page(status).text
    assert "Nur Ministerium" in Pdf(reader.get(f"{status}/receipt.pdf").data).text

    # moderators read where it comes from; who entered it does not decide, whoever else does
    case = waiting_case("idea", idea.id)
    shown = other.page(f"/de/moderation/cases/{case.id}").text
    for words in ("Jena, Rathaus", "Az. 12/34-B", "Schriftlich, auf dem Original", "Auf Papier", cast.moderator.name):
        assert words in shown, words
    with pytest.raises(Refused):
        make.decide("idea", idea.id, "publish", moderator=cast.moderator)
    db.session.rollback()
    make.decide("idea", idea.id, "publish", moderator=cast.moderator2)
    db.session.commit()
    public = reader.page(f"/de/ideas/{idea.number}")
    # on the day that the sheet bears, not when it was typed in
    assert "20. November 2026 Auf Papier eingegangen" in public.text and "Werft Beispiel GmbH" in public.text
    for outlet in (public.text, reader.get(f"/api/v1/ideas/{idea.number}").text):
        assert not [one for one in ("Rathaus", "12/34", "Erika", cast.moderator.name, "unter uns") if one in outlet]
    assert (
        db.session.execute(select(AuditRow).where(AuditRow.event == "idea.entered")).scalar_one().actor_id
        == cast.moderator.id
    )


def test_what_could_be_here_already_is_shown_first(here: Any, cast: Any, db: Any, client: Any, sign_in: Any) -> None:
    url = "/de/paper/open-region/enter"
    sign_in(client, cast.official)
    first = client.submit(url, TYPED, form="main form")
    number = first.headers["Location"].rsplit("/", 1)[1]
    twice = [
        ({"reference": "AZ 12 34 B", "answer-1": "Etwas ganz anderes."}, "das Original hat dieselbe Nummer"),
        ({"reference": "", "answer-1": "schiffe laden SCHIFFE! Wirklich"}, "die Antworten haben denselben Wortlaut"),
    ]
    for changed, why in twice:
        asked = client.submit(url, {**TYPED, **changed}, form="main form")
        assert asked.status_code == 422 and f"{number}: {why}" in asked.text
    assert count(db) == 1
    taken = client.submit(url, {**TYPED, **twice[0][0], "another": "y"}, form="main form")
    assert taken.status_code == 303 and count(db) == 2


def test_what_is_typed_stays_with_its_question(here: Any, cast: Any, db: Any, client: Any, sign_in: Any) -> None:
    """Somebody moves questions, or takes one out, while a sheet is being typed."""
    url = "/de/paper/open-region/enter"
    first, second, third = (one.id for one in questions_of(here.id))
    sign_in(client, cast.official)
    form = {**client.page(url).form("main form"), **TYPED, "audience-2": "ministry"}
    move(db, here, (2, 3, 1))
    half = client.post(url, data={**form, "consent": ""})
    assert half.status_code == 422
    typed = html(half).form("main form")
    assert typed["answer-3"].split() == TYPED["answer-1"].split() and typed["audience-3"] == "public"
    assert typed["answer-1"] == TYPED["answer-2"]
    assert client.post(url, data={**typed, "consent": "written"}).status_code == 303
    answers = db.session.execute(select(Answer)).scalars().all()
    assert {one.question_id: (one.body, one.audience) for one in answers} == {
        first: (TYPED["answer-1"], "public"),
        second: (TYPED["answer-2"], "ministry"),
    }
    form = {**client.page(url).form("main form"), **TYPED, "reference": "", "answer-3": "Nur hier steht es."}
    db.session.execute(delete(Question).where(Question.id == third))
    db.session.commit()
    form["questions"] = form["questions"].replace(str(first), "999999")
    gone = client.post(url, data=form)
    assert (
        gone.status_code == 409
        and "wurde inzwischen herausgenommen" in html(gone).text
        and "Nur hier steht es." in gone.text
    )
    assert count(db) == 1


def test_a_public_idea_that_says_the_same_is_shown_first(
    here: Any, make: Any, cast: Any, db: Any, app: Any, client: Any, sign_in: Any
) -> None:
    text = "Elektrische Fähren laden an den Anlegern der Saale, und kleine Häfen teilen sich den Ladestrom."
    public = make.idea("Fähren laden am Anleger", consultation=here, author=cast.owner, answers={1: text})
    db.session.commit()
    sign_in(client, cast.official)
    typed = {**TYPED, "title": "Fähren laden an Anlegern", "answer-1": text.replace("kleine", "alle kleinen")}
    asked = client.submit("/de/paper/open-region/enter", typed, form="main form")
    assert asked.status_code == 422 and f"/de/ideas/{public.number}" in asked.text
    assert client.submit("/de/paper/open-region/enter", {**typed, "another": "y"}, form="main form").status_code == 303
    for path in ("/de/paper/", "/de/paper/open-region/enter", "/de/paper/import", "/de/consultations/open-region/form"):
        with count_queries(app, at_most=10, warm=True):
            client.get(path)
    assert "/de/paper/" in client.page("/de/me/").links()


def test_what_only_has_words_in_common_stops_nobody(
    clock: Any, demo: Any, cast: Any, db: Any, client: Any, sign_in: Any
) -> None:
    text = (
        "Kleine Werkstätten geben Prüfaufträge gesammelt ab: Ein Haus der Region nimmt alle an, prüft zweimal im Monat und "
        "schickt die Ergebnisse in einem Formular zurück. Die Hersteller sparen Wege, und die Daten bleiben bei ihnen."
    )
    db.session.commit()
    sign_in(client, cast.official)
    typed = {**TYPED, "title": "Prüfaufträge sammeln", "answer-1": text, "received_on": clock.now.date().isoformat()}
    assert client.submit("/de/paper/open-region/enter", typed, form="main form").status_code == 303


def test_what_is_split_off_was_entered_too(here: Any, make: Any, cast: Any, db: Any) -> None:
    typist = cast.actor(cast.moderator)
    entry = an_entry(here, reference="A 1")
    entry.content.answers[questions_of(here.id)[1].id] = Written("Ein zweiter Gedanke.", "public")
    idea = entries.enter(typist, here, entry)
    case = waiting_case("idea", idea.id)
    choice = Choice(
        outcome="split", reason="personal-data", note="Zwei Gedanken.", version=str(case.version_id),
        second=(part_of(idea.consultation_id, 2),),
        second_title="Der zweite",
    )  # fmt: skip
    decide(cast.actor(cast.moderator2), case.id, choice)
    both = db.session.execute(select(Idea).order_by(Idea.id)).scalars().all()
    assert [one.entered_by for one in both] == [cast.moderator.id] * 2
    assert review.involved(typist, both[1].id) and origins.origin_of(both[1].id).reference == "A 1"


def test_a_letter_tells_who_has_no_mail(
    here: Any, cast: Any, db: Any, client: Any, new_client: Any, sign_in: Any, outbox: Any
) -> None:
    sign_in(client, cast.official)
    client.submit("/de/paper/open-region/enter", TYPED, form="main form")
    idea = db.session.execute(select(Idea)).scalar_one()
    assert idea.author_id is None and not [one for one in outbox if "receipt" in one.kind]
    page = f"/de/paper/entries/{idea.number}"
    answer = client.submit(page, {}, form="main form[action$='/letter']")
    letter = Pdf(answer.data)
    address = f"/de/ideas/status/{status_token(idea.draft_key)}"
    assert letter.faults == [] and letter.language == "de" and any(one.endswith(address) for one in letter.links)
    said = re.sub(r"\s", "", letter.text)
    for words in ("Erika Beispiel", str(idea.number), "Schiffe laden Schiffe.", "Nur unter uns.", "Wie es weitergeht"):
        assert re.sub(r"\s", "", words) in said, words
    assert "ändern Sie es selbst" not in " ".join(letter.text.split()), "while it waits it can be withdrawn alone"
    assert db.session.execute(select(AuditRow).where(AuditRow.event == "idea.letter_printed")).scalar_one()
    # nobody else sees the entry again, whatever they may do
    for one in (cast.moderator, cast.admin, cast.participant):
        assert sign_in(new_client(), one).get(page).status_code in (403, 404)
    # what was written is deleted with everything that is known of where it comes from
    from consult.ideas import operations, withdrawing

    operations.withdraw(GUEST, idea.id)
    withdrawing.erase(GUEST, idea.id)
    db.session.commit()
    assert origins.origin_of(idea.id) is None and client.get(page).status_code == 404


def test_a_letter_speaks_the_language_of_its_author(here: Any, cast: Any, db: Any, client: Any, sign_in: Any) -> None:
    """As the mails do, whatever language whoever prints it reads."""
    sign_in(client, cast.official)
    client.submit("/de/paper/open-region/enter", {**TYPED, "language": "en"}, form="main form")
    idea = db.session.execute(select(Idea)).scalar_one()
    letter = Pdf(client.submit(f"/de/paper/entries/{idea.number}", {}, form="main form[action$='/letter']").data)
    assert letter.language == "en" and "What happens next" in letter.text and letter.faults == []
    assert any("/en/ideas/status/" in one for one in letter.links)


def test_what_the_author_has_changed_since_is_not_in_the_letter_of_who_typed_it(
    here: Any, cast: Any, db: Any, make: Any, client: Any, new_client: Any, sign_in: Any
) -> None:
    """They read what they typed; a later text may be for the ministry alone."""
    sign_in(client, cast.moderator)
    client.submit("/de/paper/open-region/enter", TYPED, form="main form")
    idea = db.session.execute(select(Idea)).scalar_one()
    page = f"/de/paper/entries/{idea.number}"
    form = client.page(page).form("main form[action$='/letter']")
    make.decide("idea", idea.id, "publish", moderator=cast.moderator2)
    db.session.commit()
    assert client.page(page).select("form[action$='/letter']"), "a decision changes nothing of it"
    author = Writer(new_client())
    author.url = f"/de/ideas/drafts/{draft_token(idea.draft_key)}"
    answer = author.send("submit", {"answer-1": "Nur für das Ministerium.", "audience-1": "ministry"})
    assert "/ideas/status/" in answer.request.path
    assert not client.page(page).select("form[action$='/letter']")
    assert client.post(f"{page}/letter", data=form).status_code == 403
