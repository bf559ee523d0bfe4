"""The data of a measurement, made by `consult synth` once and kept."""

from __future__ import annotations

import subprocess
import sys

import queueing
from servers import PASSWORD, READER
from stores import ROOT, Store, Stores, consult, environment, made

WRITERS = [f"writer{number}@synth.example" for number in range(1, 5)]
NOTED = 1000  # ideas, the newest ones, of which is noted what is near them; with 100,000 the rest would take an hour
BUSY = 100  # comments of the idea that is discussed most: half of them stand on its first page


def _user(email: str, *more: str) -> tuple[str, ...]:
    return ("users", "create", "--email", email, "--password", PASSWORD, "--confirmed", *more)


def ideas(stores: Stores, size: int, comments: int) -> Store:
    """So many ideas and comments; one of the ideas is discussed at length."""
    name = f"ideas-{size}" if comments == size else f"ideas-{size}-comments-{comments}"
    synth = ("synth", "--ideas", str(size), "--comments", str(comments), "--users", "200", "--seed", "7")
    store = made(stores(name), f"{size} ideas", [synth, _user(READER)])
    for email in WRITERS:
        if not store.one("select count(*) from person where email_key = :email", email=email):
            consult(store, *_user(email))
    if store.one("select max(comment_count) from idea") < BUSY:
        _discuss(store)
    if store.one("select count(*) from search_note where upto > 0") < min(NOTED, size):
        script = [sys.executable, str(ROOT / "bench" / "noting.py"), str(min(NOTED, size))]
        subprocess.run(script, check=True, cwd=ROOT, env=environment(store))
    return store


def _discuss(store: Store) -> None:
    """Let one idea have many comments: some that nobody answered move there."""
    rows = store.rows(
        "select id from comment c where parent_id is null and subject_kind = 'idea' "
        "and not exists (select 1 from comment a where a.parent_id = c.id) order by id limit :most",
        most=BUSY,
    )
    ids = ", ".join(str(number) for (number,) in rows)
    store.do(
        f"update comment set subject_id = (select max(id) from idea where is_public) where id in ({ids})",
        "update idea set comment_count = (select count(*) from comment where subject_kind = 'idea' and "
        "subject_id = idea.id and status = 'published') where comment_count > 0 or is_public",
        "update content_version set version = version + 1",
    )


def clusters(stores: Stores, size: int) -> Store:
    """So many clusters and twenty times as many observations."""
    synth = ("synth", "--ideas", "500", "--users", "50", "--clusters", str(size), "--seed", "7")
    return made(stores(f"clusters-{size}"), f"{size} clusters", [synth, _user(READER)])


def queue(stores: Stores, waiting: int) -> Store:
    """So many texts that wait for moderation."""
    store = stores(f"queue-{waiting}")
    filled = store.ready.exists()
    synth = ("synth", "--ideas", str(waiting), "--users", "200", "--seed", "7")
    store = made(store, f"{waiting} waiting texts", [synth, _user(queueing.MODERATOR, "--role", "moderator")])
    if not filled:
        queueing.fill(store, waiting)
    return store
