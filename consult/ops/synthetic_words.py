"""German sentences with a natural distribution of words, for load tests; the same seed gives the same text.

Word frequencies fall like 1/rank (Zipf), so that a search meets rare, middling and common words as in real text:
"Photonik" occurs in two to five of a hundred ideas.
"""

from __future__ import annotations

import itertools
from random import Random

NOUNS = """Betrieb Cluster Netzwerk Projekt Partner Region Unternehmen Zusammenarbeit Austausch Förderung Fachkräfte
Prüfstand Werkstoff Forschung Entwicklung Kunststoff Maschine Sensorik Software Datenraum Labor Messung Lieferkette
Ausbildung Weiterbildung Gründung Export Messe Kalender Gutschein Hochschule Institut Kammer Verband Landkreis Batterie
Energie Wasserstoff Solartechnik Medizintechnik Photonik Optik Mikrosystem Roboter Automation Logistik Verpackung
Textil Holz Metall Guss Druckluft Oberfläche Beschichtung Laser Halbleiter Fertigung Montage Werkzeugbau Formenbau
Handwerk Bauwirtschaft Gebäude Wohnung Quartier Verkehr Schiene Fahrzeug Elektromobilität Ladepunkt Recycling Kreislauf
Biotechnologie Pharma Diagnostik Klinik Pflege Lebensmittel Ernährung Landwirtschaft Brauerei Glas Keramik Leichtbau
Luftfahrt Raumfahrt Satellit Verwaltung Antrag Nachweis Bericht Vertrag Haftung Versicherung Norm Zertifikat Patent
Geheimnis Wettbewerb Markt Kundschaft Vertrieb Einkauf Preis Kosten Umsatz Investition Kredit Bürgschaft Beratung
Coaching Werkstatt Sprechstunde Stammtisch Exkursion Praktikum Lehrstelle Auszubildende Schule Bus Fahrplan Breitband
Plattform Schnittstelle Datenblatt Modell Zwilling Simulation Prototyp Versuch Muster Serie Ersatzteil Wartung
Ausfall Reparatur Lager Bestand Planung Steuerung Führung Nachfolge Vielfalt Sprache Übersetzung Grenze Nachbarland
Finnland Polen Tschechien Frankreich Niederlande Österreich Schweiz Korea Brasilien Singapur Ostsee Alpenraum""".split()
VERBS = """teilen öffnen prüfen verbinden suchen bieten planen erproben bündeln vergleichen messen entwickeln fördern
vermitteln begleiten übernehmen veröffentlichen vereinbaren senken erweitern""".split()
ADJECTIVES = """gemeinsam klein digital regional offen frei neu langfristig einfach verlässlich grenzüberschreitend
mittelständisch fachübergreifend technisch schnell nachvollziehbar""".split()
PLACES = ("im Südwesten", "in der Nachbarregion", "über die Landesgrenze", "vor Ort", "im Ausland", "online", "im Verbund")
FRAMES = (
    "Wir möchten {noun} und {other} {adjective} {verb}.",
    "Bisher fehlt {place} eine Stelle, die {noun} und {other} zusammenbringt.",
    "Unser Betrieb hat mit {noun} {adjective} gearbeitet und dabei {other} gebraucht.",
    "Wer {noun} anbietet, sollte {other} {place} {verb} können.",
    "Nach {number} Monaten war klar, dass {noun} ohne {other} wenig bringt.",
    "Der nächste Schritt ist ein Versuch mit {number} Betrieben {place}: {noun}, {other} und {third}.",
    "Gespart haben wir rund {number}.000 Euro, weil {noun} {adjective} geplant war.",
    "Es geht um {noun}, {other} und {third}, {adjective} organisiert.",
)
TITLES = (
    "{noun} und {other} {adjective} {verb}",
    "{noun} {place} {verb}",
    "{adjective} {noun} für {number} Betriebe",
    "Mehr {noun}, weniger {other}",
    "Was {noun} von {other} lernen kann",
)


class Writer:
    """Writes titles and paragraphs. Not thread-safe; one writer, one sequence."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)  # noqa: S311 - reproducible, not secret
        self._weights = list(itertools.accumulate(1 / (rank + 3) for rank in range(len(NOUNS))))

    def noun(self) -> str:
        return self.random.choices(NOUNS, cum_weights=self._weights)[0]

    def _fill(self, frame: str) -> str:
        pick = self.random.choice
        return frame.format(
            noun=self.noun(),
            other=self.noun(),
            third=self.noun(),
            verb=pick(VERBS),
            adjective=pick(ADJECTIVES),
            place=pick(PLACES),
            number=self.random.randint(2, 60),
        )

    def title(self) -> str:
        text = self._fill(self.random.choice(TITLES))
        return text[0].upper() + text[1:]

    def paragraph(self, sentences: int) -> str:
        return " ".join(self._fill(self.random.choice(FRAMES)) for _ in range(sentences))
