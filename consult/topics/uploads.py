"""Uploaded pictures on their own path: never run, never guessed at, kept by caches for ever, since the name is the content.

A picture is there for everyone as long as a public topic shows it, and for editors before.
"""

from __future__ import annotations

from werkzeug.wrappers import Response

from consult.core.access import access, current_actor
from consult.core.errors import NotFound
from consult.core.web import plain_blueprint
from consult.topics import pictures, queries, rules

blueprint = plain_blueprint("uploads", __name__)


@blueprint.get("/uploads/<file>")
@access("public")
def picture(file: str) -> Response:
    """A stored picture in one of its sizes."""
    known = pictures.parse_name(file)
    shown = queries.shows_picture(known[0]) if known is not None else None
    editor = rules.can_edit(current_actor())
    place = pictures.folder() / file
    if shown is None or not (shown or editor) or not place.is_file():
        raise NotFound()
    response = Response(place.read_bytes(), mimetype="image/webp")
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if shown else "private, no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
