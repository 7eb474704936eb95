"""Asking on the page: the answer streams, can be stopped, asked again, edited, followed up; errors leave it usable."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from page_browser import ask, asked, go_on, last, ready, send, settled
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytest_plugins = ("page_fixtures",)
pytestmark = pytest.mark.ui
BOX = "#fn-box textarea"


def test_an_answer_is_seen_to_grow(page: Page, home: Path) -> None:
    send(page, "waiting to hear how many were killed")
    page.wait_for_selector(".fn-coming >> text=word3")
    expect(page.locator("article[aria-busy=true] .fn-question")).to_have_text("waiting to hear how many were killed")
    expect(page.locator("#fn-stop")).to_be_visible()
    expect(page.locator("#fn-send")).to_be_hidden()
    expect(page.locator(".fn-actions")).to_have_count(0)
    with go_on(home):
        settled(page)
    assert last(page).startswith("At least 83 people have been killed.")
    assert "word3" not in last(page)
    assert page.locator("#fn-status").inner_text() in ("Answer ready, 1 footnote", "Footnote 1: Strikes at sea kill 83")
    expect(page.locator("#fn-send")).to_be_visible()
    expect(page.locator("#fn-stop")).to_be_hidden()


def test_a_question_typed_while_an_answer_comes_waits_in_the_box(page: Page, home: Path) -> None:
    send(page, "waiting")
    page.wait_for_selector(".fn-coming")
    page.fill(BOX, "How many were killed?")
    page.press(BOX, "Enter")
    assert page.input_value(BOX) == "How many were killed?"
    expect(page.locator(".fn-exchange")).to_have_count(1)
    with go_on(home):
        settled(page)
    page.press(BOX, "Enter")
    page.wait_for_selector("#answer-2 a.fn-mark")
    assert page.input_value(BOX) == ""


def test_stop_keeps_what_had_come_and_leaves_the_page_usable(page: Page) -> None:
    send(page, "slow")
    page.wait_for_selector("text=word3")
    page.click("#fn-stop")
    page.wait_for_selector(".fn-stopped")
    settled(page)
    assert "word3" in last(page)
    assert "Stopped; what has no footnote was not checked." in last(page)
    shown = last(page)
    ask(page, "How many were killed?")
    expect(page.locator(".fn-said-here").first).to_have_text(shown)
    assert "At least 83" in last(page)
    expect(page.locator("#src-2-1")).to_have_count(1)


@pytest.mark.parametrize(
    ("question", "message"),
    [
        ("broken", "Something went wrong; the details are in the server's log."),
        ("unreachable", "he server does not answer; start it with `ollama serve`"),
        ("killed " * 1000, "too long"),
        ("...", "lease type a question"),
    ],
)
def test_an_error_leaves_the_text_box_usable(page: Page, question: str, message: str) -> None:
    ask(page, question)
    expect(page.locator(".fn-error[role=alert]")).to_contain_text(message)
    assert page.locator(BOX).is_enabled()
    expect(page.locator("#fn-status")).to_have_text("No answer")
    ask(page, "How many were killed?")
    assert "At least 83" in last(page)


def test_what_had_come_before_an_error_stays(page: Page) -> None:
    ask(page, "broken")
    assert last(page).startswith("The first words")


def test_nothing_is_asked_with_an_empty_box_and_shift_enter_begins_a_line(page: Page, home: Path) -> None:
    page.fill(BOX, "   ")
    page.press(BOX, "Enter")
    page.fill(BOX, "How many")
    page.press(BOX, "Shift+Enter")
    page.keyboard.type("were killed?")
    expect(page.locator(".fn-exchange")).to_have_count(0)
    page.press(BOX, "Enter")
    settled(page)
    expect(page.locator(".fn-question")).to_have_text("How many\nwere killed?")
    assert asked(home, "How many\nwere killed?")


def test_what_is_typed_after_enter_is_not_part_of_the_question(page: Page, home: Path) -> None:
    """Also when the page was too busy to look at the box before the next words came."""
    press_and_type = """([typed, more]) => {
        const box = document.querySelector("#fn-box textarea");
        const type = text => { box.value = text; box.dispatchEvent(new Event("input", { bubbles: true })); };
        type(typed);
        for (const kind of ["keydown", "keypress"]) {
            box.dispatchEvent(new KeyboardEvent(kind, { key: "Enter", bubbles: true, cancelable: true }));
        }
        type(box.value + more);
    }"""
    page.evaluate(press_and_type, [" ", "How many"])
    ask(page, "Who is Ines Falk?")
    expect(page.locator(".fn-question")).to_have_text("Who is Ines Falk?")
    page.evaluate(press_and_type, ["How many were killed?", "And where"])
    page.wait_for_selector("#answer-2 a.fn-mark")
    settled(page)
    assert asked(home, "How many were killed?")
    expect(page.locator(BOX)).to_have_value("And where")


def test_the_examples_can_be_asked(page: Page) -> None:
    page.click("#fn-examples button:has-text('Falk')")
    settled(page)
    assert "She is the captain." in last(page)
    expect(page.locator("#fn-welcome")).to_be_hidden()


def test_a_follow_up_is_offered_and_asked_with_what_was_said_before(page: Page, home: Path) -> None:
    ask(page, "Where is the ferry?")
    page.click(".fn-next button:has-text('Who is Ines Falk?')")
    page.wait_for_selector("#answer-2 a.fn-mark")
    settled(page)
    assert "She is the captain." in last(page)
    said = asked(home, "Who is Ines Falk?")["history"]
    assert [question for question, _ in said] == ["Where is the ferry?"]
    assert said[0][1].startswith("It ran aground near Lund. [1]")
    page.wait_for_function("!document.querySelector('.fn-next') || document.querySelector('#answer-2 .fn-next')")
    expect(page.locator("#answer-1 .fn-next")).to_have_count(0)


def test_where_nothing_leads_on_the_questions_to_start_with_are_offered(page: Page) -> None:
    page.wait_for_selector("#fn-examples button:has-text('Falk')")
    examples = page.locator("#fn-examples button").all_inner_texts()
    ask(page, "What is the weather on Mars?")
    page.wait_for_selector(".fn-next button")
    assert page.locator(".fn-next button").all_inner_texts() == examples


def test_a_failed_question_is_no_part_of_what_was_said(page: Page, home: Path) -> None:
    ask(page, "unreachable")
    ask(page, "How many were killed at sea?")
    assert asked(home, "How many were killed at sea?")["history"] == []


def test_asking_again_replaces_the_last_answer(page: Page, home: Path) -> None:
    ask(page, "Where is the ferry?")
    ask(page, "rewritten")
    page.click("#answer-2 >> text=Ask again")
    page.wait_for_selector("#answer-2[aria-busy=true]", state="detached")
    settled(page)
    expect(page.locator(".fn-question")).to_have_text(["Where is the ferry?", "rewritten"])
    assert [question for question, _ in asked(home, "rewritten")["history"]] == ["Where is the ferry?"]


def test_asking_an_earlier_question_again_adds_it_at_the_end(page: Page) -> None:
    ask(page, "How many were killed?")
    ask(page, "Where is the ferry?")
    page.click("#answer-1 >> text=Ask again")
    page.wait_for_selector("#answer-3 a.fn-mark")
    settled(page)
    expect(page.locator(".fn-question")).to_have_text(
        ["How many were killed?", "Where is the ferry?", "How many were killed?"]
    )


def test_the_last_question_can_be_edited_and_the_edit_given_up(page: Page) -> None:
    ask(page, "How many were killed?")
    ask(page, "Who won the cup?")
    expect(page.locator("#answer-1 .fn-edit")).to_be_hidden()
    page.click("#answer-2 .fn-edit")
    assert page.input_value(BOX) == "Who won the cup?"
    expect(page.locator("#fn-editing")).to_be_visible()
    page.click("#fn-editing button")
    assert page.input_value(BOX) == ""
    page.click("#answer-2 .fn-edit")
    page.fill(BOX, "Where is the ferry?")
    page.press(BOX, "Enter")
    page.wait_for_selector("#answer-2 a.fn-mark")
    settled(page)
    expect(page.locator(".fn-question")).to_have_text(["How many were killed?", "Where is the ferry?"])
    expect(page.locator("#fn-editing")).to_be_hidden()
    ask(page, "And who was killed?")
    expect(page.locator(".fn-exchange")).to_have_count(3)


def test_the_query_and_the_cost_of_an_answer_are_told(page: Page) -> None:
    ask(page, "rewritten")
    told = last(page)
    assert "Searched for: How many died in the strikes?" in told
    assert all(part in told for part in ("openai:any", "1,200 + 34 tokens", "0.0021"))


def test_another_model_can_be_chosen_and_stays_chosen(page: Page, home: Path) -> None:
    options = page.locator("#fn-model option")
    page.wait_for_function("document.querySelectorAll('#fn-model option').length == 2")
    expect(options.first).to_have_text("exact quotes, no language model")
    page.select_option("#fn-model", "openai:other")
    page.wait_for_selector("#fn-model-state[data-state=unreachable]")
    ask(page, "How many were killed by now?")
    assert asked(home, "How many were killed by now?")["model"] == "openai:other"
    page.reload()
    ready(page)
    page.wait_for_function("document.querySelector('#fn-model').value == 'openai:other'")


def test_the_new_question_comes_to_the_top_and_stays_there_with_its_answer(page: Page) -> None:
    ask(page, "Where is the ferry?")
    page.wait_for_selector(".fn-next")
    for turn, question in ((2, "Tell me the whole report"), (3, "How many were killed?")):
        ask(page, question)
        page.wait_for_timeout(1000)
        from_top = page.evaluate(
            "turn => document.querySelector(`#answer-${turn}`).getBoundingClientRect().top"
            " - document.querySelector('#fn-scroll').getBoundingClientRect().top",
            turn,
        )
        assert 0 <= from_top < 40, question


def test_the_keyboard_shortcuts_are_told(page: Page) -> None:
    page.click("#fn-keys")
    expect(page.locator("#fn-help")).to_be_visible()
    expect(page.locator("#fn-help")).to_contain_text("next, the previous quote")
    page.keyboard.press("Escape")
    expect(page.locator("#fn-help")).to_be_hidden()
