"""Metrics of one answer: pure functions of the example, the answer, and the corpus. None: does not apply.

A citation supports when, in the same source, its quote holds at least half of a gold quote's characters. The
gold quote is the shortest passage that proves the answer, so less than half of it cannot; a citation longer than
LONGEST_CITATION points at a page and not at a passage, and supports nothing.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence

from evals.corpus import Corpus, Evidence
from evals.examples import Example
from evals.matching import contains, contains_date, contains_number, exact_match, f1
from qa.types import Answer, Citation, Claim
from vectorstore.types import Passage

LONGEST_CITATION = 1_000
"""Characters; a chunk is shorter."""
_MARK = re.compile(r"\[(\d+)\]")

Group = Sequence[Sequence[Evidence]]
"""The quotes of a group; each with the places where it stands, any of which will do."""


def groups_of(example: Example, corpus: Corpus) -> list[Group]:
    """The evidence groups of an example, placed in the corpus."""
    return [[corpus.places(quote) for quote in group] for group in example.evidence]


def hit_at(passages: Sequence[Passage], groups: Iterable[Group], *, k: int) -> float:
    """1.0 when one of the first k passages covers a gold quote."""
    return float(any(rank <= k for group in groups for rank in _ranks(passages, group)))


def recall_at(passages: Sequence[Passage], groups: Iterable[Group], *, k: int) -> float:
    """Share of a group's quotes that the first k passages cover, for the best group."""
    return max((_share(rank <= k for rank in _ranks(passages, group)) for group in groups), default=0.0)


def reciprocal_rank(passages: Sequence[Passage], groups: Iterable[Group]) -> float:
    """One over the rank of the first passage that covers a gold quote; 0.0 when none does."""
    return 1 / min((rank for group in groups for rank in _ranks(passages, group)), default=math.inf)


def ndcg_at(passages: Sequence[Passage], groups: Iterable[Group], *, k: int) -> float:
    """Discounted gain of the first k passages over the best possible, for the best group.

    A passage gains 1 when it is the first to cover a quote of the group; a quote that no passage covers
    would have needed one more.
    """
    return max((_ndcg(_ranks(passages, group), k=k) for group in groups), default=0.0)


def matches(example: Example, text: str) -> bool:
    """Whether the text is a right answer by the example's own rules."""
    return _names_the_answer(example, text) and includes_what_it_must(example, text)


def includes_what_it_must(example: Example, text: str) -> bool:
    """Whether one of each `must_include` occurs in the text, and no `must_not_include`."""
    included = all(any(contains(text, item) for item in items) for items in example.must_include)
    return included and not any(contains(text, item) for item in example.must_not_include)


def shortest_claim(answer: Answer) -> str:
    """The statement that exact match and F1 are measured on."""
    return min((claim.text for claim in answer.claims), key=len, default=answer.text)


def answer_exact_match(example: Example, answer: Answer) -> float | None:
    """Exact match of the shortest claim, over the accepted answers."""
    return exact_match(shortest_claim(answer), example.answers) if example.answers else None


def answer_f1(example: Example, answer: Answer) -> float | None:
    """F1 of the shortest claim, best over the accepted answers."""
    return f1(shortest_claim(answer), example.answers) if example.answers else None


def utility(example: Example, answer: Answer) -> float:
    """+1 right, 0 abstained though the articles tell, −1 wrong; abstaining is right when they do not tell."""
    if answer.abstained:
        return 0.0 if example.answerable else 1.0
    return 1.0 if example.answerable and matches(example, answer.text) else -1.0


def surfaces_conflict(example: Example, answer: Answer) -> float | None:
    """1.0 when the text holds what each of the disagreeing articles says."""
    if not example.conflict:
        return None
    return float(all(contains(answer.text, side.value) for side in example.conflict))


def supports(citation: Citation, evidence: Iterable[Evidence]) -> bool:
    """Whether the citation holds at least half of a gold quote, and is no longer than a passage."""
    if citation.end - citation.start > LONGEST_CITATION:
        return False
    return any(_overlap(citation, gold) * 2 >= gold.end - gold.start for gold in evidence)


def is_faithful(citation: Citation, corpus: Corpus) -> bool:
    """Whether the source holds exactly the quote at the citation's offsets."""
    text = corpus.texts.get(citation.source)
    inside = text is not None and 0 <= citation.start < citation.end <= len(text)
    return inside and text is not None and text[citation.start : citation.end] == citation.quote


def citation_precision(answer: Answer, evidence: Sequence[Evidence], corpus: Corpus) -> float | None:
    """Share of the citations that are faithful and support the answer."""
    return _mean(_is_good(citation, evidence, corpus) for citation in all_citations(answer))


def citation_recall(answer: Answer, evidence: Sequence[Evidence], corpus: Corpus) -> float:
    """Share of the claims with a good citation; a claim without a footnote, or no claim at all, counts as 0."""
    return _share(_is_supported(claim, evidence, corpus) for claim in answer.claims)


def has_supporting_citation(answer: Answer, evidence: Sequence[Evidence], corpus: Corpus) -> bool:
    """Whether at least one citation is faithful and supports the answer."""
    return any(_is_good(citation, evidence, corpus) for citation in all_citations(answer))


def evidence_coverage(answer: Answer, groups: Iterable[Group]) -> float:
    """Share of a group's quotes that the citations support, for the best group."""
    cited = all_citations(answer)
    return max((_share(any(supports(one, quote) for one in cited) for quote in group) for group in groups), default=0.0)


def quote_fidelity(answer: Answer, corpus: Corpus) -> float | None:
    """Share of the citations whose source holds exactly their quote at their offsets."""
    return _mean(is_faithful(citation, corpus) for citation in all_citations(answer))


def source_accuracy(answer: Answer, evidence: Iterable[Evidence]) -> float | None:
    """Share of the citations that point at an article with a gold quote."""
    sources = {gold.source for gold in evidence}
    return _mean(citation.source in sources for citation in all_citations(answer))


def dangling_marks(answer: Answer) -> int:
    """Marks `[n]` of the text without a citation, plus citations that the text never marks."""
    marked = {int(number) for number in _MARK.findall(answer.text)}
    return len(marked ^ {citation.number for citation in all_citations(answer)})


def all_citations(answer: Answer) -> tuple[Citation, ...]:
    """The answer's citations and those that only a claim holds, each once."""
    held = (citation for claim in answer.claims for citation in claim.citations)
    return tuple(dict.fromkeys([*answer.citations, *held]))


def _ranks(passages: Sequence[Passage], group: Group) -> list[float]:
    """For each quote of the group: the 1-based rank of the first passage that covers it, or infinity."""
    return [next((rank for rank, one in enumerate(passages, 1) if _covers(one, quote)), math.inf) for quote in group]


def _covers(passage: Passage, quote: Iterable[Evidence]) -> bool:
    chunk = passage.chunk
    return any(gold.source == chunk.source and chunk.start <= gold.start and gold.end <= chunk.end for gold in quote)


def _ndcg(ranks: Sequence[float], *, k: int) -> float:
    gaining = {rank for rank in ranks if rank < math.inf}
    needed = len(gaining) + sum(rank == math.inf for rank in ranks)
    ideal = sum(_discount(rank) for rank in range(1, min(k, needed) + 1))
    return sum(_discount(rank) for rank in gaining if rank <= k) / ideal if ideal else 0.0


def _discount(rank: float) -> float:
    return 1 / math.log2(rank + 1)


def _names_the_answer(example: Example, text: str) -> bool:
    if not (example.answers or example.numbers or example.dates):
        return True
    return (
        any(contains(text, alias) for alias in example.answers)
        or any(contains_number(text, number.value, tolerance=number.tolerance) for number in example.numbers)
        or any(contains_date(text, wanted) for wanted in example.partial_dates)
    )


def _is_good(citation: Citation, evidence: Iterable[Evidence], corpus: Corpus) -> bool:
    return is_faithful(citation, corpus) and supports(citation, evidence)


def _is_supported(claim: Claim, evidence: Sequence[Evidence], corpus: Corpus) -> bool:
    return any(_is_good(citation, evidence, corpus) for citation in claim.citations)


def _overlap(citation: Citation, gold: Evidence) -> int:
    shared = min(citation.end, gold.end) - max(citation.start, gold.start)
    return max(shared, 0) if citation.source == gold.source else 0


def _share(flags: Iterable[bool]) -> float:
    return _mean(flags) or 0.0


def _mean(flags: Iterable[bool]) -> float | None:
    values = list(flags)
    return sum(values) / len(values) if values else None
