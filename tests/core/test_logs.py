"""Log lines: no forged entry, no secret, no value out of the database (OWASP ASVS 5.0, V16)."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from sqlalchemy import text

from consult.core.access import access
from consult.core.logs import _Json, _Text
from tests.support.client import unchecked_pages
from tests.support.factories import PASSWORD
from tests.support.mail import paths
from tests.support.page import html

FORGED = "harmless\r\n2026-01-01 00:00:00 INFO consult: admin signed in\x1b[2J\u202e"


def record(message: str, error: BaseException | None = None) -> logging.LogRecord:
    info = (type(error), error, error.__traceback__) if error is not None else None
    return logging.LogRecord("consult", logging.ERROR, __file__, 1, message, (), info)


def test_no_line_can_be_forged() -> None:
    plain, machine = _Text("%(levelname)s %(message)s"), _Json()
    assert "\n" not in plain.format(record(FORGED)) and "\x1b" not in plain.format(record(FORGED))
    try:
        raise ValueError(FORGED)
    except ValueError as error:
        failed = record(FORGED, error)
    first, *rest = plain.format(failed).split("\n")
    assert first.startswith("ERROR harmless") and rest
    assert all(line.startswith("    ") and line.isprintable() for line in rest), rest
    line = machine.format(failed)
    assert "\n" not in line and "\x1b" not in line
    assert json.loads(line)["message"] == FORGED


@pytest.mark.sqlite
def test_an_unexpected_error_tells_neither_its_link_nor_its_values(
    own_app: Any, db: Any, caplog: pytest.LogCaptureFixture
) -> None:
    app = own_app()

    @access("public")
    def broken(token: str) -> str:
        db.session.execute(text("select * from no_such_table where email = :email"), {"email": "wer@people.example"})
        return token

    @access("public")
    def failing(token: str) -> str:
        raise RuntimeError("something")

    app.add_url_rule("/broken/<token>", view_func=broken)
    app.add_url_rule("/failing/<token>", view_func=failing)
    machine = _Json()
    caplog.handler.setFormatter(machine)
    with unchecked_pages():
        answers = [app.test_client().get(f"/{name}/geheimer-schluessel") for name in ("broken", "failing")]
    words = caplog.text + "".join(machine.format(one) for one in caplog.records)
    for answer in answers:
        assert answer.status_code == 500
        assert "something" not in answer.text and "no_such_table" not in answer.text and "Traceback" not in answer.text
    assert "no_such_table" in words and "something" in words, "the cause is noted"
    assert "geheimer-schluessel" not in words
    assert "wer@people.example" not in words


def test_the_ways_in_log_no_secret(
    client: Any, make: Any, db: Any, outbox: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("sqlalchemy.engine").setLevel(logging.WARNING)  # what an operator would see at most
    make.person("Mona", email="mona@people.example", password=PASSWORD)
    wrong = "ein anderes langes Kennwort"
    for path, fields in (
        ("/de/account/sign-in", {"email": "mona@people.example", "password": wrong}),
        ("/de/account/sign-in", {"email": "mona@people.example", "password": PASSWORD}),
        ("/de/account/sign-up", {"email": "neu@people.example", "password": PASSWORD, "name": "Neu"}),
        ("/de/account/reset", {"email": "mona@people.example"}),
    ):
        if path.endswith("sign-up"):
            client.submit("/de/account/", form="header form[action$='/sign-out']")
        client.submit(path, fields)
    link = next(one for one in paths(outbox.last("mona@people.example")) if "/reset/" in one)
    assert html(client.get(link)).h1
    secrets = [PASSWORD, wrong, link.rpartition("/")[2]]
    stored = "\n".join(repr(row) for row in db.session.execute(text("select * from audit_row")).all())
    stored += "\n".join(repr(row) for row in db.session.execute(text("select * from audit_detail")).all())
    for secret in secrets:
        assert secret not in caplog.text
        assert secret not in stored
