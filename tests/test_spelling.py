"""Misspelt words of a question."""

from __future__ import annotations

import pytest

from qa.spelling import corrected

ARTICLE_WORDS = {"maduro": 20, "airlines": 3, "offered": 2, "killed": 4, "change": 5, "country": 1}
LANGUAGE = {"charge", "people", "how", "the", "airlines", "killed", "strikes"}


def mended(query: str) -> str:
    return corrected(query, frequency=lambda word: ARTICLE_WORDS.get(word, 0), is_word=LANGUAGE.__contains__)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("what was Madurro offerd", "what was maduro offered"),
        ("how many airlnes", "how many airlines"),
        ("how many poeple were kiled", "how many people were killed"),
        ("on what charge was he held", "on what charge was he held"),
        ("what did Putin say", "what did Putin say"),
        ("¿Cuántos airlnes hay?", "¿Cuántos airlnes hay?"),
    ],
)
def test_only_a_slip_is_put_right(query: str, expected: str) -> None:
    assert mended(query) == expected
