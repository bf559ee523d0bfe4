"""What the tests of ideas share: an open consultation, a writer who fills the form as a browser does, and a house in which
ideas wait for their release."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import select

from consult.ideas.models import Idea, IdeaDraft, IdeaVersion
from consult.ideas.versions import version_with_answers
from tests.support.page import Page, html

NAME = "Beispiel-Feinmechanik GmbH"
FILLED = {"title": "Messraum teilen", "answer-1": "Wir teilen unseren Messraum.", "organisation": NAME}


@pytest.fixture
def consultation(make: Any) -> Any:
    """An open consultation with five questions."""
    return make.consultation(prefix="OR", slug="open-region")


class Writer:
    """Somebody at the writing form, without JavaScript."""

    def __init__(self, client: Any, language: str = "de") -> None:
        self.client = client
        self.language = language
        self.url = ""

    def open(self, query: str = "") -> Page:
        self.url = f"/{self.language}/ideas/new{query}"
        return self.client.page(self.url)

    def send(self, button: str, fields: dict[str, Any] | None = None, value: str = "1", **kwargs: Any) -> Any:
        """Fill the form at `url` and press a button; follows to the page that answers."""
        page = self.client.page(self.url)
        form = page.form("#idea-form")
        form.update(fields or {})
        form[button] = value
        action = str(page.one("#idea-form")["action"])
        kwargs.setdefault("follow_redirects", True)
        response = self.client.post(action, data=form, **kwargs)
        if response.request.path.startswith(f"/{self.language}/ideas/drafts/"):
            self.url = response.request.path
        return response


@pytest.fixture
def writer(client: Any, consultation: Any) -> Writer:
    """A visitor at the German form."""
    assert consultation is not None
    return Writer(client)


@pytest.fixture
def write(client: Any) -> Any:
    """`write(client)` for further people at the form."""
    return Writer


def the_idea(db: Any) -> Idea:
    """The only idea there is, read anew."""
    db.session.rollback()
    found: Idea = db.session.execute(select(Idea).execution_options(populate_existing=True)).scalar_one()
    return found


def the_draft(db: Any) -> IdeaDraft | None:
    """The only draft there is, read anew; None if there is none."""
    db.session.rollback()
    found: IdeaDraft | None = db.session.execute(
        select(IdeaDraft).execution_options(populate_existing=True)
    ).scalar_one_or_none()
    return found


def versions(db: Any, idea: Idea) -> list[IdeaVersion]:
    """All versions of an idea with their answers, oldest first."""
    ids = db.session.execute(select(IdeaVersion.id).where(IdeaVersion.idea_id == idea.id).order_by(IdeaVersion.number))
    return [version_with_answers(one) for one in ids.scalars()]


def number_on(response: Any) -> str:
    """The idea's number that a page shows."""
    found = re.search(r"OR-\d{4}-\d{5}", html(response).text)
    assert found, html(response).text[:500]
    return found[0]


# ---- sign-off -------------------------------------------------------------------------------------------------------


class House:
    """A company with sign-off: who writes, two who release, a contact, and somebody of another company."""

    def __init__(self, make: Any) -> None:
        self.company = make.organisation(NAME, signoff=True)
        other = make.organisation("Andere Firma", signoff=True)
        self.author = make.person("Anna Autorin")
        self.approver = make.person("Frieda Freigabe")
        self.manager = make.person("Max Sprecher")
        self.contact = make.person("Karl Kontakt")
        self.colleague = make.person("Carla Kollegin")
        self.outsider = make.person("Olaf Außen")
        self.guest = None
        for person, role in (
            (self.author, "author"), (self.colleague, "author"), (self.approver, "approver"), (self.manager, "manager"),
            (self.contact, "contact"),
        ):  # fmt: skip
            make.member(person, self.company, role)
        make.member(self.outsider, other, "manager")


@pytest.fixture
def house(make: Any, db: Any) -> House:
    found = House(make)
    db.session.commit()
    return found


@pytest.fixture
def as_(new_client: Any, sign_in: Any) -> Any:
    """`as_(person)`: a client of this person; of nobody for None."""
    return lambda person: sign_in(new_client(), person) if person is not None else new_client()


@pytest.fixture
def send(as_: Any, write: Any, consultation: Any) -> Any:
    """`send(person, **fields)`: write an idea through the form and send it; returns the answer."""

    def run(person: Any, **fields: Any) -> Any:
        writer = write(as_(person))
        writer.open()
        return writer.send("submit", {**FILLED, **fields})

    return run


@pytest.fixture
def waiting(send: Any, house: House, db: Any) -> Idea:
    """An idea of the author's that waits for its release."""
    send(house.author)
    idea = the_idea(db)
    assert idea.status == "awaiting_release"
    return idea
