"""Comments: threads of two levels below any registered subject.

Words: a *comment* stands below a subject, an *answer* below a comment. What always holds: nothing is public that the
subject's mode does not allow (before or after moderation, or by trust); a removed comment leaves a stub where it was
answered; an edit after a quarter of an hour can be seen.
"""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Register the room."""
