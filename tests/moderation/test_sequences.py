"""Whatever moderators and authors do one after the other, some things always hold: random sequences of acts, step by step.

A text is public only by a decision that stands; nothing is restricted without reason and statement; nobody decides on a
text of their own; at most one case is open; index and counters say what is public; the log's chain is whole.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, select

from consult.comments import operations as comments
from consult.comments import queries as comment_queries
from consult.comments.models import Comment
from consult.comments.operations import Text
from consult.core import audit
from consult.core.access import Actor
from consult.core.errors import DomainError
from consult.ideas import operations as ideas
from consult.ideas.models import Idea
from consult.moderation import bulk, operations, queries, rules
from consult.moderation.desk import splittable
from consult.moderation.models import Case, Decision
from consult.moderation.operations import Choice
from consult.search.models import SearchDoc

WORD = "Geheimwort"
RELEASING = {"publish", "redact", "restore", "reinstate"}
# after one of these the text is not public while the decision is the last one that stands
TAKING = {"hide", "remove", "merge"}
FEW = settings(
    max_examples=6, stateful_step_count=10, deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)  # fmt: skip


class Sequence(RuleBasedStateMachine):
    """One text under random acts. Subclasses say which text."""

    kind = ""
    cast: Any
    make: Any
    db: Any

    def __init__(self) -> None:
        super().__init__()
        self.judges = [self.cast.actor(self.cast.moderator), self.cast.actor(self.cast.moderator2)]
        self.author: Actor = self.cast.actor(self.cast.owner)
        self.id = self.begin()
        self.db.session.commit()

    def begin(self) -> int:
        raise NotImplementedError

    def act(self, work: Callable[[], Any]) -> Any:
        """Do it, or leave everything as it was; what remains is committed as a request would."""
        try:
            with bulk.apart():
                found = work()
        except DomainError:
            found = None
        self.db.session.commit()
        return found

    # ---- what people do ---------------------------------------------------------------------------------------------

    @rule(outcome=st.sampled_from(rules.OUTCOMES), who=st.integers(0, 1))
    def decide(self, outcome: str, who: int) -> None:
        self.act(lambda: self._decide(self.judges[who], outcome))

    def _decide(self, actor: Actor, outcome: str) -> Decision:
        case = queries.waiting_case(self.kind, self.id) or operations.look_again(actor, self.kind, self.id)
        parts = [part.name for part in splittable(queries.review_of(case))]
        choice = Choice(
            outcome, reason="" if outcome == "publish" else "off-topic", note="" if outcome == "publish" else "Darum.",
            passages=((WORD, ""),) if outcome == "redact" else (), version=queries.version_text(case),
            target=self.target() if outcome == "merge" else "",
            second=tuple(parts[-1:]) if outcome == "split" else (), second_title="Zweiter Text",
        )  # fmt: skip
        return operations.decide(actor, case.id, choice)

    def target(self) -> str:
        return ""

    @rule(who=st.integers(0, 1))
    def take_back(self, who: int) -> None:
        last = queries.last_decision(self.kind, self.id)
        if last is not None:
            self.act(lambda: operations.reverse(self.judges[who], last.id))

    @rule(who=st.integers(0, 1), which=st.integers(0, 9))
    def overturn(self, who: int, which: int) -> None:
        made = queries.decisions_for(self.kind, self.id)
        if made:
            old = made[which % len(made)]
            self.act(lambda: operations.overturn_decision(self.judges[who], old.id, "", "Wir lagen falsch."))

    @rule(outcome=st.sampled_from(rules.OUTCOMES))
    def the_author_tries(self, outcome: str) -> None:
        assert self.act(lambda: self._decide(self.author, outcome)) is None

    @rule(who=st.integers(0, 1))
    def claim(self, who: int) -> None:
        case = queries.waiting_case(self.kind, self.id)
        if case is not None:
            self.act(lambda: operations.claim(self.judges[who], case.id))

    # ---- what always holds ------------------------------------------------------------------------------------------

    def is_public(self) -> bool:
        raise NotImplementedError

    def standing(self) -> list[Decision]:
        return [one for one in queries.decisions_for(self.kind, self.id) if one.reversed_at is None]

    @invariant()
    def public_only_by_a_decision_that_stands(self) -> None:
        standing = self.standing()
        if self.is_public():
            assert any(one.outcome in RELEASING for one in standing)
        if standing and standing[-1].outcome in TAKING:
            assert not self.is_public(), standing[-1].outcome

    @invariant()
    def nothing_is_restricted_without_reason(self) -> None:
        for one in queries.decisions_for(self.kind, self.id):
            assert one.statement["de"]
            assert one.statement["en"]
            if one.outcome not in rules.FAVOURABLE:
                assert one.note
                assert one.reason == "off-topic"
                assert one.legal_basis
                assert one.ground in ("terms", "law")

    @invariant()
    def nobody_decides_on_their_own(self) -> None:
        assert all(one.moderator_id != self.author.person_id for one in queries.decisions_for(self.kind, self.id))

    @invariant()
    def at_most_one_case_is_open(self) -> None:
        here = (Case.kind == self.kind, Case.subject_id == self.id, Case.closed_at.is_(None))
        assert self.db.session.execute(select(func.count()).select_from(Case).where(*here)).scalar_one() <= 1

    @invariant()
    def the_log_is_whole(self) -> None:
        assert list(audit.verify()) == []


class IdeaSequence(Sequence):
    """An idea with two answers, and another one to merge it into."""

    kind = "idea"

    def begin(self) -> int:
        consultation = self.make.consultation()
        self.other = self.make.idea("Bleibt", consultation=consultation, moderator=self.cast.moderator)
        answers = {1: f"Hier steht {WORD} in einem Satz.", 2: "Zweites Anliegen."}
        idea = self.make.idea(
            "Neu", consultation=consultation, author=self.cast.owner, answers=answers, status="submitted"
        )
        return int(idea.id)

    def target(self) -> str:
        return str(self.other.number)

    def is_public(self) -> bool:
        return bool(self.db.session.get_one(Idea, self.id).is_public)

    @rule()
    def withdraw(self) -> None:
        self.act(lambda: ideas.withdraw(self.author, self.id))

    @invariant()
    def the_index_knows_what_is_public_and_nothing_else(self) -> None:
        docs = select(SearchDoc).where(SearchDoc.kind == "idea", SearchDoc.subject_id == self.id)
        found = self.db.session.execute(docs).scalars().all()
        assert bool(found) is self.is_public()
        standing = self.standing()
        if standing and standing[-1].outcome == "redact":
            assert all(WORD not in one.body for one in found)


class CommentSequence(Sequence):
    """A comment below a public idea."""

    kind = "comment"

    def begin(self) -> int:
        consultation = self.make.consultation(comment_mode="pre")
        self.idea = self.make.idea(
            "Besprochen", consultation=consultation, author=self.cast.outsider, moderator=self.cast.moderator
        )
        info = comment_queries.subject_by_key("idea", str(self.idea.number))
        return int(comments.write_comment(self.author, info, Text(f"Hier steht {WORD}.")).id)

    def is_public(self) -> bool:
        return bool(self.db.session.get_one(Comment, self.id).status == "published")

    @rule(text=st.sampled_from(["Anders.", f"Noch einmal {WORD}.", "Ganz kurz."]))
    def edit(self, text: str) -> None:
        self.act(lambda: comments.edit_comment(self.author, self.id, text))

    @rule()
    def remove(self) -> None:
        self.act(lambda: comments.remove_comment(self.author, self.id))

    @invariant()
    def counters_say_what_is_public(self) -> None:
        self.db.session.expire_all()
        stored = self.db.session.get_one(Idea, self.idea.id).comment_count
        assert stored == comment_queries.published_counts("idea", [self.idea.id]).get(self.idea.id, 0)
        assert stored == int(self.is_public())

    @invariant()
    def blacked_out_words_are_nowhere(self) -> None:
        comment = self.db.session.get_one(Comment, self.id)
        standing = self.standing()
        if standing and standing[-1].outcome == "redact" and comment.redactions:
            assert WORD not in comment.body
            assert WORD not in comment.html


@pytest.mark.parametrize("machine", [IdeaSequence, CommentSequence])
def test_what_always_holds(machine: type[Sequence], cast: Any, make: Any, db: Any, clock: Any) -> None:
    make.grant(cast.owner, "moderator")  # the author moderates as well, and is refused on the own text
    machine.cast, machine.make, machine.db = cast, make, db
    run_state_machine_as_test(machine, settings=FEW)
