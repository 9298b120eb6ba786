"""Peer groups as they are asked for: who takes part, how many groups, and what is wanted of them."""

import enum
from collections.abc import Mapping, Sequence
from typing import Any

import strawberry

from graph_api.errors import InvalidInput, checked
from graph_api.model import global_id
from graph_api.operations.gatherings import Invitation
from graph_api.operations.groups import GroupRequest
from graph_api.schema import filters, mirror
from graph_api.schema.info import described, optional
from graph_api.schema.mirror import declare_enum
from matching.group_changes import Move
from matching.group_rules import Partners, Rules
from matching.participants import Attribute

MunicipalityFilterInput: Any = vars(mirror)["MunicipalityFilter"]


class GroupAttribute(enum.Enum):
    """What participants can be alike or different in."""

    COUNTRY = Attribute.COUNTRY
    SIZE = Attribute.SIZE
    DIRECTION = Attribute.DIRECTION
    LANGUAGE = Attribute.LANGUAGE
    SUBJECTS = Attribute.SUBJECTS


class GroupPartners(enum.Enum):
    """What is to become of partners who both take part."""

    TOGETHER = Partners.TOGETHER
    APART = Partners.APART


declare_enum(
    GroupAttribute,
    "What participants can be alike or different in.",
    {
        "COUNTRY": "Their country.",
        "SIZE": "Their size class: below 20,000, 100,000, 1,000,000 inhabitants, and above.",
        "DIRECTION": "Whether they seek more than they offer, offer more, or both alike.",
        "LANGUAGE": "Their working languages.",
        "SUBJECTS": "What they seek, offer and work on.",
    },
)
declare_enum(
    GroupPartners, "What is to become of partners who both take part.", {"TOGETHER": "They are in one group.", "APART": "They are in different groups."}
)


@strawberry.input(name="PinnedMemberInput", description="A participant whose group is fixed.")
class PinnedMemberInput:
    """A participant whose group is fixed."""

    municipality: strawberry.ID = described("The municipality.")
    group: int = described("Number of its group, from 1, in every round.")


@strawberry.input(name="GroupMoveInput", description="A participant that is put into another group by hand.")
class GroupMoveInput:
    """A participant that is put into another group by hand."""

    municipality: strawberry.ID = described("The participant.")
    group: int = described("Number of the group, from 1.")
    round: int = optional("In which round, from 1.", 1)


@strawberry.input(name="PeerGroupRulesInput", description="What is wanted of the groups. The first three make their score, the others can be kept or broken.")
class PeerGroupRulesInput:
    """What is wanted of the groups."""

    similar: list[GroupAttribute] | None = optional("Members of a group shall be alike in these; where nothing is given, in subjects.")
    diverse: list[GroupAttribute] | None = optional("Members of a group shall differ in these.")
    exchange: bool = optional("Whether members of a group shall offer what others in it seek.", True)
    balanced: list[GroupAttribute] | None = optional("Country, size, direction: numbers of each value differ by at most 1 between the groups.")
    no_isolate: list[GroupAttribute] | None = optional("Country, language, subjects: nobody is the only one of its kind in its group.")
    together: list[list[strawberry.ID]] | None = optional("Sets of municipalities that stay in one group.")
    apart: list[list[strawberry.ID]] | None = optional("Sets of municipalities of which no two may be in one group.")
    partners: GroupPartners | None = optional("What is to become of partners who both take part.")
    per_country: int | None = optional("At most so many of one country in a group.")
    common_language: bool = optional("Whether all members of a group have to have a language in common.", False)
    fresh: bool = optional("Whether no two may meet again, neither in a later round nor after an earlier event.", True)
    pinned: list[PinnedMemberInput] | None = optional("Those whose group is fixed.")

    def to_rules(self) -> Rules:
        """What the operation understands; raises ValueError for what contradicts itself."""
        similar = (Attribute.SUBJECTS,) if self.similar is None else _values(self.similar)
        return Rules(
            similar=tuple(attribute for attribute in similar if self.similar is not None or attribute not in _values(self.diverse)),
            diverse=_values(self.diverse),
            exchange=self.exchange,
            balanced=_values(self.balanced),
            no_isolate=_values(self.no_isolate),
            together=_sets(self.together),
            apart=_sets(self.apart),
            partners=self.partners.value if self.partners else None,
            per_country=self.per_country,
            common_language=self.common_language,
            fresh=self.fresh,
            pinned={global_id("municipality", pin.municipality): pin.group for pin in self.pinned or ()},
        )


@strawberry.input(name="PeerGroupsInput", description="Who takes part, how many groups there are to be, and what is wanted of them.")
class PeerGroupsInput:
    """Who takes part, how many groups there are to be, and what is wanted of them."""

    event: strawberry.ID | None = optional("Municipalities that attend this event take part.")
    municipalities: list[strawberry.ID] | None = optional("These take part.")
    filter: MunicipalityFilterInput | None = optional("Those take part for which this holds; at most 1,000 in all.")
    without: list[strawberry.ID] | None = optional("Who of all these does not take part.")
    earlier_events: list[strawberry.ID] | None = optional("Those who attended one of these events together have met.")
    earlier_groups: list[list[strawberry.ID]] | None = optional("Those who sat in one of these groups have met.")
    number: int | None = optional("Number of groups; this or the bounds of their sizes has to be given.")
    size_least: int | None = optional("Least size of a group; with it the largest has to be given.")
    size_most: int | None = optional("Largest size of a group.")
    uneven: bool = optional("Whether sizes may differ by more than 1 within the bounds.", False)
    rounds: int = optional("Number of rounds, from 1 to 10.", 1)
    rules: PeerGroupRulesInput | None = optional("What is wanted of the groups.")
    moves: list[GroupMoveInput] | None = optional("Changes by hand after the groups are formed, one after the other; all else is told of the groups then.")
    seed: int = optional("Another number gives other groups; the same gives the same ones.", 0)
    seconds: float | None = optional("How long to search at most, from 0.5 to 5; what is found by then is the answer.")

    def to_request(self, filter: Mapping[str, Any] | None) -> GroupRequest:
        """What the operation understands; `filter` is the filter as it was given. Raises InvalidInput for what contradicts itself."""
        if (self.size_least is None) != (self.size_most is None):
            raise InvalidInput("of sizeLeast and sizeMost only one is given; both or none are needed")
        with checked():
            rules = self.rules.to_rules() if self.rules else Rules()
        invitation = Invitation(
            event=self.event,
            municipalities=_ids(self.municipalities or ()),
            filter=filters.read_filter("municipality", filter),
            without=_ids(self.without or ()),
            earlier_events=tuple(self.earlier_events or ()),
            earlier_groups=_sets(self.earlier_groups),
        )
        sizes = None if self.size_least is None or self.size_most is None else (self.size_least, self.size_most)
        return GroupRequest(
            invitation=invitation,
            rules=rules,
            number=self.number,
            sizes=sizes,
            uneven=self.uneven,
            rounds=self.rounds,
            moves=tuple(Move(id=global_id("municipality", m.municipality), group=m.group, round=m.round) for m in self.moves or ()),
            seed=self.seed,
            seconds=self.seconds,
        )


def _values(attributes: Sequence[GroupAttribute] | None) -> tuple[Attribute, ...]:
    return tuple(dict.fromkeys(attribute.value for attribute in attributes or ()))


def _ids(ids: Sequence[str]) -> tuple[str, ...]:
    return tuple(global_id("municipality", id_) for id_ in ids)


def _sets(sets: Sequence[Sequence[str]] | None) -> tuple[tuple[str, ...], ...]:
    return tuple(_ids(ids) for ids in sets or ())
