"""What a case is called to whoever reads it: its title is stored as it was, in one language."""

from __future__ import annotations

from collections.abc import Callable

from markupsafe import Markup, escape

from consult.core.drawing import lang_attribute
from consult.core.i18n import current_language
from consult.core.registry import registries


def _retitled(kind: str) -> Callable[[str], str] | None:
    moderated = registries.moderated.get(kind)
    return moderated.retitled if moderated is not None else None


def called(kind: str, title: str) -> str:
    """The title of a case about a text of this kind; what of it are words of ours is in the present language."""
    retitled = _retitled(kind)
    return retitled(title) if retitled is not None else title


def language_of(kind: str, language: str) -> str:
    """In which language the title of a text in this one is read; empty where it is in words of ours."""
    return "" if _retitled(kind) is not None else language


def marked(kind: str, title: str, language: str) -> Markup:
    """The same as HTML that says where it is in another language than the page. For templates."""
    words, lang = escape(called(kind, title)), lang_attribute(language_of(kind, language), current_language())
    return Markup(f"<span{lang}>{words}</span>") if lang else words  # noqa: S704 - escaped
