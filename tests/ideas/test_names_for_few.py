"""Whose an answer for agency or ministry is, those read who read the answer, and nobody else; the preview says so before."""

from __future__ import annotations

from typing import Any

import pytest

from consult.core.audiences import LABELS
from consult.core.i18n import in_language
from consult.ideas import drafting, operations
from tests.support.page import html

NAME = "Feinwerk Saaletal"
READERS = ("visitor", "participant", "moderator", "admin", "analyst", "official")
# audiences of the answers -> who reads the name, and the words beside it where it is not for everyone
CASES: dict[tuple[str, ...], tuple[set[str], str]] = {
    ("agency",): ({"analyst", "official"}, "agency"),
    ("ministry",): ({"official"}, "ministry"),
    ("agency", "ministry"): ({"analyst", "official"}, "agency"),
    ("anonymous", "ministry"): ({"official"}, "ministry"),
    ("anonymous",): (set(), ""),
    ("public", "ministry"): (set(READERS), ""),
}


def heading(page: Any) -> str:
    return " ".join(page.one(".c-pagehead > p.small").get_text(" ").split())


@pytest.mark.parametrize("audiences", CASES, ids="+".join)
def test_the_name_goes_with_the_answer(
    audiences: tuple[str, ...], make: Any, cast: Any, consultation: Any, db: Any, new_client: Any, sign_in: Any
) -> None:
    expected, audience = CASES[audiences]
    answers = {number: (f"Antwort {number}.", one) for number, one in enumerate(audiences, 1)}
    more = {"author": cast.owner, "organisation": NAME, "region": "DEG0"}
    idea = make.idea("Wer war es", consultation=consultation, answers=answers, **more)
    db.session.commit()
    with in_language("de"):
        label = str(LABELS[audience]) if audience else ""
    told = set()
    for who in READERS:
        client = new_client() if who == "visitor" else sign_in(new_client(), getattr(cast, who))
        answer = client.get(f"/de/ideas/{idea.number}")
        if answer.status_code == 404:
            continue
        line = heading(html(answer))
        if NAME in line:
            told.add(who)
            assert label in line
        else:
            assert line == "ohne Namen"
        for path in ("/de/ideas/", f"/api/v1/ideas/{idea.number}", "/feeds/de/ideas.atom", "/de/search?q=Antwort"):
            said = client.get(path, buffered=True).get_data(as_text=True)
            assert NAME not in said or "public" in audiences, (who, path)
    assert told == expected


@pytest.mark.parametrize("audiences", CASES, ids="+".join)
def test_the_preview_says_who_reads_the_name(audiences: tuple[str, ...], writer: Any, client: Any) -> None:
    expected, _audience = CASES[audiences]
    writer.open()
    fields = {"title": "Wer war es", "organisation": NAME, "region": "DEG0"}
    for number, one in enumerate(audiences, 1):
        fields |= {f"answer-{number}": "Ein Text.", f"audience-{number}": one}
    writer.send("save", fields)
    lines = {one: heading(client.page(f"{writer.url}/preview?as={one}")) for one in ("public", "agency", "ministry")}
    readers = {"public": "visitor", "agency": "analyst", "ministry": "official"}
    assert {one for one in lines if NAME in lines[one]} == {one for one in lines if readers[one] in expected}
    for one, line in lines.items():
        assert line == "ohne Namen" or ("Thüringen" in line) is ("public" in audiences), one


def test_the_preview_of_a_new_version_names_its_author(
    make: Any, cast: Any, consultation: Any, db: Any, client: Any
) -> None:
    """Also where the author is known by the link alone, and with those who stand for it, too."""
    from consult.ideas.tokens import draft_token

    idea = make.idea("Allein", consultation=consultation, author=cast.participant)
    db.session.commit()
    public = heading(client.page(f"/de/ideas/{idea.number}"))
    shown = heading(client.page(f"/de/ideas/drafts/{draft_token(idea.draft_key)}/preview"))
    assert cast.participant.name and public.startswith(cast.participant.name) and shown == public


def test_the_preview_shows_what_the_idea_will_be_linked_to(writer: Any, client: Any, cast: Any) -> None:
    """The page will, beside the text; whoever will see nothing of the idea is shown none of it."""
    writer.open()
    fields = {"title": "Gemeinsam", "answer-1": "Ein Text.", "audience-1": "agency", "clusters": [str(cast.cluster.id)]}
    writer.send("save", fields)
    lines = {}
    for reader in ("public", "agency"):
        page = client.page(f"{writer.url}/preview?as={reader}")
        lines[reader] = [link for link in page.links() if "/clusters/" in link and link != "/de/clusters/"]
    assert not lines["public"] and len(lines["agency"]) == 1


def test_its_page_leads_them_to_no_error(
    make: Any, cast: Any, consultation: Any, db: Any, client: Any, sign_in: Any
) -> None:
    """Versions are told apart for everybody or for its authors: who alone reads an idea has the one that stands."""
    answers = {1: ("Erst so.", "agency")}
    idea = make.idea("Intern", consultation=consultation, author=cast.participant, answers=answers)
    drafting.save_draft(idea.id, drafting.Changes(fields={"title": "Intern, neu"}), tab="a")
    operations.send(cast.actor(cast.participant), idea.id, email="", language="de")
    make.decide("idea", idea.id, "publish")
    db.session.commit()
    page = sign_in(client, cast.analyst).page(f"/de/ideas/{idea.number}")
    assert "Fassung 2" in page.one(".c-time").get_text()
    assert all(client.get(one).status_code < 400 for one in page.links("main a") if one.startswith("/"))
