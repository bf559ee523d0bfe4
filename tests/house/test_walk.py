"""Every address with every role and with somebody else's things, and the table of who may.

`walk_table` says by hand who may come in, `walk_world` makes the things. What is refused is refused by its status, since
nothing is written then, and shows nothing of what only its people may read. `test_walk_attacks` holds the attacks.
"""

from __future__ import annotations

import contextvars
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text
from werkzeug.routing import Rule

from consult.clusters.models import ClusterManager
from consult.core.clock import now
from consult.core.db import db as core_db
from consult.core.web import path
from consult.ideas import tokens
from consult.programmes.models import Programme
from tests.house.walk_table import ALL, HIDDEN, LISTS, MODERATOR, NOBODY, ROLES, SEARCHED, SIGNED, TABLE
from tests.house.walk_world import RESTRICTED, SECRET, World

pytestmark = pytest.mark.sqlite

# Not decided by us: files that everyone may read.
FILES = {"static"}
REFUSED = (401, 403, 404, 410)
# What a walk changes on other people's things without harm: counters, and when something moved.
COUNTERS = {
    "support_count", "comment_count", "confirmed_count", "offered_count", "waiting_count", "last_position", "moved_at",
    "last_active_at", "last_seen_at",
}  # fmt: skip


def walkers(make: Any, cast: Any) -> dict[str, Any]:
    """The person of each reader; None is signed out."""
    manager = make.person("Nils Nachbar", roles=("cluster",))
    other = make.cluster("Andere Lichtregion", slug="andere-lichtregion", nuts1="DEF", country="DE")
    make.add(ClusterManager(cluster_id=other.id, person_id=manager.id, created_at=now()))
    elsewhere = make.person("Elsa Elsewhere", organisation=cast.ministry)
    place = make.consultation(slug="elsewhere")
    for role in ("moderator", "analyst", "official"):
        make.grant(elsewhere, role, place)
    people = {
        "visitor": None, "participant": cast.stranger, "company": cast.outsider, "cluster": manager,
        "moderator": cast.moderator, "editor": cast.editor, "analyst": cast.analyst, "official": cast.official,
        "administrator": cast.admin, "elsewhere": elsewhere,
    }  # fmt: skip
    assert tuple(people) == ROLES
    return people


class Walk:
    """The world, a signed-in browser for each reader, and a way to have everything as before for each request."""

    def __init__(self, app: Flask, database: Any, make: Any, cast: Any, sign_in: Callable[[Any, Any], Any]) -> None:
        self.app, self.database = app, database
        self.world = World(make, cast)
        self.browsers: dict[str, Any] = {}
        for who, person in walkers(make, cast).items():
            self.browsers[who] = app.test_client()
            if person is not None:
                sign_in(self.browsers[who], person)
        self.rows = [(one.__tablename__, one.id) for one in self.world.victims]
        core_db.session.commit()
        core_db.session.remove()
        database.keep("walk")

    def rules(self) -> list[Rule]:
        """The addresses that stand for a thing, as far as they are decided on."""
        found = [rule for rule in self.app.url_map.iter_rules() if rule.arguments - {"lang_code"}]
        return sorted((rule for rule in found if rule.endpoint in TABLE), key=lambda rule: rule.rule)

    def address(self, rule: Rule, hidden: bool = False) -> str:
        """The address of a rule with somebody else's thing."""
        language = {"lang_code": "de"} if "lang_code" in rule.arguments else {}
        with self.app.test_request_context("/de/"):
            values = self.world.values(rule.endpoint, rule.arguments - {"lang_code"}, hidden)
            return path(rule.endpoint, **language, **values)

    def ask(self, who: str, method: str, url: str, form: dict[str, str] | None = None) -> Any:
        """What this reader gets; what others wrote is taken back before."""
        if method != "GET":
            self.database.restore("walk")
        self.app.extensions["consult_limits"].local.storage.reset()
        return contextvars.Context().run(self.browsers[who].open, url, method=method, data=form)

    def others(self) -> list[dict[str, Any]]:
        """The rows of the victims as they are now, without counters."""
        with core_db.engine.connect() as connection:
            found = [
                connection.execute(text(f'select * from "{table}" where id = :id'), {"id": number}).mappings().one()
                for table, number in self.rows
            ]
        return [{name: value for name, value in row.items() if name not in COUNTERS} for row in found]


@pytest.fixture
def walk(own_app: Any, database: Any, make: Any, cast: Any, sign_in: Any) -> Walk:
    """Forms are taken without their token here, since what is asked is who may."""
    return Walk(own_app(WTF_CSRF_ENABLED=False), database, make, cast, sign_in)


def is_refused(response: Any) -> bool:
    """Refused, or sent to the form of signing in."""
    if response.status_code in (302, 303):
        return "/account/sign-in" in response.location or "/account/second-factor" in response.location
    return response.status_code in REFUSED


def fault(response: Any, may: bool) -> str:
    """What is wrong with an answer; "" if nothing is."""
    if response.status_code >= 500:
        return f"{response.status}"
    if may == is_refused(response):
        return f"{response.status}, but is {'invited' if may else 'a stranger'}"
    if not may and SECRET.encode() in response.get_data():
        return f"{response.status} with what only others may read"
    return ""


def test_every_address_that_stands_for_a_thing_is_decided_on(app: Flask) -> None:
    """A new endpoint fails here until `walk_table.TABLE` says who may; so does an entry without endpoint."""
    there = {rule.endpoint for rule in app.url_map.iter_rules() if rule.arguments - {"lang_code"}} - FILES
    decided = set(TABLE)
    assert not there - decided, f"say in tests/house/walk_table.py who may: {sorted(there - decided)}"
    assert not decided - there, f"no longer there: {sorted(decided - there)}"


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_who_may_with_other_peoples_things(walk: Walk, method: str) -> None:
    found = []
    for rule in walk.rules():
        if method not in (rule.methods or set()):
            continue
        expected = TABLE[rule.endpoint]
        url = walk.address(rule)
        for who in ROLES:
            response = walk.ask(who, method, url)
            if wrong := fault(response, who in expected):
                found.append(f"{method} {rule.endpoint} {url} as {who}: {wrong}")
            if RESTRICTED.encode() in response.get_data() and who != "official":
                found.append(f"{method} {rule.endpoint} {url} as {who}: an answer meant for the ministry")
    assert not found, "\n".join(found)


# Addresses with a thing below another one: which argument names the thing below.
BELOW = {
    "participation_id", "message_id", "membership_id", "person_id", "member_id", "grant_id", "link_id", "coauthor_id",
    "invitation_id", "request_id", "call", "response_id",
}  # fmt: skip
ALSO_BELOW = {"clusters.value_edit": "number", "clusters.value_end": "number"}
# What the forms behind these addresses ask for, so that none is refused for being empty.
FILLED = {
    "roles": "author", "act": "accept", "answer": "Ja.", "note": "Ja.", "reason": "Ja.", "text": "Ja.", "body": "Ja.",
    "title": "Ja", "value": "7", "status": "attended", "accept": "1", "confirm": "1", "decision": "accept",
}  # fmt: skip


def own_parents(walk: Walk, make: Any, cast: Any) -> dict[str, dict[str, Any]]:
    """For each room a thing of the walkers, below which the others' things are asked for."""
    for role in ("manager", "approver", "contact"):
        make.member(cast.outsider, cast.other_company, role)
    company = ("organisation", cast.other_company.id)
    activity = make.activity("Eigenes", organiser_kind=company[0], organiser_id=company[1])
    project = make.project("Eigenes")
    both = {"de": "E", "en": "E"}
    programme = walk.world.fill(Programme, slug="own", title=both, summary=both, kind="funding", level="state")
    idea = make.idea("Eigene", consultation=walk.world.consultation, author=cast.outsider)
    core_db.session.commit()
    walk.database.keep("walk")
    firm = {"slug": cast.other_company.slug}
    with walk.app.test_request_context("/de/"):
        token = tokens.status_token(idea.draft_key)
    return {
        "organisations": firm, "activities": {"slug": activity.slug}, "projects": {"slug": project.slug},
        "clusters": {"slug": "andere-lichtregion"}, "ideas": {"number": idea.number, "token": token},
        "programmes": {"slug": programme.slug}, "programmes_editorial": {"slug": programme.slug},
        "admin": {"person_id": cast.outsider.id}, "evaluation": {"slug": "elsewhere"},
    }  # fmt: skip


def test_a_thing_is_found_below_its_own_parent_only(walk: Walk, make: Any, cast: Any) -> None:
    """Somebody with every right on a thing of their own puts the number of another organisation's into its address."""
    own, found, asked = own_parents(walk, make, cast), [], set()
    before = walk.others()
    for rule in walk.rules():
        below = {ALSO_BELOW.get(rule.endpoint)} & rule.arguments or BELOW & rule.arguments
        above = own.get(rule.endpoint.partition(".")[0], {})
        if rule.endpoint == "ideas.revoke_late":
            above = {"slug": "elsewhere"}
        if len(rule.arguments - {"lang_code"}) < 2 or not below or not above:
            continue
        with walk.app.test_request_context("/de/"):
            values = walk.world.values(rule.endpoint, rule.arguments - {"lang_code"})
            values |= {name: value for name, value in above.items() if name in rule.arguments}
            url = path(rule.endpoint, lang_code="de", **values)
        asked.add(rule.endpoint)
        for method in sorted({"GET", "POST"} & (rule.methods or set())):
            for who in ROLES:
                response = walk.ask(who, method, url, FILLED if method == "POST" else None)
                wrong = fault(response, False)
                if wrong and response.status_code != 409:  # "this account does not speak for it", to editors
                    found.append(f"{method} {rule.endpoint} {url} as {who}: {wrong}")
                if method == "POST" and walk.others() != before:
                    found.append(f"{method} {rule.endpoint} {url} as {who} changed what belongs to others")
    assert not found, "\n".join(found)
    assert len(asked) >= 20, sorted(asked)


def test_what_is_not_public_cannot_be_guessed(walk: Walk) -> None:
    """The number, address or id of a text in draft or in moderation opens nothing."""
    found = []
    for rule in walk.rules():
        if rule.endpoint not in HIDDEN:
            continue
        url = walk.address(rule, hidden=True)
        for method in sorted({"GET", "POST"} & (rule.methods or set())):
            for who in ROLES:
                response = walk.ask(who, method, url)
                if wrong := fault(response, who in HIDDEN[rule.endpoint]):
                    found.append(f"{method} {rule.endpoint} {url} as {who}: {wrong}")
    assert not found, "\n".join(found)


def test_lists_show_nothing_of_others(walk: Walk) -> None:
    """Overviews, search, feeds and one's own pages: what only its people may read stands in those of its readers."""
    found = []
    for rule in walk.app.url_map.iter_rules():
        if "GET" not in (rule.methods or set()) or rule.arguments - {"lang_code"}:
            continue
        url = rule.rule.replace("<any(de, en):lang_code>", "de")
        for who in ROLES:
            if who in LISTS.get(rule.endpoint, NOBODY):
                continue
            response = walk.ask(who, "GET", f"{url}?q={SECRET[:10]}" if rule.endpoint in SEARCHED else url)
            shown = [word for word in (SECRET, RESTRICTED) if word.encode() in response.get_data()]
            if response.status_code >= 500 or shown:
                found.append(f"{rule.endpoint} {url} as {who}: {response.status} {shown}")
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("endpoint", "may", "may_hidden", "fields"),
    [
        ("moderation.look", MODERATOR, MODERATOR, {"kind": "idea"}),
        ("notifications.follow", SIGNED, NOBODY, {"kind": "idea", "act": "follow"}),
    ],
)
def test_things_named_in_a_form(
    walk: Walk, endpoint: str, may: frozenset[str], may_hidden: frozenset[str], fields: dict[str, str]
) -> None:
    """The thing stands in the form, not in the address: a published idea, and one that waits for its moderators."""
    idea, waiting = walk.world.published, walk.world.unpublished
    with walk.app.test_request_context("/de/"):
        url = path(endpoint, lang_code="de")
    for who in ROLES:
        for (number, key), expected in ((idea, who in may), (waiting, who in may_hidden)):
            response = walk.ask(who, "POST", url, {**fields, "id": str(number), "key": key})
            assert not fault(response, expected), f"{endpoint} {key} as {who}: {fault(response, expected)}"


def test_what_everybody_may_send_changes_nothing_of_others(walk: Walk) -> None:
    """Joining, leaving, following, supporting: each acts on what is one's own, whatever stands in the address."""
    walk.database.restore("walk")
    before, found, taken = walk.others(), [], 0
    for rule in walk.rules():
        if "POST" not in (rule.methods or set()) or TABLE[rule.endpoint] not in (ALL, SIGNED):
            continue
        for who in ("participant", "company", "administrator"):
            response = walk.ask(who, "POST", walk.address(rule))
            taken += response.status_code < 400
            for was, is_now in zip(before, walk.others(), strict=True):
                if was != is_now:
                    found.append(f"{rule.endpoint} as {who}: {was} became {is_now}")
    assert not found, "\n".join(found)
    assert taken, "nothing was sent at all"
