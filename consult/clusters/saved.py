"""The directory as a search that people keep: portraits that are new in it, with its own filters."""

from __future__ import annotations

from datetime import datetime

from werkzeug.datastructures import MultiDict

from consult.clusters import forms, queries, subjects
from consult.core.i18n import _l
from consult.core.registry import SavedList, SubjectInfo

MOST = 20
NAMES = (*forms.BY_NAME, forms.TOPIC)


def newest(query: dict[str, list[str]], since: datetime, until: datetime) -> list[SubjectInfo]:
    """Portraits that the filters leave, entered since then. A filter that means nothing any more finds nothing."""
    selection = forms.selection_of(MultiDict(query))
    if any(query.get(name) and not selection.codes.get(name) for name in NAMES):
        return []
    return [subjects.info(one) for one in queries.entered_between(selection, since, until, MOST)]


LIST = SavedList("clusters", _l("Clusters"), "clusters.index", (*NAMES, "q"), newest)
