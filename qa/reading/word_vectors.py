"""The word vectors of the packaged model, read from its file a few rows at a time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt


def open_word_vectors(weights: Path) -> npt.NDArray[np.float32]:
    """Shape (pieces known, 384), float32, mapped and not loaded; ValueError when the file is not what it should be.

    Source: https://huggingface.co/docs/safetensors (eight bytes of length, a JSON header, the tensors).
    """
    with weights.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if not 2 <= length <= weights.stat().st_size:
            raise ValueError(f"{weights} is no safetensors file")
        header: Any = json.loads(file.read(length))
    match header:
        case {"embeddings.word_embeddings.weight": {"dtype": "F32", "data_offsets": [start, _], "shape": shape}}:
            return np.memmap(weights, dtype="<f4", mode="r", offset=8 + length + start, shape=tuple(shape))
    raise ValueError(f"{weights} holds no word vectors of 32 bits")
