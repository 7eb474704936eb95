"""Statements of the checker over pairs written by hand: what was caught and passed, and what was judged wrongly."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from evals.checking.checker import ClaimChecker
from evals.checking.measures import rate
from evals.checking.pairs import FAULTS, PlacedPair, Rules
from evals.estimates import Estimate
from evals.examples import Split
from evals.runner import Progress
from qa.drafts import Statement
from vectorstore.types import Passage

Passages = Callable[[str], Sequence[Passage]]
"""All passages of an article, by its source."""


@dataclass(frozen=True, slots=True)
class JudgedPair:
    """A pair with what the checker says of its claim."""

    placed: PlacedPair
    statement: Statement

    @property
    def is_judged_rightly(self) -> bool:
        """A wrong claim is unsupported, and a right one is not."""
        return self.placed.pair.is_right == (self.statement.verdict != "unsupported")


@dataclass(frozen=True, slots=True)
class Measured:
    """How many of one kind of pair were judged rightly; of none, there is no rate."""

    split: Split
    kind: str
    """A fault; or `caught`, all wrong claims, and `passed`, all right ones."""
    rightly: int
    n: int
    rate: Estimate | None


def judge(
    pairs: Sequence[PlacedPair], checker: ClaimChecker, passages: Passages, *, progress: Progress | None = None
) -> list[JudgedPair]:
    """Check each claim against its whole article, article by article."""
    judged: list[JudgedPair] = []
    for source in dict.fromkeys(one.pair.source for one in pairs):
        own = [one for one in pairs if one.pair.source == source]
        statements = checker.check([one.pair.claim for one in own], passages(source))
        judged += [JudgedPair(one, statement) for one, statement in zip(own, statements, strict=True)]
        if progress:
            progress(len(judged), len(pairs))
    return judged


def measured(judged: Sequence[JudgedPair]) -> list[Measured]:
    """Of each split: the two rates, then the faults that it holds."""
    found: list[Measured] = []
    for split in sorted({one.placed.split for one in judged}):
        own = [one for one in judged if one.placed.split == split]
        found.append(_measured(split, "caught", (one for one in own if not one.placed.pair.is_right)))
        found.append(_measured(split, "passed", (one for one in own if one.placed.pair.is_right)))
        faults = [_measured(split, fault, (one for one in own if one.placed.pair.fault == fault)) for fault in FAULTS]
        found += [row for row in faults if row.kind and row.n]
    return found


def below_floors(found: Iterable[Measured], rules: Rules) -> list[str]:
    """Each floor that is not reached, in one line."""
    lines: list[str] = []
    for row in found:
        floor = getattr(rules.floors(row.split), row.kind, 0.0) if row.kind in ("caught", "passed") else 0.0
        if row.rate and row.rate.value < floor:
            lines.append(f"{row.split}: {row.kind} is {row.rate.value:.3f} (n = {row.n}), must be ≥ {floor:g}")
    return lines


def _measured(split: Split, kind: str, judged: Iterable[JudgedPair]) -> Measured:
    flags = [one.is_judged_rightly for one in judged]
    return Measured(split, kind, sum(flags), len(flags), rate(flags))
