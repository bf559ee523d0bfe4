"""Twenty moderators on one queue: whoever presses "next" at the same moment gets a case of their own."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from consult.moderation import operations
from consult.moderation.models import Case
from tests.moderation.kind import Notes
from tests.support.at_once import at_once

pytestmark = pytest.mark.usefixtures("chain_is_whole")

QUEUE = "/de/moderation/"


def _desks(number: int, make: Any, new_client: Any, sign_in: Any) -> list[tuple[Any, str]]:
    """Browsers of moderators, each with the token of its page."""
    browsers = [sign_in(new_client(), make.person(roles=("moderator",))) for _number in range(number)]
    return [(browser, browser.page(QUEUE).form("form[action*=next]")["csrf_token"]) for browser in browsers]


def test_twenty_who_ask_for_the_next_case_at_once_get_twenty(
    notes: Notes, make: Any, new_client: Any, sign_in: Any, db: Any
) -> None:
    for number in range(25):
        notes.sent(f"Text {number}")
    desks = _desks(20, make, new_client, sign_in)
    db.session.commit()

    def ask(browser: Any, token: str) -> str:
        response = browser.post("/de/moderation/next", data={"csrf_token": token})
        assert response.status_code == 303, response.status
        return str(response.location)

    got = at_once(*[lambda desk=desk: ask(*desk) for desk in desks])
    assert len(set(got)) == 20
    assert all("/moderation/cases/" in address for address in got)
    db.session.expire_all()
    claimed = db.session.execute(select(Case.claimed_by).where(Case.status == "claimed")).scalars().all()
    assert len(claimed) == len(set(claimed)) == 20


def test_where_there_are_fewer_cases_than_moderators_the_others_are_told(
    notes: Notes, make: Any, new_client: Any, sign_in: Any, db: Any
) -> None:
    for number in range(2):
        notes.sent(f"Text {number}")
    desks = _desks(5, make, new_client, sign_in)
    db.session.commit()

    def ask(browser: Any, token: str) -> str:
        return str(browser.post("/de/moderation/next", data={"csrf_token": token}).location)

    got = at_once(*[lambda desk=desk: ask(*desk) for desk in desks])
    assert len({address for address in got if "/cases/" in address}) == 2
    assert sum(address.endswith(QUEUE) for address in got) == 3


def test_deciding_at_once_leads_everybody_to_another_case(
    notes: Notes, make: Any, new_client: Any, sign_in: Any, db: Any
) -> None:
    for number in range(12):
        notes.sent(f"Text {number}")
    desks = _desks(6, make, new_client, sign_in)
    addresses = [browser.post("/de/moderation/next", data={"csrf_token": token}).location for browser, token in desks]
    forms = [
        browser.page(address).form("form.c-decide") for (browser, _token), address in zip(desks, addresses, strict=True)
    ]
    db.session.commit()

    def decide(number: int) -> str:
        browser = desks[number][0]
        response = browser.post(addresses[number], data={**forms[number], "outcome": "publish"})
        assert response.status_code == 303, response.status
        return str(response.location)

    got = at_once(*[lambda number=number: decide(number) for number in range(6)])
    # one whose next case was just being decided by somebody else may be sent back to the queue, but never to a taken case
    at_cases = [address for address in got if "/cases/" in address]
    assert len(set(at_cases)) == len(at_cases)
    assert len(at_cases) >= 5
    assert len(notes.applied) == 6


def test_what_belongs_to_the_asker_is_stepped_over(
    notes: Notes, cast: Any, client: Any, sign_in: Any, make: Any
) -> None:
    make.grant(cast.owner, "moderator")
    notes.sent("Eigenes", author=cast.owner)
    notes.sent("Von der Kollegin", author=cast.colleague, organisation_id=cast.company.id)
    foreign = notes.sent("Fremdes", author=cast.outsider)
    browser = sign_in(client, cast.owner)
    response = browser.submit(QUEUE, form="form[action*=next]")
    assert response.location.endswith(f"/moderation/cases/{foreign.id}")


def test_the_filter_stays_and_a_skipped_case_is_given_back(notes: Notes, moderator: Any, cast: Any, db: Any) -> None:
    first, english, third = notes.sent("Eins"), notes.sent("Two", language="en"), notes.sent("Drei")
    response = moderator.submit(QUEUE + "?language=de", form="form[action*=next]")
    assert response.location.endswith(f"/cases/{first.id}?language=de")
    response = moderator.submit(response.location, form="form[action*=next]")
    assert response.location.endswith(f"/cases/{third.id}?language=de")
    db.session.expire_all()
    assert (first.status, third.status, english.status) == ("open", "claimed", "open")
    response = moderator.submit(response.location, form="form[action*=next]")  # from the beginning again
    assert response.location.endswith(f"/cases/{first.id}?language=de")


def test_a_lease_that_has_run_out_is_free_again(notes: Notes, moderator: Any, cast: Any, clock: Any, db: Any) -> None:
    case = notes.sent()
    operations.claim(cast.actor(cast.moderator2), case.id)
    assert moderator.submit(QUEUE, form="form[action*=next]").location.endswith(QUEUE)
    assert "keinen weiteren Vorgang" in moderator.page(QUEUE).text
    clock.shift(minutes=21)
    assert moderator.submit(QUEUE, form="form[action*=next]").location.endswith(f"/cases/{case.id}")
