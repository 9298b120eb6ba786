"""Incidence: a sparse table of weights between rows and columns; the only place that knows scipy.sparse."""
# pyright: reportUnknownMemberType=false, reportMissingTypeStubs=false

from __future__ import annotations

import functools
from typing import Any

import numpy as np
from scipy import sparse

from matching.profile import Floats, Ints

FEW = 16
"""One entry for so many columns is few: sorting them costs less than passing over all columns."""


class Incidence:
    """Weights w[row, column], zero where nothing is said.

    Entries that are given twice count once, with the larger weight: a fact does not become truer by repetition.
    """

    def __init__(self, rows: Ints, columns: Ints, weights: Floats, shape: tuple[int, int], *, add: bool = False) -> None:
        if not add and len(rows):
            rows, columns, weights = _largest(rows, columns, weights, shape[1])
        self._csr: Any = sparse.csr_matrix((weights, (rows, columns)), shape=shape)
        self._csr.sum_duplicates()

    @functools.cached_property
    def _csc(self) -> Any:
        return self._csr.tocsc()

    def row(self, row: int) -> tuple[Ints, Floats]:
        """Columns and weights of one row, columns ascending."""
        start, end = self._csr.indptr[row], self._csr.indptr[row + 1]
        return self._csr.indices[start:end], self._csr.data[start:end]

    def column(self, column: int) -> tuple[Ints, Floats]:
        """Rows and weights of one column, rows ascending."""
        start, end = self._csc.indptr[column], self._csc.indptr[column + 1]
        return self._csc.indices[start:end], self._csc.data[start:end]

    def times(self, values: Floats) -> Floats:
        """For each row the sum over columns of weight × value; also for a table of several values a column."""
        return self._csr @ values

    def chosen(self, columns: Ints, values: Floats) -> Floats:
        """For each row the sum over some columns, ascending, of weight × value: `times`, quicker where few values are not 0."""
        return np.asarray(self._csc[:, columns] @ values)

    def added(self, rows: Ints, values: Floats) -> Floats:
        """For each column the sum over some rows of weight × value: `times` of the transposed table for few values that are not 0."""
        columns, amounts = self._amounts(rows, values)
        return _sums(columns, amounts, int(self._csr.shape[1]))

    def spread(self, rows: Ints, values: Floats) -> tuple[Ints, Floats]:
        """`added` for rows in ascending order: the columns in which they have entries, ascending, and the sums.

        Where there are few entries, only these are looked at.
        """
        columns, amounts = self._amounts(rows, values)
        size = int(self._csr.shape[1])
        if len(columns) > size // FEW:
            sums = _sums(columns, amounts, size)
            known = np.flatnonzero(sums)
            return known, sums[known]
        known, place = np.unique(columns, return_inverse=True)
        return known, _sums(place, amounts, len(known))

    def _amounts(self, rows: Ints, values: Floats) -> tuple[Ints, Floats]:
        """Column and weight × value of every entry of some rows, row by row."""
        starts = self._csr.indptr[rows]
        counts = self._csr.indptr[rows + 1] - starts
        places = np.arange(int(counts.sum())) + np.repeat(starts + counts - np.cumsum(counts), counts)
        return np.asarray(self._csr.indices[places], dtype=np.int64), self._csr.data[places] * np.repeat(values, counts)

    def sums(self) -> Floats:
        """Sum of each row's weights."""
        return np.asarray(self._csr.sum(axis=1)).ravel()

    def counts(self) -> Ints:
        """Number of entries of each row."""
        return np.diff(self._csr.indptr).astype(np.int64)

    def entries(self) -> tuple[Ints, Ints]:
        """Row and column of every entry, ascending."""
        rows: Ints = np.repeat(np.arange(int(self._csr.shape[0])), np.diff(self._csr.indptr))
        return rows, np.asarray(self._csr.indices, dtype=np.int64)

    def grouped(self, groups: Ints, size: int) -> Incidence:
        """Columns added up into groups (group of each column; -1: left out)."""
        rows, columns = self.entries()
        columns = groups[columns]
        keep = columns >= 0
        return Incidence(rows[keep], columns[keep], self._csr.data[keep], (self._csr.shape[0], size), add=True)

    def transposed(self) -> Incidence:
        """Rows and columns changed places."""
        turned = object.__new__(Incidence)
        turned._csr = self._csr.T.tocsr()
        return turned


def _sums(places: Ints, amounts: Floats, size: int) -> Floats:
    """Amounts added up by place; of nothing, numpy would give integers."""
    return np.bincount(places, weights=amounts, minlength=size).astype(np.float64, copy=False)


def _largest(rows: Ints, columns: Ints, weights: Floats, width: int) -> tuple[Ints, Ints, Floats]:
    key = rows.astype(np.int64) * width + columns
    order = np.lexsort((-weights, key))
    first = order[np.r_[True, np.diff(key[order]) > 0]]
    return rows[first], columns[first], weights[first]
