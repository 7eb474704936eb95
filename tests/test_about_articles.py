"""Questions about the articles themselves, answered from what is known of them; the news is left to the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from conftest import SEEDS

from evals.examples import load_questions
from qa.about_articles import about_articles
from qa.drafts import ABSTENTION, Draft
from qa.narrowing.catalogue import Catalogue
from vectorstore.loading import find_articles, load_article
from vectorstore.types import Article, Precision

BELL = "What did Trump and Maduro discuss in secret phone call?"
BELL_SOURCE = "001_f190227d0a1a256d.txt"
ABOUT_METADATA: set[str] = set()
"""The ids of the examples that ask about the articles themselves."""

HERALD = """---
title: Council passes budget
authors:
  - Ana García
  - Bo Li
source: https://www.lundherald.example/budget
date: 2024-05-06
---
The council passed its budget of two million on Monday, said Mayor Ada Holm.
"""
GAZETTE = """Comet seen over the bay

By Ana García

May 9, 2024

Fishermen saw a comet over the bay (May 9, 2024).

© 2024 The Bay Gazette. All rights reserved.
"""
PLAIN = "Rain fell on the harbour for nine days.\n\nNobody minded.\n"
NEWS_DATE = "Storm sinks a ferry near Malmö\n\nBy Jo Berg\n\nA ferry sank on 7 May 2024, the navy said.\n"


def read(folder: Path) -> list[Article]:
    return [load_article(folder, path, max_file_mb=20) for path in find_articles(folder)[0]]


@pytest.fixture(scope="module")
def seeds() -> list[Article]:
    return read(SEEDS)


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> list[Article]:
    folder = tmp_path_factory.mktemp("papers")
    texts = {"budget.md": HERALD, "comet.txt": GAZETTE, "ferry.txt": NEWS_DATE, "rain.txt": PLAIN}
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    found = {article.source: article for article in read(folder)}
    # The day is read from front matter only; here others know it from beside the text.
    known = {"comet.txt": date(2024, 5, 9), "ferry.txt": date(2024, 5, 7)}
    return [replace(article, published=known.get(name, article.published)) for name, article in found.items()]


def ask(question: str, articles: Sequence[Article]) -> Draft | None:
    """As the program asks: the articles come without their text."""
    texts = {article.source: article.text for article in articles}
    draft = about_articles(
        question, Catalogue([replace(each, text="") for each in articles]), article_text=texts.__getitem__
    )
    for citation in draft.citations if draft else ():
        assert texts[citation.source][citation.start : citation.end] == citation.quote
    return draft


def answer(question: str, articles: Sequence[Article]) -> Draft:
    draft = ask(question, articles)
    assert draft is not None, f"not read as a question about the articles: {question}"
    return draft


def quotes(draft: Draft) -> list[str]:
    return [citation.quote for citation in draft.citations]


@pytest.mark.parametrize(
    "question",
    [
        f"Who wrote “{BELL}”?",
        f"who is the author of '{BELL}'",
        "who wrote what did trump and maduro discuss in secret phone call",
        'Who wrote the article "Trump and Maduro discuss in secret"?',
        "Who wrote the Wordwise Media article?",
        "Can you tell me who wrote the article published by Wordwise Media?",
        "Who wrote the article about the secret phone call?",
        "Which article did Marcus Bell write?",
        "what articles are by marcus bell",
        f"who wrote {BELL_SOURCE}",
    ],
)
def test_the_byline_tells_who_wrote_an_article(question: str, seeds: list[Article]) -> None:
    draft = answer(question, seeds)
    assert draft.text == f"“{BELL}” was written by Marcus Bell. [1]"
    assert quotes(draft) == ["By Marcus Bell"]
    assert [claim.verdict for claim in draft.claims] == ["supported"]
    assert draft.confidence == 0.95 and not draft.abstained


@pytest.mark.parametrize(
    "question",
    [
        "Which outlet published Marcus Bell's article?",
        "which newspaper published marcus bells article",
        "Where was the article by Marcus Bell published?",
        "Who published the report by Marcus Bell?",
        "Which article is from Wordwise Media?",
        "what articles did wordwise media publish",
        "Where does the article by Marcus Bell come from?",
    ],
)
def test_the_copyright_line_tells_the_outlet(question: str, seeds: list[Article]) -> None:
    draft = answer(question, seeds)
    assert draft.text == f"“{BELL}” was published by Wordwise Media. [1]"
    assert quotes(draft) == ["© 2025 Wordwise Media."]


@pytest.mark.parametrize(
    ("question", "why"),
    [
        (f'When was "{BELL}" published?', f"“{BELL}” does not name its day of publication."),
        ("When did the Wordwise Media article appear?", f"“{BELL}” does not name its day of publication."),
        ("Which is the newest article?", "None of the 5 articles names its day of publication."),
        ("When were the articles published?", "None of the 5 articles names its day of publication."),
        (
            'Who wrote the article "Trump confirms call with Maduro amid rising tensions with Venezuela"?',
            "“Trump confirms call with Maduro amid rising tensions with Venezuela” does not name its author.",
        ),
    ],
)
def test_what_no_article_names_is_not_told(question: str, why: str, seeds: list[Article]) -> None:
    draft = answer(question, seeds)
    assert (draft.text, draft.abstained, draft.reason) == (f"{ABSTENTION} {why}", True, "fact_missing")
    assert draft.claims == () and draft.citations == ()


@pytest.mark.parametrize(
    "question",
    ["Which articles do you have?", "what are your sources", "List all articles", "which articles are there?"],
)
def test_all_articles_are_listed_with_their_headlines(question: str, seeds: list[Article]) -> None:
    draft = answer(question, seeds)
    assert draft.text.startswith("There are five articles:\n- “Trump Confirms Call With Maduro as US Airstrikes")
    assert f"\n- “{BELL}”, by Marcus Bell, Wordwise Media. [2][3][4]\n" in draft.text
    assert len(draft.claims) == 5 and {citation.source for citation in draft.citations} == {a.source for a in seeds}


@pytest.mark.parametrize("question", ["How many articles are there?", "how many articles do you have"])
def test_the_articles_are_counted(question: str, seeds: list[Article]) -> None:
    assert answer(question, seeds).text == "There are five articles."


@pytest.mark.parametrize(
    ("question", "text", "quote"),
    [
        (
            "Which authors are in the collection?",
            f"The articles name one author:\n- Marcus Bell wrote “{BELL}”. [1]\n"
            "(4 of 5 articles do not name their author.)",
            "By Marcus Bell",
        ),
        (
            "which outlets are the articles from",
            f"The articles name one outlet:\n- Wordwise Media published “{BELL}”. [1]\n"
            "(4 of 5 articles do not name their outlet.)",
            "© 2025 Wordwise Media.",
        ),
    ],
)
def test_authors_and_outlets_are_listed(question: str, text: str, quote: str, seeds: list[Article]) -> None:
    draft = answer(question, seeds)
    assert (draft.text, quotes(draft)) == (text, [quote])


@pytest.mark.parametrize(
    ("question", "text", "cited"),
    [
        ("When was the Bay Gazette article published?", "“Comet seen over the bay” was published on 9 May 2024. [1]",
         ["May 9, 2024"]),
        ('when was "Council passes budget" published', "“Council passes budget” was published on 6 May 2024. [1]",
         ["date: 2024-05-06"]),
        ("Who wrote the lundherald.example story?", "“Council passes budget” was written by Ana García, Bo Li. [1]",
         ["authors:\n  - Ana García\n  - Bo Li"]),
        ("which outlet published budget.md", "“Council passes budget” was published by lundherald.example. [1]",
         ["source: https://www.lundherald.example/budget"]),
        ("which article did bo li write?", "“Council passes budget” was written by Ana García, Bo Li. [1]",
         ["authors:\n  - Ana García\n  - Bo Li"]),
        ("What is the latest article?", "“Comet seen over the bay” was published on 9 May 2024. [1]\n"
         "(1 of 4 articles does not name its day of publication.)", ["May 9, 2024"]),
        ("Who wrote the oldest article?", "“Council passes budget” was written by Ana García, Bo Li. [1]\n"
         "(1 of 4 articles does not name its day of publication.)", ["authors:\n  - Ana García\n  - Bo Li"]),
        ("How many articles did Ana Garcia write?", "There are two such articles:\n"
         "- “Council passes budget” was written by Ana García, Bo Li. [1]\n"
         "- “Comet seen over the bay” was written by Ana García. [2]",
         ["authors:\n  - Ana García\n  - Bo Li", "By Ana García"]),
    ],
)  # fmt: skip
def test_front_matter_and_date_lines_are_cited(
    question: str, text: str, cited: list[str], papers: list[Article]
) -> None:
    draft = answer(question, papers)
    assert (draft.text, quotes(draft)) == (text, cited)


def test_a_day_that_the_text_does_not_tell_as_its_own_has_no_footnote(papers: list[Article]) -> None:
    draft = answer("When was Jo Berg's article published?", papers)
    assert draft.text == (
        "“Storm sinks a ferry near Malmö” was published on 7 May 2024 "
        "(known with the file ferry.txt, not from its text)."
    )
    assert draft.claims == () and draft.citations == () and not draft.abstained


@pytest.mark.parametrize(
    ("precision", "told"), [("month", "in May 2024"), ("year", "in 2024"), ("day", "on 7 May 2024")]
)
def test_a_day_is_told_as_exactly_as_it_is_known(precision: Precision, told: str, papers: list[Article]) -> None:
    known = [replace(article, precision=precision) for article in papers]
    assert f"was published {told} (known" in answer("When was Jo Berg's article published?", known).text


def test_a_long_collection_is_cut_and_twins_are_told_apart(seeds: list[Article]) -> None:
    many = [replace(seeds[1], source=f"{number:02}.txt") for number in range(30)]
    draft = answer("which articles do you have?", many)
    assert draft.text.startswith(f"There are 30 articles:\n- “{BELL}” (00.txt), by Marcus Bell, Wordwise Media. [1]")
    assert draft.text.endswith("\n(And 10 more.)")


NEWS = [
    "Who wrote the letter to the president?",
    "Who wrote the letter to OPEC?",
    "When was the report published by the UN?",
    "How many articles of the treaty were violated?",
    "Which articles of the UN Charter does Venezuela name?",
    "Who wrote the Miami Herald article?",
    "When was the Wall Street Journal article published?",
    "Who wrote the report?",
    "Who wrote this article?",
    "Who wrote it?",
    "When was it published?",
    "Which outlet reported the call first?",
    "What did Marcus Bell's article say about Rubio?",
    "What does Marcus Bell write about the airspace?",
    "When was the secret phone call?",
    "Who published the story of the call?",
    "What is the latest on the strikes?",
    "Who are the sources close to both governments?",
    "How many sources does the Miami Herald name?",
    "Which newspapers are there in Venezuela?",
    "When was the USS Gerald R. Ford article of impeachment filed?",
    "What do the articles say about who wrote the letter?",
    'Who said "I wouldn\'t say it went well or badly"?',
    'Who wrote "secret phone call"?',
    "Which article did Nicolás Maduro write?",
    "",
    "?",
    "who " * 90,
]


@pytest.mark.parametrize("question", NEWS)
def test_a_question_about_the_news_is_left_alone(question: str, seeds: list[Article]) -> None:
    assert ask(question, seeds) is None


@pytest.mark.parametrize(
    "question", ["Who wrote the budget?", "When was Council passes budget published?", "Which articles does it name?"]
)
def test_a_short_title_alone_may_be_the_thing_itself(question: str, papers: list[Article]) -> None:
    assert ask(question, papers) is None


def test_no_question_of_the_evals_is_taken_for_one_about_the_articles(seeds: list[Article]) -> None:
    examples = load_questions().examples
    asked = [(example.id, question) for example in examples for question in (*example.earlier, example.asked)]
    taken = {identity for identity, question in asked if ask(question, seeds) is not None}
    assert taken == ABOUT_METADATA


def test_without_articles_nothing_is_told() -> None:
    assert ask("How many articles are there?", []) is None
