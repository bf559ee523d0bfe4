"""Redress: what people can do against a text or a decision, what follows from misuse, and the public account of it all.

Words: a *report* is a reader's notice about a text; a *complaint* is against a decision, the answer to a report or a
measure; a *measure* is a warning or a suspension. What always holds: nobody needs an account or money, each complaint is
decided by somebody who took no part before and has no tie to the parties, who reported is told to nobody whom it
concerns, and the figures come from the records alone.
"""

from __future__ import annotations

from flask import Flask

from consult.core.access import Suspensions
from consult.core.registry import registries
from consult.moderation import hooks
from consult.redress import (
    complaint_mails,
    complaint_queries,
    jobs,
    measure_mails,
    measure_queries,
    panels,
    personal,
    reports,
    retention,
    views,
    views_complaints,
    views_files,
    views_misuse,
    words,
)

__all__ = ["init_app", "jobs", "views_complaints", "views_files", "views_misuse"]


def init_app(app: Flask) -> None:
    """Register the room."""
    app.register_blueprint(views.blueprint)
    app.jinja_env.globals.update(words.WORDS)
    Suspensions.ask = staticmethod(measure_queries.suspended_until)
    registries.personal_data["redress"] = personal.PERSONAL_DATA
    registries.footer.extend(views.FOOTER)
    registries.me_sections.append(panels.MINE)
    kinds = (*complaint_mails.NOTICE_KINDS, *measure_mails.NOTICE_KINDS)
    registries.notice_kinds.update({kind.kind: kind for kind in kinds})
    hooks.register(
        "reports",
        hooks.CaseHooks(taken=reports.take, closed=reports.answer, reopened=reports.reopen, overturned=reports.correct),
    )
    retention.register()
    hooks.register("complaints", hooks.CaseHooks(party=complaint_queries.has_dispute))
