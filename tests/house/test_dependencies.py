"""What the code imports is declared: a package that merely came along with another may be gone tomorrow."""

from __future__ import annotations

import ast
import sys
from importlib.metadata import packages_distributions

import pytest
from packaging.utils import canonicalize_name

from tests.house.source import name, python_files, tree
from tools.lock import declared

OWN = {"consult", "tests", "tools", "bench", "migrations", "wsgi"}
OPTIONAL = ("postgres", "redis", "pdf", "docx", "s3", "semantic")
EXTRAS = {"consult": OPTIONAL, "tests": (*OPTIONAL, "dev"), "tools": ("build", "dev")}


def _imports(folder: str) -> dict[str, str]:
    """Top-level modules that are imported below a folder -> where first."""
    found: dict[str, str] = {}
    for path in python_files(folder):
        for node in ast.walk(tree(path)):
            modules = []
            if isinstance(node, ast.Import):
                modules = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level:
                modules = [node.module or ""]
            for module in modules:
                found.setdefault(module.split(".")[0], f"{name(path)}")
    return {module: place for module, place in found.items() if module not in sys.stdlib_module_names | OWN}


# Part of what Flask, Alembic and boto3 are: whoever depends on these has them.
COME_ALONG = {"werkzeug": "flask", "jinja2": "flask", "markupsafe": "flask", "click": "flask", "itsdangerous": "flask"}
COME_ALONG |= {"alembic": "flask-migrate", "wtforms": "flask-wtf", "babel": "flask-babel", "botocore": "boto3"}


@pytest.mark.parametrize("folder", EXTRAS)
def test_imports_are_declared(folder: str) -> None:
    names: set[str] = {canonicalize_name(requirement.name) for requirement in declared(EXTRAS[folder])}
    distributions = packages_distributions()
    found = []
    for module, place in sorted(_imports(folder).items()):
        owners: set[str] = {canonicalize_name(owner) for owner in distributions.get(module, [])}
        owners |= {COME_ALONG[owner] for owner in owners & COME_ALONG.keys()}
        if not owners & names:
            found.append(f"{place} imports {module}, which pyproject.toml does not declare")
    assert not found, "\n".join(found)
