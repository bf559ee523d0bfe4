"""How one observation reads: its value in the reader's words, its date and its source.

A function for each kind of observation. Remarks come along apart from the value: they are in English and for editors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from consult.clusters.models import Cluster, Observation
from consult.core.clock import today
from consult.core.i18n import _, current_language, format_day, format_number, pick, picked_language
from consult.core.vocabularies import vocabulary
from consult.links.queries import LinkView
from consult.links.sources import cite, readable_date


@dataclass(frozen=True)
class Value:
    """One value of a row. `lang` where the words are not in the page's language; `url` where it leads somewhere."""

    text: str
    source: str = ""
    lang: str = ""
    url: str = ""
    remark: str = ""
    gap: bool = False


LEVELS: dict[str, Callable[[], str]] = {
    "bronze": lambda: _("bronze"),
    "silver": lambda: _("silver"),
    "gold": lambda: _("gold"),
    "member": lambda: _("member"),
    "winner": lambda: _("winner"),
}


COUNTED = 1000  # beyond these, a filtered list is not counted


def count_of(count: int) -> str:
    """A number of hits in words: "24", "more than 1,000"."""
    return _("more than %(num)s", num=format_number(COUNTED)) if count > COUNTED else format_number(count)


def qualified(value: int | None, qualifier: str = "", unit: str = "") -> str:
    """A figure with its qualifier and currency: "mehr als 1.200", "bis zu 40.000.000 Euro"."""
    words = format_number(value)
    if unit == "EUR":
        words = _("%(amount)s euros", amount=words)
    return f"{vocabulary('qualifiers').title(qualifier)} {words}" if qualifier else words


def number(observation: Observation) -> str:
    """The figure of an observation in words."""
    return qualified(observation.number, observation.qualifier, observation.unit)


def members_of(cluster: Cluster) -> str:
    """Number and unit for a card: "mehr als 1.200 Mitglieder"."""
    unit = vocabulary("member_units").title(cluster.members_unit)
    return f"{qualified(cluster.members, cluster.members_qualifier)} {unit}"


def place_of(cluster: Cluster) -> str:
    """Where a cluster sits: "Jena, Thüringen"; the Land alone where the seat is not stated."""
    land = vocabulary("nuts2024_de").title(cluster.nuts1) if cluster.nuts1 else ""
    country = vocabulary("countries").title(cluster.country) if cluster.country != "DE" else ""
    return ", ".join(filter(None, (cluster.seat, land or country)))


def remark_of(observation: Observation) -> str:
    parts = [observation.note, observation.basis, str(observation.details.get("evidence", ""))]
    return "; ".join(filter(None, parts))


def entered_words(role: str) -> str:
    """Who stated what no printed source gives; "" for what was imported."""
    return {
        "management": _("stated by the cluster's management"), "editors": _("entered by the editors"),
        "contact": _("stated by the portrait's contact"),
    }.get(role, "")  # fmt: skip


def source_of(observation: Observation, dated: bool = False, before: Iterable[str] = ()) -> str:
    """Date, source, who entered it, until when it held and when somebody vouched for it, in one line."""
    entered = entered_words(observation.entered_as)
    parts = [*before, cite(observation.as_of, observation.source, observation.derived, dated), entered]
    if observation.origin_name:
        parts.append(_("from the portrait %(name)s", name=observation.origin_name))
    if observation.until:
        parts.append(_("until %(date)s", date=readable_date(observation.until)))
    if observation.verified_on is not None:
        parts.append(_("verified on %(date)s", date=format_day(observation.verified_on)))
    return "; ".join(part for part in parts if part)


def value_of(observation: Observation, text: str, lang: str = "", dated: bool = False) -> Value:
    source = source_of(observation, dated)
    return Value(text, source, lang if lang != current_language() else "", remark=remark_of(observation))


def terms_of(name: str, codes: Iterable[str]) -> str:
    return ", ".join(vocabulary(name).title(code) for code in codes)


# ---- how each kind of observation reads -----------------------------------------------------------------------------


def coded(name: str) -> Callable[[Observation], Value]:
    return lambda one: value_of(one, vocabulary(name).title(one.code))


def listed(name: str) -> Callable[[Observation], Value]:
    return lambda one: value_of(one, terms_of(name, one.details.get("values", [])))


def worded(observation: Observation) -> Value:
    return value_of(observation, pick(observation.text), picked_language(observation.text))


def founded(observation: Observation) -> Value:
    words = readable_date(observation.value)
    if observation.code and observation.code != "unspecified":
        words = f"{words}, {vocabulary('founding_kinds').title(observation.code)}"
    founders = observation.details.get("founders")
    if founders:
        words = _("%(date)s, with %(num)s founders", date=words, num=format_number(founders))
    return value_of(observation, words)


def lifecycle(observation: Observation) -> Value:
    return value_of(observation, vocabulary("lifecycle").title(observation.code), dated=True)


def form_of(observation: Observation) -> Value:
    term = vocabulary("forms").get(observation.code)
    words = vocabulary("forms").title(observation.code)
    definition = term.text("definition") if term else ""
    source = source_of(observation) if observation.entered_as else ""
    return Value(words, " ".join(filter(None, (definition, source))), remark=remark_of(observation))


def seat(observation: Observation) -> Value:
    if not observation.value:
        return Value(_("place not stated"), cite(observation.as_of, observation.source), gap=True)
    return value_of(observation, observation.value)


def region(observation: Observation) -> Value:
    codes = [observation.details.get(level, "") for level in ("nuts2", "nuts1")]
    titles = [vocabulary("nuts2024_de").title(code) for code in codes if code]
    return value_of(observation, f"{', '.join(dict.fromkeys(titles))} ({next(filter(None, codes), '')})")


def sectors(observation: Observation) -> Value:
    return value_of(observation, terms_of("nace_rev2_1", observation.details.get("sections", [])))


def divisions(observation: Observation) -> Value:
    main = observation.details.get("main", "")
    codes = observation.details.get("divisions", [])
    ordered = sorted(codes, key=lambda code: code != main)
    return value_of(observation, "; ".join(f"{code} {vocabulary('nace_rev2_1').title(code)}" for code in ordered))


def _is_over(date: str) -> bool:
    """Whether a date, as precise as it is given, lies wholly in the past."""
    return bool(date) and date < today().isoformat()[: len(date)]


def label_of(observation: Observation) -> Value:
    """A label as its issuer gave it: level, date, issuer, until when. Nothing of it is computed anew."""
    details = observation.details
    term = vocabulary("label_schemes").get(observation.code)
    words = term.title() if term is not None else str(details.get("name", "")) or observation.code
    level = details.get("level", "")
    if level:
        words = f"{words}: {LEVELS[level]() if level in LEVELS else level}"
    awarded = details.get("awarded", "")
    if awarded:
        words = _("%(label)s, awarded %(date)s", label=words, date=readable_date(awarded))
    issuer = term.text("issuer") if term is not None else str(details.get("issuer", ""))
    valid = str(details.get("valid_until", ""))
    about = [_("issued by %(issuer)s", issuer=issuer)] if issuer else []
    if valid:
        date = readable_date(valid)
        about.append(_("expired: %(date)s", date=date) if _is_over(valid) else _("valid until %(date)s", date=date))
    return Value(words, source_of(observation, not awarded, about), remark=remark_of(observation))


def alias(observation: Observation) -> Value:
    kind = vocabulary("alias_kinds").title(observation.code) if observation.code else ""
    begin, end = (readable_date(str(observation.details.get(key, ""))) for key in ("from", "until"))
    if begin and end:
        kind = _("%(what)s, %(begin)s to %(end)s", what=kind, begin=begin, end=end)
    return value_of(observation, f"{kind}: {observation.value}" if kind else observation.value)


def website(observation: Observation) -> Value:
    domain = observation.value
    return Value(domain, source_of(observation), url=f"https://{domain}/")


def figure_of(observation: Observation) -> Value:
    return value_of(observation, number(observation), dated=True)


def openness(observation: Observation) -> Value:
    said = observation.details.get("value")
    return value_of(observation, _("yes") if said is True else _("no"), dated=True)


def plain(observation: Observation) -> Value:
    return value_of(observation, observation.value)


def foreign(language: str) -> str:
    return language if language and language != current_language() else ""


READ: dict[str, Callable[[Observation], Value]] = {
    "founded": founded, "lifecycle": lifecycle, "label": label_of, "figure": figure_of, "members": figure_of,
    "regions-covered": listed("nuts2024_de"), "scope": coded("scope_levels"), "strengths": worded, "form": form_of,
    "sectors": sectors, "ecosystems": listed("ecosystems"), "technologies": listed("key_technologies"),
    "topics": lambda one: value_of(one, ", ".join(one.details.get("values", []))),
    "portfolio": coded("portfolios"), "service": coded("services"), "openness": openness,
    "legal-form": coded("legal_forms"), "seat": seat, "seat-note": worded, "region": region, "alias": alias,
    "stated-as": worded, "website": website, "not-to-be-confused": plain,
}  # fmt: skip


def focus_country(view: LinkView) -> Value:
    kind = vocabulary("focus_kinds").title(view.link.attributes.get("kind"))
    words = f"{view.other.title} ({kind})" if kind else view.other.title
    named = [view.frames["programme"].title] if "programme" in view.frames else []
    if "jointly_with" in view.frames:
        named.append(_("together with %(name)s", name=view.frames["jointly_with"].title))
    source = "; ".join([*named, cite(view.link.as_of or view.link.from_date, view.link.source)])
    return Value(words, source, url=view.other.url, remark=view.link.note)


def partner(view: LinkView) -> Value:
    source = cite(view.link.as_of, view.link.source)
    return Value(view.other.title, source, foreign(view.other.language), view.other.url, view.link.note)
