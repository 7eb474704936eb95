"""The coverage of a folder counts right, leaves nothing out, and reads well when it is large."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from corpora import STORIES, open_index, write_corpus, write_story

from qa.commands.coverage import Coverage, Share, coverage, coverage_lines, file_of
from vectorstore.types import Skipped

ROWS = (
    "title,text,date,outlet\nRain,The rain flooded nine cellars in Lund on Monday.,2025-11-30,Lund Post\n"
    "Snow,The snow closed the road to Holt for a day.,2025-12,Holt Times\n"
    "Wind,The wind took the roof of the old station in Lund.,2024,Lund Post\n"
)


@pytest.fixture(scope="module")
def covered(tmp_path_factory: pytest.TempPathFactory, model_cache: Path) -> Coverage:
    base = tmp_path_factory.mktemp("coverage")
    folder = write_corpus(base / "articles", {**STORIES, "copies/ferry.md": STORIES["harbour.txt"]})
    write_story(folder / "news.csv", ROWS)
    write_story(folder / "empty.txt", "\n")
    corpus = open_index(folder, base / "home", model_cache)
    report = corpus.sync()
    with corpus.reading() as index:
        found = coverage(index, report.skipped)
    corpus.close()
    return found


def test_articles_files_and_chunks_are_counted(covered: Coverage) -> None:
    assert (covered.articles, covered.files, covered.chunks) == (7, 5, 7)


def test_articles_are_counted_by_outlet_month_and_format(covered: Coverage) -> None:
    assert covered.outlets == (Share("Lund Post", 2), Share("Holt Times", 1))
    assert covered.months == (Share("2025-12", 1), Share("2025-11", 1), Share("2024", 1))
    assert covered.formats == (Share(".csv", 3), Share(".txt", 3), Share(".md", 1))
    assert sum(share.articles for share in covered.languages) == 7


def test_what_is_missing_is_named(covered: Coverage) -> None:
    undated = ("budget.txt", "comet.txt", "copies/ferry.md", "harbour.txt")
    assert covered.undated == covered.without_outlet == undated
    assert covered.skipped == (Skipped("empty.txt", "holds no text"),)


def test_copies_are_one_account(covered: Coverage) -> None:
    assert covered.duplicates == (("copies/ferry.md", "harbour.txt"),)
    assert covered.accounts == 6


def test_every_part_is_shown_as_text(covered: Coverage) -> None:
    lines = coverage_lines(covered)
    assert lines[:4] == [
        "        7  articles",
        "        5  files",
        "        7  chunks",
        "        6  independent accounts",
    ]
    for line in (
        "        2  Lund Post",
        "        4  undated",
        "        1  2024",
        "        3  .csv",
        "  comet.txt",
        "        2  copies/ferry.md, harbour.txt",
        "  empty.txt: holds no text",
    ):
        assert line in lines


def test_a_long_list_is_cut_and_says_by_how_much(covered: Coverage) -> None:
    many = tuple(f"{number}.txt" for number in range(90_020))
    skipped = tuple(Skipped(name, "holds no text") for name in many)
    large = replace(covered, undated=many, duplicates=(many,), skipped=skipped, articles=100_000)
    lines = coverage_lines(large)
    assert len(lines) < 100
    assert "  100,000  articles" in lines
    assert "Undated (90,020)" in lines
    assert lines.count("  … and 90,000 more") == 2
    assert "   90,020  0.txt, 1.txt, 2.txt, 3.txt and 90,016 more" in lines
    assert "   90,020  holds no text" in lines


def test_nothing_that_an_article_says_steers_the_terminal(covered: Coverage) -> None:
    hostile = replace(covered, outlets=(Share("The\n\x1b[31m \u202ePost", 2),))
    assert "        2  The [31m Post" in coverage_lines(hostile)


@pytest.mark.parametrize(
    ("source", "file"),
    [
        ("a/news.csv#3", "a/news.csv"),
        ("C#/news.jsonl#x#1", "C#/news.jsonl"),
        ("issue #4.txt", "issue #4.txt"),
        ("plain.pdf", "plain.pdf"),
    ],
)
def test_the_file_of_an_article_is_what_stands_before_its_row(source: str, file: str) -> None:
    assert file_of(source) == file
