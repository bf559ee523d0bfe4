"""A Redis server of the tests' own, on a free port of 127.0.0.1, storing nothing on disk."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import redis

from tests.support.machine import die_with_parent, free_port, redis_server


@dataclass
class RedisServer:
    """A running server and its address."""

    url: str
    folder: Path
    process: subprocess.Popen[bytes]

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def start() -> RedisServer:
    """Start a server and wait until it answers."""
    program = redis_server()
    if program is None:
        raise RuntimeError("the Redis server is not installed")
    folder, port = Path(tempfile.mkdtemp(prefix="consult-redis-")), free_port()
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    process = subprocess.Popen(
        [*command, "--dir", str(folder)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=die_with_parent,
    )  # fmt: skip
    server = RedisServer(f"redis://127.0.0.1:{port}/0", folder, process)
    client = redis.Redis.from_url(server.url)
    for _ in range(100):
        try:
            client.ping()
            return server
        except redis.ConnectionError:
            time.sleep(0.05)
    server.stop()
    raise RuntimeError("Redis did not start")
