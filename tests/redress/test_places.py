"""Every public text has the way to report it on its page (Art. 16 (1)), and its address is understood."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from consult.core.registry import SubjectInfo, registries
from consult.moderation.queries import subject_at
from tests.support.page import Page

# What stands on the site in the operator's own words and can be reported by its address all the same.
OWN_WORDS = {"consultation"}
SOUGHT = range(1, 3000)  # PostgreSQL does not give numbers of earlier tests again


def _public(kind: str) -> SubjectInfo | None:
    found = registries.subjects[kind].describe(list(SOUGHT))
    return next((info for _key, info in sorted(found.items()) if info.public), None)


def _reported(page: Page) -> list[str]:
    """The addresses that the page's links to the form hand over."""
    links = [urlsplit(link) for link in page.links("main a[href]") if "/report?" in link]
    return [parse_qs(link.query)["url"][0] for link in links]


@pytest.mark.usefixtures("demo")
def test_art_16_1_every_public_text_can_be_reported(app: Any, client: Any) -> None:
    assert app is not None
    lacking = []
    seen = set()
    for kind in sorted(set(registries.subjects) - OWN_WORDS):
        info = _public(kind)
        if info is None:
            continue
        seen.add(kind)
        ends = [subject_at(url) for url in _reported(client.page(info.url))]
        part_of_a_page = "#" in info.url  # a call is reported with the programme on whose page it stands
        if not any(end is not None and (part_of_a_page or (end.kind, end.id) == (kind, info.id)) for end in ends):
            lacking.append(f"{kind} at {info.url}: {[(end.kind, end.id) if end else None for end in ends]}")
    assert not lacking, "\n".join(lacking)
    assert seen >= {
        "idea",
        "comment",
        "cluster",
        "project",
        "activity",
        "topic",
        "programme",
        "organisation",
        "question",
    }


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("language", ["de", "en"])
def test_the_form_knows_what_is_reported(client: Any, language: str) -> None:
    info = _public("idea")
    assert info is not None
    address = info.url.replace("/de/", f"/{language}/", 1)
    links = [link for link in client.page(address).links("main a[href]") if f"/{language}/report?" in link]
    link = next(link for link in links if parse_qs(urlsplit(link).query)["url"] == [address])
    page = client.page(link)
    assert page.form("main form[method=post]")["url"] == address
    assert address in page.links("main .c-panel a")
