"""The page for everybody: by keyboard alone, on a phone, in half a window, in the dark, and for screen readers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from page_browser import ask, last, opened, ready
from page_stand_ins import KILLED, Served
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

pytest_plugins = ("page_fixtures",)
pytestmark = pytest.mark.ui
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 800}, "has_touch": True, "is_mobile": True}


@contextmanager
def on_phone(browser: Browser, served: Served, **context: Any) -> Iterator[Page]:
    with opened(browser, served, **{**PHONE, **context}) as page:
        yield page


def box_of(place: Locator) -> tuple[float, float, float, float]:
    """Left, top, right and bottom."""
    box = place.bounding_box()
    assert box
    return box["x"], box["y"], box["x"] + box["width"], box["y"] + box["height"]


def fits(page: Page) -> None:
    """Nothing stands out to the side, and the question can be typed where it can be seen."""
    width, height = page.evaluate("[innerWidth, innerHeight]")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    left, _, right, bottom = box_of(page.locator("#fn-box textarea"))
    assert left >= 0
    assert right <= width
    assert bottom <= height


def tab_to(page: Page, selector: str, *, most: int) -> list[str]:
    """Press Tab until an element has the focus; what had it on the way."""
    passed: list[str] = []
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return passed
        passed.append(page.evaluate("document.activeElement.id || document.activeElement.className"))
    raise AssertionError(f"Tab did not reach {selector}: {passed}")


def test_everything_can_be_done_by_keyboard(page: Page) -> None:
    assert page.evaluate("document.activeElement.matches('#fn-box textarea')")
    page.evaluate("document.activeElement.blur()")
    tab_to(page, "#fn-box textarea", most=20)
    page.keyboard.type("Where is the ferry?")
    page.keyboard.press("Enter")
    page.wait_for_selector(".fn-actions")
    page.evaluate("document.activeElement.blur()")
    page.evaluate("getSelection().removeAllRanges()")
    page.focus("#fn-menu, #fn-theme >> nth=-1")
    passed = tab_to(page, "a.fn-mark", most=20)
    assert len(passed) < 20
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.id == 'fn-read-title'")
    page.keyboard.press("n")
    page.wait_for_function("document.querySelector('#fn-read-where').textContent.startsWith('Footnote 2')")
    page.keyboard.press("Escape")
    page.wait_for_function("document.activeElement.matches('a.fn-mark')")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.matches('#fn-box textarea')")
    page.keyboard.type("How many were killed?")
    page.keyboard.press("Enter")
    page.wait_for_selector("#answer-2 .fn-actions")
    assert "At least 83" in last(page)


def test_what_has_the_focus_can_be_seen(page: Page) -> None:
    ask(page, "How many were killed?")
    for selector in ("a.fn-mark", ".fn-note", ".fn-actions button", "#fn-new", "#fn-theme"):
        page.keyboard.press("Shift")  # the last thing used is the keyboard
        place = page.locator(selector).first
        place.focus()
        style = place.evaluate("one => { const s = getComputedStyle(one); return [s.outlineStyle, s.outlineWidth]; }")
        assert style[0] != "none", selector
        assert float(style[1].removesuffix("px")) >= 1, selector


def test_a_screen_reader_is_told_what_happens(page: Page) -> None:
    ask(page, "How many were killed?")
    expect(page.get_by_role("textbox", name="Your question")).to_have_count(1)
    expect(page.get_by_role("navigation", name="Conversations")).to_have_count(1)
    expect(page.get_by_role("complementary", name="Article")).to_have_count(1)
    expect(page.get_by_role("link", name=f"Footnote 1: “{KILLED}”")).to_have_count(1)
    expect(page.get_by_role("list", name="Footnotes")).to_have_count(1)
    expect(page.get_by_role("group", name="What to do with answer 1")).to_have_count(1)
    assert page.locator("#fn-status[role=status]").inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_the_article_lies_over_the_answer(browser: Browser, stand_in: Served, scheme: str) -> None:
    with on_phone(browser, stand_in, color_scheme=scheme) as page:
        fits(page)
        ask(page, "Where is the ferry?")
        fits(page)
        expect(page.locator("#fn-read")).to_be_hidden()
        page.tap("a.fn-mark")
        page.wait_for_selector("#fn-read-text mark.fn-current")
        left, top, right, bottom = box_of(page.locator("#fn-read"))
        assert (left, right) == (0, 390)
        assert top <= 0
        assert bottom >= 800
        fits(page)
        page.tap("#fn-read-next")
        page.wait_for_function("document.querySelector('#fn-read-where').textContent.startsWith('Footnote 2')")
        page.tap("#fn-read-close")
        page.wait_for_selector("#fn-read", state="hidden")
        expect(page.locator("a.fn-mark").first).to_be_visible()


def test_on_a_phone_the_conversations_are_in_a_drawer(browser: Browser, stand_in: Served) -> None:
    with on_phone(browser, stand_in) as page:
        ask(page, "How many were killed?")
        expect(page.locator("#fn-new")).to_be_hidden()
        assert page.locator(".fn-views").bounding_box()["height"] < 45, "the masthead has one line"
        page.tap("#fn-menu")
        page.wait_for_selector("#fn-list a:has-text('killed')")
        assert page.get_attribute("#fn-menu", "aria-expanded") == "true"
        fits(page)
        page.tap("#fn-new")
        page.wait_for_selector("#fn-welcome:visible")
        page.wait_for_selector("#fn-new", state="hidden")
        page.tap("#fn-menu")
        page.tap("#fn-list a:has-text('killed')")
        page.wait_for_selector(".fn-question:has-text('killed')")
        page.wait_for_selector("#fn-new", state="hidden")


def test_on_a_phone_the_articles_fit(browser: Browser, stand_in: Served) -> None:
    with on_phone(browser, stand_in) as page:
        page.tap("[data-view-of=articles]")
        page.wait_for_selector("#fn-rows > li")
        fits(page)
        page.check("[data-source='strikes.txt'] input")
        page.select_option("#fn-outlet", "The Daily Record")
        page.wait_for_function("document.querySelectorAll('#fn-rows > li').length == 1")
        fits(page)


@pytest.mark.parametrize("question", ["Tell me the whole report", "x" * 3000, "Do they differ?", "flagged", "hostile"])
def test_nothing_stands_out_to_the_side(browser: Browser, stand_in: Served, question: str) -> None:
    with on_phone(browser, stand_in) as page:
        ask(page, question)
        fits(page)
        wide = page.evaluate(
            "[...document.querySelectorAll('.fn-exchange, .fn-exchange *')]"
            ".filter(one => one.getBoundingClientRect().right > innerWidth + 1).length"
        )
        assert wide == 0


def test_in_half_a_window_the_article_stands_beside_the_answer(browser: Browser, stand_in: Served) -> None:
    with opened(browser, stand_in, viewport={"width": 1024, "height": 768}) as page:
        ask(page, "How many were killed?")
        page.click("a.fn-mark")
        page.wait_for_selector("#fn-read-text mark.fn-current")
        assert box_of(page.locator(".fn-answer"))[2] <= box_of(page.locator("#fn-read"))[0]
        fits(page)
        page.click("#fn-menu")
        page.wait_for_selector("#fn-new:visible")
        page.keyboard.press("Escape")
        page.wait_for_selector("#fn-new", state="hidden")


@pytest.mark.parametrize(("scheme", "first", "then"), [("light", False, True), ("dark", True, False)])
def test_the_colours_are_those_of_the_system_until_others_are_chosen(
    browser: Browser, stand_in: Served, scheme: str, first: bool, then: bool
) -> None:
    def is_dark() -> bool:
        red = page.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0]")
        return int(red) < 100

    with opened(browser, stand_in, color_scheme=scheme) as page:
        assert is_dark() is first
        page.click("#fn-theme")
        assert is_dark() is then
        page.reload()
        ready(page)
        assert is_dark() is then
        assert page.get_attribute("#fn-theme", "aria-label") == ("Light colours" if then else "Dark colours")
