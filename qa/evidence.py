"""The passages of an answer as evidence: their sentences, what each says, and how rare each word is."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from qa.drafts import Quote
from qa.normalise import acronyms, content_terms, find_folded, unaliased
from qa.quantities import Quantities, quantities, without_quantities
from vectorstore.furniture import paragraphs
from vectorstore.sentences import sentences
from vectorstore.terms import words
from vectorstore.types import Chunk, Passage

if TYPE_CHECKING:
    import numpy as np

Embed = Callable[[Sequence[str]], "np.ndarray"]
"""Texts to unit vectors, one row each."""

LEANING = re.compile(
    r"(?:it|he|she|they|this|that|these|those|his|her|their|its|such"
    r"|the (?:move|offer|ministry|group|letter|plan|operation|statement|decision))\b",
    re.IGNORECASE,
)
"""How a sentence opens that points back at the one before it."""


@dataclass(frozen=True, slots=True)
class EvidenceSentence:
    """One sentence of a passage and what it says."""

    number: int
    """The 1-based number of its passage."""
    quote: Quote
    terms: frozenset[str]
    quantities: Quantities


class _Vocabulary(NamedTuple):
    words: frozenset[str]
    acronyms: frozenset[str]


class Evidence:
    """The sentences of numbered passages, prepared once for all claims of an answer."""

    def __init__(self, passages: Sequence[Passage], *, embed: Embed | None = None) -> None:
        self.passages = tuple(passages)
        self.sentences = tuple(_all_sentences(passages))
        self._embed = embed
        self._vectors: np.ndarray | None = None
        self._count = Counter(term for sentence in self.sentences for term in sentence.terms)

    def of(self, numbers: Iterable[int]) -> list[EvidenceSentence]:
        """The sentences of the passages with these numbers."""
        wanted = set(numbers)
        return [sentence for sentence in self.sentences if sentence.number in wanted]

    def attribution(self, among: Sequence[EvidenceSentence]) -> frozenset[str]:
        """The stems of the outlets and authors of these sentences: a claim may name who reports."""
        chunks = [sentence.quote.chunk for sentence in among]
        return frozenset(term for chunk in chunks for term in content_terms(f"{chunk.outlet} {chunk.author}"))

    def rarity(self, term: str) -> float:
        """How much a stem tells: about 1 when one sentence in all has it, less the more have it."""
        total = len(self.sentences) + 1
        return 0.2 + 0.8 * math.log(total / (self._count[term] + 0.5 if term in self._count else 1)) / math.log(
            total + 1
        )

    def similarity(self, text: str, among: Sequence[EvidenceSentence]) -> float:
        """The highest cosine of `text` and these sentences; 0 without embeddings."""
        if self._embed is None or not among:
            return 0.0
        if self._vectors is None:
            self._vectors = self._embed([sentence.quote.text for sentence in self.sentences])
        rows = [self.sentences.index(sentence) for sentence in among]
        return float((self._vectors[rows] @ self._embed([text])[0]).max())

    def find(self, text: str, numbers: Iterable[int]) -> Quote | None:
        """The first exact occurrence of `text`, folded, in these passages."""
        for number in numbers:
            chunk = self.passages[number - 1].chunk
            if span := find_folded(text, chunk.text):
                return Quote(chunk, chunk.start + span.start, chunk.start + span.end)
        return None

    def words(self, numbers: Iterable[int]) -> frozenset[str]:
        """The folded words of these passages' articles, as far as they are here: texts, titles, outlets, authors."""
        return frozenset().union(*(self._vocabulary[article].words for article in self._articles(numbers)))

    def acronyms(self, numbers: Iterable[int]) -> frozenset[str]:
        """The first letters of the names in these passages' articles."""
        return frozenset().union(*(self._vocabulary[article].acronyms for article in self._articles(numbers)))

    def _articles(self, numbers: Iterable[int]) -> set[str]:
        return {self.passages[number - 1].chunk.article_id for number in numbers}

    @cached_property
    def _vocabulary(self) -> dict[str, _Vocabulary]:
        texts: dict[str, str] = {}
        for chunk in (passage.chunk for passage in self.passages):
            head = f"{chunk.title} . {chunk.outlet} . {chunk.author} . {chunk.published or ''} . "
            texts[chunk.article_id] = texts.get(chunk.article_id, head) + f" {chunk.text}"
        return {
            article: _Vocabulary(frozenset(words(unaliased(text))), acronyms(text)) for article, text in texts.items()
        }


def _all_sentences(passages: Sequence[Passage]) -> Iterable[EvidenceSentence]:
    for number, passage in enumerate(passages, start=1):
        for quote, terms in _sentences_of(passage.chunk):
            yield EvidenceSentence(number, quote, terms, quantities(quote.text))


@lru_cache(maxsize=2048)
def _sentences_of(chunk: Chunk) -> tuple[tuple[Quote, frozenset[str]], ...]:
    spans = [span for paragraph in paragraphs(chunk.text) for span in sentences(chunk.text, paragraph, chunk.language)]
    quotes = [Quote(chunk, chunk.start + span.start, chunk.start + span.end) for span in spans]
    return tuple((quote, frozenset(content_terms(without_quantities(quote.text)))) for quote in quotes)
