"""A link of an idea is read from both of its ends, whichever way it leads; what others say alone waits for its word."""

from __future__ import annotations

from typing import Any

from consult.core.registry import registries
from consult.links.operations import confirm
from consult.links.proposing import propose_between

TITLE = "Prüfstand teilen"


def test_what_an_idea_says_stands_on_its_page_and_at_the_other_end(
    make: Any, cast: Any, consultation: Any, client: Any, db: Any
) -> None:
    idea = make.idea(TITLE, consultation=consultation, author=cast.owner)
    own, project = ("idea", idea.id), make.project("Ringversuch", slug="ringversuch")
    country = registries.subjects["country"].find("NL")
    assert country is not None
    propose_between(cast.actor(cast.owner), ("project", project.id), own, "funds")
    propose_between(cast.actor(cast.owner), own, ("country", country), "pilot_site")
    db.session.commit()
    page = client.page(f"/de/ideas/{idea.number}")
    assert "erhält Mittel von" in page.text and "Ringversuch" in page.text and "Niederlande" in page.text
    for address in ("/de/projects/ringversuch", "/de/clusters/countries?country=NL"):
        assert TITLE in client.page(address).text
    assert "/de/clusters/countries?country=NL" in client.page("/de/clusters/?country=NL").links("main a")
    assert TITLE not in client.page("/de/clusters/countries?country=AT").text


def test_what_others_say_of_an_idea_waits_for_its_word(
    make: Any, cast: Any, consultation: Any, client: Any, db: Any
) -> None:
    idea = make.idea(TITLE, consultation=consultation, author=cast.owner)
    other = make.idea("Messreihe", consultation=consultation, author=cast.stranger)
    link = propose_between(cast.actor(cast.stranger), ("idea", other.id), ("idea", idea.id), "complements")
    db.session.commit()
    assert "Messreihe" not in client.page(f"/de/ideas/{idea.number}").text
    confirm(cast.actor(cast.owner), link)
    db.session.commit()
    assert "Messreihe" in client.page(f"/de/ideas/{idea.number}").text
    assert client.page(f"/en/ideas/{idea.number}").select('.c-time a[lang="de"]')
