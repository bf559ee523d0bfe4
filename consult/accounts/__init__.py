"""Accounts: people, how they sign in, which roles they hold.

Words: a *person* has an address that nobody else reads and a name that may be a pseudonym; a *session* is a place where
they are signed in; a *token* is a mailed link. What always holds: secrets are stored as hashes, a mailed link acts by
POST and once, no answer tells whether an address has an account.
"""

from __future__ import annotations

from flask import Flask

from consult.accounts import demo, jobs, personal, transport, views, views_own
from consult.core.registry import Loader, registries

__all__ = ["init_app", "jobs", "views_own"]


def init_app(app: Flask) -> None:
    """Register pages, the gate's question who is there, the demo accounts and what is known of a person."""
    transport.init_app(app)
    app.register_blueprint(views.blueprint)
    registries.loaders.append(Loader(10, "demo", "accounts", demo.load))
    registries.personal_data["accounts"] = personal.DATA
