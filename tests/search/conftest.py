"""A small corpus that was written for the search: its texts differ by words that people mix up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from consult.core.db import db
from consult.core.registry import Searchable, SearchDocument, SubjectInfo, SubjectKind, registries
from consult.search import operations

CORPUS = {
    1: ("Prüfstände über Ländergrenzen teilen", "Freie Stunden am Klimaschrank sollen alle Betriebe buchen können."),
    2: ("Werkstoffsprechstunde im Technologiezentrum", "Fachleute beraten kleine Firmen zu Kunststoffen und Metallen."),
    3: ("Förderung von Clustern vereinfachen", "Anträge kürzer, Bescheide schneller, weniger Papier."),
    4: ("Forderungen an die Verwaltung", "Wir verlangen feste Ansprechpartner."),
    5: ("Kooperationsbörse Medizintechnik", "Kliniken und Hersteller treffen sich an der Hochschule."),
    6: ("Wasserstoff für den Maschinenbau", "Ein Reallabor zeigt, was mit Brennstoffzellen geht."),
    7: ("Messestand zweier Länder in Mailand", "Gemeinsamer Auftritt der Möbelindustrie auf der Leitmesse."),
    8: (
        "Ausbildungsverbund der Gießereien",
        "Auszubildende wechseln zwischen den Betrieben an der Straße der Industrie.",
    ),
    9: ("Photonik trifft Biogas", "Sensoren messen die Gärung. Partner aus Jena und Österreich."),
    10: ("Fachkräfte aus dem Ausland", "Sprachkurse, Wohnungen und Patenschaften für neue Kolleginnen."),
    11: ("Gutscheine für Laborwochen", "Kleine Unternehmen lernen Geräte kennen, die sie nicht kaufen können."),
    12: ("Lieferketten offen legen", "Zulieferer zeigen freie Kapazitäten, ohne Preise zu nennen."),
    13: ("Das Netz der Netzwerke", "Ein Register aller Clusterorganisationen Europas."),
    14: ("Künstliche Intelligenz in der Fertigung", "KI-Projekte brauchen Daten, die den Betrieben gehören."),
    15: ("Grüne Chemie", "Lösungsmittel zurückgewinnen, Abfälle vermeiden, Größenvorteile nutzen."),
    16: ("Quereinstieg im Handwerk", "Maßgeschneiderte Kurse für Menschen über fünfzig."),
    17: ("Gründerinnen und Gründer begleiten", "Erfahrene Unternehmer öffnen ihre Türen für Start-ups."),
    18: ("Energieeffizienz in Gewerbegebieten", "Abwärme der Brauerei heizt die Halle nebenan."),
    19: ("Autobau und Zulieferung im Wandel", "Vom Verbrennungsmotor zum elektrischen Antrieb."),
    20: ("Bürokratie abbauen", "Ein Formular statt sieben, überall dasselbe."),
}
ENGLISH = {
    21: ("Nordic hospital test week", "Companies test their devices in hospitals across borders."),
    22: ("Sharing laboratories", "Small businesses rent equipment for weeks, with training."),
}
# in both languages: (title, body, English title, English body)
BOTH = {23: ("Leichtbaunetz", "Faserverbund und Guss.", "Lightweight design network", "Fibre composites and castings.")}


Documents = dict[int, SearchDocument]


@contextmanager
def on_the_shelf(known: Callable[[], Documents], label: str = "Bücher") -> Iterator[None]:
    """A searchable kind of the tests' own, "book": what is known of it, each time that it is asked."""

    def documents(ids: Sequence[int] | None) -> Iterable[SearchDocument]:
        return [one for key, one in known().items() if ids is None or key in ids]

    def describe(ids: Sequence[int]) -> dict[int, SubjectInfo]:
        found = known()
        return {key: SubjectInfo("book", key, found[key].title, f"/de/books/{key}") for key in ids if key in found}

    registries.searchables["book"] = Searchable("book", documents, label)
    registries.subjects["book"] = SubjectKind("book", "Buch", describe, lambda key: None)
    try:
        operations.refresh({("book", key) for key in known()})
        db.session.commit()
        yield
    finally:
        registries.searchables.pop("book", None)
        registries.subjects.pop("book", None)


@pytest.fixture
def corpus(app: Any) -> Iterator[Documents]:
    def at(key: int) -> datetime:
        return datetime(2026, 1, key, tzinfo=UTC)

    found = {
        key: SearchDocument("book", key, *texts, "de", at(key), {"region": ["DEG0" if key % 2 else "DE111"]})
        for key, texts in CORPUS.items()
    }
    found |= {key: SearchDocument("book", key, *texts, "en", at(key)) for key, texts in ENGLISH.items()}
    for key, (title, body, title_en, body_en) in BOTH.items():
        found[key] = SearchDocument("book", key, title, body, "de", at(key), title_en=title_en, body_en=body_en)

    with on_the_shelf(lambda: found):
        yield found
