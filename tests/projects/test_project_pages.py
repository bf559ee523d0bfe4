"""Pages of projects: reading, the ladder of taking part, asking signed in and by mailed link, deciding."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from consult.core.db import db
from consult.core.errors import Conflict
from consult.notifications.queries import followers
from consult.projects import operations, queries
from consult.projects.models import Membership, Project
from tests.projects.crowd import led_by
from tests.support.mail import paths
from tests.support.page import html
from tests.support.queries import count_queries

pytestmark = pytest.mark.usefixtures("clock")

JOINING = {
    "roles": [{"role": "test-partner", "capacity": 1}, {"role": "expertise"}, {"role": "informed"}],
}


@pytest.fixture
def project(make: Any, cast: Any) -> Project:
    found: Project = make.project("Prüfstände", slug="pruefstaende", joining=JOINING, joining_open=True, region="DEG0")
    led_by(found, "organisation", cast.company)
    return found


def memberships(project: Project) -> list[tuple[str, str]]:
    """(degree, status) of all memberships in the order in which people asked."""
    rows = db.session.execute(
        select(Membership.role, Membership.status).where(Membership.project_id == project.id).order_by(Membership.id)
    )
    return [(role, status) for role, status in rows]


# ---- reading --------------------------------------------------------------------------------------------------------


def test_the_page_of_a_visitor_holds_no_form(client: Any, project: Project) -> None:
    response = client.get("/de/projects/pruefstaende")
    page = html(response)
    assert page.h1 == "Prüfstände"
    assert not page.select("form[method=post]") and not response.headers.getlist("Set-Cookie")
    rungs = [tag.get_text(strip=True) for tag in page.select(".c-ladder h3")]
    assert rungs == ["Auf dem Laufenden bleiben", "Fachwissen beitragen", "Testpartner"]
    assert "/de/projects/pruefstaende/join?role=test-partner" in page.links(".c-ladder a")
    assert "Thüringen" in page.text


def test_both_languages(client: Any, project: Project) -> None:
    assert "How you can take part" in client.page("/en/projects/pruefstaende").text
    assert "Wie Sie sich beteiligen können" in client.page("/de/projects/pruefstaende").text


def test_what_nobody_knows_is_said(client: Any, make: Any) -> None:
    make.project(slug="alt", data={"website": {"domain": "alt.example"}})
    page = client.page("/de/projects/alt")
    assert "Wie man sich an diesem Projekt beteiligt, wissen wir nicht" in page.text and "alt.example" in page.text
    assert client.get("/de/projects/alt/join").location == "/de/projects/alt"


def test_unknown_addresses(client: Any, project: Project) -> None:
    for path in ("nichts", "nichts/join"):
        assert client.get(f"/de/projects/{path}").status_code == 404
    assert client.get("/de/projects/pruefstaende/join/unbekannt").status_code == 410


def test_list_filters_and_order(client: Any, make: Any, project: Project) -> None:
    make.project("Österreichbrücke", countries=["AT"], region="DE21")
    make.project("Altbau")

    def titles(query: str = "") -> list[str]:
        return [tag.get_text(strip=True) for tag in client.page(f"/de/projects/?{query}").select(".c-idea h3 a")]

    assert titles() == ["Altbau", "Österreichbrücke", "Prüfstände"]
    assert titles("open=1") == ["Prüfstände"]
    assert titles("country=AT") == ["Österreichbrücke"]
    assert titles("region=DEG&region=DE2") == ["Österreichbrücke", "Prüfstände"]
    page = client.page("/de/projects/?country=AT&open=1")
    assert "Kein Projekt passt zu Ihrer Auswahl" in page.text and "Ohne »Österreich« ist es 1." in page.text


def test_every_project_is_reached_by_paging(client: Any, make: Any) -> None:
    for number in range(47):
        make.project(f"Projekt {number % 9} {number}")
    seen: list[str] = []
    url = "/de/projects/"
    while url:
        page = client.page(url)
        seen += page.links(".c-idea h3 a")
        url = next(iter(page.links("a[rel=next]")), "")
    assert len(seen) == len(set(seen)) == 47


def test_queries_do_not_grow(app: Any, client: Any, make: Any, cast: Any, sign_in: Any, project: Project) -> None:
    def more(number: int) -> None:
        for _one in range(number):
            make.project(joining=JOINING, joining_open=True)
            make.activity(project_id=project.id)
            make.add(Membership(project_id=project.id, person_id=make.person().id, role="expertise", status="accepted"))
            make.add(Membership(project_id=project.id, person_id=make.person().id, role="expertise", status="asked"))

    sign_in(client, cast.owner)
    more(3)
    counts = []
    for number in (0, 12):
        more(number)
        for path, budget in (("/de/projects/", 8), ("/de/projects/pruefstaende", 11)):  # cold: 3 of them are the reader
            client.get(path)
            with count_queries(app, at_most=budget) as found:
                assert client.get(path).status_code == 200
            counts.append(len(found))
    assert counts[:2] == counts[2:]


# ---- asking ---------------------------------------------------------------------------------------------------------


def test_ask_and_take_back(client: Any, sign_in: Any, cast: Any, project: Project, outbox: Any, run_jobs: Any) -> None:
    assert cast.owner  # belongs to the lead before anybody asks
    sign_in(client, cast.participant)
    page = client.page("/de/projects/pruefstaende?role=test-partner")
    fields = page.form()
    assert set(fields) == {"csrf_token", "role", "message"} and fields["role"] == "test-partner"
    response = client.submit(
        "/de/projects/pruefstaende?role=test-partner", {"message": "Wir haben ein Labor."}, form="form[action$='/join']"
    )
    assert response.status_code == 303
    page = client.page(response.location)
    assert "Ihr Angebot liegt bei der Projektleitung." in page.text and "Angefragt" in page.text
    assert memberships(project) == [("test-partner", "asked")]
    run_jobs()
    assert "Testpartner" in outbox.last(cast.owner).subject
    assert outbox.last(cast.participant).kind == "projects.asked"
    response = client.submit("/de/projects/pruefstaende", form="form[action$='/leave']", follow_redirects=True)
    assert "Diese Beteiligung ist beendet." in html(response).text
    assert memberships(project) == [("test-partner", "left")]


def test_staying_informed_needs_nobodys_consent(client: Any, sign_in: Any, cast: Any, project: Project) -> None:
    sign_in(client, cast.participant)
    assert client.page("/de/projects/pruefstaende").form()["role"] == "informed"  # the first one offered
    client.submit("/de/projects/pruefstaende", form="form[action$='/join']")
    client.submit("/de/projects/pruefstaende", {"role": "expertise"}, form="form[action$='/join']")
    assert memberships(project) == [("informed", "accepted"), ("expertise", "asked")]
    assert "1 ist dabei" in client.page("/de/projects/pruefstaende").text
    assert followers("project", project.id) == [cast.participant.id]
    client.submit("/de/projects/pruefstaende", form="form[action$='/leave']")
    assert followers("project", project.id) == []


@pytest.mark.parametrize("closed", [True, False])
def test_a_project_that_takes_nobody_is_followed_all_the_same(
    closed: bool, client: Any, new_client: Any, sign_in: Any, cast: Any, make: Any, project: Project
) -> None:
    """Where one can stay informed that is following; elsewhere there is a button of its own."""
    address = "/de/projects/pruefstaende"
    assert not client.page(address).links("a:-soup-contains('Anmelden und folgen')")
    if closed:
        project.joining_open = False
    else:
        address = f"/de/projects/{make.project('Funkwald').slug}"
    db.session.commit()
    [link] = new_client().page(address).links("a:-soup-contains('Anmelden und folgen')")
    assert link.startswith("/de/account/sign-in")
    sign_in(client, cast.participant)
    client.submit(address, form="form[action$='/follow']")
    project = queries.project_by_slug(address.rsplit("/", 1)[1])
    assert project is not None
    assert followers("project", project.id) == [cast.participant.id]
    project.joining_open = True
    client.submit(address, form="form[action$='/follow']")
    assert followers("project", project.id) == [], "who follows can stop, whatever the project takes by now"


def test_asking_twice_changes_nothing(make: Any, cast: Any, project: Project, outbox: Any) -> None:
    actor = make.actor(cast.participant)
    first = operations.join_project(actor, project.id, role="expertise", message="eins", language="de")
    again = operations.join_project(actor, project.id, role="expertise", message="zwei", language="de")
    assert again.membership.id == first.membership.id and not again.new and first.membership.message == "eins"
    assert len(outbox) == 1


def test_ask_by_confirmed_mail(client: Any, project: Project, outbox: Any) -> None:
    response = client.submit("/en/projects/pruefstaende/join?role=expertise", {"email": "guest@company.example"})
    assert response.status_code == 303 and client.page(response.location).h1 == "Please look into your inbox"
    assert memberships(project) == []
    link = next(path for path in paths(outbox.last("guest@company.example")) if "/join/" in path)
    assert "guest@company.example" in client.page(link).text
    assert memberships(project) == []
    assert client.submit(link).status_code == 303
    assert memberships(project) == [("expertise", "asked")]
    assert client.get(link).status_code == 410


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"message": "x" * 2001}, "message"),
        ({"email": "info@beispiel"}, "email"),
        ({"email": "\x00"}, "email"),
        ({"role": "chef"}, ""),
        ({"role": "co-lead"}, ""),  # exists, but this project does not look for it
    ],
)
def test_bad_fields_get_a_sentence(client: Any, project: Project, fields: dict[str, str], field: str) -> None:
    sent = {"message": "Bleibt stehen. <b>{{x}}</b>", "email": "gast@firma.example", **fields}
    response = client.submit("/de/projects/pruefstaende/join", sent)
    page = html(response)
    assert response.status_code == 422
    assert page.errors().get(field) if field else "Bitte wählen Sie einen Eintrag" in page.text
    assert sent["message"] in page.one("textarea[name=message]").get_text()


@pytest.mark.parametrize("signed_in", [True, False])
def test_closed_says_why_and_keeps_the_text(
    client: Any, sign_in: Any, cast: Any, project: Project, clock: Any, signed_in: bool
) -> None:
    if signed_in:
        sign_in(client, cast.participant)
    fields = client.page("/de/projects/pruefstaende/join").form()
    fields.update({"message": "Das habe ich lange geschrieben.", "email": "gast@firma.example"})
    project.joining_open = False
    response = client.post("/de/projects/pruefstaende/join", data=fields)
    page = html(response)
    assert response.status_code == 409 and "nimmt zurzeit niemanden auf" in page.text
    assert "Das habe ich lange geschrieben." in page.one("textarea").get_text()


# ---- deciding -------------------------------------------------------------------------------------------------------


def test_the_lead_decides(
    client: Any, new_client: Any, sign_in: Any, make: Any, cast: Any, project: Project, outbox: Any
) -> None:
    asked = operations.join_project(
        make.actor(cast.participant), project.id, role="test-partner", message="Wir haben ein Labor.", language="de"
    ).membership
    base = "/de/projects/pruefstaende/members"
    for other in (cast.stranger, cast.outsider, cast.moderator):
        assert sign_in(new_client(), other).get(base).status_code == 403
    assert sign_in(new_client(), cast.editor).get(base).status_code == 200
    sign_in(client, cast.owner)
    assert base in client.page("/de/projects/pruefstaende").links()
    assert "Wir haben ein Labor." in client.page(base).text
    response = client.submit(f"{base}/{asked.id}", {"outcome": "decline"})
    assert response.status_code == 422 and "Bitte schreiben Sie einen Satz" in html(response).text
    response = client.submit(f"{base}/{asked.id}", {"outcome": "accept", "note": "Willkommen."}, follow_redirects=True)
    assert "Paula Participant" in html(response).text
    assert memberships(project) == [("test-partner", "accepted")]
    letter = outbox.last(cast.participant)
    assert letter.kind == "projects.accepted" and "Willkommen." in letter.text
    assert (
        client.submit(f"{base}/{asked.id}", {"outcome": "end", "note": "Das Vorhaben ist fertig."}).status_code == 303
    )
    assert memberships(project) == [("test-partner", "ended")]
    assert client.get(f"{base}/99999").status_code == 404


def test_a_proposed_link_gives_no_right(make: Any, cast: Any, project: Project) -> None:
    led_by(project, "organisation", cast.other_company, status="proposed")
    led_by(project, "organisation", cast.agency, type="partner_of")
    assert queries.leads_of(project.id) == [("organisation", cast.company.id)]
    assert queries.people_speaking_for([]) == [] and cast.editor.id in queries.people_speaking_for([])
    assert queries.people_speaking_for([("cluster", cast.cluster.id)]) == [cast.editor.id]
    manager = cast.cluster_manager
    assert queries.people_speaking_for([("cluster", cast.cluster.id)]) == [manager.id]


def test_no_more_are_accepted_than_looked_for(client: Any, make: Any, cast: Any, project: Project) -> None:
    asked = [
        operations.join_project(make.actor(one), project.id, role="test-partner", message="", language="de").membership
        for one in (cast.participant, cast.stranger)
    ]
    lead = make.actor(cast.owner)
    operations.decide_membership(lead, project.id, asked[0].id, "accept", "")
    with pytest.raises(Conflict):
        operations.decide_membership(lead, project.id, asked[1].id, "accept", "")
    page = client.page("/de/projects/pruefstaende")
    assert "Der eine Platz ist vergeben." in page.text
    assert "/de/projects/pruefstaende/join?role=test-partner" not in page.links()


def test_erasure(make: Any, cast: Any, project: Project) -> None:
    from consult.projects import personal

    operations.join_project(
        make.actor(cast.participant), project.id, role="expertise", message="Privates", language="de"
    )
    assert personal.export(cast.participant.id)["projects"][0]["message"] == "Privates"
    personal.erase(cast.participant.id)
    db.session.expire_all()
    assert memberships(project) == [("expertise", "left")]
    assert "Privates" not in str(personal.export(cast.participant.id))
