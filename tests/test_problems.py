"""What goes wrong is told in one line that names no folder of the server, and a bug in a line that tells nothing."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from qa.problems import SOMETHING_WRONG, in_words
from vectorstore.errors import CorpusEmpty, UserError


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("/home/anna/news holds no article", "news holds no article"),
        ("not enough disk space at /srv/footnote/.footnote: 12 MB", "not enough disk space at .footnote: 12 MB"),
        ("/data cannot be written (No space left); free some", "data cannot be written (No space left); free some"),
        (r"C:\Users\anna\news holds no article", "news holds no article"),
        ("damaged (/a/b/library.db)", "damaged (library.db)"),
        (
            "its server at http://127.0.0.1:11434/api/tags is silent",
            "its server at http://127.0.0.1:11434/api/tags is silent",
        ),
        ("no article reports/2026/one.txt and/or 24/7", "no article reports/2026/one.txt and/or 24/7"),
        ("two\n lines", "two lines"),
    ],
)
def test_a_visitor_learns_no_folder_of_the_server(told: str, shown: str) -> None:
    assert in_words(UserError(told)) == shown


def test_an_empty_folder_is_told_by_its_name() -> None:
    assert in_words(CorpusEmpty(Path("/home/anna/news"))) == "news holds no article that can be read"


def test_a_bug_is_logged_by_its_place_and_repeats_nothing(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        try:
            raise ValueError("typed".upper())  # the line of code is logged
        except ValueError as error:
            assert in_words(error) == SOMETHING_WRONG
    assert "test_problems.py" in caplog.text and "TYPED" not in caplog.text
