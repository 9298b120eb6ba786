"""Words from which the demo's invented people, departments and organisations are named. Every name says *demo*."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

_GIVEN: Mapping[str, str] = {
    "german": "Anna Jonas Lena Mehmet Katrin Thomas Aylin Stefan Jana Lukas Miriam Jörg Ngoc Sabine Tim Zoë",
    "spanish": "María José Lucía Carlos Ana Diego Sofía Andrés Elena Javier Ximena Raúl",
    "portuguese": "João Beatriz Luís Inês Mateus Conceição Paulo Lídia Sérgio Fátima",
    "african-english": "Amina Otieno Grace Kwame Thandi Joseph Chipo Esther Tendai Akosua Peter Wanjiru",
    "african-french": "Aïssata Moussa Fatou Ibrahim Awa Jean-Baptiste Mariam Koffi Adjoa Paul Aminata Issa",
    "arabic": "Layla Omar Nadia Youssef Salma Karim Hanan Samir Amal Khalid Rania Tariq",
    "south-slavic": "Jelena Marko Amra Emir Milica Petar Ana Ivan Lejla Dušan Vesna Goran",
    "albanian": "Arta Besnik Drita Ilir Elira Gent Mimoza Luan Vjosa Agim",
    "ukrainian": "Olena Andrij Oksana Taras Iryna Serhij Natalija Bohdan Sofija Mykola",
    "caucasian": "Nino Giorgi Anahit Aram Leyla Elchin Mariam Davit Tamar Rashad",
    "turkish": "Ayşe Emre Zeynep Mehmet Elif Çağrı Gülşen Ömer Derya Serkan",
    "central-asian": "Aigerim Nurlan Gulnara Bekzod Dilnoza Timur Saule Rustam Oyuna Bat",
    "south-asian": "Priya Arjun Ayesha Imran Lakshmi Ravi Nusrat Sunil Anjali Tenzin",
    "south-east-asian": "Siti Budi Linh Minh Maria Jun Somchai Ratana Nur Dara",
    "romanian": "Ana Ion Elena Vasile Maria Andrei Doina Mihai",
}

_FAMILY: Mapping[str, str] = {
    "german": "Müller Özdemir Schäfer Nguyen Weiß Köhler Brandt Vogel Groß Richter",
    "spanish": "Núñez Quispe Rodríguez Peña Morales Ibáñez Cárdenas Gómez",
    "portuguese": "Conceição Araújo Gonçalves Simões Brandão Tavares",
    "african-english": "Otieno Mensah Dlamini Banda Moyo Achieng Okafor Mwangi",
    "african-french": "Traoré Ouédraogo Diallo Kouassi Ngono Sène Hounkpè",
    "arabic": "Haddad Mansour Benali Nasser Khoury Trabelsi",
    "south-slavic": "Petrović Hadžić Marković Jovanović Kovačević Nikolić",
    "albanian": "Hoxha Krasniqi Gashi Berisha Leka",
    "ukrainian": "Schewtschenko Kowalenko Melnyk Bondar Tkatschuk",
    "caucasian": "Beridze Petrosyan Aliyeva Gelashvili Mammadov",
    "turkish": "Yılmaz Şahin Çelik Öztürk Güneş",
    "central-asian": "Akhmetov Karimova Rahimov Batbayar Sultanova",
    "south-asian": "Sharma Perera Rahman Thapa Khan",
    "south-east-asian": "Santoso Nguyễn Reyes Sok Rahim",
    "romanian": "Popescu Țurcanu Rusu Ceban",
}

_COUNTRIES: Mapping[str, str] = {
    "german": "DE",
    "spanish": "AR BO CO CR CU DO EC GQ GT HN MX NI PA PE PY SV VE",
    "portuguese": "AO BR CV GW MZ ST TL",
    "african-french": "BF BI BJ CD CF CG CI CM GA GN HT MG ML NE SN TD TG",
    "arabic": "DJ DZ EG IQ JO LB LY MA MR PS TN",
    "south-slavic": "BA ME MK RS",
    "albanian": "AL XK",
    "ukrainian": "UA",
    "caucasian": "AM AZ GE",
    "turkish": "TR",
    "central-asian": "KG KZ MN TJ UZ",
    "south-asian": "BD BT IN LK NP PK",
    "south-east-asian": "ID KH LA MY PH TH VN",
    "romanian": "MD",
}

_NAMING: Mapping[str, str] = {country: group for group, countries in _COUNTRIES.items() for country in countries.split()}


def given_names(country: str) -> list[str]:
    """Given names that occur in a country."""
    return _GIVEN[_NAMING.get(country, "african-english")].split()


def family_names(country: str) -> list[str]:
    """Family names that occur in a country, with *Demo* in front."""
    return [f"Demo-{name}" for name in _FAMILY[_NAMING.get(country, "african-english")].split()]


@dataclass(frozen=True, kw_only=True)
class Office:
    """A kind of department: what stands in its id and name, and its fields of work (topics without a broader one)."""

    slug: str
    name: str
    fields: tuple[str, ...]


OFFICES: tuple[Office, ...] = (
    Office(slug="water-waste", name="water and waste", fields=("water", "waste")),
    Office(slug="environment", name="environment, climate and energy", fields=("climate", "energy", "nature")),
    Office(slug="planning", name="urban planning and housing", fields=("urban-development",)),
    Office(slug="mobility", name="mobility and public works", fields=("mobility",)),
    Office(slug="international", name="international affairs and procurement", fields=("international-cooperation", "consumption")),
    Office(slug="economy", name="economic development and agriculture", fields=("local-economy", "food")),
    Office(slug="education", name="education, culture and sport", fields=("education", "culture")),
    Office(slug="social", name="health and social affairs", fields=("health", "social-cohesion")),
    Office(slug="equality", name="equality and participation", fields=("gender-equality", "participation")),
    Office(slug="migration", name="migration and integration", fields=("migration",)),
    Office(slug="finance", name="finance and digital administration", fields=("administration",)),
    Office(slug="safety", name="civil protection", fields=("disaster-risk",)),
)
"""The demo's kinds of departments."""


@dataclass(frozen=True, kw_only=True)
class Organisation:
    """A kind of stakeholder outside the administration: its realm, what stands in its id and name, and its fields of work."""

    realm: str
    slug: str
    name: str
    fields: tuple[str, ...]


ORGANISATIONS: tuple[Organisation, ...] = (
    Organisation(realm="politics", slug="council-committee", name="council committee on sustainability", fields=("climate", "administration")),
    Organisation(realm="politics", slug="youth-council", name="youth council", fields=("participation", "education")),
    Organisation(realm="politics", slug="women-caucus", name="caucus of women in the council", fields=("gender-equality", "participation")),
    Organisation(realm="business", slug="chamber", name="chamber of commerce", fields=("local-economy",)),
    Organisation(realm="business", slug="utility", name="utility company", fields=("water", "energy", "waste")),
    Organisation(realm="business", slug="cooperative", name="farmers’ cooperative", fields=("food",)),
    Organisation(realm="business", slug="crafts", name="association of crafts", fields=("local-economy", "energy")),
    Organisation(realm="academia", slug="university", name="university department of environment", fields=("climate", "nature", "water")),
    Organisation(realm="academia", slug="college", name="vocational college", fields=("education", "energy")),
    Organisation(realm="academia", slug="institute", name="institute of urban studies", fields=("urban-development", "mobility")),
    Organisation(realm="civil_society", slug="partnership-association", name="partnership association", fields=("international-cooperation", "culture")),
    Organisation(realm="civil_society", slug="environment-group", name="environment group", fields=("nature", "waste")),
    Organisation(realm="civil_society", slug="women-association", name="women’s association", fields=("gender-equality", "local-economy")),
    Organisation(realm="civil_society", slug="refugee-aid", name="refugee aid group", fields=("migration", "social-cohesion")),
    Organisation(realm="civil_society", slug="health-volunteers", name="health volunteers", fields=("health",)),
)
"""The demo's kinds of organisations, all four realms."""
