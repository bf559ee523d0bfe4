"""Hits as HTML. A page has twenty of them, which as a template's loop were a tenth of its price."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup, escape

from consult.core.drawing import lang_attribute
from consult.core.i18n import current_language
from consult.search.queries import Result


def results_drawn(found: Sequence[Result]) -> Markup:
    """The items of the list of hits; only a hit's own words carry its language."""
    spoken = current_language()
    return Markup("\n".join([_drawn(one, spoken) for one in found]))  # noqa: S704 - escaped


def _drawn(one: Result, spoken: str) -> str:
    info = one.info  # title and snippet are HTML already
    return (
        f'<li class="c-result l-stack-2"><p class="c-kicker">{escape(one.label)}</p>\n'
        f'<h2><a href="{escape(info.url)}"{lang_attribute(info.language, spoken)}>{one.title}</a></h2>\n'
        f"<p{lang_attribute(one.language, spoken)}>{one.snippet}</p></li>"
    )
