"""Organisations: companies, agencies, ministries and other bodies, and who belongs to them.

Words: a *member* has a role in an organisation: author, approver, contact, manager. What always holds: a typed name
makes nobody a member, and the type alone decides whether an organisation counts as agency or ministry.
"""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Register the room."""
