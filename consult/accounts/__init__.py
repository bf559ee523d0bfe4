"""Accounts: people, how they sign in, which roles they hold.

Words: a *person* has an address that nobody else reads and a name that may be a pseudonym; a *session* is a place where
they are signed in; a *token* is a mailed link. What always holds: secrets are stored as hashes, a mailed link acts by
POST and once, no answer tells whether an address has an account.
"""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Register the room."""
