"""The description for programs, and the same as a page for people: made from one document, so they cannot differ."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from flask import Response, current_app, make_response, render_template, request

from consult.api import document
from consult.api.layer import answer, conditional
from consult.api.views import blueprint, layer
from consult.core.access import access
from consult.core.i18n import LANGUAGES, current_language
from consult.core.web import address

Json = dict[str, Any]


@lru_cache(maxsize=8)
def described(language: str, site: str, root: str) -> Json:
    """The document; the endpoints are the same in every application of a process."""
    return document.document(layer, language, site, root)


def present_document() -> Json:
    return described(current_language(), current_app.config["SETTINGS"].site_name, request.script_root or "/")


@blueprint.get("/v1/openapi.json")
@access("public")
def openapi() -> Response:
    """The OpenAPI document."""
    return answer(present_document())


def words_of_type(schema: Json) -> str:
    """A JSON type in one line: string, integer or null, array of string, Link."""
    if "$ref" in schema:
        return str(schema["$ref"].rsplit("/", 1)[1])
    if "anyOf" in schema:
        return " | ".join(words_of_type(one) for one in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(str(one) for one in schema["enum"])
    if "const" in schema:
        return str(schema["const"])
    if schema.get("type") == "array":
        return f"{words_of_type(schema.get('items', {}))}[]"
    return str(schema.get("format") or schema.get("type") or "")


def bounds(schema: Json) -> str:
    """What a value must keep to, in the signs of the schema."""
    parts = [
        f"{name}: {schema[name]}"
        for name in ("default", "minimum", "maximum", "maxLength", "maxItems")
        if name in schema
    ]
    return ", ".join(parts)


def groups(found: Json) -> list[Json]:
    """The operations by tag, as the page shows them."""
    by_tag: dict[str, list[Json]] = {}
    for path, methods in found["paths"].items():
        method, operation = next(iter(methods.items()))
        by_tag.setdefault(operation["tags"][0], []).append({
            "method": method.upper(), "path": path, "id": operation["operationId"], "summary": operation["summary"],
            "description": operation["description"], "result": result_of(operation),
            "parameters": [one for one in operation["parameters"] if "name" in one],
            "statuses": [(status, answer["description"]) for status, answer in operation["responses"].items()],
            "try_it": path if method == "get" and "{" not in path else None,
        })  # fmt: skip
    return [
        {"name": tag["name"], "title": tag["description"], "operations": by_tag[tag["name"]]} for tag in found["tags"]
    ]


def result_of(operation: Json) -> Json:
    """Name of the schema that an operation gives, and whether it is a list of them."""
    data = operation["responses"]["200"]["content"]["application/json"]["schema"]["properties"]["data"]
    is_list = data.get("type") == "array"
    return {"name": (data["items"] if is_list else data)["$ref"].rsplit("/", 1)[1], "is_list": is_list}


@blueprint.get("/docs")
@access("public")
def docs() -> Response:
    """The page."""
    found = present_document()
    switch = {language: f"{request.script_root}/api/docs?lang={language}" for language in LANGUAGES}
    text = render_template(
        "api/docs.html",
        document=found,
        groups=groups(found),
        words_of_type=words_of_type,
        bounds=bounds,
        base=address("api.index"),
        alternate_urls=switch,
    )
    response = conditional(make_response(text))
    response.vary.add("Accept-Language")
    return response
