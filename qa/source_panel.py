"""The panel of sources as safe HTML: for each footnote its article, and the passage with the quote marked."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from qa.rendering import plain, with_line_breaks
from qa.types import Answer, Citation
from vectorstore.errors import UserError
from vectorstore.furniture import paragraphs
from vectorstore.types import Article, Span

_MOST_AROUND = 500
"""Characters of its paragraph shown on each side of a quote."""
_MOST_COPIES = 5


def render_sources(answer: Answer, turn: int, find_article: Callable[[str], Article]) -> str:
    """The sources of one answer; `find_article` gives the article of a source and may raise UserError."""
    texts = {source: _text(source, find_article) for source in {citation.source for citation in answer.citations}}
    entries = "".join(_entry(citation, turn, texts[citation.source]) for citation in answer.citations)
    asked = f'<p class="fn-asked" dir="auto">{plain(answer.question[:300])}</p>'
    empty = '<p class="fn-empty">No sources: the articles do not tell.</p>'
    return f'<section class="fn-sources" id="sources-{turn}">{asked}{entries or empty}</section>'


def render_panel(sections: Sequence[str]) -> str:
    """The whole panel: the last answer's sources are shown, those of earlier ones when their footnotes are followed."""
    hint = '<p class="fn-empty">The passages behind an answer appear here, each with its quote marked.</p>'
    earlier = "".join(section.replace("<section ", "<section hidden ", 1) for section in sections[:-1])
    shown = sections[-1] if sections else hint
    return f'<aside class="fn-panel" aria-label="Sources"><h2>Sources</h2>{earlier}{shown}</aside>'


def passage_around(text: str, quote: Span) -> Span:
    """The paragraph of a quote, cut at words where it goes on for long."""
    around = next((span for span in paragraphs(text) if span.start <= quote.start and quote.end <= span.end), quote)
    start, end = around.start, around.end
    if quote.start - start > _MOST_AROUND:
        start = text.find(" ", quote.start - _MOST_AROUND, quote.start) + 1 or quote.start
    if end - quote.end > _MOST_AROUND:
        end = max(text.rfind(" ", quote.end, quote.end + _MOST_AROUND), quote.end)
    return Span(start, end)


def _text(source: str, find_article: Callable[[str], Article]) -> str:
    try:
        return find_article(source).text
    except UserError:
        # Removed since the answer was given: the footnote still has its quote.
        return ""


def _entry(citation: Citation, turn: int, text: str) -> str:
    page = f"page {citation.page}" if citation.page else ""
    facts = [fact for fact in (citation.outlet, _day(citation), page) if fact]
    facts_line = f'<span class="fn-facts">{plain(" · ".join(facts))}</span>' if facts else ""
    return (
        f'<details class="fn-source" id="src-{turn}-{citation.number}" open>'
        f'<summary><span class="fn-number">{citation.number}</span><span class="fn-about">'
        f'<span class="fn-title" dir="auto">{plain(citation.title or citation.source)}</span>{facts_line}'
        f'<span class="fn-file">{plain(_files(citation))}</span></span></summary>'
        f'<blockquote dir="auto">{_passage(citation, text)}</blockquote>'
        f'<a class="fn-back" href="#answer-{turn}">Back to the answer</a></details>'
    )


def _day(citation: Citation) -> str:
    day = citation.published
    if day is None or citation.precision == "year":
        return str(day.year) if day else ""
    return f"{day:%B} {day.year}" if citation.precision == "month" else f"{day.day} {day:%B} {day.year}"


def _files(citation: Citation) -> str:
    """The file, and those that hold the same account."""
    copies = citation.copies[:_MOST_COPIES]
    more = f" and {len(citation.copies) - len(copies)} more" if len(citation.copies) > len(copies) else ""
    return f"{citation.source}, also in {', '.join(copies)}{more}" if copies else citation.source


def _passage(citation: Citation, text: str) -> str:
    quote = Span(citation.start, citation.end)
    if quote.of(text) != citation.quote:
        return f"<mark>{with_line_breaks(citation.quote)}</mark>"
    around = passage_around(text, quote)
    before, after = Span(around.start, quote.start).of(text), Span(quote.end, around.end).of(text)
    return f"{with_line_breaks(before)}<mark>{with_line_breaks(citation.quote)}</mark>{with_line_breaks(after)}"
