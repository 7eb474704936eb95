"""Words as search sees them: one folding shared by the lexical index and by whoever weighs words by rarity."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache

_DOTTED = re.compile(r"\b(?:[A-Za-z]\.){2,}")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W\d_]+)?|[^\W_]")
_UNSPACED = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_RUN = re.compile(rf"([{_UNSPACED}]+)|[^{_UNSPACED}]+")
_ENDING = re.compile(r"['’](?:s|t|d|ll|re|ve|m)?$")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}\b)")


def fold(text: str) -> str:
    """Lower case, compatibility forms unified, accents dropped: `Nicolás` and `nicolas` are one word."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def words(text: str) -> list[str]:
    """The folded words of a text in order; `U.S.` is `us`, `15,000` is `15000`.

    Scripts without blanks between words give their pairs of characters.
    """
    joined = _DOTTED.sub(lambda match: match.group().replace(".", "") + " ", text)
    folded = fold(_THOUSANDS.sub("", joined))
    found = [_ENDING.sub("", word) if not word.isalnum() else word for word in _WORD.findall(folded)]
    return found if folded.isascii() else list(_paired(found))


def terms(text: str) -> list[str]:
    """The stemmed words of a text."""
    return terms_of(words(text))


def terms_of(folded_words: Iterable[str]) -> list[str]:
    """The stems of words already folded."""
    return [stem(word) for word in folded_words if word]


def _paired(found: Iterable[str]) -> Iterator[str]:
    for word in found:
        for run in _RUN.finditer(word):
            if run[1] and len(run[1]) > 1:
                yield from (run[1][place : place + 2] for place in range(len(run[1]) - 1))
            else:
                yield run[0]


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """The English Snowball stem of a folded word; words with digits stay whole."""
    return word if not word.isalpha() else str(_stemmer().stemWord(word))


@lru_cache(maxsize=1)
def _stemmer():  # type: ignore[no-untyped-def]  # noqa: ANN202
    import snowballstemmer

    return snowballstemmer.stemmer("english")
