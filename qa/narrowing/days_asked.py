"""The days that a question names: those its articles should be of, and those on which something happened."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from qa.quantities import MONTHS, quantities
from vectorstore.within import day_in_words, end_of_month

Years = Callable[[int, int], tuple[int, ...]]
"""The years in which articles of a month and a day (0 for any) were published."""

_MONTH = rf"(?:{'|'.join(sorted(MONTHS, key=len, reverse=True))})\b\.?"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_YEAR = r"(?:19|20)\d\d\b"
_WEEKDAY = r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,? )?(?:the )?"
_FULL = rf"{_WEEKDAY}(?:{_DAY}(?: of)? {_MONTH}|{_MONTH} {_DAY}\b)(?:,? {_YEAR})?|\d{{4}}-\d\d-\d\d"
_WHEN = rf"(?:{_FULL}|{_MONTH}(?: of|,)? {_YEAR}|{_YEAR})"
_ARTICLES = (
    r"(?:articles?|stor(?:y|ies)|pieces?|coverage|reporting|(?:news |press |media )?reports|(?:news|press) report)"
)
_BE = r"(?:(?:was|were|is|are|has been|have been) )"
_PUBLISHED = rf"(?: (?:that |which )?{_BE}?(?:published|printed|posted|written|appeared|ran))"
_RELATION = r"(?:on|in|from|of|dated|before|after|since|until|till|up to|by|through)"
_BARE_RELATION = r"(?:in|from|of|dated|before|after|since|until|till|up to)"
_END = (
    r"(?=\s*(?:[,;:?.!)]|$)|\s+(?:says?|said|tells?|told|reports?|reported|describes?|mentions?|names?|gives?|claims?"
    r"|do|does|did|is|are|was|were|who|what|how|when|where|which|why|about|on|that|and|or)\b)"
)
_SPAN = rf"(?:between|from) (?P<first>{_WHEN}) (?:and|to|until|through) (?P<last>{_WHEN})"
_IN = r"(?:,?\s*\b(?P<within>in|from|per|according to)\s+(?:the |all )?)?"
_OF_ARTICLES = (
    re.compile(rf"{_IN}\b{_ARTICLES}{_PUBLISHED}? {_SPAN}", re.IGNORECASE),
    re.compile(rf"{_IN}\b{_ARTICLES}{_PUBLISHED} (?:(?P<relation>{_RELATION}) )?(?P<when>{_WHEN})", re.IGNORECASE),
    re.compile(rf"{_IN}\b{_ARTICLES} (?P<relation>{_BARE_RELATION}) (?P<when>{_WHEN}){_END}", re.IGNORECASE),
    re.compile(rf"{_IN}\b(?P<when>{_FULL})(?:['’]s)? (?!stor|piece){_ARTICLES}\b", re.IGNORECASE),
)
_BARE = re.compile(rf"(?<!before )(?<!after )(?<!since )(?<!until )(?<!by )\b(?P<when>{_FULL})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Period:
    """Some days, both included."""

    since: date
    until: date

    @property
    def shown(self) -> str:
        """In words: `of 30 November 2025`, `of November 2025`, `until 1 December 2025`."""
        if self.since == date.min:
            return f"until {day_in_words(self.until, 'day')}"
        if self.until == date.max:
            return f"since {day_in_words(self.since, 'day')}"
        if self.since == self.until:
            return f"of {day_in_words(self.since, 'day')}"
        if (self.since, self.until) == _month(self.since.year, self.since.month):
            return f"of {day_in_words(self.since, 'month')}"
        if (self.since, self.until) == (date(self.since.year, 1, 1), date(self.since.year, 12, 31)):
            return f"of {self.since.year}"
        return f"from {day_in_words(self.since, 'day')} to {day_in_words(self.until, 'day')}"


@dataclass(frozen=True, slots=True)
class Published:
    """When the articles were published that a question asks for."""

    periods: tuple[Period, ...] = ()
    phrase: str = ""
    """The words that only say so, as `in articles of November 2025`; they are nothing to search for."""


def published_when(question: str, years: Years) -> Published:
    """No periods where it asks for no such articles; a day without a year means each year with articles of it."""
    for form in _OF_ARTICLES:
        for match in form.finditer(question):
            parts = match.groupdict()
            periods = _between(parts, years) if parts.get("first") else _related(parts, years)
            if periods:
                return Published(periods, match.group() if parts["within"] else "")
    return Published()


def happened_on(question: str, years: Years) -> tuple[date, ...]:
    """The days that a question names, without a `before` or an `after`."""
    found = (_periods(match["when"], years) for match in _BARE.finditer(question))
    return tuple(dict.fromkeys(period.since for periods in found for period in periods))


def _between(parts: dict[str, str], years: Years) -> tuple[Period, ...]:
    lasts = _periods(parts["last"], years)
    firsts = _periods(parts["first"], lambda *_: tuple(last.until.year for last in lasts))
    return tuple(
        Period(first.since, last.until) for first, last in zip(firsts, lasts, strict=False) if first.since <= last.until
    )


def _related(parts: dict[str, str], years: Years) -> tuple[Period, ...]:
    relation = (parts.get("relation") or "on").lower()
    found = _periods(parts["when"], years)
    if relation == "before":
        return tuple(Period(date.min, one.since - timedelta(days=1)) for one in found[-1:])
    if relation == "after":
        return tuple(Period(one.until + timedelta(days=1), date.max) for one in found[-1:])
    if relation == "since":
        return tuple(Period(one.since, date.max) for one in found[-1:])
    if relation in ("until", "till", "up to", "by", "through"):
        return tuple(Period(date.min, one.until) for one in found[-1:])
    return found


def _periods(when: str, years: Years) -> tuple[Period, ...]:
    """A day, a month or a year, in each year that it may mean."""
    if re.fullmatch(_YEAR, when):
        return (Period(date(int(when), 1, 1), date(int(when), 12, 31)),)
    days = quantities(when.title()).days
    if not days:
        return ()
    day = days[0]
    if not day.day:
        return (Period(*_month(day.year, day.month)),)
    known = (day.year,) if day.year else years(day.month, day.day)
    return tuple(Period(one, one) for year in known for one in _dates(year, day.month, day.day))


def _dates(year: int, month: int, day: int) -> Iterator[date]:
    try:
        yield date(year, month, day)
    except ValueError:  # 31 November
        return


def _month(year: int, month: int) -> tuple[date, date]:
    first = date(year, month, 1)
    return first, end_of_month(first)
