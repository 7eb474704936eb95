"""What stands below an answer: its footnotes, each with its quote, and which articles agree or differ."""

from __future__ import annotations

from collections.abc import Sequence

from qa.inert import plain, with_line_breaks
from qa.types import Answer, Citation, Claim
from vectorstore.within import day_in_words

_MOST_COPIES = 5
_LONGEST_NAME = 48
_LONGEST_CLAIM = 90


def render_notes(citations: Sequence[Citation], turn: int) -> str:
    """The list of footnotes, each `#src-TURN-NUMBER`; empty without one."""
    entries = "".join(_note(citation, turn) for citation in citations)
    return f'<ol class="fn-notes" id="sources-{turn}" aria-label="Footnotes">{entries}</ol>' if entries else ""


def render_voices(answer: Answer) -> str:
    """Which articles say what, where several are cited."""
    differing = _differing(answer)
    if differing:
        return _voices("The articles differ", differing)
    alike = list(dict.fromkeys(tuple(_names(claim)) for claim in answer.claims if len(_names(claim)) > 1))
    if len(alike) == 1:
        return f'<p class="fn-receipt">{_told_by(alike[0])}</p>'
    return _voices("The articles agree", [claim for claim in answer.claims if len(_names(claim)) > 1]) if alike else ""


def _note(citation: Citation, turn: int) -> str:
    page = f"page {citation.page}" if citation.page else ""
    facts = [citation.outlet, day_in_words(citation.published, citation.precision), page, _files(citation)]
    shown = " · ".join(f'<span class="fn-fact">{plain(fact)}</span>' for fact in facts if fact)
    return (
        f'<li id="src-{turn}-{citation.number}" value="{citation.number}">'
        f'<a class="fn-note" href="#src-{turn}-{citation.number}"><span class="fn-number">{citation.number}</span>'
        f'<span class="fn-about"><span class="fn-title" dir="auto">{plain(citation.title or citation.source)}</span>'
        f'<span class="fn-facts">{shown}</span></span></a>'
        f'<blockquote class="fn-quote" dir="auto">{with_line_breaks(citation.quote)}</blockquote></li>'
    )


def _files(citation: Citation) -> str:
    """The file, and those that hold the same account."""
    copies = citation.copies[:_MOST_COPIES]
    more = f" and {len(citation.copies) - len(copies)} more" if len(citation.copies) > len(copies) else ""
    return f"{citation.source}, also in {', '.join(copies)}{more}" if copies else citation.source


def _differing(answer: Answer) -> list[Claim]:
    """The short answers of the first line, where there are several: each but the first says whose it is."""
    first_line = answer.text.partition("\n")[0]
    short = [claim for claim in answer.claims if claim.citations and claim.text in first_line]
    others = [claim for claim in short[1:] if ", according to " in claim.text]
    return [short[0], *others] if others else []


def _voices(heading: str, claims: Sequence[Claim]) -> str:
    rows = "".join(
        f'<li><span class="fn-said" dir="auto">{plain(_cut(_said(claim), _LONGEST_CLAIM))}</span> '
        f'<span class="fn-voice">{plain(", ".join(_names(claim)))}</span></li>'
        for claim in dict.fromkeys(claims)
    )
    return f'<div class="fn-voices"><p class="fn-label">{heading}</p><ul>{rows}</ul></div>'


def _told_by(names: Sequence[str]) -> str:
    listed = [f'<bdi class="fn-name">{plain(name)}</bdi>' for name in names]
    return f"Told alike by {', '.join(listed[:-1])} and {listed[-1]}"


def _said(claim: Claim) -> str:
    return claim.text.partition(", according to ")[0]


def _names(claim: Claim) -> list[str]:
    """Who tells a claim, each account once."""
    named = {one.source: one.outlet or f"“{_cut(one.title or one.source, _LONGEST_NAME)}”" for one in claim.citations}
    return list(dict.fromkeys(named.values()))


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[:most].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"
