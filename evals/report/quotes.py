"""Footnotes, gold quotes and passages, as they stand in their articles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from evals.corpus import Corpus, Evidence
from evals.examples import Quote
from evals.metrics import is_faithful, supports
from evals.report.excerpts import Excerpt, excerpt, shortened
from qa.types import Citation
from vectorstore.types import Passage, Span

_OPENING: Final = 120
"""Characters shown of a passage."""


@dataclass(frozen=True, slots=True)
class Footnote:
    """A citation in its article."""

    number: int
    source: str
    title: str
    outlet: str
    published: date | None
    start: int
    end: int
    faithful: bool
    supports: bool
    quote: str
    excerpt: Excerpt | None
    """None: the quote does not stand there."""


@dataclass(frozen=True, slots=True)
class GoldQuote:
    """A quote that proves the answer, in its article."""

    source: str
    start: int
    end: int
    times: int
    """How often it stands there; the first place is shown."""
    shown_in: int
    """The number of a footnote whose excerpt shows all of it; 0: none does."""
    rank: int
    """Of the first passage that holds it; 0: none does."""
    quote: str
    excerpt: Excerpt | None
    """None: the article does not hold it."""


@dataclass(frozen=True, slots=True)
class Retrieved:
    """A passage that was retrieved, and how it begins."""

    rank: int
    source: str
    start: int
    end: int
    score: float
    opening: str
    gold: bool


def footnote(citation: Citation, corpus: Corpus, *, gold: Sequence[Evidence]) -> Footnote:
    """A citation, marked in its article together with the gold quotes around it."""
    faithful = is_faithful(citation, corpus)
    span, text = Span(citation.start, citation.end), corpus.texts.get(citation.source, "")
    found = excerpt(text, span, cited=[span], gold=_spans(citation.source, gold)) if faithful else None
    return Footnote(
        citation.number,
        citation.source,
        citation.title,
        citation.outlet,
        citation.published,
        citation.start,
        citation.end,
        faithful,
        faithful and supports(citation, gold),
        shortened(citation.quote),
        found,
    )


def gold_quote(quote: Quote, corpus: Corpus, notes: Sequence[Footnote], *, passages: Sequence[Passage]) -> GoldQuote:
    """A gold quote at the first place where it stands; `notes` and `passages` are those of the answer."""
    places = corpus.places(quote)
    if not places:
        return GoldQuote(quote.source, 0, 0, 0, 0, 0, shortened(quote.quote), None)
    first = places[0]
    own = [note for note in notes if note.source == quote.source and note.excerpt]
    rank = next((rank for rank, one in enumerate(passages, 1) if any(_covers(one, place) for place in places)), 0)
    shown = next((note.number for note in own if note.start <= first.start and first.end <= note.end), 0)
    span, cited = Span(first.start, first.end), _spans(quote.source, own)
    found = excerpt(corpus.texts[quote.source], span, cited=cited, gold=[span])
    return GoldQuote(quote.source, first.start, first.end, len(places), shown, rank, shortened(quote.quote), found)


def retrieved(rank: int, passage: Passage, gold: Sequence[Evidence]) -> Retrieved:
    """A passage at its rank."""
    chunk, line = passage.chunk, " ".join(passage.chunk.text[: 2 * _OPENING].split())
    opening = line if len(line) <= _OPENING else line[:_OPENING].rpartition(" ")[0] + " …"
    holds_gold = any(_covers(passage, place) for place in gold)
    return Retrieved(rank, chunk.source, chunk.start, chunk.end, passage.score, opening, holds_gold)


def _covers(passage: Passage, place: Evidence) -> bool:
    chunk = passage.chunk
    return chunk.source == place.source and chunk.start <= place.start and place.end <= chunk.end


def _spans(source: str, places: Sequence[Evidence] | Sequence[Footnote]) -> list[Span]:
    return [Span(one.start, one.end) for one in places if one.source == source]
