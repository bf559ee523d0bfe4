"""Topics of the month in the browser: written, pictured, planned, previewed, published on the date, and nothing before."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from PIL import Image

from consult.core import jobs
from consult.core.audit import AuditRow
from consult.core.clock import LOCAL, now
from consult.core.db import db
from consult.core.registry import registries, touch
from consult.topics.models import AGENDA, Topic, TopicVersion
from consult.topics.rules import DRAFT, PLANNED, PUBLISHED
from tests.support.page import html
from tests.support.queries import count_queries
from tests.topics import desk

NEW = "/de/editorial/topics/new"
WRITE = "form#write"


@pytest.fixture
def editor(clock: Any, client: Any, cast: Any, sign_in: Any) -> Any:
    """The browser of an editor."""
    assert clock is not None
    return sign_in(client, cast.editor)


def stored(slug: str) -> Topic:
    found = db.session.query(Topic).filter_by(slug=slug).one()
    db.session.refresh(found)
    return found


def at_midnight(days: int) -> str:
    return (now().astimezone(LOCAL).date() + timedelta(days=days)).isoformat()


def test_a_topic_from_draft_to_archive(
    editor: Any, new_client: Any, make: Any, clock: Any, run_jobs: Any, cast: Any
) -> None:
    make.organisation("Kontaktstelle", slug="kontakt")
    cluster = make.cluster("Optik Nord")
    consultation = make.consultation(slug="dialog")
    make.add(Topic(slug="innovation", kind=AGENDA, title={"de": "Innovation"}, sort_key="innovation",
                   published_at=now(), created_at=now(), updated_at=now()))  # fmt: skip
    question = consultation.questions[2]
    fields = desk.complete(
        tags="innovation", contact="Kontaktstelle", question=str(question.id), related=f"/de/clusters/{cluster.slug}",
        title_origin="de:machine",
    )  # fmt: skip
    response = editor.submit(NEW, fields)
    assert response.status_code == 303
    slug = response.location.rsplit("/", 1)[-1]
    assert slug == "offene-labore" and stored(slug).status == DRAFT
    visitor = new_client()
    assert visitor.get(f"/de/topics/{slug}").status_code == 404

    page = editor.page(f"/de/editorial/topics/{slug}")
    assert "maschinell übersetzt" in page.text and page.form(WRITE)["related"].strip() == f"cluster/{cluster.slug}"
    preview = editor.page(f"/de/editorial/topics/{slug}/preview")
    assert "Vorschau für die Redaktion" in preview.text and "Ein Labor für viele." in preview.text

    response = editor.submit(
        f"/de/editorial/topics/{slug}", {"day": at_midnight(3), "clock": "9.30 Uhr", "act": "plan"},
        form="form[action$='/state']",
    )  # fmt: skip
    assert response.status_code == 303 and stored(slug).status == PLANNED
    planned = stored(slug).planned_for
    assert planned is not None and planned.astimezone(LOCAL).strftime("%H:%M") == "09:30"
    _nothing_is_told(visitor, slug)

    clock.move_to(planned - timedelta(seconds=1))
    _nothing_is_told(visitor, slug)
    clock.move_to(planned)
    assert visitor.get(f"/de/topics/{slug}").status_code == 200, "exact at its moment, before any job has run"
    run_jobs()
    assert stored(slug).status == PUBLISHED and stored(slug).planned_for is None
    run_jobs()
    rows = db.session.query(AuditRow.event).filter(AuditRow.event.startswith("topic.")).order_by(AuditRow.seq).all()
    assert [row.event for row in rows] == ["topic.created", "topic.planned", "topic.published"]
    page = visitor.page(f"/de/topics/{slug}")
    assert "Was teilen Sie?" in page.text and "Optik Nord" in page.text
    assert f"/de/ideas/new?consultation=dialog&question={question.position}" in page.links(".c-call a")
    assert "Von einer Maschine übersetzt" not in page.text
    assert slug in visitor.get("/feeds/de/topics.atom").text and slug in visitor.get("/sitemap.xml?part=topic-0").text
    assert slug in visitor.get("/api/v1/topics").text
    assert visitor.page("/de/search?q=Labore").links("main h2 a") == [f"/de/topics/{slug}"]


def _nothing_is_told(visitor: Any, slug: str) -> None:
    for path in (
        "/de/topics/", "/en/topics/", "/de/", "/feeds/de/topics.atom", "/api/v1/topics", "/de/search?q=Labore",
        "/sitemap.xml?part=topic-0", "/de/clusters/",
    ):  # fmt: skip
        assert slug not in visitor.get(path).text, path
    for path in (f"/de/topics/{slug}", f"/api/v1/topics/{slug}"):
        assert visitor.get(path).status_code == 404


@pytest.mark.parametrize("who", ["", "participant", "moderator", "admin"])
def test_others_see_no_drafts(clock: Any, client: Any, cast: Any, make: Any, sign_in: Any, who: str) -> None:
    desk.topic(make, status=PLANNED, days=2)
    if who:
        sign_in(client, getattr(cast, who))
    for path in ("", "topics/", "topics/new", "topics/labore", "topics/labore/preview", "topics/labore/versions/"):
        assert client.get(f"/de/editorial/{path}").status_code == (403 if who else 303), path


def test_what_is_wrong_stands_at_its_field(editor: Any, make: Any) -> None:
    make.organisation("Haus der Forschung Nord", slug="nord")
    make.organisation("Haus der Forschung Süd", slug="sued")
    response = editor.submit(
        NEW,
        desk.complete(title_de="x" * 130, contact="Haus der Forschung", related="cluster/nirgends", approved_on="bald"),
    )
    assert response.status_code == 422
    page = html(response)
    assert "höchstens 120" in page.text and "Haus der Forschung Nord (organisation/nord)" in page.text
    assert "»cluster/nirgends« steht nicht im Verzeichnis." in page.text
    assert page.form()["approved_on"] == "bald" and page.form()["article_en"].strip() == "One lab for many."
    assert not db.session.query(Topic).count()


def test_the_slower_one_keeps_the_words(editor: Any, make: Any) -> None:
    topic = desk.topic(make, contact=make.organisation("Kontakt", slug="kontakt"))
    first = editor.page("/de/editorial/topics/labore").form(WRITE)
    assert editor.submit("/de/editorial/topics/labore", {"title_de": "Zuerst"}).status_code == 303
    response = editor.post("/de/editorial/topics/labore", data={**first, "title_de": "Danach"})
    page = html(response)
    assert response.status_code == 409 and page.form(WRITE)["title_de"] == "Danach"
    assert "Zuerst" in page.text and stored("labore").title["de"] == "Zuerst"
    again = editor.post("/de/editorial/topics/labore", data=page.form(WRITE))
    assert again.status_code == 303 and stored("labore").title["de"] == "Danach"
    assert topic.id and stored("labore").revision == 3


def test_a_late_plan_is_a_conflict(editor: Any, make: Any) -> None:
    desk.topic(make)
    stale = editor.page("/de/editorial/topics/labore").form_values(
        editor.page("/de/editorial/topics/labore").select("form[action$='/state']")[0]
    )
    editor.submit("/de/editorial/topics/labore", {"title_de": "Neu"})
    response = editor.post("/de/editorial/topics/labore/state", data={**stale, "act": "publish"})
    assert response.status_code == 409 and stored("labore").status == DRAFT


def test_versions_carry_their_dates(editor: Any, make: Any, clock: Any, cast: Any, sign_in: Any) -> None:
    desk.topic(make, status=PUBLISHED, days=-3)
    clock.shift(days=1)
    sign_in(editor, cast.editor)
    editor.submit("/de/editorial/topics/labore", {"title_de": "Zweite Fassung"})
    versions = db.session.query(TopicVersion).order_by(TopicVersion.number).all()
    assert [one.number for one in versions] == [1, 2]
    assert versions[0].content["title"]["de"] == "Thema labore" and "title" in versions[1].changed
    page = editor.page("/de/editorial/topics/labore/versions/")
    assert "25. November 2026" in page.text and "Edith Editor" in page.text
    assert "Thema labore" in editor.page("/de/editorial/topics/labore/versions/1").text
    assert editor.get("/de/editorial/topics/labore/versions/9").status_code == 404
    assert "Zuletzt geändert am 25. November 2026" in editor.page("/de/topics/labore").text


def test_a_statement_without_approval_stays_a_draft(editor: Any, make: Any) -> None:
    desk.topic(make, statement={"de": "Gesagt."}, statement_kind="verbatim")
    response = editor.submit("/de/editorial/topics/labore", {"act": "publish"}, form="form[action$='/state']")
    assert response.status_code == 422 and stored("labore").status == DRAFT
    assert "nur mit Freigabe" in html(response).text
    editor.submit("/de/editorial/topics/labore", {"approved_who": "Pressestelle", "approved_on": "23.11.2026"})
    assert editor.submit(
        "/de/editorial/topics/labore", {"act": "publish"}, form="form[action$='/state']"
    ).status_code == 303  # fmt: skip
    page = editor.page("/de/topics/labore")
    assert "Freigegeben am 23. November 2026." in page.text and "Pressestelle" not in page.text


# ---- pictures -------------------------------------------------------------------------------------------------------


def send(browser: Any, content: bytes, name: str = "bild.jpg", **fields: str) -> Any:
    """Send the form with a file, as a browser does; the body is made here, since the client leaves large ones open."""
    page = browser.page("/de/editorial/topics/labore/picture").form()
    data = {**page, "alt_de": "Ein Labor", "alt_en": "A laboratory", **fields}
    data.pop("file", None)
    parts = [
        f'--frontier\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n' for key, value in data.items()
    ]
    head = f'--frontier\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    body = "".join(parts).encode() + head.encode() + content + b"\r\n--frontier--\r\n"
    return browser.post(
        "/de/editorial/topics/labore/picture", data=body, content_type="multipart/form-data; boundary=frontier"
    )


def _with_place() -> bytes:
    exif = Image.Exif()
    exif[0x010F] = "Geheime Kamera"
    exif[0x0112] = 6  # on its side
    return desk.picture("JPEG", (1200, 900), exif=exif) + b"<script>alert(1)</script>"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_is_made_anew(editor: Any, new_client: Any, make: Any, kind: str) -> None:
    desk.topic(make, status=PUBLISHED, days=-1)
    content = _with_place() if kind == "JPEG" else desk.picture(kind, (2400, 1600))
    assert send(editor, content, "irgendwas.txt").status_code == 303
    topic = stored("labore")
    assert topic.picture_sizes[0] == ([900, 1200] if kind == "JPEG" else [1600, 1067])
    page = new_client().page("/de/topics/labore")
    image = page.one(".c-picture img")
    assert image["alt"] == "Ein Labor"
    response = new_client().get(str(image["src"]))
    assert response.mimetype == "image/webp" and response.headers["X-Content-Type-Options"] == "nosniff"
    assert "immutable" in response.headers["Cache-Control"] and "sandbox" in response.headers["Content-Security-Policy"]
    kept = Image.open(io.BytesIO(response.data))
    assert not kept.getexif() and b"Kamera" not in response.data and b"script" not in response.data


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "kein Bild"),
        (b"GIF89a" + b"\0" * 40, "kein Bild"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 200, "kein Bild"),
        (desk.picture("PNG", (300, 300)), "schmaler"),
        (desk.picture("PNG", (8000, 6000)), "40 Millionen"),
        (b"", "Datei"),
    ],
)
def test_what_is_no_picture_is_refused(editor: Any, make: Any, content: bytes, words: str) -> None:
    desk.topic(make)
    response = send(editor, content, "bild.jpg")
    assert response.status_code == 422 and words in html(response).text
    assert html(response).form()["alt_de"] == "Ein Labor" and not stored("labore").picture


def test_both_languages_describe_it(editor: Any, make: Any) -> None:
    desk.topic(make)
    response = send(editor, desk.picture(), alt_en="")
    assert response.status_code == 422 and not stored("labore").picture
    assert send(editor, desk.picture()).status_code == 303
    changed = editor.submit(
        "/de/editorial/topics/labore/picture", {"alt_de": "Zwei Labore", "file": None, "remove": None}
    )
    assert changed.status_code == 303 and stored("labore").picture_alt["de"] == "Zwei Labore"


def test_too_large_is_said(editor: Any, make: Any) -> None:
    desk.topic(make)
    for size in (10 * 1024 * 1024 + 1, 12 * 1024 * 1024):
        response = send(editor, b"\xff\xd8" + b"\0" * size)
        assert response.status_code == 413 and "Das ist zu viel auf einmal" in html(response).text
    assert send(editor, desk.picture("PNG", (1800, 1800)) + b"\0" * (3 * 1024 * 1024)).status_code == 303


def test_a_planned_picture_is_shown_to_editors_alone(editor: Any, new_client: Any, make: Any) -> None:
    desk.topic(make, status=PLANNED, days=1)
    send(editor, desk.picture())
    file = f"/uploads/{stored('labore').picture}-1200.webp"
    assert new_client().get(file).status_code == 404
    response = editor.get(file)
    assert response.status_code == 200 and response.headers["Cache-Control"] == "private, no-store"
    for odd in ("/uploads/../secret_key", "/uploads/secret_key", f"/uploads/{'a' * 40}-1200.webp", "/uploads/x.webp"):
        assert editor.get(odd).status_code == 404
    assert editor.submit("/de/editorial/topics/labore/picture", {"remove": "1"}).status_code == 303
    assert not stored("labore").picture and editor.get(file).status_code == 404


# ---- archive --------------------------------------------------------------------------------------------------------


def test_archive_by_month_and_theme(clock: Any, client: Any, make: Any) -> None:
    clock.move_to(datetime(2027, 3, 10, 9, 0, tzinfo=LOCAL))
    for slug in ("innovation", "start-ups"):
        make.add(Topic(slug=slug, kind=AGENDA, title={"de": slug.title()}, sort_key=slug, published_at=now(),
                       created_at=now(), updated_at=now()))  # fmt: skip
    desk.topic(make, "januar", status=PUBLISHED, days=-55, tags=["innovation"])
    desk.topic(make, "februar", status=PUBLISHED, days=-20, tags=["innovation", "start-ups"])
    desk.topic(make, "zukunft", status=PLANNED, days=5, tags=["innovation"])

    def shown(query: str = "") -> list[str]:
        return [link.rsplit("/", 1)[-1] for link in client.page(f"/de/topics/?{query}").links(".c-list h3 a")]

    assert shown() == ["februar", "januar"]
    assert shown("month=2027-01") == ["januar"] and shown("theme=start-ups") == ["februar"]
    assert shown("theme=start-ups&month=2027-01") == [] and shown("month=9999-99&theme=%00") == ["februar", "januar"]
    page = client.page("/de/topics/?theme=start-ups")
    assert "Februar 2027" in page.text and "Januar 2027" not in page.text


def test_the_archive_is_searched_for_words(clock: Any, client: Any, make: Any) -> None:
    """Filters, their numbers, files, feed and what is kept as a search follow the words; tags of the agenda stay."""
    clock.move_to(datetime(2027, 3, 10, 9, 0, tzinfo=LOCAL))
    tag = make.add(Topic(slug="innovation", kind=AGENDA, title={"de": "Labore"}, sort_key="labore",
                         published_at=now(), created_at=now(), updated_at=now()))  # fmt: skip
    said = {"de": "Wir teilen Labore.", "en": "We share."}
    fits = [
        desk.topic(make, "januar", status=PUBLISHED, days=-55, tags=["innovation"], article=said),
        desk.topic(make, "februar", status=PUBLISHED, days=-20, teaser={"de": "Ein Labor", "en": "One lab"}),
    ]
    others = [
        desk.topic(make, "maerz", status=PUBLISHED, days=-1, tags=["innovation"]),
        desk.topic(make, "zukunft", status=PLANNED, days=5, article=said),
    ]
    for one in (tag, *fits, *others):
        touch("topic", one.id)
    db.session.flush()

    def shown(query: str) -> list[str]:
        return [link.rsplit("/", 1)[-1] for link in client.page(f"/de/topics/?{query}").links(".c-list h3 a")]

    assert shown("q=Labor") == ["februar", "januar"] and shown("q=Labor&theme=innovation") == ["januar"]
    assert shown("q=Labor&month=2027-03") == [] and shown("q=%20") == ["maerz", "februar", "januar"]
    page = client.page("/de/topics/?q=Labor&theme=innovation")
    assert page.one("input[name=q]")["value"] == "Labor" and "/de/topics/innovation" in page.links("main h3 a")
    chips = [one.get_text(" ", strip=True) for one in page.select(".c-chips a")]
    assert chips == ["»Labor« entfernen", "Labore entfernen"]
    ticks = [one.get_text(" ", strip=True) for one in page.select("label.c-tick")]
    assert "Labore 1" in ticks and "Januar 2027 1" in ticks and not any("März" in one for one in ticks)
    assert [one["id"] for one in client.get("/de/topics/?q=Labor&format=json").get_json()] == ["februar", "januar"]
    assert client.get("/de/topics/?q=Labor&format=atom").get_data(as_text=True).count("</entry>") == 2
    tell = registries.saved_lists["topics"].newest
    assert [one.key for one in tell({"q": ["Labor"]}, now() - timedelta(days=90), now())] == ["februar", "januar"]
    assert "Kein Thema passt" in client.page("/de/topics/?q=gibtesnicht").text


def test_an_archive_that_is_kept_is_what_was_shown(
    clock: Any, client: Any, make: Any, cast: Any, sign_in: Any, outbox: Any, run_jobs: Any
) -> None:
    """By month and theme, named after them, and telling of nothing else; what the page passes over is not kept."""
    clock.move_to(datetime(2027, 3, 10, 9, 0, tzinfo=LOCAL))
    make.add(Topic(slug="innovation", kind=AGENDA, title={"de": "Innovation"}, sort_key="innovation",
                   published_at=now(), created_at=now(), updated_at=now()))  # fmt: skip
    sign_in(client, cast.owner)
    asked = ("month=2027-03", "theme=innovation", "theme=innovation&month=2027-04", "month=9999-99&theme=moon&x=1",
             "q=Messen&month=2027-03")  # fmt: skip
    for query in asked:
        client.submit(f"/de/topics/?{query}", form="main form[action='/de/notices/searches']")
    kept = client.page("/de/notices/searches").select("main .c-list p > a")
    assert [(one.get_text(), parse_qs(urlsplit(str(one["href"])).query)) for one in reversed(kept)] == [
        ("März 2027", {"month": ["2027-03"]}),
        ("Innovation", {"theme": ["innovation"]}),
        ("Innovation, April 2027", {"theme": ["innovation"], "month": ["2027-04"]}),
        ("Thema des Monats", {}),
        ("»Messen«, März 2027", {"q": ["Messen"], "month": ["2027-03"]}),
    ]
    page = client.page("/de/topics/?theme=innovation&month=2027-04")
    assert page.links("main .c-chips a") == ["/de/topics/?month=2027-04", "/de/topics/?theme=innovation"]
    desk.topic(make, "frühling", status=PUBLISHED, days=0.01, tags=["start-ups"])
    desk.topic(make, "im-april", status=PUBLISHED, days=25, tags=["innovation"])
    clock.shift(days=27)
    jobs.enqueue("searches.due")
    run_jobs()
    told = {mail.subject.split("»")[1].rstrip("«"): mail.text for mail in outbox.to(cast.owner, "search.new")}
    both = ("Thema frühling", "Thema im-april")
    assert {name: tuple(one for one in both if one in text) for name, text in told.items()} == {
        "März 2027": both[:1], "Innovation": both[1:], "Innovation, April 2027": both[1:], "Thema des Monats": both,
    }  # fmt: skip


def test_queries_do_not_grow(app: Any, client: Any, editor: Any, new_client: Any, make: Any) -> None:
    visitor = new_client()
    paths = ((visitor, "/de/topics/", 8), (visitor, "/de/topics/thema-0", 10), (editor, "/de/editorial/topics/", 8),
             (editor, "/de/editorial/topics/thema-0", 14))  # fmt: skip
    counts: list[int] = []
    for size in (3, 11):
        for number in range(len(counts) and 3, size):
            one = desk.topic(make, f"thema-{number}", status=PUBLISHED, days=-30 - number)
            make.add(TopicVersion(topic_id=one.id, number=1, made_at=now()))
        for browser, path, budget in paths:
            browser.get(path)
            with count_queries(app, at_most=budget) as found:
                assert browser.get(path).status_code == 200
            counts.append(len(found))
    assert counts[:4] == counts[4:]
