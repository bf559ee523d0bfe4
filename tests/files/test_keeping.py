"""Files are kept the same on disk and in a bucket of the S3 kind; a scanner that speaks ClamAV's protocol is asked."""

from __future__ import annotations

import socket
import socketserver
import struct
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from consult.files import scanner
from consult.files.storage import Missing, Storage, Unavailable, name_of, open_storage
from tests.files import samples
from tests.support.machine import die_with_parent, free_port


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """Address of a real S3 server in a process of its own, with an empty bucket."""
    import boto3

    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=die_with_parent,
    )  # fmt: skip
    endpoint = f"http://127.0.0.1:{port}"
    for _try in range(300):
        try:
            urllib.request.urlopen(endpoint, timeout=2).close()
            break
        except urllib.error.HTTPError:
            break
        except OSError:
            time.sleep(0.1)
    boto3.client(
        "s3", endpoint_url=endpoint, region_name="eu-central-1", aws_access_key_id="x", aws_secret_access_key="y"
    ).create_bucket(Bucket="files", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    yield f"s3://files/anlagen?endpoint={endpoint}&region=eu-central-1"
    process.kill()
    process.wait()


@pytest.mark.parametrize("kind", ["disk", "bucket"])
def test_what_was_kept_comes_back(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "y")
    url = (tmp_path / "files").as_uri() if kind == "disk" else request.getfixturevalue("s3")
    storage: Storage = open_storage(url)
    content = samples.image()
    name = name_of(content)
    with pytest.raises(Missing):
        storage.get(name)
    storage.put(name, content)
    storage.put(name, content)
    assert storage.get(name) == content
    assert [one for one, _moment in storage.names()] == [name]
    for forged in ("../secret_key", name.upper(), name[:-1], ""):
        with pytest.raises(Missing):
            storage.get(forged)
    storage.delete(name)
    storage.delete(name)
    assert list(storage.names()) == []


def test_nothing_half_written_is_ever_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    storage = open_storage(tmp_path.as_uri())

    def full(*_arguments: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        storage.put(name_of(b"x"), b"x")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_bucket_that_does_not_answer_is_told_in_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a full disk is: whoever sends a file waits for it, and holds a place that others want."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "y")
    monkeypatch.setattr("consult.files.storage.PATIENCE", 0.5)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        port = silent.getsockname()[1]
        for address in (f"http://127.0.0.1:{free_port()}", f"http://127.0.0.1:{port}"):
            storage = open_storage(f"s3://files?endpoint={address}&region=eu-central-1")
            begun = time.monotonic()
            with pytest.raises(Unavailable):
                storage.put(name_of(b"x"), b"x")
            with pytest.raises(Unavailable):
                storage.get(name_of(b"x"))
            assert time.monotonic() - begun < 10


def test_other_addresses_are_refused() -> None:
    for url in ("", "ftp://x/y", "s3:///prefix", "file://"):
        with pytest.raises(ValueError, match="STORAGE_URL"):
            open_storage(url)


class Clamd(socketserver.BaseRequestHandler):
    """Speaks as clamd does: PING, and INSTREAM with portions up to an empty one."""

    def handle(self) -> None:
        command = b""
        while not command.endswith(b"\0"):
            command += self.request.recv(1)
        if command == b"zPING\0":
            self.request.sendall(b"PONG\0")
            return
        assert command == b"zINSTREAM\0"
        content = b""
        while size := struct.unpack("!L", self._exactly(4))[0]:
            content += self._exactly(size)
        bad = samples.EICAR in content
        self.request.sendall(b"stream: Eicar-Signature FOUND\0" if bad else b"stream: OK\0")

    def _exactly(self, size: int) -> bytes:
        found = b""
        while len(found) < size:
            found += self.request.recv(size - len(found))
        return found


@pytest.fixture
def clamd(tmp_path: Path) -> Iterator[str]:
    """Address of a scanner that listens on a socket of the machine."""
    with socketserver.ThreadingUnixStreamServer(str(tmp_path / "clamd"), Clamd) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"unix://{tmp_path / 'clamd'}"
        server.shutdown()


def test_the_scanner_is_asked(own_app: Any, clamd: str) -> None:
    with own_app(CLAMAV_URL=clamd).app_context():
        assert scanner.scan(b"harmlos" * 30_000) == scanner.CLEAN
        assert scanner.scan(samples.PDF + samples.EICAR) == scanner.INFECTED
        assert scanner.ping(clamd)
    with own_app(CLAMAV_URL=f"tcp://127.0.0.1:{free_port()}").app_context():
        assert scanner.scan(b"x") == scanner.WAITING  # nobody answers: it waits
        assert not scanner.ping("tcp://127.0.0.1:1")
    with own_app().app_context():
        assert scanner.scan(samples.EICAR) == scanner.CLEAN  # none is set
