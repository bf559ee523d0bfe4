"""The project's own files as the convention tests read them."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "consult"
TEMPLATES = PACKAGE / "templates"


def name(path: Path) -> str:
    """A path as it stands in messages: below the project's folder."""
    return path.relative_to(ROOT).as_posix()


@cache
def python_files(*folders: str) -> tuple[Path, ...]:
    """All modules below these folders of the project."""
    return tuple(sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py")))


@cache
def tree(path: Path) -> ast.Module:
    """The module's syntax tree."""
    return ast.parse(path.read_text("utf-8"), filename=str(path))


def functions(module: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """All functions and methods of a module, nested ones too."""
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@cache
def template_files() -> tuple[Path, ...]:
    """All templates of pages, parts and mails."""
    return tuple(sorted(path for path in TEMPLATES.rglob("*") if path.is_file()))


@cache
def tracked_files() -> tuple[Path, ...]:
    """What a clone of the project holds: the files that git knows, or everything where there is no git."""
    try:
        listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return tuple(sorted(path for path in ROOT.rglob("*") if path.is_file() and ".venv" not in path.parts))
    paths = (ROOT / entry for entry in listing.decode().split("\0") if entry)
    return tuple(path for path in paths if path.is_file())
