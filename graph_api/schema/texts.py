"""The root field that says what a text in somebody's own words is about, and what it answers."""

from typing import Annotated, Any

import strawberry

from graph_api.operations.texts import LONGEST_TEXT
from graph_api.schema import mirror
from graph_api.schema.info import Found, Info, argument, bounded, described, found_below

MOST_MENTIONS = 17

GoalType: Any = vars(mirror)["SdgGoal"]
TargetType: Any = vars(mirror)["SdgTarget"]
TopicType: Any = vars(mirror)["Topic"]


@strawberry.type
class OfSubject:
    """Base of what is said of a goal, target or topic."""

    of: strawberry.Private[str]
    found: strawberry.Private[Found]


@strawberry.type(description="A goal that a text is about.")
class GoalMention(OfSubject):
    """A goal."""

    score: float = described("How sure that is, from 0 to 1; all 17 goals together make 1.")

    @strawberry.field(description="The goal.")
    def goal(self, info: strawberry.Info) -> GoalType:
        """The record."""
        return self.found.at(info, self.of)


@strawberry.type(description="A target that a text is about.")
class TargetMention(OfSubject):
    """A target."""

    score: float = described("How much alike the text and its names are, from 0 to 1.")

    @strawberry.field(description="The target.")
    def target(self, info: strawberry.Info) -> TargetType:
        """The record."""
        return self.found.at(info, self.of)


@strawberry.type(description="A topic that a text is about.")
class TopicMention(OfSubject):
    """A topic."""

    score: float = described("How much alike the text and its names are, from 0 to 1.")

    @strawberry.field(description="The topic.")
    def topic(self, info: strawberry.Info) -> TopicType:
        """The record."""
        return self.found.at(info, self.of)


@strawberry.type(name="SubjectsOfText", description="What a text is about. A suggestion: people decide what becomes a focus.")
class SubjectsOfTextType:
    """The answer for one text."""

    goals: list[GoalMention] = described("Goals, the likeliest first.")
    targets: list[TargetMention] = described("Targets, the nearest first.")
    topics: list[TopicMention] = described("Topics, the nearest first.")
    reader: str = described("How the text was read: `sentences` (an encoder for 16 languages) or `words` (where that is not installed).")
    revision: int = described("Revision of the network that the answer is about.")


@strawberry.type
class TextFields:
    """Root field about texts."""

    @strawberry.field(description="What a text in somebody's own words is about, whatever its language: goals, targets and topics.")
    async def subjects_of_text(
        self,
        info: Info,
        text: Annotated[str, argument(f"The text: a need, an offer, a project, at most {LONGEST_TEXT:,} characters.")],
        first: Annotated[int, argument(f"At most this many of each, from 0 to {MOST_MENTIONS}.")] = 5,
    ) -> SubjectsOfTextType:
        """What a text is about."""
        bounded("first", first, 0, MOST_MENTIONS)
        answer = await info.context.texts.subjects(text, first=first)
        every = (answer.goals, answer.targets, answer.topics)
        found = await found_below(info, "SubjectsOfText", [mention.id for mentions in every for mention in mentions])
        return SubjectsOfTextType(
            goals=[GoalMention(of=m.id, score=m.score, found=found) for m in answer.goals],
            targets=[TargetMention(of=m.id, score=m.score, found=found) for m in answer.targets],
            topics=[TopicMention(of=m.id, score=m.score, found=found) for m in answer.topics],
            reader=answer.reader,
            revision=answer.revision,
        )
