#!/usr/bin/env python3
"""Fetch the few front end files that others wrote, and prove that nobody touched them.

Pages load nothing from third parties, so KERN UX and Fira Sans are committed below `consult/static/vendor`.
They stay byte for byte what their authors published: KERN UX is licensed under EUPL-1.2, Fira Sans under
OFL-1.1, and whatever we change belongs into `consult.css`. This script takes the listed files from pinned
packages and writes `vendor.lock.json`; `--check` needs neither network nor Node and finds a changed, missing
or stray file.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "consult" / "static" / "vendor"
LOCK_NAME = "vendor.lock.json"


@dataclass(frozen=True)
class Package:
    """One pinned package and the files of it that are served, named as in the package."""

    name: str
    version: str
    folder: str
    licence: str
    files: tuple[str, ...]


PACKAGES = (
    Package("@kern-ux/native", "2.7.2", "kern", "EUPL-1.2", ("LICENSE.md", "dist/kern.min.css")),
    Package(
        "@fontsource/fira-sans",
        "5.3.0",
        "fira-sans",
        "OFL-1.1",
        (
            "LICENSE",
            *(
                f"files/fira-sans-{subset}-{weight}-normal.woff2"
                for subset in ("latin", "latin-ext")
                for weight in (300, 400, 500, 600)
            ),
        ),
    ),
)


def sha256(data: bytes) -> str:
    """Hex digest, as it stands in the lock file."""
    return hashlib.sha256(data).hexdigest()


def integrity_of(data: bytes) -> str:
    """The same form in which npm states it: ``sha512-`` and base64."""
    return "sha512-" + base64.b64encode(hashlib.sha512(data).digest()).decode()


def read_lock(vendor: Path) -> dict[str, Any]:
    """The lock file, or an empty one before the first fetch."""
    path = vendor / LOCK_NAME
    if not path.exists():
        return {"packages": []}
    lock: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return lock


def pack(package: Package, into: Path) -> tuple[Path, str]:
    """Let npm download one package; returns the archive and the integrity npm states for it."""
    command = ["npm", "pack", f"{package.name}@{package.version}", "--json", "--pack-destination", str(into)]
    result = subprocess.run(command, check=True, capture_output=True, text=True, cwd=into)
    stated: dict[str, str] = json.loads(result.stdout)[0]
    return into / stated["filename"], stated["integrity"]


def fetch_package(package: Package, vendor: Path, known: dict[str, str]) -> dict[str, Any]:
    """Copy the listed files unchanged and return their lock entry.

    A version whose integrity is already locked must come with the same one again: a release that
    changes under its number is refused.
    """
    with tempfile.TemporaryDirectory() as work:
        archive, stated = pack(package, Path(work))
        actual = integrity_of(archive.read_bytes())
        expected = known.get(f"{package.name}@{package.version}", stated)
        if not actual == stated == expected:
            raise SystemExit(f"{package.name}@{package.version}: integrity {actual} is not the expected {expected}")
        hashes: dict[str, str] = {}
        with tarfile.open(archive) as tar:
            for name in package.files:
                member = tar.extractfile(f"package/{name}")
                if member is None:
                    raise SystemExit(f"{package.name}: {name} is no file")
                data = member.read()
                target = vendor / package.folder / name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(data)
                hashes[name] = sha256(data)
    return {
        "name": package.name,
        "version": package.version,
        "licence": package.licence,
        "folder": package.folder,
        "integrity": actual,
        "files": hashes,
    }


def fetch(vendor: Path = VENDOR) -> None:
    """Bring every package in and write the lock file."""
    known = {f"{entry['name']}@{entry['version']}": entry["integrity"] for entry in read_lock(vendor)["packages"]}
    entries = [fetch_package(package, vendor, known) for package in PACKAGES]
    text = json.dumps({"packages": entries}, indent=2, sort_keys=True) + "\n"
    (vendor / LOCK_NAME).write_text(text, encoding="utf-8")


def check(vendor: Path = VENDOR) -> list[str]:
    """What differs from the lock file, one sentence each; empty when all is as fetched. Works offline."""
    problems: list[str] = []
    entries = read_lock(vendor)["packages"]
    locked = {(entry["name"], entry["version"]) for entry in entries}
    wanted = {(package.name, package.version) for package in PACKAGES}
    problems += [f"{name}@{version} is wanted but not locked" for name, version in sorted(wanted - locked)]
    problems += [f"{name}@{version} is locked but not wanted" for name, version in sorted(locked - wanted)]
    expected = {LOCK_NAME}
    for entry in entries:
        for name, digest in entry["files"].items():
            relative = f"{entry['folder']}/{name}"
            expected.add(relative)
            path = vendor / relative
            if not path.is_file():
                problems.append(f"{relative} is missing")
            elif sha256(path.read_bytes()) != digest:
                problems.append(f"{relative} was changed")
    present = {path.relative_to(vendor).as_posix() for path in vendor.rglob("*") if path.is_file()}
    # The web server may keep compressed copies beside the originals; they are derived, not vendored.
    derived = {name for name in present if name.endswith((".br", ".gz")) and name.rsplit(".", 1)[0] in expected}
    problems += [f"{name} is not in the lock file" for name in sorted(present - derived - expected)]
    return problems


def main(arguments: list[str] | None = None) -> int:
    """Command line: fetch, or with ``--check`` compare."""
    parser = argparse.ArgumentParser(description="Vendored front end files: fetch them, or check them offline.")
    parser.add_argument(
        "--check", action="store_true", help="compare with the lock file, offline; exit 1 on a difference"
    )
    if not parser.parse_args(arguments).check:
        fetch()
        return 0
    problems = check()
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    raise SystemExit(main())
