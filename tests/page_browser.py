"""What the tests in a real browser do with a page: open it, watch it, ask, and wait for what comes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from page_stand_ins import Served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Error, Page, Request

WAIT_MS = 30_000
SCREEN: dict[str, Any] = {"viewport": {"width": 1366, "height": 850}, "reduced_motion": "reduce"}
_LEAVING = ("AbortError: signal is aborted", "Unexpected error Connection errored out.")
"""What Gradio says when its page is left while its queue may still speak; that is never a fault of the page."""
_REFUSED = re.compile(r"Failed to load resource: the server responded with a status of (\d+)")


@dataclass
class Watch:
    """What a page asked for and complained of; `expected` are the statuses that a test provokes."""

    address: str
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    expected: set[int] = field(default_factory=set)

    @contextmanager
    def of(self, page: Page) -> Iterator[None]:
        """Watch a page for the length of a block, and check it at its end."""
        listeners = {"request": self._requested, "pageerror": self._failed, "console": self._heard}
        for event, listener in listeners.items():
            page.on(event, listener)  # type: ignore[call-overload]
        try:
            yield
            assert page.evaluate("window.hacked") is None
            assert page.url.startswith(self.address)
            self.check()
        finally:
            for event, listener in listeners.items():
                page.remove_listener(event, listener)

    def _requested(self, request: Request) -> None:
        self.asked.append(request.url)

    def _failed(self, error: Error) -> None:
        self._complain(f"uncaught: {error}")

    def _heard(self, message: ConsoleMessage) -> None:
        refused = _REFUSED.search(message.text)
        if message.type == "error" and not (refused and int(refused[1]) in self.expected):
            self._complain(f"{message.text} ({message.location.get('url')})")

    def _complain(self, words: str) -> None:
        if not any(one in words for one in _LEAVING):
            self.complaints.append(words)

    def check(self) -> None:
        """No other host was asked, no policy was broken, no script failed."""
        elsewhere = [url for url in self.asked if not url.startswith((self.address, "data:", f"blob:{self.address}"))]
        assert elsewhere == [], elsewhere
        assert self.complaints == [], self.complaints


@contextmanager
def opened(
    browser: Browser, served: Served, watch: Watch | None = None, *, path: str = "", **context: Any
) -> Iterator[Page]:
    """A page in a context of its own, ready for use and watched; `context` is Playwright's."""
    with browser.new_context(**{**SCREEN, **context}) as own:
        own.set_default_timeout(WAIT_MS)
        page = own.new_page()
        with (watch or Watch(served.address)).of(page):
            page.goto(f"{served.address}/{path}")
            ready(page)
            yield page


@contextmanager
def visiting(page: Page, served: Served, watch: Watch) -> Iterator[Page]:
    """The page as a new visitor finds it, in a tab that was used before."""
    page.context.clear_cookies()
    page.set_viewport_size(SCREEN["viewport"])
    page.goto(served.address)
    ready(page)
    try:
        with watch.of(page):
            yield page
    finally:
        page.evaluate("localStorage.clear(); sessionStorage.clear()")
        page.goto("about:blank")


def ready(page: Page) -> None:
    """Wait until the page has started."""
    page.wait_for_selector("body.fn-ready")


def send(page: Page, question: str) -> None:
    """Ask, and wait for nothing."""
    page.fill("#fn-box textarea", question)
    page.press("#fn-box textarea", "Enter")


def ask(page: Page, question: str) -> None:
    """Ask, and wait for the end of the answer."""
    before = page.locator(".fn-exchange").count()
    send(page, question)
    page.wait_for_function("before => document.querySelectorAll('.fn-exchange').length > before", arg=before)
    settled(page)


def settled(page: Page) -> None:
    """Wait until no answer is coming, and the last one can be used."""
    page.wait_for_function(
        "() => { const last = [...document.querySelectorAll('.fn-exchange')].at(-1);"
        " return last && !document.body.classList.contains('fn-busy') && last.querySelector('.fn-actions')"
        " && !document.querySelector('[data-outcome=coming]'); }"
    )


def last(page: Page) -> str:
    """The text of the last answer."""
    text: str = page.locator(".fn-said-here").last.inner_text()
    return text


@contextmanager
def go_on(home: Path) -> Iterator[None]:
    """Let the answers that wait for it come to their end, for the length of a block."""
    (home / "go").touch()
    try:
        yield
    finally:
        (home / "go").unlink()


def asked(home: Path, question: str) -> dict[str, Any]:
    """What the stand-in was last asked with this question."""
    lines = [json.loads(line) for line in (home / "asked.jsonl").read_text("utf-8").splitlines()]
    found: dict[str, Any] = [line for line in lines if line["question"] == question][-1]
    return found
