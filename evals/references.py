"""Answerers of known worth: what any metric must rank between nothing and perfect."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace

from evals.corpus import Corpus, Evidence
from evals.examples import Example
from evals.runner import Answerer
from evals.scoring import K
from qa.types import Answer, Citation, Claim, Turn
from vectorstore.lexical import LexicalIndex, post
from vectorstore.sentences import sentences
from vectorstore.types import Chunk, Passage, Span


def references(examples: Sequence[Example], corpus: Corpus) -> Mapping[str, Answerer]:
    """The reference answerers by name, best first."""
    return {
        "oracle evidence": oracle(examples, corpus),
        "BM25 sentence": bm25_sentence(corpus),
        "always abstain": always_abstain,
        "random line": random_line(corpus),
    }


def always_abstain(question: str, _history: Sequence[Turn]) -> Answer:
    """Answers nothing."""
    return Answer(question, question, "The articles do not tell.", abstained=True, reason="not_in_corpus")


def oracle(examples: Sequence[Example], corpus: Corpus) -> Answerer:
    """Quotes the first group of gold evidence (every group where articles conflict); abstains without evidence."""
    known = {(example.earlier, example.asked): example for example in examples}

    def answer(question: str, history: Sequence[Turn]) -> Answer:
        example = known.get((tuple(turn.question for turn in history), question))
        if example is None or not example.evidence:
            return always_abstain(question, history)
        quotes = example.quotes if example.conflict else example.evidence[0]
        return quoting(question, [corpus.places(quote)[0] for quote in quotes], corpus)

    return answer


def random_line(corpus: Corpus) -> Answerer:
    """Quotes a line of some article, drawn by the question alone."""
    lines = [line for source in sorted(corpus.texts) for line in _lines(source, corpus.texts[source])]

    def answer(question: str, _history: Sequence[Turn]) -> Answer:
        return quoting(question, [random.Random(question).choice(lines)], corpus)

    return answer


def bm25_sentence(corpus: Corpus) -> Answerer:
    """Quotes the sentence that BM25 puts first, always; abstains where no word of the question is in any."""
    places = [place for source in sorted(corpus.texts) for place in _sentences(source, corpus.texts[source])]
    index = _Sentences([_passage(number, place, corpus) for number, place in enumerate(places)])

    def answer(question: str, history: Sequence[Turn]) -> Answer:
        found = index.search(question)
        if not found:
            return always_abstain(question, history)
        first = found[0].chunk
        said = quoting(question, [Evidence(first.source, first.start, first.end)], corpus)
        return replace(said, passages=found)

    return answer


def quoting(question: str, places: Sequence[Evidence], corpus: Corpus) -> Answer:
    """An answer made of the places' own words, each with its footnote and as its passage."""
    citations = tuple(_citation(number, place, corpus) for number, place in enumerate(places, 1))
    claims = tuple(Claim(citation.quote, (citation,), "verbatim") for citation in citations)
    passages = tuple(_passage(position, place, corpus) for position, place in enumerate(places))
    text = " ".join(f"{citation.quote} [{citation.number}]" for citation in citations)
    return Answer(question, question, text, claims=claims, citations=citations, passages=passages, confidence=1.0)


def _citation(number: int, place: Evidence, corpus: Corpus) -> Citation:
    quote = corpus.texts[place.source][place.start : place.end]
    return Citation(number, place.source, place.source, "", None, quote, place.start, place.end)


def _passage(position: int, place: Evidence, corpus: Corpus) -> Passage:
    text = corpus.texts[place.source][place.start : place.end]
    return Passage(Chunk(place.source, position, text, place.start, place.end, place.source, place.source), 1.0)


class _Sentences:
    """A BM25 index of sentences."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self._passages = {passage.chunk.id: passage for passage in passages}
        self._index = LexicalIndex(post(passage.chunk for passage in passages))

    def search(self, query: str) -> tuple[Passage, ...]:
        found = self._index.search(query, candidates=K)
        return tuple(replace(self._passages[one.id], score=one.score) for one in found)


def _sentences(source: str, text: str) -> list[Evidence]:
    lines = [sentences(text, Span(line.start, line.end)) for line in _lines(source, text)]
    return [Evidence(source, span.start, span.end) for spans in lines for span in spans]


def _lines(source: str, text: str) -> list[Evidence]:
    lines, start = [], 0
    for line in text.splitlines(keepends=True):
        if line.strip():
            lines.append(Evidence(source, start, start + len(line.rstrip())))
        start += len(line)
    return lines
