"""Checking an answer on the page: from a footnote to the exact words in the article, and what is told of doubts."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from page_articles import FERRY, findings
from page_browser import ask, go_on, last, send, settled
from page_stand_ins import KILLED
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytest_plugins = ("page_fixtures",)
pytestmark = pytest.mark.ui
CURRENT = "#fn-read-text mark.fn-current"


def marked(page: Page) -> str:
    """The words that are highlighted as the current quote."""
    return "".join(page.locator(CURRENT).all_inner_texts())


def shut(page: Page) -> None:
    """Close the article that opened beside the answer by itself."""
    page.click("#fn-read-close")
    page.wait_for_selector("#fn-read", state="hidden")


def test_a_footnote_opens_the_article_beside_the_answer_with_exactly_the_quote_marked(page: Page) -> None:
    ask(page, "How many were killed?")
    shut(page)
    page.click("a.fn-mark")
    page.wait_for_selector(CURRENT)
    assert marked(page) == KILLED
    expect(page.locator("#fn-read-text mark")).to_have_text([KILLED])
    expect(page.locator("#fn-read-title")).to_have_text("Strikes at sea kill 83")
    expect(page.locator("#fn-read-facts")).to_have_text("The Daily Record · 30 November 2025")
    expect(page.locator("#fn-read-file")).to_have_text("strikes.txt")
    expect(page.locator("#fn-read-text")).to_contain_text("Congress has asked for the legal grounds.")
    answer, article = page.locator(".fn-answer").bounding_box(), page.locator("#fn-read").bounding_box()
    assert answer
    assert article
    assert answer["x"] + answer["width"] <= article["x"]
    expect(page.locator("a.fn-mark.fn-current[aria-current=true]")).to_have_count(1)
    assert "/ui/?c=" in page.url


def test_the_article_of_a_new_answer_opens_by_itself_until_it_is_closed(page: Page) -> None:
    ask(page, "How many were killed?")
    page.wait_for_selector(CURRENT)
    shut(page)
    ask(page, "Where is the ferry?")
    expect(page.locator("#fn-read")).to_be_hidden()


def test_the_footnote_below_the_answer_tells_its_article_and_opens_it(page: Page) -> None:
    ask(page, "How many were killed?")
    shut(page)
    note = page.locator("#src-1-1")
    expect(note.locator(".fn-title")).to_have_text("Strikes at sea kill 83")
    expect(note.locator(".fn-facts")).to_have_text("The Daily Record · 30 November 2025 · strikes.txt")
    note.locator("a").click()
    page.wait_for_selector(CURRENT)
    assert marked(page) == KILLED


def arrived(page: Page, number: int) -> tuple[str, str]:
    """Wait for a footnote of three, and tell its article's title and its quote."""
    page.wait_for_function(
        "([where, number]) => document.querySelector('#fn-read-where').textContent == where"
        " && document.querySelector('a.fn-mark.fn-current').textContent == number",
        arg=[f"Footnote {number} ({number} of 3)", str(number)],
    )
    return page.locator("#fn-read-title").inner_text(), marked(page)


def test_n_and_p_walk_through_the_quotes_and_around(page: Page) -> None:
    ask(page, "Where is the ferry?")
    quotes = {
        1: ("Ferry runs aground", "The ferry Aurora ran aground near Lund harbour on Monday."),
        2: ("Ferry runs aground", "All 212 passengers were brought ashore by noon."),
        3: ("Strikes at sea kill 83", KILLED),
    }
    assert arrived(page, 1) == quotes[1]
    expect(page.locator("#fn-read-text mark")).to_have_count(2)
    page.click("#fn-read-title")
    for key, number in (("n", 2), ("n", 3), ("n", 1), ("p", 3), ("p", 2)):
        page.keyboard.press(key)
        assert arrived(page, number) == quotes[number]
    page.click("#fn-read-previous")
    assert arrived(page, 1) == quotes[1]
    page.click("#fn-read-next")
    assert arrived(page, 2) == quotes[2]


def test_letters_typed_into_the_box_do_not_turn_pages(page: Page) -> None:
    ask(page, "Where is the ferry?")
    page.wait_for_selector(CURRENT)
    page.focus("#fn-box textarea")
    page.keyboard.type("npn")
    assert page.input_value("#fn-box textarea") == "npn"
    expect(page.locator("#fn-read-where")).to_have_text("Footnote 1 (1 of 3)")


def test_enter_on_a_footnote_opens_it_and_escape_goes_back_to_it(page: Page) -> None:
    ask(page, "Where is the ferry?")
    shut(page)
    page.focus("a.fn-mark >> nth=1")
    page.keyboard.press("Enter")
    page.wait_for_selector(CURRENT)
    assert marked(page) == "All 212 passengers were brought ashore by noon."
    page.wait_for_function("document.activeElement.id == 'fn-read-title'")
    page.keyboard.press("Escape")
    page.wait_for_selector("#fn-read", state="hidden")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#src-1-2"


@pytest.mark.parametrize("way", ["hover", "keyboard"])
def test_a_footnote_shows_its_quote_in_a_card(page: Page, way: str) -> None:
    ask(page, "How many were killed?")
    shut(page)
    if way == "hover":
        page.hover("a.fn-mark")
    else:
        page.focus(".fn-question")
        page.evaluate("document.querySelector('#fn-delete').focus()")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "fn-mark"
    page.wait_for_selector("#fn-card:visible")
    expect(page.locator(".fn-card-quote")).to_have_text(f"“{KILLED}”")
    expect(page.locator(".fn-card-facts")).to_have_text("Strikes at sea kill 83 · The Daily Record")
    expect(page.locator("a.fn-mark")).to_have_attribute("aria-describedby", "fn-card")
    page.keyboard.press("Escape")
    page.wait_for_selector("#fn-card", state="hidden")


def test_a_footnote_can_be_followed_while_the_answer_still_comes(page: Page, home: Path) -> None:
    send(page, "waiting to hear who was killed")
    page.wait_for_selector(".fn-coming a.fn-mark")
    page.click("a.fn-mark")
    page.wait_for_selector(CURRENT)
    assert marked(page) == KILLED
    expect(page.locator(".fn-coming")).to_have_count(1)
    page.wait_for_selector("text=word9")
    expect(page.locator("a.fn-mark.fn-current")).to_have_count(1)
    with go_on(home):
        settled(page)
    assert marked(page) == KILLED


def test_the_footnotes_of_an_earlier_answer_still_lead_to_theirs(page: Page) -> None:
    ask(page, "How many were killed?")
    ask(page, "Who is Falk?")
    page.wait_for_function("document.querySelector('#fn-read-title').textContent == 'Ferry runs aground'")
    page.click("#answer-1 a.fn-mark")
    page.wait_for_function("document.querySelector('#fn-read-title').textContent == 'Strikes at sea kill 83'")
    assert marked(page) == KILLED
    expect(page.locator("a.fn-mark.fn-current")).to_have_attribute("href", "#src-1-1")


def test_a_quote_far_down_is_scrolled_to(page: Page) -> None:
    ask(page, "Tell me the whole report")
    expect(page.locator("#answer-1 a.fn-mark")).to_have_count(40)
    page.locator("#answer-1 a.fn-mark").last.click()
    page.wait_for_function(
        f"document.querySelector('#fn-read-where').textContent == 'Footnote 40 (40 of 40)' && (() => {{"
        f" const mark = document.querySelector({CURRENT!r}).getBoundingClientRect();"
        " const body = document.querySelector('#fn-read-body').getBoundingClientRect();"
        " return mark.top >= body.top && mark.bottom <= body.bottom; })()"
    )
    assert marked(page) == findings(40)[-1]
    expect(page.locator("#fn-read-text mark")).to_have_count(40)


def test_a_flagged_claim_looks_it_and_says_why(page: Page) -> None:
    ask(page, "flagged")
    flagged = page.locator(".fn-flagged")
    assert flagged.inner_text().startswith("The strikes ended in June.")
    expect(flagged).to_have_attribute("title", "Not supported: no source says June")
    drawn = flagged.evaluate(
        "one => { const s = getComputedStyle(one); return [s.textDecorationLine, s.textDecorationStyle]; }"
    )
    assert drawn[0] == "underline"
    assert drawn[1] in ("wavy", "dotted", "dashed")
    assert "not supported by the articles: no source says June" in last(page)
    assert page.locator(".fn-unsupported").inner_text().lower() == "unsupported"
    assert "The index was rebuilt." in last(page)
    expect(page.locator("a.fn-mark")).to_have_count(0)


def test_articles_that_differ_are_named_with_what_they_say(page: Page) -> None:
    ask(page, "Do they differ?")
    assert page.locator(".fn-voices .fn-label").inner_text().lower() == "the articles differ"
    rows = [" ".join(row.split()) for row in page.locator(".fn-voices li").all_inner_texts()]
    assert [row.strip("“”").replace("“", "").replace("”", "") for row in rows] == [
        "At least 83 The Daily Record",
        "dozens The Herald",
    ]


def test_an_abstention_is_plain_and_leads_to_the_nearest_articles(page: Page) -> None:
    ask(page, "Who won the cup?")
    expect(page.locator(".fn-exchange[data-outcome=abstained] .fn-abstained")).to_have_count(1)
    assert "The articles do not tell." in last(page)
    assert "None of the articles speaks about this." in last(page)
    expect(page.locator("a.fn-mark, .fn-note")).to_have_count(0)
    expect(page.locator("#fn-status")).to_have_text("No answer: the articles do not tell")
    expect(page.locator("#fn-read")).to_be_hidden()
    page.click(".fn-near")
    page.wait_for_selector("#fn-read:visible")
    expect(page.locator("#fn-read-title")).to_have_text("Strikes at sea kill 83")
    expect(page.locator("#fn-read-text mark")).to_have_count(0)
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.className") == "fn-near"


def test_print_shows_every_quote_and_none_of_the_tools(page: Page) -> None:
    ask(page, "Where is the ferry?")
    expect(page.locator(".fn-quote").first).to_be_hidden()
    page.emulate_media(media="print")
    try:
        quotes = page.locator(".fn-quote")
        assert all(one.is_visible() for one in quotes.all())
        assert quotes.first.inner_text() in FERRY.text
        for tool in ("#fn-rail", "#fn-read", "#fn-ask", ".fn-actions", ".fn-masthead"):
            assert not page.locator(tool).first.is_visible(), tool
        expect(page.locator(".fn-question")).to_be_visible()
        assert re.search(r"^All 212 passengers", page.locator(".fn-answer").inner_text().split("\n")[0][27:])
    finally:
        page.emulate_media(media="screen")
