"""What lies in the repository, and what must not."""

from __future__ import annotations

import re
from functools import cache

import pytest

from tests.house.source import ROOT, name, tracked_files
from tools.lock import LOCKS, faults

TOP_LEVEL = {
    ".ci", ".editorconfig", ".gitattributes", ".gitignore", "CHANGELOG.md", "LICENSE", "Makefile", "README.md", "bench",
    "consult", "deploy", "docs", "migrations", "pyproject.toml", "requirements-dev.lock", "requirements.lock", "tests",
    "tools", "wsgi.py",
}  # fmt: skip

# Written apart, so that this file does not find itself.
SECRETS = {
    "path of a machine": re.compile("/" + r"(?:work|root|home|Users)/\w"),
    "host of a package registry": re.compile(
        "|".join(
            [
                "pypi" + r"\.org",
                "python" + "hosted",
                "npm" + r"js\.(?:org|com)",
                r"deb\." + r"debian\.org",
                "yarn" + r"pkg\.com",
            ]
        )
    ),
    "private key": re.compile("BEGIN (?:[A-Z]+ )?" + "PRIVATE KEY"),
    "token": re.compile(r"\b(?:ghp|gho|github_pat|glpat|xox[bp]|AKIA)[_-]?[A-Za-z0-9]{16,}"),
}
# Text of others, kept as it came.
UNCHANGED = ("consult/static/vendor/",)


@cache
def _texts() -> dict[str, str]:
    """Our own files that hold text, by their paths."""
    found = {}
    for path in tracked_files():
        if not name(path).startswith(UNCHANGED):
            try:
                found[name(path)] = path.read_text("utf-8")
            except UnicodeDecodeError:
                continue
    return found


@pytest.mark.parametrize("what", SECRETS)
def test_no_file_tells_what_it_should_not(what: str) -> None:
    found = []
    for path, text in _texts().items():
        for match in SECRETS[what].finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            found.append(f"{path}:{line}: {match[0]}")
    assert not found, "\n".join(found)


def test_the_top_level_is_fixed() -> None:
    assert not {path.relative_to(ROOT).parts[0] for path in tracked_files()} - TOP_LEVEL


def test_no_made_file_is_kept() -> None:
    made = (".mo", ".pyc", ".sqlite3", ".db", ".log", ".env", "uv.lock")
    assert not [name(path) for path in tracked_files() if path.name.endswith(made)]


def test_text_files_are_plain() -> None:
    found = []
    for path in tracked_files():
        if name(path).startswith(UNCHANGED) or path.suffix in (".png", ".woff2", ".ico", ".jpg", ".webp"):
            continue
        content = path.read_bytes()
        if b"\r\n" in content:
            found.append(f"{name(path)}: line ends of Windows")
        if content and not content.endswith(b"\n"):
            found.append(f"{name(path)}: last line has no end")
    assert not found, "\n".join(found)


@pytest.mark.parametrize("lock", LOCKS)
def test_locks_are_in_step_and_hashed(lock: str) -> None:
    assert faults(lock) == []
    assert "://" not in (ROOT / lock).read_text("utf-8")
