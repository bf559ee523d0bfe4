"""Panels of other rooms as finished parts of a page.

A panel's template sees the page's own names (language, actor, the page's values) and, above them, what its `load` returned;
the page decides what stands around it.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from consult.core.access import current_actor
from consult.core.clock import now
from consult.core.i18n import current_language
from consult.core.memory import remembered
from consult.core.registry import Panel, panels_for, registries


@pass_context
def rendered_parts(context: Context, parts: Iterable[tuple[str, dict[str, Any]]]) -> list[Markup]:
    """Each (template, values) rendered within the present page, in order."""
    page: dict[str, Any] = context.get_all()
    return [
        Markup(context.environment.get_template(name).render({**page, **given, "panel": given}))  # noqa: S704 - a template's own output
        for name, given in parts
    ]


@pass_context
def rendered_panels(context: Context, slot: str, subject_id: int) -> list[Markup]:
    """The panels of a slot that have something to show, rendered, in order."""
    return rendered_parts(context, panels_for(slot, subject_id, current_actor()))


@pass_context
def shared_panels(context: Context, slot: str, subject_id: int) -> list[Markup]:
    """As `rendered_panels`, for a slot whose panels show every reader the same: drawn once a change and once a minute."""
    minute = now().replace(second=0, microsecond=0)

    def draw(panel: Panel) -> list[Markup]:
        given = panel.load(subject_id, current_actor())
        return rendered_parts(context, [(panel.template, given)]) if given is not None else []

    found: list[Markup] = []
    for panel in registries.panels.get(slot, []):
        key = ("panel", slot, panel.template, subject_id, current_language(), minute)
        found += remembered(key, partial(draw, panel), lasting=panel.lasting)
    return found
