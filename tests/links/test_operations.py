"""Setting the links of a thing, and keeping what lines show of their ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from consult.core.clock import now
from consult.core.errors import Invalid
from consult.core.registry import registries, touch
from consult.links import operations
from consult.links.ends import number_of
from consult.links.models import CONFIRMED, ENDED, PROPOSED, STATED, Link, LinkEnd
from tests.links.conftest import Pair

FINLAND = number_of("FI")


def _set(pair: Pair, *ends: tuple[str, int, str]) -> list[Link]:
    return operations.set_links(pair.actors["from"], "cluster", pair.first.id, list(ends))


def _all(db: Any) -> list[Link]:
    return list(db.session.execute(select(Link).order_by(Link.id)).scalars())


def test_what_a_person_links_is_a_proposal(pair: Pair) -> None:
    (link,) = _set(pair, ("cluster", pair.second.id, "complements"))
    assert link.status == PROPOSED
    assert (link.from_key, link.to_key) == (pair.first.slug, pair.second.slug)
    assert link.confirmed_from_at is not None and link.confirmed_to_at is None
    assert link.created_by == pair.actors["from"].person_id


def test_what_nobody_could_confirm_is_a_statement(pair: Pair) -> None:
    (link,) = _set(pair, ("country", FINLAND, "relates_to"))
    assert link.status == STATED


def test_setting_again_changes_nothing(db: Any, pair: Pair) -> None:
    first = _set(pair, ("cluster", pair.second.id, "complements"), ("country", FINLAND, "relates_to"))
    again = _set(pair, ("country", FINLAND, "relates_to"), ("cluster", pair.second.id, "complements"))
    assert {link.id for link in first} == {link.id for link in again}
    assert len(_all(db)) == 2


def test_what_is_no_longer_named_goes(db: Any, pair: Pair) -> None:
    _set(pair, ("cluster", pair.second.id, "complements"), ("country", FINLAND, "relates_to"))
    _set(pair, ("country", FINLAND, "relates_to"))
    assert [link.to_kind for link in _all(db)] == ["country"]


def test_type_and_role_tell_links_apart(db: Any, pair: Pair) -> None:
    _set(pair, ("cluster", pair.second.id, "proposes"), ("cluster", pair.second.id, "proposes:host"))
    assert [(link.type, link.role) for link in _all(db)] == [("proposes", ""), ("proposes", "host")]


def test_what_the_other_side_confirmed_stays(db: Any, pair: Pair) -> None:
    (link,) = _set(pair, ("cluster", pair.second.id, "complements"))
    operations.confirm(pair.actors["to"], link)
    _set(pair)
    assert [one.status for one in _all(db)] == [CONFIRMED]


def test_what_a_source_states_stays(db: Any, pair: Pair, new_link: Callable[..., Link]) -> None:
    new_link(status=STATED, key="shipped--relation")
    _set(pair)
    assert len(_all(db)) == 1


@pytest.mark.parametrize(
    ("kind", "end", "code"),
    [
        ("cluster", "second", "likes"),
        ("cluster", "second", "about_topic"),
        ("cluster", "nobody", "complements"),
        ("planet", "second", "complements"),
        ("cluster", "first", "complements"),
    ],
)
def test_what_does_not_fit_is_refused(pair: Pair, kind: str, end: str, code: str) -> None:
    ids = {"first": pair.first.id, "second": pair.second.id, "nobody": 999_999}
    with pytest.raises(Invalid):
        _set(pair, (kind, ids[end], code))


def test_ending_notes_the_day(pair: Pair, new_link: Callable[..., Link], clock: Any) -> None:
    link = new_link(status=CONFIRMED)
    operations.end(pair.actors["editor"], link)
    assert (link.status, link.to_date) == (ENDED, "2026-11-24")


# ---- what lines show of the ends ------------------------------------------------------------------------------------


def _end(db: Any, pair: Pair) -> LinkEnd:
    row = db.session.get(LinkEnd, ("cluster", pair.second.id))
    assert isinstance(row, LinkEnd)
    return row


def test_an_end_is_known_in_both_languages(db: Any, pair: Pair, new_link: Callable[..., Link]) -> None:
    new_link()
    end = _end(db, pair)
    assert end.title == {"de": "Photonik Neckar", "en": "Photonik Neckar (en)"}
    assert end.url == {"de": f"/de/clusters/{pair.second.slug}", "en": f"/en/clusters/{pair.second.slug}"}
    assert (end.region, end.public) == ("DE11", True)


def test_an_end_follows_what_is_touched(db: Any, pair: Pair, new_link: Callable[..., Link]) -> None:
    new_link()
    pair.second.name = {"de": "Neuer Name", "en": "New name"}
    touch("cluster", pair.second.id)
    db.session.commit()
    assert _end(db, pair).title["en"] == "New name"


def test_what_is_not_linked_is_not_remembered(db: Any, pair: Pair) -> None:
    touch("cluster", pair.second.id)
    db.session.commit()
    assert db.session.execute(select(LinkEnd)).first() is None


def test_a_new_key_reaches_the_links(db: Any, pair: Pair, new_link: Callable[..., Link]) -> None:
    link = new_link()
    pair.second.slug = "another-address"
    touch("cluster", pair.second.id)
    db.session.commit()
    db.session.refresh(link)
    assert link.to_key == "another-address"


def test_recounting_mends_the_ends(db: Any, pair: Pair, new_link: Callable[..., Link]) -> None:
    new_link()
    db.session.delete(_end(db, pair))
    db.session.add(LinkEnd(kind="cluster", id=777, title={}, url={}))
    db.session.flush()
    assert registries.counters["links.ends"]() == 2
    assert registries.counters["links.ends"]() == 0
    assert _end(db, pair).key == pair.second.slug
    assert db.session.get(LinkEnd, ("cluster", 777)) is None


def test_links_of_one_that_became_another(db: Any, make: Any, pair: Pair, new_link: Callable[..., Link]) -> None:
    link = new_link()
    third = make.cluster("Dritter")
    operations.merge_ends("cluster", pair.second.id, third.id)
    assert (link.to_id, link.to_key) == (third.id, third.slug)
    operations.merge_ends("cluster", third.id, pair.first.id)  # would lead to itself
    assert link.to_id == third.id


def test_a_persons_share(db: Any, pair: Pair) -> None:
    (link,) = _set(pair, ("cluster", pair.second.id, "complements"))
    person_id = pair.actors["from"].person_id or 0
    told = registries.personal_data["links"].export(person_id)["links"]
    assert [(one["type"], one["to"]) for one in told] == [("complements", f"cluster/{pair.second.slug}")]
    registries.personal_data["links"].erase(person_id)
    db.session.refresh(link)
    assert link.created_by is None


def test_confirmed_means_both(pair: Pair, new_link: Callable[..., Link]) -> None:
    link = new_link(status=STATED, confirmed_from_at=now())
    operations.confirm(pair.actors["to"], link)
    assert link.status == CONFIRMED and link.confirmed_from_at and link.confirmed_to_at
