"""Learning: batches of like length, half precision with full-precision weights behind it, resumable at any step."""

from __future__ import annotations

import copy
import pickle
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional
from tqdm import tqdm

from training.network import Reader, Reading
from training.recipes import Stage
from training.rows import Lesson
from vectorstore.embedding.onnx_model import batches

Make = Callable[[Stage], list[Lesson]]
"""The lessons of a stage; the same whenever it is asked."""

BATCH_PIECES = 3072
_CHECKPOINT = "checkpoint.pt"
_POOL = 2048
_HEADS_FASTER = 5.0
_WARM_UP = 150
_SAVE_SECONDS = 120.0


@dataclass(slots=True)
class Place:
    """How far learning has come: the stage, and the steps done in it."""

    stage: int = 0
    step: int = 0


class Learning:
    """A reader that learns the stages of a recipe; its state lives in `folder` and is taken up again from there."""

    def __init__(self, reader: Reader, words: Tensor, folder: Path, device: str) -> None:
        self.reader = reader.to(device)
        self._fast = copy.deepcopy(self.reader).to(torch.bfloat16)
        self._words = words.to(device)
        self._folder = folder
        self._device = device
        heads = [p for name, p in self.reader.named_parameters() if name.startswith(("span", "answers", "supports"))]
        body = [p for name, p in self.reader.named_parameters() if not name.startswith(("span", "answers", "supports"))]
        groups = [{"params": body, "scale": 1.0}, {"params": heads, "scale": _HEADS_FASTER}]
        self._optimizer = torch.optim.AdamW(groups, lr=1e-4, weight_decay=0.01)
        self._place = Place()
        folder.mkdir(parents=True, exist_ok=True)
        if self._checkpoint.exists():
            self._resume()

    def run(self, stages: Sequence[Stage], make: Make, *, minutes: float) -> bool:
        """Learn until all is learned (True), or the time is over and the state is saved (False)."""
        until = time.monotonic() + 60 * minutes
        for number in range(self._place.stage, len(stages)):
            batches = batches_of(self._lessons(stages[number], make), stages[number].seed)
            if not self._learn(stages[number], batches, until):
                return False
            self._place = Place(number + 1)
            self._save()
        return True

    def _learn(self, stage: Stage, batches: list[list[Lesson]], until: float) -> bool:
        shown = tqdm(total=len(batches), initial=self._place.step, desc=stage.name, mininterval=10)
        saved, losses = time.monotonic(), [0.0, 0.0, 0.0]
        while self._place.step < len(batches):
            if time.monotonic() > until:
                self._save()
                return False
            parts = self._step(batches[self._place.step], self._rate(stage, len(batches)))
            losses = [0.98 * old + 0.02 * new for old, new in zip(losses, parts, strict=True)]
            self._place.step += 1
            shown.set_postfix_str(" ".join(f"{loss:.3f}" for loss in losses), refresh=False)
            shown.update()
            if time.monotonic() - saved > _SAVE_SECONDS:
                self._save()
                saved = time.monotonic()
        return True

    def _rate(self, stage: Stage, steps: int) -> float:
        first, last = stage.rates
        rate = first + (last - first) * self._place.step / steps
        warming = self._place.stage == 0 and self._place.step < _WARM_UP
        return rate * (self._place.step + 1) / _WARM_UP if warming else rate

    def _step(self, batch: list[Lesson], rate: float) -> list[float]:
        with torch.no_grad():
            for fast, exact in zip(self._fast.parameters(), self.reader.parameters(), strict=True):
                fast.copy_(exact)
                fast.grad = None
        tensors = tensors_of(batch, self._words, self._device)
        tensors[0] = tensors[0].to(torch.bfloat16)
        losses = _losses(self._fast(*tensors), batch)
        sum(losses).backward()
        for fast, exact in zip(self._fast.parameters(), self.reader.parameters(), strict=True):
            exact.grad = None if fast.grad is None else fast.grad.float()
        torch.nn.utils.clip_grad_norm_(self.reader.parameters(), 1.0)
        for group in self._optimizer.param_groups:
            group["lr"] = rate * group["scale"]
        self._optimizer.step()
        return [float(loss.detach()) for loss in losses]

    def _lessons(self, stage: Stage, make: Make) -> list[Lesson]:
        kept = self._folder / f"lessons-{stage.name}.pickle"
        if not kept.exists():
            with kept.with_suffix(".part").open("wb") as file:
                pickle.dump(make(stage), file)
            kept.with_suffix(".part").replace(kept)
        with kept.open("rb") as file:
            return pickle.load(file)  # type: ignore[no-any-return]  # our own file

    @property
    def _checkpoint(self) -> Path:
        return self._folder / _CHECKPOINT

    def _save(self) -> None:
        state = {
            "reader": self.reader.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "place": (self._place.stage, self._place.step),
        }
        part = self._checkpoint.with_suffix(".part")
        torch.save(state, part)
        part.replace(self._checkpoint)

    def _resume(self) -> None:
        state = torch.load(self._checkpoint, map_location=self._device, weights_only=True)
        self.reader.load_state_dict(state["reader"])
        self._optimizer.load_state_dict(state["optimizer"])
        self._place = Place(*state["place"])


def learned(folder: Path) -> Reader:
    """The reader of the last checkpoint in a folder; FileNotFoundError where there is none."""
    reader = Reader()
    reader.load_state_dict(torch.load(folder / _CHECKPOINT, map_location="cpu", weights_only=True)["reader"])
    return reader


def tensors_of(batch: Sequence[Lesson], words: Tensor, device: str) -> list[Tensor]:
    """What `Reader.forward` takes."""
    longest = max(len(lesson.row.ids) for lesson in batch)
    ids = torch.zeros(len(batch), longest, dtype=torch.long)
    types = torch.zeros(len(batch), longest, dtype=torch.long)
    for place, lesson in enumerate(batch):
        ids[place, : len(lesson.row.ids)] = torch.tensor(lesson.row.ids)
        types[place, : len(lesson.row.types)] = torch.tensor(lesson.row.types)
    lengths = torch.tensor([len(lesson.row.ids) for lesson in batch])
    firsts = torch.tensor([lesson.row.first for lesson in batch])
    return [functional.embedding(ids.to(device), words), *(t.to(device) for t in (types, lengths, firsts))]


def batches_of(made: Sequence[Lesson], seed: int) -> list[list[Lesson]]:
    """Lessons of like length together, about `BATCH_PIECES` a batch; the order of the batches is by chance."""
    made_up: list[list[Lesson]] = []
    for start in range(0, len(made), _POOL):
        pool = made[start : start + _POOL]
        lengths = [len(lesson.row.ids) for lesson in pool]
        cut = [[pool[place] for place in places] for places in batches(lengths, pieces=BATCH_PIECES)]
        random.Random(seed + start).shuffle(cut)
        made_up += cut
    return made_up


def _losses(reading: Reading, batch: Sequence[Lesson]) -> list[Tensor]:
    """Of spans, answerability and support: cross-entropy; any of several right spans counts as right."""
    device = reading.starts.device
    zero = reading.answers.sum() * 0
    spans = [place for place, lesson in enumerate(batch) if lesson.answers == 0 or lesson.starts]
    asked = [place for place, lesson in enumerate(batch) if lesson.answers is not None]
    claimed = [place for place, lesson in enumerate(batch) if lesson.supports is not None]
    span = zero
    if spans:
        chosen = [batch[place] for place in spans]
        span = _likelihood(reading.starts[spans], [lesson.starts or (0,) for lesson in chosen])
        span = (span + _likelihood(reading.stops[spans], [lesson.stops or (0,) for lesson in chosen])) / 2
    truth = torch.tensor([float(batch[place].answers or 0) for place in asked], device=device)
    answers = functional.binary_cross_entropy_with_logits(reading.answers[asked], truth) / 2 if asked else zero
    labels = torch.tensor([batch[place].supports or 0 for place in claimed], device=device)
    supports = functional.cross_entropy(reading.supports[claimed], labels) / 2 if claimed else zero
    return [span, answers, supports]


def _likelihood(logits: Tensor, right: Sequence[tuple[int, ...]]) -> Tensor:
    """Mean of -log of the chance given to all right places together."""
    marked = torch.full_like(logits, float("-inf"))
    for place, places in enumerate(right):
        marked[place, list(places)] = 0.0
    return (logits.logsumexp(-1) - (logits + marked).logsumexp(-1)).mean()
