"""The rules of each kind of record: which keys it needs, from which lists its codes come, what must fit together."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable

from consult.data.content import FIRST_TEXTS, Content, Record, number_of_words
from consult.data.examples import comments, ideas
from consult.data.offer_rules import offers

QUESTIONS = ["benefit", "instruments", "external-competence", "projects", "support"]
AGENDA_TOPICS = 6
ECOSYSTEMS = 14
LEVELS = {"nace_rev2_1": {"1": 22, "2": 87}, "nuts2024_de": {"0": 32, "1": 16, "2": 38}}
TIME = re.compile(r"^[0-2]\d:[0-5]\d$")


def consultations(content: Content) -> None:
    for row in content.records["consultation"]:
        here = f"consultation/{row.get('id')}"
        content.need(here, row, "title", "summary", "status", "languages", "source")
        content.code(here, "consultation_statuses", row.get("status"))
        if row.get("status") == "open":
            _open_consultation(content, here, row)
    if list(content.questions) != QUESTIONS:
        content.fault("open_region", f"unexpected questions {list(content.questions)}")


def _open_consultation(content: Content, here: str, row: Record) -> None:
    content.need(here, row, "introduction", "questions", "target_groups", "opens", "closes")
    content.codes(here, "target_groups", row.get("target_groups"))
    for key in ("opens", "closes"):
        content.date(f"{here}.{key}", row.get(key), row.get("example_dates", False))
    for language in ("de", "en"):
        words = number_of_words(row.get("introduction", {}).get(language, ""))
        if not 120 <= words <= 180:
            content.fault(here, f"introduction {language} has {words} words, expected 120 to 180")
    covered = []
    for number, question in enumerate(row.get("questions", []), 1):
        spot = f"{here}/{question.get('key')}"
        content.need(spot, question, "key", "position", "short_title", "text", "help", "addressed_to", "sub_questions")
        if question.get("position") != number:
            content.fault(spot, "position out of order")
        content.codes(spot, "target_groups", question.get("addressed_to"))
        for code in question.get("sub_questions", []):
            content.code(spot, "sub_questions", code)
            if content.entry("sub_questions", code).get("question") != question.get("key"):
                content.fault(spot, f"{code} belongs to another question")
            covered.append(code)
    if sorted(covered) != sorted(content.lists.get("sub_questions", {})):
        content.fault(here, "sub-questions are lost or double")


def organisations(content: Content) -> None:
    for row in content.records["organisation"]:
        here = f"organisation/{row.get('id')}"
        content.need(here, row, "name", "type", "role", "source")
        content.code(here, "organisation_types", row.get("type"))
        if "country" in row:
            content.code(here, "countries", row["country"])
        if "legal_form" in row:
            content.code(here, "legal_forms", row["legal_form"].get("value"))
        content.geography(f"{here}.nuts", row.get("nuts"))
        if "seat" in row:
            content.need(f"{here}.seat", row["seat"], "city", "source")
        content.website(f"{here}.website", row.get("website"))
        content.aliases(f"{here}.aliases", row.get("aliases"))
        content.founded(f"{here}.founded", row.get("founded"))
        content.figures(f"{here}.figures", row.get("figures"))
        content.codes(here, "forms", row.get("forms"))


CLUSTER_KEYS = (
    "name", "short_name", "stated_as", "named_in", "form", "scope", "nuts", "nace", "ecosystems", "portfolio", "topics",
    "strengths",
)  # fmt: skip


def clusters(content: Content) -> None:
    for row in content.records["cluster"]:
        here = f"cluster/{row.get('id')}"
        content.need(here, row, *CLUSTER_KEYS)
        _cluster_basics(content, here, row)
        _cluster_nace(content, f"{here}.nace", row.get("nace", {}))
        _cluster_codes(content, here, row)
        _cluster_lists(content, here, row)
        content.founded(f"{here}.founded", row.get("founded"))
        content.figures(f"{here}.figures", row.get("figures"))
        content.aliases(f"{here}.aliases", row.get("aliases"))
        content.website(f"{here}.website", row.get("website"))


def _cluster_basics(content: Content, here: str, row: Record) -> None:
    form = row.get("form", {})
    content.code(f"{here}.form", "forms", form.get("value"))
    if form.get("value") != "unassigned" and "source" not in form:
        content.fault(f"{here}.form", "a form needs a source")
    content.code(f"{here}.scope", "scope_levels", row.get("scope", {}).get("value"))
    for text in row.get("named_in", []):
        if text not in FIRST_TEXTS:
            content.fault(here, f"named_in {text!r}")
    for key, listed in (("legal_form", "legal_forms"), ("status", "lifecycle")):
        if key in row:
            content.code(f"{here}.{key}", listed, row[key].get("value"))
            content.need(f"{here}.{key}", row[key], "value", "source")
    if "status" in row:
        content.need(f"{here}.status", row["status"], "as_of")
    content.geography(f"{here}.nuts", row.get("nuts"))
    if "seat" in row:
        content.need(f"{here}.seat", row["seat"], "city", "country", "source")
        content.code(f"{here}.seat", "countries", row["seat"].get("country"))


def _cluster_nace(content: Content, here: str, nace: Record) -> None:
    content.need(here, nace, "sections", "main")
    sections, divisions = nace.get("sections", []), nace.get("divisions", [])
    content.codes(here, "nace_rev2_1", sections)
    content.codes(here, "nace_rev2_1", divisions)
    for section in sections:
        if content.entry("nace_rev2_1", section).get("level") != "1":
            content.fault(here, f"{section} is not a section")
    parents = {content.entry("nace_rev2_1", division).get("parent") for division in divisions}
    if divisions and parents != set(sections):
        content.fault(here, f"sections {sections} do not match divisions {divisions}")
    if nace.get("main") not in (divisions or sections):
        content.fault(here, "main is not in the list")


def _cluster_codes(content: Content, here: str, row: Record) -> None:
    for key, listed in (
        ("ecosystems", "ecosystems"), ("key_technologies", "key_technologies"), ("regions_covered", "nuts2024_de"),
    ):  # fmt: skip
        content.codes(f"{here}.{key}", listed, row.get(key, {}).get("values"))
    content.code(f"{here}.portfolio", "portfolios", row.get("portfolio", {}).get("value"))
    for key in ("nace", "ecosystems", "portfolio", "topics"):
        found = row.get(key, {})
        if found.get("derived") is not True and "source" not in found:
            content.fault(f"{here}.{key}", "needs derived: true or a source")
    content.topics(f"{here}.topics", row.get("topics", {}).get("values"))
    content.need(f"{here}.strengths", row.get("strengths", {}), "de", "en", "source")


def _cluster_lists(content: Content, here: str, row: Record) -> None:
    for number, item in enumerate(row.get("services", [])):
        content.need(f"{here}.services[{number}]", item, "code", "source")
        content.code(f"{here}.services", "services", item.get("code"))
    for number, item in enumerate(row.get("openness", [])):
        content.need(f"{here}.openness[{number}]", item, "aspect", "value", "source")
        content.code(f"{here}.openness", "openness_aspects", item.get("aspect"))
    for number, item in enumerate(row.get("members", [])):
        spot = f"{here}.members[{number}]"
        content.need(spot, item, "value", "unit", "source")
        content.code(spot, "member_units", item.get("unit"))
        if not isinstance(item.get("value"), int):
            content.fault(spot, "value is not a whole number")
        if "as_of" not in item and "note" not in item:
            content.fault(spot, "neither as_of nor a note on the missing date")
    for number, item in enumerate(row.get("labels", [])):
        spot = f"{here}.labels[{number}]"
        content.need(spot, item, "scheme", "source")
        content.code(spot, "label_schemes", item.get("scheme"))
        levels = content.entry("label_schemes", item.get("scheme")).get("levels", "")
        if item.get("level") and item["level"] not in levels.split(";"):
            content.fault(spot, f"level {item['level']!r} not in scheme")
        if "awarded" in item:
            content.date(spot, item["awarded"], False)


def programmes(content: Content) -> None:
    for row in content.records["programme"]:
        here = f"programme/{row.get('id')}"
        content.need(here, row, "title", "kind", "level", "summary", "topics", "source")
        content.code(here, "programme_kinds", row.get("kind"))
        content.code(here, "programme_levels", row.get("level"))
        if "region" in row:
            content.code(here, "nuts2024_de", row["region"])
        for key in ("owner", "implementer"):
            if key in row and content.resolve(f"{here}.{key}", row[key]) != "organisation":
                content.fault(f"{here}.{key}", "is not an organisation")
        content.topics(here, row.get("topics"))
        content.figures(f"{here}.results", row.get("results"))
        content.aliases(f"{here}.aliases", row.get("aliases"))


def projects(content: Content) -> None:
    for row in content.records["project"]:
        here = f"project/{row.get('id')}"
        example = row.get("example", False)
        content.need(here, row, "title", "kind", "summary", "topics", *([] if example else ["source"]))
        content.code(here, "project_kinds", row.get("kind"))
        if "region" in row:
            content.code(here, "nuts2024_de", row["region"])
        content.codes(here, "countries", row.get("countries"))
        for partner in row.get("external_partners", []):
            content.need(f"{here}.external_partners", partner, "name", "country", "source")
            content.code(f"{here}.external_partners", "countries", partner.get("country"))
        if "start" in row:
            content.date(f"{here}.start", row["start"].get("value"), example)
        if "status" in row:
            content.code(f"{here}.status", "lifecycle", row["status"].get("value"))
        content.topics(here, row.get("topics"))
        content.figures(f"{here}.figures", row.get("figures"))
        content.aliases(f"{here}.aliases", row.get("aliases"))
        content.website(f"{here}.website", row.get("website"))
        if example and not str(row.get("id")).startswith("example-"):
            content.fault(here, "an example needs an id that starts with example-")
        if "joining" in row:
            for role in row["joining"].get("roles", []):
                content.code(f"{here}.joining", "joining_roles", role.get("role"))
            if "until" in row["joining"]:
                content.date(f"{here}.joining", row["joining"]["until"], True)
            if not example:
                content.fault(here, "joining is only for examples, no source tells it for real projects")


def activities(content: Content) -> None:
    for row in content.records["activity"]:
        here = f"activity/{row.get('id')}"
        example = row.get("example", False)
        needed = ["date", "note"] if example else ["source", "organiser"]
        content.need(here, row, "title", "kind", "summary", "topics", *needed)
        content.code(here, "activity_kinds", row.get("kind"))
        for key, listed in (("format", "event_formats"), ("status", "lifecycle")):
            if key in row:
                content.code(here, listed, row[key])
        if "place" in row:
            content.need(f"{here}.place", row["place"], "city", "country")
            content.code(f"{here}.place", "countries", row["place"].get("country"))
        _activity_dates(content, here, row, example)
        for key in ("organiser", "project"):
            if key in row:
                content.resolve(f"{here}.{key}", row[key])
        content.codes(here, "joining_roles", row.get("joining_roles"))
        content.topics(here, row.get("topics"))
        content.figures(f"{here}.figures", row.get("figures"))
        if example != str(row.get("id")).startswith("example-"):
            content.fault(here, "example: true and an id that starts with example- belong together")


def _activity_dates(content: Content, here: str, row: Record, example: bool) -> None:
    days = row.get("date", {})
    for key in ("start", "end"):
        if key in days:
            content.date(f"{here}.date.{key}", days[key], example)
    if "registration_until" in row:
        content.date(f"{here}.registration_until", row["registration_until"], True)
    for key in ("start_time", "end_time"):
        if key in days and not TIME.match(str(days[key])):
            content.fault(f"{here}.date.{key}", "is not HH:MM in quotes")


def relations(content: Content) -> None:
    seen = set()
    for row in content.records["relation"]:
        here = f"relation/{row.get('id')}"
        content.need(here, row, "type", "from", "to", "source")
        _relation_ends(content, here, row)
        triple = (row.get("type"), row.get("from"), row.get("to"))
        if triple in seen:
            content.fault(here, "the same relation twice")
        seen.add(triple)
        for key in ("programme", "frame", "jointly_with", "on_behalf_of"):
            if key in row:
                content.resolve(f"{here}.{key}", row[key])
        for key in ("from_date", "to_date"):
            if key in row:
                content.date(f"{here}.{key}", row[key], False)
        if "service" in row:
            content.code(here, "services", row["service"])
        if row.get("type") == "focus_on":
            content.code(here, "focus_kinds", row.get("kind"))
        if row.get("inferred") and "note" not in row:
            content.fault(here, "inferred without note")


def _relation_ends(content: Content, here: str, row: Record) -> None:
    content.code(here, "relation_types", row.get("type"))
    kind = content.entry("relation_types", row.get("type"))
    for end, column in (("from", "from_types"), ("to", "to_types")):
        found = content.resolve(f"{here}.{end}", row.get(end))
        if kind and found not in kind[column].split(";"):
            content.fault(here, f"{end} may not be a {found}")
    if row.get("from") == row.get("to"):
        content.fault(here, "refers to itself")


def topics(content: Content) -> None:
    for row in content.records["topic"]:
        here = f"topic/{row.get('id')}"
        content.need(here, row, "kind", "title", "source")
        content.code(here, "topic_kinds", row.get("kind"))
        if row.get("kind") != "topic-of-the-month":
            content.need(here, row, "description")
            continue
        content.need(here, row, "article", "contact", "statement", "topics")
        content.topics(here, row.get("topics"))
        for language in ("de", "en"):
            words = number_of_words(row.get("article", {}).get(language, ""))
            if not 130 <= words <= 180:
                content.fault(here, f"article {language} has {words} words, expected about 150")
        statement = row.get("statement", {})
        content.resolve(f"{here}.contact", row.get("contact", {}).get("organisation"))
        content.need(f"{here}.statement", statement, "kind", "text", "source")
        content.resolve(f"{here}.statement", statement.get("organisation"))
        if statement.get("kind") != "paraphrase" or statement.get("approved_by_speaker") is not False:
            content.fault(here, "the statement must be marked as an unapproved paraphrase")
        for reference in row.get("related", []):
            content.resolve(f"{here}.related", reference)
    if sum(row.get("kind") == "agenda-topic" for row in content.records["topic"]) != AGENDA_TOPICS:
        content.fault("topics", "expected six agenda topics")


def lists(content: Content) -> None:
    """The closed lists among themselves: references, grounds of moderation, and their sizes."""
    for listed, column, other in (
        ("nace_rev2_1", "parent", "nace_rev2_1"), ("nuts2024_de", "parent", "nuts2024_de"),
        ("nuts2024_de", "iso_3166_1", "countries"), ("countries", "nuts0", "nuts2024_de"),
    ):  # fmt: skip
        for key, row in content.lists.get(listed, {}).items():
            if row[column] and row[column] not in content.lists.get(other, {}):
                content.fault(f"vocab/{listed}.csv", f"{key}: {column} {row[column]!r} unknown")
    _list_references(content)
    for listed, wanted in LEVELS.items():
        levels = dict(Counter(row["level"] for row in content.lists.get(listed, {}).values()))
        if levels != wanted:
            content.fault(f"vocab/{listed}.csv", f"levels {levels}, expected {wanted}")
    if len(content.lists.get("ecosystems", {})) != ECOSYSTEMS:
        content.fault("vocab/ecosystems.csv", "expected 14 ecosystems")


def _list_references(content: Content) -> None:
    for key, row in content.lists.get("macro_regions", {}).items():
        codes = [code for code in row["countries"].split(";") if code]
        content.codes(f"vocab/macro_regions.csv {key}", "countries", codes)
    for key, row in content.lists.get("sub_questions", {}).items():
        if row["question"] not in content.questions:
            content.fault("vocab/sub_questions.csv", f"{key}: question {row['question']!r} unknown")
    for key, row in content.lists.get("relation_types", {}).items():
        for kind in f"{row['from_types']};{row['to_types']}".split(";"):
            if kind not in content.index and kind not in ("country", "macro-region"):
                content.fault("vocab/relation_types.csv", f"{key}: type {kind!r} unknown")
    for key, row in content.lists.get("moderation_reasons", {}).items():
        acts = ("publish", "return", "reject", "hide")
        if not row["legal_basis"] or row["ground"] not in ("terms", "law") or row["default_action"] not in acts:
            content.fault("vocab/moderation_reasons.csv", f"{key}: legal_basis, ground or default_action")


RULES: tuple[Callable[[Content], None], ...] = (
    consultations, organisations, clusters, programmes, projects, activities, relations, topics, ideas, comments, offers,
    lists,
)  # fmt: skip
