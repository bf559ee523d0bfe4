"""The filters of the list of programmes: what the address asks for, and how the page offers them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import request

from consult.core.i18n import _
from consult.core.registry import SubjectInfo, registries
from consult.core.templating import with_query
from consult.core.text import clean_line
from consult.core.vocabularies import vocabulary
from consult.programmes.queries import Selection

LONGEST = 200  # characters of the words sought
LISTS = {"level": "programme_levels", "kind": "programme_kinds"}


def topic_titles() -> dict[str, SubjectInfo]:
    """The topics that programmes may carry, which the room above knows, by their codes (one query)."""
    subject = registries.subjects.get("topic")
    known = subject.picker("", 100) if subject is not None and subject.picker is not None else []
    return {one.key: one for one in known}


def selection_of_address(topics: Mapping[str, SubjectInfo]) -> Selection:
    """What the address asks for; a code that is in no list counts as not chosen."""
    chosen = {name: code for name in LISTS if (code := request.args.get(name, "")) in vocabulary(LISTS[name])}
    topic = request.args.get("topic", "")
    return Selection(
        **chosen, topic=topic if topic in topics else "", open="1" if request.args.get("open") == "1" else "",
        q=clean_line(request.args.get("q"))[:LONGEST],
    )  # fmt: skip


def _options(name: str, everything: str, titles: Iterable[tuple[str, str]], chosen: str, counts: Any) -> dict[str, Any]:
    options: list[dict[str, Any]] = [{"value": "", "label": everything, "checked": not chosen}]
    options += [
        {"value": code, "label": title, "count": counts.get((name, code), 0), "checked": chosen == code}
        for code, title in titles
        if counts.get((name, code)) or chosen == code
    ]
    return {"name": name, "kind": "radio", "options": options}


def filter_groups(
    selection: Selection, counts: Mapping[tuple[str, str], int], topics: Mapping[str, SubjectInfo]
) -> list[dict[str, Any]]:
    """The filters: whether one can apply now, then one choice each, with "all" first."""
    now_open = {
        "value": "1",
        "label": _("One can apply now"),
        "count": counts.get(("open", "1"), 0),
        "checked": bool(selection.open),
    }
    legends = {"level": (_("Level"), _("All levels")), "kind": (_("Kind"), _("All kinds"))}
    groups: list[dict[str, Any]] = [{"name": "open", "legend": _("Calls"), "options": [now_open]}]
    for name, listed in LISTS.items():
        titles = [(term.code, term.title()) for term in vocabulary(listed)]
        group = _options(name, legends[name][1], titles, getattr(selection, name), counts)
        groups.append({**group, "legend": legends[name][0]})
    titles = [(code, info.title) for code, info in topics.items()]
    groups.append({**_options("topic", _("All topics"), titles, selection.topic, counts), "legend": _("Topic")})
    return groups


def chips(selection: Selection, topics: Mapping[str, SubjectInfo]) -> list[dict[str, str]]:
    """What is chosen, each with the address of the list without it."""
    words = {"q": _("“%(words)s”", words=selection.q)} if selection.q else {}
    words |= {
        name: vocabulary(listed).title(code) for name, listed in LISTS.items() if (code := getattr(selection, name))
    }
    if selection.topic:
        words["topic"] = topics[selection.topic].title
    if selection.open:
        words["open"] = _("One can apply now")
    return [{"label": label, "url": with_query(**{name: None})} for name, label in words.items()]
