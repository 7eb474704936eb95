"""Page furniture is left out, sentences never are."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vectorstore.furniture import BLANKS, is_heading, paragraphs, runs

SEEDS = sorted((Path(__file__).parent.parent / "seeds").glob("*.txt"))
LONG = "The ministry said on Monday that the bridge would stay closed until the end of the year, and longer if need be."


def content(text: str) -> list[str]:
    return [span.of(text) for span in paragraphs(text)]


def kept(line: str) -> bool:
    text = f"{LONG}\n\n{line}\n\n{LONG} Again."
    return line in content(text)


@pytest.mark.parametrize(
    "line",
    [
        "Loading...",
        "Also Read: Trump Declares 92% of Documents Null and Void",
        "ALSO READ | Operations to begin very soon",
        "Read more: What we know",
        "Related: What we know",
        "RELATED ARTICLES",
        "Advertisement",
        "**Advertisement**",
        "Story continues below advertisement",
        "Please sign in to leave a comment",
        "Leave a comment",
        "12 Comments",
        "(0)",
        "Share this article",
        "Share on Facebook",
        "Subscribe to our newsletter.",
        "Sign up for our daily newsletter",
        "Get the latest news in your inbox",
        "© 2025 Wordwise Media.",
        "Copyright 2024 The Daily Planet. All rights reserved.",
        "All rights reserved.",
        "AvatarMB",
        "5 min read",
        "Note: AI technology was used to generate this article’s audio.",
        "We use cookies to improve your experience.",
        "By clicking accept you agree to our privacy policy.",
        "Follow us on X and Facebook",
        "Image Credit: NASA / JPL",
        "(Photo by Jane Doe/AFP)",
        "Jane Doe/Getty Images",
        "Tags: bridges, ministries",
        "https://example.com/a-page",
        "![a bridge](bridge.png)",
        "-----",
    ],
)
def test_a_line_of_page_furniture_is_left_out(line: str) -> None:
    assert not kept(line)


@pytest.mark.parametrize(
    "line",
    [
        "Related to this, the ministry said no.",
        "By confirming the call but refusing to elaborate, Trump appears to be walking a dual track.",
        "By Sunday Trump had left.",
        "Advertising revenue fell by 5%.",
        "Advertisement spending fell.",
        "Subscribe to the theory or not, it is true.",
        "Share prices fell.",
        "Copyright law is changing.",
        "Photo by photo, the archive was digitised.",
        "Photo: a boat burns off the coast of Venezuela on Sunday after a US strike that killed four people.",
        "Loading docks were closed.",
        "Artists sue Getty Images",
        "We use cookies as a base for the cake.",
        "Sign up to Medicare opened on Monday.",
        "Comments by the minister drew fire.",
        "Read more books, says minister",
        "Follow us into the dark, the band sang.",
        "AI technology was used to generate fake audio of the president.",
        "More news is expected on Monday.",
        "All rights were reserved by the king.",
        "5 minutes later he left.",
        "By continuing the strikes, the US breaks the terms of use of force.",
        "Military buildup and airspace warning",
        "US President Donald Trump speaks to journalists in Washington, DC. (November 30, 2025)",
    ],
)
def test_a_sentence_a_heading_or_a_caption_stays(line: str) -> None:
    assert kept(line)


@pytest.mark.parametrize(
    "line",
    ["By Marcus Bell", "BY ANA MARÍA GARCÍA", "By Ludwig van Beethoven and Bo Li, Reuters", "Written by Jane Doe"],
)
def test_a_byline_is_left_out_at_the_top_of_the_page(line: str) -> None:
    assert content(f"A headline\n\n{line}\n\n{LONG}") == ["A headline", LONG]


def test_a_heading_like_a_byline_stays_in_the_middle_of_an_article() -> None:
    text = "\n".join(
        [f"A sentence of the body, with a number: {n}." for n in range(20)]
        + ["By Popular Demand"]
        + [f"More of it: {n}." for n in range(9)]
    )
    assert "By Popular Demand" in content(text)


def test_a_doubled_caption_stands_once_without_its_credit() -> None:
    caption = "The old bridge at dawn. Image Credit: Ministry / Wikimedia Commons."
    text = f"A headline\n\n{caption}\n{caption}\n\n{LONG}"
    assert content(text) == ["A headline", "The old bridge at dawn.", LONG]


def test_a_refrain_is_not_a_doubled_caption() -> None:
    assert content("Never again.\n" * 3) == ["Never again."] * 3


def test_front_matter_and_the_byte_order_mark_are_no_content() -> None:
    assert content(f"\ufeff---\r\ntitle: x\r\ntags:\r\n  - a\r\n---\r\n{LONG}") == [LONG]
    assert content(f"\ufeff{LONG}") == [LONG]
    assert "not front matter at all" in content(f"---\nnot front matter at all\n---\n{LONG}")


def test_a_sentence_broken_over_two_lines_is_one_paragraph() -> None:
    text = SEEDS[2].read_text(encoding="utf-8")
    broken = next(span.of(text) for span in paragraphs(text) if span.of(text).startswith("Caracas accused"))
    assert "a significant US\nmilitary buildup" in broken
    assert broken.endswith('"closed."')


def test_lines_wrapped_as_in_an_email_are_joined_and_lines_of_their_own_are_not() -> None:
    wrapped = (
        "A short heading\n"
        "The Ministry said on Monday that the old bridge over the\r\n"
        "River would stay closed until the end of the year, and\r\n"
        "Minister Ana García hoped that nobody would mind that.\r\n"
        "The end."
    )
    assert content(wrapped) == ["A short heading", wrapped.partition("\n")[2]]
    lines = "Ministry closes the old bridge over the river\nKing dies\nRain falls in the valley\n"
    assert len(content(lines)) == 3


def test_list_items_and_markdown_headings_lose_their_marks_and_stay_apart() -> None:
    assert content("## Why\nbecause\n\n- apples\n- pears\n> quoted") == ["Why", "because", "apples", "pears", "quoted"]


def test_furniture_parts_the_runs() -> None:
    text = f"One.\nTwo.\n\nAdvertisement\n\nThree.\n{LONG}"
    assert [[span.of(text) for span in run] for run in runs(text)] == [["One.", "Two."], ["Three.", LONG]]


@pytest.mark.parametrize(
    "text",
    ["Trump confirms rare contact", "Did you know?", "🔮 What This Could Signal", "军事集结与空域警告", "In short:"],
)
def test_what_announces_is_a_heading(text: str) -> None:
    assert is_heading(text)


@pytest.mark.parametrize(
    "text", ["It’s a tactical move.", 'He said "yes."', "It rained…", LONG, LONG.rstrip("."), "他说了。", ""]
)
def test_what_tells_is_no_heading(text: str) -> None:
    assert not is_heading(text)


LINES = st.lists(
    st.one_of(
        st.text(max_size=40),
        st.sampled_from([LONG, "Advertisement", "# Why", "- x", "---", "a: b", "By Ana Li", "lower"]),
    ),
    max_size=12,
)


@given(LINES, st.sampled_from(["\n", "\r\n", "\r", "\n\n", "\u2028"]))
def test_paragraphs_are_in_order_apart_filled_and_trimmed(lines: list[str], end_of_line: str) -> None:
    text = end_of_line.join(lines)
    place = 0
    for span in paragraphs(text):
        assert place <= span.start < span.end
        assert span.of(text) == span.of(text).strip(BLANKS)
        place = span.end


@settings(max_examples=25)
@given(st.lists(st.from_regex(r"[A-Z][a-z]{2,9}( [a-z]{3,9}){3,20}\.", fullmatch=True), max_size=8))
def test_plain_sentences_are_never_lost(lines: list[str]) -> None:
    text = "\n".join(lines)
    found = content(text)
    assert all(any(line in paragraph for paragraph in found) for line in lines)


def test_a_long_line_that_begins_like_a_credit_is_judged_at_once() -> None:
    line = "Photo: " + ("a" * 25 + " ") * 11 + "."
    assert paragraphs(line)
