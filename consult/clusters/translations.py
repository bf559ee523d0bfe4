"""The list "to translate": texts that are missing in a language or that a machine made, and entering a translation."""

from __future__ import annotations

from dataclasses import dataclass

from consult.clusters import columns, editing, rules
from consult.clusters.models import Cluster, ClusterVersion
from consult.core.access import Actor
from consult.core.errors import NotFound, Refused
from consult.core.i18n import LANGUAGES, _


@dataclass(frozen=True)
class Text:
    """A text of a portrait in one language: where it stands, its words, how it came about, and the other language's."""

    name: str
    language: str
    words: str
    state: str
    other: str
    other_words: str
    other_state: str


def text_of(cluster: Cluster, name: str, language: str) -> Text:
    """One text of a portrait; NotFound for a field or language that there is none of."""
    if name not in columns.TEXTS or language not in LANGUAGES:
        raise NotFound(_("There is no such text."))
    other = next(one for one in LANGUAGES if one != language)
    texts: dict[str, str] = getattr(cluster, name) or {}
    return Text(
        name, language, texts.get(language, ""), columns.text_state(cluster, name, language), other,
        texts.get(other, ""), columns.text_state(cluster, name, other),
    )  # fmt: skip


def texts_of(cluster: Cluster) -> list[Text]:
    """All texts of a portrait with their states."""
    return [text_of(cluster, name, language) for name in columns.TEXTS for language in LANGUAGES]


def gaps_of(cluster: Cluster) -> list[Text]:
    """The texts of a portrait that are to be translated."""
    places = [one.partition(":") for one in cluster.text_gaps.split()]
    return [text_of(cluster, name, language) for name, _colon, language in places]


def enter(
    actor: Actor, cluster: Cluster, place: Text, words: str, state: str, seen: str
) -> ClusterVersion:  # fmt: skip
    """An editor enters a translation: a change like any other, with the state of the text."""
    if not rules.is_editor(actor):
        raise Refused(_("Your account has no right to this page."))
    document = {
        "values": {f"{place.name}_{place.language}": words} if words != place.words else {},
        "states": {place.name: {place.language: state}},
    }
    return editing.send(actor, cluster.id, editing.Sent(document, seen, language=place.language))
