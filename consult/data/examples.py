"""The rules of the invented examples: ideas with their decisions, and comments.

Their texts state no facts about real organisations, and whoever speaks in them is recognisably invented.
"""

from __future__ import annotations

import re
from collections import Counter

from consult.data.content import FICTIONAL, Content, Record, number_of_words

IDEA_STATUSES = {"published": 16, "submitted": 4, "returned": 1, "rejected": 1, "draft": 2}
IDEA_LANGUAGES = {"de": 18, "en": 6}
IDEA_DATES = {
    "published": {"submitted", "published"},
    "submitted": {"submitted"},
    "draft": {"edited"},
    "returned": {"submitted", "decided"},
    "rejected": {"submitted", "decided"},
}
COMMENTS = 40

IDEA_KEYS = ("language", "status", "title", "company", "sector", "size_class", "region", "wishes", "topics", "answers")


def ideas(content: Content) -> None:
    for row in content.records["idea"]:
        here = f"idea/{row.get('id')}"
        content.need(here, row, *IDEA_KEYS)
        _idea_basics(content, here, row)
        _idea_answers(content, here, row)
        _idea_decision(content, here, row)
    statuses = Counter(row.get("status") for row in content.records["idea"])
    if dict(statuses) != IDEA_STATUSES:
        content.fault("ideas", f"statuses {dict(statuses)}, expected {IDEA_STATUSES}")
    languages = Counter(row.get("language") for row in content.records["idea"])
    if dict(languages) != IDEA_LANGUAGES:
        content.fault("ideas", f"languages {dict(languages)}")


def _idea_basics(content: Content, here: str, row: Record) -> None:
    for key, listed in (
        ("status", "idea_statuses"), ("size_class", "size_classes"), ("sector", "nace_rev2_1"),
        ("region", "nuts2024_de"),
    ):  # fmt: skip
        content.code(here, listed, row.get(key))
    if "division" in row and content.entry("nace_rev2_1", row["division"]).get("parent") != row.get("sector"):
        content.fault(here, "division does not belong to the sector")
    content.codes(here, "wishes", row.get("wishes"))
    content.topics(here, row.get("topics"))
    if not FICTIONAL.search(row.get("company", "")):
        content.fault(here, f"{row.get('company')!r} is not obviously invented")
    if len(row.get("title", "")) > 120:
        content.fault(here, "title longer than 120 characters")
    if row.get("example") is not True:
        content.fault(here, "example: true is missing")
    if row.get("language") not in ("de", "en"):
        content.fault(here, "language")


def _idea_answers(content: Content, here: str, row: Record) -> None:
    answers = row.get("answers", {})
    for key in answers:
        if key not in content.questions:
            content.fault(here, f"answer to unknown question {key!r}")
    words = sum(number_of_words(text) for text in answers.values())
    if not 120 <= words <= 350:
        content.fault(here, f"{words} words, expected 120 to 350")
    for link in row.get("links", []):
        content.resolve(f"{here}.links", link.get("ref"))
        content.code(f"{here}.links", "link_kinds", link.get("kind"))
    if not row.get("links") and row.get("status") != "rejected":
        content.fault(here, "has no link")
    if "cooperation" in row:
        content.code(here, "cooperation_categories", row["cooperation"].get("category"))
        if row["cooperation"].get("kind") not in ("offer", "request"):
            content.fault(here, "cooperation.kind")


def _idea_decision(content: Content, here: str, row: Record) -> None:
    status, dates = row.get("status", ""), ("submitted", "published", "decided", "edited")
    for key in dates:
        if key in row:
            content.date(f"{here}.{key}", row[key], True)
    have = {key for key in dates if key in row}
    if have != IDEA_DATES.get(status, have):
        content.fault(here, f"dates {sorted(have)} do not fit status {status}")
    if (status in ("returned", "rejected")) != ("moderation" in row):
        content.fault(here, "moderation and status do not fit together")
    if "moderation" in row:
        decided = row["moderation"]
        content.code(f"{here}.moderation", "moderation_reasons", decided.get("reason"))
        content.bilingual(f"{here}.moderation.message", decided.get("message"))
        if decided.get("decision") != status:
            content.fault(here, "decision is not the status")
        for passage in decided.get("passages", []):
            if passage.get("question") not in row.get("answers", {}):
                content.fault(here, "moderated passage refers to an unanswered question")


def comments(content: Content) -> None:
    for row in content.records["comment"]:
        here = f"comment/{row.get('id')}"
        content.need(here, row, "idea", "status", "kind", "language", "author", "created", "text")
        content.code(here, "comment_statuses", row.get("status"))
        content.code(here, "comment_kinds", row.get("kind"))
        if row.get("example") is not True:
            content.fault(here, "example: true is missing")
        content.date(here, row.get("created"), True)
        if not FICTIONAL.search(row.get("author", "")):
            content.fault(here, f"{row.get('author')!r} is not obviously invented")
        if (row.get("status") == "hidden") != ("moderation_reason" in row):
            content.fault(here, "hidden and moderation_reason belong together")
        if "moderation_reason" in row:
            content.code(here, "moderation_reasons", row["moderation_reason"])
        _comment_place(content, here, row)
    if len(content.records["comment"]) != COMMENTS:
        content.fault("ideas", f"{len(content.records['comment'])} comments, expected {COMMENTS}")


def _days(value: object) -> int:
    """A relative date in days; anything else counts as today, its form is checked elsewhere."""
    found = re.match(r"^([+-]\d+)d$", str(value))
    return int(found[1]) if found else 0


def _comment_place(content: Content, here: str, row: Record) -> None:
    idea = content.index["idea"].get(row.get("idea", ""))
    if not idea:
        content.fault(here, f"idea {row.get('idea')!r} does not resolve")
    elif idea.get("status") != "published":
        content.fault(here, "comments only on published ideas")
    elif _days(row.get("created")) < _days(idea.get("published")):
        content.fault(here, "older than the publication of its idea")
    if "parent" in row:
        parent = content.index["comment"].get(row["parent"])
        if not parent or parent.get("idea") != row.get("idea"):
            content.fault(here, f"parent {row['parent']!r} does not resolve within the idea")
        elif _days(parent.get("created")) > _days(row.get("created")):
            content.fault(here, "older than its parent")
