"""Fixtures of the tests in a real browser; a test module names this file as a plugin: `pytest_plugins`."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from page_browser import SCREEN, WAIT_MS, Watch, visiting
from page_stand_ins import Served, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # Of a module, not of a session: while it runs, no other test can run an event loop.
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        if os.environ.get("CI") == "true":
            pytest.fail("there is no Chromium to test the page with")
        pytest.skip("there is no Chromium on this machine")
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=WAIT_MS)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield running
        running.close()


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the shared stand-in keeps its articles, its index and what it was asked."""
    return tmp_path_factory.mktemp("page")


@pytest.fixture(scope="session")
def stand_in(home: Path, model_cache: Path) -> Iterator[Served]:
    """One server for all tests that leave its articles alone; each test is a visitor of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QA_CACHE_DIR", str(model_cache))
        with serving(f"StandIn(home={str(home)!r}, chat_models='openai:other')") as served:
            yield served


@pytest.fixture
def watch(stand_in: Served) -> Watch:
    return Watch(stand_in.address)


@pytest.fixture(scope="module")
def tab(browser: Browser) -> Iterator[Page]:
    """One tab for the tests of a module: what it has loaded of Gradio, it need not load again."""
    with browser.new_context(**SCREEN) as context:
        context.set_default_timeout(WAIT_MS)
        yield context.new_page()


@pytest.fixture
def page(tab: Page, stand_in: Served, watch: Watch) -> Iterator[Page]:
    """The page of a new visitor; at its end it has asked nothing of any other host, and no payload ran."""
    with visiting(tab, stand_in, watch) as page:
        yield page
