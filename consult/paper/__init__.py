"""Paper: the questions of a consultation on a sheet, and what comes back from paper, workshops and the telephone.

Words: a *form* is the sheet with the questions, the same as page, PDF, DOCX and ODT; an *entry* is an idea that staff typed
or imported on behalf of its author, with its *channel* and where it comes from (`ideas.models.IdeaOrigin`). What always
holds: nobody is entered without their consent; an entry goes through moderation like any other idea, and who entered it
never decides on it; the public learns the channel and nothing else of where it comes from.
"""

from __future__ import annotations

from flask import Flask

from consult.core.registry import Panel, registries
from consult.paper import panels, views, views_entries, views_import


def init_app(app: Flask) -> None:
    """Register the pages, and the part of a consultation's page that leads to them."""
    assert views_entries.FOUND and views_import.FOUND  # they register by being imported
    app.register_blueprint(views.blueprint)
    registries.add_panel(Panel("consultations.show", 40, "paper/_panel.html", panels.form))
    registries.me_sections.append(Panel("pages.me", 75, "paper/_me.html", panels.staff))
