"""The virus scanner: ClamAV's protocol (INSTREAM of clamd), over a socket of the machine or of the network.

Without `CLAMAV_URL` nothing is scanned. A scanner that does not answer lets nothing pass: what it could not look at waits.
"""

from __future__ import annotations

import logging
import socket
import struct
from urllib.parse import urlsplit

from flask import current_app

log = logging.getLogger(__name__)

CLEAN, WAITING, INFECTED = "clean", "waiting", "infected"
LOST = "lost"  # gone from the storage before it was looked at
TIMEOUT = 20.0  # seconds
PORTION = 64 * 1024


class Unavailable(OSError):
    """The scanner does not answer, or not as its protocol says."""


def is_set() -> bool:
    """Whether the operator named a scanner."""
    return bool(current_app.config["SETTINGS"].clamav_url)


def scan(content: bytes) -> str:
    """CLEAN, INFECTED, or WAITING where a scanner is set and does not answer."""
    url = current_app.config["SETTINGS"].clamav_url
    if not url:
        return CLEAN
    try:
        answer = ask(url, b"zINSTREAM\0", content)
    except OSError as error:
        log.warning("virus scanner: %s", type(error).__name__)
        return WAITING
    if answer.endswith("FOUND"):
        log.warning("virus scanner: %s", answer)
        return INFECTED
    return CLEAN if answer.endswith("OK") else WAITING


def ping(url: str) -> bool:
    """Whether the scanner answers at all."""
    try:
        return ask(url, b"zPING\0") == "PONG"
    except OSError:
        return False


def ask(url: str, command: bytes, content: bytes | None = None) -> str:
    """One command to the scanner at `unix:///path` or `tcp://host:port`, and its answer. OSError where there is none."""
    with _connected(url) as connection:
        connection.sendall(command)
        if content is not None:
            for start in range(0, len(content), PORTION):
                part = content[start : start + PORTION]
                connection.sendall(struct.pack("!L", len(part)) + part)
            connection.sendall(struct.pack("!L", 0))
        answer = b""
        while not answer.endswith(b"\0"):
            more = connection.recv(4096)
            if not more:
                break
            answer += more
            if len(answer) > PORTION:
                raise Unavailable("the answer has no end")
    if not answer:
        raise Unavailable("no answer")
    return answer.rstrip(b"\0\n").decode("utf-8", "replace")


def _connected(url: str) -> socket.socket:
    parts = urlsplit(url)
    if parts.scheme == "unix":
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(TIMEOUT)
        try:
            connection.connect(parts.path)
        except BaseException:  # the socket must not stay open, whatever it is
            connection.close()
            raise
        return connection
    if parts.scheme == "tcp" and parts.hostname:
        return socket.create_connection((parts.hostname, parts.port or 3310), timeout=TIMEOUT)
    raise Unavailable("CLAMAV_URL is neither unix:///... nor tcp://...")
