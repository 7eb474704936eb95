"""Words as search sees them: one folding shared by the lexical index and by whoever weighs words by rarity."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

_DOTTED = re.compile(r"\b(?:[A-Za-z]\.){2,}")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W\d_]+)?|[^\W_]")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+")
_ENDING = re.compile(r"['’](?:s|t|d|ll|re|ve|m)?$")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}\b)")


def fold(text: str) -> str:
    """Lower case, compatibility forms unified, accents dropped: `Nicolás` and `nicolas` are one word."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def words(text: str) -> list[str]:
    """The folded words of a text in order; `U.S.` is `us`, `15,000` is `15000`."""
    joined = _DOTTED.sub(lambda match: match.group().replace(".", "") + " ", text)
    folded = fold(_THOUSANDS.sub("", joined))
    return [_ENDING.sub("", word) if not word.isalnum() else word for word in _WORD.findall(folded)]


def terms(text: str) -> list[str]:
    """The stemmed words of a text; scripts without blanks give their pairs of characters."""
    return terms_of(words(text))


def terms_of(folded_words: Iterable[str]) -> list[str]:
    """The stems of words already folded."""
    found: list[str] = []
    for word in folded_words:
        if _UNSPACED.fullmatch(word):
            found.extend([word] if len(word) == 1 else [word[i : i + 2] for i in range(len(word) - 1)])
        elif word:
            found.append(stem(word))
    return found


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """The English Snowball stem of a folded word; words with digits stay whole."""
    return word if not word.isalpha() else str(_stemmer().stemWord(word))


@lru_cache(maxsize=1)
def _stemmer():  # type: ignore[no-untyped-def]  # noqa: ANN202
    import snowballstemmer

    return snowballstemmer.stemmer("english")
