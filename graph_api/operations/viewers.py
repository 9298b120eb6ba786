"""Who asks, and what that lets them see and do. One place for every right: filters for what is seen, `require` for what is done."""

from __future__ import annotations

from dataclasses import dataclass

from graph_api.errors import Forbidden
from graph_api.model import Choice
from graph_api.storage.base import Compare, Either, Every, Filter, Linked, Negate, Operator


class Role(Choice):
    """What somebody is to the programme."""

    ANONYMOUS = "anonymous", "Anybody without a token."
    MUNICIPALITY = "municipality", "Works for a municipality: edits its record, its departments and its experts."
    EXPERT = "expert", "An expert: edits the own record."
    ORGANISER = "organiser", "Plans events and peer groups."
    COORDINATOR = "coordinator", "Maintains the network and runs the programme."
    ADMIN = "admin", "A coordinator who also hands out tokens and runs the service."


GUARDED = ("interest", "demand", "change")
"""Kinds of which not everybody sees every record: nothing may be filtered by them, and no path or neighbourhood leads through them."""

NOBODY: Filter = Either(of=())
EVERYBODY: Filter = Every(of=())


def _is(node: str | None) -> Filter:
    return Compare(property="id", operator=Operator.EQ, value=node) if node else NOBODY


@dataclass(frozen=True, kw_only=True)
class Viewer:
    """Somebody with a role, and the record that is theirs."""

    role: Role = Role.ANONYMOUS
    name: str = ""
    """How the audit log names them: the token's subject."""
    municipality: str | None = None
    """Id of the municipality they work for."""
    expert: str | None = None
    """Id of the expert they are."""

    @property
    def coordinates(self) -> bool:
        """Whether they see and may change the whole network."""
        return self.role in (Role.COORDINATOR, Role.ADMIN)

    def scope(self, kind: str) -> Filter | None:
        """Which records of a kind exist for them; None: all."""
        if self.coordinates or kind not in GUARDED:
            return None
        if kind == "change" or self.role is not Role.MUNICIPALITY or not self.municipality:
            return NOBODY
        ours = _is(self.municipality)
        if kind == "demand":
            return Linked(relation="municipality", node=ours)
        received = Every(of=(Linked(relation="asked", node=ours), Negate(of=Compare(property="status", operator=Operator.EQ, value="dismissed"))))
        return Either(of=(Linked(relation="asker", node=ours), received))

    def reveal(self, kind: str) -> Filter:
        """On which records of a kind they see the private properties."""
        if self.coordinates or kind in GUARDED:  # those that are not theirs they do not see at all
            return EVERYBODY
        return self._reveal_expert() if kind == "expert" else NOBODY

    def _reveal_expert(self) -> Filter:
        consented = Compare(property="consent", operator=Operator.EQ, value=True)
        if self.role is Role.ORGANISER:
            return consented
        if self.role is Role.EXPERT:
            return _is(self.expert)
        if self.role is Role.MUNICIPALITY:
            own = Linked(relation="department", node=Linked(relation="municipality", node=_is(self.municipality)))
            return Either(of=(own, Every(of=(consented, self._acquainted()))))
        return NOBODY

    def _acquainted(self) -> Filter:
        """Experts of municipalities that are partners of theirs, or have agreed to talk to them."""
        agreed = Compare(property="status", operator=Operator.EQ, value="accepted")
        ours = tuple(
            Linked(relation=mine, node=Every(of=(agreed, Linked(relation=other, node=_is(self.municipality)))))
            for mine, other in (("interests_sent", "asked"), ("interests_received", "asker"))
        )
        home = Either(of=(Linked(relation="partners", node=_is(self.municipality)), *ours))
        return Linked(relation="department", node=Linked(relation="municipality", node=home))

    def require(self, *roles: Role, municipality: str | None = None, expert: str | None = None) -> None:
        """Refuses unless they have one of these roles, coordinate, work for this municipality or are this expert.

        Raises Forbidden that says who may.
        """
        ours = municipality is not None and municipality == self.municipality and self.role is Role.MUNICIPALITY
        own = expert is not None and expert == self.expert and self.role is Role.EXPERT
        if self.coordinates or self.role in roles or ours or own:
            return
        owners = (("the municipality itself", municipality), ("the expert", expert if (expert or "").startswith("expert:") else None))
        allowed = [*(r.value for r in roles), *(name for name, owner in owners if owner), "coordinator", "admin"]
        raise Forbidden(f"as {self.role.value} you may not do this; allowed: {', '.join(dict.fromkeys(allowed))}")


ANYBODY = Viewer()
"""Somebody without a token."""
