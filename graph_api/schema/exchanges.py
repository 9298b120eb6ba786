"""The root field that suggests municipalities to exchange experience with, and what it answers."""

import enum
from typing import Annotated, Any

import strawberry

from graph_api.model import global_id
from graph_api.operations.exchanges import ExchangeAnswer
from graph_api.schema import mirror
from graph_api.schema.info import Found, Info, argument, bounded, described, found_below
from graph_api.schema.mirror import declare_enum
from graph_api.schema.results import CandidateFilterInput, Exclusion, Facet, InLanguage, Language, OfMunicipality, sentences, to_facet
from matching.exchanges import Direction, ExchangeCandidate

MOST_CANDIDATES = 100

DepartmentType: Any = vars(mirror)["Department"]


class ExchangeDirection(enum.Enum):
    """Who learns from whom in an exchange."""

    PEER = Direction.PEER
    LEARN = Direction.LEARN
    TEACH = Direction.TEACH


declare_enum(
    ExchangeDirection,
    "Who learns from whom in an exchange.",
    {
        "PEER": "Both have the same challenge, or both work on the same.",
        "LEARN": "The asking municipality seeks what the other offers or works on.",
        "TEACH": "The other seeks what the asking municipality offers or works on.",
    },
)


@strawberry.type(name="ExchangeWorth", description="How much there is to an exchange in one direction.")
class ExchangeWorth:
    """How much there is in one direction."""

    direction: ExchangeDirection = described("The direction.")
    worth: float = described("How much there is, from 0 to 1.")


@strawberry.type(name="ExchangeCandidate", description="One municipality to exchange experience with, with the reasons.")
class ExchangeCandidateType(OfMunicipality):
    """One municipality to talk to."""

    rank: int = described("Rank, from 1.")
    score: float = described("How well the two fit, from 0 to 1.")
    direction: ExchangeDirection = described("The direction in which there is most.")
    directions: list[ExchangeWorth] = described("How much there is in each direction.")
    subjects: list[strawberry.ID] = described("Ids of the topics, goals and targets it is about, the strongest first.")
    facets: list[Facet] = described("What the score is made of.")
    candidate: strawberry.Private[ExchangeCandidate]

    @strawberry.field(description="Departments of the other that work on the subjects or near them.")
    def departments(self, info: strawberry.Info) -> list[DepartmentType]:
        """The records."""
        return [self.found.at(info, id_) for id_ in self.candidate.departments]

    @strawberry.field(description="Departments of the asking municipality that do.")
    def own_departments(self, info: strawberry.Info) -> list[DepartmentType]:
        """The records."""
        return [self.found.at(info, id_) for id_ in self.candidate.own_departments]

    @strawberry.field(description="The reasons that speak for it as sentences, the weightiest first.")
    def reasons(self, language: InLanguage = Language.EN) -> list[str]:
        """The sentences in a language."""
        return sentences(self.facets, language)


@strawberry.type(name="ExchangeCandidates", description="The municipalities suggested for an exchange, and how they were found.")
class ExchangeCandidatesType:
    """The answer for one municipality."""

    candidates: list[ExchangeCandidateType] = described("The candidates, the best first.")
    considered: int = described("Number of municipalities that were ranked.")
    excluded: list[Exclusion] = described("How many were left out, by rule.")
    revision: int = described("Revision of the network that the answer is about.")
    algorithm: str = described("Name and version of the method.")


def _exchange_candidate(candidate: ExchangeCandidate, answer: ExchangeAnswer, found: Found) -> ExchangeCandidateType:
    return ExchangeCandidateType(
        rank=candidate.rank,
        score=candidate.score,
        direction=ExchangeDirection(candidate.direction),
        directions=[ExchangeWorth(direction=ExchangeDirection(direction), worth=worth) for direction, worth in candidate.directions.items()],
        subjects=[strawberry.ID(id_) for id_ in candidate.subjects],
        facets=[to_facet(facet, answer.text) for facet in candidate.facets],
        candidate=candidate,
        of=candidate.id,
        found=found,
    )


async def _exchange_candidates(info: Info, answer: ExchangeAnswer) -> ExchangeCandidatesType:
    result = answer.found
    found = await found_below(info, "ExchangeCandidates", [id_ for c in result.candidates for id_ in (c.id, *c.departments, *c.own_departments)])
    return ExchangeCandidatesType(
        candidates=[_exchange_candidate(candidate, answer, found) for candidate in result.candidates],
        considered=result.considered,
        excluded=[Exclusion(rule=rule, count=count) for rule, count in result.excluded.items()],
        revision=answer.revision,
        algorithm=result.algorithm,
    )


@strawberry.type
class ExchangeFields:
    """Root field that suggests municipalities to exchange experience with."""

    @strawberry.field(
        description="With whom a municipality could exchange experience: not yet acquainted, in a common language, at hours in common, without a partnership."
    )
    async def exchange_candidates(
        self,
        info: Info,
        municipality: Annotated[strawberry.ID, argument("The municipality that asks.")],
        about: Annotated[list[strawberry.ID] | None, argument("Only on these topics, goals and targets and what is near them, at most 50.")] = None,
        direction: Annotated[ExchangeDirection | None, argument("Only in this direction.")] = None,
        first: Annotated[int, argument("At most this many, from 0 to 100.")] = 10,
        filter: Annotated[CandidateFilterInput | None, argument("Whom to suggest.")] = None,
    ) -> ExchangeCandidatesType:
        """Whom a municipality could exchange experience with."""
        bounded("first", first, 0, MOST_CANDIDATES)
        answer = await info.context.exchanges.candidates(
            global_id("municipality", municipality),
            about=tuple(about or ()),
            direction=direction.value if direction else None,
            first=first,
            filter=filter.to_filter() if filter else None,
            viewer=info.context.viewer,
        )
        return await _exchange_candidates(info, answer)
