"""Whether a text holds an accepted answer: words, numbers and dates, whatever way they are written."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from evals.number_words import DIGITS, with_digits, without_short_forms

# Without "ago" and "set", which are English words; "mar" and the like count beside a number only: see _is_month.
_MONTHS: Final = {
    name: month
    for names in (
        "january february march april may june july august september october november december",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        "jan feb mar apr may jun jul aug sept oct nov dec",
        "ene feb mar abr may jun jul aug sep oct nov dic",
    )
    for month, name in enumerate(names.split(), 1)
}
_ALSO_WORDS: Final = {"march", "may", "mar"}
_BEFORE_A_MONTH: Final = {"in", "since", "until", "during", "by", "from", "early", "mid", "late", "last", "next", "end"}
_BEFORE_A_DAY: Final = {"on", "since", "until", "by", "from", "el"}
_ARTICLES: Final = {"a", "an", "the"}
_MARK: Final = re.compile(r"\[\d+\]")
_WORD: Final = re.compile(rf"(?:{DIGITS.pattern})(?![^\W_])|[^\W_]+")
_INITIALS: Final = re.compile(r"\b(?:\w\.){2,}")
_POSSESSIVE: Final = re.compile(r"(?<=\w)['’]s\b")
_DAY: Final = re.compile(r"(0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?")
_YEAR: Final = re.compile(r"\d{4}")
_YEAR_FIRST: Final = re.compile(r"\b(\d{4})([-‐‑/])(\d{1,2})\2(\d{1,2})\b")
_YEAR_AND_MONTH: Final = re.compile(r"\b(\d{4})[-‐‑](0[1-9]|1[0-2])\b(?![-‐‑/]?\d)")
_YEAR_LAST: Final = re.compile(r"(?<![\d/.-])(\d{1,2})([-‐‑/.])(\d{1,2})\2(\d{4})\b")


def tokens(text: str) -> list[str]:
    """Words in lower case without accents, punctuation, possessive s and `[n]` marks; a number is one token of digits.

    "eighty-three" gives "83", "15 thousand" and "15,000" give "15000", "$50m" gives "50000000", "U.S." gives "us".
    """
    plain = _fold(_MARK.sub(" ", text))
    joined = _INITIALS.sub(lambda initials: initials[0].replace(".", ""), plain)
    return list(with_digits(_WORD.findall(without_short_forms(_POSSESSIVE.sub("", joined)))))


def contains(text: str, wanted: str) -> bool:
    """Whether the words of `wanted` stand in the text one after another, as whole words."""
    return _holds(tokens(text), tokens(wanted))


def contains_number(text: str, value: float, *, tolerance: float = 0.0) -> bool:
    """Whether some number of the text is within the absolute tolerance of the value."""
    return any(abs(found - value) <= tolerance for found in numbers(text))


def numbers(text: str) -> list[float]:
    """Every number of the text, in digits or words, scaled by hundred, thousand, million and so on."""
    return [float(token) for token in tokens(text) if DIGITS.fullmatch(token)]


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
    """Dates with a named month, in any order of day and month, and dates in digits.

    "11/24/2025" and "24/11/2025" are one day; "4/11/2025" gives both that it may mean.
    """
    return [*_dates_in_digits(text), *_named_dates(tokens(text))]


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


def _holds(words: Sequence[str], wanted: Sequence[str]) -> bool:
    width = len(wanted)
    return width > 0 and any(words[at : at + width] == wanted for at in range(len(words) - width + 1))


def _dates_in_digits(text: str) -> Iterator[PartialDate]:
    for year, _, month, day in _YEAR_FIRST.findall(text):
        yield PartialDate(int(year), int(month), int(day))
    for year, month in _YEAR_AND_MONTH.findall(text):
        yield PartialDate(int(year), int(month), 0)
    for first, _, second, year in _YEAR_LAST.findall(text):
        orders = {(int(first), int(second)), (int(second), int(first))}
        yield from (PartialDate(int(year), month, day) for month, day in sorted(orders) if month <= 12 and day <= 31)


def _named_dates(words: Sequence[str]) -> Iterator[PartialDate]:
    plain = [word for word in words if word not in {"of", "de", "del"}]
    for place, word in enumerate(plain):
        if word in _MONTHS and (word not in _ALSO_WORDS or _is_month(plain, place)):
            before, after = plain[max(place - 1, 0) : place], plain[place + 1 : place + 3]
            days = [int(day[1]) for day in map(_DAY.fullmatch, after[:1] + before) if day]
            years = [int(near) for near in after if _YEAR.fullmatch(near)]
            yield PartialDate(years[0] if years else 0, _MONTHS[word], days[0] if days else 0)


def _is_month(words: Sequence[str], place: int) -> bool:
    """Whether "may", "march" or "mar" is the month: a day or year stands beside it, or a word as in "since May"."""
    early, before = ["", "", *words][place : place + 2]
    after = words[place + 1] if place + 1 < len(words) else ""
    if _DAY.fullmatch(after) or _YEAR.fullmatch(after):
        return True
    if _DAY.fullmatch(before):
        return not before.isdigit() or early in _BEFORE_A_DAY
    return before in _BEFORE_A_MONTH and words[place] != "mar"


def _same_date(found: PartialDate, wanted: PartialDate) -> bool:
    same_year = found.year in (0, wanted.year)
    same_day = wanted.day in (0, found.day)
    return same_year and found.month == wanted.month and same_day


def _without_articles(text: str) -> list[str]:
    return [token for token in tokens(text) if token not in _ARTICLES]


def _overlap_f1(said: Sequence[str], wanted: Sequence[str]) -> float:
    common = sum(min(said.count(word), wanted.count(word)) for word in set(wanted))
    return 2 * common / (len(said) + len(wanted)) if common else 0.0
