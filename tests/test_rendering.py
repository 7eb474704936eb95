from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

import pytest
from page_stand_ins import HOSTILE, PAYLOADS, StandIn

from qa.inert import plain
from qa.types import Answer, Citation, Claim, Usage
from qa.ui.rendering import (
    render_answer,
    render_draft,
    render_failure,
    render_question,
    render_stopped,
    render_waiting,
)

HARMLESS = {
    "div", "p", "span", "a", "br", "strong", "ul", "ol", "li", "h4", "small", "button", "blockquote", "bdi",
}  # fmt: skip


class Elements(HTMLParser):
    """Collects what a browser would make of a piece of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


def quoting(text: str, *quotes: str, claims: tuple[Claim, ...] = ()) -> Answer:
    citations = tuple(
        Citation(number, "a.txt", "A title", "", None, quote, 0, len(quote)) for number, quote in enumerate(quotes, 1)
    )
    return Answer("q", "q", text, claims=claims, citations=citations)


def assert_harmless(html: str) -> None:
    found = Elements(html)
    assert found.tags <= HARMLESS
    assert not [name for name, _ in found.attributes if name.startswith("on") or name in ("src", "style", "srcset")]
    assert all(str(value).startswith("#") for name, value in found.attributes if name == "href")
    assert "\n" not in html
    assert "\r" not in html


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_payload_stays_text_wherever_it_comes_from(payload: str) -> None:
    claim = Claim(payload.splitlines()[0], (), "unsupported", payload)
    answer = quoting(f"{payload} [1]\n- {payload}", payload, claims=(claim,))
    for html in (
        render_question(payload),
        render_draft(answer, 1),
        render_failure(payload, answer, 1),
        render_stopped(answer, 1),
        render_answer(answer, 1),
    ):
        assert_harmless(html)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_payload_reads_as_it_was_written(payload: str) -> None:
    assert Elements(plain(payload)).text == " ".join(payload.split("\n"))


def test_an_abstention_with_hostile_articles_stays_text() -> None:
    abstained = StandIn().ask("something else")
    html = render_answer(abstained, 1).replace("Strikes at sea kill 83", plain(HOSTILE.title))
    assert_harmless(html)


def test_marks_become_links_to_their_sources() -> None:
    html = render_answer(quoting("One thing. [1] Another. [2]", "first quote", "second quote"), 3)
    assert 'href="#src-3-1"' in html
    assert 'href="#src-3-2"' in html
    assert 'aria-label="Footnote 2: “second quote”"' in html


def test_a_mark_without_a_citation_stays_as_it_was_written() -> None:
    html = render_answer(quoting("One thing. [1] See [7].", "first quote"), 1)
    assert html.count("fn-mark") == 1
    assert "[7]" in html


def test_the_settled_footnotes_of_a_draft_lead_to_the_panel() -> None:
    html = render_draft(quoting("One thing. [1] Another is on its", "first quote"), 2)
    assert 'href="#src-2-1"' in html
    assert "Another is on its" in Elements(html).text
    assert "fn-coming" in html
    assert "fn-receipt" not in html


def test_an_unsupported_claim_is_flagged_while_the_answer_still_comes() -> None:
    claims = (Claim("It ended.", (), "unsupported", "no source says so"),)
    html = render_draft(quoting("It ended. [unsupported] And then", claims=claims), 1)
    assert 'title="Not supported: no source says so">It ended.</span>' in html
    assert '<span class="fn-unsupported">unsupported</span>' in html


def test_an_answer_of_which_nothing_has_come_waits() -> None:
    assert render_draft(quoting("  "), 1) == render_waiting()
    assert_harmless(render_waiting())


def test_the_receipt_tells_model_tokens_seconds_and_cost() -> None:
    answer = quoting("One thing. [1]", "first quote")
    paid = replace(answer, model="openai:<any>", usage=Usage(1200, 34), seconds=1.25, cost=0.0021)
    assert "1 footnote from 1 article" in Elements(render_answer(answer, 1)).text
    assert "tokens" not in render_answer(answer, 1)
    told = Elements(render_answer(paid, 1)).text
    assert all(part in told for part in ("openai:<any>", "1,200 + 34 tokens", "1.2 s", "0.0021"))
    assert "0.0021" not in render_answer(replace(paid, cost=None), 1)


def test_the_receipt_tells_how_many_independent_accounts_an_answer_stands_on() -> None:
    answer = replace(quoting("One thing. [1]", "first quote"), accounts=2, articles=5)
    assert "1 footnote, told in 2 independent accounts (5 articles)" in Elements(render_answer(answer, 1)).text


def test_a_rewritten_question_is_told() -> None:
    answer = replace(quoting("One thing. [1]", "first quote"), query="What <b>thing</b>?")
    for shown in (answer, replace(answer, abstained=True, reason="fact_missing")):
        assert "Searched for: What <b>thing</b>?" in Elements(render_answer(shown, 1)).text
    assert "Searched for" not in render_answer(quoting("One thing."), 1)


def test_an_unsupported_claim_is_underlined_and_says_why() -> None:
    claims = (Claim("It rained.", (), "supported"), Claim("It ended.", (), "unsupported", "no source says so"))
    html = render_answer(quoting("It rained. [1] It ended.", "rain", claims=claims), 1)
    assert '<span class="fn-flagged" tabindex="0" title="Not supported: no source says so">It ended.</span>' in html
    assert "not supported by the articles: no source says so" in html


def test_lists_headings_and_bold_of_a_model_are_shown_and_nothing_else_of_markdown() -> None:
    html = render_answer(quoting("## Facts\n- **One** [1]\n- Two\n\n1. Three\nEnd * of _it_", "q"), 1)
    assert "<h4" in html
    assert html.count("<li") == 3
    assert "<strong>One</strong>" in html
    assert "<ul>" in html
    assert "<ol>" in html
    assert "End * of _it_" in html


def test_an_abstention_looks_different_and_names_the_nearest_articles() -> None:
    html = render_answer(StandIn().ask("something else"), 1)
    assert "fn-abstained" in html
    assert "None of the articles speaks about this." in html
    assert "strikes.txt" in html
    assert "fn-mark" not in html


def test_what_the_user_should_know_is_told_in_small() -> None:
    answer = Answer("q", "q", "It rained.", complete=False, marks_removed=2, notices=("The index was rebuilt.",))
    text = Elements(render_answer(answer, 1)).text
    assert "cut off" in text
    assert "2 invented footnotes" in text
    assert "The index was rebuilt." in text


def test_controls_and_direction_overrides_vanish() -> None:
    assert plain("a\x00b\u202ec\x1b[31md") == "abc[31md"


def test_a_question_keeps_its_line_ends() -> None:
    assert "one<br>two" in render_question("one\r\ntwo")
