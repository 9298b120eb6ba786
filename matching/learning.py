"""Learning: default weights of the facets from real partnerships, by logistic regression with weights that cannot be negative."""
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from matching.evaluation import hidden
from matching.facets import FACETS
from matching.partners import PartnerMatcher
from matching.profile import Bools, Floats, Ints, Profiles
from matching.weights import Weights

LEARNED = ("size", "standing", "partner_size", "resources", "openness", "partners", "circle", "experience", "regions", "vicinity")
"""Facets whose weights real partnerships can teach; nobody has published what partners sought and offered."""
LEARNED_PART = 0.42
"""Part of all weights that the learned ones add up to; the others are set by hand, see docs/decisions/0010."""
POPULARITY_PART = 0.5
"""Part of its learned weight that `openness` keeps: held-out figures stay within their error, and the best known are suggested half as often."""
COLUMNS = [FACETS.index(name) for name in LEARNED]


@dataclass(frozen=True, kw_only=True)
class Example:
    """One seeker whose partners in one country are hidden, with candidates from that country."""

    seeker: int
    at_home: bool
    """The candidates are those of the matcher's home country."""
    table: Floats
    """Scores in `LEARNED` of each candidate, shape (candidates, facets); NaN where unknown."""
    partner: Bools
    """Which candidates are the hidden partners."""


def examples(profiles: Profiles, *, folds: int = 10, negatives: int = 100, part: float = 1.0, home: str = "DE", random_state: int = 0) -> list[Example]:
    """Examples from all ties between an eligible municipality and one of a country that is not: in each fold a share of them is hidden at once.

    Outside the home country a candidate without any other tie is left out: there the data lists places only because they have
    ties, so having none left would give the hidden ones away.
    """
    groups, random = _groups(profiles), np.random.default_rng(random_state)
    keys = sorted(groups, key=lambda key: (profiles.ids[key[0]], key[1]))
    fold = random.integers(0, folds, len(keys))
    found: list[Example] = []
    for turn in range(folds):
        chosen = [key for key, place in zip(keys, fold.tolist(), strict=True) if place == turn]
        pairs = {(key[0], partner) for key in chosen for partner in groups[key]}
        matcher = PartnerMatcher(home=home).fit(hidden(profiles, pairs))
        for seeker, country in chosen:
            at_home = country == home
            if at_home or random.random() < part:
                rows = _candidates(matcher, country, groups[seeker, country], at_home=at_home, negatives=negatives * (5 if at_home else 1), random=random)
                found += _example(matcher, seeker, rows, groups[seeker, country], at_home=at_home)
    return found


def learn(found: Sequence[Example], *, home_weight: float = 5.0, regularization: float = 1.0, random_state: int = 0) -> Weights:
    """Weights under which hidden partners come before other candidates; a facet whose weight would be negative gets 0 and the others are learned again."""
    from sklearn.linear_model import LogisticRegression

    neutral = _neutral(found)
    differences, importance = _differences(found, neutral, home_weight, np.random.default_rng(random_state))
    sign = np.where(np.arange(len(differences)) % 2, 1.0, -1.0)
    active = np.ones(len(LEARNED), dtype=bool)
    weight = np.zeros(len(LEARNED))
    while active.any():
        model = LogisticRegression(C=regularization, fit_intercept=False, max_iter=1000, random_state=random_state)
        model.fit(differences[:, active] * sign[:, None], sign, sample_weight=importance)
        weight[:] = 0
        weight[active] = np.asarray(model.coef_, dtype=np.float64)[0]
        if (weight >= 0).all():
            break
        active &= weight > 0
    return _weights(weight, neutral)


def _groups(profiles: Profiles) -> Mapping[tuple[int, str], list[int]]:
    groups: dict[tuple[int, str], list[int]] = defaultdict(list)
    for a, b in zip(profiles.ties.a.tolist(), profiles.ties.b.tolist(), strict=True):
        for seeker, partner in ((a, b), (b, a)):
            if profiles.eligible[seeker] and not profiles.eligible[partner]:
                groups[seeker, profiles.country[partner]].append(partner)
    return groups


def _candidates(matcher: PartnerMatcher, country: str, partners: list[int], *, at_home: bool, negatives: int, random: np.random.Generator) -> Ints:
    profiles = matcher.profiles_
    tied = np.zeros(len(profiles), dtype=bool)
    tied[profiles.ties.a] = tied[profiles.ties.b] = True
    allowed = np.array([code == country for code in profiles.country]) & (tied | at_home)
    others = allowed.copy()
    others[partners] = False
    rows = np.flatnonzero(others)
    if len(rows) > negatives:
        rows = random.choice(rows, negatives, replace=False)
    return np.concatenate([[row for row in partners if allowed[row]], rows]).astype(np.int64)


def _example(matcher: PartnerMatcher, seeker: int, rows: Ints, partners: list[int], *, at_home: bool) -> list[Example]:
    partner = np.isin(rows, partners)
    if partner.all() or not partner.any():
        return []
    return [Example(seeker=seeker, at_home=at_home, table=matcher.ranking(seeker, rows).table[:, COLUMNS], partner=partner)]


def _neutral(found: Iterable[Example]) -> Floats:
    return np.nanmean(np.concatenate([example.table[~example.partner] for example in found]), axis=0)


def _differences(found: Iterable[Example], neutral: Floats, home_weight: float, random: np.random.Generator) -> tuple[Floats, Floats]:
    """Partner less other candidate, for up to 30 (at home 150) others of each partner, and how much each counts."""
    differences: list[Floats] = []
    importance: list[Floats] = []
    for example in found:
        table = np.where(np.isnan(example.table), neutral, example.table)
        others = table[~example.partner]
        for own in table[example.partner]:
            rivals = random.permutation(others)[: 150 if example.at_home else 30]
            differences.append(own - rivals)
            importance.append(np.full(len(rivals), (home_weight if example.at_home else 1.0) * 10 / len(rivals)))
    return np.concatenate(differences), np.concatenate(importance)


def _weights(weight: Floats, neutral: Floats) -> Weights:
    by_hand = {"needs": 0.2, "offers": 0.2, "goals": 0.1, "languages": 0.04, "place": 0.01, "capacity": 0.02, "freshness": 0.01}
    expected = {"needs": 0.05, "offers": 0.05, "goals": 0.04, "languages": 0.3, "place": 0.5, "capacity": 0.5, "freshness": 0.5}
    weight = np.where([name == "openness" for name in LEARNED], POPULARITY_PART, 1.0) * weight
    scaled = LEARNED_PART * weight / weight.sum()
    learned = {name: round(float(value), 4) for name, value in zip(LEARNED, scaled, strict=True)}
    known = {name: round(float(value), 3) for name, value in zip(LEARNED, neutral, strict=True)}
    return Weights(weight={name: ({**by_hand, **learned})[name] for name in FACETS}, neutral={name: ({**expected, **known})[name] for name in FACETS})
