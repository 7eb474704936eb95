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
        self._lock = threading.Lock()

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
