"""`make bench`: what the product's pages cost, as ratios to yardsticks taken in the same run.

Product and yardstick are asked in turn; the figure is the server's CPU time a request (from /proc, with its sessions in
PostgreSQL), the median of the rounds, with the spread. A ratio of 1 means: as cheap as the yardstick; above 1: cheaper.
Goals are those of the design. Requests per second are left out on purpose: on a busy machine they measure the neighbours.

    python bench/run.py [--database sqlite|postgresql] [--sizes 1000,100000] [--comments 0] [--clusters 5000]
        [--waiting 10000] [--rounds 3] [--requests 300] [--only WORD] [--data DIR]

`--comments` is how many comments the largest size has (as many as ideas without it). With `--clusters` the directory is
measured, too: so many portraits with twenty observations each; with `--waiting` the moderator's queue with so many texts in
it. `--only list` takes the lines with that word in their name, and none of the measurements that are no pages.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from itertools import cycle
from pathlib import Path

import data
import exporting
import helping
import queueing
import submitting
import writing
from cases import Case, cluster_cases, idea_cases
from servers import READER, Found, Server, cost, cost_of, fetch, middle, sign_in, start
from stores import ROOT, Store, opened


def line(name: str, found: Found, against: str, goal: float | None, unit: str = "ms CPU") -> None:
    """Print one line of the table."""
    wanted = f"goal >= {goal}" if goal else "no goal yet"
    missed = "" if goal is None or found[1] >= goal else "   MISSED"
    print(
        f"{name:28} {found[0]:8.2f} {unit}   {found[1]:6.2f} x {against:10} +- {found[2] * 100:3.0f} %   {wanted}{missed}",
        flush=True,
    )


def measure_case(case: Case, product: Server, yard: Server, rounds: int, requests: int) -> Found:
    """(median ms of the product, median ratio yardstick/product, spread of the ratio)."""
    path = case.address if isinstance(case.address, str) else cycle(case.address)
    against = case.yardstick if isinstance(case.yardstick, str) else cycle(case.yardstick)
    fetch(product.port, path, case.cookie, 20)
    fetch(yard.port, against, "", 20)
    mine, ratios = [], []
    count = requests * 10 if against == "/hello" else requests  # the kernel counts CPU time in hundredths of a second
    for _ in range(rounds):
        ours, theirs = cost(product, path, case.cookie, count), cost(yard, against, "", count)
        mine.append(ours)
        ratios.append(theirs / max(ours, 1e-6))
    return middle(mine, ratios)


def measure(
    store: Store, options: argparse.Namespace, cases_of: Callable[[Store, str], list[Case]], reader: str = READER
) -> dict[str, Found]:
    """The lines of one table by their names."""
    kinds = ("", "voices", "content", "everything")
    products = {kind: start(f"product {kind}".strip(), "product:app", store, BENCH_FORGET=kind) for kind in kinds}
    product = products[""]
    yard = start("yardstick", "yardstick:app", store)
    try:
        cookie = sign_in(product.port, reader)
        found: dict[str, Found] = {}
        for case in cases_of(store, cookie):
            if options.only not in case.name:
                continue
            found[case.name] = measure_case(case, products[case.forgotten], yard, options.rounds, options.requests)
            bare = case.yardstick if isinstance(case.yardstick, str) else case.yardstick[0]
            line(case.name, found[case.name], bare.split("/")[1].split("?")[0], case.goal)
        if cases_of is idea_cases and options.only in "similar ideas, while writing":
            measured, waited = helping.measure(product, yard, store, options.rounds, cookie)
            line("similar ideas, while writing", measured, "page", None)
            line("who waits beside it", waited, "page", 1.0, "ms    ")
            found["similar ideas, while writing"] = measured
        if cases_of is idea_cases and options.only in "submit an idea":
            for bare, goal in (("write", 0.5), ("submission", None)):
                count = min(options.requests, 60)
                measured = submitting.measure(product, yard, options.rounds, count, cost_of, cookie, bare)
                line("submit an idea", measured, bare, goal)
                found.setdefault("submit an idea", measured)
        if cases_of is idea_cases and not options.only:
            writing.measure(product, store, options.rounds, options.requests)
        _print_memory(product)
        if cases_of is idea_cases and not options.only:
            exporting.measure(product, store, 1)
        return found
    finally:
        for server in (*products.values(), yard):
            server.stop()


def _print_memory(product: Server) -> None:
    own, whole = product.memory("RssAnon"), product.memory()
    print(
        f"memory of the web process: {own:.0f} MB of its own (goal <= 120), {whole:.0f} MB with mapped files",
        flush=True,
    )


def measure_start(store: Store, rounds: int) -> None:
    """CPU time from nothing to the first page, and what the process holds then."""
    mine, ratios, size = [], [], 0.0
    for _ in range(rounds):
        spent = []
        for name, page in (("product", "/de/"), ("yardstick", "/list")):
            server = start(name, f"{name}:app", store)
            try:
                fetch(server.port, page)
                spent.append(server.cpu() * 1000)
                size = server.memory("RssAnon") if name == "product" else size
            finally:
                server.stop()
        mine.append(spent[0])
        ratios.append(spent[1] / spent[0])
    line("start to the first page", middle(mine, ratios), "start", 0.5)
    print(f"memory after the first page: {size:.0f} MB of its own (goal <= 120)", flush=True)


def print_growth(tables: dict[int, dict[str, Found]]) -> None:
    """How much more each line costs with the most ideas than with the fewest."""
    small, large = min(tables), max(tables)
    print(f"\ngrowth from {small} to {large} ideas (goal <= 1.2 x)", flush=True)
    for name in tables[small]:
        if name in tables[large]:
            growth = tables[large][name][0] / max(tables[small][name][0], 1e-6)
            print(f"{name:28} {growth:5.2f} x{'   MISSED' if growth > 1.2 else ''}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--sizes", default="1000,100000")
    parser.add_argument("--comments", type=int, default=0, help="of the largest size; 0 means as many as ideas")
    parser.add_argument("--clusters", type=int, default=5000, help="0 leaves the directory out")
    parser.add_argument("--waiting", type=int, default=10_000, help="texts in the queue; 0 leaves it out")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--requests", type=int, default=300)
    parser.add_argument("--only", default="", help="a word of the lines to measure")
    parser.add_argument("--data", type=Path, default=ROOT / "instance" / "bench")
    options = parser.parse_args()
    tables = {}
    sizes = [int(part) for part in options.sizes.split(",") if part]
    with opened(options.data.resolve(), options.database) as stores:
        if options.clusters:
            print(f"\n{options.clusters} clusters, {options.clusters * 20} observations", flush=True)
            measure(data.clusters(stores, options.clusters), options, cluster_cases)
        if options.waiting:
            print(f"\n{options.waiting} texts wait for moderation", flush=True)
            measure(data.queue(stores, options.waiting), options, queueing.queue_cases, queueing.MODERATOR)
        for size in sizes:
            comments = options.comments if options.comments and size == max(sizes) else size
            print(f"\n{size} ideas, {comments} comments", flush=True)
            store = data.ideas(stores, size, comments)
            if not options.only:
                measure_start(store, options.rounds)
            tables[size] = measure(store, options, idea_cases)
    if len(tables) > 1:
        print_growth(tables)


if __name__ == "__main__":
    main()
