"""The page in a real browser: a headless Chromium, one server for each kind of answerer."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from page_stand_ins import HOSTILE, KILLED, PAYLOADS, Served, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.ui
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
SEEDS = Path(__file__).parent.parent / "seeds"
WAIT_MS = 60_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        if os.environ.get("CI") == "true":
            pytest.fail("there is no Chromium to test the page with")
        pytest.skip("there is no Chromium on this machine")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield running
        running.close()


@pytest.fixture(scope="module")
def stand_in() -> Iterator[Served]:
    with serving("StandIn()") as served:
        yield served


@pytest.fixture
def page(browser: Browser, stand_in: Served) -> Iterator[Page]:
    """The page of the stand-in, loaded; at its end, nothing was asked of any other host and no payload ran."""
    yield from opened(browser, stand_in)


def opened(browser: Browser, served: Served, **context: object) -> Iterator[Page]:
    with browser.new_context(**context) as own:  # type: ignore[arg-type]
        page = own.new_page()
        page.set_default_timeout(WAIT_MS)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(served.address)
        page.wait_for_selector("#fn-box textarea")
        yield page
        elsewhere = [url for url in asked if not url.startswith((served.address, "data:", "blob:"))]
        assert elsewhere == []
        assert page.evaluate("window.hacked") is None
        assert page.url.startswith(served.address)


def ask(page: Page, question: str) -> None:
    answered = page.locator("#fn-chat .fn-answer").count()
    page.fill("#fn-box textarea", question)
    page.keyboard.press("Enter")
    page.wait_for_function(
        "before => document.querySelectorAll('#fn-chat .fn-answer').length > before"
        " && !document.querySelector('.fn-coming, .fn-waiting')",
        arg=answered,
    )


def last_answer(page: Page) -> str:
    return page.locator("#fn-chat .fn-answer").last.inner_text()


def test_the_page_says_what_it_is_over(page: Page) -> None:
    told = page.locator("#fn-header").inner_text()
    assert "Footnote" in told
    assert "articles · 2 articles" in told
    assert "extractive — no language model" in told


def test_a_footnote_opens_its_source_with_the_quote_marked(page: Page) -> None:
    ask(page, "How many were killed?")
    assert "At least 83 people have been killed." in last_answer(page)
    page.evaluate("for (const source of document.querySelectorAll('.fn-source')) source.open = false")
    page.click("a.fn-mark")
    assert page.locator("#src-1-1[open] mark").inner_text() == KILLED
    assert page.locator("#src-1-1.fn-current").count() == 1
    assert "Congress has asked" in page.locator("#src-1-1 blockquote").inner_text()
    assert "The Daily Record" in page.locator("#src-1-1 summary").inner_text()
    assert page.url.endswith("/ui/")


def test_a_footnote_works_from_the_keyboard(page: Page) -> None:
    ask(page, "How many were killed?")
    page.focus("a.fn-mark")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.closest('.fn-source').id") == "src-1-1"


def test_the_footnote_of_an_earlier_answer_brings_its_sources_back(page: Page) -> None:
    ask(page, "How many were killed?")
    ask(page, "Tell me what was killed again")
    assert page.locator("#sources-2").is_visible()
    page.locator("a.fn-mark").first.click()
    assert page.locator("#sources-1").is_visible()
    assert not page.locator("#sources-2").is_visible()


def test_an_abstention_says_so_and_leaves_the_sources_empty(page: Page) -> None:
    ask(page, "Who won the cup?")
    assert page.locator(".fn-abstained").count() == 1
    assert "The articles do not tell." in last_answer(page)
    assert "None of the articles speaks about this." in last_answer(page)
    assert "Strikes at sea kill 83" in last_answer(page)
    assert page.locator(".fn-source").count() == 0
    assert "No sources" in page.locator("#fn-panel").inner_text()


def test_a_flagged_claim_says_why(page: Page) -> None:
    ask(page, "flagged")
    assert page.locator(".fn-flagged").get_attribute("title") == "Not supported: no source says June"
    assert "no source says June" in last_answer(page)
    assert page.locator(".fn-unsupported").inner_text().lower() == "unsupported"


def test_a_footnote_can_be_followed_while_the_answer_still_comes(page: Page) -> None:
    page.fill("#fn-box textarea", "slow")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=word3")
    page.click("a.fn-mark")
    assert page.locator("#src-1-1 mark").inner_text() == KILLED
    assert page.locator(".fn-coming").count() == 1
    page.click("#fn-stop")
    page.wait_for_selector(".fn-stopped")


def test_the_query_and_the_cost_of_an_answer_are_told(page: Page) -> None:
    ask(page, "rewritten")
    told = last_answer(page)
    assert "Searched for: How many died in the strikes?" in told
    assert all(part in told for part in ("openai:any", "1,200 + 34 tokens", "0.0021"))


def test_hostile_articles_and_questions_stay_text(page: Page) -> None:
    ask(page, "hostile " + " ".join(PAYLOADS))
    page.click("a.fn-mark")
    page.wait_for_timeout(500)
    assert "<script>window.hacked = 1</script>" in last_answer(page)
    assert "<script>window.hacked = 1</script>" in page.locator(".fn-question").inner_text()
    assert HOSTILE.source in page.locator("#fn-panel").inner_text()
    live = page.locator(
        ":is(.fn-answer, .fn-question, .fn-panel) :is(img, iframe, svg, style, script, pre, code, table)"
    )
    assert live.count() == 0
    links = page.eval_on_selector_all("#fn-desk a", "all => all.map(one => one.getAttribute('href'))")
    assert links
    assert all(link.startswith("#") for link in links)


@pytest.mark.parametrize(
    ("question", "message"),
    [
        ("broken", "Something went wrong; the details are in the server's log."),
        ("unreachable", "start it with `ollama serve`"),
        ("killed " * 1000, "too long"),
        ("...", "please type a question"),
    ],
)
def test_an_error_leaves_the_text_box_usable(page: Page, question: str, message: str) -> None:
    ask(page, question)
    assert message in last_answer(page)
    assert page.locator("#fn-box textarea").is_enabled()
    ask(page, "How many were killed?")
    assert "At least 83" in last_answer(page)


def test_stop_keeps_what_had_come_and_leaves_the_page_usable(page: Page) -> None:
    page.fill("#fn-box textarea", "slow")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=word3")
    page.click("#fn-stop")
    page.wait_for_selector(".fn-stopped")
    page.wait_for_timeout(1000)  # words that were on their way when it was stopped may come after the word of Stop
    page.wait_for_selector(".fn-stopped")
    shown = last_answer(page)
    assert "word0" in shown
    page.wait_for_timeout(400)
    assert last_answer(page) == shown
    ask(page, "How many were killed?")
    assert "At least 83" in last_answer(page)
    assert page.locator("#src-2-1").count() == 1


def test_a_new_conversation_forgets_the_old_one(page: Page) -> None:
    ask(page, "How many were killed?")
    page.click("#fn-clear")
    page.wait_for_selector(".fn-welcome")
    assert page.locator(".fn-answer, .fn-source").count() == 0


def test_asking_again_replaces_the_answer(page: Page) -> None:
    ask(page, "How many were killed?")
    page.click("#fn-again")
    page.wait_for_timeout(600)
    assert page.locator(".fn-question").count() == 1
    assert "At least 83" in last_answer(page)


def test_two_browsers_do_not_see_each_other(page: Page, browser: Browser, stand_in: Served) -> None:
    ask(page, "How many were killed?")
    for other in opened(browser, stand_in):
        assert other.locator(".fn-question").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_a_phone(browser: Browser, stand_in: Served, scheme: str) -> None:
    for page in opened(browser, stand_in, viewport={"width": 390, "height": 800}, color_scheme=scheme, has_touch=True):
        ask(page, "How many were killed?")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.tap("a.fn-mark")
        page.wait_for_function("document.querySelector('#src-1-1 mark').getBoundingClientRect().top < innerHeight")
        page.tap("#src-1-1 .fn-back")
        page.wait_for_function("document.querySelector('a.fn-mark').getBoundingClientRect().top > 0")


def test_the_seeds_are_answered_with_quotes_of_their_articles(browser: Browser) -> None:
    program = f"__import__('qa').open_corpus({str(SEEDS)!r})"
    with serving(program) as served:
        for page in opened(browser, served):
            assert "seeds · 5 articles" in page.locator("#fn-header").inner_text()
            page.locator("#fn-chat .example").first.click()
            page.wait_for_selector("a.fn-mark")
            ask(page, "What did Trump say about the call with Maduro?")
            page.locator("a.fn-mark").first.click()
            source = page.locator(".fn-source.fn-current")
            article = (SEEDS / source.locator(".fn-file").inner_text()).read_text("utf-8")
            quote = source.locator("mark").inner_text()
            assert re.sub(r"\s+", " ", quote).strip() in re.sub(r"\s+", " ", article)
