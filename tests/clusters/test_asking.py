"""The yearly question: who is asked when, what the signed link can do, and what silence means."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from consult.accounts.models import Token
from consult.clusters import asking, claims, recency
from consult.clusters.models import Cluster
from consult.core import jobs
from consult.core.clock import now
from consult.core.db import db
from tests.clusters.portraits import fresh, observations, portrait, versions
from tests.support.mail import paths
from tests.support.page import html


@pytest.fixture
def holder(clock: Any, make: Any) -> Any:
    """Who speaks for the portrait and for nothing else."""
    return make.person("Hanna Holder", roles=("cluster",))


@pytest.fixture
def cluster(clock: Any, holder: Any) -> Cluster:
    """A portrait with a manager who confirmed it today."""
    found = portrait(managers=[holder])
    found.confirmed_at = now()
    db.session.commit()
    return found


def ask() -> int:
    taken = asking.ask_all()
    db.session.commit()
    return taken


def link_of(mail: Any) -> str:
    (found,) = [one for one in paths(mail) if "/clusters/confirm/" in one]
    return found


def due(clock: Any, outbox: Any, person: Any) -> str:
    """Let a year pass; the address in the mail."""
    clock.shift(days=366)
    ask()
    return link_of(outbox.last(person))


def test_asked_after_a_year_reminded_twice_then_perhaps_inactive(
    clock: Any, cluster: Cluster, holder: Any, outbox: Any, client: Any, run_jobs: Any
) -> None:
    """day after the question -> how many mails there were, whether the portrait is perhaps inactive."""
    clock.shift(days=364)
    assert ask() == 0 and len(outbox) == 0
    clock.shift(days=2)
    steps = [
        (0, 1, False),
        (20, 1, False),
        (21, 2, False),
        (41, 2, False),
        (42, 3, False),
        (62, 3, False),
        (63, 3, True),
    ]
    passed = 0
    for day, mails, dormant in steps:
        clock.shift(days=day - passed)
        passed = day
        ask()
        ask()  # however often the job runs
        assert (len(outbox.to(holder)), fresh(cluster).dormant_since is not None) == (mails, dormant), day
    assert outbox[1].subject == "Erinnerung: Stimmt das Portrait Optikring Saale noch?"
    page = client.page("/de/clusters/optikring")
    assert "vielleicht nicht mehr aktiv seit" in page.text
    assert "Optikring" in client.page("/de/clusters/").text  # shown, never deleted
    clock.shift(days=400)
    assert ask() == 0


def test_one_click_confirms_and_the_link_is_used_up(
    clock: Any, cluster: Cluster, holder: Any, outbox: Any, client: Any
) -> None:
    link = due(clock, outbox, holder)
    page = client.page(link)
    assert page.h1 == "Stimmt das Portrait noch?" and "Bringt Optikbetriebe zusammen." in page.text
    assert fresh(cluster).asked_at is not None  # opening changes nothing
    assert client.submit(link).status_code == 303
    found = fresh(cluster)
    assert (found.confirmed_at, found.asked_at, found.reminders, found.status) == (now(), None, 0, "confirmed")
    assert {one.state for one in recency.of_all(found).values()} == {recency.CURRENT}
    assert observations(cluster, "members")[-1].verified_on is not None
    assert observations(cluster, "members")[0].verified_on is None  # an older figure is not vouched for by that
    assert client.get(link).status_code == 410
    assert client.get(f"{link}/edit").status_code == 410


def test_the_link_edits_without_signing_in(clock: Any, cluster: Cluster, holder: Any, outbox: Any, client: Any) -> None:
    link = due(clock, outbox, holder)
    faulty = client.submit(f"{link}/edit", {"website": "keine Adresse", "seat": "Gera"})
    assert faulty.status_code == 422 and "keine Adresse" in faulty.get_data(as_text=True)
    assert client.submit(f"{link}/edit").status_code == 422  # nothing changed: the link still holds
    answer = client.submit(f"{link}/edit", {"seat": "Gera", "members": "135", "as_of": "2027-11"})
    assert answer.status_code == 303 and answer.headers["Location"] == "/de/clusters/optikring"
    (version,) = versions(cluster)
    assert (version.status, version.author_id, version.author_role) == ("waiting", holder.id, "management")
    assert client.get(link).status_code == 410
    assert "/account/sign-in" in client.get("/de/clusters/optikring/edit").headers["Location"]  # it opened nothing else


def test_the_link_notices_that_somebody_was_faster(
    clock: Any, cluster: Cluster, cast: Any, holder: Any, outbox: Any, client: Any, new_client: Any, sign_in: Any
) -> None:
    link = due(clock, outbox, holder)
    page = client.page(f"{link}/edit")
    values = page.form_values(page.select("main form")[0])
    editor = sign_in(new_client(), cast.editor)
    editor.submit("/de/clusters/optikring/edit", {"legal_form": "gmbh"}, form="form[action$='/edit']")
    answer = client.post(f"{link}/edit", data={**values, "seat": "Gera"})
    assert answer.status_code == 409
    again = html(answer)
    assert client.post(f"{link}/edit", data=again.form_values(again.select("main form")[0])).status_code == 303
    assert versions(cluster)[-1].changes["values"] == {"seat": "Gera"}


def test_where_nobody_has_an_account_the_contact_is_asked(clock: Any, outbox: Any, client: Any) -> None:
    cluster = portrait()
    cluster.contact_email = "buero@optikring.example"
    db.session.commit()
    link = due(clock, outbox, "buero@optikring.example")
    assert client.submit(link).status_code == 303
    found = fresh(cluster)
    assert found.status == "confirmed" and found.verified[recency.PROFILE]["by"] == "contact"
    clock.shift(days=366)
    ask()
    assert client.submit(f"{link_of(outbox.last())}/edit", {"seat": "Gera"}).status_code == 303
    assert versions(cluster)[0].author_role == "contact" and versions(cluster)[0].author_id is None


def test_a_silence_is_over_with_the_next_word_and_keeps_its_dates(
    clock: Any, cluster: Cluster, holder: Any, outbox: Any, client: Any
) -> None:
    link = due(clock, outbox, holder)
    for days in (21, 21, 21):
        clock.shift(days=days)
        ask()
    since = fresh(cluster).dormant_since
    clock.shift(days=10)
    client.submit(link)
    found = fresh(cluster)
    assert found.dormant_since is None
    assert found.interruptions == [{"from": since.isoformat(), "until": now().date().isoformat(), "why": "silent"}]
    text = client.page("/de/clusters/optikring").text
    assert "vielleicht nicht mehr aktiv 27. Januar 2028 bis" in text


# what happened to the link or to its holder -> the page is gone
GONE = ("too old", "other purpose", "not a manager any more", "deactivated", "taken out", "unknown")


@pytest.mark.parametrize("matter", GONE)
def test_a_link_that_does_not_hold(
    clock: Any, cluster: Cluster, cast: Any, holder: Any, make: Any, outbox: Any, client: Any, matter: str
) -> None:
    link = due(clock, outbox, holder)
    if matter == "too old":
        clock.shift(days=recency.LINK_LIFETIME.days + 1)
    elif matter == "other purpose":
        token = db.session.execute(select(Token).where(Token.purpose == asking.PURPOSE)).scalars().one()
        token.purpose = "reset"
    elif matter == "not a manager any more":
        claims.remove_manager(make.actor(cast.editor), cluster.id, holder)
    elif matter == "deactivated":
        holder.deactivated_at = now()
    elif matter == "taken out":
        fresh(cluster).listed = False
    else:
        link = f"{link[:-3]}abc"
    db.session.commit()
    before = fresh(cluster).confirmed_at
    assert client.get(link).status_code == 410
    assert client.get(f"{link}/edit").status_code == 410
    assert fresh(cluster).confirmed_at == before


def test_the_database_holds_no_secret(clock: Any, cluster: Cluster, holder: Any, outbox: Any) -> None:
    secret = due(clock, outbox, holder).rpartition("/")[2]
    token = db.session.execute(select(Token).where(Token.purpose == asking.PURPOSE)).scalars().one()
    assert secret not in (token.token_hash, str(token.payload)) and len(secret) > 40
    assert token.expires_at == now() + recency.LINK_LIFETIME


def test_who_is_not_asked(clock: Any, holder: Any, make: Any, outbox: Any) -> None:
    """Nobody to write to; taken out; merged; perhaps inactive already."""
    portrait("niemand")
    out = portrait("draussen", managers=[holder])
    out.listed = False
    silent = portrait("still", managers=[holder])
    silent.dormant_since = now().date() - timedelta(days=3)
    db.session.commit()
    clock.shift(days=400)
    assert ask() == 0 and len(outbox) == 0


def test_the_job_does_it(clock: Any, cluster: Cluster, holder: Any, outbox: Any, run_jobs: Any) -> None:
    clock.shift(days=366)
    jobs.enqueue("clusters.ask", {})
    db.session.commit()
    run_jobs()
    assert len(outbox.to(holder, "cluster.question")) == 1
