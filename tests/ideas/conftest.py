"""What the tests of ideas share: an open consultation, and a writer who fills the form as a browser does."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import select

from consult.ideas.models import Idea, IdeaDraft, IdeaVersion
from consult.ideas.versions import version_with_answers
from tests.support.page import Page, html


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
