"""Changing portraits: who may, what waits for moderation, what becomes of sources, and two people at the same moment."""

from __future__ import annotations

from typing import Any

import pytest

from consult.clusters import editing
from consult.clusters.models import Cluster, ClusterManager
from consult.core.clock import now
from consult.core.db import db
from consult.core.errors import Conflict, Invalid, Refused
from consult.core.settings_store import remember
from consult.moderation.operations import reverse
from tests.clusters.portraits import edit_form, fresh, observations, portrait, seen, send, versions, waiting
from tests.support.page import html

FORM = "form[action$='/edit']"


@pytest.fixture
def managed(cast: Any) -> Cluster:
    """A portrait with a manager."""
    return portrait(managers=[cast.cluster_manager])


@pytest.fixture
def manager(client: Any, sign_in: Any, cast: Any) -> Any:
    return sign_in(client, cast.cluster_manager)


@pytest.fixture
def editor(new_client: Any, sign_in: Any, cast: Any) -> Any:
    return sign_in(new_client(), cast.editor)


@pytest.fixture
def unmoderated(app: Any) -> None:
    """The operator does not want changes by managements to wait."""
    remember("clusters.moderate_managers", False)
    db.session.commit()


# who -> what the page with the form answers, and what becomes of a change that is sent
TABLE = {
    "visitor": (303, None), "participant": (403, None), "moderator": (403, None), "other manager": (403, None),
    "manager": (200, "waiting"), "editor": (200, "applied"), "admin": (403, None),
}  # fmt: skip


@pytest.mark.parametrize("who", TABLE)
def test_who_may_change_a_portrait(client: Any, sign_in: Any, cast: Any, make: Any, managed: Cluster, who: str) -> None:
    opened, status = TABLE[who]
    people = {"manager": "cluster_manager", "other manager": None}
    if who == "other manager":
        other = make.person(roles=("cluster",))
        portrait("anderes", managers=[other])
        sign_in(client, other)
    elif who != "visitor":
        sign_in(client, getattr(cast, str(people.get(who, who))))
    assert client.get("/de/clusters/optikring/edit").status_code == opened
    if status is None:
        for path in ("edit/values/new?kind=members", "changes"):
            assert client.get(f"/de/clusters/optikring/{path}").status_code == opened
        assert client.post("/de/clusters/optikring/confirm").status_code in (400, 403)
        return
    answer = send(client, seat="Gera")
    assert answer.status_code == 303
    assert [one.status for one in versions(managed)] == [status]
    assert fresh(managed).seat == ("Gera" if status == "applied" else "Jena")


@pytest.mark.parametrize(
    ("managers", "editors", "role", "status"),
    [
        (True, False, "manager", "waiting"), (False, False, "manager", "applied"), (True, True, "editor", "waiting"),
        (False, True, "editor", "waiting"), (True, False, "editor", "applied"),
    ],
)  # fmt: skip
def test_the_operator_decides_whose_changes_wait(
    client: Any, new_client: Any, sign_in: Any, cast: Any, managed: Cluster, managers: bool, editors: bool, role: str,
    status: str,
) -> None:  # fmt: skip
    admin = sign_in(new_client(), cast.admin)
    ticked = {"managers": "y" if managers else None, "editors": "y" if editors else None}
    assert admin.submit("/de/admin/clusters", ticked).status_code == 303
    page = admin.page("/de/admin/clusters")
    assert bool(page.select("input[name=managers][checked]")) is managers
    sign_in(client, cast.cluster_manager if role == "manager" else cast.editor)
    send(client, seat="Gera")
    assert versions(managed)[-1].status == status


def test_only_the_operator_sets_it(client: Any, sign_in: Any, cast: Any, managed: Cluster) -> None:
    assert sign_in(client, cast.editor).get("/de/admin/clusters").status_code == 403


# ---- moderation -----------------------------------------------------------------------------------------------------


def test_a_change_waits_while_the_old_portrait_stays_readable(
    manager: Any, new_client: Any, cast: Any, managed: Cluster
) -> None:
    page = send(manager, strengths_de="Verbindet Optik und Feinmechanik.", note="Neuer Satz vom Vorstand.")
    assert "Moderation" in manager.page(page.headers["Location"]).text
    assert "Bringt Optikbetriebe zusammen." in new_client().page("/de/clusters/optikring").text
    assert edit_form(manager)["strengths_de"].strip() == "Verbindet Optik und Feinmechanik."
    version = waiting(managed)
    assert version.changes["values"] == {"strengths_de": "Verbindet Optik und Feinmechanik."}


def test_a_moderator_reads_before_and_after(
    manager: Any, new_client: Any, sign_in: Any, cast: Any, managed: Cluster
) -> None:
    send(manager, strengths_de="Bringt Optikbetriebe und Schulen zusammen.", members="135", as_of="2026-11")
    moderator = sign_in(new_client(), cast.moderator)
    queue = moderator.page("/de/moderation/")
    (case,) = [link for link in queue.links("main a") if "/moderation/cases/" in link][:1]
    page = moderator.page(case)
    assert [one.get_text() for one in page.select("ins")][:1]
    assert "135" in page.text and "Optikring Saale" in page.h1
    assert moderator.page(f"{case.partition('?')[0]}?view=public")


OUTCOMES = {
    "publish": ("applied", "Gera", "Veröffentlicht"), "return": ("returned", "Jena", "braucht noch eine Änderung"),
    "reject": ("rejected", "Jena", "Nicht veröffentlicht"),
}  # fmt: skip


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_each_decision_does_its_work_and_can_be_reversed(
    manager: Any, make: Any, cast: Any, managed: Cluster, outbox: Any, outcome: str
) -> None:
    status, seat, words = OUTCOMES[outcome]
    send(manager, seat="Gera")
    before = {one.id: one.replaced_at for one in observations(managed, "seat")}
    favourable = outcome == "publish"
    decision = make.decide(
        "cluster", managed.id, outcome, moderator=cast.moderator, reason="" if favourable else "off-topic",
        note="" if favourable else "Bitte nennen Sie die Quelle.",
    )  # fmt: skip
    db.session.commit()
    assert (versions(managed)[-1].status, fresh(managed).seat) == (status, seat)
    mail = outbox.to(cast.cluster_manager.email)[-1]
    assert "Optikring" in mail.subject, words
    if outcome == "return":
        assert "Bitte nennen Sie die Quelle." in manager.page("/de/clusters/optikring/edit").text
    from_here = make.actor(cast.moderator)
    from_moderation(from_here, decision.id)
    assert (waiting(managed).status, fresh(managed).seat) == ("waiting", "Jena")
    assert {one.id: one.replaced_at for one in observations(managed, "seat")} == before


def from_moderation(actor: Any, decision_id: int) -> None:
    """Take a decision back, as its maker does within ten minutes."""
    reverse(actor, decision_id)
    db.session.commit()


def test_a_manager_never_decides_about_the_own_portrait(make: Any, cast: Any, managed: Cluster, manager: Any) -> None:
    make.grant(cast.cluster_manager, "moderator")
    send(manager, seat="Gera")
    with pytest.raises(Refused):
        make.decide("cluster", managed.id, "publish", moderator=cast.cluster_manager)


def test_what_is_sent_next_takes_the_place_of_what_waits(
    clock: Any, manager: Any, make: Any, cast: Any, managed: Cluster
) -> None:
    send(manager, seat="Gera", website="www.neu.example")
    manager.submit("/de/clusters/optikring/edit/values/new?kind=members", {"number": "135", "as_of": "11/2026"})
    send(manager, website="optikring.example")
    assert [one.status for one in versions(managed)] == ["replaced", "replaced", "waiting"]
    version = waiting(managed)
    assert version.changes["values"] == {"seat": "Gera"}
    assert [act["number"] for act in version.changes["acts"]] == [135]
    make.decide("cluster", managed.id, "publish", moderator=cast.moderator)
    assert (fresh(managed).seat, fresh(managed).members, fresh(managed).website) == ("Gera", 135, "optikring.example")


def test_a_waiting_change_can_be_withdrawn_once(manager: Any, managed: Cluster, db: Any) -> None:
    send(manager, seat="Gera")
    page = manager.page("/de/clusters/optikring/edit")
    form = page.form_values(page.select("form[action$='/edit/withdraw']")[0])
    assert manager.post("/de/clusters/optikring/edit/withdraw", data=form).status_code == 303
    assert versions(managed)[-1].status == "withdrawn"
    assert manager.post("/de/clusters/optikring/edit/withdraw", data=form).status_code == 410
    assert edit_form(manager)["seat"] == "Jena"


# ---- what becomes of values -----------------------------------------------------------------------------------------


def test_what_a_source_says_stays_beside_what_is_entered(
    clock: Any, unmoderated: None, manager: Any, managed: Cluster
) -> None:
    send(manager, legal_form="gmbh", scope="national", as_of="2026-11-01")
    legal = observations(managed, "legal-form")
    assert [(one.code, one.entered_as) for one in legal] == [("ev", ""), ("gmbh", "management")]
    assert fresh(managed).legal_form == "gmbh"
    assert [one.code for one in observations(managed, "scope")] == ["national"]  # our own classification goes
    text = manager.page("/de/clusters/optikring").text
    assert "GmbH 1. November 2026; Angabe des Clustermanagements; geprüft am 24. November 2026" in text
    assert "Eingetragener Verein" in text


def test_taking_a_value_away_ends_what_a_source_says(unmoderated: None, manager: Any, managed: Cluster) -> None:
    send(manager, services=["funding-advice"], legal_form="", as_of="2026-10")
    services = {one.code: one.until for one in observations(managed, "service")}
    assert services == {"networking": "2026-10", "funding-advice": ""}
    assert fresh(managed).services == ["funding-advice"] and fresh(managed).legal_form == ""
    assert "bis Oktober 2026" in manager.page("/de/clusters/optikring").text


def test_openness_has_three_answers(unmoderated: None, manager: Any, managed: Cluster) -> None:
    assert edit_form(manager)["open_other_fields"] == "yes"
    send(manager, open_other_fields="no", open_non_members="yes")
    said = [(one.code, one.details["value"]) for one in observations(managed, "openness")]
    assert said == [("other-fields", True), ("other-fields", False), ("non-members", True)]
    assert edit_form(manager)["open_other_regions"] == ""


def test_a_new_name_keeps_the_old_one_findable(unmoderated: None, manager: Any, client: Any, managed: Cluster) -> None:
    send(manager, name_de="Photonikring Saale")
    assert fresh(managed).name["de"] == "Photonikring Saale"
    answer = client.get("/de/clusters/optikring-saale")
    assert (answer.status_code, answer.headers["Location"]) == (301, "/de/clusters/optikring")


def test_members_make_a_curve_and_never_replace_each_other(unmoderated: None, manager: Any, managed: Cluster) -> None:
    send(manager, members="111", members_unit="members", as_of="2019")
    send(manager, members="1.350", members_unit="members", as_of="24.11.2026", source="Jahresbericht 2026")
    assert [one.number for one in observations(managed, "members")] == [11, 82, 111, 1350]
    assert (fresh(managed).members, fresh(managed).members_as_of) == (1350, "2026-11-24")
    page = manager.page("/de/clusters/optikring")
    assert "11 (2004), 82 (2015), 111 (2019), 1.350 (24. November 2026)" in page.one("svg title").get_text()


def test_single_values_are_corrected_ended_and_removed(unmoderated: None, manager: Any, managed: Cluster) -> None:
    manager.submit(
        "/de/clusters/optikring/edit/values/new?kind=figure", {"code": "staff", "number": "7", "as_of": "2025"}
    )
    (own,) = observations(managed, "figure")
    assert (own.number, own.entered_as, own.unit) == (7, "management", "")
    manager.submit(f"/de/clusters/optikring/edit/values/{own.id}", {"number": "8"})
    (corrected,) = observations(managed, "figure")
    assert corrected.number == 8 and corrected.id != own.id
    manager.submit(f"/de/clusters/optikring/edit/values/{corrected.id}/end", {"until": "2026"})
    assert observations(managed, "figure")[0].until == "2026"
    page = manager.page(f"/de/clusters/optikring/edit/values/{corrected.id}/end")
    manager.post(
        f"/de/clusters/optikring/edit/values/{corrected.id}/end",
        data={**page.form_values(page.select("main form")[0]), "drop": "1"},
    )
    assert observations(managed, "figure") == []


def test_a_manager_cannot_overwrite_a_source(unmoderated: None, manager: Any, editor: Any, managed: Cluster) -> None:
    number = observations(managed, "members")[0].id
    assert manager.get(f"/de/clusters/optikring/edit/values/{number}").status_code == 403
    page = manager.page(f"/de/clusters/optikring/edit/values/{number}/end")
    assert not page.select("button[name=drop]")
    sent = {**page.form_values(page.select("main form")[0]), "drop": "1", "until": ""}
    assert manager.post(f"/de/clusters/optikring/edit/values/{number}/end", data=sent).status_code == 422
    assert editor.submit(f"/de/clusters/optikring/edit/values/{number}", {"number": "12"}).status_code == 303
    assert [one.number for one in observations(managed, "members")] == [82, 12]


LABEL = {"code": "ecei", "level": "gold", "awarded": "2023-05", "valid_until": "2025-05"}


def test_a_label_keeps_what_its_issuer_says(clock: Any, unmoderated: None, manager: Any, managed: Cluster) -> None:
    manager.submit("/de/clusters/optikring/edit/values/new?kind=label", LABEL)
    own = {"code": "", "name": "Regionalsiegel", "issuer": "Landkreis", "valid_until": "2027"}
    manager.submit("/de/clusters/optikring/edit/values/new?kind=label", own)
    text = manager.page("/de/clusters/optikring").text
    assert "ECEI): Gold, verliehen Mai 2023" in text
    assert "verliehen von: Europäisches Sekretariat" in text and "abgelaufen: Mai 2025" in text
    assert "Regionalsiegel verliehen von: Landkreis; gültig bis 2027" in text


WRONG = {
    "number": ["", "viele", "0", "-3", "1" * 20], "as_of": ["gestern", "2026-13", "31.02.2026", "26"],
}  # fmt: skip


@pytest.mark.parametrize(("name", "typed"), [(name, typed) for name, all_ in WRONG.items() for typed in all_])
def test_what_cannot_be_taken_is_shown_again(manager: Any, managed: Cluster, name: str, typed: str) -> None:
    fields = {"number": "12", "source": "Jahresbericht", name: typed}
    answer = manager.submit("/de/clusters/optikring/edit/values/new?kind=members", fields)
    assert answer.status_code == 422
    text = answer.get_data(as_text=True)
    assert "Jahresbericht" in text and "kern-error" in text
    assert versions(managed) == []


def test_a_faulty_form_keeps_all_that_was_typed(manager: Any, managed: Cluster) -> None:
    answer = send(manager, website="keine Adresse", strengths_de="Neuer Satz", contact_email="büro@")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422 and "Neuer Satz" in text and "keine Adresse" in text and "büro@" in text
    assert send(manager).status_code == 422  # nothing was changed
    assert send(manager, form="no-such-form").status_code == 422
    assert versions(managed) == []


# ---- at the same moment ---------------------------------------------------------------------------------------------


def test_the_second_of_two_sees_the_difference_and_loses_nothing(
    editor: Any, new_client: Any, sign_in: Any, make: Any, managed: Cluster
) -> None:
    second = sign_in(new_client(), make.person(roles=("editor",)))
    mine = edit_form(second)
    send(editor, seat="Gera", legal_form="gmbh")
    answer = second.post("/de/clusters/optikring/edit", data={**mine, "seat": "Erfurt", "short_name": "OR"})
    assert answer.status_code == 409
    text = answer.get_data(as_text=True)
    assert "Jena" in text and "Gera" in text and "Erfurt" in text
    assert fresh(managed).seat == "Gera"


def _conflict(answer: Any) -> dict[str, Any]:
    page = html(answer)
    return page.form_values(page.select(FORM)[0])


def test_untouched_fields_take_the_new_values(
    editor: Any, new_client: Any, sign_in: Any, make: Any, managed: Cluster
) -> None:
    second = sign_in(new_client(), make.person(roles=("editor",)))
    mine = edit_form(second)
    send(editor, seat="Gera", legal_form="gmbh")
    values = _conflict(second.post("/de/clusters/optikring/edit", data={**mine, "short_name": "OR"}))
    assert (values["seat"], values["legal_form"], values["short_name"]) == ("Gera", "gmbh", "OR")
    assert second.post("/de/clusters/optikring/edit", data=values).status_code == 303
    assert (fresh(managed).seat, fresh(managed).short_name) == ("Gera", "OR")


def test_two_managers_notice_each_others_waiting_change(
    manager: Any, new_client: Any, sign_in: Any, make: Any, managed: Cluster
) -> None:
    other = make.person(roles=("cluster",))
    make.add(ClusterManager(cluster_id=managed.id, person_id=other.id, created_at=now()))
    second = sign_in(new_client(), other)
    mine = edit_form(second)
    send(manager, seat="Gera")
    answer = second.post("/de/clusters/optikring/edit", data={**mine, "short_name": "OR"})
    assert answer.status_code == 409
    values = _conflict(answer)
    assert (values["seat"], values["short_name"]) == ("Gera", "OR")
    assert second.post("/de/clusters/optikring/edit", data=values).status_code == 303
    assert waiting(managed).changes["values"] == {"seat": "Gera", "short_name": "OR"}


def test_a_single_value_waits_its_turn_too(
    editor: Any, new_client: Any, sign_in: Any, make: Any, managed: Cluster
) -> None:
    second = sign_in(new_client(), make.person(roles=("editor",)))
    address = "/de/clusters/optikring/edit/values/new?kind=members"
    page = second.page(address)
    values = page.form_values(page.select("main form")[0])
    send(editor, seat="Gera")
    answer = second.post(address, data={**values, "number": "90", "source": "Bericht"})
    assert answer.status_code == 409 and "Bericht" in answer.get_data(as_text=True)
    again = html(answer)
    assert second.post(address, data=again.form_values(again.select("main form")[0])).status_code == 303
    assert [one.number for one in observations(managed, "members")] == [11, 82, 90]


# ---- taking back ----------------------------------------------------------------------------------------------------


def test_an_editor_takes_the_newest_change_back(editor: Any, managed: Cluster, db: Any) -> None:
    before = [(one.kind, one.code, one.value) for one in _all(managed)]
    send(editor, seat="Gera", services=["funding-advice"], name_de="Anders")
    send(editor, legal_form="gmbh")
    first, second = versions(managed)
    page = editor.page("/de/clusters/optikring/changes")
    assert "Gera" in page.text and "GmbH" in page.text
    (form,) = page.select("form[action$='/undo']")
    assert str(form["action"]).endswith(f"/{second.id}/undo")
    undo = {"csrf_token": page.form_values(form)["csrf_token"]}
    assert editor.post(f"/de/editorial/clusters/changes/{first.id}/undo", data=undo).status_code == 409
    for version in (second, first):
        assert editor.post(f"/de/editorial/clusters/changes/{version.id}/undo", data=undo).status_code == 303
    assert [(one.kind, one.code, one.value) for one in _all(managed)] == before
    cluster = fresh(managed)
    assert (cluster.seat, cluster.name["de"], cluster.services) == ("Jena", "Optikring Saale", ["networking"])
    assert all(not one.until for one in _all(managed))


def _all(cluster: Cluster) -> list[Any]:
    return [one for one in editing.all_observations(cluster.id) if one.replaced_at is None]


def test_operations_hold_the_rules_themselves(make: Any, cast: Any, managed: Cluster) -> None:
    change = {"values": {"seat": "Gera"}}
    with pytest.raises(Refused):
        editing.send(make.actor(cast.stranger), managed.id, editing.Sent(change, seen(managed)))
    with pytest.raises(Conflict):
        editing.send(make.actor(cast.editor), managed.id, editing.Sent(change, "0.0"))
    with pytest.raises(Invalid):
        editing.send(make.actor(cast.editor), managed.id, editing.Sent({}, seen(managed)))
    with pytest.raises(Refused):
        editing.confirm(make.actor(cast.editor), managed.id)
    with pytest.raises(Refused):
        editing.create_portrait(make.actor(cast.cluster_manager), {"name_de": "X"}, editing.Sent({}, ""))


def test_the_newest_is_what_was_carried_out_last(
    manager: Any, editor: Any, make: Any, cast: Any, managed: Cluster
) -> None:
    """A change that waited long is the newest once it is published, although others were sent after it."""
    send(manager, seat="Gera")
    send(editor, legal_form="gmbh")
    make.decide("cluster", managed.id, "publish", moderator=cast.moderator)
    db.session.commit()
    first, second = versions(managed)
    page = editor.page("/de/clusters/optikring/changes")
    (form,) = page.select("form[action$='/undo']")
    assert str(form["action"]).endswith(f"/{first.id}/undo")
    undo = {"csrf_token": page.form_values(form)["csrf_token"]}
    assert editor.post(f"/de/editorial/clusters/changes/{second.id}/undo", data=undo).status_code == 409
    assert editor.post(f"/de/editorial/clusters/changes/{first.id}/undo", data=undo).status_code == 303
    assert (fresh(managed).seat, fresh(managed).legal_form) == ("Jena", "gmbh")
