"""Where something is away: a mail server that does not answer delays no decision, and nothing acknowledged is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask
from sqlalchemy import select

from consult.core import jobs
from consult.core.jobs import Job
from consult.core.mail import Mail
from consult.moderation.models import Decision
from tests.moderation.kind import Notes
from tests.moderation.test_views import page_of
from tests.support.client import Client, share_work
from tests.support.machine import free_port


def test_a_mail_server_that_is_away_delays_no_decision(
    notes: Notes, cast: Any, own_app: Callable[..., Flask], sign_in: Any, db: Any, clock: Any
) -> None:
    app = own_app(MAIL_URL=f"smtp://127.0.0.1:{free_port()}")  # nobody listens there
    app.test_client_class = Client
    case = notes.sent(author=cast.owner)
    share_work()
    notes.register()
    browser = sign_in(app.test_client(), cast.moderator)
    response = browser.submit(
        page_of(case), {"outcome": "reject", "reason": "spam", "note": "Weil."}, form="form.c-decide"
    )
    assert response.status_code == 303
    assert db.session.execute(select(Decision)).scalar_one().outcome == "reject"
    mail = db.session.execute(select(Mail).where(Mail.kind == "moderation.decision")).scalar_one()
    assert mail.sent_at is None  # the request did not even try
    clock.shift(minutes=11)
    db.session.commit()
    with app.app_context():
        jobs.run_due()
    db.session.expire_all()
    assert db.session.execute(select(Decision)).scalar_one().reversed_at is None
    assert db.session.execute(select(Mail).where(Mail.kind == "moderation.decision")).scalar_one().sent_at is None
    tried = db.session.execute(select(Job).where(Job.last_error != "")).scalars().all()
    assert tried
    assert all(one.failed_at is None for one in tried)  # it is tried again later
