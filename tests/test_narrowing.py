"""Questions whose words say of which articles, outlets or days they ask."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from corpora import write_story

from qa import Footnote, open_corpus
from qa.narrowing.narrowing import Known, Narrowed, narrowed
from qa.settings import load_settings
from vectorstore.types import Article
from vectorstore.within import Within, restrict

ARTICLES = [
    Article("1", "Call", "", "bell.txt", "Wordwise Media", "Marcus Bell", date(2025, 11, 30), "day"),
    Article("2", "Storm", "", "storm.txt", "The Miami Herald", "Ana García, Bo Li", date(2025, 12, 1), "day"),
    Article("3", "Vote", "", "vote.txt", "Reuters", "", date(2024, 11, 30), "day"),
    Article("4", "Month", "", "month.txt", "Reuters", "", date(2025, 11, 1), "month"),
    Article("5", "Row", "", "rows.csv#1"),
    Article("6", "Row", "", "rows.csv#2", "People"),
    Article("7", "Other", "", "other.txt", "BBC", "Marcus Bell", date(2025, 11, 29), "day"),
]
KNOWN = Known(ARTICLES)


def ask(question: str, within: Within | None = None) -> Narrowed:
    return narrowed(question, KNOWN, within or Within())


@pytest.mark.parametrize(
    ("question", "sources"),
    [
        ("In the Miami Herald's version, who won?", ("storm.txt",)),
        ("In the BBC's report, who won?", ("other.txt",)),
        ("What does Reuters say about the vote?", ("month.txt", "vote.txt")),
        ("According to the article by Bo Li, who won?", ("storm.txt",)),
        ("What does Ana Garcia's piece tell?", ("storm.txt",)),
        ("Who won in rows.csv?", ("rows.csv#1", "rows.csv#2")),
        ("Who won in rows.csv#2?", ("rows.csv#2",)),
        ("What do the articles by Marcus Bell say?", ("bell.txt", "other.txt")),
        ("Who died, according to people who know the matter?", None),
        ("In the BBC World report, who won?", None),
        ("When did Marcus Bell die?", None),
        ("What did Marcus Bell say about the vote?", None),
    ],
)
def test_names_narrow_a_question_to_their_articles(question: str, sources: tuple[str, ...] | None) -> None:
    assert ask(question).within.sources == sources


@pytest.mark.parametrize(
    ("question", "sources"),
    [
        ("Who won in articles published on November 30, 2025?", ("bell.txt", "month.txt")),
        ("Who won in reports from 30 November 2024?", ("vote.txt",)),
        ("Who won in articles published on 30 November?", ("vote.txt", "bell.txt", "month.txt")),
        ("In coverage of November 2025, who won?", ("bell.txt", "month.txt", "other.txt")),
        ("In articles published before November 29, 2025, who won?", ("month.txt", "vote.txt")),
        ("Do articles since 1 December 2025 say so?", ("storm.txt",)),
        ("Who won in articles published between 29 and 30 November 2025?", None),
        ("Who won in articles published between 30 November and 1 December 2025?",
         ("bell.txt", "month.txt", "storm.txt")),
        ("In the November 30, 2025 coverage, who won?", ("bell.txt", "month.txt")),
        ("What happened before December 1?", None),
        ("Which articles of the November 2025 treaty count?", None),
        ("What do reports of November 2025 killings say?", None),
    ],
)  # fmt: skip
def test_days_of_publication_narrow_a_question(question: str, sources: tuple[str, ...] | None) -> None:
    found = ask(question).within.sources
    assert (found and sorted(found)) == (sources and sorted(sources))


def test_what_is_left_out_is_said() -> None:
    assert ask("In the Miami Herald's version, who won?").within.notices == (
        "searched only storm.txt, as the question asks",
    )
    assert ask("Who won in articles published on December 1, 2025?").within.notices == (
        "searched only 1 article of 1 December 2025, as the question asks; 2 articles without a date left out",
    )


def test_where_no_article_is_known_to_be_of_the_day_the_undated_may_be() -> None:
    asked = ask("Who won in articles published on 7 May 2020?")
    assert asked.within.sources == ("rows.csv#1", "rows.csv#2")
    assert asked.within.notices == ("no article is known to be of 7 May 2020; searched 2 articles without a date",)
    dated = narrowed("Who won in articles published on 7 May 2020?", Known(ARTICLES[:2]), Within())
    assert (dated.within.sources, dated.within.notices) == ((), ("no article is of 7 May 2020",))


def test_words_narrow_within_what_the_caller_allows() -> None:
    allowed = restrict(ARTICLES, outlet="BBC")
    assert ask("According to the articles by Marcus Bell, who won?", allowed).within.sources == ("other.txt",)
    assert ask("In the Miami Herald's version, who won?", allowed).within.sources == ("other.txt",)


def test_an_event_of_a_day_leaves_nothing_out_and_puts_articles_of_that_day_and_the_next_first() -> None:
    asked = ask("How many were killed on November 30?")
    assert asked.within == Within()
    assert set(asked.preferred) == {"bell.txt", "storm.txt", "vote.txt"}
    assert asked.preference == (
        "put 3 articles of 30 November 2024 or of 30 November 2025 or the day after first, "
        "as the question names the day"
    )
    assert ask("How many were killed on May 7?").days == ()
    assert ask("How many were killed before November 30?").days == ()


_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_KILLED = {date(2025, 11, 25) + timedelta(days=n): killed for n, killed in enumerate([11, 12, 19, 7, 31, 15, 23, 9])}
_TOLD = (
    "Shelling of the coast killed {killed} people on {weekday}, the governor said. Rescue teams searched the ruins.",
    "Looking back on a week of war, the governor spoke of {killed} people killed in the shelling on {day}.",
)


@pytest.fixture(scope="module")
def war(tmp_path_factory: pytest.TempPathFactory, model_cache: Path) -> Iterator[Footnote]:
    """Eight days of shelling: told on the day, on the next, or days later."""
    folder = tmp_path_factory.mktemp("war")
    for number, (day, killed) in enumerate(_KILLED.items()):
        later = (0, 1, 4)[number % 3]
        told = _TOLD[later == 4].format(killed=killed, weekday=_WEEKDAYS[day.weekday()], day=f"{day:%B} {day.day}")
        published = day + timedelta(days=later)
        write_story(
            folder / f"{number}.md",
            f"---\ntitle: Shelling, part {number}\ndate: {published}\noutlet: Paper {number}\n---\n\n{told}\n",
        )
    index = tmp_path_factory.mktemp("index")
    with open_corpus(folder, load_settings(index_dir=index, cache_dir=model_cache)) as opened:
        yield opened


@pytest.mark.parametrize("day", _KILLED)
def test_of_like_events_the_one_of_the_day_is_told_alone(day: date, war: Footnote) -> None:
    answer = war.ask(f"How many people were killed in the shelling on {day:%B} {day.day}?")
    numbers = {str(killed) for killed in _KILLED.values() if f" {killed} people" in answer.text}
    assert numbers == {str(_KILLED[day])}, answer.text
    assert any("as the question names the day" in notice for notice in answer.notices)


def test_an_outlet_restricts_an_answer_and_a_search(war: Footnote) -> None:
    answer = war.ask("How many people were killed in the shelling?", outlet="paper 4")
    assert {passage.chunk.outlet for passage in answer.passages} == {"Paper 4"}
    assert {passage.chunk.outlet for passage in war.search("shelling", outlet="Paper 2")} == {"Paper 2"}


def test_a_question_narrowed_by_days_is_answered_from_articles_of_those_days(war: Footnote) -> None:
    answer = war.ask("How many people were killed in the shelling, in articles published on November 25, 2025?")
    assert {passage.chunk.published for passage in answer.passages} == {date(2025, 11, 25)}
    assert "11 people" in answer.text
    assert answer.query == "How many people were killed in the shelling?"
    assert answer.notices == ("searched only 1 article of 25 November 2025, as the question asks",)
    nothing = war.ask("How many people were killed in articles published on May 7, 2020?")
    assert nothing.abstained and nothing.notices == ("no article is of 7 May 2020",)


def test_an_article_without_precision_counts_as_of_its_day() -> None:
    known = Known([replace(ARTICLES[0], precision=""), ARTICLES[2]])
    assert narrowed("How many fell on November 30, 2025?", known, Within()).preferred == ("bell.txt",)
