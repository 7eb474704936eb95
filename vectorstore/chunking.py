"""An article -> chunks of whole sentences, each one exact slice of the text that fits both token limits."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from vectorstore.furniture import is_heading, runs, trimmed
from vectorstore.sentences import sentences
from vectorstore.tokens import count_tokens
from vectorstore.types import Article, Chunk, Span

CHUNKER = "sentences-1"
"""Part of the index's fingerprint: raise it when the same article would be cut differently."""

_EMBEDDED_TITLE = 120
_LEAST_ROOM = 8
"""Word pieces left to a chunk beside a title that fills the embedding model alone."""
_LONGEST_WORDS = 8
"""Characters a token; a sentence longer than this times the limit is cut without being counted first."""


class PieceCounter(Protocol):
    """The part of Embeddings that chunking needs."""

    @property
    def max_tokens(self) -> int:
        """Word pieces that the model reads; what is longer it cuts off unseen."""

    def count_tokens(self, text: str) -> int:
        """Word pieces of a text, special ones excluded."""


@dataclass(frozen=True, slots=True)
class _Cost:
    tokens: int
    pieces: int

    def __add__(self, other: _Cost) -> _Cost:
        return _Cost(self.tokens + other.tokens, self.pieces + other.pieces)

    def within(self, limit: _Cost) -> bool:
        return self.tokens <= limit.tokens and self.pieces <= limit.pieces


@dataclass(frozen=True, slots=True)
class _Unit:
    """A sentence, or a part of one that is longer than a chunk."""

    span: Span
    cost: _Cost
    heading: bool


@dataclass(frozen=True, slots=True)
class _Measure:
    """Counts text, and compares it with both limits: its own tokens, and the word pieces of what is embedded."""

    text: str
    heading: str
    """The title, which is embedded before each chunk."""
    heading_pieces: int
    limit: _Cost
    encoding: str
    embeddings: PieceCounter

    def of(self, span: Span) -> _Cost:
        piece = span.of(self.text)
        return _Cost(count_tokens(piece, self.encoding), self.embeddings.count_tokens(piece))

    def fits(self, span: Span) -> bool:
        if span.end - span.start > 4 * self.longest:
            return False
        piece = span.of(self.text)
        if count_tokens(piece, self.encoding) > self.limit.tokens:
            return False
        most = max(self.embeddings.max_tokens, self.heading_pieces + _LEAST_ROOM)
        return self.embeddings.count_tokens(f"{self.heading}\n{piece}") <= most

    @property
    def longest(self) -> int:
        return _LONGEST_WORDS * self.limit.tokens

    def part(self, divisor: int) -> _Cost:
        return _Cost(self.limit.tokens // divisor, self.limit.pieces // divisor)


def chunk_article(article: Article, *, chunk_tokens: int, encoding: str, embeddings: PieceCounter) -> list[Chunk]:
    """Chunks in order, of at most `chunk_tokens` tokens, none over what the embedding model reads.

    Neighbours share a sentence where it is at most a quarter of a chunk; no chunk spans page furniture.
    """
    title = _embedded_title(article.title)
    title_pieces = embeddings.count_tokens(title)
    room = max(_LEAST_ROOM, embeddings.max_tokens - title_pieces)
    measure = _Measure(article.text, title, title_pieces, _Cost(chunk_tokens, room), encoding, embeddings)
    spans: list[Span] = []
    for run in runs(article.text):
        spans.extend(_pack(list(_units(article, run, measure)), measure))
    return [chunk_of(article, position, span) for position, span in enumerate(spans)]


def embedding_text(chunk: Chunk) -> str:
    """What is embedded for a chunk: its article's title, cut when it is enormous, and its text."""
    return f"{_embedded_title(chunk.title)}\n{chunk.text}"


def _embedded_title(title: str) -> str:
    return title[:_EMBEDDED_TITLE]


def chunk_of(article: Article, position: int, span: Span) -> Chunk:
    """A stretch of an article's text, with all that a footnote tells of the article."""
    return Chunk(
        article_id=article.id,
        position=position,
        text=span.of(article.text),
        start=span.start,
        end=span.end,
        source=article.source,
        title=article.title,
        outlet=article.outlet,
        author=article.author,
        published=article.published,
        precision=article.precision,
        language=article.language,
        page=page_at(article.text, span.start) if has_pages(article.source) else 0,
    )


def has_pages(source: str) -> bool:
    """Whether a form feed in an article's text ends a page."""
    return source.lower().endswith(".pdf")


def page_at(text: str, place: int) -> int:
    """The 1-based page of a place in a text with pages."""
    return 1 + text.count("\f", 0, place)


def _units(article: Article, run: Sequence[Span], measure: _Measure) -> Iterator[_Unit]:
    for paragraph in run:
        found = sentences(article.text, paragraph, article.language)
        heading = len(found) == 1 and is_heading(paragraph.of(article.text))
        for number, sentence in enumerate(found):
            line_break = _Cost(1 if number == 0 else 0, 0)
            for part in _parts(sentence, measure):
                yield _Unit(part, measure.of(part) + line_break, heading and part == sentence)


def _parts(sentence: Span, measure: _Measure) -> Iterator[Span]:
    """A sentence whole, or in parts that fit, cut at word ends; inside a word only where there is no blank."""
    if sentence.end - sentence.start <= measure.longest and measure.fits(sentence):
        yield sentence
        return
    start = sentence.start
    while start < sentence.end:
        end = min(sentence.end, start + measure.longest // 2)
        while end - start > 1 and not measure.fits(Span(start, end)):
            end = start + max(1, (end - start) * 3 // 4)
        if end < sentence.end:
            end = _word_end(measure.text, start, end)
        part = trimmed(measure.text, start, end)
        if part.start < part.end:
            yield part
        start = end


def _word_end(text: str, start: int, end: int) -> int:
    """The last place before `end` where no word, or at least no character with its marks, is cut in two."""
    for place in range(end, start + (end - start) // 2, -1):
        if text[place].isspace() or text[place - 1].isspace():
            return place
    for place in range(end, max(start + 1, end - 16), -1):
        if not _joins(text[place]) and text[place - 1] != "\u200d":
            return place
    return end


def _joins(character: str) -> bool:
    return character == "\u200d" or "\ufe00" <= character <= "\ufe0f" or unicodedata.category(character).startswith("M")


def _pack(units: list[_Unit], measure: _Measure) -> Iterator[Span]:
    """Consecutive units, as many as fit; the last two chunks are evened out when the last is tiny."""
    groups = _groups(units, measure)
    if len(groups) > 1:
        groups[-2:] = _evened(units, groups[-2], groups[-1], measure)
    for first, stop in groups:
        overlap = _wants_overlap(units, first, measure) and _fits(units, first - 1, stop, measure)
        yield _span(units, first - 1 if overlap else first, stop)


def _groups(units: Sequence[_Unit], measure: _Measure) -> list[tuple[int, int]]:
    """Ranges of units that tile them all."""
    groups: list[tuple[int, int]] = []
    first = 0
    while first < len(units):
        stop = _before_headings(units, first, _fill(units, first, measure))
        groups.append((first, stop))
        first = stop
    return groups


def _fill(units: Sequence[_Unit], first: int, measure: _Measure) -> int:
    """Where the chunk that begins at `first` stops: by the sum of its units, then checked by an exact count."""
    total = units[first].cost
    if _wants_overlap(units, first, measure) and (total + units[first - 1].cost).within(measure.limit):
        total += units[first - 1].cost
    stop = first + 1
    while stop < len(units) and (total + units[stop].cost).within(measure.limit):
        if units[stop].heading and not total.within(measure.part(2)):
            return _checked(units, first, stop, measure)
        total += units[stop].cost
        stop += 1
    return _checked(units, first, stop, measure)


def _checked(units: Sequence[_Unit], first: int, stop: int, measure: _Measure) -> int:
    while stop - first > 1 and not _fits(units, first, stop, measure):
        stop -= 1
    return stop


def _before_headings(units: Sequence[_Unit], first: int, stop: int) -> int:
    """A heading belongs to what follows: it ends a chunk only where nothing follows, or nothing else is in it."""
    kept = stop
    while stop < len(units) and kept > first and units[kept - 1].heading:
        kept -= 1
    return kept if kept > first else stop


def _evened(
    units: Sequence[_Unit], left: tuple[int, int], right: tuple[int, int], measure: _Measure
) -> list[tuple[int, int]]:
    """The last two groups as one where that fits, else with their border moved while the last is tiny."""
    first, border, stop = left[0], left[1], right[1]
    if not _total(units, border, stop).within(measure.part(4)) or units[border].heading:
        return [left, right]
    if _fits(units, first, stop, measure):
        return [(first, stop)]
    place = border
    while place - 1 > first and _total(units, place, stop).within(measure.part(4)):
        place -= 1
    place = _before_headings(units, first, place)
    return [(first, place), (place, stop)] if _fits(units, place, stop, measure) else [left, right]


def _wants_overlap(units: Sequence[_Unit], first: int, measure: _Measure) -> bool:
    """Whether a chunk may repeat the sentence before it, for what `this` and `he` point back to."""
    if first == 0 or units[first - 1].heading or units[first].heading:
        return False
    return units[first - 1].cost.within(measure.part(4))


def _total(units: Sequence[_Unit], first: int, stop: int) -> _Cost:
    return sum((unit.cost for unit in units[first:stop]), _Cost(0, 0))


def _fits(units: Sequence[_Unit], first: int, stop: int, measure: _Measure) -> bool:
    return measure.fits(_span(units, first, stop))


def _span(units: Sequence[_Unit], first: int, stop: int) -> Span:
    return Span(units[first].span.start, units[stop - 1].span.end)
