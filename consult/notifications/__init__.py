"""Notifications: what a person is told, in a list of their own and by mail, and what they follow.

Words: a *notice* is an entry in the list, a *kind* of notice is registered by the room it speaks of. What always holds:
rooms write to the outbox with `core.notices.notify` in the transaction of the cause; only confirmed, active people are
mailed, and not those who said no.
"""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Register the room."""
