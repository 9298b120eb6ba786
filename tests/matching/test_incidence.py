"""Ways to add up a sparse table: each gives what the whole table would, however few or many entries it looks at."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from matching.incidence import Incidence
from matching.network import Network
from matching.ties import Circle
from tests.examples import examples
from tests.matching.small_worlds import world


@st.composite
def tables(draw):
    """A table of up to 15 entries with 6 rows and few or so many columns that the entries are few beside them; and values for three rows."""
    columns = draw(st.sampled_from([4, 400]))
    entries = draw(st.lists(st.tuples(st.integers(0, 5), st.integers(0, columns - 1), st.sampled_from([0.3, 0.7, 1.1])), max_size=15))
    table = np.zeros((6, columns))
    for row, column, weight in entries:
        table[row, column] = max(table[row, column], weight)
    rows, columns_, weights = (np.array([entry[part] for entry in entries], dtype=kind) for part, kind in enumerate((np.int64, np.int64, np.float64)))
    chosen = np.array(sorted(draw(st.sets(st.integers(0, 5), max_size=3))), dtype=np.int64)
    values = np.array([draw(st.sampled_from([0.1, 0.9])) for _ in chosen])
    return Incidence(rows, columns_, weights, table.shape), table, chosen, values


@examples(80)
@given(made=tables())
def test_sums_over_some_rows_are_those_of_the_whole_table(made):
    incidence, table, rows, values = made
    whole = sum((value * table[row] for row, value in zip(rows, values, strict=True)), np.zeros(table.shape[1]))
    added = incidence.added(rows, values)
    assert added.dtype == np.float64
    assert added.tolist() == whole.tolist()
    columns, sums = incidence.spread(rows, values)
    assert dict(zip(columns.tolist(), sums.tolist(), strict=True)) == {int(column): whole[column] for column in np.flatnonzero(whole)}
    assert columns.tolist() == sorted(columns.tolist())


@examples(80)
@given(made=tables())
def test_sums_over_some_columns_are_those_of_the_whole_table(made):
    incidence, table, _, _ = made
    columns = np.arange(0, table.shape[1], 2)
    values = np.linspace(0.1, 1, len(columns))
    everywhere = np.zeros(table.shape[1])
    everywhere[columns] = values
    assert incidence.chosen(columns, values).tolist() == incidence.times(everywhere).tolist()


@examples(60)
@given(ties=st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)).filter(lambda pair: pair[0] != pair[1]), max_size=12), more=st.sampled_from([0, 300]))
def test_the_circle_is_a_walk_over_the_whole_network(ties, more):
    ids = tuple(f"m{number}" for number in range(7 + more))
    profiles = world(german=ids, southern=(), ties=[(ids[a], ids[b]) for a, b in ties])
    partners = np.zeros((len(ids), len(ids)))
    for a, b in ties:
        partners[a, b] = partners[b, a] = 1
    degree = np.maximum(partners.sum(axis=0), 1)
    for seeker in range(7):
        scores = Circle(Network(profiles)).scores(seeker, np.arange(len(ids)))
        there = np.eye(len(ids))[seeker]
        for _ in range(4):
            there = 0.85 * partners @ (there / degree) + 0.15 * np.eye(len(ids))[seeker]
        if partners[seeker].any():
            assert np.allclose(scores, there / degree / (there / degree + 0.002), rtol=1e-12, atol=0)
        else:
            assert np.isnan(scores).all()
