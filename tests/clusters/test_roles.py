"""Who has which role in which project: the table, the equivalent list, one project, filters, and who may confirm."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from consult.clusters.roles_matrix import ROLES
from consult.core.clock import now
from consult.core.dataset import Dataset
from consult.core.i18n import in_language
from consult.core.registry import touch
from consult.links.models import Link
from consult.links.operations import refresh_all
from consult.links.relations import relation_label
from consult.links.sources import readable_source, sources
from tests.support.page import Page, plain_spaces
from tests.support.queries import count_queries
from tests.support.tables import file_rows

ADDRESS = "/de/clusters/roles"


def shipped(facts: Dataset) -> list[dict[str, Any]]:
    return [
        one
        for one in facts.records("relations")
        if one["type"] in ROLES and one["to"].startswith("project/") and one["from"].split("/")[0] != "project"
    ]


def names(facts: Dataset, language: str) -> dict[str, str]:
    """ "kind/id" -> its name."""
    found = {f"{kind[:-1]}/{one['id']}": one["name"][language] for kind in ("clusters", "organisations")
             for one in facts.records(kind)}  # fmt: skip
    found |= {f"project/{one['id']}": one["title"][language] for one in facts.records("projects")}
    return {key: plain_spaces(name) for key, name in found.items()}


def matrix(page: Page) -> dict[str, dict[str, str]]:
    """Actor -> project -> words of the cell, of those that are not empty."""
    heads = [plain_spaces(one.get_text()) for one in page.select("table.c-matrix thead th")]
    found = {}
    for row in page.select("table.c-matrix tbody tr"):
        cells = [plain_spaces(cell.get_text(" ")) for cell in row.select("td")]
        words = dict(zip(heads, cells, strict=True))
        found[plain_spaces(row.th.get_text())] = {name: said for name, said in words.items() if said}  # type: ignore[union-attr]
    return found


def listed(page: Page) -> dict[str, str]:
    return {plain_spaces(one.dt.get_text()): plain_spaces(one.get_text(" ")) for one in page.select(".c-obs > div")}  # type: ignore[union-attr]


def role(db: Any, actor: Any, project: Any, code: str = "partner_of", kind: str = "cluster", **columns: Any) -> Link:
    columns.setdefault("status", "stated")
    row = Link(
        type=code, from_kind=kind, from_id=actor.id, from_key=actor.slug, to_kind="project", to_id=project.id,
        to_key=project.slug, source=["quelle.example"], attributes={}, created_at=now(), **columns,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    touch(kind, actor.id)
    refresh_all()
    return row


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_role_of_every_record_is_found(client: Any, facts: Dataset, language: str) -> None:
    called, relations = names(facts, language), shipped(facts)
    assert len(relations) > 30
    page = client.page(f"/{language}/clusters/roles")
    table, beside = matrix(page), listed(page)
    assert sum(len(cells) for cells in table.values()) == len({(one["from"], one["to"]) for one in relations})
    for one in relations:
        actor, project = called[one["from"]], called[one["to"]]
        with in_language(language):
            label = relation_label(one["type"])
            cited = [plain_spaces(readable_source(source)) for source in sources(one)]
        assert label in table[actor][project]
        assert all(words in beside[actor] for words in (project, label, *cited))
        reverse = client.page(f"/{language}/clusters/roles?project={one['to'].split('/')[1]}")
        (row,) = [row for row in reverse.select("tbody tr") if plain_spaces(row.th.get_text()) == actor]  # type: ignore[union-attr]
        assert all(words in plain_spaces(row.get_text(" ")) for words in (label, *cited))
        assert project in reverse.h1


def test_filters_narrow_and_stand_in_the_address(client: Any, facts: Dataset) -> None:
    relations, called = shipped(facts), names(facts, "de")
    page = client.page(f"{ADDRESS}?role=contact_point_for")
    assert set(matrix(page)) == {called[one["from"]] for one in relations if one["type"] == "contact_point_for"}
    assert page.one("select[name=role] option[selected]")["value"] == "contact_point_for"
    organisations = client.page(f"{ADDRESS}?kind=organisation")
    assert set(matrix(organisations)) == {called[one["from"]] for one in relations if one["from"].startswith("org")}
    nobody = client.page(f"{ADDRESS}?standing=confirmed")
    assert "Keine Rolle passt zu Ihrer Auswahl" in nobody.text and ADDRESS in nobody.links("main a")
    choice = {str(one["value"]) for one in page.select("select[name=project] option")}
    assert choice == {"", *(one["to"].split("/")[1] for one in relations)}


@pytest.mark.parametrize(
    "query",
    ["", "role=partner_of", "kind=organisation", "role=contact_point_for&kind=cluster", "project=gibt-es-nicht"],
)
def test_files_hold_what_the_page_shows(client: Any, facts: Dataset, query: str) -> None:
    """All roles that were asked for in their order, page after page."""
    shown, address = [], f"{ADDRESS}?{query}"
    assert f"{address.rstrip('?')}{'&' if query else '?'}format=csv" in client.page(address).links("main .c-outlets a")
    rows = file_rows(client, address)
    while address:
        page = client.page(address)
        for line in page.select(".c-obs > div"):
            name = plain_spaces(line.dt.get_text())  # type: ignore[union-attr]
            shown += [(name, plain_spaces(part.get_text(" "))) for part in line.select("dd")]
        address = next((str(one["href"]) for one in page.select("main .c-pages a[rel=next]")), "")
    assert len(rows) == len(shown)
    for row, (name, words) in zip(rows, shown, strict=True):
        assert plain_spaces(row["name"]["de"]) == name and row["role_code"] in ROLES
        said = (row["project"], row["role"], row["standing"], *(row["source"] or ()))
        assert all(plain_spaces(one) in words for one in said if one), row


def test_a_project_as_a_file(client: Any, db: Any, make: Any) -> None:
    one, other, project = make.cluster("Eins", nuts1="DEG"), make.cluster("Zwei", nuts1="DE1"), make.project("Vorhaben")
    project.region = "DEG"
    touch("project", project.id)
    role(db, one, project, status="confirmed", confirmed_from_at=now(), confirmed_to_at=now(), as_of="2026-03")
    role(db, other, project, "supporter_of")
    role(db, other, make.project("Anderes"))
    told = file_rows(client, f"{ADDRESS}?project={project.slug}")
    assert [(row["id"], row["standing"], row["crosses_border"], row["as_of"]) for row in told] == [
        (one.slug, "von beiden Seiten bestätigt", False, "2026-03"), (other.slug, "nicht bestätigt", True, None),
    ]  # fmt: skip
    assert {row["project_url"] for row in told} == {f"http://127.0.0.1/de/projects/{project.slug}"}
    (row,) = file_rows(client, f"{ADDRESS}?project={project.slug}&standing=confirmed")
    assert row["url"] == f"http://127.0.0.1/de/clusters/{one.slug}"


def test_a_confirmed_role_is_told_apart(client: Any, db: Any, make: Any) -> None:
    one, other, project = make.cluster("Eins", nuts1="DEG"), make.cluster("Zwei", nuts1="DE1"), make.project("Vorhaben")
    project.region = "DEG"
    role(db, one, project, status="confirmed", confirmed_from_at=now(), confirmed_to_at=now())
    role(db, other, project, "supporter_of")
    page = client.page(ADDRESS)
    cells = {plain_spaces(row.th.get_text()): row.td for row in page.select("table.c-matrix tbody tr")}
    assert cells["Eins"]["class"] == ["in", "is-sure"] and cells["Zwei"]["class"] == ["on"]
    assert "von beiden Seiten bestätigt" in listed(page)["Eins"] and "nicht bestätigt" in listed(page)["Zwei"]
    assert set(matrix(client.page(f"{ADDRESS}?standing=confirmed"))) == {"Eins"}


@pytest.mark.parametrize("status", ["suggested", "declined", "ended"])
def test_what_is_not_public_is_not_shown(client: Any, db: Any, make: Any, status: str) -> None:
    role(db, make.cluster("Eins"), make.project("Vorhaben"), status=status)
    page = client.page(ADDRESS)
    assert not page.select("table") and "Noch hat niemand eine Rolle in einem Projekt" in page.text


def test_who_speaks_for_a_cluster_confirms_here(
    client: Any, db: Any, make: Any, cast: Any, sign_in: Any, new_client: Any
) -> None:
    person = make.person(roles=("participant", "cluster"))
    one = make.cluster("Eins", managers=[person])
    row = role(db, one, make.project("Vorhaben"))
    confirm = f"/de/links/{row.id}/confirm"
    assert confirm not in [str(form["action"]) for form in client.page(ADDRESS).select("main form")]
    own = sign_in(new_client(), person)
    page = own.page(ADDRESS)
    assert confirm in [str(form["action"]) for form in page.select("main form")]
    own.post(confirm, data=page.form(f"form[action='{confirm}']"))
    db.session.expire_all()
    assert db.session.get(Link, row.id).confirmed_from_at is not None
    assert confirm not in [str(form["action"]) for form in own.page(ADDRESS).select("main form")]


@pytest.mark.parametrize(
    "query",
    ["project=%00", "project=" + "x" * 5000, "project=<script>", "role=%00", "role=partner_of&role=x", "kind=idea",
     "standing=%ED%A0%80", "after=%00", "after=WzAsMSwyXQ", "after=" + "A" * 3000, "project[]=a", "x=1",
     "&".join(f"role=r{number}" for number in range(2000))],
)  # fmt: skip
def test_whatever_the_address_holds_there_is_a_page(client: Any, facts: Dataset, query: str) -> None:
    assert client.get(f"{ADDRESS}?{query}").status_code == 200


def test_an_unknown_project_shows_all(client: Any, facts: Dataset) -> None:
    page = client.page(f"{ADDRESS}?project=gibt-es-nicht")
    assert "Unter dieser Adresse haben wir kein Projekt" in page.text and page.select("table.c-matrix")


def test_few_queries_whatever_the_number_of_rows(app: Flask, client: Any, db: Any, make: Any, facts: Dataset) -> None:
    taken = {}
    for address in (ADDRESS, f"{ADDRESS}?project=allianz-industrie-40-bw"):
        with count_queries(app, at_most=8) as found:
            client.get(address)
        taken[address] = len(found)
    for number in range(30):
        role(db, make.cluster(f"Weiteres {number:02}"), make.project(f"Vorhaben {number:02}"))
    db.session.commit()
    for address, before in taken.items():
        with count_queries(app) as found:
            page = client.page(address)
        assert len(found) <= before, address  # fewer where a page holds clusters alone
    assert page.select("tbody tr")


def test_long_lists_are_paged_and_miss_nobody(client: Any, db: Any, make: Any) -> None:
    project = make.project("Vorhaben")
    for number in range(45):
        role(db, make.cluster(f"Eintrag {number:02}", slug=f"eintrag-{number:02}"), project)
    found: list[str] = []
    address = ADDRESS
    while address:
        page = client.page(address)
        found += list(matrix(page))
        following = page.select(".c-pages a[rel=next]")
        address = str(following[0]["href"]) if following else ""
    assert found == [f"Eintrag {number:02}" for number in range(45)]
