"""The types of links: which there are and how each reads from either side.

The types of the shipped relations come from `relation_types.csv`; what an idea may say about other things is added
here. A type that is in neither list reads as its code, so imported data stays readable.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from consult.core.i18n import _l
from consult.core.vocabularies import vocabulary

HOST = "host"

# What an idea or an offer says: (outgoing, incoming). "funds" leads from the funder to the funded.
IDEA_TYPES: dict[str, tuple[Any, Any]] = {
    "relates_to": (_l("relates to"), _l("is taken up by")),
    "proposes": (_l("wants to cooperate with"), _l("is wanted for cooperation by")),
    "contributes": (_l("contributes to"), _l("receives a contribution from")),
    "pilot_site": (_l("proposes as pilot site"), _l("is proposed as pilot site by")),
    "funds": (_l("gives money to"), _l("receives money from")),
    "complements": (_l("complements"), _l("is complemented by")),
    "builds_on": (_l("builds on"), _l("is built on by")),
}
_AS_HOST = (_l("proposes as host"), _l("is proposed as host by"))

# Codes of the shipped examples (`link_kinds.csv`) -> type and role.
SHIPPED_KINDS: dict[str, tuple[str, str]] = {
    "relates-to": ("relates_to", ""),
    "wants-cooperation": ("proposes", ""),
    "proposes-as-host": ("proposes", HOST),
    "builds-on": ("builds_on", ""),
}


@dataclass(frozen=True)
class LinkType:
    """A type with the kinds of its ends; empty sets mean any."""

    code: str
    from_kinds: frozenset[str] = frozenset()
    to_kinds: frozenset[str] = frozenset()

    def fits(self, from_kind: str, to_kind: str) -> bool:
        return (not self.from_kinds or from_kind in self.from_kinds) and (not self.to_kinds or to_kind in self.to_kinds)


def link_type(code: str) -> LinkType | None:
    """The type of this code, or None if there is no such type."""
    if code in IDEA_TYPES:
        return LinkType(code)
    term = vocabulary("relation_types").get(code)
    if term is None:
        return None
    return LinkType(
        code,
        frozenset(filter(None, term.extra.get("from_types", "").split(";"))),
        frozenset(filter(None, term.extra.get("to_types", "").split(";"))),
    )


def relation_label(code: str, outgoing: bool = True, role: str = "") -> str:
    """How the relation reads in the reader's language, seen from its beginning (`outgoing`) or from its end."""
    if code in IDEA_TYPES:
        words = _AS_HOST if code == "proposes" and role == HOST else IDEA_TYPES[code]
        return str(words[0 if outgoing else 1])
    term = vocabulary("relation_types").get(code)
    if term is None:
        return code
    return term.title() if outgoing else term.text("inverse")
