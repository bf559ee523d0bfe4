"""Decision tables of responses and commitments: state x act x actor."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from consult.consultations.models import Consultation
from consult.core.clock import today
from consult.core.errors import Conflict, DomainError, Invalid, Refused
from consult.evaluation import commitments, drafts, operations, queries, rules
from consult.evaluation.drafts import Promise
from consult.evaluation.models import BROKEN, DRAFT, IN_WORK, KEPT, PROMISED, PUBLISHED, WITHDRAWN, Response
from tests.evaluation import desk

pytestmark = pytest.mark.usefixtures("clock")

ACTS: dict[str, Callable[[Any, Response, Any], Any]] = {
    "save": lambda actor, one, idea: operations.save_response(actor, one.id, desk.content(idea), one.revision),
    "publish": lambda actor, one, idea: operations.publish_response(actor, one.id, desk.content(idea), one.revision, 0),
    "withdraw": lambda actor, one, _idea: operations.withdraw_response(actor, one.id, one.revision, "Verwechselt."),
    "delete": lambda actor, one, _idea: operations.delete_draft(actor, one.id, one.revision),
}
# (state, act) -> state afterwards; everything else is refused
TABLE = {
    (DRAFT, "save"): DRAFT,
    (DRAFT, "publish"): PUBLISHED,
    (DRAFT, "delete"): None,
    (PUBLISHED, "save"): PUBLISHED,
    (PUBLISHED, "publish"): PUBLISHED,
    (PUBLISHED, "withdraw"): WITHDRAWN,
    (PUBLISHED, "delete"): PUBLISHED,
    (WITHDRAWN, "save"): WITHDRAWN,
    (WITHDRAWN, "publish"): PUBLISHED,
    (WITHDRAWN, "delete"): WITHDRAWN,
}


@pytest.fixture
def idea(make: Any, cast: Any) -> Any:
    consultation = make.consultation(slug="open-region", prefix="OR")
    return make.idea("Kalender", consultation=consultation, author=cast.owner)


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("state", [DRAFT, PUBLISHED, WITHDRAWN])
def test_states_and_acts(make: Any, cast: Any, db: Any, idea: Any, state: str, act: str) -> None:
    official = make.actor(cast.official)
    found = desk.response(official, [idea], state)
    if (state, act) not in TABLE:
        with pytest.raises(Conflict):
            ACTS[act](official, found, idea)
        return
    ACTS[act](official, found, idea)
    expected = TABLE[(state, act)]
    if expected is None:
        assert db.session.query(Response).count() == 0
        return
    assert found.status == expected
    db.session.refresh(idea)
    assert (idea.responded_at is not None) == (expected == PUBLISHED) == bool(idea.response)


@pytest.mark.parametrize("act", [*ACTS, "draft", "report"])
@pytest.mark.parametrize(
    "who",
    ["participant", "owner", "cluster_manager", "moderator", "editor", "admin", "analyst", "official", "freelance"],
)
def test_who_may(make: Any, cast: Any, idea: Any, who: str, act: str) -> None:
    """Analysts write, officials of an agency or ministry publish; one without a house writes only."""
    first = desk.response(make.actor(cast.official), [idea], PUBLISHED, (Promise("Tun", "Referat"),))
    other = desk.response(make.actor(cast.official), [idea])
    person = make.person(roles=("official",)) if who == "freelance" else getattr(cast, who)
    actor = make.actor(person)
    writes = who in ("analyst", "official", "freelance")
    allowed = writes if act in ("save", "delete", "draft") else who == "official"
    acts: dict[str, Callable[[], Any]] = {
        "draft": lambda: operations.draft_response(actor, idea.consultation_id, desk.content(idea)),
        "report": lambda: commitments.report(actor, desk.promised(first).id, KEPT, "Fertig.", None, 1),
    }
    carry_out = acts.get(act, lambda: ACTS[act](actor, other, idea))
    if allowed:
        carry_out()
        return
    with pytest.raises(Refused):
        carry_out()


@pytest.mark.parametrize("act", ["publish", "withdraw", "report"])
def test_no_house_changes_what_another_has_published(make: Any, cast: Any, idea: Any, act: str) -> None:
    """An official of the agency may propose other words for the ministry's response, and does nothing else with it."""
    ours = make.actor(cast.official)
    other = make.actor(make.person(roles=("official",), organisation=cast.agency))
    promised = desk.response(ours, [idea], PUBLISHED, (Promise("Tun", "Referat"),))
    found = desk.response(ours, [idea])
    acts: dict[str, Callable[[], Any]] = {
        "report": lambda: commitments.report(other, desk.promised(promised).id, KEPT, "Fertig.", None, 1)
    }
    with pytest.raises(Refused):
        acts.get(act, lambda: ACTS[act](other, found, idea))()
    ACTS["save"](other, found, idea)
    assert found.status == PUBLISHED and found.organisation_id == cast.ministry.id
    own = desk.response(other, [idea])
    assert own.organisation_id == cast.agency.id


def test_rights_end_at_the_consultation(make: Any, cast: Any, idea: Any) -> None:
    elsewhere = make.consultation(slug="elsewhere")
    person = make.person(organisation=cast.ministry)
    make.grant(person, "official", elsewhere)
    with pytest.raises(Refused):
        operations.draft_response(make.actor(person), idea.consultation_id, desk.content(idea))
    with pytest.raises(Invalid) as refused:
        operations.draft_response(make.actor(person), elsewhere.id, desk.content(idea))
    assert set(refused.value.fields) == {"ideas"}


@pytest.mark.parametrize("status", ["draft", "submitted"])
def test_only_what_was_published_is_answered(make: Any, cast: Any, db: Any, idea: Any, status: str) -> None:
    consultation = db.session.get(Consultation, idea.consultation_id)
    waiting = make.idea("Wartet", consultation=consultation, author=cast.owner, status=status)
    with pytest.raises(Invalid) as refused:
        operations.draft_response(make.actor(cast.official), idea.consultation_id, desk.content(idea, waiting))
    assert set(refused.value.fields) == {"ideas"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"status": ""}, "status"),
        ({"status": "whatever"}, "status"),
        ({"body": " "}, "body"),
        ({"body": "", "status": "not_possible"}, "body"),
        ({"language": "xx"}, "language"),
        ({"ideas": ()}, "ideas"),
        ({"promises": (Promise("", "Referat"),)}, "promise-1-title"),
        ({"promises": (Promise("Tun", "Referat"), Promise("Auch"))}, "promise-2-unit"),
    ],
)
def test_what_a_response_needs(make: Any, cast: Any, idea: Any, changes: dict[str, Any], field: str) -> None:
    """A draft may lack anything; published is only what is whole."""
    official = make.actor(cast.official)
    said = desk.content(idea, **changes)
    found = operations.draft_response(official, idea.consultation_id, said)
    assert set(drafts.lacking(said)) == {field}
    with pytest.raises(Invalid) as refused:
        operations.publish_response(official, found.id, said, found.revision, 0)
    assert set(refused.value.fields) == {field} and found.status == DRAFT


# (state, what a report says) -> allowed
REPORTS = {
    (PROMISED, PROMISED), (PROMISED, IN_WORK), (PROMISED, KEPT), (PROMISED, BROKEN),
    (IN_WORK, IN_WORK), (IN_WORK, KEPT), (IN_WORK, BROKEN), (KEPT, IN_WORK), (BROKEN, IN_WORK),
}  # fmt: skip


@pytest.mark.parametrize("said", [PROMISED, IN_WORK, KEPT, BROKEN])
@pytest.mark.parametrize("state", [PROMISED, IN_WORK, KEPT, BROKEN])
def test_reports_on_commitments(make: Any, cast: Any, idea: Any, state: str, said: str) -> None:
    official = make.actor(cast.official)
    due = today() + timedelta(days=30)
    found = desk.promised(desk.response(official, [idea], PUBLISHED, (Promise("Tun", "Referat", due),)))
    if state != PROMISED:
        commitments.report(official, found.id, state, "Bis hierher.", None, found.revision)
    later = due + timedelta(days=30)
    if (state, said) not in REPORTS:
        with pytest.raises(Invalid) as refused:
            commitments.report(official, found.id, said, "Weiter.", later, found.revision)
        assert "status" in refused.value.fields
        return
    commitments.report(official, found.id, said, "Weiter.", later, found.revision)
    (told,) = queries.commitments_of([found.response_id])[found.response_id]
    assert (told.status, told.note, told.due_on, told.first_due_on) == (said, "Weiter.", later, due)
    assert said in rules.ACTS


@pytest.mark.parametrize(
    ("said", "note", "days", "field"),
    [(PROMISED, "Später.", None, "due_on"), (PROMISED, "Später.", 30, "due_on"), (KEPT, " ", None, "note"),
     (KEPT, "x" * 2001, None, "note"), ("maybe", "Ja.", None, "status")],
)  # fmt: skip
def test_what_a_report_needs(
    make: Any, cast: Any, idea: Any, said: str, note: str, days: int | None, field: str
) -> None:
    official = make.actor(cast.official)
    promise = Promise("Tun", "Referat", today() + timedelta(days=30))
    found = desk.promised(desk.response(official, [idea], PUBLISHED, (promise,)))
    due = today() + timedelta(days=days) if days else None
    with pytest.raises(Invalid) as refused:
        commitments.report(official, found.id, said, note, due, found.revision)
    assert set(refused.value.fields) == {field} and found.status == PROMISED


def test_what_was_promised_is_never_taken_back(make: Any, cast: Any, idea: Any) -> None:
    official = make.actor(cast.official)
    found = desk.response(official, [idea], PUBLISHED, (Promise("Tun", "Referat"),))
    with pytest.raises(Conflict):
        operations.withdraw_response(official, found.id, found.revision, "Doch nicht.")
    operations.publish_response(official, found.id, desk.content(idea, body="Anders gesagt."), found.revision, 0)
    assert desk.promised(found).title == "Tun"


def test_who_was_overtaken_is_told(make: Any, cast: Any, idea: Any) -> None:
    official = make.actor(cast.official)
    found = desk.response(official, [idea], DRAFT)
    seen = found.revision
    operations.save_response(make.actor(cast.analyst), found.id, desk.content(idea, body="Anders."), seen)
    for carry_out in (
        lambda: operations.publish_response(official, found.id, desk.content(idea), seen, 0),
        lambda: operations.save_response(official, found.id, desk.content(idea), seen),
        lambda: operations.delete_draft(official, found.id, seen),
    ):
        with pytest.raises(DomainError) as refused:
            carry_out()
        assert isinstance(refused.value, Conflict)


def test_late_is_what_is_open_after_its_day(clock: Any) -> None:
    day = today()
    assert clock is not None
    assert not rules.is_late(PROMISED, day, day) and rules.is_late(PROMISED, day - timedelta(days=1), day)
    assert rules.is_late(IN_WORK, day - timedelta(days=1), day)
    assert not rules.is_late(KEPT, day - timedelta(days=1), day) and not rules.is_late(PROMISED, None, day)
