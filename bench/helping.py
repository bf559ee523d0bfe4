"""What is like a text while somebody writes it: the part beside the form, asked for after each pause, as its script does.

A pause comes after a dozen words or so. Each text is one that the index knows, begun anew and written on to its end. Two
things are measured: the CPU time of an answer, and what the goal speaks of, how long others wait for the process meanwhile.
For that somebody reads a page that is kept ready, which takes next to nothing by itself, and on the yardstick's server
*hello* while bare pages are asked for. Time counts there, not CPU.
"""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Callable, Iterator

from servers import Found, Server, cost_of, fetch, middle
from stores import Store
from submitting import Writer, fresh_drafts

WRITERS = 5  # at the same time, which is more than one region has
PAUSES = 12  # of each text
BEGUN = 20  # words that are there at the first one
BETWEEN = 12  # words from one to the next


MOMENT = 0.002  # seconds from one look of the reader to the next


def measure(product: Server, yard: Server, store: Store, rounds: int, cookie: str) -> tuple[Found, Found]:
    """What one answer costs, held against the bare page; and how long a reader waits beside it, held against one who waits
    beside bare pages.
    """
    texts = store.rows(
        "select body from search_doc where kind = 'idea' and length(body) > 1200 order by id limit :most",
        most=2 * rounds * WRITERS,
    )
    if len(texts) < 2 * rounds * WRITERS:
        raise SystemExit("too few long texts")
    writer = Writer(product.port, cookie)
    some = iter(texts)
    costs, waits = [], []
    for _round in range(rounds):
        ours = [cost_of(product, WRITERS, look) for look in _pauses(product, writer, some)]
        theirs = cost_of(yard, WRITERS * PAUSES, lambda: fetch(yard.port, "/page", "", WRITERS * PAUSES))
        costs.append((statistics.mean(ours), theirs))
        beside = [_waited(product, "/de/", look) for look in _pauses(product, writer, some)]
        bare = _waited(yard, "/hello", lambda: fetch(yard.port, "/page", "", 3 * WRITERS * PAUSES))
        waits.append((statistics.mean(one for took in beside for one in took), statistics.mean(bare)))
    return _middle(costs), _middle(waits)


def _middle(pairs: list[tuple[float, float]]) -> Found:
    return middle([ours for ours, _theirs in pairs], [theirs / max(ours, 1e-6) for ours, theirs in pairs])


def _pauses(product: Server, writer: Writer, texts: Iterator[tuple[str]]) -> Iterator[Callable[[], None]]:
    """After each pause of five writers, what asks for the part beside the form of each; what they wrote is saved before."""
    token, places = fresh_drafts(writer, WRITERS)
    cookie = writer.cookie
    written = {place: next(texts)[0].split() for place in places}
    for pause in range(PAUSES):
        for place, words in written.items():
            writer.cookie = cookie
            text = " ".join(words[: BEGUN + pause * BETWEEN])
            fields = {"csrf_token": token, "title": "Freie Laborzeiten", "answer-1": text, "edit_count": str(pause + 1)}
            status, _led, body = writer.ask("POST", f"{place}/save", fields)
            if status != 200:
                raise SystemExit(f"{place}/save: {status} {body[:300]}")

        def look() -> None:
            for place in places:
                fetch(product.port, f"{place}/helps?part=1", cookie)

        yield look


def _waited(server: Server, page: str, work: Callable[[], object]) -> list[float]:
    """Milliseconds that each look at a page took until the work beside it was done."""
    fetch(server.port, page)
    other = threading.Thread(target=work)
    took = []
    other.start()
    while other.is_alive():
        began = time.perf_counter()
        fetch(server.port, page)
        took.append((time.perf_counter() - began) * 1000)
        time.sleep(MOMENT)
    other.join()
    return took
