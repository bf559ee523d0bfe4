"""Reading the API in tests: the lists with their addresses, walking pages, checking answers against the description."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode, urlsplit

import jsonschema_rs

LISTS = (
    "consultations", "questions", "ideas", "comments", "clusters", "programmes", "projects", "activities", "offers",
    "responses", "topics", "vocabularies",
)  # fmt: skip


def local(url: str) -> str:
    """The path and query of an address of the site."""
    parts = urlsplit(url)
    return parts.path + ("?" + parts.query if parts.query else "")


def get(client: Any, path: str, status: int = 200, **query: Any) -> Any:
    """The JSON of an answer with this status; `page_after` and `page_size` stand for their parameters."""
    names = {"page_after": "page[after]", "page_size": "page[size]"}
    asked = urlencode([(names.get(name, name), value) for name, value in query.items()], doseq=True)
    response = client.get(local(path) + ("?" + asked if asked else ""))
    assert response.status_code == status, f"GET {path}: {response.status} {response.get_data(as_text=True)[:300]}"
    return response.json


def walk(client: Any, path: str, **query: Any) -> Iterator[Any]:
    """The pages of a list, from the first to the last, by their own links."""
    body = get(client, path, **query)
    for _page in range(1000):
        yield body
        following = body["links"]["next"]
        if following is None:
            return
        body = get(client, following)
    raise AssertionError(f"{path} has no end")


def entries(client: Any, path: str, **query: Any) -> list[Any]:
    """All entries of a list."""
    return [entry for page in walk(client, path, **query) for entry in page["data"]]


class Description:
    """The OpenAPI document, and whether an answer keeps to it."""

    def __init__(self, client: Any) -> None:
        self.document = get(client, "/api/v1/openapi.json", lang="en")
        self._validators: dict[str, Any] = {}

    def operation(self, path: str) -> Any:
        """The operation behind an address."""
        wanted = path.split("?")[0].rstrip("/").split("/")
        fitting = [
            (template, next(iter(methods.values())))
            for template, methods in self.document["paths"].items()
            if len(parts := template.rstrip("/").split("/")) == len(wanted)
            and all(part.startswith("{") or part == word for part, word in zip(parts, wanted, strict=True))
        ]
        assert fitting, path
        return min(fitting, key=lambda one: one[0].count("{"))[1]

    def faults(self, path: str, body: Any) -> list[str]:
        """Where the body of a successful answer breaks its schema."""
        operation = self.operation(path)
        name = operation["operationId"]
        if name not in self._validators:
            schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
            whole = {**schema, "components": self.document["components"]}
            self._validators[name] = jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
        return [
            f"{path} {list(one.instance_path)}: {one.message[:200]}" for one in self._validators[name].iter_errors(body)
        ]
