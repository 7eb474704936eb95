"""A stand-in for an embedding model: texts that share words are near, all others are not."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from vectorstore.terms import terms

DIMENSIONS = 512


def embed(texts: Sequence[str]) -> npt.NDArray[np.float32]:
    """Unit vectors (len(texts), 512) of hashed, stemmed words."""
    vectors = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
    for row, text in enumerate(texts):
        for term in terms(text):
            vectors[row, zlib.crc32(term.encode()) % DIMENSIONS] += 1
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.maximum(lengths, 1e-9)
