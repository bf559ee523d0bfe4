"""List every part of the product that others made, as CycloneDX 1.6 (`make sbom`).

The parts are those of `requirements.lock`, with the hashes of the files that may be installed, and the style sheets and
fonts of `consult/static/vendor`, with the hash of their package. Nothing is asked of a registry. Licences of Python packages
are read from what is installed beside this tool; a package that is not (another platform's) is listed without.

The Cyber Resilience Act (Regulation (EU) 2024/2847, Annex I, part II, 1) asks for such a list in a common format that
programs read, with the top-level dependencies at least; here are all of them, since the lock holds all.
"""

from __future__ import annotations

import argparse
import base64
import json
import re
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL
from packaging.markers import Marker

from tools.lock import PIN

ROOT = Path(__file__).resolve().parent.parent
OUTPUT = ROOT / "dist" / "consult.cdx.json"
HASH = re.compile(r"^    --hash=sha256:([0-9a-f]{64})")
licences = LicenseFactory()


def _licence_of(name: str) -> str:
    """The licence that an installed package names, as an expression where it has one; empty if it is not installed."""
    try:
        get = metadata.metadata(name).get_all
    except metadata.PackageNotFoundError:
        return ""
    named = [*(get("License-Expression") or ()), *(one for one in get("License") or () if 0 < len(one) < 60)]
    classified = [one.rpartition(" :: ")[2] for one in get("Classifier") or () if one.startswith("License ::")]
    return str(next(iter(named), ", ".join(classified)))


def python_packages(lock: Path) -> Iterator[Component]:
    """A component for each pin of a lock file."""
    component: Component | None = None
    for line in lock.read_text("utf-8").splitlines():
        if pin := PIN.match(line):
            if component is not None:
                yield component
            name, version = pin["name"], pin["version"]
            component = Component(
                type=ComponentType.LIBRARY, name=name, version=version, purl=PackageURL("pypi", None, name, version),
                description=f"only where {Marker(pin['marker'])}" if pin["marker"] else None,
            )  # fmt: skip
            component.bom_ref.value = str(component.purl)
            if licence := _licence_of(name):
                component.licenses.add(licences.make_from_string(licence))
        elif (found := HASH.match(line)) and component is not None:
            component.hashes.add(HashType(alg=HashAlgorithm.SHA_256, content=found[1]))
    if component is not None:
        yield component


def vendored(manifest: Path) -> Iterator[Component]:
    """A component for each package of `tools/vendor.py`."""
    for one in json.loads(manifest.read_text("utf-8"))["packages"]:
        namespace, _, name = one["name"].rpartition("/")
        purl = PackageURL("npm", namespace or None, name, one["version"])
        content = base64.b64decode(one["integrity"].removeprefix("sha512-")).hex()
        yield Component(
            type=ComponentType.LIBRARY, name=one["name"], version=one["version"], purl=purl, bom_ref=str(purl),
            hashes=[HashType(alg=HashAlgorithm.SHA_512, content=content)],
            licenses=[licences.make_from_string(one["licence"])],
        )  # fmt: skip


def bill() -> Bom:
    """The whole list, with the product as what it is about."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    bom = Bom()
    product = Component(
        type=ComponentType.APPLICATION, name=project["name"], version=project["version"], bom_ref=project["name"],
        licenses=[licences.make_from_string(project["license"])],
    )  # fmt: skip
    bom.metadata.component = product
    parts = [*python_packages(ROOT / "requirements.lock"), *vendored(ROOT / "consult/static/vendor/vendor.lock.json")]
    bom.components.update(parts)
    bom.register_dependency(product, parts)
    return bom


def main() -> int:
    parser = argparse.ArgumentParser(description="Write the list of parts as CycloneDX JSON.")
    parser.add_argument("--output", type=Path, default=OUTPUT)
    target: Path = parser.parse_args().output
    target.parent.mkdir(parents=True, exist_ok=True)
    bom = bill()
    target.write_text(JsonV1Dot6(bom).output_as_string(indent=2) + "\n", "utf-8")
    print(f"{target}: {len(bom.components)} parts")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
