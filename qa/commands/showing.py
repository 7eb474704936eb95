"""One article as it is indexed: the exact text that footnotes count in, and all that is known of it, and how."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from vectorstore.chunking import has_pages, page_at
from vectorstore.errors import CorpusMissing, UserError
from vectorstore.index import Index
from vectorstore.types import Origins, Precision, Skipped, Span


@dataclass(frozen=True, slots=True)
class Shown:
    """An article, or a part of it, with what is known of it and where each fact was read."""

    source: str
    title: str
    outlet: str
    author: str
    published: date | None
    precision: Precision
    language: str
    url: str
    origins: Origins
    copies: tuple[str, ...]
    """The other articles that tell the same account."""
    pages: int | None
    """None where the file has no pages."""
    chunks: int
    start: int
    end: int
    text: str
    """The article's characters from `start` to `end`."""


def sources_named(index: Index, name: str, *, skipped: Sequence[Skipped] = ()) -> tuple[str, ...]:
    """The article of this name, or those of a file that holds many; raises CorpusMissing, which names the nearest."""
    try:
        return index.restrict([name]).sources or ()
    except CorpusMissing as error:
        known = [article.source for article in index.articles()]
        raise CorpusMissing(f"no article {name!r} in the index; {_advice(name, known, skipped)}") from error


def show_article(index: Index, source: str, *, start: int = 0, end: int | None = None) -> Shown:
    """One article, its text cut to a half-open range of characters; raises UserError for a range without any."""
    article = index.article(source)
    span = Span(start, len(article.text) if end is None else min(end, len(article.text)))
    if span.start >= span.end:
        raise UserError(f"{source} has {len(article.text)} characters; none is in the range that was asked for")
    return Shown(
        source=source,
        title=article.title,
        outlet=article.outlet,
        author=article.author,
        published=article.published,
        precision=article.precision,
        language=article.language,
        url=article.url,
        origins=article.origins,
        copies=index.accounts.copies_of(source),
        pages=page_at(article.text, len(article.text)) if has_pages(source) else None,
        chunks=index.chunk_counts().get(source, 0),
        start=span.start,
        end=span.end,
        text=span.of(article.text),
    )


def _advice(name: str, known: Sequence[str], skipped: Sequence[Skipped]) -> str:
    why = next((skip.why for skip in skipped if skip.path == name), "")
    if why:
        return f"the file was skipped: {why}"
    nearest = _nearest(name, known)
    return f"did you mean {nearest}?" if nearest else "`qa status` lists them"


def _nearest(name: str, known: Sequence[str]) -> str:
    """The source that ends alike, for a name without its folders or with some before it; or the most similar one."""
    alike = [source for source in known if f"/{name}".endswith(f"/{source}") or f"/{source}".endswith(f"/{name}")]
    return next(iter(alike or difflib.get_close_matches(name, known, n=1)), "")
