"""Pages of the searches that a person keeps, and the button beside a list that keeps it."""

from __future__ import annotations

from typing import Any

from flask import render_template

from consult.core.access import access, current_actor
from consult.core.errors import NotFound
from consult.core.i18n import _
from consult.core.limits import allow_write
from consult.core.web import flash_done, path, safe_next, see_other
from consult.notifications import rules, search_operations, search_queries
from consult.notifications.forms import SaveSearchForm, SearchNameForm
from consult.notifications.models import SavedSearch
from consult.notifications.views import blueprint


def _found(search_id: int) -> SavedSearch:
    search = search_queries.search_of(current_actor(), search_id)
    if search is None:
        raise NotFound()
    return search


@blueprint.get("/notices/searches")
@access("signed-in")
def searches() -> Any:
    """What the person keeps."""
    found = search_queries.search_views(current_actor().person_id or 0)
    return render_template("notifications/searches.html", searches=found, most=rules.MOST_SEARCHES)


@blueprint.post("/notices/searches")
@access("signed-in")
def save_search() -> Any:
    """Keep the list from which the button was pressed, then go back to it."""
    allow_write()
    form = SaveSearchForm()
    is_new = search_operations.save_search(current_actor(), form.list.data, form.query.data, form.title.data)
    if is_new:
        flash_done(_("Your search is saved. Once a day we look for new entries and tell you."))
    else:
        flash_done(_("You have saved this search already. We tell you of new entries."))
    return see_other(safe_next(form.next.data) or path("notifications.searches"))


@blueprint.get("/notices/searches/<int(max=2147483647):search_id>")
@access("signed-in")
def search(search_id: int) -> Any:
    """The name of a search, to be changed."""
    found = _found(search_id)
    form = SearchNameForm(title=found.title)
    return render_template("notifications/search.html", form=form, search=search_queries.as_view(found))


@blueprint.post("/notices/searches/<int(max=2147483647):search_id>")
@access("signed-in")
def rename_search(search_id: int) -> Any:
    """Take another name for a search."""
    allow_write()
    found, form = _found(search_id), SearchNameForm()
    if not form.validate():
        return render_template("notifications/search.html", form=form, search=search_queries.as_view(found)), 422
    search_operations.rename(current_actor(), found, form.title.data)
    flash_done(_("The new name is saved."))
    return see_other(path("notifications.searches"))


@blueprint.post("/notices/searches/<int(max=2147483647):search_id>/<any(pause, resume, delete):act>")
@access("signed-in")
def change_search(search_id: int, act: str) -> Any:
    """Let a search rest or go on, or delete it."""
    allow_write()
    actor, found = current_actor(), _found(search_id)
    if act == "pause":
        search_operations.pause(actor, found)
        flash_done(_("This search is paused. We tell you nothing of it until you resume it."))
    elif act == "resume":
        search_operations.resume(actor, found)
        flash_done(_("This search is active again."))
    else:
        search_operations.remove(actor, found)
        flash_done(_("The search is deleted."))
    return see_other(path("notifications.searches"))
