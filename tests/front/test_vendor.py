"""The vendored files are those of their authors, and a changed byte is noticed."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def vendor() -> ModuleType:
    spec = importlib.util.spec_from_file_location("vendor_tool", ROOT / "tools" / "vendor.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["vendor_tool"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def copy(vendor: Any, tmp_path: Path) -> Path:
    return Path(shutil.copytree(vendor.VENDOR, tmp_path / "vendor"))


def test_committed_files_are_as_fetched(vendor: Any) -> None:
    assert vendor.check() == []
    assert vendor.main(["--check"]) == 0


def test_every_package_comes_with_its_licence(vendor: Any) -> None:
    for package in vendor.PACKAGES:
        assert any(file.startswith("LICENSE") for file in package.files), package.name


def test_lock_names_no_address(vendor: Any) -> None:
    assert "://" not in (vendor.VENDOR / vendor.LOCK_NAME).read_text("utf-8")


def test_check_finds_a_changed_byte(vendor: Any, copy: Path) -> None:
    file = copy / "kern" / "dist" / "kern.min.css"
    data = bytearray(file.read_bytes())
    data[1000] ^= 1
    file.write_bytes(data)
    assert vendor.check(copy) == ["kern/dist/kern.min.css was changed"]


def test_check_finds_missing_and_stray_files(vendor: Any, copy: Path) -> None:
    (copy / "fira-sans" / "LICENSE").unlink()
    (copy / "kern" / "own.css").write_text("p { color: red }", "utf-8")
    assert vendor.check(copy) == ["fira-sans/LICENSE is missing", "kern/own.css is not in the lock file"]


def test_check_takes_compressed_copies_of_the_server(vendor: Any, copy: Path) -> None:
    (copy / "kern" / "dist" / "kern.min.css.br").write_bytes(b"derived")
    assert vendor.check(copy) == []


def test_check_finds_a_version_that_was_never_fetched(vendor: Any, copy: Path) -> None:
    lock = copy / vendor.LOCK_NAME
    lock.write_text(lock.read_text("utf-8").replace('"2.7.2"', '"2.7.1"'), "utf-8")
    assert vendor.check(copy) == [
        "@kern-ux/native@2.7.2 is wanted but not locked",
        "@kern-ux/native@2.7.1 is locked but not wanted",
    ]
