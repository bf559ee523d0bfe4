"""The end to the second, what each phase allows, and late entries by invitation."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from consult.consultations.models import Consultation
from consult.core.access import GUEST
from consult.core.clock import start_of_day
from consult.core.errors import Conflict, Invalid, Refused
from consult.core.i18n import format_day
from consult.core.registry import touch
from consult.ideas import invitations, jobs, operations, review
from consult.ideas.models import Idea, IdeaInvitation
from consult.ideas.tokens import draft_token, status_token
from tests.ideas.conftest import the_idea
from tests.support.mail import paths
from tests.support.page import html, plain_spaces

LAST = datetime(2026, 12, 10, 23, 0, tzinfo=UTC)  # midnight after the last day of an invitation
END = datetime(2026, 11, 30, 23, 0, tzinfo=UTC)  # midnight in Berlin: 30 November is the last day


@pytest.fixture
def ending(make: Any, clock: Any, db: Any) -> Any:
    """An open consultation that ends with 30 November, German time."""
    found = make.consultation(prefix="OR", slug="open-region", closes_at=END)
    db.session.commit()
    return found


@pytest.mark.parametrize(("moment", "taken"), [(END.replace(hour=22, minute=59, second=59), True), (END, False)])
def test_the_end_is_midnight_german_time_to_the_second(
    moment: datetime, taken: bool, ending: Any, make: Any, cast: Any, clock: Any, db: Any
) -> None:
    idea = make.idea("Kurz vor Schluss", consultation=ending, author=cast.owner, status="draft")
    clock.move_to(moment)
    if taken:
        operations.send(cast.actor(cast.owner), idea.id, email="", language="de")
        assert idea.status == "submitted"
    else:
        with pytest.raises(Invalid) as refused:
            operations.send(cast.actor(cast.owner), idea.id, email="", language="de")
        assert "30. November 2026" in str(refused.value.message) and idea.status == "draft"


@pytest.mark.parametrize(
    ("day", "words"),
    [(24, "Nach heute bleiben noch 6 Tage"), (29, "Nach heute bleibt noch ein Tag"), (30, "der letzte Tag")],
)
def test_the_form_counts_down(day: int, words: str, ending: Any, client: Any, clock: Any) -> None:
    clock.move_to(datetime(2026, 11, day, 9, 0, tzinfo=UTC))
    page = client.page("/de/ideas/new")
    assert "bis 30. November 2026, 24 Uhr deutscher Zeit" in page.text and words in page.text


PHASES = {"open": True, "closed": False, "evaluation": False}


@pytest.mark.parametrize("phase", PHASES)
def test_support_is_given_while_it_is_open(
    phase: str, ending: Any, make: Any, cast: Any, clock: Any, db: Any, client: Any, new_client: Any, sign_in: Any
) -> None:
    idea = make.idea(consultation=ending, author=cast.owner)
    db.session.commit()
    if phase != "open":
        clock.move_to(END)
    if phase == "evaluation":
        ending.evaluation_at = END
        db.session.commit()
    assert ending.phase == phase
    page = sign_in(client, cast.participant).page(f"/de/ideas/{idea.number}")
    assert bool(page.select("form[action$='/support']")) is PHASES[phase]
    assert ("Unterstützen konnte man" in page.text) is not PHASES[phase], "what is over says so"
    page = new_client().page(f"/de/ideas/{idea.number}")
    assert ("Zum Unterstützen anmelden" in page.text) is PHASES[phase], "nobody signs in for what is over"
    if PHASES[phase]:
        operations.set_support(cast.actor(cast.participant), idea.id, True)
    else:
        with pytest.raises(Conflict):
            operations.set_support(cast.actor(cast.participant), idea.id, True)


# ---- late entries ---------------------------------------------------------------------------------------------------


@pytest.fixture
def closed(ending: Any, clock: Any) -> Any:
    clock.move_to(END)
    return ending


@pytest.fixture
def link(closed: Any, cast: Any, outbox: Any, db: Any) -> str:
    """The address in the mail of an invitation until 10 December."""
    invitations.invite_late(cast.actor(cast.admin), closed, "spaet@people.example", "Krank", date(2026, 12, 10))
    db.session.commit()
    return next(one for one in paths(outbox.last("spaet@people.example")) if "invitation=" in one)


def send_by(client: Any, link: str) -> Any:
    page = client.page(link)
    form = page.form("#idea-form")
    form.update({"title": "Nachgereicht", "answer-1": "Doch noch.", "submit": "1"})
    return client.post(str(page.one("#idea-form")["action"]), data=form, follow_redirects=True)


def test_a_late_entry_is_sent_once(link: str, client: Any, sign_in: Any, cast: Any, db: Any) -> None:
    sign_in(client, cast.owner)
    assert "OR-2026-00001" in html(send_by(client, link)).text
    assert the_idea(db).status == "submitted"
    page = client.page(link)
    assert not page.select("#idea-form") and "schon eine Idee abgesendet" in page.h1
    assert "Jede Einladung gilt für eine Idee" in page.text
    assert db.session.query(Idea).filter(Idea.number.is_not(None)).count() == 1


def test_the_mailed_link_leads_back_to_what_was_begun(
    link: str, client: Any, new_client: Any, sign_in: Any, cast: Any, db: Any
) -> None:
    """It may be all that somebody without an account has to come back by; what another person began is theirs."""
    draft = client.submit(link, {"title": "Halb", "answer-1": "Angefangen.", "save": "1"}, form="#idea-form").location
    again = new_client()
    page = again.page(link)
    assert page.form("#idea-form")["answer-1"] == "Angefangen." and "Mit Ihrer Einladung" in page.text
    person = sign_in(new_client(), cast.owner)
    assert person.page(link).form("#idea-form")["answer-1"] == ""
    form = page.form("#idea-form") | {"email": "spaet@people.example", "submit": "1"}
    assert "Postfach" in html(again.post(draft, data=form, follow_redirects=True)).h1
    assert "Postfach" in new_client().page(link).h1, "it waits to be confirmed, and is not written once more"


def test_a_draft_from_before_the_end_is_sent_by_the_invitation_of_its_author(
    ending: Any, make: Any, cast: Any, clock: Any, db: Any, client: Any, new_client: Any, sign_in: Any
) -> None:
    """Whoever missed the end has mostly written already; it is one idea all the same."""
    drafts = [make.idea(f"Fast {n}", consultation=ending, author=cast.owner, status="draft") for n in range(2)]
    other = make.idea("Fremd", consultation=ending, author=cast.outsider, status="draft")
    db.session.commit()
    clock.move_to(END)
    ways = [f"/de/ideas/drafts/{draft_token(one.draft_key)}" for one in (*drafts, other)]
    sign_in(client, cast.owner)
    assert "konnten bis" in client.page(ways[0]).text
    invitations.invite_late(cast.actor(cast.admin), ending, cast.owner.email.upper(), "Krank", date(2026, 12, 10))
    db.session.commit()
    page = client.page(ways[0])
    assert "Mit Ihrer Einladung" in page.text and page.select("#idea-form [name=submit]")
    assert "konnten bis" in sign_in(new_client(), cast.outsider).page(ways[2]).text
    sent = client.post(ways[0], data={**page.form("#idea-form"), "submit": "1"}, follow_redirects=True)
    assert "OR-2026-" in html(sent).text
    assert "konnten bis" in client.page(ways[1]).text, "it has served"
    refused = client.post(ways[1], data={**client.page(ways[1]).form("#idea-form"), "submit": "1"})
    assert refused.status_code == 422
    assert db.session.query(Idea).filter(Idea.number.is_not(None)).count() == 1


def test_signed_out_it_is_the_address_that_is_confirmed(
    ending: Any, cast: Any, clock: Any, db: Any, client: Any, outbox: Any
) -> None:
    fields = {"title": "Fast", "answer-1": "Fertig.", "email": "spaet@people.example", "save": "1"}
    way = client.submit("/de/ideas/new", fields, form="#idea-form").location.partition("?")[0]
    clock.move_to(END)
    invitations.invite_late(cast.actor(cast.admin), ending, "spaet@people.example", "Krank", date(2026, 12, 10))
    db.session.commit()
    form = client.page(way).form("#idea-form") | {"submit": "1"}
    assert client.post(way, data={**form, "email": "otto@people.example"}).status_code == 422
    assert client.post(way, data={**form, "email": "spaet@people.example"}).status_code == 303
    confirm = next(one for one in paths(outbox.last("spaet@people.example")) if "/ideas/confirm/" in one)
    clock.shift(days=1)
    assert client.submit(confirm).status_code == 303 and the_idea(db).status == "submitted"


def test_who_was_begun_by_an_invitation_that_has_served_is_told_why(
    link: str, client: Any, new_client: Any, sign_in: Any, cast: Any, db: Any
) -> None:
    sign_in(client, cast.owner)
    form = client.page(link).form("#idea-form")
    second = sign_in(new_client(), cast.outsider)
    draft = second.submit(
        link, {"title": "Auch nachgereicht", "answer-1": "Noch eine.", "save": "1"}, form="#idea-form"
    )
    sent = client.post(
        "/de" + link.removeprefix("/de"), data={**form, "title": "Eins", "answer-1": "Ja.", "submit": "1"}
    )
    assert sent.status_code == 303
    page = second.page(draft.location)
    assert "Mit dieser Einladung wurde schon eine Idee abgesendet" in page.text
    assert not page.select("#idea-form [name=submit]") and page.select("#idea-form [name=save]")
    answer = second.post(draft.location, data={**page.form("#idea-form"), "submit": "1"})
    assert answer.status_code == 422 and "Mit dieser Einladung wurde schon eine Idee abgesendet" in html(answer).text
    assert "konnten bis" not in html(answer).text


def test_of_two_sent_by_one_invitation_one_is_confirmed(
    link: str, client: Any, new_client: Any, outbox: Any, db: Any
) -> None:
    addresses = ("ada@people.example", "otto@people.example")
    browsers = (client, new_client())
    forms = [browser.page(link).form("#idea-form") for browser in browsers]
    for one, browser, form in zip(addresses, browsers, forms, strict=True):
        fields = {"title": one, "answer-1": "Doch noch.", "email": one, "submit": "1"}
        assert browser.post(link, data={**form, **fields}).status_code == 303
    ways = [next(way for way in paths(outbox.last(one)) if "/ideas/confirm/" in way) for one in addresses]
    assert client.submit(ways[0]).status_code == 303
    told = client.submit(ways[1])
    assert told.status_code == 409 and "Mit dieser Einladung wurde schon eine Idee abgesendet" in html(told).text
    db.session.rollback()
    assert sorted(db.session.execute(select(Idea.status)).scalars()) == ["awaiting_confirmation", "submitted"]


def test_the_form_and_the_list_say_until_when(
    link: str, client: Any, new_client: Any, sign_in: Any, cast: Any, clock: Any
) -> None:
    """The last day is the one in the mail, to its end, wherever the server stands."""
    assert (
        "Mit Ihrer Einladung lässt sich die Idee bis 10. Dezember 2026, 24 Uhr deutscher Zeit" in client.page(link).text
    )
    draft = client.submit(link, {"title": "Später", "save": "1"}, form="#idea-form").location
    for view in ("", "?view=one&question=2"):
        assert "10. Dezember 2026, 24 Uhr deutscher Zeit" in client.page(draft + view).text
    admin = sign_in(new_client(), cast.admin)
    for moment, state in ((END.replace(month=12, day=10, hour=22, minute=59), "Eingeladen"), (LAST, "abgelaufen")):
        clock.move_to(moment)
        row = sign_in(admin, cast.admin).page("/de/ideas/late/open-region").one("tbody tr").get_text(" ")
        assert "10. Dezember 2026, 24 Uhr" in row and state in row
    assert "Mit Ihrer Einladung" not in client.page(draft).text and "konnten bis" in client.page(draft).text


# ---- a draft that cannot be sent ------------------------------------------------------------------------------------

SENTENCES = {
    "announced": "Ideen können ab 1. Dezember 2026 abgesendet werden",
    "open": "Ideen lassen sich bis 30. November 2026, 24 Uhr deutscher Zeit senden",
    "closed": "Ideen konnten bis 30. November 2026 abgesendet werden",
    "inactive": "Zu dieser Konsultation kann zurzeit nichts abgesendet werden",
}


@pytest.mark.parametrize("phase", SENTENCES)
@pytest.mark.parametrize("view", ["", "?view=one&part=partners"])
def test_a_draft_says_whether_it_can_be_sent(
    phase: str, view: str, ending: Any, write: Any, client: Any, clock: Any, db: Any
) -> None:
    writer = write(client)
    writer.open()
    writer.send("save", {"title": "Noch nicht gesendet", "answer-1": "Text."})
    if phase == "closed":
        clock.move_to(END)
    elif phase != "open":
        found = db.session.execute(select(Consultation)).scalar_one()
        found.is_active = phase != "inactive"
        found.opens_at = datetime(2026, 11, 30, 23, 0, tzinfo=UTC) if phase == "announced" else found.opens_at
        found.closes_at = None if phase == "announced" else found.closes_at
        touch("consultation", found.id)
        db.session.commit()
    page = client.page(writer.url + view)
    if not (phase == "open" and view):
        assert SENTENCES[phase] in page.text, page.text
    names = {str(one["name"]) for one in page.select("#idea-form button[name]")}
    assert ("submit" in names) is (phase == "open") and {"save", "preview"} <= names
    preview = client.page(f"{writer.url}/preview")
    assert bool(preview.select("[name=submit]")) is (phase == "open")
    assert (SENTENCES[phase] in preview.text) is (phase != "open")
    saved = client.post(writer.url, data={**client.page(writer.url).form("#idea-form"), "title": "Neu", "save": "1"})
    assert saved.status_code == 303 and client.page(writer.url).form("#idea-form")["title"] == "Neu"


def test_without_invitation_the_form_stays_closed(closed: Any, client: Any) -> None:
    for query in ("", "?invitation=" + "x" * 43, "?invitation=short"):
        page = client.page(f"/de/ideas/new{query}")
        assert not page.select("#idea-form") and "Hier lassen sich keine Ideen mehr" in page.text or page.h1


@pytest.mark.parametrize("why", ["expired", "revoked", "evaluation"])
def test_an_invitation_that_holds_good_no_more(
    why: str, link: str, closed: Any, client: Any, clock: Any, db: Any, cast: Any
) -> None:
    assert client.page(link).select("#idea-form")
    if why == "expired":
        clock.move_to(datetime(2026, 12, 10, 23, 0, tzinfo=UTC))
    elif why == "revoked":
        row = db.session.execute(select(IdeaInvitation)).scalar_one()
        invitations.revoke(cast.actor(cast.admin), closed, row.id)
    else:
        closed.evaluation_at = END
    db.session.commit()
    page = client.page(link)
    assert not page.select("#idea-form") and "Die Einladung in dieser Adresse gilt nicht" in page.text
    assert "Einladung" not in client.page(link.partition("?")[0]).one("main").get_text()


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("admin", True),
        ("official", True),
        ("moderator", False),
        ("editor", False),
        ("analyst", False),
        ("owner", False),
    ],
)
def test_who_invites(who: str, may: bool, closed: Any, client: Any, sign_in: Any, cast: Any, outbox: Any) -> None:
    person = getattr(cast, who)
    answer = sign_in(client, person).get("/de/ideas/late/open-region")
    assert answer.status_code == (200 if may else 403)
    if may:
        client.submit("/de/ideas/late/open-region", {"email": "spaet@people.example", "note": "Krank"})
        assert outbox.last("spaet@people.example").kind == "idea.late_invitation"
        assert "spaet@people.example" in client.page("/de/ideas/late/open-region").text
    else:
        with pytest.raises(Refused):
            invitations.invite_late(cast.actor(person), closed, "x@people.example", "", date(2026, 12, 2))


@pytest.mark.parametrize("day", ["", "2026-11-01", "2027-12-01", "morgen"])
def test_a_day_that_makes_no_sense(day: str, closed: Any, client: Any, sign_in: Any, cast: Any) -> None:
    fields = {"email": "spaet@people.example", "last_day": day}
    answer = sign_in(client, cast.admin).submit("/de/ideas/late/open-region", fields)
    assert answer.status_code == 422 and "Bitte" in html(answer).errors()["last_day"]


def test_no_late_entry_while_it_is_open(ending: Any, cast: Any) -> None:
    with pytest.raises(Conflict):
        invitations.invite_late(cast.actor(cast.admin), ending, "x@people.example", "", date(2026, 11, 28))


def timeline_of(page: Any) -> list[str]:
    return [plain_spaces(one.get_text(" ")) for one in page.select(".c-time li")]


def test_after_the_end_the_timeline_says_until_when_and_where_the_results_are(
    consultation: Any, make: Any, cast: Any, client: Any, clock: Any, db: Any
) -> None:
    idea = make.idea("Was bleibt", consultation=consultation, author=cast.owner)
    moment, day = clock.now, timedelta(days=1)
    found = db.session.get(Consultation, consultation.id)
    found.closes_at, found.evaluation_at, found.results_at = moment - day, moment + 5 * day, moment + 9 * day
    db.session.commit()
    url = f"/de/ideas/{idea.number}"
    comment_until = format_day(found.evaluation_on - day)
    assert f"bis {comment_until} Sie können kommentieren" in timeline_of(client.page(url))
    clock.shift(days=6)
    steps = timeline_of(client.page(url))
    assert "kommentieren" not in " ".join(steps) and steps[-1].endswith("Ergebnisse der Konsultation")
    clock.shift(days=5)
    page = client.page(url)
    assert "Ergebnisse der Konsultation:" in timeline_of(page)[-1]
    assert page.select(f".c-time a[href='/de/consultations/{consultation.slug}']")


def test_no_invitation_promises_a_day_of_the_evaluation(
    closed: Any, client: Any, sign_in: Any, cast: Any, outbox: Any, db: Any
) -> None:
    """Late entries end where the evaluation begins, whatever day was chosen: so the form offers none beyond, takes none,
    and the list says that a link holds no longer where the evaluation was moved forward."""
    closed.evaluation_at = start_of_day(date(2026, 12, 8))
    db.session.commit()
    page = sign_in(client, cast.admin).page("/de/ideas/late/open-region")
    assert page.one("#last_day")["value"] == "2026-12-07"
    for day, status in (("2026-12-08", 422), ("2026-12-07", 303)):
        answer = client.submit("/de/ideas/late/open-region", {"email": "spaet@people.example", "last_day": day})
        assert answer.status_code == status, day
        if status == 422:
            assert "7. Dezember 2026" in html(answer).errors()["last_day"]
    assert "7. Dezember 2026" in outbox.last("spaet@people.example").text
    closed.evaluation_at = start_of_day(date(2026, 12, 2))
    db.session.commit()
    row = client.page("/de/ideas/late/open-region").one("tbody tr").get_text(" ")
    assert "1. Dezember 2026" in row


# ---- what was asked before the evaluation -----------------------------------------------------------------------------


def test_who_is_asked_for_a_change_hears_until_when_it_is_taken(
    ending: Any, client: Any, make: Any, cast: Any, db: Any, clock: Any, outbox: Any
) -> None:
    """A returned idea has thirty days, and not one after the evaluation has begun: mail, page and reminder say so, and
    nobody is reminded of what cannot be done any more."""
    ending.evaluation_at = start_of_day(date(2026, 12, 26))
    idea = make.idea("Fast fertig", consultation=ending, author=cast.owner, status="submitted")
    other = make.idea("Wartet noch", consultation=ending, author=cast.owner, status="submitted")
    db.session.commit()
    clock.move_to(END)
    make.decide("idea", idea.id, "return", reason="personal-data", note="Bitte ohne Namen.")
    db.session.commit()
    last = "25. Dezember 2026"
    assert last in plain_spaces(outbox.last(cast.owner).text)
    status = f"/de/ideas/status/{status_token(idea.draft_key)}"
    page = plain_spaces(client.page(status).text)
    assert f"Bis {last} liegt es bei Ihnen" in page and f"bis {last}" in page and "31. Dezember" not in page
    clock.move_to(END + timedelta(days=23, hours=1))
    jobs.close_returned()
    assert last in plain_spaces(outbox.to(cast.owner, "idea.reminder")[0].text)

    clock.move_to(ending.evaluation_at)
    page = plain_spaces(client.page(status).text)
    assert "die Auswertung hat begonnen" in page and "liegt es bei Ihnen" not in page
    assert "Ihr geänderter Text" not in page
    assert "return" not in review.outcomes(other.id, other.waiting_version_id), "it could not be sent again"
    assert "publish" in review.outcomes(other.id, other.waiting_version_id)
    clock.move_to(END + timedelta(days=31))
    jobs.close_returned()
    assert idea.status == "closed" and "als neue" not in client.page(status).text


def test_nobody_is_reminded_of_a_change_that_is_not_taken(
    ending: Any, make: Any, cast: Any, db: Any, clock: Any, outbox: Any
) -> None:
    ending.evaluation_at = start_of_day(date(2026, 12, 10))
    idea = make.idea("Fast fertig", consultation=ending, author=cast.owner, status="submitted")
    db.session.commit()
    clock.move_to(END)
    make.decide("idea", idea.id, "return", reason="personal-data", note="Bitte ohne Namen.")
    clock.shift(days=24)
    jobs.close_returned()
    assert not outbox.to(cast.owner, "idea.reminder")
    clock.shift(days=8)
    jobs.close_returned()
    assert idea.status == "closed"


def test_the_link_to_confirm_says_until_when_it_serves(
    ending: Any, client: Any, clock: Any, db: Any, make: Any, outbox: Any
) -> None:
    """Sent in the last hour it is confirmed until the evaluation begins, and mail and page name that day."""
    ending.evaluation_at = start_of_day(date(2026, 12, 3))
    idea = make.idea("Auf den letzten Drücker", consultation=ending, status="draft")
    idea.author_id = None
    db.session.commit()
    clock.move_to(END - timedelta(minutes=5))
    operations.send(GUEST, idea.id, email="spaet@people.example", language="de")
    db.session.commit()
    mail = outbox.last("spaet@people.example")
    assert "2. Dezember 2026, 24 Uhr" in plain_spaces(mail.text) and "sieben Tage" not in mail.text
    draft = plain_spaces(client.page(f"/de/ideas/drafts/{draft_token(idea.draft_key)}").text)
    assert "2. Dezember 2026" in draft and "7. Dezember" not in draft
    clock.move_to(END + timedelta(days=8))
    jobs.lapse_confirmations()
    lapsed = plain_spaces(outbox.last("spaet@people.example").text)
    assert "Ideen konnten bis 30. November 2026 abgesendet werden" in lapsed and "können sie erneut" not in lapsed


def test_a_new_version_that_is_returned_after_the_end_can_be_mended(
    ending: Any, client: Any, clock: Any, db: Any, make: Any, cast: Any
) -> None:
    """It was sent in time, and moderation asks for a change: that is taken until the evaluation, as of a first text."""
    ending.evaluation_at = start_of_day(date(2026, 12, 20))
    idea, other = (make.idea(title, consultation=ending, author=cast.owner) for title in ("Mit Neuem", "Ohne Neues"))
    drafts, status = ([f"/de/ideas/{where}/{token(one.draft_key)}" for one in (idea, other)] for where, token in (
        ("drafts", draft_token), ("status", status_token)))  # fmt: skip
    db.session.commit()

    def send(address: str, text: str) -> Any:
        form = client.page(address).form("#idea-form")
        return client.post(address, data={**form, "answer-1": text, "submit": "1"}, follow_redirects=True)

    assert "/ideas/status/" in send(drafts[0], "Zweite Fassung.").request.path
    clock.move_to(END + timedelta(hours=10))
    make.decide("idea", idea.id, "return", reason="personal-data", note="Bitte ohne den Namen.")
    db.session.commit()
    page = client.page(status[0])
    assert drafts[0] in page.links() and "Für die neue Fassung bitten wir Sie" in plain_spaces(page.text)
    form = client.page(drafts[0])
    assert "Ideen konnten bis" not in form.text and form.form("#idea-form")["answer-1"] == "Zweite Fassung."
    assert drafts[1] not in client.page(status[1]).links() and "Ideen konnten bis" in client.page(drafts[1]).text
    assert "Ideen konnten bis" in html(send(drafts[1], "Zu spät.")).text
    mended = send(drafts[0], "Dritte Fassung.")
    assert "/ideas/status/" in mended.request.path
    db.session.refresh(idea)
    assert idea.has_waiting_version and not db.session.get(Idea, other.id).has_waiting_version
    assert "Für die neue Fassung bitten wir Sie" not in plain_spaces(client.page(status[0]).text)
    make.decide("idea", idea.id, "return", reason="personal-data", note="Noch einmal.")
    db.session.commit()
    clock.move_to(ending.evaluation_at + timedelta(hours=1))
    page = client.page(status[0])
    assert drafts[0] not in page.links() and "Für die neue Fassung bitten wir Sie" not in plain_spaces(page.text)
    assert "Ideen konnten bis" in html(send(drafts[0], "Vierte Fassung.")).text
