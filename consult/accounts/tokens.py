"""Secret links and session tokens: 256 random bits out, a hash in. No salt is needed, since nobody can guess them."""

from __future__ import annotations

import hashlib
import secrets


def new_token() -> str:
    """A fresh secret, safe in an address: 43 characters."""
    return secrets.token_urlsafe(32)


def token_hash(raw: str) -> str:
    """What the database keeps of a secret. Any text has one, so a malformed secret is merely unknown."""
    return hashlib.sha256(raw.encode("utf-8", "surrogatepass")).hexdigest()
