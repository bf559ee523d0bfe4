"""The profile: entering an organisation, duplicates, changing it together, verification, moderation, merging."""

from __future__ import annotations

from typing import Any

import pytest

from consult.core.registry import registries
from consult.organisations import merging, profile, queries
from consult.organisations.models import OrganisationMember
from tests.support.page import html

NEW = "/de/organisations/new"
FIELDS = {
    "name_de": "Präzisionsoptik Gera",
    "type": "company",
    "website": "www.praezisionsoptik.example",
    "sector": "C",
}


def test_whoever_enters_one_speaks_for_it(client: Any, sign_in: Any, cast: Any) -> None:
    sign_in(client, cast.stranger)
    response = client.submit(NEW, FIELDS)
    assert response.status_code == 303
    organisation = queries.organisation_by_slug("praezisionsoptik-gera")
    assert organisation.website == "https://www.praezisionsoptik.example"
    assert set(queries.member_ids(organisation.id, "manager")) == {cast.stranger.id}
    assert "Noch nicht bestätigt" in client.page(response.location).text


def test_an_address_of_its_domain_confirms_it(client: Any, sign_in: Any, make: Any) -> None:
    person = make.person("Petra", email="petra@praezisionsoptik.example")
    sign_in(client, person)
    page = client.page(client.submit(NEW, FIELDS).location)
    assert "Bestätigt durch eine E-Mail-Adresse ihrer Domain" in page.text


@pytest.mark.parametrize("kind", ["state-ministry", "federal-ministry", "state-agency", "agency-operator"])
def test_nobody_makes_a_ministry_of_themselves(client: Any, sign_in: Any, cast: Any, kind: str) -> None:
    """The type decides who reads what is not public."""
    sign_in(client, cast.stranger)
    assert client.submit(NEW, {**FIELDS, "type": kind}).status_code == 422
    client.submit(NEW, FIELDS)
    edit = "/de/organisations/praezisionsoptik-gera/edit"
    assert client.submit(edit, {"type": kind}).status_code == 422
    assert queries.organisation_by_slug("praezisionsoptik-gera").type == "company"


@pytest.mark.parametrize(
    "name",
    ["Präzisionsoptik Gera GmbH", "praezisionsoptik gera", "Gera Präzisionsoptik", "Präzisions-Optik Gera e. V."],
)
def test_what_may_be_there_already_is_asked_about(client: Any, sign_in: Any, cast: Any, make: Any, name: str) -> None:
    known = make.organisation("Präzisionsoptik Gera")
    sign_in(client, cast.stranger)
    response = client.submit(NEW, {**FIELDS, "name_de": name, "website": "", "short_name": "PG"})
    assert response.status_code == 422
    page = html(response)
    assert page.select(f"main a[href$='/{known.slug}/join']")
    assert page.one("#short_name")["value"] == "PG"
    values = page.form_values(page.one("main form[method=post]"))
    assert client.post(NEW, data={**values, "anyway": "y"}).status_code == 303


def test_another_name_is_not_asked_about(client: Any, sign_in: Any, cast: Any, make: Any) -> None:
    make.organisation("Spritzguss Suhl")
    sign_in(client, cast.stranger)
    assert client.submit(NEW, FIELDS).status_code == 303


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name_de": ""}, "name_de"),
        ({"name_de": "x" * 161}, "name_de"),
        ({"type": "unbekannt"}, "type"),
        ({"website": "kein wort"}, "website"),
        ({"website": "javascript:alert(1)"}, "website"),
        ({"nuts": "XX"}, "nuts"),
        ({"description_de": "x" * 2001}, "description_de"),
    ],
)
def test_what_is_wrong_is_said_at_the_field(
    client: Any, sign_in: Any, cast: Any, fields: dict[str, str], field: str
) -> None:
    sign_in(client, cast.stranger)
    response = client.submit(NEW, {**FIELDS, "short_name": "Kurz", **fields})
    assert response.status_code == 422
    page = html(response)
    assert page.one(f"#{field}")["aria-invalid"] == "true"
    assert page.one("#short_name")["value"] == "Kurz"


def test_of_two_who_change_it_the_second_keeps_the_text(
    client: Any, new_client: Any, sign_in: Any, cast: Any, make: Any, db: Any
) -> None:
    sign_in(client, cast.stranger)
    client.submit(NEW, FIELDS)
    edit = "/de/organisations/praezisionsoptik-gera/edit"
    page = client.page(edit)
    values = page.form_values(page.one("main form[method=post]"))
    assert client.post(edit, data={**values, "short_name": "Erste"}).status_code == 303
    response = client.post(edit, data={**values, "short_name": "Zweite", "description_de": "Mein Text"})
    assert response.status_code == 409
    again = html(response)
    assert again.one("#description_de").text.strip() == "Mein Text"
    assert client.post(edit, data=again.form_values(again.one("main form[method=post]"))).status_code == 303


def test_another_domain_ends_the_confirmation(client: Any, sign_in: Any, make: Any) -> None:
    person = make.person("Petra", email="petra@praezisionsoptik.example")
    sign_in(client, person)
    client.submit(NEW, FIELDS)
    client.submit("/de/organisations/praezisionsoptik-gera/edit", {"website": "https://andere.example"})
    assert queries.organisation_by_slug("praezisionsoptik-gera").verified_at is None


# ---- moderation -----------------------------------------------------------------------------------------------------


def test_a_hidden_profile_shows_its_name_only(client: Any, make: Any, cast: Any, db: Any) -> None:
    firm = make.organisation(
        "Grell GmbH", website="https://grell.example", description={"de": "Grelle Werbung", "en": ""}
    )
    kind = registries.moderated["organisation"]
    assert kind.outcomes(firm.id, None) == ("hide",)
    profile_url = f"/de/organisations/{firm.slug}"
    assert "Grelle Werbung" in client.page(profile_url).text
    from consult.organisations.review import _set

    _set(firm.id, True)
    db.session.commit()
    page = client.page(profile_url)
    assert "Grelle Werbung" not in page.text
    assert "grell.example" not in page.text
    assert "Grelle Werbung" not in client.page("/de/search?q=Grelle").one("main").text
    assert kind.outcomes(firm.id, None) == ("restore",)


# ---- merging --------------------------------------------------------------------------------------------------------


def test_two_entries_become_one_and_two_again(client: Any, make: Any, cast: Any, db: Any) -> None:
    admin = cast.actor(cast.admin)
    old, new = make.organisation("Alte Optik"), make.organisation("Neue Optik")
    both, only = make.person("Beide"), make.person("Nur alt")
    for person, place in ((both, old), (both, new), (only, old)):
        db.session.add(OrganisationMember(person_id=person.id, organisation_id=place.id, role="author"))
    db.session.commit()
    idea = make.idea("Werkbank", consultation=make.consultation(), author=only, organisation="Alte Optik")
    merging.merge(admin, old, new)
    db.session.commit()
    assert queries.member_ids(new.id) == sorted([both.id, only.id])
    assert queries.member_ids(old.id) == []
    db.session.refresh(idea)
    assert idea.organisation_id == new.id
    response = client.get(f"/de/organisations/{old.slug}")
    assert (response.status_code, response.location) == (301, f"/de/organisations/{new.slug}")
    assert old.id not in [one.id for one in queries.all_organisations()]
    merging.unmerge(admin, old)
    db.session.commit()
    db.session.refresh(idea)
    assert idea.organisation_id == old.id
    assert queries.member_ids(old.id) == sorted([both.id, only.id])
    assert queries.member_ids(new.id) == [both.id]


@pytest.mark.parametrize(("who", "status"), [("admin", 303), ("moderator", 403), ("owner", 403)])
def test_the_administration_merges_and_confirms(
    client: Any, sign_in: Any, make: Any, cast: Any, who: str, status: int
) -> None:
    old, new = make.organisation("Alte Optik"), make.organisation("Neue Optik")
    sign_in(client, getattr(cast, who))
    token = client.page("/de/account/").select("input[name=csrf_token]")[0]["value"]
    base = f"/de/admin/organisations/{old.id}"
    assert client.post(f"{base}/verify", data={"csrf_token": token, "on": "1"}).status_code == status
    fields = {"csrf_token": token, "target": f"https://anderswo.example/de/organisations/{new.slug}"}
    assert client.post(f"{base}/merge", data=fields).status_code == status
    if status == 303:
        assert client.post(f"{base}/merge", data=fields).status_code == 409
        assert client.post(f"{base}/unmerge", data={"csrf_token": token}).status_code == 303
        assert client.post(f"{base}/merge", data={**fields, "target": old.slug}).status_code == 422
        assert client.post(f"{base}/merge", data={**fields, "target": "gibt-es-nicht"}).status_code == 422
        assert client.get("/de/admin/organisations?q=optik").status_code == 200


def test_common_words_make_no_likeness() -> None:
    assert profile._bare("beispiel gmbh & co. kg") == "beispiel"
