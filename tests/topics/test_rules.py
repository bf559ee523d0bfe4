"""Decision table of topics: state x act x actor, and what a topic needs before it may appear."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from consult.core.clock import now, today
from consult.core.db import db
from consult.core.errors import Conflict, DomainError, Invalid, Refused
from consult.topics import operations, rules
from consult.topics.models import NEVER, Topic
from consult.topics.rules import DRAFT, PLANNED, PUBLISHED, VERBATIM, WITHDRAWN
from tests.topics import desk

pytestmark = pytest.mark.usefixtures("clock")

ACTS: dict[str, Callable[[Any, Topic], Any]] = {
    "plan": lambda actor, topic: operations.plan_topic(actor, topic.id, now() + timedelta(days=3), topic.revision),
    "publish": lambda actor, topic: operations.publish_topic(actor, topic.id, topic.revision),
    "unplan": lambda actor, topic: operations.take_back(actor, topic.id, "unplan", topic.revision),
    "withdraw": lambda actor, topic: operations.take_back(actor, topic.id, "withdraw", topic.revision),
    "reopen": lambda actor, topic: operations.take_back(actor, topic.id, "reopen", topic.revision),
}
# (state, act) -> state afterwards; everything else is refused. "due" is planned with its date behind it, its job not run.
TABLE = {
    (DRAFT, "plan"): PLANNED,
    (DRAFT, "publish"): PUBLISHED,
    (PLANNED, "plan"): PLANNED,
    (PLANNED, "publish"): PUBLISHED,
    (PLANNED, "unplan"): DRAFT,
    ("due", "withdraw"): WITHDRAWN,
    (PUBLISHED, "withdraw"): WITHDRAWN,
    (WITHDRAWN, "reopen"): DRAFT,
}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("state", [DRAFT, PLANNED, "due", PUBLISHED, WITHDRAWN])
def test_states_and_acts(make: Any, cast: Any, state: str, act: str) -> None:
    days = {PLANNED: 2, "due": -1, PUBLISHED: -1}.get(state, 0)
    topic = desk.topic(make, status=PLANNED if state == "due" else state, days=days)
    actor = make.actor(cast.editor)
    expected = TABLE.get((state, act))
    if expected is None:
        with pytest.raises(Conflict):
            ACTS[act](actor, topic)
        return
    ACTS[act](actor, topic)
    assert topic.status == expected
    assert rules.is_public(topic, now()) == (expected == PUBLISHED)
    assert (topic.published_at == NEVER) == (expected in (DRAFT, WITHDRAWN))


@pytest.mark.parametrize("act", [*ACTS, "save", "create", "picture"])
@pytest.mark.parametrize(
    "who", ["participant", "owner", "cluster_manager", "moderator", "analyst", "official", "admin"]
)
def test_only_editors_write(make: Any, cast: Any, who: str, act: str) -> None:
    topic, actor = desk.topic(make), make.actor(getattr(cast, who))
    draft = operations.Draft(texts={"title": {"de": "Neu"}}, values={})
    further: dict[str, Callable[[], Any]] = {
        "save": lambda: operations.save_topic(actor, topic.id, draft, 1),
        "create": lambda: operations.create_topic(actor, draft),
        "picture": lambda: operations.remove_picture(actor, topic.id, 1),
    }
    with pytest.raises(Refused):
        further[act]() if act in further else ACTS[act](actor, topic)
    assert topic.status == DRAFT


@pytest.mark.parametrize(
    ("columns", "field"),
    [
        ({"title": {}}, "title_de"),
        ({"teaser": {}}, "teaser_de"),
        ({"article": {}}, "article_de"),
        ({"open_question": {}}, "open_question_de"),
        ({"statement": {"de": "Gesagt."}}, "statement_kind"),
        ({"statement": {"de": "Gesagt."}, "statement_kind": VERBATIM}, "approved_on"),
        ({"picture": "a" * 40, "picture_alt": {"de": "Ein Labor"}}, "picture"),
        ({}, ""),
        ({"statement": {"de": "Sinngemäß."}, "statement_kind": "paraphrase"}, ""),
        ({"statement": {"de": "Gesagt."}, "statement_kind": VERBATIM, "statement_approved": True}, ""),
    ],
)
def test_what_is_needed_to_appear(make: Any, cast: Any, columns: dict[str, Any], field: str) -> None:
    topic = desk.topic(make, **columns)
    assert list(rules.lacking(topic)) == ([field] if field else [])
    actor = make.actor(cast.editor)
    for act in ("plan", "publish"):
        if field:
            with pytest.raises(Invalid):
                ACTS[act](actor, topic)
            assert topic.status == DRAFT
    if not field:
        ACTS["publish"](actor, topic)
        assert topic.status == PUBLISHED


def test_without_a_contact_it_does_not_appear(make: Any) -> None:
    topic = desk.topic(make)
    topic.contact_id = None
    assert list(rules.lacking(topic)) == ["contact"]


def test_a_plan_needs_a_moment_to_come(make: Any, cast: Any) -> None:
    topic = desk.topic(make)
    with pytest.raises(Invalid):
        operations.plan_topic(make.actor(cast.editor), topic.id, now(), 1)


# ---- the approval of a statement ------------------------------------------------------------------------------------


def _draft(topic: Topic, approval: operations.Approval, **texts: dict[str, str]) -> operations.Draft:
    values = {name: getattr(topic, name) for name in operations.FIELDS}
    words = {name: getattr(topic, name) for name in operations.TEXTS}
    return operations.Draft(texts={**words, **texts}, values=values, approval=approval)


@pytest.mark.parametrize("state", [DRAFT, PLANNED, PUBLISHED])
@pytest.mark.parametrize("renewed", [True, False])
def test_a_new_wording_needs_a_new_approval(make: Any, cast: Any, state: str, renewed: bool) -> None:
    yesterday = today() - timedelta(days=1)
    topic = desk.topic(
        make, status=state, days=2 if state == PLANNED else -1, statement={"de": "So."}, statement_kind=VERBATIM,
        statement_approved=True, approved_who="Pressestelle", approved_on=yesterday,
    )  # fmt: skip
    given = operations.Approval("Pressestelle", today() if renewed else yesterday)
    actor, draft = make.actor(cast.editor), _draft(topic, given, statement={"de": "Anders."})
    if state == DRAFT or renewed:
        operations.save_topic(actor, topic.id, draft, 1)
        assert topic.statement == {"de": "Anders."}
        assert topic.statement_approved is renewed
        assert topic.approval_noted_by == (cast.editor.id if renewed else None)
        return
    with pytest.raises(Invalid) as refused:
        operations.save_topic(actor, topic.id, draft, 1)
    assert list(refused.value.fields) == ["approved_on"]


@pytest.mark.parametrize(
    ("who", "days", "said", "field"),
    [("Pressestelle", None, True, "approved_on"), ("", 0, True, "approved_who"), ("Presse", 1, True, "approved_on"),
     ("Presse", 0, False, "approved_on")],
)  # fmt: skip
def test_half_an_approval_is_none(make: Any, cast: Any, who: str, days: int | None, said: bool, field: str) -> None:
    topic = desk.topic(make, statement={"de": "So."} if said else {}, statement_kind=VERBATIM)
    approval = operations.Approval(who, None if days is None else today() + timedelta(days=days))
    with pytest.raises(Invalid) as refused:
        operations.save_topic(make.actor(cast.editor), topic.id, _draft(topic, approval), 1)
    assert list(refused.value.fields) == [field]


def test_two_editors_at_once(make: Any, cast: Any) -> None:
    topic, actor = desk.topic(make), make.actor(cast.editor)
    operations.save_topic(actor, topic.id, _draft(topic, operations.Approval(), title={"de": "Eins"}), 1)
    for late in (
        lambda: operations.save_topic(actor, topic.id, _draft(topic, operations.Approval(), title={"de": "Zwei"}), 1),
        lambda: operations.publish_topic(actor, topic.id, 1),
        lambda: operations.remove_picture(actor, topic.id, 1),
    ):
        with pytest.raises(Conflict):
            late()
    db.session.refresh(topic)
    assert topic.title == {"de": "Eins"}


def test_every_refusal_is_one_of_ours(make: Any, cast: Any) -> None:
    with pytest.raises(DomainError):
        operations.take_back(make.actor(cast.editor), desk.topic(make).id, "delete", 1)
