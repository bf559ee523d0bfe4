"""The same original entered by two at the same moment, on real threads and both databases: it is entered once."""

from __future__ import annotations

from typing import Any

from tests.paper.test_entries import TYPED, count
from tests.paper.test_import import ROWS, upload
from tests.support.at_once import at_once
from tests.support.page import html


def test_what_two_type_at_once_is_entered_once(
    here: Any,
    cast: Any,
    db: Any,
    new_client: Any,
    sign_in: Any,
) -> None:
    """A second click, too: whoever comes second is shown what is here already."""
    address = "/de/paper/open-region/enter"
    browsers = [sign_in(new_client(), person) for person in (cast.moderator, cast.official)]
    forms = [browser.page(address).form("main form[method=post]") for browser in browsers]
    answers = at_once(
        *(lambda number=number: browsers[number].post(address, data={**forms[number], **TYPED}) for number in (0, 1))
    )
    assert sorted(one.status_code for one in answers) == [303, 422] and count(db) == 1
    second = next(one for one in answers if one.status_code == 422)
    assert "das Original hat dieselbe Nummer" in html(second).text


def test_a_table_that_two_enter_at_once_is_entered_once(
    here: Any,
    cast: Any,
    db: Any,
    new_client: Any,
    sign_in: Any,
) -> None:
    browsers = [sign_in(new_client(), person) for person in (cast.moderator, cast.official)]
    previews = [upload(browser, ROWS) for browser in browsers]
    forms = [
        browser.page(at).form("main form[action$='/carry-out']") for browser, at in zip(browsers, previews, strict=True)
    ]
    answers = at_once(
        *(
            lambda number=number: browsers[number].post(f"{previews[number]}/carry-out", data=forms[number])
            for number in (0, 1)
        )
    )
    codes = [one.status_code for one in answers]
    assert count(db) == len(ROWS) and 303 in codes and max(codes) < 500, codes
