"""Periods: what is older goes, what is younger stays, the preview tells the same, the administration may change them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from consult.core import audit, retention
from consult.core.clock import now
from consult.core.db import db as database
from consult.core.mail import Mail, queue_mail
from consult.core.retention import periods

PAGE = "/de/admin/retention"


def mail(kind: str, days: int) -> Any:
    row = database.session.get_one(Mail, queue_mail("wer@people.example", "Betreff", "Text", kind=kind))
    row.created_at = row.sent_at = now() - timedelta(days=days)
    return row


def kinds(db: Any) -> list[str]:
    return sorted(db.session.execute(select(Mail.kind)).scalars())


def test_every_class_is_complete(app: Any) -> None:
    assert app is not None
    assert {"link_mails", "mails", "links", "sessions", "inactive_accounts", "notices", "jobs", "log_details"} <= set(
        periods.classes
    )
    for entry in periods.all():
        assert entry.least <= entry.days <= retention.LONGEST
        assert str(entry.label)
        assert str(entry.what)


def test_what_is_over_goes_and_the_rest_stays(db: Any, clock: Any) -> None:
    mail("account.sign_in", 8)
    mail("account.reset", 6)
    mail("idea.decision", 401)
    mail("idea.receipt", 399)
    waiting = mail("idea.waiting", 500)
    waiting.sent_at = None
    db.session.commit()
    due = {row.entry.name: row.due for row in retention.preview()}
    assert (due["link_mails"], due["mails"]) == (1, 1)
    retention.run({})
    db.session.commit()
    assert kinds(db) == ["account.reset", "idea.receipt", "idea.waiting"]
    assert all(row.due == 0 for row in retention.preview())
    assert not [one for one in audit.verify() if one.state == "broken"]


def test_a_class_that_fails_does_not_keep_the_others(db: Any, clock: Any, monkeypatch: Any) -> None:
    def fails(_before: Any) -> int:
        raise RuntimeError("away")

    broken = retention.Retention(1, "broken", "", "", 1, lambda _before: 0, fails)
    monkeypatch.setitem(periods.classes, "broken", broken)
    mail("account.sign_in", 8)
    db.session.commit()
    retention.run({})
    db.session.commit()
    assert kinds(db) == []


def test_personal_text_of_the_log_goes_and_the_chain_stays(db: Any, cast: Any, clock: Any) -> None:
    audit.declare("test.noted")
    audit.record("test.noted", cast.actor(cast.owner), detail={"from": "alt@people.example"})
    db.session.commit()
    clock.shift(days=1100)
    retention.run({})
    db.session.commit()
    states = {one.state for one in audit.verify()}
    assert states == {"erased"}


# ---- the page -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("who", "status"), [("admin", 200), ("moderator", 403), ("editor", 403), ("owner", 403)])
def test_the_administration_sees_and_changes_them(client: Any, sign_in: Any, cast: Any, who: str, status: int) -> None:
    sign_in(client, getattr(cast, who))
    assert client.get(PAGE).status_code == status


def test_a_changed_period_counts(client: Any, sign_in: Any, cast: Any, db: Any, clock: Any) -> None:
    sign_in(client, cast.admin)
    assert client.submit(PAGE, {"link_mails": "30"}).status_code == 303
    mail("account.sign_in", 8)
    db.session.commit()
    retention.run({})
    db.session.commit()
    assert "account.sign_in" in kinds(db)


@pytest.mark.parametrize("typed", ["0", "-1", "", "viel", "4000", "9" * 30, "7.5", "٣"])
def test_what_is_no_period_changes_nothing_and_stays_in_the_field(
    client: Any, sign_in: Any, cast: Any, typed: str
) -> None:
    sign_in(client, cast.admin)
    response = client.submit(PAGE, {"link_mails": typed, "jobs": "20"})
    assert response.status_code == 422
    page = client.page(PAGE)
    assert page.one("#jobs")["value"] == "30", "with one wrong entry none is stored"


def test_the_least_of_a_class_is_kept(client: Any, sign_in: Any, cast: Any) -> None:
    """Messages with reasons stay at least as long as one may complain (Regulation (EU) 2022/2065, Art. 20 (1))."""
    sign_in(client, cast.admin)
    assert client.submit(PAGE, {"mails": "100"}).status_code == 422
