"""Secret links of an idea: to its draft, to its status, and to the confirmation of an address.

A link's token is derived from the idea's random key and the installation's secret, so that the same form sent twice leads
to the same draft. The database keeps hashes only: a copy of it opens no draft.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets

from flask import current_app

KEY = re.compile(r"^[A-Za-z0-9_-]{22,64}$")
TOKEN = re.compile(r"^[A-Za-z0-9_-]{32}$")
LATE = re.compile(r"^[A-Za-z0-9_-]{43}$")


def new_key() -> str:
    """A random key for a form that opens: 192 bits."""
    return secrets.token_urlsafe(24)


def is_key(value: str) -> bool:
    """Whether this can be a key that a form of ours carried."""
    return bool(KEY.match(value))


def _token(purpose: str, key: str) -> str:
    secret = str(current_app.config["SECRET_KEY"]).encode()
    digest = hmac.new(secret, f"idea:{purpose}:{key}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest[:24]).decode()


def draft_token(key: str) -> str:
    """The token of the draft's link, 192 bits."""
    return _token("draft", key)


def status_token(key: str) -> str:
    """The token of the status link, 192 bits."""
    return _token("status", key)


def confirm_token(key: str, email: str) -> str:
    """The token of the link that confirms this address for this idea; another address makes another one."""
    return _token(f"confirm:{email.casefold()}", key)


def coauthor_token(key: str, email_key: str) -> str:
    """The token of the link by which somebody answers whether they stand for the idea, too."""
    return _token(f"coauthor:{email_key}", key)


def token_hash(token: str) -> str:
    """What is stored and looked for."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
