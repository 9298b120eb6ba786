"""Selections: nested rows exactly as documented, several kinds in one list, shortcuts, several selections in one call."""

from __future__ import annotations

import pytest

from graph_api.errors import InvalidInput
from graph_api.model import Membership
from graph_api.storage.base import Either, Linked, Order, Selection, Shape, Store, Wanted, rows_in
from tests.storage.asking import along, compare, listing, own

pytestmark = pytest.mark.anyio

BONN = compare("id", "eq", "municipality:bonn")
TOPIC, GOAL, TARGET = Shape(kind="topic", properties=("name",)), Shape(kind="sdg_goal", properties=("number", "name")), Shape(kind="sdg_target")


async def test_a_row_holds_id_order_value_and_properties(small: Store) -> None:
    selection = listing("municipality", "name", "population", filter=compare("country", "eq", "DE"), order=Order(property="name"))
    assert await small.select(selection) == [
        [
            None,
            [
                ["municipality:bonn", "bonn", [], ["Bonn", 300_000], []],
                ["municipality:muc", "munchen", [], ["München", 1_500_000], []],
                ["municipality:treptow", "treptow-kopenick", [], ["Treptow-Köpenick", None], []],
            ],
        ]
    ]


async def test_relations_nest_with_the_links_properties(small: Store) -> None:
    experts = along("experts", Shape(kind="expert", properties=("consent",)), total=True)
    departments = along("departments", Shape(kind="department", properties=("name",), links=(experts,)), total=True)
    partnerships = along("partnerships", Shape(kind="partnership", properties=("started",)), edge=("left", "joined"))
    assert await small.select(listing("municipality", "name", links=(departments, partnerships), filter=BONN)) == [
        [
            None,
            [
                [
                    "municipality:bonn",
                    None,
                    [],
                    ["Bonn"],
                    [
                        [
                            1,
                            [
                                [
                                    "department:green",
                                    None,
                                    [],
                                    ["Green Spaces"],
                                    [[2, [["expert:ana", None, [], [True], []], ["expert:ben", None, [], [False], []]]]],
                                ]
                            ],
                        ],
                        [None, [["partnership:pair", None, [None, "2020"], ["2020"], []]]],
                    ],
                ]
            ],
        ]
    ]


async def test_a_relation_to_several_kinds_is_one_list(small: Store) -> None:
    focuses = along("focuses", TOPIC, GOAL, TARGET, edge=("direction", "weight"), order=Order(property="name"), total=True)
    ((_, ((_, _, _, _, (cell,)),)),) = await small.select(listing("municipality", links=(focuses,), filter=BONN))
    assert cell == [
        4,
        [
            ["sdg_target:11.6", "air and waste", ["works_on", 1.0], [], []],
            ["sdg_goal:11", "sustainable cities", ["seeks", 0.9], [11, "Sustainable cities"], []],
            ["topic:waste", "waste", ["offers", 0.5], ["Waste"], []],
            ["topic:waste", "waste", ["seeks", 0.4], ["Waste"], []],
        ],
    ]


async def test_only_the_kinds_of_the_shapes_are_listed(small: Store) -> None:
    focuses = along("focuses", TOPIC, Shape(kind="expert"), total=True)
    ((_, ((_, _, _, _, (cell,)),)),) = await small.select(listing("municipality", links=(focuses,), filter=BONN))
    assert cell == [2, [["topic:waste", None, [], ["Waste"], []]] * 2]


async def test_flat_rows_are_counted_with_those_below_them_whatever_their_kinds(small: Store) -> None:
    experts = along("experts", Shape(kind="expert", properties=("consent", "languages")))
    departments = along("departments", Shape(kind="department", links=(experts,)))
    wide = Shape(kind="topic", properties=("name",), links=(along("broader", TOPIC), along("focused_by", Shape(kind="municipality"))))
    selections = (
        listing("municipality", "languages", links=(departments, along("focuses", wide, GOAL)), filter=BONN),
        listing("topic"),
    )
    found, topics = cells = await small.select_flat(*selections)
    assert rows_in(selections[1:], [topics]) == 3
    [[id_, _, _, offices, focuses]] = found[1]
    assert (id_, len(offices[1]), len(offices[1][0][-1][1])) == ("municipality:bonn", 1, 2)
    below = [cell for row in focuses[1] if row[0].startswith("topic:") for cell in row[-2:]]
    assert rows_in(selections, cells) == 3 + 1 + 1 + 2 + len(focuses[1]) + sum(len(cell[1]) for cell in below)
    assert (len(focuses[1]), [len(cell[1]) for cell in below]) == (3, [1, 3, 1, 3])


async def test_links_and_neighbours_are_filtered(small: Store) -> None:
    seeks, known = compare("direction", "eq", "seeks"), compare("number", "gte", 11)
    links = (
        along("focuses", TOPIC, GOAL, TARGET, link=seeks, total=True),
        along("focuses", TOPIC, link=compare("weight", "gt", 0.4), edge=("weight",), total=True),
        along("focuses", GOAL, link=seeks, filter=known, total=True),
        along("focuses", TOPIC, link=compare("evidence", "empty", False), edge=("evidence",)),
    )
    ((_, ((_, _, _, _, cells),)),) = await small.select(listing("municipality", links=links, filter=BONN))
    assert [cell[0] for cell in cells] == [2, 1, 1, None]
    assert [own(cell) for cell in cells] == [["11", "waste"], ["waste"], ["11"], ["waste"]]
    assert cells[1][1][0][2] == [0.5]
    assert cells[3][1][0][2] == ["plan 2030"]


async def test_a_relation_is_read_from_either_end(small: Store) -> None:
    both = (Shape(kind="department", properties=("name",)), Shape(kind="municipality"))
    links = (along("focused_by", *both, edge=("direction",), total=True), along("focused_by", Shape(kind="municipality"), total=True))
    ((_, rows),) = await small.select(listing("topic", links=links))
    assert [(row[0], row[4]) for row in rows] == [
        ("topic:compost", [[1, [["department:green", None, ["offers"], ["Green Spaces"], []]]], [0, []]]),
        ("topic:environment", [[0, []], [0, []]]),
        (
            "topic:waste",
            [
                [
                    3,
                    [[f"municipality:{i}", None, [direction], [], []] for i, direction in (("bonn", "offers"), ("bonn", "seeks"), ("lapaz", "seeks"))],
                ],
                [3, [[f"municipality:{i}", None, [], [], []] for i in ("bonn", "bonn", "lapaz")]],
            ],
        ),
    ]


async def test_one_link_with_sources_of_many_kinds_has_a_relation_for_each(small: Store) -> None:
    links = tuple(along(f"{kind}s", Shape(kind=kind), total=True) for kind in ("expert", "partnership", "department", "stakeholder"))
    ((_, rows),) = await small.select(listing("topic", links=links, filter=compare("id", "in", ("topic:compost", "topic:waste"))))
    assert [[(cell[0], own(cell)) for cell in row[4]] for row in rows] == [
        [(0, []), (0, []), (1, ["green"]), (0, [])],
        [(1, ["ana"]), (1, ["pair"]), (0, []), (0, [])],
    ]


async def test_a_relation_within_one_kind_is_read_both_ways(small: Store) -> None:
    links = (along("broader", Shape(kind="topic")), along("narrower", Shape(kind="topic")))
    ((_, rows),) = await small.select(listing("topic", links=links))
    assert [(row[0], own(row[4][0]), own(row[4][1])) for row in rows] == [
        ("topic:compost", ["waste"], []),
        ("topic:environment", [], ["waste"]),
        ("topic:waste", ["environment"], ["compost"]),
    ]


async def test_shortcuts_name_each_node_once_and_never_the_start(small: Store) -> None:
    async with small.transaction() as tx:
        await tx.save("partnership", ["id"], [["partnership:again"]])
        await tx.link(Membership, ["source", "target"], [["municipality:muc", "partnership:again"], ["municipality:treptow", "partnership:again"]])
    partners = along("partners", Shape(kind="municipality", properties=("name",)), order=Order(property="name", descending=True), total=True)
    experts = along("experts", Shape(kind="expert"), filter=compare("consent", "eq", True), total=True)
    ((_, rows),) = await small.select(listing("municipality", links=(partners, experts)))
    assert {row[0]: (row[4][0][0], own(row[4][0]), row[4][1][0], own(row[4][1])) for row in rows} == {
        "municipality:bonn": (1, ["lapaz"], 1, ["ana"]),
        "municipality:lapaz": (1, ["bonn"], 0, []),
        "municipality:muc": (2, ["treptow", "subotica"], 0, []),
        "municipality:subotica": (2, ["treptow", "muc"], 0, []),
        "municipality:treptow": (2, ["subotica", "muc"], 0, []),
    }


async def test_relations_nest_deep(small: Store) -> None:
    nested, depth = Shape(kind="topic", properties=("name",)), 4
    for level in range(depth):
        order = Order(property="name_de", descending=level % 2 == 0)
        nested = Shape(kind="topic", links=(along("broader" if level % 2 else "narrower", nested, order=order, last=3, total=True),))
    cell = (await small.select(Selection(shapes=(nested,), filter=compare("id", "eq", "topic:compost"))))[0]
    for level in range(depth):
        assert own(cell) == [("compost", "waste")[level % 2]]
        cell = cell[1][0][4][0]
    assert cell == [1, [["topic:compost", None, [], ["Compost"], []]]]


async def test_several_selections_are_answered_in_their_order(small: Store) -> None:
    cells = await small.select(
        listing("topic", total=True, first=1),
        listing("expert", filter=compare("id", "in", ("expert:cleo", "expert:nobody"))),
        listing("topic", "name", total=True),
    )
    assert [(cell[0], own(cell)) for cell in cells] == [(3, ["compost", "environment"]), (None, ["cleo"]), (3, ["compost", "environment", "waste"])]
    assert await small.select() == []


async def test_nodes_of_several_kinds_are_one_list(small: Store) -> None:
    shapes = (Shape(kind="expert", properties=("consent",)), Shape(kind="topic", properties=("name",)), Shape(kind="partnership", properties=("name",)))
    wanted = compare("id", "in", ("topic:waste", "expert:ben", "partnership:pair", "municipality:bonn"))
    assert await small.select(Selection(shapes=shapes, filter=wanted, order=Order(property="name"), total=True)) == [
        [
            3,
            [
                ["expert:ben", "ben", [], [False], []],
                ["topic:waste", "waste", [], ["Waste"], []],
                ["partnership:pair", None, [], [None], []],
            ],
        ]
    ]
    (cell,) = await small.select(Selection(shapes=shapes, order=Order(property="name", descending=True), first=3, total=True))
    assert (cell[0], own(cell)) == (8, ["waste", "three", "environment", "compost"])
    (cell,) = await small.select(Selection(shapes=shapes, last=2, total=True))
    assert (cell[0], own(cell)) == (8, ["compost", "environment", "waste"])


async def test_a_list_without_shapes_is_empty(small: Store) -> None:
    focuses = along("focuses", total=True)
    assert await small.select(Selection(shapes=(), total=True), listing("municipality", links=(focuses,), filter=BONN)) == [
        [0, []],
        [None, [["municipality:bonn", None, [], [], [[0, []]]]]],
    ]


async def test_nested_lists_are_limited_each_for_itself(small: Store) -> None:
    members = along("members", Shape(kind="municipality", properties=("name",)), order=Order(property="name"), first=1, total=True)
    ((_, rows),) = await small.select(listing("partnership", links=(members,)))
    assert [(row[4][0][0], own(row[4][0])) for row in rows] == [(2, ["bonn", "lapaz"]), (3, ["muc", "subotica"])]


async def test_private_properties_are_given_only_where_they_are_revealed(small: Store) -> None:
    async with small.transaction() as tx:
        await tx.save("expert", ["id", "email", "available_from"], [["expert:ana", "ana@example.org", "2024-01-01"], ["expert:ben", "ben@example.org", None]])
    for reveal, seen in (
        (None, ["ana@example.org", "ben@example.org", None]),
        (compare("consent", "eq", True), ["ana@example.org", None, None]),
        (Linked(relation="department", node=compare("id", "eq", "department:green")), ["ana@example.org", "ben@example.org", None]),
        (Either(of=()), [None, None, None]),
    ):
        shape = Shape(kind="expert", properties=("name", "email", "languages"), reveal=reveal)
        (cell,) = await small.select(Selection(shapes=(shape,), order=Order(property="name")))
        assert [row[3] for row in cell[1]] == [[name, email, []] for name, email in zip(("Ana", "Ben", "Cleo"), seen, strict=True)]
        (cell,) = await small.select(Selection(shapes=(shape,), order=Order(property="email")))
        assert [row[1] for row in cell[1]] == seen
        ((_, ((_, _, _, _, (cell,)),)),) = await small.select(
            listing("department", links=(along("experts", shape),), filter=compare("id", "eq", "department:green"))
        )
        assert [row[3][1] for row in cell[1]] == seen[:2]


async def test_the_order_value_of_a_truth_value_is_one(small: Store) -> None:
    (cell,) = await small.select(listing("municipality", order=Order(property="seeking")))
    assert [(row[0], row[1]) for row in cell[1]][:3] == [("municipality:muc", False), ("municipality:lapaz", True), ("municipality:bonn", None)]


@pytest.mark.parametrize(
    "selection",
    [
        listing("municipality", "colour"),
        listing("municipality", order=Order(property="colour")),
        listing("municipality", order=Order(property="languages")),
        listing("municipality", filter=compare("colour", "eq", "red")),
        listing("municipality", links=(along("friends", TOPIC),)),
        listing("municipality", links=(along("focuses", TOPIC, edge=("colour",)),)),
        listing("municipality", links=(along("partners", Shape(kind="municipality"), edge=("joined",)),)),
        listing("municipality", links=(Wanted(relation="partners", selection=listing("municipality"), link=compare("joined", "eq", "2017")),)),
    ],
    ids=["property", "order", "order by a list", "filter", "relation", "link's property", "shortcut's property", "shortcut's filter"],
)
async def test_names_that_are_not_declared_are_refused(small: Store, selection: Selection) -> None:
    with pytest.raises(InvalidInput):
        await small.select(selection)
