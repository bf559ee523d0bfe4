"""The shipped content keeps every rule, and every rule finds a record that breaks it.

Each case breaks one thing in a copy of the content and expects a sentence about it.
"""

from __future__ import annotations

import pickle
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from consult.data.check import FOLDER, check, faults, main
from consult.data.content import Content, read

Files = dict[str, Any]
Break = Callable[[Files, dict[str, dict[str, Any]]], Any]


@pytest.fixture(scope="module")
def pristine() -> Content:
    return read()


def test_the_shipped_content_is_clean() -> None:
    assert faults() == []


def _first(rows: list[dict[str, Any]], **having: Any) -> dict[str, Any]:
    """The first record with these keys and values; `...` means that the key is there."""
    return next(row for row in rows if all(k in row and (v is ... or row[k] == v) for k, v in having.items()))


def cluster(files: Files, **having: Any) -> dict[str, Any]:
    return _first(files["clusters"]["clusters"], **having)


def organisation(files: Files, **having: Any) -> dict[str, Any]:
    return _first(files["organisations"]["organisations"], **having)


def programme(files: Files, **having: Any) -> dict[str, Any]:
    return _first(files["programmes"]["programmes"], **having)


def project(files: Files, **having: Any) -> dict[str, Any]:
    return _first(files["projects"]["projects"], **having)


def activity(files: Files, **having: Any) -> dict[str, Any]:
    return _first(files["activities"]["activities"], **having)


def relation(files: Files, **having: Any) -> dict[str, Any]:
    return _first(files["relations"]["relations"], **having)


def month(files: Files) -> dict[str, Any]:
    return _first(files["topics"]["topics"], kind="topic-of-the-month")


def idea(files: Files, **having: Any) -> dict[str, Any]:
    return _first(files["ideas"]["ideas"], **having)


def comment(files: Files, **having: Any) -> dict[str, Any]:
    return _first(files["ideas"]["comments"], **having)


def consultation(files: Files) -> dict[str, Any]:
    return _first(files["open_region"]["consultations"], status="open")


def question(files: Files) -> dict[str, Any]:
    return consultation(files)["questions"][0]


def put(row: dict[str, Any], *path: Any) -> None:
    """`put(row, "seat", "city", "Jena")`: set a value at a path."""
    *way, last, value = path
    for step in way:
        row = row[step]
    row[last] = value


def _stray(files: Files) -> None:
    put(cluster(files), "strengths", "de", "\nEin Satz.")


EVERYWHERE: list[tuple[str, Break]] = [
    ("is not a slug", lambda f, v: put(cluster(f), "id", "Not A Slug")),
    ("id already used by", lambda f, v: put(project(f), "id", cluster(f)["id"])),
    ("unquoted date", lambda f, v: put(cluster(f, founded=...)["founded"][0], "value", date(1997, 7, 4))),
    ("unexpected boolean", lambda f, v: put(cluster(f), "short_name", True)),
    ("leave the key out when it is unknown", lambda f, v: put(cluster(f), "website", None)),
    ("never 0", lambda f, v: put(cluster(f, members=...)["members"][0], "value", 0)),
    ("stray line feeds", lambda f, v: _stray(f)),
    ("looks like a e-mail address",
     lambda f, v: put(cluster(f), "strengths", "de", "Fragen an info@example.org bitte")),
    ("looks like a phone number", lambda f, v: put(cluster(f), "strengths", "de", "Telefon 0361 1234567")),
    ("looks like a name of a person", lambda f, v: put(cluster(f), "strengths", "de", "Frau Mustermann leitet es")),
    ("neither a first text nor", lambda f, v: put(cluster(f), "strengths", "source", "irgendwo gelesen")),
    ("is not text", lambda f, v: put(cluster(f), "strengths", "source", [7])),
    ("is not in vocab/qualifiers.csv",
     lambda f, v: put(cluster(f, members=...)["members"][0], "qualifier", "roughly")),
    ("both derived and source", lambda f, v: put(cluster(f), "ecosystems", "source", "example.org")),
    ("is not a calendar date", lambda f, v: put(cluster(f, members=...)["members"][0], "as_of", "13.05.2015")),
    ("key 7 is not text", lambda f, v: put(cluster(f), "strengths", 7, "x")),
    ("needs both de and en", lambda f, v: cluster(f)["name"].pop("en")),
    ("en is empty", lambda f, v: put(cluster(f), "name", "en", " ")),
]  # fmt: skip

CONSULTATION: list[tuple[str, Break]] = [
    ("required key summary", lambda f, v: consultation(f).pop("summary")),
    ("vocab/consultation_statuses.csv", lambda f, v: put(f["open_region"]["consultations"][-1], "status", "asleep")),
    ("required key target_groups", lambda f, v: consultation(f).pop("target_groups")),
    ("vocab/target_groups.csv", lambda f, v: put(consultation(f), "target_groups", ["everybody"])),
    ("is not a relative date", lambda f, v: put(consultation(f), "opens", "2026-11-01")),
    ("expected 120 to 180", lambda f, v: put(consultation(f), "introduction", "de", "Zu kurz.")),
    ("required key help", lambda f, v: question(f).pop("help")),
    ("position out of order", lambda f, v: put(question(f), "position", 4)),
    ("vocab/target_groups.csv", lambda f, v: put(question(f), "addressed_to", ["everybody"])),
    ("vocab/sub_questions.csv", lambda f, v: question(f)["sub_questions"].append("made-up")),
    ("belongs to another question", lambda f, v: question(f)["sub_questions"].append("new-instruments")),
    ("sub-questions are lost or double", lambda f, v: question(f)["sub_questions"].pop()),
    ("unexpected questions", lambda f, v: put(question(f), "key", "profit")),
]  # fmt: skip

ORGANISATIONS: list[tuple[str, Break]] = [
    ("required key role", lambda f, v: organisation(f).pop("role")),
    ("vocab/organisation_types.csv", lambda f, v: put(organisation(f), "type", "club")),
    ("vocab/countries.csv", lambda f, v: put(organisation(f, country=...), "country", "XX")),
    ("vocab/legal_forms.csv", lambda f, v: put(organisation(f, legal_form=...), "legal_form", "value", "kg")),
    ("nuts1 is not a level 1 code", lambda f, v: put(organisation(f, nuts=...), "nuts", "nuts1", "DE11")),
    ("nuts2 does not lie in nuts1",
     lambda f, v: put(organisation(f, nuts=...), "nuts", {"nuts1": "DE1", "nuts2": "DEG0"})),
    ("derived without basis", lambda f, v: put(organisation(f, nuts=...), "nuts", {"nuts1": "DE1", "derived": True})),
    ("required key city", lambda f, v: organisation(f, seat=...)["seat"].pop("city")),
    ("domain 'https://", lambda f, v: put(organisation(f, website=...), "website", "domain", "https://x.org/")),
    ("vocab/alias_kinds.csv",
     lambda f, v: put(organisation(f), "aliases", [{"name": "X", "kind": "nick", "source": "x.org"}])),
    ("vocab/founding_kinds.csv",
     lambda f, v: put(organisation(f), "founded", [{"value": "2001", "of": "town", "source": "x.org"}])),
    ("value is not a whole number", lambda f, v: put(organisation(f, figures=...)["figures"][0], "value", "many")),
    ("vocab/figure_kinds.csv", lambda f, v: put(organisation(f, figures=...)["figures"][0], "kind", "heads")),
    ("vocab/forms.csv", lambda f, v: put(organisation(f, forms=...), "forms", ["circle"])),
    ("double value", lambda f, v: put(organisation(f, forms=...), "forms", ["cluster", "cluster"])),
]  # fmt: skip

CLUSTERS: list[tuple[str, Break]] = [
    ("required key stated_as", lambda f, v: cluster(f).pop("stated_as")),
    ("vocab/forms.csv", lambda f, v: put(cluster(f), "form", "value", "circle")),
    ("a form needs a source", lambda f, v: put(cluster(f), "form", "value", "cluster")),
    ("vocab/scope_levels.csv", lambda f, v: put(cluster(f), "scope", "value", "galactic")),
    ("named_in 'x.txt'", lambda f, v: put(cluster(f), "named_in", ["x.txt"])),
    ("vocab/legal_forms.csv", lambda f, v: put(cluster(f, legal_form=...), "legal_form", "value", "kg")),
    ("vocab/lifecycle.csv", lambda f, v: put(cluster(f, status=...), "status", "value", "asleep")),
    ("status: required key source", lambda f, v: cluster(f, status=...)["status"].pop("source")),
    ("status: required key as_of", lambda f, v: cluster(f, status=...)["status"].pop("as_of")),
    ("vocab/nuts2024_de.csv", lambda f, v: put(cluster(f), "regions_covered", "values", ["DEX"])),
    ("seat: required key city", lambda f, v: cluster(f, seat=...)["seat"].pop("city")),
    ("vocab/countries.csv", lambda f, v: put(cluster(f, seat=...), "seat", "country", "XX")),
    ("is not a section", lambda f, v: put(cluster(f), "nace", "sections", ["62"])),
    ("do not match divisions", lambda f, v: put(cluster(f), "nace", "divisions", ["26"])),
    ("main is not in the list", lambda f, v: put(cluster(f), "nace", "main", "01")),
    ("vocab/ecosystems.csv", lambda f, v: put(cluster(f), "ecosystems", "values", ["swamp"])),
    ("vocab/portfolios.csv", lambda f, v: put(cluster(f), "portfolio", "value", "all")),
    ("vocab/key_technologies.csv", lambda f, v: put(cluster(f), "key_technologies", "values", ["steam"])),
    ("needs derived: true or a source", lambda f, v: cluster(f)["portfolio"].pop("derived")),
    ("is not an agenda topic", lambda f, v: put(cluster(f), "topics", "values", ["weather"])),
    ("strengths: required key source", lambda f, v: cluster(f)["strengths"].pop("source")),
    ("vocab/services.csv", lambda f, v: put(cluster(f, services=...)["services"][0], "code", "catering")),
    ("vocab/openness_aspects.csv", lambda f, v: put(cluster(f, openness=...)["openness"][0], "aspect", "moon")),
    ("vocab/member_units.csv", lambda f, v: put(cluster(f, members=...)["members"][0], "unit", "heads")),
    ("value is not a whole number", lambda f, v: put(cluster(f, members=...)["members"][0], "value", "many")),
    ("neither as_of nor a note", lambda f, v: cluster(f, members=...)["members"][0].pop("as_of")),
    ("vocab/label_schemes.csv", lambda f, v: put(cluster(f, labels=...)["labels"][0], "scheme", "star")),
    ("level 'platinum' not in scheme", lambda f, v: put(cluster(f, labels=...)["labels"][0], "level", "platinum")),
    ("is not a calendar date", lambda f, v: put(cluster(f, labels=...)["labels"][0], "awarded", "May")),
    ("is not a calendar date", lambda f, v: put(cluster(f, founded=...)["founded"][0], "value", "long ago")),
    ("vocab/figure_kinds.csv", lambda f, v: put(cluster(f, figures=...)["figures"][0], "kind", "heads")),
    ("aliases[0]: required key source", lambda f, v: cluster(f, aliases=...)["aliases"][0].pop("source")),
    ("website: required key source", lambda f, v: cluster(f, website=...)["website"].pop("source")),
]  # fmt: skip

THINGS: list[tuple[str, Break]] = [
    ("required key level", lambda f, v: programme(f).pop("level")),
    ("vocab/programme_kinds.csv", lambda f, v: put(programme(f), "kind", "lottery")),
    ("vocab/programme_levels.csv", lambda f, v: put(programme(f), "level", "village")),
    ("vocab/nuts2024_de.csv", lambda f, v: put(programme(f, region=...), "region", "DEX")),
    ("is not an organisation", lambda f, v: put(programme(f, owner=...), "owner", f"cluster/{cluster(f)['id']}")),
    ("does not resolve", lambda f, v: put(programme(f, owner=...), "owner", "organisation/nobody")),
    ("is not an agenda topic", lambda f, v: put(programme(f), "topics", ["weather"])),
    ("vocab/figure_kinds.csv", lambda f, v: put(programme(f, results=...)["results"][0], "kind", "heads")),
    ("required key title", lambda f, v: project(f).pop("title")),
    ("required key source", lambda f, v: _first(f["projects"]["projects"], source=...).pop("source")),
    ("vocab/project_kinds.csv", lambda f, v: put(project(f), "kind", "party")),
    ("vocab/nuts2024_de.csv", lambda f, v: put(project(f, region=...), "region", "DEX")),
    ("vocab/countries.csv", lambda f, v: put(project(f, countries=...), "countries", ["XX"])),
    ("external_partners: required key name",
     lambda f, v: project(f, external_partners=...)["external_partners"][0].pop("name")),
    ("vocab/lifecycle.csv", lambda f, v: put(project(f), "status", {"value": "asleep"})),
    ("is not a relative date", lambda f, v: put(project(f, example=True), "start", {"value": "2026-01-01"})),
    ("needs an id that starts with example-", lambda f, v: put(project(f, example=True), "id", "sample-x")),
    ("vocab/joining_roles.csv", lambda f, v: put(project(f, joining=...), "joining", "roles", [{"role": "king"}])),
    ("joining is only for examples",
     lambda f, v: put(_first(f["projects"]["projects"], source=...), "joining", {"open": True})),
    ("required key organiser", lambda f, v: _first(f["activities"]["activities"], source=...).pop("organiser")),
    ("required key note", lambda f, v: activity(f, example=True).pop("note")),
    ("vocab/activity_kinds.csv", lambda f, v: put(activity(f), "kind", "party")),
    ("vocab/event_formats.csv", lambda f, v: put(activity(f, format=...), "format", "dream")),
    ("vocab/lifecycle.csv", lambda f, v: put(activity(f), "status", "asleep")),
    ("place: required key city", lambda f, v: activity(f, place=...)["place"].pop("city")),
    ("is not a relative date", lambda f, v: put(activity(f, example=True), "date", "start", "2026-01-01")),
    ("is not HH:MM", lambda f, v: put(activity(f, example=True), "date", "start_time", "9.30")),
    ("is not a relative date", lambda f, v: put(activity(f, example=True), "registration_until", "2026-01-01")),
    ("does not resolve",
     lambda f, v: put(_first(f["activities"]["activities"], source=...), "organiser", "organisation/nobody")),
    ("vocab/joining_roles.csv", lambda f, v: put(activity(f, joining_roles=...), "joining_roles", ["king"])),
    ("belong together", lambda f, v: put(activity(f, example=True), "id", "sample-x")),
]  # fmt: skip

RELATIONS: list[tuple[str, Break]] = [
    ("required key source", lambda f, v: relation(f).pop("source")),
    ("vocab/relation_types.csv", lambda f, v: put(relation(f), "type", "likes")),
    ("does not resolve", lambda f, v: put(relation(f), "to", "project/nothing")),
    ("to may not be a cluster", lambda f, v: put(relation(f, type="focus_on"), "to", f"cluster/{cluster(f)['id']}")),
    ("vocab/countries.csv", lambda f, v: put(relation(f, type="focus_on"), "to", "country/XX")),
    ("vocab/macro_regions.csv", lambda f, v: put(relation(f, type="focus_on"), "to", "macro-region/atlantis")),
    ("the same relation twice", lambda f, v: f["relations"]["relations"].append({**relation(f), "id": "twice"})),
    ("refers to itself", lambda f, v: put(relation(f, type="part_of"), "to", relation(f, type="part_of")["from"])),
    ("does not resolve", lambda f, v: put(relation(f, programme=...), "programme", "programme/nothing")),
    ("is not a calendar date", lambda f, v: put(relation(f, from_date=...), "from_date", "spring")),
    ("vocab/services.csv", lambda f, v: put(relation(f, service=...), "service", "catering")),
    ("vocab/focus_kinds.csv", lambda f, v: put(relation(f, type="focus_on"), "kind", "love")),
    ("inferred without note", lambda f, v: relation(f, inferred=True).pop("note")),
]  # fmt: skip

TOPICS: list[tuple[str, Break]] = [
    ("vocab/topic_kinds.csv", lambda f, v: put(f["topics"]["topics"][0], "kind", "gossip")),
    ("required key description", lambda f, v: f["topics"]["topics"][0].pop("description")),
    ("required key contact", lambda f, v: month(f).pop("contact")),
    ("expected about 150", lambda f, v: put(month(f), "article", "en", "Too short.")),
    ("does not resolve", lambda f, v: put(month(f), "contact", "organisation", "organisation/nobody")),
    ("marked as an unapproved paraphrase", lambda f, v: put(month(f), "statement", "approved_by_speaker", True)),
    ("related: reference", lambda f, v: month(f)["related"].append("cluster/nothing")),
    ("expected six agenda topics", lambda f, v: f["topics"]["topics"].pop(0)),
]  # fmt: skip

EXAMPLES: list[tuple[str, Break]] = [
    ("required key company", lambda f, v: idea(f).pop("company")),
    ("vocab/size_classes.csv", lambda f, v: put(idea(f), "size_class", "giant")),
    ("vocab/idea_statuses.csv", lambda f, v: put(idea(f), "status", "asleep")),
    ("division does not belong to the sector", lambda f, v: put(idea(f), "division", "01")),
    ("vocab/wishes.csv", lambda f, v: put(idea(f), "wishes", ["gold"])),
    ("is not obviously invented", lambda f, v: put(idea(f), "company", "Optik GmbH")),
    ("title longer than 120 characters", lambda f, v: put(idea(f), "title", "x" * 121)),
    ("example: true is missing", lambda f, v: idea(f).pop("example")),
    ("languages {", lambda f, v: put(idea(f), "language", "fr")),
    ("answer to unknown question", lambda f, v: put(idea(f), "answers", "weather", "Sunny.")),
    ("expected 120 to 350", lambda f, v: put(idea(f), "answers", {"benefit": "Kurz."})),
    ("links: reference", lambda f, v: put(idea(f)["links"][0], "ref", "cluster/nothing")),
    ("vocab/link_kinds.csv", lambda f, v: put(idea(f)["links"][0], "kind", "likes")),
    ("has no link", lambda f, v: idea(f, status="published").pop("links")),
    ("vocab/cooperation_categories.csv",
     lambda f, v: put(idea(f, cooperation=...), "cooperation", "category", "love")),
    ("cooperation.kind", lambda f, v: put(idea(f, cooperation=...), "cooperation", "kind", "gift")),
    ("do not fit status", lambda f, v: idea(f, status="published").pop("published")),
    ("moderation and status do not fit", lambda f, v: idea(f, status="rejected").pop("moderation")),
    ("vocab/moderation_reasons.csv", lambda f, v: put(idea(f, status="rejected"), "moderation", "reason", "mood")),
    ("decision is not the status",
     lambda f, v: put(idea(f, status="rejected"), "moderation", "decision", "returned")),
    ("refers to an unanswered question",
     lambda f, v: put(idea(f, status="returned"), "moderation", "passages", [{"question": "x"}])),
    ("statuses {", lambda f, v: f["ideas"]["ideas"].remove(idea(f, status="draft"))),
    ("vocab/comment_statuses.csv", lambda f, v: put(comment(f), "status", "asleep")),
    ("vocab/comment_kinds.csv", lambda f, v: put(comment(f), "kind", "shout")),
    ("is not obviously invented", lambda f, v: put(comment(f), "author", "Optik GmbH")),
    ("hidden and moderation_reason belong", lambda f, v: comment(f, status="hidden").pop("moderation_reason")),
    ("does not resolve", lambda f, v: put(comment(f), "idea", "nothing")),
    ("comments only on published ideas", lambda f, v: put(comment(f), "idea", idea(f, status="draft")["id"])),
    ("older than the publication of its idea", lambda f, v: put(comment(f), "created", "-999d")),
    ("does not resolve within the idea", lambda f, v: put(comment(f, parent=...), "parent", "nothing")),
    ("older than its parent",
     lambda f, v: put(_first(f["ideas"]["comments"], id=comment(f, parent=...)["parent"]), "created", "+999d")),
    ("comments, expected 40", lambda f, v: f["ideas"]["comments"].pop()),
]  # fmt: skip

LISTS: list[tuple[str, Break]] = [
    ("parent 'Z' unknown", lambda f, v: put(v["nace_rev2_1"]["01"], "parent", "Z")),
    ("iso_3166_1 'XX' unknown", lambda f, v: put(v["nuts2024_de"]["DEG0"], "iso_3166_1", "XX")),
    ("nuts0 'XX' unknown", lambda f, v: put(v["countries"]["AT"], "nuts0", "XX")),
    ("macro_regions.csv baltic-sea", lambda f, v: put(v["macro_regions"]["baltic-sea"], "countries", "DE;XX")),
    ("question 'weather' unknown", lambda f, v: put(v["sub_questions"]["new-instruments"], "question", "weather")),
    ("type 'planet' unknown", lambda f, v: put(v["relation_types"]["focus_on"], "to_types", "planet")),
    ("legal_basis, ground or default_action",
     lambda f, v: put(next(iter(v["moderation_reasons"].values())), "ground", "mood")),
    ("nace_rev2_1.csv: levels", lambda f, v: v["nace_rev2_1"].pop("99")),
    ("expected 14 ecosystems", lambda f, v: v["ecosystems"].pop("retail")),
]  # fmt: skip

CASES = [*EVERYWHERE, *CONSULTATION, *ORGANISATIONS, *CLUSTERS, *THINGS, *RELATIONS, *TOPICS, *EXAMPLES, *LISTS]


@pytest.mark.parametrize(("sentence", "damage"), CASES, ids=[f"{n} {case[0]}" for n, case in enumerate(CASES)])
def test_a_broken_record_is_found(pristine: Content, sentence: str, damage: Break) -> None:
    files, lists = pickle.loads(pickle.dumps((pristine.files, pristine.lists)))
    damage(files, lists)
    found = check(Content(files, lists), [name for name in files if files[name] != pristine.files[name]])
    assert any(sentence in line for line in found), found[:10]


# ---- the files themselves -------------------------------------------------------------------------------------------


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FOLDER, tmp_path / "data", ignore=shutil.ignore_patterns("*.py", "__pycache__")))


def _rewrite(path: Path, change: Callable[[bytes], bytes]) -> None:
    path.write_bytes(change(path.read_bytes()))


# One damage for each file, so that one reading shows them all: file -> (sentence, what is done to it).
FILE_CASES: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "topics.yaml": ("topics.yaml: contains CR", lambda raw: raw.replace(b"\n", b"\r\n", 1)),
    "programmes.yaml": ("programmes.yaml: starts with a byte order mark", lambda raw: b"\xef\xbb\xbf" + raw),
    "projects.yaml": ("projects.yaml: does not end with a line feed", lambda raw: raw.rstrip(b"\n")),
    "activities.yaml": ("key 'schema' twice", lambda raw: raw + b"schema: activities/2\n"),
    "vocab/wishes.csv": ("wishes.csv: column title_en is missing", lambda raw: raw.replace(b"title_en", b"english", 1)),
    "vocab/services.csv": ("services.csv line 13: wrong number of columns", lambda raw: raw + b"a,b\n"),
    "vocab/ecosystems.csv": ("ecosystems.csv line 16: title_de is empty", lambda raw: raw + b"new,,New,own list\n"),
    "vocab/portfolios.csv": ("code ict twice", lambda raw: raw + b"ict,Netz,Net,own list\n"),
}  # fmt: skip


def test_broken_files_are_found(copied: Path) -> None:
    for name, (_sentence, change) in FILE_CASES.items():
        _rewrite(copied / name, change)
    (copied / "ideas.yaml").unlink()
    (copied / "vocab" / "joining_roles.csv").unlink()
    found = "\n".join(faults(copied))
    for sentence, _change in FILE_CASES.values():
        assert sentence in found
    assert "ideas.yaml: file is missing" in found
    assert "vocab/joining_roles.csv: file is missing" in found


def test_the_command_says_so(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(copied)]) == 0
    assert capsys.readouterr().out == "clean: no errors\n"
    _rewrite(copied / "clusters.yaml", lambda raw: raw.replace(b"value: unassigned", b"value: circle", 1))
    assert main([str(copied)]) == 1
    assert "'circle' is not in vocab/forms.csv" in capsys.readouterr().out
