"""The way of an idea through the demo's organisation with sign-off: invited, written, given back, released, left."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from consult.accounts.queries import person_by_email
from consult.core.access import SYSTEM
from consult.ideas import demo_signoff
from consult.ideas.models import Idea
from consult.organisations.operations import add_member
from consult.organisations.queries import organisation_by_slug
from tests.ideas.conftest import Writer
from tests.support.mail import paths
from tests.support.page import html

SLUG = "beispiel-feinmechanik-gmbh"
MANAGER, AUTHOR = "leitung@people.example", "konstruktion@people.example"


def _send(client: Any, page: str, url: str, **fields: Any) -> Any:
    """Send a form by its address, with the page's token."""
    token = str(client.page(page).select("input[name=csrf_token]")[0]["value"])
    return client.post(url, data={"csrf_token": token, **fields}, follow_redirects=True)


def _waiting(db: Any) -> Idea:
    db.session.rollback()
    waiting = select(Idea).where(Idea.status == "awaiting_release", Idea.draft_key.not_in(demo_signoff.TEXTS))
    found: Idea = db.session.execute(waiting).scalar_one()
    return found


def test_invite_write_release_leave(
    demo: None, make: Any, new_client: Any, sign_in: Any, outbox: Any, run_jobs: Any, db: Any
) -> None:
    organisation = organisation_by_slug(SLUG)
    assert organisation is not None and organisation.signoff
    name = organisation.name["de"]
    add_member(SYSTEM, organisation, make.person("Lea Leitung", email=MANAGER), "manager")
    db.session.commit()

    manager = sign_in(new_client(), person_by_email(MANAGER))
    members = f"/de/organisations/{SLUG}/members"
    assert _send(manager, members, f"{members}/invite", email=AUTHOR, roles="author").status_code == 200
    run_jobs()
    link = next(one for one in paths(outbox.last(AUTHOR)) if "/invitations/" in one)
    author = new_client()
    assert author.submit(link, {"accept": "1"}).status_code == 303

    writer = Writer(author)
    writer.open()
    sent = writer.send("submit", {"title": "Messraum teilen", "answer-1": "Gern.", "organisation": name})
    assert "Zur Freigabe" in html(sent).text
    idea = _waiting(db)
    run_jobs()
    page = next(one for one in paths(outbox.to(MANAGER, "idea.release_asked")[-1]) if "/releases/" in one)
    _send(manager, page, page, seen=_seen(manager, page), **{"return": "1"}, note="Bitte mit Uhrzeiten.")
    run_jobs()
    writer.url = next(one for one in paths(outbox.to(AUTHOR, "idea.release_returned")[-1]) if "/drafts/" in one)
    assert "Bitte mit Uhrzeiten." in author.page(writer.url).text
    writer.send("submit", {"answer-1": "Gern, von 8 bis 12 Uhr."})
    assert "von 8 bis 12 Uhr" in manager.page(page).text
    released = _send(manager, page, page, seen=_seen(manager, page), release="1")
    db.session.rollback()
    db.session.refresh(idea)
    assert idea.number and idea.number in html(released).text and idea.status == "submitted"

    left = _send(author, f"/de/organisations/{SLUG}", f"/de/organisations/{SLUG}/leave")
    assert left.status_code == 200
    assert author.get(members).status_code in (403, 404)
    db.session.rollback()
    db.session.refresh(idea)
    assert idea.organisation_id == organisation.id, "what was written for it stays with it"


def _seen(client: Any, page: str) -> str:
    return str(client.page(page).one("[name=seen]")["value"])
