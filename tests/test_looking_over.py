"""What is embedded while nobody asks: answers stay the same, and need nothing more of the articles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from conftest import SEEDS

from qa import open_corpus
from qa.looking_over import look_over
from qa.vector_cache import VectorCache
from vectorstore.embedding import Embeddings

QUESTION = "How many people have been killed in the strikes?"


@dataclass
class Counting:
    """Embeddings that remember what they were given."""

    real: Embeddings
    given: list[str] = field(default_factory=list)

    def embed_documents(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        self.given += texts
        return self.real.embed_documents(texts)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)


@pytest.mark.parametrize("is_looked_over", [True, False])
def test_an_article_that_was_looked_over_needs_no_more_embedding(*, is_looked_over: bool) -> None:
    with open_corpus(SEEDS) as footnote:
        footnote.sync()
        counting = Counting(footnote.corpus.embeddings)
        footnote.vectors = VectorCache(counting)  # type: ignore[arg-type]
        texts = [footnote.article(article.source).text for article in footnote.articles()]
        if is_looked_over:
            steps = [sum(1 for _ in look_over(footnote, article.source)) for article in footnote.articles()]
            assert min(steps) > 1
        counting.given.clear()
        answer = footnote.ask(QUESTION)
        sentences = [given for given in counting.given if " " in given and any(given in text for text in texts)]
        assert bool(sentences) is not is_looked_over
    with open_corpus(SEEDS) as fresh:
        assert replace(fresh.ask(QUESTION), seconds=0, notices=()) == replace(answer, seconds=0, notices=())
