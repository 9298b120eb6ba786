"""Who asks, and what that lets them see and do. One place for every right: filters for what is seen, `require` for what is done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

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


class Right(Choice):
    """Something that somebody may see or do."""

    SEE_NETWORK = "see_network", "See what everybody sees."
    SEE_AGREED_PEOPLE = "see_agreed_people", "See e-mail and availability of experts who agreed to it."
    SEE_ACQUAINTED_PEOPLE = "see_acquainted_people", "See them of experts who agreed, at municipalities that are partners or said yes to a talk."
    SEE_OWN_PEOPLE = "see_own_people", "See them of the own experts."
    SEE_OWN_RECORD = "see_own_record", "See the own e-mail and availability."
    SEE_OWN_INTERESTS = "see_own_interests", "See the interests that the own municipality sent or received, and its unmet demand."
    SEE_EVERYTHING = "see_everything", "See all records with all they hold, the audit log among them."
    SEE_OWN_STALE_RECORDS = "see_own_stale_records", "See which of the own records want to be confirmed."
    EDIT_OWN_RECORD = "edit_own_record", "Change the own record as an expert."
    EDIT_OWN_MUNICIPALITY = "edit_own_municipality", "Change the own municipality, its departments, experts, stakeholders and focuses."
    EDIT_EVENTS = "edit_events", "Change events and who takes part in them."
    EDIT_EVERYTHING = "edit_everything", "Change, link, merge and delete all records."
    ASK_INTEREST = "ask_interest", "Ask another municipality for a talk, and take it back."
    ANSWER_INTEREST = "answer_interest", "Answer a municipality that asked."
    DISMISS_CANDIDATE = "dismiss_candidate", "Say that a candidate is not wanted."
    RECORD_DEMAND = "record_demand", "Record that nobody fits."
    PROPOSE_PARTNERSHIP = "propose_partnership", "Propose a partnership for a phase, and leave the phase (for a German member)."
    SET_PARTNERSHIP_STATUS = "set_partnership_status", "Say where a partnership stands."
    SIGN_AGREEMENT = "sign_agreement", "Record that the agreement for a phase is signed."
    ISSUE_TOKENS = "issue_tokens", "Hand out tokens on the command line."


_PROGRAMME = (Right.ASK_INTEREST, Right.ANSWER_INTEREST, Right.DISMISS_CANDIDATE, Right.RECORD_DEMAND, Right.PROPOSE_PARTNERSHIP)
_COORDINATION = (Right.SEE_EVERYTHING, Right.EDIT_EVERYTHING, Right.EDIT_EVENTS, *_PROGRAMME, Right.SET_PARTNERSHIP_STATUS, Right.SIGN_AGREEMENT)
_OWN_TOWN = (Right.SEE_ACQUAINTED_PEOPLE, Right.SEE_OWN_PEOPLE, Right.SEE_OWN_INTERESTS, Right.SEE_OWN_STALE_RECORDS, Right.EDIT_OWN_MUNICIPALITY)

RIGHTS: Mapping[Role, tuple[Right, ...]] = MappingProxyType(
    {
        Role.ANONYMOUS: (),
        Role.MUNICIPALITY: (*_OWN_TOWN, *_PROGRAMME),
        Role.EXPERT: (Right.SEE_OWN_RECORD, Right.SEE_OWN_STALE_RECORDS, Right.EDIT_OWN_RECORD),
        Role.ORGANISER: (Right.SEE_AGREED_PEOPLE, Right.EDIT_EVENTS),
        Role.COORDINATOR: _COORDINATION,
        Role.ADMIN: (*_COORDINATION, Right.ISSUE_TOKENS),
    }
)
"""What each role may see and do, beside what everybody sees: the rules below in words."""

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

    @property
    def rights(self) -> tuple[Right, ...]:
        """What they may see and do; a role that belongs to a record gives nothing without it."""
        homeless = (self.role is Role.MUNICIPALITY and not self.municipality) or (self.role is Role.EXPERT and not self.expert)
        return (Right.SEE_NETWORK, *(() if homeless else RIGHTS[self.role]))

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
