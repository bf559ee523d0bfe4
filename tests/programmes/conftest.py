"""The shipped facts."""

from __future__ import annotations

from typing import Any

import pytest

from consult.core.dataset import Dataset
from tests.links.facts import load_facts


@pytest.fixture
def facts(db: Any) -> Dataset:
    """All facts of the data set are in the database."""
    return load_facts()
