"""Reasons of experts, exchanges and phase plans: their texts in four languages, and how a reason becomes a sentence."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import cast

from matching import reasons
from matching.languages import language_name
from matching.profile import LANGUAGES, Subjects
from matching.reasons import Fact, Number, Reason, matched

TEXTS: Mapping[str, Mapping[str, str]] = {
    "unknown": reasons.TEXTS["unknown"],
    "not_asked": {
        "en": "The request says nothing about this.",
        "de": "Die Anfrage macht hierzu keine Vorgaben.",
        "es": "La solicitud no indica nada al respecto.",
        "fr": "La demande ne précise rien à ce sujet.",
    },
    "expertise": {
        "en": "Experience with: {matches}.",
        "de": "Erfahrung mit: {matches}.",
        "es": "Experiencia en: {matches}.",
        "fr": "Expérience : {matches}.",
    },
    "expertise.projects": {
        "en": "Experience with: {matches} ({projects:project|projects}).",
        "de": "Erfahrung mit: {matches} ({projects:Projekt|Projekte}).",
        "es": "Experiencia en: {matches} ({projects:proyecto|proyectos}).",
        "fr": "Expérience : {matches} ({projects:projet|projets}).",
    },
    "expertise.missions": {
        "en": "Experience with: {matches} ({missions:mission|missions}).",
        "de": "Erfahrung mit: {matches} ({missions:Einsatz|Einsätze}).",
        "es": "Experiencia en: {matches} ({missions:misión|misiones}).",
        "fr": "Expérience : {matches} ({missions:mission|missions}).",
    },
    "expertise.projects.missions": {
        "en": "Experience with: {matches} ({projects:project|projects}, {missions:mission|missions}).",
        "de": "Erfahrung mit: {matches} ({projects:Projekt|Projekte}, {missions:Einsatz|Einsätze}).",
        "es": "Experiencia en: {matches} ({projects:proyecto|proyectos}, {missions:misión|misiones}).",
        "fr": "Expérience : {matches} ({projects:projet|projets}, {missions:mission|missions}).",
    },
    "expertise.none": {
        "en": "No experience with the subjects asked for is known.",
        "de": "Zu den gefragten Themen ist keine Erfahrung bekannt.",
        "es": "No se conoce experiencia en los temas solicitados.",
        "fr": "Aucune expérience connue dans les domaines demandés.",
    },
    "speaks": {
        "en": "Speaks a language asked for: {languages}.",
        "de": "Spricht eine der gefragten Sprachen: {languages}.",
        "es": "Habla un idioma solicitado: {languages}.",
        "fr": "Parle une langue demandée : {languages}.",
    },
    "speaks.none": {
        "en": "Does not cover the languages asked for (speaks: {languages}); interpreting is needed.",
        "de": "Deckt die gefragten Sprachen nicht ab (spricht: {languages}); Dolmetschen ist nötig.",
        "es": "No cubre los idiomas solicitados (habla: {languages}); se necesita interpretación.",
        "fr": "Ne couvre pas les langues demandées (parle : {languages}) ; une interprétation est nécessaire.",
    },
    "available": {
        "en": "Available on {of:the one day|all # days}.",
        "de": "{of:Am einzigen Tag|An allen # Tagen} verfügbar.",
        "es": "Disponible {of:el único día|los # días}.",
        "fr": "Disponible pendant toute la durée ({of:jour|jours}).",
    },
    "available.partly": {
        "en": "Available on {days} of {of:day|days}.",
        "de": "An {days} von {of:Tag|Tagen} verfügbar.",
        "es": "Disponible {days} de {of:día|días}.",
        "fr": "Disponible {days:jour|jours} sur {of}.",
    },
    "rest": {
        "en": "{days:day|days} between this and the nearest other mission.",
        "de": "Zum nächstgelegenen anderen Einsatz {days:liegt # Tag|liegen # Tage} dazwischen.",
        "es": "{days:día|días} entre esta y la otra misión más próxima.",
        "fr": "{days:jour|jours} entre cette mission et l’autre mission la plus proche.",
    },
    "rest.short": {
        "en": "Only {days:day|days} between this and the nearest other mission; {cooling} are advised.",
        "de": "Zum nächstgelegenen anderen Einsatz {days:liegt nur # Tag|liegen nur # Tage} dazwischen; empfohlen sind {cooling}.",
        "es": "Solo {days:día|días} entre esta y la otra misión más próxima; se recomiendan {cooling}.",
        "fr": "Seulement {days:jour|jours} entre cette mission et l’autre mission la plus proche ; {cooling} sont conseillés.",
    },
    "rest.none": {
        "en": "No other mission is known.",
        "de": "Andere Einsätze sind nicht bekannt.",
        "es": "No se conoce ninguna otra misión.",
        "fr": "Aucune autre mission connue.",
    },
    "load": {
        "en": "{count:other mission|other missions} within a year before and after.",
        "de": "{count:weiterer Einsatz|weitere Einsätze} im Jahr davor und danach.",
        "es": "{count:misión más|misiones más} en el año anterior y el posterior.",
        "fr": "{count:autre mission|autres missions} dans l’année qui précède et celle qui suit.",
    },
    "load.none": {
        "en": "No other missions within a year before and after.",
        "de": "Keine weiteren Einsätze im Jahr davor und danach.",
        "es": "Ninguna otra misión en el año anterior ni en el posterior.",
        "fr": "Aucune autre mission dans l’année qui précède ni celle qui suit.",
    },
    "consent.none": {
        "en": "The person has not agreed that contact data is passed on; others ask through the municipality.",
        "de": "Die Person hat der Weitergabe ihrer Kontaktdaten nicht zugestimmt; andere fragen über die Kommune an.",
        "es": "La persona no ha consentido que se comuniquen sus datos de contacto; los demás consultan a través del municipio.",
        "fr": "La personne n’a pas consenti à la transmission de ses coordonnées ; les autres passent par la collectivité.",
    },
    "conflict.own_municipality": {
        "en": "{name} works for the municipality that is to be advised.",
        "de": "{name} arbeitet für die Kommune, die beraten werden soll.",
        "es": "{name} trabaja para el municipio que va a recibir el asesoramiento.",
        "fr": "{name} travaille pour la collectivité qui doit être conseillée.",
    },
    "shortage": {
        "en": "{missing:slot stays|slots stay} open: {found:suitable person|suitable people} found, and no single concession would bring more.",
        "de": "{missing:Platz bleibt|Plätze bleiben} frei: {found:geeignete Person|geeignete Personen} gefunden, kein einzelnes Zugeständnis bringt weitere.",
        "es": "{missing:Queda # plaza libre|Quedan # plazas libres}: {found:persona adecuada|personas adecuadas} y ninguna concesión por sí sola aportaría más.",
        "fr": "{missing:place reste libre|places restent libres} : {found:personne adaptée|personnes adaptées}, aucune concession seule n’en apporterait d’autres.",
    },
    "shortage.language": {
        "en": "{missing:slot stays|slots stay} open; with interpreting, {gain:more person|more people} would be suitable.",
        "de": "{missing:Platz bleibt|Plätze bleiben} frei; mit Dolmetschen {gain:käme # weitere Person|kämen # weitere Personen} in Frage.",
        "es": "{missing:Queda # plaza libre|Quedan # plazas libres}; con interpretación habría {gain:persona más|personas más}.",
        "fr": "{missing:place reste libre|places restent libres} ; avec une interprétation, {gain:personne de plus conviendrait|personnes de plus conviendraient}.",
    },
    "shortage.unavailable": {
        "en": "{missing:slot stays|slots stay} open; on other dates, {gain:more person|more people} would be available.",
        "de": "{missing:Platz bleibt|Plätze bleiben} frei; zu anderen Terminen {gain:wäre # weitere Person|wären # weitere Personen} verfügbar.",
        "es": "{missing:Queda # plaza libre|Quedan # plazas libres}; en otras fechas habría {gain:persona más disponible|personas más disponibles}.",
        "fr": "{missing:place reste libre|places restent libres} ; à d’autres dates, {gain:personne de plus serait disponible|personnes de plus seraient disponibles}.",
    },
    "shortage.on_mission": {
        "en": "{missing:slot stays|slots stay} open; {gain:more suitable person is|more suitable people are} on another mission at that time.",
        "de": "{missing:Platz bleibt|Plätze bleiben} frei; {gain:weitere geeignete Person ist|weitere geeignete Personen sind} zu dieser Zeit anderweitig im Einsatz.",
        "es": "{missing:Queda # plaza libre|Quedan # plazas libres}; {gain:persona adecuada más está|personas adecuadas más están} en otra misión en esas fechas.",
        "fr": "{missing:place reste libre|places restent libres} ; {gain:autre personne adaptée est alors|autres personnes adaptées sont alors} en mission ailleurs.",
    },
    "shortage.no_topic": {
        "en": "{missing:slot stays|slots stay} open; with broader subjects, {gain:more person|more people} would be suitable.",
        "de": "{missing:Platz bleibt|Plätze bleiben} frei; bei weiter gefassten Themen {gain:käme # weitere Person|kämen # weitere Personen} in Frage.",
        "es": "{missing:Queda # plaza libre|Quedan # plazas libres}; con temas más amplios habría {gain:persona más|personas más}.",
        "fr": "{missing:place reste libre|places restent libres} ; avec des domaines plus larges, {gain:personne de plus conviendrait|personnes de plus conviendraient}.",
    },
    "shortage.bound": {
        "en": "{missing:slot stays|slots stay} open; {gain:more suitable person is|more suitable people are} needed on the other missions or would have too many.",
        "de": "{missing:Platz bleibt|Plätze bleiben} frei; {gain:weitere geeignete Person ist|weitere geeignete Personen sind} in den anderen Einsätzen gebunden oder ausgelastet.",
        "es": "{missing:Queda # plaza libre|Quedan # plazas libres}; {gain:persona adecuada más hace falta en las otras misiones o ya tiene demasiadas|personas adecuadas más hacen falta en las otras misiones o ya tienen demasiadas}.",
        "fr": "{missing:place reste libre|places restent libres} ; {gain:autre personne adaptée est retenue par les autres missions ou déjà trop chargée|autres personnes adaptées sont retenues par les autres missions ou déjà trop chargées}.",
    },
    "peer.seeks": {
        "en": "Both look for answers on: {matches}.",
        "de": "Beide suchen Lösungen zu: {matches}.",
        "es": "Ambos municipios buscan soluciones en: {matches}.",
        "fr": "Les deux collectivités cherchent des solutions : {matches}.",
    },
    "peer.works_on": {
        "en": "Both work on: {matches}.",
        "de": "Gemeinsame Handlungsfelder: {matches}.",
        "es": "Ambos municipios trabajan en: {matches}.",
        "fr": "Domaines de travail communs : {matches}.",
    },
    "learn.offers": {
        "en": "Offers experience that is sought: {matches}.",
        "de": "Bietet gesuchte Erfahrungen an: {matches}.",
        "es": "Ofrece la experiencia que se busca: {matches}.",
        "fr": "Propose l’expérience recherchée : {matches}.",
    },
    "learn.works_on": {
        "en": "Already works on what is sought: {matches}.",
        "de": "Arbeitet bereits an dem, was gesucht wird: {matches}.",
        "es": "Ya trabaja en lo que se busca: {matches}.",
        "fr": "Travaille déjà sur ce qui est recherché : {matches}.",
    },
    "teach.offers": {
        "en": "Seeks experience that can be offered: {matches}.",
        "de": "Sucht Erfahrungen, die angeboten werden können: {matches}.",
        "es": "Busca experiencia que se le puede ofrecer: {matches}.",
        "fr": "Recherche une expérience qui peut lui être proposée : {matches}.",
    },
    "teach.works_on": {
        "en": "Seeks what the asking municipality already works on: {matches}.",
        "de": "Sucht, woran die anfragende Kommune bereits arbeitet: {matches}.",
        "es": "Busca aquello en lo que el municipio solicitante ya trabaja: {matches}.",
        "fr": "Recherche ce sur quoi la collectivité demandeuse travaille déjà : {matches}.",
    },
    "exchange.languages": {
        "en": "Working language in common: {languages}.",
        "de": "Gemeinsame Arbeitssprache: {languages}.",
        "es": "Idioma de trabajo común: {languages}.",
        "fr": "Langue de travail commune : {languages}.",
    },
    "exchange.languages.unknown": {
        "en": "Whether there is a working language in common is not known.",
        "de": "Ob es eine gemeinsame Arbeitssprache gibt, ist nicht bekannt.",
        "es": "No se sabe si hay un idioma de trabajo común.",
        "fr": "On ne sait pas s’il existe une langue de travail commune.",
    },
    "hours": {
        "en": "About {hours:hour|hours} of time difference, reckoned from longitude: {common:working hour|working hours} a day in common; check the official time.",
        "de": "Etwa {hours:Stunde|Stunden} Zeitunterschied nach der geografischen Länge: täglich {common:gemeinsame Arbeitsstunde|gemeinsame Arbeitsstunden}; amtliche Zeit prüfen.",
        "es": "{hours:Aproximadamente # hora de diferencia, calculada|Unas # horas de diferencia, calculadas} según la longitud: {common:hora de trabajo común|horas de trabajo comunes} al día; compruebe la hora oficial.",
        "fr": "Environ {hours:heure|heures} de décalage d’après la longitude : {common:heure de travail commune|heures de travail communes} par jour ; vérifier l’heure officielle.",
    },
    "hours.same": {
        "en": "Hardly any time difference, reckoned from longitude: {common:working hour|working hours} a day in common; check the official time.",
        "de": "Kaum Zeitunterschied nach der geografischen Länge: täglich {common:gemeinsame Arbeitsstunde|gemeinsame Arbeitsstunden}; amtliche Zeit prüfen.",
        "es": "Apenas hay diferencia horaria según la longitud: {common:hora de trabajo común|horas de trabajo comunes} al día; compruebe la hora oficial.",
        "fr": "Presque aucun décalage horaire d’après la longitude : {common:heure de travail commune|heures de travail communes} par jour ; vérifier l’heure officielle.",
    },
    "hours.unknown": {
        "en": "The time difference is not known.",
        "de": "Der Zeitunterschied ist nicht bekannt.",
        "es": "No se conoce la diferencia horaria.",
        "fr": "Le décalage horaire n’est pas connu.",
    },
    "inhabitants": {
        "en": "{own} and {other} inhabitants.",
        "de": "{own} und {other} Einwohnerinnen und Einwohner.",
        "es": "{own} y {other} habitantes.",
        "fr": "{own} et {other} habitantes et habitants.",
    },
    "choice": {
        "en": "{left} gains {left_percent} % of what a partnership can give, {right} {right_percent} %.",
        "de": "Passung für {left}: {left_percent} %, für {right}: {right_percent} %.",
        "es": "Adecuación para {left}: {left_percent} %, para {right}: {right_percent} %.",
        "fr": "Adéquation pour {left} : {left_percent} %, pour {right} : {right_percent} %.",
    },
    "blocking": {
        "en": "{left} and {right} would both rather work with each other ({left_percent} % and {right_percent} %), giving up: {instead}.",
        "de": "{left} und {right} würden lieber miteinander arbeiten ({left_percent} % und {right_percent} %); dafür entfiele: {instead}.",
        "es": "{left} y {right} preferirían trabajar juntos ({left_percent} % y {right_percent} %), renunciando a: {instead}.",
        "fr": "{left} et {right} préféreraient travailler ensemble ({left_percent} % et {right_percent} %), en renonçant à : {instead}.",
    },
    "blocking.free": {
        "en": "{left} and {right} could work with each other as well ({left_percent} % and {right_percent} %); both have room.",
        "de": "{left} und {right} könnten zusätzlich zusammenarbeiten ({left_percent} % und {right_percent} %); beide haben noch Kapazität.",
        "es": "{left} y {right} podrían además trabajar juntos ({left_percent} % y {right_percent} %); ambos tienen capacidad.",
        "fr": "{left} et {right} pourraient aussi travailler ensemble ({left_percent} % et {right_percent} %) ; les deux ont de la capacité.",
    },
    "blocking.barred": {
        "en": "{left} and {right} would both gain from each other ({left_percent} % and {right_percent} %), but these quotas stand against it: {groups}.",
        "de": "{left} und {right} würden lieber miteinander arbeiten ({left_percent} % und {right_percent} %); dem stehen diese Quoten entgegen: {groups}.",
        "es": "{left} y {right} ganarían trabajando juntos ({left_percent} % y {right_percent} %), pero lo impiden estas cuotas: {groups}.",
        "fr": "{left} et {right} gagneraient à travailler ensemble ({left_percent} % et {right_percent} %), mais ces quotas s’y opposent : {groups}.",
    },
    "compliance": {
        "en": "{group}: {count:partnership|partnerships}, asked for are {minimum} to {maximum}.",
        "de": "{group}: {count:Partnerschaft|Partnerschaften}, vorgesehen sind {minimum} bis {maximum}.",
        "es": "{group}: {count:asociación|asociaciones}; se piden de {minimum} a {maximum}.",
        "fr": "{group} : {count:partenariat|partenariats}, de {minimum} à {maximum} demandés.",
    },
    "compliance.minimum": {
        "en": "{group}: {count:partnership|partnerships}, asked for are at least {minimum}.",
        "de": "{group}: {count:Partnerschaft|Partnerschaften}, vorgesehen sind mindestens {minimum}.",
        "es": "{group}: {count:asociación|asociaciones}; se piden al menos {minimum}.",
        "fr": "{group} : {count:partenariat|partenariats}, au moins {minimum} demandés.",
    },
    "quota.minimum": {
        "en": "{group}: at least {asked}.",
        "de": "{group}: mindestens {asked}.",
        "es": "{group}: al menos {asked}.",
        "fr": "{group} : au moins {asked}.",
    },
    "quota.maximum": {
        "en": "{group}: at most {asked}.",
        "de": "{group}: höchstens {asked}.",
        "es": "{group}: como máximo {asked}.",
        "fr": "{group} : au plus {asked}.",
    },
    "quota.minimum.moved": {
        "en": "{group}: ask for at least {possible} instead of {asked}.",
        "de": "{group}: mindestens {possible} statt {asked} vorsehen.",
        "es": "{group}: pedir al menos {possible} en lugar de {asked}.",
        "fr": "{group} : demander au moins {possible} au lieu de {asked}.",
    },
    "quota.maximum.moved": {
        "en": "{group}: allow up to {possible} instead of {asked}.",
        "de": "{group}: bis zu {possible} statt {asked} zulassen.",
        "es": "{group}: permitir hasta {possible} en lugar de {asked}.",
        "fr": "{group} : autoriser jusqu’à {possible} au lieu de {asked}.",
    },
    "quotas.conflict": {
        "en": "These quotas cannot be kept together, whatever the number of places: {groups}.",
        "de": "Diese Quoten lassen sich bei keiner Zahl von Plätzen zugleich einhalten: {groups}.",
        "es": "Estas cuotas no pueden cumplirse a la vez, sea cual sea el número de plazas: {groups}.",
        "fr": "Ces quotas ne peuvent pas être respectés ensemble, quel que soit le nombre de places : {groups}.",
    },
    "quotas.conflict.places": {
        "en": "These quotas cannot be kept together with {places:place|places}: {groups}. With {needed:place|places} they could.",
        "de": "Diese Quoten lassen sich mit {places:Platz|Plätzen} nicht zugleich einhalten: {groups}. Mit {needed:Platz|Plätzen} ginge es.",
        "es": "Estas cuotas no pueden cumplirse a la vez con {places:plaza|plazas}: {groups}. Con {needed:plaza|plazas} sería posible.",
        "fr": "Ces quotas ne peuvent pas être respectés ensemble avec {places:place|places} : {groups}. Avec {needed:place|places}, ce serait possible.",
    },
    "plan.maximum": {
        "en": "Largest total fit: {count:partnership|partnerships}, total {total}, weakest side {percent} %, {blocking:pair|pairs} would rather change.",
        "de": "Größte Gesamtpassung: {count:Partnerschaft|Partnerschaften}, Summe {total}, schwächste Seite {percent} %, {blocking:Paar würde|Paare würden} lieber wechseln.",
        "es": "Mayor adecuación total: {count:asociación|asociaciones}, total {total}, parte más débil {percent} %; {blocking:par preferiría|pares preferirían} cambiar.",
        "fr": "Adéquation totale maximale : {count:partenariat|partenariats}, total {total}, côté le plus faible {percent} % ; {blocking:paire voudrait|paires voudraient} changer.",
    },
    "plan.stable": {
        "en": "Stable: {count:partnership|partnerships}, total {total}, weakest side {percent} %, {blocking:pair|pairs} would rather change.",
        "de": "Stabil: {count:Partnerschaft|Partnerschaften}, Summe {total}, schwächste Seite {percent} %, {blocking:Paar würde|Paare würden} lieber wechseln.",
        "es": "Estable: {count:asociación|asociaciones}, total {total}, parte más débil {percent} %; {blocking:par preferiría|pares preferirían} cambiar.",
        "fr": "Stable : {count:partenariat|partenariats}, total {total}, côté le plus faible {percent} % ; {blocking:paire voudrait|paires voudraient} changer.",
    },
    "plan.fair": {
        "en": "Fair: {count:partnership|partnerships}, total {total}, weakest side {percent} %, {blocking:pair|pairs} would rather change.",
        "de": "Fair: {count:Partnerschaft|Partnerschaften}, Summe {total}, schwächste Seite {percent} %, {blocking:Paar würde|Paare würden} lieber wechseln.",
        "es": "Equitativo: {count:asociación|asociaciones}, total {total}, parte más débil {percent} %; {blocking:par preferiría|pares preferirían} cambiar.",
        "fr": "Équitable : {count:partenariat|partenariats}, total {total}, côté le plus faible {percent} % ; {blocking:paire voudrait|paires voudraient} changer.",
    },
}
"""Key → language → template; the only place where these sentences stand."""

DATES: Mapping[str, str] = {"en": "%Y-%m-%d", "de": "%d.%m.%Y", "es": "%d/%m/%Y", "fr": "%d/%m/%Y"}
"""How a day is written."""


def say(reason: Reason, language: str = "en", subjects: Subjects | None = None) -> str:
    """A reason as a sentence in one of `LANGUAGES`; facts named `matches` are pairs of rows of `subjects`, those ending in `_on`
    proleptic ordinals of days. Raises `ValueError` for another language.
    """
    if language not in LANGUAGES:
        raise ValueError(f"no language {language!r}; allowed are {', '.join(LANGUAGES)}")
    subjects = subjects or Subjects()
    return TEXTS[reason.key][language].format(**{name: _said(name, fact, subjects, language) for name, fact in reason.facts.items()})


def _said(name: str, fact: Fact, subjects: Subjects, language: str) -> str | Number:
    if name == "matches":
        return matched(cast("tuple[tuple[int, int], ...]", fact), subjects, language)
    if name == "languages":
        return ", ".join(language_name(str(code), language) for code in cast("tuple[str, ...]", fact))
    if isinstance(fact, tuple):
        return ", ".join(str(part) for part in fact)
    if name.endswith("_on"):
        return datetime.date.fromordinal(int(fact)).strftime(DATES[language])
    return Number(fact, language) if isinstance(fact, int) else str(fact)
