"""Names of languages in reasons, in the four languages in which reasons are told."""

from __future__ import annotations

from collections.abc import Mapping

from matching.profile import LANGUAGES

NAMES: Mapping[str, tuple[str, str, str, str]] = {
    "af": ("Afrikaans", "Afrikaans", "afrikáans", "afrikaans"),
    "am": ("Amharic", "Amharisch", "amárico", "amharique"),
    "ar": ("Arabic", "Arabisch", "árabe", "arabe"),
    "az": ("Azerbaijani", "Aserbaidschanisch", "azerbaiyano", "azerbaïdjanais"),
    "be": ("Belarusian", "Belarussisch", "bielorruso", "biélorusse"),
    "bg": ("Bulgarian", "Bulgarisch", "búlgaro", "bulgare"),
    "bn": ("Bengali", "Bengalisch", "bengalí", "bengali"),
    "bs": ("Bosnian", "Bosnisch", "bosnio", "bosniaque"),
    "cs": ("Czech", "Tschechisch", "checo", "tchèque"),
    "da": ("Danish", "Dänisch", "danés", "danois"),
    "de": ("German", "Deutsch", "alemán", "allemand"),
    "el": ("Greek", "Griechisch", "griego", "grec"),
    "en": ("English", "Englisch", "inglés", "anglais"),
    "es": ("Spanish", "Spanisch", "español", "espagnol"),
    "fa": ("Persian", "Persisch", "persa", "persan"),
    "fil": ("Filipino", "Filipino", "filipino", "filipino"),
    "fr": ("French", "Französisch", "francés", "français"),
    "he": ("Hebrew", "Hebräisch", "hebreo", "hébreu"),
    "hi": ("Hindi", "Hindi", "hindi", "hindi"),
    "hr": ("Croatian", "Kroatisch", "croata", "croate"),
    "hu": ("Hungarian", "Ungarisch", "húngaro", "hongrois"),
    "hy": ("Armenian", "Armenisch", "armenio", "arménien"),
    "id": ("Indonesian", "Indonesisch", "indonesio", "indonésien"),
    "it": ("Italian", "Italienisch", "italiano", "italien"),
    "ja": ("Japanese", "Japanisch", "japonés", "japonais"),
    "ka": ("Georgian", "Georgisch", "georgiano", "géorgien"),
    "kk": ("Kazakh", "Kasachisch", "kazajo", "kazakh"),
    "km": ("Khmer", "Khmer", "jemer", "khmer"),
    "ko": ("Korean", "Koreanisch", "coreano", "coréen"),
    "ku": ("Kurdish", "Kurdisch", "kurdo", "kurde"),
    "ky": ("Kyrgyz", "Kirgisisch", "kirguís", "kirghize"),
    "lo": ("Lao", "Laotisch", "lao", "lao"),
    "mg": ("Malagasy", "Malagasy", "malgache", "malgache"),
    "mk": ("Macedonian", "Mazedonisch", "macedonio", "macédonien"),
    "mn": ("Mongolian", "Mongolisch", "mongol", "mongol"),
    "ms": ("Malay", "Malaiisch", "malayo", "malais"),
    "my": ("Burmese", "Birmanisch", "birmano", "birman"),
    "ne": ("Nepali", "Nepali", "nepalí", "népalais"),
    "nl": ("Dutch", "Niederländisch", "neerlandés", "néerlandais"),
    "pl": ("Polish", "Polnisch", "polaco", "polonais"),
    "ps": ("Pashto", "Paschtu", "pastún", "pachto"),
    "pt": ("Portuguese", "Portugiesisch", "portugués", "portugais"),
    "qu": ("Quechua", "Quechua", "quechua", "quechua"),
    "ro": ("Romanian", "Rumänisch", "rumano", "roumain"),
    "ru": ("Russian", "Russisch", "ruso", "russe"),
    "rw": ("Kinyarwanda", "Kinyarwanda", "kinyarwanda", "kinyarwanda"),
    "si": ("Sinhala", "Singhalesisch", "cingalés", "cingalais"),
    "so": ("Somali", "Somali", "somalí", "somali"),
    "sq": ("Albanian", "Albanisch", "albanés", "albanais"),
    "sr": ("Serbian", "Serbisch", "serbio", "serbe"),
    "sw": ("Swahili", "Suaheli", "suajili", "swahili"),
    "ta": ("Tamil", "Tamil", "tamil", "tamoul"),
    "tg": ("Tajik", "Tadschikisch", "tayiko", "tadjik"),
    "th": ("Thai", "Thailändisch", "tailandés", "thaï"),
    "ti": ("Tigrinya", "Tigrinya", "tigriña", "tigrigna"),
    "tr": ("Turkish", "Türkisch", "turco", "turc"),
    "uk": ("Ukrainian", "Ukrainisch", "ucraniano", "ukrainien"),
    "ur": ("Urdu", "Urdu", "urdu", "ourdou"),
    "uz": ("Uzbek", "Usbekisch", "uzbeko", "ouzbek"),
    "vi": ("Vietnamese", "Vietnamesisch", "vietnamita", "vietnamien"),
    "xh": ("Xhosa", "Xhosa", "xhosa", "xhosa"),
    "zh": ("Chinese", "Chinesisch", "chino", "chinois"),
    "zu": ("Zulu", "Zulu", "zulú", "zoulou"),
}
"""ISO 639 code → its name in English, German, Spanish, French: languages of administration with many speakers."""


def language_name(code: str, language: str) -> str:
    """The name of a language in one of `LANGUAGES`; the code itself where `NAMES` has none."""
    return NAMES[code][LANGUAGES.index(language)] if code in NAMES else code
