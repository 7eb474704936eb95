"""An entailment model of the user's choice: a sentence-transformers CrossEncoder that has a veto on claims."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from vectorstore.embedding.source import find_model
from vectorstore.errors import ModelUnavailable

_VARIABLE = "(QA_ENTAILMENT_MODEL)"


def load_entailment(model: str) -> Callable[[str, Sequence[str]], list[float]]:
    """By name or folder: a claim and texts to the chance that each text entails it; raises ModelUnavailable."""
    source = find_model(model)
    try:
        from sentence_transformers import CrossEncoder

        encoder: Any = CrossEncoder(str(source.folder), local_files_only=True, trust_remote_code=False)
    except Exception as error:  # the libraries raise their own kinds for a folder that is no such model
        raise ModelUnavailable(model, f"it is no sentence-transformers CrossEncoder {_VARIABLE}") from error
    labels = [str(label).lower() for _, label in sorted(encoder.config.id2label.items())]
    place = next((place for place, label in enumerate(labels) if label.startswith("entail")), None)
    if place is None and len(labels) > 1:
        raise ModelUnavailable(model, f"none of its labels ({', '.join(labels)}) is entailment {_VARIABLE}")
    lock = threading.Lock()

    def chances(claim: str, texts: Sequence[str]) -> list[float]:
        from torch import nn

        with lock:
            logits = np.asarray(encoder.predict([(text, claim) for text in texts], activation_fn=nn.Identity()))
        rows = logits.reshape(len(texts), -1)
        return [float(_sigmoid(row[0]) if place is None else _softmax(row)[place]) for row in rows]

    return chances


def _sigmoid(value: float) -> float:
    return float(1 / (1 + np.exp(-value)))


def _softmax(logits: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    exponents = np.exp(logits - logits.max())
    shares: npt.NDArray[np.float32] = exponents / exponents.sum()
    return shares
