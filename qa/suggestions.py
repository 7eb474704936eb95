"""Questions to start with, drawn from the articles themselves."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence

from vectorstore.types import Article

_NAME = re.compile(
    r"(?<![.!?:”\"] )(?<!\n)(?<!^)\b[A-Z][\w’'-]+(?: (?:(?:de|of|los|la|al|bin|van|von|the) )*[A-Z][\w’'-]+){1,3}"
)
_MOST_TRIED = 12


def suggest_questions(articles: Sequence[Article], *, answerable: Callable[[str], bool], most: int = 3) -> list[str]:
    """At most `most` questions for which `answerable` holds: titles that ask, then names that come up often."""
    kept: list[str] = []
    for question in _candidates(articles)[:_MOST_TRIED]:
        if len(kept) < most and answerable(question):
            kept.append(question)
    return kept


def _candidates(articles: Sequence[Article]) -> list[str]:
    asked = [article.title.strip() for article in articles if article.title.strip().endswith("?")]
    named = [f"What do the articles say about {name}?" for name in _names(articles)]
    return list(dict.fromkeys(asked[:2] + named))


def _names(articles: Sequence[Article]) -> list[str]:
    """Names of two words or more, those of most articles first."""
    spread = Counter(name for article in articles for name in set(_NAME.findall(article.text)))
    often = Counter(name for article in articles for name in _NAME.findall(article.text))
    return sorted((name for name in often if often[name] > 1), key=lambda name: (-spread[name], -often[name], name))
