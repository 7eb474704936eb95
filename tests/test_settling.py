"""Sentences settle as they come: what is shown only grows, and ends as the checked answer."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from qa.drafts import Piece, Quote, Statement
from qa.marks import DraftSentence, Resolved, resolve
from qa.settling import Settling
from vectorstore.types import Chunk

SOURCE = Chunk("a", 0, "0123456789", 0, 10, "a.txt", "A")
REPLIES = {
    "One man died [1]. Two men fled [2].": "One man died. [1] Two men fled. [2]",
    "One man died. [1] Two men fled.[2] Three stayed.": (
        "One man died. [1] Two men fled. [2] Three stayed. [unsupported]"
    ),
    "[1] One man died. [2] Two men fled.": "One man died. [1] Two men fled. [2]",
    "One man died [1-3]. Two men fled [1, 2].": "One man died. [1][2][3] Two men fled. [1][2]",
    "One man died [1][2], [3]. Two men fled [Passage 2].": "One man died. [1][2][3] Two men fled. [2]",
    "One man died 【1】. Two men fled 【2†source】.": "One man died. [1] Two men fled. [2]",
    "One man died [^1]. Two men fled [^2].\n\n[^1]: Some title\n[^2]: Another": ("One man died. [1] Two men fled. [2]"),
    "One man died [17]. Two men fled [0, 1].": "One man died. [unsupported] Two men fled. [1]",
    "According to The Wire [1], one man died. AP [2] agrees.": (
        "According to The Wire, one man died. [1] AP agrees. [2]"
    ),
    "Some died [1] while (others) [2] (two) left. They fled [3].": (
        "Some died while (others) (two) left. [1][2] They fled. [3]"
    ),
    "The articles say:\n\n- One man died [1].\n- Two fled [2].\n\nThat is all [1].": (
        "The articles say:\n\n- One man died. [1]\n- Two fled. [2]\n\nThat is all. [1]"
    ),
    "1. One man died [1].\n2. Two men fled [2].\n10. Ten stayed [3].": (
        "1. One man died. [1]\n2. Two men fled. [2]\n10. Ten stayed. [3]"
    ),
    "# The dead\n\nOne man died [1].\n\n## The *others*\n\n**Flights**\nTwo men left [2].": (
        "# The dead\n\nOne man died. [1]\n\n## The *others*\n\n**Flights**\nTwo men left. [2]"
    ),
    "One man died [1].\n\nSources:\n[1] Some title\n[2] Another title": "One man died. [1]",
    "One man died [1].\n\n**References**\n- [1] Some title\n- [2] Another title\n": "One man died. [1]",
    "One man died [1].\n\nSources told The Wire that two men fled [2].": (
        "One man died. [1]\n\nSources told The Wire that two men fled. [2]"
    ),
    "See ![chart](http://evil.example/a.png?q=1) and [this report](http://evil.example) [1]. Two fled [2].": (
        "See  and this report. [1] Two fled. [2]"
    ),
    'One ![x](http://evil.example/?q=1 "a title") died [1](http://evil.example/1). Two fled [2].': (
        "One  died. [1] Two fled. [2]"
    ),
    'Smith said, "I would not say it went well. It was a call." [1] Jones was silent [2].': (
        'Smith said, "I would not say it went well. It was a call." [1] Jones was silent. [2]'
    ),
    "Smith said “It was a call. The rest is [sic] silence” [1]. Then he left [2].": (
        "Smith said “It was a call. The rest is [sic] silence”. [1] Then he left. [2]"
    ),
    "The U.S. struck a boat near St. Lucia [1]. Mr. Smith of the U.S. Senate asked why [2]. At 5 p.m. all left [3].": (
        "The U.S. struck a boat near St. Lucia. [1] Mr. Smith of the U.S. Senate asked why. [2] At 5 p.m. all left. [3]"
    ),
    "He paid $1.5 million [1]. It cost 3.2 percent more [2]. It’s late; he isn’t [3].": (
        "He paid $1.5 million. [1] It cost 3.2 percent more. [2] It’s late; he isn’t. [3]"
    ),
    "He came (as they left. Two men fled) too late [1]. It rained [2]. (November 30, 2025)": (
        "He came (as they left. Two men fled) too late. [1] It rained. (November 30, 2025) [2]"
    ),
    "One man died [1]!! Did two men flee?! [2] Three... four left [3].": (
        "One man died!! [1] Did two men flee?! [2] Three... four left. [3]"
    ),
    "One man died [1].\r\n\r\n\r\n> Two men fled [2].\r\n": "One man died. [1]\n\n> Two men fled. [2]",
    "One man died 〔3〕 and ［4］ [1].": "One man died (3) and (4). [1]",
    "One man died [1]. At least 83 peo": "One man died. [1] At least 83 peo [unsupported]",
    "One man died [1]. Two men fled [2": "One man died. [1] Two men fled [unsupported]",
    "One man died [1]. Two men fled [1][^": "One man died. [1] Two men fled [1]",
    "One man died [1]. See [this report](http://evil.exam": "One man died. [1] See [unsupported]",
    "One man died [1]. They say [that two men fled.": "One man died. [1] They say [that two men fled. [unsupported]",
    "「一人が死んだ」[1]。二人が逃げた[2]。": "「一人が死んだ」。 [1]二人が逃げた。 [2]",
    "Yes. One man died [1].": "Yes. [unsupported] One man died. [1]",
    "": "",
}
"""What a model says, and what of it is shown in the end."""
CUTS: dict[str, Callable[[str], list[str]]] = {
    "characters": list,
    "words": lambda text: re.findall(r"\s*\S+|\s+$", text),
    "tokens": lambda text: re.findall(r".{1,4}", text, re.DOTALL),
    "lines": lambda text: text.splitlines(keepends=True),
    "whole": lambda text: [text],
}


class Verifier:
    """Supports what cites a passage from 1 to 9, by that digit; keeps account of what it was asked."""

    def __init__(self) -> None:
        self.asked: list[DraftSentence] = []

    def __call__(self, sentence: DraftSentence) -> Statement:
        self.asked.append(sentence)
        if sentence.is_heading:
            return Statement(sentence.text, before=sentence.before, is_claim=False)
        quotes = tuple(Quote(SOURCE, number, number + 1) for number in sentence.numbers if 1 <= number <= 9)
        if quotes:
            return Statement(sentence.text, quotes, "supported", before=sentence.before)
        return Statement(sentence.text, (), "unsupported", "it cites nothing", support=0.0, before=sentence.before)


def settle(pieces: list[str], verify: Verifier, *, keep_unsupported: bool = True) -> tuple[list[Piece], Resolved]:
    """What was shown in steps, and the answer."""
    settling = Settling(verify, keep_unsupported=keep_unsupported)
    so_far, shown = "", []
    for piece in pieces:
        so_far += piece
        shown.append(settling.add(so_far))
    resolved = resolve(settling.finish(so_far))
    return [*shown, settling.rest(resolved)], resolved


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("reply", REPLIES)
def test_what_is_shown_grows_into_the_answer(reply: str, cut: str) -> None:
    shown, resolved = settle(CUTS[cut](reply), Verifier())
    assert "".join(piece.text for piece in shown) == resolved.text == REPLIES[reply]
    assert (shown[-1].claims, shown[-1].citations) == (resolved.claims, resolved.citations)


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("reply", REPLIES)
def test_what_is_dropped_is_never_shown(reply: str, cut: str) -> None:
    shown, resolved = settle(CUTS[cut](reply), Verifier(), keep_unsupported=False)
    assert "".join(piece.text for piece in shown) == resolved.text
    assert "unsupported" not in resolved.text
    assert all(claim.verdict == "supported" for claim in resolved.claims)


@pytest.mark.parametrize("reply", REPLIES)
def test_each_sentence_is_verified_once_and_a_footnote_comes_with_its_mark(reply: str) -> None:
    verify = Verifier()
    shown, resolved = settle(list(reply), verify)
    assert len(verify.asked) == len(set(verify.asked)) >= len(resolved.claims)
    so_far = ""
    for piece in shown:
        so_far += piece.text
        marks = {int(number) for number in re.findall(r"\[(\d+)\]", so_far)}
        assert marks == {citation.number for citation in piece.citations}
        assert so_far.count("[unsupported]") == sum(claim.verdict == "unsupported" for claim in piece.claims)
        assert piece.claims == resolved.claims[: len(piece.claims)]


@pytest.mark.parametrize("reply", [reply for reply in REPLIES if "[that" not in reply])
def test_no_part_of_a_mark_a_link_or_an_image_is_ever_shown(reply: str) -> None:
    shown, _ = settle(list(reply), Verifier())
    so_far = ""
    for piece in shown:
        so_far += piece.text
        assert re.sub(r"\[(?:\d+|unsupported|sic)\]", "", so_far).count("[") == 0, so_far
        assert not re.search(r"[\]【】†^〔］]|http|!(?!!?(?:\s|$))", re.sub(r"\[[^\]]*\]", "", so_far)), so_far


def test_words_are_shown_at_once_and_footnotes_when_the_next_sentence_begins() -> None:
    settling = Settling(Verifier())
    shown = [settling.add(text).text for text in ("One man", "One man died", "One man died [1].")]
    assert shown == ["One man", " died", "."]
    assert settling.add("One man died [1]. Then").text == ""
    assert settling.add("One man died [1]. Then two").text == " [1] Then two"


def test_a_list_of_sources_is_held_back_until_it_is_known_to_be_one() -> None:
    settling = Settling(Verifier())
    text = "One man died [1].\n\nSources:\n[1] Some title and more of it"
    shown = "".join(settling.add(text[:size]).text for size in range(len(text) + 1))
    assert shown == "One man died."


def test_a_lead_in_never_hides_a_claim_behind_it() -> None:
    verify = Verifier()
    shown, resolved = settle(list("The articles say this: two men fled.Three stayed:"), verify)
    assert resolved.claims, [piece.text for piece in shown]


FRAGMENTS = st.sampled_from(
    (
        "One man died", "two men fled", " Mr. Smith", " the U.S. Senate", " at 5 p.m. Eastern time", " $1.5 million",
        " the boys' hats", " (November 30, 2025)", " (as they left. Two fled)", " [1]", "[2]", " [1-3]", " [1, 2]",
        "【1】", "[^1]", " [1], [3]", " [sic]", ". ", ". ", ".", "! ", "? ", "…", "\n\n", "\n- ", "\n1. ", "\n## ",
        "**bold**", " “quote. More”", ' "quote. More"', " ‘single. quote’", "[link](http://e.example/a)",
        "![image](http://e.example/b?q=1)", "\n\nSources:\n[1] Title\n", "\n[^1]: Title\n", "\r\n", ", ", ": ", " — ",
        "(see [1] and [2])", " [2019]", "<b>x</b>", "、日本語。", "〔3〕", " [unclosed", "(", ")", "*", "[", "]",
    )
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@example(["、日本語。", "<b>x</b>", "two men fled"], "characters", True)
@given(st.lists(FRAGMENTS, max_size=14), st.sampled_from(sorted(CUTS)), st.booleans())
def test_whatever_a_model_writes_nothing_shown_is_taken_back(fragments: list[str], cut: str, keep: bool) -> None:
    reply, verify = "One man died [1]. Then " + "".join(fragments), Verifier()
    shown, resolved = settle(CUTS[cut](reply), verify, keep_unsupported=keep)
    assert "".join(piece.text for piece in shown) == resolved.text
    assert len(verify.asked) == len(set(verify.asked))
