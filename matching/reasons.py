"""Reasons: why a candidate is suggested, as facts, and rendered as text in four languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from matching.profile import LANGUAGES, Profiles

Fact = str | int | float | tuple[str, ...] | tuple[tuple[int, int], ...]


@dataclass(frozen=True, kw_only=True)
class Reason:
    """One reason: what it says (`key`), the facts it says it with, and the ids of the nodes that prove it."""

    key: str
    facts: Mapping[str, Fact]
    nodes: tuple[str, ...] = ()


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
    "offers": {
        "en": "Seeks what can be offered to it: {matches}.",
        "de": "Sucht, was ihr angeboten werden kann: {matches}.",
        "es": "Busca lo que se le puede ofrecer: {matches}.",
        "fr": "Recherche ce qui peut lui être proposé : {matches}.",
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
        "en": "Has partners that are linked with the partners of the seeker: {names}.",
        "de": "Hat Partnerkommunen, die mit Partnern der suchenden Kommune verbunden sind: {names}.",
        "es": "Tiene municipios socios vinculados con los socios del municipio que busca: {names}.",
        "fr": "A des partenaires liés à ceux de la collectivité en recherche : {names}.",
    },
    "circle.none": {
        "en": "Its partners have no link with those of the seeker.",
        "de": "Ihre Partnerkommunen sind mit denen der suchenden Kommune nicht verbunden.",
        "es": "Sus municipios socios no tienen vínculo con los del municipio que busca.",
        "fr": "Ses partenaires n’ont pas de lien avec ceux de la collectivité en recherche.",
    },
    "experience": {
        "en": "Experience with {country}: {count} partnership(s) there, such as with {names}.",
        "de": "Länderkenntnis ({country}): dort bereits {count} Partnerschaft(en), etwa mit {names}.",
        "es": "Experiencia con el país ({country}): {count} hermanamiento(s), por ejemplo con {names}.",
        "fr": "Expérience du pays ({country}) : {count} partenariat(s), par exemple avec {names}.",
    },
    "experience.seeker": {
        "en": "The seeker knows {country}: {count} partnership(s) there, such as with {names}.",
        "de": "Die suchende Kommune kennt das Land ({country}): dort bereits {count} Partnerschaft(en), etwa mit {names}.",
        "es": "El municipio que busca conoce el país ({country}): {count} hermanamiento(s), por ejemplo con {names}.",
        "fr": "La collectivité en recherche connaît le pays ({country}) : {count} partenariat(s), par exemple avec {names}.",
    },
    "experience.none": {
        "en": "No partnerships with {country} yet.",
        "de": "Noch keine Partnerschaften mit diesem Land: {country}.",
        "es": "Aún no tiene hermanamientos con el país: {country}.",
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
        "es": "Sin hermanamientos entre los alrededores de ambas partes.",
        "fr": "Pas de partenariat entre les environs des deux collectivités.",
    },
    "openness": {
        "en": "Experienced in international work: {count} partnership(s).",
        "de": "Erfahren in der internationalen Zusammenarbeit: {count} Partnerschaft(en).",
        "es": "Experiencia en cooperación internacional: {count} hermanamiento(s).",
        "fr": "Expérience de la coopération internationale : {count} partenariat(s).",
    },
    "openness.none": {
        "en": "No international partnerships are known yet.",
        "de": "Internationale Partnerschaften sind noch nicht bekannt.",
        "es": "Aún no se conocen hermanamientos internacionales.",
        "fr": "Aucun partenariat international connu à ce jour.",
    },
    "place": {
        "en": "Similar latitude, {hours} hour(s) of time difference by the sun.",
        "de": "Ähnliche geografische Breite, {hours} Stunde(n) Zeitunterschied nach dem Sonnenstand.",
        "es": "Latitud similar, {hours} hora(s) de diferencia solar.",
        "fr": "Latitude comparable, {hours} heure(s) de décalage solaire.",
    },
    "place.differs": {
        "en": "{degrees} degrees of latitude apart in climate, {hours} hour(s) of time difference by the sun.",
        "de": "Anderes Klima ({degrees} Breitengrade Unterschied), {hours} Stunde(n) Zeitunterschied nach dem Sonnenstand.",
        "es": "Clima diferente ({degrees} grados de latitud), {hours} hora(s) de diferencia solar.",
        "fr": "Climat différent ({degrees} degrés de latitude d’écart), {hours} heure(s) de décalage solaire.",
    },
    "capacity": {
        "en": "Has room for {count} further partnership(s).",
        "de": "Kann noch {count} weitere Partnerschaft(en) eingehen.",
        "es": "Puede asumir {count} hermanamiento(s) más.",
        "fr": "Peut s’engager dans {count} partenariat(s) supplémentaire(s).",
    },
    "freshness": {
        "en": "Its details were confirmed within the last year.",
        "de": "Die Angaben wurden im letzten Jahr bestätigt.",
        "es": "Sus datos se confirmaron en el último año.",
        "fr": "Ses informations ont été confirmées au cours de l’année écoulée.",
    },
    "freshness.old": {
        "en": "Its details were last confirmed about {years} year(s) ago.",
        "de": "Die Angaben wurden zuletzt vor etwa {years} Jahr(en) bestätigt.",
        "es": "Sus datos se confirmaron por última vez hace unos {years} año(s).",
        "fr": "Ses informations ont été confirmées pour la dernière fois il y a environ {years} an(s).",
    },
}
"""Key → language → template; the only place where sentences stand."""

SEPARATORS: Mapping[str, str] = {"en": ",", "de": ".", "es": ".", "fr": "\u202f"}
"""What separates thousands."""
FOR: Mapping[str, str] = {"en": "{1} (for {0})", "de": "{1} (für {0})", "es": "{1} (para {0})", "fr": "{1} (pour {0})"}
"""How a subject that meets another, near one is named."""


def render(reason: Reason, profiles: Profiles, language: str = "en") -> str:
    """A reason as a sentence in one of `LANGUAGES`; `ValueError` for another language."""
    if language not in LANGUAGES:
        raise ValueError(f"no language {language!r}; allowed are {', '.join(LANGUAGES)}")
    return TEXTS[reason.key][language].format(**{name: _said(name, fact, profiles, language) for name, fact in reason.facts.items()})


def _said(name: str, fact: Fact, profiles: Profiles, language: str) -> str:
    if name == "matches":
        pairs = cast("tuple[tuple[int, int], ...]", fact)
        return ", ".join(dict.fromkeys(_match(pair, profiles, language) for pair in pairs))
    if name == "country":
        return profiles.country_name(str(fact), language)
    if isinstance(fact, tuple):
        return ", ".join(str(part) for part in fact)
    return f"{fact:,}".replace(",", SEPARATORS[language]) if isinstance(fact, int) else str(fact)


def _match(pair: tuple[int, int], profiles: Profiles, language: str) -> str:
    wanted, given = (profiles.subjects.name(row, language) for row in pair)
    return given if pair[0] == pair[1] else FOR[language].format(wanted, given)
