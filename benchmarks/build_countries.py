"""Builds `seeds/reference/countries.csv` out of CLDR (through the package babel), the UN's regions and the OECD's DAC list.

    uv pip install babel && python benchmarks/build_countries.py ../shared/data/dac_list_2024_25.csv > seeds/reference/countries.csv

It is run by hand when one of its sources changes; babel is no dependency of the program.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

from babel import Locale
from babel.languages import get_official_languages

# UN M49, https://unstats.un.org/unsd/methodology/m49/ (sub-regions). Kosovo and Taiwan have no M49 code of their own and stand with their neighbours;
# Antarctica belongs to no region. The keys of this table are the whole of ISO 3166-1 and XK.
REGIONS = {
    "Northern Africa": "DZ EG EH LY MA SD TN",
    "Sub-Saharan Africa": "IO BI KM DJ ER ET TF KE MG MW MU YT MZ RE RW SC SO SS UG TZ ZM ZW AO CM CF TD CG CD GQ GA ST "
    "BW SZ LS NA ZA BJ BF CV CI GM GH GN GW LR ML MR NE NG SH SN SL TG",
    "Latin America and the Caribbean": "AI AG AW BS BB BQ VG KY CU CW DM DO GD GP HT JM MQ MS PR BL KN LC MF VC SX TT TC VI "
    "BZ CR SV GT HN MX NI PA AR BO BV BR CL CO EC FK GF GY PY PE GS SR UY VE",
    "Northern America": "BM CA GL PM US",
    "Central Asia": "KZ KG TJ TM UZ",
    "Eastern Asia": "CN HK MO KP JP MN KR TW",
    "South-eastern Asia": "BN KH ID LA MY MM PH SG TH TL VN",
    "Southern Asia": "AF BD BT IN IR MV NP PK LK",
    "Western Asia": "AM AZ BH CY GE IQ IL JO KW LB OM QA SA PS SY TR AE YE",
    "Eastern Europe": "BY BG CZ HU PL MD RO RU SK UA",
    "Northern Europe": "AX DK EE FO FI GG IS IE IM JE LV LT NO SJ SE GB",
    "Southern Europe": "AL AD BA HR GI GR VA IT XK MT ME MK PT SM RS SI ES",
    "Western Europe": "AT BE FR DE LI LU MC NL CH",
    "Australia and New Zealand": "AU CX CC HM NZ NF",
    "Melanesia": "FJ NC PG SB VU",
    "Micronesia": "GU KI MH FM NR MP PW UM",
    "Polynesia": "AS CK PF NU PN WS TK TO TV WF",
    "": "AQ",
}

# CLDR's short names, but where the programme's people write otherwise: English, German, Spanish, French ("" keeps CLDR's).
NAMES = {
    "AX": ("", "", "Islas Åland", ""),
    "BL": ("Saint Barthélemy", "", "", ""),
    "CD": ("Democratic Republic of the Congo", "Demokratische Republik Kongo", "República Democrática del Congo", "République démocratique du Congo"),
    "CG": ("Republic of the Congo", "Republik Kongo", "República del Congo", "République du Congo"),
    "CI": ("", "Elfenbeinküste", "Costa de Marfil", ""),
    "CV": ("Cabo Verde", "", "", ""),
    "HK": ("Hong Kong", "Hongkong", "Hong Kong", "Hong Kong"),
    "KN": ("Saint Kitts and Nevis", "", "", ""),
    "LC": ("Saint Lucia", "", "", ""),
    "MF": ("Saint Martin", "", "", ""),
    "MM": ("Myanmar", "", "Myanmar", "Myanmar"),
    "MO": ("Macao", "Macau", "Macao", "Macao"),
    "PM": ("Saint Pierre and Miquelon", "", "", ""),
    "PS": ("", "Palästinensische Gebiete", "Territorios palestinos", ""),
    "SH": ("Saint Helena", "", "", ""),
    "TL": ("", "", "", "Timor-Leste"),
    "VC": ("Saint Vincent and the Grenadines", "", "", ""),
}

# Where CLDR's official languages are not those of the administration, or stand in another order there.
LANGUAGES = {
    "AW": "pap nl", "AZ": "az", "BA": "bs sr hr", "BO": "es qu ay gn", "BY": "ru be", "CH": "de fr it rm", "CK": "en rar", "HK": "zh en", "IQ": "ar ku",
    "KM": "zdj fr ar", "LI": "de", "MA": "ar fr zgh", "ME": "sr cnr bs sq hr", "MG": "mg fr", "MH": "mh en", "MK": "mk sq", "MO": "zh pt", "MW": "en ny",
    "NG": "en", "NO": "nb nn", "NR": "na en", "PE": "es qu ay", "PY": "es gn", "RW": "rw en fr sw", "SC": "crs en fr", "SD": "ar en", "SN": "fr", "TW": "zh",
    "UA": "uk", "UG": "en sw", "ZA": "en zu xh af nso tn st ts ss ve nr", "ZW": "en sn nd",
}  # fmt: skip

# The list for flows of 2024 and 2025; nothing is said about the years before.
DAC_FROM = "2024-01-01"
DAC_UNTIL = {"NR": "2025-12-31"}
# São Tomé and Príncipe left the UN's category of LDCs on 2024-12-13; the list's next edition has it here.
DAC_GROUP_NOW = {"ST": "LMIC"}

UI_LANGUAGES = ("en", "de", "es", "fr")


def names(code: str) -> list[str]:
    """Short names of a country in the four languages of the user interface."""
    ours = NAMES.get(code, ("", "", "", ""))
    found = [own or Locale(language).territories[code] for own, language in zip(ours, UI_LANGUAGES, strict=True)]
    return [found[0].replace(" & ", " and "), *found[1:]]


def languages(code: str) -> list[str]:
    """ISO 639 codes of its languages of administration, most used first, without scripts."""
    if code in LANGUAGES:
        return LANGUAGES[code].split()
    return list(dict.fromkeys(each.split("_")[0] for each in get_official_languages(code, de_facto=True)))


def main(dac_list: Path) -> None:
    """Writes the file to standard output."""
    with dac_list.open(encoding="utf-8", newline="") as file:
        groups = {row["iso2"]: row["dac_group_2024_25"] for row in csv.DictReader(file) if row["on_list_2024_25"] == "1"}
    regions = {code: region for region, codes in REGIONS.items() for code in codes.split()}
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(["id", "name", "name_de", "name_es", "name_fr", "languages", "region", "dac_group", "dac_from", "dac_until", "verified_on"])
    for code in sorted(regions):
        group = groups.pop(code, "")
        listing = [DAC_GROUP_NOW.get(code, group), DAC_FROM, DAC_UNTIL.get(code, "")] if group else ["", "", ""]
        out.writerow([code, *names(code), "|".join(languages(code)), regions[code], *listing, ""])
    if groups:
        sys.exit(f"countries of the DAC list that ISO does not know: {sorted(groups)}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
