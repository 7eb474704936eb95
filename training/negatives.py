"""Texts that look as if they answer a question and do not: what retrieval brings first."""

from __future__ import annotations

import random
from collections.abc import Sequence

import bm25s

from training.sets import Example
from vectorstore.terms import terms

_DEPTH = 12


def hard_negatives(asked: Sequence[Example], examples: Sequence[Example], chance: random.Random) -> list[Example]:
    """For each question asked one other text of the examples, among the first that BM25 finds, without its answers."""
    if not asked:
        return []
    texts = list(dict.fromkeys(example.context for example in examples))
    titles = {example.context: example.title for example in examples}
    index = bm25s.BM25()
    index.index([terms(text) for text in texts], show_progress=False)
    questions = [terms(example.question) or [""] for example in asked]
    found, _ = index.retrieve(questions, k=min(_DEPTH, len(texts)), n_threads=2, show_progress=False)
    chosen: list[Example] = []
    for example, places in zip(asked, found, strict=True):
        answers = [example.context[start:end].lower() for start, end in example.spans]
        others = [texts[place] for place in places if texts[place] != example.context]
        others = [text for text in others if not any(answer in text.lower() for answer in answers)]
        if others:
            text = others[min(int(chance.expovariate(0.7)), len(others) - 1)]
            chosen.append(Example(example.question, text, (), titles[text]))
    return chosen
