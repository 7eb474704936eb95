"""Articles that a question names: "according to Marcus Bell", "in the Herald's article", a title in quotation marks."""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.normalise import folded, quotations
from vectorstore.types import Article

_ARTICLE = "(?:article|report|piece|story|account|version|text|coverage)"
_ASKED_OF = r"(?:according to|by|in|from|of|per|does|did|do) (?:the |an? )?(?:\w+ )?"
_ATTRIBUTION = rf"{_ASKED_OF}(?:{_ARTICLE} (?:by|in|from|of) )?(?:the )?"
_PIECE = rf"(?:'s)? {_ARTICLE}"


def named_sources(question: str, articles: Sequence[Article]) -> tuple[str, ...]:
    """The sources of the articles that the question restricts itself to; none for a question about all."""
    asked = folded(question)
    titles = [folded(quotation) for quotation in quotations(question) if len(quotation.split()) >= 3]
    return tuple(
        article.source
        for article in articles
        if any(title in folded(article.title) for title in titles)
        or article.source.casefold() in asked
        or any(_restricts(folded(name), asked) for name in (article.author, article.outlet) if name)
    )


def _restricts(name: str, asked: str) -> bool:
    named = re.escape(name)
    return bool(re.search(rf"\b{_ATTRIBUTION}{named}\b|\b{named}{_PIECE}\b", asked))
