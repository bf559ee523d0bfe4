"""Responses as files: what an import adds, and that it changes nothing of what was said (round trips: `tests/exchange`)."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from consult.core.access import SYSTEM
from consult.core.clock import today
from consult.core.db import db
from consult.core.exchange_export import write
from consult.core.exchange_runs import carry_out, undo
from consult.core.registry import registries
from consult.evaluation.drafts import Promise
from consult.evaluation.models import CommitmentReport, Response, ResponseVersion
from tests.evaluation import desk

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def ideas(make: Any, cast: Any) -> list[Any]:
    consultation = make.consultation(slug="open-region", prefix="OR")
    return [
        make.idea("Kalender", consultation=consultation, author=cast.owner),
        make.idea("Nur intern", consultation=consultation, author=cast.owner, answers={1: ("Intern.", "ministry")}),
    ]


def exported(audience: str = "public") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(b"".join(write(registries.exchanges["responses"], "json", "de", audience)))
    return found


def take(*records: dict[str, Any]) -> Any:
    found, run = carry_out(SYSTEM, registries.exchanges["responses"], "file.json", json.dumps(records).encode())
    if found.refused:
        db.session.rollback()
    else:
        db.session.commit()
    return found, run


def test_what_goes_out(make: Any, cast: Any, ideas: list[Any]) -> None:
    """The public reads of public ideas only; drafts stay; who takes everything has what was taken back, too."""
    actor = make.actor(cast.official)
    desk.response(actor, ideas, promises=(Promise("Tun", "Referat", today() + timedelta(days=9)),))
    desk.response(actor, ideas[:1], "draft")
    desk.response(actor, ideas[:1], "withdrawn")
    db.session.commit()
    (one,) = exported()
    assert one["ideas"] == [f"idea/{ideas[0].number}"] and one["office"] == f"organisation/{cast.ministry.slug}"
    assert one["commitments"][0]["title"] == "Tun" and one["wordings"][0]["body"] == desk.BODY
    assert sorted(len(every["ideas"]) for every in exported("all")) == [1, 2]
    assert {every.get("status", "published") for every in exported("all")} == {"published", "withdrawn"}


def test_a_file_adds_and_changes_nothing(
    make: Any, cast: Any, ideas: list[Any], run_jobs: Any, outbox: Any, clock: Any
) -> None:
    desk.response(make.actor(cast.official), ideas[:1], promises=(Promise("Tun", "Referat"),))
    db.session.commit()
    (one,) = exported()
    further = json.loads(json.dumps(one))
    further["wordings"].append({"status": "partly", "body": "Nun anders.", "published": "2026-11-25T08:00:00+01:00"})
    further["commitments"][0]["status"] = "in_work"
    further["commitments"][0]["reports"] = [
        {"status": "in_work", "note": "Begonnen.", "at": "2026-11-25T09:00:00+01:00"}
    ]
    for name, value in (("body", "Nie gesagt."), ("status", "examined")):
        other = json.loads(json.dumps(one))
        other["wordings"][0][name] = value
        assert [fault.field for fault in take(other)[0].faults] == ["wordings"]
    less = json.loads(json.dumps(one))
    less["commitments"] = []
    assert [fault.field for fault in take(less)[0].faults] == ["commitments"]
    leap = json.loads(json.dumps(one))
    leap["commitments"][0]["status"] = "kept"
    assert not take(leap)[0].faults and [
        fault.field for fault in take(one | {"commitments": [{**leap["commitments"][0], "status": "broken"}]})[0].faults
    ] == ["commitments"], "what is kept is not broken"
    assert not take(further)[0].faults
    assert (
        db.session.query(ResponseVersion).count() == 2 and db.session.query(CommitmentReport).one().note == "Begonnen."
    )
    assert db.session.query(Response).one().version == 2
    db.session.refresh(ideas[0])
    assert ideas[0].response == "partly"
    (present,) = exported()
    assert present == {**further, "wordings": present["wordings"], "commitments": present["commitments"]}
    clock.shift(minutes=11)
    run_jobs()
    assert len(outbox.to(cast.owner, "idea.responded")) == 0, "who brought the file in told nobody"


def test_an_import_is_taken_back(make: Any, cast: Any, ideas: list[Any]) -> None:
    desk.response(make.actor(cast.official), ideas[:1])
    db.session.commit()
    (one,) = exported()
    _found, run = take({**one, "id": "anderswo"})
    assert {every["id"] for every in exported()} == {one["id"], "anderswo"}
    assert undo(SYSTEM, run) == []
    db.session.commit()
    assert [every["id"] for every in exported()] == [one["id"]]
    db.session.refresh(ideas[0])
    assert ideas[0].response == "taken_up"


def test_it_waits_for_its_consultation_and_its_ideas(make: Any, cast: Any, ideas: list[Any]) -> None:
    record = {
        "id": "frueh", "consultation": "consultation/noch-nicht", "ideas": ["idea/NN-2026-00001"],
        "wordings": [{"status": "examined", "body": "Wir prüfen es.", "published": "2026-11-20"}],
    }  # fmt: skip
    found, _run = take(record)
    assert not found.faults and found.unresolved and db.session.query(Response).count() == 0
    assert [every["id"] for every in exported()] == ["frueh"]
    make.consultation(slug="noch-nicht", prefix="NN")
    take({**record, "id": "auch"})
    waiting = next(every for every in exported() if every["id"] == "auch")
    assert waiting["ideas"] == ["idea/NN-2026-00001"] and db.session.query(Response).filter_by(key="auch").one()
