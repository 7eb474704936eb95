"""Dates as people and machines write them -> a day, with how exactly it is known; no guess between day and month."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from operator import attrgetter

from vectorstore.types import Precision, Span

_LONGEST_VALUE = 200
_YEARS = range(1400, 2101)

# A row is a month: English, German, French, Spanish, Portuguese and Italian, without their accents.
_MONTH_NAMES = (
    "january jan januar janner janvier janv enero ene janeiro gennaio gen",
    "february feb februar feber fevrier fevr febrero fevereiro fev febbraio",
    "march mar marz maerz mrz mars marzo marco",
    "april apr avril avr abril abr aprile",
    "may mai mayo maio maggio mag",
    "june jun juni juin junio junho giugno giu",
    "july jul juli juillet juil julio julho luglio lug",
    "august aug aout agosto ago",
    "september sept sep septembre septiembre setiembre setembro set settembre sett",
    "october oct oktober okt octobre octubre outubro out ottobre ott",
    "november nov novembre noviembre novembro",
    "december dec dezember dez decembre diciembre dic dezembro dicembre",
)
_MONTHS = {name: number for number, names in enumerate(_MONTH_NAMES, 1) for name in names.split()}

_YEAR = r"(?P<year>\d{4})(?!\d)"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th|er|[.ºª°])?"
_MONTH = r"(?P<month>[^\W\d_]{3,10})\.?"
_OF = r"(?:\s*\b(?:of|del?|di)\b)?"
_CLOCK = r"(?:\s+\d\d?:\d\d(?::\d\d)?(?:\s+[A-Z+-][\w:+-]*)?)?"
_YEAR_ANYWHERE = re.compile(r"\d{4}")
_FIRST_DIGIT = r"(?<!\d)(?<!\d[./-])"

_NAMED = (
    re.compile(rf"{_FIRST_DIGIT}{_DAY}{_OF}[\s/-]*{_MONTH},?{_OF}[\s/-]*{_YEAR}", re.IGNORECASE),
    re.compile(rf"(?<![^\W\d_]){_MONTH}[\s/-]*{_DAY}{_CLOCK}[\s,/-]+{_YEAR}", re.IGNORECASE),
    re.compile(rf"(?<!\d)(?P<year>\d{{4}})[\s/.-]+{_MONTH}[\s/-]*(?P<day>\d{{1,2}})(?!\d)", re.IGNORECASE),
)
_YEARLESS = (
    re.compile(rf"{_FIRST_DIGIT}{_DAY}{_OF}[\s/-]*{_MONTH}(?![^\W\d_])", re.IGNORECASE),
    re.compile(rf"(?<![^\W\d_]){_MONTH}[\s/-]*{_DAY}(?!\w)", re.IGNORECASE),
)
_YEAR_FIRST = (
    re.compile(r"(?<!\d)(?P<year>\d{4})(?P<sep>[-/]|\.\s?)(?P<month>\d{1,2})(?P=sep)(?P<day>\d{1,2})(?!\d)"),
    re.compile(r"(?<!\d)(?P<year>\d{4})\s*[年년]\s*(?P<month>\d{1,2})\s*[月월]\s*(?P<day>\d{1,2})\s*[日号號일]"),
)
_YEAR_LAST = re.compile(rf"{_FIRST_DIGIT}(?P<one>\d{{1,2}})(?P<sep>[/-]|\.\s?)(?P<two>\d{{1,2}})(?P=sep){_YEAR}")

_COMPACT = re.compile(r"(?:D:)?((?:19|20)\d\d)(\d\d)(\d\d)(?:T?(?:\d{4}|\d{6})(?:[.Z+-].*)?)?")
_EPOCH = re.compile(r"(\d{10})(?:\d{3}|\.\d+)?")
_MONTH_ALONE = (
    re.compile(r"(?P<year>\d{4})\s?[-/.]\s?(?P<month>\d{1,2})"),
    re.compile(r"(?P<year>\d{4})\s*[年년]\s*(?P<month>\d{1,2})\s*[月월]"),
    re.compile(rf"{_MONTH},?{_OF}[\s/-]*{_YEAR}", re.IGNORECASE),
    re.compile(rf"(?P<year>\d{{4}})[\s/-]+{_MONTH}", re.IGNORECASE),
)
_YEAR_ALONE = re.compile(r"(\d{4})\s*[年년]?")


@dataclass(frozen=True, slots=True)
class Dated:
    """A day, or the first one of the month or year that is known; false where there is no date."""

    day: date | None = None
    precision: Precision = ""

    def __bool__(self) -> bool:
        return self.day is not None


@dataclass(frozen=True, slots=True)
class WrittenDay:
    """A place that is written like a date; `day` is None where it means no single day of one year."""

    span: Span
    day: date | None


def parse_date(value: str) -> Dated:
    """The date that a value means, the day as written in its own zone; none where it names two, or could mean two."""
    text = _plain(value[:_LONGEST_VALUE]).strip()
    days = {written.day for written in written_days(text)}
    if days:
        return on_day(days.pop()) if len(days) == 1 else Dated()
    return _compact(text) or _month(text) or _year(text)


def written_days(text: str) -> list[WrittenDay]:
    """Every place written like a day, in order; two never overlap. None in a text without a year."""
    plain = _plain(text)
    if not _YEAR_ANYWHERE.search(plain):
        return []
    found: list[WrittenDay] = []
    for written in sorted(_candidates(plain), key=attrgetter("span")):
        if not found or written.span.start >= found[-1].span.end:
            found.append(written)
    known = [written.span for written in found]
    loose = [each for each in _yearless(plain) if all(_apart(each.span, span) for span in known)]
    return sorted(found + loose, key=attrgetter("span"))


def on_day(day: date | None) -> Dated:
    """A date that is known to the day; none for None."""
    return Dated(day, "day") if day else Dated()


def in_month(year: int, month: int) -> Dated:
    """A date that is known to the month; none where there is no such month."""
    first = day_of(year, month, 1)
    return Dated(first, "month") if first else Dated()


def day_of(year: int, month: int, day: int) -> date | None:
    """None where the calendar has no such day, and for years in which nothing was printed."""
    try:
        return date(year, month, day) if year in _YEARS else None
    except ValueError:
        return None


def _plain(text: str) -> str:
    """The same length, with digits of any script as 0 to 9, plain blanks and plain dashes."""
    return text if text.isascii() else "".join(map(_plain_character, text))


def _plain_character(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.decimal(character))
    return {"Pd": "-", "Zs": " ", "Cf": " "}.get(category, character)


def _candidates(plain: str) -> Iterator[WrittenDay]:
    for pattern in _NAMED:
        for match in pattern.finditer(plain):
            month = _month_number(match["month"])
            if month:
                yield _written(match, day_of(int(match["year"]), month, int(match["day"])))
    for pattern in _YEAR_FIRST:
        for match in pattern.finditer(plain):
            yield _written(match, day_of(*(int(match[name]) for name in ("year", "month", "day"))))
    for match in _YEAR_LAST.finditer(plain):
        yield _written(match, _year_last(match))


def _yearless(plain: str) -> Iterator[WrittenDay]:
    """A day and a month with no year, as in `Nov 29 - Dec 2, 2025`."""
    for pattern in _YEARLESS:
        yield from (_written(match, None) for match in pattern.finditer(plain) if _month_number(match["month"]))


def _written(match: re.Match[str], day: date | None) -> WrittenDay:
    return WrittenDay(Span(match.start(), match.end()), day)


def _apart(one: Span, two: Span) -> bool:
    return one.end <= two.start or two.end <= one.start


def _month_number(name: str) -> int:
    """1 to 12, or 0 for a word that is no month."""
    letters = unicodedata.normalize("NFD", name.casefold())
    return _MONTHS.get("".join(letter for letter in letters if not unicodedata.combining(letter)), 0)


def _year_last(match: re.Match[str]) -> date | None:
    """`30.11.2025` has its day first; with `/` or `-` only a number above 12 tells which one is the day."""
    one, two, year = int(match["one"]), int(match["two"]), int(match["year"])
    if match["sep"].startswith(".") or one > 12 or one == two:
        return day_of(year, two, one)
    return day_of(year, one, two) if two > 12 else None


def _compact(text: str) -> Dated:
    """`20251130`, with a time or as PDF files write it, and seconds or milliseconds since 1970."""
    match = _COMPACT.fullmatch(text)
    if match:
        return on_day(day_of(*map(int, match.groups())))
    epoch = _EPOCH.fullmatch(text)
    return on_day(datetime.fromtimestamp(int(epoch[1]), UTC).date()) if epoch else Dated()


def _month(text: str) -> Dated:
    for pattern in _MONTH_ALONE:
        match = pattern.fullmatch(text)
        if match:
            month = int(match["month"]) if match["month"].isdigit() else _month_number(match["month"])
            return in_month(int(match["year"]), month)
    return Dated()


def _year(text: str) -> Dated:
    match = _YEAR_ALONE.fullmatch(text)
    first = day_of(int(match[1]), 1, 1) if match else None
    return Dated(first, "year") if first else Dated()
