"""Redress: what people can do against a text or a decision, what follows from misuse, and the public account of it all.

Words: a *report* is a reader's notice about a text; a *complaint* is against a decision, the answer to a report or a
measure; a *measure* is a warning or a suspension. What always holds: nobody needs an account or money, each complaint is
decided by somebody who took no part before and has no tie to the parties, who reported is told to nobody whom it
concerns, and the figures come from the records alone.
"""

from __future__ import annotations

from flask import Flask

from consult.core.registry import registries
from consult.moderation import hooks
from consult.redress import measure_queries, personal, reports, views, words


def init_app(app: Flask) -> None:
    """Register the room."""
    app.register_blueprint(views.blueprint)
    app.jinja_env.globals.update(words.WORDS)
    registries.actor_parts.append(measure_queries.actor_part)
    registries.suspended_until = measure_queries.suspended_until
    registries.personal_data["redress"] = personal.PERSONAL_DATA
    registries.footer.extend(views.FOOTER)
    hooks.register(
        "reports",
        hooks.CaseHooks(
            taken=reports.take, closed=reports.answer, reopened=reports.reopen, overturned=reports.correct
        ),
    )
