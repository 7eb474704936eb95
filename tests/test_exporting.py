"""Conversations to take away: every footnote is there, and what others wrote stays text in any renderer."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt
from page_stand_ins import HOSTILE, KILLED, PAYLOADS, STRIKES, StandIn

from qa.history.conversation import Conversation, Exchange, Scope
from qa.history.exporting import as_json, as_markdown, exchange_markdown, exchange_text
from qa.history.markdown import escaped, escaped_lines
from qa.types import Answer

NOON = datetime(2025, 11, 30, 12, tzinfo=UTC)
START = STRIKES.text.index(KILLED)
FOOTNOTE = (
    f"[1] Strikes at sea kill 83, The Daily Record, 30 November 2025. strikes.txt, "
    f"characters {START}-{START + len(KILLED)}: “{KILLED}”"
)
HOSTILE_TEXTS = (
    *PAYLOADS,
    "# Heading\n## Another ##\n- item\n+ item\n* item\n1. one\n2) two\n> quoted",
    "    code\n\tcode\nunder\n====\nline\n---",
    "| a | b |\n|---|---|\n| 1 | 2 |",
    "[id]: http://evil.example 'x'\n[id] [^1] ![alt][id] [[wiki]] {{template}} {#id .class}",
    "~~gone~~ ==mark== ^up^ __bold__ **bold** _it_ `code` ``` \\(x\\) $x$ $$y$$ %%hidden%% :smile: ::: warning",
    "http://evil.example www.evil.example https://evil.example/?a=b&c=d mailto:a@b.example",
    "&lt;b&gt; &amp; &#60; \\& \\< \\[x](y)",
    "a\u2028# b\u2029- c\x0b> d\r1. e\r\n<b>",
    "trailing two  \nand backslash\\\nend #",
    "\u202eover\u202c half \ud800 nul \x00",
)


class _Shown(HTMLParser):
    """The tags of a page, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, _: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def shown(markdown: str) -> _Shown:
    """What a renderer makes of it that allows HTML, tables and strikes."""
    markdown.encode()
    return _Shown(MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(markdown))


def words(text: str) -> list[str]:
    return re.sub("[\x00\u202e\u202c]", "", text).replace("\ud800", "\ufffd").split()


def exchange(question: str, **changes: object) -> Exchange:
    return replace(Exchange(question, NOON, StandIn().ask(question), "answered"), **changes)  # type: ignore[arg-type]


def conversation(*exchanges: Exchange, name: str = "") -> Conversation:
    return Conversation("c" * 32, NOON, NOON, exchanges, name)


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_what_others_wrote_stays_text(text: str) -> None:
    page = shown(escaped_lines(text))
    assert set(page.tags) <= {"p", "br"}
    assert words(page.text) == words(text)
    for before in ("# ", "- ", "", "1. "):
        inside = shown(before + escaped(text))
        assert set(inside.tags) <= {"h1", "ul", "ol", "li", "p"}
        assert words(inside.text) == words(text)


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_no_renderer_that_makes_links_of_addresses_finds_one(text: str) -> None:
    assert not re.search(r"https?:|www\.|mailto:|@|\$|<|(?<!\\)[\[\]`*_#{}]", re.sub(r"&#\d+;", "", escaped(text)))


def test_plain_words_are_left_as_they_are() -> None:
    text = "At noon (12.30), “83 people” – so the U.S. said: at least 50%! And then? 1.5 to 2 – no more; it's over."
    assert escaped(text) == escaped_lines(text) == text


def test_lines_and_paragraphs_are_kept() -> None:
    assert shown(escaped_lines("one\ntwo\n\nthree")).tags == ["p", "br", "p"]


def test_a_conversation_as_markdown_has_every_question_answer_and_footnote() -> None:
    page = shown(as_markdown(conversation(exchange("How many were killed?"), exchange("And nothing?"))))
    assert page.tags.count("h2") == 2
    assert page.text.startswith("How many were killed?\n2 questions, 30 November 2025\n")
    for part in ("1. How many were killed?", "At least 83 people have been killed. [1]", FOOTNOTE, "2. And nothing?"):
        assert part in page.text
    assert "The articles do not tell." in page.text
    assert "Why: nothing in these articles speaks of it." in page.text
    assert "Nearest: Strikes at sea kill 83 (strikes.txt)" in page.text


def test_hostile_articles_questions_and_names_are_text_in_the_markdown() -> None:
    asked = exchange("hostile " + " ".join(PAYLOADS))
    page = shown(as_markdown(conversation(asked, name="<b># name</b>")))
    assert set(page.tags) <= {"h1", "h2", "p", "br", "ul", "li"}
    assert page.text.startswith("<b># name</b>")
    assert "".join(HOSTILE.text.split()) in "".join(page.text.split())
    assert set(shown(exchange_markdown(asked)).tags) <= {"p", "strong", "br", "ul", "li"}


def test_one_answer_as_markdown_and_as_plain_text_has_its_footnotes() -> None:
    asked = exchange("How many were killed?")
    assert exchange_text(asked) == (
        f"How many were killed?\n\nAt least 83 people have been killed. [1]\n\n{FOOTNOTE}\n"
    )
    page = shown(exchange_markdown(asked))
    assert page.tags == ["p", "strong", "p", "ul", "li"]
    assert FOOTNOTE in page.text


@pytest.mark.parametrize("write", [exchange_text, lambda one: shown(exchange_markdown(one)).text])
def test_what_is_to_be_known_of_an_answer_is_said(write: object) -> None:
    assert callable(write)
    flagged = write(exchange("flagged"))
    assert "The strikes ended in June. [unsupported]" in flagged
    assert "Unsupported: The strikes ended in June. (no source says June)" in flagged
    assert "Note: The index was rebuilt." in flagged
    abstained = write(exchange("unknown"))
    assert "The articles do not tell." in abstained
    assert "Why: nothing in these articles speaks of it." in abstained
    assert "Searched for: How many died in the strikes?" in write(exchange("rewritten"))
    answer = StandIn().ask("How many were killed?")
    cut_off = replace(answer, complete=False)
    assert "cut off" in write(exchange("killed", answer=cut_off))
    assert "Stopped before it was complete" in write(exchange("killed", answer=cut_off, outcome="stopped"))
    assert "[1] Strikes" in write(exchange("killed", answer=cut_off, outcome="stopped"))
    assert "on its way" in write(Exchange("killed", NOON))
    failed = write(Exchange("killed", NOON, None, "failed", "The server does not answer; start it."))
    assert "No answer: The server does not answer; start it." in failed
    scope = Scope(("strikes.txt", "b.txt"), "The Record", date(2025, 1, 2), date(2025, 3, 4))
    told = write(exchange("killed", scope=scope))
    assert "Asked only of: strikes.txt, b.txt, The Record, since 2025-01-02, until 2025-03-04" in told


def test_a_footnote_names_page_and_copies_and_leaves_out_what_is_not_known() -> None:
    answer = StandIn().ask("How many were killed?")
    (citation,) = answer.citations
    paged = replace(citation, page=3, outlet="", published=None, copies=("b.txt", "c.txt"), quote="two\n lines")
    text = exchange_text(exchange("killed", answer=replace(answer, citations=(paged,))))
    place = f"strikes.txt, page 3, characters {citation.start}-{citation.end}"
    assert f"[1] Strikes at sea kill 83. {place}: “two lines” (also in b.txt, c.txt)" in text


def test_plain_text_can_steer_no_terminal() -> None:
    answer = Answer("q", "q", "red \x1b[31m and \u202eback\ud800", seconds=1)
    text = exchange_text(Exchange("\x1b]0;title\x07?", NOON, answer, "answered"))
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f\u202e\ud800-\udfff]", text)


def test_the_json_holds_every_answer_in_its_stable_form() -> None:
    asked = exchange("How many were killed?", vote="up", comment="good\ud800", scope=Scope(since=date(2025, 1, 2)))
    text = as_json(conversation(asked, Exchange("Next?", NOON, None, "failed", "no")))
    text.encode()
    data = json.loads(text)
    first, second = data["exchanges"]
    assert data["schema_version"] == 1
    assert data["title"] == "How many were killed?"
    assert first["answer"] == json.loads(json.dumps(asked.answer.to_dict() if asked.answer else None))
    assert Answer.from_dict(first["answer"]) == asked.answer
    assert STRIKES.text[START : START + len(KILLED)] == first["answer"]["citations"][0]["quote"]
    assert (first["vote"], first["comment"], first["scope"]["since"]) == ("up", "good\ud800", "2025-01-02")
    assert (second["answer"], second["outcome"], second["message"]) == (None, "failed", "no")
