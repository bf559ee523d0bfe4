"""Writes about organisations: making one, places in it, the shipped facts and the demo."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from consult.accounts import demo
from consult.core.access import SYSTEM
from consult.core.dataset import dataset
from consult.core.errors import Invalid, Refused
from consult.core.i18n import in_language
from consult.organisations import loading, operations, queries, subjects
from consult.organisations.models import Organisation, OrganisationMember
from consult.organisations.rules import MEMBER_ROLES


def test_a_name_is_one_organisation_apart_from_case_and_accents(db: Any) -> None:
    first = operations.ensure_organisation(SYSTEM, "  Müller &  Söhne GmbH ", nuts="DEG0")
    assert (first.name["de"], first.slug, first.type, first.nuts) == (
        "Müller & Söhne GmbH",
        "mueller-soehne-gmbh",
        "company",
        "DEG0",
    )
    assert operations.ensure_organisation(SYSTEM, "MÜLLER & SÖHNE GMBH") is first
    other = operations.ensure_organisation(SYSTEM, "Müller und Söhne GmbH")
    assert other is not first
    assert operations.create_organisation(SYSTEM, {"de": "Müller Söhne GmbH"}).slug == "mueller-soehne-gmbh-2"
    for nothing in ("", "  ", "\x00"):
        with pytest.raises(Invalid):
            operations.ensure_organisation(SYSTEM, nothing)


def test_a_typed_name_links_members_only(cast: Any) -> None:
    owner, outsider = cast.actor(cast.owner), cast.actor(cast.outsider)
    assert queries.own_organisation(owner, "feinwerk SAALETAL") == cast.company.id
    assert queries.own_organisation(outsider, "Feinwerk Saaletal") is None
    assert queries.own_organisation(owner, "") is None


@pytest.mark.parametrize("role", MEMBER_ROLES)
def test_a_place_counts_at_once_and_is_given_once(db: Any, cast: Any, role: str) -> None:
    admin = cast.actor(cast.admin)
    member = operations.add_member(admin, cast.agency, cast.stranger, role)
    assert operations.add_member(admin, cast.agency, cast.stranger, role) is member
    [place] = queries.memberships_of(cast.stranger.id)
    assert (place.name, place.role, place.organisation_kind) == ("Clusteragentur Musterland", role, "agency")
    operations.remove_member(admin, member)
    assert queries.memberships_of(cast.stranger.id) == ()


def test_a_person_may_have_two_roles_in_one_place(cast: Any) -> None:
    admin = cast.actor(cast.admin)
    for role in ("contact", "approver"):
        operations.add_member(admin, cast.company, cast.stranger, role)
    assert {m.role for m in queries.memberships_of(cast.stranger.id)} == {"contact", "approver"}
    assert cast.actor(cast.stranger).organisation_ids == {cast.company.id}
    assert queries.member_ids(cast.company.id, "approver") == [cast.stranger.id]
    assert queries.member_ids(cast.company.id) == [cast.stranger.id]


def test_places_are_given_by_administrators_only(db: Any, cast: Any) -> None:
    for who in ("owner", "participant", "moderator", "official", "editor"):
        actor = cast.actor(getattr(cast, who))
        with pytest.raises(Refused):
            operations.add_member(actor, cast.ministry, cast.stranger)
    member = db.session.execute(select(OrganisationMember)).scalars().first()
    with pytest.raises(Refused):
        operations.remove_member(cast.actor(cast.owner), member)
    with pytest.raises(Invalid):
        operations.add_member(cast.actor(cast.admin), cast.ministry, cast.stranger, "owner")


def test_the_facts_are_loaded_once_with_their_sources(db: Any) -> None:
    loading.load_facts(dataset())
    db.session.flush()
    loading.load_facts(dataset())
    expected = dataset().records("organisations")
    assert db.session.execute(select(func.count()).select_from(Organisation)).scalar_one() == len(expected)
    agency = queries.organisation_by_slug("clusteragentur-bw")
    assert agency is not None
    assert (agency.kind, agency.nuts, agency.website) == ("agency", "DE11", "https://clusterportal-bw.de")
    assert agency.data["seat"]["source"]
    ministry = queries.organisation_by_slug("wm-bw")
    assert ministry is not None
    assert ministry.kind == "ministry"
    assert not agency.is_example


def test_the_demo_people_have_their_places(db: Any) -> None:
    demo.load(dataset())
    for _time in range(2):
        loading.load_demo(dataset())
    kinds = {}
    for local in ("company", "colleague", "outsider", "official", "analyst", "analyst2", "visitor"):
        person = loading.person_by_email(f"{local}@demo.example")
        assert person is not None
        kinds[local] = [(m.name, m.organisation_kind) for m in queries.memberships_of(person.id)]
    assert kinds["company"] == kinds["colleague"] == [("Beispiel-Sensorik GmbH", "")]
    assert kinds["outsider"] == [("Musterplast Spritzguss GmbH", "")]
    assert [kind for _name, kind in kinds["official"]] == ["ministry"]
    assert [kind for _name, kind in kinds["analyst"]] == ["agency"]
    assert kinds["visitor"] == []
    examples = db.session.execute(select(Organisation).where(Organisation.is_example)).scalars().all()
    assert all(one.name["de"].startswith(("Beispiel-", "Muster")) for one in examples)
    assert sum(one.signoff for one in examples) == 1


def test_as_a_subject(app: Any, cast: Any) -> None:
    with app.test_request_context("/en/"), in_language("en"):
        found = queries.describe([cast.company.id, 10**6])
        assert list(found) == [cast.company.id]
        described = found[cast.company.id]
        assert (described.title, described.region, described.public) == ("Feinwerk Saaletal", "DEG03", True)
        assert described.url == f"/en/organisations/{cast.company.slug}"
        assert queries.find(cast.company.slug) == cast.company.id
        assert queries.find("nothing") is None
        assert [one.id for one in queries.picker("saaletal fein", 10)] == [cast.company.id]
        assert queries.picker("100%_", 10) == []
    assert subjects.may_manage(cast.actor(cast.owner), cast.company.id) is False  # an approver does not speak for it
    assert [one.id for one in subjects.documents([cast.company.id])] == [cast.company.id]


def test_personal_data(db: Any, cast: Any) -> None:
    assert subjects.export(cast.owner.id)["places"][0]["role"] == "approver"
    subjects.erase(cast.owner.id)
    assert not any(subjects.export(cast.owner.id).values())
