"""Checks of a question set against its corpus, so that no example is wrong by itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import get_args

from evals.corpus import Corpus
from evals.examples import QUESTION_TYPES, SPLITS, AbstainReason, Example, Placed, QuestionSet, Quotas, Quote
from evals.matching import contains, contains_date, contains_number, tokens
from evals.metrics import matches
from qa.normalise import STOP_WORDS

MOST_TURNS = 4
WIDEST_TOLERANCE = 0.5
"""Of the value; a number within a wider one is another number."""
MOST_PLACES = 3
"""Of one quote in its article; one that stands more often points nowhere."""

LONGEST_COMMON_WORD = 4
"""In letters: `the` tells nothing, while `himself` may be an answer."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with the set; `place` is the file and line."""

    place: str
    why: str


IS_DRAFT = "a draft: put it into your own words and remove `draft`"
"""The end of a problem that a run may overlook: drafts can be asked before they are edited."""

Check = Callable[[Example, Corpus], Iterator[str]]


def lint(questions: QuestionSet, corpus: Corpus) -> tuple[Problem, ...]:
    """Every problem of the set: of the whole, then example by example."""
    whole = [Problem(str(questions.path), why) for why in _whole_set(questions, corpus)]
    single = [problem for placed in questions.placed for problem in _example(placed, corpus)]
    return (*whole, *single)


def _whole_set(questions: QuestionSet, corpus: Corpus) -> Iterator[str]:
    if questions.corpus_fingerprint != corpus.fingerprint:
        yield f"written for another corpus; this one has the fingerprint {corpus.fingerprint}"
    yield from _quotas(questions.examples, questions.quotas)
    yield from _twins(questions.examples)
    yield from _asked_twice(questions.examples)


def _quotas(examples: Sequence[Example], quotas: Quotas) -> Iterator[str]:
    unanswerable = sum(not example.answerable for example in examples)
    if unanswerable < quotas.unanswerable * len(examples):
        share = f"{quotas.unanswerable:.0%}"
        yield f"{unanswerable} of {len(examples)} examples are unanswerable; at least {share} must be"
    for kind in QUESTION_TYPES:
        members = [example for example in examples if kind in example.types]
        if len(members) < quotas.per_type:
            yield f"type {kind} has {len(members)} examples; at least {quotas.per_type} are needed"
        missing = set(SPLITS) - {example.split for example in members} if quotas.both_splits else set()
        yield from (f"type {kind} has no example in the {split} split" for split in sorted(missing))


def _twins(examples: Sequence[Example]) -> Iterator[str]:
    known = {example.id: example for example in examples}
    for example in examples:
        if (example.twin is not None) != ("twin" in example.types):
            yield f"{example.id}: the type twin and the id of the twin belong together"
        other = known.get(example.twin or example.id)
        if example.twin == example.id:
            yield f"{example.id}: is its own twin"
        elif other is None:
            yield f"{example.id}: its twin {example.twin!r} does not exist"
        elif (other.split, other.answerable) != (example.split, example.answerable):
            yield f"{example.id}: its twin {other.id} is in another split, or only one of them is answerable"


def _asked_twice(examples: Sequence[Example]) -> Iterator[str]:
    """Questions that are one when case, accents and punctuation are left out."""
    first: dict[tuple[tuple[str, ...], ...], Example] = {}
    for example in examples:
        turns = example.turns or (example.question,)
        earlier = first.setdefault(tuple(tuple(tokens(turn)) for turn in turns), example)
        if earlier is not example:
            yield f"asked twice: {example.asked!r}, by {earlier.id} and {example.id}"


def _example(placed: Placed, corpus: Corpus) -> Iterator[Problem]:
    checks = [*_EVERY, *(_ANSWERABLE if placed.example.answerable else _UNANSWERABLE)]
    place = f"{placed.path.name}:{placed.line}"
    for check in checks:
        yield from (Problem(place, f"{placed.example.id}: {why}") for why in check(placed.example, corpus))


def _is_no_draft(example: Example, _corpus: Corpus) -> Iterator[str]:
    if example.draft:
        yield IS_DRAFT


def _types_fit(example: Example, _corpus: Corpus) -> Iterator[str]:
    reasons = [kind for kind in example.types if kind in get_args(AbstainReason) and kind != example.abstain_reason]
    yield from (f"type {kind} is for questions with that abstain_reason" for kind in reasons)
    yield from (f"type {kind} is named twice" for kind, times in Counter(example.types).items() if times > 1)
    if bool(example.turns) != ("follow_up" in example.types):
        yield "the type follow_up and turns belong together"
    if len(example.turns) > MOST_TURNS:
        yield f"{len(example.turns)} turns; two to four are a conversation that people check"


def _quotes_exist(example: Example, corpus: Corpus) -> Iterator[str]:
    for quote in example.quotes:
        places = len(corpus.spans(quote))
        if quote.source not in corpus.texts:
            yield f"no article {quote.source}"
        elif not places:
            yield f"not in {quote.source}: {quote.quote!r}"
        elif places > MOST_PLACES:
            yield f"stands {places} times in {quote.source}, quote more of the sentence: {quote.quote!r}"


def _strings_tell_something(example: Example, _corpus: Corpus) -> Iterator[str]:
    strings = (*example.answers, *example.must_not_include, *(one for items in example.must_include for one in items))
    for string in dict.fromkeys(strings):
        found = tokens(string)
        if not found:
            yield f"no word that could be found in an answer: {string!r}"
        elif len(found) == 1 and _is_common(found[0]):
            yield f"so common that any answer holds it: {string!r}"


def _is_common(word: str) -> bool:
    letter = len(word) == 1 and word.isascii() and word.isalpha()
    return letter or (len(word) <= LONGEST_COMMON_WORD and word in STOP_WORDS)


def _has_evidence(example: Example, _corpus: Corpus) -> Iterator[str]:
    if not example.evidence or not all(example.evidence):
        yield "answerable, but has no evidence or an empty group"
    if not (example.answers or example.numbers or example.dates or example.must_include):
        yield "answerable, but accepts no answer"


def _each_group_proves(example: Example, _corpus: Corpus) -> Iterator[str]:
    for number, group in enumerate(example.evidence, 1):
        if not example.derived and not matches(example, _proof(group)):
            yield f"evidence group {number} does not hold an accepted answer; mend it or mark the example derived"


def _each_answer_is_proven(example: Example, _corpus: Corpus) -> Iterator[str]:
    proof = _proof(example.quotes)
    for items in example.must_include:
        if not any(contains(proof, item) for item in items):
            yield f"must_include is in no evidence: {', '.join(map(repr, items))}"
    if example.derived:
        return
    yield from (f"in no evidence: answer {alias!r}" for alias in example.answers if not contains(proof, alias))
    for number in example.numbers:
        if not contains_number(proof, number.value, tolerance=number.tolerance):
            yield f"in no evidence: number {number.value:g}"
    for wanted, written in zip(example.partial_dates, example.dates, strict=True):
        if not contains_date(proof, wanted):
            yield f"in no evidence: date {written}"


def _tolerances_are_narrow(example: Example, _corpus: Corpus) -> Iterator[str]:
    for number in example.numbers:
        if number.tolerance > WIDEST_TOLERANCE * abs(number.value):
            yield f"a tolerance of {number.tolerance:g} accepts too much beside {number.value:g}"


def _traps_exist(example: Example, corpus: Corpus) -> Iterator[str]:
    for item in example.must_not_include:
        if not any(_occurs(item, text) for text in corpus.texts.values()):
            yield f"must_not_include occurs in no article: {item!r}"


def _conflict_exists(example: Example, corpus: Corpus) -> Iterator[str]:
    if bool(example.conflict) != ("conflict" in example.types):
        yield "the type conflict and the conflicting values belong together"
    for side in example.conflict:
        if not contains(corpus.texts.get(side.source, ""), side.value):
            yield f"not in {side.source}: the conflicting value {side.value!r}"


def _sources_are_named(example: Example, corpus: Corpus) -> Iterator[str]:
    """One for a question about one article; else every article that holds a quote word by word."""
    sources = {quote.source for quote in example.quotes}
    if "source_restricted" in example.types:
        if len(sources) > 1:
            yield f"restricted to one source, but the evidence is of {len(sources)}"
        return
    for group in example.evidence:
        for source, text in corpus.texts.items():
            if source not in sources and group and all(quote.quote in text for quote in group):
                yield f"stands in {source} too; add a group for it: {group[0].quote!r}"


def _occurs(wanted: str, text: str) -> bool:
    """Whether an article holds the words, one after another; most are ruled out by their set of words."""
    return _words(text).issuperset(tokens(wanted)) and contains(text, wanted)


@lru_cache(maxsize=4096)
def _words(text: str) -> frozenset[str]:
    return frozenset(tokens(text))


def _proof(quotes: Sequence[Quote]) -> str:
    return " … ".join(quote.quote for quote in quotes)


def _carries_no_evidence(example: Example, _corpus: Corpus) -> Iterator[str]:
    if example.evidence or example.conflict or example.numbers or example.dates:
        yield "unanswerable, but carries evidence, numbers, dates or a conflict"


def _answers_occur_nowhere(example: Example, corpus: Corpus) -> Iterator[str]:
    for alias in example.answers:
        found = [source for source, text in corpus.texts.items() if _occurs(alias, text)]
        yield from (f"unanswerable, but {alias!r} occurs in {source}" for source in found)


_EVERY: tuple[Check, ...] = (_is_no_draft, _types_fit, _quotes_exist, _strings_tell_something)
_ANSWERABLE: tuple[Check, ...] = (
    _has_evidence, _each_group_proves, _each_answer_is_proven, _tolerances_are_narrow, _traps_exist, _conflict_exists,
    _sources_are_named,
)  # fmt: skip
_UNANSWERABLE: tuple[Check, ...] = (_carries_no_evidence, _answers_occur_nowhere)
