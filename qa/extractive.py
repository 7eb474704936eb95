"""Answers without a language model: exact sentences of the articles, each with its footnote, or an abstention."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Mapping, Sequence, Set
from dataclasses import dataclass, replace

import numpy as np

from qa.asking import Asked, Kind, analyse
from qa.confidence import chance, confidence
from qa.drafts import Draft, Piece, Quote, Statement, abstention
from qa.evidence import LEANING, Evidence
from qa.judging import MOST_READ, Read, judge
from qa.marks import resolve
from qa.quantities import quantities
from qa.scoring import MOST_RERANKED, Candidate, SentenceScorer, Vectors
from qa.short_answers import short_answer
from qa.types import Reason
from vectorstore.types import Passage

_SAME = 0.72  # cosine above which two sentences of different articles tell the same
_SAME_WITH_NUMBERS = 0.5  # enough when they also share every number
_ALSO, _AGREES = 0.85, 0.7  # shares of the best score: to be worth adding, to be one more witness of the same
_ALSO_READ, _AGREES_READ = 0.6, 0.15  # the same, of the best sentence's chance of being right
_MOST_STATEMENTS = 3
_NEAR = 0.35  # cosine of a question and a sentence on the same matter
_BEYOND_BELOW = 0.05  # confidence under which a question far from all articles is not worth a model's call
_Place = tuple[str, int]
_NUMBERS = {2: "Two", 3: "Three", 4: "Four", 5: "Five"}


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
    read: Read | None = None
    """The reader, where there is one that knows the question's language."""
    account_of: Callable[[str], str] = str
    """The account that a source belongs to; articles of one account, such as copies, are one voice."""


def answer_extractively(
    query: str,
    passages: Sequence[Passage],
    extraction: Extraction,
    *,
    ranked: Sequence[Candidate] | None = None,
) -> Generator[Piece, None, Draft]:
    """Compose an answer from exact sentences, `ranked` where that was done before; yields it word by word."""
    ranked = rank(query, passages, extraction) if ranked is None else ranked
    asked, sure = _assessed(query, ranked, extraction)
    if not ranked or sure < extraction.abstain_below:
        draft = abstention(_reason(asked, ranked, extraction), confidence=sure)
    else:
        resolved = resolve(_statements(ranked, asked.kind, account_of=extraction.account_of))
        draft = Draft(resolved.text, resolved.claims, resolved.citations, confidence=sure)
    for word in re.findall(r"\S+\s*", draft.text):
        yield Piece(word, draft.claims, draft.citations)
    return draft


def beyond_corpus(
    query: str, passages: Sequence[Passage], extraction: Extraction, *, ranked: Sequence[Candidate] | None = None
) -> bool:
    """Whether nothing that was found speaks of the matter, so that no language model need be asked."""
    ranked = rank(query, passages, extraction) if ranked is None else ranked
    asked, sure = _assessed(query, ranked, extraction)
    return sure < _BEYOND_BELOW and _reason(asked, ranked, extraction) == "not_in_corpus"


def rank(query: str, passages: Sequence[Passage], extraction: Extraction) -> list[Candidate]:
    """The sentences of the passages that may answer, best first, by their features and by what the reader says."""
    scorer = SentenceScorer(query, embed=extraction.embed, rarity=extraction.rarity)
    most = MOST_READ if extraction.read else MOST_RERANKED
    found = scorer.score(Evidence(passages), extraction.question, similarities=extraction.similarities, most=most)
    return judge(query, scorer.asked, found, extraction.read) if extraction.read else found


def _assessed(query: str, ranked: Sequence[Candidate], extraction: Extraction) -> tuple[Asked, float]:
    """What is asked for, and how sure its answer would be."""
    asked = analyse(query)
    return asked, confidence(query, ranked, asked=asked, knows=extraction.knows)


def _reason(asked: Asked, ranked: Sequence[Candidate], extraction: Extraction) -> Reason:
    known = [term for term in asked.terms if extraction.knows(term)]
    near = ranked and ranked[0].features.cosine >= _NEAR
    return "fact_missing" if near and len(known) * 2 >= len(asked.terms) else "not_in_corpus"


def _statements(ranked: Sequence[Candidate], kind: Kind, *, account_of: Callable[[str], str]) -> list[Statement]:
    """The words that answer, the best sentence with all articles that tell the same, others that add something."""
    told = [[ranked[0]]]
    also, agrees = (_ALSO_READ, _AGREES_READ) if ranked[0].told else (_ALSO, _AGREES)
    for candidate in ranked[1:]:
        share = _share_of(candidate, ranked[0])
        same = next((group for group in told if _tells_the_same(group[0], candidate)), None)
        if same and share >= agrees:
            same.append(candidate)
        elif not same and share >= also and len(told) < _MOST_STATEMENTS:
            told.append([candidate])
    best = {_place(group[0].sentence.quote) for group in told}
    statements = [_statement(group, told=best, account_of=account_of) for group in told]
    short = short_answer(ranked, kind)
    if short:
        statements[0] = replace(statements[0], before="\n\n")
    return [*short, *(part for statement in statements for part in (statement, *_agreement(statement)))]


def _share_of(candidate: Candidate, best: Candidate) -> float:
    """How well a sentence does beside the best one, from 0 to 1."""
    value, most = (chance(one.score) if best.told else max(0.0, one.score) for one in (candidate, best))
    return value / most if most else 0.0


def _agreement(statement: Statement) -> tuple[Statement, ...]:
    """Says so when several independent articles tell a statement; a remark of ours, not a claim."""
    count = len({quote.chunk.source for quote in statement.quotes})
    return (Statement(f"({_NUMBERS.get(count, count)} articles tell this.)", is_claim=False),) if count > 1 else ()


def _statement(group: Sequence[Candidate], *, told: Set[_Place], account_of: Callable[[str], str]) -> Statement:
    quotes = [_with_subject(group[0], told=told)]
    heard = {account_of(quotes[0].chunk.source)}
    for candidate in group[1:]:
        account = account_of(candidate.sentence.quote.chunk.source)
        if account not in heard:
            heard.add(account)
            quotes.append(candidate.sentence.quote)
    return Statement(" ".join(quotes[0].text.split()), tuple(quotes), "verbatim")


def _with_subject(candidate: Candidate, *, told: Set[_Place]) -> Quote:
    """The sentence, with the one before it when it opens with a word that points back and that one is not told."""
    quote, before = candidate.sentence.quote, candidate.before
    if before is None or not LEANING.match(quote.text) or quote.start - before.end > 2 or _place(before) in told:
        return quote
    return Quote(quote.chunk, before.start, quote.end)


def _place(quote: Quote) -> _Place:
    return (quote.chunk.source, quote.start)


def _tells_the_same(one: Candidate, other: Candidate) -> bool:
    similarity = float(np.dot(one.vector, other.vector))
    first, second = (quantities(candidate.sentence.quote.text) for candidate in (one, other))
    days = [(day, another) for day in first.days for another in second.days]
    if first.numbers != second.numbers or not any([not days, *(d.agrees_with(o) or o.agrees_with(d) for d, o in days)]):
        return False
    return similarity >= (_SAME_WITH_NUMBERS if first.numbers else _SAME)
