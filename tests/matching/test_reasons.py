import string

from matching.profile import LANGUAGES
from matching.reasons import TEXTS


def test_every_reason_says_the_same_facts_in_every_language():
    for key, texts in TEXTS.items():
        assert set(texts) == set(LANGUAGES), key
        fields = {language: sorted(name for _, name, _, _ in string.Formatter().parse(text) if name) for language, text in texts.items()}
        assert len({tuple(names) for names in fields.values()}) == 1, (key, fields)
