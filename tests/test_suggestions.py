from __future__ import annotations

from page_stand_ins import STRIKES

from qa.suggestions import suggest_questions
from vectorstore.types import Article


def article(title: str, text: str) -> Article:
    return Article(id=title, title=title, text=text, source=f"{title}.txt")


def test_titles_that_ask_come_first_then_names_that_come_up_often() -> None:
    articles = [
        article("Who paid?", "The bill went to Marco Rubio. Nobody told Marco Rubio."),
        article("A report", "On Monday the senator met Marco Rubio again."),
    ]
    asked = suggest_questions(articles, answerable=lambda _: True)
    assert asked == ["Who paid?", "What do the articles say about Marco Rubio?"]


def test_what_cannot_be_answered_is_not_suggested() -> None:
    assert suggest_questions([article("Who paid?", "")], answerable=lambda _: False) == []


def test_a_corpus_without_names_suggests_nothing() -> None:
    assert suggest_questions([STRIKES], answerable=lambda _: True) == []
