"""The bill of materials: what an installation is made of and under which licences, as a CycloneDX 1.6 document. `make sbom` writes it.

Python packages are those of requirements.txt, with the hashes that are checked when they are installed; npm packages those of
web/package-lock.json that the web app is built from. Licences are what each package says of itself.
"""

from __future__ import annotations

import argparse
import base64
import importlib.metadata
import json
import re
import sys
import tomllib
import uuid
from collections.abc import Iterator, Sequence
from email.message import Message
from pathlib import Path
from typing import Any, cast

HERE = Path(__file__).parent

COMPATIBLE = {
    "0BSD", "Apache-2.0", "BSD", "BSD-2-Clause", "BSD-3-Clause", "BlueOak-1.0.0", "CC0-1.0", "EUPL-1.2", "ISC", "MIT", "MIT-0",
    "MPL-2.0", "PSF-2.0", "Python-2.0", "Unicode-3.0", "Unlicense", "Zlib",
}  # fmt: skip
"""Licences of packages that may stand beside a program under EUPL-1.2: permissive ones, and MPL-2.0, whose copyleft is that of a file."""

_CLASSIFIERS = {"MIT License": "MIT", "BSD License": "BSD", "Apache Software License": "Apache-2.0", "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0"}


def licence_of(package: str) -> str:
    """What an installed package says its licence is, as an SPDX expression where it can be; empty where it says nothing or is not installed."""
    try:
        found = cast("Message", importlib.metadata.metadata(package))
    except importlib.metadata.PackageNotFoundError:
        return ""
    if said := found.get("License-Expression"):
        return said
    classified = [_CLASSIFIERS[name] for c in found.get_all("Classifier") or () if (name := c.rpartition(" :: ")[2]) in _CLASSIFIERS]
    short = (found.get("License") or "").removesuffix(" License")
    return short if short in COMPATIBLE else " OR ".join(classified)


def is_compatible(licence: str) -> bool:
    """Whether a licence (an SPDX expression) allows a program under EUPL-1.2 to use the package: every part of an AND, one of an OR."""
    parts = [part.strip(" ()") for part in re.split(r"\bAND\b", re.sub(r"\([^()]*\)", lambda m: m[0].replace(" AND ", " & "), licence))]
    return all(any(word.strip(" ()") in COMPATIBLE for word in re.split(r"\bOR\b", part)) for part in parts)


def python_components(requirements: str) -> Iterator[dict[str, Any]]:
    """The packages of a lock file."""
    for entry in re.split(r"\n(?=\S)", requirements):
        if not (named := re.match(r"([a-z0-9._-]+)==([^ \\;]+)", entry)):
            continue
        name, version = named[1], named[2]
        yield {
            "type": "library",
            "bom-ref": f"pkg:pypi/{name}@{version}",
            "name": name,
            "version": version,
            "purl": f"pkg:pypi/{name}@{version}",
            "licenses": [{"expression": licence_of(name)}] if licence_of(name) else [],
            "hashes": [{"alg": "SHA-256", "content": digest} for digest in re.findall(r"--hash=sha256:([0-9a-f]{64})", entry)],
        }


def npm_components(lock: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The packages of an npm lock file that are not for development only."""
    for place, package in lock["packages"].items():
        if not place or package.get("dev"):
            continue
        name, version = place.rpartition("node_modules/")[2], package["version"]
        algorithm, _, digest = package.get("integrity", "").partition("-")
        yield {
            "type": "library",
            "bom-ref": f"pkg:npm/{name.replace('@', '%40')}@{version}#{place}",
            "name": name,
            "version": version,
            "purl": f"pkg:npm/{name.replace('@', '%40')}@{version}",
            "licenses": [{"expression": package["license"]}] if package.get("license") else [],
            "hashes": [{"alg": "SHA-512", "content": base64.b64decode(digest).hex()}] if algorithm == "sha512" else [],
        }


def document() -> dict[str, Any]:
    """The bill: the same for the same lock files."""
    project = tomllib.loads((HERE / "pyproject.toml").read_text("utf-8"))["project"]
    components = [*python_components((HERE / "requirements.txt").read_text("utf-8"))]
    components += npm_components(json.loads((HERE / "web/package-lock.json").read_text("utf-8")))
    me = {
        "type": "application",
        "bom-ref": "partnergraph",
        "name": project["name"],
        "version": project["version"],
        "licenses": [{"expression": project["license"]}],
    }
    mark = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(components))
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{mark}",
        "version": 1,
        "metadata": {"component": me},
        "components": components,
        "dependencies": [{"ref": "partnergraph", "dependsOn": [component["bom-ref"] for component in components]}],
    }


def unfit(components: Sequence[dict[str, Any]]) -> list[str]:
    """Packages whose licence is not known or not compatible."""
    said = {f"{c['name']} {c['version']}": " ".join(licence["expression"] for licence in c["licenses"]) for c in components}
    return [f"{name}: {licence or 'says nothing'}" for name, licence in said.items() if not licence or not is_compatible(licence)]


def main() -> int:
    """Writes the bill; ends with 1 where a licence is not compatible."""
    parser = argparse.ArgumentParser(description="Writes the bill of materials as a CycloneDX document.")
    parser.add_argument("file", type=Path, nargs="?", default=HERE / "build" / "sbom.cdx.json")
    place: Path = parser.parse_args().file
    bill = document()
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(json.dumps(bill, indent=1) + "\n", "utf-8")
    print(f"{len(bill['components'])} packages in {place}")
    for line in (bad := unfit(bill["components"])):
        print(f"not compatible with EUPL-1.2, or not known: {line}", file=sys.stderr)
    return int(bool(bad))


if __name__ == "__main__":
    sys.exit(main())
