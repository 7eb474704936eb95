"""Which language an article is in: what is stated of it, what its script shows, what py3langid makes of it."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

_SAMPLE = 1500
"""Characters from the beginning: more changes no verdict, and costs time."""
_ENOUGH_LETTERS = 100
_FEWEST_LETTERS = 20
_SURE = 0.8
_CERTAIN = 0.95
_OUT_OF_THE_QUESTION = 0.01

_CODES = frozenset(
    "aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo"
    " es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka"
    " kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng"
    " nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su"
    " sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu".split()
)
"""ISO 639-1."""
_NAMES = {
    name: code
    for code, names in {
        "ar": "ara arabic",
        "de": "deu ger german deutsch",
        "en": "eng english",
        "es": "spa spanish español castellano",
        "fr": "fra fre french français",
        "he": "heb iw hebrew",
        "hi": "hin hindi",
        "id": "ind in indonesian",
        "it": "ita italian italiano",
        "ja": "jpn japanese",
        "ko": "kor korean",
        "nl": "nld dut dutch nederlands",
        "pl": "pol polish polski",
        "pt": "por portuguese português",
        "ru": "rus russian",
        "sv": "swe swedish svenska",
        "tr": "tur turkish türkçe",
        "uk": "ukr ukrainian",
        "zh": "zho chi chinese cmn",
    }.items()
    for name in names.split()
}
_OF_THE_PRESS = (
    "af am ar az be bg bn ca cs cy da de el en es et eu fa fi fr ga gl gu he hi hr hu hy id is it ja ka kk km kn ko ky"
    " lo lt lv mk ml mn mr ms my ne nl no pa pl ps pt ro ru si sk sl so sq sr sv sw ta te th tl tr uk ur uz vi zh zu"
)
"""What is looked for: the model's other sixty languages are rare in print, and near to one of these."""

_SCRIPTS = {
    "ja": re.compile(r"[\u3041-\u30ff]"),
    "ko": re.compile(r"[\u1100-\u11ff\uac00-\ud7a3]"),
    "zh": re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]"),
    "ar": re.compile(r"[\u0600-\u06ff]"),
    "ru": re.compile(r"[\u0400-\u04ff]"),
    "el": re.compile(r"[\u0370-\u03ff]"),
    "he": re.compile(r"[\u0590-\u05ff]"),
    "hi": re.compile(r"[\u0900-\u097f]"),
    "th": re.compile(r"[\u0e00-\u0e7f]"),
}
_ONE_LANGUAGE = ("ja", "ko", "zh")
_ENGLISH_WORD = re.compile(r"\b(?:the|of|and|to|that|with|for|from|said|has|have|was|his|are|as|by)\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")
_ENGLISH_SHARE = 0.12
"""English news has a fifth of these words; Spanish and German at most 7 in a hundred. It saves loading the model."""


def language_code(value: str) -> str:
    """The two letters of `en-US`, `ENG` or `English`; empty for what names no language."""
    name = re.split(r"[-_.;,\s]", value.strip().lower(), maxsplit=1)[0]
    return name if name in _CODES else _NAMES.get(name, "")


def text_language(text: str) -> str:
    """The language that the text shows, as two letters; empty where it is too short, or too mixed, to tell."""
    sample = text[:_SAMPLE]
    script = _script(sample)
    if script in _ONE_LANGUAGE or _letters(sample) < _ENOUGH_LETTERS:
        return script
    if _is_english(sample):
        return "en"
    best, probability = _ranking(sample)[0]
    return best if probability >= _SURE else script


def contradicts(text: str, stated: str) -> bool:
    """Whether the text is clearly not in the language that is stated of it, as where a template says `en` of all."""
    sample = text[:_SAMPLE]
    letters, script = _letters(sample), _script(sample)
    if stated == (script or "en") and (script or _is_english(sample)):
        return False
    if letters < _ENOUGH_LETTERS:
        return stated == "en" and bool(script) and letters >= _FEWEST_LETTERS
    ranking = _ranking(sample)
    rivals = dict(ranking)
    return ranking[0][1] >= _CERTAIN and rivals.get(stated, 1.0) < _OUT_OF_THE_QUESTION


def _letters(sample: str) -> int:
    return sum(map(str.isalpha, sample))


def _script(sample: str) -> str:
    """The commonest language of the script that most letters are in; empty for Latin letters and other scripts."""
    if sample.isascii():
        return ""
    counts = {code: len(script.findall(sample)) for code, script in _SCRIPTS.items()}
    counts["ja"] *= 3  # Japanese is mostly written with the characters it shares with Chinese
    code = max(counts, key=lambda name: counts[name])
    return code if counts[code] * 2 > _letters(sample) else ""


def _is_english(sample: str) -> bool:
    words = len(_WORD.findall(sample))
    return bool(words) and len(_ENGLISH_WORD.findall(sample)) >= _ENGLISH_SHARE * words


def _ranking(sample: str) -> list[tuple[str, float]]:
    """Languages with their probabilities, the likeliest first; they add up to 1."""
    return [(str(code), float(probability)) for code, probability in _identifier().rank(sample)]


@cache
def _identifier() -> LanguageIdentifier:
    """Half a second and 100 MB, once."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(_OF_THE_PRESS.split())
    return identifier
