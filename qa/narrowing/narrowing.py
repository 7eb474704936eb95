"""A question that names an author, an outlet, a title, a file or days is asked of those articles, and says so."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property

from qa.narrowing.catalogue import Catalogue
from qa.narrowing.days_asked import Period, happened_on, published_when
from qa.narrowing.sources import named_sources
from vectorstore.terms import terms
from vectorstore.types import Article
from vectorstore.within import Within, is_dated

_MOST_NAMED = 3
_FEWEST_WORDS = 3
_VAGUE = ("month", "year")
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Where a question is asked: only within some articles, and first of those of a day that it names."""

    within: Within
    days: tuple[date, ...] = ()
    """Days that the question names, with articles of them; what is told of these goes first, and nothing is left out.
    """
    preferred: tuple[str, ...] = ()
    """The articles of those days and of the days after."""
    heard: frozenset[str] = frozenset()
    """Stems of the names and days by which it is narrowed: known, even where no text holds them."""

    phrase: str = ""
    """Words of the question that only say where to search."""

    def searched_for(self, query: str) -> str:
        """The query without those words, where others are left."""
        rest = query.replace(self.phrase, "").strip(" ,") if self.phrase else ""
        return rest[:1].upper() + rest[1:] if len(rest.split()) >= _FEWEST_WORDS else query

    @property
    def preference(self) -> str:
        """Says that articles were preferred."""
        shown = " or ".join(Period(day, day).shown for day in self.days)
        return f"put {_count(self.preferred)} {shown} or the day after first, as the question names the day"


class Known:
    """What is known of the articles of one index, made ready for questions; keep it as long as the index."""

    def __init__(self, articles: Sequence[Article]) -> None:
        self.articles = articles
        self.catalogue = Catalogue(articles)

    @cached_property
    def days(self) -> dict[date, list[str]]:
        """The articles of each day, of those of which the day is known."""
        groups: dict[date, list[str]] = {}
        for article in self.articles:
            if article.published and article.precision not in _VAGUE:
                groups.setdefault(article.published, []).append(article.source)
        return groups

    @cached_property
    def vague(self) -> list[Article]:
        """The articles of which no more than the month or the year is known."""
        return [each for each in self.articles if each.published and each.precision in _VAGUE]

    def among(self, within: Within) -> Catalogue:
        """The articles that a restriction leaves."""
        if within.sources is None:
            return self.catalogue
        allowed = frozenset(within.sources)
        return Catalogue([article for article in self.articles if article.source in allowed])

    @cached_property
    def undated(self) -> tuple[str, ...]:
        """The articles that carry no date."""
        return tuple(each.source for each in self.articles if each.published is None)

    def of(self, period: Period) -> list[str]:
        """The articles that may have been published in it."""
        days = [day for day in self.days if period.since <= day <= period.until]
        maybe = [each.source for each in self.vague if is_dated(each, period.since, period.until)]
        return sorted([source for day in days for source in self.days[day]] + maybe)

    def years(self, month: int, day: int) -> tuple[int, ...]:
        """The years in which articles of a day were published; the newest article's year where there are none."""
        found = sorted(known.year for known in self.days if (known.month, known.day) == (month, day))
        newest = max(self.days, default=None)
        return tuple(found) or ((newest.year,) if newest else ())


def narrowed(question: str, known: Known, asked: Within) -> Narrowed:
    """Where to ask a question, by its words; `asked` is what its asker restricts it to."""
    allowed = None if asked.sources is None else frozenset(asked.sources)
    named = _allowed(named_sources(question, known.catalogue), allowed)
    notices = (f"searched only {_these(named)}, as the question asks",) if named else ()
    within = Within(named or asked.sources, notices)
    heard = _names_of(named, known)
    published = published_when(question, known.years)
    if published.periods:
        days = [day for period in published.periods for day in (period.since, period.until)]
        of_days = _of_days(published.periods, known, within)
        return Narrowed(of_days, heard=heard | _words_of(days), phrase=published.phrase)
    return _preferring(happened_on(question, known.years), known, Narrowed(within, heard=heard))


def _names_of(named: Sequence[str], known: Known) -> frozenset[str]:
    chosen = frozenset(named)
    lines = {f"{each.author} {each.outlet}" for each in known.articles if each.source in chosen} if named else set()
    return frozenset(terms(" ".join(lines)))


def _words_of(days: Sequence[date]) -> frozenset[str]:
    return frozenset(terms(" ".join(f"{day.day} {day:%d %B %b %A} {day.year}" for day in days)))


def _of_days(periods: Sequence[Period], known: Known, within: Within) -> Within:
    """Only the articles of these days; where none is known to be, those that carry no date and so may be."""
    allowed = None if within.sources is None else frozenset(within.sources)
    chosen = _allowed([source for period in periods for source in known.of(period)], allowed)
    undated = _allowed(known.undated, allowed)
    said = _said(chosen, undated, " and ".join(period.shown for period in periods))
    return Within(chosen or undated, (*within.notices, said))


def _said(chosen: Sequence[str], undated: Sequence[str], days: str) -> str:
    if chosen:
        left = f"; {_count(undated)} without a date left out" if undated else ""
        return f"searched only {_count(chosen)} {days}, as the question asks{left}"
    if undated:
        return f"no article is known to be {days}; searched {_count(undated)} without a date"
    return f"no article is {days}"


def _preferring(days: Sequence[date], known: Known, narrowed: Narrowed) -> Narrowed:
    """News of a day is told on that day, or on the day after; elsewhere too, so nothing is left out."""
    allowed = None if narrowed.within.sources is None else frozenset(narrowed.within.sources)
    told = [source for day in days for near in (day, day + _DAY) for source in known.days.get(near, ())]
    preferred = _allowed(told, allowed)
    if not preferred or len(preferred) == len(known.articles if allowed is None else allowed):
        return narrowed
    return replace(narrowed, days=tuple(days), preferred=preferred, heard=narrowed.heard | _words_of(days))


def _allowed(sources: Collection[str], allowed: frozenset[str] | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(source for source in sources if allowed is None or source in allowed))


def _these(sources: Sequence[str]) -> str:
    return ", ".join(sources) if len(sources) <= _MOST_NAMED else _count(sources)


def _count(sources: Sequence[str]) -> str:
    return f"{len(sources):,} article{'' if len(sources) == 1 else 's'}"
