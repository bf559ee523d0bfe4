"""Projects and activities kept in the browser: who may, places that are never too few, letters about what changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from consult.core.audit import AuditRow
from consult.core.clock import LOCAL, now
from consult.core.db import db
from consult.core.errors import Conflict, DomainError, Invalid, Refused
from consult.projects import activity_operations, editing, jobs, places, rules
from consult.projects.editing import When
from consult.projects.machines import ACTIVITY
from consult.projects.models import Activity, Membership, Participation, Project
from tests.projects.crowd import counters_are_true, hosts, join, led_by, put, statuses
from tests.support.page import html
from tests.support.queries import count_queries

pytestmark = pytest.mark.usefixtures("clock")

ACTIVITIES, PROJECTS = "/de/editorial/activities", "/de/editorial/projects"


def values_of(activity: Activity, **changes: Any) -> tuple[dict[str, Any], dict[str, Any], When]:
    texts = {"title": activity.title, "summary": activity.summary}
    names = ("kind", "city", "country", "venue", "format", "capacity", "held_back", "registration", "registration_until",
             "waiting_list", "host_accepts", "organiser_kind", "organiser_id", "project_id")  # fmt: skip
    when = When(
        changes.pop("starts_at", activity.starts_at), changes.pop("ends_at", activity.ends_at), activity.precision
    )
    return texts, {**{name: getattr(activity, name) for name in names}, **changes}, when


def save(actor: Any, activity: Activity, **changes: Any) -> bool:
    texts, values, when = values_of(activity, **changes)
    return editing.save_activity(actor, activity.id, activity.revision, texts, values, when)[1]


# ---- who may --------------------------------------------------------------------------------------------------------


def _contact(make: Any, cast: Any) -> Any:
    return make.person("Kontakt", roles=("company",), organisation=cast.company, member_role="contact")


WHO: dict[str, Callable[[Any, Any], Any]] = {
    "editor": lambda _make, cast: cast.editor,
    "cluster manager": lambda _make, cast: cast.cluster_manager,
    "other manager": lambda make, _cast: make.cluster(managers=[found := make.person(roles=("cluster",))]) and found,
    "author": lambda _make, cast: cast.colleague,
    "contact": _contact,
    "outsider": lambda _make, cast: cast.outsider,
    "participant": lambda _make, cast: cast.participant,
    "moderator": lambda _make, cast: cast.moderator,
    "admin": lambda _make, cast: cast.admin,
}
# (who, what) that is allowed; all else is refused. The cluster hosts the one activity, the company the other.
ALLOWED = {
    ("editor", "cluster's"), ("editor", "company's"), ("editor", "project"), ("editor", "enter for the cluster"),
    ("editor", "enter project"), ("cluster manager", "cluster's"), ("cluster manager", "enter for the cluster"),
    ("author", "company's"), ("author", "project"),
}  # fmt: skip


@pytest.mark.parametrize("what", ["cluster's", "company's", "project", "enter for the cluster", "enter project"])
@pytest.mark.parametrize("who", WHO)
def test_who_keeps_what(make: Any, cast: Any, who: str, what: str) -> None:
    actor = make.actor(WHO[who](make, cast))
    cluster, company = cast.cluster, cast.company
    ours = make.activity(organiser_kind="cluster", organiser_id=cluster.id)
    theirs = make.activity(organiser_kind="organisation", organiser_id=company.id)
    project = make.project()
    led_by(project, "organisation", company)
    texts = {"title": {"de": "Neu"}, "summary": {"de": "Neu"}}
    acts: dict[str, Callable[[], Any]] = {
        "cluster's": lambda: save(actor, ours),
        "company's": lambda: save(actor, theirs),
        "project": lambda: editing.save_project(actor, project.id, 1, texts, {}, None),
        "enter for the cluster": lambda: editing.create_activity(actor, texts, *values_of(ours)[1:]),
        "enter project": lambda: editing.create_project(actor, texts, {}, []),
    }
    if (who, what) in ALLOWED:
        acts[what]()
    else:
        with pytest.raises(Refused):
            acts[what]()


def test_nobody_hosts_in_the_name_of_others(make: Any, cast: Any) -> None:
    activity = make.activity(organiser_kind="cluster", organiser_id=cast.cluster.id)
    actor = make.actor(cast.cluster_manager)
    with pytest.raises(Invalid) as refused:
        save(actor, activity, organiser_kind="organisation", organiser_id=cast.company.id)
    assert list(refused.value.fields) == ["organiser"]
    with pytest.raises(Invalid) as refused:
        save(actor, activity, project_id=make.project().id)
    assert list(refused.value.fields) == ["project"]


# ---- states ---------------------------------------------------------------------------------------------------------

STATES = ("announced", "planned", "postponed", "cancelled", "completed")
TABLE = {
    ("announced", "cancel"): "cancelled", ("planned", "cancel"): "cancelled", ("postponed", "cancel"): "cancelled",
    ("announced", "postpone"): "postponed", ("planned", "postpone"): "postponed",
    ("postponed", "resume"): "planned", ("cancelled", "resume"): "planned",
    ("announced", "complete"): "completed", ("planned", "complete"): "completed",
}  # fmt: skip


@pytest.mark.parametrize("act", sorted(ACTIVITY.acts))
@pytest.mark.parametrize("state", STATES)
def test_states_and_acts(make: Any, cast: Any, state: str, act: str) -> None:
    activity = make.activity(status=state, days=-1 if act == "complete" else 14)
    actor, note = make.actor(cast.editor), {"de": "Leider."}
    if (state, act) in TABLE:
        assert editing.act_on_activity(actor, activity.id, 1, act, note).status == TABLE[state, act]
    else:
        with pytest.raises(Conflict):
            editing.act_on_activity(actor, activity.id, 1, act, note)


def test_what_the_state_needs(make: Any, cast: Any) -> None:
    activity, actor = make.activity(status="planned"), make.actor(cast.editor)
    for act in ("cancel", "postpone", "complete", "explode"):
        with pytest.raises(DomainError):
            editing.act_on_activity(actor, activity.id, 1, act, {})
    with pytest.raises(Refused):
        editing.act_on_activity(make.actor(cast.participant), activity.id, 1, "cancel", {"de": "Nein."})
    assert activity.status == "planned"


# ---- places ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("capacity", "held_back", "fits"),
    [
        (4, 0, True),
        (3, 0, True),
        (2, 0, False),
        (4, 1, True),
        (4, 2, False),
        (None, 0, True),
        (0, 0, False),
        (5, 6, False),
    ],
)
def test_never_fewer_places_than_are_given_out(
    make: Any, cast: Any, capacity: int | None, held_back: int, fits: bool
) -> None:
    activity = make.activity(capacity=4)
    for status in ("confirmed", "confirmed", "offered"):
        put(activity, make.person(), status, offered_until=now() + timedelta(days=1) if status == "offered" else None)
    actor = make.actor(cast.editor)
    if fits:
        save(actor, activity, capacity=capacity, held_back=held_back)
        assert activity.capacity == capacity
    else:
        with pytest.raises(Invalid):
            save(actor, activity, capacity=capacity, held_back=held_back)
    assert counters_are_true(activity)


def test_more_places_let_others_move_up(make: Any, cast: Any, outbox: Any) -> None:
    activity = make.activity(capacity=1)
    join(make, activity, cast.participant)
    join(make, activity, cast.stranger)
    save(make.actor(cast.editor), activity, capacity=2)
    assert statuses(activity) == ["confirmed", "offered"] and counters_are_true(activity)
    assert [mail.kind for mail in outbox.to(cast.stranger)] == ["activities.waiting", "activities.offered"]


def test_coming_and_going_is_no_edit(make: Any, cast: Any) -> None:
    activity = make.activity(capacity=5)
    seen = activity.revision
    join(make, activity, cast.participant)
    assert activity.revision == seen
    save(make.actor(cast.editor), activity, venue="Saal")
    with pytest.raises(Conflict):
        editing.act_on_activity(make.actor(cast.editor), activity.id, seen, "cancel", {"de": "Nein."})


def test_fewer_than_take_part_cannot_be_looked_for(make: Any, cast: Any) -> None:
    joining = {"roles": [{"role": "expertise", "capacity": 3}]}
    project = make.project(joining=joining, joining_open=True)
    for _number in range(2):
        make.add(Membership(project_id=project.id, person_id=make.person().id, role="expertise", status="accepted"))
    texts = {"title": {"de": "P"}, "summary": {"de": "P"}}
    for capacity in (2, None, 1):
        values = {"joining": {"roles": [{"role": "expertise", "capacity": capacity}]}}
        if capacity == 1:
            with pytest.raises(Invalid):
                editing.save_project(make.actor(cast.editor), project.id, project.revision, texts, values, None)
        else:
            editing.save_project(make.actor(cast.editor), project.id, project.revision, texts, values, None)


# ---- letters --------------------------------------------------------------------------------------------------------


def test_who_takes_part_hears_of_another_date(make: Any, cast: Any, outbox: Any, run_jobs: Any) -> None:
    activity = make.activity("Werkstatt", capacity=60, city="Jena", country="DE")
    english = make.person("Eve", language="en")
    people = [cast.participant, english, *(make.person() for _number in range(28))]
    for person in people:
        put(activity, person, "confirmed", language=person.language, reminded_at=now())
    gone = make.person()
    put(activity, gone, "cancelled")
    assert activity.starts_at is not None and activity.ends_at is not None
    later = activity.starts_at + timedelta(days=7)
    assert save(make.actor(cast.editor), activity, starts_at=later, ends_at=later + timedelta(hours=2), city="Weimar")
    run_jobs()
    run_jobs()
    mails = [mail for mail in outbox if mail.kind == "activities.changed"]
    assert len(mails) == len(people) and not outbox.to(gone)
    mail = outbox.last(cast.participant)
    assert mail.subject == "Neuer Termin oder Ort: Werkstatt"
    assert "Vorher: Dienstag, 8. Dezember 2026" in mail.text and "Jena" in mail.text and "Weimar" in mail.text
    assert "15. Dezember 2026" in mail.text
    assert "Was to be: Tuesday, 8 December 2026" in outbox.last(english).text
    assert not db.session.query(Participation).filter(Participation.reminded_at.is_not(None)).count()


@pytest.mark.parametrize("changes", [{"capacity": 50}, {"registration": False}, {}])
def test_what_concerns_nobody_is_not_mailed(
    make: Any, cast: Any, outbox: Any, run_jobs: Any, changes: dict[str, Any]
) -> None:
    activity = make.activity(capacity=40)
    put(activity, cast.participant, "confirmed")
    assert not save(make.actor(cast.editor), activity, **changes)
    run_jobs()
    assert not list(outbox)


def test_a_cancellation_reaches_everybody_and_holds_no_place(
    make: Any, cast: Any, outbox: Any, run_jobs: Any, clock: Any
) -> None:
    activity = make.activity("Messestand", status="planned", capacity=2)
    put(activity, cast.participant, "confirmed")
    held = put(activity, cast.stranger, "offered", offered_until=now() + timedelta(hours=2))
    put(activity, cast.owner, "waiting")
    editing.act_on_activity(make.actor(cast.editor), activity.id, 1, "cancel", {"de": "Die Halle ist gesperrt."})
    run_jobs()
    for person in (cast.participant, cast.stranger, cast.owner):
        mail = outbox.last(person)
        assert mail.subject == "Abgesagt: Messestand" and "Die Halle ist gesperrt." in mail.text
    assert not rules.can_confirm(make.actor(cast.stranger), activity, held, now())
    clock.shift(hours=3)
    jobs.look_for_late_offers({})
    run_jobs()
    assert len(list(outbox)) == 3, "nobody hears of a held place that has gone on"
    editing.act_on_activity(make.actor(cast.editor), activity.id, 2, "resume", {})
    run_jobs()
    assert outbox.last(cast.participant).subject == "Findet statt: Messestand"
    events = db.session.query(AuditRow.event).filter(AuditRow.event.startswith("activity."))
    rows = events.order_by(AuditRow.seq).all()
    assert [row.event for row in rows] == ["activity.cancelled", "activity.resumed"]
    assert counters_are_true(activity) and places.recount() == 0


def test_a_held_place_ends_with_an_earlier_beginning(make: Any, cast: Any) -> None:
    activity = make.activity(capacity=1)
    held = put(activity, cast.participant, "offered", offered_until=now() + timedelta(days=2))
    sooner = now() + timedelta(days=1)
    save(make.actor(cast.editor), activity, starts_at=sooner, ends_at=sooner + timedelta(hours=1))
    assert held.offered_until == sooner


# ---- in the browser -------------------------------------------------------------------------------------------------


def test_a_cluster_manager_enters_an_activity(client: Any, cast: Any, sign_in: Any, make: Any) -> None:
    other = make.cluster("Fremdes Cluster")
    sign_in(client, cast.cluster_manager)
    assert "Termine pflegen" in client.page("/de/me/").text
    page = client.page(f"{ACTIVITIES}/new")
    options = [tag.get_text(strip=True) for tag in page.select("select[name=organiser] option")]
    assert options == ["Photonik Musterland"]
    fields = {
        "title_de": "Offenes Labor", "title_en": "Open lab", "summary_de": "Wir öffnen.", "kind": "workshop",
        "starts_on": "12.2.2027", "starts_time": "9.30 Uhr", "ends_time": "15:00", "city": "Jena", "capacity": "12",
        "held_back": "2",
    }  # fmt: skip
    bad = client.submit(f"{ACTIVITIES}/new", {**fields, "organiser": f"cluster/{other.id}", "starts_time": "früh"})
    assert bad.status_code == 422 and {"organiser", "starts_time"} <= set(html(bad).errors())
    response = client.submit(f"{ACTIVITIES}/new", fields)
    assert response.status_code == 303 and response.location.endswith("/offenes-labor")
    page = client.page("/de/activities/offenes-labor")
    assert "Freitag, 12. Februar 2027" in page.text and "9.30 bis 15 Uhr" in page.text
    assert "Photonik Musterland" in page.text and "0 von 10 Plätzen vergeben" in page.text
    activity = db.session.query(Activity).filter_by(slug="offenes-labor").one()
    assert activity.starts_at == datetime(2027, 2, 12, 9, 30, tzinfo=LOCAL) and activity.status == "planned"
    form = client.page(f"{ACTIVITIES}/offenes-labor").form("form#write")
    assert (form["starts_on"], form["starts_time"], form["ends_on"], form["ends_time"]) == (
        "2027-02-12", "09:30", "2027-02-12", "15:00")  # fmt: skip
    assert client.submit(f"{ACTIVITIES}/offenes-labor", form="form#write").status_code == 303
    assert db.session.query(Activity).one().starts_at == activity.starts_at, "saving unchanged changes no date"


def test_the_slower_one_keeps_the_words(client: Any, cast: Any, sign_in: Any, make: Any) -> None:
    make.activity(slug="treffen", title="Treffen")
    project = make.project(slug="verbund")
    sign_in(client, cast.editor)
    for base, slug in ((ACTIVITIES, "treffen"), (PROJECTS, "verbund")):
        stale = client.page(f"{base}/{slug}").form("form#write")
        assert client.submit(f"{base}/{slug}", {"title_de": "Zuerst"}, form="form#write").status_code == 303
        response = client.post(f"{base}/{slug}", data={**stale, "title_de": "Danach"})
        assert response.status_code == 409 and "Zuerst" in html(response).text
        assert html(response).form("form#write")["title_de"] == "Danach"
        again = client.post(f"{base}/{slug}", data=html(response).form("form#write"))
        assert again.status_code == 303
    db.session.refresh(project)
    assert project.title["de"] == "Danach" and project.sort_de == "danach"


def test_an_editor_cancels_in_the_browser(client: Any, cast: Any, sign_in: Any, make: Any, run_jobs: Any) -> None:
    make.activity(slug="treffen", status="planned")
    sign_in(client, cast.editor)
    address = f"{ACTIVITIES}/treffen"
    refused = client.submit(address, {"act": "cancel"}, form="form[action$='/state']")
    assert refused.status_code == 422 and "note_de" in html(refused).errors()
    sent = {"act": "cancel", "note_de": "Zu wenige Anmeldungen."}
    assert client.submit(address, sent, form="form[action$='/state']").status_code == 303
    run_jobs()
    page = client.page("/de/activities/treffen")
    assert "Abgesagt" in page.text and "Zu wenige Anmeldungen." in page.text
    calendar = client.get("/de/activities/treffen.ics").text
    assert "STATUS:CANCELLED" in calendar and "SEQUENCE:1" in calendar


def test_an_editor_keeps_a_project(client: Any, cast: Any, sign_in: Any, make: Any) -> None:
    make.organisation("Prüfstand GmbH", slug="pruefstand")
    sign_in(client, cast.editor)
    fields = {
        "title_de": "Verbund", "title_en": "Alliance", "summary_de": "Kurz.", "kind": "consortium", "region": "DEG",
        "countries": "Österreich\ncountry/FR", "leads": "organisation/pruefstand", "starts": "2027-03",
        "website": "verbund.example", "roles": "expertise", "capacity_expertise": "2", "joining_open": "y",
        "joining_until": "2027-03-31",
    }  # fmt: skip
    response = client.submit(f"{PROJECTS}/new", fields)
    assert response.status_code == 303
    project = db.session.query(Project).one()
    assert project.countries == ["AT", "FR"] and project.role("expertise") == {"role": "expertise", "capacity": 2}
    page = client.page("/de/projects/verbund")
    assert "Prüfstand GmbH" in page.text and "März 2027" in page.text and "verbund.example" in page.text
    response = client.submit(
        f"{PROJECTS}/verbund", {"starts": "bald", "website": "https://x", "leads": "Nirgendwer"}, form="form#write"
    )
    assert response.status_code == 422 and set(html(response).errors()) == {"starts", "website", "leads"}


def test_members_keep_their_own_project(client: Any, cast: Any, sign_in: Any, make: Any) -> None:
    project = make.project(slug="eigen", title="Eigenes")
    make.project(slug="fremd", title="Fremdes")
    led_by(project, "organisation", cast.company)
    sign_in(client, cast.colleague)
    page = client.page(f"{PROJECTS}/")
    assert page.links(".c-list h2 a") == [f"{PROJECTS}/eigen"]
    form = client.page(f"{PROJECTS}/eigen")
    assert not form.select("[name=leads]")
    assert client.submit(f"{PROJECTS}/eigen", {"summary_de": "Neu."}, form="form#write").status_code == 303
    assert client.get(f"{PROJECTS}/fremd").status_code == 403
    assert client.get(f"{PROJECTS}/new").status_code == 403
    assert activity_operations.ends_of(make.activity(project_id=project.id)) == [("organisation", cast.company.id)]


def test_queries_do_not_grow(app: Any, client: Any, cast: Any, sign_in: Any, make: Any) -> None:
    sign_in(client, cast.cluster_manager)
    hosted = {"organiser_kind": "cluster", "organiser_id": cast.cluster.id}
    make.activity(slug="eins", **hosted)
    paths = ((f"{ACTIVITIES}/", 8), (f"{PROJECTS}/", 8), (f"{ACTIVITIES}/eins", 12))
    counts: list[int] = []
    for size in (2, 9):
        for _number in range(size):
            make.activity(**hosted)
            led_by(make.project(), "cluster", cast.cluster)
        for path, budget in paths:
            client.get(path)
            with count_queries(app, at_most=budget) as found:
                assert client.get(path).status_code == 200
            counts.append(len(found))
    assert counts[:3] == counts[3:]


def test_a_portrait_names_each_project_and_date_once(client: Any, cast: Any, make: Any) -> None:
    project, linked = make.project("Prüfstand"), make.activity("Messestand")
    led_by(project, "cluster", cast.cluster)
    hosted = {"organiser_kind": "cluster", "organiser_id": cast.cluster.id}
    make.activity("Werkstattgespräch", **hosted)
    for name, value in hosted.items():
        setattr(linked, name, value)
    hosts(linked, cast.cluster)
    page = client.page(f"/de/clusters/{cast.cluster.slug}")
    assert not page.select("#projects") and page.select(".c-dates h3")[0].get_text(strip=True) == "Werkstattgespräch"
    assert len(page.select(".c-dates h3")) == 1
    named = page.links(".c-rel a")
    for path in (f"/de/projects/{project.slug}", f"/de/activities/{linked.slug}"):
        assert named.count(path) == 1
