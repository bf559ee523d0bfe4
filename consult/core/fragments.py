"""Parts of pages that are the same for many readers, as finished HTML.

`fragment` renders a template without what belongs to a page as a whole. `for_the_same` keeps the outcome under the very
words it was made of: a change of content elsewhere leaves it as it is, a change of one of these words makes it anew. So
nothing has to be thrown away when content changes, and nothing stale can be shown: the words were read in this request, and
who puts the part together is handed nothing but them.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from flask import current_app
from markupsafe import Markup

from consult.core.i18n import current_language
from consult.core.web import address, path

Words = TypeVar("Words", bound=Hashable)
MOST = 3_000_000  # characters kept in a process, all together
LARGEST = 200_000


def fragment(template: str, **values: Any) -> Markup:
    """A template's output with these values; it knows language and addresses, but neither the reader nor the request."""
    found = current_app.jinja_env.get_template(template)
    given = {"lang": current_language(), "path": path, "address": address, **values}
    return Markup(found.render(given).strip())  # noqa: S704 - a template's own output


class Fragments:
    """The finished parts of one application in one process, those asked for last."""

    def __init__(self) -> None:
        self.parts: OrderedDict[Hashable, Markup] = OrderedDict()
        self.size = 0
        self.lock = threading.Lock()

    def get(self, key: Hashable) -> Markup | None:
        with self.lock:
            found = self.parts.get(key)
            if found is not None:
                self.parts.move_to_end(key)
            return found

    def keep(self, key: Hashable, html: Markup) -> None:
        if len(html) > LARGEST:
            return
        with self.lock:
            if key in self.parts:
                return
            self.parts[key] = html
            self.size += len(html)
            while self.size > MOST:
                self.size -= len(self.parts.popitem(last=False)[1])


def for_the_same(make: Callable[[Words], Markup], words: Words) -> Markup:
    """`make(words)`, or what it made of the same words in the same language before.

    `make` is a function of a module, not of a request: it must look at nothing but its words, the language and what never
    changes while the process lives.
    """
    fragments: Fragments = current_app.extensions.setdefault("consult_fragments", Fragments())
    key = (make, current_language(), words)
    found = fragments.get(key)
    if found is None:
        found = make(words)
        fragments.keep(key, found)
    return found
