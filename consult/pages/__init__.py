"""Home, my page, legal and explanatory pages: what joins the rooms and belongs to none of them.

The home page shows the questions first and what the other rooms register for it; the legal pages are written texts in both
languages with the day of their version.
"""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Register the room."""
