"""What the page keeps: conversations to reload, search, name, take away and delete, and votes; each visitor's own."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from page_browser import Watch, ask, go_on, last, opened, ready, send, settled
from page_stand_ins import KILLED, Served
from playwright.sync_api import expect

from qa.history.feedback import read_feedback

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Dialog, Page

pytest_plugins = ("page_fixtures",)
pytestmark = pytest.mark.ui
CLIPBOARD = ["clipboard-read", "clipboard-write"]


def titles(page: Page) -> list[str]:
    """The conversations in the list, the last one first."""
    return [link.inner_text().partition("\n")[0] for link in page.locator("#fn-list a").all()]


def listed(page: Page, *wanted: str) -> None:
    """Wait until exactly these conversations are listed."""
    page.wait_for_function(
        "wanted => JSON.stringify([...document.querySelectorAll('#fn-list a')].map(a => a.firstChild.textContent))"
        " == JSON.stringify(wanted)",
        arg=list(wanted),
    )


def new(page: Page) -> None:
    page.click("#fn-new")
    page.wait_for_selector("#fn-welcome:visible")


def told(page: Page) -> str:
    """What the page says in passing."""
    page.wait_for_selector(".fn-toast")
    return page.locator(".fn-toast span").inner_text()


def test_a_reload_finds_the_conversation(page: Page) -> None:
    ask(page, "How many were killed?")
    ask(page, "Where is the ferry?")
    address = page.url
    assert re.search(r"\?c=[0-9a-f]{32}$", address)
    page.reload()
    ready(page)
    page.wait_for_selector("#answer-2 .fn-actions")
    assert page.url == address
    expect(page.locator(".fn-question")).to_have_text(["How many were killed?", "Where is the ferry?"])
    assert page.title() == "How many were killed? · Footnote"
    expect(page.locator("#fn-list a[aria-current=page]")).to_have_text("How many were killed?")
    page.click("#answer-1 a.fn-mark")
    page.wait_for_selector("#fn-read-text mark.fn-current")
    expect(page.locator("#fn-read-text mark")).to_have_text(KILLED)
    ask(page, "Who is Falk?")
    expect(page.locator(".fn-exchange")).to_have_count(3)


def test_a_reload_in_the_middle_of_an_answer_goes_on_with_it(page: Page, home: Path) -> None:
    send(page, "waiting to hear of the ferry")
    page.wait_for_selector(".fn-coming >> text=word3")
    page.reload()
    ready(page)
    page.wait_for_selector("body.fn-busy #answer-1 .fn-coming")
    seen = len(page.locator(".fn-said-here").inner_text())
    page.wait_for_function("seen => document.querySelector('.fn-said-here').innerText.length > seen", arg=seen)
    with go_on(home):
        settled(page)
    assert last(page).startswith("It ran aground near Lund.")
    expect(page.locator(".fn-exchange")).to_have_count(1)
    expect(page.locator(".fn-note")).to_have_count(3)


def test_an_answer_can_be_stopped_after_a_reload(page: Page) -> None:
    send(page, "slow")
    page.wait_for_selector("text=word3")
    page.reload()
    ready(page)
    page.wait_for_selector("body.fn-busy .fn-coming")
    page.click("#fn-stop")
    page.wait_for_selector(".fn-stopped")
    settled(page)


def test_a_conversation_left_while_its_answer_came_is_complete_when_it_is_opened_again(page: Page, home: Path) -> None:
    send(page, "waiting to hear who was killed")
    page.wait_for_selector(".fn-coming")
    new(page)
    ask(page, "Where is the ferry?")
    expect(page.locator(".fn-exchange")).to_have_count(1)
    listed(page, "Where is the ferry?", "waiting to hear who was killed")
    with go_on(home):
        page.click("#fn-list a:has-text('waiting')")
        settled(page)
    assert last(page).startswith("At least 83 people have been killed.")
    assert "word" not in last(page)


def test_back_and_forward_move_between_conversations(page: Page) -> None:
    ask(page, "How many were killed?")
    new(page)
    ask(page, "Where is the ferry?")
    page.go_back()
    page.wait_for_selector(".fn-question:has-text('killed')")
    expect(page.locator(".fn-exchange")).to_have_count(1)
    page.go_forward()
    page.wait_for_selector(".fn-question:has-text('ferry')")
    expect(page.locator("#fn-list a[aria-current=page]")).to_have_text("Where is the ferry?")


def test_conversations_are_searched_by_their_words(page: Page) -> None:
    ask(page, "How many were killed?")
    new(page)
    ask(page, "Where is the ferry?")
    listed(page, "Where is the ferry?", "How many were killed?")
    page.fill("#fn-find", "aground lund")
    listed(page, "Where is the ferry?")
    expect(page.locator("#fn-list a small")).to_contain_text("aground")
    page.fill("#fn-find", "no such words")
    page.wait_for_selector("#fn-none:has-text('No conversation holds these words.')")
    page.fill("#fn-find", "")
    listed(page, "Where is the ferry?", "How many were killed?")
    page.click("#fn-list a:has-text('killed')")
    page.wait_for_selector(".fn-question:has-text('killed')")


def test_a_conversation_gets_a_name(page: Page) -> None:
    ask(page, "How many were killed?")
    page.once("dialog", lambda dialog: dialog.accept("  The <b>strikes</b> "))
    page.click("#fn-rename")
    listed(page, "The <b>strikes</b>")
    assert page.title() == "The <b>strikes</b> · Footnote"
    page.reload()
    ready(page)
    listed(page, "The <b>strikes</b>")


@pytest.mark.parametrize("kind", ["md", "json"])
def test_a_conversation_can_be_saved(page: Page, kind: str) -> None:
    ask(page, "How many were killed?")
    with page.expect_download() as saving:
        page.click(f"#fn-export-{kind}")
    saved = Path(saving.value.path()).read_text("utf-8")
    assert saving.value.suggested_filename == f"How many were killed_.{kind}"
    if kind == "json":
        answer = json.loads(saved)["exchanges"][0]["answer"]
        assert answer["citations"][0]["quote"] == KILLED
    else:
        assert KILLED in saved
        assert "strikes.txt" in saved


def test_a_conversation_is_deleted_only_when_it_is_confirmed(page: Page) -> None:
    ask(page, "How many were killed?")
    new(page)
    ask(page, "Where is the ferry?")
    page.once("dialog", lambda dialog: dialog.dismiss())
    page.click("#fn-delete")
    listed(page, "Where is the ferry?", "How many were killed?")
    page.once("dialog", lambda dialog: dialog.accept())
    page.click("#fn-delete")
    listed(page, "How many were killed?")
    page.wait_for_selector("#fn-welcome:visible")
    assert "c=" not in page.url


def test_all_conversations_are_deleted_at_once(page: Page, browser: Browser, stand_in: Served) -> None:
    with opened(browser, stand_in) as other:
        ask(other, "How many were killed?")
        for question in ("How many were killed?", "Where is the ferry?"):
            new(page)
            ask(page, question)
        said: list[str] = []

        def confirm(dialog: Dialog) -> None:
            said.append(dialog.message)
            dialog.accept()

        page.once("dialog", confirm)
        page.click("#fn-forget")
        page.wait_for_selector("#fn-none:has-text('No conversations yet.')")
        assert said == ["Delete all your conversations? This cannot be undone."]
        page.reload()
        ready(page)
        assert titles(page) == []
        other.reload()
        ready(other)
        listed(other, "How many were killed?")


def test_a_vote_with_a_comment_is_kept_and_can_be_taken_back(page: Page, home: Path) -> None:
    ask(page, "How many were killed in total?")
    down = page.locator(".fn-votes button[aria-label='This answer did not help']")
    down.click()
    page.wait_for_selector(".fn-why input:focus")
    page.keyboard.type("The number is old. <b>")
    page.keyboard.press("Enter")
    assert told(page) == "Thank you; it is kept on this server."
    expect(down).to_have_attribute("aria-pressed", "true")
    rated = read_feedback(home / "index" / "feedback.jsonl").rated[-1]
    assert (rated.vote, rated.comment, rated.question) == (
        "down",
        "The number is old. <b>",
        "How many were killed in total?",
    )
    page.reload()
    ready(page)
    page.click(".fn-votes button[aria-pressed=true]")
    page.wait_for_selector(".fn-votes button[aria-pressed=true]", state="detached")
    assert all(one.question != rated.question for one in read_feedback(home / "index" / "feedback.jsonl").rated)


def test_an_answer_is_copied_with_its_footnotes(browser: Browser, stand_in: Served) -> None:
    with opened(browser, stand_in, permissions=CLIPBOARD) as page:
        ask(page, "How many were killed?")
        page.click(".fn-actions >> text='Copy'")
        assert told(page) == "Answer copied, with its footnotes."
        copied = page.evaluate("navigator.clipboard.readText()")
        assert "At least 83 people have been killed. [1]" in copied
        assert KILLED in copied
        page.click(".fn-actions >> text='Copy as Markdown'")
        page.wait_for_selector(".fn-toast:has-text('Answer as Markdown copied')")
        markdown = page.evaluate("navigator.clipboard.readText()")
        assert markdown.startswith("**How many were killed?**")
        assert KILLED in markdown


def test_an_address_leads_to_its_answer(browser: Browser, stand_in: Served) -> None:
    with opened(browser, stand_in) as page:
        ask(page, "Tell me the whole report")
        ask(page, "How many were killed?")
        again = page.context.new_page()
        again.goto(f"{page.url}#answer-1")
        again.wait_for_selector("#answer-2 .fn-actions")
        again.wait_for_function(
            "Math.abs(document.querySelector('#answer-1').getBoundingClientRect().top"
            " - document.querySelector('#fn-scroll').getBoundingClientRect().top) < 100"
        )


def test_a_shared_answer_is_read_and_gone_on_from_by_another_visitor(browser: Browser, stand_in: Served) -> None:
    with opened(browser, stand_in, permissions=CLIPBOARD) as page:
        ask(page, "Tell me the whole report")
        ask(page, "How many were killed?")
        page.click("#answer-2 .fn-actions >> text='Share'")
        assert told(page).startswith("Link copied. Whoever may open this page can read this answer with it, until you")
        link = page.evaluate("navigator.clipboard.readText()")
        shared = link.partition("?c=")[2]
        with opened(browser, stand_in, path=f"ui/?c={shared}", permissions=CLIPBOARD) as other:
            expect(other.locator(".fn-exchange")).to_have_count(1)
            expect(other.locator("#fn-shared")).to_be_visible()
            expect(other.locator(".fn-said-here")).to_contain_text("At least 83 people have been killed.")
            for hidden in ("#fn-rename", "#fn-delete", ".fn-votes"):
                expect(other.locator(hidden).first).not_to_be_visible()
            other.click(".fn-said-here a")
            expect(other.locator("#fn-read mark.fn-current")).to_have_text(KILLED)
            other.click(".fn-actions >> text='Share'")
            other.wait_for_selector(".fn-toast:has-text('Link copied')")
            assert other.evaluate("navigator.clipboard.readText()").endswith(f"?c={shared}")
            ask(other, "And how many were killed?")
            expect(other.locator("#fn-shared")).not_to_be_visible()
            expect(other.locator("#fn-rename")).to_be_visible()
            expect(other.locator(".fn-exchange")).to_have_count(2)
            listed(other, "How many were killed?")
            other.reload()
            expect(other.locator(".fn-exchange .fn-votes")).to_have_count(2)
            other.go_back()
            expect(other.locator("#fn-shared")).to_be_visible()
            expect(other.locator(".fn-exchange")).to_have_count(1)
        page.on("dialog", lambda dialog: dialog.accept())
        page.click("#fn-delete")
        expect(page.locator(".fn-exchange")).to_have_count(0)
        watch = Watch(stand_in.address, expected={404})
        with opened(browser, stand_in, watch, path=f"ui/?c={shared}") as third:
            assert told(third) == "this conversation is not there; it may have been deleted"


def test_two_visitors_see_nothing_of_each_other(page: Page, browser: Browser, stand_in: Served) -> None:
    ask(page, "How many were killed?")
    conversation = page.url.partition("?c=")[2]
    watch = Watch(stand_in.address, expected={404})
    with opened(browser, stand_in, watch, path=f"ui/?c={conversation}") as other:
        assert told(other) == "this conversation is not there; it may have been deleted"
        expect(other.locator(".fn-exchange")).to_have_count(0)
        assert titles(other) == []
        assert "c=" not in other.url
        expect(other.locator("#fn-welcome")).to_be_visible()
        cookies = {cookie["name"]: cookie["value"] for cookie in other.context.cookies()}
        place = f"{stand_in.address}/page/conversations/{conversation}"
        for path in ("", "/export.md", "/export.json", "/answers/1.md", "/answers/1/sources/1"):
            stolen = httpx.get(place + path, cookies=cookies)
            assert stolen.status_code == 404, path
            assert KILLED not in stolen.text
        assert httpx.delete(place, cookies=cookies).status_code == 404
    page.reload()
    ready(page)
    page.wait_for_selector("#answer-1 .fn-actions")


def test_nobody_can_follow_or_go_on_with_anothers_conversation(
    page: Page, browser: Browser, stand_in: Served, home: Path
) -> None:
    send(page, "waiting for the secret ferry")
    page.wait_for_selector(".fn-coming >> text=word3")
    conversation = page.url.partition("?c=")[2]
    going_on = {"question": "killed", "conversation": conversation, "turn": 0, "model": "", "scope": {}}
    with opened(browser, stand_in) as other:
        other.evaluate("window.frames_seen = []; window.footnote.draw = (frame) => frame && frames_seen.push(frame)")
        for seen, order in enumerate(({"follow": conversation}, going_on), 1):
            other.evaluate(
                "order => { window.footnote.takeOrder = () => order; document.querySelector('#fn-go').click(); }", order
            )
            other.wait_for_function("seen => frames_seen.length == seen", arg=seen)
        frames = other.evaluate("frames_seen")
    assert [frame["outcome"] for frame in frames] == ["failed", "failed"]
    assert all("this conversation is not there" in frame["answer"] for frame in frames)
    expect(page.locator(".fn-coming")).to_have_count(1)
    with go_on(home):
        settled(page)
    expect(page.locator(".fn-exchange")).to_have_count(1)
