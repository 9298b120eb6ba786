"""Synthetic networks: sizes, shares, references, and that the same arguments give the same rows."""

import csv
import tracemalloc
from collections import Counter

import pytest

from graph_api.operations.files import FILES, parse_cell
from seeds import ORDER, synthetic
from seeds.synthetic import Statistics, Subjects

SUBJECTS = Subjects(topics=tuple(f"t{n}" for n in range(60)), targets=("11.6", "12.5"), goals=("1", "2"))


def tables(count, seed=0, **more):
    return {stem: [dict(zip(columns, row, strict=True)) for row in rows] for stem, columns, rows in synthetic.network(count, seed, subjects=SUBJECTS, **more)}


@pytest.fixture(scope="module")
def world():
    return tables(4_000)


def links(found):
    columns = {"departments": ("municipality", "topics"), "stakeholders": ("municipality", "topics"), "experts": ("department", "topics")}
    columns |= {"partnerships": ("members",), "focuses": ("municipality",)}
    return sum(len(row[c].split("|")) for stem, names in columns.items() for row in found[stem] for c in names if row[c])


def test_there_are_about_twelve_links_for_each_municipality_and_more_where_all_are_described(world):
    assert len(world["municipalities"]) == 4_000
    assert 11 < links(world) / 4_000 < 13
    everybody = tables(1_000, statistics=Statistics(described=1.0))
    assert 24 < links(everybody) / 1_000 < 30


def test_partners_are_as_unequal_as_in_the_known_twinnings(world):
    degrees = Counter(member for row in world["partnerships"] for member in row["members"].split("|"))
    ordered = sorted((degrees[row["id"]] for row in world["municipalities"]), reverse=True)
    assert 3.4 < sum(ordered) / 4_000 < 3.8
    assert 60 <= ordered[0] <= 120
    assert 18 <= ordered[40] <= 36
    assert ordered[2_000] in (2, 3)


def test_shares_are_those_of_the_statistics(world):
    german = sum(row["country"] == "DE" for row in world["municipalities"])
    assert 0.46 < german / 4_000 < 0.54
    offices = Counter(row["municipality"] for row in world["departments"])
    assert 0.2 < len(offices) / 4_000 < 0.29
    assert set(offices.values()) == {2, 3, 4, 5}
    assert 0.75 < len(world["experts"]) / len(world["departments"]) < 0.92
    kinds = Counter("topic" if row["topic"] else "goal" if row["goal"] else "target" for row in world["focuses"])
    assert 0.78 < kinds["topic"] / len(world["focuses"]) < 0.86
    directions = Counter((row["municipality"].split("-")[1] == "de", row["direction"]) for row in world["focuses"])
    assert directions[True, "offers"] > directions[True, "seeks"]
    assert directions[False, "seeks"] > directions[False, "offers"]
    three = [row for row in world["partnerships"] if row["members"].count("|") == 2]
    assert 0.01 < len(three) / len(world["partnerships"]) < 0.03


def test_ids_are_unique_and_say_that_they_are_synthetic(world):
    for stem in ("municipalities", "departments", "stakeholders", "experts", "partnerships"):
        ids = [row["id"] for row in world[stem]]
        assert len(ids) == len(set(ids))
        assert all(i.startswith("syn-") for i in ids)
    keys = [tuple(row[c] for c in ("municipality", "topic", "goal", "target", "direction")) for row in world["focuses"]]
    assert len(set(keys)) == len(keys)


def test_what_is_named_is_in_the_network_or_among_the_subjects(world):
    ids = {stem: {row["id"] for row in rows} for stem, rows in world.items() if stem != "focuses"}
    for stem in ("departments", "stakeholders", "focuses"):
        assert {row["municipality"] for row in world[stem]} <= ids["municipalities"]
    assert {row["department"] for row in world["experts"]} <= ids["departments"]
    members = [row["members"].split("|") for row in world["partnerships"]]
    assert {m for each in members for m in each} <= ids["municipalities"]
    assert all(len(set(each)) == len(each) >= 2 for each in members)
    assert {t for stem in ("departments", "experts", "stakeholders") for row in world[stem] for t in row["topics"].split("|")} <= set(SUBJECTS.topics)
    assert {row["topic"] for row in world["focuses"]} <= {*SUBJECTS.topics, ""}


def test_every_cell_is_one_the_import_takes_and_the_tables_come_in_loading_order(world):
    assert list(world) == [stem for stem in ORDER if stem in world]
    for stem, rows in world.items():
        for row in rows:
            for column, text in row.items():
                declared = FILES[stem].columns[column].property
                if declared is not None:
                    parse_cell(declared, text)


def test_names_have_accents_and_most_are_different(world):
    names = [row["name"] for row in world["municipalities"]]
    assert len(set(names)) > 0.6 * len(names)
    assert sum(not name.isascii() for name in names) > 0.1 * len(names)
    assert all(name == name.strip() and "_" not in name and name for name in names)


def test_the_same_arguments_give_the_same_rows_and_another_seed_does_not():
    first, again, other = tables(50, 7), tables(50, 7), tables(50, 8)
    assert first == again
    assert [row["id"] for row in first["municipalities"]] != [row["id"] for row in other["municipalities"]]  # their countries differ
    for stem, column in (("municipalities", "population"), ("departments", "verified_on"), ("partnerships", "started"), ("focuses", "weight")):
        assert [row[column] for row in first[stem]][:10] != [row[column] for row in other[stem]][:10], stem


def test_fewer_than_two_municipalities_are_refused():
    with pytest.raises(ValueError, match="allowed: 2 or more"):
        next(synthetic.network(1))
    assert all(row["members"].count("|") == 1 for row in tables(2)["partnerships"])


def test_files_hold_the_rows_and_name_reference_topics(tmp_path):
    written = synthetic.write(tmp_path, 30, 3)
    assert list(written) == ["municipalities", "departments", "stakeholders", "experts", "partnerships", "focuses"]
    topics = set(synthetic.reference_subjects().topics)
    for stem, count in written.items():
        with (tmp_path / f"{stem}.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        assert len(rows) == count
        assert {t for row in rows for t in row.get("topics", "").split("|") if t} <= topics


def test_memory_does_not_grow_with_the_network():
    def peak(count):
        tracemalloc.start()
        for _stem, _columns, rows in synthetic.network(count, subjects=SUBJECTS):
            for _row in rows:
                pass
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    peak(100)
    assert peak(1_500) < peak(150) + 30_000
