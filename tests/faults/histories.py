"""Histories: what several clients did to one record and were told, and whether one record that is changed at once could have told it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Act:
    """One read, or one change that is carried out only where the record is as `expected`.

    States are texts. An act took effect, if it did, at one moment between `began` and `ended`.
    """

    began: float
    ended: float | None
    """None: no answer came, so it may take effect at any time, or never."""
    saw: str | None = None
    """What a read was told, or what a change expected."""
    wrote: str | None = None
    """What a change made of it; None: a read."""
    refused: bool = False
    """The change was told that the record is another by now: then it did not take effect, and the record was not as expected at one moment."""


def linearizable(history: Sequence[Act], first: str) -> bool:
    """Whether there is an order of the acts in which each took effect at a moment of its own time, and each was told the truth.

    Tries orders, those states left out that were seen before (Wing and Gong 1993, Lowe 2017).
    """
    acts = sorted(history, key=lambda act: act.began)
    seen: set[tuple[frozenset[int], str]] = set()
    ways = [(frozenset[int](), first)]
    while ways:
        done, state = ways.pop()
        left = [i for i in range(len(acts)) if i not in done]
        if all(acts[i].ended is None for i in left):
            return True
        latest = min(end for i in left if (end := acts[i].ended) is not None)
        for i in left:
            if acts[i].began <= latest and (after := told_truth(acts[i], state)) is not None:
                way = (done | {i}, after)
                if way not in seen:
                    seen.add(way)
                    ways.append(way)
    return False


def told_truth(act: Act, state: str) -> str | None:
    """The state after an act that takes effect in this state; None where it would have been told something else."""
    if act.refused:
        return state if act.saw != state else None
    if act.saw != state:
        return None
    return state if act.wrote is None else act.wrote
