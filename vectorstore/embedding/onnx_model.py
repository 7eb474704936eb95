"""A converted model at work in onnxruntime: ready in a third of a second, no torch."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from vectorstore.embedding.conversion import GRAPH, TOKENIZER, Conversion, ConversionUnusable
from vectorstore.embedding.interface import Vectors, refuse_blank

_BATCH_TOKENS = 2048
_BATCH_TEXTS = 64
_LENGTH_STEP = 8
_PROBE = "The council opened a new library in March 2024, and 1,200 people came."
_LEAST_PROBE_COSINE = 0.9995


class OnnxEmbeddings:
    """Embeddings computed by onnxruntime on the CPU; raises ConversionUnusable when the files are damaged."""

    backend = "onnxruntime"

    def __init__(self, folder: Path, conversion: Conversion, *, model: str, notices: tuple[str, ...]) -> None:
        self.model = model
        self.notices = notices
        self.fingerprint = conversion.fingerprint
        self.dimensions = conversion.dimensions
        self._conversion = conversion
        self._lock = threading.Lock()
        try:
            self._tokenizer = open_tokenizer(folder / TOKENIZER)
            self._session = open_session(folder / GRAPH)
        except Exception as error:  # both libraries raise their own kinds for a file that they cannot parse
            raise ConversionUnusable("its files are damaged") from error
        self._room = conversion.max_seq_length - self._tokenizer.num_special_tokens_to_add(is_pair=False)
        self.max_tokens = self._room - self.count_tokens(conversion.document_prompt)
        self._check_probe()

    def count_tokens(self, text: str) -> int:
        """Word pieces of the whole text, special ones excluded."""
        return len(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (texts, dimensions), in the order of the texts; ValueError for a blank text."""
        refuse_blank(texts)
        return self._embed([self._conversion.document_prompt + text for text in texts], least_rows=2)

    def embed_query(self, text: str) -> Vectors:
        """Unit vector, shape (dimensions,); ValueError for a blank text."""
        refuse_blank([text])
        vector: Vectors = self._embed([self._conversion.query_prompt + text])[0]
        return vector

    def probe(self) -> tuple[float, ...]:
        """The vector of a fixed text, by which a damaged graph is found out."""
        return tuple(float(value) for value in self._embed([_PROBE])[0])

    def _check_probe(self) -> None:
        expected = self._conversion.probe
        if expected and not np.dot(self.probe(), expected) >= _LEAST_PROBE_COSINE:
            raise ConversionUnusable("its graph gives other vectors than when it was made")

    def _embed(self, texts: Sequence[str], *, least_rows: int = 1) -> Vectors:
        """Unit vectors; with at least two rows a batch, a text has the same vector in any company, to the last bit.

        One row takes another path through the arithmetic than several, so a single text goes in twice.
        """
        encodings = [self._encode(text) for text in texts]
        vectors = np.empty((len(texts), self.dimensions), dtype=np.float32)
        for places in batches([len(encoding.ids) for encoding in encodings], pieces=_BATCH_TOKENS, rows=_BATCH_TEXTS):
            feed = self._feed([encodings[place] for place in (places if len(places) >= least_rows else places * 2)])
            with self._lock:  # for each batch anew, so that a query waits for one batch, not for a whole corpus
                vectors[places] = self._session.run(None, feed)[0][: len(places)]
        return vectors

    def _encode(self, text: str) -> Any:
        encoding = self._tokenizer.encode(text, add_special_tokens=False)
        encoding.truncate(self._room)
        return self._tokenizer.post_process(encoding)

    def _feed(self, encodings: list[Any]) -> dict[str, Any]:
        """One batch as the graph takes it; int64, shape (texts, length); the length fills whole vector registers."""
        padding = self._conversion.padding
        longest = max(len(encoding.ids) for encoding in encodings)
        length = min(-(-longest // _LENGTH_STEP) * _LENGTH_STEP, self._conversion.max_seq_length)
        for encoding in encodings:
            encoding.pad(
                length, direction="left" if padding.left else "right", pad_id=padding.id, pad_type_id=padding.type_id
            )
        columns = {
            "input_ids": [encoding.ids for encoding in encodings],
            "attention_mask": [encoding.attention_mask for encoding in encodings],
            "token_type_ids": [encoding.type_ids for encoding in encodings],
        }
        return {name: np.array(columns[name], dtype=np.int64) for name in self._conversion.inputs}


def batches(lengths: Sequence[int], *, pieces: int, rows: int | None = None) -> Iterator[list[int]]:
    """Places of rows of like length, together at most `pieces` word pieces, padding counted, and `rows` rows."""
    batch: list[int] = []
    for place in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and (len(batch) == rows or (len(batch) + 1) * lengths[place] > pieces):
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch


def open_tokenizer(path: Path) -> Any:
    """A tokenizer that neither pads nor cuts."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_padding()
    tokenizer.no_truncation()  # done here, since `count_tokens` must see the whole text
    return tokenizer


def open_session(path: Path, *, threads: int | None = None, without: Sequence[str] = ()) -> Any:
    """A graph on the CPU: a run takes so many threads (all cores unless told), `without` these optimizers."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = threads or cores()
    # Waiting threads that spin take the cores from everything else: 500 instead of 850 µs a token on two busy cores.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(
        str(path), options, providers=["CPUExecutionProvider"], disabled_optimizers=list(without)
    )


def cores() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
