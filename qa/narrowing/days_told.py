"""The day of which a sentence tells: as it names it, or counted from the day of its article ("on Sunday")."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import date, timedelta

from qa.quantities import Day, quantities
from vectorstore.types import Chunk

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_COUNTED = re.compile(rf"\b(?:{'|'.join(_WEEKDAYS)}|yesterday|today|tonight|last night)\b", re.IGNORECASE)
_BACK = {"yesterday": 1, "last night": 1, "today": 0, "tonight": 0}


def day_fit(sentence: str, chunk: Chunk, days: Collection[date]) -> float:
    """1 where a sentence tells of one of these days, -1 where it tells of another.

    One that names no day gets 0.5 in an article of that day or of the day after, and 0 in any other.
    """
    named = [day for day in quantities(sentence).days if day.day]
    if named:
        return 1.0 if any(Day(day.month, day.day, day.year).agrees_with(one) for day in days for one in named) else -1.0
    published = chunk.published if chunk.precision == "day" else None
    if published is None:
        return 0.0
    counted = list(_counted(sentence, published))
    if counted:
        return 1.0 if any(day in days for day in counted) else -1.0
    return 0.5 if any(published in (day, day + timedelta(days=1)) for day in days) else 0.0


def _counted(sentence: str, published: date) -> Iterator[date]:
    """The days that its words mean; the last Sunday up to the day of the article."""
    for match in _COUNTED.finditer(sentence):
        word = match.group().lower()
        back = _BACK[word] if word in _BACK else (published.weekday() - _WEEKDAYS.index(word)) % 7
        yield published - timedelta(days=back)
