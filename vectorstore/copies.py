"""Articles that are one account, such as wire copy in several papers: linked at sync, told once when searched."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

from vectorstore.duplicates import Accounts, is_copy, runs
from vectorstore.library import Library
from vectorstore.records import ArticleRecord
from vectorstore.terms import terms
from vectorstore.types import Article, Passage

_REPEATED_SHARE = 0.5
_MOST_COMPARED = 16


def link_copies(library: Library, record: ArticleRecord) -> None:
    """Find what a new article copies, or what copies it, and remember it; the caller holds a transaction."""
    alike = library.look_alikes(record, most=_MOST_COMPARED)
    library.add_copies(record.digest, [digest for digest, text in alike.items() if is_copy(record.article.text, text)])


def told_once(passages: Sequence[Passage], accounts: Accounts, article: Callable[[str], Article]) -> list[Passage]:
    """The passages less those that another article of the same account, with a better passage, tells as well."""
    voices: dict[str, str] = {}
    kept = []
    for passage in passages:
        source = passage.chunk.source
        voice = voices.setdefault(accounts.account_of(source), source)
        if voice == source or not _tells(article(voice), passage.chunk.text):
            kept.append(passage)
    return kept


def _tells(article: Article, text: str) -> bool:
    told = _shingles(text)
    known = _article_shingles(article)
    return bool(told) and len(told & known) >= _REPEATED_SHARE * len(told)


@lru_cache(maxsize=64)
def _article_shingles(article: Article) -> frozenset[str]:
    return _shingles(article.text)


def _shingles(text: str) -> frozenset[str]:
    return frozenset(runs(terms(text)))
