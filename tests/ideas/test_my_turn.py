"""Where moderation asks for a change, its author sees on their own page that it is their turn, and until when."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from consult.core.clock import now, start_of_day
from consult.core.errors import Conflict
from consult.core.i18n import format_day
from consult.ideas import coauthoring, drafting, operations, tokens, withdrawing
from consult.ideas.models import Idea
from consult.moderation.operations import reverse
from consult.moderation.queries import decisions_for
from tests.support.page import html, plain_spaces


def ask_a_change(make: Any, cast: Any, db: Any, idea: Idea, *, new_version: bool) -> None:
    if new_version:
        drafting.save_draft(idea.id, drafting.Changes(fields={"title": "Neu gefasst"}), tab="a")
        operations.send(cast.actor(cast.owner), idea.id, email="", language="de")
    make.decide(
        "idea", idea.id, "return", moderator=cast.moderator, reason="personal-data", note="Bitte ohne den Namen."
    )
    db.session.commit()


@pytest.fixture
def asked(make: Any, consultation: Any, cast: Any, db: Any) -> Any:
    """`asked(new_version)`: an idea for which a change is asked, before the evaluation that begins on 20 December 2026."""

    def run(new_version: bool) -> Idea:
        consultation.opens_at, consultation.closes_at = (start_of_day(date(2026, 11, day)) for day in (1, 30))
        consultation.evaluation_at = start_of_day(date(2026, 12, 20))
        status = "published" if new_version else "submitted"
        idea: Idea = make.idea("Prüfstand", consultation=consultation, author=cast.owner, status=status)
        ask_a_change(make, cast, db, idea, new_version=new_version)
        return idea

    return run


@pytest.mark.parametrize("new_version", [False, True])
def test_it_stands_there_until_when_and_goes_once_it_is_sent(
    new_version: bool, asked: Any, client: Any, cast: Any, sign_in: Any, db: Any, clock: Any, outbox: Any
) -> None:
    clock.move_to(start_of_day(date(2026, 11, 20)))
    idea = asked(new_version)
    sign_in(client, cast.owner)
    row = client.page("/de/me/").one(".c-mine tbody tr")
    draft, status = f"/de/ideas/drafts/{tokens.draft_token(idea.draft_key)}", tokens.status_token(idea.draft_key)
    last = "19. Dezember 2026"
    assert "Rückfrage" in row.get_text() and f"bis {last}" in plain_spaces(row.get_text())
    assert [str(one["href"]) for one in row.select("td a")] == [draft, f"/de/ideas/status/{status}"]
    page = client.page(f"/de/ideas/status/{status}")
    assert "Rückfrage" in page.one(".c-pagehead .c-kicker").get_text() and last in plain_spaces(
        page.one(".c-pagehead .lede").get_text()
    )
    steps = [plain_spaces(one.get_text(" ")) for one in page.select(".c-time li")]
    assert f"bis {last} Ihr geänderter Text" in steps
    assert last in plain_spaces(outbox.last(cast.owner).text)
    operations.send(cast.actor(cast.owner), idea.id, email="", language="de")
    db.session.commit()
    row = client.page("/de/me/").one(".c-mine tbody tr")
    assert "Rückfrage" not in row.get_text() and "Text ändern" not in row.get_text()


@pytest.mark.parametrize("new_version", [False, True])
def test_nothing_is_asked_once_nothing_is_taken(
    new_version: bool, asked: Any, client: Any, cast: Any, sign_in: Any, clock: Any
) -> None:
    clock.move_to(start_of_day(date(2026, 11, 20)))
    idea = asked(new_version)
    clock.move_to(start_of_day(date(2026, 12, 19)) + timedelta(hours=23, minutes=59))
    assert "Text ändern" in sign_in(client, cast.owner).page("/de/me/").text
    clock.move_to(start_of_day(date(2026, 12, 20)))
    row = sign_in(client, cast.owner).page("/de/me/").one(".c-mine tbody tr")
    status = f"/de/ideas/status/{tokens.status_token(idea.draft_key)}"
    assert "Text ändern" not in row.get_text() and [str(one["href"]) for one in row.select("td a")] == [status]


def test_thirty_days_where_no_end_comes_before_and_no_day_for_what_is_public_without_one(
    make: Any, consultation: Any, client: Any, cast: Any, sign_in: Any, db: Any
) -> None:
    first = make.idea("Erste", consultation=consultation, author=cast.owner, status="submitted")
    ask_a_change(make, cast, db, first, new_version=False)
    public = make.idea("Zweite", consultation=consultation, author=cast.owner)
    ask_a_change(make, cast, db, public, new_version=True)
    make.idea("Dritte", consultation=consultation, author=cast.owner, status="submitted")
    db.session.commit()
    rows = sign_in(client, cast.owner).page("/de/me/").select(".c-mine tbody tr")
    titles = [one.select_one("th a").get_text() for one in rows]
    assert titles.index("Dritte") == 2, "what is asked stands above what was touched later"
    told = {one.select_one("th a").get_text(): plain_spaces(one.select("td")[1].get_text(" ")) for one in rows}
    assert f"bis {format_day(first.moved_at + timedelta(days=30))}" in told["Erste"]
    assert "Text ändern" in told["Zweite"] and "bis" not in told["Zweite"]


def test_who_stands_beside_it_is_not_asked(
    asked: Any, client: Any, make: Any, cast: Any, sign_in: Any, db: Any, clock: Any
) -> None:
    clock.move_to(start_of_day(date(2026, 11, 20)))
    idea = asked(True)
    beside = make.person("Berta Beistand")
    row = coauthoring.invite(cast.actor(cast.owner), idea.id, beside.email, "")
    token = tokens.coauthor_token(idea.draft_key, row.email_key)
    coauthoring.confirm(cast.actor(beside), row.id, token, "Berta Beistand", "")
    db.session.commit()
    shown = sign_in(client, beside).page("/de/me/").one(".c-mine tbody tr").get_text()
    assert "Veröffentlicht" in shown and "Rückfrage" not in shown and "Text ändern" not in shown


def test_a_change_that_was_asked_for_can_be_left(
    asked: Any, client: Any, cast: Any, sign_in: Any, db: Any, clock: Any, new_client: Any
) -> None:
    """Its author may not want the new version any more: then nothing is asked of them, and what is public stays."""
    clock.move_to(start_of_day(date(2026, 11, 20)))
    idea = asked(True)
    drafting.save_draft(idea.id, drafting.Changes(fields={"title": "Noch einmal neu"}), tab="b")
    db.session.commit()
    sign_in(client, cast.owner)
    status = f"/de/ideas/status/{tokens.status_token(idea.draft_key)}"
    form = next(one for one in client.page(status).forms("main form") if one.values.get("what") == "version")
    answer = client.post(form.action, data=form.values, follow_redirects=True)
    assert (
        "Die neue Fassung ist zurückgezogen" in answer.text and "Rückfrage" not in html(answer).one(".c-pagehead").text
    )
    row = client.page("/de/me/").one(".c-mine tbody tr")
    assert "Rückfrage" not in row.get_text() and "Noch einmal neu" not in row.get_text()
    assert "Prüfstand" in new_client().page(f"/de/ideas/{idea.number}").text
    draft = client.page(f"/de/ideas/drafts/{tokens.draft_token(idea.draft_key)}").form("#idea-form")
    assert draft["title"] == "Prüfstand"
    assert client.post(form.action, data=form.values).status_code == 409, "there is none any more"
    made = decisions_for("idea", idea.id)[-1]
    with pytest.raises(Conflict):
        reverse(cast.actor(cast.moderator), made.id)


def test_what_waits_for_its_release_is_not_left_beside_it(
    asked: Any, client: Any, cast: Any, sign_in: Any, db: Any, clock: Any
) -> None:
    clock.move_to(start_of_day(date(2026, 11, 20)))
    idea = asked(True)
    idea.release_asked_at = now()
    db.session.commit()
    with pytest.raises(Conflict):
        withdrawing.leave_change(cast.actor(cast.owner), idea.id)
