"""Relaxation: which rule stands in the way when the rules of peer groups cannot all be kept, and the least that must be given up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from matching.group_board import Problem
from matching.group_demands import Breach, Counts, Demand
from matching.group_search import Search
from matching.profile import LANGUAGES, Ints
from matching.reasons import Number

LIGHT = 0.05
"""What breaking the rule on trial counts against breaking another."""

TEXTS: Mapping[str, Mapping[str, str]] = {
    "per_country": {
        "en": "Allow {value} of a country in a group.",
        "de": "Bis zu {value} aus einem Land je Gruppe zulassen.",
        "es": "Permitir {value} de un mismo país por grupo.",
        "fr": "Admettre {value} d’un même pays par groupe.",
    },
    "balanced": {
        "en": "Accept an uneven spread in {count:place|places}: {rule}.",
        "de": "Ungleiche Verteilung an {count:Stelle|Stellen} hinnehmen: {rule}.",
        "es": "Aceptar un reparto desigual en {count:caso|casos}: {rule}.",
        "fr": "Accepter une répartition inégale à {count:endroit|endroits} : {rule}.",
    },
    "common_language": {
        "en": "Provide interpreting in {count:group|groups}.",
        "de": "In {count:Gruppe|Gruppen} dolmetschen lassen.",
        "es": "Prever interpretación en {count:grupo|grupos}.",
        "fr": "Prévoir une interprétation dans {count:groupe|groupes}.",
    },
    "no_isolate": {
        "en": "Accept that {count:participant is|participants are} alone in their group: {rule}.",
        "de": "Hinnehmen, dass {count} Teilnehmende in ihrer Gruppe allein sind: {rule}.",
        "es": "Aceptar que {count:participante quede|participantes queden} sin compañía en su grupo: {rule}.",
        "fr": "Accepter que {count:participant ou participante soit isolé|participantes ou participants soient isolés} dans leur groupe : {rule}.",
    },
    "pairs": {
        "en": "Make an exception for {count:pair|pairs}: {rule}.",
        "de": "Für {count:Paar|Paare} eine Ausnahme machen: {rule}.",
        "es": "Hacer una excepción para {count:par|pares}: {rule}.",
        "fr": "Faire une exception pour {count:paire|paires} : {rule}.",
    },
}
"""Key → language → template."""

NAMES: Mapping[str, tuple[str, str, str, str]] = {
    "together": ("stay together", "zusammenbleiben", "permanecer juntos", "rester ensemble"),
    "apart": ("be apart", "getrennt sein", "estar separados", "être séparés"),
    "partners": ("partners", "Partnerkommunen", "municipios socios", "collectivités partenaires"),
    "fresh": ("meet somebody new", "neue Begegnungen", "encuentros nuevos", "nouvelles rencontres"),
    "country": ("country", "Land", "país", "pays"),
    "size": ("size class", "Größenklasse", "categoría de tamaño", "classe de taille"),
    "direction": ("seeking and offering", "Suchen und Anbieten", "búsqueda y oferta", "recherche et offre"),
    "language": ("language", "Sprache", "idioma", "langue"),
    "subjects": ("topics", "Themen", "temas", "thèmes"),
}
"""Names of rules and attributes, in the order of `LANGUAGES`."""


@dataclass(frozen=True, kw_only=True)
class Relaxation:
    """One rule that, if it were relaxed, would let all others be kept."""

    rule: str
    exceptions: int
    """Places in which the rule would be broken."""
    value: int | None
    """The number that would have to be allowed, for `per_country`."""
    breaches: tuple[Breach, ...]

    def text(self, language: str = "en") -> str:
        """The relaxation as a sentence in one of `LANGUAGES`; `ValueError` for another language."""
        if language not in LANGUAGES:
            raise ValueError(f"no language {language!r}; allowed are {', '.join(LANGUAGES)}")
        head, _, attribute = self.rule.partition(".")
        key = head if head in TEXTS else "pairs"
        name = NAMES.get(attribute or head, ("",) * 4)[LANGUAGES.index(language)]
        return TEXTS[key][language].format(value=self.value, count=Number(self.exceptions, language), rule=name)


def relaxations(problem: Problem, group: Ints, steps: int, seed: int, *, deadline: float = np.inf) -> tuple[Relaxation, ...]:
    """Single rules whose relaxation lets all others be kept, those with the fewest exceptions first; `group` is the best plan known.

    Found by search with so many steps a rule, as the plan is: there may be cheaper ones, but these are enough. Without steps only the rule
    that the plan breaks is told, where it is a single one.
    """
    broken = [demand for demand in problem.demands if demand.breaches(group)]
    found = [_relaxation(broken[0], broken[0].breaches(group))] if len(broken) == 1 else []
    for demand in problem.demands if steps else ():
        if demand.rule not in ("size", "pinned"):
            breaches = _alone(problem, demand, group, steps, seed, deadline)
            found += [_relaxation(demand, breaches)] if breaches else []
    cheapest: dict[str, Relaxation] = {}
    for one in sorted(found, key=lambda one: (one.exceptions, one.rule)):
        cheapest.setdefault(one.rule, one)
    return tuple(cheapest.values())


def _alone(problem: Problem, demand: Demand, group: Ints, steps: int, seed: int, deadline: float) -> list[Breach]:
    """Where a rule is broken in a plan that keeps all others; empty where no such plan is found."""
    lenient = replace(problem, weights={demand.rule: LIGHT})
    others = [other for other in problem.demands if other is not demand]
    for start in (group, None):
        best = Search(lenient, np.random.default_rng(seed), deadline=deadline).run(steps, start=start)
        if not any(other.breaches(best) for other in others):
            return demand.breaches(best)
    return []


def _relaxation(demand: Demand, broken: Sequence[Breach]) -> Relaxation:
    counts = [breach.found for breach in broken if breach.found is not None]
    value = max(counts) if isinstance(demand, Counts) and demand.rule == "per_country" else None
    return Relaxation(rule=demand.rule, exceptions=len(broken), value=value, breaches=tuple(broken))
