"""Back office: people and their roles, background jobs, the audit log.

Nothing is decided here that a room does not decide: the pages call operations of accounts and organisations, and every act
leaves its row in the log. Administrators read no answer that is not public; who runs the machine and who reads the answers
are different people.
"""

from __future__ import annotations

from flask import Flask

from consult.admin import views, views_exchange, views_organisations, views_requests, views_system

__all__ = ["init_app", "views_organisations", "views_requests", "views_system"]


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(views.blueprint)
    # the size is allowed before the check of the form's token reads the form
    app.before_request_funcs.setdefault(None, []).insert(0, views_exchange.allow_large_file)
