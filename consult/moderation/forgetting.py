"""What moderation keeps of a text in the author's words goes where its author has it deleted for good.

That there were cases and decisions stays, with reasons, times and the moderators' own words; in the place of every passage
that they quote stands a mark.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import select

from consult.core.db import db
from consult.core.mail import forget
from consult.moderation import examining
from consult.moderation.mails import reference_of
from consult.moderation.models import Case, Decision

GONE = "[…]"


def forget_text(kind: str, subject_id: int, called: str) -> list[int]:
    """Forget the words of a text; its cases are `called` so from now on. Returns their numbers, for what else names them."""
    here = (Case.kind == kind, Case.subject_id == subject_id)
    cases = list(db.session.execute(select(Case).where(*here)).scalars())
    for case in cases:
        case.title, case.report_hint = called, ""
        examining.forget(case)
    made = select(Decision).where(Decision.kind == kind, Decision.subject_id == subject_id)
    decisions = list(db.session.execute(made).scalars())
    for decision in decisions:
        _forget_quotes(decision)
    forget([reference_of(one.id) for one in decisions])
    db.session.flush()
    return [one.id for one in cases]


def _forget_quotes(decision: Decision) -> None:
    quotes = [text for text, _remark in decision.passages] + [title for _name, title in decision.held_back or ()]
    for quote in sorted({one for one in quotes if one.strip()}, key=len, reverse=True):
        decision.statement = {language: text.replace(quote, GONE) for language, text in decision.statement.items()}
        decision.note = decision.note.replace(quote, GONE)
    decision.passages = [[GONE, remark] for _text, remark in decision.passages]
    decision.held_back = [[name, GONE] for name, _title in decision.held_back or ()]


def forget_title(kind: str, subject_ids: Sequence[int], titles: Collection[str], called: str) -> list[int]:
    """The same in the cases of texts that hang on it and are named after it: comments. Returns the cases' numbers."""
    if not subject_ids:
        return []
    here = select(Case).where(Case.kind == kind, Case.subject_id.in_(subject_ids))
    cases = list(db.session.execute(here).scalars())
    for case in cases:
        for title in titles:
            case.title = case.title.replace(title, called)
    db.session.flush()
    return [one.id for one in cases]
