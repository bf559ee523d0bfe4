"""What stands around every page and is the same on all of them: menu and footer, drawn once; and the token of forms.

They are made of nothing but settings and our own words, so they hold as long as the process lives.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask, current_app, g, has_request_context, request
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from consult.core.i18n import current_language
from consult.core.registry import registries
from consult.core.web import path, site


def menu() -> Markup:
    """The main menu, with the present room marked."""
    here = (request.endpoint or "").partition(".")[0] if has_request_context() else ""
    here = here if any(item.room == here for item in registries.navigation) else ""

    def draw() -> Markup:
        return _drawn("_menu.html", nav=[{**item, "current": here == item["room"]} for item in _frame()[0]])

    return _same_everywhere(("menu", here), draw)


def foot(frame: str) -> Markup:
    """The footer; `frame` is the width of the page."""
    return _same_everywhere(
        ("foot", str(frame)), lambda: _drawn("_foot.html", frame=frame, footer=_frame()[1], site=site())
    )


def _same_everywhere(key: tuple[str, str], draw: Callable[[], Markup]) -> Markup:
    """What stands on every page, made of nothing but settings and words: drawn once in each language."""
    drawn = current_app.extensions.setdefault("consult_drawn", {})
    known = (*key, current_language())
    if known not in drawn:
        drawn[known] = draw()
    found: Markup = drawn[known]
    return found


def _drawn(template: str, **values: Any) -> Markup:
    return Markup(current_app.jinja_env.get_template(template).render(values).strip())  # noqa: S704 - a template's own output


def _token() -> str:
    """The token of forms; a page asks for it once for each of them."""
    known: str | None = g.get("csrf_token")
    return known if known is not None else generate_csrf()


def _frame() -> tuple[list[dict[str, Any]], list[tuple[str, list[tuple[str, str]]]]]:
    """Menu and footer in the current language; they are the same on every page and made once."""
    frames = current_app.extensions.setdefault("consult_frames", {})
    language = current_language()
    if language not in frames:
        menu = [
            {"room": item.room, "label": str(item.label), "url": path(item.endpoint, **item.values)}
            for item in sorted(registries.navigation, key=lambda one: one.order)
        ]
        columns: dict[str, list[tuple[str, str]]] = {}
        for link in sorted(registries.footer, key=lambda one: one.order):
            columns.setdefault(str(link.column), []).append((str(link.label), path(link.endpoint, **link.values)))
        frames[language] = menu, list(columns.items())
    found: tuple[list[dict[str, Any]], list[tuple[str, list[tuple[str, str]]]]] = frames[language]
    return found


def init_app(app: Flask) -> None:
    """Let every page use them."""
    app.jinja_env.globals.update(menu=menu, foot=foot, csrf_token=_token)
