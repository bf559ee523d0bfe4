"""What rooms offer each other is complete: every entry finds its template, its subject and its owner."""

from __future__ import annotations

from typing import Any

import pytest

from consult.core.db import Base
from consult.core.registry import registries
from tests.house.source import TEMPLATES

pytestmark = pytest.mark.sqlite


def test_what_is_moderated_or_searched_is_a_subject(app: Any) -> None:
    assert app is not None
    assert set(registries.moderated) <= set(registries.subjects)
    assert set(registries.searchables) <= set(registries.subjects)
    assert set(registries.commentable) <= set(registries.subjects)


def test_who_speaks_for_a_thing_can_be_told(app: Any) -> None:
    assert app is not None
    lacking = [one.kind for one in registries.subjects.values() if (one.may_manage is None) != (one.speakers is None)]
    assert not lacking, f"links ask these to confirm and tell them nothing, or the reverse: {lacking}"


def test_keys_are_the_kinds_they_name(app: Any) -> None:
    assert app is not None
    for table in (registries.subjects, registries.moderated, registries.searchables, registries.notice_kinds):
        assert all(key == entry.kind for key, entry in table.items())


def test_panels_have_their_templates(app: Any) -> None:
    assert app is not None
    panels = [panel for slot in registries.panels.values() for panel in slot] + list(registries.me_sections)
    assert not [panel.template for panel in panels if not (TEMPLATES / panel.template).is_file()]


def test_panels_have_a_page(app: Any) -> None:
    """A slot is named after the endpoint of the page that shows it."""
    assert not [slot for slot in registries.panels if "." not in slot or slot.split(".")[0] not in app.blueprints]


def test_notices_with_mail_have_both_templates(app: Any) -> None:
    assert app is not None
    missing = [
        f"{kind.mail}{suffix}"
        for kind in registries.notice_kinds.values()
        if kind.mail
        for suffix in (".txt", ".html")
        if not (TEMPLATES / f"{kind.mail}{suffix}").is_file()
    ]
    assert not missing


def test_menus_lead_somewhere(app: Any) -> None:
    endpoints = [item.endpoint for item in registries.navigation] + [item.endpoint for item in registries.footer]
    assert not [endpoint for endpoint in endpoints if endpoint not in app.view_functions]


def test_every_table_about_people_is_taken_out_and_erased(app: Any) -> None:
    """A table that points at a person belongs to an entry of the personal data registry."""
    assert app is not None
    owned = {table for entry in registries.personal_data.values() for table in entry.tables}
    people = {
        table.name
        for table in Base.metadata.tables.values()
        if any(key.column.table.name == "person" for key in table.foreign_keys) or table.name == "person"
    }
    assert people <= owned, f"nobody exports and erases {sorted(people - owned)}"


def test_every_entry_names_existing_tables(app: Any) -> None:
    assert app is not None
    owned = {table for entry in registries.personal_data.values() for table in entry.tables}
    assert owned <= set(Base.metadata.tables)
