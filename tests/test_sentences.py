"""Sentences are exact spans that cover a paragraph."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vectorstore.furniture import BLANKS, paragraphs
from vectorstore.sentences import sentences
from vectorstore.types import Span

SEEDS = sorted((Path(__file__).parent.parent / "seeds").glob("*.txt"))


def split(text: str, language: str = "en") -> list[str]:
    return [span.of(text) for span in sentences(text, Span(0, len(text)), language)]


@pytest.mark.parametrize(
    "whole",
    [
        'Trump said, "I wouldn\'t say it went well or badly. It was a phone call."',
        "He said: “I won. I left.”",
        "The U.S. sees Maduro as the center, on Nov. 24 at 5 p.m. Eastern time.",
        "The USS Gerald R. Ford cost 13.5 billion dollars.",
        "A line that\r\nbreaks in two.",
        "See No. 2 of Dr. Smith's list.",
    ],
)
def test_a_sentence_stays_whole(whole: str) -> None:
    assert split(f"{whole} Then it rained.") == [whole, "Then it rained."]


def test_an_aside_belongs_to_the_sentence_before_it() -> None:
    whole = "He returned to Washington today. (November 30, 2025)"
    assert split(whole) == [whole]


def test_offsets_are_characters_whatever_the_script() -> None:
    assert split("Él vino. 😀 Ya está. Cafe\u0301 noir.") == ["Él vino.", "😀 Ya está.", "Cafe\u0301 noir."]
    assert split("中文句子。第二句！没有", "zh") == ["中文句子。", "第二句！", "没有"]


@pytest.mark.parametrize("language", ["", "xx", "zh-Hans", "日本", "en-US"])
def test_an_unknown_language_does_no_harm(language: str) -> None:
    assert split("One is here. Two is there.", language) == ["One is here.", "Two is there."]


def test_a_span_is_split_at_its_place_in_the_text() -> None:
    text = "Before. One is here. Two is there. After."
    assert [span.of(text) for span in sentences(text, Span(8, 34))] == ["One is here.", "Two is there."]
    assert sentences("   ", Span(0, 3)) == []


def test_no_sentence_of_the_seeds_is_a_fragment() -> None:
    for path in SEEDS:
        text = path.read_text(encoding="utf-8")
        for paragraph in paragraphs(text):
            for sentence in sentences(text, paragraph):
                first = next(character for character in sentence.of(text) if character.isalnum())
                assert not first.islower(), sentence.of(text)


PIECES = st.lists(
    st.one_of(
        st.text(max_size=20), st.sampled_from(["Hi. ", "“No. ", "” ", "U.S. ", "\r\n", "? ", "。", "e\u0301", "👩‍🚀"])
    )
)


@given(PIECES, st.sampled_from(["en", "zh", "ar", "xx"]))
def test_every_visible_character_is_in_exactly_one_sentence(pieces: list[str], language: str) -> None:
    text = "".join(pieces)
    place = 0
    for span in sentences(text, Span(0, len(text)), language):
        assert text[place : span.start].strip(BLANKS) == ""
        assert span.start < span.end
        assert span.of(text) == span.of(text).strip(BLANKS)
        place = span.end
    assert text[place:].strip(BLANKS) == ""


@pytest.mark.parametrize("text", ["word " * 200_000, "a" * 1_000_000, "“Hi there. " * 30_000, "中" * 300_000])
def test_a_monster_takes_seconds_not_hours(text: str) -> None:
    started = time.monotonic()
    spans = sentences(text, Span(0, len(text)))
    assert sum(len(span.of(text).replace(" ", "")) for span in spans) == len(text.replace(" ", ""))
    assert time.monotonic() - started < 10
