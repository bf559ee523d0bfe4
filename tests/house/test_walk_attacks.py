"""Attacks that concern every address: forged forms, redirects to foreign hosts, a forged Host header, fields nobody offered.

Who may come in at all is in `test_walk`.
"""

from __future__ import annotations

import contextvars
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.routing import Rule

from consult.accounts.models import Person, RoleGrant
from consult.clusters.models import ClusterManager
from consult.comments.models import Comment
from consult.core.access import ROLES, declared_access
from consult.core.clock import now
from consult.core.db import db as core_db
from consult.core.web import path
from consult.ideas.models import Idea
from consult.organisations.models import OrganisationMember
from tests.house.walk_world import World
from tests.partnering.conftest import Market
from tests.support.mail import paths

pytestmark = pytest.mark.sqlite

FOREIGN = "evil.example"
# Answers to programs that change nothing and look at no cookie.
WITHOUT_TOKEN = {"api.similar_to_text"}
# Where a form or an address names the page to go on to.
TAKES_NEXT = {
    "accounts.sign_in", "accounts.second_factor", "accounts.add_totp", "accounts.new_codes", "accounts.prove",
    "accounts.prove_by_mail", "accounts.outside_start", "notifications.read_all", "notifications.follow",
    "links.confirm", "links.decline",
}  # fmt: skip
TRICKS = (
    f"https://{FOREIGN}/", f"///{FOREIGN}", f"/\\{FOREIGN}", f"\\\\{FOREIGN}", f"/\t/{FOREIGN}", f"https:{FOREIGN}",
    f" //{FOREIGN}",
)  # fmt: skip
LEADS_AWAY = re.compile(rf'(?:href|action|src|content)="\s*(?:https?:)?[/\\]{{2,}}{FOREIGN}')


class Attack:
    """Requests of somebody who has every role and speaks for the company and the cluster of the world."""

    def __init__(self, app: Flask, database: Any, make: Any, cast: Any, sign_in: Callable[[Any, Any], Any]) -> None:
        self.app, self.database = app, database
        self.world = World(make, cast)
        person = make.person("Alma Alles", roles=ROLES, organisation=cast.company, member_role="manager")
        make.add(ClusterManager(cluster_id=cast.cluster.id, person_id=person.id, created_at=now()))
        cookie = sign_in(app.test_client(), person).get_cookie(app.config["SESSION_COOKIE_NAME"])
        self.cookie = f"{cookie.key}={cookie.value}"
        core_db.session.commit()
        core_db.session.remove()
        database.keep("attack")

    def addresses(self, method: str) -> Iterator[tuple[Rule, str]]:
        """Every address that takes the method, with the things of the world."""
        for rule in sorted(self.app.url_map.iter_rules(), key=lambda one: one.rule):
            if method in (rule.methods or set()):
                language = {"lang_code": "de"} if "lang_code" in rule.arguments else {}
                with self.app.test_request_context("/de/"):
                    values = self.world.values(rule.endpoint, rule.arguments - {"lang_code"})
                    yield rule, path(rule.endpoint, **language, **values)

    def send(self, method: str, url: str, signed_in: bool = True, **more: Any) -> Any:
        """One request; what others wrote is taken back before."""
        if method != "GET":
            self.database.restore("attack")
        self.app.extensions["consult_limits"].local.storage.reset()
        headers = {**more.pop("headers", {}), **({"Cookie": self.cookie} if signed_in else {})}
        browser = self.app.test_client(use_cookies=False)
        return contextvars.Context().run(browser.open, url, method=method, headers=headers, **more)


@pytest.fixture
def attack(own_app: Any, database: Any, make: Any, cast: Any, sign_in: Any) -> Callable[..., Attack]:
    """`attack(csrf=True)`: with or without the check of the forms' token."""
    return lambda csrf=False: Attack(own_app(WTF_CSRF_ENABLED=csrf), database, make, cast, sign_in)


def test_no_form_is_taken_without_its_token(attack: Callable[..., Attack]) -> None:
    """Everywhere, even from somebody with every right; what changes nothing is named above."""
    sender, found = attack(csrf=True), []
    for rule, url in sender.addresses("POST"):
        if rule.endpoint in WITHOUT_TOKEN:
            continue
        forged = ("forged",) if rule.endpoint in TAKES_NEXT else ()
        for form in ({}, *({"csrf_token": token} for token in forged)):
            response = sender.send("POST", url, data=form)
            if response.status_code != 400:
                found.append(f"{rule.endpoint} {url} with {form}: {response.status}")
    assert not found, "\n".join(found)


def leads_away(response: Any) -> bool:
    """Whether an answer sends or points its reader to the foreign host."""
    location = response.headers.get("Location", "")
    away = location.startswith(("//", "/\\", "\\")) or FOREIGN in location.split("?")[0]
    return away or LEADS_AWAY.search(words(response)) is not None


def words(response: Any) -> str:
    """The body; that of a file may be no text."""
    return bytes(response.get_data()).decode("utf-8", "replace")


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_address_leads_to_a_foreign_host(attack: Callable[..., Attack], method: str) -> None:
    sender, found, answered = attack(), [], set()
    for rule, url in sender.addresses(method):
        for target in (f"//{FOREIGN}/x", *(TRICKS if rule.endpoint in TAKES_NEXT else ())):
            asked = f"{url}{'&' if '?' in url else '?'}{urlencode({'next': target})}"
            response = sender.send(method, asked, data={"next": target} if method == "POST" else None)
            answered.add(rule.endpoint)
            if response.status_code >= 500 or leads_away(response):
                found.append(f"{rule.endpoint} {url} next={target!r}: {response.status} {response.headers}")
    assert not found, "\n".join(found)
    assert TAKES_NEXT & answered, "no address that takes a way to go on was asked"


FORGED = {"Host": FOREIGN, "X-Forwarded-Host": FOREIGN, "Forwarded": f"host={FOREIGN}"}


def test_a_forged_host_stands_on_no_page(attack: Callable[..., Attack]) -> None:
    """What everybody reads as a visitor, the rest as somebody with every right."""
    sender, found = attack(), []
    for rule, url in sender.addresses("GET"):
        signed_in = declared_access(sender.app.view_functions[rule.endpoint]) not in ("public", None)
        response = sender.send("GET", url, signed_in, headers=FORGED)
        said = f"{response.headers}{words(response)}"
        if response.status_code >= 500 or FOREIGN in said:
            found.append(f"{rule.endpoint} {url}: {response.status}")
    assert not found, "\n".join(found)


def test_a_forged_host_stands_in_no_mail(attack: Callable[..., Attack], cast: Any, outbox: Any) -> None:
    """The links of mails are built on the site's own address, never on what the client calls us."""
    known, new = cast.owner.email, {"email": "new@people.example", "name": "Nora Neu"}
    sender = attack()
    place, company = sender.world.of_room["activities"]["slug"], sender.world.of_room["organisations"]["slug"]
    for signed_in, url, fields in (
        (False, "/de/account/reset", {"email": known}),
        (False, "/de/account/sign-in", {"email": known, "password": ""}),
        (False, "/de/account/sign-up", new),
        (False, f"/de/activities/{place}/join", new),
        (True, f"/de/organisations/{company}/members/invite", {"email": "guest@people.example", "roles": ["author"]}),
        (True, "/de/account/prove/mail", {}),
    ):
        before = len(outbox)
        core_db.session.remove()
        response = sender.send("POST", url, signed_in, data=fields, headers=FORGED)
        assert response.status_code == 303, f"{url}: {response.status}"
        core_db.session.rollback()
        mails = [mail for mail in outbox if "new@" in mail.recipient or mail.id > before] or list(outbox)
        assert mails, f"{url} sent nothing"
        for mail in mails:
            assert FOREIGN not in f"{mail.subject}{mail.text}{mail.html}", url
            assert "http://127.0.0.1/" in mail.text, f"{mail.kind} has no link"


# ---- fields that no form offers -------------------------------------------------------------------------------------

# Names of columns, with what an attacker would want there.
WANTED = {
    "id": "4711", "status": "published", "state": "published", "role": "administrator", "roles": "administrator",
    "author_id": "4711", "person_id": "4711", "owner_id": "4711", "organisation_id": "4711", "author_name": "Amt",
    "moderator_id": "4711", "is_public": "1", "is_example": "1", "is_hidden": "1", "verified_at": "2020-01-01T00:00",
    "verified_how": "administrator", "verified_by": "4711", "confirmed_at": "2020-01-01T00:00", "merged_into_id": "4711",
    "published_at": "2020-01-01T00:00", "created_at": "2020-01-01T00:00", "deactivated_at": "2020-01-01T00:00",
    "expires_at": "2099-01-01T00:00", "support_count": "4711", "comment_count": "4711", "number": "XX-1",
    "slug": "mine", "public_version_id": "4711", "version_id": "4711", "password_hash": "x", "email_key": "x@x.example",
    "owner_public": "", "signoff": "1", "admin": "1", "grants": "administrator",
}  # fmt: skip


def held(thing: Any) -> dict[str, Any]:
    """The columns of a thing that an attacker would like to set."""
    return {name: getattr(thing, name) for name in WANTED if name in type(thing).__table__.columns}


def rights() -> tuple[int, int]:
    """How many roles and places in organisations there are."""
    counts = [
        core_db.session.execute(select(func.count()).select_from(table)) for table in (RoleGrant, OrganisationMember)
    ]
    return counts[0].scalar_one(), counts[1].scalar_one()


def unwanted(thing: Any) -> list[str]:
    """What of a new thing is as the attacker wanted it."""
    return [name for name, value in held(thing).items() if value and str(value)[:10] == WANTED[name][:10]]


def test_a_profile_takes_only_what_its_form_offers(client: Any, cast: Any, sign_in: Any) -> None:
    sign_in(client, cast.owner)
    before = held(cast.owner), rights()
    client.submit("/de/account/", {"name": "Olga Neu", **WANTED}, form='main form:has([name="name"])')
    assert cast.owner.name == "Olga Neu"
    assert (held(cast.owner), rights()) == before


def test_a_new_account_takes_only_what_its_form_offers(client: Any, outbox: Any, db: Any) -> None:
    fields = {"name": "Nora Neu", "email": "new@people.example", **WANTED}
    client.submit("/de/account/sign-up", fields, form='main form:has([name="email"])')
    link = next(url for url in paths(outbox.last()) if "/account/confirm/" in url)
    client.submit(link, WANTED)
    person = db.session.execute(select(Person).where(Person.email == "new@people.example")).scalar_one()
    roles = db.session.execute(select(RoleGrant.role).where(RoleGrant.person_id == person.id)).scalars().all()
    assert set(roles) <= {"participant"}
    assert not unwanted(person)


def test_an_organisation_takes_only_what_its_form_offers(client: Any, cast: Any, make: Any, sign_in: Any) -> None:
    make.member(cast.owner, cast.company, "manager")
    sign_in(client, cast.owner)
    before = held(cast.company), rights()
    fields = {"website": "https://feinwerk.example", **WANTED}
    response = client.submit(
        f"/de/organisations/{cast.company.slug}/edit", fields, form='main form:has([name="website"])'
    )
    assert response.status_code == 303
    assert cast.company.website == "https://feinwerk.example"
    assert (held(cast.company), rights()) == before


def test_an_idea_takes_only_what_its_form_offers(client: Any, cast: Any, make: Any, sign_in: Any, db: Any) -> None:
    make.consultation()
    sign_in(client, cast.owner)
    response = client.submit("/de/ideas/new", {"title": "Neu", "save": "1", **WANTED}, form="#idea-form")
    assert response.status_code == 303
    idea = db.session.execute(select(Idea)).scalar_one()
    assert (idea.status, idea.author_id, idea.number) == ("draft", cast.owner.id, None)
    assert idea.organisation_id in (None, cast.company.id)  # the form offers both
    assert not unwanted(idea)
    before = held(idea)
    client.submit(response.location, {"title": "Neuer", "save": "1", **WANTED}, form="#idea-form")
    assert held(idea) == before


def test_a_comment_takes_only_what_its_form_offers(client: Any, cast: Any, make: Any, sign_in: Any, db: Any) -> None:
    idea = make.idea(consultation=make.consultation(), author=cast.stranger)
    sign_in(client, cast.owner)
    before = held(idea)
    url = f"/de/comments/idea/{idea.number}/new"
    client.submit(url, {"body": "Das hilft.", **WANTED}, form='main form:has([name="body"])')
    comment = db.session.execute(select(Comment)).scalar_one()
    assert (comment.author_id, comment.subject_id) == (cast.owner.id, idea.id)
    assert comment.organisation_id in (None, cast.company.id)  # the form offers both
    assert not [name for name in unwanted(comment) if name != "status"]
    before["comment_count"] = idea.comment_count
    assert held(idea) == before


def test_an_offer_takes_only_what_its_form_offers(client: Any, cast: Any, make: Any, sign_in: Any) -> None:
    offer = Market(make, cast).offer()
    sign_in(client, cast.owner)
    before, owner = held(offer), (offer.owner_kind, offer.owner_id, offer.owner_key)
    form = 'main form:has([name="months"])'
    response = client.submit(f"/de/partners/{offer.slug}/edit", {"months": "6", **WANTED}, form=form)
    assert response.status_code == 303
    assert held(offer) == before
    assert (offer.owner_kind, offer.owner_id, offer.owner_key) == owner
