"""The product as people run it: `consult serve --demo` in a process of its own, on a database of its own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from tests.support.databases import TEST_SETTINGS, only_one_worker, run_folder
from tests.support.machine import die_with_parent, free_port

PASSWORD = str(TEST_SETTINGS["CONSULT_DEMO_PASSWORD"])
ROOT = Path(__file__).resolve().parents[2]


@dataclass
class LiveServer:
    """A running product. `url` has no slash at its end; `account(name)` is (address, password) of a demo account."""

    url: str
    data: Path
    process: subprocess.Popen[bytes]

    def account(self, name: str) -> tuple[str, str]:
        return f"{name}@demo.example", PASSWORD

    def log(self) -> str:
        return (self.data / "server.log").read_text("utf-8", "replace")

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def environment(data: Path, **settings: str) -> dict[str, str]:
    """The environment of a process of the product: nothing of the machine's settings, the tests' own instead."""
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR") if name in os.environ}
    return {
        **inherited,
        "CONSULT_DATA_DIR": str(data),
        "CONSULT_DEMO_PASSWORD": PASSWORD,
        "SECRET_KEY": str(TEST_SETTINGS["SECRET_KEY"]),
        "PYTHONUNBUFFERED": "1",
        **settings,
    }


def consult(
    *arguments: str, data: Path, timeout: float = 300, check: bool = True, **settings: str
) -> subprocess.CompletedProcess[str]:
    """Run a command of the product's command line to its end."""
    done = subprocess.run(
        [sys.executable, "-m", "consult", *arguments],
        cwd=ROOT, env=environment(data, **settings), capture_output=True, text=True, timeout=timeout, check=False,
    )  # fmt: skip
    if check and done.returncode:
        raise AssertionError(f"consult {' '.join(arguments)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done


def demo_data() -> Path:
    """A data folder with the demo content in it, made once a run; copy it, do not serve it."""
    with only_one_worker("demo-content") as done:
        folder = run_folder() / "demo-content"
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            consult("db", "upgrade", data=folder)
            consult("demo", "load", data=folder)
            done.touch()
        return folder


def serve(data: Path, *options: str, host: str = "127.0.0.1", **settings: str) -> LiveServer:
    """Start the product on the data folder and wait until it answers; `host` is the name by which visitors come."""
    port = free_port()
    url = f"http://{host}:{port}"
    with (data / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "consult", "serve", "--demo", "--port", str(port), *options],
            cwd=ROOT, env=environment(data, SITE_URL=url, **settings), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            start_new_session=True, preexec_fn=die_with_parent,
        )  # fmt: skip
    server = LiveServer(url, data, process)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=5) as answer:
                if answer.status == 200:
                    return server
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    words = server.log()[-3000:]
    if process.poll() is None:
        server.stop()
    raise RuntimeError(f"the server did not start:\n{words}")
