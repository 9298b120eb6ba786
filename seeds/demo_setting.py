"""Which topics fit a municipality of the demo: a rough picture of its setting (coast, altitude, climate, size), invented needs and strengths.

The weights are plausible guesses, made so that the demo is worth looking at; they say nothing about the real municipalities.
"""

from __future__ import annotations

import bisect
import itertools
import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from seeds.demo_places import Place

COAST = frozenset(
    {
        *("al-durres", "ao-luanda", "ao-porto-amboim", "az-baki", "az-sumqayit", "bj-cotonou", "br-rio-de-janeiro", "bz-belize-city", "cg-pointe-noire"),
        *("ci-abidjan", "cm-douala", "cu-la-habana", "cv-praia", "cv-sao-filipe", "de-bergen-auf-ruegen", "de-bremerhaven", "de-cuxhaven", "de-eckernfoerde"),
        *("de-flensburg", "de-kiel", "de-luebeck", "de-rostock", "de-sassnitz", "de-schleswig", "de-stralsund", "de-wismar", "dj-djibouti", "do-santo-domingo"),
        *("dz-ain-benian", "dz-alger", "eg-al-iskandariyya", "eg-marsa-alam", "eg-sharm-el-sheikh", "ga-libreville", "ge-batumi", "gh-cape-coast", "gh-elmina"),
        *("gm-banjul", "gn-conakry", "gw-bissau", "gy-georgetown", "hn-trujillo", "ht-port-au-prince", "id-jakarta", "id-padang", "id-sigli", "in-mumbai"),
        *("in-panjim", "jm-kingston", "jm-montego-bay", "jo-aqaba", "kh-sihanoukville", "lb-bayrut", "lb-jounieh", "lk-colombo", "lk-galle", "lr-monrovia"),
        *("ly-benghazi", "ly-tarabulus", "me-budva", "mg-manakara", "mr-nouakchott", "mu-port-louis", "mz-inhambane"),
        *("mz-maputo", "na-walvis-bay", "ng-lagos", "pa-ciudad-de-panama", "pa-colon", "pe-lima", "pe-paita", "ph-batangas", "ph-manila", "pk-karachi"),
        *("tn-hammam-lif", "tn-menzel-bourguiba", "tn-sousse", "tr-antalya", "tr-istanbul", "tr-izmit", "tr-yalova", "tz-dar-es-salaam"),
        *("tz-tanga", "tz-zanzibar", "ua-odesa", "vn-hoi-an", "za-cape-town", "za-durban", "ke-kisumu", "ni-granada"),
    }
)
"""Municipalities by the sea or a great lake, as far as somebody who knows a map can tell."""

HIGH = frozenset(
    {
        *("am-gyumri", "am-vanadzor", "am-yerevan", "bo-la-paz", "co-bogota", "de-glashuette", "de-oberhof", "de-winterberg", "ec-quito", "ec-tulcan"),
        *("et-addis-abeba", "et-adwa", "et-aksum", "gt-antigua-guatemala", "gt-ciudad-de-guatemala", "hn-tegucigalpa", "ke-nairobi", "kg-bishkek"),
        *("kg-cholpon-ata", "ls-hlotse", "ls-maseru", "mg-antananarivo", "mx-ciudad-de-mexico", "mx-guanajuato", "mx-puebla", "mn-ulaanbaatar"),
        *("pe-cajamarca", "tj-dushanbe", "cr-cartago", "cm-dschang", "bi-bujumbura", "na-windhoek"),
    }
)
"""Municipalities in mountains or on a high plateau, as far as somebody who knows a map can tell."""

DRY = frozenset({"AZ", "BF", "BW", "DJ", "DZ", "EG", "IQ", "JO", "KZ", "LY", "MA", "ML", "MN", "MR", "NA", "NE", "PS", "SN", "TN", "UZ"})
"""Countries in large part dry."""

TRAIT_TOPICS: Mapping[str, frozenset[str]] = {
    "coast": frozenset({"coastal-protection", "marine-and-coastal-nature", "small-scale-fishing", "plastic-waste", "sustainable-tourism"}),
    "high": frozenset({"forest-management", "earthquake-safety"}),
    "dry": frozenset({"drought-preparedness", "rainwater-harvesting", "groundwater-protection", "water-loss-reduction", "solar-energy", "soil-protection"}),
    "big": frozenset({"public-transport", "air-quality", "informal-settlements", "affordable-housing", "smart-city", "sewer-networks", "crime-prevention"}),
    "small": frozenset({"rural-development", "local-markets", "organic-farming", "forest-management", "school-partnerships", "bioenergy"}),
    "south": frozenset({"informal-waste-workers", "public-sanitation", "energy-access", "drinking-water-supply", "smallholder-support", "land-registry"}),
    "german": frozenset({"heat-planning", "labour-migration", "fair-procurement", "fair-trade-towns", "global-learning", "colonial-legacy", "older-people"}),
}
"""Topics that are likelier where a trait holds."""

ONLY: Mapping[str, str] = {
    "coastal-protection": "coast",
    "marine-and-coastal-nature": "coast",
    "small-scale-fishing": "coast",
    "drought-preparedness": "dry",
    "rural-development": "small",
    "informal-waste-workers": "south",
    "informal-settlements": "south",
    "energy-access": "south",
    "clean-cooking": "south",
    "public-sanitation": "south",
    "land-registry": "south",
    "heat-planning": "german",
    "fair-procurement": "german",
    "fair-trade-towns": "german",
    "colonial-legacy": "german",
}
"""Topics that occur only where a trait holds."""

FIELDS: Mapping[str, Mapping[str, float]] = {
    "south seeks": {
        "waste": 5,
        "water": 5,
        "energy": 3,
        "climate": 3,
        "disaster-risk": 3,
        "urban-development": 3,
        "mobility": 2,
        "local-economy": 2,
        "health": 2,
    }
    | {"education": 2, "administration": 2, "food": 2},
    "south offers": {"food": 4, "participation": 4, "culture": 3, "nature": 3, "climate": 2, "social-cohesion": 2, "local-economy": 2, "gender-equality": 2}
    | {"disaster-risk": 2, "education": 2, "water": 1.5, "waste": 1.5},
    "german offers": {"waste": 5, "water": 5, "energy": 4, "climate": 3, "mobility": 3, "administration": 3, "urban-development": 3, "disaster-risk": 2}
    | {"education": 2, "nature": 2, "local-economy": 2, "health": 1.5},
    "german seeks": {
        "international-cooperation": 4,
        "participation": 4,
        "culture": 3,
        "climate": 3,
        "consumption": 3,
        "migration": 2,
        "education": 2,
        "nature": 2,
    }
    | {"food": 2, "social-cohesion": 2, "disaster-risk": 1.5},
}
"""Weights of fields of work in the four roles; 0.25 where nothing is said."""

SHARED_TARGET = 0.6
"""How much likelier a topic becomes by each target it shares with a topic chosen before."""


@dataclass(frozen=True, kw_only=True)
class Topic:
    """A topic of the reference seeds with the ids of the targets it serves and of its broader topics."""

    id: str
    targets: tuple[str, ...]
    broader: tuple[str, ...]

    @property
    def field(self) -> str:
        """The topic right below which it stands: its field of work; itself if it is one."""
        return self.broader[0] if self.broader else self.id


def traits(place: Place) -> frozenset[str]:
    """What is assumed of a place's setting: some of coast, high, dry, big (300,000 inhabitants), small (20,000), south, german."""
    held = {
        "coast": place.id in COAST,
        "high": place.id in HIGH,
        "dry": place.country in DRY,
        "big": place.population >= 300_000,
        "small": place.population < 20_000,
        "german": place.country == "DE",
        "south": place.country != "DE",
    }
    return frozenset(name for name, holds in held.items() if holds)


def topic_weight(topic: Topic, role: str, held: Collection[str]) -> float:
    """How likely a topic is in a role (a key of `FIELDS`) under some traits; 0: never."""
    if topic.id in ONLY and ONLY[topic.id] not in held:
        return 0.0
    weight = FIELDS[role].get(topic.field, 0.25) * (1.0 if topic.broader else 0.7)
    for trait in held:
        weight *= 2.0 if topic.id in TRAIT_TOPICS.get(trait, ()) else 1.0
    return weight


def pick(rng: random.Random, topics: Sequence[Topic], role: str, held: Collection[str], count: int, without: Collection[str] = ()) -> list[Topic]:
    """`count` different topics for a role, likelier together the more targets they share; none of `without`."""
    weights = [0.0 if t.id in without else topic_weight(t, role, held) for t in topics]
    chosen: list[Topic] = []
    while len(chosen) < count and any(weights):
        index = draw(rng, weights)
        chosen.append(topics[index])
        weights[index] = 0.0
        targets = set(topics[index].targets)
        weights = [w * (1 + SHARED_TARGET * len(targets.intersection(t.targets))) if w else 0.0 for w, t in zip(weights, topics, strict=True)]
    return chosen


def draw(rng: random.Random, weights: Sequence[float]) -> int:
    """An index with a probability proportional to its weight."""
    sums = list(itertools.accumulate(weights))
    return min(bisect.bisect_right(sums, rng.random() * sums[-1]), len(sums) - 1)
