"""The OpenAPI 3.1 document, made from the endpoints as they are declared, in the reader's language.

Built once for each language and process: it depends on the code alone.
"""

from __future__ import annotations

import re
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from consult.api.layer import Endpoint, Layer
from consult.core.i18n import _, _l, in_language

VERSION = "1.0"
TAGS = {
    "about": _l("About"),
    "consultations": _l("Consultations"),
    "questions": _l("Questions"),
    "ideas": _l("Ideas"),
    "comments": _l("Comments"),
    "clusters": _l("Clusters"),
    "programmes": _l("Programmes"),
    "projects": _l("Projects"),
    "activities": _l("Activities"),
    "offers": _l("Offers and requests"),
    "responses": _l("Responses"),
    "topics": _l("Topics"),
    "vocabularies": _l("Vocabularies"),
}
_VARIABLE = re.compile(r"<(\w+)>")
_REF = "#/components/schemas/{model}"

Json = dict[str, Any]


def plain(value: Any) -> Any:
    """The same with lazy texts as words of the present language, without the titles that repeat a field's name."""
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items() if key != "title" or isinstance(one, dict)}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return value if value is None or isinstance(value, str | int | float) else str(value)


def _parameters(model: type[BaseModel], where: str) -> list[Json]:
    """The fields of a model as parameters of a request."""
    schema = plain(model.model_json_schema(mode="validation"))
    found = []
    for name, field in schema["properties"].items():
        if field.get("default", 0) is None or field.get("default") == "":
            field.pop("default")
        entry = {
            "name": name, "in": where, "required": where == "path", "description": field.pop("description", ""),
            "schema": field,
        }  # fmt: skip
        if field.get("type") == "array":
            entry |= {"style": "form", "explode": True}
        found.append(entry)
    return found


def _string(description: str, **more: Any) -> Json:
    return {"description": description, "schema": {"type": "string", **more}}


def _headers(endpoint: Endpoint) -> Json:
    headers: Json = {
        "Content-Language": {**_string(_("Language of the answer."), enum=["de", "en"]), "required": True},
    }
    if endpoint.takes is not None:
        return headers
    headers["ETag"] = {**_string(_("State of the answer, for If-None-Match.")), "required": True}
    if endpoint.is_list:
        headers["Link"] = _string(_('The next page (rel="next"), where there is one.'))
    return headers


def _body(endpoint: Endpoint) -> Json:
    entry = {"$ref": _REF.format(model=endpoint.result.__name__)}
    address = {"type": "string", "format": "uri"}
    links: Json = {"self": address}
    meta: Json = {"language": {"type": "string", "enum": ["de", "en"]}}
    data: Json = entry
    if endpoint.is_list:
        data = {"type": "array", "items": entry, "maxItems": 100}
        links["next"] = {"anyOf": [address, {"type": "null"}]}
        meta["count"] = {"type": "integer", "minimum": 0}
    return _object({"data": data, "links": _object(links), "meta": _object(meta)})


def _object(properties: Json) -> Json:
    return {
        "type": "object", "properties": properties, "required": list(properties), "additionalProperties": False,
    }  # fmt: skip


def _problem(description: str) -> Json:
    schema = {"$ref": _REF.format(model="Problem")}
    return {"description": description, "content": {"application/problem+json": {"schema": schema}}}


def _responses(endpoint: Endpoint) -> Json:
    found: Json = {
        "200": {
            "description": _("What was asked for."), "headers": _headers(endpoint),
            "content": {"application/json": {"schema": _body(endpoint)}},
        },
        "400": _problem(_("A parameter is unknown or its value is not taken.")),
    }  # fmt: skip
    if endpoint.takes is None:
        found["304"] = {"description": _("Unchanged since the ETag that was sent.")}
    if endpoint.place.model_fields:
        found["404"] = _problem(_("There is no such thing, or it is not public."))
    if endpoint.gone:
        location = {"description": _("Its address."), "schema": {"type": "string", "format": "uri"}}
        found["301"] = {"description": _("It went up in another one."), "headers": {"Location": location}}
        found["410"] = _problem(_("It was public and is not any more."))
    found["503"] = _problem(_("Busy. Retry-After says when to ask again."))
    return found


def _operation(endpoint: Endpoint) -> Json:
    given = [*_parameters(endpoint.place, "path")] if endpoint.place.model_fields else []
    given += _parameters(endpoint.parameters, "query")
    found: Json = {
        "operationId": endpoint.name, "tags": [endpoint.tag], "summary": str(endpoint.summary),
        "description": str(endpoint.description), "parameters": given, "responses": _responses(endpoint),
    }  # fmt: skip
    if endpoint.takes is None:
        given.append({"$ref": "#/components/parameters/IfNoneMatch"})
    else:
        schema = {"$ref": _REF.format(model=endpoint.takes.__name__)}
        found["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return found


def _problem_schema() -> Json:
    line = _object({"parameter": {"type": "string"}, "detail": {"type": "string"}})
    return {
        "type": "object",
        "description": _("An error, as RFC 9457 describes it."),
        "properties": {
            "type": {"type": "string", "format": "uri-reference"},
            "title": {"type": "string"},
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "detail": {"type": "string"},
            "errors": {"type": "array", "items": line, "description": _("The parameters at fault.")},
            "documentation": {"type": "string", "format": "uri"},
        },
        "required": ["type", "title", "status", "detail"],
    }


def _schemas(found: Json) -> Json:
    """The models' schemas without their docstrings, which are for who reads the code."""
    schemas: Json = plain(found)
    return {name: {key: one for key, one in schema.items() if key != "description"} for name, schema in schemas.items()}


def document(layer: Layer, language: str, site: str, root: str) -> Json:
    """The whole description. `root` is the address below which the paths lie, relative to the document's own."""
    with in_language(language):
        models: list[tuple[type[BaseModel], str]] = [
            (model, "serialization") for model in dict.fromkeys(one.result for one in layer.endpoints)
        ]
        models += [(one.takes, "validation") for one in layer.endpoints if one.takes is not None]
        _names, schemas = models_json_schema(models, ref_template=_REF)  # type: ignore[arg-type]
        return {
            "openapi": "3.1.0",
            "info": {
                "title": _("%(site)s: interface for programs", site=site),
                "version": VERSION,
                "summary": _("Everything that is public here, to be read by programs."),
                "description": _(
                    "No key is needed and no reader is known. Lists page by cursor: follow links.next until it is null. "
                    "Unknown parameters are refused, so that a mistyped filter is noticed."
                ),
            },
            "servers": [{"url": root}],
            "tags": [{"name": name, "description": str(title)} for name, title in TAGS.items()],
            "paths": {
                "/api" + layer.prefix + _VARIABLE.sub(r"{\1}", one.rule): {one.method: _operation(one)}
                for one in layer.endpoints
            },
            "components": {
                "schemas": {**_schemas(schemas["$defs"]), "Problem": _problem_schema()},
                "parameters": {
                    "IfNoneMatch": {
                        "name": "If-None-Match", "in": "header", "required": False, "schema": {"type": "string"},
                        "description": _("ETag of an earlier answer; an unchanged one comes back as 304 without body."),
                    },
                },
            },
        }  # fmt: skip
