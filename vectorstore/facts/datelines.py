"""The day of publication that the text itself tells: on a line of its own, or in a news dateline.

A date in a sentence, a caption or a list of events is the day of something else, and is never taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from vectorstore.facts.dates import Dated, WrittenDay, on_day, written_days
from vectorstore.furniture import BLANKS, ends_sentence, front_matter_end
from vectorstore.furniture_lines import byline_author
from vectorstore.types import Span

TOP_LINES, LAST_LINES = 12, 4
"""Where a page has its byline and its date, in lines that are not blank."""

_LONGEST_LINE = 200
_LONGEST_BEFORE_BODY = 200
_SENTENCES_BEFORE_BODY = 2
"""Paragraphs that end a sentence: a standfirst and a caption."""
_MARKS = BLANKS + "*_#>"

_UPDATED = r"(?:updated|modified|edited|revised|actualizad[oa]|aktualisiert|mise? à jour|atualizad[oa]|aggiornat[oa])"
_PUBLISHED = (
    r"(?:published|posted|dated?|publication|publicad[oa]|veröffentlicht|erstellt|publiée?|pubblicat[oa]|fecha|data)"
)
_SMALL_WORDS = (
    r"on|at|the|of|last|first|originally|time|local|eastern|central|pacific|uhr|am|um|vom|den|zuletzt|stand"
    r"|el|los|las?|a|em|às|à|le|il|alle|ore|h"
)
_WEEKDAYS = (
    r"(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?"
    r"|lunes|martes|miércoles|jueves|viernes|sábado|domingo"
    r"|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonnabend|sonntag"
    r"|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche"
    r"|(?:segunda|terça|quarta|quinta|sexta)-feira|lunedì|martedì|mercoledì|giovedì|venerdì|sabato|domenica"
)
_ZONES = r"gmt|utc|[ecmp][sd]?t|bst|ces?t|ees?t|wes?t|ist|jst|kst|hkt|sgt|ae[sd]t|msk|z"
_CLOCK = r"t?\d{1,2}(?:[:.h]\d{2}){1,2}(?:\.\d+)?\s?(?:[ap]\.?m\b\.?|z\b)?|\d{1,2}\s?(?:[ap]\.?m\b\.?|uhr\b|h\b)"
_BESIDE = re.compile(
    rf"(?>{_CLOCK}|[+-]\d{{2}}:?\d{{2}}\b|\d+[ -]min(?:ute)?s?(?: read)?\b"
    rf"|(?:{_UPDATED}|{_PUBLISHED}|{_WEEKDAYS}|{_ZONES}|{_SMALL_WORDS})\b|\((?:{_ZONES})\)|[^\w(]|_)*+",
    re.IGNORECASE,
)
"""All that may stand beside a date on its line; no way back, or `+01:00` could be read in two ways each time."""
_LABEL = re.compile(rf"\b(?:(?P<updated>{_UPDATED})|(?P<published>{_PUBLISHED}))\b", re.IGNORECASE)
_BYLINE = re.compile(r"(by\s+[^|•·,–—]{2,80}?)(?=\s*(?:[|•·,–—]|$)|\s+-\s|\s+(?:published|posted|updated)\b)", re.I)

_BEHIND_NEWS_DATE = re.compile(r"\)?,?\s*(?P<agency>\([^()]{2,40}\)|/[^/]{2,40}/)?\s*[-–—]+(?:\s|$)")


@dataclass(frozen=True, slots=True)
class _Dateline:
    day: date | None
    labelled: bool
    """Whether the line says that it is the day of publication."""


def dateline(text: str, content: Sequence[Span]) -> Dated:
    """The day of publication; none where two lines disagree, or only the day of an update is told.

    `content` holds the paragraphs of the text.
    """
    lines = [line.strip(_MARKS) for line in text[front_matter_end(text) :].splitlines()]
    told = list(_told([line for line in lines if line]))
    return on_day(_agreed(told) if told else _news_day(text, content))


def is_date_line(line: str) -> bool:
    """Whether a line holds a full date, and beside it nothing but what stands on date lines."""
    return bool(_days_of_line(line.strip(_MARKS)))


def day_of_line(line: str) -> date | None:
    """The day of publication that one line tells by itself."""
    return _agreed(list(_datelines(line.strip(_MARKS))))


def _agreed(told: Sequence[_Dateline]) -> date | None:
    """The one day that is told; what is said to be the day of publication goes before a bare date."""
    days = {each.day for each in told if each.labelled} or {each.day for each in told}
    return days.pop() if len(days) == 1 else None


def _told(lines: Sequence[str]) -> Iterator[_Dateline]:
    """What the lines at both edges tell; a label may stand alone on the line before its date."""
    numbered = list(pairwise(["", *lines]))
    for before, line in numbered[:TOP_LINES] + numbered[TOP_LINES:][-LAST_LINES:]:
        is_label = bool(_LABEL.search(before)) and bool(_BESIDE.fullmatch(before))
        yield from _datelines(f"{before} {line}" if is_label else line)


def _datelines(line: str) -> Iterator[_Dateline]:
    """The days on a line, without those of updates."""
    place = 0
    days = _days_of_line(line)
    for written in days:
        # With one day on the line a label may stand behind it.
        end = len(line) if len(days) == 1 else written.span.start
        labels = {label.lastgroup for label in _LABEL.finditer(line, place, end)}
        place = written.span.end
        if labels != {"updated"}:
            yield _Dateline(written.day, labelled=bool(labels))


def _days_of_line(line: str) -> list[WrittenDay]:
    """The days on a date line, each a known one; none for any other line."""
    if len(line) > _LONGEST_LINE:
        return []
    days = written_days(line)
    place = 0
    for written in days:
        if written.day is None or not _stands_beside(line[place : written.span.start]):
            return []
        place = written.span.end
    return days if _stands_beside(line[place:]) else []


def _stands_beside(part: str) -> bool:
    byline = _BYLINE.match(part)
    if byline and byline_author(byline[1]):
        part = part[byline.end() :]
    return bool(_BESIDE.fullmatch(part))


def _news_day(text: str, content: Sequence[Span]) -> date | None:
    """The day in `LONDON, 30 November 2025 (Reuters) - …` where the body begins."""
    told = 0
    for paragraph in content[:TOP_LINES]:
        line = paragraph.of(text)
        day = _day_of_news_dateline(line[:_LONGEST_LINE])
        told += ends_sentence(line)
        if day or told > _SENTENCES_BEFORE_BODY or len(line) > _LONGEST_BEFORE_BODY:
            return day
    return None


def _day_of_news_dateline(line: str) -> date | None:
    written = next(iter(written_days(line)), None)
    behind = _BEHIND_NEWS_DATE.match(line, written.span.end) if written else None
    if not written or not behind:
        return None
    place = line[: written.span.start].strip(" ,(–—-")
    town = place.split(",")[0]
    named = town.isupper() or (bool(behind["agency"]) and _is_name(town))
    return written.day if named and len(town) > 1 and len(place) <= 60 else None


def _is_name(town: str) -> bool:
    words = town.split()
    return 0 < len(words) <= 4 and all(word[0].isupper() and not _BESIDE.fullmatch(word) for word in words)
