"""A run of the checker over pairs written by hand, as a whole: figures, time, floors, and what may be read of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from evals.checking.checker import open_checker
from evals.checking.judging import JudgedPair, Measured, below_floors, judge, measured
from evals.checking.pairs import load_pairs, load_rules, require_clean
from evals.checking.passages import Cutter, load_source
from evals.checking.timing import Timing, measure_time
from evals.corpus import read_corpus
from evals.examples import SPLITS, Split
from evals.runner import Progress
from qa.settings import Settings


@dataclass(frozen=True, slots=True)
class PairReport:
    """What a run over pairs found."""

    rows: tuple[Measured, ...]
    timing: Timing
    below_floors: tuple[str, ...]
    judged: tuple[JudgedPair, ...]

    def mistakes(self) -> list[JudgedPair]:
        """Pairs that were judged wrongly: of the dev split, and of the test split only in a run of that alone.

        Who reads the failures of the test split tunes on it.
        """
        splits = {one.placed.split for one in self.judged}
        shown = splits if len(splits) == 1 else {"dev"}
        return [one for one in self.judged if one.placed.split in shown and not one.is_judged_rightly]

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        mistakes = [
            {"id": one.placed.pair.id, "fault": one.placed.pair.fault, "verdict": one.statement.verdict}
            for one in self.mistakes()
        ]
        rows = [asdict(row) for row in self.rows]
        return {"pairs": rows, "timing": asdict(self.timing), "below_floors": self.below_floors, "mistakes": mistakes}


def check_pairs(
    settings: Settings, folder: Path, splits: Sequence[Split] = SPLITS, *, progress: Progress | None = None
) -> PairReport:
    """Lint the pairs and check them against their articles; raises DatasetError."""
    rules, pairs = load_rules(folder), load_pairs(folder, splits)
    promised = rules.pairs if len(splits) == len(SPLITS) else 0
    require_clean(pairs, read_corpus(settings.corpus_dir), least=promised)
    checker = open_checker(settings)
    cutter = Cutter(settings, checker.embeddings)
    passages = cache(lambda source: cutter.article(load_source(settings, source)))
    judged = judge(pairs, checker, passages, progress=progress)
    rows = measured(judged)
    timing = measure_time(pairs, checker, passages)
    return PairReport(tuple(rows), timing, tuple(below_floors(rows, rules)), tuple(judged))
