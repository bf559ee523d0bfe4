"""Panels of other rooms become parts of the page."""

from __future__ import annotations

from typing import Any

import pytest
from jinja2 import DictLoader
from markupsafe import Markup

from consult.core.registry import Panel, registries

TEMPLATES = {
    "page": "{% set own = 'page' %}{% for part in rendered_panels('x.show', 7) %}<{{ part }}>{% endfor %}",
    "part": "{{ name }} {{ panel.name }} {{ lang }} {{ '<' }}",
}


@pytest.mark.sqlite
def test_a_panel_sees_its_values_and_those_of_the_page(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def shown(subject_id: int, _actor: Any) -> dict[str, Any]:
        return {"name": f"no. {subject_id}"}

    def silent(_subject_id: int, _actor: Any) -> None:
        return None

    panels = [Panel("x.show", 1, "part", shown), Panel("x.show", 2, "part", silent), Panel("x.show", 3, "part", shown)]
    monkeypatch.setattr(registries, "panels", {"x.show": panels})
    environment = app.jinja_env.overlay(loader=DictLoader(TEMPLATES), autoescape=True)
    written = environment.get_template("page").render(lang="de")
    assert written == Markup("<no. 7 no. 7 de &lt;><no. 7 no. 7 de &lt;>")
