"""Questions that name nothing of the news: a greeting, what the articles are about, which of them mention something."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from qa.accounts import NO_COPIES
from qa.article_questions import selected
from qa.drafts import Draft, Quote, Statement
from qa.evidence import Evidence
from qa.listings import MOST_TOLD, counted, draft, more, remark, there_are, titled
from qa.narrowing.catalogue import Catalogue
from qa.normalise import STOP_WORDS, content_terms
from qa.question_forms import HERE, IN_HERE, SHOW, SOME, WHAT, as_asked, forms, is_any, matches
from vectorstore.chunking import chunk_of
from vectorstore.duplicates import Accounts
from vectorstore.furniture import ends_sentence
from vectorstore.terms import stem, words
from vectorstore.types import Article, Passage, Span

Find = Callable[[str], Sequence[Passage]]
"""Words to the passages that have some of them, best first; what copies tell comes once."""
MOST_FOUND = 200
"""Passages that are looked through for a mention."""

_LONGEST = 200
_OVERVIEW_OF = 10
_BEGINNING = 4000
"""Characters of an article in which its story begins."""
_FIRST_SENTENCES = 4
_LEAST_WORDS = 6
_FIRST_SENTENCE = "first sentence"
"""Where the title of a text without a headline was read."""

_THESE = (
    r"(?:(?:all )?(?:of )?(?:the|these|those|your|all) (?:\w+ )??(?:articles|stories|texts|documents|files|sources)"
    rf"(?:{IN_HERE})?|{HERE}|(?:the|your|this|today's) news|everything|all of (?:this|it|them))"
)
_GREETINGS = {
    "Hello.": forms(r"(?:hi|hello|hey|greetings|good (?:morning|afternoon|evening|day))(?: there| footnote| again)?"),
    "You are welcome.": forms(r"(?:many |ok(?:ay)?,? )?(?:thanks|thank you)(?: (?:very|so) much| a lot| again)?"),
    "": forms(
        r"help(?: me)?|(?:who|what) are you|what is footnote|what can (?:you|i|this) (?:do|ask|answer)(?: here| you)?",
        r"how (?:does (?:this|it|footnote) work|do i (?:use (?:this|it|you)|start|begin)|can you help(?: me)?)",
    ),
}
_HOW = (
    "Ask what the articles may tell: each statement of the answer carries a footnote with its exact quote, and what "
    "they do not tell is not answered. “What are the articles about?” gives an overview."
)
_OVERVIEWS = forms(
    rf"what (?:is|are) {_THESE} (?:all )?about|what is (?:this|it) all about",
    rf"(?:please )?(?:summari[sz]e|sum up)(?: {_THESE})?(?: for me| briefly)?",
    rf"(?:{SHOW} )?(?:an? |the )?(?:short |brief |quick )?(?:summary|overview)(?: of {_THESE})?",
    rf"what (?:do|does) {_THESE} (?:say|tell(?: us| me)?|report|cover|contain)|what is in {_THESE}",
)
_VAGUE = forms(
    r"what(?: has| is)? (?:happened|happening|new|going on)(?: here| today| lately)?",
    r"what (?:is|are) (?:in )?(?:the )?(?:latest |newest |today's )?(?:news|headlines|story|stories)(?: today| about)?",
    r"what is this(?: all)? about|tl;?dr|(?:the )?(?:latest )?(?:news|headlines)",
)
"""What means all articles at the beginning of a conversation, and something that was told later in it."""
_OF_SOME = forms(
    r"what (?:is|are) (?P<which>.+?) about",
    r"(?:summari[sz]e|sum up|(?:(?:give|show|write) me )?(?:an? |the )?(?:short |brief )?summary of) (?P<which>.+)",
)
_ABOUT = r"(?:about|on|mentioning|that mentions?|which mentions?)"
_MENTION = (
    r"(?:mentions?|speaks? (?:of|about)|talks? (?:of|about)|(?:is|are) (?:about|on)|discuss(?:es)?|covers?|names?"
    r"|reports? (?:on|about)|writes? about|deals? with|says? (?:something|anything) about)"
)
_MENTIONS = forms(
    rf"{WHAT} {SOME} {_MENTION} (?P<topic>.+)",
    rf"(?:(?:is|are) there|do you have|have you got) (?:an? |any |some )?{SOME} {_ABOUT} (?P<topic>.+)",
    rf"(?:{SHOW}|find(?: me)?) (?:all |the |an? |some )*{SOME} {_ABOUT} (?P<topic>.+)",
    r"where (?:is|are|was|were) (?P<topic>.+) mentioned",
)


def general_answer(
    question: str,
    catalogue: Catalogue,
    *,
    article_text: Callable[[str], str],
    find: Find,
    accounts: Accounts = NO_COPIES,
    is_first: bool = True,
) -> Draft | None:
    """The answer to such a question; None for any other. `is_first` when nothing was asked before it."""
    asked = as_asked(question) if len(question) <= _LONGEST else ""
    if not asked or not catalogue.articles:
        return None
    for words_first, ways in _GREETINGS.items():
        if is_any(ways, asked):
            return draft([remark(f"{words_first} {_HOW}".strip())])
    if is_any(_OVERVIEWS, asked) or (is_first and is_any(_VAGUE, asked)):
        return _overview(catalogue.articles, article_text)
    for match in matches(_OF_SOME, asked):
        some = selected(match["which"], catalogue)
        if some:
            return _overview(some, article_text)
    for match in matches(_MENTIONS, asked):
        topic = re.sub(rf"{IN_HERE}$", "", match["topic"])
        told = _mentions(_as_typed(topic, question), catalogue.articles, find, accounts=accounts)
        if told:
            return told
    return None


def _overview(articles: Sequence[Article], article_text: Callable[[str], str]) -> Draft:
    """Of each article the sentence that begins its story, the newest articles first."""
    newest = sorted(articles, key=lambda one: one.published.toordinal() if one.published else 0, reverse=True)
    shown = newest[:_OVERVIEW_OF]
    entries = [
        statement
        for article in shown
        for statement in _told_by(article, articles, _opening(article, article_text(article.source)))
    ]
    lead = [remark(f"{there_are(len(articles))}:")] if len(articles) > 1 else []
    return draft([*lead, *entries, *more(len(articles), shown=len(shown))])


def _told_by(article: Article, among: Sequence[Article], quote: Quote | None) -> Iterator[Statement]:
    """The title, and a sentence of the article, which alone may begin with it."""
    if quote and article.title and quote.text.startswith(article.title.removesuffix("…")):
        yield Statement(" ".join(quote.text.split()), (quote,), "verbatim", before="\n- ")
        return
    yield remark(f"{titled(article, among)}{':' if quote else '.'}", before="\n- ")
    if quote:
        yield Statement(" ".join(quote.text.split()), (quote,), "verbatim")


def _opening(article: Article, text: str) -> Quote | None:
    """Of the first sentences from the title on the one that tells most of it; None where there is no sentence."""
    title = article.title.removesuffix("…")
    start = max(text.find(title), 0) if title else 0
    beginning = chunk_of(replace(article, text=text), 0, Span(start, min(len(text), start + _BEGINNING)))
    headline = "" if article.origins.title == _FIRST_SENTENCE else title
    first = [one.quote for one in Evidence([Passage(beginning, 1.0)]).sentences if _tells(one.quote.text, headline)]
    wanted = set(content_terms(title))
    return max(first[:_FIRST_SENTENCES], key=lambda one: len(wanted & set(content_terms(one.text))), default=None)


def _tells(sentence: str, headline: str) -> bool:
    return len(sentence.split()) >= _LEAST_WORDS and sentence.strip() != headline and ends_sentence(sentence)


def _mentions(topic: str, articles: Sequence[Article], find: Find, *, accounts: Accounts) -> Draft | None:
    """The articles with a sentence that has all words of the topic, and that sentence; None where there is none."""
    wanted = {stem(word) for word in words(topic) if word not in STOP_WORDS}
    if not wanted:
        return None
    known = {article.source: article for article in articles}
    passages = [passage for passage in find(topic) if passage.chunk.source in known]
    first: dict[str, Quote] = {}
    for one in Evidence(passages).sentences:
        if wanted <= {stem(word) for word in words(one.quote.text)}:
            first.setdefault(one.quote.chunk.source, one.quote)
    if not first:
        return None
    told = list(first.items())[:MOST_TOLD]
    entries = [part for source, quote in told for part in _told_by(known[source], articles, quote)]
    have = "has" if len(first) == 1 else "have"
    what = f"a sentence on “{topic}”" if len(wanted) == 1 else f"a sentence with all the words of “{topic}”"
    least = "at least " if len(passages) == MOST_FOUND else ""
    once = ", copies counted once," if accounts.count(known) < len(known) else ""
    lead = remark(f"{_capital(least + counted(len(first), 'article'))}{once} {have} {what}:")
    return draft([lead, *entries, *more(len(first))])


def _as_typed(topic: str, question: str) -> str:
    """With the capitals that it had."""
    typed = re.search(re.escape(topic), question, re.IGNORECASE)
    return typed[0] if typed else topic


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
