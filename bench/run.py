"""`make bench`: what the product's pages cost, as ratios to yardsticks taken in the same run.

Product and yardstick are asked in turn; the figure is the server's CPU time a request (from /proc), the median of the
rounds, with the spread. A ratio of 1 means: as cheap as the yardstick; above 1: cheaper. Goals are those of the design.
Requests per second are left out on purpose: on a busy machine they measure the neighbours.

    python bench/run.py [--sizes 1000,100000] [--clusters 5000] [--waiting 10000] [--rounds 3] [--requests 300] [--data DIR]

With `--clusters` the directory is measured, too: so many portraits with twenty observations each; with `--waiting` the
moderator's queue with so many texts in it.
"""

from __future__ import annotations

import argparse
import http.client
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle, islice, repeat
from pathlib import Path
from urllib.parse import quote, urlencode

import queueing
import submitting
from cases import Case, cluster_cases, idea_cases

ROOT = Path(__file__).resolve().parent.parent
PASSWORD = "bench-only-password-1"
TICK = os.sysconf("SC_CLK_TCK")


@dataclass
class Server:
    """A server process tree on a port."""

    name: str
    port: int
    process: subprocess.Popen[bytes]

    def pids(self) -> list[int]:
        found, queue = [], [self.process.pid]
        while queue:
            pid = queue.pop()
            found.append(pid)
            children = Path(f"/proc/{pid}/task/{pid}/children")
            if children.exists():
                queue += [int(child) for child in children.read_text().split()]
        return found

    def cpu(self) -> float:
        """CPU seconds spent so far by the process and its children."""
        total = 0
        for pid in self.pids():
            try:
                parts = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            except FileNotFoundError:
                continue
            total += int(parts[11]) + int(parts[12])
        return total / TICK

    def memory(self) -> float:
        """Largest resident size of the tree's processes in MB."""
        sizes = []
        for pid in self.pids():
            match = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
            sizes.append(int(match[1]) / 1024 if match else 0)
        return max(sizes)

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()


def environment(data: Path) -> dict[str, str]:
    keep = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {
        **keep,
        "CONSULT_DATA_DIR": str(data),
        "DATABASE_URL": f"sqlite:///{data / 'consult.sqlite3'}",
        "PYTHONPATH": str(ROOT),
        "LOG_LEVEL": "WARNING",
    }


def consult(data: Path, *arguments: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "consult", *arguments], check=True, cwd=ROOT, env=environment(data),
        stdout=subprocess.DEVNULL,
    )  # fmt: skip


def free_port() -> int:
    """A port that nobody listens on: granian shares a taken one without a word, and another server would answer."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(name: str, target: str, port: int, data: Path) -> Server:
    process = subprocess.Popen(
        [sys.executable, "-m", "granian", "--interface", "wsgi", "--workers", "1", "--blocking-threads", "4",
         "--port", str(port), "--log-level", "error", "--no-ws", target],
        cwd=ROOT / "bench",
        env={**environment(data), "SITE_URL": f"http://127.0.0.1:{port}"},
    )  # fmt: skip
    server = Server(name, port, process)
    for _ in range(1200):  # a busy machine takes its time
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/hello" if target.startswith("yardstick") else "/healthz")
            if connection.getresponse().status == 200:
                return server
        except OSError:
            time.sleep(0.05)
    server.stop()
    raise SystemExit(f"{name} did not start")


def fetch(port: int, paths: str | Iterator[str], cookie: str = "", count: int = 1) -> bytes:
    """The last answer of so many requests, to the same address or each to the next one."""
    following = repeat(paths) if isinstance(paths, str) else paths
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"Cookie": cookie} if cookie else {}
    body = b""
    for path in islice(following, count):
        connection.request("GET", quote(path, safe="/?=&%+"), headers=headers)
        response = connection.getresponse()
        body = response.read()
        if response.status != 200:
            raise SystemExit(f"{path}: {response.status}")
    connection.close()
    return body


def cost_of(server: Server, count: int, work: Callable[[], object]) -> float:
    """CPU milliseconds a request of work that asks the server `count` times."""
    before = server.cpu()
    work()
    return (server.cpu() - before) * 1000 / count


def cost(server: Server, path: str | Iterator[str], cookie: str, count: int) -> float:
    """CPU milliseconds a request."""
    return cost_of(server, count, lambda: fetch(server.port, path, cookie, count))


def sign_in(port: int, email: str) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/de/account/sign-in")
    response = connection.getresponse()
    page = response.read().decode()
    cookie = (response.getheader("Set-Cookie") or "").split(";")[0]
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    body = urlencode({"csrf_token": token[1] if token else "", "email": email, "password": PASSWORD})
    connection.request(
        "POST", "/de/account/sign-in", body,
        {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie},
    )  # fmt: skip
    response = connection.getresponse()
    response.read()
    if response.status != 303:
        raise SystemExit(f"sign-in: {response.status}")
    return (response.getheader("Set-Cookie") or "").split(";")[0]


def prepare(base: Path, size: int) -> Path:
    """A data folder with `size` ideas; made once and kept."""
    data = base / f"ideas-{size}"
    if not (data / "ready").exists():
        shutil.rmtree(data, ignore_errors=True)
        data.mkdir(parents=True)
        began = time.monotonic()
        consult(data, "db", "upgrade")
        consult(data, "synth", "--ideas", str(size), "--comments", str(size), "--users", "200", "--seed", "7")
        consult(data, "users", "create", "--email", "bench@synth.example", "--password", PASSWORD, "--confirmed")
        (data / "ready").touch()
        print(f"made {size} ideas in {time.monotonic() - began:.0f} s", flush=True)
    return data


def prepare_clusters(base: Path, size: int) -> Path:
    """A data folder with `size` clusters and twenty times as many observations; made once and kept."""
    data = base / f"clusters-{size}"
    if not (data / "ready").exists():
        shutil.rmtree(data, ignore_errors=True)
        data.mkdir(parents=True)
        began = time.monotonic()
        consult(data, "db", "upgrade")
        consult(data, "synth", "--ideas", "500", "--users", "50", "--clusters", str(size), "--seed", "7")
        consult(data, "users", "create", "--email", "bench@synth.example", "--password", PASSWORD, "--confirmed")
        (data / "ready").touch()
        print(f"made {size} clusters in {time.monotonic() - began:.0f} s", flush=True)
    consult(data, "db", "upgrade")  # a kept folder may be of an older version
    return data


def prepare_queue(base: Path, waiting: int) -> Path:
    """A data folder with so many texts that wait for moderation; made once and kept."""
    data = base / f"queue-{waiting}"
    if not (data / "ready").exists():
        shutil.rmtree(data, ignore_errors=True)
        data.mkdir(parents=True)
        consult(data, "db", "upgrade")
        consult(data, "synth", "--ideas", str(waiting), "--users", "200", "--seed", "7")
        arguments = ("--email", queueing.MODERATOR, "--password", PASSWORD, "--confirmed", "--role", "moderator")
        consult(data, "users", "create", *arguments)
        queueing.fill(data, waiting)
        (data / "ready").touch()
    return data


def line(name: str, found: tuple[float, float, float], against: str, goal: float | None) -> None:
    """Print one line of the table."""
    wanted = f"goal >= {goal}" if goal else "no goal yet"
    print(
        f"{name:28} {found[0]:8.2f} ms CPU   {found[1]:6.2f} x {against:10} +- {found[2] * 100:3.0f} %   {wanted}",
        flush=True,
    )


def measure(
    data: Path,
    rounds: int,
    requests: int,
    cases_of: Callable[[Path, str], list[Case]],
    reader: str = "bench@synth.example",
) -> dict[str, tuple[float, float, float]]:
    """name -> (median ms of the product, median ratio yardstick/product, spread of the ratio)."""
    product = start("product", "product:app", free_port(), data)
    yard = start("yardstick", "yardstick:app", free_port(), data)
    try:
        cookie = sign_in(product.port, reader)
        cases = cases_of(data, cookie)
        found: dict[str, tuple[float, float, float]] = {}
        for name, asked, who, bare, goal in cases:
            path = asked if isinstance(asked, str) else cycle(asked)
            against = bare if isinstance(bare, str) else cycle(bare)
            fetch(product.port, path, who, 20)
            fetch(yard.port, against, "", 20)
            mine, ratios = [], []
            count = requests if who else requests * 10  # the kernel counts CPU time in hundredths of a second
            for _ in range(rounds):
                ours, theirs = cost(product, path, who, count), cost(yard, against, "", count)
                mine.append(ours)
                ratios.append(theirs / max(ours, 1e-6))
            ratio = statistics.median(ratios)
            found[name] = (statistics.median(mine), ratio, (max(ratios) - min(ratios)) / max(ratio, 1e-6))
            line(name, found[name], (bare if isinstance(bare, str) else bare[0]).split("/")[1].split("?")[0], goal)
        if cases_of is idea_cases:
            name = "submit an idea"
            measured = submitting.measure(product, yard, rounds, min(requests, 60), cost_of, cookie)
            line(name, measured, "write", 0.5)
            found[name] = measured
        print(f"memory of the web process: {product.memory():.0f} MB", flush=True)
        return found
    finally:
        product.stop()
        yard.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="1000,100000")
    parser.add_argument("--clusters", type=int, default=5000, help="0 leaves the directory out")
    parser.add_argument("--waiting", type=int, default=10_000, help="texts in the queue; 0 leaves it out")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--requests", type=int, default=300)
    parser.add_argument("--data", type=Path, default=ROOT / "instance" / "bench")
    options = parser.parse_args()
    tables = {}
    if options.clusters:
        print(f"\n{options.clusters} clusters, {options.clusters * 20} observations", flush=True)
        measure(prepare_clusters(options.data, options.clusters), options.rounds, options.requests, cluster_cases)
    if options.waiting:
        print(f"\n{options.waiting} texts wait for moderation", flush=True)
        data = prepare_queue(options.data, options.waiting)
        measure(data, options.rounds, options.requests, queueing.queue_cases, queueing.MODERATOR)
    for size in (int(part) for part in options.sizes.split(",") if part):
        print(f"\n{size} ideas, {size} comments", flush=True)
        tables[size] = measure(prepare(options.data, size), options.rounds, options.requests, idea_cases)
    if len(tables) > 1:
        small, large = min(tables), max(tables)
        print(f"\ngrowth from {small} to {large} ideas (goal <= 1.2 x)", flush=True)
        for name in tables[small]:
            print(f"{name:24} {tables[large][name][0] / max(tables[small][name][0], 1e-6):5.2f} x")


if __name__ == "__main__":
    main()
