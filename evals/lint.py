"""Checks of a question set against its corpus, so that no example is wrong by itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from evals.corpus import Corpus
from evals.examples import QUESTION_TYPES, SPLITS, Example, Placed, QuestionSet
from evals.matching import contains, contains_date, contains_number
from evals.metrics import matches

MIN_PER_TYPE = 6
MIN_UNANSWERABLE = 1 / 3


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with the set; `place` is the file and line."""

    place: str
    why: str


Check = Callable[[Example, Corpus], Iterator[str]]


def lint(questions: QuestionSet, corpus: Corpus) -> tuple[Problem, ...]:
    """Every problem of the set: of the whole, then example by example."""
    whole = [Problem(str(questions.path), why) for why in _whole_set(questions, corpus)]
    single = [problem for placed in questions.placed for problem in _example(placed, corpus)]
    return (*whole, *single)


def _whole_set(questions: QuestionSet, corpus: Corpus) -> Iterator[str]:
    if questions.corpus_fingerprint != corpus.fingerprint:
        yield f"written for another corpus; this one has the fingerprint {corpus.fingerprint}"
    yield from _quotas(questions.examples)
    yield from _twins(questions.examples)
    asked = Counter((example.earlier, example.asked) for example in questions.examples)
    yield from (f"asked twice: {question!r}" for (_, question), times in asked.items() if times > 1)


def _quotas(examples: Sequence[Example]) -> Iterator[str]:
    unanswerable = sum(not example.answerable for example in examples)
    if unanswerable < MIN_UNANSWERABLE * len(examples):
        yield f"{unanswerable} of {len(examples)} examples are unanswerable; at least a third must be"
    for kind in QUESTION_TYPES:
        members = [example for example in examples if kind in example.types]
        if len(members) < MIN_PER_TYPE:
            yield f"type {kind} has {len(members)} examples; at least {MIN_PER_TYPE} are needed"
        missing = set(SPLITS) - {example.split for example in members}
        yield from (f"type {kind} has no example in the {split} split" for split in sorted(missing))


def _twins(examples: Sequence[Example]) -> Iterator[str]:
    known = {example.id: example for example in examples}
    for example in examples:
        if (example.twin is not None) != ("twin" in example.types):
            yield f"{example.id}: the type twin and the id of the twin belong together"
        other = known.get(example.twin or example.id)
        if other is None:
            yield f"{example.id}: its twin {example.twin!r} does not exist"
        elif (other.split, other.answerable) != (example.split, example.answerable):
            yield f"{example.id}: its twin {other.id} is in another split, or only one of them is answerable"


def _example(placed: Placed, corpus: Corpus) -> Iterator[Problem]:
    checks = [_quotes_exist, *(_ANSWERABLE if placed.example.answerable else _UNANSWERABLE)]
    place = f"{placed.path.name}:{placed.line}"
    for check in checks:
        yield from (Problem(place, f"{placed.example.id}: {why}") for why in check(placed.example, corpus))


def _quotes_exist(example: Example, corpus: Corpus) -> Iterator[str]:
    for quote in example.quotes:
        if quote.source not in corpus.texts:
            yield f"no article {quote.source}"
        elif not corpus.spans(quote):
            yield f"not in {quote.source}: {quote.quote!r}"


def _has_evidence(example: Example, _corpus: Corpus) -> Iterator[str]:
    if not example.evidence or not all(example.evidence):
        yield "answerable, but has no evidence or an empty group"
    if not (example.answers or example.numbers or example.dates or example.must_include):
        yield "answerable, but accepts no answer"


def _each_group_proves(example: Example, _corpus: Corpus) -> Iterator[str]:
    for number, group in enumerate(example.evidence, 1):
        if not example.derived and not matches(example, " … ".join(quote.quote for quote in group)):
            yield f"evidence group {number} does not hold an accepted answer; mend it or mark the example derived"


def _each_answer_is_proven(example: Example, _corpus: Corpus) -> Iterator[str]:
    if example.derived:
        return
    proof = " … ".join(quote.quote for quote in example.quotes)
    yield from (f"in no evidence: answer {alias!r}" for alias in example.answers if not contains(proof, alias))
    for number in example.numbers:
        if not contains_number(proof, number.value, tolerance=number.tolerance):
            yield f"in no evidence: number {number.value:g}"
    for wanted, written in zip(example.partial_dates, example.dates, strict=True):
        if not contains_date(proof, wanted):
            yield f"in no evidence: date {written}"


def _traps_exist(example: Example, corpus: Corpus) -> Iterator[str]:
    for item in example.must_not_include:
        if not any(contains(text, item) for text in corpus.texts.values()):
            yield f"must_not_include occurs in no article: {item!r}"


def _conflict_exists(example: Example, corpus: Corpus) -> Iterator[str]:
    if bool(example.conflict) != ("conflict" in example.types):
        yield "the type conflict and the conflicting values belong together"
    for side in example.conflict:
        if not contains(corpus.texts.get(side.source, ""), side.value):
            yield f"not in {side.source}: the conflicting value {side.value!r}"


def _carries_no_evidence(example: Example, _corpus: Corpus) -> Iterator[str]:
    if example.evidence or example.conflict or example.numbers or example.dates:
        yield "unanswerable, but carries evidence, numbers, dates or a conflict"


def _answers_occur_nowhere(example: Example, corpus: Corpus) -> Iterator[str]:
    for alias in example.answers:
        found = [source for source, text in corpus.texts.items() if contains(text, alias)]
        yield from (f"unanswerable, but {alias!r} occurs in {source}" for source in found)


_ANSWERABLE: tuple[Check, ...] = (
    _has_evidence, _each_group_proves, _each_answer_is_proven, _traps_exist, _conflict_exists,
)  # fmt: skip
_UNANSWERABLE: tuple[Check, ...] = (_carries_no_evidence, _answers_occur_nowhere)
