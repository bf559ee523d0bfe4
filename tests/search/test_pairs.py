"""Pairs of texts that say the same in other words, German, English and across: how often one is found from the other.

Each text stands in the index; from the second of a pair the first must be found among all others. Words and runs of
characters do it by default, sentence vectors where the extra is installed and on. The figures are printed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select

from consult.core import jobs
from consult.core.registry import Searchable, SearchDocument, SubjectInfo, SubjectKind, registries
from consult.search import operations, vectors
from consult.search.models import SearchVector
from consult.search.similar import similar

# (languages, a text, the same in other words)
PAIRS = (
    ("de", "Prüfstände über Ländergrenzen gemeinsam nutzen", "Betriebe aus zwei Ländern teilen sich ihre Prüfstände"),
    ("de", "Sprechstunde für Werkstofffragen im Technologiezentrum", "Einmal im Monat beraten Fachleute zu Werkstoffen"),
    ("de", "Azubis lernen reihum in mehreren Betrieben", "Auszubildende wechseln zwischen Firmen des Verbunds"),
    ("de", "Ein Gemeinschaftsstand auf der Leitmesse", "Kleine Firmen stellen an einem gemeinsamen Messestand aus"),
    ("de", "Gutscheine für Laborwochen an der Hochschule", "Mit einem Gutschein mieten kleine Unternehmen ein Labor"),
    ("de", "Ein Formular statt sieben: Anträge vereinfachen", "Weniger Papier bei Anträgen, ein einziges Formular"),
    ("de", "Wasserstoff aus Windstrom für die Gießereien", "Gießereien heizen mit Wasserstoff, den Windräder erzeugen"),
    ("de", "Abwärme der Brauerei heizt das Nachbargebäude", "Nachbarn nutzen die Wärme, die beim Brauen übrig bleibt"),
    ("de", "Sprachkurse für Fachkräfte aus dem Ausland", "Zugewanderte Fachleute lernen im Betrieb Deutsch"),
    ("de", "Gebrauchte Batterien bekommen ein Datenblatt", "Zu jedem alten Akku gibt es ein Blatt mit Angaben"),
    ("de", "Ersatzteile aus dem 3D-Drucker", "Wir drucken Ersatzteile, bevor die Anlage steht"),
    ("de", "Gründerinnen finden erfahrene Patinnen", "Erfahrene Unternehmerinnen begleiten Gründerinnen"),
    ("de", "Lieferketten offen legen, ohne Preise zu nennen", "Zulieferer zeigen freie Kapazitäten, Preise bleiben geheim"),
    ("de", "Sensoren melden Frost auf der Straße", "Frostsensoren am Straßenrand warnen den Winterdienst"),
    ("de", "Drohnen prüfen Windräder", "Die Prüfung von Windrädern übernehmen Drohnen"),
    ("en", "A test week in foreign hospitals", "For a week companies test their devices in hospitals abroad"),
    ("en", "Twin laboratories print the same sensor", "Two labs print one sensor with the same recipe"),
    ("en", "A shared board of open problems", "Networks publish the problems they cannot solve on one board"),
    ("en", "Robots that clean surgical instruments", "A cleaning robot for surgical trays"),
    ("en", "Recycling carbon fibre from aircraft", "Carbon fibres of old aircraft are recycled into new parts"),
    ("en", "Exchange of apprentices between regions", "Apprentices of two regions swap places for a month"),
    ("en", "Open data about energy use in industry", "Factories publish data on how much energy they use"),
    ("en", "A voucher for prototypes", "Start-ups pay for their first prototype with a voucher"),
    ("de-en", "Eine Plattform für Photonik und Sensorik", "A platform for photonics and sensor technology"),
    ("de-en", "Künstliche Intelligenz in der Fertigung", "Artificial intelligence in manufacturing"),
    ("de-en", "Krankenhäuser erproben neue Geräte", "Hospitals try out new devices"),
    ("de-en", "Junge Menschen für Technik begeistern", "Getting young people excited about engineering"),
    ("de-en", "Der Bus bringt Schulklassen in die Betriebe", "School classes visit companies by coach"),
    ("de-en", "Gemeinsamer Einkauf von Rohstoffen", "Buying raw materials together"),
    ("de-en", "Weniger Bürokratie bei Fördermitteln", "Less red tape in public funding"),
    ("de-en", "Wohnungen für zugezogene Beschäftigte", "Housing for employees who move here"),
    ("de-en", "Schutz vor Cyberangriffen für kleine Firmen", "Protecting small businesses against hackers"),
)  # fmt: skip
KIND = "project"  # one of the kinds that get vectors; its own documents are put aside for the test


@pytest.fixture
def texts(app: Any, db: Any) -> Iterator[dict[int, SearchDocument]]:
    found: dict[int, SearchDocument] = {}
    for number, (languages, first, second) in enumerate(PAIRS, 1):
        spoken = (languages[:2], languages[-2:])
        for key, text, language in ((2 * number, first, spoken[0]), (2 * number + 1, second, spoken[1])):
            found[key] = SearchDocument(KIND, key, "", text, language)

    def documents(ids: Sequence[int] | None) -> Iterable[SearchDocument]:
        return [one for key, one in found.items() if ids is None or key in ids]

    def describe(ids: Sequence[int]) -> dict[int, SubjectInfo]:
        return {key: SubjectInfo(KIND, key, found[key].body, f"/de/{key}") for key in ids if key in found}

    kept = registries.searchables[KIND], registries.subjects[KIND]
    registries.searchables[KIND] = Searchable(KIND, documents, "Projekte")
    registries.subjects[KIND] = SubjectKind(KIND, "Projekt", describe, lambda key: None)
    operations.refresh({(KIND, key) for key in found})
    db.session.commit()
    yield found
    registries.searchables[KIND], registries.subjects[KIND] = kept


@pytest.fixture
def vectors_on(app: Any) -> Iterator[None]:
    assert vectors.is_installed(), "the packages for development hold the extra"
    before = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(before, sentence_vectors=True)
    yield
    app.config["SETTINGS"] = before


def figures(texts: dict[int, SearchDocument]) -> dict[str, tuple[float, float, float]]:
    """(share of first places, share of places one to three, mean reciprocal rank) by languages of the pair."""
    places: dict[str, list[int]] = {}
    for number, (languages, _first, second) in enumerate(PAIRS, 1):
        found = similar(second, texts[2 * number + 1].language, KIND, but=2 * number + 1, limit=10)
        keys = [one.info.id for one in found]
        places.setdefault(languages, []).append(keys.index(2 * number) + 1 if 2 * number in keys else 0)
    return {
        languages: (
            sum(place == 1 for place in some) / len(some),
            sum(1 <= place <= 3 for place in some) / len(some),
            sum(1 / place for place in some if place) / len(some),
        )
        for languages, some in places.items()
    }


def show(capsys: Any, method: str, found: dict[str, tuple[float, float, float]]) -> None:
    with capsys.disabled():
        for languages, (first, three, mean) in found.items():
            print(
                f"\n{len(PAIRS)} pairs by {method}, {languages}: first {first:.2f}, in three {three:.2f}, MRR {mean:.2f}"
            )


def test_pairs_by_words_and_runs_of_characters(texts: Any, capsys: Any) -> None:
    found = figures(texts)
    show(capsys, "words and characters", found)
    assert found["de"][1] >= 0.8
    assert found["en"][1] >= 0.8


def test_pairs_by_sentence_vectors(texts: dict[int, SearchDocument], vectors_on: None, db: Any, capsys: Any) -> None:
    jobs.enqueue("search.vectors")
    db.session.commit()
    jobs.run_due()
    found = figures(texts)
    show(capsys, "sentence vectors", found)
    assert found["de"][1] >= 0.85
    assert found["en"][1] >= 0.85
    assert found["de-en"][1] >= 0.85
    # a text that goes takes its vector and its place among the nearest with it, in the same commit
    count = db.session.execute(select(func.count()).select_from(SearchVector)).scalar_one()
    body, language = texts[3].body, texts[3].language
    assert similar(body, language, KIND, but=3)[0].likeness.by_sense
    del texts[2]
    operations.refresh({(KIND, 2)})
    db.session.commit()
    assert db.session.execute(select(func.count()).select_from(SearchVector)).scalar_one() == count - 1
    assert 2 not in {one.info.id for one in similar(body, language, KIND, but=3)}
    # a changed one is compared as before, by words, until a job has come to it
    texts[3] = replace(texts[3], body="Etwas ganz anderes: Balkone mit Solarzellen")
    operations.refresh({(KIND, 3)})
    db.session.commit()
    assert all(one.likeness.by_sense is None for one in similar(texts[3].body, "de", KIND, but=3))


def test_without_the_setting_no_vector_is_made(texts: Any, db: Any) -> None:
    jobs.enqueue("search.vectors")
    db.session.commit()
    jobs.run_due()
    assert db.session.execute(select(func.count()).select_from(SearchVector)).scalar_one() == 0
