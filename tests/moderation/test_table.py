"""The decision table of moderation: who (role, own or other's text) may do what in which state of a case.

The table is written down once, here, and asked through the public door for every cell.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from consult.core.clock import now
from consult.core.states import move
from consult.moderation import operations, rules
from consult.moderation.models import Case, Decision, Report
from tests.moderation.kind import KIND, Note, Notes
from tests.moderation.test_operations import choose

ROLES = ("visitor", "participant", "company", "cluster", "moderator", "editor", "analyst", "official", "administrator")
OWN = ("other", "own", "colleague's", "reported")
STATES = ("open", "held by other", "held by me", "decided", "hidden, last word due", "withdrawn")
ACTS = ("see", "decide", "claim", "release", "next", "look", "bulk")

# act -> states in which a moderator with no part in the text may do it; nobody else may do any of it in any state.
# "see", "look" and "release" are for moderators with a part in the text as well: they may read, point at a text of their
# own, and give back what they hold.
MAY = {
    "see": set(STATES),
    "decide": {"open", "held by me", "hidden, last word due"},
    "claim": {"open", "held by me", "hidden, last word due"},
    "release": {"held by me"},
    "next": {"open", "held by me", "hidden, last word due"},
    "look": {"open", "held by me", "held by other", "decided", "hidden, last word due"},
    "bulk": {"open", "held by me", "hidden, last word due"},
}
WITH_PART = {"see", "look", "release"}


def expected(role: str, own: str, state: str, act: str) -> bool:
    """What the table says."""
    if role != "moderator" or state not in MAY[act]:
        return False
    return own == "other" or act in WITH_PART


class Scene:
    """The person who acts, and texts in any state in which they have this part."""

    def __init__(self, notes: Notes, cast: Any, make: Any, role: str, own: str) -> None:
        self.notes, self.cast, self.own = notes, cast, own
        self.person = None if role == "visitor" else make.person(roles=(role,))
        if own == "colleague's" and self.person is not None:
            make.member(self.person, cast.company)
        self.judge = cast.actor(cast.moderator2)

    def case_in(self, state: str, db: Any) -> Case:
        author = self.person if self.own == "own" else self.cast.owner
        house = self.cast.company.id if self.own == "colleague's" else None
        note = self.notes.add(author=author, organisation_id=house)
        if state == "hidden, last word due":
            note.status = "published"
        case = self.notes.open(note, tell=False)
        self._move(note, case, state)
        if self.own == "reported":
            self._report(case, db)
        db.session.commit()
        return case

    def _move(self, note: Note, case: Case, state: str) -> None:
        if state == "hidden, last word due":
            operations.decide(self.judge, case.id, choose(case, "hide", reason="spam", note="Erst einmal weg."))
        elif state == "held by other":
            operations.claim(self.judge, case.id)
        elif state == "decided":
            operations.decide(self.judge, case.id, choose(case, "publish"))
        elif state == "withdrawn":
            operations.withdraw_case(KIND, note.id)
            note.status = "withdrawn"
        elif state == "held by me":
            # as if the part in the text had come up only after the case was taken
            move(rules.CASE, case, "claim", self.judge)
            case.claimed_by, case.claimed_name = self.person.id, self.person.name
            case.claimed_until = case.opened_at + timedelta(minutes=20)

    def _report(self, case: Case, db: Any) -> None:
        report = Report(
            number=f"M-{case.id}", receipt_hash=f"hash-{case.id}", kind=KIND, subject_id=case.subject_id, url="/",
            reason="spam", explanation="Schlimm.", reporter_id=self.person.id, case_id=case.id,
        )  # fmt: skip
        db.session.add(report)
        case.report_count = 1


def attempt(browser: Any, token: str, act: str, case: Case, db: Any) -> bool:
    """Whether the act is carried out."""
    number, kind, subject_id, version = case.id, case.kind, case.subject_id, case.version_id
    base = f"/de/moderation/cases/{number}"
    before = _decisions(number, db)
    fields = {
        "csrf_token": token, "outcome": "restore" if before else "publish", "reason": "meets-rules", "note": "Gut.",
        "version": str(version),
    }  # fmt: skip
    if act == "see":
        return bool(browser.get(base).status_code == 200)
    if act in ("claim", "release"):
        return bool(browser.post(f"{base}/{act}", data={"csrf_token": token}).status_code == 303)
    if act == "next":
        response = browser.post("/de/moderation/next", data={"csrf_token": token})
        return response.status_code == 303 and response.location.endswith(base)
    if act == "look":
        response = browser.post("/de/moderation/look", data={"csrf_token": token, "kind": kind, "id": subject_id})
        return response.status_code == 303 and "/moderation/cases/" in response.location
    if act == "decide":
        browser.post(base, data=fields)
    else:
        browser.post("/de/moderation/bulk", data={**fields, "case": f"{number}:{version}", "go": "1"})
    return _decisions(number, db) == before + 1


def _decisions(case_id: int, db: Any) -> int:
    db.session.expire_all()
    return len(db.session.execute(select(Decision.id).where(Decision.case_id == case_id)).all())


def _put_aside(db: Any) -> None:
    """Nothing waits any more, so that one cell of the table does not disturb the next."""
    db.session.rollback()
    db.session.execute(update(Case).where(Case.closed_at.is_(None)).values(closed_at=now(), status="withdrawn"))
    db.session.commit()


@pytest.mark.parametrize("own", OWN)
@pytest.mark.parametrize("act", ACTS)
def test_moderators_in_every_state(
    notes: Notes, cast: Any, make: Any, client: Any, sign_in: Any, db: Any, clock: Any, act: str, own: str
) -> None:
    scene = Scene(notes, cast, make, "moderator", own)
    browser = sign_in(client, scene.person)
    token = str(browser.page("/de/moderation/").select("input[name=csrf_token]")[0]["value"])
    found = {}
    for state in STATES:
        found[state] = attempt(browser, token, act, scene.case_in(state, db), db)
        _put_aside(db)
    assert found == {state: expected("moderator", own, state, act) for state in STATES}


@pytest.mark.parametrize("role", [role for role in ROLES if role != "moderator"])
def test_nobody_else_does_anything(
    notes: Notes, cast: Any, make: Any, new_client: Any, sign_in: Any, db: Any, clock: Any, role: str
) -> None:
    scene = Scene(notes, cast, make, role, "other")
    browser = new_client() if scene.person is None else sign_in(new_client(), scene.person)
    page = browser.page("/de/account/sign-in" if scene.person is None else "/de/me/")
    token = str(page.select("input[name=csrf_token]")[0]["value"])
    case = scene.case_in("open", db)
    assert {act: attempt(browser, token, act, case, db) for act in ACTS} == dict.fromkeys(ACTS, False)
    assert not expected(role, "other", "open", "decide")
