"""Quotes in the words around them, footnotes and gold quotes marked where they stand and where they overlap."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from vectorstore.types import Span

Kind = Literal["", "cited", "gold", "both"]

_CONTEXT: Final = 150
"""Characters shown before and after a quote, cut at a blank."""
_LONGEST: Final = 700
"""A piece longer than this is shown without its middle."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words of an article, and what they are: cited, a gold quote, both, or neither."""

    text: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A quote in its context."""

    pieces: tuple[Piece, ...]
    cut_before: bool
    cut_after: bool


def excerpt(text: str, focus: Span, *, cited: Sequence[Span], gold: Sequence[Span]) -> Excerpt:
    """The focus and some words around it; everything cited or gold in there is marked."""
    window = _window(text, focus)
    cuts = {window.start, window.end}
    cuts |= {place for span in (*cited, *gold) for place in (span.start, span.end)}
    inside = sorted(place for place in cuts if window.start <= place <= window.end)
    pieces = (_piece(text, Span(*ends), cited, gold=gold) for ends in itertools.pairwise(inside))
    return Excerpt(tuple(_joined(pieces)), window.start > 0, window.end < len(text))


def holds(window: Span, span: Span) -> bool:
    """Whether the span lies wholly inside."""
    return window.start <= span.start and span.end <= window.end


def shortened(text: str, most: int = _LONGEST) -> str:
    """A long text without its middle."""
    left_out = len(text) - most
    if left_out <= 0:
        return text
    return f"{text[: most // 2]} […{left_out} characters…] {text[len(text) - most // 2 :]}"


def _window(text: str, focus: Span) -> Span:
    start, end = max(focus.start - _CONTEXT, 0), min(focus.end + _CONTEXT, len(text))
    if start:
        blank = re.search(r"\s+", text[start : focus.start])
        start = start + blank.end() if blank else start
    if end < len(text):
        blank = re.search(r"\s+(?=\S*\Z)", text[focus.end : end])
        end = focus.end + blank.start() if blank else end
    return Span(start, end)


def _piece(text: str, span: Span, cited: Sequence[Span], *, gold: Sequence[Span]) -> Piece:
    is_cited, is_gold = (any(holds(one, span) for one in spans) for spans in (cited, gold))
    kind: Kind = "both" if is_cited and is_gold else "cited" if is_cited else "gold" if is_gold else ""
    return Piece(shortened(span.of(text)), kind)


def _joined(pieces: Iterator[Piece]) -> Iterator[Piece]:
    for kind, group in itertools.groupby(pieces, key=lambda piece: piece.kind):
        yield Piece("".join(piece.text for piece in group), kind)
