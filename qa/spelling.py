"""Misspelt words of a question, put right by the words that the articles use."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from qa.normalise import STOP_WORDS
from vectorstore.terms import fold, words

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_SHORTEST = 4


def corrected(query: str, *, frequency: Callable[[str], int], is_word: Callable[[str], bool]) -> str:
    """The query with each unknown word replaced by the commonest word of the articles one slip away.

    `frequency` counts a folded word in the articles; `is_word` tells a word of the language, which is left alone.
    A query without a common English word is left alone as a whole.
    """

    def mend(match: re.Match[str]) -> str:
        word = fold(match.group())
        if len(word) < _SHORTEST or not word.isalpha() or frequency(word) or is_word(word):
            return match.group()
        slips = sorted(set(_slips(word)))
        told = [slip for slip in slips if frequency(slip) and slip not in STOP_WORDS]
        if told:
            return max(told, key=frequency)
        real = [slip for slip in slips if is_word(slip) and len(slip) >= len(word)]
        return real[0] if len(real) == 1 else match.group()

    reads_english = STOP_WORDS & set(words(query))
    return re.sub(r"[^\W\d_]+", mend, query) if reads_english else query


def _slips(word: str) -> Iterator[str]:
    """Every text one deletion, swap, replacement or insertion away that keeps the first letter."""
    for place in range(1, len(word) + 1):
        head, tail = word[:place], word[place:]
        yield from (head + letter + tail for letter in _LETTERS)
        if tail:
            yield head + tail[1:]
            yield from (head + letter + tail[1:] for letter in _LETTERS)
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
