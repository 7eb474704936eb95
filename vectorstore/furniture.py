"""What of a page is the article: content paragraphs with exact offsets, page furniture left out."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from vectorstore.furniture_lines import byline_author, is_furniture_line, without_credit, without_mark
from vectorstore.types import Span

BLANKS = (
    "".join(map(chr, (*range(0x21), *range(0x7F, 0xA1))))
    + "\u00ad\u1680\u180e\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b\u200c\u200d"
    + "\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u202f\u205f\u2060\u2066\u2067\u2068\u2069\u3000\ufeff"
)
"""Characters that show nothing at the edge of a text: blanks, controls, zero-width and direction marks."""

_CLOSERS = "\"'”’»›)]}）」』】*_"
_TERMINAL = ".!?…。！？।؟۔"
_BYLINE_LINES = 12  # a byline stands in the first lines of a page, or in its last four
_FRONT_MATTER_LINES = 100


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    end: int
    width: int
    """Columns, up to 101: a longer line is no hard-wrapped one."""
    drop: bool = False
    marked: bool = False
    """Began with a heading, list or quotation mark, which is cut off."""

    @property
    def blank(self) -> bool:
        return self.start == self.end


def paragraphs(text: str) -> list[Span]:
    """Content paragraphs in order, without the blanks around them; headings and captions stand alone."""
    return [paragraph for run in runs(text) for paragraph in run]


@lru_cache(maxsize=8)  # metadata, chunks and copies of an article each ask for it
def runs(text: str) -> tuple[tuple[Span, ...], ...]:
    """The paragraphs, in groups with no page furniture between them."""
    groups: list[list[Span]] = [[]]
    for block in _blocks(_marked(text, _lines(text))):
        if block[0].drop:
            groups.append([])
            continue
        groups[-1].extend(_paragraphs_of(text, block))
    return tuple(tuple(group) for group in groups if group)


def is_heading(text: str) -> bool:
    """Whether a paragraph or sentence is short with no full stop, or only asks: it announces, it does not tell."""
    bare = text.strip(BLANKS + _CLOSERS)
    if not bare or len(bare) > 120 or len(bare.split()) > 16:
        return False
    if len(bare) > 40 and " " not in bare:
        return False
    return bare[-1] not in _TERMINAL or bare[-1] in "?？؟"


def ends_sentence(text: str) -> bool:
    """Whether the last visible character, closing quotes aside, is a full stop or its like."""
    return text.rstrip(BLANKS + _CLOSERS)[-1:] in tuple(_TERMINAL)


def trimmed(text: str, start: int, end: int) -> Span:
    """The span without the blanks at its edges; empty at `end` when nothing else is there."""
    piece = text[start:end]
    start = end - len(piece.lstrip(BLANKS))
    return Span(start, max(start, end - len(piece) + len(piece.rstrip(BLANKS))))


def front_matter_end(text: str) -> int:
    """Where the content begins: behind a leading block between two `---` lines, or 0 when there is none."""
    place = 0
    for number, raw in enumerate(text.splitlines(keepends=True)[: _FRONT_MATTER_LINES + 1]):
        line = raw.strip(BLANKS)
        place += len(raw)
        if number == 0 and line != "---":
            return 0
        if number and line in ("---", "..."):
            return place
        if number and not _is_front_matter_line(raw.rstrip(BLANKS)):
            return 0
    return 0


def _is_front_matter_line(line: str) -> bool:
    key, colon, _ = line.partition(":")
    named = bool(colon) and len(key) <= 40 and key.replace("-", "").replace("_", "").replace(" ", "").isalnum()
    return not line or line.startswith((" ", "\t", "- ", "#")) or named


def _lines(text: str) -> Iterator[_Line]:
    place = front_matter_end(text)
    for raw in text[place:].splitlines(keepends=True):
        span = trimmed(text, place, place + len(raw))
        yield _Line(span.start, span.end, _width(text, span))
        place += len(raw)


def _width(text: str, span: Span) -> int:
    if span.end - span.start > 100:
        return 101
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in span.of(text))


def _marked(text: str, lines: Iterator[_Line]) -> list[_Line]:
    """Lines with furniture marked, and with list, heading and credit marks cut off."""
    listed = list(lines)
    filled = [number for number, line in enumerate(listed) if not line.blank]
    contents = [text[listed[number].start : listed[number].end] for number in filled]
    for place, number in enumerate(filled):
        line, content = listed[number], contents[place]
        at_edge = place < _BYLINE_LINES or place >= len(filled) - 4
        if _is_doubled(contents, place) or is_furniture_line(content) or (at_edge and byline_author(content)):
            listed[number] = replace(line, drop=True)
            continue
        start = line.start + len(content) - len(without_mark(content))
        end = line.start + len(without_credit(content).rstrip(BLANKS))
        listed[number] = replace(line, start=start, end=max(start, end), marked=start > line.start)
    return listed


def _is_doubled(contents: Sequence[str], place: int) -> bool:
    """Whether a line is the first copy of two, as captions are; the second stays, being the one next to the body."""
    here = contents[place]
    copies = [contents[other] == here for other in range(max(0, place - 1), min(len(contents), place + 3))]
    return sum(copies) == 2 and contents[place + 1 : place + 2] == [here]


def _blocks(lines: Sequence[_Line]) -> Iterator[list[_Line]]:
    """Neighbouring lines of one kind, content or furniture; blank lines end a block."""
    block: list[_Line] = []
    for line in lines:
        if block and (line.blank or line.drop != block[0].drop):
            yield block
            block = []
        if not line.blank:
            block.append(line)
    if block:
        yield block


def _paragraphs_of(text: str, block: list[_Line]) -> Iterator[Span]:
    wrap_width = _wrap_width(text, block)
    start = block[0].start
    for line, following in pairwise(block):
        joined = _runs_on(text, line, following) or _was_wrapped(text, line, following, width=wrap_width)
        if not joined or _is_marked_heading(text, line):
            yield Span(start, line.end)
            start = following.start
    yield Span(start, block[-1].end)


def _is_marked_heading(text: str, line: _Line) -> bool:
    return line.marked and text[max(0, line.start - 8) : line.start].rstrip().endswith("#")


def _runs_on(text: str, line: _Line, following: _Line) -> bool:
    """A line with no full stop, followed by one in lower case: a sentence broken over two lines."""
    return not following.marked and text[following.start].islower() and not ends_sentence(text[line.start : line.end])


def _was_wrapped(text: str, line: _Line, following: _Line, *, width: int) -> bool:
    """Whether the next line's first word would not have fitted behind this line."""
    if not width or following.marked:
        return False
    head = text[following.start : following.end]
    first = 2 if ord(head[0]) >= 0x2E80 else len(head.split(maxsplit=1)[0]) + 1
    return line.width + first > width


def _wrap_width(text: str, block: list[_Line]) -> int:
    """The width of a block that a program wrapped, as in an e-mail; 0 for any other block."""
    width = max(line.width for line in block)
    if len(block) < 3 or not 50 <= width <= 100:
        return 0
    pairs = list(pairwise(block))
    full = [line for line, following in pairs if _was_wrapped(text, line, following, width=width)]
    open_ended = [line for line in full if not ends_sentence(text[line.start : line.end])]
    return width if len(full) * 3 >= len(pairs) * 2 and len(open_ended) * 2 >= len(full) else 0
