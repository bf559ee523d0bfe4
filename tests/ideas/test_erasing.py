"""What was deleted for good is nowhere any more: every table is read for a word that stood in all parts of the idea."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from consult.comments.operations import Text, write_comment
from consult.core.clock import now
from consult.core.db import Base
from consult.ideas import coauthoring, drafting, operations, subjects, tokens, withdrawing
from consult.ideas.models import Idea, IdeaNote
from consult.moderation.models import Decision
from consult.moderation.operations import Choice, claim, decide
from consult.moderation.queries import waiting_case
from consult.notifications.models import Notice, SavedSearch
from consult.notifications.operations import add_notice, follow
from tests.ideas.test_living import status_url

WORD = "Zwetschgenmark"


def places(db: Any) -> set[str]:
    """The columns in which the word stands, in any table of the house."""
    found = set()
    for table in Base.metadata.sorted_tables:
        for row in db.session.execute(select(table)).mappings():
            for name, value in row.items():
                words = value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)
                if WORD in words:
                    found.add(f"{table.name}.{name}")
    return found


@pytest.fixture
def idea(make: Any, cast: Any, consultation: Any, db: Any, clock: Any, run_jobs: Any) -> Idea:
    """An idea that went its whole way: returned with passages, published, followed, commented, linked, changed."""
    follow(cast.actor(cast.stranger), "question", consultation.questions[0].id)
    db.session.add(SavedSearch(person_id=cast.stranger.id, kind="ideas", query={}, title="Alles", seen_at=now()))
    made: Idea = make.idea(
        f"{WORD} teilen",
        consultation=consultation,
        author=cast.owner,
        status="submitted",
        summary=f"Kurz: {WORD}.",
        answers={1: f"Wir kochen {WORD}.", 2: (f"Leise {WORD}.", "anonymous"), 3: (f"Vertraulich {WORD}.", "ministry")},
        organisation=f"{WORD} GmbH",
        partners={"cluster": [cast.cluster.id]},
    )
    _return_with_a_quote(make, made)
    _send(made, cast, consultation, f"{WORD} neu", f"Wir kochen zwei Sorten {WORD}.")
    make.decide("idea", made.id, "publish")
    row = coauthoring.invite(cast.actor(cast.owner), made.id, cast.outsider.email, "")
    token = tokens.coauthor_token(made.draft_key, row.email_key)
    coauthoring.confirm(cast.actor(cast.outsider), row.id, token, "Otto", "")
    _later(db, clock, run_jobs, days=2)
    follow(cast.actor(cast.stranger), "idea", made.id)
    write_comment(cast.actor(cast.participant), subjects.describe([made.id])[made.id], Text("Gute Sache."))
    db.session.add(IdeaNote(idea_id=made.id, organisation_id=cast.company.id, body=f"Intern: {WORD}", written_at=now()))
    _later(db, clock, run_jobs, days=2)
    return made


def _return_with_a_quote(make: Any, idea: Idea) -> None:
    moderator, case = make.actor(make.person(roles=("moderator",))), waiting_case("idea", idea.id)
    assert case is not None
    quote = ((f"Wir kochen {WORD}.", "Welche Sorte?"),)
    claim(moderator, case.id)
    said = Choice(
        "return",
        reason="personal-data",
        note=f"Was meint »Wir kochen {WORD}.«?",
        passages=quote,
        version=str(case.version_id),
    )
    decide(moderator, case.id, said)


def _send(idea: Idea, cast: Any, consultation: Any, title: str, text: str) -> None:
    questions = {one.position: one.id for one in consultation.questions}
    changes = drafting.Changes(fields={"title": title}, bodies={questions[1]: text})
    drafting.save_draft(idea.id, changes, tab="a")
    operations.send(cast.actor(cast.owner), idea.id, email="", language="de")


def _later(db: Any, clock: Any, run_jobs: Any, **time: float) -> None:
    db.session.commit()
    run_jobs()
    clock.shift(**time)
    run_jobs()


def test_nothing_of_it_stays_anywhere(
    idea: Idea, db: Any, cast: Any, clock: Any, run_jobs: Any, client: Any, sign_in: Any
) -> None:
    add_notice(cast.stranger.id, "search.new", {"search": "Alles", "list": "ideas", "query": {}, "found": [
        {"title": f"{WORD} neu", "language": "de", "url": f"http://127.0.0.1/de/ideas/{idea.number}"},
        {"title": "Etwas anderes", "language": "de", "url": "http://127.0.0.1/de/ideas/OR-2026-99999"},
    ]})  # fmt: skip
    operations.withdraw(cast.actor(cast.owner), idea.id)
    db.session.commit()
    before = places(db)
    assert {"idea_version.title", "notice.context", "mail.text", "moderation_case.title"} <= before
    assert {"moderation_decision.passages", "moderation_decision.statement", "idea_note.body"} <= before
    withdrawing.erase(cast.actor(cast.owner), idea.id)
    _later(db, clock, run_jobs, hours=2)
    assert places(db) == set()
    told = db.session.execute(select(Notice.context).where(Notice.kind == "search.new")).scalars().all()
    assert [one["title"] for context in told for one in context["found"]].count("Etwas anderes") == 1
    returned = db.session.execute(select(Decision).where(Decision.outcome == "return")).scalar_one()
    assert returned.passages == [["[…]", "Welche Sorte?"]] and "Welche Sorte?" in returned.statement["de"]
    sign_in(client, cast.owner)
    assert client.page(status_url(idea)).h1
    client.page(f"/de/ideas/{idea.number}/versions/1", status=410, follow_redirects=True)
    sign_in(client, cast.stranger)
    assert idea.number not in client.page("/de/notices/").source


def test_what_others_are_told_of_other_ideas_stays(
    idea: Idea, db: Any, cast: Any, make: Any, consultation: Any, clock: Any, run_jobs: Any
) -> None:
    make.idea("Bleibt stehen", consultation=consultation, author=cast.owner)
    _later(db, clock, run_jobs, **{"hours": 1})
    operations.withdraw(cast.actor(cast.owner), idea.id)
    withdrawing.erase(cast.actor(cast.owner), idea.id)
    _later(db, clock, run_jobs, hours=2)
    assert idea.erased_at is not None and now() - idea.erased_at >= timedelta(hours=2)
    told = db.session.execute(select(Notice.context).where(Notice.kind == "idea.published")).scalars().all()
    assert [one["title"] for one in told] == ["Bleibt stehen"]
