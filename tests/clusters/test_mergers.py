"""Mergers: what moves, what stays, that nothing counts twice, and that it can be taken back."""

from __future__ import annotations

from typing import Any

import pytest

from consult.clusters import editing, editorial, mergers, rules
from consult.clusters.claims import add_manager
from consult.clusters.forms import Selection
from consult.clusters.models import Cluster, Observation
from consult.clusters.queries import facet_counts
from consult.core.clock import now
from consult.core.db import db
from consult.core.errors import Conflict, DomainError, Invalid, Refused
from consult.core.i18n import pick
from consult.core.registry import registries
from consult.core.settings_store import remember
from consult.links.models import Link
from consult.links.operations import refresh_ends
from consult.notifications.operations import follow
from consult.notifications.queries import followers
from tests.clusters.portraits import fresh, observations, portrait, seen

OLD = {
    "name": {"de": "Linsenkreis", "en": "Lens Circle"}, "short_name": "Linsen",
    "aliases": [{"name": "LK Jena", "kind": "short-form", "source": "alt.example"}],
    "members": [{"value": 30, "unit": "members", "as_of": "2025", "source": "alt.example"}],
    "legal_form": {"value": "gmbh", "source": "alt.example"}, "website": {"domain": "alt.example", "source": "alt.example"},
}  # fmt: skip


@pytest.fixture
def both(app: Any) -> tuple[Cluster, Cluster]:
    """(the portrait that goes, the one that stays)."""
    return portrait("linsenkreis", **OLD), portrait()


@pytest.fixture
def editor(client: Any, sign_in: Any, cast: Any) -> Any:
    return sign_in(client, cast.editor)


def link(cluster: Cluster, other: Any, type: str = "managed_by") -> Link:
    found = Link(
        type=type, from_kind="cluster", from_id=cluster.id, from_key=cluster.slug, to_kind="organisation", to_id=other.id,
        to_key=other.slug, source=["x"], created_at=now(),
    )  # fmt: skip
    db.session.add(found)
    db.session.flush()
    refresh_ends({("cluster", cluster.id), ("organisation", other.id)})
    db.session.commit()
    return found


def do(make: Any, person: Any, old: Cluster, into: Cluster) -> Any:
    merger = mergers.merge(make.actor(person), old.id, into.id, "Dasselbe Netzwerk.")
    db.session.commit()
    return merger


def test_the_old_address_leads_on_for_good(editor: Any, client: Any, both: tuple[Cluster, Cluster]) -> None:
    page = editor.submit("/de/editorial/clusters/linsenkreis/merge", {"target": "optikring", "reason": "Umbenannt"})
    assert page.status_code == 303
    for language in ("de", "en"):
        answer = client.get(f"/{language}/clusters/linsenkreis")
        assert (answer.status_code, answer.headers["Location"]) == (301, f"/{language}/clusters/optikring")
    assert client.get("/de/clusters/lk-jena").headers["Location"] == "/de/clusters/optikring"
    assert registries.subjects["cluster"].find("linsenkreis") == both[1].id
    assert registries.resolvers["clusters.show"]({"slug": "linsenkreis"}) == ("cluster", both[1].id)


def test_nothing_is_counted_twice(client: Any, make: Any, cast: Any, both: tuple[Cluster, Cluster]) -> None:
    before = facet_counts(Selection())
    do(make, cast.editor, *both)
    after = facet_counts(Selection())
    assert before[("total", "")] == 2 and after[("total", "")] == 1
    assert (before[("region", "DEG")], after[("region", "DEG")]) == (2, 1)
    assert "Linsenkreis" not in client.page("/de/clusters/").text
    count, totals = editorial.totals()
    assert (count, [(one.number, one.portraits) for one in totals]) == (1, [(82, 1)])
    assert [one.title for one in registries.subjects["cluster"].picker("linsen", 5)] == ["Optikring Saale"]  # type: ignore[misc]


def test_what_sources_say_moves_with_its_origin(
    client: Any, make: Any, cast: Any, both: tuple[Cluster, Cluster]
) -> None:
    old, into = both
    do(make, cast.editor, old, into)
    cluster = fresh(into)
    assert (cluster.members, cluster.legal_form, cluster.website) == (82, "ev", "optikring.example")
    moved = [one for one in observations(into, "members") if one.origin_id == old.id]
    assert [one.number for one in moved] == [30]
    assert [one.value for one in observations(into, "alias")] == ["LK Jena", "Linsenkreis", "Lens Circle"]
    page = client.page("/de/clusters/optikring")
    assert "aus dem Portrait Linsenkreis" in page.text
    assert not [one for one in observations(into, "sectors") if one.origin_id is not None]  # our own classification


def test_links_follows_and_managers_move_unless_they_are_there(
    make: Any, cast: Any, both: tuple[Cluster, Cluster]
) -> None:
    old, into = both
    agency, other = make.organisation("Agentur"), make.organisation("Andere")
    shared, own = link(old, agency), link(old, other)
    link(into, agency)
    editor = make.actor(cast.editor)
    for person in (cast.participant, cast.stranger):
        follow(make.actor(person), "cluster", old.id)
    follow(make.actor(cast.stranger), "cluster", into.id)
    mergers_manager = make.person(roles=("cluster",))
    add_manager(editor, old, mergers_manager)
    merger = do(make, cast.editor, old, into)
    assert (db.session.get(Link, own.id).from_id, db.session.get(Link, own.id).from_key) == (into.id, "optikring")
    assert db.session.get(Link, shared.id).from_id == old.id  # the survivor has it already
    assert followers("cluster", into.id) == sorted([cast.participant.id, cast.stranger.id])
    assert make.actor(mergers_manager).cluster_ids == frozenset({into.id})
    mergers.undo(editor, merger.id)
    db.session.commit()
    assert db.session.get(Link, own.id).from_key == "linsenkreis"
    assert followers("cluster", old.id) == sorted([cast.participant.id, cast.stranger.id])
    assert followers("cluster", into.id) == [cast.stranger.id]
    assert make.actor(mergers_manager).cluster_ids == frozenset({old.id})


def _state(cluster: Cluster) -> dict[str, Any]:
    columns = {
        column.key: getattr(fresh(cluster), column.key) for column in Cluster.__table__.columns
        if column.key not in ("revision", "updated_at")
    }  # fmt: skip
    found = [
        (one.id, one.position, one.kind, one.origin_id)
        for one in editing.all_observations(cluster.id)
        if one.replaced_at is None
    ]
    return {**columns, "observations": found}


def test_taken_back_both_are_as_before(editor: Any, make: Any, cast: Any, both: tuple[Cluster, Cluster]) -> None:
    before = [_state(one) for one in both]
    do(make, cast.editor, *both)
    assert [_state(one) for one in both] != before
    editor.submit("/de/editorial/clusters/optikring", form="form[action$='/undo']")
    assert [_state(one) for one in both] == before
    assert editor.page("/de/clusters/linsenkreis").h1 == "Linsenkreis"


def test_chains_lead_to_the_end(client: Any, make: Any, cast: Any, both: tuple[Cluster, Cluster]) -> None:
    old, into = both
    third = portrait("dritter", name={"de": "Dritter", "en": "Third"})
    first = do(make, cast.editor, old, into)
    do(make, cast.editor, into, third)
    assert client.get("/de/clusters/linsenkreis").headers["Location"] == "/de/clusters/dritter"
    with pytest.raises(Conflict):
        mergers.undo(make.actor(cast.editor), first.id)


def test_comparisons_that_name_a_merged_portrait_lead_on(
    make: Any, cast: Any, both: tuple[Cluster, Cluster], client: Any
) -> None:
    old, into = both
    portrait("dritter", name={"de": "Dritter", "en": "Third"})
    address = "/de/clusters/compare?c=linsenkreis&c=dritter"
    assert "Linsenkreis" in client.page(address).text
    do(make, cast.editor, old, into)
    answer = client.get(f"{address}&only=differences")
    assert answer.location == f"/de/clusters/compare?c={into.slug}&c=dritter&only=differences"
    assert pick(into.name) in client.page(answer.location).text
    twice = client.get(f"{address}&c={into.slug}&format=csv").location
    assert twice == f"/de/clusters/compare?c={into.slug}&c=dritter&format=csv"


# what is the matter -> what the merger answers
REFUSED: dict[str, type[DomainError]] = {
    "not an editor": Refused, "manager of both": Refused, "itself": Invalid, "without a reason": Invalid,
    "merged already": Conflict, "into a merged one": Conflict, "into one taken out": Conflict, "a change waits": Conflict,
}  # fmt: skip


@pytest.mark.parametrize("matter", REFUSED)
def test_decision_table(make: Any, cast: Any, both: tuple[Cluster, Cluster], matter: str) -> None:
    old, into = both
    third = portrait("dritter")
    who, source, target, reason = cast.editor, old, into, "Dasselbe."
    if matter == "not an editor":
        who = cast.moderator
    elif matter == "manager of both":
        who = cast.stranger
        for one in both:
            add_manager(make.actor(cast.editor), one, who)
    elif matter == "itself":
        target = old
    elif matter == "without a reason":
        reason = ""
    elif matter == "merged already":
        do(make, cast.editor, old, third)
    elif matter == "into a merged one":
        do(make, cast.editor, into, third)
    elif matter == "into one taken out":
        editing.take_out(make.actor(cast.editor), into.id)
    else:
        remember("clusters.moderate_editors", True)
        change = editing.Sent({"values": {"seat": "Gera"}}, seen(old))
        assert editing.send(make.actor(cast.editor), old.id, change).status == rules.WAITING
    db.session.commit()
    before = _state(into)
    with pytest.raises(REFUSED[matter]):
        mergers.merge(make.actor(who), source.id, target.id, reason)
    db.session.rollback()
    assert _state(into) == before


def test_undo_is_for_editors_and_once(make: Any, cast: Any, both: tuple[Cluster, Cluster]) -> None:
    merger = do(make, cast.editor, *both)
    with pytest.raises(Refused):
        mergers.undo(make.actor(cast.moderator), merger.id)
    mergers.undo(make.actor(cast.editor), merger.id)
    with pytest.raises(Conflict):
        mergers.undo(make.actor(cast.editor), merger.id)


def test_a_merged_portrait_is_not_changed_any_more(
    editor: Any, make: Any, cast: Any, both: tuple[Cluster, Cluster]
) -> None:
    page = editor.page("/de/clusters/linsenkreis/edit")
    values = page.form_values(page.select("form[action$='/edit']")[0])
    do(make, cast.editor, *both)
    answer = editor.post("/de/clusters/linsenkreis/edit", data={**values, "seat": "Gera"})
    assert answer.status_code == 409 and "Gera" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("typed", "status", "words"),
    [
        ("https://example.org/de/clusters/optikring", 303, ""), ("Optikring Saale", 303, ""),
        ("gibt es nicht", 422, "kein Portrait"),
        ("ring", 422, "Mehrere Portraits"), ("linsenkreis", 422, "mit sich selbst"),
        ("", 422, "Bitte"), ("%", 422, "kein Portrait"),
    ],
)  # fmt: skip
def test_the_target_is_found_by_address_or_name(
    editor: Any, both: tuple[Cluster, Cluster], typed: str, status: int, words: str
) -> None:
    portrait("ringwerk", name={"de": "Ringwerk", "en": "Ringwerk"}, short_name="Ringwerk")
    fields = {"target": typed, "reason": "Dasselbe, nur umbenannt."}
    answer = editor.submit("/de/editorial/clusters/linsenkreis/merge", fields)
    assert answer.status_code == status
    if words:
        text = answer.get_data(as_text=True)
        assert words in text and "Dasselbe, nur umbenannt." in text


def test_an_undone_merger_leaves_no_trace_in_search(
    make: Any, cast: Any, both: tuple[Cluster, Cluster], client: Any
) -> None:
    merger = do(make, cast.editor, *both)
    assert "linsenkreis" in fresh(both[1]).name_key
    mergers.undo(make.actor(cast.editor), merger.id)
    db.session.commit()
    assert "linsenkreis" not in fresh(both[1]).name_key
    left = db.session.query(Observation).filter_by(cluster_id=both[1].id, origin_id=both[0].id, replaced_at=None).all()
    assert left == []


def test_who_belongs_to_several_is_named_once(client: Any, make: Any, both: tuple[Cluster, Cluster]) -> None:
    firm, other = make.organisation("Feinglas"), make.organisation("Grobglas")
    for one in both:
        found = link(one, firm, "member_of")
        found.from_kind, found.from_id, found.from_key = "organisation", firm.id, firm.slug
        found.to_kind, found.to_id, found.to_key = "cluster", one.id, one.slug
    single = link(both[0], other, "part_of")
    single.from_kind, single.from_id, single.from_key = "organisation", other.id, other.slug
    single.to_kind, single.to_id, single.to_key = "cluster", both[0].id, both[0].slug
    db.session.commit()
    belonging = editorial.in_several()
    assert (belonging.all, [(info.title, number) for info, number in belonging.several]) == (2, [("Feinglas", 2)])
    text = client.page("/de/clusters/figures").text
    assert "davon 1 mehreren" in text and ": in 2 Clustern" in text and "Feinglas" in text


def test_dates_of_the_old_portrait_are_those_of_the_survivor_and_back(
    make: Any, cast: Any, both: tuple[Cluster, Cluster]
) -> None:
    """What other rooms keep about a portrait moves by their merge hooks."""
    old, into = both
    activity = make.activity("Linsenabend", organiser_kind="cluster", organiser_id=old.id)
    editor = make.actor(cast.editor)
    merger = mergers.merge(editor, old.id, into.id, "Dasselbe Netzwerk.")
    db.session.refresh(activity)
    assert activity.organiser_id == into.id
    mergers.undo(editor, merger.id)
    db.session.refresh(activity)
    assert activity.organiser_id == old.id
