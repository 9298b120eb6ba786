"""The model: everything is declared once, completely, and what is derived from it fits together."""

from __future__ import annotations

import dataclasses
import re

import pytest

from graph_api.model import (
    KINDS,
    LINKS,
    PLURALS,
    Broader,
    Choice,
    Department,
    Direction,
    Expert,
    Focus,
    Link,
    Membership,
    Municipality,
    Node,
    Topic,
    global_id,
    kind_name,
    kind_of,
    link_name,
    own_id,
    properties,
    relations,
)

DECLARED = [*KINDS.values(), *LINKS]


@pytest.mark.parametrize("declared", DECLARED, ids=lambda d: d.__name__)
def test_every_declaration_has_a_sentence(declared: type[Node] | type[Link]) -> None:
    for text in (declared.__doc__, *(p.doc for p in properties(declared).values())):
        assert re.fullmatch(r"[A-Z\d].*\.", (text or "").strip(), re.DOTALL)


def test_every_member_of_a_closed_set_has_a_sentence() -> None:
    assert all(re.fullmatch(r"[A-Z].*\.", member.doc) for choice in Choice.__subclasses__() for member in choice)


def test_every_default_keeps_to_its_own_rules() -> None:
    from graph_api.operations.files import check_value

    for declared in DECLARED:
        for p in properties(declared).values():
            if p.default is not None:
                assert isinstance(p.default, p.type)
                check_value(p, p.default)
            assert p.pattern is None or (re.compile(p.pattern) and p.looks)
            assert p.refers is None or p.refers in KINDS


def test_names() -> None:
    assert [kind_name(cls) for cls in KINDS.values()] == list(KINDS)
    assert (link_name(Membership), link_name(Focus), {link_name(link) for link in LINKS} & {"has_department"}) == ("membership", "focus", {"has_department"})
    assert (PLURALS["municipality"], PLURALS["country"], PLURALS["sdg_goal"]) == ("municipalities", "countries", "sdg_goals")
    assert len({*KINDS, *PLURALS.values(), *map(link_name, LINKS)}) == 2 * len(KINDS) + len(LINKS)


def test_ids() -> None:
    assert global_id("municipality", "de-bonn") == global_id("municipality", "municipality:de-bonn") == "municipality:de-bonn"
    assert [kind_of(i) for i in ("municipality:de-bonn", "sdg_target:11.6", "nonsense:x", "municipality:", "municipality", "")] == [
        "municipality", "sdg_target", None, None, None, None]  # fmt: skip
    assert own_id("topic:a:b") == "a:b"


def test_properties_stand_as_declared_with_the_common_ones_around() -> None:
    assert list(properties(Department)) == ["id", "name", "verified_on", "revision"]
    assert list(properties(Focus)) == ["direction", "weight", "evidence", "verified_on"]
    found = properties(Expert)
    assert [name for name, p in found.items() if p.private] == ["available_from", "available_to", "email"]
    assert [name for name, p in found.items() if p.required] == ["id", "name"]
    assert (found["languages"].type, found["languages"].default, found["consent"].default) == (tuple, (), False)
    assert properties(Focus)["direction"].key
    assert properties(Focus)["direction"].default is Direction.WORKS_ON
    assert list(properties(Broader)) == []


def test_relations_of_a_municipality() -> None:
    found = relations(Municipality)
    assert {name: (r.targets, r.one, r.link is None) for name, r in found.items() if name in {"partners", "experts", "focuses", "partnerships"}} == {
        "partners": (("municipality",), False, True),
        "experts": (("expert",), False, True),
        "focuses": (("topic", "sdg_goal", "sdg_target"), False, False),
        "partnerships": (("partnership",), False, False),
    }
    assert [s.forward for s in found["partners"].steps] == [True, False]


def test_relations_run_both_ways() -> None:
    assert relations(Department)["municipality"].one
    assert {name: r.targets for name, r in relations(Topic).items() if r.link is Broader} == {"broader": ("topic",), "narrower": ("topic",)}
    for cls in KINDS.values():
        for name, relation in relations(cls).items():
            for target in relation.targets if relation.link else ():
                back = [r for r in relations(KINDS[target]).values() if r.link is relation.link and kind_name(cls) in r.targets]
                assert back, f"{cls.__name__}.{name} has no way back"


def test_records_are_frozen_and_take_keywords_only() -> None:
    bonn = Municipality(id="municipality:bonn", name="Bonn", country="DE")
    assert (bonn.population, bonn.languages, bonn.verified_on) == (None, (), None)
    with pytest.raises(dataclasses.FrozenInstanceError):
        bonn.name = "Ulm"  # type: ignore[misc]
    with pytest.raises(TypeError):
        Municipality("municipality:bonn")  # type: ignore[call-arg]
