"""What accounts clear away by themselves: spent links and old sessions, which hold addresses and browsers of people."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import delete, or_

from consult.accounts.models import Token, UserSession
from consult.accounts.rules import oldest_allowed
from consult.core import jobs
from consult.core.clock import now
from consult.core.db import db

KEEP = timedelta(days=30)


@jobs.every("accounts.tidy", minutes=720)
def tidy(_payload: dict[str, Any]) -> None:
    """Delete links that ran out, used or not, and sessions that ended or ran out 30 days ago."""
    moment = now()
    idle_since, born_since = oldest_allowed(moment - KEEP)
    db.session.execute(delete(Token).where(Token.expires_at < moment))
    db.session.execute(
        delete(UserSession).where(
            or_(
                UserSession.ended_at < moment - KEEP,
                UserSession.last_seen_at < idle_since,
                UserSession.created_at < born_since,
            )
        )
    )
