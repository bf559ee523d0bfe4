"""The list of parts (SBOM): complete, with hashes and licences, and readable by other programs."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.model.bom import Bom
from packaging.markers import Marker

from tests.house.source import ROOT
from tools.lock import PIN


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    target: Path = tmp_path_factory.mktemp("sbom") / "parts.cdx.json"
    command = [sys.executable, "-m", "tools.sbom", "--output", str(target)]
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
    found: dict[str, Any] = json.loads(target.read_text("utf-8"))
    return found


def test_it_holds_every_locked_package_with_the_hashes_of_the_lock(listed: dict[str, Any]) -> None:
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    locked = {(pin["name"], pin["version"]) for line in lock.splitlines() if (pin := PIN.match(line))}
    packages = [one for one in listed["components"] if one["purl"].startswith("pkg:pypi/")]
    assert len(locked) > 50
    assert {(one["name"], one["version"]) for one in packages} == locked
    hashes = [one["content"] for package in packages for one in package["hashes"]]
    assert sorted(set(hashes)) == sorted(set(re.findall("sha256:([0-9a-f]{64})", lock)))


def test_it_holds_the_style_sheets_and_fonts_with_their_licences(listed: dict[str, Any]) -> None:
    vendored = {one["name"]: one for one in listed["components"] if one["purl"].startswith("pkg:npm/")}
    assert {name: one["licenses"][0]["license"]["id"] for name, one in vendored.items()} == {
        "@kern-ux/native": "EUPL-1.2",
        "@fontsource/fira-sans": "OFL-1.1",
    }


def test_every_package_that_runs_here_names_its_licence(listed: dict[str, Any]) -> None:
    elsewhere = {
        one["name"]
        for one in listed["components"]
        if (marker := one.get("description", "").removeprefix("only where ")) and not Marker(marker).evaluate()
    }
    assert {one["name"] for one in listed["components"] if not one.get("licenses")} <= elsewhere


def test_another_program_reads_it(listed: dict[str, Any]) -> None:
    assert (listed["bomFormat"], listed["specVersion"]) == ("CycloneDX", "1.6")
    bom = Bom.from_json(listed)  # type: ignore[attr-defined]  # added to the class by its serializer
    product = bom.metadata.component
    assert product.name == "consult"
    assert len({one.ref for tree in bom.dependencies for one in tree.dependencies}) == len(listed["components"])
