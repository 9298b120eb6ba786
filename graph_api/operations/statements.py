"""What the programme's rules say about somebody, and its words in four languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from graph_api.errors import InvalidInput

NOTHING: Mapping[str, str | int] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One thing that a rule says: a key for programs, and what it is about."""

    key: str
    facts: Mapping[str, str | int] = field(default_factory=lambda: NOTHING)
    """What the sentence mentions, by name: numbers, names, days as ISO text, realms separated by `|`."""
    records: tuple[str, ...] = ()
    """Ids of the records it is about."""

    def text(self, language: str) -> str:
        """The sentence. Raises InvalidInput for a language that is not one of en, de, es, fr."""
        texts = TEXTS[self.key]
        if language not in texts:
            raise InvalidInput(f"there is no text in {language!r}; allowed: {', '.join(texts)}")
        realms = ", ".join(REALMS[realm][language] for realm in str(self.facts.get("realms", "")).split("|") if realm)
        return texts[language].format_map({**self.facts, "realms": realms})


def _texts(en: str, de: str, es: str, fr: str) -> Mapping[str, str]:
    return MappingProxyType({"en": en, "de": de, "es": es, "fr": fr})


REALMS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "politics": _texts("politics", "Politik", "política", "politique"),
        "business": _texts("business", "Wirtschaft", "economía", "économie"),
        "academia": _texts("academia", "Wissenschaft", "ciencia", "sciences"),
        "civil_society": _texts("civil society", "Zivilgesellschaft", "sociedad civil", "société civile"),
    }
)
"""What the realms of stakeholders are called."""

TEXTS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        # ── eligibility ───────────────────────────────────────────────────────────────────────────────────────────────
        "german": _texts(
            "{name} is a German municipality and can submit a proposal.",
            "{name} ist eine deutsche Kommune und kann einen Antrag stellen.",
            "{name} es un municipio alemán y puede presentar una propuesta.",
            "{name} est une collectivité allemande et peut déposer une proposition.",
        ),
        "listed": _texts(
            "The country of {name} ({country}) is on the DAC list on {on}.",
            "Das Land von {name} ({country}) steht am {on} auf der DAC-Liste.",
            "El país de {name} ({country}) figura en la lista del CAD el {on}.",
            "Le pays de {name} ({country}) figure sur la liste du CAD le {on}.",
        ),
        "not_listed": _texts(
            "The country of {name} ({country}) is not on the DAC list on {on}.",
            "Das Land von {name} ({country}) steht am {on} nicht auf der DAC-Liste.",
            "El país de {name} ({country}) no figura en la lista del CAD el {on}.",
            "Le pays de {name} ({country}) ne figure pas sur la liste du CAD le {on}.",
        ),
        "listing_unknown": _texts(
            "Whether the country of {name} ({country}) was on the DAC list on {on} is not known; its listing is known from {since}.",
            "Ob das Land von {name} ({country}) am {on} auf der DAC-Liste stand, ist nicht bekannt; bekannt ist der Eintrag seit {since}.",
            "No se sabe si el país de {name} ({country}) figuraba en la lista del CAD el {on}; consta desde el {since}.",
            "On ignore si le pays de {name} ({country}) figurait sur la liste du CAD le {on} ; l’inscription est connue depuis le {since}.",
        ),
        # ── readiness ─────────────────────────────────────────────────────────────────────────────────────────────────
        "long_term_unknown": _texts(
            "Nobody has said yet whether the members want to work together for long.",
            "Ob die Mitglieder langfristig zusammenarbeiten wollen, ist noch nicht angegeben.",
            "Aún no se ha indicado si los miembros quieren cooperar a largo plazo.",
            "Il n’est pas encore précisé si les membres veulent coopérer à long terme.",
        ),
        "long_term_missing": _texts(
            "The members do not want to work together for long.",
            "Die Mitglieder wollen nicht langfristig zusammenarbeiten.",
            "Los miembros no quieren cooperar a largo plazo.",
            "Les membres ne veulent pas coopérer à long terme.",
        ),
        "staff_unknown": _texts(
            "Nobody has said yet whether the members release staff for the work.",
            "Ob die Mitglieder Mitarbeitende freistellen, ist noch nicht angegeben.",
            "Aún no se ha indicado si los miembros liberan personal para el trabajo.",
            "Il n’est pas encore précisé si les membres libèrent du personnel.",
        ),
        "staff_missing": _texts(
            "The members do not release staff for the work.",
            "Die Mitglieder stellen keine Mitarbeitenden frei.",
            "Los miembros no liberan personal para el trabajo.",
            "Les membres ne libèrent pas de personnel.",
        ),
        "departments_missing": _texts(
            "{count} departments are involved; {needed} are needed.",
            "Beteiligte Fachbereiche: {count}; nötig sind {needed}.",
            "Departamentos que participan: {count}; se necesitan {needed}.",
            "Services associés : {count} ; il en faut {needed}.",
        ),
        "realms_missing": _texts(
            "No stakeholders yet from: {realms}.",
            "Noch keine Beteiligten aus: {realms}.",
            "Aún no participa nadie de: {realms}.",
            "Il manque des parties prenantes : {realms}.",
        ),
        "meetings_missing": _texts(
            "{name} has not taken part in a meeting of the phase yet.",
            "{name} hat noch an keinem Treffen der Phase teilgenommen.",
            "{name} aún no ha participado en ninguna reunión de la fase.",
            "{name} n’a encore participé à aucune réunion de la phase.",
        ),
        "meetings_none": _texts(
            "Its phase has had no meeting yet.",
            "In der Phase gab es noch kein Treffen.",
            "Aún no ha habido reuniones en la fase.",
            "Aucune réunion n’a encore eu lieu dans la phase.",
        ),
        "german_member_missing": _texts(
            "There is no German member to submit the proposal.",
            "Es fehlt ein deutsches Mitglied, das den Antrag stellt.",
            "Falta un miembro alemán que presente la propuesta.",
            "Il manque un membre allemand pour déposer la proposition.",
        ),
        "partner_missing": _texts(
            "There is no member from a country on the DAC list.",
            "Es fehlt ein Mitglied aus einem Land der DAC-Liste.",
            "Falta un miembro de un país de la lista del CAD.",
            "Il manque un membre d’un pays de la liste du CAD.",
        ),
        "agreement_missing": _texts(
            "The agreement for {name} is not signed yet.",
            "Die Vereinbarung für {name} ist noch nicht unterzeichnet.",
            "El acuerdo para {name} aún no está firmado.",
            "L’accord pour {name} n’est pas encore signé.",
        ),
        "agreement_unknown": _texts(
            "It takes part in {name}; when the agreement was signed is not known.",
            "Die Partnerschaft nimmt an {name} teil; wann die Vereinbarung unterzeichnet wurde, ist nicht bekannt.",
            "La asociación participa en {name}; no se sabe cuándo se firmó el acuerdo.",
            "Le partenariat participe à {name} ; la date de signature de l’accord n’est pas connue.",
        ),
        # ── support ───────────────────────────────────────────────────────────────────────────────────────────────────
        "no_phase": _texts(
            "The partnership takes part in no phase.",
            "Die Partnerschaft nimmt an keiner Phase teil.",
            "La asociación no participa en ninguna fase.",
            "Le partenariat ne participe à aucune phase.",
        ),
        "no_phase_of_own": _texts(
            "No partnership of {name} takes part in a phase.",
            "Keine Partnerschaft von {name} nimmt an einer Phase teil.",
            "Ninguna asociación de {name} participa en una fase.",
            "Aucun partenariat de {name} ne participe à une phase.",
        ),
        "not_begun": _texts("It begins on {on}.", "Das Angebot beginnt am {on}.", "Comienza el {on}.", "L’offre commence le {on}."),
        "over": _texts("It ended on {on}.", "Das Angebot endete am {on}.", "Terminó el {on}.", "L’offre a pris fin le {on}."),
        "for_municipalities": _texts(
            "It is for single municipalities.",
            "Das Angebot richtet sich an einzelne Kommunen.",
            "Se dirige a municipios individuales.",
            "L’offre s’adresse aux collectivités individuelles.",
        ),
        "for_partnerships": _texts(
            "It is for partnerships, and {name} has none.",
            "Das Angebot richtet sich an Partnerschaften; {name} hat keine.",
            "Se dirige a asociaciones, y {name} no tiene ninguna.",
            "L’offre s’adresse aux partenariats, et {name} n’en a aucun.",
        ),
        "no_german_partner": _texts(
            "{name} has no German partner; without one no part in the programme is possible.",
            "{name} hat keine deutsche Partnerkommune; ohne sie ist keine Teilnahme am Programm möglich.",
            "{name} no tiene ningún socio alemán; sin él no es posible participar en el programa.",
            "{name} n’a pas de partenaire allemand ; sans lui, la participation au programme n’est pas possible.",
        ),
        "partnership_ended": _texts(
            "The partnership has ended.", "Die Partnerschaft ist beendet.", "La asociación ha terminado.", "Le partenariat a pris fin."
        ),
        # ── what to do next ───────────────────────────────────────────────────────────────────────────────────────────
        "ask_advice": _texts(
            "{name} has no German partner yet: ask for advice.",
            "{name} hat noch keine deutsche Partnerkommune: Lassen Sie sich beraten.",
            "{name} aún no tiene un socio alemán: solicite asesoramiento.",
            "{name} n’a pas encore de partenaire allemand : demandez conseil.",
        ),
        "see_candidates": _texts(
            "See which German municipalities could become the partner of {name}.",
            "Sehen Sie nach, welche deutschen Kommunen Partner von {name} werden könnten.",
            "Vea qué municipios alemanes podrían ser socios de {name}.",
            "Voyez quelles collectivités allemandes pourraient devenir partenaires de {name}.",
        ),
    }
)
"""Each key's sentence by language."""
