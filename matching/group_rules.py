"""Rules: what somebody who forms peer groups asks for, and the demands this makes on the participants at hand."""

from __future__ import annotations

import enum
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np

from matching.group_demands import Company, Counts, Demand, Pairs, Pins, Sizes, Tongue
from matching.participants import Attribute, Participants, pairs_of
from matching.profile import Floats, Ints


class Partners(enum.Enum):
    """What is to become of partners who both take part."""

    TOGETHER = "together"
    APART = "apart"


ISOLATION = (Attribute.COUNTRY, Attribute.LANGUAGE, Attribute.SUBJECTS)
"""Attributes in which nobody may be left alone."""


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What is wanted of the groups. The first three make the score of a group, the others can be kept or broken."""

    similar: tuple[Attribute, ...] = (Attribute.SUBJECTS,)
    """Members of a group shall be alike in these."""
    diverse: tuple[Attribute, ...] = ()
    """Members of a group shall differ in these."""
    exchange: bool = True
    """Members of a group shall offer what others in it seek."""
    balanced: tuple[Attribute, ...] = ()
    """Every value of these (country, size, direction) is spread evenly: numbers differ by at most 1 between the groups."""
    no_isolate: tuple[Attribute, ...] = ()
    """Nobody is without company in these (of `ISOLATION`), unless there is nobody among all participants to keep it company."""
    together: tuple[tuple[str, ...], ...] = ()
    """Sets of ids that stay in one group."""
    apart: tuple[tuple[str, ...], ...] = ()
    """Sets of ids of which no two may be in one group."""
    partners: Partners | None = None
    """Keep partners together or apart."""
    per_country: int | None = None
    """At most so many of one country in a group."""
    common_language: bool = False
    """In each group there is a language that all members speak."""
    fresh: bool = True
    """No two meet again, neither in a later round nor after an earlier event, unless other rules keep them together."""
    pinned: Mapping[str, int] = field(default_factory=dict[str, int])
    """Id → number of its group, from 1, in every round."""

    def __post_init__(self) -> None:
        if not (self.similar or self.diverse or self.exchange):
            raise ValueError("nothing is wanted of the groups; allowed are similar, diverse, exchange")
        if both := set(self.similar) & set(self.diverse):
            raise ValueError(f"{sorted(a.value for a in both)} cannot be similar and diverse")
        if wrong := set(self.no_isolate) - set(ISOLATION):
            raise ValueError(f"no_isolate has {sorted(a.value for a in wrong)}; allowed are {', '.join(a.value for a in ISOLATION)}")
        if wrong := set(self.balanced) - {Attribute.COUNTRY, Attribute.SIZE, Attribute.DIRECTION}:
            raise ValueError(f"balanced has {sorted(a.value for a in wrong)}; allowed are country, size, direction")
        if self.per_country is not None and self.per_country < 1:
            raise ValueError(f"per_country is {self.per_country}; allowed are 1 and more")


@dataclass(frozen=True, kw_only=True)
class Shape:
    """How many groups, and of what sizes."""

    groups: int
    least: int
    most: int
    """Sizes of a group."""


def shape(n: int, *, number: int | None = None, sizes: tuple[int, int] | None = None, uneven: bool = False) -> Shape:
    """The groups that n participants make: `number` of them, or as many as bring their sizes nearest to the middle of the bounds.

    Sizes differ by at most 1 unless `uneven`, which needs bounds. Raises `ValueError` when there are no such groups.
    """
    if (number is None) == (sizes is None) and not (uneven and sizes):
        raise ValueError("either the number of groups or the bounds of their sizes is needed")
    if sizes is not None and not 1 <= sizes[0] <= sizes[1]:
        raise ValueError(f"sizes are {sizes}; allowed are 1 <= least <= most")
    if number is None:
        number = _number(n, sizes or (1, n))
    if not 1 <= number <= n:
        raise ValueError(f"{number} groups of {n} participants; allowed are 1..{n}")
    if uneven and sizes is not None:
        if not number * sizes[0] <= n <= number * sizes[1]:
            raise ValueError(f"{n} participants do not fill {number} groups of {sizes[0]} to {sizes[1]}")
        return Shape(groups=number, least=sizes[0], most=sizes[1])
    if uneven:
        raise ValueError("uneven groups need bounds of their sizes")
    return Shape(groups=number, least=n // number, most=-(-n // number))


def _number(n: int, sizes: tuple[int, int]) -> int:
    middle = sum(sizes) / 2
    fitting = [number for number in range(1, n + 1) if n // number >= sizes[0] and -(-n // number) <= sizes[1]]
    if not fitting:
        raise ValueError(f"{n} participants do not divide into groups of {sizes[0]} to {sizes[1]}")
    return min(fitting, key=lambda number: (abs(n / number - middle), number))


def values(participants: Participants, rules: Rules) -> Floats:
    """What it is worth to have i and j in one group, from 0 to 1: the mean of what the rules want; shape (n, n), 0 on the diagonal."""
    parts = [participants.likeness(attribute) for attribute in rules.similar]
    parts += [1 - participants.likeness(attribute) for attribute in rules.diverse]
    if rules.exchange:
        met = participants.met_needs
        parts.append((met + met.T) / 2)
    table = np.mean(parts, axis=0)
    np.fill_diagonal(table, 0.0)
    return table


def pins(participants: Participants, rules: Rules, form: Shape) -> Ints:
    """The group of each participant that is pinned or must be with one that is, from 0, else -1: shape (n,).

    Raises `ValueError` for a group that does not exist or has fewer seats than are pinned to it.
    """
    found = np.full(len(participants), -1)
    for id_, group in rules.pinned.items():
        if not 1 <= group <= form.groups:
            raise ValueError(f"{id_} is pinned to group {group}; allowed are 1..{form.groups}")
        found[participants.row(id_)] = group - 1
    taken = np.bincount(found[found >= 0], minlength=form.groups)
    if taken.max() > form.most:
        raise ValueError(f"{taken.max()} are pinned to group {taken.argmax() + 1}; allowed are {form.most}")
    for rows in components(rows_of(participants, rules.together)):
        places = set(found[rows].tolist()) - {-1}
        more = int(np.count_nonzero(found[rows] < 0))
        if len(places) == 1 and taken[place := places.pop()] + more <= form.most:
            found[rows] = place
            taken[place] += more
    return found


def rows_of(participants: Participants, sets: Iterable[Sequence[str]]) -> Ints:
    """All pairs within sets of ids, as rows."""
    return pairs_of(pair for ids in sets for pair in combinations([participants.row(id_) for id_ in ids], 2))


def bound(participants: Participants, rules: Rules) -> Ints:
    """Pairs that the rules keep in one group anyway, and so may meet again: shape (k, 2)."""
    pairs = {tuple(pair) for pair in _closed(rows_of(participants, rules.together)).tolist()}
    if rules.partners is Partners.TOGETHER:
        pairs |= {tuple(pair) for pair in participants.partners.tolist()}
    pinned: dict[int, list[int]] = {}
    for id_, group in rules.pinned.items():
        pinned.setdefault(group, []).append(participants.row(id_))
    return pairs_of([(int(a), int(b)) for a, b in pairs] + [pair for rows in pinned.values() for pair in combinations(rows, 2)])


def demands(participants: Participants, rules: Rules, form: Shape) -> tuple[Demand, ...]:
    """What the rules demand of the groups of one round, without what other rounds demand."""
    found: list[Demand] = [Sizes(rule="size", groups=form.groups, least=form.least, most=form.most)]
    if rules.pinned:
        places = np.array(list(rules.pinned.values()), dtype=np.int64) - 1
        found.append(Pins(rule="pinned", rows=np.array([participants.row(id_) for id_ in rules.pinned]), places=places))
    if rules.together:
        found.append(Pairs(rule="together", pairs=_closed(rows_of(participants, rules.together)), same=True))
    if rules.apart:
        found.append(Pairs(rule="apart", pairs=rows_of(participants, rules.apart), same=False))
    if rules.partners is not None:
        found.append(Pairs(rule="partners", pairs=participants.partners, same=rules.partners is Partners.TOGETHER))
    if rules.per_country is not None:
        codes, names = participants.codes(Attribute.COUNTRY)
        found.append(
            Counts(rule="per_country", codes=codes, values=names, least=np.zeros(len(names), dtype=np.int64), most=np.full(len(names), rules.per_country))
        )
    found += [_balance(participants, attribute, form) for attribute in rules.balanced]
    for attribute in rules.no_isolate:
        beside = participants.beside(attribute)
        found.append(Company(rule=f"no_isolate.{attribute.value}", beside=beside, needs=np.asarray(beside.any(axis=1), dtype=bool)))
    if rules.common_language:
        spoken, names = participants.spoken
        found.append(Tongue(rule="common_language", spoken=spoken, names=names))
    return tuple(found)


def freshness(participants: Participants, rules: Rules, others: Sequence[Ints]) -> tuple[Demand, ...]:
    """The demand that nobody meets again who met earlier or in another round (`others`: their group of each, shape (n,))."""
    if not rules.fresh or not (len(others) or len(participants.met)):
        return ()
    seen = {(int(a), int(b)) for a, b in participants.met.tolist()}
    for groups in others:
        order = np.argsort(groups, kind="stable")
        for members in np.split(order, np.flatnonzero(np.diff(groups[order])) + 1):
            seen.update(combinations(sorted(members.tolist()), 2))
    allowed = {(int(a), int(b)) for a, b in bound(participants, rules).tolist()}
    return (Pairs(rule="fresh", pairs=pairs_of(seen - allowed), same=False),)


def _balance(participants: Participants, attribute: Attribute, form: Shape) -> Counts:
    codes, names = participants.codes(attribute)
    count = np.bincount(codes[codes >= 0], minlength=len(names))
    n = len(participants)
    low, high = (form.least / n, form.most / n) if form.most - form.least > 1 else (1 / form.groups, 1 / form.groups)
    least = np.array([math.floor(c * low + 1e-9) for c in count.tolist()], dtype=np.int64)
    most = np.array([math.ceil(c * high - 1e-9) for c in count.tolist()], dtype=np.int64)
    return Counts(rule=f"balanced.{attribute.value}", codes=codes, values=names, least=least, most=most)


def components(pairs: Ints) -> list[list[int]]:
    """Rows that hang together by pairs, each list sorted."""
    parent: dict[int, int] = {}

    def root(row: int) -> int:
        while parent.setdefault(row, row) != row:
            row = parent[row]
        return row

    for a, b in pairs.tolist():
        parent[max(root(a), root(b))] = min(root(a), root(b))
    found: dict[int, list[int]] = {}
    for row in sorted(parent):
        found.setdefault(root(row), []).append(row)
    return list(found.values())


def _closed(pairs: Ints) -> Ints:
    return pairs_of(pair for rows in components(pairs) for pair in combinations(rows, 2))
