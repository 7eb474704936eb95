"""An article cut for reading: paragraphs of segments, each with the numbers of the footnotes that quote it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from qa.inert import LINE_ENDS
from vectorstore.types import Span

MOST_CHARACTERS = 200_000
"""A longer article is shown in part."""

_LINE_END = r"(?>\r\n|[\n\r\v\f\x85\u2028\u2029])"
_BREAK = re.compile(rf"{_LINE_END}(?:[^\S\n\r\v\f\x85\u2028\u2029]*{_LINE_END})+")
# Controls show nothing, direction overrides make a text read as something else, half a character is none.
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_ENDING = "\n\r\v\f\x85\u2028\u2029"
_EDGE = 2000


@dataclass(frozen=True, slots=True)
class Mark:
    """A footnote's place in an article: its number and a half-open range of characters."""

    number: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of text that the same footnotes quote; `numbers` is mostly empty."""

    text: str
    numbers: tuple[int, ...] = ()


Paragraph = tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Excerpt:
    """An article, or the part of a long one that is shown; `before` and `after` count the characters left out."""

    paragraphs: tuple[Paragraph, ...]
    before: int = 0
    after: int = 0


def visible(text: str) -> str:
    """A text without controls and direction overrides, every line end as `\\n`."""
    return _UNSEEN.sub("", LINE_ENDS.sub("\n", text))


def segments(text: str, marks: Sequence[Mark], *, around: int | None = None, most: int = MOST_CHARACTERS) -> Excerpt:
    """The paragraphs of an article, at most `most` characters of it about `around`, or else about the first mark.

    Joined, the segments are the paragraphs as `visible` has them: only blank lines between paragraphs are left out.
    """
    first = min((mark.start for mark in marks), default=0)
    shown = _window(text, first if around is None else around, most)
    cut = (tuple(_segments(text, paragraph, marks)) for paragraph in _paragraphs(text, shown))
    paragraphs = tuple(paragraph for paragraph in cut if any(segment.text.strip() for segment in paragraph))
    return Excerpt(paragraphs, shown.start, len(text) - shown.end)


def _window(text: str, around: int, most: int) -> Span:
    """A range of at most `most` characters, begun and ended where a line or a word does."""
    if len(text) <= most:
        return Span(0, len(text))
    start = max(0, min(around - most // 2, len(text) - most))
    end = min(len(text), start + most)
    if start:
        start = _next_beginning(text, start, min(start + _EDGE, end))
    if end < len(text):
        end = _last_end(text, max(end - _EDGE, start + 1), end)
    return Span(start, end)


def _next_beginning(text: str, start: int, end: int) -> int:
    found = LINE_ENDS.search(text, start, end) or re.compile(r"\s").search(text, start, end)
    return found.end() if found else start


def _last_end(text: str, start: int, end: int) -> int:
    line_ends = [found.start() for found in LINE_ENDS.finditer(text, start, end)]
    blanks = line_ends or [found.start() for found in re.finditer(r"\s", text[start:end])]
    return line_ends[-1] if line_ends else start + blanks[-1] if blanks else end


def _paragraphs(text: str, shown: Span) -> Iterator[Span]:
    """Without the line ends at their edges."""
    start = shown.start
    for found in (*_BREAK.finditer(text, shown.start, shown.end), None):
        end = found.start() if found else shown.end
        piece = text[start:end]
        begun = end - len(piece.lstrip(_ENDING))
        yield Span(begun, max(begun, start + len(piece.rstrip(_ENDING))))
        start = found.end() if found else end


def _segments(text: str, paragraph: Span, marks: Sequence[Mark]) -> Iterator[Segment]:
    inside = [mark for mark in marks if max(mark.start, paragraph.start) < min(mark.end, paragraph.end)]
    edges = {edge for mark in inside for edge in (mark.start, mark.end) if paragraph.start < edge < paragraph.end}
    places = sorted({paragraph.start, paragraph.end, *edges})
    for start, end in pairwise(places):
        numbers = sorted({mark.number for mark in inside if mark.start <= start and end <= mark.end})
        shown = visible(text[start:end])
        if shown:
            yield Segment(shown, tuple(numbers))
