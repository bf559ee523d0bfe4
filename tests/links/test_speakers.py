"""Who is told of what concerns a thing: those who speak for it, and nobody else, whatever kind of thing it is."""

from __future__ import annotations

from typing import Any

import pytest

from consult.accounts.models import Person
from consult.clusters.models import ClusterManager
from consult.core.clock import now
from consult.core.registry import registries
from consult.ideas import coauthoring, tokens
from consult.links.models import STATED, Link
from consult.partnering.models import PUBLISHED, Offer


@pytest.fixture
def everybody(cast: Any, make: Any) -> list[Person]:
    """All of the cast, a manager of the company, and somebody who managed the cluster once and lost the role."""
    names = (
        "owner", "colleague", "outsider", "participant", "stranger", "moderator", "cluster_manager", "editor", "analyst",
        "official", "admin",
    )  # fmt: skip
    head = make.person("Hanna Head", organisation=cast.company, member_role="manager")
    former = make.person("Fritz Former")
    make.add(ClusterManager(cluster_id=cast.cluster.id, person_id=former.id, created_at=now()))
    return [*(getattr(cast, name) for name in names), head, former]


def _leads(make: Any, kind: str, thing: Any, project: Any) -> None:
    make.add(
        Link(
            type="coordinator_of", status=STATED, from_kind=kind, from_id=thing.id, from_key=thing.slug, to_kind="project",
            to_id=project.id, to_key=project.slug, created_at=now(),
        )
    )  # fmt: skip


def _offer(make: Any, cast: Any, kind: str, owner_id: int, author: Person | None) -> Offer:
    number = make.number()
    found: Offer = make.add(
        Offer(
            slug=f"offer-{number}", kind="offer", title={"de": "Angebot", "en": "Offer"}, category="testing",
            owner_kind=kind, owner_id=owner_id, author_id=author.id if author else None, status=PUBLISHED,
        )
    )  # fmt: skip
    return found


@pytest.fixture
def things(cast: Any, make: Any, everybody: list[Person]) -> list[tuple[str, int, int]]:
    """(kind, id, how many speak for it)."""
    consultation = make.consultation()
    ours = make.idea("Der Firma", consultation=consultation, author=cast.owner)
    ours.organisation_id = cast.company.id
    own = make.idea("Eigene", consultation=consultation, author=cast.participant)
    row = coauthoring.invite(cast.actor(cast.participant), own.id, cast.stranger.email, "")
    token = tokens.coauthor_token(own.draft_key, row.email_key)
    coauthoring.confirm(cast.actor(cast.stranger), row.id, token, "Sven Stranger", "")
    led, alone = make.project("Geführt"), make.project("Allein")
    _leads(make, "cluster", cast.cluster, led)
    hosted = make.activity("Treffen", organiser_kind="organisation", organiser_id=cast.company.id)
    return [
        ("cluster", cast.cluster.id, 1), ("organisation", cast.company.id, 1), ("idea", ours.id, 3), ("idea", own.id, 2),
        ("project", led.id, 2), ("project", alone.id, 0), ("activity", hosted.id, 3),
        ("offer", _offer(make, cast, "organisation", cast.company.id, None).id, 3),
        ("offer", _offer(make, cast, "cluster", cast.cluster.id, cast.stranger).id, 2),
        ("offer", _offer(make, cast, "idea", own.id, None).id, 2),
    ]  # fmt: skip


def test_who_may_confirm_is_who_is_told(cast: Any, everybody: list[Person], things: list[tuple[str, int, int]]) -> None:
    assert {kind for kind, _id, _number in things} == {
        one.kind for one in registries.subjects.values() if one.may_manage is not None
    }
    for kind, subject_id, number in things:
        subject = registries.subjects[kind]
        assert subject.may_manage is not None and subject.speakers is not None
        may = {one.id for one in everybody if subject.may_manage(cast.actor(one), subject_id)}
        assert set(subject.speakers(subject_id)) == may, kind
        assert len(may) == number, kind
        assert not subject.speakers(999_999), kind
