"""The authors, outlets, titles and files of articles, looked up without a look at each of a hundred thousand."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import accumulate
from typing import Literal

from vectorstore.terms import fold, words
from vectorstore.types import Article

Name = Literal["author", "outlet", "title"]

_ABBREVIATES = frozenset(".,'’")
_BLANKS = str.maketrans(dict.fromkeys('!"#$%&()*+-/:;<=>?@[\\]^_`{|}~–—−“”„«»…·•\t\n\r', " "))


class Catalogue:
    """What questions call articles by; keep it as long as its articles."""

    def __init__(self, articles: Sequence[Article]) -> None:
        self.articles = tuple(articles)

    def called(self, name: Name, phrase: str) -> tuple[Article, ...]:
        """The articles whose author line, outlet or title holds these folded words in a row."""
        return self.with_lines(name, self.lines(name, phrase))

    def lines(self, name: Name, phrase: str) -> list[str]:
        """The author lines, outlets or titles that hold these folded words in a row, each once."""
        return self._names[name].holding(phrase)

    def with_lines(self, name: Name, lines: Iterable[str]) -> tuple[Article, ...]:
        """The articles of these author lines, outlets or titles, exactly, in their order."""
        places = {place for line in lines for place in self._names[name].articles.get(line, ())}
        return tuple(self.articles[place] for place in sorted(places))

    def of_file(self, name: str) -> tuple[Article, ...]:
        """The articles of a file, by its path or name in any case; of a file that holds many articles all."""
        wanted = name.casefold()
        return tuple(self.articles[place] for place in self._files.places(wanted) if self._is_file(place, wanted))

    def _is_file(self, place: int, wanted: str) -> bool:
        source = self.articles[place].source.casefold()
        path = source.partition("#")[0]
        return wanted in (source, path, path.rpartition("/")[2])

    @cached_property
    def _files(self) -> _Lines:
        return _Lines([article.source.casefold() for article in self.articles])

    @cached_property
    def _names(self) -> _Names:
        return _Names(self.articles)


class _Names:
    """The lines of each kind of name, read when first asked for."""

    def __init__(self, articles: Sequence[Article]) -> None:
        self._articles = articles
        self._known: dict[Name, _Phrases] = {}

    def __getitem__(self, name: Name) -> _Phrases:
        if name not in self._known:
            self._known[name] = _Phrases(getattr(article, name) for article in self._articles)
        return self._known[name]


class _Lines:
    """Lines as one text, in which those that hold something are found at once."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._text = "\n".join(lines)
        self._starts = list(accumulate((len(line) + 1 for line in lines), initial=0))

    def places(self, wanted: str) -> Iterator[int]:
        """The places of the lines that hold this, in order, each once."""
        at = self._text.find(wanted) if wanted else -1
        while at >= 0:
            place = bisect_right(self._starts, at) - 1
            yield place
            at = self._text.find(wanted, self._starts[place + 1] - 1)


class _Phrases:
    """Distinct lines, found by words of them."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.articles: dict[str, list[int]] = {}
        for place, line in enumerate(lines):
            self.articles.setdefault(line, []).append(place)
        self._lines = list(self.articles)
        self._found = _Lines([f" {_as_words(line)} " for line in self._lines])

    def holding(self, phrase: str) -> list[str]:
        """The lines with these folded words in a row."""
        return [self._lines[place] for place in self._found.places(f" {phrase} ")] if phrase else []


def _as_words(line: str) -> str:
    """The words of a line with a blank between; the short way round for a line without full stops or apostrophes."""
    if not _ABBREVIATES.isdisjoint(line):
        return " ".join(words(line.replace("’", "'")))
    return " ".join(fold(line.translate(_BLANKS)).split())
