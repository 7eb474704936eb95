"""Questions that lead on from an answer: what its articles tell besides, each tried before it is offered."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from qa.normalise import content_terms
from qa.types import Answer
from qa.ui.drawing import Question, drawn_from
from qa.ui.sentence_patterns import fits
from qa.ui.suggestions import first_words, is_answered, overlaps
from vectorstore.errors import UserError
from vectorstore.types import Article

_MOST_ARTICLES = 3
_MOST_TRIED = 10
_FAR = 4000
"""Characters: what stands so far from the quotes leads no more."""
_KIND_COST = {"words": 0.3, "who": 0.25, "said": 0.1, "doer": 0.1}
_ARTICLE_COST = 0.3
_SHARED_GAIN = 0.25
_SAME_WORDS = 0.6


@dataclass(frozen=True, slots=True)
class _Candidate:
    question: Question
    source: str
    cost: float


def followups(
    answer: Answer,
    *,
    article: Callable[[str], Article],
    ask: Callable[[str], Answer],
    asked: Sequence[str] = (),
    most: int = 3,
    deadline: float = 1.5,
) -> list[str]:
    """At most `most` questions about the articles of an answer, or about the nearest of an abstention.

    `ask` answers without a chat model: each question is answered by it, from a place that the answer does not quote.
    `asked` are the questions of the conversation; none is offered again. Ends after `deadline` seconds.
    """
    until = time.monotonic() + deadline
    kept: list[str] = []
    quoted = {(one.source, one.start) for one in answer.citations}
    kinds: Counter[str] = Counter()
    waiting = _candidates(answer, article, (answer.question, *asked))
    for _ in range(_MOST_TRIED):
        if not waiting or len(kept) >= most or time.monotonic() >= until:
            break
        best = min(waiting, key=lambda one: (kinds[one.question.kind], one.cost))
        waiting.remove(best)
        if any(_alike(best.question.text, other) for other in kept):
            continue
        with suppress(UserError):
            found = ask(best.question.text)
            place = (found.citations[0].source, found.citations[0].start) if found.citations else ("", 0)
            told = is_answered(found, best.source, best.question.span)
            if told and place not in quoted and fits(best.question.kind, first_words(found)):
                quoted.add(place)
                kinds[best.question.kind] += 1
                kept.append(best.question.text)
    return kept


def _candidates(answer: Answer, article: Callable[[str], Article], asked: Sequence[str]) -> list[_Candidate]:
    cited = list(dict.fromkeys(one.source for one in answer.citations))
    near = list(dict.fromkeys([*cited, *(one.source for one in answer.nearest)]))[:_MOST_ARTICLES]
    topic = _words(f"{answer.question} {answer.text}")
    found = [
        _Candidate(question, source, place * _ARTICLE_COST + _cost(question, source, answer, topic=topic))
        for place, source in enumerate(near)
        for question in _drawn(source, article)
        # What stands in another article has to speak of the same.
        if (source in cited or answer.abstained or _words(question.text) & topic)
        and not any(overlaps(one, source, question.span) for one in answer.citations)
        and not any(_alike(question.text, other) for other in asked)
        and not _is_of_asked(question, answer.question)
    ]
    each = {one.question.text: one for one in sorted(found, key=lambda one: -one.cost)}
    return sorted(each.values(), key=lambda one: (one.cost, one.question.text))


def _is_of_asked(question: Question, asked: str) -> bool:
    """Who is known by name to whoever asked is not worth the question."""
    return question.kind == "who" and question.text.removesuffix("?").split()[-1] in asked


def _drawn(source: str, article: Callable[[str], Article]) -> Iterator[Question]:
    with suppress(UserError):  # removed since
        told = article(source)
        yield from drawn_from(told.text, told.language)


def _cost(question: Question, source: str, answer: Answer, *, topic: frozenset[str]) -> float:
    """Less for a sentence near the quotes, for one that shares words with the answer, and for a fact over a name."""
    quotes = [(one.start, one.end) for one in answer.citations if one.source == source]
    if not quotes:
        quotes = [(one.chunk.start, one.chunk.end) for one in answer.passages if one.chunk.source == source]
    span = question.span
    away = min((max(start - span.end, span.start - end, 0) for start, end in quotes), default=_FAR)
    own = _words(question.text)
    shared = len(own & topic) / max(1, len(own))
    return min(away / _FAR, 1.0) + _KIND_COST.get(question.kind, 0.0) - _SHARED_GAIN * shared


def _alike(one: str, other: str) -> bool:
    """Whether two questions ask with mostly the same words."""
    ours, theirs = _words(one), _words(other)
    return len(ours & theirs) > _SAME_WORDS * min(len(ours), len(theirs)) if ours and theirs else one == other


def _words(text: str) -> frozenset[str]:
    return frozenset(content_terms(text))
