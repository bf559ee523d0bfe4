"""What rooms share that draw parts of pages in Python: as loops of templates they would cost a page's price once more."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from flask import current_app
from markupsafe import escape

UI = "_macros/ui.html"


def macros_of(template: str = UI) -> Any:
    """The macros of a template."""
    return current_app.jinja_env.get_template(template).module


@lru_cache(maxsize=500)
def badge_of(_language: str, status: str, label: str | None = None) -> str:
    """A status as icon and word, drawn once in each language: a list has twenty of the same few."""
    return str(macros_of().badge(status, label))


def lang_attribute(language: str | None, spoken: str) -> str:
    """What marks words that are in another language than the page; nothing where they are not, or where nobody knows."""
    return f' lang="{escape(language)}"' if language and language != spoken else ""
