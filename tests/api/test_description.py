"""The description and the API agree: held by a property-based tester that reads nothing but the description."""

from __future__ import annotations

import contextvars
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode

from tests.api.reading import Description, get
from tests.support.client import share_work

OPERATIONS = 30
QUIET = list(HealthCheck)


def operations(app: Any) -> Iterator[Any]:
    share_work()
    schema = contextvars.Context().run(schemathesis.openapi.from_wsgi, "/api/v1/openapi.json", app)
    for found in schema.get_all_operations():
        yield found.ok()


def attack(app: Any, examples: int, **more: Any) -> None:
    """Ask every operation with fitting and with unfitting requests; all of the tester's checks hold."""
    tried = 0
    for operation in operations(app):
        tried += 1
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):

            @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=QUIET, **more)
            @given(case=operation.as_strategy(generation_mode=mode))
            def ask(case: Any) -> None:
                contextvars.Context().run(case.call_and_validate)

            ask()
    assert tried == OPERATIONS


def test_the_api_is_as_described(app: Any, demo: None) -> None:
    """The same requests in every run, so that a failure can be looked at."""
    attack(app, 4, derandomize=True)


@pytest.mark.long
def test_the_api_is_as_described_whatever_is_asked(app: Any, demo: None) -> None:
    attack(app, 100)


def test_every_address_is_described_and_the_other_way_round(app: Any, client: Any) -> None:
    described = set(Description(client).document["paths"])
    served = {
        rule.rule.replace("<", "{").replace(">", "}")
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/") and rule.endpoint != "api.openapi"
    }
    assert described == served
    assert len(described) == OPERATIONS


def test_names_of_operations_are_unique(client: Any) -> None:
    names = [next(iter(one.values()))["operationId"] for one in Description(client).document["paths"].values()]
    assert len(set(names)) == len(names)


def test_every_reference_leads_somewhere(client: Any) -> None:
    document = Description(client).document

    def references(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            yield from ([value["$ref"]] if isinstance(value.get("$ref"), str) else [])
            for inner in value.values():
                yield from references(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from references(inner)

    found = set(references(document))
    assert found
    for reference in found:
        place = document
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]


def test_everything_is_bounded(client: Any) -> None:
    """Whatever can be asked has a longest, a largest or a closed list."""
    loose = []
    for path, methods in Description(client).document["paths"].items():
        for parameter in next(iter(methods.values()))["parameters"]:
            schema = parameter.get("schema", {"enum": []})
            inner = schema.get("items", schema)
            bounded = {"enum", "const", "pattern", "maxLength", "maximum"} & set(inner)
            if not bounded or (schema.get("type") == "array" and "maxItems" not in schema):
                loose.append(f"{path} {parameter['name']}")
    assert not loose


def test_the_description_speaks_both_languages(client: Any) -> None:
    german, english = (get(client, "/api/v1/openapi.json", lang=lang) for lang in ("de", "en"))

    def words(document: Any) -> list[str]:
        return [
            text
            for methods in document["paths"].values()
            for text in (
                next(iter(methods.values()))["summary"],
                *(one.get("description", "x") for one in next(iter(methods.values()))["parameters"]),
            )
        ]

    assert len(words(german)) == len(words(english))
    assert not [text for text in words(german) if not text]
    same = {text for text in words(german) if text in words(english)} - {"x"}
    assert not same, same
    assert set(german["components"]["schemas"]) == set(english["components"]["schemas"])


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_page_shows_what_is_described(client: Any, language: str) -> None:
    page = client.page("/api/docs", headers={"Accept-Language": language})
    assert page.one("html")["lang"] == language
    document = get(client, "/api/v1/openapi.json", lang=language)
    assert page.h1 == document["info"]["title"]
    shown = page.text
    for path, methods in document["paths"].items():
        assert path in shown
        assert next(iter(methods.values()))["summary"] in shown
    for name in document["components"]["schemas"]:
        assert page.one(f"#schema-{name}")
    other = {"de": "en", "en": "de"}[language]
    assert page.select(f'a[hreflang="{other}"][href="/api/docs?lang={other}"]')
    for link in page.links('main a[href^="#"]'):
        assert page.one(f'[id="{link[1:]}"]')


def test_the_page_is_found(client: Any) -> None:
    assert "/api/docs" in client.page("/de/").links("footer a[href]")
