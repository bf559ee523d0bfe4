"""Secrets that have to be read again, kept so that a copy of the database alone gives them away to nobody.

A mailed link or a password is kept as a hash. The secret of an authenticator must come back as it was, so it is encrypted
under a key that is derived from the installation's `SECRET_KEY`, which stands outside the database.
"""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app


def _box() -> Fernet:
    key = current_app.config["SECRET_KEY"].encode("utf-8")
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"consult second factor 1").derive(key)
    return Fernet(base64.urlsafe_b64encode(derived))


def seal(text: str) -> str:
    """The text encrypted, safe to store."""
    return _box().encrypt(text.encode("utf-8")).decode("ascii")


def unseal(sealed: str, seconds: int | None = None) -> str | None:
    """The text again; None where it was sealed under another key, was changed, or is older than so many seconds."""
    try:
        return _box().decrypt(sealed.encode("ascii"), ttl=seconds).decode("utf-8")
    except (InvalidToken, UnicodeEncodeError):
        return None
