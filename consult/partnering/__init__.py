"""Partnering: offers and requests of clusters, companies, ideas and projects, and how two of them find each other."""

from __future__ import annotations

from flask import Flask

from consult.partnering import views


def init_app(app: Flask) -> None:
    """Register the room."""
    app.register_blueprint(views.blueprint)
