"""Questions to start with, drawn from the articles themselves and tried before they are shown."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from qa.types import Answer, Citation
from qa.ui.drawing import Question, drawn_from, named_in
from qa.ui.sentence_patterns import fits
from qa.ui.sentence_questions import Kind
from vectorstore.types import Article, Span

_MOST_TRIED = 12
_MOST_ARTICLES = 60
_TITLES_TRIED = 2
_TITLE = re.compile(r"^(?!.*[|•]).{12,110}[?？؟]$")
_LEADING: tuple[Kind, ...] = (
    "count",
    "money",
    "why",
    "how",
    "when",
    "what",
    "doer",
    "where",
    "change",
    "said",
    "who",
    "words",
)
"""What a reader would rather ask comes first."""
_ORDER: dict[str, int] = {kind: place for place, kind in enumerate(_LEADING)}
_FAMOUS = 1 / 3
"""Nobody asks who it is that so many of the articles name."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    text: str
    kind: str
    source: str
    span: Span | None
    """The sentence that answers it, where that is known."""


def suggest_questions(articles: Sequence[Article], *, ask: Callable[[str], Answer], most: int = 4) -> list[str]:
    """At most `most` questions that `ask` answers with a footnote, each with another one; twelve are tried.

    The articles come with their text. Questions are made from sentences in English; of other articles, from titles.
    """
    kept: list[str] = []
    shown: set[tuple[str, int]] = set()
    waiting = _candidates(articles[:_MOST_ARTICLES])
    used: Counter[str] = Counter()
    for _ in range(_MOST_TRIED):
        if not waiting or len(kept) >= most:
            break
        # The next is of the kind, and from the article, that was drawn from least.
        best = min(waiting, key=lambda one: (used[one.kind] + used[one.source], _rank(one), used[one.source]))
        waiting.remove(best)
        used.update((best.kind,))
        answer = ask(best.text)
        if not is_answered(answer, best.source, best.span) or not fits(best.kind, first_words(answer)):
            continue
        place = (answer.citations[0].source, answer.citations[0].start)
        if place not in shown:
            shown.add(place)
            used.update((best.source,))
            kept.append(best.text)
    return kept


def is_answered(answer: Answer, source: str, span: Span | None) -> bool:
    """Whether an answer rests on the sentence that its question was made of, or on any where none is given."""
    if answer.abstained or not answer.citations:
        return False
    return span is None or any(overlaps(one, source, span) for one in answer.citations[:2])


def first_words(answer: Answer) -> str:
    """What an answer says before its first footnote."""
    return answer.text.partition("[")[0]


def overlaps(citation: Citation, source: str, span: Span) -> bool:
    """Whether a citation quotes some of a sentence, or of the same account in another article."""
    if source in citation.copies:
        return True
    return citation.source == source and citation.start < span.end and span.start < citation.end


def _rank(candidate: _Candidate) -> int:
    if candidate.kind == "title":
        return -1
    return _ORDER.get(candidate.kind, len(_ORDER))


def _candidates(articles: Sequence[Article]) -> list[_Candidate]:
    """Titles that ask, then questions of sentences, then what is told about names that come up often."""
    titles = [_Candidate(title, "title", article.source, None) for article, title in _asking(articles)]
    named = Counter(name for article in articles for name in named_in(article.text, article.language))
    drawn = [
        _Candidate(one.text, one.kind, article.source, one.span)
        for article in articles
        for one in drawn_from(article.text, article.language)
        if not _is_of_famous(one, named, len(articles))
    ]
    about = [
        _Candidate(f"What do the articles say about {name}?", "about", "", None)
        for name, count in sorted(named.items(), key=lambda pair: (-pair[1], pair[0]))
        if count > 1 and " " in name
    ]
    found = titles[:_TITLES_TRIED] + drawn or about
    return list({one.text: one for one in reversed([*found, *(about[:3] if len(drawn) < 8 else [])])}.values())[::-1]


def _asking(articles: Sequence[Article]) -> Iterator[tuple[Article, str]]:
    for article in articles:
        title = " ".join(article.title.split())
        if _TITLE.match(title):
            yield article, title


def _is_of_famous(question: Question, named: Counter[str], articles: int) -> bool:
    name = question.text.removeprefix("Who is ").removeprefix("What did ").removesuffix("?").removesuffix(" say")
    return question.kind in ("who", "words") and articles > 2 and named[name] > max(1.0, articles * _FAMOUS)
