"""What the scanner says of attachments: nobody reads one that it has not seen, and what it finds later is gone."""

from __future__ import annotations

from typing import Any

import pytest

from consult.files import scanner
from consult.files.storage import name_of, storage
from consult.ideas import attachments, tokens
from consult.moderation.queries import waiting_case
from tests.files import samples
from tests.ideas.test_attachments import TITLE, _files, rows, send_file
from tests.support.page import html


def test_what_the_scanner_has_not_seen_is_shown_to_nobody(
    writer: Any, client: Any, cast: Any, sign_in: Any, db: Any, own_app: Any, app: Any, run_jobs: Any, clock: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    settings = app.config["SETTINGS"]
    monkeypatch.setattr(settings, "clamav_url", "tcp://127.0.0.1:1")
    writer.open()
    page = html(send_file(writer, samples.PDF))
    assert "wird noch geprüft" in page.text
    (row,) = rows(db)
    link = writer.url.rsplit("/", 1)[1]
    assert client.get(f"/de/ideas/files/{row.key}?link={link}").status_code == 404
    attachments.scan_waiting({})
    assert rows(db)[0].scan == "waiting"
    monkeypatch.setattr(settings, "clamav_url", "")
    attachments.scan_waiting({})
    db.session.commit()
    assert client.get(f"/de/ideas/files/{row.key}?link={link}").status_code == 200


def test_files_that_the_scanner_never_answers_for_do_not_hold_up_the_others(
    make: Any, cast: Any, consultation: Any, db: Any, app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.config["SETTINGS"], "clamav_url", "tcp://127.0.0.1:1")
    _idea, files = _files(make, cast, consultation, db)
    db.session.commit()
    last = max(files.values(), key=lambda one: one.id).digest
    monkeypatch.setattr(attachments, "SCANNED_AT_ONCE", 1)
    monkeypatch.setattr(scanner, "scan", lambda content: scanner.CLEAN if name_of(content) == last else scanner.WAITING)
    for _run in range(80):
        attachments.scan_waiting({})
        db.session.commit()
    assert sorted(row.scan for row in rows(db)) == ["clean", "waiting", "waiting"]


def test_a_file_that_is_lost_before_it_was_scanned_is_said_to_be_and_asked_for_once_more(
    make: Any, cast: Any, consultation: Any, db: Any, new_client: Any, sign_in: Any, app: Any, outbox: Any, clock: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """It is no finding of the scanner. A folder that is away for an hour loses nothing, and one that is back is used."""
    monkeypatch.setattr(app.config["SETTINGS"], "clamav_url", "tcp://127.0.0.1:1")
    idea, files = _files(make, cast, consultation, db)
    gone, content = files["public"], storage().get(files["public"].digest)
    db.session.commit()
    storage().delete(gone.digest)
    attachments.scan_waiting({})
    db.session.commit()
    assert {row.scan for row in rows(db)} == {"waiting"}
    clock.shift(days=2)
    for _run in range(2):
        attachments.scan_waiting({})
        db.session.commit()
    assert sorted(row.scan for row in rows(db)) == ["lost", "waiting", "waiting"]
    [mail] = [one for one in outbox.to(cast.owner) if one.kind.startswith("idea.file")]
    assert "public.pdf" in mail.subject and TITLE in mail.text and "Virenscanner" in mail.text
    assert "noch einmal an" in mail.text and "gelöscht" not in mail.text

    moderator, author, visitor = sign_in(new_client(), cast.moderator), sign_in(new_client(), cast.owner), new_client()
    lost, again = "konnte nicht geprüft werden", "Bitte hängen Sie sie noch einmal an."
    shown = moderator.page(f"/de/moderation/cases/{waiting_case('idea', idea.id).id}")
    assert lost in shown.text and shown.text.count("bis dahin kann niemand sie öffnen") == 2
    assert again not in shown.text
    make.decide("idea", idea.id, "publish")
    db.session.commit()
    page = visitor.page(f"/de/ideas/{idea.number}")
    assert lost in page.text and "wird noch geprüft" not in page.text and again not in page.text
    answer = author.get(f"/de/ideas/files/{gone.key}")
    assert answer.status_code == 404 and lost in html(answer).text
    draft = f"/de/ideas/drafts/{tokens.draft_token(idea.draft_key)}"
    status = f"/de/ideas/status/{tokens.status_token(idea.draft_key)}"
    for address in (status, draft, f"{draft}/preview"):
        assert lost in author.page(address).text and again in author.page(address).text, address

    storage().put(gone.digest, content)
    monkeypatch.setattr(app.config["SETTINGS"], "clamav_url", "")
    attachments.scan_waiting({})
    db.session.commit()
    assert {row.scan for row in rows(db)} == {"clean"}
    assert lost not in visitor.page(f"/de/ideas/{idea.number}").text


def test_the_same_file_twice_is_found_twice(
    make: Any, cast: Any, consultation: Any, db: Any, app: Any, outbox: Any, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stored file is deleted with the first finding; the other one was not lost."""
    monkeypatch.setattr(app.config["SETTINGS"], "clamav_url", "tcp://127.0.0.1:1")
    _idea, files = _files(make, cast, consultation, db)
    files["agency"].digest = files["public"].digest
    db.session.commit()
    monkeypatch.setattr(attachments, "SCANNED_AT_ONCE", 1)
    bad = files["public"].digest
    monkeypatch.setattr(
        scanner, "scan", lambda content: scanner.INFECTED if name_of(content) == bad else scanner.WAITING
    )
    clock.shift(days=2)
    for _run in range(40):
        attachments.scan_waiting({})
        db.session.commit()
    assert sorted(row.scan for row in rows(db)) == ["infected", "infected", "waiting"]
    assert len([mail for mail in outbox if mail.kind == "idea.file_deleted"]) == 2


def test_what_the_scanner_finds_later_is_deleted_and_its_author_told(
    make: Any, cast: Any, consultation: Any, db: Any, new_client: Any, sign_in: Any, app: Any, outbox: Any,
    writer: Any, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(app.config["SETTINGS"], "clamav_url", "tcp://127.0.0.1:1")
    idea, files = _files(make, cast, consultation, db)
    moderator, author, visitor = sign_in(new_client(), cast.moderator), sign_in(new_client(), cast.owner), new_client()
    make.decide("idea", idea.id, "publish")
    db.session.commit()
    page = f"/de/ideas/{idea.number}"
    assert "wird noch geprüft" in visitor.page(page).text

    bad, good = files["public"], files["ministry"]
    written: list[str] = []

    def scan(content: bytes) -> str:
        assert not db.session.dirty and not db.session.new
        written.append(name_of(content))
        return scanner.INFECTED if name_of(content) == bad.digest else scanner.CLEAN

    monkeypatch.setattr(scanner, "scan", scan)
    attachments.scan_waiting({})
    db.session.commit()
    assert len(written) == 3 and {row.scan for row in rows(db)} == {"clean", "infected"}
    kept = {name for name, _moment in storage().names()}
    assert bad.digest not in kept and good.digest in kept
    mail = outbox.last(cast.owner)
    assert mail.kind == "idea.file_deleted" and "public.pdf" in mail.subject and TITLE in mail.text

    # nobody is told to come back for it, on no page, and no page kept in memory goes on saying so
    words = "Der Virenscanner hat etwas darin gefunden"
    shown = visitor.page(page)
    assert words in shown.text and "wird noch geprüft" not in shown.text
    answer = author.get(f"/de/ideas/files/{bad.key}")
    assert answer.status_code == 404 and words in html(answer).text
    draft = f"/de/ideas/drafts/{tokens.draft_token(idea.draft_key)}"
    assert words in author.page(draft).text and words in author.page(f"{draft}/preview").text
    assert f"/de/ideas/files/{bad.key}" not in author.page(draft).source
    writer.client = author
    writer.url = draft
    writer.send("submit", {"title": "Neue Fassung"})
    case = waiting_case("idea", idea.id)
    assert case is not None
    shown = moderator.page(f"/de/moderation/cases/{case.id}")
    assert words in shown.text and f"/de/ideas/files/{bad.key}" not in shown.source
    assert files["agency"].key in shown.source
