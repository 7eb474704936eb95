"""Questions about the articles themselves, read as typed: what is asked, and of which articles.

Only whole sentences of known forms are read, and only names and titles that the articles have; all else is
a question about the news.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from qa.article_facts import Fact
from qa.narrowing.catalogue import Catalogue
from qa.normalise import content_terms
from qa.question_forms import BE, HERE, IN_HERE, ONE, SHOW, SOME, WHAT, as_asked, forms, matches
from vectorstore.terms import words
from vectorstore.types import Article

Wanted = Fact | Literal["articles", "count", "authors", "outlets"]

_LONGEST = 400
_OUTLET = r"(?:news )?(?:outlet|newspaper|paper|magazine|publication|website|site|publisher)"
_AUTHORS = r"(?P<authors>authors|writers|journalists|reporters)"
_OUTLETS = r"(?P<outlets>(?:news )?outlets|newspapers|papers|magazines|publications|publishers|news sites)"
_HAVE = r"(?:(?:do|can) you (?:have|hold|know|use|search|read|see)|have you (?:got|read|indexed|loaded))"
_THERE = rf"(?:{_HAVE}|are (?:there|available|indexed|loaded)(?:{IN_HERE})?|are in {HERE}|exist)"
_DAY = r"(?:when|(?:on |in )?(?:what|which) (?:day|date|month|year))"
_TITLED = r"(?:titled|entitled|called|headlined|named|with the (?:title|headline))"
_NEWEST = r"(?:newest|latest|most recent)"
_OLDEST = r"(?:oldest|earliest)"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is wanted of which articles; `of_dates` when dates chose them, `counted` when their number is asked."""

    wanted: Wanted
    articles: tuple[Article, ...]
    of_dates: bool = False
    counted: bool = False


_FACTS: dict[Fact, tuple[re.Pattern[str], ...]] = {
    "author": forms(
        r"(?:who|which (?:author|writer|journalist|reporter)) (?:wrote|has written|authored|penned) (?P<which>.+)",
        rf"(?:(?:who|what) {BE} )?(?:the )?(?:name of the )?(?:author|writer)s? of (?P<which>.+)",
        rf"(?:who|by whom) {BE} (?P<which>.+?) (?:written|authored)(?: by)?",
        rf"who {BE} (?P<which>.+) by",
    ),
    "published": forms(
        rf"{_DAY} {BE} (?P<which>.+?) (?:first )?(?:published|written|posted|released|printed)(?: on)?",
        rf"{_DAY} {BE} (?P<which>(?:the |an? )?{ONE} published (?:by|in) .+)",
        rf"{_DAY} did (?P<which>.+?) (?:first )?(?:appear|come out)",
        rf"(?:(?:what|when) {BE} )?(?:the )?(?:(?:publication )?date|date of publication) of (?P<which>.+)",
        rf"(?:(?:what|which) {BE} )?(?P<which>(?:the )?(?:{_NEWEST}|{_OLDEST}) .+)",
    ),
    "outlet": forms(
        rf"(?:who|(?:what|which) {_OUTLET}) (?:has )?(?:published|printed|ran|carried) (?P<which>.+)",
        rf"(?:(?:who|what) {BE} )?(?:the )?(?:publisher|outlet) of (?P<which>.+)",
        rf"(?:where|(?:in|by|from) (?:what|which) {_OUTLET}) {BE} (?P<which>.+?) (?:published|printed|from)",
        rf"(?:where|in (?:what|which) {_OUTLET}) did (?P<which>.+?) (?:first )?appear",
        r"where (?:do|does|did) (?P<which>.+) come from",
        rf"(?:what|which) {_OUTLET} {BE} (?P<which>.+?) (?:(?:published|printed) (?:in|by|on)|from)",
    ),
}
_EXTREMES = forms(
    rf"(?:what|which) (?:articles?|of the articles) (?:is|was|are) (?:the )?(?:(?P<newest>{_NEWEST})|{_OLDEST})",
    r"(?:what|which) articles? (?:is|was|were) published (?:(?P<newest>last|most recently)|first)",
)
_LISTS = forms(
    rf"{WHAT} {SOME} (?:did|has|have) (?P<name>.+) (?:write|written|publish(?:ed)?)",
    rf"{WHAT} {SOME} {BE} (?:there )?(?:written |published )?(?:by|from) (?P<name>.+)",
    rf"{WHAT} {SOME} (?:by|from) (?P<name>.+?) {_THERE}",
    rf"{WHAT} {SOME} {_HAVE} (?:written |published )?(?:by|from) (?P<name>.+)",
    rf"(?:(?:is|are) there|do you have|have you got) (?:an? |any |some )?{SOME} (?:by|from) (?P<name>.+)",
    rf"(?:{SHOW} )?(?:all )?(?:the )?(?:articles|pieces|stories) (?:by|from) (?P<name>.+)",
)
_COLLECTION = forms(
    rf"{WHAT} (?:(?:news )?articles {_THERE}|sources (?:{_HAVE}|are in {HERE}))",
    rf"{WHAT} articles does {HERE} (?:have|hold|contain)",
    rf"(?P<many>(?:what is )?(?:the )?number of articles){IN_HERE}",
    rf"{SHOW} (?:of )?(?:(?:the |your )?articles|your sources)(?:{IN_HERE})?",
    rf"what are (?:the|your|all the|all your) articles(?:{IN_HERE})?|what are your sources|what is in {HERE}",
    rf"(?:(?:what are|{SHOW}) )?(?:the )?(?:titles|headlines) of (?:all )?(?:the |your )?articles(?:{IN_HERE})?",
)
_NAMES = rf"(?:{_AUTHORS}|{_OUTLETS})"
_WORKS = rf"(?:the|your) articles(?:{IN_HERE})?"
_PEOPLE = forms(
    rf"{WHAT} {_NAMES} (?:do you have|have you got|are (?:there )?in {HERE}|are there{IN_HERE})",
    rf"{WHAT} {_NAMES} (?:wrote|published|have (?:written|published)) {_WORKS}",
    rf"(?:from )?{WHAT} {_OUTLETS} (?:are|do) {_WORKS}(?: come)?(?: from)?",
    rf"(?:(?:who|what|which) are|{SHOW}) (?:all )?(?:the )?{_NAMES}(?:{IN_HERE}| of {_WORKS})",
)

_NAMED_ARTICLE = rf"(?P<noun>(?:the |an? )?{ONE},? (?:(?:that is )?{_TITLED} )?)?"
_QUOTED = re.compile(rf"""{_NAMED_ARTICLE}(?:the )?(["'])(?P<title>.+)\2(?P<after> {ONE})?""")
_PLAIN = re.compile(rf"{_NAMED_ARTICLE}(?P<title>.+)")
_DATED = re.compile(rf"(?:the )?(?:(?P<newest>{_NEWEST})|{_OLDEST}) (?:news )?(?:articles?|piece)")
_ALL = re.compile(r"(?:all |each |each of |every one of )?(?:of )?(?:the|your) articles|(?:all|every|each) articles?")
_ONLY = re.compile(r"(?:the|this|your) article")
_BY_ANYONE = forms(
    rf"(?:the |an? )?{SOME} (?:(?:that was|that were) )?(?:written |published )?(?:by|from|in) (?P<name>.+)",
    rf"(?:the |an? )?{SOME} (?:that |which )?(?P<name>.+) (?:wrote|published|has written|has published)",
    *(rf"(?P<name>.+){ending} {SOME}" for ending in ("'s", "'")),
)
_BY_AUTHOR = forms(
    r"(?:the |an? )?report (?:written )?by (?P<name>.+)",
    r"(?P<name>.+)'s report",
    rf"(?P<name>(?!the )\S+ .+)s {SOME}",  # typed without its apostrophe
)
_BY_OUTLET = forms(rf"(?P<name>.+) {SOME}")
_BY_TOPIC = forms(rf"(?:the |an? )?{ONE} (?:about|on) (?:the |an? )?(?P<name>.+)")


def read_question(question: str, catalogue: Catalogue) -> Asked | None:
    """What a question wants to know of the articles; None for every other question."""
    if not catalogue.articles or len(question) > _LONGEST:
        return None
    asked = as_asked(question)
    found = (read(asked, catalogue) for read in (_collection, _people, _extreme, _list, _fact))
    return next((one for one in found if one), None)


def _collection(asked: str, catalogue: Catalogue) -> Asked | None:
    for match in matches(_COLLECTION, asked):
        return Asked("count" if match.get("many") else "articles", catalogue.articles)
    return None


def _people(asked: str, catalogue: Catalogue) -> Asked | None:
    for match in matches(_PEOPLE, asked):
        return Asked("authors" if match.get("authors") else "outlets", catalogue.articles)
    return None


def _extreme(asked: str, catalogue: Catalogue) -> Asked | None:
    for match in matches(_EXTREMES, asked):
        return Asked("published", _at_the_end(catalogue.articles, max if match.get("newest") else min), of_dates=True)
    return None


def _list(asked: str, catalogue: Catalogue) -> Asked | None:
    for match in matches(_LISTS, asked):
        name = re.sub(rf"{IN_HERE}$", "", match["name"])
        for fact, told in (("author", _written_by(name, catalogue)), ("outlet", _published_by(name, catalogue))):
            if told:
                return Asked("author" if fact == "author" else "outlet", told, counted=bool(match.get("many")))
    return None


def _fact(asked: str, catalogue: Catalogue) -> Asked | None:
    for fact, ways in _FACTS.items():
        for match in matches(ways, asked):
            which = re.sub(rf"{IN_HERE}$", "", match["which"])
            dated = _DATED.fullmatch(which)
            if dated:
                chosen = _at_the_end(catalogue.articles, max if dated["newest"] else min)
                return Asked(fact, chosen, of_dates=True)
            told = selected(which, catalogue)
            if told:
                return Asked(fact, told)
    return None


def selected(which: str, catalogue: Catalogue) -> tuple[Article, ...]:
    """The articles that a few words mean; none when they may mean anything else."""
    if _ALL.fullmatch(which) or (len(catalogue.articles) == 1 and _ONLY.fullmatch(which)):
        return catalogue.articles
    by_title = _with_title(which, catalogue)
    if by_title:
        return by_title
    finders = (_BY_ANYONE, _by_anyone), (_BY_AUTHOR, _written_by), (_BY_OUTLET, _published_by), (_BY_TOPIC, _entitled)
    for ways, find in finders:
        for match in matches(ways, which):
            told = find(match["name"], catalogue)
            if told:
                return told
    return ()


def _with_title(which: str, catalogue: Catalogue) -> tuple[Article, ...]:
    """The articles of a title or a file name."""
    file = re.sub(rf"^(?:the )?(?:{ONE} |file )?", "", which.strip("\"'"))
    quoted = _QUOTED.fullmatch(which)
    match = quoted or _PLAIN.fullmatch(which)
    if not match:
        return ()
    title, is_article = _key(match["title"]), bool(match["noun"] or (quoted and quoted["after"]))
    titled = catalogue.called("title", title)
    found = [one for one in titled if _means(title, _key(one.title), quoted=bool(quoted), is_article=is_article)]
    return (*catalogue.of_file(file), *found)


def _means(title: str, whole: str, *, quoted: bool, is_article: bool) -> bool:
    """Whether a title is this one: `Romeo and Juliet` alone may be the play, and not an article about it."""
    length = title.count(" ") + 1
    if title == whole:
        return length >= (1 if quoted and is_article else 3 if quoted or is_article else 5)
    if not quoted:
        return False
    return (is_article and length >= 3 and f" {title} " in f" {whole} ") or (
        length >= 5 and whole.startswith(f"{title} ")
    )


def _by_anyone(name: str, catalogue: Catalogue) -> tuple[Article, ...]:
    return _written_by(name, catalogue) or _published_by(name, catalogue)


def _written_by(name: str, catalogue: Catalogue) -> tuple[Article, ...]:
    wanted = _key(name)
    lines = [line for line in catalogue.lines("author", wanted) if wanted in map(_key, (line, *authors_in(line)))]
    return catalogue.with_lines("author", lines)


def _published_by(name: str, catalogue: Catalogue) -> tuple[Article, ...]:
    wanted = _key(name).removeprefix("the ")
    lines = [line for line in catalogue.lines("outlet", wanted) if wanted == _key(line).removeprefix("the ")]
    return catalogue.with_lines("outlet", lines)


def _entitled(topic: str, catalogue: Catalogue) -> tuple[Article, ...]:
    """The articles with all words of a topic in their titles."""
    wanted = set(content_terms(topic))
    return tuple(one for one in catalogue.articles if wanted and wanted <= set(content_terms(one.title)))


def authors_in(line: str) -> tuple[str, ...]:
    """The names in an author line, which joins several by commas or `and`."""
    names = (name.strip() for name in re.split(r",|;|&|\band\b", line))
    return tuple(name for name in names if name)


def _key(text: str) -> str:
    return " ".join(words(text))


def _at_the_end(articles: Sequence[Article], end: Callable[..., object]) -> tuple[Article, ...]:
    """The newest or the oldest of the articles with a date; several of one day."""
    days = [article.published for article in articles if article.published]
    day = end(days) if days else None
    return tuple(article for article in articles if day and article.published == day)
