"""Participants for the tests of peer groups, and a checker of their rules that shares no code with what it checks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np

from matching.group_rules import Partners, Rules
from matching.participants import Attribute, Participants, pairs_of
from matching.profile import DIRECTIONS, Focuses, Subjects

NAMES = {
    "waste": ("Waste", "Abfall", "Residuos", "Déchets"),
    "water": ("Water", "Wasser", "Agua", "Eau"),
    "parks": ("Parks", "Grünflächen", "Parques", "Parcs"),
    "energy": ("Energy", "Energie", "Energía", "Énergie"),
}
SUBJECTS = Subjects(ids=tuple(NAMES), names={language: tuple(row[place] for row in NAMES.values()) for place, language in enumerate(("en", "de", "es", "fr"))})


def people(
    focuses: Mapping[str, Iterable[tuple[str, str]]] | Iterable[str],
    *,
    country: Mapping[str, str] | None = None,
    languages: Mapping[str, Sequence[str]] | None = None,
    population: Mapping[str, float] | None = None,
    partners: Iterable[tuple[str, str]] = (),
    met: Iterable[tuple[str, str]] = (),
) -> Participants:
    """Participants by id, with what each seeks, offers and works on as pairs (direction, subject); what is not given is unknown."""
    said = dict(focuses) if isinstance(focuses, Mapping) else dict.fromkeys(focuses, ())
    ids = tuple(said)
    rows = [(ids.index(id_), SUBJECTS.ids.index(subject), DIRECTIONS.index(direction)) for id_ in ids for direction, subject in said[id_]]
    columns = np.array(rows, dtype=np.int64).reshape(-1, 3)
    return Participants(
        ids=ids,
        names=tuple(f"Town {id_}" for id_ in ids),
        country=tuple((country or {}).get(id_, "") for id_ in ids),
        languages=tuple(tuple((languages or {}).get(id_, ())) for id_ in ids),
        population=np.array([(population or {}).get(id_, np.nan) for id_ in ids]),
        subjects=SUBJECTS,
        focuses=Focuses(municipality=columns[:, 0], subject=columns[:, 1], direction=columns[:, 2], weight=np.ones(len(rows))),
        partners=pairs_of((ids.index(a), ids.index(b)) for a, b in partners),
        met=pairs_of((ids.index(a), ids.index(b)) for a, b in met),
    )


def random_people(seed: int, n: int) -> Participants:
    """Participants with everything at random."""
    rng = np.random.default_rng(seed)
    ids = [f"p{number}" for number in range(n)]
    focuses = {id_: [(str(rng.choice(DIRECTIONS)), str(rng.choice(SUBJECTS.ids))) for _ in range(int(rng.integers(0, 4)))] for id_ in ids}
    pairs = [(str(a), str(b)) for a, b in (rng.choice(ids, 2, replace=False) for _ in range(n))]
    return people(
        focuses,
        country={id_: str(rng.choice(["DE", "KE", "MX"])) for id_ in ids},
        languages={id_: [str(spoken) for spoken in rng.choice(["de", "en", "es"], int(rng.integers(0, 3)), replace=False)] for id_ in ids},
        population={id_: float(rng.choice([5e3, 5e4, 5e5])) for id_ in ids},
        partners=pairs[: n // 3],
        met=pairs[n // 3 : n // 2],
    )


def planted(n: int, groups: int, seed: int) -> tuple[Participants, Rules]:
    """Participants, and rules that a plan with so many groups can keep, because it was made first."""
    rng = np.random.default_rng(seed)
    place = {f"p{number}": number % groups for number in range(n)}
    ids = [str(id_) for id_ in rng.permutation(list(place))]
    tongue = {group: str(rng.choice(["de", "en", "es"])) for group in range(groups)}
    theme = {group: str(rng.choice(SUBJECTS.ids)) for group in range(groups)}
    country = {id_: ("DE", "KE", "MX", "FR")[int(id_[1:]) // groups // 2 % 4] for id_ in ids}
    pairs = [(str(a), str(b)) for a, b in (rng.choice(ids, 2, replace=False) for _ in range(2 * n))]
    apart = [pair for pair in pairs if place[pair[0]] != place[pair[1]]]
    together = [pair for pair in combinations(sorted(ids), 2) if place[pair[0]] == place[pair[1]]][:: max(n, 1)]
    focuses = {id_: [("works_on", theme[place[id_]]), (str(rng.choice(DIRECTIONS)), str(rng.choice(SUBJECTS.ids)))] for id_ in ids}
    participants = people(
        focuses,
        country=country,
        languages={id_: list({tongue[place[id_]], str(rng.choice(["de", "en", "es", "fr"]))}) for id_ in ids},
        population={id_: (5e3, 5e5)[int(id_[1:]) // groups % 2] for id_ in ids},
        partners=apart[: n // 4],
        met=apart[n // 4 : n // 2],
    )
    rules = Rules(
        together=tuple(together),
        apart=tuple(apart[n // 2 : n]),
        partners=Partners.APART,
        per_country=2,
        balanced=(Attribute.SIZE,),
        no_isolate=(Attribute.LANGUAGE, Attribute.SUBJECTS),
        common_language=True,
        pinned={id_: place[id_] + 1 for id_ in ids[:2]},
    )
    return participants, rules


def broken(participants: Participants, rules: Rules, rounds: Sequence[Sequence[Sequence[str]]]) -> Counter[str]:
    """Rule → number of places in which a plan (rounds of groups of ids) breaks it, counted with sets and loops only."""
    found: Counter[str] = Counter()
    for round_ in rounds:
        found.update(_broken_in_round(participants, rules, round_))
    if rules.fresh:
        found["fresh"] += _meetings_again(participants, rules, rounds)
    return +found


def _broken_in_round(participants: Participants, rules: Rules, groups: Sequence[Sequence[str]]) -> Counter[str]:
    place = {id_: number for number, group in enumerate(groups) for id_ in group}
    found: Counter[str] = Counter()
    for rule, sets, same in (("together", merged(rules.together), True), ("apart", rules.apart, False)):
        pairs = {frozenset(pair) for ids in sets for pair in combinations(ids, 2)}
        found[rule] += sum((len({place[id_] for id_ in pair}) == 1) != same for pair in pairs)
    if rules.partners is not None:
        pairs = partner_pairs(participants)
        found["partners"] += sum((len({place[id_] for id_ in pair}) == 1) != (rules.partners is Partners.TOGETHER) for pair in pairs)
    found["pinned"] += sum(place[id_] != number - 1 for id_, number in rules.pinned.items())
    facts = facts_of(participants)
    for group in groups:
        if rules.per_country is not None:
            found["per_country"] += sum(count > rules.per_country for country, count in Counter(facts["country"][id_] for id_ in group).items() if country)
        if rules.common_language:
            known = [set(facts["language"][id_]) for id_ in group if facts["language"][id_]]
            found["common_language"] += bool(known) and not set.intersection(*known)
        for attribute in rules.no_isolate:
            found[f"no_isolate.{attribute.value}"] += sum(_alone(facts[attribute.value], id_, group, participants.ids) for id_ in group)
    for attribute in rules.balanced:
        found[f"balanced.{attribute.value}"] += _uneven(facts[attribute.value], groups)
    return found


def _alone(values: Mapping[str, Any], id_: str, group: Sequence[str], everybody: Sequence[str]) -> bool:
    def company(others: Sequence[str]) -> bool:
        own = values[id_]
        return any(set(own) & set(values[other]) if isinstance(own, (set, tuple)) else own and own == values[other] for other in others if other != id_)

    return not company(group) and company(everybody)


def _uneven(values: Mapping[str, Any], groups: Sequence[Sequence[str]]) -> int:
    wrong = 0
    for value in set(values.values()) - {"", None}:
        total = sum(1 for one in values.values() if one == value)
        counts = [sum(values[id_] == value for id_ in group) for group in groups]
        wrong += sum(count not in (total // len(groups), -(-total // len(groups))) for count in counts)
    return wrong


def _meetings_again(participants: Participants, rules: Rules, rounds: Sequence[Sequence[Sequence[str]]]) -> int:
    allowed = {frozenset(pair) for ids in merged(rules.together) for pair in combinations(ids, 2)}
    if rules.partners is Partners.TOGETHER:
        allowed |= partner_pairs(participants)
    allowed |= {frozenset((a, b)) for a, b in combinations(rules.pinned, 2) if rules.pinned[a] == rules.pinned[b]}
    seen = {frozenset((participants.ids[a], participants.ids[b])) for a, b in participants.met.tolist()}
    again = 0
    for round_ in rounds:
        now = {frozenset(pair) for group in round_ for pair in combinations(group, 2)}
        again += len((now & seen) - allowed)
        seen |= now
    return again


def partner_pairs(participants: Participants) -> set[frozenset[str]]:
    """Pairs of ids of partners."""
    return {frozenset((participants.ids[a], participants.ids[b])) for a, b in participants.partners.tolist()}


def facts_of(participants: Participants) -> dict[str, dict[str, Any]]:
    """Attribute → id → value, worked out anew; countries and sizes that are unknown are empty."""
    subjects: dict[str, set[str]] = {id_: set() for id_ in participants.ids}
    balance: Counter[str] = Counter()
    said: set[str] = set()
    focuses = participants.focuses
    for row, subject, direction in zip(focuses.municipality.tolist(), focuses.subject.tolist(), focuses.direction.tolist(), strict=True):
        id_ = participants.ids[row]
        key = (participants.subjects.ids[subject], DIRECTIONS[direction])
        if DIRECTIONS[direction] != "works_on" and key not in subjects[id_]:
            balance[id_] += 1 if DIRECTIONS[direction] == "seeks" else -1
            said.add(id_)
        subjects[id_].add(key)
    return {
        "country": dict(zip(participants.ids, participants.country, strict=True)),
        "language": dict(zip(participants.ids, participants.languages, strict=True)),
        "subjects": {id_: {subject for subject, _ in pairs} for id_, pairs in subjects.items()},
        "direction": {id_: np.sign(balance[id_]) + 2 if id_ in said else "" for id_ in participants.ids},
        "size": {id_: _size(people_) for id_, people_ in zip(participants.ids, participants.population.tolist(), strict=True)},
    }


def _size(inhabitants: float) -> str:
    for limit, name in ((2e4, "small"), (1e5, "medium"), (1e6, "large"), (np.inf, "metropolis")):
        if inhabitants < limit:
            return name
    return ""


def merged(sets: Iterable[Sequence[str]]) -> list[set[str]]:
    """Sets that share a member, joined."""
    found: list[set[str]] = []
    for ids in sets:
        joined = set(ids)
        for one in [one for one in found if one & joined]:
            found.remove(one)
            joined |= one
        found.append(joined)
    return found


def divisions(ids: Sequence[str], sizes: Sequence[int]) -> Iterable[list[tuple[str, ...]]]:
    """All divisions of ids into groups of these sizes; groups of one size come in one order only."""
    if not sizes:
        yield []
        return
    for first in combinations(ids, sizes[0]):
        if len(sizes) > 1 and sizes[0] == sizes[1] and first[0] != ids[0]:
            break
        rest = [id_ for id_ in ids if id_ not in first]
        for others in divisions(rest, sizes[1:]):
            yield [first, *others]
