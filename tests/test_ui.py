"""The page as it opens, and over the shipped articles: what a newcomer sees first, in a real browser."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from page_browser import Watch, ask, last, opened, send
from page_stand_ins import Served, serving
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytest_plugins = ("page_fixtures",)
pytestmark = pytest.mark.ui
SEEDS = Path(__file__).parent.parent / "seeds"


def test_the_page_says_what_it_is_over_and_what_it_can_do(page: Page) -> None:
    masthead = page.locator(".fn-masthead")
    expect(masthead).to_contain_text("Footnote")
    expect(masthead).to_contain_text(re.compile(r"Articles\s*7"))
    expect(page.locator("#fn-corpus")).to_have_text("articles")
    page.wait_for_function("document.querySelectorAll('#fn-model option').length == 2")
    expect(page.locator("#fn-model option >> nth=0")).to_have_text("exact quotes, no language model")
    expect(page.locator("#fn-welcome")).to_contain_text("Every statement of an answer carries a footnote")
    assert page.title() == "Footnote"


def test_the_page_works_from_files_of_its_own_server_alone(page: Page, watch: Watch, stand_in: Served) -> None:
    page.reload()
    page.wait_for_selector("body.fn-ready")
    ask(page, "How many were killed?")
    assert len(watch.asked) > 20
    watch.check()
    policy = httpx.get(f"{stand_in.address}/ui/").headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "http" not in policy


def test_a_question_can_be_asked_as_soon_as_the_box_is_there(browser: Browser, stand_in: Served) -> None:
    with opened(browser, stand_in) as page:
        page.reload(wait_until="commit")
        page.wait_for_selector("body.fn-ready")
        send(page, "How many were killed?")
        page.wait_for_selector("a.fn-mark")
        assert "At least 83" in last(page)


def test_the_server_keeps_quiet_about_what_is_typed(tmp_path: Path, browser: Browser, model_cache: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QA_CACHE_DIR", str(model_cache))
        with serving(f"__import__('qa').open_corpus({str(SEEDS)!r})") as served:
            with opened(browser, served) as page:
                expect(page.locator("#fn-corpus")).to_have_text("seeds")
                page.wait_for_function("document.querySelector('#fn-count').textContent == '5'")
                page.locator("#fn-examples button").first.click()
                page.wait_for_selector("#answer-1 a.fn-mark")
                ask(page, "What did Trump say about the call with Maduro?")
                page.locator("#answer-2 a.fn-mark").first.click()
                page.wait_for_selector("#fn-read-text mark.fn-current >> nth=0")
                article = (SEEDS / page.locator("#fn-read-file").inner_text().split(" · ")[0]).read_text("utf-8")
                quote = "".join(page.locator("#fn-read-text mark.fn-current").all_inner_texts())
                assert len(quote) > 20
                assert re.sub(r"\s+", " ", quote).strip() in re.sub(r"\s+", " ", article)
            served.process.terminate()
            out, err = served.process.communicate(timeout=20)
    assert "Maduro" not in out + err
