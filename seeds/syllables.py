"""Names of places and people put together from syllables of a country's kind, accents included; and rough facts about countries for synthetic networks.

The names are invented; some will happen to exist.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Country:
    """A country of synthetic networks: where its municipalities lie (middle and standard deviation in degrees), how many there are, how they are named."""

    code: str
    weight: float
    latitude: float
    longitude: float
    spread: float
    language: str
    style: Style

    def person(self, first: float, second: float) -> str:
        """The name of an invented person, chosen by two numbers in [0, 1)."""
        given, family = self.style.given, self.style.family
        return f"{given[int(first * len(given))]} {family[int(second * len(family))]}"


@dataclass(frozen=True, kw_only=True)
class Style:
    """Parts of names: a place is a beginning, a middle and an end."""

    beginnings: tuple[str, ...]
    middles: tuple[str, ...]
    ends: tuple[str, ...]
    given: tuple[str, ...]
    family: tuple[str, ...]


def _style(beginnings: str, middles: str, ends: str, given: str, family: str) -> Style:
    """Parts separated by spaces; `_` stands for a space and `-` alone for nothing."""

    def parts(text: str) -> tuple[str, ...]:
        return tuple("" if p == "-" else p.replace("_", " ") for p in text.split(" "))

    return Style(beginnings=parts(beginnings), middles=parts(middles), ends=parts(ends), given=parts(given), family=parts(family))


_STYLES: Mapping[str, Style] = {
    "german": _style(
        "Ober Nieder Neu Alt Groß Klein Bad_ Sankt_ Schön Grün Lang Hohen Kirch König Müh Wiesen Stein Wald Hägen Lüch Rö Fürsten "
        + "Rosen Linden Tannen Marien Wolfs Hirsch Eber Burg Markt_ Salz Eisen Lauter",
        "- - eichen berg burg wald mühl hof bach linden sulz stetten kirch erlen birken aschen born wasser brunn krähen",
        "dorf hausen heim ingen stadt feld furt brück rode büttel au stein leben tal hofen münde ow itz hagen horst see berge rath weiler",
        "Anna Jörg Lena Mehmet Käthe Stefan Zoë Lukas Miriam Tim",
        "Müller Özdemir Schäfer Köhler Weiß Groß Vogel Richter Nguyen Brandt",
    ),
    "spanish": _style(
        "San_ Santa_ Villa_ Puerto_ La_ El_ Río_ Nueva_ Ciudad_ Los_ - - -",
        "Guada Tepi Córdo Maga Chimba Quetza Arequí Tolu Cajá Ixta Peña Sando Monte Aguas Hui",
        "lajara lupe ba nango tlán paná rica que coa lén tepec rón llo mas gua res",
        "María José Lucía Andrés Ximena Raúl Sofía Íñigo",
        "Núñez Quispe Peña Ibáñez Gómez Rodríguez",
    ),
    "portuguese": _style(
        "São_ Santo_ Nova_ Rio_ Porto_ Campo_ - - -",
        "Guará Itá Pira Caxa Jun Araça Man Ceará Bra Cons Tara Ipa",
        "tinga puá ema bá diaí tuba gança pé lândia mirim ção guaçu",
        "João Beatriz Luís Inês Conceição Sérgio",
        "Araújo Gonçalves Simões Brandão Tavares",
    ),
    "bantu": _style(
        "Ki Mo Nja Ma Lu Ka Mu Chi Nyo Bu Ndo Se Tha",
        "su ro mbe ru ta ndu li ngo we ka si",
        "mu goro za ni la nga ri ti wa bwe ya be",
        "Amina Otieno Grace Thandi Chipo Joseph Wanjiru",
        "Otieno Banda Moyo Dlamini Mwangi Achieng",
    ),
    "west-african": _style(
        "Oua Bo Kou Dja Tié Ségo Na Ko Fa Gba Sé Kpa",
        "ga do ma ra li kou ti ndé gui bo",
        "dougou sso kro ré ville ba na tenga gou kourou nou",
        "Aïssata Moussa Fatou Kwame Adjoa Koffi Mariam",
        "Traoré Ouédraogo Mensah Diallo Kouassi Sène",
    ),
    "arabic": _style(
        "Al_ Bayt_ Beni_ Sidi_ Ain_ Dār_ Hammam_ - -",
        "Qal Man Khal Ḩal Zar Naz Bou Mas Jen Sal",
        "qīlyah sūrah īl ḩūl qa aret merdès kara douba ṭ fīt ya",
        "Layla Omar Salma Youssef Rania Karim",
        "Haddad Mansour Benali Khoury Nasser",
    ),
    "slavic": _style(
        "Novi_ Stara_ Gornji_ Donji_ Velika_ Bila_ - - - -",
        "Kraj Vrš Zaj Čač Smed Kru Travn Žito Lis Biel Pod",
        "evac ina ik ovo ište grad ac šac gorica mir ovci eno",
        "Jelena Emir Olena Taras Lejla Dušan",
        "Petrović Hadžić Melnyk Kovačević Bondar",
    ),
    "turkish": _style(
        "Ak Kara Yeni Eski Gül Kızıl Çam Deniz Göl Şehir",
        "- - ça taş kent bey dağ ova",
        "lı hisar köy şehir pınar su lar oğlu ören başı",
        "Ayşe Emre Elif Çağrı Ömer",
        "Yılmaz Şahin Çelik Öztürk",
    ),
    "south-asian": _style(
        "Rām Shiv Lakh Bhā Kan Mad Chan Ti Naga Sri_",
        "a i u ra na da va",
        "pur nagar garh bād giri kot ganj wāla patnam gaon",
        "Priya Imran Lakshmi Ravi Anjali",
        "Sharma Perera Rahman Thapa",
    ),
    "south-east-asian": _style(
        "Tan Ban Bình Phú Suka Kota_ Nakhon_ Chiang_ Mê Hải",
        "ju bu da ra la ti ",
        "ng bumi pura Linh Thọ mai rai ya wangi Đông",
        "Siti Budi Linh Minh Ratana",
        "Santoso Nguyễn Reyes Rahim",
    ),
    "caucasian": _style(
        "Tela Kuta Gyum Vana Zug Akhal She Rus Mtskhe Gan",
        "- di ru ta",
        "vi isi ri dzor tsikhe ki tavi ja ani",
        "Nino Giorgi Anahit Aram Leyla",
        "Beridze Petrosyan Aliyeva Mammadov",
    ),
    "central-asian": _style(
        "Ak Kara Kyzyl Ulaan Bayan Talas Zhez Turk",
        "- ta ko to",
        "bulak kent orda kazgan gol stan su bad",
        "Aigerim Nurlan Dilnoza Timur Oyuna",
        "Akhmetov Karimova Rahimov Batbayar",
    ),
}

_COUNTRIES = """
DE 0 51.0 10.2 1.8 de german
MX 6 21.0 -100.5 3.5 es spanish
BR 6 -15.0 -47.0 6.0 pt portuguese
AR 3 -34.0 -63.5 4.5 es spanish
CO 3 5.0 -74.5 2.5 es spanish
PE 2 -10.0 -75.5 3.0 es spanish
NI 2 12.6 -85.8 0.8 es spanish
CR 1 9.9 -84.1 0.5 es spanish
BO 1 -17.0 -65.5 2.0 es spanish
EC 1 -1.5 -78.7 1.2 es spanish
CU 2 21.8 -79.0 1.5 es spanish
GT 1 15.0 -90.7 0.7 es spanish
KE 2 -0.3 36.8 1.5 en bantu
TZ 2 -6.0 35.5 2.2 sw bantu
UG 1 1.2 32.5 1.0 en bantu
MW 1 -14.0 34.2 1.2 en bantu
ZM 1 -14.0 28.0 2.0 en bantu
ZA 2 -29.0 26.0 3.0 en bantu
NA 1 -21.5 17.0 2.0 en bantu
MZ 2 -18.0 36.0 3.0 pt bantu
ET 1 9.5 39.0 1.8 am bantu
RW 1 -2.0 30.0 0.4 en bantu
GH 2 7.5 -1.2 1.3 en west-african
NG 2 9.0 7.5 2.0 en west-african
SN 1 14.5 -14.8 0.9 fr west-african
ML 1 14.0 -6.0 2.0 fr west-african
BF 1 12.3 -1.7 1.0 fr west-african
BJ 1 8.5 2.3 0.9 fr west-african
TG 1 8.0 1.1 0.8 fr west-african
CM 1 5.0 11.8 1.5 fr west-african
MA 2 32.5 -6.5 1.8 ar arabic
TN 2 35.8 9.7 0.9 ar arabic
DZ 1 35.5 3.5 2.0 ar arabic
EG 1 29.0 31.0 1.4 ar arabic
JO 1 31.8 36.0 0.5 ar arabic
PS 2 31.9 35.2 0.2 ar arabic
LB 1 33.9 35.8 0.3 ar arabic
UA 8 49.2 31.0 2.8 uk slavic
RS 4 44.2 20.8 0.9 sr slavic
BA 3 44.2 17.9 0.7 bs slavic
MK 2 41.6 21.7 0.4 mk slavic
MD 2 47.1 28.6 0.6 ro slavic
TR 6 39.0 34.0 3.5 tr turkish
GE 2 42.0 43.6 0.9 ka caucasian
AM 1 40.3 44.8 0.5 hy caucasian
AZ 1 40.4 48.0 0.9 az caucasian
IN 3 22.0 78.5 5.0 hi south-asian
NP 1 28.0 84.3 1.2 ne south-asian
LK 1 7.3 80.7 0.7 si south-asian
BD 1 24.0 90.2 1.0 bn south-asian
PK 1 31.0 71.5 2.0 ur south-asian
VN 2 16.0 106.5 2.5 vi south-east-asian
ID 2 -4.0 110.0 4.0 id south-east-asian
PH 2 13.0 122.5 2.5 fil south-east-asian
TH 1 14.8 101.2 2.0 th south-east-asian
KZ 1 47.5 68.0 4.0 kk central-asian
UZ 1 40.5 66.0 1.8 uz central-asian
KG 1 41.8 74.0 1.0 ky central-asian
MN 1 47.3 104.0 2.5 mn central-asian
"""


def countries() -> tuple[Country, ...]:
    """Germany first, then countries of the DAC list with weights as in the known twinnings."""
    rows = (line.split() for line in _COUNTRIES.strip().splitlines())
    return tuple(
        Country(code=c, weight=float(w), latitude=float(lat), longitude=float(lon), spread=float(s), language=lang, style=_STYLES[style])
        for c, w, lat, lon, s, lang, style in rows
    )


def name(rng: random.Random, country: Country) -> str:
    """The name of an invented place: `Oberlindenhausen`."""
    style = country.style
    begin = style.beginnings[int(rng.random() * len(style.beginnings))]
    middle = style.middles[int(rng.random() * len(style.middles))]
    end = style.ends[int(rng.random() * len(style.ends))]
    rest = f"{middle}{end}".lower() if begin and not begin.endswith(" ") else f"{middle}{end}".capitalize()
    return f"{begin}{rest}".strip()
