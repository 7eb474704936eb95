"""Vectors of sentences that were asked about before: a sentence is embedded once while the process lives."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from vectorstore.embedding import Embeddings

_MOST = 20_000


class VectorCache:
    """Embeds texts as documents and remembers the most recent 20,000; safe to share between threads."""

    def __init__(self, embeddings: Embeddings) -> None:
        self._embeddings = embeddings
        self._vectors: OrderedDict[str, npt.NDArray[np.float32]] = OrderedDict()
        self._last_query: tuple[str, npt.NDArray[np.float32]] | None = None
        self._lock = threading.Lock()

    @property
    def fingerprint(self) -> str:
        """The embedding model's fingerprint."""
        return self._embeddings.fingerprint

    def embed_query(self, text: str) -> npt.NDArray[np.float32]:
        """Unit vector (dimensions,) of a query; the last one is remembered."""
        with self._lock:
            known = self._last_query
        if known and known[0] == text:
            return known[1]
        vector = self._embeddings.embed_query(text)
        with self._lock:
            self._last_query = (text, vector)
        return vector

    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Unit vectors (len(texts), dimensions), float32."""
        with self._lock:
            known = {text: self._vectors[text] for text in texts if text in self._vectors}
        missing = sorted(set(texts) - set(known))
        if missing:
            known.update(zip(missing, self._embeddings.embed_documents(missing), strict=True))
            self._remember({text: known[text] for text in missing})
        return np.stack([known[text] for text in texts])

    def _remember(self, vectors: dict[str, npt.NDArray[np.float32]]) -> None:
        with self._lock:
            self._vectors.update(vectors)
            while len(self._vectors) > _MOST:
                self._vectors.popitem(last=False)
