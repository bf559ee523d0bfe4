"""Mails of notices that had to wait: they leave with what may be said by then, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from consult.comments import operations as comments
from consult.comments.operations import Text, write_comment
from consult.core import jobs
from consult.core.db import db as core_db
from consult.core.registry import describe
from consult.ideas import naming
from consult.ideas.operations import withdraw
from consult.notifications import search_operations
from consult.notifications.operations import follow
from tests.support.factories import actor

WORDS, TITLE = "Das ist doch Unfug.", "Offene Werkbank"


@pytest.fixture
def idea(cast: Any, make: Any, db: Any, clock: Any) -> Any:
    """A public idea of a stranger's; the owner follows it and keeps a search for such ideas."""
    search_operations.save_search(actor(cast.owner), "ideas", "q=Werkbank", "Werkbank")
    clock.shift(minutes=1)
    found = make.idea(TITLE, consultation=make.consultation(), author=cast.stranger)
    follow(actor(cast.owner), "idea", found.id)
    db.session.commit()
    return found


@pytest.fixture
def leave(own_app: Any, smtp_sink: Any, run_jobs: Any, clock: Any) -> Callable[[], list[str]]:
    """`leave()`: a server for mails is set at last; the texts of what leaves."""

    def run() -> list[str]:
        clock.shift(hours=3)
        with own_app(MAIL_URL=smtp_sink.url).app_context():
            jobs.enqueue("mail.held")
            core_db.session.commit()
            while jobs.run_due(50):
                pass
        return [one.get_body(("plain",)).get_content() for one in smtp_sink.messages]

    return run


def commented(cast: Any, idea: Any, db: Any, run_jobs: Any) -> Any:
    info = describe([("idea", idea.id)])["idea", idea.id]
    comment = write_comment(actor(cast.participant), info, Text(body=WORDS, language="de"))
    db.session.commit()
    run_jobs()
    return comment


def test_what_still_stands_leaves_as_it_stands(
    idea: Any, cast: Any, db: Any, run_jobs: Any, outbox: Any, leave: Any
) -> None:
    comment = commented(cast, idea, db, run_jobs)
    comments.edit_comment(actor(cast.participant), comment.id, "Das ist klug.")
    db.session.commit()
    texts = [one for one in leave() if "kommentiert" in one]
    assert len(texts) == len(outbox.to(cast.owner, "comment.new")) + len(outbox.to(cast.stranger, "comment.new")) > 1
    assert all("Das ist klug." in one and WORDS not in one for one in texts)


def test_a_comment_that_was_taken_away_does_not_leave(
    idea: Any, cast: Any, db: Any, run_jobs: Any, outbox: Any, leave: Any
) -> None:
    comment = commented(cast, idea, db, run_jobs)
    assert outbox.to(cast.owner, "comment.new")
    comments.remove_comment(actor(cast.participant), comment.id)
    db.session.commit()
    assert not [one for one in leave() if WORDS in one or "kommentiert" in one]
    assert not outbox.to(cast.owner, "comment.new"), "taken back"


def test_nor_does_the_title_of_an_idea_that_is_withdrawn(
    idea: Any, cast: Any, db: Any, run_jobs: Any, outbox: Any, leave: Any, clock: Any
) -> None:
    commented(cast, idea, db, run_jobs)
    clock.shift(days=1, minutes=10)
    jobs.enqueue("searches.due")
    run_jobs()
    assert outbox.to(cast.owner, "search.new") and TITLE in outbox.to(cast.owner, "search.new")[0].text
    withdraw(actor(cast.stranger), idea.id)
    db.session.commit()
    naming.name_in_notices({"idea_id": idea.id})
    db.session.commit()
    told = leave()
    assert not [one for one in told if WORDS in one or "Suche »Werkbank«" in one]
    assert told and not outbox.to(cast.owner)
