"""From the private page of an idea to its links, for whoever wrote it without an account."""

from __future__ import annotations

from typing import Any

from consult.ideas import tokens
from consult.links.proposing import propose_between
from tests.support.mail import paths


def test_whoever_wrote_without_an_account_comes_to_the_links(
    make: Any, cast: Any, consultation: Any, db: Any, client: Any, outbox: Any, run_jobs: Any
) -> None:
    """From the private page by a mailed link to sign in; what waits for either side is said there."""
    idea = make.idea("Prüfstand teilen", consultation=consultation, author=cast.owner)
    own = make.idea("Ohne Konto", consultation=consultation, author=cast.stranger)
    propose_between(cast.actor(cast.owner), ("idea", idea.id), ("idea", own.id), "complements")
    propose_between(cast.actor(cast.stranger), ("idea", own.id), ("cluster", cast.cluster.id), "relates_to")
    db.session.commit()
    page = client.page(f"/de/ideas/status/{tokens.status_token(own.draft_key)}")
    said = page.one("section[aria-labelledby=links]").get_text()
    assert "Ein Vorschlag wartet auf Ihr Wort" in said and "Prüfstand teilen" in said
    assert "Ein Vorschlag von Ihnen wartet auf die andere Seite" in said and "Photonik Musterland" in said
    way = page.one("section[aria-labelledby=links] a.kern-btn")
    client.submit(str(way["href"]), {"email": cast.stranger.email})
    run_jobs()
    mailed = [one for mail in outbox.to(cast.stranger) for one in paths(mail)]
    signed = client.submit(next(one for one in mailed if "/account/link/" in one))
    assert signed.location == f"/de/ideas/{own.number}/links"
    assert "Womit diese Idee verbunden ist" in client.page(signed.location).text
    page = client.page(f"/de/ideas/status/{tokens.status_token(own.draft_key)}")
    assert page.one("section[aria-labelledby=links] a.kern-btn")["href"] == signed.location


def test_the_private_page_shows_the_way_to_links_only_where_it_leads_somewhere(
    make: Any, cast: Any, consultation: Any, client: Any, sign_in: Any, db: Any
) -> None:
    waits = make.idea("Wartet", consultation=consultation, author=cast.participant, status="submitted")
    own = make.idea("Eigene", consultation=consultation, author=cast.participant)
    db.session.commit()
    for one, reader, shown in (
        (waits, None, False), (own, None, True), (own, cast.participant, True), (own, cast.stranger, False),
    ):  # fmt: skip
        if reader is not None:
            sign_in(client, reader)
        page = client.page(f"/de/ideas/status/{tokens.status_token(one.draft_key)}")
        assert bool(page.select("section[aria-labelledby=links]")) is shown
