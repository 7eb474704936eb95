"""The date in a file's name and folders, or in an address; never a file's own time."""

from __future__ import annotations

import re
from datetime import date
from urllib.parse import urlsplit

from vectorstore.facts.dates import Dated, day_of, in_month, on_day

_YEAR = r"((?:19|20)\d\d|2100)"
_SEPARATED = re.compile(rf"(?<!\d){_YEAR}([-_.])(\d\d?)\2(\d\d?)(?!\d)")
# The eight digits stand alone, or between letters: among other digits they are part of a number.
_COMPACT = re.compile(rf"(?<![^\W_])[^\W\d_]*{_YEAR}(\d\d)(\d\d)(?:T\d{{4,6}}Z?|[^\W\d_]*)(?![^\W_])")
_MONTH = re.compile(rf"(?<!\d){_YEAR}[-_](0[1-9]|1[0-2])(?!\d|[-_.]\d)")
_DAY_FOLDERS = re.compile(rf"(?:^|/){_YEAR}/(\d\d?)/(\d\d?)(?=/|$)")
_MONTH_FOLDERS = re.compile(rf"(?:^|/){_YEAR}/(0[1-9]|1[0-2])(?=/|$)")
_DAY_OF_SLUG = re.compile(rf"(?:^|/){_YEAR}([-_])(\d\d)\2(\d\d)(?!\d)")


def date_of_source(source: str) -> Dated:
    """The date that a path below the corpus root tells: its name before its folders, a day before a month."""
    path = re.sub(r"(?<=[^/])\.[A-Za-z]\w*(?:\.gz)?$", "", source)
    *folders, name = path.split("/")
    parts = [name, *reversed(folders)]
    days = [_only_day(name), _day_of_folders(path), *map(_only_day, reversed(folders))]
    months = [_only_month(name), _month_of_folders(path), *map(_only_month, parts[1:])]
    return next(filter(None, days + months), Dated())


def date_of_url(url: str) -> Dated:
    """The date that an address files its page under: `/2025/11/30/`, `/2025-11-30-name`, `/2025/11/`."""
    path = _path(url)
    slug = _DAY_OF_SLUG.search(path)
    day = day_of(int(slug[1]), int(slug[3]), int(slug[4])) if slug else None
    return _day_of_folders(path) or on_day(day) or _month_of_folders(path)


def _path(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:
        return ""


def _only_day(name: str) -> Dated:
    """The day in a name; none where it holds two, as the name of a week's or a month's file does."""
    days = {day_of(int(year), int(month), int(day)) for year, _, month, day in _SEPARATED.findall(name)}
    days |= {day_of(*map(int, parts)) for parts in _COMPACT.findall(name)}
    known = {day for day in days if day}
    return on_day(known.pop()) if len(known) == 1 else Dated()


def _only_month(name: str) -> Dated:
    months = {(int(year), int(month)) for year, month in _MONTH.findall(name) if not _is_span_of_years(year, month)}
    return in_month(*months.pop()) if len(months) == 1 else Dated()


def _is_span_of_years(year: str, month: str) -> bool:
    """Whether `2011-12` may mean a season that began in 2011."""
    return int(month) == (int(year) + 1) % 100


def _day_of_folders(path: str) -> Dated:
    match = _DAY_FOLDERS.search(path)
    day: date | None = day_of(*map(int, match.groups())) if match else None
    return on_day(day)


def _month_of_folders(path: str) -> Dated:
    match = _MONTH_FOLDERS.search(path)
    return in_month(int(match[1]), int(match[2])) if match else Dated()
