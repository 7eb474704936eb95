"""The same questions asked once more, elsewhere and otherwise: is the answer the same, and what does abstaining hide?

The second pass runs in a process of its own, with another hash seed, from the last example to the first, and with
abstention off. What the first pass answered must come out the same to the last byte, its numbers within a millionth;
what it left, with the same passages and confidence. What it says of the rest shows what confidence is worth below the
threshold.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evals.curves import Attempt
from evals.examples import Example, load_questions
from evals.runner import Row, Run, run
from qa.types import Answer, Turn
from vectorstore.errors import UserError

if TYPE_CHECKING:
    from qa import Settings

_HASH_SEED = "20251130"
_NOT_COMPARED = ("seconds", "notices", "usage", "settings_fingerprint", "confidence", "passages")
"""Fields of an answer that differ between equal answers, or are compared as numbers."""
_OF_SAYING = ("text", "claims", "citations", "abstained", "reason", "accounts", "articles")
"""Fields that abstention off may change."""
_TOLERANCE = 1e-6
"""Processors add up in different orders; a confidence or score may move by so much."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What is kept of an answer, to see whether it comes out again."""

    id: str
    said: str
    """Digest of the answer."""
    found: str
    """Digest of what led to it: the query, and the passages in their order."""
    numbers: tuple[float, ...]
    """Confidence, and the passages' scores."""
    attempt: Attempt

    def is_like(self, other: Seen, *, whole: bool) -> bool:
        """Whether both are of the same answer; not `whole`: of one that was found alike."""
        near = len(self.numbers) == len(other.numbers) and all(
            abs(one - two) <= _TOLERANCE for one, two in zip(self.numbers, other.numbers, strict=True)
        )
        return near and self.found == other.found and (not whole or self.said == other.said)


class SecondPass:
    """A second pass under way; `finish` waits for it."""

    def __init__(self, settings: Settings, questions: Path, examples: Sequence[Example]) -> None:
        job = {
            "settings": settings.model_dump(mode="json"),
            "questions": str(questions.absolute()),
            "ids": [example.id for example in examples],
        }
        ours = os.pathsep.join(filter(None, [str(Path(__file__).parent.parent), os.environ.get("PYTHONPATH")]))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "evals.second_pass"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONHASHSEED": _HASH_SEED, "PYTHONPATH": ours},
        )
        assert self._process.stdin
        self._process.stdin.write(json.dumps(job))
        self._process.stdin.close()
        self._process.stdin = None

    def finish(self) -> Mapping[str, Seen]:
        """What was seen, by id; raises UserError when the process failed."""
        out, err = self._process.communicate()
        if self._process.returncode:
            why = err.strip().splitlines()[-1:] or [f"exit status {self._process.returncode}"]
            raise UserError(f"the second pass failed: {why[0]}; leave it out with --once")
        rows = json.loads(out)
        return {
            row["id"]: Seen(**{**row, "numbers": tuple(row["numbers"]), "attempt": Attempt(**row["attempt"])})
            for row in rows
        }

    def stop(self) -> None:
        """End the process, if it still runs."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.communicate()


def differing(first: Run, second: Mapping[str, Seen]) -> tuple[str, ...]:
    """Ids of the examples that came out otherwise in the second pass; failed ones are told apart already."""
    return tuple(
        row.example.id for row in first.rows if row.answer and not row.error and _differs(row, row.answer, second)
    )


def see(row: Row) -> Seen:
    """What is kept of a row."""
    answer = row.answer
    assert answer, row.error
    fields = {name: value for name, value in answer.to_dict().items() if name not in _NOT_COMPARED}
    told = {name: value for name, value in fields.items() if name not in _OF_SAYING}
    return Seen(
        row.example.id,
        _digest(fields),
        _digest({**told, "passages": [passage.chunk.id for passage in answer.passages]}),
        (answer.confidence, *(passage.score for passage in answer.passages)),
        Attempt(answer.confidence, row.example.answerable and row.right, row.example.answerable),
    )


def _differs(row: Row, answer: Answer, second: Mapping[str, Seen]) -> bool:
    other = second.get(row.example.id)
    return other is None or not see(row).is_like(other, whole=not answer.abstained)


def _digest(fields: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()


def main() -> None:
    """Read the job from standard input, ask, and write what was seen to standard output."""
    job = json.load(sys.stdin)
    rows = _ask(job)
    json.dump([asdict(see(row)) for row in rows if row.answer and not row.error], sys.stdout)


def _ask(job: Mapping[str, Any]) -> Sequence[Row]:
    from evals.corpus import read_corpus
    from qa import Settings, open_corpus

    settings = Settings.model_validate(job["settings"])
    wanted = set(job["ids"])
    chosen = [one for one in load_questions(Path(job["questions"])).examples if one.id in wanted]
    open_minded = settings.model_copy(update={"abstain_below": 0.0})
    with open_corpus(None, settings) as usual, open_corpus(None, open_minded) as always:

        def ask(question: str, history: Sequence[Turn]) -> Answer:
            return usual.ask(question, history=history)

        def ask_last(question: str, history: Sequence[Turn]) -> Answer:
            return always.ask(question, history=history)

        return run(ask, chosen[::-1], read_corpus(settings.corpus_dir), last=ask_last).rows


if __name__ == "__main__":
    main()
