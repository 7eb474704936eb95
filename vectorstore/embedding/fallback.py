"""A model that cannot be converted, run by sentence-transformers in this process: the same vectors, a slower start."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from vectorstore.embedding.export import load_sentence_transformer, prompt_of
from vectorstore.embedding.interface import MOST_TOKENS, Vectors, refuse_blank
from vectorstore.embedding.source import Source
from vectorstore.errors import ModelUnavailable


class FallbackEmbeddings:
    """Embeddings computed by sentence-transformers; raises ModelUnavailable when it cannot load the model."""

    backend = "sentence-transformers"

    def __init__(self, source: Source, fingerprint: str, *, notices: tuple[str, ...]) -> None:
        self.model = source.model
        self.notices = notices
        self.fingerprint = fingerprint
        self._lock = threading.Lock()
        self._transformer = _load(source)
        self.dimensions = int(self.embed_documents(["a"]).shape[1])
        self.max_tokens = self._max_tokens()

    def count_tokens(self, text: str) -> int:
        """Word pieces of the whole text, special ones excluded."""
        return len(self._word_pieces(text, special=False))

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (texts, dimensions), in the order of the texts; ValueError for a blank text."""
        refuse_blank(texts)
        if not texts:
            return np.empty((0, self.dimensions), dtype=np.float32)
        with self._lock:
            return _unit(self._transformer.encode_document(list(texts), show_progress_bar=False))

    def embed_query(self, text: str) -> Vectors:
        """Unit vector, shape (dimensions,); ValueError for a blank text."""
        refuse_blank([text])
        with self._lock:
            vector: Vectors = _unit(self._transformer.encode_query([text], show_progress_bar=False))[0]
        return vector

    def _word_pieces(self, text: str, *, special: bool) -> Any:
        tokenizer = self._transformer.tokenizer
        if hasattr(tokenizer, "encode_batch"):  # a static model: its bare tokenizer, which adds nothing
            return tokenizer.encode(text, add_special_tokens=False).ids
        return tokenizer(text, add_special_tokens=special, truncation=False, verbose=False)["input_ids"]

    def _max_tokens(self) -> int:
        limit = self._transformer.max_seq_length
        prompt = prompt_of(self._transformer, "document", "passage", "corpus")
        special = len(self._word_pieces("a", special=True)) - self.count_tokens("a")
        return int(min(limit or MOST_TOKENS, MOST_TOKENS)) - special - self.count_tokens(prompt)


def _load(source: Source) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return load_sentence_transformer(source.folder)
    except Exception as error:
        why = " ".join(str(error).split())[:200]
        raise ModelUnavailable(source.model, f"sentence-transformers cannot load {source.folder} ({why})") from error


def _unit(vectors: Any) -> Vectors:
    array = np.asarray(vectors, dtype=np.float32)
    lengths = np.linalg.norm(array, axis=1, keepdims=True)
    unit: Vectors = array / np.maximum(lengths, np.finfo(np.float32).tiny)
    return unit
