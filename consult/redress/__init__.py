"""Redress: what people can do against a decision, what follows from misuse, and the figures that account for both."""

from __future__ import annotations

from flask import Flask

from consult.redress import views


def init_app(app: Flask) -> None:
    """Register the room."""
    app.register_blueprint(views.blueprint)
