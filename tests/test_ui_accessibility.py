"""What axe-core finds in the states of the page: nothing that is serious or critical, in light and dark."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from page_browser import ask, opened, ready
from page_stand_ins import Served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytest_plugins = ("page_fixtures",)
pytestmark = pytest.mark.ui
GRAVE = ("serious", "critical")
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 800}, "has_touch": True, "is_mobile": True}


def welcome(page: Page) -> None:
    page.wait_for_selector("#fn-examples button")


def answered(page: Page) -> None:
    ask(page, "Where is the ferry?")
    page.click("a.fn-mark")
    page.wait_for_selector("#fn-read-text mark.fn-current")
    page.wait_for_selector(".fn-next button")


def in_doubt(page: Page) -> None:
    for question in ("flagged", "Do they differ?", "broken"):
        ask(page, question)
    page.click(".fn-votes button >> nth=0")
    page.wait_for_selector(".fn-why input")


def abstained(page: Page) -> None:
    ask(page, "Who won the cup?")


def articles(page: Page) -> None:
    page.click("[data-view-of=articles]")
    page.wait_for_selector("#fn-rows > li")
    page.check("[data-source='strikes.txt'] input")


def drawer(page: Page) -> None:
    ask(page, "How many were killed?")
    page.click("#fn-menu")
    page.wait_for_selector("#fn-list a:visible")


def shortcuts(page: Page) -> None:
    page.click("#fn-keys")


def grave(page: Page) -> list[str]:
    """What axe-core calls serious or critical, each with its places."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {node['target']} {node.get('failureSummary', '')}"
        for one in found
        if one["impact"] in GRAVE
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("state", [welcome, answered, in_doubt, abstained, articles, shortcuts])
def test_axe_finds_nothing_grave(page: Page, state: Callable[[Page], None], scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.reload()
    ready(page)
    assert page.evaluate("document.body.classList.contains('dark')") is (scheme == "dark")
    state(page)
    assert grave(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("state", [drawer, answered, articles])
def test_axe_finds_nothing_grave_on_a_phone(
    browser: Browser, stand_in: Served, state: Callable[[Page], None], scheme: str
) -> None:
    with opened(browser, stand_in, color_scheme=scheme, **PHONE) as page:
        state(page)
        assert grave(page) == []
