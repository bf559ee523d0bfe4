"""Secrets that have to be read again, kept so that a copy of the database alone gives them away to nobody.

A mailed link or a password is kept as a hash. The secret of an authenticator must come back as it was, so it is encrypted
under a key that is derived from the installation's `SECRET_KEY`, which stands outside the database.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from flask import current_app

from consult.core.late import late

if TYPE_CHECKING:
    from cryptography import fernet
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.kdf import hkdf
else:
    fernet = late("cryptography.fernet")
    hashes = late("cryptography.hazmat.primitives.hashes")
    hkdf = late("cryptography.hazmat.primitives.kdf.hkdf")


def _box() -> fernet.Fernet:
    key = current_app.config["SECRET_KEY"].encode("utf-8")
    derived = hkdf.HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"consult second factor 1").derive(key)
    return fernet.Fernet(base64.urlsafe_b64encode(derived))


def seal(text: str) -> str:
    """The text encrypted, safe to store."""
    return _box().encrypt(text.encode("utf-8")).decode("ascii")


def unseal(sealed: str, seconds: int | None = None) -> str | None:
    """The text again; None where it was sealed under another key, was changed, or is older than so many seconds."""
    try:
        return _box().decrypt(sealed.encode("ascii"), ttl=seconds).decode("utf-8")
    except (fernet.InvalidToken, UnicodeEncodeError):
        return None
