"""The bill of materials: everything that is locked is in it, under licences that may stand beside ours."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import sbom

ROOT = Path(__file__).parent.parent


def test_every_locked_package_is_in_the_bill_with_its_hashes() -> None:
    locked = set(re.findall(r"^([a-z0-9._-]+)==([^ \\;]+)", (ROOT / "requirements.txt").read_text("utf-8"), re.MULTILINE))
    listed = [c for c in sbom.document()["components"] if c["purl"].startswith("pkg:pypi/")]
    assert {(c["name"], c["version"]) for c in listed} == locked
    assert [c["name"] for c in listed if not c["hashes"]] == []


def test_no_licence_is_unknown_or_incompatible() -> None:
    assert sbom.unfit(sbom.document()["components"]) == []


def test_the_bill_is_the_same_each_time_and_names_each_once() -> None:
    bill = sbom.document()
    assert bill == sbom.document()
    refs = [component["bom-ref"] for component in bill["components"]]
    assert len(refs) == len(set(refs))
    assert bill["metadata"]["component"]["licenses"] == [{"expression": "EUPL-1.2"}]


@pytest.mark.parametrize(
    ("licence", "compatible"),
    [
        ("MIT", True),
        ("GPL-3.0-only", False),
        ("MIT OR GPL-3.0-only", True),
        ("MIT AND GPL-3.0-only", False),
        ("MPL-2.0 AND (Apache-2.0 OR MIT)", True),
        ("MPL-2.0 AND (GPL-2.0-only OR AGPL-3.0-only)", False),
        ("(MIT AND GPL-2.0-only)", False),
        ("", False),
    ],
)
def test_of_an_or_one_part_is_enough_of_an_and_all_are_needed(licence: str, compatible: bool) -> None:
    assert sbom.is_compatible(licence) is compatible
