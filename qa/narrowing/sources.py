"""Articles that a question names: "according to Marcus Bell", "in the Herald's article", a title in quotation marks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Literal, NamedTuple

from qa.article_questions import authors_in
from qa.narrowing.catalogue import Catalogue
from qa.normalise import STOP_WORDS, quotations
from vectorstore.terms import fold, words
from vectorstore.types import Article

_ARTICLE = "(?:articles?|reports?|pieces?|story|stories|account|version|text|coverage|reporting)"
_ROLE = "(?:journalist|reporter|author|writer|correspondent|columnist|newspaper|paper|magazine|agency|broadcaster|site)"
_THE = rf"(?: the| an?)?(?: {_ROLE})?$"
_TOLD = "(?: (?:written|published|told|given|printed))?"
_WRITES = re.compile(r"(?:writes?|reports?|describes?|mentions?|explains?|claims?|covers?|quotes?|names?|cites?)\b")
_SAYS = re.compile(r"(?:says?|tells?|states?|gives?|puts?)\b")
_LONGEST_NAME = 8
_FEWEST_TITLE_WORDS = 3
_CLAUSE_END = re.compile(r"[,;:?!()]+(?=\s|$)")
_FILE = re.compile(r"[./#][^\s./#]")

_BEFORE_ANY = (
    re.compile(rf"(?:^|\b)(?:according to|per){_THE}"),
    re.compile(rf"\b{_ARTICLE}{_TOLD} (?:by|in|from|of){_THE}"),
)
_BEFORE_OUTLET = re.compile(rf"(?:^|\b)(?:in|by|from){_THE}")
_AFTER_ANY = re.compile(rf"{_ARTICLE}\b|writes\b")
_ASKED_OF = re.compile(rf"\b(?:do|does|did){_THE}")
_ASKED_NOW = re.compile(rf"\b(?:do|does){_THE}")


Kind = Literal["author", "outlet"]
_KINDS: tuple[Kind, ...] = ("author", "outlet")


class _Named(NamedTuple):
    """A name in a question, as places among its words, and the lines of articles that give it."""

    kind: Kind
    start: int
    end: int
    lines: list[str]

    @property
    def length(self) -> int:
        return self.end - self.start


def named_sources(question: str, catalogue: Catalogue) -> tuple[str, ...]:
    """The sources of the articles that the question restricts itself to; none for a question about all."""
    found = chain(_by_name(question, catalogue), _by_file(question, catalogue), _by_title(question, catalogue))
    return tuple(sorted({article.source for article in found}))


def _key(name: str) -> str:
    return " ".join(words(name.replace("’", "'"))).removeprefix("the ")


def _by_name(question: str, catalogue: Catalogue) -> Iterator[Article]:
    capitals = _capitals(question)
    for clause in _CLAUSE_END.split(question):
        asked = words(clause.replace("’", "'"))
        for name in _names_in(asked, catalogue):
            before, after = " ".join(asked[: name.start]), " ".join(asked[name.end :])
            if _may_be(asked, name, capitals) and _restricts(name.kind, before, after):
                yield from catalogue.with_lines(name.kind, name.lines)


def _names_in(asked: Sequence[str], catalogue: Catalogue) -> list[_Named]:
    """Where names stand that the articles have, none inside a longer one."""
    known = {kind: _names_near(asked, catalogue, kind) for kind in _KINDS}
    found: list[_Named] = []
    for start, end in _runs(len(asked)):
        if not any(longer.start <= start and end <= longer.end and longer.length > end - start for longer in found):
            name = " ".join(asked[start:end])
            found += [_Named(kind, start, end, known[kind][name]) for kind in _KINDS if name in known[kind]]
    return found


def _names_near(asked: Sequence[str], catalogue: Catalogue, kind: Kind) -> dict[str, list[str]]:
    """The names that share words with the question, each with the lines that give it; one line may give several."""
    here = frozenset(asked)
    near = {line for word in here - STOP_WORDS for line in catalogue.lines(kind, word)}
    names: dict[str, list[str]] = {}
    for line in (one for one in near if _may_share(here, one)):
        for name in {_key(one) for one in (line, *(authors_in(line) if kind == "author" else ()))}:
            if name and here.issuperset(name.split()):
                names.setdefault(name, []).append(line)
    return names


def _may_share(here: frozenset[str], line: str) -> bool:
    """Quick to tell of a byline that a name in it has more than a word in common with the question."""
    parts = fold(line).replace(",", " ").replace(";", " ").split()
    return len(parts) < 3 or len(here.intersection(parts)) > 1


def _runs(count: int) -> Iterator[tuple[int, int]]:
    """All runs of words that may be a name, the longest first."""
    for length in range(min(_LONGEST_NAME, count), 0, -1):
        yield from ((start, start + length) for start in range(count - length + 1))


def _may_be(asked: Sequence[str], name: _Named, capitals: frozenset[str]) -> bool:
    """Not `people` where People is an outlet, nor the end of `New York Times` where the Times is one."""
    if name.length == 1 and asked[name.start] not in capitals:
        return False
    before = asked[max(1, name.start - 1) : name.start]
    after = [word for word in asked[name.end : name.end + 1] if not _AFTER_ANY.match(word)]
    return not {*before, *after} & (capitals - STOP_WORDS)


def _capitals(question: str) -> frozenset[str]:
    """The words that are written with a capital."""
    tokens = (token.lstrip("\"'“‘«(") for token in question.replace("’", "'").split())
    return frozenset(word for token in tokens if token[:1].isupper() for word in words(token)[:1])


def _restricts(kind: Kind, before: str, after: str) -> bool:
    """`Does she say` asks for an author's article; `did she say` may ask for what she said in the news."""
    if any(form.search(before) for form in _BEFORE_ANY) or _AFTER_ANY.match(after):
        return True
    if kind == "outlet" and _BEFORE_OUTLET.search(before):
        return True
    asked_of = _ASKED_OF if kind == "outlet" else _ASKED_NOW
    return bool((_ASKED_OF.search(before) and _WRITES.match(after)) or (asked_of.search(before) and _SAYS.match(after)))


def _by_file(question: str, catalogue: Catalogue) -> Iterator[Article]:
    """A file name has a dot, a slash or a number sign in it, and may have blanks."""
    tokens = [token.strip("\"'“”‘’«»(),;:?!").removesuffix(".") for token in question.split()]
    if not any(_FILE.search(token) for token in tokens):
        return
    for start, end in _runs(len(tokens)):
        if any(_FILE.search(token) for token in tokens[start:end]):
            yield from catalogue.of_file(" ".join(tokens[start:end]).removesuffix("'s").removesuffix("’s"))


def _by_title(question: str, catalogue: Catalogue) -> Iterator[Article]:
    for quotation in quotations(question):
        wanted = words(quotation.replace("’", "'"))
        if len(wanted) >= _FEWEST_TITLE_WORDS:
            yield from catalogue.called("title", " ".join(wanted))
