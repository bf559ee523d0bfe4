"""The rules of the invented offers and requests of the demo."""

from __future__ import annotations

from consult.data.content import DATE, FICTIONAL, RELATIVE, Content, Record

LISTS = {
    "category": "cooperation_categories", "sector": "nace_rev2_1", "country": "countries", "region": "nuts2024_de",
    "stage": "value_chain_stages", "format": "event_formats",
}  # fmt: skip
MANY = {"technologies": "key_technologies", "languages": "working_languages", "countries": "countries"}
OWNERS = ("company", "project", "idea")
LONGEST_TITLE, LONGEST_TERM = 120, 12


def offers(content: Content) -> None:
    """Every offer is marked as an example, has an invented owner, and every code stands in its list."""
    for row in content.records["offer"]:
        here = f"offer/{row.get('id')}"
        content.need(here, row, "kind", "category", "title", "text", "country", "format", "languages", "published")
        if row.get("example") is not True:
            content.fault(here, "example: true is missing")
        if row.get("kind") not in ("offer", "request"):
            content.fault(here, "kind is offer or request")
        _owner(content, here, row)
        for key, listed in LISTS.items():
            if key in row:
                content.code(here, listed, row[key])
        for key, listed in MANY.items():
            content.codes(here, listed, row.get(key))
        content.topics(here, row.get("topics"))
        _texts(content, here, row)
        if not 1 <= row.get("months", LONGEST_TERM) <= LONGEST_TERM:
            content.fault(here, "lasts at most twelve months")
        if not (RELATIVE.match(str(row.get("published", ""))) or DATE.match(str(row.get("published", "")))):
            content.fault(here, "published is no date")


def _owner(content: Content, here: str, row: Record) -> None:
    given = [key for key in OWNERS if key in row]
    if len(given) != 1:
        content.fault(here, "needs exactly one of company, project, idea")
    elif given == ["company"]:
        if not FICTIONAL.search(row["company"]):
            content.fault(here, f"{row['company']!r} is not obviously invented")
    else:
        content.resolve(here, f"{given[0]}/{row[given[0]]}")


def _texts(content: Content, here: str, row: Record) -> None:
    """Title and text stand in both languages; the form takes one alone."""
    for key in ("title", "text"):
        content.bilingual(f"{here}.{key}", row.get(key))
    if any(len(words) > LONGEST_TITLE for words in (row.get("title") or {}).values()):
        content.fault(here, "title longer than 120 characters")
