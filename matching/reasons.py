"""Reasons: why a candidate is suggested, as facts, and rendered as text in four languages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import cast

from matching.languages import language_name
from matching.profile import LANGUAGES, Profiles, Subjects

Fact = str | int | float | tuple[str, ...] | tuple[tuple[int, int], ...]


@dataclass(frozen=True, kw_only=True)
class Reason:
    """One reason: what it says (`key`), the facts it says it with, and the ids of the nodes that prove it."""

    key: str
    facts: Mapping[str, Fact]
    nodes: tuple[str, ...] = ()

    @property
    def telling(self) -> bool:
        """Whether it speaks for the candidate; otherwise it only says why a facet adds little."""
        return self.key not in SILENT and not self.key.endswith(".none")


SILENT = frozenset({"unknown", "size.differs", "size.far", "standing.differs", "partner_size.differs", "resources.small", "place.differs", "freshness.old"})
"""Reasons beside those that end in `.none` that say nothing in favour of a candidate."""
TEXTS: Mapping[str, Mapping[str, str]] = {
    "unknown": {
        "en": "Nothing is known about this yet.",
        "de": "Hierzu liegen noch keine Angaben vor.",
        "es": "Aún no hay información al respecto.",
        "fr": "Aucune information à ce sujet pour l’instant.",
    },
    "needs": {
        "en": "Offers what is sought: {matches}.",
        "de": "Bietet an, was gesucht wird: {matches}.",
        "es": "Ofrece lo que se busca: {matches}.",
        "fr": "Propose ce qui est recherché : {matches}.",
    },
    "needs.none": {
        "en": "Its offers meet none of the needs stated.",
        "de": "Die Angebote decken keinen der genannten Bedarfe ab.",
        "es": "Sus ofertas no cubren ninguna de las necesidades indicadas.",
        "fr": "Ses offres ne répondent à aucun des besoins indiqués.",
    },
    "needs.asked": {
        "en": "Offers what you described as a need: {asked}.",
        "de": "Bietet an, was Sie als Bedarf beschrieben haben: {asked}.",
        "es": "Ofrece lo que usted describió como necesidad: {asked}.",
        "fr": "Propose ce que vous avez décrit comme besoin : {asked}.",
    },
    "needs.both": {
        "en": "Offers what is sought: {matches}; and what you described as a need: {asked}.",
        "de": "Bietet an, was gesucht wird: {matches}; und was Sie als Bedarf beschrieben haben: {asked}.",
        "es": "Ofrece lo que se busca: {matches}; y lo que usted describió como necesidad: {asked}.",
        "fr": "Propose ce qui est recherché : {matches} ; et ce que vous avez décrit comme besoin : {asked}.",
    },
    "offers": {
        "en": "Seeks what can be offered to it: {matches}.",
        "de": "Sucht, was ihr angeboten werden kann: {matches}.",
        "es": "Busca lo que se le puede ofrecer: {matches}.",
        "fr": "Recherche ce qui peut lui être proposé : {matches}.",
    },
    "offers.asked": {
        "en": "Seeks what you described as an offer: {asked}.",
        "de": "Sucht, was Sie als Angebot beschrieben haben: {asked}.",
        "es": "Busca lo que usted describió como oferta: {asked}.",
        "fr": "Recherche ce que vous avez décrit comme offre : {asked}.",
    },
    "offers.both": {
        "en": "Seeks what can be offered to it: {matches}; and what you described as an offer: {asked}.",
        "de": "Sucht, was ihr angeboten werden kann: {matches}; und was Sie als Angebot beschrieben haben: {asked}.",
        "es": "Busca lo que se le puede ofrecer: {matches}; y lo que usted describió como oferta: {asked}.",
        "fr": "Recherche ce qui peut lui être proposé : {matches} ; et ce que vous avez décrit comme offre : {asked}.",
    },
    "offers.none": {
        "en": "None of its stated needs can be met.",
        "de": "Keiner ihrer genannten Bedarfe kann gedeckt werden.",
        "es": "No se puede cubrir ninguna de sus necesidades indicadas.",
        "fr": "Aucun de ses besoins indiqués ne peut être satisfait.",
    },
    "goals": {
        "en": "Both work on: {matches}.",
        "de": "Gemeinsame Handlungsfelder: {matches}.",
        "es": "Ambas trabajan en: {matches}.",
        "fr": "Domaines de travail communs : {matches}.",
    },
    "goals.none": {
        "en": "No field of work in common is known.",
        "de": "Gemeinsame Handlungsfelder sind nicht bekannt.",
        "es": "No se conocen campos de trabajo en común.",
        "fr": "Aucun domaine de travail commun n’est connu.",
    },
    "size": {
        "en": "Similar size: {seeker} and {candidate} inhabitants.",
        "de": "Ähnliche Größe: {seeker} und {candidate} Einwohnerinnen und Einwohner.",
        "es": "Tamaño similar: {seeker} y {candidate} habitantes.",
        "fr": "Taille comparable : {seeker} et {candidate} habitantes et habitants.",
    },
    "size.differs": {
        "en": "Different size: {seeker} and {candidate} inhabitants.",
        "de": "Unterschiedliche Größe: {seeker} und {candidate} Einwohnerinnen und Einwohner.",
        "es": "Tamaño diferente: {seeker} y {candidate} habitantes.",
        "fr": "Taille différente : {seeker} et {candidate} habitantes et habitants.",
    },
    "size.far": {
        "en": "Very different size: {seeker} and {candidate} inhabitants.",
        "de": "Sehr unterschiedliche Größe: {seeker} und {candidate} Einwohnerinnen und Einwohner.",
        "es": "Tamaño muy diferente: {seeker} y {candidate} habitantes.",
        "fr": "Taille très différente : {seeker} et {candidate} habitantes et habitants.",
    },
    "standing": {
        "en": "Similar standing by inhabitants: number {seeker} and number {candidate} of the known municipalities of their countries.",
        "de": "Ähnliche Stellung nach Zahl der Einwohnerinnen und Einwohner: Rang {seeker} und Rang {candidate} im jeweiligen Land.",
        "es": "Posición similar por población: puesto {seeker} y puesto {candidate} entre los municipios registrados de sus países.",
        "fr": "Rang comparable par la population : {seeker} et {candidate} parmi les collectivités recensées de leurs pays.",
    },
    "standing.differs": {
        "en": "Different standing by inhabitants: number {seeker} and number {candidate} of the known municipalities of their countries.",
        "de": "Andere Stellung nach Zahl der Einwohnerinnen und Einwohner: Rang {seeker} und Rang {candidate} im jeweiligen Land.",
        "es": "Posición distinta por población: puesto {seeker} y puesto {candidate} entre los municipios registrados de sus países.",
        "fr": "Rang différent par la population : {seeker} et {candidate} parmi les collectivités recensées de leurs pays.",
    },
    "partner_size": {
        "en": "About as large as the seeker’s present partners: {candidate} inhabitants, usual are {usual}.",
        "de": "Etwa so groß wie die bisherigen Partnerkommunen: {candidate} Einwohnerinnen und Einwohner, üblich sind {usual}.",
        "es": "Tamaño parecido al de los socios actuales: {candidate} habitantes; lo habitual son {usual}.",
        "fr": "Taille proche de celle des partenaires actuels : {candidate} habitantes et habitants, habituellement {usual}.",
    },
    "partner_size.differs": {
        "en": "Not of the size of the seeker’s present partners: {candidate} inhabitants, usual are {usual}.",
        "de": "Anders groß als die bisherigen Partnerkommunen: {candidate} Einwohnerinnen und Einwohner, üblich sind {usual}.",
        "es": "Tamaño distinto al de los socios actuales: {candidate} habitantes; lo habitual son {usual}.",
        "fr": "Taille différente de celle des partenaires actuels : {candidate} habitantes et habitants, habituellement {usual}.",
    },
    "resources": {
        "en": "Administration of a medium-sized municipality ({inhabitants} inhabitants).",
        "de": "Verwaltung einer mittelgroßen Kommune ({inhabitants} Einwohnerinnen und Einwohner).",
        "es": "Administración de un municipio mediano ({inhabitants} habitantes).",
        "fr": "Administration d’une collectivité de taille moyenne ({inhabitants} habitantes et habitants).",
    },
    "resources.large": {
        "en": "Large administration that can release staff more easily ({inhabitants} inhabitants).",
        "de": "Große Verwaltung, die Mitarbeitende eher freistellen kann ({inhabitants} Einwohnerinnen und Einwohner).",
        "es": "Administración grande, que puede liberar personal con mayor facilidad ({inhabitants} habitantes).",
        "fr": "Grande administration, qui peut plus facilement détacher du personnel ({inhabitants} habitantes et habitants).",
    },
    "resources.small": {
        "en": "Small administration; short ways, few staff ({inhabitants} inhabitants).",
        "de": "Kleine Verwaltung mit kurzen Wegen und wenigen Mitarbeitenden ({inhabitants} Einwohnerinnen und Einwohner).",
        "es": "Administración pequeña: trámites ágiles y poco personal ({inhabitants} habitantes).",
        "fr": "Petite administration : circuits courts, peu de personnel ({inhabitants} habitantes et habitants).",
    },
    "experience.around": {
        "en": "Municipalities near it have partnerships with {country}.",
        "de": "Kommunen in ihrer Nachbarschaft pflegen Partnerschaften mit diesem Land: {country}.",
        "es": "Municipios cercanos a este tienen asociaciones con este país: {country}.",
        "fr": "Des collectivités voisines ont des partenariats avec ce pays : {country}.",
    },
    "regions": {
        "en": "Partnerships between the two regions ({count}): {names}.",
        "de": "Partnerschaften zwischen beiden Regionen ({count}): {names}.",
        "es": "Asociaciones entre ambas regiones ({count}): {names}.",
        "fr": "Partenariats entre les deux régions ({count}) : {names}.",
    },
    "regions.none": {
        "en": "No partnerships between the two regions are known.",
        "de": "Partnerschaften zwischen beiden Regionen sind nicht bekannt.",
        "es": "No se conocen asociaciones entre ambas regiones.",
        "fr": "Aucun partenariat connu entre les deux régions.",
    },
    "regions.agreed": {
        "en": "Their regions themselves are partners: {agreed}.",
        "de": "Ihre Regionen selbst sind Partner: {agreed}.",
        "es": "Sus propias regiones están asociadas: {agreed}.",
        "fr": "Leurs régions sont elles-mêmes partenaires : {agreed}.",
    },
    "regions.both": {
        "en": "Their regions themselves are partners: {agreed}; and municipalities of both are ({count}): {names}.",
        "de": "Ihre Regionen selbst sind Partner: {agreed}; Kommunen beider Regionen ebenso ({count}): {names}.",
        "es": "Sus propias regiones están asociadas: {agreed}; también municipios de ambas ({count}): {names}.",
        "fr": "Leurs régions sont elles-mêmes partenaires : {agreed} ; des collectivités des deux aussi ({count}) : {names}.",
    },
    "languages": {
        "en": "Working language in common: {languages}.",
        "de": "Gemeinsame Arbeitssprache: {languages}.",
        "es": "Idioma de trabajo común: {languages}.",
        "fr": "Langue de travail commune : {languages}.",
    },
    "languages.none": {
        "en": "No working language in common is known; plan for interpreting.",
        "de": "Keine gemeinsame Arbeitssprache bekannt; Dolmetschen einplanen.",
        "es": "No se conoce ningún idioma de trabajo común; conviene prever interpretación.",
        "fr": "Aucune langue de travail commune connue ; prévoir l’interprétation.",
    },
    "partners": {
        "en": "Partners in common ({count}): {names}.",
        "de": "Gemeinsame Partnerkommunen ({count}): {names}.",
        "es": "Municipios socios en común ({count}): {names}.",
        "fr": "Collectivités partenaires communes ({count}) : {names}.",
    },
    "partners.none": {
        "en": "No partners in common.",
        "de": "Keine gemeinsamen Partnerkommunen.",
        "es": "Sin municipios socios en común.",
        "fr": "Aucune collectivité partenaire commune.",
    },
    "circle": {
        "en": "Linked with the seeker over partners and their partners: {names}.",
        "de": "Über Partnerkommunen und deren Partnerkommunen mit der suchenden Kommune verbunden: {names}.",
        "es": "Vinculado con el municipio que busca a través de socios y de los socios de estos: {names}.",
        "fr": "Liée à la collectivité en recherche par des partenaires et leurs partenaires : {names}.",
    },
    "circle.none": {
        "en": "No short link with the seeker over partners and their partners.",
        "de": "Keine kurze Verbindung über Partnerkommunen und deren Partnerkommunen.",
        "es": "Sin vínculo corto a través de socios y de los socios de estos.",
        "fr": "Pas de lien court par des partenaires et leurs partenaires.",
    },
    "experience": {
        "en": "Experience with {country}, partnerships there: {count} ({names}).",
        "de": "Länderkenntnis ({country}), Partnerschaften dort: {count} ({names}).",
        "es": "Experiencia con el país ({country}), asociaciones allí: {count} ({names}).",
        "fr": "Expérience du pays ({country}), partenariats sur place : {count} ({names}).",
    },
    "experience.seeker": {
        "en": "The seeker knows {country}, its partnerships there: {count} ({names}).",
        "de": "Die suchende Kommune kennt das Land ({country}), ihre Partnerschaften dort: {count} ({names}).",
        "es": "El municipio que busca conoce el país ({country}), sus asociaciones allí: {count} ({names}).",
        "fr": "La collectivité en recherche connaît le pays ({country}), ses partenariats sur place : {count} ({names}).",
    },
    "experience.none": {
        "en": "No partnerships with {country} yet.",
        "de": "Noch keine Partnerschaften mit diesem Land: {country}.",
        "es": "Aún no tiene asociaciones con el país: {country}.",
        "fr": "Pas encore de partenariat avec ce pays : {country}.",
    },
    "vicinity": {
        "en": "Has partners near the seeker, the closest {kilometres} km away: {names}.",
        "de": "Hat Partnerkommunen in der Nähe der suchenden Kommune, die nächste {kilometres} km entfernt: {names}.",
        "es": "Tiene socios cerca del municipio que busca, el más próximo a {kilometres} km: {names}.",
        "fr": "A des partenaires près de la collectivité en recherche, le plus proche à {kilometres} km : {names}.",
    },
    "vicinity.seeker": {
        "en": "The seeker has partners near it, the closest {kilometres} km away: {names}.",
        "de": "Die suchende Kommune hat Partnerkommunen in ihrer Nähe, die nächste {kilometres} km entfernt: {names}.",
        "es": "El municipio que busca tiene socios cerca de ella, el más próximo a {kilometres} km: {names}.",
        "fr": "La collectivité en recherche a des partenaires près d’elle, le plus proche à {kilometres} km : {names}.",
    },
    "vicinity.none": {
        "en": "No partnerships between the surroundings of the two.",
        "de": "Keine Partnerschaften mit dem Umland der jeweils anderen Seite.",
        "es": "Sin asociaciones entre los alrededores de ambas partes.",
        "fr": "Pas de partenariat entre les environs des deux collectivités.",
    },
    "openness": {
        "en": "International partnerships so far: {count} ({names}).",
        "de": "Internationale Partnerschaften bisher: {count} ({names}).",
        "es": "Asociaciones internacionales hasta ahora: {count} ({names}).",
        "fr": "Partenariats internationaux à ce jour : {count} ({names}).",
    },
    "openness.none": {
        "en": "No international partnerships are known yet.",
        "de": "Internationale Partnerschaften sind noch nicht bekannt.",
        "es": "Aún no se conocen asociaciones internacionales.",
        "fr": "Aucun partenariat international connu à ce jour.",
    },
    "place": {
        "en": "Similar latitude, time difference by the sun: {hours}\u00a0h.",
        "de": "Ähnliche geografische Breite, Zeitunterschied nach dem Sonnenstand: {hours}\u00a0h.",
        "es": "Latitud similar, diferencia horaria solar: {hours}\u00a0h.",
        "fr": "Latitude comparable, décalage solaire : {hours}\u00a0h.",
    },
    "place.differs": {
        "en": "Another climate ({degrees}° of latitude apart), time difference by the sun: {hours}\u00a0h.",
        "de": "Anderes Klima ({degrees}° Unterschied in der Breite), Zeitunterschied nach dem Sonnenstand: {hours}\u00a0h.",
        "es": "Clima diferente ({degrees}° de latitud), diferencia horaria solar: {hours}\u00a0h.",
        "fr": "Climat différent ({degrees}° de latitude d’écart), décalage solaire : {hours}\u00a0h.",
    },
    "capacity": {
        "en": "Room for further partnerships: {count}.",
        "de": "Kapazität für weitere Partnerschaften: {count}.",
        "es": "Capacidad para nuevas asociaciones: {count}.",
        "fr": "Capacité pour de nouveaux partenariats : {count}.",
    },
    "freshness": {
        "en": "Its details were confirmed within the last year.",
        "de": "Die Angaben wurden im letzten Jahr bestätigt.",
        "es": "Sus datos se confirmaron en el último año.",
        "fr": "Ses informations ont été confirmées au cours de l’année écoulée.",
    },
    "freshness.old": {
        "en": "Its details were last confirmed about {months} months ago.",
        "de": "Die Angaben wurden zuletzt vor etwa {months} Monaten bestätigt.",
        "es": "Sus datos se confirmaron por última vez hace unos {months} meses.",
        "fr": "Ses informations ont été confirmées pour la dernière fois il y a environ {months} mois.",
    },
}
"""Key → language → template; the only place where sentences stand."""

SEPARATORS: Mapping[str, str] = {"en": ",", "de": ".", "es": ".", "fr": "\u202f"}
"""What separates thousands."""
FOR: Mapping[str, tuple[str, str]] = {"en": ("for", "also for"), "de": ("für", "auch für"), "es": ("para", "también para"), "fr": ("pour", "aussi pour")}
"""What stands before the near subjects that a subject meets; the second where it is sought itself."""
AND: Mapping[str, tuple[str, str]] = {"en": ("and", "as well as"), "de": ("und", "sowie"), "es": ("y", "así como"), "fr": ("et", "ainsi que")}
"""What stands before the last of several; the second where one of them has the first in its name."""


class Number:
    """A number in a text: `{days:day|days}` stands for "1 day" and "2 days", `{days}` for the number alone; `#` says where it stands, if not first."""

    def __init__(self, value: int, language: str) -> None:
        self.value = value
        self.language = language

    def __format__(self, forms: str) -> str:
        text = f"{self.value:,}".replace(",", SEPARATORS[self.language])
        one, _, many = forms.partition("|")
        single = self.value < 2 if self.language == "fr" else self.value == 1
        form = one if single else many
        return (form.replace("#", text) if "#" in forms else f"{text} {form}") if forms else text


def render(reason: Reason, profiles: Profiles, language: str = "en") -> str:
    """A reason as a sentence in one of `LANGUAGES`; `ValueError` for another language."""
    if language not in LANGUAGES:
        raise ValueError(f"no language {language!r}; allowed are {', '.join(LANGUAGES)}")
    return TEXTS[reason.key][language].format(**{name: _said(reason, name, profiles, language) for name in reason.facts})


def _said(reason: Reason, name: str, profiles: Profiles, language: str) -> str:
    fact = reason.facts[name]
    if name in ("matches", "asked"):
        return matched(cast("tuple[tuple[int, int], ...]", fact), profiles.subjects, language)
    if name == "agreed":
        return ", ".join(tie.name(language) for tie in profiles.regional if tie.id in cast("tuple[str, ...]", fact))
    if name == "country":
        return profiles.country_name(str(fact), language)
    if name == "languages":
        return ", ".join(language_name(str(code), language) for code in cast("tuple[str, ...]", fact))
    if isinstance(fact, tuple):
        more = isinstance(count := reason.facts.get("count"), int) and count > len(fact)
        return ", ".join(str(part) for part in fact) + (" …" if more else "")
    return f"{fact:,}".replace(",", SEPARATORS[language]) if isinstance(fact, int) else str(fact)


def matched(pairs: Iterable[tuple[int, int]], subjects: Subjects, language: str) -> str:
    """What meets what, by rows (wanted, given) of the subjects; each given one is named once: "parks, waste (for 11.6 and 12.5)"."""
    met: dict[str, dict[str, None]] = {}
    for wanted, given in pairs:
        met.setdefault(subjects.name(given, language), {})[subjects.name(wanted, language)] = None
    return ", ".join(_met(given, list(wanted), language) for given, wanted in met.items())


def _met(given: str, wanted: list[str], language: str) -> str:
    near = [name for name in wanted if name != given]
    return f"{given} ({FOR[language][len(near) < len(wanted)]} {_listed(near, language)})" if near else given


def _listed(names: list[str], language: str) -> str:
    *others, last = names
    joint, other = AND[language]
    if any(f" {joint} " in name for name in names):
        joint = other
    elif language == "es" and re.match(r"h?[ií](?!e)", last.lower()):
        joint = "e"
    return f"{', '.join(others)} {joint} {last}" if others else last
