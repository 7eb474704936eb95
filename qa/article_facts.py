"""Where an article tells its author, outlet, day or title: the exact lines of its text, for footnotes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

from qa.drafts import Quote
from qa.normalise import find_folded
from vectorstore.chunking import chunk_of
from vectorstore.facts.bylines import imprint
from vectorstore.facts.datelines import day_of_line
from vectorstore.facts.metadata import read_metadata
from vectorstore.furniture import front_matter_end, trimmed
from vectorstore.furniture_lines import byline_author
from vectorstore.types import Article, Span
from vectorstore.within import day_in_words

Fact = Literal["author", "outlet", "published"]
FACTS: tuple[Fact, ...] = ("author", "outlet", "published")

_TOP_LINES, _LAST_LINES = 12, 4
"""Where a page has its byline and its date, in lines that are not blank."""
_LONGEST_LINE = 300


def value(article: Article, fact: Fact) -> str:
    """What is known, as a sentence shows it; empty when it is not known."""
    if fact == "author":
        return article.author
    if fact == "outlet":
        return article.outlet
    return day_in_words(article.published, article.precision)


def fact_quotes(article: Article, text: str, fact: Fact) -> tuple[Quote, ...]:
    """The line of the text that tells a fact: of its front matter, a byline, an imprint; none when it does not."""
    places = (*_front_matter_entries(text), *_PLACES[fact](text))
    told = (span for span in places if _tells(span.of(text), article, fact))
    return tuple(_quote(article, text, span) for span in told)[:1]


def title_quotes(article: Article, text: str) -> tuple[Quote, ...]:
    """The headline, or the beginning of the text that serves as one; none when the text does not have it."""
    title = article.title.removesuffix("…")
    at = text.find(title) if title else -1
    span = Span(at, at + len(title)) if at >= 0 else find_folded(title, text)
    return (_quote(article, text, span),) if span else ()


def _quote(article: Article, text: str, span: Span) -> Quote:
    # A line outside every chunk, as page furniture is, still is a slice of the article.
    line = chunk_of(replace(article, text=text), 0, span)
    return Quote(line, span.start, span.end)


def _tells(line: str, article: Article, fact: Fact) -> bool:
    """Whether a line, or an entry of front matter, read alone, gives the same as the article."""
    if read_alone(line, fact) == value(article, fact):
        return True
    if fact == "outlet":
        return line.strip("*_ ") == article.outlet
    return fact == "published" and article.published is not None and day_of_line(line) == article.published


def read_alone(line: str, fact: Fact) -> str:
    """What one line tells by itself: an entry of front matter, a byline, a copyright line."""
    entry = read_metadata(f"---\n{line}\n---\n")
    alone = Article("", "", "", "", entry.outlet, entry.author, entry.published, entry.precision)
    found = value(alone, fact)
    if found or fact == "published":
        return found
    return byline_author(line.strip()) if fact == "author" else imprint(line)


def _lines(text: str, start: int = 0, end: int | None = None) -> Iterator[Span]:
    """The lines that are not blank, without the blanks around them."""
    place = start
    for raw in text[start:end].splitlines(keepends=True):
        span = trimmed(text, place, place + len(raw))
        place += len(raw)
        if span.start < span.end:
            yield span


def _front_matter_entries(text: str) -> list[Span]:
    """The entries between the `---` lines, each with its indented lines and list items."""
    entries: list[Span] = []
    for line in list(_lines(text, 0, front_matter_end(text)))[1:-1]:
        continues = text[line.start - 1] in " \t" or line.of(text).startswith("- ")
        if continues and entries:
            entries[-1] = Span(entries[-1].start, line.end)
        else:
            entries.append(line)
    return entries


def _edge_lines(text: str) -> list[Span]:
    lines = list(_lines(text, front_matter_end(text)))
    edges = lines[:_TOP_LINES] + lines[_TOP_LINES:][-_LAST_LINES:]
    return [line for line in edges if line.end - line.start <= _LONGEST_LINE]


def _imprint_lines(text: str) -> list[Span]:
    """The copyright lines, the last first, then the edges of the page."""
    lines = [line for line in _lines(text) if line.end - line.start <= _LONGEST_LINE]
    owners = [line for line in lines if re.match(r"©|\(c\)|copyright", line.of(text), re.IGNORECASE)]
    return owners[::-1] + _edge_lines(text)


_PLACES = {"author": _edge_lines, "published": _edge_lines, "outlet": _imprint_lines}
