"""A host withdraws a message while a moderator decides on it: one of both comes first, the other is told."""

from __future__ import annotations

from typing import Any

from consult.moderation.queries import waiting_case
from consult.projects.message_rules import KIND
from tests.projects.test_messages import PATH, activity, write
from tests.support.at_once import at_once

__all__ = ["activity"]


def test_host_and_moderator_at_once(
    activity: Any, make: Any, cast: Any, db: Any, new_client: Any, sign_in: Any
) -> None:
    message = write(make, cast, activity)
    db.session.commit()
    host, moderator = sign_in(new_client(), cast.colleague), sign_in(new_client(), cast.moderator)
    own, case = f"{PATH}/messages/{message.id}", f"/de/moderation/cases/{waiting_case(KIND, message.id).id}"
    withdrawal = host.page(own).form("form[action$='/withdraw']")
    decision = {**moderator.page(case).form("form.c-decide"), "outcome": "publish"}
    db.session.commit()
    answers = at_once(
        lambda: host.post(f"{own}/withdraw", data=withdrawal).status_code,
        lambda: moderator.post(case, data=decision).status_code,
    )
    assert answers in ([303, 303], [303, 409]), answers  # what is public can be withdrawn, too
