"""The list of ideas as a file, with all answers: against the same rows written by the library alone, and its memory.

Memory is the process's own. What SQLite maps of its file into the process is the kernel's cache: it grows by the whole of
the file, up to 256 MB, and is given back where memory is needed.
"""

from __future__ import annotations

import csv
import io
import json
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import xlsxwriter
from servers import Server, fetch
from stores import Store

csv.field_size_limit(10**9)
Rows = list[list[str]]


def _csv(rows: Rows) -> None:
    with tempfile.TemporaryFile("w", newline="") as file:
        csv.writer(file, delimiter=";").writerows(rows)


def _xlsx(rows: Rows) -> None:
    with tempfile.TemporaryFile() as file:
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        with xlsxwriter.Workbook(file, options) as book:
            sheet = book.add_worksheet()
            for number, row in enumerate(rows):
                for position, value in enumerate(row):
                    if value:
                        sheet.write_string(number, position, value)


def _json(rows: Rows) -> None:
    with tempfile.TemporaryFile("w") as file:
        for row in rows[1:]:
            file.write(json.dumps(dict(zip(rows[0], row, strict=True)), ensure_ascii=False) + ",\n")


WRITERS: dict[str, Callable[[Rows], None]] = {"csv": _csv, "xlsx": _xlsx, "json": _json}


def _cpu_of(library: Callable[[Rows], None], rows: Rows) -> float:
    before = time.process_time()
    library(rows)
    return time.process_time() - before


@contextmanager
def _watched(product: Server) -> Iterator[list[float]]:
    """What the process holds of its own, in MB, many times while the block lasts and once at its end."""
    sizes: list[float] = []
    done = threading.Event()

    def look() -> None:
        while not done.wait(0.02):
            sizes.append(product.memory("RssAnon"))

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield sizes
    finally:
        done.set()
        watcher.join()
        sizes.append(product.memory("RssAnon"))


def measure(product: Server, store: Store, rounds: int) -> None:
    """Print for each kind of file: CPU seconds, the ratio of the library alone, growth of memory; stop at a short file."""
    public = store.one("select count(*) from idea where is_public")
    answers = store.one(
        "select count(*) from answer join idea on idea.public_version_id = answer.version_id "
        "where idea.is_public and answer.audience = 'public'"
    )
    for kind in WRITERS:
        fetch(product.port, f"/de/ideas/?format={kind}&q=Photonik")  # libraries that are loaded late
    rows: Rows = []
    for kind, library in WRITERS.items():
        mine, ratios, growth = [], [], 0.0
        for _ in range(rounds):
            resting, before = product.memory("RssAnon"), product.cpu()
            with _watched(product) as sizes:
                body = fetch(product.port, f"/de/ideas/?format={kind}")
            mine.append(product.cpu() - before)
            growth = max(growth, *(size - resting for size in sizes))
            if kind == "csv":
                rows = list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""), delimiter=";"))
                if len(rows) != public + 1:
                    raise SystemExit(f"the file holds {len(rows) - 1} ideas of {public}")
            del body
            ratios.append(_cpu_of(library, rows) / mine[-1])
        ratios.sort()
        ratio = ratios[len(ratios) // 2]
        spread = (ratios[-1] - ratios[0]) / ratio
        missed = "   MISSED" if ratio < 0.5 or growth >= 60 else ""
        print(
            f"{answers} answers, {kind:6}    {sorted(mine)[len(mine) // 2]:8.1f} s CPU   {ratio:8.2f} x library    "
            f"+- {spread * 100:3.0f} %   goal >= 0.5; "
            f"{growth:.0f} MB more, goal < 60{missed}",
            flush=True,
        )
