"""Who was named while writing and could not be asked: the status page says so, why, and asks again."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from consult.core.limits import limits
from consult.ideas import coauthoring
from consult.ideas.models import IdeaCoauthor
from consult.ideas.tokens import status_token
from tests.ideas.conftest import the_idea
from tests.support.mail import paths
from tests.support.page import html

NAMED = "Otto Voll <Otto@firma.example>\nnora@firma.example\nada@firma.example"


def rows(db: Any) -> dict[str, str]:
    db.session.rollback()
    found = db.session.execute(select(IdeaCoauthor.email, IdeaCoauthor.status).order_by(IdeaCoauthor.id))
    return {row.email: row.status for row in found}


def test_who_could_not_be_asked_is_told_with_the_reason(
    client: Any, new_client: Any, write: Any, consultation: Any, outbox: Any, db: Any, clock: Any
) -> None:
    writer = write(client)
    writer.open()
    writer.send(
        "submit", {"title": "Halle teilen", "answer-1": "Gern.", "coauthors": NAMED, "email": "mia@firma.example"}
    )
    form = client.page(writer.url).form("form:has(input[name=email])")
    client.post(
        writer.url, data={**form, "email": "ada@firma.example", "resend": "1"}
    )  # the right address, named by mistake
    while limits().hit("confirmations.recipient", "otto@firma.example"):
        pass  # somebody had their mails of the day sent to Otto
    confirming = next(one for one in paths(outbox.last("ada@firma.example")) if "/ideas/confirm/" in one)
    page = html(new_client().submit(confirming, form="main form", follow_redirects=True))
    assert rows(db) == {
        "Otto@firma.example": "unasked",
        "nora@firma.example": "invited",
        "ada@firma.example": "is_author",
    }
    assert not outbox.to("Otto@firma.example") and outbox.to("nora@firma.example")
    told = " ".join(page.one("section[aria-labelledby=coauthors]").get_text(" ").split())
    assert told.count("Nicht gefragt") == 2 and "schon mehrere Mails geschickt" in told
    assert "Von dieser Adresse kam die Idee selbst" in told
    status = f"/de/ideas/status/{status_token(the_idea(db).draft_key)}"
    again = "form:has(input[value='Otto@firma.example'])"
    refused = client.submit(status, form=again)
    assert refused.status_code == 429 and "fragen Sie morgen" in html(refused).errors()["email"]
    assert int(refused.headers["Retry-After"]) > 0 and rows(db)["Otto@firma.example"] == "unasked"
    client.submit(status, form="li:-soup-contains('ada@firma.example') form[action$='/remove']")
    assert "ada@firma.example" not in rows(db), "nothing stays of who was never asked"
    clock.shift(days=1, minutes=1)
    assert client.submit(status, form=again).status_code == 303 and rows(db)["Otto@firma.example"] == "invited"
    link = next(one for one in paths(outbox.last("Otto@firma.example")) if "/ideas/invited/" in one)
    new_client().submit(link, {"name": "Otto Voll", "confirm": "1"}, form="main form")
    assert rows(db) == {"Otto@firma.example": "confirmed", "nora@firma.example": "invited"}


def test_who_is_signed_out_is_told_how_to_speak_for_an_organisation(
    make: Any, consultation: Any, new_client: Any, sign_in: Any, cast: Any, outbox: Any, db: Any
) -> None:
    idea = make.idea(consultation=consultation, author=cast.owner)
    coauthoring.invite(cast.actor(cast.owner), idea.id, cast.outsider.email, "")
    db.session.commit()
    address = next(one for one in paths(outbox.last(cast.outsider)) if "/ideas/invited/" in one)
    hint = "Wenn Sie für eine Organisation sprechen möchten, melden Sie sich bitte zuerst an"
    page = new_client().page(address)
    assert hint in page.text
    assert any("/account/sign-in?next=" in link and "invited" in link for link in page.links())
    assert hint not in sign_in(new_client(), cast.outsider).page(address).text
