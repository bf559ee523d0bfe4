"""`notify`: how a room tells a person something without knowing how people are told.

It writes an outbox row in the transaction of the cause; the notifications room turns it into an entry in the person's list
and, where the kind has one, a mail.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from consult.core import jobs
from consult.core.registry import registries


def notify(
    kind: str,
    people: Iterable[int | None],
    context: dict[str, Any],
    *,
    dedupe: str | None = None,
    run_at: datetime | None = None,
) -> None:
    """Tell these people (ids; None is left out). `context` holds plain values for text, link and mail of the kind.

    KeyError for a kind that no room registered. With `dedupe` a person is told once for ever.
    """
    if kind not in registries.notice_kinds:
        raise KeyError(kind)
    for person_id in sorted({person for person in people if person is not None}):
        jobs.enqueue(
            "notice.deliver",
            {"kind": kind, "person_id": person_id, "context": context},
            run_at=run_at,
            dedupe=f"notice:{dedupe}:{person_id}" if dedupe else None,
        )
