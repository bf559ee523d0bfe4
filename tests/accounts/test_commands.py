"""Accounts from the shell, and the accounts of the demo."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from consult.accounts import demo, passwords, queries
from consult.accounts.cli import group
from consult.accounts.models import Person
from consult.core.dataset import dataset
from tests.support.mail import paths


@pytest.fixture
def users(app: Any, db: Any) -> Any:
    """`users("list")` runs the command as the shell does."""

    def run(*words: str, fails: bool = False) -> str:
        db.session.commit()
        result = app.test_cli_runner().invoke(group, list(words))
        db.session.expire_all()
        assert (result.exit_code != 0) is fails, result.output
        return str(result.output)

    return run


def test_an_account_is_made_with_the_role_participant(users: Any, outbox: Any) -> None:
    users("create", "--email", "a@region.example", "--password", "Uhrwerk Pflaume", "--confirmed")
    person = queries.person_by_email("a@region.example")
    assert person is not None
    assert person.is_active
    assert passwords.verify(person.password_hash, "Uhrwerk Pflaume")
    assert [grant.role for grant in queries.grants_of(person.id)] == ["participant"]
    assert len(outbox) == 0


def test_a_named_role_replaces_it(users: Any) -> None:
    users("create", "--email", "a@region.example", "--role", "moderator", "--role", "editor", "--confirmed")
    person = queries.person_by_email("a@region.example")
    assert person is not None
    assert [grant.role for grant in queries.grants_of(person.id)] == ["moderator", "editor"]


def test_without_mail_server_the_link_is_printed_and_works(users: Any, client: Any, outbox: Any) -> None:
    output = users("create", "--email", "a@region.example", "--language", "en")
    [link] = paths(outbox.last("a@region.example"))
    assert link in output
    client.submit(link)
    assert client.get("/en/account/").status_code == 200


@pytest.mark.parametrize(
    "words",
    [
        ("create",),
        ("create", "--email", "no address"),
        ("create", "--email", "a@region.example", "--role", "root"),
        ("grant", "nobody@region.example", "moderator"),
        ("deactivate", "nobody@region.example"),
    ],
)
def test_mistakes_end_with_an_error(users: Any, words: tuple[str, ...]) -> None:
    users(*words, fails=True)


def test_an_address_is_taken_once(users: Any) -> None:
    users("create", "--email", "a@region.example", "--confirmed")
    assert "already" in users("create", "--email", "A@region.example", fails=True)


def test_a_weak_password_is_taken_with_a_warning(users: Any) -> None:
    assert "Warning" in users("create", "--email", "a@region.example", "--password", "secret", "--confirmed")
    assert "deactivated" in users("deactivate", "a@region.example")
    users("deactivate", "a@region.example")
    assert "a@region.example\tdeactivated\tparticipant" in users("list")


def test_roles_are_given(users: Any, make: Any) -> None:
    make.person("Mona", email="mona@people.example")
    users("grant", "mona@people.example", "analyst")
    users("grant", "mona@people.example", "analyst", "--consultation", "3")
    assert "mona@people.example\tactive\tparticipant, analyst, analyst" in users("list")


def test_the_demo_accounts_are_those_of_the_contract(db: Any, client: Any) -> None:
    demo.load(dataset())
    demo.load(dataset())
    db.session.commit()
    expected = {
        "visitor": "participant", "company": "company", "colleague": "company", "outsider": "company",
        "author": "company", "approver": "company",
        "moderator": "moderator", "moderator2": "moderator", "cluster": "cluster", "editor": "editor",
        "analyst": "analyst", "analyst2": "analyst", "official": "official", "admin": "administrator",
    }  # fmt: skip
    for local, role in expected.items():
        person = queries.person_by_email(f"{local}@demo.example")
        assert person is not None
        assert person.is_active
        assert {grant.role for grant in queries.grants_of(person.id)} == {"participant", role}
    assert db.session.execute(select(func.count()).select_from(Person)).scalar_one() == len(expected)
    fields = {"email": "admin@demo.example", "password": "for-demo-tests-only"}
    assert client.submit("/de/account/sign-in", fields).status_code == 303
    assert client.get("/de/admin/").status_code == 200


def test_without_setting_the_demo_password_is_random_and_stays(
    app: Any, db: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = app.config["SETTINGS"]
    monkeypatch.setattr(settings, "demo_password", "")
    demo.load(dataset())
    first = demo.password()
    assert len(first) >= 16
    demo.load(dataset())
    assert demo.password() == first
    person = queries.person_by_email("visitor@demo.example")
    assert person is not None
    assert passwords.verify(person.password_hash, first)
    monkeypatch.setattr(settings, "demo_password", "the operator's choice")
    demo.load(dataset())
    assert passwords.verify(person.password_hash, "the operator's choice")
