"""What a folder of articles covers: by outlet, month, language and format, with what is missing, double or skipped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from qa.terminal import one_line
from vectorstore.formats.registry import SUFFIXES, format_of
from vectorstore.index import Index
from vectorstore.types import Article, Skipped
from vectorstore.within import shown_day

_LINES = 20
_SHOWN_COPIES = 4


@dataclass(frozen=True, slots=True)
class Share:
    """How many articles have something in common."""

    name: str
    articles: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the articles of a corpus cover; every list is complete."""

    articles: int
    files: int
    chunks: int
    outlets: tuple[Share, ...]
    months: tuple[Share, ...]
    """Newest first, as `2025-11`, or `2025` where no more is known."""
    languages: tuple[Share, ...]
    formats: tuple[Share, ...]
    undated: tuple[str, ...]
    without_outlet: tuple[str, ...]
    accounts: int
    """Independent accounts: articles, less their copies."""
    duplicates: tuple[tuple[str, ...], ...]
    """The articles of each account that is told more than once."""
    skipped: tuple[Skipped, ...]


def coverage(index: Index, skipped: Sequence[Skipped]) -> Coverage:
    """Count the articles of an index; `skipped` is what the last sync left out."""
    articles = index.articles()
    files = {file_of(article.source) for article in articles}
    told: dict[str, list[str]] = {}
    for article in articles:
        told.setdefault(index.accounts.account_of(article.source), []).append(article.source)
    return Coverage(
        articles=len(articles),
        files=len(files),
        chunks=index.seal.chunks,
        outlets=_shares(article.outlet for article in articles),
        months=_months(articles),
        languages=_shares(article.language for article in articles),
        formats=_shares(format_of(file_of(article.source)) for article in articles),
        undated=tuple(article.source for article in articles if article.published is None),
        without_outlet=tuple(article.source for article in articles if not article.outlet),
        accounts=len(told),
        duplicates=tuple(tuple(group) for group in told.values() if len(group) > 1),
        skipped=tuple(skipped),
    )


def file_of(source: str) -> str:
    """The file that an article is in: what stands before the `#` of a row."""
    place = source.find("#")
    while place >= 0:
        if format_of(source[:place].rpartition("/")[2]) in SUFFIXES:
            return source[:place]
        place = source.find("#", place + 1)
    return source


def coverage_lines(covered: Coverage) -> list[str]:
    """The coverage as lines of text, numbers first; a long list is cut."""
    totals = [("articles", covered.articles), ("files", covered.files), ("chunks", covered.chunks)]
    totals.append(("independent accounts", covered.accounts))
    lines = [f"{count:>9,}  {name}" for name, count in totals]
    lines += _section("By outlet", map(_share_line, [*_missing("not known", covered.without_outlet), *covered.outlets]))
    lines += _section("By month", map(_share_line, [*_missing("undated", covered.undated), *covered.months]))
    lines += _section("By language", map(_share_line, covered.languages))
    lines += _section("By format", map(_share_line, covered.formats))
    lines += _section("Undated", map(_named, covered.undated))
    lines += _section("Told more than once", map(_group_line, covered.duplicates))
    if len(covered.skipped) > _LINES:
        lines += _section("Skipped, by reason", map(_share_line, _shares(skip.why for skip in covered.skipped)))
    return lines + _section("Skipped", (f"  {one_line(skip.path)}: {one_line(skip.why)}" for skip in covered.skipped))


def _shares(names: Iterable[str]) -> tuple[Share, ...]:
    """The most frequent first; what has no name is left out."""
    counted = Counter(name for name in names if name)
    return tuple(Share(name, count) for name, count in sorted(counted.items(), key=lambda pair: (-pair[1], pair[0])))


def _months(articles: Iterable[Article]) -> tuple[Share, ...]:
    shares = _shares(shown_day(article.published, article.precision)[:7] for article in articles)
    return tuple(sorted(shares, key=lambda share: share.name, reverse=True))


def _missing(name: str, sources: Sequence[str]) -> Iterator[Share]:
    if sources:
        yield Share(name, len(sources))


def _section(title: str, lines: Iterable[str]) -> list[str]:
    """A titled list after an empty line; nothing for an empty one."""
    every = list(lines)
    more = [f"  … and {len(every) - _LINES:,} more"] if len(every) > _LINES else []
    heading = f"{title} ({len(every):,})" if more else title
    return ["", heading, *every[:_LINES], *more] if every else []


def _share_line(share: Share) -> str:
    return f"{share.articles:>9,}  {one_line(share.name)}"


def _named(source: str) -> str:
    return f"  {one_line(source)}"


def _group_line(group: Sequence[str]) -> str:
    more = f" and {len(group) - _SHOWN_COPIES:,} more" if len(group) > _SHOWN_COPIES else ""
    return f"{len(group):>9,}  {', '.join(map(one_line, group[:_SHOWN_COPIES]))}{more}"
