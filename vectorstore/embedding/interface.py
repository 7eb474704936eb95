"""What the rest of the program sees of an embedding model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]

MOST_TOKENS = 8192
"""Word pieces read of a text by a model that names no limit of its own, or a larger one."""


class Embeddings(Protocol):
    """Turns texts into unit vectors; safe to use from several threads."""

    @property
    def model(self) -> str:
        """The name or folder that the user gave."""

    @property
    def fingerprint(self) -> str:
        """Hex digits over weights, tokenizer and configuration: equal means comparable vectors."""

    @property
    def dimensions(self) -> int:
        """Length of a vector."""

    @property
    def max_tokens(self) -> int:
        """Word pieces read of a document, special ones excluded; what follows them is not seen."""

    @property
    def backend(self) -> str:
        """`onnxruntime`, or `sentence-transformers` for a model that cannot be converted."""

    @property
    def notices(self) -> tuple[str, ...]:
        """One line each for what the user should know about how the model was made ready."""

    def count_tokens(self, text: str) -> int:
        """Word pieces of the whole text, special ones excluded."""

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (texts, dimensions), in the order of the texts; ValueError for a blank text."""

    def embed_query(self, text: str) -> Vectors:
        """Unit vector, shape (dimensions,), comparable with those of documents; ValueError for a blank text."""


def refuse_blank(texts: Sequence[str]) -> None:
    """Raise ValueError for a text without a word: its vector would be near to everything and mean nothing."""
    for place, text in enumerate(texts):
        if not text.strip():
            raise ValueError(f"text {place} of {len(texts)} is blank and cannot be embedded")
