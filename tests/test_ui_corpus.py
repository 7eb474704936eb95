"""The articles on the page: listed, searched, read, chosen for a question, added, removed and brought back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from page_articles import STRIKES
from page_browser import Watch, ask, asked, last, opened, ready, send, visiting
from page_stand_ins import KILLED, Served, serving
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytest_plugins = ("page_fixtures",)
pytestmark = pytest.mark.ui
BRIDGE = "Bridge closed\n\nThe old bridge of Lund is closed until Friday. Engineers found two cracks in a pier.\n"
TITLES = "#fn-rows .fn-open"


@pytest.fixture(scope="module")
def own_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("corpus")


@pytest.fixture(scope="module")
def library(own_home: Path, model_cache: Path) -> Iterator[Served]:
    """A server whose articles may be changed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QA_CACHE_DIR", str(model_cache))
        with serving(f"StandIn(home={str(own_home)!r}, max_file_mb=0.2)") as served:
            yield served


@pytest.fixture
def watch(library: Served) -> Watch:
    return Watch(library.address)


@pytest.fixture
def page(tab: Page, library: Served, watch: Watch) -> Iterator[Page]:
    """The view of the articles."""
    with visiting(tab, library, watch) as page:
        page.click("[data-view-of=articles]")
        page.wait_for_selector("#fn-rows > li")
        yield page


@pytest.fixture
def bridge(own_home: Path, library: Served) -> Iterator[Path]:
    """A file that is not among the articles, nor will be after the test."""
    path = own_home / "bridge.txt"
    path.write_text(BRIDGE, encoding="utf-8")
    yield path
    for left in (own_home / "articles").glob("bridge*"):
        left.unlink()
    httpx.post(f"{library.address}/page/sync", timeout=60)


def count(page: Page, articles: int) -> None:
    """Wait until the head of the page tells this number of articles."""
    page.wait_for_function("n => document.querySelector('#fn-count').textContent == n", arg=str(articles))


def total(page: Page, told: str) -> None:
    page.wait_for_function("told => document.querySelector('#fn-total').textContent == told", arg=told)


def ask_here(page: Page, question: str) -> None:
    """Ask from the view of the articles, and come back to it."""
    ask(page, question)
    page.click("[data-view-of=articles]")


def test_the_articles_are_listed_with_what_is_known_of_them(page: Page) -> None:
    total(page, "7 articles")
    count(page, 7)
    row = page.locator("#fn-rows > li[data-source='strikes.txt']")
    expect(row.locator(".fn-open")).to_have_text("Strikes at sea kill 83")
    expect(row.locator(".fn-facts")).to_have_text(
        f"The Daily Record · 30 November 2025 · {len(STRIKES.text)} characters · 1 chunk"
    )
    expect(row.locator(".fn-file")).to_have_text("strikes.txt")
    page.click("#fn-skipped summary")
    assert page.locator("#fn-skipped").inner_text().splitlines() == ["1 file not read", "empty.txt holds no text"]
    undated = page.locator("#fn-rows > li:has-text('no date is known')")
    expect(undated).to_have_count(1)


def test_the_list_is_searched_sorted_and_filtered(page: Page) -> None:
    expect(page.locator(TITLES).first).to_have_text("Dozens dead, officials concede")
    page.select_option("#fn-sort", label="oldest")
    page.wait_for_function("document.querySelector('#fn-rows .fn-open').textContent == 'The long report'")
    page.fill("#fn-search", "harbour ferry")
    total(page, "1 article")
    expect(page.locator(TITLES)).to_have_text(["Ferry runs aground"])
    page.fill("#fn-search", "no such thing")
    total(page, "No article fits.")
    page.fill("#fn-search", "")
    page.select_option("#fn-outlet", "The Herald")
    total(page, "1 article")
    page.select_option("#fn-outlet", "")
    page.fill("#fn-since", "2025-01-01")
    total(page, "2 articles")


def test_an_article_is_read_and_the_focus_comes_back_to_it(page: Page) -> None:
    page.click(f"{TITLES}:has-text('Ferry')")
    page.wait_for_selector("#fn-read:visible")
    expect(page.locator("#fn-read-title")).to_have_text("Ferry runs aground")
    expect(page.locator("#fn-read-text")).to_contain_text("heavy fog")
    expect(page.locator("#fn-read-steps")).to_be_hidden()
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.textContent") == "Ferry runs aground"


def test_a_question_asks_only_the_ticked_articles(page: Page, own_home: Path) -> None:
    page.check("[data-source='ferry.txt'] input")
    assert page.locator("#fn-scope").inner_text().split("\n")[:2] == ["Ask only", "ferry.txt"]
    page.check("[data-source='strikes.txt'] input")
    expect(page.locator("#fn-scope")).to_contain_text("2 articles")
    ask_here(page, "How many were killed there?")
    noted = asked(own_home, "How many were killed there?")
    assert noted["sources"] == ["ferry.txt", "strikes.txt"]
    assert (noted["outlet"], noted["since"], noted["until"]) == (None, None, None)
    page.uncheck("[data-source='strikes.txt'] input")
    page.click("#fn-scope button[aria-label='Ask without: ferry.txt']")
    expect(page.locator("#fn-scope")).to_be_hidden()
    assert not page.is_checked("[data-source='ferry.txt'] input")
    ask(page, "How many were killed anywhere?")
    assert asked(own_home, "How many were killed anywhere?")["sources"] is None


def test_a_question_asks_only_an_outlet_and_some_days(page: Page, own_home: Path) -> None:
    page.select_option("#fn-outlet", "The Daily Record")
    page.fill("#fn-since", "2025-11-01")
    page.fill("#fn-until", "2025-11-30")
    chips = page.locator("#fn-scope .fn-chip > span").all_inner_texts()
    assert chips == ["The Daily Record", "since 2025-11-01", "until 2025-11-30"]
    ask_here(page, "Who was killed in those days?")
    noted = asked(own_home, "Who was killed in those days?")
    assert (noted["outlet"], noted["since"], noted["until"]) == ("The Daily Record", "2025-11-01", "2025-11-30")
    page.click("#fn-scope button[aria-label='Ask without: The Daily Record']")
    total(page, "1 article")
    assert page.input_value("#fn-outlet") == ""
    page.click("[data-view-of=talk]")
    page.click(".fn-edit")
    expect(page.locator("#fn-scope .fn-chip")).to_have_count(3)


def test_an_added_file_is_answered_from_and_can_be_removed_and_brought_back(page: Page, bridge: Path) -> None:
    page.set_input_files("#fn-files", bridge)
    page.wait_for_selector("#fn-adding .fn-added")
    expect(page.locator("#fn-adding li")).to_have_text("bridge.txt added")
    count(page, 8)
    page.wait_for_selector("[data-source='bridge.txt']")
    ask(page, "Is the bridge closed?")
    assert "It is told in bridge.txt." in last(page)
    page.wait_for_selector("#fn-read-text mark.fn-current >> nth=0")
    expect(page.locator("#fn-read-text")).to_contain_text("two cracks in a pier")
    page.click("[data-view-of=articles]")
    page.click("[data-source='bridge.txt'] .fn-remove")
    page.wait_for_selector(".fn-toast:has-text('Bridge closed removed.')")
    count(page, 7)
    expect(page.locator("[data-source='bridge.txt']")).to_have_count(0)
    page.click(".fn-toast >> text=Undo")
    page.wait_for_selector(".fn-toast:has-text('It is back.')")
    count(page, 8)
    page.wait_for_selector("[data-source='bridge.txt']")


def test_files_that_cannot_be_articles_are_refused_in_words(page: Page, watch: Watch, own_home: Path) -> None:
    watch.expected |= {413, 422}
    files = {
        "run.exe": (b"MZ", "no reader for .exe files"),
        "blank.txt": (b" \n", "holds no text"),
        "large.txt": (b"word " * 60_000, "is larger than 0.2 MB"),
        "strikes.txt": (STRIKES.text.encode(), "is already there"),
    }
    sent = [{"name": name, "mimeType": "text/plain", "buffer": content} for name, (content, _) in files.items()]
    page.set_input_files("#fn-files", sent)  # type: ignore[arg-type]
    page.wait_for_function("document.querySelectorAll('#fn-adding .fn-refused').length == 4")
    expect(page.locator("#fn-adding li")).to_have_text([f"{name} {why}" for name, (_, why) in files.items()])
    page.wait_for_function("document.querySelector('#fn-status').textContent == 'Nothing was added'")
    count(page, 7)
    assert not (own_home / "articles" / "run.exe").exists()


def test_files_are_dropped_anywhere_on_the_page(page: Page, bridge: Path) -> None:
    page.click("[data-view-of=talk]")
    dropped = page.evaluate_handle(
        "text => { const data = new DataTransfer(); data.items.add(new File([text], 'bridge.txt')); return data; }",
        BRIDGE,
    )
    page.dispatch_event("body", "dragenter", {"dataTransfer": dropped})
    page.wait_for_selector("body.fn-dropping")
    page.dispatch_event("#fn-talk", "drop", {"dataTransfer": dropped})
    page.wait_for_selector("#fn-adding .fn-added")
    count(page, 8)
    assert page.get_attribute("body", "data-view") == "articles"
    expect(page.locator("body.fn-dropping")).to_have_count(0)


def test_a_look_for_changes_finds_what_was_put_into_the_folder(page: Page, bridge: Path) -> None:
    bridge.rename(bridge.parent / "articles" / "bridge by hand.txt")
    page.click("#fn-again")
    page.wait_for_selector(".fn-toast:has-text('1 added, 0 replaced')")
    count(page, page.locator("#fn-rows > li").count())
    page.wait_for_selector("[data-source='bridge by hand.txt']")


def test_a_quote_is_still_shown_when_its_article_has_changed_or_gone(
    page: Page, own_home: Path, library: Served
) -> None:
    path = own_home / "articles" / "strikes.txt"
    try:
        ask(page, "How many were killed?")
        for text, notice, marked in (
            ("First another line.\n\n" + STRIKES.text, "stands elsewhere in it now", KILLED),
            ("Strikes at sea\n\nNothing is known any more of it.\n", "the quote is no longer in it", KILLED),
            ("", "no longer among the articles", KILLED),
        ):
            path.unlink() if not text else path.write_text(text, encoding="utf-8")
            page.click("[data-view-of=articles]")
            page.click("#fn-again")
            page.wait_for_selector(".fn-toast:has-text('added')")
            page.click(".fn-toast button[aria-label=Dismiss]")
            page.reload()
            ready(page)
            page.click("a.fn-mark")
            page.wait_for_selector(f"#fn-read-notice:has-text('{notice}')")
            expect(page.locator("#fn-read-text mark.fn-current")).to_have_text(marked)
    finally:
        path.write_text(STRIKES.text, encoding="utf-8")
        httpx.post(f"{library.address}/page/sync", timeout=60)


def test_a_removed_article_is_no_longer_asked_for(page: Page, bridge: Path) -> None:
    page.set_input_files("#fn-files", bridge)
    page.wait_for_selector("[data-source='bridge.txt']")
    page.check("[data-source='bridge.txt'] input")
    page.click("[data-source='bridge.txt'] .fn-remove")
    page.wait_for_selector(".fn-toast:has-text('removed')")
    expect(page.locator("#fn-scope")).to_be_hidden()


def test_a_folder_without_articles_is_filled_on_the_page(tmp_path: Path, browser: Browser, model_cache: Path) -> None:
    (tmp_path / "articles").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QA_CACHE_DIR", str(model_cache))
        patch.setenv("QA_INDEX_DIR", str(tmp_path / "index"))
        with (
            serving(f"__import__('qa').open_corpus({str(tmp_path / 'articles')!r})") as served,
            opened(browser, served) as page,
        ):
            expect(page.locator("#fn-empty")).to_be_visible()
            send(page, "Is the bridge closed?")
            expect(page.locator(".fn-error")).to_contain_text("holds no article that can be read")
            page.click("#fn-new")
            page.click("#fn-fill")
            expect(page.locator("#fn-total")).to_have_text("No articles yet.")
            file = {"name": "bridge.txt", "mimeType": "text/plain", "buffer": BRIDGE.encode()}
            page.set_input_files("#fn-files", [file])  # type: ignore[list-item]
            page.wait_for_selector("#fn-rows [data-source='bridge.txt']")
            count(page, 1)
            page.click("[data-view-of=talk]")
            expect(page.locator("#fn-empty")).to_be_hidden()
            ask(page, "When does the bridge open again?")
            assert "closed until Friday" in last(page)
