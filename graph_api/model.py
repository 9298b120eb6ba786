"""Every kind of node and every link of the network, declared once.

Everything else that knows a field is derived from here: the GraphQL types, the tables and constraints of both stores, the
CSV columns with their checks, the exports, `docs/data-model.md`. To add a property, add one line.
"""

from __future__ import annotations

import dataclasses
import datetime
import enum
import functools
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass


class Choice(enum.StrEnum):
    """Base of closed sets: each member is its text and carries a sentence of documentation."""

    doc: str

    def __new__(cls, text: str, doc: str) -> typing.Self:  # noqa: D102 - see the class
        member = str.__new__(cls, text)
        member._value_ = text
        member.doc = doc
        return member


class Realm(Choice):
    """The part of society a stakeholder comes from."""

    POLITICS = "politics", "Councils, parties, other public bodies."
    BUSINESS = "business", "Companies, chambers, public utilities."
    ACADEMIA = "academia", "Universities, schools, research."
    CIVIL_SOCIETY = "civil_society", "Associations, initiatives, religious communities."


class Direction(Choice):
    """What a focus says about its subject."""

    SEEKS = "seeks", "Looks for partners who can help with it."
    OFFERS = "offers", "Can help others with it."
    WORKS_ON = "works_on", "Works on it."


class PartnershipKind(Choice):
    """How binding a partnership is."""

    PARTNERSHIP = "partnership", "Agreed by contract, without an end."
    FRIENDSHIP = "friendship", "Agreed less formally, without an end."
    CONTACT = "contact", "In touch, nothing agreed yet."
    PROJECT = "project", "Agreed for one project and its time."


class PartnershipStatus(Choice):
    """Where a partnership stands in its life."""

    CONTACT = "contact", "In touch, nothing agreed yet."
    AGREED = "agreed", "Agreed, and the work has not begun."
    ACTIVE = "active", "Works together."
    DORMANT = "dormant", "Rests; it may be taken up again."
    ENDED = "ended", "Has come to its end."


class SupportAudience(Choice):
    """Whom an offer of support is for."""

    MUNICIPALITY = "municipality", "A single municipality."
    PARTNERSHIP = "partnership", "A partnership."


class EventKind(Choice):
    """The programme's kinds of meetings."""

    KICK_OFF = "kick_off", "Opens a phase."
    NETWORK_MEETING = "network_meeting", "The participants of one country or region meet."
    CONFERENCE = "conference", "All participants of several countries meet."
    RESULTS_CONFERENCE = "results_conference", "Closes a phase."


class Mode(Choice):
    """Where a mission or an event takes place."""

    ON_SITE = "on_site", "People travel."
    ONLINE = "online", "People meet online."


class InterestStatus(Choice):
    """Where one municipality's wish to talk to another stands."""

    OPEN = "open", "Sent and not yet answered."
    ACCEPTED = "accepted", "Answered with yes."
    DECLINED = "declined", "Answered with no."
    WITHDRAWN = "withdrawn", "Taken back by the sender."
    EXPIRED = "expired", "Not answered in time."
    DISMISSED = "dismissed", "Not wanted as a partner, with the reason; the other side never learns of it."


class Action(Choice):
    """What was done to the network."""

    SAVE = "save", "A record was created or changed."
    DELETE = "delete", "A record was removed."
    LINK = "link", "A link was created or changed."
    UNLINK = "unlink", "A link was removed."
    MERGE = "merge", "Two records of the same thing were made one."
    IMPORT = "import", "Files were taken in."
    DAILY = "daily", "The daily work was done: what was due was closed, reminded of, deleted."
    REMIND = "remind", "It was put on the list of records whose people are asked whether they are still true."


class DacGroup(Choice):
    """Income group of a country on the OECD DAC list of ODA recipients."""

    LDC = "LDC", "Least developed country."
    LIC = "LIC", "Other low-income country."
    LMIC = "LMIC", "Lower-middle-income country."
    UMIC = "UMIC", "Upper-middle-income country."


class PartialDate(str):
    """An ISO 8601 date that may be a year (`2017`) or a month (`2017-01`) only, as sources give it."""

    __slots__ = ()


Scalar = str | int | float | bool | datetime.date | enum.StrEnum | tuple[str, ...] | None


@dataclass(frozen=True, kw_only=True)
class Property:
    """One property of a kind or of a link, as declared."""

    name: str
    doc: str
    type: type
    """The value's type without `None`; `tuple` for a list of strings."""
    required: bool
    default: Scalar
    """What a record has where nothing was said (`None` for required properties)."""
    index: bool = False
    """Filtering or ordering by it has to be fast."""
    search: bool = False
    """Part of the full-text index."""
    private: bool = False
    """Personal data: visible by consent and role only."""
    minimum: float | None = None
    maximum: float | None = None
    pattern: str | None = None
    """A regular expression each value (each element of a list) matches as a whole."""
    looks: str | None = None
    """The same in words, for messages and documentation."""
    refers: str | None = None
    """The kind whose own id this value is (a country's code, say)."""
    key: bool = False
    """Part of a link's identity, beside its two ends."""
    internal: bool = False
    """Written by the program only: in no file and in no input."""


REQUIRED: typing.Any = dataclasses.MISSING


def prop(doc: str, *, default: Scalar = REQUIRED, **facts: object) -> typing.Any:
    """Declares a property: its sentence of documentation and, seldom, facts of `Property`. Without a default it is required."""
    return dataclasses.field(default=default, metadata={"doc": doc, **facts})


LANGUAGE: Mapping[str, str] = {"pattern": "[a-z]{2,3}", "looks": "an ISO 639 code in small letters, such as de"}


@dataclass(frozen=True, kw_only=True)
class Node:
    """What every record of the network has."""

    id: str = prop("Identifier, unique over the whole network: `kind:own-id`.")
    verified_on: datetime.date | None = prop("Day on which somebody last confirmed that this is true.", default=None)
    revision: int = prop("Revision of the network in which it was last written.", default=0, internal=True)


@dataclass(frozen=True, kw_only=True)
class Country(Node):
    """A state; its own id is its ISO 3166-1 alpha-2 code (XK for Kosovo)."""

    name: str = prop("Short name in English.", search=True, index=True)
    name_de: str | None = prop("Short name in German.", default=None, search=True)
    name_es: str | None = prop("Short name in Spanish.", default=None, search=True)
    name_fr: str | None = prop("Short name in French.", default=None, search=True)
    languages: tuple[str, ...] = prop("ISO 639 codes of the languages of administration, most used first.", default=(), **LANGUAGE)
    region: str | None = prop("Name of the world region (UN M49 sub-region).", default=None, index=True)
    dac_group: DacGroup | None = prop("Income group on the OECD DAC list of ODA recipients; empty if never listed.", default=None)
    dac_from: datetime.date | None = prop("First day of that listing known to us.", default=None)
    dac_until: datetime.date | None = prop("Last day of that listing; empty while it lasts.", default=None)


@dataclass(frozen=True, kw_only=True)
class Municipality(Node):
    """A local authority with an administration of its own: a city, town, district or county."""

    name: str = prop("Name in its own language.", search=True, index=True)
    names: tuple[str, ...] = prop("Other names and spellings of it, those in other languages among them.", default=(), search=True)
    country: str = prop("ISO 3166-1 alpha-2 code of its country.", index=True, refers="country", pattern="[A-Z]{2}", looks="two capital letters, such as DE")
    admin1: str | None = prop("Code or name of its first-order region (in Germany the Land).", default=None, index=True)
    latitude: float | None = prop("Degrees north (WGS 84).", default=None, minimum=-90, maximum=90, index=True)
    longitude: float | None = prop("Degrees east (WGS 84).", default=None, minimum=-180, maximum=180)
    population: int | None = prop("Number of inhabitants.", default=None, minimum=0, maximum=100_000_000, index=True)
    languages: tuple[str, ...] = prop("ISO 639 codes of its working languages; empty means those of its country.", default=(), **LANGUAGE)
    seeking: bool | None = prop("Whether it looks for a partner; empty means nobody has said.", default=None, index=True)
    capacity: int | None = prop("Number of further partnerships it can take on now; empty means nobody has said.", default=None, minimum=0, maximum=1000)
    opted_out: bool = prop("Whether it does not want to be suggested to anybody.", default=False, index=True)


@dataclass(frozen=True, kw_only=True)
class Department(Node):
    """A unit of a municipality's administration."""

    name: str = prop("Name of the department.", search=True, index=True)


@dataclass(frozen=True, kw_only=True)
class Expert(Node):
    """A person who can be sent on missions or asked for advice."""

    name: str = prop("Name of the person.", search=True, index=True)
    languages: tuple[str, ...] = prop("ISO 639 codes of the languages the person works in.", default=(), **LANGUAGE)
    available_from: datetime.date | None = prop("First day on which the person can travel.", default=None, private=True)
    available_to: datetime.date | None = prop("Last day on which the person can travel.", default=None, private=True)
    email: str | None = prop(
        "E-mail address.", default=None, private=True, pattern=r"[^@\s|]+@[^@\s|]+\.[^@\s|.]+", looks="an address, such as name@example.org"
    )
    consent: bool = prop("Whether the person agreed that contact data is passed on.", default=False)


@dataclass(frozen=True, kw_only=True)
class Stakeholder(Node):
    """An organisation outside the administration that takes part in partnerships."""

    name: str = prop("Name of the organisation.", search=True, index=True)
    realm: Realm = prop("The part of society it comes from.", index=True)


@dataclass(frozen=True, kw_only=True)
class Partnership(Node):
    """Two or more municipalities that work together."""

    name: str | None = prop("Name; where none is given, the members' names.", default=None, search=True, index=True)
    kind: PartnershipKind = prop("How binding it is.", default=PartnershipKind.PARTNERSHIP, index=True)
    started: PartialDate | None = prop("When it began.", default=None, index=True)
    ended: PartialDate | None = prop("When it ended; empty while it lasts.", default=None)
    status: PartnershipStatus = prop("Where it stands in its life.", default=PartnershipStatus.ACTIVE, index=True)
    status_since: datetime.date | None = prop("Day since which it stands there.", default=None)
    long_term: bool | None = prop("Whether its members want to work together for long; empty means nobody has said.", default=None)
    staff_released: bool | None = prop("Whether its members release staff for the work; empty means nobody has said.", default=None)
    source: str | None = prop("Where this is known from: a URL or the name of a data set.", default=None)


@dataclass(frozen=True, kw_only=True)
class RegionalPartnership(Node):
    """A German Land that works together with a country or a region abroad."""

    name: str = prop("Both sides in English.", search=True, index=True)
    name_de: str | None = prop("Both sides in German.", default=None, search=True)
    name_es: str | None = prop("Both sides in Spanish.", default=None, search=True)
    name_fr: str | None = prop("Both sides in French.", default=None, search=True)
    land: tuple[str, ...] = prop("Name and code of the Land, as its municipalities may have it for their region; without one it counts nowhere.", default=())
    country: str = prop(
        "ISO 3166-1 alpha-2 code of the country abroad.", index=True, refers="country", pattern="[A-Z]{2}", looks="two capital letters, such as GH"
    )
    regions: tuple[str, ...] = prop("Name and code of the region abroad, as its municipalities may have it; empty means the whole country.", default=())
    started: PartialDate | None = prop("When it began.", default=None, index=True)
    ended: PartialDate | None = prop("When it ended; empty while it lasts.", default=None)
    source: str | None = prop("Where this is known from: a URL or the name of a data set.", default=None)


@dataclass(frozen=True, kw_only=True)
class Phase(Node):
    """A round of a programme, for which partnerships are proposed and chosen."""

    name: str = prop("Name of the phase.", search=True, index=True)
    name_de: str | None = prop("Name in German.", default=None, search=True)
    name_es: str | None = prop("Name in Spanish.", default=None, search=True)
    name_fr: str | None = prop("Name in French.", default=None, search=True)
    programme: str | None = prop("Name of the programme it belongs to.", default=None)
    started: PartialDate | None = prop("When it began.", default=None, index=True)
    ended: PartialDate | None = prop("When it ended; empty while it lasts.", default=None)
    capacity: int | None = prop("Number of partnerships it has room for.", default=None, minimum=0)


@dataclass(frozen=True, kw_only=True)
class Mission(Node):
    """A short-term journey of experts to a partner, or its online form."""

    name: str = prop("What it is about.", search=True, index=True)
    mode: Mode = prop("Whether people travel.", default=Mode.ON_SITE)
    starts_on: datetime.date | None = prop("First day.", default=None, index=True)
    ends_on: datetime.date | None = prop("Last day.", default=None)
    languages: tuple[str, ...] = prop("ISO 639 codes of its working languages.", default=(), **LANGUAGE)
    interpretation: bool = prop("Whether interpreters are needed.", default=False)
    results: str | None = prop("What came of it.", default=None)


@dataclass(frozen=True, kw_only=True)
class Event(Node):
    """A meeting of the programme."""

    name: str = prop("Name of the event.", search=True, index=True)
    kind: EventKind = prop("What kind of meeting it is.", index=True)
    mode: Mode = prop("Whether people travel.", default=Mode.ON_SITE)
    starts_on: datetime.date | None = prop("First day.", default=None, index=True)
    ends_on: datetime.date | None = prop("Last day.", default=None)
    results: str | None = prop("What came of it.", default=None)


@dataclass(frozen=True, kw_only=True)
class Topic(Node):
    """A field of municipal work, from a controlled list."""

    name: str = prop("Name in English.", search=True, index=True)
    name_de: str | None = prop("Name in German.", default=None, search=True)
    name_es: str | None = prop("Name in Spanish.", default=None, search=True)
    name_fr: str | None = prop("Name in French.", default=None, search=True)


@dataclass(frozen=True, kw_only=True)
class SdgGoal(Node):
    """One of the 17 Sustainable Development Goals; its own id is its number."""

    number: int = prop("Number of the goal.", minimum=1, maximum=17, index=True)
    name: str = prop("Short title in English, in our own words.", search=True, index=True)
    name_de: str | None = prop("Short title in German.", default=None, search=True)
    name_es: str | None = prop("Short title in Spanish.", default=None, search=True)
    name_fr: str | None = prop("Short title in French.", default=None, search=True)
    color: str | None = prop("Its colour, as #rrggbb.", default=None, pattern="#[0-9A-Fa-f]{6}", looks="# and six hexadecimal digits, such as #4c9f38")


@dataclass(frozen=True, kw_only=True)
class SdgTarget(Node):
    """One of the 169 targets of the goals; its own id is its code, such as 11.6 or 11.a."""

    name: str = prop("Short title in English, in our own words.", search=True, index=True)
    name_de: str | None = prop("Short title in German.", default=None, search=True)
    name_es: str | None = prop("Short title in Spanish.", default=None, search=True)
    name_fr: str | None = prop("Short title in French.", default=None, search=True)


@dataclass(frozen=True, kw_only=True)
class Interest(Node):
    """One municipality's wish to talk to another."""

    message: str | None = prop("What the asking municipality wrote.", default=None, private=True)
    status: InterestStatus = prop("Where it stands.", default=InterestStatus.OPEN, index=True)
    asked_on: datetime.date | None = prop("Day on which it was sent.", default=None, index=True)
    answered_on: datetime.date | None = prop("Day on which it was answered.", default=None)
    reason: str | None = prop("The reason given with the answer.", default=None, private=True)
    expires_on: datetime.date | None = prop("Day after which it counts as expired.", default=None)


@dataclass(frozen=True, kw_only=True)
class Demand(Node):
    """A demand that nobody met: a municipality that looks for a partner, and why nobody fits."""

    message: str | None = prop("What the municipality looks for, in its words.", default=None, private=True)
    recorded_on: datetime.date | None = prop("Day on which it was recorded.", default=None, index=True)
    answered_on: datetime.date | None = prop("Day on which it was met or given up; empty while it stands.", default=None, index=True)
    reason: str | None = prop("Why nobody fits, or how it was met.", default=None, private=True)


@dataclass(frozen=True, kw_only=True)
class SupportOffer(Node):
    """Something the programme offers to those who take part in it, or want to."""

    name: str = prop("Name in English.", search=True, index=True)
    name_de: str | None = prop("Name in German.", default=None, search=True)
    name_es: str | None = prop("Name in Spanish.", default=None, search=True)
    name_fr: str | None = prop("Name in French.", default=None, search=True)
    text: str | None = prop("What it is, in English.", default=None)
    text_de: str | None = prop("What it is, in German.", default=None)
    text_es: str | None = prop("What it is, in Spanish.", default=None)
    text_fr: str | None = prop("What it is, in French.", default=None)
    audience: SupportAudience | None = prop("Whom it is for; empty means everybody.", default=None, index=True)
    needs_german_partner: bool | None = prop("Whether only those with a German member or partner get it; empty means nobody has said.", default=None)
    needs_phase: bool | None = prop("Whether only those who take part in a phase get it; empty means nobody has said.", default=None)
    starts_on: datetime.date | None = prop("First day; empty means nobody has said.", default=None)
    ends_on: datetime.date | None = prop("Last day; empty while no end is known.", default=None)
    contact: str | None = prop("Whom to ask.", default=None)


@dataclass(frozen=True, kw_only=True)
class Change(Node):
    """An entry of the audit log: who changed what, when, from what to what, why. It cannot be edited."""

    at: str = prop("When, as ISO 8601 time in UTC.", index=True, internal=True)
    actor: str = prop("Who: the subject of the token.", index=True, internal=True)
    action: Action = prop("What was done.", index=True, internal=True)
    record: str | None = prop("Id of the record, or of the record a link starts from.", default=None, index=True, internal=True)
    before: str | None = prop("What was there, as JSON; empty where nothing was.", default=None, internal=True)
    after: str | None = prop("What is there since, as JSON; empty where nothing is.", default=None, internal=True)
    reason: str | None = prop("The reason given.", default=None, internal=True)
    key: str | None = prop("The key by which a repeated request is known.", default=None, index=True, internal=True)


# ── links ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True)
class Ends:
    """Between what a link runs, and what its two readings are called."""

    sources: tuple[type[Node], ...]
    targets: tuple[type[Node], ...]
    forward: str
    """The source's field that leads to the targets."""
    backward: str | None
    """The target's field that leads to the sources; `None`: one field for each kind of source, named by its plural."""
    one_target: bool = False
    """A source has at most one."""
    one_source: bool = False
    """A target has at most one."""
    least: int = 0
    """How many of them a node on the side whose file lists them must have."""
    acyclic: bool = False
    """Following it never leads back."""
    source_column: str | None = None
    """Column of the sources' files that lists targets."""
    target_column: str | None = None
    """Column of the targets' files that lists sources."""
    file: str | None = None
    """Name of the file (or sheet) of links with their own properties."""


class Link:
    """Base of every declared link; `ends` is set by `@link`."""

    ends: typing.ClassVar[Ends]


L = typing.TypeVar("L", bound=type[Link])


def link(**ends: typing.Any) -> Callable[[L], L]:
    """Declares a link between kinds: the keywords are those of `Ends`."""

    def declare(cls: L) -> L:
        cls.ends = Ends(**ends)
        return dataclass(frozen=True, kw_only=True)(cls)

    return declare


@link(sources=(Municipality,), targets=(Department,), forward="departments", backward="municipality", one_source=True, least=1, target_column="municipality")
class HasDepartment(Link):
    """A municipality's administration has a department."""


@link(sources=(Department,), targets=(Expert,), forward="experts", backward="department", one_source=True, target_column="department")
class Employs(Link):
    """A department employs an expert."""


@link(sources=(Stakeholder,), targets=(Expert,), forward="experts", backward="stakeholder", one_source=True, target_column="stakeholder")
class Engages(Link):
    """A stakeholder provides an expert."""


@link(sources=(Stakeholder,), targets=(Municipality,), forward="municipality", backward="stakeholders", one_target=True, source_column="municipality")
class BasedIn(Link):
    """A stakeholder is based in a municipality."""


@link(sources=(Municipality,), targets=(Partnership,), forward="partnerships", backward="members", least=2, target_column="members", file="memberships")
class Membership(Link):
    """A municipality is a member of a partnership."""

    joined: PartialDate | None = prop("When it joined.", default=None)
    left: PartialDate | None = prop("When it left; empty while it is a member.", default=None)


@link(sources=(Partnership,), targets=(Phase,), forward="phases", backward="partnerships", source_column="phase", file="participations")
class Participation(Link):
    """A partnership takes part in a phase."""

    joined: PartialDate | None = prop("When it joined the phase.", default=None)
    left: PartialDate | None = prop("When it left the phase; empty while it takes part.", default=None)
    proposed_on: datetime.date | None = prop("Day on which the German member submitted the proposal.", default=None)
    proposed_by: str | None = prop("Id of the German member that submitted it.", default=None)
    agreed_on: datetime.date | None = prop("Day on which the participants signed the agreement.", default=None)


@link(sources=(Partnership, Mission, Event), targets=(SdgGoal,), forward="goals", backward=None, source_column="goals")
class AddressesGoal(Link):
    """A partnership, mission or event contributes to a goal."""


@link(sources=(Partnership, Mission, Event), targets=(SdgTarget,), forward="targets", backward=None, source_column="targets")
class AddressesTarget(Link):
    """A partnership, mission or event contributes to a target."""


@link(sources=(Department, Expert, Stakeholder, Partnership, Mission, Event), targets=(Topic,), forward="topics", backward=None, source_column="topics")
class HasTopic(Link):
    """What a department works on, what an expert or stakeholder knows, or what a partnership, mission or event is about."""


@link(sources=(Municipality, Department), targets=(Topic, SdgGoal, SdgTarget), forward="focuses", backward="focused_by", file="focuses")
class Focus(Link):
    """What a municipality or a department seeks, offers or works on."""

    direction: Direction = prop("Whether it seeks, offers or works on the subject.", default=Direction.WORKS_ON, key=True)
    weight: float = prop("How important it is to it, from 0 to 1.", default=1.0, minimum=0, maximum=1)
    evidence: str | None = prop("What shows it: a plan, a project, a decision, a URL.", default=None)
    verified_on: datetime.date | None = prop("Day on which somebody last confirmed that this is true.", default=None)


@link(sources=(SdgGoal,), targets=(SdgTarget,), forward="targets", backward="goal", one_source=True, least=1, target_column="goal")
class HasTarget(Link):
    """A goal has a target."""


@link(sources=(Topic,), targets=(SdgTarget,), forward="targets", backward="topics", source_column="targets")
class Serves(Link):
    """Work on a topic serves a target."""


@link(sources=(Topic,), targets=(Topic,), forward="broader", backward="narrower", acyclic=True, source_column="broader")
class Broader(Link):
    """A topic is part of a broader one."""


@link(sources=(Department,), targets=(Partnership,), forward="partnerships", backward="departments", target_column="departments")
class Involves(Link):
    """A department works in a partnership."""


@link(sources=(Stakeholder,), targets=(Partnership,), forward="partnerships", backward="stakeholders", target_column="stakeholders")
class Supports(Link):
    """A stakeholder takes part in a partnership."""


@link(sources=(Partnership,), targets=(Mission,), forward="missions", backward="partnership", one_source=True, target_column="partnership")
class HasMission(Link):
    """A mission is part of a partnership."""


@link(sources=(Municipality,), targets=(Mission,), forward="sent_missions", backward="sender", one_source=True, target_column="sender")
class Sends(Link):
    """A municipality sends a mission."""


@link(sources=(Municipality,), targets=(Mission,), forward="hosted_missions", backward="host", one_source=True, target_column="host")
class Hosts(Link):
    """A municipality receives a mission."""


@link(sources=(Expert,), targets=(Mission,), forward="missions", backward="experts", target_column="experts")
class TakesPart(Link):
    """An expert takes part in a mission."""


@link(sources=(Phase,), targets=(Event,), forward="events", backward="phase", one_source=True, target_column="phase")
class HasEvent(Link):
    """An event is part of a phase."""


@link(sources=(Municipality,), targets=(Event,), forward="hosted_events", backward="venue", one_source=True, target_column="venue")
class HostsEvent(Link):
    """An event takes place in a municipality."""


@link(sources=(Municipality, Expert, Stakeholder), targets=(Event,), forward="events", backward=None, file="attendances")
class Attendance(Link):
    """A municipality, expert or stakeholder takes part in an event."""

    role: str | None = prop("In what role: speaker, facilitator, guest.", default=None)


@link(sources=(Municipality,), targets=(Interest,), forward="interests_sent", backward="asker", one_source=True, least=1, target_column="asker")
class Asks(Link):
    """A municipality sends an interest."""


@link(sources=(Municipality,), targets=(Interest,), forward="interests_received", backward="asked", one_source=True, least=1, target_column="asked")
class Asked(Link):
    """A municipality receives an interest."""


@link(sources=(Municipality,), targets=(Demand,), forward="demands", backward="municipality", one_source=True, least=1, target_column="municipality")
class HasDemand(Link):
    """A municipality has a demand that nobody met."""


# ── what is derived ───────────────────────────────────────────────────────────────────────────────────────────────────

KINDS: Mapping[str, type[Node]] = {
    "country": Country,
    "municipality": Municipality,
    "department": Department,
    "expert": Expert,
    "stakeholder": Stakeholder,
    "partnership": Partnership,
    "regional_partnership": RegionalPartnership,
    "phase": Phase,
    "mission": Mission,
    "event": Event,
    "topic": Topic,
    "sdg_goal": SdgGoal,
    "sdg_target": SdgTarget,
    "interest": Interest,
    "demand": Demand,
    "support_offer": SupportOffer,
    "change": Change,
}
"""Kinds by name, in the order in which they can be loaded."""

LINKS: tuple[type[Link], ...] = tuple(Link.__subclasses__())
"""Links, in the order in which they are declared."""

PLURALS: Mapping[str, str] = {name: {"country": "countries", "municipality": "municipalities"}.get(name, f"{name}s") for name in KINDS}
"""Plural of each kind's name: the name of its file, sheet and list field."""


def kind_name(kind: type[Node]) -> str:
    """The name of a kind: `sdg_goal` for `SdgGoal`."""
    return _KIND_NAMES[kind]


@functools.cache
def link_name(link: type[Link]) -> str:
    """The name of a link: `has_department` for `HasDepartment`."""
    return "".join(f"_{c.lower()}" if c.isupper() and i else c.lower() for i, c in enumerate(link.__name__))


_KIND_NAMES: dict[type[Node], str] = {cls: name for name, cls in KINDS.items()}


def _unwrapped(hint: object) -> tuple[type, bool]:
    """The type without None, and whether None was allowed."""
    if isinstance(hint, types.UnionType):
        kept = [a for a in typing.get_args(hint) if a is not types.NoneType]
        return _unwrapped(kept[0])[0], True
    origin = typing.get_origin(hint)
    return typing.cast("type", origin or hint), False


@functools.cache
def properties(declared: type[Node] | type[Link]) -> Mapping[str, Property]:
    """The declared properties of a kind or link by name; a kind's begin with `id`."""
    hints = typing.get_type_hints(declared)
    found: dict[str, Property] = {}
    for field in dataclasses.fields(typing.cast("typing.Any", declared)):
        plain, optional = _unwrapped(hints[field.name])
        required = field.default is dataclasses.MISSING
        facts = dict(field.metadata)
        found[field.name] = Property(
            name=field.name, type=plain, required=required, default=None if required else typing.cast("Scalar", field.default), **facts
        )
        assert optional == (not required and field.default is None), f"{declared.__name__}.{field.name}: empty must be allowed exactly where it is the default"
    if issubclass(declared, Node):  # the common ones stand first in a dataclass, last for a reader
        found |= {name: found.pop(name) for name in ("verified_on", "revision")}
    return types.MappingProxyType(found)


@dataclass(frozen=True, kw_only=True)
class Step:
    """One way along a link."""

    link: type[Link]
    forward: bool


@dataclass(frozen=True, kw_only=True)
class Relation:
    """A kind's field that leads to other nodes, over one link or two."""

    name: str
    doc: str
    steps: tuple[Step, ...]
    """One, or two for a shortcut; a shortcut never leads back to where it began and names each node once."""
    targets: tuple[str, ...]
    """Names of the kinds it can lead to."""
    one: bool
    """At most one node is there."""

    @property
    def link(self) -> type[Link] | None:
        """The link whose properties its edges carry; none on a shortcut."""
        return self.steps[0].link if len(self.steps) == 1 else None


_SHORTCUTS = (
    (Municipality, "experts", "Experts of its departments.", (Step(link=HasDepartment, forward=True), Step(link=Employs, forward=True)), ("expert",)),
    (
        Municipality,
        "partners",
        "Municipalities it shares a partnership with.",
        (Step(link=Membership, forward=True), Step(link=Membership, forward=False)),
        ("municipality",),
    ),
)


@functools.cache
def relations(kind: type[Node]) -> Mapping[str, Relation]:
    """The fields of a kind that lead to other nodes, by name."""
    found: dict[str, Relation] = {}

    def add(relation: Relation) -> None:
        taken = relation.name in found or relation.name in properties(kind)
        assert not taken, f"{kind.__name__}.{relation.name} is declared twice"
        found[relation.name] = relation

    for each in LINKS:
        ends, doc = each.ends, (each.__doc__ or "").strip()
        if kind in ends.sources:
            add(Relation(name=ends.forward, doc=doc, steps=(Step(link=each, forward=True),), targets=tuple(map(kind_name, ends.targets)), one=ends.one_target))
        if kind in ends.targets:
            names = {ends.backward: ends.sources} if ends.backward else {PLURALS[kind_name(s)]: (s,) for s in ends.sources}
            for name, sources in names.items():
                add(Relation(name=name, doc=doc, steps=(Step(link=each, forward=False),), targets=tuple(map(kind_name, sources)), one=ends.one_source))
    for owner, name, doc, steps, targets in _SHORTCUTS:
        if owner is kind:
            add(Relation(name=name, doc=doc, steps=steps, targets=targets, one=False))
    return types.MappingProxyType(found)


def global_id(kind: str, own: str) -> str:
    """The network-wide id of a record: `municipality:de-bonn`. Takes an id that is already network-wide as it is."""
    return own if own.startswith(f"{kind}:") else f"{kind}:{own}"


def kind_of(node_id: str) -> str | None:
    """The name of the kind a network-wide id belongs to; None where it names none."""
    head, colon, own = node_id.partition(":")
    return head if colon and own and head in KINDS else None


def own_id(node_id: str) -> str:
    """The owner's part of a network-wide id."""
    return node_id.partition(":")[2]
