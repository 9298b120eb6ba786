"""Demands: the forms that the rules of peer groups take, each telling how far a plan keeps it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from matching.profile import Bools, Ints


@dataclass(frozen=True, kw_only=True)
class Breach:
    """One place where a rule is broken."""

    rule: str
    rows: tuple[int, ...]
    """Participants concerned."""
    groups: tuple[int, ...]
    """Groups concerned, from 0."""
    value: str | None = None
    """Country or size class of which there are too many or too few."""
    found: int | None = None
    """Number found, where the rule counts."""


class Demand(Protocol):
    """One rule over the participants at hand. `group` is the group of each participant, shape (n,)."""

    @property
    def rule(self) -> str:
        """Name of the rule."""
        ...

    def total(self, group: Ints) -> int:
        """Number of places in which it can be kept or broken."""
        ...

    def breaches(self, group: Ints, only: Collection[int] | None = None) -> list[Breach]:
        """Where it is broken; with `only` the places that concern these groups."""
        ...


@dataclass(frozen=True, kw_only=True)
class Pairs:
    """Each pair is in the same group, or is not."""

    rule: str
    pairs: Ints
    same: bool

    def total(self, group: Ints) -> int:
        """Number of pairs."""
        return len(self.pairs)

    def breaches(self, group: Ints, only: Collection[int] | None = None) -> list[Breach]:
        """Pairs that are apart and should not be, or the other way round."""
        where = group[self.pairs]
        broken = (where[:, 0] == where[:, 1]) != self.same
        if only is not None:
            broken &= np.isin(where, list(only)).any(axis=1)
        rows, places = self.pairs[broken].tolist(), where[broken].tolist()
        return [Breach(rule=self.rule, rows=tuple(pair), groups=tuple(dict.fromkeys(at))) for pair, at in zip(rows, places, strict=True)]


@dataclass(frozen=True, kw_only=True)
class Counts:
    """Of each value there are at least and at most so many in each group."""

    rule: str
    codes: Ints
    """Value of each participant, -1 where unknown."""
    values: tuple[str, ...]
    least: Ints
    most: Ints

    def total(self, group: Ints) -> int:
        """Groups times values that occur."""
        return int((group.max() + 1) * len(np.unique(self.codes[self.codes >= 0])))

    def breaches(self, group: Ints, only: Collection[int] | None = None) -> list[Breach]:
        """Groups and values of which there are too many or too few."""
        found: list[Breach] = []
        for place in sorted(only) if only is not None else range(int(group.max()) + 1):
            codes = self.codes[group == place]
            count = np.bincount(codes[codes >= 0], minlength=len(self.values))
            for value in np.flatnonzero((count < self.least) | (count > self.most)).tolist():
                rows = np.flatnonzero((group == place) & (self.codes == value)).tolist()
                found.append(Breach(rule=self.rule, rows=tuple(rows), groups=(place,), value=self.values[value], found=int(count[value])))
        return found


@dataclass(frozen=True, kw_only=True)
class Company:
    """Everybody who needs it has somebody beside it in its group."""

    rule: str
    beside: Bools
    """Who is company to whom, shape (n, n)."""
    needs: Bools
    """Who needs company, shape (n,)."""

    def total(self, group: Ints) -> int:
        """Number of those who need company."""
        return int(np.count_nonzero(self.needs))

    def breaches(self, group: Ints, only: Collection[int] | None = None) -> list[Breach]:
        """Those who are left alone."""
        found: list[Breach] = []
        for place in sorted(only) if only is not None else range(int(group.max()) + 1):
            members = np.flatnonzero(group == place)
            alone = members[self.needs[members] & ~self.beside[np.ix_(members, members)].any(axis=1)]
            found += [Breach(rule=self.rule, rows=(row,), groups=(place,)) for row in alone.tolist()]
        return found


@dataclass(frozen=True, kw_only=True)
class Tongue:
    """Each group has a language that all its members speak; those of whom no language is known do not count."""

    rule: str
    spoken: Bools
    """Who speaks what, shape (n, languages)."""
    names: tuple[str, ...]

    def total(self, group: Ints) -> int:
        """Number of groups."""
        return int(group.max()) + 1

    def breaches(self, group: Ints, only: Collection[int] | None = None) -> list[Breach]:
        """Groups without such a language, with those who do not speak the one most speak."""
        found: list[Breach] = []
        for place in sorted(only) if only is not None else range(int(group.max()) + 1):
            members = np.flatnonzero((group == place) & self.spoken.any(axis=1))
            if not len(members):
                continue
            count = self.spoken[members].sum(axis=0)
            silent = members[~self.spoken[members, int(count.argmax())]]
            if len(silent):
                found.append(Breach(rule=self.rule, rows=tuple(silent.tolist()), groups=(place,), value=self.names[int(count.argmax())], found=len(silent)))
        return found


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """Each group has at least and at most so many members."""

    rule: str
    groups: int
    least: int
    most: int

    def total(self, group: Ints) -> int:
        """Number of groups."""
        return self.groups

    def breaches(self, group: Ints, only: Collection[int] | None = None) -> list[Breach]:
        """Groups that are too small or too large."""
        size = np.bincount(group, minlength=self.groups)
        wrong = [place for place in (sorted(only) if only is not None else range(self.groups)) if not self.least <= size[place] <= self.most]
        return [Breach(rule=self.rule, rows=tuple(np.flatnonzero(group == place).tolist()), groups=(place,), found=int(size[place])) for place in wrong]


@dataclass(frozen=True, kw_only=True)
class Pins:
    """Each pinned participant is in its group."""

    rule: str
    rows: Ints
    places: Ints
    """Group of each row."""

    def total(self, group: Ints) -> int:
        """Number of pinned participants."""
        return len(self.rows)

    def breaches(self, group: Ints, only: Collection[int] | None = None) -> list[Breach]:
        """Pinned participants that are elsewhere."""
        found: list[Breach] = []
        for row, place in zip(self.rows.tolist(), self.places.tolist(), strict=True):
            if group[row] != place and (only is None or place in only or int(group[row]) in only):
                found.append(Breach(rule=self.rule, rows=(row,), groups=(int(group[row]), place)))
        return found
