"""Answers that list articles: their words for how many, their names, and what was left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from qa.drafts import Draft, Statement
from qa.marks import resolve
from vectorstore.types import Article

MOST_TOLD = 20
_SURE = 0.95
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def titled(article: Article, among: Sequence[Article]) -> str:
    """The title in quotation marks, with the file where another article has the same."""
    twins = sum(other.title == article.title for other in among)
    return f"“{article.title}” ({article.source})" if twins > 1 else f"“{article.title or article.source}”"


def there_are(count: int, noun: str = "article") -> str:
    """`There are two articles`."""
    return f"There {'is' if count == 1 else 'are'} {counted(count, noun)}"


def counted(count: int, noun: str) -> str:
    """`two articles`."""
    return f"{_NUMBERS[count] if count < len(_NUMBERS) else count} {noun}{'' if count == 1 else 's'}"


def more(count: int, *, shown: int = MOST_TOLD) -> Iterator[Statement]:
    """Says how many of all are not shown."""
    if count > shown:
        yield remark(f"(And {count - shown} more.)", before="\n")


def remark(text: str, *, before: str = " ") -> Statement:
    """What we say of the articles ourselves, without a footnote."""
    return Statement(text, before=before, is_claim=False)


def draft(statements: Sequence[Statement]) -> Draft:
    """The answer that the statements make."""
    resolved = resolve(statements)
    return Draft(resolved.text, resolved.claims, resolved.citations, confidence=_SURE)
