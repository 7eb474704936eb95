"""What stands below an answer: footnotes with their quotes, and which articles agree or differ."""

from __future__ import annotations

from dataclasses import replace

import pytest
from page_stand_ins import HOSTILE, KILLED, PAYLOADS, StandIn
from test_rendering import Elements, assert_harmless

from qa.types import Answer, Citation, Claim
from qa.ui.notes import render_notes, render_voices

KNOWN = StandIn().ask("killed").citations[0]


def cited(number: int, outlet: str, title: str = "") -> Citation:
    return replace(KNOWN, number=number, outlet=outlet, source=f"{number}.txt", title=title)


def answer(text: str, *claims: Claim) -> Answer:
    citations = tuple(one for claim in claims for one in claim.citations)
    return Answer("q", "q", text, claims=claims, citations=citations)


def claim(text: str, *citations: Citation) -> Claim:
    return Claim(text, citations, "supported")


def words(html: str) -> str:
    return Elements(html.replace("</", " </")).text


def test_a_footnote_tells_its_article_and_holds_its_quote() -> None:
    html = render_notes((KNOWN,), 2)
    assert 'id="sources-2"' in html
    assert '<li id="src-2-1" value="1">' in html
    assert 'href="#src-2-1"' in html
    assert f'<blockquote class="fn-quote" dir="auto">{KILLED}</blockquote>' in html
    text = words(html)
    for part in ("Strikes at sea kill 83", "The Daily Record", "30 November 2025", "strikes.txt"):
        assert part in text
    assert_harmless(html)


def test_a_footnote_tells_its_page_and_copies_and_no_more_of_a_date_than_is_known() -> None:
    copies = ("<b>.txt", *(f"{number}.txt" for number in range(6)))
    html = render_notes((replace(KNOWN, page=3, precision="month", copies=copies),), 1)
    facts = [fact.strip() for fact in words(html[html.index('class="fn-facts"') :]).partition(">")[2].split("·")]
    assert facts[:3] == ["The Daily Record", "November 2025", "page 3"]
    assert "strikes.txt, also in &lt;b&gt;.txt, 0.txt, 1.txt, 2.txt, 3.txt and 2 more" in html


def test_an_article_without_a_title_is_named_by_its_file() -> None:
    html = render_notes((replace(KNOWN, title="", outlet="", published=None),), 1)
    assert '<span class="fn-title" dir="auto">strikes.txt</span>' in html
    assert html.count('fn-fact"') == 1


def test_the_line_ends_of_a_quote_are_kept() -> None:
    assert "one<br>two" in render_notes((replace(KNOWN, quote="one\r\ntwo"),), 1)


def test_without_footnotes_nothing_is_shown() -> None:
    assert render_notes((), 1) == ""
    assert render_voices(StandIn().ask("Who won the cup?")) == ""
    assert render_voices(StandIn().ask("killed")) == ""


def test_hostile_articles_stay_text() -> None:
    html = render_notes(StandIn().ask("hostile").citations, 1)
    assert_harmless(html)
    assert HOSTILE.source in Elements(html).text
    assert HOSTILE.title in Elements(html).text


@pytest.mark.parametrize("payload", PAYLOADS)
def test_hostile_voices_stay_text(payload: str) -> None:
    told = payload.splitlines()[0]
    one, other = claim(told, cited(1, payload)), claim(f"{told}, according to {told}", cited(2, "", payload))
    both = claim(told, cited(1, payload), cited(2, "", payload))
    for shown in (
        answer(f"{told} [1]; {other.text} [2]", one, other),
        answer(f"{told} [1][2]", both),
        answer(f"{told} [1][2]", both, claim("More.", cited(1, payload), cited(3, payload))),
    ):
        html = render_voices(shown)
        assert html
        assert_harmless(html)


def test_articles_that_differ_are_told_with_what_each_says() -> None:
    html = render_voices(StandIn().ask("Do they differ?"))
    assert "The articles differ" in html
    rows = html.split("<li>")[1:]
    assert ["At least 83" in rows[0], "The Daily Record" in rows[0]] == [True, True]
    assert ["dozens" in rows[1], "The Herald" in rows[1]] == [True, True]
    assert "according to" not in html


def test_articles_that_tell_one_thing_alike_are_named_in_a_line() -> None:
    alike = claim("Eighty died.", cited(1, "The Herald"), cited(2, "The Record"), cited(3, "", "A title"))
    html = render_voices(answer("Eighty died. [1][2][3]", alike))
    assert Elements(html).text == "Told alike by The Herald, The Record and “A title”"


def test_articles_that_tell_several_things_alike_are_listed_with_each() -> None:
    one = claim("Eighty died.", cited(1, "The Herald"), cited(2, "The Record"))
    other = claim("Ships sank.", cited(1, "The Herald"), cited(3, "The Times"))
    html = render_voices(answer("Eighty died. [1][2] Ships sank. [1][3]", one, other))
    assert "The articles agree" in html
    assert [row.count("fn-voice") for row in html.split("<li>")[1:]] == [1, 1]
    assert "The Herald, The Times" in html


def test_the_same_article_cited_twice_is_one_voice() -> None:
    twice = claim("Eighty died.", cited(1, "The Herald"), replace(cited(1, "The Herald"), number=2, start=1))
    assert render_voices(answer("Eighty died. [1][2]", twice)) == ""


def test_a_long_claim_is_cut_at_a_word() -> None:
    long = "word " * 100
    one, other = claim(f"{long}end", cited(1, "A")), claim("short, according to B", cited(2, "B"))
    html = render_voices(answer(f"{long}end [1]; {other.text} [2]", one, other))
    assert "word…" in html
    assert "end" not in html
