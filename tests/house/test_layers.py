"""Imports run downstairs only."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest

from tests.house.source import PACKAGE, ROOT, name, python_files, tree


def test_rooms_import_lower_ranks_only() -> None:
    program = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_room_says_what_it_is_for() -> None:
    silent = [
        name(path)
        for path in python_files("consult")
        if path.name == "__init__.py" and not ast.get_docstring(tree(path))
    ]
    assert not silent


# The layers know rooms; that nobody but the command line builds the application is held here.
MAY_IMPORT_THE_HOUSE = {"consult/ops"}


def test_nobody_imports_the_house_itself() -> None:
    found = []
    for path in python_files("consult"):
        if path == PACKAGE / "__init__.py" or any(name(path).startswith(room) for room in MAY_IMPORT_THE_HOUSE):
            continue
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ImportFrom) and node.module == "consult":
                rooms = [alias.name for alias in node.names if not (PACKAGE / alias.name).is_dir()]
                found += [f"{name(path)}:{node.lineno} imports {room} from consult" for room in rooms]
            if isinstance(node, ast.ImportFrom) and node.level > 1:
                found.append(f"{name(path)}:{node.lineno} imports relatively beyond its room")
    assert not found, "\n".join(found)


# What a part of a room may not know, whatever its rank.
FORBIDDEN = {
    "models": {"flask", "wtforms", "flask_wtf"},
    "rules": {"flask", "wtforms", "flask_wtf", "sqlalchemy"},
    "queries": {"wtforms", "flask_wtf"},
    "operations": {"wtforms", "flask_wtf"},
}


# Of the web framework, what reads a request or makes an answer.
OF_THE_REQUEST = {"request", "session", "g", "render_template", "redirect"}


def _foreign(node: ast.Import | ast.ImportFrom, part: str) -> set[str]:
    """What this import brings into a part of a room that does not belong there."""
    if isinstance(node, ast.Import):
        return {alias.name for alias in node.names if alias.name.split(".")[0] in FORBIDDEN[part]}
    if node.module == "flask":
        names = {alias.name for alias in node.names}
        return names if "flask" in FORBIDDEN[part] else names & OF_THE_REQUEST
    return {node.module} if node.module and node.module.split(".")[0] in FORBIDDEN[part] else set()


@pytest.mark.parametrize("part", FORBIDDEN)
def test_parts_of_a_room_keep_to_their_work(part: str) -> None:
    found = []
    for path in PACKAGE.glob(f"*/{part}.py"):
        if path.parent.name == "core":
            continue
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Import | ast.ImportFrom) and (foreign := _foreign(node, part)):
                found.append(f"{name(path)}:{node.lineno} imports {', '.join(sorted(foreign))}")
    assert not found, "\n".join(found)
