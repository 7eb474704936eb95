"""Questions and answers as safe HTML: every character of an article, a question or a model is text, never markup.

Each piece is one line of HTML: Markdown, which the chat display reads, leaves a line that opens with a block tag alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from qa.inert import LINE_ENDS, plain, with_line_breaks
from qa.marks import UNSUPPORTED
from qa.terminal import receipt
from qa.types import Answer, Claim, Reason

REASONS: dict[Reason, str] = {
    "": "",
    "not_in_corpus": "None of the articles speaks about this.",
    "fact_missing": "The articles come close, but none states what was asked.",
    "unsupported": "A draft was written, but the articles do not back it, so it is not shown.",
    "model_failed": "The language model failed before it could answer.",
}
_MARK = re.compile(r"[ \t\u00a0]*\[(\d{1,4})\]")
_BOLD = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*")
_ITEM = re.compile(r"[ \t]*(?:([-*•])|\d{1,3}[.)])[ \t]+(?=\S)")
_HEADING = re.compile(r"[ \t]*#{1,6}[ \t]+(?=\S)")
_UNSUPPORTED = re.compile(re.escape(UNSUPPORTED))
_TITLE_CHARACTERS = 300


class _Flag(NamedTuple):
    start: int
    end: int
    why: str


def render_question(question: str) -> str:
    """What the user asked."""
    return f'<div class="fn-question" dir="auto">{with_line_breaks(question.strip())}</div>'


def render_waiting() -> str:
    """What stands in the place of an answer of which nothing has come."""
    return '<div class="fn-answer fn-waiting"><p>Reading the articles<span class="fn-dots"></span></p></div>'


def render_draft(so_far: Answer, turn: int) -> str:
    """What has come so far; the footnotes of complete sentences are settled and lead to their quotes."""
    if not so_far.text.strip():
        return render_waiting()
    return f'<div class="fn-answer fn-coming">{_text(so_far, turn)}</div>'


def render_answer(answer: Answer, turn: int) -> str:
    """A complete answer; its footnotes link to `#src-TURN-NUMBER`."""
    if answer.abstained:
        return _abstention(answer)
    after = _flag_notes(answer) + _notices(_told(answer)) + _receipt(answer)
    return f'<div class="fn-answer">{_text(answer, turn)}{after}</div>'


def _text(answer: Answer, turn: int) -> str:
    """The text of an answer, whole or on its way: its footnotes are links, its unsupported claims are underlined."""
    links = {citation.number: _link(turn, citation.number, citation.quote) for citation in answer.citations}
    return _blocks(answer.text, tuple(_flags(answer.text, answer.claims)), links)


def render_failure(message: str, so_far: Answer, turn: int) -> str:
    """An error in words, after what had come before it."""
    before = _text(so_far, turn) if so_far.text.strip() else ""
    return f'<div class="fn-answer fn-failed">{before}<p class="fn-error" role="alert">{plain(message)}</p></div>'


def render_stopped(so_far: Answer, turn: int) -> str:
    """What had come when the user stopped the answer; its settled footnotes still lead to their quotes."""
    before = _text(so_far, turn) if so_far.text.strip() else ""
    notice = "Stopped; what has no footnote was not checked." if so_far.citations else "Stopped before it was checked."
    return f'<div class="fn-answer fn-stopped">{before}<p class="fn-notice">{notice}</p></div>'


def _abstention(answer: Answer) -> str:
    nearest = "".join(
        f'<li><button type="button" class="fn-near" data-source="{plain(near.source)}">'
        f'<span dir="auto">{plain(near.title or near.source)}</span></button> <small>{plain(near.source)}</small></li>'
        for near in answer.nearest[:3]
    )
    listed = f'<p class="fn-label">Nearest articles</p><ul class="fn-nearest">{nearest}</ul>' if nearest else ""
    reason = f"<p>{plain(REASONS[answer.reason])}</p>" if REASONS[answer.reason] else ""
    return (
        f'<div class="fn-answer fn-abstained"><p class="fn-label">No answer</p>'
        f'<p class="fn-verdict" dir="auto">{plain(answer.text)}</p>{reason}{listed}{_notices(_told(answer))}</div>'
    )


def _link(turn: int, number: int, quote: str) -> str:
    hover = plain(quote if len(quote) <= _TITLE_CHARACTERS else quote[:_TITLE_CHARACTERS].rstrip() + "…")
    return f'<a class="fn-mark" href="#src-{turn}-{number}" aria-label="Footnote {number}: “{hover}”">{number}</a>'


def _flags(text: str, claims: tuple[Claim, ...]) -> Iterator[_Flag]:
    """Where the unsupported claims stand; claims are in the text in their order."""
    after = 0
    for claim in claims:
        start = text.find(claim.text, after) if claim.text else -1
        if start < 0:
            continue
        after = start + len(claim.text)
        if claim.verdict == "unsupported":
            yield _Flag(start, after, claim.why or "not found in the articles")


def _blocks(text: str, flags: tuple[_Flag, ...], links: dict[int, str]) -> str:
    """Paragraphs, lists, headings and bold; no other Markdown is read."""
    parts: list[str] = []
    open_list = ""
    for start, end in _lines(text):
        marker = _ITEM.match(text, start, end)
        kind = ("ul" if marker[1] else "ol") if marker else ""
        if kind != open_list:
            parts.append((f"</{open_list}>" if open_list else "") + (f"<{kind}>" if kind else ""))
            open_list = kind
        heading = _HEADING.match(text, start, end)
        tag = "li" if marker else "h4" if heading else "p"
        match = marker or heading
        parts.append(
            f'<{tag} dir="auto">{_inline(text, (match.end() if match else start, end), flags, links=links)}</{tag}>'
        )
    return "".join(parts) + (f"</{open_list}>" if open_list else "")


def _lines(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for end in [*(match.start() for match in LINE_ENDS.finditer(text)), len(text)]:
        if text[start:end].strip():
            yield start, end
        start = end + 1


def _inline(text: str, line: tuple[int, int], flags: tuple[_Flag, ...], *, links: dict[int, str]) -> str:
    done, end = line
    parts: list[str] = []
    for flag in flags:
        start, stop = max(flag.start, done), min(flag.end, end)
        if start < stop:
            parts.append(_with_marks(text[done:start], links))
            flagged = _with_marks(text[start:stop], links)
            parts.append(
                f'<span class="fn-flagged" tabindex="0" title="Not supported: {plain(flag.why)}">{flagged}</span>'
            )
            done = stop
    return "".join(parts) + _with_marks(text[done:end], links)


def _with_marks(text: str, links: dict[int, str]) -> str:
    parts: list[str] = []
    done = 0
    for mark in _MARK.finditer(text):
        number = int(mark[1])
        if links and number not in links:
            continue
        parts.append(_bold(text[done : mark.start()]))
        parts.append(links.get(number) or f'<span class="fn-mark fn-unchecked">{number}</span>')
        done = mark.end()
    return "".join(parts) + _bold(text[done:])


def _bold(text: str) -> str:
    return _UNSUPPORTED.sub(f'<span class="fn-unsupported">{UNSUPPORTED[1:-1]}</span>', _with_bold(text))


def _with_bold(text: str) -> str:
    return _BOLD.sub(r"<strong>\1</strong>", plain(text)).replace("**", "")


def _flag_notes(answer: Answer) -> str:
    whys = dict.fromkeys(flag.why for flag in _flags(answer.text, answer.claims))
    return "".join(
        f'<p class="fn-flag-note">Underlined, not supported by the articles: {plain(why)}</p>' for why in whys
    )


def _told(answer: Answer) -> tuple[str, ...]:
    cut = () if answer.complete else ("The answer was cut off; this is what had come.",)
    searched = () if answer.query == answer.question else (f"Searched for: {answer.query}",)
    removed = (
        f"{answer.marks_removed} invented footnote{'' if answer.marks_removed == 1 else 's'} of the model removed."
    )
    return (*searched, *cut, *((removed,) if answer.marks_removed else ()), *answer.notices)


def _notices(notices: tuple[str, ...]) -> str:
    return "".join(f'<p class="fn-notice">{plain(notice)}</p>' for notice in dict.fromkeys(notices))


def _receipt(answer: Answer) -> str:
    articles = len({citation.source for citation in answer.citations})
    stands = f", told {answer.told_in}" if answer.told_in else f" from {_count(articles, 'article')}"
    told = f"{_count(len(answer.citations), 'footnote')}{stands}" if answer.citations else "No footnotes"
    spent = f" · {plain(receipt(answer))}" if answer.model != "extractive" else ""
    return f'<p class="fn-receipt">{told}{spent}</p>'


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
