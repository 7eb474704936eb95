"""Hostile words on the page, whoever sends them, stay words; so do those of other scripts and of great length."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from page_articles import ARABIC, JAPANESE
from page_browser import Watch, ask, last, ready, settled
from page_stand_ins import HOSTILE, PAYLOADS, StandIn
from playwright.sync_api import expect

from qa.history.conversations import Conversation, Conversations, Exchange
from qa.places import conversations_folder
from qa.settings import load_settings

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytest_plugins = ("page_fixtures",)
pytestmark = pytest.mark.ui
EVERYTHING = " ".join(PAYLOADS).replace("\n", " ")
LIVE = (
    "img, iframe, object, embed, svg, style, script, link, meta, base, template, math, table, "
    "form:not(.fn-why, #fn-leave)"
)


def harmless(page: Page) -> None:
    """In all parts of the page, nothing has become live, and nothing leads away."""
    page.wait_for_function("() => true")
    live = page.evaluate(
        "live => [...document.querySelectorAll('#fn-app *')].filter(one => one.matches(live)"
        " && !one.closest('#fn-ask')).map(one => one.outerHTML.slice(0, 200))",
        LIVE,
    )
    assert live == []
    handlers = page.evaluate(
        "[...document.querySelectorAll('#fn-app *')].filter(one => [...one.attributes]"
        ".some(a => a.name.startsWith('on'))).map(one => one.outerHTML.slice(0, 200))"
    )
    assert handlers == []
    links = page.eval_on_selector_all("#fn-app a[href]", "all => all.map(one => one.getAttribute('href'))")
    assert all(link.startswith(("#src-", "?c=")) for link in links), links
    assert page.evaluate("window.hacked") is None


def open_as(page: Page, home: Path, conversation: Conversation) -> None:
    """Keep a conversation of this visitor, and open it."""
    visitor = next(one["value"] for one in page.context.cookies() if one["name"] == "footnote_visitor")
    settings = load_settings(corpus_dir=home / "articles", index_dir=home / "index")
    Conversations(conversations_folder(settings)).save(visitor, conversation)
    page.goto(f"{page.url.partition('?')[0]}?c={conversation.id}")
    ready(page)
    page.wait_for_selector(f"#answer-{len(conversation.exchanges)} .fn-actions")


def test_hostile_questions_and_articles_stay_text(page: Page) -> None:
    ask(page, "hostile " + "\n".join(PAYLOADS))
    assert "<script>window.hacked = 1</script>" in last(page)
    expect(page.locator(".fn-question")).to_contain_text("<script>window.hacked = 1</script>")
    page.click("a.fn-mark")
    page.wait_for_selector("#fn-read-text mark.fn-current >> nth=0")
    expect(page.locator("#fn-read-title")).to_have_text(HOSTILE.title)
    expect(page.locator("#fn-read-facts")).to_have_text(HOSTILE.outlet)
    expect(page.locator("#fn-read-file")).to_have_text(HOSTILE.source)
    assert "".join(page.locator("#fn-read-text").inner_text().split()) == "".join(HOSTILE.text.split())
    page.focus("a.fn-mark")
    page.hover(".fn-question")
    page.hover("a.fn-mark")
    page.wait_for_selector("#fn-card:visible")
    harmless(page)


def test_hostile_files_stay_text_in_the_list_and_above_the_question(page: Page) -> None:
    page.click("[data-view-of=articles]")
    row = page.locator("#fn-rows > li:has-text('window.hacked')")
    expect(row.locator(".fn-open")).to_have_text(HOSTILE.title)
    expect(row.locator(".fn-file")).to_have_text(HOSTILE.source)
    row.locator("input").check()
    page.select_option("#fn-outlet", HOSTILE.outlet)
    page.wait_for_function("document.querySelectorAll('#fn-rows > li').length == 1")
    expect(page.locator("#fn-scope .fn-chip > span")).to_have_text([HOSTILE.source, HOSTILE.outlet])
    harmless(page)
    row.locator(".fn-open").click()
    page.wait_for_selector("#fn-read:visible")
    harmless(page)


def test_payloads_stay_text_wherever_they_are_kept(page: Page, home: Path) -> None:
    now = datetime.now(UTC)
    kept: list[Exchange] = []
    for payload in PAYLOADS:
        answer = replace(StandIn().ask("hostile"), notices=(payload,), query=payload)
        kept.append(Exchange(f"{payload}\nhostile", now, answer, "answered", comment=payload))
        kept.append(Exchange(payload, now, outcome="failed", message=payload))
        kept.append(Exchange("q", now, replace(StandIn().ask("q"), text=payload, notices=(payload,)), "answered"))
    open_as(page, home, Conversation(uuid4().hex, now, now, tuple(kept), name=EVERYTHING))
    page.wait_for_function("start => document.title.startsWith(start)", arg=PAYLOADS[0])
    page.wait_for_function(
        "start => document.querySelector('#fn-list a')?.textContent.startsWith(start)", arg=PAYLOADS[0]
    )
    for turn, payload in enumerate(PAYLOADS):
        shown = page.locator(f"#answer-{3 * turn + 2}").text_content() or ""
        assert "".join(shown.split()).count("".join(payload.split())) == 2
    page.click("#answer-1 a.fn-mark")
    page.wait_for_selector("#fn-read-text mark.fn-current >> nth=0")
    harmless(page)


def test_a_hostile_name_search_and_comment_stay_text(page: Page) -> None:
    ask(page, "How many were killed?")
    page.once("dialog", lambda dialog: dialog.accept(EVERYTHING[:150]))
    page.click("#fn-rename")
    page.wait_for_selector("#fn-list a:has-text('window.hacked')")
    page.fill("#fn-find", "<script>window.hacked")
    page.wait_for_selector("#fn-list a")
    page.click(".fn-votes button >> nth=1")
    page.fill(".fn-why input", EVERYTHING[:500])
    page.press(".fn-why input", "Enter")
    page.wait_for_selector(".fn-toast")
    harmless(page)


def test_hostile_addresses_open_and_ask_nothing(page: Page, watch: Watch) -> None:
    start = page.url.partition("?")[0]
    for strange in ("../../etc/passwd", "<img src=x onerror=alert()>", "a" * 32 + "/export.md", "../articles?"):
        page.goto(start + "?c=" + "".join(f"%{byte:02x}" for byte in strange.encode()) + "#<img src=x>")
        ready(page)
        harmless(page)
        expect(page.locator(".fn-exchange")).to_have_count(0)
        expect(page.locator("#fn-welcome")).to_be_visible()
    asked = [urlsplit(url).path for url in watch.asked]
    assert not [path for path in asked if "passwd" in path or path.startswith("/page/articles") or "export" in path]


def test_text_from_right_to_left_runs_so(page: Page) -> None:
    ask(page, "أين العبارة؟")
    assert "تم إجلاء 212 راكبا." in last(page)

    def direction(selector: str) -> str:
        found: str = page.locator(selector).first.evaluate("one => getComputedStyle(one).direction")
        return found

    page.click("a.fn-mark")
    page.wait_for_selector("#fn-read-text mark.fn-current")
    expect(page.locator("#fn-read-text mark")).to_have_text("وتم إجلاء 212 راكبا قبل الظهر.")
    expect(page.locator("#fn-read-title")).to_have_text(ARABIC.title)
    for selector in (".fn-question", ".fn-answer p", "#src-1-1 .fn-title", "#fn-read-text p", "#fn-list a"):
        assert direction(selector) == "rtl", selector
    page.fill("#fn-box textarea", "أين")
    assert direction("#fn-box textarea") == "rtl"
    ask(page, "How many were killed?")
    assert direction("#answer-2 .fn-question") == "ltr"


def test_text_of_other_scripts_and_emoji_is_marked_exactly(page: Page) -> None:
    ask(page, "フェリーはどこ？ 🛳️👨‍👩‍👧‍👦")
    expect(page.locator(".fn-question")).to_have_text("フェリーはどこ？ 🛳️👨‍👩‍👧‍👦")
    assert "乗客212人は全員上陸した。👨‍👩‍👧‍👦" in last(page)
    page.click("a.fn-mark")
    page.wait_for_selector("#fn-read-text mark.fn-current")
    expect(page.locator("#fn-read-text mark")).to_have_text("乗客212人は正午までに全員上陸した。👨‍👩‍👧‍👦")
    expect(page.locator("#fn-read-title")).to_have_text(JAPANESE.title)
    expect(page.locator("#fn-read-file")).to_have_text("日本語.txt")


def test_a_conversation_of_a_hundred_turns_stays_usable(page: Page, home: Path) -> None:
    now = datetime.now(UTC)
    told = [StandIn().ask(question) for question in ("killed", "Where is the ferry?", "Tell me the whole report")]
    asked = tuple(
        Exchange(f"Question {number}?", now + timedelta(seconds=number), told[number % 3], "answered")
        for number in range(1, 101)
    )
    open_as(page, home, Conversation("1" * 32, now, now, asked))
    page.wait_for_function(
        "(() => { const box = document.querySelector('#answer-100 .fn-actions').getBoundingClientRect();"
        " return box.top > 0 && box.bottom < document.querySelector('#fn-ask').getBoundingClientRect().top; })()"
    )
    expect(page.locator("#answer-100 .fn-question")).to_be_visible()
    ask(page, "How many were killed?")
    expect(page.locator(".fn-exchange")).to_have_count(101)
    assert "At least 83" in last(page)
    page.click("#answer-100 a.fn-mark >> nth=0")
    page.wait_for_function("document.querySelector('#fn-read-where').textContent.startsWith('Footnote 1 ')")
    with page.expect_download() as saving:
        page.click("#fn-export-json")
    assert len(json.loads(Path(saving.value.path()).read_text("utf-8"))["exchanges"]) == 101


def test_typing_stays_quick_below_a_very_long_answer(page: Page) -> None:
    ask(page, "Tell me the whole report")
    expect(page.locator(".fn-note")).to_have_count(40)
    page.focus("#fn-box textarea")
    page.keyboard.type("How many were killed in all the strikes of this year?")
    assert page.input_value("#fn-box textarea") == "How many were killed in all the strikes of this year?"
    page.keyboard.press("Enter")
    page.wait_for_selector("#answer-2 a.fn-mark")
    settled(page)
    expect(page.locator("#answer-2 .fn-question")).to_be_visible()
