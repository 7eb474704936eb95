"""Convert a sentence-transformers model to ONNX: `python -m vectorstore.embedding.export SOURCE TARGET`.

The graph holds the whole model down to a unit vector. It counts as converted only when its vectors agree with those of
sentence-transformers itself; what went wrong otherwise is written into the manifest.
"""

from __future__ import annotations

import logging
import os
import sys
import warnings
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from vectorstore.embedding.conversion import GRAPH, MANIFEST, TOKENIZER, Conversion, Padding
from vectorstore.embedding.interface import MOST_TOKENS, Vectors
from vectorstore.embedding.source import fingerprint

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

LEAST_COSINE = 0.9999
MOST_DRIFT = 0.02
PROBES = (
    "The harbour was closed for three days.",
    "WHO OPENED THE BRIDGE? The Mayor DID.",
    "Čeština, naïve façade, Übergröße, señor, œuvre",
    "東京の図書館は月曜日に休みです。 中文报纸",
    "a",
    "–",
    "In 2024, 3.5 % of 1,234 readers <b>paid</b> £12.40; see http://example.org/a?b=c #news \U0001f600",
    " ".join(f"The council met in room {number} and talked about the budget." for number in range(60)),
)

_KNOWN_INPUTS = {"input_ids", "attention_mask", "token_type_ids"}
_OPSET = 17


class Refused(Exception):
    """The model is not one that can be converted; the text says why."""


def main(source: Path, target: Path) -> None:
    """Write the conversion of `source`, or why there is none, into the folder `target`."""
    _hush()
    digest = fingerprint(source)
    try:
        model = load_sentence_transformer(source, device="cpu")
    except (Exception, SystemExit) as error:
        conversion = Conversion(outcome="unloadable", why=_one_line(error), fingerprint=digest)
    else:
        _attend_plainly(model)
        conversion = _convert_or_say_why(model, target, digest)
    _write_last(target, conversion)


def _attend_plainly(model: SentenceTransformer) -> None:
    """Attention as plain multiplications: torch's fused form is exported with masks that take a tenth of the time."""
    for module in model.modules():
        choose = getattr(module, "set_attn_implementation", None)
        if choose is not None:
            choose("eager")


def load_sentence_transformer(folder: Path, *, device: str | None = None) -> SentenceTransformer:
    """The model in full precision, read from its folder alone: no network, no code but the library's own."""
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(folder), device=device, local_files_only=True, trust_remote_code=False)
    return model.float().eval()


def prompt_of(model: SentenceTransformer, *names: str) -> str:
    """The prompt that `encode_query` or `encode_document` puts before a text."""
    for name in names:
        if name in model.prompts:
            return model.prompts[name] or ""
    return model.prompts.get(model.default_prompt_name or "") or ""


def _convert_or_say_why(model: SentenceTransformer, target: Path, digest: str) -> Conversion:
    if find_spec("onnx") is None:
        raise ModuleNotFoundError("the package onnx is missing: pip install onnx")
    try:
        return _convert(model, target, digest)
    except (OSError, MemoryError, ImportError):
        raise  # a full disk or a missing package says nothing about the model, and is not remembered
    except Exception as error:
        for name in (GRAPH, TOKENIZER):
            (target / name).unlink(missing_ok=True)
        return Conversion(outcome="refused", why=_one_line(error), fingerprint=digest)


def _convert(model: SentenceTransformer, target: Path, digest: str) -> Conversion:
    features = model.preprocess(list(PROBES[:2])) if hasattr(model, "preprocess") else model.tokenize(list(PROBES[:2]))
    inputs = _inputs(features)
    backend_tokenizer = getattr(model.tokenizer, "backend_tokenizer", None)
    if backend_tokenizer is None:
        raise Refused("it has no fast tokenizer")
    backend_tokenizer.save(str(target / TOKENIZER))
    _write_graph(model, features, inputs, target / GRAPH)
    model.eval()  # the exporter leaves it in training mode
    unchecked = Conversion(
        outcome="converted",
        fingerprint=digest,
        dimensions=int(np.asarray(model.encode_document(["a"], show_progress_bar=False)).shape[1]),
        max_seq_length=min(int(model.max_seq_length or MOST_TOKENS), MOST_TOKENS),
        inputs=inputs,
        query_prompt=prompt_of(model, "query"),
        document_prompt=prompt_of(model, "document", "passage", "corpus"),
        padding=Padding(
            id=model.tokenizer.pad_token_id or 0,
            type_id=model.tokenizer.pad_token_type_id,
            left=model.tokenizer.padding_side == "left",
        ),
        versions={name: version(name) for name in ("torch", "transformers", "sentence-transformers", "onnxruntime")},
    )
    return _checked(unchecked, model, target)


def _inputs(features: dict[str, Any]) -> tuple[str, ...]:
    names = tuple(name for name, value in features.items() if hasattr(value, "shape"))
    if not {"input_ids", "attention_mask"} <= set(names) <= _KNOWN_INPUTS:
        raise Refused(f"it does not read word pieces under a mask, but {', '.join(names)}")
    return names


def _write_graph(model: SentenceTransformer, features: dict[str, Any], inputs: tuple[str, ...], path: Path) -> None:
    import torch

    class UnitVector(torch.nn.Module):  # type: ignore[misc]
        """The model as a function of plain tensors, its vector brought to length one."""

        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, *tensors: Any) -> Any:
            named = {**features, **dict(zip(inputs, tensors, strict=True))}
            return torch.nn.functional.normalize(self.model(named)["sentence_embedding"], p=2, dim=1)

    torch.onnx.export(
        UnitVector().eval(),
        tuple(features[name] for name in inputs),
        str(path),
        input_names=list(inputs),
        output_names=["embedding"],
        dynamic_axes={**{name: {0: "batch", 1: "length"} for name in inputs}, "embedding": {0: "batch"}},
        opset_version=_OPSET,
        dynamo=False,
    )


def _checked(unchecked: Conversion, model: SentenceTransformer, target: Path) -> Conversion:
    """The conversion with its probe vector, after its vectors were compared with the original's."""
    from vectorstore.embedding.onnx_model import OnnxEmbeddings

    converted = OnnxEmbeddings(target, unchecked, model="", notices=())
    _compare(converted.embed_documents(PROBES), model.encode_document(list(PROBES), show_progress_bar=False))
    queries = np.stack([converted.embed_query(text) for text in PROBES])
    _compare(queries, model.encode_query(list(PROBES), show_progress_bar=False))
    sizes = {path.name: path.stat().st_size for path in target.iterdir()}
    return unchecked.model_copy(update={"probe": converted.probe(), "sizes": sizes})


def _compare(converted: Vectors, original: Any) -> None:
    reference = np.asarray(original, dtype=np.float64)
    reference /= np.linalg.norm(reference, axis=1, keepdims=True)
    cosine = float((converted * reference).sum(axis=1).min())
    drift = float(np.linalg.norm(converted - reference, axis=1).max())
    spread = float(np.linalg.norm(reference - reference.mean(axis=0), axis=1).mean())
    # Where all texts have nearly one vector, a cosine alone would let anything pass.
    if not (cosine >= LEAST_COSINE and drift <= MOST_DRIFT * spread):
        raise Refused(f"its converted vectors differ from the original's (cosine {cosine:.4f})")


def _write_last(target: Path, conversion: Conversion) -> None:
    """Write the manifest once all that it speaks of is on the disk."""
    (target / MANIFEST).write_text(conversion.model_dump_json(indent=1), encoding="utf-8")
    for path in target.iterdir():
        with path.open("rb+") as file:
            os.fsync(file.fileno())


def _one_line(error: BaseException) -> str:
    text = " ".join(str(error).split())[:200]
    return text if isinstance(error, Refused) else f"{type(error).__name__}: {text}"


def _hush() -> None:
    warnings.simplefilter("ignore")  # tracer and deprecation notes; the comparison below is what counts
    logging.disable(logging.WARNING)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
