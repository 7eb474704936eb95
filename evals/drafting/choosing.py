"""Which drafts are kept: sound ones, of many kinds, from all articles, and a third of them unanswerable."""

from __future__ import annotations

import random
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import ceil
from pathlib import Path
from typing import Any, Final

from evals.corpus import Corpus
from evals.drafting.clauses import clause_of
from evals.drafting.doings import descriptions, doing_drafts
from evals.drafting.draft import Draft
from evals.drafting.facts import clause_drafts, counted_subject
from evals.drafting.offices import office_drafts
from evals.drafting.people import people_drafts
from evals.drafting.reading import Reading, read
from evals.drafting.unanswerable import unanswerable_drafts
from evals.examples import SPLITS, Example, Placed, QuestionSet, Quote, Split
from evals.lint import lint
from evals.matching import tokens
from qa.normalise import STOP_WORDS
from vectorstore.errors import UserError

_UNANSWERABLE: Final = 1 / 3
_ID_WORDS: Final = 4
_MOST_OF_A_KIND: Final = 2
"""Of one article."""
_ASKING: Final = frozenset("what who when where why which how many much old did does say said name".split())


@dataclass(frozen=True, slots=True)
class Drafted:
    """An example, and what to look at when editing it."""

    example: Example
    note: str
    kind: str
    """The file that it belongs into."""


def draft_set(corpus: Corpus, *, per_article: int, limit: int | None = None, seed: int = 0) -> tuple[Drafted, ...]:
    """Drafts that the linter has nothing against but that they are drafts; the same for the same seed.

    At most `per_article` times the articles and at most `limit` in all, a third of them unanswerable. Raises
    UserError when no sentence of the corpus has a shape that can be asked about.
    """
    readings = [read(source, text) for source, text in sorted(corpus.texts.items())]
    answerable = candidates(readings, corpus)
    if not answerable:
        raise UserError("no question could be drafted: the articles are too short, or not in English")
    most = min(per_article * len(corpus.texts), limit or per_article * len(corpus.texts))
    asked = {tuple(tokens(draft.question)) for draft in answerable}
    others = unanswerable_drafts(readings, seed=seed)
    others = [draft for draft in others if tuple(tokens(draft.question)) not in asked]
    row = max(1, round(per_article * (1 - _UNANSWERABLE)))
    chosen = _chosen(answerable, per_article=row, most=max(1, most - ceil(most * _UNANSWERABLE)), seed=seed)
    wanted = min(ceil(len(chosen) / 2), most - len(chosen))
    return numbered([*chosen, *others[:wanted]])


def candidates(readings: Sequence[Reading], corpus: Corpus) -> list[Draft]:
    """Every sound answerable draft, each question once, before any is chosen."""
    return _sound(_merged(_answerable(readings), corpus), corpus)


def _answerable(readings: Iterable[Reading]) -> Iterator[Draft]:
    for reading in readings:
        for sentence in reading.sentences:
            clause = clause_of(reading, sentence)
            counted = counted_subject(reading, sentence)
            yield from (counted,) if counted else ()
            yield from (*clause_drafts(reading, clause), *doing_drafts(reading, clause)) if clause else ()
        if reading.sentences:
            yield from (*office_drafts(reading), *people_drafts(reading), *descriptions(reading))


def _merged(drafts: Iterable[Draft], corpus: Corpus) -> list[Draft]:
    """Each question once, with the evidence of every article; one with several answers is ambiguous and left out."""
    asked: defaultdict[tuple[str, ...], list[Draft]] = defaultdict(list)
    for draft in drafts:
        asked[tuple(tokens(draft.question))].append(draft)
    alike = [same for same in asked.values() if all(_answer(one) == _answer(same[0]) for one in same)]
    return [replace(same[0], evidence=_groups(same, corpus)) for same in alike]


def _answer(draft: Draft) -> tuple[object, ...]:
    return (*draft.numbers, *draft.dates, *(tuple(tokens(answer)) for answer in draft.answers[:1]))


def _groups(drafts: Sequence[Draft], corpus: Corpus) -> tuple[tuple[Quote, ...], ...]:
    """One quote of each article that holds one, the article of the first draft first."""
    quotes = [quote for draft in drafts for group in draft.evidence for quote in group]
    copies = [
        Quote(source=source, quote=quote.quote)
        for quote in quotes
        for source, text in corpus.texts.items()
        if quote.quote in text
    ]
    by_source = {quote.source: quote for quote in reversed([*quotes, *copies])}
    return tuple((by_source[source],) for source in dict.fromkeys(quote.source for quote in [*quotes, *copies]))


def _sound(drafts: Sequence[Draft], corpus: Corpus) -> list[Draft]:
    """Those that the linter has nothing against."""
    path = Path("drafts.toml")
    examples = [_example(draft, f"draft-{line}", split=SPLITS[0]) for line, draft in enumerate(drafts)]
    placed = tuple(Placed(example, path, line) for line, example in enumerate(examples))
    wrong = {problem.place for problem in lint(QuestionSet(placed, corpus.fingerprint, path), corpus)}
    return [draft for line, draft in enumerate(drafts) if f"{path.name}:{line}" not in wrong]


def _example(draft: Draft, name: str, *, split: Split) -> Example:
    turns = (*draft.earlier, draft.question)
    asked: dict[str, Any] = {"turns": turns} if draft.earlier else {"question": draft.question}
    return Example(
        id=name,
        types=draft.types,
        split=split,
        answerable=draft.abstain_reason is None,
        abstain_reason=draft.abstain_reason,
        answers=draft.answers,
        numbers=draft.numbers,
        dates=draft.dates,
        evidence=draft.evidence,
        derived=draft.derived,
        **asked,
    )


def _chosen(drafts: Sequence[Draft], *, per_article: int, most: int, seed: int) -> list[Draft]:
    """At most `per_article` of each article and `most` in all, one of each article in turn."""
    by_source: defaultdict[str, list[Draft]] = defaultdict(list)
    for draft in drafts:
        by_source[draft.evidence[0][0].source].append(draft)
    chance = random.Random(seed)
    rows = [_of_one(by_source[source], most=per_article, chance=chance) for source in sorted(by_source)]
    chance.shuffle(rows)
    turns = [row[turn] for turn in range(per_article) for row in rows if turn < len(row)]
    kept = set(map(id, turns[:most]))
    return [draft for draft in drafts if id(draft) in kept]


def _of_one(drafts: Sequence[Draft], *, most: int, chance: random.Random) -> list[Draft]:
    """Of one article: the kinds in turn, the best of each first, and nothing asked of one passage twice."""
    kinds: defaultdict[str, list[Draft]] = defaultdict(list)
    for draft in sorted(drafts, key=lambda one: (one.rank, chance.random())):
        kinds[draft.types[0]].append(draft)
    rows = sorted(kinds.values(), key=lambda row: (row[0].rank, chance.random()))
    kept: list[Draft] = []
    for draft in (row[turn] for turn in range(_MOST_OF_A_KIND) for row in rows if turn < len(row)):
        quote = draft.evidence[0][0].quote
        if all(quote not in one.evidence[0][0].quote and one.evidence[0][0].quote not in quote for one in kept):
            kept.append(draft)
    return kept[:most]


def numbered(drafts: Sequence[Draft]) -> tuple[Drafted, ...]:
    """The drafts as examples with ids, in splits that are even, of each kind and in all."""
    taken: set[str] = set()
    held: Counter[tuple[str, Split]] = Counter()
    drafted: list[Drafted] = []
    for draft in drafts:
        kind, name = draft.types[0], _id(draft.question, taken)
        split = min(SPLITS, key=lambda one: (held[kind, one], held["", one]))
        taken.add(name)
        held.update([(kind, split), ("", split)])
        example = _example(draft, name, split=split).model_copy(update={"draft": True})
        drafted.append(Drafted(example, draft.note, draft.kind or (kind if example.answerable else "unanswerable")))
    return tuple(drafted)


def _id(question: str, taken: Iterable[str]) -> str:
    """A few words of the question, and a number when they are taken."""
    plain = unicodedata.normalize("NFKD", question.lower()).encode("ascii", "ignore").decode()
    told = [word for word in re.findall(r"[a-z0-9]+", re.sub(r"['’]s?\b", "", plain)) if len(word) > 1]
    name = "-".join([word for word in told if word not in STOP_WORDS | _ASKING][:_ID_WORDS]) or "draft"
    numbered = (f"{name}-{number}" for number in range(2, 10_000))
    return name if name not in taken else next(other for other in numbered if other not in taken)
