"""What answers compare, embedded while nobody asks: the first question that meets an article is then as fast as any."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from qa.evidence import Evidence
from qa.scoring import told_words
from vectorstore.chunking import chunk_of
from vectorstore.types import Article, Passage, Span

if TYPE_CHECKING:
    from qa.footnote import Footnote

_AT_ONCE = 16


def look_over(footnote: Footnote, source: str) -> Iterator[None]:
    """Embed the sentences of an article and their words, a few at each step. Answers stay what they are."""
    texts = _compared(footnote.article(source))
    for start in range(0, len(texts), _AT_ONCE):
        footnote.vectors.embed(texts[start : start + _AT_ONCE])
        yield


def _compared(article: Article) -> list[str]:
    whole = Passage(chunk_of(article, 0, Span(0, len(article.text))), 0.0)
    sentences = [sentence.quote.text for sentence in Evidence([whole]).sentences]
    return list(dict.fromkeys([*sentences, *(word for text in sentences for word in told_words(text))]))
