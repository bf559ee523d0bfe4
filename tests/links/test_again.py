"""What was declined by mistake or has ended may be so again: by whom, and who hears of it."""

from __future__ import annotations

from typing import Any

import pytest

from consult.core.errors import Conflict, Refused
from consult.links import operations
from consult.links.ends import number_of
from consult.links.models import Link
from consult.links.proposing import propose_between


@pytest.fixture
def link(make: Any, cast: Any, db: Any) -> Link:
    """An idea's proposal that waits for the cluster's word."""
    idea = make.idea("Prüfstand teilen", consultation=make.consultation(), author=cast.stranger)
    found = propose_between(cast.actor(cast.stranger), ("idea", idea.id), ("cluster", cast.cluster.id), "pilot_site")
    db.session.commit()
    return found


def propose_again(actor: Any, link: Link) -> Link:
    return propose_between(actor, (link.from_kind, link.from_id or 0), (link.to_kind, link.to_id or 0), link.type)


def test_who_declined_by_mistake_confirms_after_all(
    link: Link, client: Any, sign_in: Any, cast: Any, db: Any, run_jobs: Any, outbox: Any, clock: Any
) -> None:
    address = f"/de/links/{link.id}"
    sign_in(client, cast.cluster_manager)
    client.submit(address, form="form[action$='/decline']")
    run_jobs()
    author = cast.actor(cast.stranger)
    with pytest.raises(Refused):
        operations.renew(author, link)
    with pytest.raises(Conflict) as refused:
        propose_again(author, link)
    assert "Nur von dort" in str(refused.value.message)
    db.session.rollback()
    clock.shift(days=1)
    page = client.page(address)
    assert "Doch bestätigen" in page.text and not page.select("form[action$='/confirm']")
    answer = client.submit(address, form="form[action$='/renew']", follow_redirects=True)
    assert "von beiden Seiten bestätigt" in answer.get_data(as_text=True)
    db.session.refresh(link)
    assert link.status == "confirmed"
    run_jobs()
    assert "hat bestätigt" in outbox.last(cast.stranger).subject


def test_what_has_ended_is_proposed_anew_and_waits_for_the_other_side(
    link: Link, client: Any, sign_in: Any, cast: Any, db: Any, run_jobs: Any, outbox: Any, clock: Any
) -> None:
    operations.confirm(cast.actor(cast.cluster_manager), link)
    operations.end(cast.actor(cast.stranger), link)
    db.session.commit()
    run_jobs()
    clock.shift(days=30)
    before = len(outbox.to(cast.cluster_manager))
    again = propose_again(cast.actor(cast.stranger), link)
    db.session.commit()
    assert again.id == link.id and link.status == "proposed" and link.to_date == ""
    assert link.confirmed_from_at is not None and link.confirmed_to_at is None
    run_jobs()
    assert len(outbox.to(cast.cluster_manager)) == before + 1
    assert "wartet auf Ihr Wort" in outbox.last(cast.cluster_manager).subject
    address = f"/de/links/{link.id}"
    sign_in(client, cast.cluster_manager)
    client.submit(address, form="form[action$='/confirm']")
    steps = [one.get_text(" ") for one in client.page(address).select("section[aria-labelledby=history] li")]
    assert len([one for one in steps if "vorgeschlagen" in one]) == 2 and any("beendet" in one for one in steps)
    with pytest.raises(Conflict):
        propose_again(cast.actor(cast.stranger), link)


def test_either_side_proposes_what_has_ended(link: Link, cast: Any) -> None:
    manager = cast.actor(cast.cluster_manager)
    operations.confirm(manager, link)
    operations.end(manager, link)
    operations.renew(manager, link)
    assert link.status == "proposed" and link.confirmed_to_at is not None and link.confirmed_from_at is None
    operations.confirm(cast.actor(cast.stranger), link)
    assert link.status == "confirmed"


def test_what_leads_to_a_country_is_stated_again(link: Link, cast: Any, make: Any) -> None:
    author, start = cast.actor(cast.stranger), ("idea", link.from_id or 0)
    made = propose_between(author, start, ("country", number_of("AT")), "relates_to")
    assert made.status == "stated"
    operations.end(author, made)
    again = propose_between(author, start, ("country", number_of("AT")), "relates_to")
    assert (again.id, again.status, again.to_date) == (made.id, "stated", "")


def test_what_a_source_states_needs_no_new_word(link: Link, cast: Any, db: Any) -> None:
    link.key, link.status = "shipped", "ended"
    db.session.flush()
    with pytest.raises(Refused):
        operations.renew(cast.actor(cast.stranger), link)
