"""Write and check the lock files.

`requirements.lock` is what runs: the product with its database and cache drivers, and what builds it;
`requirements-dev.lock` is that plus everything the tests and checks need. Both name exact versions with the SHA-256 of
every file that may be installed and no address, so that they can be used with any mirror. Writing needs `uv` and a package
registry; checking needs neither: it compares the files with `pyproject.toml` and looks at their form (`make lint`).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
LOCKS: dict[str, tuple[str, ...]] = {
    "requirements.lock": ("postgres", "redis", "pdf", "docx", "build"),
    "requirements-dev.lock": ("postgres", "redis", "pdf", "docx", "s3", "semantic", "build", "dev"),
}
PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(?P<version>[^ ;\\]+)(?: ; (?P<marker>[^\\]+?))? ?\\?$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}(?: \\)?$")
MARK = "# made by `python tools/lock.py` for the dependencies with sha256 "


def declared(extras: tuple[str, ...]) -> list[Requirement]:
    """The direct requirements of the project together with those of `extras`."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    lines = list(project["dependencies"])
    for extra in extras:
        lines += project["optional-dependencies"][extra]
    return [Requirement(line) for line in lines]


def fingerprint(extras: tuple[str, ...]) -> str:
    """A hash of what a lock file has to satisfy; it changes exactly when the lock must be made anew."""
    lines = sorted(str(requirement) for requirement in declared(extras))
    return hashlib.sha256(json.dumps(lines).encode()).hexdigest()


def write(upgrade: bool) -> None:
    """Resolve for every supported Python and platform; without `upgrade` the pinned versions stay where they fit."""
    for name, extras in LOCKS.items():
        target = ROOT / name
        command = ["uv", "pip", "compile", "pyproject.toml", "--universal", "--python-version", "3.11", "--quiet"]
        command += ["--generate-hashes", "--no-annotate", "--no-header", "--no-emit-index-url", "--output-file", name]
        for extra in extras:
            command += ["--extra", extra]
        if name != "requirements.lock":
            command += ["--constraint", "requirements.lock"]
        if upgrade:
            command.append("--upgrade")
        subprocess.run(command, cwd=ROOT, check=True)
        body = "\n".join(line for line in target.read_text("utf-8").splitlines() if not line.startswith("#"))
        target.write_text(f"{MARK}{fingerprint(extras)}\n{body.strip()}\n", "utf-8")


def faults(name: str) -> list[str]:
    """What is wrong with the lock file `name`, one sentence each; empty if it may be trusted."""
    extras = LOCKS[name]
    lines = (ROOT / name).read_text("utf-8").splitlines()
    found: list[str] = []
    if lines[0] != MARK + fingerprint(extras):
        found.append(f"{name}: pyproject.toml has changed since; run `python tools/lock.py`")
    pins: dict[str, list[str]] = {}
    hashes: dict[str, int] = {}
    current = ""
    for number, line in enumerate(lines[1:], 2):
        pin = PIN.match(line)
        if pin:
            current = f"{canonicalize_name(pin['name'])}=={pin['version']}"
            pins.setdefault(canonicalize_name(pin["name"]), []).append(pin["version"])
            hashes[current] = 0
        elif HASH.match(line) and current:
            hashes[current] += 1
        else:
            found.append(f"{name}:{number}: neither a pinned version nor a hash: {line}")
    found += [f"{name}: {pin} has no hash" for pin, count in hashes.items() if not count]
    for requirement in declared(extras):
        versions = pins.get(canonicalize_name(requirement.name), [])
        if not any(requirement.specifier.contains(version, prereleases=True) for version in versions):
            found.append(f"{name}: nothing satisfies {requirement}")
    return found


def main() -> int:
    """Command line: write the locks, or with `--check` say what is wrong with them."""
    parser = argparse.ArgumentParser(description="Write or check the lock files.")
    parser.add_argument("--check", action="store_true", help="only compare with pyproject.toml, without network")
    parser.add_argument("--upgrade", action="store_true", help="take newer versions where the ranges allow")
    options = parser.parse_args()
    if not options.check:
        write(options.upgrade)
    found = [fault for name in LOCKS for fault in faults(name)]
    print("\n".join(found) or "lock files: in step with pyproject.toml")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
