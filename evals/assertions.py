"""`assert_answer` and `assert_example`, for a team's own tests; needs no test framework, and reads well in pytest.

    def test_deaths():
        assert_answer("How many people have been killed?", corpus="seeds", says=83, cites="001_*.txt")

    def test_what_is_not_told():
        assert_answer("Which bank financed the operation?", corpus="seeds", abstains=True)

    @pytest.mark.parametrize("example", load_questions(Path("questions")).examples, ids=lambda example: example.id)
    def test_example(example):
        assert_example(example, corpus="articles")

What is expected is one thing, or a list of things that must all be there; a set in its place holds alternatives:
`says=[83, {"strikes", "attacks"}]`. What Footnote promises is checked each time, whatever is expected: see
`assert_answer`. A corpus stays open between questions; after the first, each takes what an answer takes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from fnmatch import fnmatchcase
from itertools import chain
from pathlib import Path
from typing import TypedDict, Unpack

import qa
from evals.examples import Example, Number
from evals.matching import PartialDate, contains, contains_date, contains_number, tokens
from evals.metrics import all_citations, has_supporting_citation, matches
from evals.promises import broken_promises, read_sources
from evals.runner import converse
from qa.types import Answer, Turn
from vectorstore.errors import IndexLocked

Said = str | float | date | Number
"""Words, a number (83 is also "eighty-three"), a day, or a number with a tolerance."""

LONGEST_WAIT_SECONDS = 600.0
"""For the test process that indexes the articles, when several begin together; `qa.ask` alone waits five seconds."""

Says = Said | AbstractSet[Said] | Sequence[Said | AbstractSet[Said]]
Words = str | AbstractSet[str] | Sequence[str | AbstractSet[str]]


class Asking(TypedDict, total=False):
    """What is passed on to `qa.ask`, beside the question, the corpus and the history."""

    sources: Sequence[str] | None
    since: date | None
    until: date | None
    chat_model: str | None
    settings: qa.Settings | None


def assert_answer(
    asked: str | Answer,
    *,
    says: Says = (),
    does_not_say: Says = (),
    cites: Words = (),
    quotes: Words = (),
    abstains: bool = False,
    allow_unsupported: bool = False,
    corpus: str | Path | None = None,
    history: Sequence[Turn] = (),
    **asking: Unpack[Asking],
) -> Answer:
    """Ask a question, or take an answer already had, and raise AssertionError with everything that it lacks.

    `cites` are sources or patterns such as `2025/*.txt`; `quotes` are words of a footnote. Always checked: each quote
    stands at its offsets in its file (of an answer already had: when `corpus` is named), each mark has its footnote,
    each claim is backed by one, unless `allow_unsupported` lets a chat model's flagged claims pass.
    """
    __tracebackhide__ = True
    if abstains and (says or cites or quotes):
        raise ValueError("an abstention says, cites and quotes nothing: leave those out, or leave out abstains")
    answer = _answered(asked, corpus, history, asking)
    folder = None if isinstance(asked, Answer) and corpus is None else _folder(corpus, asking)
    lacks = [
        *broken_promises(answer, folder, allow_unsupported=allow_unsupported),
        *_wrongly_silent(answer, due=abstains),
        *_missing("say", says, lambda wanted: _holds(answer.text, wanted)),
        *_unwanted(does_not_say, lambda unwanted: _holds(answer.text, unwanted)),
        *_missing("cite", cites, lambda source: any(_is_source(one.source, source) for one in answer.citations)),
        *_missing("quote", quotes, lambda words: any(_holds(one.quote, words) for one in answer.citations)),
    ]
    if lacks:
        raise AssertionError(_message(answer, lacks))
    return answer


def assert_example(
    example: Example,
    *,
    corpus: str | Path | None = None,
    allow_unsupported: bool = False,
    **asking: Unpack[Asking],
) -> Answer:
    """Ask an example, the earlier turns of its conversation first; raise AssertionError unless the answer is right.

    Right: it holds what the example accepts and a footnote supports it, or it abstains where the articles do not
    tell; what `assert_answer` always checks is checked as well.
    """
    __tracebackhide__ = True
    history = converse(lambda question, before: _answered(question, corpus, before, asking), example.earlier)
    answer = _answered(example.asked, corpus, history, asking)
    folder = _folder(corpus, asking)
    lacks = [
        *broken_promises(answer, folder, allow_unsupported=allow_unsupported),
        *_wrongly_silent(answer, due=not example.answerable),
        *(_wrong(example, answer, folder) if example.answerable else ()),
    ]
    if lacks:
        raise AssertionError(_message(answer, lacks, example=example))
    return answer


def _answered(asked: str | Answer, corpus: str | Path | None, history: Sequence[Turn], asking: Asking) -> Answer:
    if isinstance(asked, Answer):
        if history or asking:
            raise ValueError(f"an answer already had is not asked again: leave out {', '.join(asking) or 'history'}")
        return asked
    patience = time.monotonic() + LONGEST_WAIT_SECONDS
    while True:
        try:
            return qa.ask(asked, corpus=corpus, history=history, **asking)
        except IndexLocked:
            if time.monotonic() > patience:
                raise


def _folder(corpus: str | Path | None, asking: Asking) -> Path:
    from qa.places import corpus_folder
    from qa.settings import load_settings

    return Path(corpus) if corpus else corpus_folder(asking.get("settings") or load_settings())


def _wrongly_silent(answer: Answer, *, due: bool) -> Iterator[str]:
    if due and not answer.abstained:
        yield "answers, where it should abstain"
    if answer.abstained and not due:
        yield f"abstains ({answer.reason}), where it should answer"


def _missing(verb: str, wanted: Says, found: Callable[[Said], bool]) -> Iterator[str]:
    for alternatives in _listed(wanted):
        if not any(found(item) for item in alternatives):
            yield f"does not {verb} {_any_of(alternatives)}"


def _unwanted(items: Says, found: Callable[[Said], bool]) -> Iterator[str]:
    yield from (f"says {_shown(item)}, which it must not" for item in chain(*_listed(items)) if found(item))


def _listed(wanted: Says) -> list[list[Said]]:
    """A list with the alternatives of each thing that is wanted."""
    several = wanted if isinstance(wanted, Sequence) and not isinstance(wanted, str) else [wanted]
    return [sorted(item, key=str) if isinstance(item, AbstractSet) else [item] for item in several]


def _holds(text: str, wanted: Said) -> bool:
    if isinstance(wanted, str):
        if not tokens(wanted):
            raise ValueError(f"{wanted!r} has no word to look for")
        return contains(text, wanted)
    if isinstance(wanted, date):
        return contains_date(text, PartialDate(wanted.year, wanted.month, wanted.day))
    number = wanted if isinstance(wanted, Number) else Number(value=wanted)
    return contains_number(text, number.value, tolerance=number.tolerance)


def _is_source(source: str, pattern: Said) -> bool:
    """The name itself is tried first: it may hold brackets."""
    return source == pattern or fnmatchcase(source, str(pattern))


def _wrong(example: Example, answer: Answer, folder: Path) -> Iterator[str]:
    """What an answer lacks of the example's own rules."""
    if answer.abstained:
        return
    if not matches(example, answer.text):
        yield "is not what the example accepts: " + _accepted(example)
    sources = [one.source for one in example.quotes] + [one.source for one in all_citations(answer)]
    files = read_sources(folder, sources)
    evidence = files.evidence(example)
    quotes = "; ".join(f"{one.source}: {_shown(one.quote)}" for one in example.quotes)
    if not evidence:
        yield f"cannot be judged: {folder} does not hold the evidence of the example: {quotes}"
    elif not has_supporting_citation(answer, evidence, files):
        yield f"has no footnote that holds the evidence: {quotes}"


def _accepted(example: Example) -> str:
    named = _any_of((*example.answers, *example.numbers, *example.dates))
    held = [_any_of(items) for items in example.must_include]
    kept_out = [f"not {_shown(item)}" for item in example.must_not_include]
    return "; ".join(part for part in (named, *held, *kept_out) if part)


def _any_of(items: Iterable[Said]) -> str:
    return " or ".join(_shown(item) for item in items)


def _shown(wanted: Said) -> str:
    if isinstance(wanted, Number):
        return f"{wanted.value:,.15g}" + (f" ± {wanted.tolerance:,.15g}" if wanted.tolerance else "")
    return f"“{wanted}”" if isinstance(wanted, str) else str(wanted)


def _message(answer: Answer, lacks: Sequence[str], *, example: Example | None = None) -> str:
    """The question, the answer, the footnotes, and each thing that is wrong: all that a reader of a log has."""
    asked = (*example.earlier, answer.question) if example else (answer.question,)
    said = f"abstains ({answer.reason}): {answer.text}" if answer.abstained else answer.text
    notes = [f"[{one.number}] {one.source} {one.start}–{one.end}: “{one.quote}”" for one in all_citations(answer)]
    parts = [
        ("the answer is not as expected" + (f" ({example.id})" if example else ""), lacks),
        ("question" + (f", searched as “{answer.query}”" if answer.query != answer.question else ""), asked),
        (f"answer, by {answer.model}, {answer.confidence:.0%} sure", [said]),
        ("footnotes", notes or ["none"]),
    ]
    return "\n".join(
        f"{title}:\n" + "\n".join("  " + " ".join(line.split()) for line in lines) for title, lines in parts
    )
