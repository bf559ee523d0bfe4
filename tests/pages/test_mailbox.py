"""Mail of the demo: readable from this machine in demo mode, for nobody else in the world."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from consult.core.clock import now
from consult.core.mail import Mail, queue_mail
from tests.support.client import unchecked_pages
from tests.support.queries import count_queries

HTML = '<p>Guten Tag</p><script>alert(1)</script><form action="/x"><img src="https://elsewhere.example/x.png"></form>'


@pytest.fixture
def demo(app: Flask) -> Iterator[None]:
    """The application in demo mode."""
    settings = app.config["SETTINGS"]
    settings.demo = True
    yield
    settings.demo = False


@pytest.fixture
def mail(db: Any) -> Mail:
    text = "Guten Tag,\n\nIhr Link: http://127.0.0.1/de/account/confirm/abc.\nNoch einmal: http://127.0.0.1/de/account/confirm/abc\n\n<b>Gruß</b>"
    mail_id = queue_mail(
        "info@betrieb.example", "Ihr <Link>", text, HTML, kind="account.confirm", delay=timedelta(minutes=10)
    )
    db.session.commit()
    found: Mail = db.session.get(Mail, mail_id)
    return found


def paths(mail: Mail) -> tuple[str, ...]:
    return ("/dev/mail", f"/dev/mail/{mail.id}", f"/dev/mail/{mail.id}/html")


def test_outside_demo_mode_there_is_no_such_page(client: Any, mail: Mail) -> None:
    for path in paths(mail):
        assert client.get(path).status_code == 404


@pytest.mark.sqlite
@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize(
    ("address", "host", "headers", "status"),
    [
        ("127.0.0.1", "localhost", {}, 200),
        ("127.0.0.1", "127.0.0.1:5000", {}, 200),
        ("127.4.5.6", "localhost:5000", {}, 200),
        ("::1", "[::1]:5000", {}, 200),
        ("192.0.2.7", "127.0.0.1", {}, 404),
        ("10.0.0.1", "localhost", {}, 404),
        ("2001:db8::1", "localhost", {}, 404),
        ("not an address", "localhost", {}, 404),
        ("127.0.0.1", "consult.example", {}, 404),
        ("127.0.0.1", "localhost.example", {}, 404),
        ("127.0.0.1", "localhost", {"X-Forwarded-For": "127.0.0.1"}, 404),
        ("127.0.0.1", "localhost", {"Forwarded": "for=127.0.0.1"}, 404),
        ("127.0.0.1", "localhost", {"X-Real-IP": "127.0.0.1"}, 404),
        ("127.0.0.1", "localhost", {"Via": "1.1 proxy"}, 404),
    ],
)
def test_only_this_very_machine_reads_it(
    client: Any, mail: Mail, address: str, host: str, headers: dict[str, str], status: int
) -> None:
    for path in paths(mail):
        with unchecked_pages():
            response = client.get(path, headers={**headers, "Host": host}, environ_overrides={"REMOTE_ADDR": address})
        assert response.status_code == status, path


@pytest.mark.usefixtures("demo")
def test_the_list_shows_newest_first_and_when_each_leaves(client: Any, db: Any, clock: Any) -> None:
    for number, minutes in enumerate((0, 10, 20)):
        queue_mail(f"p{number}@x.example", f"Nachricht {number}", "Text", kind="test", delay=timedelta(minutes=minutes))
        clock.shift(minutes=1)
    sent, held, taken = db.session.query(Mail).order_by(Mail.id)
    sent.sent_at, taken.cancelled_at = now(), now()
    page = client.page("/dev/mail", headers={"Accept-Language": "de"})
    assert [row.get_text() for row in page.select("tbody th")] == ["Nachricht 2", "Nachricht 1", "Nachricht 0"]
    states = [row.select("td")[-1].get_text().strip() for row in page.select("tbody tr")]
    assert states == [
        "zurückgenommen: 24. November 2026, 10.03 Uhr",
        "geht hinaus: 24. November 2026, 10.11 Uhr",
        "hinausgegangen: 24. November 2026, 10.03 Uhr",
    ]
    assert held.sent_at is None


@pytest.mark.usefixtures("demo")
def test_an_empty_box_says_how_to_fill_it(client: Any) -> None:
    assert client.page("/dev/mail").select(".c-empty a")


@pytest.mark.usefixtures("demo")
def test_a_message_is_shown_as_text_with_its_links(client: Any, mail: Mail) -> None:
    page = client.page(f"/dev/mail/{mail.id}")
    assert page.h1 == "Ihr <Link>"
    assert "<b>Gruß</b>" in page.text
    assert page.links("main .bullets a") == ["http://127.0.0.1/de/account/confirm/abc"]
    frame = page.one("iframe")
    assert frame["src"] == f"/dev/mail/{mail.id}/html"
    assert frame.has_attr("sandbox")
    assert not frame["sandbox"]
    assert "alert(1)" not in page.source


@pytest.mark.usefixtures("demo")
def test_the_html_is_locked_up(client: Any, mail: Mail) -> None:
    with unchecked_pages():
        response = client.get(f"/dev/mail/{mail.id}/html")
    assert response.text == HTML
    policy = response.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox; default-src 'none'")
    for closed in ("script-src", "connect-src", "form-action 'self'", "https:"):
        assert closed not in policy
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    frame = client.get(f"/dev/mail/{mail.id}").headers["Content-Security-Policy"]
    assert "frame-src 'self'" in frame


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("number", [0, 4711, 2**31, 10**30])
def test_a_message_that_is_not_there(client: Any, number: int) -> None:
    assert client.get(f"/dev/mail/{number}").status_code == 404
    assert client.get(f"/dev/mail/{number}/html").status_code == 404


@pytest.mark.usefixtures("demo")
def test_long_lists_are_paged_and_cost_one_query(app: Any, client: Any, db: Any) -> None:
    for number in range(60):
        queue_mail("p@x.example", f"Nachricht {number}", "Text", kind="test")
    db.session.commit()
    seen: list[str] = []
    path = "/dev/mail"
    for _page in range(3):
        with count_queries(app, at_most=1):
            page = client.page(path)
        seen += [row.get_text() for row in page.select("tbody th")]
        path = page.links("a[rel=next]")[0] if page.links("a[rel=next]") else ""
    assert path == ""
    assert sorted(seen) == sorted(f"Nachricht {number}" for number in range(60))
    client.page("/dev/mail?after=%00kaputt")
