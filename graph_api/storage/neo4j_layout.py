"""How the network lies in Neo4j: labels, types of relationships, companions of texts, constraints and indexes.

Every node has the label `Node` and that of its kind. A text has a companion `name_key` (its `codec.order_key`, for ordering and
comparing), a searched one `name_words` (its `ranking.entries`). A property with a default is always stored, an empty one never.
One node `Meta`, which is no part of the network, keeps the format, the declared properties and the revision.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Sequence

from graph_api.model import KINDS, LINKS, Link, Node, Property, link_name, properties
from graph_api.storage.codec import encode
from graph_api.storage.ranking import TYPO_LENGTH

SEARCH_INDEX = "search"
"""Name of the full-text index over every kind."""


def label(kind: str) -> str:
    """The label of a kind: `SdgGoal` for `sdg_goal`."""
    return KINDS[kind].__name__


def labels(kinds: Iterable[str]) -> str:
    """A label expression for nodes of any of these kinds: `Topic|SdgGoal`."""
    return "|".join(map(label, kinds))


@functools.cache
def link_type(link: type[Link]) -> str:
    """The type of a link's relationships: `HAS_DEPARTMENT` for `HasDepartment`."""
    return link_name(link).upper()


def link_types(links: Iterable[type[Link]] | None) -> str:
    """A type expression for relationships of any of these links: `:FOCUS|SERVES`; empty for None, which means all."""
    return "" if links is None else ":" + "|".join(map(link_type, links))


def has_key(declared: Property) -> bool:
    """Whether the property has a companion `…_key`: all texts but ids, dates and members of enums, which are ordered as they are."""
    return declared.type is str and declared.name != "id"


def key_name(declared: Property) -> str:
    """The stored property that a node is ordered by: the companion where there is one."""
    return f"{declared.name}_key" if has_key(declared) else declared.name


def words_name(name: str) -> str:
    """The stored property that holds a searched property's words."""
    return f"{name}_words"


def searched() -> list[str]:
    """Names of all searched properties, each once, in order of declaration."""
    return list(dict.fromkeys(p.name for kind in KINDS.values() for p in properties(kind).values() if p.search))


def is_walked(kind: str, declared: Property) -> bool:
    """Whether those of one value (a country, say) can be listed in order of name by an index; that of a longer text would not fit in beside a name."""
    return declared.index and declared.refers is not None and has_key(declared) and "name" in properties(KINDS[kind])


def stored_names(declared: Property) -> list[str]:
    """The stored properties that a declared one takes up: itself and its companions."""
    names = [declared.name]
    if has_key(declared):
        names.append(key_name(declared))
    if declared.search:
        names.append(words_name(declared.name))
    return names


def defaults(declared: type[Node] | type[Link]) -> dict[str, object]:
    """What a new record has where nothing is said, as it is stored. No text with a companion has a default."""
    stored = {p.name: encode(p.default) for p in properties(declared).values() if p.default is not None and not p.key}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in stored.items()}


def constraints() -> dict[str, str]:
    """The statements that make each constraint, by its name."""
    return {
        "node_id": "CREATE CONSTRAINT node_id IF NOT EXISTS FOR (n:Node) REQUIRE n.id IS UNIQUE",
        "meta_id": "CREATE CONSTRAINT meta_id IF NOT EXISTS FOR (m:Meta) REQUIRE m.id IS UNIQUE",
    }


def indexes() -> dict[str, str]:
    """The statements that make each index but the full-text one, by its name. The id stands last in each: equal ones are ordered by it."""
    found: dict[str, str] = {}
    for kind, declared in KINDS.items():
        props = properties(declared).values()
        columns = [[], *([key_name(p)] for p in props if p.index), *([key_name(p), "name_key"] for p in props if is_walked(kind, p))]
        for names in columns:
            name, on = f"{kind}_{'_'.join(names) or 'id'}", ", ".join(f"n.{name}" for name in [*names, "id"])
            found[name] = f"CREATE RANGE INDEX {name} IF NOT EXISTS FOR (n:{label(kind)}) ON ({on})"
    return found


def search_index() -> str:
    """The statement that makes the full-text index; `ranking` took words apart and folded them, the server only splits at spaces."""
    on = ", ".join(f"n.{words_name(name)}" for name in searched())
    options = "{indexConfig: {`fulltext.analyzer`: 'whitespace'}}"
    return f"CREATE FULLTEXT INDEX {SEARCH_INDEX} IF NOT EXISTS FOR (n:{labels(KINDS)}) ON EACH [{on}] OPTIONS {options}"


def declared_names() -> dict[str, type[Node] | type[Link]]:
    """Every kind by its label and every link by its type."""
    return {**{label(kind): cls for kind, cls in KINDS.items()}, **{link_type(link): link for link in LINKS}}


@functools.cache
def stored_form() -> dict[str, str]:
    """For each label and type what is stored, and with what defaults, as text: where a store has another one, a property was added or changed."""
    return {
        name: json.dumps([{stored: defaults(cls).get(stored) for stored in stored_names(p)} for p in properties(cls).values()])
        for name, cls in declared_names().items()
    }


def lucene(words: Sequence[str]) -> str:
    """The full-text query for nodes that have every word: as a word, as its beginning, or with a typo. Words hold letters and digits only."""
    return " ".join(f"+({w}^4 {w}*{f' {w}~1' if len(w) >= TYPO_LENGTH else ''})" for w in words)
