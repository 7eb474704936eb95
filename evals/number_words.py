"""Numbers as people write them, in English and Spanish, to digits: "eighty-three", "quince mil", "$50m", "15 000"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

# fmt: off
_UNITS: Final = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
]
# Without "un", "una" and "once": UN and once are other words in English.
_SPANISH: Final = {
    "cero": 0, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "ocho": 8, "nueve": 9, "diez": 10,
    "doce": 12, "trece": 13, "catorce": 14, "quince": 15, "dieciseis": 16, "diecisiete": 17, "dieciocho": 18,
    "diecinueve": 19, "veinte": 20, "veintiun": 21, "veintiuno": 21, "veintiuna": 21, "veintidos": 22, "veintitres": 23,
    "veinticuatro": 24, "veinticinco": 25, "veintiseis": 26, "veintisiete": 27, "veintiocho": 28, "veintinueve": 29,
    "treinta": 30, "cuarenta": 40, "cincuenta": 50, "sesenta": 60, "setenta": 70, "ochenta": 80, "noventa": 90,
    "cien": 100, "ciento": 100,
}
_SPANISH_HUNDREDS: Final = [
    "doscient", "trescient", "cuatrocient", "quinient", "seiscient", "setecient", "ochocient", "novecient",
]
# fmt: on
_TENS: Final = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_NUMBER_WORDS: Final = {
    **{word: value for value, word in enumerate(_UNITS)},
    **{word: 10 * value for value, word in enumerate(_TENS, 2)},
    **_SPANISH,
    **{f"{stem}{end}": 100 * value for value, stem in enumerate(_SPANISH_HUNDREDS, 2) for end in ("os", "as")},
}
_ENGLISH_SCALES: Final = {
    "hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000, "trillion": 1_000_000_000_000,
}  # fmt: skip
_SCALES: Final = _ENGLISH_SCALES | {"mil": 1_000, "millon": 1_000_000, "millones": 1_000_000}
_ONE_AFTER_Y: Final = {"un", "uno", "una"}
_SHORT_SCALES: Final = {
    "k": "thousand", "m": "million", "mn": "million", "b": "billion", "bn": "billion", "tn": "trillion",
}  # fmt: skip

DIGITS: Final = re.compile(r"\d{1,3}(?:[,.]\d{3})+(?!\d)|\d+(?:\.\d+)?")
"""A number in digits, its thousands grouped by commas or points, or with a decimal point."""
_GROUPED: Final = re.compile(r"\d{1,3}(?:[,.]\d{3})+")
_APART: Final = r"(?<![\w.,-])"
_SPACED: Final = re.compile(rf"{_APART}[1-9]\d{{0,2}}(?: \d{{3}})+(?![\w]|[.,]\d)")
# A lone m or b is a million or billion only of money: "50 m" are metres, and the F-35B is a jet.
_SHORT: Final = [
    re.compile(rf"(?:(?<=[$€£])|(?<=\busd)|(?<=\beur))\s?({DIGITS.pattern})\s?(k|mn?|bn?|tn)\b"),
    re.compile(rf"{_APART}({DIGITS.pattern})\s?(k|mn?|bn?|tn)(?=\s(?:us\s)?(?:dollars?|dolares|usd|euros?|eur)\b)"),
    re.compile(rf"{_APART}({DIGITS.pattern})(k|mn|bn|tn)\b"),
]


def without_short_forms(text: str) -> str:
    """Text in lower case with "$50m" as "$50 million", "15k" as "15 thousand", and "15 000" as "15000"."""
    for pattern in _SHORT:
        text = pattern.sub(lambda found: f" {found[1]} {_SHORT_SCALES[found[2]]}", text)
    return _SPACED.sub(lambda found: found[0].replace(" ", ""), text)


def with_digits(words: Sequence[str]) -> Iterator[str]:
    """The words in lower case without accents, each number among them as one word of digits."""
    place = 0
    while place < len(words):
        number, used = _read(words[place:])
        yield _as_digits(number) if used else words[place]
        place += used or 1


def _read(words: Sequence[str]) -> tuple[float, int]:
    """The number that the words begin with, and how many of them it takes; none: (0, 0)."""
    current, used = _beginning(words)
    total = 0.0
    while 0 < used < len(words):
        word = words[used]
        if _joins(words, used):
            used += 1
            current += _NUMBER_WORDS.get(words[used], 1)
        elif word == "hundred":
            current *= 100
        elif word in _SCALES:
            scale = _SCALES[word]
            total, current = ((total + current) * scale if total <= scale else total + current * scale), 0.0
        elif word in _NUMBER_WORDS and _may_follow(words[used - 1], word):
            current += _NUMBER_WORDS[word]
        else:
            break
        used += 1
    return total + current, used


def _beginning(words: Sequence[str]) -> tuple[float, int]:
    """The first number, before any scale: also the one of "a hundred" and the half of "half a million"."""
    if words[0] == "half" and _is_one_of_a_scale(words[1:]):
        return 0.5, 2
    if _is_one_of_a_scale(words):
        return 1.0, 1
    if words[0] in _NUMBER_WORDS:
        return float(_NUMBER_WORDS[words[0]]), 1
    if not DIGITS.fullmatch(words[0]):
        return 0.0, 0
    return float(re.sub("[,.]", "", words[0]) if _GROUPED.fullmatch(words[0]) else words[0]), 1


def _is_one_of_a_scale(words: Sequence[str]) -> bool:
    return len(words) > 1 and words[0] == "a" and words[1] in _ENGLISH_SCALES


def _joins(words: Sequence[str], place: int) -> bool:
    """Whether the word at the place is the and of "one hundred and five", or the y of "ochenta y tres"."""
    before, joint, *after = words[place - 1 : place + 3]
    if joint == "and" and before == "hundred" and after:
        return after[0] in _NUMBER_WORDS and after[1:] != ["hundred"]
    if joint == "y" and 30 <= _SPANISH.get(before, 0) <= 90 and after:
        return after[0] in _ONE_AFTER_Y or 0 < _SPANISH.get(after[0], 0) < 10
    return False


def _may_follow(before: str, word: str) -> bool:
    larger, smaller = _NUMBER_WORDS.get(before, 0), _NUMBER_WORDS[word]
    if before in _SCALES:
        return True
    return 0 < smaller < (100 if larger >= 100 else 10) and larger >= 20 and larger % 10 == 0


def _as_digits(number: float) -> str:
    return str(int(number)) if number.is_integer() else str(number)
