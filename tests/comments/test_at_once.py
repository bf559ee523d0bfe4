"""Its author takes a comment away or changes it while a moderator decides: one of both comes first, the other is told."""

from __future__ import annotations

from typing import Any

import pytest

from consult.moderation.queries import waiting_case
from tests.comments.test_operations import write
from tests.moderation.kind import Note
from tests.support.at_once import at_once


@pytest.mark.parametrize("act", ["remove", "edit"])
def test_author_and_moderator_at_once(act: str, note: Note, cast: Any, db: Any, new_client: Any, sign_in: Any) -> None:
    comment = write(cast, note)
    db.session.commit()
    author, moderator = sign_in(new_client(), cast.participant), sign_in(new_client(), cast.moderator)
    own, case = f"/de/comments/{comment.id}/{act}", f"/de/moderation/cases/{waiting_case('comment', comment.id).id}"
    change = author.page(own).form("main form[method=post]")
    if act == "edit":
        change["body"] = "Ein anderer Satz."
    decision = {**moderator.page(case).form("form.c-decide"), "outcome": "publish"}
    db.session.commit()
    answers = at_once(
        lambda: author.post(own, data=change).status_code, lambda: moderator.post(case, data=decision).status_code
    )
    assert set(answers) <= {303, 409, 403} and 303 in answers, answers
