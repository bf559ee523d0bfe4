"""What pages remember: comments and support leave what has nothing to do with them, and nothing old is shown after any."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from consult.core.unit import EVERYTHING, LASTING, ContentVersion
from consult.ideas import operations
from consult.ideas.models import Idea
from consult.organisations.models import Organisation

BOTH, VOICES, NEITHER = {EVERYTHING, LASTING}, {EVERYTHING}, set[int]()


def moved(db: Any, before: dict[int, int]) -> set[int]:
    """The versions that moved since, and note them anew."""
    db.session.rollback()
    after = {one.id: one.version for one in db.session.execute(select(ContentVersion)).scalars()}
    found = {one for one in BOTH if after.get(one, 0) != before.get(one, 0)}
    before.update(after)
    return found


def test_what_each_act_renews_and_that_every_reader_sees_it(
    client: Any, new_client: Any, cast: Any, sign_in: Any, make: Any, db: Any
) -> None:
    consultation = make.consultation(prefix="OR", slug="open-region", comment_mode="post")
    idea = make.idea("Prüfstand in Jena", consultation=consultation, author=cast.owner, byline="Olga Owner")
    number, idea_id = idea.number, idea.id
    db.session.commit()
    page, home, listed = f"/de/ideas/{number}", "/de/", "/de/ideas/"
    reader = new_client()
    sign_in(client, cast.participant)
    sign_in(reader, cast.colleague)
    before: dict[int, int] = {}

    def seen(address: str, selector: str) -> str:
        return " ".join(one.get_text(" ", strip=True) for one in reader.page(address).select(selector))

    def send(button: str, **values: str) -> None:
        form = client.page(page).form(f"form[action$='{button}']")
        assert client.post(f"{page}{button}", data={**form, **values}).status_code == 303

    def comment(body: str) -> None:
        form = client.page(page).form("form[action*='/comments/idea/']")
        assert client.post(f"/de/comments/idea/{number}", data={**form, "body": body}).status_code == 303

    def retitle() -> None:
        found = db.session.get(Idea, idea_id)
        found.title = "Prüfstände in Jena"
        db.session.commit()

    def rename() -> None:
        db.session.execute(select(Organisation)).scalars().first().name_key = "anders"
        db.session.commit()

    def withdraw() -> None:
        operations.withdraw(cast.actor(cast.owner), idea_id)
        db.session.commit()

    acts: list[tuple[Any, set[int], str, str, str]] = [
        (lambda: None, BOTH, page, "h1", "Prüfstand in Jena"),
        (lambda: send("/support", wanted="1"), VOICES, page, ".c-support", "1 unterstützt"),
        (lambda: None, NEITHER, listed, ".c-meta", "1 unterstützt"),
        (lambda: send("/follow", wanted="1"), NEITHER, home, ".c-idea", "1 unterstützt"),
        (lambda: comment("Guter Gedanke."), VOICES, page, ".c-comment", "Guter Gedanke."),
        (lambda: None, NEITHER, page, "aside", "Erster Kommentar"),
        (lambda: comment("Noch einer."), VOICES, listed, ".c-meta", "2 Kommentare"),
        (lambda: send("/support", wanted="0"), VOICES, page, ".c-support", "0 unterstützen"),
        (retitle, BOTH, home, ".c-idea h3", "Prüfstände in Jena"),
        (rename, BOTH, listed, ".c-list h2", "Prüfstände in Jena"),
        (withdraw, BOTH, listed, "h1", "Ideen"),
    ]
    for step, (act, expected, address, selector, words) in enumerate(acts):
        act()
        assert moved(db, before) == expected, step
        assert words in seen(address, selector), (step, seen(address, selector))
    assert reader.get(page).status_code == 410
