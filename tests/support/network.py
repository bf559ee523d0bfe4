"""No socket leaves the test run: a connection or a look-up beyond this machine raises.

An audit hook sees every connection that Python code makes, whatever library makes it. Programs that the tests start have
their own guards: the browser refuses foreign requests, PostgreSQL and Redis listen on this machine only.
"""

from __future__ import annotations

import ipaddress
import sys
from typing import Any

LOCAL_NAMES = frozenset({"", "localhost", "ip6-localhost", "0.0.0.0", "::", "127.0.0.1", "::1"})  # noqa: S104


class ForeignConnection(ConnectionError):
    """Something tried to reach another machine."""


def is_local(host: Any) -> bool:
    """Whether a host name or address means this machine."""
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host or "")
    if name in LOCAL_NAMES:
        return True
    try:
        return ipaddress.ip_address(name.split("%")[0]).is_loopback
    except ValueError:
        return False


def _guard(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect":
        address = arguments[1]
        if isinstance(address, tuple) and not is_local(address[0]):
            raise ForeignConnection(f"the test run tried to connect to {address!r}")
    elif event == "socket.getaddrinfo" and not is_local(arguments[0]):
        raise ForeignConnection(f"the test run tried to look up {arguments[0]!r}")


_installed = False


def block_foreign_connections() -> None:
    """Install the guard for the life of this process; a second call changes nothing."""
    global _installed
    if not _installed:
        sys.addaudithook(_guard)
        _installed = True
