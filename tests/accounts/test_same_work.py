"""Answers tell nothing of whether an address has an account: not by their words, and not by the time they take.

Time is not measured here but its causes are counted: the statements of a request by kind and table, the hashes, the mails
and the jobs must be the same for an address with an account, without one, unconfirmed and deactivated.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import select

from consult.accounts import operations, passwords
from consult.consultations.queries import questions_of
from consult.core import jobs
from consult.core.access import GUEST
from consult.ideas import tokens
from consult.ideas.drafting import Changes, save_draft, start_draft
from consult.ideas.operations import send
from tests.support.factories import PASSWORD
from tests.support.page import html
from tests.support.queries import count_queries

NOBODY = "nobody@people.example"
_STATEMENT = re.compile(r'^(\w+)\b.*?\b(?:from|into|update)\s+"?(\w+)', re.IGNORECASE | re.DOTALL)


def kinds(statements: Any) -> list[str]:
    """The statements of a request as "what table", in their order."""
    found = []
    for statement in statements:
        text = re.sub(r"\s+", " ", statement.strip())
        match = _STATEMENT.match(text) or re.match(r'^(update) "?(\w+)', text, re.IGNORECASE)
        found.append(f"{match[1].lower()} {match[2]}" if match else text[:60])
    return found


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The calls of the slow function; the work itself is done."""
    seen: list[str] = []

    class Counting:
        def hash(self, password: str) -> str:
            seen.append("hash")
            return real.hash(password)

        def verify(self, stored: str, password: str) -> bool:
            seen.append("verify")
            return bool(real.verify(stored, password))

        def __getattr__(self, name: str) -> Any:
            return getattr(real, name)

    real = passwords._hasher
    passwords._nobodys_hash()
    monkeypatch.setattr(passwords, "_hasher", Counting())
    return seen


@pytest.fixture
def addresses(make: Any, cast: Any, db: Any) -> list[str]:
    """An address of each sort: with password, without, never confirmed, deactivated, unknown."""
    people = [
        make.person("Mona", email="mona@people.example", password=PASSWORD),
        make.person("Ohne", email="ohne@people.example"),
        make.person("Gast", email="gast@people.example", confirmed=False),
        make.person("Fort", email="fort@people.example", password=PASSWORD),
    ]
    operations.deactivate(cast.actor(cast.admin), people[-1])
    return [*(person.email for person in people), NOBODY]


def test_every_address_costs_the_same_work(
    app: Any, db: Any, client: Any, new_client: Any, make: Any, cast: Any, sign_in: Any, outbox: Any,
    addresses: list[str], hashes: list[str],
) -> None:  # fmt: skip
    activity = make.activity("Werkstatt", capacity=9)
    project = make.project("Vorhaben", joining={"roles": [{"role": "expertise"}]}, joining_open=True)
    manager = make.person("Maria", organisation=cast.company, member_role="manager")
    consultation = make.consultation()
    waiting = start_draft(GUEST, consultation.id, tokens.new_key(), "de")
    question = questions_of(consultation.id)[0].id
    changes = Changes(fields={"title": "Ohne Konto"}, bodies={question: "Antwort."}, audiences={question: "public"})
    save_draft(waiting.id, changes, seen=0, tab="test")
    send(GUEST, waiting.id, email="erste@people.example", language="de")
    public = make.idea("Mit Konto", consultation=consultation, author=cast.owner)
    db.session.commit()
    owner, speaker = sign_in(new_client(), cast.stranger), sign_in(new_client(), manager)
    company = cast.company.slug
    doors: list[tuple[str, Any, str, dict[str, Any]]] = [
        ("link", client, "/de/account/sign-in", {"password": ""}),
        ("wrong password", client, "/de/account/sign-in", {"password": "not the right one"}),
        ("sign-up with password", client, "/de/account/sign-up", {"name": "Nora", "password": PASSWORD}),
        ("sign-up without", client, "/de/account/sign-up", {"name": "Nora", "password": ""}),
        ("reset", client, "/de/account/reset", {}),
        ("change of address", owner, "/de/account/address", {}),
        ("invitation", speaker, f"/de/organisations/{company}/members/invite", {"roles": ["author"]}),
        ("place", client, f"/de/activities/{activity.slug}/join", {"name": "Nora", "message": ""}),
        ("part", client, f"/de/projects/{project.slug}/join", {"name": "Nora", "message": "", "role": "expertise"}),
        ("an idea's address", client, f"/de/ideas/drafts/{tokens.draft_token(waiting.draft_key)}", {"resend": "1"}),
        ("coauthor", client, f"/de/ideas/status/{tokens.status_token(public.draft_key)}/coauthors", {"name": "Nora"}),
    ]
    faults = []
    for door, browser, path, fields in doors:
        seen: dict[str, Any] = {}
        for email in addresses:
            app.extensions["consult_limits"].local.storage.reset()
            page = browser.page(re.sub("/(invite|coauthors)$", "", path))
            token = page.select("main form [name=csrf_token]")[0]["value"]
            before, queued = len(outbox), _jobs(db)
            hashes.clear()
            with count_queries(app, warm=True) as queries:
                answer = browser.post(path, data={**fields, "email": email, "csrf_token": token})
            sent = [mail.recipient for mail in outbox[before:]]
            assert sent == ([] if door == "wrong password" else [email]), f"{door}: {email}: {answer.status} {sent}"
            words = html(answer).text.replace(email, "") if answer.status_code == 422 else ""
            seen[email] = (answer.status_code, answer.location, words, list(hashes), _jobs(db) - queued, kinds(queries))
        faults += [
            f"{door}: {email}: {found}\n  but {NOBODY}: {seen[NOBODY]}"
            for email, found in seen.items()
            if found != seen[NOBODY]
        ]
    assert not faults, "\n".join(faults)


def _jobs(db: Any) -> int:
    return len(db.session.execute(select(jobs.Job.id)).all())
