"""The root fields of the programme: who asks and may what, interests, phases, readiness, support, and what wants to be confirmed."""
# No `from __future__ import annotations`: strawberry reads the annotations of closures.

import datetime
from collections.abc import Mapping
from typing import Annotated, Any, cast

import strawberry

from graph_api.errors import InvalidInput, NotFound
from graph_api.model import Direction, PartnershipStatus, global_id
from graph_api.operations import eligibility as rules
from graph_api.operations import freshness
from graph_api.operations import readiness as conditions
from graph_api.operations import support as offers
from graph_api.operations.changes import Note
from graph_api.operations.interests import Interests
from graph_api.operations.partnerships import Partnerships
from graph_api.operations.readiness import ReadinessCondition
from graph_api.operations.statements import Statement
from graph_api.operations.viewers import Right, Role
from graph_api.schema import mirror
from graph_api.schema.explore import records_along
from graph_api.schema.info import Found, Info, argument, bounded, described, found_below
from graph_api.schema.mirror import Kind, PageInfoType, RecordType, declare_enum
from graph_api.schema.nodes import PageInfo, decode_cursor, encode_cursor
from graph_api.schema.results import InLanguage, Language, Remark
from graph_api.schema.selections import DEFAULT_PAGE

for _choice in (ReadinessCondition, Right, Role):
    declare_enum(_choice, _choice.__doc__ or "", {member.name: member.doc for member in _choice})

TYPES: Any = vars(mirror)
MunicipalityType: Any = TYPES["Municipality"]
ExpertType: Any = TYPES["Expert"]
PartnershipType: Any = TYPES["Partnership"]
InterestType: Any = TYPES["Interest"]
DemandType: Any = TYPES["Demand"]
SupportOfferType: Any = TYPES["SupportOffer"]
DateType: Any = mirror.Date

Reason = Annotated[str | None, argument("Why; it goes into the audit log.")]
Key = Annotated[str | None, argument("A key of the caller's: a request that comes again with the same key is not carried out again.")]
Day = Annotated[DateType | None, argument("The day; today where none is given.")]


def _given(info: Info, reason: str | None, key: str | None) -> Note:
    return Note(viewer=info.context.viewer, reason=reason, key=key)


def _remark(said: Statement) -> Remark:
    evidence = [strawberry.ID(record) for record in said.records]
    return Remark(key=said.key, evidence=evidence, cause=cast("Any", said), say=cast("Any", Statement.text))


def _record(root: strawberry.Parent[Any], info: strawberry.Info) -> Any:
    """The record that a computed answer is about."""
    return root.found.at(info, root.about)


# ── who asks ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _if_there(found: Found, info: strawberry.Info, record: str | None) -> Any:
    try:
        return found.at(info, record) if record else None
    except NotFound:
        return None


def _own_municipality(root: strawberry.Parent[Any], info: strawberry.Info) -> Any:
    return _if_there(root.found, info, root.towns)


def _own_expert(root: strawberry.Parent[Any], info: strawberry.Info) -> Any:
    return _if_there(root.found, info, root.experts)


@strawberry.type(name="Viewer", description="Who asks, and what they may see and do.")
class ViewerType:
    """Who asks."""

    role: Role = described("What they are to the programme.")
    name: str = described("How the audit log names them; empty for anybody without a token.")
    municipality: MunicipalityType | None = strawberry.field(description="The municipality they work for.", resolver=_own_municipality)
    expert: ExpertType | None = strawberry.field(description="The expert they are.", resolver=_own_expert)
    rights: list[Right] = described("What they may see and do.")
    towns: strawberry.Private[str | None]
    experts: strawberry.Private[str | None]
    found: strawberry.Private[Found]


# ── readiness, eligibility, support ───────────────────────────────────────────────────────────────────────────────────


@strawberry.type(description="What is found for one condition of the programme.")
class ReadinessCheck:
    """What is found for one condition."""

    condition: ReadinessCondition = described("The condition.")
    met: bool | None = described("Whether it is met; null where nobody knows.")
    missing: list[Remark] = described("What is missing or not known; empty where the condition is met.")


@strawberry.type(name="Readiness", description="Whether a partnership is ready for the programme.")
class ReadinessType:
    """Whether a partnership is ready for the programme."""

    partnership: PartnershipType = strawberry.field(description="The partnership.", resolver=_record)
    on: DateType = described("The day that this is about.")
    ready: bool | None = described("Whether all conditions are met; null where none fails and something is not known.")
    checks: list[ReadinessCheck] = described("One for each condition.")
    about: strawberry.Private[str]
    found: strawberry.Private[Found]


@strawberry.type(name="Eligibility", description="Whether a municipality may take part in the programme on a day.")
class EligibilityType:
    """Whether a municipality may take part."""

    municipality: MunicipalityType = strawberry.field(description="The municipality.", resolver=_record)
    on: DateType = described("The day that this is about.")
    eligible: bool | None = described("Whether it may take part, on the German side or on the other; null where nobody knows.")
    german: bool = described("Whether it is German and can submit a proposal.")
    listed: bool | None = described("Whether its country is on the DAC list of ODA recipients that day; null before the first day known.")
    listed_from: DateType | None = described("First day of the listing known to us.")
    listed_until: DateType | None = described("Last day of the listing; null while it lasts.")
    rule: strawberry.Private[rules.Eligibility]
    about: strawberry.Private[str]
    found: strawberry.Private[Found]

    @strawberry.field(description="Why, as a sentence.")
    def reason(self, language: InLanguage = Language.EN) -> str:
        """The sentence in a language."""
        return self.rule.statement.text(language.value)


def _offer(root: strawberry.Parent[Any], info: strawberry.Info) -> Any:
    return root.found.at(info, root.about)


@strawberry.type(description="An offer of the programme, seen from one municipality or partnership.")
class SupportAnswer:
    """An offer, seen from somebody."""

    offer: SupportOfferType = strawberry.field(description="The offer: what it is, and whom to ask.", resolver=_offer)
    applies: bool = described("Whether it can be had that day.")
    obstacles: list[Remark] = described("Why it cannot be had; empty where it can.")
    about: strawberry.Private[str]
    found: strawberry.Private[Found]


@strawberry.type(name="Support", description="What the programme offers to a municipality or a partnership on a day.")
class SupportType:
    """What the programme offers to somebody."""

    record: strawberry.ID = described("Id of the municipality or partnership.")
    on: DateType = described("The day that this is about.")
    has_german_partner: bool = described("Whether a German municipality works with the one that asks, is it, or is a member of it.")
    answers: list[SupportAnswer] = described("One for each offer.")
    next_steps: list[Remark] = described("What a municipality without a German partner does next: ask for advice, see its candidates.")


# ── what wants to be confirmed ────────────────────────────────────────────────────────────────────────────────────────


@strawberry.type(name="StaleFocus", description="A focus that nobody has confirmed for a year.")
class StaleFocusType:
    """A focus that nobody has confirmed for a year."""

    subject: strawberry.ID = described("Id of the topic, goal or target.")
    direction: Direction = described("Whether it is sought, offered or worked on.")
    verified_on: DateType | None = described("Day on which it was last confirmed.")


def _stale_record(root: strawberry.Parent[Any], info: strawberry.Info) -> Any:
    return root.records[info.path.key]


@strawberry.type(description="A record of which something was not confirmed for a year.")
class StaleRecordEdge:
    """A record of which something was not confirmed for a year."""

    cursor: str = described("Where this edge stands, for `after`.")
    node: RecordType = strawberry.field(description="The record.", resolver=_stale_record)
    verified_on: DateType | None = described("Day on which the record was last confirmed.")
    itself: bool = described("Whether the record itself wants to be confirmed; else only some of its focuses.")
    focuses: list[StaleFocusType] = described("Those of its focuses that want to be confirmed.")
    records: strawberry.Private[Mapping[str, Any]]


@strawberry.type(description="One page of the records that want to be confirmed, in order of their ids.")
class StaleRecordConnection:
    """One page of the records that want to be confirmed."""

    edges: list[StaleRecordEdge] = described("The records of this page.")
    page_info: PageInfoType = described("Where this page stands.")
    total_count: int = described("Number of records in the whole list.")


def _window(first: int | None, after: str | None, last: int | None, before: str | None, largest: int) -> freshness.Window:
    for name, size in (("first", first), ("last", last)):
        if size is not None:
            bounded(name, size, 0, largest)
    ends = [str(decode_cursor(end)[1]) if end is not None else None for end in (after, before)]
    return freshness.Window(first=min(DEFAULT_PAGE, largest) if first is None and last is None else first, last=last, after=ends[0], before=ends[1])


async def _stale_page(info: Info, page: freshness.StalePage) -> StaleRecordConnection:
    records = await records_along(info, [("StaleRecordConnection", "edges"), ("StaleRecordEdge", "node")], [r.record for r in page.records])
    edges = [
        StaleRecordEdge(
            cursor=encode_cursor((found.record, found.record)),
            verified_on=found.verified_on,
            itself=found.itself,
            focuses=[StaleFocusType(subject=strawberry.ID(f.subject), direction=Direction(f.direction), verified_on=f.verified_on) for f in found.focuses],
            records={key: by_id[found.record] for key, by_id in records.items()},
        )
        for found in page.records
    ]
    ends = (edges[0].cursor, edges[-1].cursor) if edges else (None, None)
    told = PageInfo(has_next_page=page.more_after, has_previous_page=page.more_before, start_cursor=ends[0], end_cursor=ends[1])
    return StaleRecordConnection(edges=edges, page_info=cast("Any", told), total_count=page.total)


# ── questions ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@strawberry.type
class ProgrammeFields:
    """Root fields that ask."""

    @strawberry.field(description="Who asks, and what they may see and do.")
    async def viewer(self, info: Info) -> ViewerType:
        """Who asks."""
        who = info.context.viewer
        found = await found_below(info, "Viewer", [record for record in (who.municipality, who.expert) if record])
        return ViewerType(role=who.role, name=who.name, rights=list(who.rights), towns=who.municipality, experts=who.expert, found=found)

    @strawberry.field(description="Whether a partnership is ready for the programme, condition by condition.")
    async def readiness(self, info: Info, partnership: Annotated[strawberry.ID, argument("The partnership.")], on: Day = None) -> ReadinessType:
        """The readiness of a partnership."""
        told = await conditions.readiness(info.context.store, global_id("partnership", partnership), on or info.context.editor.today())
        checks = [ReadinessCheck(condition=c.condition, met=c.met, missing=[_remark(said) for said in c.missing]) for c in told.checks]
        found = await found_below(info, "Readiness", [told.partnership])
        return ReadinessType(on=told.on, ready=told.ready, checks=checks, about=told.partnership, found=found)

    @strawberry.field(description="Whether a municipality may take part in the programme on a day.")
    async def eligibility(self, info: Info, municipality: Annotated[strawberry.ID, argument("The municipality.")], on: Day = None) -> EligibilityType:
        """Whether a municipality may take part."""
        about = global_id("municipality", municipality)
        rule = (await rules.eligibility(info.context.store, [about], on or info.context.editor.today()))[about]
        return EligibilityType(
            on=rule.on,
            eligible=rule.eligible,
            german=rule.german,
            listed=rule.listed,
            listed_from=rule.listed_from,
            listed_until=rule.listed_until,
            rule=rule,
            about=about,
            found=await found_below(info, "Eligibility", [about]),
        )

    @strawberry.field(description="What the programme offers to a municipality or a partnership: what applies, what does not and why, whom to ask.")
    async def support(
        self,
        info: Info,
        municipality: Annotated[strawberry.ID | None, argument("The municipality; give it or a partnership.")] = None,
        partnership: Annotated[strawberry.ID | None, argument("The partnership; give it or a municipality.")] = None,
        on: Day = None,
    ) -> SupportType:
        """What the programme offers to somebody."""
        asking = [global_id(kind, own) for kind, own in (("municipality", municipality), ("partnership", partnership)) if own]
        if len(asking) != 1:
            raise InvalidInput(f"either a municipality or a partnership is needed, {len(asking)} are given")
        told = await offers.support(info.context.store, asking[0], on or info.context.editor.today())
        found = await found_below(info, "Support", [o.support for o in told.offers])
        answers = [SupportAnswer(applies=o.applies, obstacles=[_remark(s) for s in o.obstacles], about=o.support, found=found) for o in told.offers]
        steps = [_remark(said) for said in told.next_steps]
        return SupportType(record=strawberry.ID(told.record), on=told.on, has_german_partner=told.has_german_partner, answers=answers, next_steps=steps)

    @strawberry.field(description="What nobody has confirmed for a year: a coordinator sees all of it, a municipality or an expert their own, others nothing.")
    async def stale_records(
        self,
        info: Info,
        kinds: Annotated[list[Kind] | None, argument("Only these kinds; else municipalities, departments, experts, stakeholders, partnerships.")] = None,
        first: Annotated[int | None, argument("At most this many from the beginning.")] = None,
        after: Annotated[str | None, argument("Only what comes after this cursor.")] = None,
        last: Annotated[int | None, argument("At most this many from the end.")] = None,
        before: Annotated[str | None, argument("Only what comes before this cursor.")] = None,
    ) -> StaleRecordConnection:
        """What wants to be confirmed."""
        context, wanted = info.context, None if kinds is None else [str(kind.value) for kind in kinds]
        window = _window(first, after, last, before, context.largest_page)
        return await _stale_page(info, await freshness.stale(context.store, context.viewer, context.editor.today(), kinds=wanted, window=window))


# ── changes ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _if_left(root: strawberry.Parent[Any], info: strawberry.Info) -> Any:
    return _if_there(root.found, info, root.about)


@strawberry.type(description="What became of an interest.")
class InterestPayload:
    """What became of an interest."""

    interest: InterestType | None = strawberry.field(description="The interest as it is now; null where a dismissal was taken back.", resolver=_if_left)
    about: strawberry.Private[str]
    found: strawberry.Private[Found]


@strawberry.type(description="What was recorded.")
class DemandPayload:
    """What was recorded."""

    demand: DemandType = strawberry.field(description="The demand.", resolver=_record)
    about: strawberry.Private[str]
    found: strawberry.Private[Found]


@strawberry.type(description="What became of a partnership.")
class PartnershipPayload:
    """What became of a partnership."""

    partnership: PartnershipType = strawberry.field(description="The partnership as it is now.", resolver=_record)
    about: strawberry.Private[str]
    found: strawberry.Private[Found]


async def _interest(info: Info, interest: str) -> InterestPayload:
    return InterestPayload(about=interest, found=await found_below(info, "InterestPayload", [interest]))


async def _partnership(info: Info, partnership: str) -> PartnershipPayload:
    return PartnershipPayload(about=partnership, found=await found_below(info, "PartnershipPayload", [partnership]))


Asker = Annotated[strawberry.ID, argument("The municipality that asks.")]
ThisInterest = Annotated[strawberry.ID, argument("The interest.")]
ThisPartnership = Annotated[strawberry.ID, argument("The partnership.")]
ThisPhase = Annotated[strawberry.ID, argument("The phase.")]


@strawberry.type
class ProgrammeChanges:
    """Root fields that change."""

    @strawberry.field(description="Asks another municipality for a talk; it has 90 days to answer.")
    async def ask_interest(
        self,
        info: Info,
        asker: Asker,
        asked: Annotated[strawberry.ID, argument("The municipality that is asked.")],
        message: Annotated[str | None, argument("What it is to read.")] = None,
        key: Key = None,
    ) -> InterestPayload:
        """Asks for a talk."""
        towns = [global_id("municipality", town) for town in (asker, asked)]
        return await _interest(info, await Interests(info.context.editor).ask(_given(info, None, key), towns[0], towns[1], message))

    @strawberry.field(description="Answers a municipality that asked; a yes releases contact data to both, of people who agreed to it.")
    async def answer_interest(
        self,
        info: Info,
        interest: ThisInterest,
        accept: Annotated[bool, argument("Whether the answer is yes.")],
        reason: Annotated[str | None, argument("The reason, for the municipality that asked.")] = None,
        key: Key = None,
    ) -> InterestPayload:
        """Answers yes or no."""
        found = global_id("interest", interest)
        return await _interest(info, await Interests(info.context.editor).answer(_given(info, None, key), found, accept=accept, reason=reason))

    @strawberry.field(description="Takes an interest back that is still open, or a dismissal.")
    async def withdraw_interest(self, info: Info, interest: ThisInterest, reason: Reason = None, key: Key = None) -> InterestPayload:
        """Takes an interest back."""
        return await _interest(info, await Interests(info.context.editor).withdraw(_given(info, reason, key), global_id("interest", interest)))

    @strawberry.field(description="Says that a candidate is not wanted: it is suggested no more, and never learns of it.")
    async def dismiss_candidate(
        self,
        info: Info,
        asker: Asker,
        candidate: Annotated[strawberry.ID, argument("The municipality that is not wanted.")],
        reason: Annotated[str, argument("Why; only the asker and coordinators see it.")],
        key: Key = None,
    ) -> InterestPayload:
        """Dismisses a candidate."""
        towns = [global_id("municipality", town) for town in (asker, candidate)]
        return await _interest(info, await Interests(info.context.editor).dismiss(_given(info, None, key), towns[0], towns[1], reason))

    @strawberry.field(description="Puts into the register of unmet demand that a municipality looks for a partner and nobody fits.")
    async def record_demand(
        self,
        info: Info,
        municipality: Annotated[strawberry.ID, argument("The municipality.")],
        reason: Annotated[str, argument("Why nobody fits.")],
        message: Annotated[str | None, argument("What it looks for.")] = None,
        key: Key = None,
    ) -> DemandPayload:
        """Records unmet demand."""
        town = global_id("municipality", municipality)
        demand = await Interests(info.context.editor).record_demand(_given(info, None, key), town, reason, message)
        return DemandPayload(about=demand, found=await found_below(info, "DemandPayload", [demand]))

    @strawberry.field(description="Says where a partnership stands since a day, and why.")
    async def set_partnership_status(
        self,
        info: Info,
        partnership: ThisPartnership,
        status: Annotated[PartnershipStatus, argument("Where it stands.")],
        reason: Annotated[str, argument("Why; it goes into the audit log.")],
        on: Annotated[DateType | None, argument("Since when; today where no day is given.")] = None,
        key: Key = None,
    ) -> PartnershipPayload:
        """Says where a partnership stands."""
        about, day = global_id("partnership", partnership), cast("datetime.date | None", on)
        return await _partnership(info, await Partnerships(info.context.editor).set_status(_given(info, reason, key), about, status, day))

    @strawberry.field(description="A German member proposes its partnership for a phase of the programme.")
    async def propose_partnership(
        self,
        info: Info,
        partnership: ThisPartnership,
        phase: ThisPhase,
        by: Annotated[strawberry.ID | None, argument("The German member; else the viewer's municipality, or the only German member.")] = None,
        reason: Reason = None,
        key: Key = None,
    ) -> PartnershipPayload:
        """Proposes a partnership for a phase."""
        about, round_ = global_id("partnership", partnership), global_id("phase", phase)
        member = global_id("municipality", by) if by else None
        return await _partnership(info, await Partnerships(info.context.editor).propose(_given(info, reason, key), about, round_, member))

    @strawberry.field(description="Records that the participants signed the agreement for a phase, by which the partnership joins it.")
    async def sign_agreement(
        self,
        info: Info,
        partnership: ThisPartnership,
        phase: ThisPhase,
        on: Annotated[DateType | None, argument("When; today where no day is given.")] = None,
        reason: Reason = None,
        key: Key = None,
    ) -> PartnershipPayload:
        """Records that the agreement is signed."""
        about, round_, day = global_id("partnership", partnership), global_id("phase", phase), cast("datetime.date | None", on)
        return await _partnership(info, await Partnerships(info.context.editor).sign(_given(info, reason, key), about, round_, day))

    @strawberry.field(description="Takes a partnership out of a phase, or its proposal back.")
    async def leave_phase(
        self,
        info: Info,
        partnership: ThisPartnership,
        phase: ThisPhase,
        on: Annotated[DateType | None, argument("When; today where no day is given.")] = None,
        reason: Reason = None,
        key: Key = None,
    ) -> PartnershipPayload:
        """Takes a partnership out of a phase."""
        about, round_, day = global_id("partnership", partnership), global_id("phase", phase), cast("datetime.date | None", on)
        return await _partnership(info, await Partnerships(info.context.editor).leave(_given(info, reason, key), about, round_, day))
