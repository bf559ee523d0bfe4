"""The shipped content: facts about clusters, programmes and projects, and clearly marked examples (`consult/data`).

Read only when content is loaded, never in a request. Relative dates ('+21d', '-7d') count from the day of loading.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from consult.core.clock import start_of_day, today

FOLDER = Path(__file__).resolve().parent.parent / "data"
FILES = (
    "open_region",
    "organisations",
    "clusters",
    "programmes",
    "projects",
    "activities",
    "relations",
    "topics",
    "ideas",
    "offers",
)

_RELATIVE = re.compile(r"^([+-]\d+)d$")


@dataclass(frozen=True)
class Dataset:
    """All files, parsed, and the day from which relative dates count."""

    day: date
    files: dict[str, dict[str, Any]] = field(repr=False, default_factory=dict)

    def records(self, file: str, key: str | None = None) -> list[dict[str, Any]]:
        """The records of a file, for example `records("ideas", "comments")`; by default the list named like the file."""
        found: list[dict[str, Any]] = self.files[file].get(key or file, [])
        return found

    def when(self, value: str | None, hour: int = 10) -> datetime | None:
        """A relative or full date as a moment (aware UTC, at `hour` o'clock in Berlin); None for none or a coarser date."""
        if not value:
            return None
        match = _RELATIVE.match(str(value))
        if match:
            return start_of_day(self.day + timedelta(days=int(match[1]))) + timedelta(hours=hour)
        try:
            return start_of_day(date.fromisoformat(str(value))) + timedelta(hours=hour)
        except ValueError:
            return None


@lru_cache(maxsize=1)
def _parsed() -> dict[str, dict[str, Any]]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same rules, ten times as fast, where libyaml is there
    return {
        name: yaml.load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - a safe one
        for name in FILES
    }


def dataset(day: date | None = None) -> Dataset:
    """The shipped content, dates relative to `day` (today)."""
    return Dataset(day or today(), _parsed())
