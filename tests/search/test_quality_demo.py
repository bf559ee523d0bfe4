"""How well the search finds in what is shipped: facts and examples, asked as people would ask; and in which order.

The order is compared with the published formula, worked out here from the texts themselves: as both databases must agree
with it, they agree with each other.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from consult.core.registry import describe
from consult.search.analyse import tokens
from consult.search.asking import Group, query_groups
from consult.search.models import SearchDoc, SearchWord
from consult.search.queries import search_hits
from consult.search.vocabulary import did_you_mean, widened
from tests.search.test_quality import TABLE

# query -> beginnings of the titles that must be found, judged by reading; everything else that is found counts as wrong
ASKED = {
    "Prüfstand": "Beispiel: Prüfstand|Partner für Werkstoffpr|Erfahrungsaustausch: wie|"
    "Freie Prüfstand|Beispiel: Tag der off|Kommentar zu »Freie Pr",
    "Pruefstaende": "Beispiel: Prüfstand|Partner für Werkstoffpr|Erfahrungsaustausch: wie|"
    "Freie Prüfstand|Beispiel: Tag der off|Kommentar zu »Freie Pr",
    "Klimakammer": "Freie Prüfstand",
    "Klimaschrank": "Freie Stunden in unserem",
    "Kunststoff Medizin": "Beispiel: Online-Koop|Werkstoffsprechstunde|PolymerMat|TechnologyMountains",
    **dict.fromkeys(
        ("Auszubildende", "Azubi", "Lehrling"),
        "Initiative Erfurter|Azubi-Werbetage: ein|Industrieerleben|Beispiel: Azubi-Werbetag Metall|"
        "Beispiel: Azubi-Werbetage mit|14. Berufsinfo|Tag im Unternehmen",
    ),
    **dict.fromkeys(
        ("KI", "künstliche Intelligenz"),
        "Gemeinsame Prüfung von KI|CyberForum|bwcon|Virtual Dimension|Software-Cluster|Automotive Cluster Ost",
    ),
    "Krankenhaus": "Klinische Testpartner|Cluster Medizintechnologie",
    "KMU": "Baltic Virtual|Mechatronik BW|automotive thür",
    "additive Fertigung": "Protonetz|MInD",
    "Ausbildung Bus": "Azubi-Werbetage: ein",
    "Messestand": "Gemeinschaftsstand mit",
    "Gemeinschaftsstände": "Gemeinschaftsstand mit|Gemeinschaftsstand ost",
    "Batterie": "Beispiel: Datenraum|Ein Datenblatt|Kommentar zu »Ein Datenb",
    "Solaranlage": "Balkonlabor",
    "Frauen Photonik": "Women in Photonics|Treffen des Netzwerks Women",
    "KI-Modelle": "Gemeinsame Prüfung von KI",
    "Sprachmodelle": "Gemeinsame Prüfung von KI",
    "Laborgutschein": "Laborwochen-Gutschein|Kommentar zu »Laborwochen|Innovationsgutschein",
    "Innovationsgutscheine": "Innovationsgutschein",
    "Grundfinanzierung": "Fünf Jahre",
    "Netzwerk Finanzierung": "Fünf Jahre",
    "Ersatzteil": "Ersatzteile drucken",
    "Klinik": "Klinische Testpartner|Cluster Medizintechnologie|Laborwochen",
    "Finnland": "Testfeld für Frost|Internationalisierung: vom|MInD|Winterstrecke",
    "Singapur": "Delegation des Software-Clusters in Singapur|Internationalisierung: vom|SCIKE|Software-Cluster",
    "Spitzencluster": "Spitzencluster-W|Internationalisierung von|Solarvalley|"
    "Bundesministerium für Bild|Cluster-Brunch mit|BioRN",
    "Existenzgründung": "Existenzgründungsm|Cluster-Initiativen als",
    "Delegationsreise": "Delegation des Software-Clusters in Singapur|Delegation des Software-Clusters in San",
    "Kooperationsbörse": "Beispiel: Online-Koop|Deutsch-französischer|International Cluster Match",
    "Boerse": "Beispiel: Online-Koop|Deutsch-französischer|International Cluster Match",
    "Erfahrungsaustausch": "Erfahrungsaustausch: wie|Treffen des Netzwerks Women|Cluster-Dialog",
    "Thueringen Kunststoff": "PolymerMat",
    "medical devices": "A test week",
    "printed sensors": "Twin laboratories",
    "Logistik": "Kommentar zu »Azubi-W",
    "Technologietransfer": "Crossclustering",
    "Mannheim": "Cluster Medizintechnologie|Stadt Mannheim|DELIVER|Cluster Elektromob|MMT-Cluster",
    "Erfurter Kreuz": "Initiative Erfurter|Industrieerleben",
    "Datenblatt": "Ein Datenblatt|Beispiel: Datenraum",
    "Winter Straße": "Winterstrecke|Testfeld für Frost",
    "Frostsensor": "Testfeld für Frost",
    "Brauereien": "Innovationsgutschein",
}  # fmt: skip
MISSPELT = {
    "Photonk": "photonik", "Kooperatonsbörse": "kooperationsbörse", "Medizintechnick": "medizintechnik",
    "Spitzenclutser": "spitzencluster", "Prüfstnad": "prüfstand", "Balkonlbaor": "balkonlabor",
    "Grundfinazierung": "grundfinanzierung", "Ohotonik": "photonik", "Thürigen": "thüringen", "Azubi": None,
    "Prüfstände": None, "Xyzzyqwert": None,
}  # fmt: skip


def test_asked_of_what_is_shipped(demo: Any, capsys: Any) -> None:
    missing, wanted, good, found_in_all = [], 0, 0, 0
    for query, titles in ASKED.items():
        hits = search_hits(query)
        infos = describe((hit.kind, hit.id) for hit in hits)
        found = [info.title for info in infos.values()]
        due = titles.split("|")
        right = {begin for begin in due if any(title.startswith(begin) for title in found)}
        wanted, good, found_in_all = wanted + len(due), good + len(right), found_in_all + len(found)
        missing += [f"{query!r}: {begin!r} is missing" for begin in due if begin not in right]
    with capsys.disabled():
        print(f"\n{len(ASKED)} queries of the examples: recall {good}/{wanted}, precision {good}/{found_in_all}")
    assert not missing, "\n".join(missing)
    assert good / found_in_all > 0.93


def test_misspelt_words_of_what_is_shipped(demo: Any) -> None:
    assert {query: did_you_mean(query) for query in MISSPELT} == MISSPELT


def _earned(groups: list[Group], title: set[str], text: set[str]) -> int | None:
    """The published points of a document; None where it does not match."""
    score = 0
    for group in groups:
        alone = {*group.stems, group.exact, *group.ends}
        if not text & alone and not any(text.issuperset(some) for some in group.together):
            return None
        score += 2 * bool(title & {*group.stems, group.exact}) + (group.exact in title)
    return score + text.issuperset(group.exact for group in groups)


def test_the_order_is_the_published_one(demo: Any, db: Any) -> None:
    documents = []
    for row in db.session.execute(select(SearchDoc)).scalars():
        title = {*tokens(row.title, row.language).split(), *tokens(row.title_en, "en").split()}
        text = {*title, *tokens(row.body, row.language).split(), *tokens(row.body_en, "en").split()}
        documents.append((row, title, text))
    oldest = datetime(1, 1, 1, tzinfo=UTC)
    seen = sorted(db.session.execute(select(SearchWord.word)).scalars())[::9]
    spelled_out = [word.replace("ä", "ae").replace("ö", "oe").replace("ü", "ue") for word in seen]
    asked = [*ASKED, *(query for query, _wanted, _tolerated in TABLE), "Cluster", "Netzwerk der Region"]
    for query in dict.fromkeys((*asked, *seen, *spelled_out)):
        groups = widened(query_groups(query))
        rated = [(_earned(groups, title, text), row) for row, title, text in documents] if groups else []
        best = sorted(((score, row.at or oldest, row.id) for score, row in rated if score is not None), reverse=True)
        assert [hit.document_id for hit in search_hits(query)] == [doc_id for _score, _at, doc_id in best], query
