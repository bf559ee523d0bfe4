"""Readers and writers at once: nothing is lost, nothing is refused, and readers go on.

Four readers ask for a page, beside them four more readers or four writers who take back and give their support to the same
few ideas. Time counts here, not CPU, since waiting for a lock costs none; both halves run on the same machine in turn.
"""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Callable

from data import WRITERS
from servers import Server, fetch, sign_in
from stores import Store
from submitting import TOKEN, Writer

READERS = 4
IDEAS = 3


def measure(product: Server, store: Store, rounds: int, requests: int) -> None:
    """Print how much slower readers become; stop at an error or at a number that does not fit."""
    numbers = [number for (number,) in store.rows(f"select number from idea where is_public limit {IDEAS}")]
    page = f"/de/ideas/{numbers[0]}"
    cookies = [sign_in(product.port, email) for email in WRITERS]
    ratios, changes = [], 0
    for _ in range(rounds):
        alone, _others = _times(product, page, cookies, requests, [_reading(product, page, one) for one in cookies])
        beside, made = _times(product, page, cookies, requests, [_supporting(product, numbers, one) for one in cookies])
        ratios.append(beside / alone)
        changes += made
    wrong = store.one(
        "select count(*) from idea where support_count <> (select count(*) from support where idea_id = idea.id)"
    )
    if wrong:
        raise SystemExit(f"{wrong} ideas count supporters whom they do not have")
    ratio = statistics.median(ratios)
    spread = (max(ratios) - min(ratios)) / ratio
    missed = "   MISSED" if ratio > 1.5 else ""
    print(
        f"readers beside 4 writers     {changes:8} changes  {ratio:6.2f} x as long    +- {spread * 100:3.0f} %   "
        f"goal <= 1.5{missed}",
        flush=True,
    )


def _times(
    product: Server, page: str, cookies: list[str], requests: int, beside: list[Callable[[], int]]
) -> tuple[float, int]:
    """(median time of a reader's request, how much the others did) while the others go on."""
    done, took, made, failed = threading.Event(), [], [], []

    def read(cookie: str) -> None:
        for _ in range(requests):
            began = time.perf_counter()
            fetch(product.port, page, cookie)
            took.append(time.perf_counter() - began)

    def go_on(step: Callable[[], int]) -> None:
        try:
            while not done.is_set():
                made.append(step())
        except BaseException as error:
            failed.append(error)

    others = [threading.Thread(target=go_on, args=(step,)) for step in beside]
    readers = [threading.Thread(target=read, args=(cookies[number % len(cookies)],)) for number in range(READERS)]
    for one in (*others, *readers):
        one.start()
    for one in readers:
        one.join()
    done.set()
    for one in others:
        one.join()
    if failed:
        raise SystemExit(f"beside readers: {failed[0]}")
    return statistics.median(took), sum(made)


def _reading(product: Server, page: str, cookie: str) -> Callable[[], int]:
    def step() -> int:
        fetch(product.port, page, cookie)
        return 0

    return step


def _supporting(product: Server, numbers: list[str], cookie: str) -> Callable[[], int]:
    writer = Writer(product.port, cookie)
    found = TOKEN.search(writer.ask("GET", f"/de/ideas/{numbers[0]}")[2])
    assert found
    token, turn = found[1], iter(range(10**9))

    def step() -> int:
        number = next(turn)
        place = f"/de/ideas/{numbers[number % len(numbers)]}/support"
        wanted = str((number // len(numbers)) % 2)
        status, _led, body = writer.ask("POST", place, {"csrf_token": token, "wanted": wanted})
        if status != 303:
            raise RuntimeError(f"{place}: {status} {body[:200]}")
        return 1

    return step
