"""Forms peer groups of those who take part in something, and keeps the last plans so that changes to them can be weighed."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from graph_api.errors import InvalidInput, checked
from graph_api.operations.candidates import CandidateFinder
from graph_api.operations.experts import ExpertFinder
from graph_api.operations.gatherings import Gathering, Invitation, gather
from graph_api.operations.viewers import Role, Viewer
from graph_api.storage.base import Reader
from matching.expert_pool import Need
from matching.group_changes import Move, moved
from matching.group_rules import Rules
from matching.groups import GroupPlan, peer_groups

MOST_ROUNDS = 10
MOST_MOVES = 500
"""Changes by hand."""
MOST_SETS = 200
"""Sets of those who stay together or apart."""
LONGEST = 5.0
"""Seconds that a search may take where somebody waits for an answer over the network."""
SHORTEST = 0.5
WAITING = 4
"""Plans that are being made or wait for it, at most."""
KEPT = 20
"""Plans that are kept."""
MOST_GROUPS = 100
"""Groups of a round for which experts are suggested."""
NEEDS = 5
"""What a group lacks most, for which experts are looked for."""
EXPERTS = 3
"""Experts suggested for a group."""


Key = tuple[int, str]
"""Revision of the network, and the request."""


@dataclass(frozen=True, kw_only=True)
class GroupRequest:
    """What somebody asks of the groups; either their number or the bounds of their sizes."""

    invitation: Invitation
    rules: Rules = field(default_factory=Rules)
    number: int | None = None
    sizes: tuple[int, int] | None = None
    uneven: bool = False
    rounds: int = 1
    moves: tuple[Move, ...] = ()
    """Changes by hand to the groups once they are formed."""
    seed: int = 0
    seconds: float | None = None
    """How long to search; None: as long as is allowed."""


@dataclass(frozen=True, kw_only=True)
class GroupAnswer:
    """A plan, and who it is made of."""

    plan: GroupPlan
    gathering: Gathering


class Grouper:
    """Forms groups from the network as it is now, one plan at a time; for organisers and coordinators.

    A search takes at most `longest` seconds.
    """

    def __init__(self, reader: Reader, finder: CandidateFinder, experts: ExpertFinder, *, longest: float = LONGEST) -> None:
        self._reader, self._finder, self._experts, self.longest = reader, finder, experts, longest
        self._plans: OrderedDict[Key, GroupPlan] = OrderedDict()
        self._forming: dict[Key, asyncio.Task[GroupPlan]] = {}
        self._planning = asyncio.Lock()

    async def plan(self, viewer: Viewer, request: GroupRequest) -> GroupAnswer:
        """The groups; the same request on the same network gives the same ones, unless time ran out in another process.

        Raises Forbidden for all but organisers and coordinators, NotFound for unknown records, InvalidInput for what cannot be.
        """
        viewer.require(Role.ORGANISER)
        seconds = self.longest if request.seconds is None else request.seconds
        _check(request, seconds, self.longest)
        began = time.monotonic()
        gathering = await gather(self._reader, self._finder, request.invitation)
        plan = await self._plan(gathering, replace(request, moves=()), seconds - (time.monotonic() - began))
        return GroupAnswer(plan=await asyncio.to_thread(_moved, plan, request.moves), gathering=gathering)

    async def _plan(self, gathering: Gathering, request: GroupRequest, seconds: float) -> GroupPlan:
        """The plan without changes by hand: one that is kept, or is being made, or a new one."""
        key = gathering.revision, repr(request)
        if key not in self._plans:
            if key not in self._forming:
                if len(self._forming) >= WAITING:
                    raise InvalidInput(f"{WAITING} other plans are being made; ask again in a moment")
                self._forming[key] = asyncio.create_task(self._formed(key, gathering, request, max(seconds, SHORTEST)))
            return await asyncio.shield(self._forming[key])
        self._plans.move_to_end(key)
        return self._plans[key]

    async def _formed(self, key: Key, gathering: Gathering, request: GroupRequest, seconds: float) -> GroupPlan:
        """Forms groups and keeps them, even when whoever asked has gone in the meantime: who asks again gets them."""
        try:
            async with self._planning:
                plan = await asyncio.to_thread(_formed, gathering, request, seconds)
            self._plans[key] = plan
            while len(self._plans) > KEPT:
                self._plans.popitem(last=False)
            return plan
        finally:
            del self._forming[key]

    async def experts(self, viewer: Viewer, plan: GroupPlan) -> tuple[tuple[tuple[str, ...], ...], ...]:
        """For each group of each round the ids of experts who know what nobody in it can meet; none for groups that lack nothing."""
        needs = [
            Need(id=f"{place}", subjects=tuple(need.subject for need in group.expert_needs[:NEEDS]), languages=(group.language,) if group.language else ())
            for place, group in enumerate(group for round_ in plan.rounds for group in round_[:MOST_GROUPS])
        ]
        found = iter(await self._experts.suggest(viewer, [need for need in needs if need.subjects], first=EXPERTS))
        named = iter([next(found) if need.subjects else () for need in needs])
        return tuple(tuple(next(named) if place < MOST_GROUPS else () for place in range(len(round_))) for round_ in plan.rounds)


def _check(request: GroupRequest, seconds: float, longest: float) -> None:
    rules = request.rules
    if not 1 <= request.rounds <= MOST_ROUNDS:
        raise InvalidInput(f"rounds is {request.rounds}; allowed: 1 to {MOST_ROUNDS}")
    if not SHORTEST <= seconds <= longest:
        raise InvalidInput(f"seconds is {seconds:g}; allowed: {SHORTEST:g} to {longest:g}")
    if not 0 <= request.seed < 2**31:
        raise InvalidInput(f"seed is {request.seed}; allowed: 0 to {2**31 - 1:,}")
    if len(request.moves) > MOST_MOVES:
        raise InvalidInput(f"{len(request.moves)} changes by hand; allowed: {MOST_MOVES}")
    if (sets := len(rules.together) + len(rules.apart)) > MOST_SETS:
        raise InvalidInput(f"{sets} sets stay together or apart; allowed: {MOST_SETS}")


def _formed(gathering: Gathering, request: GroupRequest, seconds: float) -> GroupPlan:
    with checked():
        return peer_groups(
            gathering.participants,
            request.rules,
            number=request.number,
            sizes=request.sizes,
            uneven=request.uneven,
            rounds=request.rounds,
            random_state=request.seed,
            time_limit=seconds,
        )


def _moved(plan: GroupPlan, moves: Sequence[Move]) -> GroupPlan:
    with checked():
        return moved(plan, moves) if moves else plan
