"""The words of a notice as HTML in which what is in another language than the reader's says so (WCAG 3.1.2).

A kind makes a sentence of plain values. Those whose language is known come to it between signs that no text of people has,
since control characters are taken out of all of them; in the sentence the signs become marks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup, escape

from consult.core.i18n import LANGUAGES, current_language
from consult.core.registry import NoticeKind

TITLE, LANGUAGE = "title", "title_in"  # entries of a context that belong together
_BEGIN, _THEN, _END = "\x02", "\x03", "\x04"
_MARKED = re.compile(f"{_BEGIN}({'|'.join(LANGUAGES)}){_THEN}([^{_BEGIN}{_THEN}{_END}]*){_END}")


def said(kind: NoticeKind, context: Mapping[str, Any]) -> tuple[str, Markup]:
    """The sentence in the present language, plain and with its marks; KeyError, TypeError or LookupError where its kind
    does not understand the context."""
    words = str(kind.text({name: _signed(name, value, context) for name, value in context.items()}))
    html = _MARKED.sub(lambda found: f'<span lang="{found[1]}">{found[2]}</span>', str(escape(words)))
    return _MARKED.sub(lambda found: found[2], words), Markup(html)  # noqa: S704 - escaped before the marks were set


def _signed(name: str, value: Any, context: Mapping[str, Any]) -> Any:
    if name == TITLE and isinstance(value, str):
        return _sign(value, context.get(LANGUAGE))
    if isinstance(value, Mapping) and value and set(value) <= set(LANGUAGES):
        return {language: _sign(words, language) for language, words in value.items()}
    return value


def _sign(words: Any, language: Any) -> Any:
    if not words or not isinstance(words, str) or language not in LANGUAGES or language == current_language():
        return words
    return f"{_BEGIN}{language}{_THEN}{words}{_END}"
