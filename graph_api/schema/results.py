"""Answers that are computed, not stored: partner candidates and neighbourhoods."""
# No `from __future__ import annotations`: strawberry reads the annotations of closures.

import enum
import functools
from collections.abc import Callable, Sequence
from typing import Annotated, Any

import strawberry

from graph_api.operations.candidates import CandidateFilter
from graph_api.operations.texts import Understood as UnderstoodTexts
from graph_api.schema import mirror
from graph_api.schema.info import Found, described
from graph_api.schema.mirror import Field, declare_enum
from matching.asked import Reading
from matching.facets import FACETS
from matching.partners import FacetScore
from matching.profile import Subjects
from matching.reasons import Reason


class Language(enum.Enum):
    """A language of the answers."""

    EN = "en"
    DE = "de"
    ES = "es"
    FR = "fr"


declare_enum(Language, "A language of the answers.", {"EN": "English.", "DE": "German.", "ES": "Spanish.", "FR": "French."})

InLanguage = Annotated[Language, strawberry.argument(description="Language of the text.")]
Say = Callable[[Reason, str], str]
"""Puts a reason into words of a language."""

MunicipalityType: Any = vars(mirror)["Municipality"]


@strawberry.type(name="Facet", description="One aspect of how well two fit, with its part in the score.")
class Facet:
    """One aspect of a fit."""

    name: str = described("Name of the facet.")
    score: float | None = described("How well the two fit in it, from 0 to 1; null where too little is known.")
    weight: float = described("How much it counts; the weights of a candidate's facets add up to 1.")
    share: float = described("What it adds to the candidate's score; the shares add up to it.")
    in_favour: bool = described("Whether it speaks for the two: otherwise its reason says why it adds little, or that too little is known.")
    evidence: list[strawberry.ID] = described("Ids of the records that show it.")
    cause: strawberry.Private[Reason]
    say: strawberry.Private[Say]

    @strawberry.field(description="Why it is so, as a sentence.")
    def reason(self, language: InLanguage = Language.EN) -> str:
        """The sentence in a language."""
        return self.say(self.cause, language.value)


@strawberry.type(description="Something to know, with the records that show it.")
class Remark:
    """Something to know."""

    key: str = described("What it says, for programs.")
    evidence: list[strawberry.ID] = described("Ids of the records that show it.")
    cause: strawberry.Private[Reason]
    say: strawberry.Private[Say]

    @strawberry.field(description="What it says, as a sentence.")
    def text(self, language: InLanguage = Language.EN) -> str:
        """The sentence in a language."""
        return self.say(self.cause, language.value)


def to_remark(reason: Reason, say: Say) -> Remark:
    """A reason as the API shows it."""
    return Remark(key=reason.key, evidence=[strawberry.ID(node) for node in reason.nodes], cause=reason, say=say)


def to_facet(score: FacetScore, say: Say) -> Facet:
    """A facet's score as the API shows it."""
    evidence = [strawberry.ID(node) for node in score.reason.nodes]
    in_favour = bool(score.score and score.reason.telling)
    return Facet(
        name=score.name, score=score.score, weight=score.weight, share=score.share, in_favour=in_favour, evidence=evidence, cause=score.reason, say=say
    )


def sentences(facets: Sequence[Facet], language: Language) -> list[str]:
    """The reasons of those facets that speak for a candidate, the weightiest first."""
    telling = sorted((f for f in facets if f.in_favour), key=lambda f: (-f.share, f.name))
    return [facet.say(facet.cause, language.value) for facet in telling]


@strawberry.type(description="How stable a rank is when each weight in turn is moved by a quarter.")
class RankRange:
    """How stable a rank is."""

    best: int = described("The best rank.")
    worst: int = described("The worst rank.")


@strawberry.type
class OfMunicipality:
    """Base of what is said of a municipality."""

    of: strawberry.Private[str]
    found: strawberry.Private[Found]

    @strawberry.field(description="The municipality.")
    def municipality(self, info: strawberry.Info) -> MunicipalityType:
        """The record."""
        return self.found.at(info, self.of)


@strawberry.type(description="A municipality that could introduce two others, because it is a partner of both.")
class Introduction(OfMunicipality):
    """A municipality that could introduce two others."""


@strawberry.type(description="One suggested partner, with both sides' benefit and the reasons.")
class PartnerCandidate(OfMunicipality):
    """One suggested partner."""

    rank: int = described("Its rank, from 1.")
    score: float = described("How well it fits in all, from 0 to 1.")
    seeker_benefit: float | None = described("Which part of the asking municipality's needs its offers meet, from 0 to 1; null where one of them is unknown.")
    candidate_benefit: float | None = described(
        "Which part of its needs the asking municipality's offers meet, from 0 to 1; null where one of them is unknown."
    )
    facets: list[Facet] = described("The aspects that make up the score.")
    introductions: list[Introduction] = described("Who could introduce the two: at most ten partners of both.")
    rank_range: RankRange = described("How stable the rank is.")

    @strawberry.field(description="The reasons that speak for it as sentences, the weightiest first.")
    def reasons(self, language: InLanguage = Language.EN) -> list[str]:
        """The sentences in a language."""
        return sentences(self.facets, language)


@strawberry.type(description="How many candidates a rule left out.")
class Exclusion:
    """How many candidates a rule left out."""

    rule: str = described("Name of the rule.")
    count: int = described("How many, each counted under the first rule that meets it.")


@strawberry.type(description="Why nobody fits.")
class Unmet:
    """Why nobody fits."""

    reason: str = described("`not_eligible`: no partnership of the programme is possible; `relax`: rules stand in the way; `nobody`: there is no one.")
    relax: list[str] = described("The rules that would be given up most cheaply.")
    gain: int = described("Number of candidates there would be then.")


class TextSide(enum.Enum):
    """Which of the two kinds of texts."""

    NEEDS = "needs"
    OFFERS = "offers"


declare_enum(TextSide, "Which texts of the question.", {"NEEDS": "What the asking municipality looks for.", "OFFERS": "What it can offer."})


@strawberry.type(description="A topic or target that a text was taken to mean.")
class UnderstoodSubject:
    """A subject that a text was taken to mean."""

    id: strawberry.ID = described("Its id.")
    weight: float = described("How sure that is, from 0 to 1.")
    names: strawberry.Private[Callable[[str], str]]

    @strawberry.field(description="What it is called.")
    def name(self, language: InLanguage = Language.EN) -> str:
        """The name in a language."""
        return self.names(language.value)


@strawberry.type(description="What a text of the question was taken to mean. Nobody has confirmed it, and nothing of it is kept.")
class UnderstoodText:
    """What one text was taken to mean."""

    side: TextSide = described("Whether it is one of `needs` or of `offers`.")
    place: int = described("Its place among them, from 0.")
    subjects: list[UnderstoodSubject] = described("What it is about, the surest first; empty where nothing was found.")
    reader: str = described("How it was read: `sentences` (an encoder for 16 languages) or `words` (where that is not installed).")


def to_understood(read: UnderstoodTexts, subjects: Subjects) -> list[UnderstoodText]:
    """What was read, as the API shows it."""
    place = subjects.rows

    def meant(reading: Reading) -> list[UnderstoodSubject]:
        found = [(id_, weight, functools.partial(subjects.name, place[id_])) for id_, weight in reading.items() if id_ in place]
        return [UnderstoodSubject(id=strawberry.ID(id_), weight=weight, names=names) for id_, weight, names in found]

    sides = ((TextSide.NEEDS, read.needs), (TextSide.OFFERS, read.offers))
    return [
        UnderstoodText(side=side, place=number, subjects=meant(reading), reader=read.reader)
        for side, readings in sides
        for number, reading in enumerate(readings)
    ]


@strawberry.type(description="The partner candidates of a municipality, and how they were found.")
class PartnerCandidates:
    """The answer for one municipality."""

    candidates: list[PartnerCandidate] = described("The candidates, the best first.")
    understood: list[UnderstoodText] = described("What each text of `needs` and `offers` was taken to mean, in their order.")
    considered: int = described("Number of municipalities that were ranked.")
    excluded: list[Exclusion] = described("How many were left out, by rule.")
    unmet: Unmet | None = described("Why nobody fits, where nobody does.")
    revision: int = described("Revision of the network that the answer is about.")
    algorithm: str = described("Name and version of the method and its weights.")


def _picked(root: strawberry.Parent[Any], info: strawberry.Info) -> Any:
    return root.records[info.path.key]


@strawberry.type(name="Neighbourhood", description="Records around a record and all links between them, as parallel columns.")
class Neighbourhood:
    """Records around a record."""

    nodes: list[mirror.RecordType] = strawberry.field(description="The records, the nearest first.", resolver=_picked)
    depths: list[int] = described("For each record, how many links it is away.")
    links: "NeighbourhoodLinks" = described("The links between any two of the records.")
    truncated: bool = described("Whether there are more records than were given.")
    total: int = described("Number of records there are.")
    records: strawberry.Private[dict[str, Any]]


@strawberry.type(description="Links between records, as parallel columns.")
class NeighbourhoodLinks:
    """Links as columns."""

    kinds: list[str] = described("Names of the links.")
    sources: list[int] = described("Where each starts: a place in `nodes`, from 0.")
    targets: list[int] = described("Where each ends: a place in `nodes`, from 0.")


FacetWeights: Any = mirror.declare_input(
    "FacetWeights",
    "How much facets count, in place of the usual weights; what is not given stays.",
    {name: Field(annotation="float | None", doc=f"Weight of `{name}`, at least 0.") for name in FACETS},
)


@strawberry.input(name="CandidateFilter", description="Whom to suggest; all that is given has to hold.")
class CandidateFilterInput:
    """Whom to suggest."""

    country: list[str] | None = strawberry.field(description="Its country (ISO 3166-1 alpha-2) is one of these.", default=strawberry.UNSET)
    admin1: list[str] | None = strawberry.field(description="Its first-order region is one of these.", default=strawberry.UNSET)
    languages: list[str] | None = strawberry.field(description="It works in one of these languages (ISO 639) at least.", default=strawberry.UNSET)
    population_min: int | None = strawberry.field(description="It has at least so many inhabitants.", default=strawberry.UNSET)
    population_max: int | None = strawberry.field(description="It has at most so many inhabitants.", default=strawberry.UNSET)

    def to_filter(self) -> CandidateFilter:
        """What the operation understands."""
        return CandidateFilter(
            countries=tuple(self.country or ()),
            admin1=tuple(self.admin1 or ()),
            languages=tuple(self.languages or ()),
            population_min=self.population_min or None,
            population_max=None if self.population_max is strawberry.UNSET else self.population_max,
        )
