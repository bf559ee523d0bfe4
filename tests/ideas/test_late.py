"""The end to the second, what each phase allows, and late entries by invitation."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from consult.core.errors import Conflict, Invalid, Refused
from consult.ideas import invitations, operations
from consult.ideas.models import Idea, IdeaInvitation
from tests.ideas.conftest import the_idea
from tests.support.mail import paths
from tests.support.page import html

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
    again = send_by(client, link)
    assert again.status_code == 422
    assert db.session.query(Idea).filter(Idea.number.is_not(None)).count() == 1


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
    assert not client.page(link).select("#idea-form")


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
