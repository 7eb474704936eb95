"""Answers without a language model: exact sentences of the articles, each with its footnote, or an abstention."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Generator, Mapping, Sequence, Set
from dataclasses import dataclass

import numpy as np

from qa.asking import Asked
from qa.drafts import Draft, Quote, Statement, abstention
from qa.evidence import Evidence
from qa.marks import resolve
from qa.quantities import quantities
from qa.scoring import Candidate, SentenceScorer, Vectors
from qa.types import Reason
from vectorstore.terms import stem
from vectorstore.types import Passage

_SAME = 0.72  # cosine above which two sentences of different articles tell the same
_SAME_WITH_NUMBERS = 0.5  # enough when they also share every number
_ALSO = 0.85  # share of the best score above which another sentence is worth adding
_MOST_STATEMENTS = 3
_NEAR = 0.35  # cosine of a question and a sentence on the same matter
_OFFSET, _SLOPE = 4.08, 0.337  # logistic fit of right answers on the strength, development half
_Place = tuple[str, int]
_NUMBERS = {2: "Two", 3: "Three", 4: "Four", 5: "Five"}
_LEANING = re.compile(
    r"(?:it|he|she|they|this|that|these|those|his|her|their|its|such"
    r"|the (?:move|offer|ministry|group|letter|plan|operation|statement|decision))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Extraction:
    """What the extractive answerer needs besides question and passages."""

    embed: Callable[[Sequence[str]], Vectors]
    """Texts to unit vectors."""
    question: Vectors
    """The query's vector."""
    similarities: Mapping[str, float]
    """Cosine of the query and each passage, by chunk id."""
    rarity: Callable[[str], float]
    knows: Callable[[str], bool]
    abstain_below: float


def answer_extractively(query: str, passages: Sequence[Passage], extraction: Extraction) -> Generator[str, None, Draft]:
    """Compose an answer from exact sentences; yields it word by word."""
    scorer = SentenceScorer(query, embed=extraction.embed, rarity=extraction.rarity)
    ranked = scorer.score(Evidence(passages), extraction.question, similarities=extraction.similarities)
    sure = confidence(query, ranked, scorer=scorer, knows=extraction.knows)
    if not ranked or sure < extraction.abstain_below:
        draft = abstention(_reason(scorer.asked, ranked, extraction), confidence=sure)
    else:
        resolved = resolve(_statements(ranked))
        draft = Draft(resolved.text, resolved.claims, resolved.citations, confidence=sure)
    yield from re.findall(r"\S+\s*", draft.text)
    return draft


def confidence(
    query: str, ranked: Sequence[Candidate], *, scorer: SentenceScorer, knows: Callable[[str], bool]
) -> float:
    """Between 0 and 1: how often an answer of this strength was right, on the development half of the questions."""
    if not ranked:
        return 0.0
    strength = ranked[0].score - _misfit(scorer.asked, ranked[0]) - _unheard_of(scorer.asked, query, knows)
    return 1 / (1 + math.exp(_OFFSET - _SLOPE * strength))


def _misfit(asked: Asked, best: Candidate) -> float:
    """What is asked for is not in the sentence: a count of nothing, an age, a time."""
    if asked.kind in ("count", "age"):
        return (5.0 if asked.kind == "count" else 10.0) * (1 - min(1.0, best.features.fit / 0.7))
    return 2.5 * (asked.kind in ("time", "money", "share") and best.features.fit == 0)


def _unheard_of(asked: Asked, query: str, knows: Callable[[str], bool]) -> float:
    """Names, numbers and other words of the question that no article holds."""
    names = [name for name in asked.names if not knows(stem(name))]
    numbers = [number for number in re.findall(r"\d{2,}", query) if not knows(number)]
    share = sum(not knows(term) for term in asked.terms) / max(len(asked.terms), 1)
    return 4.5 * bool(names) + 4.5 * bool(numbers) + share


def _reason(asked: Asked, ranked: Sequence[Candidate], extraction: Extraction) -> Reason:
    known = [term for term in asked.terms if extraction.knows(term)]
    near = ranked and ranked[0].features.cosine >= _NEAR
    return "fact_missing" if near and len(known) * 2 >= len(asked.terms) else "not_in_corpus"


def _statements(ranked: Sequence[Candidate]) -> list[Statement]:
    """The best sentence with all articles that tell the same, then others that add something."""
    told: list[list[Candidate]] = []
    for candidate in ranked:
        if candidate.score < ranked[0].score * _ALSO:
            break
        same = next((group for group in told if _tells_the_same(group[0], candidate)), None)
        if same:
            same.append(candidate)
        elif len(told) < _MOST_STATEMENTS:
            told.append([candidate])
    best = {_place(group[0].sentence.quote) for group in told}
    statements = [_statement(group, told=best) for group in told]
    return [part for statement in statements for part in (statement, *_agreement(statement))]


def _agreement(statement: Statement) -> tuple[Statement, ...]:
    """Says so when several articles tell a statement; a remark of ours, not a claim."""
    count = len({quote.chunk.source for quote in statement.quotes})
    return (Statement(f"({_NUMBERS.get(count, count)} articles tell this.)", is_claim=False),) if count > 1 else ()


def _statement(group: Sequence[Candidate], *, told: Set[_Place]) -> Statement:
    quotes = [_with_subject(group[0], told=told)]
    seen = {quotes[0].chunk.source}
    for candidate in group[1:]:
        if candidate.sentence.quote.chunk.source not in seen:
            seen.add(candidate.sentence.quote.chunk.source)
            quotes.append(candidate.sentence.quote)
    return Statement(" ".join(quotes[0].text.split()), tuple(quotes), "verbatim")


def _with_subject(candidate: Candidate, *, told: Set[_Place]) -> Quote:
    """The sentence, with the one before it when it opens with a word that points back and that one is not told."""
    quote, before = candidate.sentence.quote, candidate.before
    if before is None or not _LEANING.match(quote.text) or quote.start - before.end > 2 or _place(before) in told:
        return quote
    return Quote(quote.chunk, before.start, quote.end)


def _place(quote: Quote) -> _Place:
    return (quote.chunk.source, quote.start)


def _tells_the_same(one: Candidate, other: Candidate) -> bool:
    similarity = float(np.dot(one.vector, other.vector))
    numbers = quantities(one.sentence.quote.text).numbers
    others = quantities(other.sentence.quote.text).numbers
    if numbers != others:
        return False
    return similarity >= (_SAME_WITH_NUMBERS if numbers else _SAME)
