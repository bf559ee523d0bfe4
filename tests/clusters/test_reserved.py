"""Words below /clusters/ that are pages of their own: no portrait may have one of them as its address."""

from __future__ import annotations

from flask import Flask

from consult.clusters import addresses


def test_every_page_below_clusters_is_a_reserved_word(app: Flask) -> None:
    prefix = "/<any(de, en):lang_code>/clusters/"
    rules = [str(rule.rule) for rule in app.url_map.iter_rules() if str(rule.rule).startswith(prefix)]
    words = {rule.removeprefix(prefix).split("/")[0] for rule in rules}
    words = {word for word in words if word and not word.startswith("<")}
    assert {"compare", "countries", "roles"} <= words
    assert words <= addresses.RESERVED, words - addresses.RESERVED


def test_no_address_is_made_of_a_reserved_word(app: Flask) -> None:
    for word in addresses.RESERVED:
        assert addresses.is_taken(word)
    assert addresses.free_slug("Compare") == "compare-2"
    assert addresses.free_slug("Roles") == "roles-2"
