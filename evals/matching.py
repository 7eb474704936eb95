"""Whether a text holds an accepted answer: words, numbers and dates, whatever way they are written."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

# fmt: off
_UNITS: Final = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
]
_TENS: Final = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
# fmt: on
_NUMBER_WORDS: Final = {word: value for value, word in enumerate(_UNITS)} | {
    word: 10 * value for value, word in enumerate(_TENS, 2)
}
_SCALES: Final = {
    "hundred": 100, "thousand": 1_000, "mil": 1_000, "million": 1_000_000, "millones": 1_000_000,
    "billion": 1_000_000_000, "trillion": 1_000_000_000_000,
}  # fmt: skip
_MONTHS: Final = {
    name: month
    for names in (
        "january february march april may june july august september october november december",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    )
    for month, name in enumerate(names.split(), 1)
}
_ARTICLES: Final = {"a", "an", "the"}
_MARK: Final = re.compile(r"\[\d+\]")
_DIGITS: Final = re.compile(r"\d{1,3}(?:[,.]\d{3})+(?!\d)|\d+(?:\.\d+)?")
_WORD: Final = re.compile(rf"(?:{_DIGITS.pattern})(?![^\W_])|[^\W_]+")
_INITIALS: Final = re.compile(r"\b(?:\w\.){2,}")


def tokens(text: str) -> list[str]:
    """Words in lower case without accents, punctuation and `[n]` marks; a number is one token of digits.

    "eighty-three" gives "83", "15 thousand" and "15,000" give "15000", "U.S." gives "us".
    """
    plain = _fold(_MARK.sub(" ", text))
    joined = _INITIALS.sub(lambda initials: initials[0].replace(".", ""), plain)
    return list(_with_numbers(_WORD.findall(joined)))


def contains(text: str, wanted: str) -> bool:
    """Whether the words of `wanted` stand in the text one after another, as whole words."""
    return _holds(tokens(text), tokens(wanted))


def contains_number(text: str, value: float, *, tolerance: float = 0.0) -> bool:
    """Whether some number of the text is within the absolute tolerance of the value."""
    return any(abs(found - value) <= tolerance for found in numbers(text))


def numbers(text: str) -> list[float]:
    """Every number of the text, in digits or words, scaled by hundred, thousand, million and so on."""
    return [float(token) for token in tokens(text) if _DIGITS.fullmatch(token)]


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date as far as it is known; 0 stands for an unknown year or day."""

    year: int
    month: int
    day: int


def parse_partial_date(value: str) -> PartialDate:
    """Read `2025-11-24` or `2025-11`; raises ValueError for anything else."""
    found = re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01]))?", value)
    if not found:
        raise ValueError(f"{value!r} is no date; write 2025-11-24 or 2025-11")
    return PartialDate(int(found[1]), int(found[2]), int(found[3] or 0))


def contains_date(text: str, wanted: PartialDate) -> bool:
    """Whether the text names the date; a year left out in the text is taken as meant."""
    return any(_same_date(found, wanted) for found in dates(text))


def dates(text: str) -> list[PartialDate]:
    """Dates with a named month, in any order of day and month, and ISO dates."""
    iso = re.findall(r"\b(\d{4})-(\d{2})-(\d{2})\b", text)
    named = _named_dates(tokens(text))
    return [PartialDate(int(year), int(month), int(day)) for year, month, day in iso] + list(named)


def exact_match(text: str, accepted: Iterable[str]) -> float:
    """1.0 when the words of the text are those of an accepted answer; articles (a, an, the) do not count."""
    said = _without_articles(text)
    return float(any(said == _without_articles(answer) for answer in accepted))


def f1(text: str, accepted: Iterable[str]) -> float:
    """Best word overlap with an accepted answer, between 0 and 1 (SQuAD's F1)."""
    said = _without_articles(text)
    return max((_overlap_f1(said, _without_articles(answer)) for answer in accepted), default=0.0)


def _fold(text: str) -> str:
    spread = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in spread if not unicodedata.combining(char))


def _with_numbers(words: Sequence[str]) -> Iterator[str]:
    place = 0
    while place < len(words):
        number, used = _read_number(words[place:])
        yield _as_digits(number) if used else words[place]
        place += used or 1


def _read_number(words: Sequence[str]) -> tuple[float, int]:
    """The number that the words begin with, and how many of them it takes; none: (0, 0)."""
    total, current, used = 0.0, _simple_number(words[0]), 1
    if current is None:
        return 0.0, 0
    for word, before in zip(words[1:], words, strict=False):
        if word == "hundred":
            current *= 100
        elif word in _SCALES:
            total, current = (total + current * _SCALES[word] if current else total * _SCALES[word]), 0.0
        elif word in _NUMBER_WORDS and _may_follow(before, word):
            current += _NUMBER_WORDS[word]
        else:
            break
        used += 1
    return total + current, used


def _may_follow(before: str, word: str) -> bool:
    return before in _SCALES or (before in _TENS and 0 < _NUMBER_WORDS[word] < 10)


def _simple_number(word: str) -> float | None:
    if word in _NUMBER_WORDS:
        return float(_NUMBER_WORDS[word])
    if not _DIGITS.fullmatch(word):
        return None
    grouped = re.fullmatch(r"\d{1,3}(?:[,.]\d{3})+", word)
    return float(re.sub("[,.]", "", word) if grouped else word)


def _as_digits(number: float) -> str:
    return str(int(number)) if number.is_integer() else str(number)


def _holds(words: Sequence[str], wanted: Sequence[str]) -> bool:
    width = len(wanted)
    return width > 0 and any(words[at : at + width] == wanted for at in range(len(words) - width + 1))


def _named_dates(words: Sequence[str]) -> Iterator[PartialDate]:
    plain = [word for word in words if word not in {"of", "de", "del"}]
    for place, word in enumerate(plain):
        if word in _MONTHS:
            before, after = plain[max(place - 1, 0) : place], plain[place + 1 : place + 3]
            days = [int(near) for near in after[:1] + before if near.isdigit() and 1 <= int(near) <= 31]
            years = [int(near) for near in after if near.isdigit() and len(near) == 4]
            yield PartialDate(years[0] if years else 0, _MONTHS[word], days[0] if days else 0)


def _same_date(found: PartialDate, wanted: PartialDate) -> bool:
    same_year = found.year in (0, wanted.year)
    same_day = wanted.day in (0, found.day)
    return same_year and found.month == wanted.month and same_day


def _without_articles(text: str) -> list[str]:
    return [token for token in tokens(text) if token not in _ARTICLES]


def _overlap_f1(said: Sequence[str], wanted: Sequence[str]) -> float:
    common = sum(min(said.count(word), wanted.count(word)) for word in set(wanted))
    return 2 * common / (len(said) + len(wanted)) if common else 0.0
