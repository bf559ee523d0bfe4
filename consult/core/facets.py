"""The filters of a list as HTML: ticks for several codes at once, and beside each its number, a link to so many.

One code takes one click, without scripts, and several take one page. A number leads to the list with its code and all that
is chosen elsewhere, so it says what is found there; where no number is known, a plus leads to what the form would send
with that one ticked as well. Whoever uses the keyboard or has the page read out has the ticks and their numbers, so the
links are no stops of their own and are not read out as the same once more.
Sixty options as a macro's loop were a sixth of a list.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Protocol
from urllib.parse import quote_plus, urlencode

from markupsafe import Markup, escape

from consult.core.i18n import format_number

Group = Mapping[str, Any]  # name, legend, kind: "checkbox" or "radio", options: value, label, count, checked, lang
Pair = tuple[str, str]


class Carried(Protocol):
    """What the form carries along unseen; a name may come several times."""

    def items(self) -> Iterable[Pair]: ...


def facet_groups(groups: Sequence[Group], action: str, q: str | None, hidden: Carried) -> Markup:
    """The groups that have options, as fieldsets of a form that is sent to `action` with the words `q`.

    Of a group of radio buttons the first option is what holds without a choice, and is left out of addresses. An option
    that nobody has (0), or that is chosen, has no link.
    """
    carried = [*hidden.items(), ("q", q or "")]
    chosen = {group["name"]: _chosen(group) for group in groups}
    return Markup("".join(_group(one, action, carried, chosen) for one in groups if one["options"]))  # noqa: S704 - escaped


def _is_radio(group: Group) -> bool:
    return group.get("kind") == "radio"


def _chosen(group: Group) -> list[Pair]:
    options = group["options"][1:] if _is_radio(group) else group["options"]
    return [(group["name"], str(one["value"])) for one in options if one.get("checked")]


def _group(group: Group, action: str, carried: Sequence[Pair], chosen: Mapping[str, Sequence[Pair]]) -> str:
    name, kind = group["name"], escape(group.get("kind", "checkbox"))
    others = [*carried, *(pair for other, pairs in chosen.items() if other != name for pair in pairs)]
    instead = _link(name, action, others)
    also = None if _is_radio(group) else _link(name, action, [*others, *chosen[name]])
    tick = f'<div class="c-facet"><label class="c-tick"><input type="{kind}" name="{escape(name)}"'
    options = "".join([_option(one, tick, instead, also) for one in group["options"]])
    return f"<fieldset><legend>{escape(group['legend'])}</legend><div>{options}</div></fieldset>"


def _link(name: str, action: str, pairs: Sequence[Pair]) -> str:
    """The beginning of a link to the list with these and one code of this facet, which is put behind it."""
    query = urlencode([pair for pair in pairs if pair[1]])
    address = f"{action}?{query}&{quote_plus(name)}=" if query else f"{action}?{quote_plus(name)}="
    return f'<a rel="nofollow" tabindex="-1" aria-hidden="true" href="{escape(address)}'


def _option(one: Mapping[str, Any], tick: str, instead: str, also: str | None) -> str:
    count, checked = one.get("count"), one.get("checked")
    value, words, quoted = _written(str(one["value"]), one["label"], one.get("lang") or "")
    number = format_number(count)
    said = f' <span class="sr">{number}</span>' if number else ""
    begin = f'{tick} value="{value}"{" checked" if checked else ""}>{words}{said}</label>'
    link = also if count is None else instead
    if checked or count == 0 or link is None:
        return f'{begin}<span aria-hidden="true">{number}</span></div>' if number else f"{begin}</div>"
    return f'{begin}{link}{quoted}">{number or "+"}</a></div>'


@lru_cache(maxsize=4_000, typed=True)  # a Markup is equal to its text, but is escaped already
def _written(value: str, label: Any, lang: str) -> tuple[str, str, str]:
    """A code as a form holds it, its words, and the code as an address holds it: the same ones come with every list."""
    spoken = f' lang="{escape(lang)}"' if lang else ""
    return escape(value), f"<span{spoken}>{escape(label)}</span>", quote_plus(value)
