"""Sending an idea with five answers, against a form with one insert and against all that it cannot do without."""

from __future__ import annotations

import http.client
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from servers import Found, middle

TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
KEY = re.compile(r'name="draft_key"[^>]*value="([^"]+)"')
WORDS = "Ein gemeinsames Verzeichnis der freien Laborzeiten w\u00fcrde kleinen Betrieben viele Wege ersparen. " * 4


class Writer:
    """A browser that keeps its session and sends forms over one connection."""

    def __init__(self, port: int, cookie: str = "") -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.cookie = cookie

    def ask(self, method: str, path: str, fields: dict[str, str] | None = None) -> tuple[int, str, str]:
        """(status, place it leads to, body)."""
        headers = {"Cookie": self.cookie} if self.cookie else {}
        if fields is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, urlencode(fields) if fields is not None else None, headers)
        response = self.connection.getresponse()
        body = response.read().decode()
        if given := response.getheader("Set-Cookie"):
            self.cookie = given.split(";")[0]
        return response.status, response.getheader("Location") or "", body


def fresh_drafts(writer: Writer, count: int) -> tuple[str, list[str]]:
    """A token for forms and the addresses of fresh drafts."""
    places, token = [], ""
    for _number in range(count):
        _status, _place, page = writer.ask("GET", "/de/ideas/new")
        found, key = TOKEN.search(page), KEY.search(page)
        assert found and key
        token = found[1]
        status, place, _body = writer.ask(
            "POST", "/de/ideas/new",
            {"csrf_token": token, "draft_key": key[1], "title": "Freie Laborzeiten", "save": "1"},
        )  # fmt: skip
        assert status == 303, status
        places.append(re.sub(r"https?://[^/]+", "", place))
    return token, places


def measure(
    product: Any, yard: Any, rounds: int, count: int, cost_of: Callable[[Any, int, Callable[[], object]], float],
    cookie: str, bare: str = "write",
) -> Found:  # fmt: skip
    """What sending an idea costs, held against the yardstick `bare`."""
    writer, plain = Writer(product.port, cookie), Writer(yard.port)
    fields = {"title": "Freie Laborzeiten", "summary": "Ein Verzeichnis.", "submit": "1"}
    for position in range(1, 6):
        fields |= {f"answer-{position}": WORDS, f"audience-{position}": "public"}
    form = TOKEN.search(plain.ask("GET", "/form")[2])
    assert form
    entry = {"csrf_token": form[1], "title": "Freie Laborzeiten", "body": WORDS * 5}
    entry |= {name: text for name, text in fields.items() if name.startswith("answer")} if bare == "submission" else {}
    mine, ratios = [], []
    for _round in range(rounds):
        token, places = fresh_drafts(writer, count)

        cookie = writer.cookie

        def send(token: str = token, places: list[str] = places, cookie: str = cookie) -> None:
            for place in places:
                writer.cookie = (
                    cookie  # a browser would have shown the page in between, and with it what the cookie tells
                )
                # a title of its own, since the same text once more is refused
                sent = {**fields, "title": f"Freie Laborzeiten {place[-12:]}", "csrf_token": token, "edit_count": "1"}
                status, led, body = writer.ask("POST", place, sent)
                assert status == 303 and "/status/" in led, (status, led, body[-3000:])

        def write() -> None:
            for _number in range(count * 10):
                assert plain.ask("POST", f"/{bare}", entry)[0] == 200

        ours, theirs = cost_of(product, count, send), cost_of(yard, count * 10, write)
        mine.append(ours)
        ratios.append(theirs / max(ours, 1e-6))
    return middle(mine, ratios)
