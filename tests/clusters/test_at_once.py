"""Its management withdraws or changes what waits while a moderator decides on it: one of both comes first."""

from __future__ import annotations

from typing import Any

import pytest

from consult.moderation.queries import waiting_case
from tests.clusters.portraits import edit_form, portrait, send
from tests.support.at_once import at_once

EDIT = "/de/clusters/optikring/edit"


@pytest.mark.parametrize("act", ["withdraw", "change"])
def test_management_and_moderator_at_once(act: str, cast: Any, db: Any, new_client: Any, sign_in: Any) -> None:
    cluster = portrait(managers=[cast.cluster_manager])
    manager, moderator = sign_in(new_client(), cast.cluster_manager), sign_in(new_client(), cast.moderator)
    send(manager, seat="Gera")
    case = f"/de/moderation/cases/{waiting_case('cluster', cluster.id).id}"
    decision = {**moderator.page(case).form("form.c-decide"), "outcome": "publish"}
    if act == "withdraw":
        url, fields = f"{EDIT}/withdraw", manager.page(EDIT).form("form[action$='/edit/withdraw']")
    else:
        url, fields = EDIT, {**edit_form(manager), "seat": "Weimar"}
    db.session.commit()
    answers = at_once(
        lambda: manager.post(url, data=fields).status_code, lambda: moderator.post(case, data=decision).status_code
    )
    assert sorted(answers) in ([303, 409], [303, 410]), answers
