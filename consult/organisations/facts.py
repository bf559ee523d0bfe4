"""What the public reads about an organisation: labels, values, each with its source, nothing where nothing is known."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from consult.core.i18n import _, pick
from consult.core.vocabularies import term_title
from consult.organisations.models import Organisation


@dataclass
class Row:
    """One label with its values: (value, source). `url` is where the values lead, if anywhere."""

    label: str
    values: list[tuple[str, str]] = field(default_factory=list)
    url: str = ""


def source_words(source: Any) -> str:
    """One or more sources of the data set as words; the texts it was begun with have no title of their own."""
    listed = [source] if isinstance(source, str) else list(source or [])
    words = [_("first texts of the directory") if one.endswith(".txt") else one for one in listed]
    return "; ".join(dict.fromkeys(words))


def _cited(record: Any) -> str:
    if not isinstance(record, dict):
        return ""
    if record.get("derived"):
        return _("classified by us")
    return "; ".join(
        filter(None, (str(record.get("as_of") or record.get("until") or ""), source_words(record.get("source"))))
    )


def _names(records: Any) -> list[tuple[str, str]]:
    return [(str(one.get("name", "")), _cited(one)) for one in records or [] if isinstance(one, dict)]


def _website(organisation: Organisation, site: dict[str, Any]) -> Row:
    """The website; with its source only while it is still the one of the source, not at all while the profile is hidden."""
    if organisation.is_hidden or not organisation.website:
        return Row(_("Website"))
    domain, shown = str(site.get("domain") or ""), organisation.website.partition("://")[2] or organisation.website
    cited = _cited(site) if domain and domain in organisation.website else ""
    return Row(_("Website"), [(shown.rstrip("/"), cited)], organisation.website)


def rows(organisation: Organisation) -> list[Row]:
    """The facts of an organisation in the reader's language, in the order of the page; empty ones are left out."""
    data = organisation.data or {}
    seat, nuts, form, site = (data.get(name) or {} for name in ("seat", "nuts", "legal_form", "website"))
    founded = [(str(one.get("value", "")), _cited(one)) for one in data.get("founded") or []]
    listed = [
        Row(_("Kind"), [(term_title("organisation_types", organisation.type), "")]),
        Row(_("Seat"), [(str(seat.get("address") or seat.get("city") or ""), _cited(seat))]),
        Row(_("Region"), [(term_title("nuts2024_de", organisation.nuts), _cited(nuts))]),
        Row(_("Country"), [(term_title("countries", organisation.country), "")] if not organisation.nuts else []),
        Row(_("Sector"), [(term_title("nace_rev2_1", organisation.sector), "")]),
        Row(_("Size"), [(term_title("size_classes", organisation.size_class), "")]),
        Row(_("Legal form"), [(term_title("legal_forms", organisation.legal_form), _cited(form))]),
        Row(_("Founded"), founded),
        _website(organisation, site),
        Row(_("Earlier names"), _names(data.get("former_names"))),
        Row(_("Later names"), _names(data.get("later_names"))),
    ]
    for row in listed:
        row.values = [(value, source) for value, source in row.values if value]
    return [row for row in listed if row.values]


def notes(organisation: Organisation) -> list[str]:
    """Further sentences about the organisation: what it is like, what it aims at, what the sources leave open."""
    data = organisation.data or {}
    found = [pick(data.get("traits")), *(pick(aim) for aim in data.get("aims") or []), pick(data.get("note"))]
    return [sentence for sentence in found if sentence]
