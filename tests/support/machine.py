"""What this machine offers beside Python, and what to do where something is missing.

With CI=true a missing program is an error: a green run must have tested everything. Elsewhere the tests that need it are
left out and the run says so in one line.
"""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import signal
import socket
from functools import cache
from pathlib import Path

IN_CI = os.environ.get("CI") == "true"

# Debian's Chromium, then other names it goes by.
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@cache
def chromium() -> str | None:
    """Path of the browser, or None."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


@cache
def redis_server() -> str | None:
    """Path of the Redis server, or None."""
    return shutil.which("redis-server") or shutil.which("valkey-server")


@cache
def postgresql_bin() -> Path | None:
    """Folder of PostgreSQL's server programs, the newest where there are several, or None."""
    folders = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if found := shutil.which("initdb"):
        folders.append(Path(found).resolve().parent)

    def version(folder: Path) -> int:
        digits = re.findall(r"\d+", str(folder))
        return int(digits[0]) if digits else 0

    return max(folders, key=version, default=None)


def missing() -> dict[str, str]:
    """What the tests would need and is not here: name -> the half of the suite that is left out."""
    found = {}
    if chromium() is None:
        found["browser"] = "the browser tests, since Chromium is not installed"
    if postgresql_bin() is None:
        found["postgresql"] = "the PostgreSQL half, since its server is not installed"
    if redis_server() is None:
        found["redis"] = "the Redis tests, since its server is not installed"
    return found


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def die_with_parent() -> None:
    """For `preexec_fn`: Linux stops the server that is being started when the test run dies without having cleaned up."""
    ctypes.CDLL(None).prctl(1, signal.SIGINT)  # PR_SET_PDEATHSIG
