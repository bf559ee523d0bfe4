"""Consultations: a region's questions to its companies, one to twelve of them, with phases by date.

Words: a *consultation* has *questions*; a question keeps its earlier *wordings*. What always holds: a question
that has answers is never deleted, only closed or reworded with a visible date; the phase follows from the dates;
nothing here or elsewhere knows how many questions there are or with which letters numbers begin.
"""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Register the room."""
