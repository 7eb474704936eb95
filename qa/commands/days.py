"""Days as a user types them: `2025-11-30`, or a month or a year, of which the first or the last day is meant."""

from __future__ import annotations

import re
from datetime import date

from vectorstore.errors import UserError
from vectorstore.within import end_of_month

_WRITTEN = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)


def first_day(text: str, *, option: str) -> date:
    """The day, or the first one of the month or year; raises UserError, which names the option."""
    year, month, day = _numbers(text, option=option)
    return _day(text, year, month or 1, day or 1, option=option)


def last_day(text: str, *, option: str) -> date:
    """The day, or the last one of the month or year; raises UserError, which names the option."""
    year, month, day = _numbers(text, option=option)
    first = _day(text, year, month or 12, day or 1, option=option)
    return first if day else end_of_month(first)


def _numbers(text: str, *, option: str) -> tuple[int, int | None, int | None]:
    written = _WRITTEN.fullmatch(text.strip())
    if written is None:
        raise _no_date(text, option)
    year, month, day = (int(number) if number else None for number in written.groups())
    return year or 0, month, day


def _day(text: str, year: int, month: int, day: int, *, option: str) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        raise _no_date(text, option) from error


def _no_date(text: str, option: str) -> UserError:
    return UserError(f"{option} {text!r} is no date; write it as 2025-11-30, 2025-11 or 2025")
