"""Habits of the code that a linter does not know."""

from __future__ import annotations

import ast

from tests.house.source import PACKAGE, functions, name, python_files, tree

LONGEST_FUNCTION = 60
LONGEST_MODULE = 500


def test_functions_are_short() -> None:
    found = []
    for path in python_files("consult", "tests", "tools"):
        for function in functions(tree(path)):
            lines = (function.end_lineno or function.lineno) - function.lineno + 1
            if lines > LONGEST_FUNCTION:
                found.append(f"{name(path)}:{function.lineno} {function.name} has {lines} lines")
    assert not found, "\n".join(found)


def test_modules_are_short() -> None:
    lengths = {
        name(path): len(path.read_text("utf-8").splitlines()) for path in python_files("consult", "tests", "tools")
    }
    assert not {path: lines for path, lines in lengths.items() if lines > LONGEST_MODULE}


def test_modules_say_why_they_exist() -> None:
    silent = [
        name(p) for p in python_files("consult", "tests", "tools") if tree(p).body and not ast.get_docstring(tree(p))
    ]
    assert not silent


def test_signatures_carry_types() -> None:
    found = []
    for path in python_files("consult", "tests", "tools"):
        for function in functions(tree(path)):
            arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
            bare = [a.arg for a in arguments if a.annotation is None and a.arg not in ("self", "cls", "mcs")]
            if bare or function.returns is None:
                found.append(f"{name(path)}:{function.lineno} {function.name}({', '.join(bare)})")
    assert not found, "\n".join(found)


def _calls(attribute: str) -> list[str]:
    """Where a method of this name is called in a room, outside of what may commit."""
    found = []
    for path in python_files("consult"):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == attribute:
                found.append(f"{name(path)}:{node.lineno}")
    return found


# Commands and jobs are their own masters; the index is made anew in batches that each stand for themselves.
MAY_COMMIT = ("consult/core/", "consult/ops/", "/cli.py", "/jobs.py", "consult/search/operations.py")


def test_rooms_do_not_commit() -> None:
    """The request commits, once; see `core.web.Application`."""
    assert not [place for place in _calls("commit") if not any(part in place for part in MAY_COMMIT)]


def test_there_is_one_clock() -> None:
    """`core.clock` alone asks the machine for the time, so that tests can move it and zones never mix."""
    found = []
    for path in python_files("consult"):
        if path == PACKAGE / "core" / "clock.py":
            continue
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                owner = node.func.value
                whose = owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", "")
                if (whose, node.func.attr) in {
                    ("datetime", "now"),
                    ("datetime", "utcnow"),
                    ("date", "today"),
                    ("datetime", "today"),
                }:
                    found.append(f"{name(path)}:{node.lineno} {whose}.{node.func.attr}()")
    assert not found, "\n".join(found)


def test_a_status_has_one_writer() -> None:
    """Only the machine of `core.states` sets a status; whoever wants to move something asks it."""
    found = []
    for path in python_files("consult"):
        if path == PACKAGE / "core" / "states.py":
            continue
        for node in ast.walk(tree(path)):
            if not isinstance(node, ast.Assign | ast.AugAssign):
                continue
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                if isinstance(target, ast.Attribute) and target.attr == "status":
                    owner = target.value.id if isinstance(target.value, ast.Name) else ""
                    if owner not in ("self", "response"):
                        found.append(f"{name(path)}:{node.lineno} sets {owner}.status")
    assert not found, "\n".join(found)


def test_nothing_is_skipped_or_left_for_later() -> None:
    words = (
        "TO" + "DO",
        "FIX" + "ME",
        "XX" + "X:",
        "pytest." + "skip",
        "mark." + "skip",
        "mark." + "xfail",
        "assert " + "True",
    )
    found = []
    for path in python_files("consult", "tests", "tools"):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            found += [f"{name(path)}:{number} {word}" for word in words if word in line]
    assert not found, "\n".join(found)


def test_no_error_is_swallowed() -> None:
    """A bare `except:` hides everything; a broad one needs a comment that says why."""
    found = []
    for path in python_files("consult"):
        lines = path.read_text("utf-8").splitlines()
        for node in ast.walk(tree(path)):
            if not isinstance(node, ast.ExceptHandler):
                continue
            broad = node.type is None or (
                isinstance(node.type, ast.Name) and node.type.id in ("Exception", "BaseException")
            )
            if broad and (node.type is None or "#" not in lines[node.lineno - 1]):
                found.append(f"{name(path)}:{node.lineno}")
    assert not found, "\n".join(found)
