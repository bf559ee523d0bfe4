"""An OpenID Connect provider in a process of its own, as an agency runs one (`oidc-provider-mock`)."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from typing import Any

from tests.support.server import die_with_parent, free_port


class Provider:
    """A running provider; `issuer` is its address. `user(sub, **claims)` makes somebody who can sign in there."""

    def __init__(self) -> None:
        self.port = free_port()
        self.issuer = f"http://127.0.0.1:{self.port}"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "oidc_provider_mock", "--port", str(self.port)],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=die_with_parent,
        )  # fmt: skip
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                urllib.request.urlopen(f"{self.issuer}/.well-known/openid-configuration", timeout=5).close()
                return
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
        raise RuntimeError("the provider did not start")

    def user(self, sub: str, **claims: Any) -> None:
        """Make or change a person of the provider."""
        request = urllib.request.Request(
            f"{self.issuer}/users/{sub}", data=json.dumps(claims).encode(), method="PUT",
            headers={"Content-Type": "application/json"},
        )  # fmt: skip
        urllib.request.urlopen(request, timeout=10).close()

    def consent(self, url: str, sub: str) -> str:
        """Sign in there as this person: the address that the provider sends the browser back to."""
        data = f"sub={sub}".encode()
        opener = urllib.request.build_opener(_Stay())
        try:
            opener.open(urllib.request.Request(url, data=data), timeout=10)
        except urllib.error.HTTPError as answer:
            return str(answer.headers["Location"])
        raise AssertionError("the provider did not send anybody back")

    def stop(self) -> None:
        """End it."""
        self.process.terminate()
        self.process.wait(10)


class _Stay(urllib.request.HTTPRedirectHandler):
    """Do not follow: where it leads is what the test wants to know."""

    def redirect_request(self, *_arguments: Any, **_named: Any) -> None:
        return None
