"""Attachments: who may read one in which state, in whose hands it comes and goes, and that nobody else ever sees it."""

from __future__ import annotations

import contextvars
import io
import json
import zipfile
from typing import Any

import pytest
from sqlalchemy import select

from consult.accounts.erasure import take_out
from consult.consultations.queries import questions_of
from consult.core.audit import AuditRow
from consult.files import scanner
from consult.files.checking import LARGEST
from consult.files.storage import storage
from consult.ideas import attachments, operations, tokens, withdrawing
from consult.ideas.drafting import Changes, save_draft, start_draft
from consult.ideas.models import IdeaAttachment
from consult.moderation.queries import waiting_case
from tests.files import samples
from tests.ideas.conftest import the_idea
from tests.support.page import html, plain_spaces
from tests.support.pdf import Pdf

TITLE = "Grundriss der Halle mit freien Plätzen"
READERS = (
    "visitor", "participant", "owner", "colleague", "outsider", "moderator", "moderator2", "editor", "admin", "analyst",
    "official",
)  # fmt: skip
# audience -> who reads the file of a published idea beside its authors
PUBLISHED = {"public": set(READERS), "agency": {"owner", "analyst", "official"}, "ministry": {"owner", "official"}}
# in an open case, moderators who are not involved read everything; before that, authors only
WAITING = {"owner", "moderator", "moderator2"}


def upload(content: bytes, name: str = "halle.png") -> tuple[io.BytesIO, str]:
    return io.BytesIO(content), name


def send_file(writer: Any, content: bytes, about: str = TITLE, audience: str = "public", **fields: Any) -> Any:
    return writer.send(
        "attach",
        {"attachment_file": upload(content), "attachment_title": about, "attachment_audience": audience, **fields},
        content_type="multipart/form-data",
    )


def rows(db: Any) -> list[IdeaAttachment]:
    db.session.rollback()
    query = select(IdeaAttachment).order_by(IdeaAttachment.id).execution_options(populate_existing=True)
    return list(db.session.execute(query).scalars())


def test_from_the_form_to_the_published_page(
    writer: Any, client: Any, cast: Any, sign_in: Any, make: Any, db: Any
) -> None:
    sign_in(client, cast.owner)
    writer.open()
    page = html(send_file(writer, samples.photo(), **{"title": "Mit Bild", "answer-1": "Siehe Anhang."}))
    assert "halle.jpg ist angehängt." in page.text and TITLE in page.one(".c-files").get_text()
    assert page.form("#idea-form")["answer-1"] == "Siehe Anhang."
    send_file(writer, samples.PDF, "Bericht in einem Satz", "agency")
    (picture, report) = rows(db)
    assert (picture.media_type, picture.width, picture.audience) == ("image/jpeg", 40, "public")
    preview = client.page(f"{writer.url}/preview")
    assert TITLE in preview.text and "Bericht in einem Satz" not in preview.text
    assert "Bericht in einem Satz" in client.page(f"{writer.url}/preview?as=agency").text
    writer.send("submit")
    idea = the_idea(db)
    case = client.get(f"/de/ideas/{idea.number}")
    assert case.status_code == 404
    make.decide("idea", idea.id, "publish")
    db.session.commit()
    page = client.page(f"/de/ideas/{idea.number}")
    assert page.one(".c-files img")["alt"] == TITLE
    answer = client.get(f"/de/ideas/files/{picture.key}")
    assert answer.headers["Content-Type"] == "image/jpeg" and answer.headers["Content-Disposition"].startswith("inline")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    saved = client.get(f"/de/ideas/files/{report.key}")
    assert saved.headers["Content-Disposition"] == "attachment; filename*=UTF-8''halle.pdf"
    assert "no-store" in saved.headers["Cache-Control"]
    assert (
        client.get(f"/de/ideas/files/{picture.key}", headers={"If-None-Match": answer.headers["ETag"]}).status_code
        == 304
    )


def test_what_is_wrong_is_said_at_the_field_and_nothing_typed_is_lost(writer: Any, db: Any) -> None:
    writer.open()
    page = html(send_file(writer, b"MZ\x90", "", **{"title": "Bleibt", "answer-1": "Auch das bleibt."}))
    assert "nicht öffnen" in page.one("#attachment_file-error").get_text()
    assert "Bitte sagen Sie, was" in page.errors()["attachment_title"]
    form = page.form("#idea-form")
    assert (form["title"], form["answer-1"]) == ("Bleibt", "Auch das bleibt.")
    nothing = writer.send("attach", {"title": "Bleibt"})
    assert nothing.status_code == 422 and "Bitte wählen Sie eine Datei" in html(nothing).text
    assert rows(db) == []


def test_a_file_that_is_far_too_large_is_said_at_the_field(writer: Any) -> None:
    """Photos and slides often weigh more than the form may: its writer stays at the text, and it is stored."""
    fields = {**writer.open().form("#idea-form"), "title": "Bleibt", "answer-1": "Auch das bleibt.", "attach": "1"}
    fields["attachment_title"] = TITLE
    head = 'content-disposition: form-data; name="'
    parts = [f'{head}{name}"\r\n\r\n{value}' for name, value in fields.items() if isinstance(value, str)]
    parts.append(f'{head}attachment_file"; filename="x.pdf"\r\n\r\n%PDF-{"0" * (3 * LARGEST)}')
    body = "".join(f"--teil\r\n{part}\r\n" for part in parts) + "--teil--\r\n"
    answer = writer.client.post(writer.url, data=body.encode(), content_type="multipart/form-data; boundary=teil")
    assert answer.status_code == 422
    page = html(answer)
    assert "10 MB" in plain_spaces(page.one("#attachment_file-error").get_text())
    stored = page.form("#idea-form")
    assert (stored["title"], stored["answer-1"]) == ("Bleibt", "Auch das bleibt.")


def test_where_no_file_can_be_stored_the_text_is(
    writer: Any, db: Any, app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk, or a bucket that does not answer: said at the field, with what was typed stored and still there; and a
    file that cannot be fetched is no fault of its reader."""
    writer.open()
    send_file(writer, samples.PDF, **{"title": "Vorher"})
    (there,) = rows(db)

    def away(*_arguments: Any) -> Any:
        raise OSError(28, "No space left on device")

    for name in ("put", "get"):
        monkeypatch.setattr(storage(), name, away)
    answer = send_file(writer, samples.image(), **{"title": "Bleibt", "answer-1": "Auch das bleibt."})
    page = html(answer)
    assert answer.status_code == 422 and "zurzeit keine Dateien" in page.errors()["attachment_file"]
    assert (page.form("#idea-form")["title"], page.form("#idea-form")["answer-1"]) == ("Bleibt", "Auch das bleibt.")
    stored = html(writer.client.get(writer.url)).form("#idea-form")
    assert (stored["title"], stored["answer-1"]) == ("Bleibt", "Auch das bleibt.")
    refused = writer.client.get(f"/de/ideas/files/{there.key}?link={writer.url.rsplit('/', 1)[1]}")
    assert refused.status_code == 503 and "zurzeit nicht öffnen" in html(refused).text


def test_a_file_beside_any_button_is_attached_and_can_be_taken_out(writer: Any, db: Any) -> None:
    writer.open()
    fields = {"attachment_file": upload(samples.PDF, "x.pdf"), "attachment_title": TITLE, "title": "Titel"}
    writer.send("save", fields, content_type="multipart/form-data")
    (row,) = rows(db)
    assert writer.send("detach", value=str(row.id)).status_code == 200
    assert not html(writer.client.get(writer.url)).select(".c-files li")
    for number in range(attachments.MOST):
        send_file(writer, samples.PDF + bytes([number]) + b"%%EOF")
    assert len(html(writer.client.get(writer.url)).select(".c-files li")) == attachments.MOST
    assert not html(writer.client.get(writer.url)).select("#attachment_file")


def _files(make: Any, cast: Any, consultation: Any, db: Any) -> tuple[Any, dict[str, IdeaAttachment]]:
    actor = cast.actor(cast.owner)
    idea = start_draft(actor, consultation.id, tokens.new_key(), "de")
    question = questions_of(consultation.id)[0]
    fields = {"title": "Mit Dateien", "organisation": "Feinwerk Saaletal"}
    save_draft(idea.id, Changes(fields, {question.id: "Siehe Dateien."}, {question.id: "public"}), tab="t")
    made = {}
    for number, audience in enumerate(attachments.FOR):
        received = attachments.receive(samples.PDF + bytes([number]) + b"%%EOF", f"{audience}.pdf", TITLE, audience)
        made[audience] = attachments.attach(actor, idea.id, received)
    db.session.commit()
    operations.send(actor, idea.id, email="", language="de")
    db.session.commit()
    return idea, made


def test_who_reads_which_file_in_which_state(
    make: Any, cast: Any, consultation: Any, db: Any, new_client: Any, sign_in: Any
) -> None:
    idea, files = _files(make, cast, consultation, db)
    readers = {}
    for who in READERS:
        client = new_client()
        readers[who] = client if who == "visitor" else sign_in(client, getattr(cast, who))
    link = tokens.status_token(idea.draft_key)

    def check(expected: dict[str, set[str]], linked: bool = True) -> None:
        for audience, row in files.items():
            path = f"/de/ideas/files/{row.key}"
            found = {who for who, client in readers.items() if client.get(path).status_code == 200}
            assert found == expected[audience], (audience, found ^ expected[audience])
            # it is an organisation's: the link opens it to those who write there, and to nobody else
            assert (readers["colleague"].get(f"{path}?link={link}").status_code == 200) is linked
            for who, given in (("colleague", f"{link}x"), ("visitor", link), ("outsider", link)):
                assert readers[who].get(f"{path}?link={given}").status_code == readers[who].get(path).status_code

    check(dict.fromkeys(files, WAITING))
    make.decide("idea", idea.id, "publish")
    db.session.commit()
    check(PUBLISHED)
    looks = select(AuditRow).where(AuditRow.event == "idea.attachment_read")
    assert len(db.session.execute(looks).scalars().all()) == 2 * 2 + 2 + 1  # moderators before; officials after
    operations.withdraw(cast.actor(cast.owner), idea.id)
    db.session.commit()
    check(dict.fromkeys(files, {"owner"}))
    assert readers["visitor"].get("/de/ideas/files/" + "x" * 22).status_code == 404


def test_no_outlet_tells_of_a_file_that_is_not_public(
    make: Any, cast: Any, consultation: Any, db: Any, client: Any
) -> None:
    idea, files = _files(make, cast, consultation, db)
    make.decide("idea", idea.id, "publish")
    db.session.commit()
    outlets = (
        f"/de/ideas/{idea.number}", "/de/ideas/", "/de/search?q=Dateien", f"/api/v1/ideas/{idea.number}",
        "/feeds/de/ideas.atom", "/de/ideas/?format=json",
    )  # fmt: skip
    for path in outlets:
        text = client.get(path, buffered=True).get_data(as_text=True)
        for audience in ("agency", "ministry"):
            assert files[audience].key not in text and files[audience].file_name not in text, path
    assert files["public"].key in client.get(f"/de/ideas/{idea.number}").get_data(as_text=True)
    (named,) = client.get(f"/api/v1/ideas/{idea.number}").get_json()["data"]["attachments"]
    assert named["title"] == TITLE and named["url"].endswith(f"/ideas/files/{files['public'].key}")
    assert named["size"] == files["public"].size


def test_a_new_version_adds_and_drops_and_the_old_one_stays(
    make: Any, cast: Any, consultation: Any, db: Any, client: Any, new_client: Any, sign_in: Any, write: Any
) -> None:
    idea, files = _files(make, cast, consultation, db)
    make.decide("idea", idea.id, "publish")
    db.session.commit()
    writer = write(sign_in(new_client(), cast.owner))
    writer.url = f"/de/ideas/drafts/{tokens.draft_token(idea.draft_key)}"
    writer.send("detach", value=str(files["public"].id))
    send_file(writer, samples.image(), "Neues Bild")
    writer.send("submit")
    new = rows(db)[-1]
    assert client.get(f"/de/ideas/files/{files['public'].key}").status_code == 200
    assert client.get(f"/de/ideas/files/{new.key}").status_code == 404
    make.decide("idea", idea.id, "publish")
    db.session.commit()
    assert client.get(f"/de/ideas/files/{files['public'].key}").status_code == 200, "its version can still be read"
    assert files["public"].key not in client.page(f"/de/ideas/{idea.number}").source
    assert client.get(f"/de/ideas/files/{new.key}").status_code == 200
    assert "Neues Bild" in client.page(f"/de/ideas/{idea.number}").text


def test_moderation_opens_the_files_of_a_new_version(
    make: Any, cast: Any, consultation: Any, db: Any, client: Any, new_client: Any, sign_in: Any, writer: Any
) -> None:
    """Those that were there before are told from the one that came; whatever view, each leads to its file."""
    idea, files = _files(make, cast, consultation, db)
    make.decide("idea", idea.id, "publish")
    db.session.commit()
    sign_in(client, cast.owner)
    writer.url = f"/de/ideas/drafts/{tokens.draft_token(idea.draft_key)}"
    send_file(writer, samples.photo(), "Neues Bild", **{"title": "Neue Fassung"})
    writer.send("submit")
    case = waiting_case("idea", idea.id)
    assert case is not None
    new = rows(db)[-1]
    moderator = sign_in(new_client(), cast.moderator)
    for view in ("changes", "raw"):
        page = moderator.page(f"/de/moderation/cases/{case.id}?view={view}")
        for one in (new, *files.values()):
            link = page.one(f".c-doc a[href$='{one.key}']")
            assert link.get_text() == one.file_name, view
    heads = [one.get_text(" ") for one in moderator.page(f"/de/moderation/cases/{case.id}").select(".c-doc > div")]
    told = [" ".join(one.split()) for one in heads if "Anhang" in one]
    assert ["unverändert" in one for one in told] == [True, True, True, False]


def test_what_nothing_names_is_swept_up(make: Any, cast: Any, consultation: Any, db: Any, clock: Any) -> None:
    for name, _moment in list(storage().names()):  # of tests before
        storage().delete(name)
    idea, _written = _files(make, cast, consultation, db)
    attachments.receive(samples.image("WEBP"), "verloren.webp", TITLE, "public")
    attachments.sweep({})
    attachments.sweep_files({})
    assert len(rows(db)) == 3
    clock.shift(days=2)
    attachments.sweep({})
    db.session.commit()
    attachments.sweep_files({})
    names = {name for name, _moment in storage().names()}
    assert names == {row.digest for row in rows(db)} and len(rows(db)) == 3
    operations.withdraw(cast.actor(cast.owner), idea.id)
    withdrawing.erase(cast.actor(cast.owner), idea.id)
    db.session.commit()
    attachments.sweep({})
    db.session.commit()
    attachments.sweep_files({})
    assert rows(db) == [] and list(storage().names()) == []


def test_files_are_taken_out_with_the_rest(make: Any, cast: Any, consultation: Any, db: Any) -> None:
    idea, files = _files(make, cast, consultation, db)
    package = zipfile.ZipFile(io.BytesIO(take_out(cast.actor(cast.owner), cast.owner)))
    data = json.loads(package.read("data.json"))
    named = [one["name"] for one in data["data"]["ideas"]["ideas"][0]["attachments"]]
    assert {f"files/{name}" for name in named} == {name for name in package.namelist() if name.startswith("files/")}
    assert package.read(f"files/{named[0]}").startswith(b"%PDF-")


def test_with_the_public_page_its_files_go_from_who_may_not_read_it(
    make: Any, cast: Any, consultation: Any, db: Any, new_client: Any, sign_in: Any
) -> None:
    """Where no answer is for everybody any more, the idea has no page for them, and the addresses of its files end, too."""
    idea, files = _files(make, cast, consultation, db)
    make.decide("idea", idea.id, "publish")
    db.session.commit()
    question = questions_of(consultation.id)[0]
    readers = {who: new_client() for who in READERS}
    for who, client in readers.items():
        if who != "visitor":
            sign_in(client, getattr(cast, who))
    for audience, page in (("agency", {"owner", "analyst", "official"}), ("ministry", {"owner", "official"})):
        operations.narrow_audiences(cast.actor(cast.owner), idea.id, {question.id: audience})
        db.session.commit()
        for one, row in files.items():
            found = {
                who for who, client in readers.items() if client.get(f"/de/ideas/files/{row.key}").status_code == 200
            }
            assert found == page & PUBLISHED[one], (audience, one, found)


def test_its_author_sees_what_was_sent_with_it(
    make: Any, cast: Any, consultation: Any, db: Any, client: Any, sign_in: Any
) -> None:
    """On the private page and in the receipt, while it waits and afterwards; what became of a file stands beside it."""
    idea, files = _files(make, cast, consultation, db)
    status = f"/de/ideas/status/{tokens.status_token(idea.draft_key)}"
    sign_in(client, cast.owner)

    def said() -> str:
        (listed,) = client.page(status).select(".c-files")
        pdf = Pdf(client.get(f"{status}/receipt.pdf").data)
        assert pdf.faults == []
        for one in files.values():
            assert one.file_name in listed.get_text() and one.file_name in pdf.text, one.audience
            assert TITLE in " ".join(pdf.text.split())
        assert "Nur Ministerium" in listed.get_text() and "Nur Ministerium" in pdf.text
        for link in listed.select("a"):
            assert client.get(str(link["href"])).status_code == 200
        return f"{listed.get_text()} {' '.join(pdf.text.split())}"

    assert "Virenscanner" not in said()
    files["agency"].scan, files["ministry"].held_by = scanner.INFECTED, 1
    db.session.commit()
    now_said = said()
    assert now_said.count("Virenscanner") == 2 and now_said.count("zurückgehalten") == 2
    make.decide("idea", idea.id, "publish")
    operations.withdraw(cast.actor(cast.owner), idea.id)
    db.session.commit()
    assert not client.page(status).select(".c-files")


def test_search_engines_are_asked_to_leave_files_out_also_by_the_cache(
    make: Any, cast: Any, consultation: Any, db: Any, own_app: Any
) -> None:
    """A file may be withdrawn, or kept for fewer; who has no cookie, as they have none, is answered by the page cache."""
    idea, files = _files(make, cast, consultation, db)
    make.decide("idea", idea.id, "publish")
    db.session.commit()
    address = f"/de/ideas/files/{files['public'].key}"
    other = own_app(PAGE_CACHE=True)
    other.extensions["consult_storage"] = storage()
    robot = other.test_client()

    def ask() -> Any:
        return contextvars.Context().run(robot.get, address)

    for _time in ("made", "remembered"):
        answer = ask()
        assert answer.status_code == 200 and answer.headers["X-Robots-Tag"] == "noindex"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
    operations.withdraw(cast.actor(cast.owner), idea.id)
    db.session.commit()
    assert ask().status_code == 404
