"""The list of programmes as a search that people keep: what is new in it, with its own filters."""

from __future__ import annotations

from datetime import datetime

from flask import current_app

from consult.core.i18n import _l
from consult.core.registry import SavedList, SubjectInfo
from consult.programmes import queries, subjects
from consult.programmes.filters import selection_of_address, topic_titles

MOST = 20


def newest(query: dict[str, list[str]], since: datetime, until: datetime) -> list[SubjectInfo]:
    """Programmes that the filters leave, entered since then. A filter that means nothing any more finds nothing."""
    with current_app.test_request_context("/", query_string=query):
        selection = selection_of_address(topic_titles())
    if any(query.get(name) and not getattr(selection, name) for name in queries.FILTERS):
        return []
    return [subjects.info(one) for one in queries.entered_between(selection, since, until, MOST)]


LIST = SavedList("programmes", _l("Programmes"), "programmes.index", (*queries.FILTERS, "q"), newest)
