"""The passages of an answer as evidence: their sentences, what each says, and how rare each word is."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from qa.drafts import Quote
from qa.instructions import instruction_spans, is_question
from qa.normalise import STOP_WORDS, acronyms, content_terms, find_folded, unaliased
from qa.quantities import Quantities, quantities, without_quantities
from vectorstore.furniture import paragraphs
from vectorstore.sentences import sentences
from vectorstore.terms import words
from vectorstore.types import Chunk, Passage, Span
from vectorstore.within import shown_day

if TYPE_CHECKING:
    import numpy as np

Embed = Callable[[Sequence[str]], "np.ndarray"]
"""Texts to unit vectors, one row each."""
Voice = Callable[[str, Sequence[str]], Sequence[float]]
"""A claim and texts to the chance, from 0 to 1, that each text supports it."""

LEANING = re.compile(
    r"(?:it|he|she|they|this|that|these|those|his|her|their|its|such"
    r"|the (?:move|offer|ministry|group|letter|plan|operation|statement|decision))\b",
    re.IGNORECASE,
)
"""How a sentence opens that points back at the one before it."""

POINTING = re.compile(
    r"\b(?:he|she|they|his|her|him|their|them|it|its|the (?:president|senator|minister|ministry|leader|secretary|group"
    r"|party|government|company|court|administration|country|nation|regime|man|woman|couple|pair|two|agency|official"
    r"|spokesman|spokeswoman|spokesperson))\b",
    re.IGNORECASE,
)
"""Words of a sentence that may stand for somebody or something named before."""

_AROUND = 2


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
    """The sentences of numbered passages, prepared once for all claims of an answer.

    A sentence that only asks, or that talks to a model, tells nothing: it is none of them, and is not found.
    """

    def __init__(
        self, passages: Sequence[Passage], *, embed: Embed | None = None, entailment: Voice | None = None
    ) -> None:
        self.passages = tuple(passages)
        self.sentences = tuple(_all_sentences(passages))
        self._entailment = entailment
        self._entailed: dict[tuple[str, str], float] = {}
        self._embed = embed
        self._count = Counter(term for sentence in self.sentences for term in sentence.terms)
        self._numbers = {number: tuple(one) for number, one in groupby(self.sentences, key=lambda one: one.number)}

    def of(self, numbers: Iterable[int]) -> list[EvidenceSentence]:
        """The sentences of the passages with these numbers."""
        return [sentence for number in sorted(set(numbers)) for sentence in self._numbers.get(number, ())]

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

    def in_context(self, among: Sequence[EvidenceSentence]) -> list[str]:
        """The texts of these sentences in reading order, each with the one before it where it points back."""
        texts: dict[EvidenceSentence, None] = {}
        for sentence in sorted(among, key=self.sentences.index):
            place = self.sentences.index(sentence)
            before = self.sentences[place - 1] if place else None
            if before and before.number == sentence.number and POINTING.search(sentence.quote.text):
                texts[before] = None
            texts[sentence] = None
        return [" ".join(sentence.quote.text.split()) for sentence in texts]

    def around(self, among: Sequence[EvidenceSentence]) -> list[EvidenceSentence]:
        """These sentences, and those within two of them in the same passages."""
        places = {self.sentences.index(one) + step for one in among for step in range(-_AROUND, _AROUND + 1)}
        numbers = {one.number for one in among}
        near = [self.sentences[place] for place in sorted(places) if 0 <= place < len(self.sentences)]
        return [one for one in near if one.number in numbers]

    def has_initials(self, letters: str, numbers: Iterable[int]) -> bool:
        """Whether consecutive words of these passages begin with the letters: driving under the influence is DUI."""
        texts = (self.passages[number - 1].chunk.text for number in numbers)
        initials = ("".join(word[0] for word in words(text) if word not in STOP_WORDS) for text in texts)
        return any(letters in each for each in initials)

    def entails(self, claim: str, among: Sequence[EvidenceSentence]) -> tuple[float, ...]:
        """The chance that these sentences entail the claim, by the user's model; nothing where there is none."""
        if self._entailment is None:
            return ()
        told = " ".join(self.in_context(among))
        if (claim, told) not in self._entailed:
            self._entailed[claim, told] = self._entailment(claim, [told])[0]
        return (self._entailed[claim, told],)

    def similarity(self, text: str, among: Sequence[EvidenceSentence]) -> float:
        """The highest cosine of `text` and these sentences; 0 without embeddings."""
        if self._embed is None or not among:
            return 0.0
        vectors = self._embed([text, *(sentence.quote.text for sentence in among)])
        return float((vectors[1:] @ vectors[0]).max())

    def find(self, text: str, numbers: Iterable[int]) -> Quote | None:
        """The first exact occurrence of `text`, folded, in these passages."""
        for number in numbers:
            chunk = self.passages[number - 1].chunk
            span = find_folded(text, chunk.text)
            if span and not any(span.start < silent.end and silent.start < span.end for silent in _silent(chunk)):
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
            head = f"{chunk.title} . {chunk.outlet} . {chunk.author} . {shown_day(chunk.published, chunk.precision)} . "
            texts[chunk.article_id] = texts.get(chunk.article_id, head) + f" {chunk.text}"
        return {
            article: _Vocabulary(frozenset(words(unaliased(text))), acronyms(text)) for article, text in texts.items()
        }


def _all_sentences(passages: Sequence[Passage]) -> Iterable[EvidenceSentence]:
    for number, passage in enumerate(passages, start=1):
        for quote, terms in _sentences_of(passage.chunk):
            yield EvidenceSentence(number, quote, terms, quantities(quote.text))


@lru_cache(maxsize=2048)
def instructions_in(chunk: Chunk) -> tuple[Quote, ...]:
    """What looks like an instruction to a language model in a chunk."""
    spans = instruction_spans(chunk.text, chunk.language)
    return tuple(Quote(chunk, chunk.start + span.start, chunk.start + span.end) for span in spans)


@lru_cache(maxsize=2048)
def _sentences_of(chunk: Chunk) -> tuple[tuple[Quote, frozenset[str]], ...]:
    telling = [span for span in _spans(chunk) if span not in _silent(chunk)]
    quotes = [Quote(chunk, chunk.start + span.start, chunk.start + span.end) for span in telling]
    return tuple((quote, frozenset(content_terms(without_quantities(quote.text)))) for quote in quotes)


@lru_cache(maxsize=2048)
def _silent(chunk: Chunk) -> frozenset[Span]:
    """The sentences of a chunk that tell nothing, as places in its text."""
    asking = (span for span in _spans(chunk) if is_question(span.of(chunk.text)))
    instructions = (Span(one.start - chunk.start, one.end - chunk.start) for one in instructions_in(chunk))
    return frozenset((*asking, *instructions))


def _spans(chunk: Chunk) -> list[Span]:
    return [span for part in paragraphs(chunk.text) for span in sentences(chunk.text, part, chunk.language)]
