"""What was hidden on the day on which a search looked is news once it is back, and once only."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from consult.core import jobs
from consult.core.clock import now
from consult.moderation.operations import Choice, decide, look_again, reverse
from consult.moderation.queries import version_text
from consult.notifications import search_queries
from tests.notifications.test_searches import consultation, keep, look
from tests.partnering.conftest import Market

__all__ = ["consultation", "look"]

SEARCHES = {"ideas": "q=Hafniumfilm", "search": "q=Hafniumfilm", "partners": "q=Hafniumfilm"}
TITLE = "Hafniumfilm im Labor"


def made(kind: str, make: Any, cast: Any, consultation: Any) -> tuple[str, int]:
    """A public thing that a search of this kind finds."""
    if kind == "partners":
        return "offer", Market(make, cast).offer(TITLE).id
    return "idea", make.idea(TITLE, consultation=consultation).id


def settle(cast: Any, db: Any, thing: tuple[str, int], outcome: str) -> Any:
    case = look_again(cast.actor(cast.moderator), *thing)
    choice = Choice(outcome, reason="insult", note="Die zweite Zeile.", version=version_text(case))
    decision = decide(cast.actor(cast.moderator), case.id, choice)
    db.session.commit()
    return decision


def told(outbox: Any, person: Any) -> int:
    mails = [mail for mail in outbox.to(person) if mail.kind == "search.new"]
    assert all(TITLE in mail.text for mail in mails)
    return len(mails)


@pytest.mark.parametrize("kind", SEARCHES)
def test_it_is_told_once_after_it_is_restored(
    cast: Any, make: Any, consultation: Any, outbox: Any, look: Any, clock: Any, db: Any, kind: str
) -> None:
    keep(cast, cast.stranger, kind=kind, query=SEARCHES[kind])
    clock.shift(minutes=1)
    thing = made(kind, make, cast, consultation)
    clock.shift(hours=2)
    settle(cast, db, thing, "hide")
    look(2)
    assert told(outbox, cast.stranger) == 0
    settle(cast, db, thing, "restore")
    clock.shift(minutes=1)
    look()
    assert told(outbox, cast.stranger) == 1
    look()
    for outcome in ("hide", "restore"):
        settle(cast, db, thing, outcome)
        look()
    look()
    assert told(outbox, cast.stranger) == 1, "it is news once"


@pytest.mark.parametrize("kind", SEARCHES)
def test_what_was_told_before_it_was_hidden_is_no_news_afterwards(
    cast: Any, make: Any, consultation: Any, outbox: Any, look: Any, clock: Any, db: Any, kind: str
) -> None:
    keep(cast, cast.stranger, kind=kind, query=SEARCHES[kind])
    clock.shift(minutes=1)
    thing = made(kind, make, cast, consultation)
    look()
    assert told(outbox, cast.stranger) == 1
    settle(cast, db, thing, "hide")
    look()
    settle(cast, db, thing, "restore")
    look(2)
    assert told(outbox, cast.stranger) == 1


def test_a_decision_that_was_taken_back_hides_nothing_from_a_search(
    cast: Any, make: Any, consultation: Any, outbox: Any, clock: Any, run_jobs: Any, db: Any
) -> None:
    """Somebody hides it by mistake in the very minutes in which the search is looked at."""
    keep(cast, cast.stranger, query=SEARCHES["ideas"])
    clock.shift(minutes=1)
    thing = made("ideas", make, cast, consultation)
    clock.shift(days=1, minutes=10)
    decision = settle(cast, db, thing, "hide")
    jobs.enqueue("searches.due")
    run_jobs()
    clock.shift(minutes=5)
    reverse(cast.actor(cast.moderator), decision.id)
    db.session.commit()
    for _day in range(2):
        clock.shift(days=1, minutes=10)
        jobs.enqueue("searches.due")
        run_jobs()
    assert told(outbox, cast.stranger) == 1


def test_what_stood_in_the_list_when_it_was_kept_is_no_news(
    cast: Any, make: Any, consultation: Any, outbox: Any, look: Any, clock: Any, db: Any
) -> None:
    thing = made("ideas", make, cast, consultation)
    clock.shift(hours=1)
    keep(cast, cast.stranger, query=SEARCHES["ideas"])  # sees it there
    clock.shift(hours=1)
    settle(cast, db, thing, "hide")
    clock.shift(hours=1)
    keep(cast, cast.outsider, query=SEARCHES["ideas"])  # does not
    settle(cast, db, thing, "restore")
    look(2)
    assert (told(outbox, cast.stranger), told(outbox, cast.outsider)) == (0, 1)


def test_it_comes_only_to_searches_that_it_passes(
    cast: Any, make: Any, consultation: Any, outbox: Any, look: Any, clock: Any, db: Any
) -> None:
    for person, query in ((cast.stranger, "q=Tantal"), (cast.outsider, "sector=C"), (cast.owner, "")):
        keep(cast, person, query=query)
    clock.shift(minutes=1)
    idea = make.idea(TITLE, consultation=consultation, author=cast.owner)
    clock.shift(hours=1)
    settle(cast, db, ("idea", idea.id), "hide")
    look()
    settle(cast, db, ("idea", idea.id), "restore")
    look()
    assert not [mail for person in (cast.stranger, cast.outsider, cast.owner) for mail in outbox.to(person)
                if mail.kind == "search.new"]  # fmt: skip
    [search] = search_queries.searches_of(cast.stranger.id)
    assert search.seen_at > now() - timedelta(hours=1)
