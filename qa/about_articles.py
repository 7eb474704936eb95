"""Answers about the articles themselves, from what is known of them: who wrote one, when, where, which there are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from qa.article_facts import FACTS, Fact, fact_quotes, title_quotes, value
from qa.article_questions import Asked, authors_in, read_question
from qa.drafts import ABSTENTION, Draft, Statement, abstention
from qa.listings import MOST_TOLD, counted, draft, more, remark, there_are, titled
from qa.narrowing.catalogue import Catalogue
from vectorstore.types import Article

_MOST_QUOTES = 5
_VERBS: dict[Fact, str] = {
    "author": "was written by",
    "outlet": "was published by",
    "published": "was published",
}
_NOUNS: dict[Fact, str] = {"author": "author", "outlet": "outlet", "published": "day of publication"}

ArticleText = Callable[[str], str]
"""The text of a source."""


def about_articles(question: str, catalogue: Catalogue, *, article_text: ArticleText) -> Draft | None:
    """The answer to a question about the articles, with the lines that tell it; None for any other question."""
    asked = read_question(question, catalogue)
    if asked is None:
        return None
    if asked.wanted == "count":
        return draft([remark(f"{there_are(len(asked.articles))}.")])
    if asked.wanted == "articles":
        return draft(_listing(asked.articles, article_text))
    if asked.wanted == "authors" or asked.wanted == "outlets":
        return _names("author" if asked.wanted == "authors" else "outlet", asked.articles, article_text)
    return _facts(asked.wanted, asked, articles=catalogue.articles, article_text=article_text)


def _facts(fact: Fact, asked: Asked, *, articles: Sequence[Article], article_text: ArticleText) -> Draft:
    """One fact of each article that was asked about; an abstention when none of them names it."""
    if asked.of_dates and not asked.articles:
        return _missing("published", articles)
    known = [article for article in asked.articles if value(article, fact)]
    if not known:
        return _missing(fact, asked.articles)
    before = "\n- " if len(known) > 1 or asked.counted else " "
    lead = [remark(f"{there_are(len(asked.articles), 'such article')}:")] if asked.counted else []
    told = [_fact(article, fact, known, article_text=article_text, before=before) for article in known[:MOST_TOLD]]
    left = _unnamed("published", articles) if asked.of_dates else _unnamed(fact, asked.articles)
    return draft([*lead, *told, *more(len(known)), *left])


def _fact(
    article: Article, fact: Fact, among: Sequence[Article], *, article_text: ArticleText, before: str
) -> Statement:
    """With the line that tells it; without one it is a remark of ours, which names the file."""
    sentence = f"{titled(article, among)} {_VERBS[fact]} {_named(article, fact)}"
    quotes = fact_quotes(article, article_text(article.source), fact)
    if quotes:
        return Statement(f"{sentence}.", quotes, "supported", before=before)
    return remark(f"{sentence} (known with the file {article.source}, not from its text).", before=before)


def _listing(articles: Sequence[Article], article_text: ArticleText) -> list[Statement]:
    """How many articles there are, and each with all that is known of it."""
    entries = [
        statement
        for article in articles[:MOST_TOLD]
        for statement in _entry(article, articles, text=article_text(article.source))
    ]
    return [remark(f"{there_are(len(articles))}:"), *entries, *more(len(articles))]


def _entry(article: Article, among: Sequence[Article], *, text: str) -> Iterator[Statement]:
    """The title with the facts that the text tells, then a remark with those that it does not."""
    known = [fact for fact in FACTS if value(article, fact)]
    told = {fact: quotes for fact in known if (quotes := fact_quotes(article, text, fact))}
    title = title_quotes(article, text)
    sentence = ", ".join([titled(article, among), *(_short(article, fact) for fact in told)]) + "."
    if title:
        quotes = (*title, *(quote for found in told.values() for quote in found))
        yield Statement(sentence, quotes, "supported", before="\n- ")
    else:
        yield remark(sentence, before="\n- ")
    rest = ", ".join(_short(article, fact) for fact in known if fact not in told)
    if rest:
        yield remark(f"(Known with the file {article.source}, not from its text: {rest}.)")


def _names(fact: Fact, articles: Sequence[Article], article_text: ArticleText) -> Draft:
    """The authors or outlets, those of most articles first, and what of theirs there is."""
    groups: dict[str, list[Article]] = {}
    for article in articles:
        groups.setdefault(value(article, fact), []).append(article)
    groups.pop("", None)
    if not groups:
        return _missing(fact, articles)
    ranked = sorted(groups.items(), key=lambda group: (-len(group[1]), group[0].casefold()))
    names = {
        name for own in groups.values() for name in (authors_in(own[0].author) if fact == "author" else [own[0].outlet])
    }
    lead = remark(f"The articles name {counted(len(names), _NOUNS[fact])}:")
    entries = [_group(name, own, fact, article_text=article_text) for name, own in ranked[:MOST_TOLD]]
    return draft([lead, *entries, *more(len(ranked)), *_unnamed(fact, articles)])


def _group(name: str, own: Sequence[Article], fact: Fact, *, article_text: ArticleText) -> Statement:
    """An author or outlet, and the article of theirs, or how many there are."""
    what = titled(own[0], own) if len(own) == 1 else counted(len(own), "article")
    sentence = f"{name} {'wrote' if fact == 'author' else 'published'} {what}"
    first = own[:_MOST_QUOTES]
    quotes = tuple(quote for each in first for quote in fact_quotes(each, article_text(each.source), fact))
    if quotes:
        return Statement(f"{sentence}.", quotes, "supported", before="\n- ")
    files = ", ".join(each.source for each in first)
    return remark(f"{sentence} (known with the file {files}, not from its text).", before="\n- ")


def _missing(fact: Fact, articles: Sequence[Article]) -> Draft:
    if len(articles) == 1:
        why = f"{titled(articles[0], articles)} does not name its {_NOUNS[fact]}."
    else:
        why = f"None of the {len(articles)} articles names its {_NOUNS[fact]}."
    return replace(abstention("fact_missing"), text=f"{ABSTENTION} {why}")


def _unnamed(fact: Fact, articles: Sequence[Article]) -> Iterator[Statement]:
    """Says how many articles do not name it."""
    count = sum(not value(article, fact) for article in articles)
    if count:
        verb, whose = ("does", "its") if count == 1 else ("do", "their")
        yield remark(f"({count} of {len(articles)} articles {verb} not name {whose} {_NOUNS[fact]}.)", before="\n")


def _named(article: Article, fact: Fact) -> str:
    """As a sentence goes on: `on 9 May 2024`, `in May 2024`."""
    if fact != "published":
        return value(article, fact)
    return f"{'in' if article.precision in ('month', 'year') else 'on'} {value(article, fact)}"


def _short(article: Article, fact: Fact) -> str:
    return f"by {article.author}" if fact == "author" else value(article, fact)
