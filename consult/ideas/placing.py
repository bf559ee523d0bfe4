"""Which question a field of a form belongs to. Fields are named by the question's position, and somebody may move questions
while a form is open: so each form carries which questions it was made for, and what comes back is put where they stand now.

A form that does not say so is taken as it is: programs name fields by the present positions.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from flask import request
from werkzeug.datastructures import ImmutableMultiDict, MultiDict

from consult.consultations.models import Question
from consult.core.errors import Conflict
from consult.core.i18n import _

FIELD = "questions"
_PAIR = re.compile(r"(\d{1,3}):(\d{1,9})", re.ASCII)
_NAME = re.compile(r"((?:pick-)?(?:answer|audience|secret)-)(\d{1,3})", re.ASCII)
CLASH = "clash"  # a field whose values are names of fields


def places(questions: Sequence[Question]) -> str:
    """What a form carries: position and id of each question."""
    return " ".join(f"{one.position}:{one.id}" for one in questions)


def placed(sent: MultiDict[str, str], questions: Sequence[Question]) -> MultiDict[str, str]:
    """What a form carried, under the names of the questions' present positions. Conflict where a question is gone for which
    something was written."""
    line = sent.get(FIELD, "")[:2000]
    if not line or line == places(questions):
        return sent
    now_at = {str(one.id): str(one.position) for one in questions}
    was = {position: now_at.get(one_id) for position, one_id in _PAIR.findall(line)}

    def renamed(name: str) -> str | None:
        found = _NAME.fullmatch(name)
        if found is None or found[2] not in was:
            return name
        place = was[found[2]]
        return None if place is None else f"{found[1]}{place}"

    moved: list[tuple[str, str]] = [(FIELD, places(questions))]
    for name, value in sent.items(multi=True):
        new = renamed(name)
        if new is None:
            _refuse_lost(name, value)
        elif new != FIELD:
            moved.append((new, (renamed(value) or "") if name == CLASH else value))
    return ImmutableMultiDict(moved)


def _refuse_lost(name: str, value: str) -> None:
    if name.startswith("answer-") and value.strip():
        raise Conflict(
            _(
                "A question that you have answered was taken out meanwhile. Please copy your text and open the form anew."
            )
        )


def put_in_place(questions: Sequence[Question]) -> None:
    """Let the request's form speak of the questions where they stand now."""
    found = placed(request.form, questions)
    if found is not request.form:
        request.form = found  # type: ignore[assignment]
