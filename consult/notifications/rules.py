"""Who may see and change notices: everyone their own."""

from __future__ import annotations

from datetime import timedelta

from consult.core.access import Actor

MOST_SEARCHES = 20  # kept by one person
LOOK_EVERY = timedelta(days=1)
# What is younger the next look finds: it may still be on its way into the database, and for ten minutes its publication
# can be taken back.
SETTLED = timedelta(minutes=15)
REMEMBERED = timedelta(days=330)  # a little less than notices are kept, which tell what somebody was told of
MOST_TOLD = 20  # things named in one notice


def is_theirs(actor: Actor, person_id: int) -> bool:
    """Whether the notice, follow or preference is the actor's own."""
    return actor.person_id is not None and actor.person_id == person_id
