"""The thin layer between pydantic models and HTTP: an endpoint declares what it takes and gives, this does the rest.

Why no library: spectree 3.0 describes every answer as `application/json`, so that problem documents contradict its own
description, cannot describe headers, and builds its readable pages on files of content networks; flask-openapi 5 replaces
the Flask class and reads the last of several values of a parameter. What is needed here is small: read parameters into a
model, refuse what does not fit as a problem document, wrap the result, and let a cache ask whether it is still good.

Every answer is the public's: the reader's account plays no part in it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Generic, Literal, TypeVar, get_origin

from flask import Blueprint, Response, current_app, g, request
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.json_schema import SkipJsonSchema
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException

from consult.core.access import access
from consult.core.answers import conditional, self_address
from consult.core.db import set_reading
from consult.core.errors import NotFound
from consult.core.i18n import LANGUAGES, _, _l, current_language
from consult.core.web import address, csrf, problem

LARGEST_PAGE = 100

Entry = TypeVar("Entry", bound="Resource")


class Moved(HTTPException):
    """What was asked for stands at another address of this API, for now or for ever: nobody keeps the answer."""

    code = 301

    def __init__(self, url: str) -> None:
        response = current_app.response_class(status=301, headers={"Location": url, "Cache-Control": "no-cache"})
        super().__init__(response=response)


class Resource(BaseModel):
    """What an endpoint gives: a flat object. Every field is always there, null or empty where nothing is known."""

    model_config = ConfigDict(extra="forbid", json_schema_serialization_defaults_required=True)


class Parameters(BaseModel):
    """What every endpoint takes. A name that is not declared is refused: a filter that is ignored gives wrong results."""

    model_config = ConfigDict(extra="forbid")

    lang: Literal["de", "en"] | SkipJsonSchema[None] = Field(
        default=None,
        description=_l("Language of titles, texts and messages; without it, the request's Accept-Language decides."),
    )


class ListParameters(Parameters):
    """What every list takes."""

    after: str = Field(
        default="", alias="page[after]", max_length=500,
        description=_l("Cursor of the page wanted, as links.next carries it. Any other text gives the first page."),
    )  # fmt: skip
    size: int = Field(default=20, alias="page[size]", ge=1, le=LARGEST_PAGE, description=_l("Entries on a page."))


class SearchParameters(ListParameters):
    """What every list takes that full-text search knows."""

    q: str = Field(
        default="", max_length=200,
        description=_l("Words that must occur. Endings, umlauts and compounds are taken into account."),
    )  # fmt: skip


class Nothing(BaseModel):
    """The address of an endpoint without a variable part."""


@dataclass
class Listing(Generic[Entry]):
    """One page of a list, and the cursor of the next one."""

    entries: Sequence[Entry]
    next: str | None = None


@dataclass(frozen=True)
class Endpoint:
    """An address of the API with all that its description tells. `gone` where withdrawn things answer 410 and
    those that went up in another one 301. `takes` is the JSON that is sent with POST, where it is no GET."""

    rule: str
    name: str
    tag: str
    summary: Any
    description: Any
    place: type[BaseModel]
    parameters: type[Parameters]
    result: type[Resource]
    is_list: bool
    gone: bool
    takes: type[BaseModel] | None = None

    @property
    def method(self) -> str:
        return "post" if self.takes is not None else "get"


class Text(BaseModel):
    """A text that is asked about; it is not stored."""

    model_config = ConfigDict(extra="forbid")


def given_values(model: type[BaseModel], arguments: MultiDict[str, str]) -> dict[str, Any]:
    """The query as the model reads it: lists where it expects several values, otherwise exactly one."""
    several = {
        name.alias or key for key, name in model.model_fields.items() if get_origin(name.annotation) is list
    }  # fmt: skip
    return {
        key: values if key in several or len(values) > 1 else values[0]
        for key, values in arguments.lists()
    }  # fmt: skip


def _complaint(kind: str) -> str:
    if kind == "extra_forbidden":
        return _("There is no such parameter here.")
    if kind in ("string_too_long", "too_long"):
        return _("That is more than is taken.")
    return _("This value is not taken. The documentation says which ones are.")


def _refused(error: ValidationError) -> Response:
    """400 with a line for each parameter at fault."""
    kinds = {str((one["loc"] or ("body",))[0])[:100]: one["type"] for one in error.errors()}
    lines = [{"parameter": name, "detail": _complaint(kind)} for name, kind in list(kinds.items())[:20]]
    return problem(
        400, _("The parameters do not fit"), _("Nothing was read, so that you do not take a wrong result for a right one."),
        errors=lines, documentation=address("api.docs"),
    )  # fmt: skip


def answer(document: Mapping[str, Any], link: str = "") -> Response:
    """A document as an answer that may be kept and asked for again by its ETag."""
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    response = conditional(current_app.response_class(body, mimetype="application/json"))
    response.vary.add("Accept-Language")
    if link:
        response.headers["Link"] = link
    return response


def _unkept(document: Mapping[str, Any]) -> Response:
    """An answer about what one reader sent: nobody keeps it."""
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    response = current_app.response_class(body, mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Language"] = current_language()
    return response


def _document(endpoint: Endpoint, result: Any) -> tuple[dict[str, Any], str]:
    """The body of an answer and its Link header."""
    meta: dict[str, Any] = {"language": current_language()}
    if not endpoint.is_list:
        return {"data": result.model_dump(mode="json"), "links": {"self": self_address()}, "meta": meta}, ""
    following = self_address(page__after=result.next) if result.next else None
    body = {
        "data": [entry.model_dump(mode="json") for entry in result.entries],
        "links": {"self": self_address(), "next": following},
        "meta": {**meta, "count": len(result.entries)},
    }
    return body, f'<{following}>; rel="next"' if following else ""


@dataclass
class Layer:
    """The endpoints of one blueprint."""

    blueprint: Blueprint
    prefix: str
    endpoints: list[Endpoint] = field(default_factory=list)

    def read(
        self, rule: str, result: type[Resource], *, tag: str, summary: Any, description: Any = "",
        place: type[BaseModel] = Nothing, parameters: type[Parameters] = Parameters, is_list: bool = False,
        gone: bool = False,
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:  # fmt: skip
        """Declare a public address that is read with GET. The function gets (place, parameters) as models and returns
        a resource, or a `Listing` of them where `is_list`; it raises NotFound or Gone."""

        def declare(view: Callable[..., Any]) -> Callable[..., Any]:
            endpoint = Endpoint(
                rule, view.__name__, tag, summary, description, place, parameters, result, is_list, gone
            )
            self.endpoints.append(endpoint)

            @wraps(view)
            def handle(**values: str) -> Response:
                try:
                    where = place.model_validate(values)
                except ValidationError as error:
                    raise NotFound() from error
                try:
                    given = parameters.model_validate(given_values(parameters, request.args))
                except ValidationError as error:
                    return _refused(error)
                return answer(*_document(endpoint, view(where, given)))

            self.blueprint.get(self.prefix + rule, strict_slashes=False)(access("public")(handle))
            return view

        return declare

    def ask(
        self, rule: str, result: type[Resource], takes: type[Text], *, tag: str, summary: Any, description: Any = "",
        parameters: type[Parameters] = Parameters,
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:  # fmt: skip
        """Declare a public address that is asked with POST, since what is asked about is too long for an address. It
        writes nothing, needs no account and no token, and answers with a list. The function gets (sent, parameters)."""

        def declare(view: Callable[..., Any]) -> Callable[..., Any]:
            endpoint = Endpoint(
                rule, view.__name__, tag, summary, description, Nothing, parameters, result, True, False, takes
            )
            self.endpoints.append(endpoint)

            @wraps(view)
            def handle() -> Response:
                set_reading(True)
                try:
                    given = parameters.model_validate(given_values(parameters, request.args))
                    sent = takes.model_validate_json(request.get_data())
                except ValidationError as error:
                    return _refused(error)
                body, _link = _document(endpoint, view(sent, given))
                return _unkept(body)

            guarded = csrf.exempt(access("public")(handle))  # nothing is changed and no cookie counts
            self.blueprint.post(self.prefix + rule, strict_slashes=False)(guarded)
            return view

        return declare


def choose_language(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """`?lang=` decides before anything is said."""
    if request.args.get("lang") in LANGUAGES:
        g.lang = request.args["lang"]


def allow_everyone(response: Response) -> Response:
    """Pages of other sites may read the public API: it knows no reader and sends nothing that is theirs."""
    if request.path.startswith("/api/v1"):
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Expose-Headers"] = "ETag, Link, Content-Language"
        if request.method == "OPTIONS":
            response.headers["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
            response.headers["Access-Control-Allow-Headers"] = "If-None-Match, Accept-Language"
            response.headers["Access-Control-Max-Age"] = "86400"
    return response
