"""Who composes an answer: the extractive answerer, or a chat model with the extractive one in reserve."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from qa.drafts import abstention
from qa.extractive import answer_extractively, beyond_corpus
from qa.finding import Found
from qa.generative import GenerativeAnswerer
from qa.languages import language_of
from qa.pipeline import Answering, Question

Compose = Callable[[Question, str, Found], Answering]
"""A question, its query and what was found to an answer on its way."""


def extractive(_: Question, query: str, found: Found) -> Answering:
    """Exact sentences of the articles, without a chat model."""
    return answer_extractively(query, found.passages, found.extraction, ranked=found.ranked)


def by_model(answerer: GenerativeAnswerer, *, extractive_in_reserve: bool) -> Compose:
    """A chat model's answer, checked; the model is not asked where nothing that was found speaks of the matter."""

    def compose(question: Question, query: str, found: Found) -> Answering:
        if language_of(query) == "English" and beyond_corpus(
            query, found.passages, found.extraction, ranked=found.ranked
        ):
            return abstention("not_in_corpus")
        draft = yield from answerer.answer(question.text, query, passages=found.passages, history=question.history)
        if draft.reason != "model_failed" or not extractive_in_reserve:
            return draft
        instead = yield from extractive(question, query, found)
        return replace(instead, notices=(*draft.notices, "Answered without a language model.", *instead.notices))

    return compose
