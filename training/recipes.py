"""What is learned, in which order: templated questions and claims first, then natural ones with near misses."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from tqdm import tqdm

from qa.reading.inputs import Encoder
from training.negatives import hard_negatives
from training.rows import Lesson, claim_lesson, question_lesson
from training.sets import Example, read_set
from training.swapping import Swapper

NATURAL = {
    "squadshifts_new_wiki": 1.0,
    "squad_train_subset": 1.0,
    "squad_train_800": 1.0,
    "qed_nq": 1.0,
    "nq_open_oracle": 1.0,
    "fairytaleqa": 0.4,
    "covidqa": 0.3,
    "selqa_sent": 0.5,
    "squad2": 2.0,
    "nearmiss_negatives": 0.4,
    "vitaminc_real": 0.25,
}


@dataclass(frozen=True, slots=True)
class Stage:
    """One pass over a mixture of sets."""

    name: str
    shares: dict[str, float]
    """Of each set, the share of its examples that is used."""
    rates: tuple[float, float]
    """Learning rate at its first and last step."""
    beside: float = 0.0
    """Share of the answerable examples used once more, with a window of the same text that does not answer."""
    retrieved: float = 0.0
    """The same, with another text that retrieval finds."""
    swapped: float = 0.0
    """The same, with its own text and another name, number or rank in the question, where it holds one."""
    seed: int = 1


def _natural(name: str, rates: tuple[float, float], seed: int, *, part: float = 1.0) -> Stage:
    shares = {name: part * share for name, share in NATURAL.items()}
    return Stage(name, shares, rates, beside=0.25, retrieved=0.2, swapped=0.6, seed=seed)


_TEMPLATED = {"qasrl_bank": 0.25, "qasrl_gs": 0.5, "qanom": 0.2, "qamr": 0.05, "vitaminc_real": 0.2}

RECIPES: dict[str, tuple[Stage, ...]] = {
    "cpu": (
        Stage("templated", _TEMPLATED, (2e-4, 2e-4)),
        _natural("natural", (2e-4, 1.5e-4), 2, part=0.35),
        _natural("finish", (1.5e-4, 0.0), 3, part=0.76),
    ),
    "gpu": (
        Stage("templated", {name: 3 * share for name, share in _TEMPLATED.items()}, (2e-4, 2e-4)),
        *(_natural(f"natural-{turn}", (2e-4, 2e-4), turn + 2) for turn in range(4)),
        _natural("finish-1", (2e-4, 8e-5), 7),
        _natural("finish-2", (8e-5, 0.0), 8),
    ),
    "smoke": (Stage("smoke", {"squad2": 0.02}, (1e-4, 0.0), 0.25, 0.2, 0.2),),
}


def lessons(stage: Stage, *, data: Path, encoder: Encoder, swapper: Swapper) -> list[Lesson]:
    """All lessons of a stage, shuffled; the same for the same seed."""
    chance = random.Random(stage.seed)
    examples = [example for name, share in stage.shares.items() for example in _share(name, share, data, chance)]
    made = [*_cut(stage, examples, encoder, chance), *_missing(stage, examples, encoder, swapper, chance)]
    chance.shuffle(made)
    return made


def _share(name: str, share: float, data: Path, chance: random.Random) -> list[Example]:
    """A share above 1 takes all examples, and some or all once more."""
    held = read_set(name, data)
    whole, part = divmod(share, 1)
    return held * int(whole) + chance.sample(held, round(part * len(held)))


def _cut(stage: Stage, examples: list[Example], encoder: Encoder, chance: random.Random) -> Iterator[Lesson]:
    """Each example with its own text."""
    for example in tqdm(examples, desc=f"{stage.name}: cutting windows", mininterval=5):
        if example.supports is not None:
            yield claim_lesson(example, encoder)
            continue
        yield from _of(question_lesson(example, encoder, chance))
        if example.spans and chance.random() < stage.beside:
            yield from _of(question_lesson(example, encoder, chance, beside=True))


def _missing(
    stage: Stage, examples: list[Example], encoder: Encoder, swapper: Swapper, chance: random.Random
) -> Iterator[Lesson]:
    """Questions with a text that retrieval finds for them, and changed questions with their text: none is answered."""
    questions = [example for example in examples if example.supports is None]
    asked = [example for example in questions if example.spans]
    if stage.retrieved:
        for example in hard_negatives(_some(asked, stage.retrieved, chance), questions, chance):
            yield from _of(question_lesson(example, encoder, chance))
    for example in _some(asked, stage.swapped, chance):
        changed = swapper.swapped(example.question, example.context, chance)
        if changed:
            yield from _of(question_lesson(replace(example, question=changed, spans=()), encoder, chance))


def _some(examples: list[Example], share: float, chance: random.Random) -> list[Example]:
    return chance.sample(examples, round(share * len(examples)))


def _of(lesson: Lesson | None) -> Iterator[Lesson]:
    if lesson:
        yield lesson
