"""The servers of a measurement: started, asked, and charged with the CPU time that they and their database sessions took."""

from __future__ import annotations

import http.client
import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice, repeat
from pathlib import Path
from urllib.parse import quote, urlencode

from stores import ROOT, Store, environment, free_port

PASSWORD = "bench-only-password-1"
READER = "bench@synth.example"
TICK = os.sysconf("SC_CLK_TCK")


@dataclass
class Server:
    """A server process tree on a port, and its sessions in PostgreSQL."""

    name: str
    port: int
    process: subprocess.Popen[bytes]
    store: Store

    def pids(self) -> list[int]:
        found, queue = [], [self.process.pid]
        while queue:
            pid = queue.pop()
            found.append(pid)
            children = Path(f"/proc/{pid}/task/{pid}/children")
            if children.exists():
                queue += [int(child) for child in children.read_text().split()]
        return found

    def sessions(self) -> list[int]:
        """PostgreSQL's processes that work for this server: they are part of what a page costs."""
        if self.store.is_sqlite:
            return []
        rows = self.store.rows("select pid from pg_stat_activity where application_name = :name", name=self.name)
        return [pid for (pid,) in rows]

    def cpu(self) -> float:
        """CPU seconds spent so far by the process, its children and its sessions."""
        total = 0
        for pid in (*self.pids(), *self.sessions()):
            try:
                parts = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            except FileNotFoundError:
                continue
            total += int(parts[11]) + int(parts[12])
        return total / TICK

    def memory(self, name: str = "VmRSS") -> float:
        """Resident size in MB of the tree's largest process, as /proc names it: VmRSS is all of it, RssAnon its own."""
        sizes = []
        for pid in self.pids():
            match = re.search(rf"{name}:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
            sizes.append(int(match[1]) / 1024 if match else 0)
        return max(sizes)

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def start(name: str, target: str, store: Store, **extra: str) -> Server:
    """A server of one process with four threads; returns when it answers."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "granian", "--interface", "wsgi", "--workers", "1", "--blocking-threads", "4",
         "--port", str(port), "--log-level", "error", "--no-ws", target],
        cwd=ROOT / "bench",
        env={**environment(store), "SITE_URL": f"http://127.0.0.1:{port}", "PGAPPNAME": name, **extra},
    )  # fmt: skip
    server = Server(name, port, process, store)
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
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=900)
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


Found = tuple[
    float, float, float
]  # median ms of the product, median ratio of the yardstick to it, spread of the ratios


def middle(mine: list[float], ratios: list[float]) -> Found:
    """What several rounds found."""
    ratio = statistics.median(ratios)
    return statistics.median(mine), ratio, (max(ratios) - min(ratios)) / max(ratio, 1e-6)


def cost_of(server: Server, count: int, work: Callable[[], object]) -> float:
    """CPU milliseconds a request of work that asks the server `count` times."""
    before = server.cpu()
    work()
    return (server.cpu() - before) * 1000 / count


def cost(server: Server, path: str | Iterator[str], cookie: str, count: int) -> float:
    """CPU milliseconds a request."""
    return cost_of(server, count, lambda: fetch(server.port, path, cookie, count))


def sign_in(port: int, email: str = READER) -> str:
    """The cookie of somebody who signed in with a password."""
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
