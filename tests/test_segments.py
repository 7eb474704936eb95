"""An article cut for reading loses nothing, marks what footnotes quote, and stays usable when it is very long."""

from __future__ import annotations

import random
import re
import time

import pytest

from qa.ui.segments import Excerpt, Mark, Segment, segments, visible

TEXT = "Ferry aground\n\nThe ferry ran aground.\nNobody was hurt.\n \n\nAll 212 came ashore."


def joined(excerpt: Excerpt) -> list[str]:
    return ["".join(segment.text for segment in paragraph) for paragraph in excerpt.paragraphs]


def mark(number: int, words: str, text: str = TEXT) -> Mark:
    start = text.index(words)
    return Mark(number, start, start + len(words))


def test_paragraphs_are_parted_by_blank_lines_and_keep_their_line_breaks() -> None:
    assert joined(segments(TEXT, ())) == [
        "Ferry aground",
        "The ferry ran aground.\nNobody was hurt.",
        "All 212 came ashore.",
    ]


def test_a_mark_is_a_segment_of_its_own() -> None:
    assert segments(TEXT, [mark(1, "212")]).paragraphs[2] == (
        Segment("All "),
        Segment("212", (1,)),
        Segment(" came ashore."),
    )


def test_overlapping_marks_share_a_segment() -> None:
    marks = [mark(2, "ferry ran aground"), mark(1, "ran aground.\nNobody"), mark(2, "ferry ran aground")]
    assert segments(TEXT, marks).paragraphs[1] == (
        Segment("The "),
        Segment("ferry ", (2,)),
        Segment("ran aground", (1, 2)),
        Segment(".\nNobody", (1,)),
        Segment(" was hurt."),
    )


def test_a_mark_may_run_over_paragraphs_and_beyond_the_text() -> None:
    marks = [Mark(1, TEXT.index("hurt"), len(TEXT) + 50), Mark(2, 500, 600), Mark(3, 5, 5)]
    numbers = [[segment.numbers for segment in paragraph] for paragraph in segments(TEXT, marks).paragraphs]
    assert numbers == [[()], [(), (1,)], [(1,)]]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r", "\f", "\v", "\x85", "\u2028", "\u2029"])
def test_every_kind_of_line_end_is_one(line_end: str) -> None:
    text = TEXT.replace("\n", line_end)
    assert joined(segments(text, ())) == joined(segments(TEXT, ()))


def test_what_hides_or_steers_is_not_shown() -> None:
    text = "Paid \u202e001\u202c euros\x00 \x1b[31m\ud800to\ufeff all.\x07\n\n\x07\n\nEnd"
    assert joined(segments(text, [Mark(1, 5, 10)])) == ["Paid 001 euros [31mto all.", "End"]
    "".join(joined(segments(text, ()))).encode()


def test_whatever_the_marks_no_character_is_lost_or_doubled() -> None:
    chance = random.Random(7)
    for _ in range(200):
        text = "".join(chance.choices("ab é😀.\n\n \u202e", k=chance.randrange(120)))
        marks = [Mark(number, at := chance.randrange(120), at + chance.randrange(40)) for number in range(5)]
        excerpt = segments(text, marks)
        assert re.sub(r"\s+", "", "".join(joined(excerpt))) == re.sub(r"\s+", "", visible(text))
        assert joined(excerpt) == joined(segments(text, ()))


@pytest.mark.parametrize("around", [0, 2_500_000, 4_999_999, 99_999_999])
def test_a_very_long_article_is_shown_in_part_and_says_what_is_left_out(around: int) -> None:
    text = ("word " * 199 + "end.\n\n") * 5000
    started = time.perf_counter()
    excerpt = segments(text, [Mark(1, 10, 20)], around=around)
    assert time.perf_counter() - started < 1
    shown = text[excerpt.before : len(text) - excerpt.after]
    assert 190_000 < len(shown) <= 200_000
    assert excerpt.before <= min(around, len(text)) <= len(text) - excerpt.after
    assert "\n\n".join(joined(excerpt)).strip() == shown.strip()
    assert all(paragraph.startswith("word") and paragraph.endswith("end.") for paragraph in joined(excerpt)[1:-1])


def test_a_long_article_opens_at_its_first_mark() -> None:
    text = "word " * 200_000
    excerpt = segments(text, [Mark(2, 900_000, 900_004), Mark(1, 700_000, 700_004)], most=1000)
    assert excerpt.before < 700_000 < len(text) - excerpt.after
    assert [segment.text for segment in excerpt.paragraphs[0] if segment.numbers == (1,)] == ["word"]
    without_blanks = segments("x" * 5000, [], around=2500, most=1000)
    assert (without_blanks.before, without_blanks.after) == (2000, 2000)
