"""Evaluation: what the office answers to ideas, and what it promises.

Words: a *response* speaks to one or several ideas of a consultation and says what becomes of them (its *status*, a code of
`response_statuses`); a *commitment* in it names who does what by when, and is *reported* on. What always holds: analysts
and officials write, officials of an agency or ministry publish; everyone reads the same wording in the same moment, and
earlier ones stay readable; what was promised is never taken out; people are told once a wording, and of none that was
taken back before they were.
"""

from __future__ import annotations

from flask import Flask

from consult.core.registry import Loader, registries
from consult.evaluation import (
    exchange,
    jobs,
    loading,
    mails,
    merging,
    milestones,
    office,
    panels,
    personal,
    recounting,
    saved,
    views,
)

__all__ = ["init_app", "jobs"]


def init_app(app: Flask) -> None:
    """Register pages, panels, milestones, notices, counters, personal data and the shipped examples."""
    assert office.VIEWS  # its pages register by being imported
    app.register_blueprint(views.blueprint)
    for panel in panels.PANELS:
        registries.add_panel(panel)
    registries.me_sections.append(panels.ME)
    registries.milestones.append(milestones.milestones)
    for kind in mails.KINDS:
        registries.notice_kinds[kind.kind] = kind
    registries.merge_hooks.append(merging.HOOK)
    registries.personal_data["evaluation"] = personal.DATA
    registries.saved_lists[saved.LIST.kind] = saved.LIST
    registries.counters["evaluation.responses"] = recounting.recount
    registries.exchanges[exchange.EXCHANGE.name] = exchange.EXCHANGE
    registries.loaders.append(Loader(90, "demo", "evaluation", loading.load, loading.shift))
