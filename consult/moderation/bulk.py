"""Many cases at once: spam, and texts with the same words. First the list of what would happen, then each by itself.

Every case gets a decision of its own with everything that belongs to one. What cannot be decided (somebody else's turn, a
text of one's own, a version that nobody has looked at) is named and left as it is; the others are decided all the same.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import select

from consult.core.access import Actor
from consult.core.clock import now
from consult.core.db import db
from consult.core.errors import DomainError, Invalid, NotFound
from consult.core.i18n import _
from consult.core.registry import SubjectInfo, describe, registries
from consult.moderation import checks, operations, queries, rules
from consult.moderation.checks import Choice
from consult.moderation.desk import kept
from consult.moderation.models import SUBMISSION, Case, Decision
from consult.moderation.naming import called

OUTCOMES = ("publish", "reject", "hide", "restore", "remove")  # those that need nothing of the single text
MOST = 50


@dataclass(frozen=True)
class Item:
    """One case of the list. `obstacle` says why it would be left as it is; `version` is the one that the list shows."""

    case: Case
    info: SubjectInfo | None
    version: str
    excerpt: str
    outcomes: tuple[str, ...]
    obstacle: str = ""

    @property
    def title(self) -> str:
        return self.info.title if self.info is not None else called(self.case.kind, self.case.title)


@dataclass(frozen=True)
class Result:
    """What became of one case: its decision, or why there is none."""

    title: str
    case_id: int
    decision: Decision | None
    obstacle: str = ""


def same_words(actor: Actor, case_id: int) -> list[int]:
    """The waiting cases whose text has the same words as this one's; NotFound where there is no such case."""
    case = _visible(actor, case_id)
    if not case.text_hash:
        return [case.id]
    return _waiting(Case.text_hash == case.text_hash)


def same_author(actor: Actor, case_id: int) -> list[int]:
    """The waiting cases of the author of this one."""
    case = _visible(actor, case_id)
    return [case.id] if case.author_id is None else _waiting(Case.author_id == case.author_id)


def _visible(actor: Actor, case_id: int) -> Case:
    case = db.session.get(Case, case_id)
    if case is None or not rules.can_see_case(actor, case):
        raise NotFound(_("There is no such case."))
    return case


def _waiting(condition: object) -> list[int]:
    statement = select(Case.id).where(condition, Case.closed_at.is_(None)).order_by(Case.id).limit(MOST)  # type: ignore[arg-type]
    return list(db.session.execute(statement).scalars())


def items(actor: Actor, ids: Sequence[int], outcome: str = "") -> list[Item]:
    """The cases of these numbers that the actor may see, with what stands in the way of the outcome."""
    statement = select(Case).where(Case.id.in_(sorted(set(ids))[:MOST])).order_by(Case.id)
    with kept():
        cases = [one for one in db.session.execute(statement).scalars() if rules.can_see_case(actor, one)]
        infos = describe((one.kind, one.subject_id) for one in cases)
        return [_item(actor, one, infos.get((one.kind, one.subject_id)), outcome) for one in cases]


def _item(actor: Actor, case: Case, info: SubjectInfo | None, outcome: str) -> Item:
    outcomes = queries.offered_outcomes(case, info) if case.closed_at is None else ()
    excerpt = info.excerpt if info is not None else ""
    return Item(case, info, queries.version_text(case), excerpt, outcomes, _obstacle(actor, case, outcomes, outcome))


def _obstacle(actor: Actor, case: Case, outcomes: tuple[str, ...], outcome: str) -> str:
    if case.closed_at is not None:
        return _("is decided already")
    if not checks.may_decide(actor, case):
        return _("somebody else has to decide")
    if case.held_by_other(actor.person_id, now()):
        return _("%(name)s is deciding this just now", name=case.claimed_name or _("Another moderator"))
    if case.kind not in registries.moderated:
        return _("has to be decided by itself")
    if outcome and outcome not in outcomes:
        return _("does not allow this decision")
    return ""


def effect(item: Item, outcome: str) -> str:
    """What the decision would do to the text, in words."""
    if outcome == "publish" and item.case.source != SUBMISSION:
        return _("stays as it is")
    words = {
        "publish": _("becomes public; the author is told by e-mail"),
        "reject": _("is not published; the author gets the reasons by e-mail"),
        "hide": _("disappears at once; the author gets the reasons, the last word is still due"),
        "restore": _("can be read again; the author is told"),
        "remove": _("disappears for good; the author gets the reasons by e-mail"),
    }
    return words.get(outcome, "")


def faults(choice: Choice) -> dict[str, str]:
    """What is wrong with the choice for all of them, by field."""
    found = {} if choice.outcome in OUTCOMES else {"outcome": _("Please choose one of the decisions in the list.")}
    return found | checks.reason_faults(choice.outcome, choice.reason, choice.note)


def decide_all(actor: Actor, versions: Sequence[tuple[int, str]], choice: Choice) -> list[Result]:
    """Decide on each of these cases (number and version that was listed); Invalid where the choice itself is wrong."""
    if found := faults(choice):
        raise Invalid(found)
    batch = secrets.token_hex(4)
    return [
        _decide_one(actor, case_id, checks.with_version(choice, version), batch)
        for case_id, version in sorted(set(versions))[:MOST]
    ]


def _decide_one(actor: Actor, case_id: int, choice: Choice, batch: str) -> Result:
    case = db.session.get(Case, case_id)
    title = called(case.kind, case.title) if case is not None else str(case_id)
    try:
        with apart():
            decision = operations.decide(actor, case_id, choice, facts={"batch": batch})
    except Invalid as invalid:
        return Result(title, case_id, None, " ".join(str(words) for words in invalid.fields.values()))
    except DomainError as refused:
        return Result(title, case_id, None, str(refused.message))
    return Result(title, case_id, decision)


@contextmanager
def apart() -> Iterator[None]:
    """What fails within leaves nothing behind, neither rows nor notes for the log."""
    notes = db.session.info.get("audit", [])
    noted = len(notes)
    try:
        with db.session.begin_nested():
            yield
    except DomainError:
        del db.session.info.get("audit", [])[noted:]
        raise
