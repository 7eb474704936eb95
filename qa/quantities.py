"""Numbers and dates in one form: `eighty-three` is 83, `15 thousand` is 15,000, `Nov. 24` is 24 November."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

_TO_TWENTY = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_SMALL = {word: value for value, word in enumerate(_TO_TWENTY.split())}
_SMALL |= {word: 20 + 10 * i for i, word in enumerate(_TENS.split())}
_SCALES = {
    "hundred": 100,
    "thousand": 1_000,
    "k": 1_000,
    "million": 1_000_000,
    "mn": 1_000_000,
    "m": 1_000_000,
    "billion": 1_000_000_000,
    "bn": 1_000_000_000,
    "b": 1_000_000_000,
    "trillion": 1_000_000_000_000,
    "tn": 1_000_000_000_000,
    "dozen": 12,
    "decade": 10,
}
_LONG_SCALES = "|".join(word for word in _SCALES if len(word) > 2)
_WORDS = "|".join(sorted(_SMALL, key=len, reverse=True))
_DIGITS = re.compile(
    rf"(?<![\w.,])(?<![A-Za-z]-)[$€£¥]?(\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    rf"(?:(?:\s|-)?({_LONG_SCALES})s?\b|(?<=\d)(k|mn|m|bn|b|tn)\b)?(?:st|nd|rd|th)?(?![\d])",
    re.IGNORECASE,
)
_SPELLED = re.compile(
    rf"\b(?:{_WORDS}|an?(?=\s+(?:{_LONG_SCALES})\b))(?:(?:\s|-|\sand\s)(?:{_WORDS}|(?:{_LONG_SCALES})s?)\b)*|\bdozen\b",
    re.IGNORECASE,
)
_HALF = re.compile(r"\bhalf an? (thousand|million|billion|dozen)\b", re.IGNORECASE)
_MONTHS = (
    "january february march april may june july august september october november december",
    "jan feb mar apr may jun jul aug sept oct nov dec",
)
_MONTH_NUMBERS = {word: 1 + i for words in _MONTHS for i, word in enumerate(words.split())} | {"sep": 9}
MONTHS = frozenset(_MONTH_NUMBERS)
"""The names of the months and their short forms, in small letters."""
_MONTH = "|".join(sorted(_MONTH_NUMBERS, key=len, reverse=True))
_DAY = r"(\d{1,2})(?:st|nd|rd|th)?"
_DATES = (
    re.compile(rf"\b(?P<month>{_MONTH})\b\.?\s+{_DAY.replace('(', '(?P<day>', 1)}\b(?:,?\s+(?P<year>\d{{4}}))?", re.I),
    re.compile(
        rf"\b{_DAY.replace('(', '(?P<day>', 1)}\s+(?:of\s+)?(?P<month>{_MONTH})\b\.?(?:,?\s+(?P<year>\d{{4}}))?", re.I
    ),
    re.compile(r"\b(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})\b"),
    re.compile(rf"\b(?P<month>{_MONTH})\b\.?(?:\s+of)?,?\s+(?P<year>\d{{4}})\b", re.I),
)


@dataclass(frozen=True, slots=True)
class Day:
    """A date as far as a text gives it; 0 stands for a part it leaves open."""

    month: int
    day: int = 0
    year: int = 0

    def agrees_with(self, other: Day) -> bool:
        """Whether no part that both texts give differs, and `other` is not vaguer about the day."""
        same_year = not (self.year and other.year) or self.year == other.year
        return self.month == other.month and same_year and (not self.day or self.day == other.day)


@dataclass(frozen=True, slots=True)
class Quantities:
    """The dates of a text, and its other numbers as plain decimals such as `83` or `50000000`."""

    numbers: frozenset[str]
    days: tuple[Day, ...]


@lru_cache(maxsize=4096)
def quantities(text: str) -> Quantities:
    """Every number and date of `text`; a date's day is no number, its year is one."""
    days: list[Day] = []
    for pattern in _DATES:
        text, found = _take_dates(pattern, text)
        days += found
    text = _HALF.sub(lambda match: f" {_SCALES[match[1].lower()] // 2} ", text)
    numbers = {_plain(match) for match in _DIGITS.finditer(text)}
    spelled = (match.group() for match in _SPELLED.finditer(_DIGITS.sub(" ; ", text)))
    numbers |= {_spelled(words) for words in spelled if words.lower() != "one"}  # "one of them" counts nothing
    return Quantities(frozenset(numbers | {str(day.year) for day in days if day.year}), tuple(days))


def without_quantities(text: str) -> str:
    """The text with its numbers and dates taken out, so that its words can be compared alone."""
    for pattern in _DATES:
        text = _take_dates(pattern, text)[0]
    return _SPELLED.sub(" ", _DIGITS.sub(" ", text))


def _take_dates(pattern: re.Pattern[str], text: str) -> tuple[str, list[Day]]:
    days = [day for match in pattern.finditer(text) if (day := _day(match.groupdict()))]
    return (pattern.sub(" ; ", text) if days else text), days


def _day(parts: dict[str, str | None]) -> Day | None:
    word = (parts["month"] or "").lower()
    month = int(word) if word.isdigit() else _MONTH_NUMBERS[word]
    day = int(parts.get("day") or 0)
    if parts["month"] in ("may", "march"):
        return None
    return Day(month, day, int(parts.get("year") or 0)) if 1 <= month <= 12 and day <= 31 else None


def _plain(match: re.Match[str]) -> str:
    scale = _SCALES[(match[2] or match[3]).lower()] if match[2] or match[3] else 1
    return _written(Decimal(match[1].replace(",", "")) * scale)


def _spelled(words: str) -> str:
    total, current = 0, 0
    for word in re.split(r"[\s-]+", words.lower()):
        word = word.removesuffix("s") if word.removesuffix("s") in _SCALES else word
        if word in ("a", "an"):
            current = 1
        elif word in _SMALL:
            current += _SMALL[word]
        elif word in ("hundred", "dozen", "decade"):
            current = max(current, 1) * _SCALES[word]
        elif word in _SCALES:
            total, current = total + max(current, 1) * _SCALES[word], 0
    return str(total + current)


def _written(value: Decimal) -> str:
    plain = format(value, "f")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain
