"""A search restricted to some articles: by source, by outlet, by day; what that leaves out is told."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from vectorstore.errors import CorpusMissing
from vectorstore.terms import fold
from vectorstore.types import Article

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Within:
    """A restriction of a search to some sources; None means all."""

    sources: tuple[str, ...] | None = None
    notices: tuple[str, ...] = ()
    """What the user should know of it: how many undated articles a date filter left out."""


def restrict(
    articles: Sequence[Article],
    *,
    sources: Sequence[str] | None = None,
    outlet: str | None = None,
    since: date | None = None,
    until: date | None = None,
) -> Within:
    """The sources that a filter leaves; raises CorpusMissing when it names a source or an outlet that is not there.

    The path of a file that holds many articles means all of them. An article whose month or year alone is known
    passes a date filter that any day of it passes.
    """
    if sources is None and outlet is None and since is None and until is None:
        return Within()
    named = articles if sources is None else _named(articles, sources)
    published = named if outlet is None else _published_by(named, outlet, everything=articles)
    if since is None and until is None:
        return Within(tuple(article.source for article in published))
    dated = [article for article in published if is_dated(article, since or date.min, until or date.max)]
    undated = sum(article.published is None for article in published)
    return Within(tuple(article.source for article in dated), notices=tuple(_undated(undated)))


def is_dated(article: Article, since: date, until: date) -> bool:
    """Whether an article may have been published in these days, both included."""
    first = article.published
    return first is not None and first <= until and last_day(article) >= since


def last_day(article: Article) -> date:
    """The last day on which an article may have been published; raises ValueError for one without a date."""
    first = article.published
    if first is None:
        raise ValueError(f"{article.source} has no date")
    if article.precision == "year":
        return date(first.year, 12, 31)
    if article.precision == "month":
        return end_of_month(first)
    return first


def shown_day(published: date | None, precision: str) -> str:
    """A date as exactly as it is known: `2025-11-30`, `2025-11`, `2025`; empty for none."""
    if published is None:
        return ""
    return published.isoformat()[: {"year": 4, "month": 7}.get(precision, 10)]


def day_in_words(published: date | None, precision: str) -> str:
    """The same as a sentence has it: `30 November 2025`, `November 2025`, `2025`."""
    if published is None or precision == "year":
        return str(published.year) if published else ""
    month = f"{published:%B} {published.year}"
    return month if precision == "month" else f"{published.day} {month}"


def end_of_month(day: date) -> date:
    """The last day of a day's month."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def _named(articles: Sequence[Article], sources: Sequence[str]) -> list[Article]:
    wanted = set(sources)
    rows = tuple(f"{source}#" for source in wanted)
    found = [article for article in articles if article.source in wanted or article.source.startswith(rows)]
    known = {article.source for article in found}
    for source in sorted(wanted - known):
        if not any(name.startswith(f"{source}#") for name in known):
            raise CorpusMissing(f"no article {source!r} in the index; `qa status` lists them")
    return found


def _published_by(articles: Sequence[Article], outlet: str, *, everything: Iterable[Article]) -> list[Article]:
    wanted = fold(outlet).strip()
    outlets = sorted({article.outlet for article in everything if article.outlet})
    if wanted not in map(fold, outlets):
        known = f"known are {', '.join(outlets[:_SHOWN])}" if outlets else "no article names its outlet"
        more = f" and {len(outlets) - _SHOWN} more" if len(outlets) > _SHOWN else ""
        raise CorpusMissing(f"no article of the outlet {outlet!r} in the index; {known}{more}")
    return [article for article in articles if fold(article.outlet) == wanted]


def _undated(count: int) -> Iterable[str]:
    if count:
        carry, were = ("article carries", "was") if count == 1 else ("articles carry", "were")
        yield f"{count} {carry} no date and {were} left out by the date filter"
