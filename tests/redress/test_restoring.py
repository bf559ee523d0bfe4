"""An upheld complaint restores everything (Art. 20 (4)): shown with real ideas and comments, through their own pages."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from consult.comments.models import Comment
from consult.comments.operations import Text, write_comment
from consult.core.access import Actor
from consult.core.i18n import in_language
from consult.core.registry import describe
from consult.ideas.operations import set_support
from consult.moderation import operations
from consult.moderation.objecting import complaint_token
from consult.moderation.queries import waiting_case
from consult.redress import complaint_queries, complaints
from consult.redress.complaints import Answer
from tests.redress.disputes import INSULT, choose

pytestmark = pytest.mark.usefixtures("chain_is_whole")

UPHELD = Answer("uphold", "facts", "Der Satz stand so nicht da.")


@pytest.fixture
def idea(make: Any, cast: Any, clock: Any, db: Any) -> Any:
    """A public idea with a comment, a supporter and a link to a cluster."""
    assert clock is not None
    consultation = make.consultation(slug="open-region", comment_mode="post")
    found = make.idea(
        "Ein Prüfstand für alle", consultation=consultation, author=cast.owner,
        partners={"cluster": [make.cluster("Lichtwerk").id]},
    )  # fmt: skip
    info = describe([("idea", found.id)])[("idea", found.id)]
    write_comment(cast.actor(cast.participant), info, Text("Wir wären dabei."))
    set_support(cast.actor(cast.stranger), found.id, True)
    db.session.commit()
    return found


def _restrict(actor: Actor, kind: str, subject_id: int, *outcomes: str) -> Any:
    case = waiting_case(kind, subject_id) or operations.look_again(actor, kind, subject_id)
    decision = None
    for outcome in outcomes:
        decision = operations.decide(actor, case.id, choose(case, outcome, **INSULT))
    return decision


def _complain_and_uphold(decision: Any, actor: Actor) -> None:
    with in_language("de"):
        target = complaint_queries.target_of(complaint_token("author", decision.id))
        complaint = complaints.file_complaint(Actor(), target, "So war es nicht.", "de")
        complaints.decide(actor, complaint.id, UPHELD)


@pytest.mark.parametrize("outcomes", [("hide",), ("hide", "remove")])
def test_art_20_4_text_comments_support_and_links_come_back(
    idea: Any, client: Any, cast: Any, db: Any, outcomes: tuple[str, ...]
) -> None:
    address = f"/de/ideas/{idea.number}"
    before = client.page(address)
    decision = _restrict(cast.actor(cast.moderator2), "idea", idea.id, *outcomes)
    assert client.get(address).status_code == 410
    _complain_and_uphold(decision, cast.actor(cast.moderator))
    after = client.page(address)
    for words in ("Ein Prüfstand für alle", "Wir wären dabei.", "Lichtwerk"):
        assert words in before.text
        assert words in after.text
    db.session.expire_all()
    assert (idea.support_count, idea.comment_count, idea.is_public) == (1, 1, True)
    assert address in client.page("/de/ideas/").links()


def test_art_20_4_a_rejected_idea_is_published(make: Any, client: Any, cast: Any, clock: Any, outbox: Any) -> None:
    assert clock is not None
    consultation = make.consultation(slug="open-region")
    idea = make.idea("Abgelehnt", consultation=consultation, author=cast.owner, status="submitted")
    decision = _restrict(cast.actor(cast.moderator2), "idea", idea.id, "reject")
    assert client.get(f"/de/ideas/{idea.number}").status_code == 404
    _complain_and_uphold(decision, cast.actor(cast.moderator))
    assert "Abgelehnt" in client.page(f"/de/ideas/{idea.number}").text
    assert outbox.to(cast.owner, "complaint.answer")


def test_art_20_4_a_hidden_comment_comes_back(idea: Any, client: Any, cast: Any, db: Any) -> None:
    comment = db.session.execute(select(Comment)).scalar_one()
    decision = _restrict(cast.actor(cast.moderator2), "comment", comment.id, "hide")
    assert "Wir wären dabei." not in client.page(f"/de/ideas/{idea.number}").text
    _complain_and_uphold(decision, cast.actor(cast.moderator))
    assert "Wir wären dabei." in client.page(f"/de/ideas/{idea.number}").text
    db.session.expire_all()
    assert idea.comment_count == 1
