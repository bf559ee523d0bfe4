"""An answer is read by its audience only, through every outlet: pages, lists, search, panels, what other rooms are told.

One idea holds an answer for each audience; a word in each is a mark that is looked for in whatever leaves the house.
"""

from __future__ import annotations

import base64
import io
import logging
import zipfile
from typing import Any

import pytest
from sqlalchemy import select

from consult.consultations.queries import questions_of
from consult.core.audit import AuditRow
from consult.core.registry import registries
from consult.ideas import operations, subjects
from consult.ideas.models import Answer, Idea
from consult.notifications.operations import follow
from consult.search.queries import search_hits
from tests.ideas.conftest import the_idea
from tests.support.page import html

MARKS = {"public": "Quarzglas", "anonymous": "Zirkonoxid", "agency": "Hafniumfilm", "ministry": "Tantalpaste"}
ANSWERS = {
    1: (f"Offen gesagt: {MARKS['public']}.", "public"),
    2: (f"Ohne Namen gesagt: {MARKS['anonymous']}.", "anonymous"),
    3: (f"Für die Agentur: {MARKS['agency']}.", "agency"),
    4: (f"Für das Ministerium: {MARKS['ministry']}.", "ministry"),
}
READERS = {
    "visitor": set(),
    "participant": set(),
    "colleague": set(),
    "outsider": set(),
    "cluster_manager": set(),
    "moderator": set(),
    "editor": set(),
    "admin": set(),
    "analyst": {"agency"},
    "official": {"agency", "ministry"},
}


@pytest.fixture
def idea(make: Any, cast: Any, consultation: Any, db: Any) -> Idea:
    found = make.idea(
        "Vier Antworten",
        consultation=consultation,
        author=cast.owner,
        answers=ANSWERS,
        organisation="Feinwerk Saaletal",
        region="DEG0",
        partners={"cluster": [cast.cluster.id]},
    )
    db.session.commit()
    return found


@pytest.fixture
def read_as(new_client: Any, cast: Any, sign_in: Any) -> Any:
    """`read_as(who)`: a client that is signed in as this person of the cast."""

    def reader(who: str) -> Any:
        client = new_client()
        return client if who == "visitor" else sign_in(client, getattr(cast, who))

    return reader


def marks_in(text: str) -> set[str]:
    return {audience for audience, word in MARKS.items() if word in text}


@pytest.mark.parametrize("who", READERS)
def test_the_idea_page(who: str, idea: Idea, read_as: Any) -> None:
    page = html(read_as(who).get(f"/de/ideas/{idea.number}"))
    assert marks_in(page.source) == {"public"} | READERS[who]
    assert "Eine weitere Antwort steht ohne Namen" in page.text
    assert len(page.select(".c-withheld")) == 1 + 2 - len(READERS[who])


OUTLETS = (
    "/de/ideas/",
    "/de/ideas/?q=Antworten",
    "/de/search?q=Antworten",
    "/de/",
    "/de/consultations/open-region",
    "/de/clusters/photonik-musterland",
    "/de/me/",
    "/api/v1/ideas",
    "/feeds/de/ideas.atom",
    "/de/organisations/{company}",
    "/de/ideas/{number}/near",
    "/de/ideas/{number}/versions/1",
    "/api/v1/ideas/{number}",
    "/api/v1/ideas/{number}/similar",
    "/api/v1/ideas/{number}/matches",
    "/sitemap.xml",
    *(f"/de/ideas/?format={kind}" for kind in ("csv", "xlsx", "json", "atom")),
    *(f"/de/search?q=Antworten&format={kind}" for kind in ("csv", "xlsx", "json", "atom")),
)


def words_of(response: Any) -> str:
    """What can be read of an answer; of a workbook, what is in all of its parts."""
    if "spreadsheetml" not in response.mimetype:
        return str(response.get_data(as_text=True))
    with zipfile.ZipFile(io.BytesIO(response.get_data())) as book:
        return "".join(book.read(name).decode() for name in book.namelist())


@pytest.mark.parametrize("who", READERS)
def test_no_other_outlet_shows_more_than_the_public_text(who: str, idea: Idea, read_as: Any, cast: Any) -> None:
    client = read_as(who)
    assert idea.is_public
    read = set()
    for outlet in OUTLETS:
        answer = client.get(
            outlet.format(number=idea.number, company=cast.company.slug), follow_redirects=True, buffered=True
        )
        assert answer.status_code == 200, outlet
        found = marks_in(words_of(answer))
        assert found <= {"public"}, outlet
        read |= {outlet} if found else set()
    assert len(read) >= 10, "what everyone may read is there: the outlets are those of this idea"


@pytest.mark.parametrize("who", READERS)
def test_the_question_pages(who: str, idea: Idea, read_as: Any) -> None:
    client = read_as(who)
    for position, (_text, audience) in ANSWERS.items():
        page = html(client.get(f"/de/consultations/open-region/questions/{position}"))
        shown = {"public"} if audience == "public" else {"anonymous"} if audience == "anonymous" else set()
        assert marks_in(page.source) == shown
        if audience in ("agency", "ministry"):
            assert "nur für Agentur oder Ministerium" in page.text


@pytest.mark.parametrize("who", READERS)
@pytest.mark.parametrize("audience", MARKS)
def test_search_finds_public_words_only(who: str, audience: str, idea: Idea, read_as: Any) -> None:
    wanted = audience == "public"
    client = read_as(who)
    for address in (f"/de/search?q={MARKS[audience]}", f"/de/ideas/?q={MARKS[audience]}"):
        assert (f"/ideas/{idea.number}" in client.get(address).get_data(as_text=True)) is wanted
    assert bool(search_hits(MARKS[audience])) is wanted


def test_mails_notices_and_log_tell_no_more_than_the_page(
    writer: Any, sign_in: Any, new_client: Any, make: Any, cast: Any, db: Any, outbox: Any, run_jobs: Any,
    consultation: Any, clock: Any, caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    """The whole way, with somebody who follows everything, a comment and a new version."""
    caplog.set_level(logging.DEBUG)
    for question in questions_of(consultation.id):
        follow(cast.actor(cast.participant), "question", question.id)
    follow(cast.actor(cast.participant), "consultation", consultation.id)
    follow(cast.actor(cast.participant), "cluster", cast.cluster.id)
    db.session.commit()
    sign_in(writer.client, cast.owner)
    writer.open()
    fields = {f"answer-{place}": text for place, (text, _audience) in ANSWERS.items()}
    chosen = {f"audience-{place}": audience for place, (_text, audience) in ANSWERS.items()}
    writer.send("submit", {"title": "Vier Antworten", "clusters": str(cast.cluster.id), **fields, **chosen})
    sent = the_idea(db)
    run_jobs()
    make.decide("idea", sent.id, "publish")
    db.session.commit()
    run_jobs()
    reader = sign_in(new_client(), cast.participant)
    reader.submit(f"/de/comments/idea/{sent.number}/new", {"body": "Das passt zu uns."})
    run_jobs()
    clock.shift(days=2)
    run_jobs()
    assert reader.page("/de/notices/").text.count("Vier Antworten") >= 1
    assert not marks_in(reader.page("/de/notices/").source)
    mails = list(outbox)
    assert cast.owner.email in {mail.recipient for mail in mails}
    for mail in mails:
        assert marks_in(mail.text + mail.html) <= {"public"}, mail.subject
    assert marks_in(caplog.text) == set()


def test_an_answer_without_name_leads_nowhere(idea: Idea, client: Any, consultation: Any) -> None:
    page = client.page("/de/consultations/open-region/questions/2")
    part = page.one("section[aria-labelledby=nameless]")
    text = part.get_text()
    assert MARKS["anonymous"] in text
    for secret in (idea.number, "Feinwerk", "Olga", "Vier Antworten", "Thüringen"):
        assert secret not in text
    assert not part.select("a[href*='/ideas/']") and not part.select("time")
    assert idea.number not in page.source


def test_no_notice_joins_it_to_its_idea(
    make: Any, cast: Any, consultation: Any, db: Any, run_jobs: Any, clock: Any
) -> None:
    """Whoever follows a question alone hears of an idea that answers it by name, and of none that answers without."""
    from consult.notifications.queries import unread_of

    told = {1: cast.participant, 2: cast.outsider}
    for question in consultation.questions[:2]:
        follow(cast.actor(told[question.position]), "question", question.id)
    idea = make.idea(
        "Vier Antworten", consultation=consultation, author=cast.owner, answers=ANSWERS, status="submitted"
    )
    make.decide("idea", idea.id, "publish")
    db.session.commit()
    clock.shift(minutes=10)
    run_jobs()
    assert [one.text for one in unread_of(told[1].id)] == ["Neue Idee: Vier Antworten"]
    assert unread_of(told[2].id) == []


def test_not_even_its_place_or_time_tells(make: Any, consultation: Any, db: Any, client: Any) -> None:
    """Within a month the order is random and the stored moment is the month's first: nothing leads back."""
    for number in range(12):
        make.idea(
            consultation=consultation,
            answers={1: (f"Namenlos Nummer {number}.", "anonymous"), 2: f"Mit Namen {number}."},
        )
    db.session.commit()
    rows = db.session.execute(select(Answer).where(Answer.audience == "anonymous")).scalars().all()
    assert len({row.shown_at for row in rows}) == 1 and len({row.shuffle for row in rows}) == 12
    page = client.page("/de/consultations/open-region/questions/1?names=none")
    following = next(link for link in page.links() if "after=" in link)
    token = following.split("after=")[1].split("&")[0]
    cursor = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode()
    ids = {str(row.id) for row in rows}
    assert not ids & set(cursor.replace("[", ",").replace("]", ",").split(","))
    rest = client.page(following)
    seen = page.text + rest.text
    assert all(f"Namenlos Nummer {number}." in seen for number in range(12))


def test_an_idea_without_public_answer_names_nobody(
    make: Any, cast: Any, consultation: Any, client: Any, db: Any
) -> None:
    idea = make.idea(
        "Ganz ohne Namen",
        consultation=consultation,
        author=cast.owner,
        answers={1: ("Niemand soll wissen, wer.", "anonymous")},
        organisation="Feinwerk Saaletal",
    )
    db.session.commit()
    assert idea.is_public and idea.byline == ""
    for address in (f"/de/ideas/{idea.number}", "/de/ideas/", "/de/"):
        text = client.get(address).get_data(as_text=True)
        assert "Feinwerk" not in text and "Olga" not in text and "Niemand soll wissen" not in text
    info = subjects.describe([idea.id])[idea.id]
    assert (info.author_id, info.organisation_id, info.author_name) == (None, None, "")


def test_an_idea_for_agency_and_ministry_alone_has_no_public_page(
    make: Any, cast: Any, consultation: Any, db: Any, read_as: Any
) -> None:
    idea = make.idea(
        "Nur intern",
        consultation=consultation,
        author=cast.owner,
        answers={1: (MARKS["agency"], "agency"), 2: (MARKS["ministry"], "ministry")},
    )
    db.session.commit()
    assert idea.status == "published" and not idea.is_public
    for who, reads in READERS.items():
        response = read_as(who).get(f"/de/ideas/{idea.number}")
        assert response.status_code == (200 if reads else 404), who
        assert marks_in(response.get_data(as_text=True)) == reads
    listed = read_as("official").get("/de/ideas/").get_data(as_text=True)
    assert "Nur intern" not in listed
    assert subjects.describe([idea.id])[idea.id].public is False
    assert list(subjects.documents([idea.id])) == []


def test_every_look_is_noted_before_the_page_is_shown(idea: Idea, read_as: Any, db: Any, cast: Any) -> None:
    def looks() -> list[tuple[int | None, int | None]]:
        db.session.rollback()
        rows = db.session.execute(
            select(AuditRow).where(AuditRow.event == "idea.restricted_read").order_by(AuditRow.seq)
        ).scalars()
        return [(row.actor_id, row.subject_id) for row in rows]

    for who in ("visitor", "participant", "moderator", "admin"):
        read_as(who).get(f"/de/ideas/{idea.number}")
    assert looks() == []
    read_as("analyst").get(f"/de/ideas/{idea.number}")
    read_as("official").get(f"/de/ideas/{idea.number}")
    assert looks() == [(cast.analyst.id, idea.id), (cast.official.id, idea.id)]


def test_no_note_is_made_where_nothing_is_restricted(make: Any, consultation: Any, read_as: Any, db: Any) -> None:
    idea = make.idea(consultation=consultation, answers={1: "Alles offen."})
    db.session.commit()
    read_as("official").get(f"/de/ideas/{idea.number}")
    db.session.rollback()
    assert db.session.query(AuditRow).filter_by(event="idea.restricted_read").count() == 0


def test_narrowing_works_at_once_everywhere(idea: Idea, client: Any, db: Any, cast: Any, consultation: Any) -> None:
    questions = {one.position: one.id for one in consultation.questions}
    operations.narrow_audiences(cast.actor(cast.owner), idea.id, {questions[1]: "ministry"})
    db.session.commit()
    for address in (f"/de/ideas/{idea.number}", "/de/ideas/", "/de/", "/de/consultations/open-region/questions/1"):
        text = client.get(address).get_data(as_text=True)
        assert MARKS["public"] not in text and "Feinwerk" not in text, address
    assert search_hits(MARKS["public"]) == []
    noted = db.session.execute(select(AuditRow).where(AuditRow.event == "idea.audience_narrowed")).scalar_one()
    assert noted.data == {"question_id": questions[1], "from": "public", "to": "ministry"}


def test_widening_needs_a_new_version(idea: Idea, cast: Any, consultation: Any, db: Any) -> None:
    from consult.core.errors import Invalid

    questions = {one.position: one.id for one in consultation.questions}
    with pytest.raises(Invalid):
        operations.narrow_audiences(cast.actor(cast.owner), idea.id, {questions[4]: "public"})


def test_facets_speak_of_public_answers_only(idea: Idea, client: Any) -> None:
    assert client.page("/de/ideas/?question=1").select(".c-list li")
    for position in (2, 3, 4):
        assert not client.page(f"/de/ideas/?question={position}").select(".c-list li")


def test_what_waits_is_told_to_nobody(make: Any, cast: Any, consultation: Any, client: Any, db: Any) -> None:
    idea = make.idea("Noch nicht geprüft", consultation=consultation, author=cast.owner, status="submitted")
    db.session.commit()
    assert client.get(f"/de/ideas/{idea.number}").status_code == 404
    assert "Noch nicht geprüft" not in client.get("/de/ideas/").get_data(as_text=True)
    assert search_hits("geprüft") == []
    assert registries.subjects["idea"].describe([idea.id])[idea.id].public is False


def test_authors_read_their_own_on_the_page(idea: Idea, read_as: Any, cast: Any, db: Any) -> None:
    text = read_as("owner").page(f"/de/ideas/{idea.number}").text
    assert MARKS["agency"] in text
    assert MARKS["ministry"] in text
    assert MARKS["anonymous"] not in text
    looks = db.session.execute(select(AuditRow).where(AuditRow.event == "idea.restricted_read")).all()
    assert looks == []
