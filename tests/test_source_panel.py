from __future__ import annotations

from dataclasses import replace

from page_stand_ins import HOSTILE, KILLED, STRIKES, StandIn
from test_rendering import Elements

from qa.source_panel import passage_around, render_panel, render_sources
from vectorstore.types import Span


def test_a_source_shows_its_article_and_the_quote_marked_in_its_paragraph() -> None:
    footnote = StandIn()
    html = render_sources(footnote.ask("killed"), 2, footnote.article)
    assert 'id="src-2-1"' in html
    assert f"<mark>{KILLED}</mark>" in html
    text = Elements(html).text
    for part in ("Strikes at sea kill 83", "The Daily Record", "30 November 2025", "strikes.txt", "legal grounds"):
        assert part in text
    assert "Another paragraph" not in text


def test_a_source_shows_its_page_and_its_copies_and_no_more_of_a_date_than_is_known() -> None:
    footnote = StandIn()
    answer = footnote.ask("killed")
    copies = ("<b>.txt", *(f"{number}.txt" for number in range(6)))
    known = replace(answer.citations[0], page=3, precision="month", copies=copies)
    html = render_sources(replace(answer, citations=(known,)), 1, footnote.article)
    assert "The Daily Record · November 2025 · page 3" in html
    assert "strikes.txt, also in &lt;b&gt;.txt, 0.txt, 1.txt, 2.txt, 3.txt and 2 more" in html


def test_a_hostile_article_stays_text() -> None:
    footnote = StandIn()
    found = Elements(render_sources(footnote.ask("hostile"), 1, footnote.article))
    assert found.tags <= {"section", "p", "details", "summary", "span", "blockquote", "mark", "a"}
    assert all(str(value).startswith("#") for name, value in found.attributes if name == "href")
    assert not [name for name, _ in found.attributes if name.startswith("on") or name in ("src", "style")]
    assert HOSTILE.source in found.text


def test_an_article_that_is_gone_leaves_its_quote() -> None:
    footnote = StandIn()
    answer = footnote.ask("killed")
    footnote.forget(STRIKES.source)
    assert f"<mark>{KILLED}</mark>" in render_sources(answer, 1, footnote.article)


def test_an_abstention_leaves_the_panel_empty() -> None:
    footnote = StandIn()
    html = render_panel([render_sources(footnote.ask("something else"), 1, footnote.article)])
    assert "<details" not in html
    assert "No sources" in html


def test_only_the_last_answers_sources_are_shown() -> None:
    html = render_panel(["<section id=1></section>", "<section id=2></section>"])
    assert "<section hidden id=1>" in html
    assert "<section id=2>" in html


def test_a_long_paragraph_is_cut_at_words_around_the_quote() -> None:
    text = "word " * 400 + "the quote" + " word" * 400 + "."
    start = text.index("the quote")
    around = passage_around(text, Span(start, start + 9)).of(text)
    assert len(around) < 1100
    assert around.startswith("word ")
    assert around.endswith("word")
