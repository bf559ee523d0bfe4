"""Files outside the languages: sitemap, robots, security contact."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from flask import Flask

from consult.core.clock import now
from consult.core.registry import touch
from tests.support.queries import count_queries

SPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def locations(response: Any) -> list[str]:
    assert response.status_code == 200
    assert response.mimetype == "application/xml"
    return [str(found.text) for found in ElementTree.fromstring(response.data).iter(f"{SPACE}loc")]


@pytest.fixture
def demo(app: Flask) -> Iterator[None]:
    """The application in demo mode."""
    settings = app.config["SETTINGS"]
    settings.demo = True
    yield
    settings.demo = False


def test_the_sitemap_knows_what_everyone_may_read(client: Any, make: Any, db: Any) -> None:
    made, hidden = make.consultation(slug="weg", questions=2), make.consultation(slug="geheim", listed=False)
    for question in (*made.questions, *hidden.questions):
        touch("question", question.id)
    db.session.commit()
    parts = locations(client.get("/sitemap.xml"))
    assert parts[0].endswith("/sitemap.xml?part=pages")
    found = [one for part in parts for one in locations(client.get(part.removeprefix("http://127.0.0.1")))]
    assert "http://127.0.0.1/de/" in found
    assert "http://127.0.0.1/en/privacy" in found
    assert "http://127.0.0.1/de/consultations/weg/questions/2" in found
    assert "http://127.0.0.1/en/consultations/weg/questions/2" in found
    assert not [one for one in found if "geheim" in one]
    assert len(found) == len(set(found))


def test_both_languages_point_at_each_other(client: Any) -> None:
    text = client.get("/sitemap.xml?part=pages").text
    assert '<xhtml:link rel="alternate" hreflang="en" href="http://127.0.0.1/en/rules"/>' in text


@pytest.mark.parametrize("part", ["x", "idea", "idea-99999", "question--1", "pages-0", "%00", "<x>", "a" * 500])
@pytest.mark.sqlite
def test_an_unknown_part_is_not_there(client: Any, part: str) -> None:
    assert client.get("/sitemap.xml", query_string={"part": part}).status_code == 404


def test_a_part_costs_the_same_however_long_it_is(app: Any, client: Any, make: Any, db: Any) -> None:
    counts = []
    for _round in range(2):
        for question in make.consultation(questions=12).questions:
            touch("question", question.id)
        db.session.commit()
        with count_queries(app) as seen:
            client.get("/sitemap.xml?part=question-0")
        counts.append(len(seen))
    assert counts == [3, 3]


@pytest.mark.sqlite
def test_robots_may_read_what_is_public(client: Any) -> None:
    lines = client.get("/robots.txt").text.splitlines()
    assert "Sitemap: http://127.0.0.1/sitemap.xml" in lines
    assert "Disallow: /de/ideas/status/" in lines
    assert "Disallow: /" not in lines


@pytest.mark.sqlite
@pytest.mark.usefixtures("demo")
def test_robots_leave_sample_data_alone(client: Any) -> None:
    assert "Disallow: /" in client.get("/robots.txt").text.splitlines()


@pytest.mark.sqlite
def test_security_contact_is_complete_and_in_date(client: Any, clock: Any) -> None:
    response = client.get("/.well-known/security.txt")
    assert response.mimetype == "text/plain"
    entries = dict(line.split(": ", 1) for line in response.text.splitlines())
    assert entries["Contact"] == "mailto:kontakt@clusteragentur.example"
    assert entries["Canonical"] == "http://127.0.0.1/.well-known/security.txt"
    expires = datetime.strptime(entries["Expires"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    assert timedelta(days=90) < expires - now() < timedelta(days=365)
