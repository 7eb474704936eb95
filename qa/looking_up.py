"""Questions that are answered from what is known of the articles, before anything is searched."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from qa.about_articles import about_articles
from qa.drafts import Draft
from qa.general_questions import MOST_FOUND, general_answer
from qa.narrowing.narrowing import Known
from qa.pipeline import Question
from vectorstore.index import Index
from vectorstore.within import Within

LookUp = Callable[[Question], Draft | None]
"""None for a question that has to be searched for."""


def looking_up(index: Index, known: Known, asked: Within) -> LookUp:
    """The step that does so, within the articles that are asked."""
    catalogue = known.among(asked)
    find = partial(index.search_lexical, candidates=MOST_FOUND, within=asked)

    def article_text(source: str) -> str:
        return index.article(source).text

    def look_up(question: Question) -> Draft | None:
        of_articles = about_articles(question.text, catalogue, article_text=article_text)
        return of_articles or general_answer(
            question.text,
            catalogue,
            article_text=article_text,
            find=find,
            accounts=index.accounts,
            is_first=not question.history,
        )

    return look_up
