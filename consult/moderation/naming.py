"""What a case, a report or a complaint is called to whoever reads it.

Of a title that is words of ours around those of people, only these are stored; the rest is said in the reader's language.
"""

from __future__ import annotations

from collections.abc import Callable

from markupsafe import Markup, escape

from consult.core.drawing import lang_attribute
from consult.core.i18n import current_language
from consult.core.registry import registries


def _titled(kind: str) -> Callable[[str], str] | None:
    moderated = registries.moderated.get(kind)
    return moderated.titled if moderated is not None else None


def called(kind: str, title: str) -> str:
    """The title of a text of this kind, of what is stored of it; what of it are words of ours is in the present language."""
    titled = _titled(kind)
    return titled(title) if titled is not None else title


def language_of(kind: str, language: str) -> str:
    """In which language the title of a text in this one is read; empty where it is in words of ours."""
    return "" if _titled(kind) is not None else language


def marked(kind: str, title: str, language: str) -> Markup:
    """The same as HTML that says where it is in another language than the page. For templates."""
    words, lang = escape(called(kind, title)), lang_attribute(language_of(kind, language), current_language())
    return Markup(f"<span{lang}>{words}</span>") if lang else words  # noqa: S704 - escaped
