# ruff: noqa: RUF001  letters that look like others are what this is about
"""The language of a text: by its letters, and among those who share them, by their commonest words."""

import re
from collections import Counter

_LOOKED_AT = 20_000
"""Characters that are looked at, from the beginning and from the middle."""
_WORDS_LEAST = 8
"""Words of a language that have to be there."""
_SHARE_LEAST = 0.12
"""Of all words, those of the language that is told: in ordinary prose they are a third or so."""
_LEAD = 1.25
"""How many times as many as of the next language."""

_LETTERS = re.compile(r"[^\W\d_]+")

_SCRIPTS = (
    ("ja", re.compile("[\u3040-\u30ff]"), 0.05),
    ("ko", re.compile("[\uac00-\ud7af\u1100-\u11ff]"), 0.2),
    ("zh", re.compile("[\u4e00-\u9fff]"), 0.2),
    ("el", re.compile("[\u0370-\u03ff]"), 0.5),
    ("he", re.compile("[\u0590-\u05ff]"), 0.4),
    ("th", re.compile("[\u0e00-\u0e7f]"), 0.4),
    ("hi", re.compile("[\u0900-\u097f]"), 0.4),
    ("bn", re.compile("[\u0980-\u09ff]"), 0.4),
    ("ta", re.compile("[\u0b80-\u0bff]"), 0.4),
    ("ka", re.compile("[\u10a0-\u10ff]"), 0.4),
    ("hy", re.compile("[\u0530-\u058f]"), 0.4),
)
"""Letters that one language is known by, and what share of all letters they have at least."""

_WORDS = {
    "en": "the of and to in is that it for was with as his on be at by had not are but from or have an they",
    "de": "der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an aus",
    "fr": "de la le et les des en un du une que est pour qui dans par plus pas au sur ne se ce il sont avec",
    "es": "de la que el en y a los del se las por un para con no una su al lo como más pero sus le ya este",
    "it": "di e il la che in un a per è una sono non con si da come anche del della le dei nel più alla gli",
    "pt": "de a o que e do da em um para com não uma os no se na por mais as dos como mas ao ele das à seu",
    "nl": "de van het een en in is dat op te zijn met voor niet aan er om ook als dan maar bij uit wordt",
    "sv": "och i att det som en på är av för med till den har de inte om ett han men var jag från så",
    "da": "og i at det er en til på som af de med for den der ikke et har han var jeg fra men om vi",
    "no": "og i det er som på en til av for at med de den har ikke et om han var jeg fra men vi seg",
    "fi": "ja on ei se että oli hän mutta ovat kun joka niin myös tai kuin ole jos vain sen hänen",
    "pl": "w i na z się do nie że o jest to od po za jak przez dla ale oraz są tym był co jego",
    "cs": "a v se na je že s z do o to i k ve pro za by ale jsou jako od po jeho byl který",
    "hu": "a az és hogy nem is egy van volt meg de csak már mint ez azt még el ha kell vagy",
    "ro": "de și în a la cu pe nu o din un este se că mai pentru care au fost sunt prin ca",
    "tr": "ve bir bu da de için ile olarak çok daha ne gibi olan kadar sonra değil en var ama o",
    "id": "yang dan di dengan untuk dari dalam pada ini itu tidak adalah akan ke oleh juga sebagai atau",
    "la": "et in est non ad ut cum sed quod qui ex per si esse hoc aut ac quae enim atque",
    "ru": "и в не на что с по как это он к но из у за от так же для бы его вы то я все",
    "uk": "і в не на що з до як це за та від він у але є для про так його й також або",
    "bg": "на и да в е за се не от с по че са като това но до ще той си при към",
    "ar": "في من على إلى أن عن التي مع هذا ما لا الذي كان هذه ذلك بعد كل هو",
    "fa": "و در به از که این را با است برای آن یک می خود شده تا بر",
}
_LANGUAGES: dict[str, list[str]] = {}
for _language, _common in _WORDS.items():
    for _word in _common.split():
        _LANGUAGES.setdefault(_word, []).append(_language)


def language_of(text: str) -> str | None:
    """Return the language as a code of two letters, None if a text is too short or too mixed to tell."""
    middle = len(text) // 2
    some = text[:_LOOKED_AT] + (text[middle : middle + _LOOKED_AT] if len(text) > 3 * _LOOKED_AT else "")
    words = _LETTERS.findall(some.lower())
    letters = sum(map(len, words))
    if letters < 2 * _WORDS_LEAST:
        return None
    for language, pattern, share in _SCRIPTS:
        if len(pattern.findall(some)) >= share * letters:
            return language
    return _by_words(words)


def _by_words(words: list[str]) -> str | None:
    counts: Counter[str] = Counter()
    for word, number in Counter(words).items():
        for language in _LANGUAGES.get(word, ()):
            counts[language] += number
    ranked = [*counts.most_common(2), ("", 0), ("", 0)]
    (language, most), (_, next_most) = ranked[0], ranked[1]
    is_clear = most >= max(_WORDS_LEAST, _SHARE_LEAST * len(words)) and most >= _LEAD * next_most
    return language if is_clear else None
