"""What the view of the corpus lists: a row for each article, found by its words, filtered, sorted, a page at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

from qa.instructions import instruction_spans
from qa.ui.segments import visible
from vectorstore.index import Index
from vectorstore.terms import fold
from vectorstore.types import Article, Skipped
from vectorstore.within import day_in_words, is_dated

Sort = Literal["title", "outlet", "published", "characters"]

_MOST_OUTLETS = 500
_MOST_COPIES = 20
_LONG = 100_000
"""A longer article is not searched for instructions, which takes a second a million characters."""


@dataclass(frozen=True, slots=True)
class Row:
    """An article of the list; texts hold no controls and no direction overrides, except for `source`, its name."""

    source: str
    title: str
    outlet: str
    author: str
    published: str
    """As exactly as it is known: `30 November 2025`, `November 2025`, `2025`; empty for none."""
    characters: int
    chunks: int
    language: str
    url: str
    copies: tuple[str, ...]
    """The other articles that tell the same account, at most twenty."""
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of the list; `total` counts all rows that were searched for, `outlets` the articles of the corpus."""

    total: int
    articles: tuple[Row, ...]
    skipped: tuple[Skipped, ...]
    outlets: tuple[tuple[str, int], ...]


class Told(NamedTuple):
    """What only the text of an article tells of it."""

    characters: int
    instructs: bool


class Texts:
    """What the texts of articles tell, read once for each; safe to share between threads."""

    def __init__(self) -> None:
        self._told: dict[str, Told] = {}
        self._characters: dict[str, int] = {}

    def characters(self, index: Index, article: Article) -> int:
        """How long an article is."""
        if article.id not in self._characters:
            self._characters[article.id] = len(index.article(article.source).text)
        return self._characters[article.id]

    def told(self, index: Index, article: Article) -> Told:
        """The same, and whether it talks to a language model."""
        if article.id not in self._told:
            text = index.article(article.source).text
            self._characters[article.id] = len(text)
            instructs = len(text) <= _LONG and bool(instruction_spans(text, article.language))
            self._told[article.id] = Told(len(text), instructs)
        return self._told[article.id]


def listing(
    index: Index,
    skipped: Sequence[Skipped],
    *,
    texts: Texts,
    search: str = "",
    outlet: str = "",
    since: date | None = None,
    until: date | None = None,
    sort: Sort = "title",
    descending: bool = False,
    offset: int = 0,
    limit: int = 100,
) -> Listed:
    """The articles that hold all words of `search` in title, outlet, author or source, sorted; undated ones last."""
    every = index.articles()
    found = [article for article in _dated(_of_outlet(every, outlet), since, until) if _holds(article, fold(search))]
    ordered = _sorted(found, _KEYS.get(sort) or (lambda article: texts.characters(index, article)), descending)
    chunks = index.chunk_counts()
    rows = (_row(index, article, texts, chunks=chunks) for article in ordered[offset : offset + limit])
    return Listed(len(found), tuple(rows), tuple(skipped), _outlets(every))


def web_address(url: str) -> str:
    """An address that may be a link; empty for any other, such as a script."""
    return visible(url) if url.lower().startswith(("https://", "http://")) else ""


_KEYS: dict[str, Callable[[Article], object]] = {
    "title": lambda article: fold(article.title or article.source),
    "outlet": lambda article: fold(article.outlet),
    "published": lambda article: article.published,
}


def _of_outlet(articles: Sequence[Article], outlet: str) -> Sequence[Article]:
    wanted = fold(outlet).strip()
    return [article for article in articles if fold(article.outlet) == wanted] if wanted else articles


def _dated(articles: Sequence[Article], since: date | None, until: date | None) -> Sequence[Article]:
    if since is None and until is None:
        return articles
    return [article for article in articles if is_dated(article, since or date.min, until or date.max)]


def _holds(article: Article, wanted: str) -> bool:
    if not wanted:
        return True
    told = fold("\n".join((article.title, article.outlet, article.author, article.source)))
    return all(word in told for word in wanted.split())


def _sorted(articles: Sequence[Article], key: Callable[[Article], object], descending: bool) -> list[Article]:  # noqa: FBT001
    """By a key, then by source; what has none, such as no date or no outlet, comes last either way."""
    keyed = [(key(article), article) for article in articles]
    known = [pair for pair in keyed if pair[0] not in (None, "")]
    known.sort(key=lambda pair: pair[0], reverse=descending)  # type: ignore[arg-type, return-value]
    return [article for _, article in known] + [article for value, article in keyed if value in (None, "")]


def _row(index: Index, article: Article, texts: Texts, *, chunks: dict[str, int]) -> Row:
    told = texts.told(index, article)
    return Row(
        source=article.source,
        title=visible(article.title),
        outlet=visible(article.outlet),
        author=visible(article.author),
        published=day_in_words(article.published, article.precision),
        characters=told.characters,
        chunks=chunks.get(article.source, 0),
        language=article.language,
        url=web_address(article.url),
        copies=index.accounts.copies_of(article.source)[:_MOST_COPIES],
        problems=("holds text that talks to a language model",) if told.instructs else (),
    )


def _outlets(articles: Sequence[Article]) -> tuple[tuple[str, int], ...]:
    """The most frequent first."""
    counted = Counter(article.outlet for article in articles if article.outlet)
    ranked = sorted(counted.items(), key=lambda pair: (-pair[1], fold(pair[0])))
    return tuple((visible(name), count) for name, count in ranked[:_MOST_OUTLETS])
