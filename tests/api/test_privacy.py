"""Only what everyone may read leaves the house, by whatever address."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from consult.comments.operations import Text, write_comment
from consult.consultations.models import Consultation
from consult.core.registry import describe
from consult.ideas.models import HIDDEN, REJECTED, REMOVED, RETURNED, SUBMITTED, WITHDRAWN, Answer, Idea
from consult.ideas.publishing import refresh_public
from consult.topics.models import AGENDA, OF_THE_MONTH, Topic
from tests.api.reading import LISTS, entries, get

NAMELESS, AGENCY, MINISTRY = "Namenlosseilbahn", "Agenturwasserwerk", "Ministeriumsfähre"
FEEDS = ("/feeds/de/ideas.atom", "/feeds/en/ideas.atom", "/feeds/de/activities.atom", "/feeds/de/topics.atom")


def everything(client: Any) -> dict[str, str]:
    """The text of every list, entry and feed, by address; the anonymous answers to questions apart."""
    found = {}
    for name in LISTS:
        for entry in entries(client, f"/api/v1/{name}", page_size=100):
            found[entry["self"]] = client.get(entry["self"]).get_data(as_text=True)
            if "answers_address" in entry:
                found[entry["answers_address"]] = str(entries(client, entry["answers_address"]))
        found[name] = client.get(f"/api/v1/{name}?page[size]=100").get_data(as_text=True)
    return {**found, **{path: client.get(path).get_data(as_text=True) for path in FEEDS}}


@pytest.fixture
def idea(make: Any, cast: Any) -> Any:
    """A published idea with an answer for each audience."""
    return make.idea(
        "Gemeinsames Prüflabor", consultation=make.consultation(slug="open", questions=4), author=cast.owner,
        organisation="Feinwerk Saaletal",
        answers={
            1: "Offen gesagt: ja.", 2: (f"Ohne Namen: {NAMELESS}.", "anonymous"), 3: (f"Nur {AGENCY}.", "agency"),
            4: (f"Nur {MINISTRY}.", "ministry"),
        },
    )  # fmt: skip


def test_restricted_answers_are_nowhere(client: Any, idea: Any) -> None:
    for path, text in everything(client).items():
        assert AGENCY not in text, path
        assert MINISTRY not in text, path
    body = get(client, f"/api/v1/ideas/{idea.number}")["data"]
    assert [one["question"] for one in body["answers"]] == [1]
    assert (body["anonymous_answers"], body["restricted_answers"]) == (1, 2)


def test_an_answer_without_name_stands_at_its_question_only(client: Any, idea: Any) -> None:
    for path, text in everything(client).items():
        assert NAMELESS not in text, path
    body = get(client, "/api/v1/questions/open/2/answers", audience="anonymous")
    (answer,) = body["data"]
    assert NAMELESS in answer["text"]
    assert answer["published"] == f"{idea.published_at:%Y-%m}"
    assert {name for name, value in answer.items() if value is None} == {"idea", "idea_title", "author", "url"}
    whole = str(body)
    assert idea.number not in whole
    assert idea.title not in whole
    assert "Feinwerk" not in whole
    assert get(client, "/api/v1/questions/open/2/answers")["data"] == []


def test_the_cursor_of_answers_without_name_leads_to_no_idea(client: Any, db: Any, make: Any) -> None:
    """Neighbours in time are not neighbours in the list, and the cursor carries nothing but month and chance."""
    consultation = make.consultation(slug="open")
    for number in range(6):
        make.idea(consultation=consultation, answers={1: "Offen.", 2: (f"Verdeckt {number}.", "anonymous")})
    read = entries(client, "/api/v1/questions/open/2/answers", audience="anonymous", page_size=2)
    shuffled = db.session.execute(
        select(Answer.body).where(Answer.audience == "anonymous").order_by(Answer.shuffle)
    ).scalars()
    assert [one["text"] for one in read] == list(shuffled)


@pytest.mark.parametrize("words", [NAMELESS, AGENCY, MINISTRY])
def test_search_does_not_know_what_is_not_public(client: Any, idea: Any, words: str) -> None:
    assert idea.is_public
    assert entries(client, "/api/v1/ideas", q=words) == []
    assert entries(client, "/api/v1/ideas", q="Prüflabor") != []


def test_an_idea_without_named_answer_shows_no_author(client: Any, make: Any, cast: Any) -> None:
    idea = make.idea(
        consultation=make.consultation(), author=cast.owner, organisation="Feinwerk Saaletal",
        answers={1: ("Ohne Namen.", "anonymous")},
    )  # fmt: skip
    assert get(client, f"/api/v1/ideas/{idea.number}")["data"]["author"] == ""
    for path, text in everything(client).items():
        assert "Feinwerk" not in text, path
        assert cast.owner.name not in text, path


def test_an_idea_for_agency_and_ministry_alone_has_no_address(client: Any, make: Any) -> None:
    idea = make.idea("Geheimes Vorhaben", consultation=make.consultation(), answers={1: ("Nur dort.", "agency")})
    get(client, f"/api/v1/ideas/{idea.number}", status=404)
    assert not [path for path, text in everything(client).items() if "Geheimes Vorhaben" in text]


@pytest.mark.parametrize("signed_in", ["owner", "official", "moderator"])
def test_the_api_gives_everyone_the_same(
    client: Any, new_client: Any, sign_in: Any, cast: Any, idea: Any, signed_in: str
) -> None:
    """Rights widen what pages show, not what the API gives."""
    reader = sign_in(new_client(), getattr(cast, signed_in))
    for path in ("/api/v1/ideas", f"/api/v1/ideas/{idea.number}", "/api/v1/questions/open/3/answers"):
        assert get(reader, path) == get(client, path)
    assert "private" in reader.get("/api/v1/ideas").headers["Cache-Control"]


@pytest.mark.parametrize("status", [SUBMITTED, RETURNED, REJECTED])
def test_what_was_never_published_is_unknown(client: Any, db: Any, make: Any, status: str) -> None:
    idea = make.idea("Noch nicht öffentlich", consultation=make.consultation(), status="submitted")
    db.session.execute(Idea.__table__.update().values(status=status))
    get(client, f"/api/v1/ideas/{idea.number}", status=404)
    assert entries(client, "/api/v1/ideas") == []


@pytest.mark.parametrize("status", [HIDDEN, REMOVED, WITHDRAWN])
def test_what_is_not_public_any_more_is_gone_with_its_comments(
    client: Any, db: Any, make: Any, cast: Any, idea: Any, status: str
) -> None:
    info = describe([("idea", idea.id)])[("idea", idea.id)]
    comment = write_comment(make.actor(cast.participant), info, Text("Das haben wir auch versucht."))
    assert [one["id"] for one in entries(client, "/api/v1/comments")] == [comment.id]
    db.session.execute(Idea.__table__.update().values(status=status))
    db.session.refresh(idea)
    refresh_public(idea)
    problem = get(client, f"/api/v1/ideas/{idea.number}", status=410)
    assert problem["status"] == 410
    get(client, f"/api/v1/comments/{comment.id}", status=404)
    assert [path for path, text in everything(client).items() if "Gemeinsames Prüflabor" in text] == []
    assert entries(client, "/api/v1/comments") == []


def test_comments_that_wait_are_unknown(client: Any, make: Any, cast: Any) -> None:
    idea = make.idea(consultation=make.consultation(comment_mode="pre"))
    info = describe([("idea", idea.id)])[("idea", idea.id)]
    comment = write_comment(make.actor(cast.participant), info, Text("Das wartet auf die Moderation."))
    get(client, f"/api/v1/comments/{comment.id}", status=404)
    assert entries(client, "/api/v1/comments") == []


def test_what_is_not_listed_is_unknown(client: Any, db: Any, make: Any) -> None:
    consultation: Consultation = make.consultation(slug="quiet", listed=False)
    assert consultation.id
    for path in ("consultations/quiet", "questions/quiet/1", "questions/quiet/1/answers"):
        get(client, f"/api/v1/{path}", status=404)
    assert not [one for one in entries(client, "/api/v1/consultations") if one["slug"] == "quiet"]
    assert entries(client, "/api/v1/questions", consultation="quiet") == []


def test_topics_of_tomorrow_are_unknown(client: Any, make: Any, clock: Any) -> None:
    moment = clock.now
    for slug, kind, days in (("today", AGENDA, 0), ("tomorrow", OF_THE_MONTH, 1)):
        make.add(Topic(
            slug=slug, kind=kind, title={"de": slug, "en": slug}, sort_key=slug, created_at=moment, updated_at=moment,
            published_at=moment + timedelta(days=days),
        ))  # fmt: skip
    assert [one["slug"] for one in entries(client, "/api/v1/topics")] == ["today"]
    get(client, "/api/v1/topics/tomorrow", status=404)
    assert "tomorrow" not in client.get("/feeds/de/topics.atom").get_data(as_text=True)
    clock.shift(days=1)
    assert [one["slug"] for one in entries(client, "/api/v1/topics")] == ["tomorrow", "today"]
