"""Articles that a question names."""

from __future__ import annotations

import pytest

from qa.narrowing.catalogue import Catalogue
from qa.narrowing.sources import named_sources
from vectorstore.types import Article

ARTICLES = [
    Article("1", "What did they discuss in the call?", "", "bell.txt", outlet="Wordwise Media", author="Marcus Bell"),
    Article("2", "Council passes budget", "", "budget.txt", outlet="Lund Herald"),
    Article("3", "Comet seen over the bay", "", "comet.txt"),
]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("According to the article by Marcus Bell, who was on the call?", ("bell.txt",)),
        ("In Marcus Bell's article, who was on the call?", ("bell.txt",)),
        ("What does Wordwise Media report?", ("bell.txt",)),
        ("What is the budget in the Lund Herald's version?", ("budget.txt",)),
        ('In "Council passes budget", what does it cost?', ("budget.txt",)),
        ("What does comet.txt say?", ("comet.txt",)),
        ("Who is Marcus Bell?", ()),
        ("When was the comet seen?", ()),
    ],
)
def test_a_question_that_names_an_article_is_asked_of_it_alone(question: str, expected: tuple[str, ...]) -> None:
    assert named_sources(question, Catalogue(ARTICLES)) == expected
