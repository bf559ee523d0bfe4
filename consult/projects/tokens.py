"""The link by which a participant without an account reaches their place: unguessable, the same in every mail.

The token is made from the secret key and the participation's unchanging numbers, so that every later mail can carry it;
the database keeps its hash only and signs nobody in.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

from flask import current_app


def place_token(activity_id: int, person_id: int, position: int) -> str:
    """The token of a participation, 32 characters for an address."""
    message = f"participation:{activity_id}:{person_id}:{position}".encode()
    digest = hmac.new(str(current_app.config["SECRET_KEY"]).encode(), message, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest[:24]).decode("ascii")


def token_hash(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
