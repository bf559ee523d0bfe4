"""The reported author is never told who reported: not by page, mail, own data, API, feed, search or log."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import select

from consult.core.audit import AuditRow
from consult.core.mail import Mail
from consult.core.registry import registries
from consult.moderation import operations
from consult.moderation.models import Case, Report
from consult.moderation.objecting import complaint_path
from consult.notifications.models import Notice
from consult.redress.reports import Notice as ReportNotice
from consult.redress.reports import file_report
from tests.redress.disputes import INSULT, choose
from tests.support.mail import paths

pytestmark = pytest.mark.usefixtures("chain_is_whole")

NAME, ADDRESS, WORDS = "Petra Pfeiferin", "petra.pfeiferin@leser.example", "Kennwort Zitronenfalter"
TOKENS = (NAME, ADDRESS, "petra", "Pfeiferin", WORDS, "Zitronenfalter")


@pytest.fixture
def reported(make: Any, cast: Any, clock: Any, run_jobs: Any, db: Any) -> Any:
    """A real idea of the owner, reported by name, hidden and removed for it."""
    assert clock is not None
    consultation = make.consultation(slug="open-region")
    idea = make.idea("Ein Prüfstand für alle", consultation=consultation, author=cast.owner)
    url = f"/de/ideas/{idea.number}"
    person = make.person(NAME, email=ADDRESS)
    file_report(cast.actor(person), ReportNotice(url, "insult", WORDS, NAME, ADDRESS))
    case = db.session.execute(select(Case).where(Case.report_count > 0)).scalar_one()
    moderator = cast.actor(cast.moderator2)
    operations.decide(moderator, case.id, choose(case, "hide", **INSULT))
    operations.decide(moderator, case.id, choose(case, "remove", **INSULT))
    run_jobs()
    return idea


def _holds(text: str) -> list[str]:
    return [token for token in TOKENS if token.casefold() in text.casefold()]


def test_art_16_no_page_tells_the_author(reported: Any, client: Any, cast: Any, sign_in: Any, outbox: Any) -> None:
    browser = sign_in(client, cast.owner)
    own = [path for mail in outbox.to(cast.owner) for path in paths(mail)]
    status = next(path for path in own if "/ideas/status/" in path)
    complaint = next(path for path in own if "/complaints/" in path)
    pages = [
        "/de/me/", "/de/ideas/", status, complaint, "/de/transparency", "/de/notices/", "/de/search?q=Zitronenfalter",
        f"/de/ideas/{reported.number}", "/en/me/",
    ]  # fmt: skip
    for address in pages:
        response = browser.get(address, follow_redirects=True)
        assert response.status_code in (200, 410), address
        found = response.get_data(as_text=True).replace("q=Zitronenfalter", "").replace('value="Zitronenfalter"', "")
        hits = _holds(found) if "search" not in address else [one for one in TOKENS[:4] if one in found]
        assert not hits, (address, hits)


def test_no_mail_and_no_notice_tells_the_author(reported: Any, cast: Any, db: Any) -> None:
    mails = db.session.execute(select(Mail).where(Mail.recipient == cast.owner.email)).scalars().all()
    assert {mail.kind for mail in mails} >= {"moderation.decision"}
    for mail in mails:
        assert not _holds(mail.subject + mail.text + mail.html)
    notices = db.session.execute(select(Notice).where(Notice.person_id == cast.owner.id)).scalars().all()
    assert not _holds(json.dumps([notice.context for notice in notices]))


def test_the_case_file_is_closed_to_the_author(
    reported: Any, client: Any, cast: Any, make: Any, sign_in: Any, db: Any
) -> None:
    assert reported
    case = db.session.execute(select(Case).where(Case.report_count > 0)).scalar_one()
    make.grant(cast.owner, "moderator")
    browser = sign_in(client, cast.owner)
    for address in ("file", "file.json", "file?names=1"):
        response = browser.get(f"/de/moderation/cases/{case.id}/{address}")
        assert response.status_code == 404
        assert not _holds(response.get_data(as_text=True))


def test_the_authors_own_data_hold_no_reporter(reported: Any, cast: Any) -> None:
    assert reported
    for room, entry in registries.personal_data.items():
        assert not _holds(json.dumps(entry.export(cast.owner.id), default=str)), room


@pytest.mark.parametrize("address", ["/api/v1/ideas", "/feeds/de/ideas.atom", "/api/v1/comments"])
def test_api_and_feeds_hold_no_reporter(reported: Any, client: Any, address: str) -> None:
    assert reported
    assert not _holds(client.get(address).get_data(as_text=True))


def test_the_log_holds_no_words_of_the_report(reported: Any, db: Any) -> None:
    assert reported
    db.session.commit()
    rows = db.session.execute(select(AuditRow)).scalars().all()
    assert "report.received" in {row.event for row in rows}
    assert not _holds(json.dumps([row.data for row in rows]))


def test_the_complaint_of_the_author_shows_no_reporter(reported: Any, client: Any, db: Any) -> None:
    report = db.session.execute(select(Report)).scalar_one()
    page = client.page(complaint_path("author", report.decision_id))
    assert "ein Leser" in page.text or "gemeldet" in page.text  # that somebody reported is said, Art. 17 (3) b
    assert not _holds(page.source)


def test_who_reported_hears_nothing_of_the_author(reported: Any, outbox: Any, cast: Any) -> None:
    assert reported
    for mail in outbox.to(ADDRESS):
        assert cast.owner.email not in mail.text + mail.html
        assert cast.owner.name not in mail.text + mail.html
