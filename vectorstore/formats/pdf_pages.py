"""Lines of a PDF's pages become paragraphs: running heads and page numbers go, broken words are joined."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from vectorstore.formats.tidying import tidy

_EDGE_LINES = 3
_LEAST_REPEATS = 3
_REPEATED_SHARE = 0.4
"""Of the pages: heads of left and right pages differ, and pages that open a chapter have none."""
_PAGE_NUMBER = re.compile(
    r"\W*(?:(?:page|seite|página|pagina|p\.?)\s*)?(\d{1,4})(\s*(?:of|/|von|de|sur)\s*\d{1,4})?\W*", re.I
)
_MARKER = re.compile(r"(?:[•●▪■◦‣∙·]|\(?(?:\d{1,3}|[a-zA-Z])[.)](?=\s))")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_LAST_WORD = re.compile(r"([^\W\d_]+)-$")
_BROKEN = re.compile(r"\w-$")
_LONGEST_WORD = 60
_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"})
_SENTENCE_ENDS = ".!?:;…。！？"
_NEAR = 3
"""Lines before and after one that show how wide its column is."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a page and its box, in points from the page's bottom left."""

    text: str
    left: float
    right: float
    bottom: float
    top: float

    @property
    def height(self) -> float:
        """Height of the box, at least one point."""
        return max(self.top - self.bottom, 1.0)


def joined_pages(pages: Sequence[Sequence[Line]]) -> list[str]:
    """The text of each page: its paragraphs, an empty line apart."""
    whole = _without_furniture([_whole_lines(page) for page in pages])
    vocabulary = {word.casefold() for page in whole for line in page for word in _WORD.findall(line.text)}
    return [tidy(_joined(page, vocabulary)) for page in whole]


def _whole_lines(page: Sequence[Line]) -> list[Line]:
    """Lines with the pieces that stand on the same height beside them, such as a raised number."""
    lines: list[Line] = []
    for line in page:
        if lines and _beside(lines[-1], line):
            before = lines.pop()
            blank = " " if line.left - before.right > 0.15 * before.height else ""
            bottom, top = (before.bottom, before.top) if before.height >= line.height else (line.bottom, line.top)
            line = Line(f"{before.text}{blank}{line.text}", before.left, line.right, bottom, top)
        lines.append(line)
    return [replace(line, text=line.text.translate(_LIGATURES)) for line in lines]


def _beside(before: Line, line: Line) -> bool:
    lower = min(before.height, line.height)
    gap = line.left - before.right
    return min(before.top, line.top) - max(before.bottom, line.bottom) > 0.5 * lower and -0.5 < gap / lower < 4


def _without_furniture(pages: Sequence[list[Line]]) -> list[list[Line]]:
    """Pages without the lines that most of them begin or end with, and without their numbers."""
    edges = Counter(key for page in pages for key in {_key(line) for line in _edges(page)})
    filled = sum(map(bool, pages))
    least = max(_LEAST_REPEATS, _REPEATED_SHARE * filled)
    repeated = {key for key, count in edges.items() if count >= least}
    numbered = Counter(number - index for index, page in enumerate(pages) for number in _numbers(page))
    offsets = {offset for offset, count in numbered.items() if count > 1}
    return [_trimmed(page, repeated, {index + offset for offset in offsets}) for index, page in enumerate(pages)]


def _edges(page: Sequence[Line]) -> list[Line]:
    return [*page[:_EDGE_LINES], *page[-_EDGE_LINES:]]


def _key(line: Line) -> str:
    return re.sub(r"\d+", "#", line.text.casefold()).strip()


def _numbers(page: Sequence[Line]) -> set[int]:
    """Numbers that stand alone on the first or last lines of a page."""
    return {int(match[1]) for line in _edges(page) if (match := _PAGE_NUMBER.fullmatch(line.text))}


def _trimmed(page: list[Line], repeated: set[str], numbers: set[int]) -> list[Line]:
    def is_furniture(line: Line) -> bool:
        number = _PAGE_NUMBER.fullmatch(line.text)
        return int(number[1]) in numbers if number else _key(line) in repeated

    start, end = 0, len(page)
    while start < end and start < _EDGE_LINES and is_furniture(page[start]):
        start += 1
    while end > start and len(page) - end < _EDGE_LINES and is_furniture(page[end - 1]):
        end -= 1
    return page[start:end]


def _joined(page: Sequence[Line], vocabulary: set[str]) -> str:
    if not page:
        return ""
    drops = [before.bottom - line.bottom for before, line in pairwise(page)]
    usual = median([drop for drop in drops if drop > 0] or [0.0])
    text = page[0].text
    for index, (before, line) in enumerate(pairwise(page)):
        near = page[max(0, index - _NEAR) : index + _NEAR + 2]
        if _begins_paragraph(before, line, near, usual):
            text += f"\n\n{line.text}"
        else:
            text = _with_word(text, line.text, vocabulary)
    return text


def _begins_paragraph(before: Line, line: Line, near: Sequence[Line], usual: float) -> bool:
    """By another size, a gap, an indent, a list's marker, or room left in which the next word would have fitted."""
    size = before.height
    drop = before.bottom - line.bottom
    if line.text[0].islower() and before.text[-1] not in _SENTENCE_ENDS:
        return drop > 2 * max(usual, size)
    if max(size, line.height) > 1.2 * min(size, line.height) or drop > max(1.35 * usual, 1.2 * size):
        return True
    if _MARKER.match(line.text):
        return True
    if 0.8 * size < line.left - before.left < 6 * size and drop > 0 and not _MARKER.match(before.text):
        return True
    column = [other.right for other in near if abs(other.left - before.left) < 3 * size]
    first_word = line.text.split(maxsplit=1)[0]
    width = (line.right - line.left) / max(len(line.text), 1)
    return before.right + (len(first_word) + 2) * width < max(column)


def _with_word(text: str, following: str, vocabulary: set[str]) -> str:
    """The text continued by a line; a word broken at the line's end is whole again."""
    broken, rest = _LAST_WORD.search(text[-_LONGEST_WORD:]), _WORD.match(following)
    if not _BROKEN.search(text[-2:]) or not following[:1].isalnum():
        return f"{text} {following}"
    if not broken or not rest or not following[0].islower():
        return text + following
    parts = (broken[1].casefold(), rest[0].casefold())
    keeps = "".join(parts) not in vocabulary and "-".join(parts) in vocabulary
    return (text if keeps else text[:-1]) + following
