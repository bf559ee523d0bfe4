"""Ideas: what companies write in answer to the guiding questions, from the first draft to the published page.

Words: an *idea* has *versions*, a version has *answers*, each for an *audience*; a *draft* is what is still being written;
people give an idea their *support*. What always holds: a version is never changed after it was sent; what everyone reads
is the public version, and an edit waits beside it; an answer is read by its audience only, through every outlet; nothing
becomes public but by moderation.
"""

from __future__ import annotations

from flask import Flask

from consult.core.registry import Loader, registries
from consult.ideas import loading, publishing


def init_app(app: Flask) -> None:
    """Register the room."""
    registries.loaders.append(Loader(70, "demo", "ideas", loading.load, loading.shift))
    registries.on_touch.append(publishing.refresh_facets)
    registries.counters["ideas"] = publishing.recount
