"""What every template may use: words of closed lists, short regions, addresses with one facet changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from pickle import PickleError
from typing import Any
from urllib.parse import quote_plus

from flask import Flask, request
from jinja2 import FileSystemBytecodeCache, Template
from jinja2.bccache import Bucket
from jinja2.runtime import Context, new_context
from markupsafe import Markup, escape

from consult.core.audiences import HINTS, LABELS
from consult.core.facets import facet_groups
from consult.core.i18n import format_number
from consult.core.registry import panels_for
from consult.core.vocabularies import short_region, term_title, vocabulary


def with_query(**changes: Any) -> str:
    """The present address with parameters changed; None removes one, a list sets several. The cursor always goes."""
    parts = {**_present_query(), **{name: _encoded(name, value) for name, value in changes.items()}}
    query = "&".join(filter(None, parts.values()))
    return f"{request.path}?{query}" if query else request.path


def _present_query() -> dict[str, str]:
    """The parameters of this request as they stand in an address; a page with facets asks for them dozens of times."""
    found: dict[str, str] | None = request.environ.get("consult.query")
    if found is None:
        found = {name: _encoded(name, values) for name, values in request.args.lists() if name != "after"}
        request.environ["consult.query"] = found
    return found


def _encoded(name: str, value: Any) -> str:
    values = value if isinstance(value, list | tuple) else [] if value is None or value == "" else [value]
    return "&".join(f"{quote_plus(name)}={quote_plus(str(one))}" for one in values)


def without_value(name: str, value: str) -> str:
    """The present address without one value of a repeatable parameter: what a chip's cross links to."""
    return with_query(**{name: [one for one in request.args.getlist(name) if one != value] or None})


def tab_links(items: Iterable[Mapping[str, Any]]) -> Markup:
    """The items of `tabs`: the views of one thing, each with its number where it has one."""
    return Markup("".join([_tab(one) for one in items]))  # noqa: S704 - escaped


def _tab(one: Mapping[str, Any]) -> str:
    current = ' aria-current="page"' if one.get("current") else ""
    count = one.get("count")
    number = f" <span>{format_number(count)}</span>" if count is not None else ""
    return f'<li><a href="{escape(one["url"])}"{current}>{escape(one["label"])}{number}</a></li>'


class SharedTemplate(Template):
    """A template that is given no globals of its own: what differs from page to page comes as context, and every template
    sees the environment's globals.

    So its macros are imported without comparing all names of both at each `{% from ... import ... %}`, and a page begins
    with a copy of one dictionary and not of a chain of them: each was a twentieth of a page.
    """

    def new_context(
        self, vars: dict[str, Any] | None = None, shared: bool = False, locals: Mapping[str, Any] | None = None
    ) -> Context:
        return new_context(self.environment, self.name, self.blocks, vars, shared, self.environment.globals, locals)

    def _get_default_module(self, ctx: Context | None = None) -> Any:
        if self._module is None:
            self._module = self.make_module()
        return self._module


class KeptTemplates(FileSystemBytecodeCache):
    """What templates were compiled to, kept from one process to the next in a folder that only this user can open: the first
    page after a start costs a quarter of a second less. What cannot be kept is compiled anew.
    """

    def load_bytecode(self, bucket: Bucket) -> None:
        try:
            super().load_bytecode(bucket)
        except (OSError, EOFError, ValueError, PickleError):  # cut off when the machine went down
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):  # a full disk, or a folder that is gone
            super().dump_bytecode(bucket)


def kept_templates() -> KeptTemplates | None:
    """The store of compiled templates, or None where there is no safe place for one. It knows templates by their words; what
    else they depend on, this file and the libraries, is part of the names.
    """
    made_by = sha256(Path(__file__).read_bytes() + f"{version('jinja2')} {version('markupsafe')}".encode()).hexdigest()
    try:
        return KeptTemplates(pattern=f"consult-{made_by[:12]}-%s.cache")
    except (OSError, RuntimeError):  # nowhere to write, or a folder that others could change
        return None


def init_app(app: Flask) -> None:
    """Make them known to Jinja; undefined names are errors, white space of blocks is trimmed."""
    app.jinja_env.template_class = SharedTemplate
    app.jinja_env.bytecode_cache = kept_templates()
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        vocab=term_title,
        vocabulary=vocabulary,
        short_region=short_region,
        with_query=with_query,
        without_value=without_value,
        panels_for=panels_for,
        facet_groups=facet_groups,
        tab_links=tab_links,
        audience_labels=LABELS,
        audience_hints=HINTS,
    )
