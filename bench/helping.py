"""What is like a text while somebody writes it: the part beside the form, asked for after each pause, as its script does.

A pause comes after a dozen words or so. Each text is one that the index knows, begun anew and written on to its end.
"""

from __future__ import annotations

import statistics

from servers import Found, Server, cost_of, fetch, middle
from stores import Store
from submitting import Writer, fresh_drafts

WRITERS = 5  # at the same time, which is more than one region has
PAUSES = 12  # of each text
BEGUN = 20  # words that are there at the first one
BETWEEN = 12  # words from one to the next


def measure(product: Server, yard: Server, store: Store, rounds: int, cookie: str) -> Found:
    """What one answer costs, held against the bare page."""
    texts = store.rows(
        "select body from search_doc where kind = 'idea' and length(body) > 1200 order by id limit :most",
        most=rounds * WRITERS,
    )
    if len(texts) < rounds * WRITERS:
        raise SystemExit("too few long texts")
    writer = Writer(product.port, cookie)
    mine, ratios = [], []
    for number in range(rounds):
        token, places = fresh_drafts(writer, WRITERS)
        written = [body.split() for (body,) in texts[number * WRITERS : (number + 1) * WRITERS]]
        ours = statistics.mean(
            _after(pause, product, writer, token, dict(zip(places, written, strict=True))) for pause in range(PAUSES)
        )
        theirs = cost_of(yard, WRITERS * PAUSES, lambda: fetch(yard.port, "/page", "", WRITERS * PAUSES))
        mine.append(ours)
        ratios.append(theirs / max(ours, 1e-6))
    return middle(mine, ratios)


def _after(pause: int, product: Server, writer: Writer, token: str, written: dict[str, list[str]]) -> float:
    """CPU milliseconds of one answer after this pause; what is saved before is not counted."""
    cookie = writer.cookie
    for place, words in written.items():
        writer.cookie = cookie
        text = " ".join(words[: BEGUN + pause * BETWEEN])
        fields = {"csrf_token": token, "title": "Freie Laborzeiten", "answer-1": text, "edit_count": str(pause + 1)}
        status, _led, body = writer.ask("POST", f"{place}/save", fields)
        if status != 200:
            raise SystemExit(f"{place}/save: {status} {body[:300]}")

    def look() -> None:
        for place in written:
            fetch(product.port, f"{place}/helps?part=1", cookie)

    return cost_of(product, len(written), look)
